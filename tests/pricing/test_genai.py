"""Tariffs from genai-prices: the same figures where it knows, `None` where it would guess."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import genai_prices
import pytest
from genai_prices.data_snapshot import get_snapshot
from hypothesis import given
from hypothesis import strategies as st

from routebook.models import ModelId
from routebook.pricing import PriceBook, genai
from routebook.providers.contract import Usage

D = Decimal
NOVEMBER = datetime(2026, 11, 12, 12, tzinfo=UTC)
BOOK = PriceBook()


def ids(host: str) -> list[str]:
    provider = next(provider for provider in get_snapshot().providers if provider.id == host)
    return [
        info.id for info in provider.models if BOOK.tariff(ModelId(host, info.id), at=NOVEMBER) and not info.deprecated
    ]


OPENAI, ANTHROPIC = ids("openai"), ids("anthropic")


def test_most_text_models_of_both_labs_have_a_price() -> None:
    assert len(OPENAI) > 60
    assert len(ANTHROPIC) > 20


@pytest.mark.parametrize(("host", "names"), [("openai", OPENAI), ("anthropic", ANTHROPIC)])
def test_prices_are_those_genai_prices_calculates(host: str, names: list[str]) -> None:
    counts = st.integers(0, 400_000)

    @given(st.sampled_from(names), counts, counts, counts, counts, counts, st.booleans())
    def check(name: str, uncached: int, cached: int, write: int, visible: int, reasoning: int, batch: bool) -> None:
        usage = Usage(uncached + cached + write, cached, write, visible + reasoning, reasoning)
        ours = BOOK.price_usage(ModelId(host, name), usage, at=NOVEMBER, batch=batch)
        theirs = genai_prices.calc_price(
            genai_prices.Usage(
                input_tokens=usage.input_tokens,
                cache_read_tokens=cached,
                cache_write_tokens=write,
                output_tokens=usage.output_tokens,
                output_reasoning_tokens=reasoning,
            ),
            name,
            provider_id=host,
            genai_request_timestamp=NOVEMBER,
            price_context={"processing": "batch"} if batch else None,
        )
        if ours is None:
            assert batch  # where no rate is known for it; theirs is then the standard one
        else:
            assert ours.usd == theirs.total_price
            assert ours.matched_id == f"{theirs.provider.id}/{theirs.model.id}"

    check()


def test_a_price_says_where_it_is_from_and_how_old_it_is() -> None:
    price = BOOK.price_usage(ModelId("openai", "gpt-6-sol-2026-09-30"), Usage(1000, 0, 0, 100, 0), at=NOVEMBER)
    assert price is not None
    assert price.usd == D("0.003")
    assert price.source == f"genai-prices {genai_prices.__version__}" == genai.source()
    assert price.matched_id == "openai/gpt-6-sol"
    if genai_prices.__version__ == "0.2.3":
        assert price.as_of == "2026-11-10"


def test_a_price_is_that_of_the_day_of_the_call() -> None:
    dated = {
        (str(tariff.input), str(tariff.output))
        for at in (datetime(2025, 5, 1, tzinfo=UTC), datetime(2025, 7, 1, tzinfo=UTC))
        if (tariff := BOOK.tariff(ModelId("openai", "o3"), at=at))
    }
    assert dated == {("10", "40"), ("2", "8")}


def test_a_price_that_depends_on_the_hour_is_that_of_the_hour() -> None:
    book, model = PriceBook(), ModelId("deepseek", "deepseek-chat")
    day = [book.tariff(model, at=datetime(2026, 11, 12, hour, tzinfo=UTC)) for hour in (12, 20, 12, 20)]
    prices = [tariff.input for tariff in day if tariff]
    assert len(prices) == 4
    assert prices[0] == prices[2] > prices[1] == prices[3]


def test_a_long_prompt_is_charged_at_the_long_context_rates() -> None:
    tariff = BOOK.tariff(ModelId("openai", "gpt-6-sol"), at=NOVEMBER)
    assert tariff is not None
    assert (tariff.input, tariff.output, tariff.cached, tariff.cache_write) == (D(2), D(10), D("0.2"), D("2.5"))
    ((above, rates),) = tariff.long_context
    assert (above, rates.input, rates.output, rates.cached) == (272_000, D(4), D(15), D("0.4"))


@pytest.mark.parametrize(
    ("host", "extras", "batch", "expected"),
    [
        ("openai", {"service_tier": "default"}, False, (D(2), D(10))),
        ("openai", {"service_tier": "auto"}, False, (D(2), D(10))),
        ("openai", {"service_tier": "flex"}, False, (D(1), D(5))),
        ("openai", {"service_tier": "priority"}, False, (D(4), D(20))),
        ("openai", {}, True, (D(1), D(5))),
        ("openai", {"service_tier": "scale"}, False, None),
        ("openai", {"service_tier": "no such tier"}, False, None),
        ("openai", {"service_tier": "flex"}, True, None),
        ("openai", {"speed": "fast"}, False, None),
        ("azure", {}, False, (D(2), D(10))),
        ("azure", {}, True, None),
        ("azure", {"service_tier": "flex"}, False, None),
    ],
)
def test_a_tier_has_its_own_price_or_none(
    host: str, extras: dict[str, str], batch: bool, expected: tuple[Decimal, Decimal] | None
) -> None:
    tariff = BOOK.tariff(ModelId(host, "gpt-6-sol"), at=NOVEMBER, extras=extras, batch=batch)
    assert (tariff and (tariff.input, tariff.output)) == expected


@pytest.mark.parametrize(
    ("extras", "batch", "expected"),
    [
        ({"service_tier": "standard", "speed": "standard", "inference_geo": "global"}, False, D(4)),
        ({"inference_geo": "not_available"}, False, D(4)),
        ({"speed": "fast"}, False, D(8)),
        ({"service_tier": "batch"}, False, D(2)),
        ({}, True, D(2)),
        ({"service_tier": "priority"}, False, None),
        ({"inference_geo": "us"}, False, D("4.4")),
        ({"inference_geo": "us"}, True, D("2.2")),
        ({"inference_geo": "eu"}, False, None),
    ],
)
def test_anthropics_speed_place_and_batches_change_the_price(
    extras: dict[str, str], batch: bool, expected: Decimal | None
) -> None:
    tariff = BOOK.tariff(ModelId("anthropic", "claude-opus-5-5"), at=NOVEMBER, extras=extras, batch=batch)
    assert (tariff and tariff.input) == expected


def test_a_batch_before_its_rates_were_confirmed_has_no_known_price() -> None:
    model = ModelId("anthropic", "claude-opus-5-5")
    assert BOOK.tariff(model, at=datetime(2026, 10, 13, tzinfo=UTC), batch=True) is None


def test_cached_tokens_in_a_batch_are_unknown_where_only_input_and_output_are_listed() -> None:
    model = ModelId("openai", "gpt-4.1")
    assert BOOK.price_usage(model, Usage(1000, 0, 0, 100, 0), at=NOVEMBER, batch=True) is not None
    assert BOOK.price_usage(model, Usage(1000, 10, 0, 100, 0), at=NOVEMBER, batch=True) is None


@pytest.mark.parametrize(
    "model",
    [
        "openai/gpt-6-solar",
        "openai/gpt-4o-turbo-ultra",
        "openai/no-moderation-here",  # genai-prices matches any name with this word in it
        "anthropic/claude-haiku-4-55",
        "anthropic/claude-opus-4-10",
        "anthropic/claude-3-haiku-next",
        "azure/my-o4-mini",
        "google/gemini-3.8-flash-thinking",
        "bedrock/us.amazon.nova-lite-v2:0",
        "bedrock/us.meta.llama3-1-70b-instruct-turbo-v1:0",
        "openrouter/someone-else/gpt-6-sol",
    ],
)
def test_a_near_match_that_is_another_model_has_no_price(model: str) -> None:
    assert BOOK.tariff(ModelId.parse(model), at=NOVEMBER) is None


@pytest.mark.parametrize(
    ("model", "matched"),
    [
        ("anthropic/claude-haiku-4-5-20251001", "anthropic/claude-haiku-4-5"),
        ("anthropic/claude-sonnet-4-20250514", "anthropic/claude-sonnet-4-0"),
        ("anthropic/claude-opus-4.5", "anthropic/claude-opus-4-5"),
        ("openai/gpt-4o-2024-05-13", "openai/gpt-4o-2024-05-13"),
        ("azure/gpt-6-sol", "openai/gpt-6-sol"),
        ("google/models/gemini-3.8-flash", "google/gemini-3.8-flash"),
        ("groq/openai/gpt-oss-120b", "groq/openai/gpt-oss-120b"),
        ("openrouter/openai/gpt-6-sol", "openrouter/openai/gpt-6-sol"),
        ("xai/grok-4.7", "x-ai/grok-4.7"),
        (
            "bedrock/us.anthropic.claude-3-5-sonnet-20241022-v2:0",
            "aws/regional.anthropic.claude-3-5-sonnet-20241022-v2:0",
        ),
    ],
)
def test_a_dated_or_aliased_name_is_priced_and_shows_the_id_it_was_found_under(model: str, matched: str) -> None:
    tariff = BOOK.tariff(ModelId.parse(model), at=NOVEMBER)
    assert tariff is not None
    assert tariff.matched_id == matched


@pytest.mark.parametrize("model", ["perplexity/sonar", "openai/gpt-image-2", "openai/text-embedding-3-small"])
def test_a_model_charged_for_more_than_tokens_has_no_price(model: str) -> None:
    assert BOOK.tariff(ModelId.parse(model), at=NOVEMBER) is None


@pytest.mark.parametrize("host", ["ollama", "vllm", "my-own-server", "huggingface"])
def test_a_server_nobody_has_prices_for_has_no_price(host: str) -> None:
    assert BOOK.tariff(ModelId(host, "gpt-6-sol")) is None


@pytest.mark.parametrize("host", sorted(genai.PROVIDER_OF_HOST))
def test_every_known_host_lists_models_by_name_and_each_has_a_price(host: str) -> None:
    listed = list(BOOK.catalogue(host))
    assert listed
    assert [name for name, _ in listed] == sorted({name for name, _ in listed})
    assert all(BOOK.tariff(ModelId(host, name)) == tariff for name, tariff in listed)


def test_bedrock_is_listed_under_names_that_can_be_called() -> None:
    names = [name for name, _ in BOOK.catalogue("bedrock")]
    assert "us.anthropic.claude-haiku-5-5" in names
    assert not [name for name in names if name.startswith("regional.")]


def test_the_beginning_of_fine_tuned_names_is_no_model_but_a_whole_one_has_a_price() -> None:
    assert not [name for name, _ in BOOK.catalogue("openai") if "ft:" in name]
    tariff = BOOK.tariff(ModelId("openai", "ft:gpt-4o-2024-08-06:my-org::abc123"))
    assert tariff is not None
    assert tariff.matched_id == "openai/ft:gpt-4o"


def test_an_unknown_host_lists_nothing() -> None:
    assert list(BOOK.catalogue("vllm")) == []
