"""OpenRouter's request fragments: for each tag the ``models`` to merge into a request, in the order they are tried.

OpenRouter has no file of its own: whoever calls picks the fragment of a prompt's tag. Which provider serves a model is
OpenRouter's to choose, because a policy names none, so no fragment has ``provider``. Documented under *Model Fallbacks*
(openrouter.ai/docs/guides/routing): an error of a model, a refusal by moderation among them, leads to the next one.
Its API takes three models at most (as reported in coder/xum#2963).

`replay` reads the fragments by that documented meaning; it is no code of OpenRouter's, and says so.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from routebook.errors import TargetError
from routebook.models import ModelId
from routebook.routing.policy import Policy, Route
from routebook.routing.writing import pretty_json
from routebook.targets.contract import Compiled, Loss
from routebook.targets.hosts import caller_losses, chains
from routebook.targets.replaying import Found, Prompts, Replay, decisions, replayed

TITLE = "OpenRouter"
PROVEN_WITH = "its documentation alone, read in 2026-11"
FILENAME = "openrouter.json"
EXPRESSES = "tags, up to 2 fallbacks"
HEAVY = False

MAX_MODELS = 3


def losses(policy: Policy) -> tuple[Loss, ...]:
    """Tell what OpenRouter cannot express of this policy."""
    how = "take the fragment of policy.decide(prompt, tag=...).tag."
    return tuple(dict.fromkeys([*caller_losses(policy, TITLE, how), *_route_losses(policy)]))


def compile(policy: Policy) -> Compiled:
    """Write a request fragment for each tag, as far as OpenRouter can ask its models.

    Raises
    ------
    TargetError
        If a route has no model on OpenRouter.
    """
    lost = losses(policy)
    routes = {f"route/{tag}": {"models": list(_models(tag, route))} for tag, route in chains(policy)}
    told = {
        "policy": policy.name,
        "sha256": policy.sha256,
        "created": policy.provenance.created,
        "losses": [str(loss) for loss in lost],
    }
    return Compiled(
        text=pretty_json({"routebook": told, "routes": routes}),
        entries=tuple(routes),
        fallbacks=sum(len(fragment["models"]) - 1 for fragment in routes.values()),
        variables=("OPENROUTER_API_KEY",),
        losses=lost,
    )


def start(path: Path) -> str:
    """Say how to use the fragments."""
    return (
        f"Use it: merge the fragment of a tag into each request to OpenRouter, such as jq '.routes[\"route/default\"]' "
        f"{shlex.quote(str(path))}, in place of its model."
    )


def replay(policy: Policy, prompts: Prompts) -> Replay:
    """Follow the fragments by their documented meaning: each model in its turn, until one answers."""
    fragments: dict[str, Any] = json.loads(compile(policy).text)["routes"]
    decided = decisions(policy, prompts)
    found = [
        Found(tuple(f"openrouter/{name}" for name in fragments[f"route/{one.tag}"]["models"])) for _, one in decided
    ]
    return replayed("OpenRouter's documented meaning (no code of its own)", None, decided, found)


def _models(tag: str, route: Route) -> tuple[str, ...]:
    found = tuple(ModelId.parse(name).model for name in route.models if _is_there(name))[:MAX_MODELS]
    if not found:
        raise TargetError(
            f"OpenRouter can ask no model of the route {tag}: name its models as openrouter/VENDOR/MODEL in the policy."
        )
    return found


def _is_there(name: str) -> bool:
    return ModelId.parse(name).host == "openrouter"


def _route_losses(policy: Policy) -> Iterator[Loss]:
    for tag, route in chains(policy):
        where = f"route {tag}"
        there = [name for name in route.models if _is_there(name)]
        for name in route.models:
            if name not in there:
                yield Loss(name, "its host is not OpenRouter, which cannot ask it; it is left out of its chain.")
        if len(there) > MAX_MODELS:
            yield Loss(where, f"OpenRouter tries {MAX_MODELS} models at most, without {', '.join(there[MAX_MODELS:])}.")
        if route.weights is not None and len(route.weights) > 1:
            yield Loss(where, "its weights are left out and its first model is always asked first.")
        if route.timeout_s is not None or route.retries:
            yield Loss(
                where,
                "its time limit and its retries are left out: OpenRouter tries a model's other providers, then the "
                "next model, and whoever calls sets a limit.",
            )
        if route.budget_usd is not None:
            yield Loss(
                where,
                f"its budget of ${route.budget_usd:.3g} a prompt is left out: OpenRouter limits prices by token, not a "
                "prompt's cost.",
            )
