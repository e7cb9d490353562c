"""Where a gateway really sent a prompt, read from what it said of its answer; unknown where it said nothing of it.

- LiteLLM's proxy tells the model and the address it asked in headers. Its answer's ``model`` is its own name for the
  route, such as ``fallback/coding/1``, and says nothing of the model.
- Portkey's gateway tells the place in its config; that is a place in the file exported from this very policy.
- Any other answer has the served model's name, which tells a model of the policy if just one has that name.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from routebook.calls import Call
from routebook.models import SIMULATED_HOSTS, ModelId
from routebook.providers.registry import server_for
from routebook.routing.decision import Decision
from routebook.routing.policy import Policy

LITELLM, PORTKEY, ANSWER, NOTHING = "LiteLLM's headers", "Portkey's header", "the answer's model", ""

_SNAPSHOT = re.compile(r"-\d{4}-?\d{2}-?\d{2}\Z")


class Went(NamedTuple):
    """Where a prompt went.

    Attributes
    ----------
    model
        The policy's ``host/model``, or the gateway's own name of a model that the policy does not have; `None` where
        it cannot be told.
    told_by
        What told it; empty where nothing did.
    known
        Whether it is a model of the policy.
    """

    model: str | None = None
    told_by: str = NOTHING
    known: bool = False


def went(call: Call, decision: Decision) -> Went:
    """Tell where a gateway sent a prompt for which this was decided."""
    said = call.extras
    models = _models(decision)
    if name := said.get("x-litellm-model-name"):
        from routebook.targets import litellm

        base = said.get("x-litellm-model-api-base", "")
        named = [model for model in models if litellm.deployment(ModelId.parse(model)) == name]
        found = [model for model in named if _may_be_at(model, base)]
        return _one(found, LITELLM) if found else Went(name, LITELLM)
    named = [model for model in models if _same_name(model, call.served_model or "")]
    if option := said.get("x-portkey-last-used-option-index"):
        model = _at(decision.policy, option)
        contradicted = len(named) == 1 and named[0] != model
        return Went() if model is None or contradicted else Went(model, PORTKEY, known=True)
    return _one(named, ANSWER)


def _models(decision: Decision) -> list[str]:
    """List the models of the decided route, then all others of the policy."""
    routes = [decision.route, *decision.policy.routes.values(), decision.policy.default]
    return list(dict.fromkeys([*decision.models, *(model for route in routes for model in route.models)]))


def _one(found: Sequence[str], told_by: str) -> Went:
    return Went(found[0], told_by, known=True) if len(found) == 1 else Went()


def _may_be_at(model: str, base_url: str) -> bool:
    """Tell whether a model may be at an address: one of a server that is known here has to be at the server's."""
    server = server_for(ModelId.parse(model).host)
    return server is None or not base_url or server.base_url.rstrip("/") == base_url.rstrip("/")


def _same_name(model: str, served: str) -> bool:
    """Tell whether a name is the model's, or that of a dated snapshot of it."""
    name = ModelId.parse(model).model
    return served in (model, name) or _SNAPSHOT.sub("", served) == name


def _at(policy: Policy, option: str) -> str | None:
    """Return the model at a place of the exported config, such as ``config.targets[0].targets[1]``."""
    from routebook.targets import portkey

    routes = [*policy.routes.values(), policy.default]
    if any(ModelId.parse(model).host in SIMULATED_HOSTS for route in routes for model in route.models):
        return None  # they are not in the file, so the places are others
    at = portkey.config(policy, lambda model, _: {"id": model})
    for step in option.split(".")[1:]:
        place = re.fullmatch(r"targets\[(\d{1,4})\]", step)
        targets = at.get("targets", [])
        if place is None or int(place[1]) >= len(targets):
            return None
        at = targets[int(place[1])]
    model: str | None = at.get("id")
    return model
