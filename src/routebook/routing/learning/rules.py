"""Kinds of prompt and their models as few rules, each of which earns its place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from routebook.routing.learning.search import values

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from routebook.routing.conditions import Condition
    from routebook.routing.learning.matrix import Floats
    from routebook.routing.learning.partition import Partition
    from routebook.routing.learning.problem import Problem
    from routebook.routing.learning.selection import Selected

    Whole = NDArray[np.intp]

_Z = 1.959964


@dataclass(frozen=True, eq=False)
class Rule:
    """Prompts for which a condition holds go to a model.

    Attributes
    ----------
    when
        The condition.
    model
        Who answers, by its column.
    worth
        (models,): what each model is worth on these prompts, by which fallbacks are chosen.
    rows
        (n,): which of the prompts it was learned from.
    """

    when: Condition
    model: int
    worth: Floats
    rows: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Rules:
    """Ordered rules, and who answers everything else; `dropped` says what earned no place, one line each."""

    rules: tuple[Rule, ...]
    default: int
    default_worth: Floats
    dropped: tuple[str, ...] = ()


def rules_of(problem: Problem, selected: Selected, max_rules: int) -> Rules:
    """Find the selected structure's rules on all prompts, and keep those that earn their place.

    Kinds that share a model are one rule where one condition can say them. A rule stays if, cross-fitted, it is worth
    more than sending its prompts to the default, by more than a standard error, and its part in all prompts loses less
    quality than the margin for sure: the lower end of the 95 % interval of its gain over the best single model, times
    its share of the prompts, is above it. Of too many the least worth go.

    Parameters
    ----------
    problem
        What is to be learned.
    selected
        The structure and the rate of exchange.
    max_rules
        How many rules at most.
    """
    rate = selected.rate
    partition = selected.path.structure(problem.matrix, problem.worth(selected.path.grown_at))
    kind, everyone = partition.place(problem.matrix), np.arange(len(problem.matrix))
    value = values(problem, everyone, kind, len(partition), np.array([rate]))[0]
    size = np.bincount(kind, minlength=len(partition))
    overall = values(problem, everyone, np.zeros_like(kind), 1, np.array([rate]))[0, 0]
    chosen = value.argmax(axis=1)
    default = _default(chosen, size, int(overall.argmax()))
    found = _asked(partition, kind, chosen, value, size, default)
    worth, gain = _cross_fitted(problem, selected, default)
    kept, dropped = [], []
    for rule in found:
        part, on_gain = worth[rule.rows], gain[rule.rows]
        share = float(rule.rows.mean())
        if not _lower(part, 1) > 0:
            dropped.append((rule, "on other prompts it is not clearly worth more than the default"))
        elif share * _lower(on_gain, _Z) <= -problem.objective.margin:
            dropped.append((rule, f"it might lose {problem.objective.margin:g} of all quality or more"))
        else:
            kept.append((float(np.nansum(part)), rule))
    kept.sort(key=lambda one: -one[0])
    dropped += [(rule, f"others of at most {max_rules} rules are worth more") for _, rule in kept[max_rules:]]
    names = problem.matrix.models
    return Rules(
        tuple(rule for _, rule in kept[:max_rules]),
        default,
        overall,
        tuple(f"No rule for {names[rule.model]} if {rule.when.sentence()}: {why}." for rule, why in dropped),
    )


def _default(chosen: Whole, size: Whole, overall: int) -> int:
    """Return who answers everything else: the model that is best overall if any kind has it, else that of the most."""
    return overall if overall in chosen else int(chosen[size.argmax()])


def _asked(partition: Partition, kind: Whole, chosen: Whole, value: Floats, size: Whole, default: int) -> list[Rule]:
    made = []
    for model in dict.fromkeys(chosen[chosen != default].tolist()):
        for kinds, when in partition.asked(np.flatnonzero(chosen == model).tolist()):
            of = np.array(kinds)
            if when is not None and size[of].sum():
                made.append(Rule(when, model, _mean(value[of], size[of]), np.isin(kind, of)))
    return made


def _mean(value: Floats, size: Whole) -> Floats:
    mean: Floats = np.average(value, axis=0, weights=size)
    return mean


def _cross_fitted(problem: Problem, selected: Selected, default: int) -> tuple[Floats, Floats]:
    """Return for each prompt what the rules are worth more than the default, and gain over the best single model."""
    rows = np.arange(len(problem.matrix))
    gain = problem.gain[rows, selected.model]
    worth = gain - problem.gain[rows, default]
    if problem.spared is not None:
        worth = worth - selected.rate * (problem.spared[rows, selected.model] - problem.spared[rows, default])
    return worth, gain


def _lower(each: Floats, errors: float) -> float:
    """Return the mean, less so many standard errors."""
    known = each[~np.isnan(each)]
    return float(known.mean() - errors * known.std() / np.sqrt(len(known))) if len(known) else -1.0
