"""Who is asked for a price, in which order, and what is remembered."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routebook.calls import Attempt, Call, Failure
from routebook.errors import ModelError, PriceError
from routebook.models import ModelId
from routebook.pricing import PriceBook, price_book, set_price
from routebook.providers.contract import Usage

D = Decimal
AT = datetime(2026, 11, 12, 12, tzinfo=UTC)
O3 = ModelId("openai", "o3")


def call(model: str = "openai/gpt-6-sol", **changes: Any) -> Call:
    usual: dict[str, Any] = {
        "id": "0" * 32, "run_id": "1" * 32, "prompt_id": "p", "model": ModelId.parse(model), "repeat": 0,
        "fingerprint": "f", "status": "ok", "text": "hello", "started_at": AT, "latency_s": 1.0,
        "usage": Usage(1000, 0, 0, 100, 0),
    }  # fmt: skip
    return Call(**(usual | changes))


def test_a_call_is_priced_at_the_time_it_was_made() -> None:
    book = PriceBook()
    before, after = datetime(2025, 5, 1, tzinfo=UTC), datetime(2025, 7, 1, tzinfo=UTC)
    prices = [book.price(call("openai/o3", started_at=at)) for at in (before, after)]
    assert [price.usd for price in prices if price] == [D("0.014"), D("0.0028")]


def test_an_answer_from_the_cache_is_priced_as_the_original_was() -> None:
    book, before = PriceBook(), datetime(2025, 5, 1, tzinfo=UTC)
    price = book.price(call("openai/o3", cached_from="2" * 32, cached_at=before))
    assert price is not None
    assert price.usd == D("0.014")


def test_the_tier_that_served_a_call_decides_its_price() -> None:
    book = PriceBook()
    flex, strange = ({"service_tier": tier} for tier in ("flex", "strange"))
    assert [price.usd for tier in ({}, flex) if (price := book.price(call(extras=tier)))] == [D("0.003"), D("0.0015")]
    assert book.price(call(extras=strange)) is None


def test_a_call_without_tokens_has_no_known_price() -> None:
    assert PriceBook().price(call(usage=Usage())) is None
    assert PriceBook().price(call(usage=Usage(input_tokens=7))) is None


def test_what_the_host_reported_counts_before_everything() -> None:
    book = PriceBook()
    book.set_price("openrouter/openai/gpt-6-sol", input=1, output=1)
    book.set_free("openrouter")
    price = book.price(call("openrouter/openai/gpt-6-sol", reported_cost_usd=D("0.00123"), usage=Usage()))
    assert price is not None
    assert (price.usd, price.source, price.as_of) == (D("0.00123"), "reported by openrouter", "2026-11-12")
    assert price.input_usd is None, "the host said the sum, not its parts"


def test_the_users_own_price_counts_before_a_free_server_and_before_every_list() -> None:
    book = PriceBook()
    book.set_free("openai")
    book.set_price("openai/gpt-6-sol", input="7", output="70")
    price = book.price(call())
    assert price is not None
    assert (price.usd, price.source, price.matched_id) == (D("0.014"), "user", "openai/gpt-6-sol")


def test_the_users_own_price_holds_for_every_tier_but_not_for_batches() -> None:
    book = PriceBook()
    book.set_price("openai/gpt-6-sol", input="7", output="70")
    assert book.tariff(ModelId("openai", "gpt-6-sol"), extras={"service_tier": "strange"}) is not None
    assert book.tariff(ModelId("openai", "gpt-6-sol"), batch=True) is None


def test_a_free_server_costs_exactly_zero_even_where_it_counts_no_tokens() -> None:
    book = PriceBook()
    assert book.price(call("ollama/qwen3:8b")) is None
    book.set_free("ollama")
    for usage in (Usage(1000, 0, 0, 100, 0), Usage()):
        price = book.price(call("ollama/qwen3:8b", usage=usage))
        assert price is not None
        assert (price.usd, price.source) == (D(0), "user: free")
    book.set_free("ollama", False)
    assert book.price(call("ollama/qwen3:8b")) is None


def test_a_price_set_later_counts_at_once() -> None:
    book = PriceBook()
    assert book.price(call("vllm/mine")) is None
    book.set_price("vllm/mine", input=0.1, output="0.3", cached=D("0.01"), cache_write=0, reasoning=1)
    price = book.price(call("vllm/mine", usage=Usage(1000, 500, 100, 100, 40)))
    assert price is not None
    assert price.usd == D("0.00004") + D("0.000005") + D("0.000018") + D("0.00004")


def test_an_estimate_is_the_price_of_a_call_with_those_tokens() -> None:
    estimate = PriceBook().estimate(ModelId("sim", "small"), input_tokens=1000, output_tokens=500)
    assert estimate is not None
    assert (estimate.usd, estimate.source) == (D("0.0003"), "simulated")
    assert PriceBook().estimate(ModelId("vllm", "mine"), input_tokens=1, output_tokens=1) is None


def test_a_simulated_call_says_so_whoever_set_its_price() -> None:
    book = PriceBook()
    book.set_price("sim/small", input=7, output=0)
    price = book.price(call("sim/small", simulated=True))
    assert price is not None
    assert (price.usd, price.source) == (D("0.007"), "simulated")


def test_an_estimate_for_bedrock_goes_by_the_region_it_is_given() -> None:
    book, model = PriceBook(), ModelId("bedrock", "amazon.nova-lite-v1:0")
    here, there, unsaid = (
        book.estimate(model, input_tokens=1000, output_tokens=100, region=region)
        for region in ("us-east-1", "eu-west-1", None)
    )
    assert here is not None
    assert here == unsaid
    assert there is None


@pytest.mark.parametrize(
    "value",
    [-1, -0.001, "-2", float("nan"), float("inf"), "NaN", "Infinity", "ten", "", "1,5", None, True, [1], 1 + 2j],
)
@pytest.mark.parametrize("name", ["input", "output"])
def test_what_is_no_price_is_refused_and_the_message_names_it(name: str, value: Any) -> None:
    book = PriceBook()
    with pytest.raises(PriceError, match=f"is not a price for {name} of vllm/mine") as caught:
        book.set_price("vllm/mine", **({"input": 1, "output": 1} | {name: value}))
    assert "\n" not in str(caught.value)
    assert book.tariff(ModelId("vllm", "mine")) is None


@pytest.mark.parametrize("name", ["cached", "cache_write", "reasoning"])
def test_optional_prices_are_checked_too(name: str) -> None:
    with pytest.raises(PriceError, match=f"for {name} of"):
        PriceBook().set_price("vllm/mine", input=1, output=1, **{name: "much"})


def test_a_price_needs_a_full_model_id() -> None:
    with pytest.raises(ModelError, match="host/model"):
        PriceBook().set_price("mine", input=1, output=1)


@given(st.floats(min_value=0, max_value=1e6, allow_subnormal=False))
def test_a_float_is_taken_as_it_is_written(value: float) -> None:
    book = PriceBook()
    book.set_price("vllm/mine", input=value, output=0)
    tariff = book.tariff(ModelId("vllm", "mine"))
    assert tariff is not None
    assert tariff.input == D(repr(value))


def test_prices_come_from_a_configuration_too() -> None:
    book = PriceBook()
    book.load_user_prices(
        {"vllm/mine": {"input": 0.2, "output": "0.8", "cached": 0}, "openai/o3": {"input": 1, "output": 1}}
    )
    assert {name: str(tariff.input) for name, tariff in book.catalogue("vllm")} == {"mine": "0.2"}
    assert dict(book.catalogue("openai"))["o3"].source == "user"


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"input": 1}, "has no 'output'"),
        ({"input": 1, "outptu": 1}, "Did you mean 'output'"),
        ({"input": 1, "output": -1}, "is not a price for output"),
        (3, "has no table"),
    ],
)
def test_a_bad_price_in_a_configuration_is_named_and_none_of_them_is_taken(table: Any, message: str) -> None:
    book = PriceBook()
    with pytest.raises(PriceError, match=message):
        book.load_user_prices({"vllm/good": {"input": 1, "output": 1}, "vllm/bad": table})
    assert book.tariff(ModelId("vllm", "good")) is None


def test_a_time_without_a_zone_is_utc_and_other_zones_are_converted() -> None:
    book = PriceBook()
    evening = timezone(timedelta(hours=-8))
    models = {
        str(at): book.tariff(O3, at=at)
        for at in (datetime(2025, 5, 1), datetime(2025, 5, 1, tzinfo=UTC), datetime(2025, 4, 30, 16, tzinfo=evening))
    }
    assert len({tariff.input for tariff in models.values() if tariff}) == 1
    assert len(models) == 3
    assert all(models.values())


def test_a_tariff_is_looked_up_once_for_a_model_day_and_tier() -> None:
    book = PriceBook()
    first = book.tariff(O3, at=AT)
    assert first is book.tariff(O3, at=AT + timedelta(hours=3))
    assert first is not book.tariff(O3, at=AT + timedelta(days=1))


def test_the_process_has_one_price_book() -> None:
    model = ModelId("vllm", "priced-in-test-book")
    set_price(str(model), input=1, output=2)
    tariff = price_book().tariff(model)
    assert tariff is not None
    assert tariff.output == 2


def test_importing_the_package_and_pricing_simulated_models_loads_no_price_library() -> None:
    code = (
        "import sys, routebook.pricing as p\n"
        "assert not [m for m in sys.modules if m.startswith(('genai_prices', 'routebook.pricing.'))], sys.modules\n"
        "from routebook.models import ModelId\n"
        "assert p.PriceBook().estimate(ModelId('sim', 'small'), input_tokens=1, output_tokens=1)\n"
        "assert 'genai_prices' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_the_same_call_priced_twice_is_the_same_price() -> None:
    book, one = PriceBook(), call()
    assert book.price(one) == book.price(replace(one, id="9" * 32))


def test_a_refused_call_costs_nothing_and_one_that_failed_later_is_unknown() -> None:
    refused = call(usage=Usage(), status="error", text="", failure=Failure("auth", "no key"))
    broken = call(usage=Usage(), status="error", text="half", failure=Failure("truncated", "cut off"))
    retried = call(
        usage=Usage(),
        status="error",
        text="",
        failure=Failure("rate_limit", "slow down"),
        attempts=(Attempt(Failure("truncated", "cut off"), 1.0, 0.5, "half"),),
    )
    price = PriceBook().price(refused)
    assert price is not None
    assert (price.usd, price.source) == (Decimal(0), "refused, so not charged")
    assert PriceBook().price(broken) is None
    assert PriceBook().price(retried) is None
