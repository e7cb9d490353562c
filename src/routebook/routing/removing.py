"""A policy without some of its models: what is left when a vendor, a host or a model is gone."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from routebook.errors import PolicyError, did_you_mean
from routebook.lookup import either
from routebook.models import ModelId
from routebook.routing.names import DEFAULT
from routebook.routing.policy import Policy
from routebook.routing.route import Route

Names = str | Iterable[str]


def without(policy: Policy, vendor: Names, host: Names, model: Names) -> Policy:
    """Take models out of every chain; see `Policy.without`."""
    gone = {
        *_those(policy, "vendor", vendor, lambda model: model.vendor),
        *_those(policy, "host", host, lambda model: model.host),
        *_those(policy, "id", model, str),
    }
    if not gone:
        raise PolicyError("Say what to take out of the policy: a vendor, a host or a model.")
    default = _left(policy.default, gone)
    if default is None:
        chain = ", ".join(policy.default.models)
        raise PolicyError(f"Nothing would be left of the {DEFAULT} ({chain}): give it a fallback that stays.")
    stand_in = replace(default, evidence=None)
    return replace(
        policy, routes={tag: _left(route, gone) or stand_in for tag, route in policy.routes.items()}, default=default
    )


def _those(policy: Policy, what: str, names: Names, name_of: Callable[[ModelId], str]) -> set[str]:
    """Return the policy's models of these vendors, hosts or ids."""
    known = {model: name_of(ModelId.parse(model)) for model in policy.models}
    wanted = {names} if isinstance(names, str) else set(names)
    for name in sorted(wanted - set(known.values())):
        near = did_you_mean(name, set(known.values())) or f" It has {either(sorted(set(known.values())))}."
        raise PolicyError(f"No model of this policy has the {what} {name[:60]!r}.{near}")
    return {model for model, has in known.items() if has in wanted}


def _left(route: Route, gone: set[str]) -> Route | None:
    """Return what is left of a route, or `None`; what was measured of another first model says nothing of it."""
    places = [place for place, model in enumerate(route.models) if model not in gone]
    if not places:
        return None
    if len(places) == len(route.models):
        return route
    models = tuple(route.models[place] for place in places)
    weights = None
    if route.weights is not None:
        kept = tuple(route.weights[place] for place in places if place < len(route.weights))
        weights = kept if len(kept) > 1 else None
    evidence = route.evidence if models[0] == route.models[0] else None
    return replace(route, models=models, weights=weights, evidence=evidence)
