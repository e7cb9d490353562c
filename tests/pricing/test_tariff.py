"""Rates become the price of a call, exactly."""

from __future__ import annotations

from decimal import Decimal, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routebook.pricing.tariff import Price, Rates, Tariff, price_usage
from routebook.providers.contract import Usage

D = Decimal
PLAIN = Tariff(Rates(D("2"), D("10")), "test", "2026-11-10", "test/plain")
FULL = Tariff(Rates(D("2"), D("10"), D("0.2"), D("2.5"), D("12")), "test", "2026-11-10", "test/full")


def parts(price: Price | None) -> list[Decimal | None]:
    assert price is not None
    return [price.input_usd, price.cached_usd, price.cache_write_usd, price.output_usd, price.reasoning_usd]


def test_each_kind_of_token_is_charged_at_its_own_rate_and_once() -> None:
    usage = Usage(input_tokens=1000, cached_tokens=300, cache_write_tokens=200, output_tokens=100, reasoning_tokens=40)
    price = price_usage(FULL, usage)
    assert parts(price) == [D("0.001"), D("0.00006"), D("0.0005"), D("0.0006"), D("0.00048")]
    assert price is not None
    assert price.usd == D("0.00264")
    assert (price.source, price.as_of, price.matched_id) == ("test", "2026-11-10", "test/full")


def test_a_kind_without_a_rate_of_its_own_is_charged_as_its_plain_kind() -> None:
    usage = Usage(input_tokens=1000, cached_tokens=300, cache_write_tokens=200, output_tokens=100, reasoning_tokens=40)
    price = price_usage(PLAIN, usage)
    assert price is not None
    assert price.usd == D("0.003")
    assert price.cached_usd == D("0.0006")
    assert price.reasoning_usd == D("0.0004")


@pytest.mark.parametrize("kind", ["cached", "cache_write", "reasoning"])
def test_a_kind_whose_rate_is_unknown_makes_only_the_calls_that_have_it_unknown(kind: str) -> None:
    tariff = Tariff(Rates(D("1"), D("5"), unknown=frozenset({kind})), "test", None, "test/x")
    with_it = {"input_tokens": 100, "output_tokens": 100, f"{kind}_tokens": 1}
    assert price_usage(tariff, Usage(**with_it)) is None
    assert price_usage(tariff, Usage(input_tokens=100, output_tokens=100)) is not None


@pytest.mark.parametrize(
    "usage",
    [Usage(), Usage(input_tokens=5), Usage(output_tokens=5), Usage(cached_tokens=5, reasoning_tokens=1)],
)
def test_missing_tokens_are_an_unknown_price_and_not_zero(usage: Usage) -> None:
    assert price_usage(PLAIN, usage) is None


@pytest.mark.parametrize(
    "usage",
    [
        Usage(input_tokens=10, cached_tokens=11, output_tokens=1),
        Usage(input_tokens=10, cached_tokens=6, cache_write_tokens=5, output_tokens=1),
        Usage(input_tokens=10, output_tokens=5, reasoning_tokens=6),
        Usage(input_tokens=-1, output_tokens=5),
        Usage(input_tokens=10, cached_tokens=-1, output_tokens=5),
    ],
)
def test_counts_that_cannot_be_are_not_priced(usage: Usage) -> None:
    assert price_usage(FULL, usage) is None


def test_a_long_context_reprices_the_whole_call_above_its_threshold() -> None:
    tariff = Tariff(
        Rates(D("1"), D("5"), D("0.1")),
        "test",
        None,
        "test/long",
        ((200_000, Rates(D("2"), D("7.5"), D("0.2"))), (500_000, Rates(D("4"), D("10"), D("0.4")))),
    )
    at = {
        tokens: price_usage(tariff, Usage(input_tokens=tokens, cached_tokens=100_000, output_tokens=1000))
        for tokens in (200_000, 200_001, 500_001)
    }
    assert parts(at[200_000]) == [D("0.1"), D("0.01"), 0, D("0.005"), 0]
    assert parts(at[200_001]) == [D("0.200002"), D("0.02"), 0, D("0.0075"), 0]
    assert parts(at[500_001]) == [D("1.600004"), D("0.04"), 0, D("0.01"), 0]


def test_a_price_is_exact_whatever_precision_the_notebook_works_with() -> None:
    usage = Usage(123_456_789, 0, 0, 987_654_321, 0)
    with localcontext(prec=3):
        price = price_usage(PLAIN, usage)
    assert price is not None
    assert price.usd == D("10123.456788")


rate = st.decimals(min_value=0, max_value=1000, places=6)


@given(
    rates=st.builds(Rates, rate, rate, st.none() | rate, st.none() | rate, st.none() | rate),
    uncached=st.integers(0, 10**7),
    cached=st.integers(0, 10**7),
    write=st.integers(0, 10**7),
    visible=st.integers(0, 10**7),
    reasoning=st.integers(0, 10**7),
)
def test_the_parts_of_a_price_sum_to_it_exactly(
    rates: Rates, uncached: int, cached: int, write: int, visible: int, reasoning: int
) -> None:
    usage = Usage(uncached + cached + write, cached, write, visible + reasoning, reasoning)
    price = price_usage(Tariff(rates, "test", None, "x"), usage)
    assert price is not None
    assert price.usd == sum(part for part in parts(price) if part is not None)
    if cached == write == reasoning == 0:
        assert price.usd * 10**6 == rates.input * uncached + rates.output * visible
