"""A policy as plain data and as text: what a policy file may hold, in which order, and its hash."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from routebook.routing.policy import Policy
from routebook.routing.route import Provenance, Route
from routebook.routing.writing import canonical_json, pretty_json, yaml_text

VERSION = 1

# what each mapping in a policy file may hold, in the order it is written
SHAPES: Mapping[str, tuple[str, ...]] = {
    "a policy": ("routebook", "name", "classify", "routes", "default", "provenance"),
    "a classify rule": ("tag", "when"),
    "a condition": (
        "tag",
        "keyword",
        "regex",
        "language",
        "metadata",
        "feature",
        "any",
        "all",
        "not",
        "equals",
        "in",
        "at_least",
        "at_most",
    ),
    "a route": ("models", "weights", "timeout_s", "retries", "budget_usd", "evidence"),
    "the evidence": (
        "prompts",
        "held_out",
        "quality",
        "quality_ci95",
        "gain",
        "gain_ci95",
        "usd_per_1k_prompts",
        "usd_per_1k_prompts_ci95",
        "latency_p95_s",
        "simulated",
    ),
    "the provenance": ("created", "run", "data_sha256", "prices", "judge", "seed", "expires"),
    "the prices": ("source", "date"),
}


def to_yaml(policy: Policy) -> str:
    """Write the policy as YAML, in the design's shape."""
    return yaml_text(to_data(policy), dates=("created", "date", "expires"), block=_on_lines_of_its_own)


def _on_lines_of_its_own(path: tuple[str, ...]) -> bool:
    return len(path) < 2 or (len(path) == 2 and path[0] in ("classify", "routes"))


def to_json(policy: Policy) -> str:
    """Write the policy as indented JSON."""
    return pretty_json(to_data(policy))


def schema() -> dict[str, Any]:
    """Return the published JSON Schema; see `Policy.schema`."""
    text = files("routebook.routing").joinpath("policy.schema.json").read_text(encoding="utf-8")
    read: dict[str, Any] = json.loads(text)
    return read


def sha256(policy: Policy) -> str:
    """Return the sha256 (hex) of the policy's canonical JSON."""
    return hashlib.sha256(canonical_json(to_data(policy)).encode()).hexdigest()


def to_data(policy: Policy) -> dict[str, Any]:
    """Return the policy as plain data, in the order it is written; what is not given is not written."""
    data: dict[str, Any] = {
        "routebook": VERSION,
        "name": policy.name,
        "classify": [{"tag": rule.tag, "when": rule.when.data()} for rule in policy.classify],
        "routes": {tag: _route_data(route) for tag, route in policy.routes.items()},
        "default": _route_data(policy.default),
    }
    provenance = policy.provenance
    if provenance != Provenance():
        said = _given(provenance, ("created", "run", "data_sha256"))
        if provenance.prices is not None:
            said["prices"] = _given(provenance.prices, SHAPES["the prices"])
        said |= {"judge": provenance.judge, "seed": provenance.seed}  # nobody and none are said too
        data["provenance"] = said | _given(provenance, ("expires",))
    return data


def _route_data(route: Route) -> dict[str, Any]:
    data: dict[str, Any] = {"models": list(route.models)}
    if route.weights is not None:
        data["weights"] = list(route.weights)
    if route.timeout_s is not None:
        data["timeout_s"] = route.timeout_s
    if route.retries:
        data["retries"] = route.retries
    if route.budget_usd is not None:
        data["budget_usd"] = route.budget_usd
    if (evidence := route.evidence) is not None:
        said = _given(evidence, SHAPES["the evidence"])
        data["evidence"] = {name: list(value) if isinstance(value, tuple) else value for name, value in said.items()}
        if not evidence.simulated:
            del data["evidence"]["simulated"]
    return data


def _given(value: object, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: given for name in names if (given := getattr(value, name)) is not None}
