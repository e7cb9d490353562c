"""Plano's config: an alias ``route/TAG`` for the first model of each tag, and preferences for rules that read prompts.

Plano picks a preference by asking a model of its own, which reads the rules as descriptions: no first match, no exact
words. So such a rule is a loss even where it stands in the file. An alias names one model and no fallback.

Plano fills in ``$NAME`` anywhere in the file from its environment: no name may hold a ``$``; texts have another sign.
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from routebook.errors import TargetError
from routebook.models import ModelId
from routebook.routing.policy import Policy
from routebook.routing.writing import yaml_text
from routebook.targets.contract import Compiled, Loss, header
from routebook.targets.hosts import caller_losses, chains, endpoint
from routebook.targets.replaying import Prompts, Replay, not_replayed

TITLE = "Plano"
PROVEN_WITH = "planoai 0.4.39 (its schema and its config generator)"
FILENAME = "plano_config.yaml"
EXPRESSES = "tags; rules as descriptions that a model reads"
HEAVY = True

_PORT = 12_000
_DOLLAR = "\uff04"  # a dollar sign that is none to Plano
_PROVIDERS: Mapping[str, str] = {
    "anthropic": "anthropic", "deepseek": "deepseek", "google": "gemini", "groq": "groq", "mistral": "mistral",
    "moonshot": "moonshotai", "openai": "openai", "openrouter": "openrouter", "together": "together_ai", "xai": "xai",
}  # fmt: skip


def losses(policy: Policy) -> tuple[Loss, ...]:
    """Tell what Plano cannot express of this policy."""
    how = 'ask for the model "route/" + policy.decide(prompt, tag=...).tag. A model of Plano\'s reads its preference.'
    return tuple(dict.fromkeys([*caller_losses(policy, TITLE, how), *_route_losses(policy)]))


def compile(policy: Policy) -> Compiled:
    """Write the policy as a Plano config, as far as it can be one.

    Raises
    ------
    TargetError
        If a model cannot be asked by Plano or its name means something else there, or two hosts have models of one
        name.
    """
    lost = losses(policy)
    first = {tag: _first(tag, route.models) for tag, route in chains(policy)}
    providers = _providers(first)
    config: dict[str, Any] = {
        "version": "v0.4.0",
        "listeners": [{"type": "model", "name": "routebook", "port": _PORT}],
        "model_providers": list(providers.values()),
        "model_aliases": {f"route/{tag}": {"target": ModelId.parse(name).model} for tag, name in first.items()},
    }
    if preferences := _preferences(policy, first, providers):
        config["routing_preferences"] = preferences
    keys = {provider["access_key"].removeprefix("$") for provider in providers.values() if "access_key" in provider}
    return Compiled(
        text=header(policy, TITLE, lost).replace("$", _DOLLAR) + yaml_text(config, width=1_000_000),
        entries=tuple(f"route/{tag}" for tag in first),
        fallbacks=0,
        variables=tuple(sorted(keys)),
        losses=lost,
    )


def start(path: Path) -> str:
    """Say how to start Plano with this file."""
    return (
        f"Start it: planoai up {shlex.quote(str(path))} (pip install planoai), then ask port {_PORT:d} for the model "
        "route/TAG, or route/default."
    )


def replay(policy: Policy, prompts: Prompts) -> Replay:  # noqa: ARG001 - as every target
    """Say why nothing can be replayed here."""
    return not_replayed(
        TITLE, "Plano routes inside of Envoy and by a model of its own, neither of which runs from here."
    )


# ---- the config -----------------------------------------------------------------------------------------------------


def _first(tag: str, models: tuple[str, ...]) -> str:
    """Return the first model of a chain that can be asked."""
    for what in (tag, *models):
        if "$" in what:
            raise TargetError(f"{TITLE} would read the $ in {what} as a variable of its environment: rename it.")
    found = next((name for name in models if endpoint(name, TITLE) is not None), None)
    if found is None:
        raise TargetError(f"{TITLE} can ask no model of the route {tag}: simulated models are no servers.")
    if "*" in found:
        raise TargetError(f"{TITLE} would read the * in {found} as any model: name one model in the policy.")
    return found


def _providers(first: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """Return how each model is asked, by its ``host/model``."""
    made: dict[str, dict[str, Any]] = {}
    named: dict[str, str] = {}
    for name in dict.fromkeys(first.values()):
        model = ModelId.parse(name).model
        if (other := named.setdefault(model, name)) != name:
            raise TargetError(f"{TITLE} cannot tell {other} from {name}: it knows both by {model!r} alone.")
        made[name] = _provider(name)
    made[first["default"]]["default"] = True
    return made


def _provider(name: str) -> dict[str, Any]:
    model = ModelId.parse(name)
    found = endpoint(name, TITLE)
    assert found is not None  # `_first` left simulated models out
    key = {"access_key": f"${found.key_env}"} if found.key_env else {}
    if found.protocol == "bedrock":
        region = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
        if not region:
            raise TargetError("Bedrock's models are asked in a region: set AWS_REGION and export again.")
        url = f"https://bedrock-runtime.{region}.amazonaws.com"
        return {"model": f"amazon_bedrock/{model.model}", "access_key": "$AWS_BEARER_TOKEN_BEDROCK", "base_url": url}
    if found.protocol == "azure":
        if not (url := os.environ.get("AZURE_OPENAI_ENDPOINT", "").strip().rstrip("/")):
            raise TargetError(
                "Azure's models are asked at your own address: set AZURE_OPENAI_ENDPOINT and export again."
            )
        return {"model": f"azure_openai/{model.model}", **key, "base_url": url}
    if model.host in _PROVIDERS and urlsplit(found.base_url).scheme == "https":
        return {"model": f"{_PROVIDERS[model.host]}/{model.model}", **key}
    made: dict[str, Any] = {"model": f"{model.host}/{model.model}", **key, "base_url": found.base_url}
    if model.host != "ollama":
        made["provider_interface"] = "openai"
    if found.headers:
        made["headers"] = dict(found.headers)
    return made


def _preferences(
    policy: Policy, first: Mapping[str, str], providers: Mapping[str, dict[str, Any]]
) -> list[dict[str, Any]]:
    """Return a description for each tag whose rules read more than the tag."""
    said: dict[str, list[str]] = {}
    for rule in policy.classify:
        if not rule.identity:
            said.setdefault(rule.tag, []).append(rule.when.sentence().replace("$", _DOLLAR))
    return [
        {"name": tag, "description": ", or ".join(sentences), "models": [providers[first[tag]]["model"]]}
        for tag, sentences in said.items()
    ]


# ---- losses ---------------------------------------------------------------------------------------------------------


def _route_losses(policy: Policy) -> Iterator[Loss]:
    for tag, route in chains(policy):
        where = f"route {tag}"
        askable = [name for name in route.models if endpoint(name, TITLE) is not None]
        if len(askable) > 1:
            yield Loss(where, f"its fallbacks are left out: {TITLE}'s alias names one model, {askable[0]}.")
        if len(askable) < len(route.models):
            yield Loss(where, f"simulated models cannot be asked by {TITLE} and are left out.")
        if route.weights is not None and len(route.weights) > 1:
            yield Loss(where, "its weights are left out and its first model is always asked.")
        if route.timeout_s is not None or route.retries:
            yield Loss(where, f"its time limit and its retries are left out: {TITLE} has them for all routes at once.")
        if route.budget_usd is not None:
            yield Loss(where, f"its budget of ${route.budget_usd:.3g} a prompt is left out.")
