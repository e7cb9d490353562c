"""What stands in a builder, as plain data for the page, and as a report for where no widget can be.

The page gets numbers and names, never HTML. `None` is unknown.
"""

from __future__ import annotations

from math import isnan
from typing import Any, TypedDict

from routebook.comparison_json import writable
from routebook.models import ModelId
from routebook.notebook.builder.building import Building, Standing
from routebook.outcomes import model_ids
from routebook.render.palette import colours
from routebook.render.report import Block, Report, figure, percent, signed, span
from routebook.render.words import usd
from routebook.routing.evidence.wording import about, all_simulated, block
from routebook.routing.learning.rule_rows import rule_rows, rules_block
from routebook.routing.names import DEFAULT

_DIGITS = 6
OPTIMISTIC = (
    "Figures are of prompts that the rules were not learned from. Whoever picks a policy by them picks partly by luck: "
    "on new prompts expect a little less."
)


class Estimate(TypedDict):
    """A figure and the ends of its 95 % interval."""

    value: float | None
    low: float | None
    high: float | None


class Rule(TypedDict):
    """A rule; the last is for everything else, and asks nothing.

    ``by_hand`` is whether a hand made or changed it. ``learned_on`` and ``held_out`` are prompts; of a rule that gets
    others than it was learned from there are none of the former. ``gain`` is the quality less that of the best single
    model on the same prompts.
    """

    tag: str
    when: str | None
    models: list[str]
    by_hand: bool
    learned_on: int | None
    held_out: int
    quality: Estimate
    gain: Estimate
    usd_per_1k_prompts: Estimate


class Policy(TypedDict):
    """A policy and its figures on all held-out prompts.

    ``gain`` is its quality less that of the best single model, ``cost_ratio`` how many times as much it costs as that
    one; ``shares`` is what each model answers.
    """

    rules: list[Rule]
    quality: Estimate
    gain: Estimate
    cost_ratio: Estimate
    usd_per_1k_prompts: Estimate
    shares: list[float]
    file: str


class Model(TypedDict):
    """A model: its id in policies, a short name, the index of its colour, and what it gets if it answers everything."""

    id: str
    name: str
    colour: int
    simulated: bool
    role: str
    quality: Estimate
    usd_per_1k_prompts: Estimate


class Setting(TypedDict):
    """What stays while a builder lives: the stops of its slider, and what they are of."""

    id: str
    stops: list[Policy]
    models: list[Model]
    tags: list[str]
    prompts: int
    priced: bool
    simulated: bool
    notes: list[str]


class Now(TypedDict):
    """What stands: the stop it is or came from, and the policy that a hand made of it, if one did."""

    stop: int
    edited: Policy | None
    undo: bool
    redo: bool


def setting_of(building: Building) -> Setting:
    """Return what stays."""
    first = building.stops[0].evaluation
    outcomes = building.outcomes
    ids = model_ids(outcomes)
    pretended = set(outcomes.simulated)
    models: list[Model] = [
        {
            "id": ids[one.model],
            "name": ModelId.parse(ids[one.model]).model,
            "colour": colour,
            "simulated": one.model in pretended,
            "role": one.role.replace("given", "best single"),
            "quality": _estimate(one.quality, one.low, one.high),
            "usd_per_1k_prompts": _estimate(one.usd_per_1k_prompts, one.usd_low, one.usd_high),
        }
        for one, colour in zip(first.beside, colours(outcomes.models), strict=True)
    ]
    return {
        "id": building.history.id,
        "stops": [policy_of(stop) for stop in building.stops],
        "models": models,
        "tags": [writable(tag) for tag in building.tags],
        "prompts": first.total.prompts,
        "priced": first.total.priced > 0,
        "simulated": all_simulated(outcomes),
        "notes": [OPTIMISTIC, *(writable(note) for note in _notes(building))],
    }


def now_of(building: Building) -> Now:
    """Return what stands."""
    history = building.history
    now = history.now
    return {
        "stop": now.stop,
        "edited": policy_of(now) if now.edited else None,
        "undo": history.can_undo,
        "redo": history.can_redo,
    }


def policy_of(standing: Standing) -> Policy:
    """Return a policy and its figures."""
    made = standing.evaluation
    total, best = made.total, made.best
    return {
        "rules": [_rule(row, standing) for row in rule_rows(made)],
        "quality": _estimate(total.quality, total.low, total.high),
        "gain": _estimate(best.gain, best.gain_low, best.gain_high),
        "cost_ratio": _estimate(best.cost_ratio, best.ratio_low, best.ratio_high),
        "usd_per_1k_prompts": _estimate(total.usd_per_1k_prompts, total.usd_low, total.usd_high),
        "shares": [round(float(share), _DIGITS) for share in made.models["share"]],
        "file": made.policy.to_yaml(),
    }


def _rule(row: dict[str, Any], standing: Standing) -> Rule:
    tag = row["tag"]
    return {
        "tag": tag,
        "when": None if tag == DEFAULT else writable(row["rule"]),
        "models": [row["model"], *row["fallbacks"]],
        "by_hand": tag in standing.by_hand,
        "learned_on": standing.learned_on.get(tag),
        "held_out": row["held_out"],
        "quality": _estimate(row["quality"], row["low"], row["high"]),
        "gain": _estimate(row["gain"], row["gain_low"], row["gain_high"]),
        "usd_per_1k_prompts": _estimate(row["usd_per_1k_prompts"], row["usd_low"], row["usd_high"]),
    }


def _estimate(value: float, low: float, high: float) -> Estimate:
    return {"value": _number(value), "low": _number(low), "high": _number(high)}


def _number(value: float) -> float | None:
    return None if isnan(value) else float(f"{value:.{_DIGITS}g}")


def _notes(building: Building) -> list[str]:
    return [*about(building.outcomes), *building.frontier.notes]


def report_of(building: Building) -> Report:
    """Return what stands as tables."""
    now = building.now
    made = now.evaluation
    rows = rule_rows(made)
    total = made.total
    cells = [_beside("this policy", total, (made.best.gain, made.best.gain_low, made.best.gain_high))]
    singles = [single for single in made.beside if single.role]
    cells += [_beside(f"{one.model} alone ({one.role.replace('given', 'best single')})", one, None) for one in singles]
    shares = [row for row in made.models.to_dict(orient="records") if row["share"] > 0]
    titles = ("", "quality", "95 % interval", "against best single", "95 % interval", "per 1,000 prompts")
    return Report(
        f"Policy {made.policy.name!r}",
        (
            "edited by hand" if now.edited else f"stop {now.stop + 1} of {len(building.stops)}, cheapest to best",
            f"{total.prompts:,} held-out prompts",
        ),
        [
            rules_block(rows),
            block(titles, cells, "On the held-out prompts"),
            Block(
                ("model", "share of prompts"),
                [(row["model"], percent(row["share"])) for row in shares],
                "Who answers",
                [row["model"] for row in shares],
            ),
        ],
        (OPTIMISTIC, *_notes(building)),
        simulated=all_simulated(made.outcomes),
    )


def _beside(who: str, of: Any, gain: tuple[float, float, float] | None) -> tuple[str, ...]:
    more = ("", "") if gain is None else (signed(gain[0]), span(gain[1], gain[2], sign=True))
    return who, figure(of.quality), span(of.low, of.high), *more, usd(of.usd_per_1k_prompts)
