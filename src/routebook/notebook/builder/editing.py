"""What a hand changes in a policy: a model, a fallback, the order of the rules, a rule of its own. Values in and out.

A rule is named by the tag of its route, and everything else by ``default``. Evidence and weights of a chain that is
changed go: they were of another choice.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import count

from routebook.errors import PolicyError, did_you_mean
from routebook.routing.conditions import Condition, TagIs
from routebook.routing.drafting.choices import Chain, asked_first, asked_last, moved
from routebook.routing.names import DEFAULT
from routebook.routing.policy import ClassifyRule, Policy
from routebook.routing.route import Route


def use(policy: Policy, tag: str, model: str) -> Policy:
    """Ask this model first: a fallback moves up, another model takes the place of the first.

    Raises
    ------
    PolicyError
        If no rule has the tag.

    Examples
    --------
    >>> desk = Policy("desk", (), {}, Route(("sim/large", "sim/small")))
    >>> use(desk, "default", "sim/small").default.models
    ('sim/small', 'sim/large')
    """
    return _with(policy, tag, asked_first(_route(policy, tag).models, model))


def fallback(policy: Policy, tag: str, model: str) -> Policy:
    """Let this model stand in when all others of the chain have failed; errors as in `use`."""
    return _with(policy, tag, asked_last(_route(policy, tag).models, model))


def remove(policy: Policy, tag: str, model: str | None = None) -> Policy:
    """Take a model out of a chain, and with the last, or without a model, the whole rule.

    Raises
    ------
    PolicyError
        If no rule has the tag, its chain has no such model, or nobody would be left for everything else.
    """
    chain = _route(policy, tag).models
    if model is not None and model not in chain:
        raise PolicyError(f"{model[:60]!r} is not asked there: {', else '.join(chain)} is.")
    left = tuple(one for one in chain if model is not None and one != model)
    if left:
        return _with(policy, tag, left)
    if tag == DEFAULT:
        raise PolicyError("Everything else has to go somewhere: choose another model for it.")
    rules = tuple(rule for rule in policy.classify if rule.tag != tag)
    return replace(policy, classify=rules, routes={one: route for one, route in policy.routes.items() if one != tag})


def move(policy: Policy, tag: str, to: int) -> Policy:
    """Move a rule among the rules to the place `to`, from 0; past the end is the end. Errors as in `use`."""
    _route(policy, tag)
    rule = next((rule for rule in policy.classify if rule.tag == tag), None)
    if rule is None:
        raise PolicyError("The default is always last: it is for what no rule matches.")
    return replace(policy, classify=moved(policy.classify, rule, to))


def add(policy: Policy, when: Condition, model: str) -> Policy:
    """Put a rule before all others, so that it counts.

    Raises
    ------
    PolicyError
        If a rule asks just that already.

    Examples
    --------
    >>> from routebook.routing.conditions import HasKeyword
    >>> made = add(Policy("desk", (), {}, Route(("sim/small",))), HasKeyword(("prove",)), "sim/large")
    >>> made.decide("Prove it.").models
    ('sim/large',)
    """
    if any(rule.when == when for rule in policy.classify):
        raise PolicyError(f"There is a rule already for what goes: {when.sentence()}. Change its model instead.")
    own = when.tag if isinstance(when, TagIs) else DEFAULT
    free = (name for number in count(1) if (name := f"kind-{number}") not in policy.routes)
    tag = next(free) if own == DEFAULT or own in policy.routes else own
    rules = (ClassifyRule(tag, when), *policy.classify)
    return replace(policy, classify=rules, routes={tag: Route((model,)), **policy.routes})


def _route(policy: Policy, tag: str) -> Route:
    if tag == DEFAULT:
        return policy.default
    if tag not in policy.routes:
        raise PolicyError(f"There is no rule {tag[:40]!r}.{did_you_mean(tag, policy.routes)}")
    return policy.routes[tag]


def _with(policy: Policy, tag: str, chain: Chain) -> Policy:
    route = replace(_route(policy, tag), models=chain, evidence=None, weights=None)
    return replace(policy, default=route) if tag == DEFAULT else replace(policy, routes={**policy.routes, tag: route})
