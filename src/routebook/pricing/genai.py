"""Reads tariffs from genai-prices, and refuses what that library would answer with a guess.

It matches model names loosely (prefixes, substrings), gives the standard price for a condition it does not know, and
has one price for every Bedrock region. Here a name has to be the model's, apart from a date or a version, a condition
has to have prices of its own, and a Bedrock price holds where it was taken.
"""

from __future__ import annotations

import re
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any

from routebook.pricing import bedrock
from routebook.pricing.conditions import Conditions
from routebook.pricing.tariff import Rates, Tariff

if TYPE_CHECKING:
    from genai_prices.types import ModelInfo, ModelPrice, Provider

PROVIDER_OF_HOST = {
    "anthropic": "anthropic",
    "azure": "azure",
    "bedrock": "aws",
    "cerebras": "cerebras",
    "cohere": "cohere",
    "deepseek": "deepseek",
    "fireworks": "fireworks",
    "google": "google",
    "groq": "groq",
    "mistral": "mistral",
    "moonshot": "moonshotai",
    "openai": "openai",
    "openrouter": "openrouter",
    "perplexity": "perplexity",
    "together": "together",
    "xai": "x-ai",
}
"""Whose prices a host's are. A server that is not here has no known price until its user gives one."""

_PUBLISHED = {"0.2.3": "2026-11-10"}  # the package does not say how old its data are; the registry does
_TOKEN_RATES = {
    "input_mtok": "input",
    "output_mtok": "output",
    "cache_read_mtok": "cached",
    "cache_write_mtok": "cache_write",
    "output_reasoning_mtok": "reasoning",
}
# charged only for what a routebook request never has: audio, the host's tools, an hour's cache
_NOT_ASKED_FOR = {
    "cache_write_1h_mtok", "web_searches_kcount", "storage_searches_kcount",
    "input_audio_mtok", "cache_audio_read_mtok", "input_audio_hours",
}  # fmt: skip
_DATE = r"-20\d{6}|-20\d\d-\d\d-\d\d|@\d{8}|[-@]latest|@default"
_VERSION = re.compile(rf"(?:{_DATE})+$")
_VERSION_AT = {"bedrock": re.compile(rf"(?:{_DATE}|-v1(?::\d+)*)+$"), "google": re.compile(rf"(?:{_DATE}|-00\d)+$")}


def find(host: str, model: str) -> tuple[Provider, ModelInfo] | None:
    """Return genai-prices' entry for a model, if it is that model's."""
    provider_id = PROVIDER_OF_HOST.get(host)
    if provider_id is None:
        return None
    from genai_prices.data_snapshot import get_snapshot

    name = model
    if host == "bedrock":
        wanted = bedrock.parse(model)
        name = f"{wanted.profile}.{wanted.model}".lstrip(".")
    elif host == "google":
        name = model.removeprefix("models/")  # as Google's own listing writes it
    try:
        provider, info = get_snapshot().find_provider_model(name, None, provider_id, None)
    except LookupError:
        return None
    return (provider, info) if _is_same_model(host, name, info) else None


def tariff(host: str, model: str, at: datetime, region: str | None, given: Conditions) -> Tariff | None:
    """Return what a model cost at a time, in a region, under conditions; `None` where that is not known."""
    if (found := find(host, model)) is None:
        return None
    provider, info = found
    if host == "bedrock" and not _holds_in(info.id, bedrock.parse(model), region):
        return None
    owner = _owner(provider, info)
    if given and owner is not provider:  # a price borrowed from the maker is borrowed at its standard rate only
        return None
    return _tariff(owner, info, at, given)


def is_hourly(host: str, model: str) -> bool:
    """Whether the price depends on the hour, not on the day alone (DeepSeek's off-peak rates)."""
    found = find(host, model)
    return found is not None and _has_hours(found[1])


def current_models(host: str) -> list[str]:
    """List the current models a host is known to serve, by name; Bedrock's as a call from the US would name them."""
    provider = _provider(PROVIDER_OF_HOST.get(host, ""))
    if provider is None:
        return []
    names = set()
    for info in provider.models:
        name = info.id
        if host == "bedrock" and name.startswith("regional."):
            name = "us." + name.removeprefix("regional.")
        if host == "openrouter" and ("/" not in name or name.endswith(":batch")):
            continue  # names from before makers were part of them; and batches, which are not a model of their own
        if "ft:" in name or ".ft-" in name:
            continue  # the beginnings of fine-tuned models' names
        if host == "google" and not name.startswith(("gemini", "gemma")):
            continue  # other makers' models are on Vertex, which is not this host
        for each in (name, *_names(info.match)[1]) if not info.deprecated else ():
            found = find(host, each)  # the entry's id is not always a name that can be called
            if found is not None and found[1] is info:
                names.add(each)
                break
    return sorted(names)


def source() -> str:
    """Name genai-prices with its version, as every price from it does."""
    return f"genai-prices {_version()}"


def _tariff(owner: Provider, info: ModelInfo, at: datetime, given: Conditions) -> Tariff | None:
    standard = info.get_prices(at)
    prices = {key: value for key, value in vars(standard).items() if value is not None}
    unpriceable = prices.keys() - _TOKEN_RATES.keys() - _NOT_ASKED_FOR  # a fee per request, images, citations ...
    if unpriceable or "input_mtok" not in prices or "output_mtok" not in prices:
        return None
    known = {name: prices[key] for key, name in _TOKEN_RATES.items() if key in prices}
    unknown: frozenset[str] = frozenset()
    if given:
        variant = _variant(info, at, given)
        if variant is None:
            return None
        own = {name: value for key, name in _TOKEN_RATES.items() if (value := vars(variant).get(key)) is not None}
        if own:  # an empty variant says: the standard price, also under these conditions
            if "input" not in own or "output" not in own:
                return None
            unknown = frozenset(known.keys() - own.keys())
            known = own
    from genai_prices.types import TieredPrices

    starts = sorted({tier.start for price in known.values() if isinstance(price, TieredPrices) for tier in price.tiers})
    return Tariff(
        _rates(known, 0, unknown),
        source(),
        _as_of(),
        f"{owner.id}/{info.id}",
        tuple((start, _rates(known, start + 1, unknown)) for start in starts),
    )


def _rates(known: dict[str, Any], input_tokens: int, unknown: frozenset[str]) -> Rates:
    from genai_prices.types import TieredPrices

    def at(price: Decimal | TieredPrices) -> Decimal:
        if isinstance(price, TieredPrices):
            passed = [tier.price for tier in price.tiers if input_tokens > tier.start]
            return passed[-1] if passed else price.base
        return price

    return Rates(**{name: at(price) for name, price in known.items()}, unknown=unknown)


def _variant(info: ModelInfo, at: datetime, given: Conditions) -> ModelPrice | None:
    for variant in info.price_variants or ():
        if frozenset(variant.when.items()) == given and (variant.constraint is None or variant.constraint.active(at)):
            return variant.prices
    return None


def _holds_in(matched: str, name: bedrock.BedrockName, region: str | None) -> bool:
    region = region or name.region
    if name.profile == "us-gov" or (region or "").startswith("us-gov"):
        return False
    if name.profile == "global" or matched.startswith("global."):
        return name.profile == "global" and matched.startswith("global.")
    if matched.startswith("regional."):  # one price in every geography
        return True
    return name.profile in ("", "us") and (region is None or region in bedrock.US_REGIONS)


def _is_same_model(host: str, name: str, info: ModelInfo) -> bool:
    """Tell whether the name is the entry's own, but for a date, a version, or who is named before it."""
    exact, literals = _names(info.match)
    lowered = name.lower()
    if any(re.search(pattern, lowered) for pattern in exact):
        return True
    wanted = _plain(host, lowered)
    return any(wanted == _plain(host, literal) for literal in (*literals, info.id)) or any(
        literal.startswith("ft:") and lowered.startswith(literal)  # a fine-tuned model's name ends as its owner likes
        for literal in literals
    )


def _plain(host: str, name: str) -> str:
    name = name.lower().replace("regional.", "", 1)
    if host == "bedrock":
        name = bedrock.parse(name).model
        name = name.split(".", 1)[-1] if re.match(r"[a-z0-9]+\.[a-z]", name) else name
    elif host != "openrouter":  # there the maker's name is part of the model's
        name = name.rpartition("/")[2]
    return _VERSION_AT.get(host, _VERSION).sub("", name.rstrip("-@:")).replace(".", "-")


def _names(clause: Any) -> tuple[list[str], list[str]]:
    """Collect a match clause's whole-name patterns, and its literals."""
    patterns: list[str] = []
    literals: list[str] = []
    for field, value in vars(clause).items():
        if field in ("or_", "and_"):
            for part in value:
                more_patterns, more_literals = _names(part)
                patterns += more_patterns
                literals += more_literals
        elif field == "regex":
            if value.startswith("^") and value.endswith("$") and "(?!" not in value:
                patterns.append(value)
        else:
            literals.append(value)
    return patterns, literals


def _owner(provider: Provider, info: ModelInfo) -> Provider:
    """Return whose entry it is: a host without one of its own borrows the maker's."""
    for owner_id in (provider.id, *(provider.fallback_model_providers or ())):
        owner = _provider(owner_id)
        if owner is not None and any(model is info for model in owner.models):
            return owner
    return provider


def _provider(provider_id: str) -> Provider | None:
    from genai_prices.data_snapshot import get_snapshot

    return next((provider for provider in get_snapshot().providers if provider.id == provider_id), None)


def _has_hours(info: ModelInfo) -> bool:
    from genai_prices.types import ModelPrice, TimeOfDateConstraint

    dated: list[Any] = [*(info.price_variants or ())]
    if not isinstance(info.prices, ModelPrice):
        dated += info.prices
    return any(isinstance(price.constraint, TimeOfDateConstraint) for price in dated)


@cache
def _version() -> str:
    from importlib.metadata import version

    return version("genai-prices")


def _as_of() -> str | None:
    from genai_prices.data_snapshot import get_snapshot

    snapshot = get_snapshot()  # an updated one, where the user runs genai_prices.UpdatePrices
    return snapshot.timestamp.date().isoformat() if snapshot.from_auto_update else _PUBLISHED.get(_version())
