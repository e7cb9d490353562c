"""Reads our own small, dated price list (`overlay.json`): Bedrock tiers and regions, and the simulated models."""

from __future__ import annotations

import json
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from routebook.pricing import bedrock
from routebook.pricing.conditions import Conditions
from routebook.pricing.tariff import Rates, Tariff

UNKNOWN: Literal["unknown"] = "unknown"
_TIER_OF = {
    frozenset(): "standard",
    frozenset({("processing", "batch")}): "batch",
    frozenset({("service_tier", "flex")}): "flex",
    frozenset({("service_tier", "priority")}): "priority",
}  # fmt: skip


def simulated(model: str) -> Tariff | None:
    """Return the tariff of a simulated model, given as ``host/model``."""
    data = _data()
    found = data["simulated"].get(model)
    return Tariff(_rates(found), "simulated", data["version"], model) if found else None


def simulated_models(host: str) -> list[str]:
    """List the simulated models of a host that have a price, by name."""
    return sorted(name.partition("/")[2] for name in _data()["simulated"] if name.startswith(f"{host}/"))


def on_bedrock(model: str, region: str | None, given: Conditions) -> Tariff | Literal["unknown"] | None:
    """Return what the overlay says of a Bedrock model: a tariff, that nobody knows, or nothing at all.

    Without a region the US prices count; an entry for elsewhere needs the region.
    """
    data, name = _data(), bedrock.parse(model)
    region = region or name.region
    for entry in data["bedrock_unknown"]:
        if entry["model"] == name.model and name.profile in entry["profiles"]:
            return UNKNOWN
    for entry in data["bedrock"]:
        if entry["model"] != name.model or name.profile not in entry["profiles"]:
            continue
        regions = entry.get("regions")
        if regions is not None and (region or "us-east-1") not in regions:
            continue
        tier = _TIER_OF.get(given)
        if tier is None or tier not in entry:
            return UNKNOWN  # the model is listed: a tier that is not has no known price
        own, standard = entry[tier], entry["standard"]
        rates = _rates(own, unknown=frozenset(standard.keys() - own.keys()))
        matched = ".".join(part for part in (name.profile, name.model) if part)
        return Tariff(rates, f"routebook overlay {data['version']}", entry["as_of"], f"bedrock/{matched}")
    return None


def factor(host: str, condition: tuple[str, str]) -> Decimal | None:
    """Return what a host multiplies every rate with under a condition, if it is known."""
    for entry in _data()["factors"]:
        if entry["host"] == host and tuple(entry["condition"]) == condition:
            return Decimal(entry["factor"])
    return None


def _rates(found: dict[str, str], unknown: frozenset[str] = frozenset()) -> Rates:
    return Rates(**{name: Decimal(rate) for name, rate in found.items()}, unknown=unknown)


@cache
def _data() -> dict[str, Any]:
    data: dict[str, Any] = json.loads(files("routebook.pricing").joinpath("overlay.json").read_text("utf-8"))
    return data
