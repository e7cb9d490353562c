"""Our own price list: Bedrock by profile and region, and the simulated models."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from importlib.resources import files

import pytest

from routebook.models import ModelId
from routebook.pricing import PriceBook
from routebook.providers.contract import Usage

D = Decimal
BOOK = PriceBook()
DATA = json.loads(files("routebook.pricing").joinpath("overlay.json").read_text("utf-8"))


@pytest.mark.parametrize(
    ("model", "region", "expected"),
    [
        ("us.amazon.nova-2-lite-v1:0", None, (D("0.33"), D("2.75"))),
        ("us.amazon.nova-2-lite-v1:0", "us-east-1", (D("0.33"), D("2.75"))),
        ("global.amazon.nova-2-lite-v1:0", "eu-west-1", (D("0.3"), D("2.5"))),
        ("eu.amazon.nova-2-lite-v1:0", "eu-west-1", None),  # public sources disagree
        ("amazon.nova-lite-v1:0", None, (D("0.06"), D("0.24"))),
        ("amazon.nova-lite-v1:0", "us-west-2", (D("0.06"), D("0.24"))),
        ("amazon.nova-lite-v1:0", "eu-central-1", None),
        ("us.amazon.nova-lite-v1:0", "ca-central-1", None),
        ("eu.amazon.nova-lite-v1:0", "eu-central-1", (D("0.078"), D("0.312"))),
        ("eu.amazon.nova-lite-v1:0", "eu-west-1", None),
        ("eu.amazon.nova-lite-v1:0", None, None),
        ("apac.amazon.nova-lite-v1:0", "ap-northeast-1", None),
        ("global.amazon.nova-lite-v1:0", "us-east-1", None),  # there is no such profile
        ("arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0", None, (D("0.06"), D("0.24"))),
        ("arn:aws:bedrock:eu-west-1::foundation-model/amazon.nova-lite-v1:0", None, None),
        ("us.anthropic.claude-haiku-5-5", "us-east-1", (D("0.11"), D("0.55"))),
        ("eu.anthropic.claude-haiku-5-5", "eu-west-1", (D("0.11"), D("0.55"))),
        ("global.anthropic.claude-haiku-5-5", "eu-west-1", (D("0.1"), D("0.5"))),
        ("us-gov.anthropic.claude-haiku-5-5", None, None),
        ("anthropic.claude-haiku-5-5", "us-gov-west-1", None),
        ("us.meta.llama3-1-405b-instruct-v1:0", "us-west-2", (D("2.4"), D("2.4"))),
        ("qwen.qwen3-32b-v1:0", "us-east-1", (D("0.15"), D("0.6"))),
        ("qwen.qwen3-32b-v1:0", "ap-south-1", None),
    ],
)
def test_bedrock_prices_go_by_profile_and_region(
    model: str, region: str | None, expected: tuple[Decimal, Decimal] | None
) -> None:
    tariff = BOOK.tariff(ModelId("bedrock", model), region=region)
    assert (tariff and (tariff.input, tariff.output)) == expected
    by_extras = BOOK.tariff(ModelId("bedrock", model), extras={} if region is None else {"region": region})
    assert by_extras == tariff


@pytest.mark.parametrize(
    ("model", "extras", "batch", "expected"),
    [
        ("us.amazon.nova-pro-v1:0", {}, True, D("0.4")),
        ("us.amazon.nova-pro-v1:0", {"service_tier": "default"}, False, D("0.8")),
        ("us.amazon.nova-pro-v1:0", {"service_tier": "flex"}, False, D("0.4")),
        ("us.amazon.nova-pro-v1:0", {"service_tier": "priority"}, False, D("1.4")),
        ("us.amazon.nova-pro-v1:0", {"service_tier": "reserved"}, False, None),
        ("us.amazon.nova-pro-v1:0", {"service_tier": "flex"}, True, None),
        ("us.amazon.nova-lite-v1:0", {"service_tier": "priority"}, False, None),
        ("us.anthropic.claude-haiku-5-5", {}, True, None),
        ("us.anthropic.claude-haiku-5-5", {"service_tier": "priority"}, False, None),
    ],
)
def test_a_bedrock_tier_has_its_own_price_or_none(
    model: str, extras: dict[str, str], batch: bool, expected: Decimal | None
) -> None:
    tariff = BOOK.tariff(ModelId("bedrock", model), extras=extras, batch=batch)
    assert (tariff and tariff.input) == expected


def test_an_overlay_price_names_the_overlay_its_date_and_its_entry() -> None:
    tariff = BOOK.tariff(ModelId("bedrock", "US.amazon.nova-lite-v1:0"))
    assert tariff is not None
    assert tariff.source == f"routebook overlay {DATA['version']}"
    assert tariff.as_of == "2026-10-21"
    assert tariff.matched_id == "bedrock/us.amazon.nova-lite-v1:0"


def test_cached_tokens_of_a_bedrock_batch_are_unknown() -> None:
    model = ModelId("bedrock", "us.amazon.nova-lite-v1:0")
    assert BOOK.price_usage(model, Usage(100, 10, 0, 10, 0)) is not None
    assert BOOK.price_usage(model, Usage(100, 10, 0, 10, 0), batch=True) is None


def test_every_entry_says_when_it_was_confirmed_and_by_which_sources() -> None:
    assert date.fromisoformat(DATA["version"])
    for entry in DATA["bedrock"]:
        assert date.fromisoformat(entry["as_of"]) <= date.fromisoformat(DATA["version"])
        assert len(entry["sources"]) >= 2, f"{entry['model']} rests on one source"
    for entry in [*DATA["bedrock"], *DATA["factors"]]:
        assert set(entry["sources"]) <= DATA["sources"].keys()


@pytest.mark.parametrize("name", sorted(DATA["simulated"]))
def test_simulated_prices_say_that_they_are_simulated(name: str) -> None:
    price = BOOK.estimate(ModelId.parse(name), input_tokens=1_000_000, output_tokens=1_000_000)
    assert price is not None
    assert (price.source, price.matched_id) == ("simulated", name)
    tariff = BOOK.tariff(ModelId.parse(name))
    assert tariff is not None
    assert tariff.cached == tariff.input / 10
    assert price.usd == tariff.input + tariff.output


def test_simulated_models_are_priced_as_described() -> None:
    listed = {f"{host}/{name}": tariff for host in ("sim", "simcloud") for name, tariff in BOOK.catalogue(host)}
    assert {name: (str(tariff.input), str(tariff.output)) for name, tariff in listed.items()} == {
        "sim/small": ("0.10", "0.40"),
        "sim/medium": ("0.60", "2.40"),
        "sim/large": ("3.00", "12.00"),
        "sim/reasoner": ("5.00", "20.00"),
        "sim/flaky": ("0.10", "0.40"),
        "sim/broken": ("0.10", "0.40"),
        "sim/refuser": ("0.10", "0.40"),
        "sim/first-judge": ("0.60", "2.40"),
        "sim/null-judge": ("0.60", "2.40"),
        "simcloud/medium": ("0.70", "2.80"),
        "simcloud/large": ("2.80", "11.00"),
    }
