"""Rules, or one model, as a policy, and what was measured on held-out prompts as its evidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import count
from math import isnan
from typing import TYPE_CHECKING, Any

import numpy as np

from routebook.errors import OptionError, OutcomesError, PolicyError
from routebook.outcomes import model_ids
from routebook.routing.conditions import TagIs
from routebook.routing.learning.rules import Rule, Rules
from routebook.routing.names import DEFAULT, MAX_LONG_NAME, check_model
from routebook.routing.policy import ClassifyRule, Policy
from routebook.routing.route import Evidence, Prices, Provenance, Route

if TYPE_CHECKING:
    from routebook.outcomes import Outcomes
    from routebook.routing.evidence.evaluation import Evaluation
    from routebook.routing.learning.matrix import Floats, Matrix

_DIGITS = 4


def check_names(outcomes: Outcomes, models: Sequence[str]) -> None:
    """Refuse a model that a policy cannot name.

    Raises
    ------
    OutcomesError
        With the first.
    """
    ids = model_ids(outcomes)
    for model in models:
        try:
            check_model(ids[model])
        except PolicyError as error:
            raise OutcomesError(
                f"A policy cannot name the model {model!r:.60}; give it a name of plain letters without spaces: "
                f"Outcomes.from_frame(models={{{model!r:.60}: 'host/model'}})."
            ) from error


def policy_of(rules: Rules, matrix: Matrix, outcomes: Outcomes, provenance: Provenance, name: str) -> Policy:
    """Make a policy of rules; a route's fallback is its next best model, of another vendor if there is one."""
    ids = model_ids(outcomes)
    vendors = dict(zip(outcomes.models, outcomes._models["vendor"], strict=True))

    def chain(first: int, worth: Floats) -> tuple[str, ...]:
        order = [matrix.models[place] for place in np.argsort(-worth, kind="stable") if place != first]
        own = matrix.models[first]
        elsewhere = [model for model in order if vendors[model] != vendors[own]]
        return tuple(dict.fromkeys([ids[own], *(ids[model] for model in (elsewhere or order)[:1])]))

    def route(rule: Rule) -> Route:
        if rule.other is None:
            return Route(chain(rule.model, rule.worth))
        both = tuple(ids[matrix.models[model]] for model in (rule.model, rule.other))
        return Route(both, weights=(rule.part, round(1 - rule.part, 2)))

    tags = _names(rules)
    return Policy(
        name,
        tuple(ClassifyRule(tag, rule.when) for tag, rule in zip(tags, rules.rules, strict=True)),
        {tag: route(rule) for tag, rule in zip(tags, rules.rules, strict=True)},
        Route(chain(rules.default, rules.default_worth)),
        provenance,
    )


def _names(rules: Rules) -> list[str]:
    """Name each route by its tag where the rule asks for just one, else by its number."""
    own = [rule.when.tag if isinstance(rule.when, TagIs) and rule.when.tag != DEFAULT else None for rule in rules.rules]
    free = (name for number in count(1) if (name := f"kind-{number}") not in own)
    return [tag or next(free) for tag in own]


def provenance_of(outcomes: Outcomes, seed: int, created: date | None) -> Provenance:
    """Say where a policy comes from: the outcomes, their prices and judges, the seed, the day (today by default).

    Raises
    ------
    OptionError
        If `created` is no day.
    """
    if not isinstance(created, date | None):
        raise OptionError(f"created is a day, such as datetime.date(2026, 11, 30), not {created!r:.60}.")
    source = outcomes.source
    judges = ", ".join(source.judges) or source.quality
    return Provenance(
        created=(created or datetime.now(UTC).date()).isoformat()[:10],
        run=source.run_id,
        data_sha256=outcomes.data_sha256,
        prices=Prices(_line(source.prices)) if source.prices else None,
        judge=_line(judges) or None,
        seed=seed,
    )


def _line(text: str) -> str:
    return " ".join(text.split())[:MAX_LONG_NAME]


def with_evidence(policy: Policy, made: Evaluation, learned_on: Mapping[str, int]) -> Policy:
    """Write into each route what held-out prompts say of it.

    Parameters
    ----------
    policy
        The policy.
    made
        What it got on the held-out prompts.
    learned_on
        How many of the prompts it was learned from take each route, by its tag.
    """
    found = {row["tag"]: row for row in made.by_route}
    pretended = set(made.outcomes.simulated)

    def told(tag: str, route: Route) -> Route:
        row = found.get(tag)
        if row is None:
            return replace(route, evidence=Evidence(learned_on.get(tag, 0), held_out=0))
        return replace(route, evidence=_evidence(row, learned_on.get(tag, 0), row["model"] in pretended))

    routes = {tag: told(tag, route) for tag, route in policy.routes.items()}
    return replace(policy, routes=routes, default=told(DEFAULT, policy.default))


def _evidence(row: Mapping[str, Any], learned_on: int, simulated: bool) -> Evidence:
    held_out, itself = int(row["prompts"]), row["gain_low"] == row["gain_high"] == 0
    return Evidence(
        prompts=learned_on + held_out,
        held_out=held_out,
        quality=_short(row["quality"]),
        quality_ci95=_ends(row["low"], row["high"], row["quality"]),
        gain=None if itself else _short(row["gain"]),
        gain_ci95=_ends(row["gain_low"], row["gain_high"], row["gain"]),
        usd_per_1k_prompts=_short(row["usd_per_1k_prompts"]),
        usd_per_1k_prompts_ci95=_ends(row["usd_low"], row["usd_high"], row["usd_per_1k_prompts"]),
        latency_p95_s=_short(row["latency_p95_s"]),
        simulated=simulated,
    )


def _ends(low: float, high: float, value: float) -> tuple[float, float] | None:
    if isnan(low) or isnan(high) or isnan(value) or low == high:  # of no width: assumed, and not measured
        return None
    return _rounded(low), _rounded(high)


def _short(value: float) -> float | None:
    return None if isnan(value) else _rounded(value)


def _rounded(value: float) -> float:
    """Keep four significant digits: a file that says more would pretend to know it."""
    return float(f"{float(value):.{_DIGITS}g}")


def learned_on(rules: Rules, tags: Sequence[str], prompts: int) -> dict[str, int]:
    """Count the prompts that each rule was learned from."""
    counts = {tag: int(rule.rows.sum()) for tag, rule in zip(tags, rules.rules, strict=True)}
    return counts | {DEFAULT: prompts - sum(counts.values())}
