"""Amounts are added and written the same way everywhere."""

from __future__ import annotations

from decimal import Decimal, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routebook.pricing import Price, Total, format_usd, total


def price(usd: str) -> Price:
    return Price(Decimal(usd), None, None, None, None, None, "test", None, "test/x")


@pytest.mark.parametrize(
    ("usd", "text"),
    [
        (None, "unknown"),
        ("0", "$0"),
        ("0.000", "$0"),
        ("0.00009999", "<$0.0001"),
        ("0.0001", "$0.0001"),
        ("0.002649", "$0.0026"),
        ("0.009999", "$0.010"),
        ("0.01", "$0.010"),
        ("0.1239", "$0.124"),
        ("0.9999", "$1.00"),
        ("12.345", "$12.34"),
        ("1234567.891", "$1,234,567.89"),
        ("-0.0026", "-$0.0026"),
        ("-0.00001", ">-$0.0001"),
    ],
)
def test_an_amount_is_written_with_the_digits_that_matter(usd: str | None, text: str) -> None:
    assert format_usd(None if usd is None else Decimal(usd)) == text


def test_amounts_are_exact_whatever_precision_the_notebook_works_with() -> None:
    with localcontext(prec=2):
        assert str(total([price("1234.5678"), price("0.0001")])) == "$1,234.57"


@given(st.decimals(min_value=0, max_value=10**9, places=9))
def test_only_zero_is_written_as_zero(usd: Decimal) -> None:
    assert (format_usd(usd) == "$0") == (usd == 0)


def test_a_total_leaves_unknown_prices_out_and_says_so() -> None:
    assert total([price("0.0019"), None, price("0.001"), price("0")]) == Total(Decimal("0.0029"), 3, 4)
    assert str(total([price("0.0019"), None, price("0.001"), price("0")])) == "$0.0029, 3 of 4 priced"


def test_a_complete_total_is_only_its_amount() -> None:
    assert str(total([price("0.0019"), price("0.001")])) == "$0.0029"
    assert total([price("0.0019")]).complete


def test_a_total_of_nothing_known_is_unknown_and_a_total_of_nothing_is_zero() -> None:
    assert str(total([None, None])) == "unknown, 0 of 2 priced"
    assert str(total([])) == "$0"
