"""Kinds of prompt and their models as few rules, each of which earns its place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from routebook.render.clean import one_line
from routebook.routing.document import MAX_BYTES
from routebook.routing.learning.filling import Filled, filled
from routebook.routing.learning.search import values
from routebook.routing.learning.shrinkage import shrunk

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from routebook.routing.conditions import Condition
    from routebook.routing.learning.matrix import Floats
    from routebook.routing.learning.partition import Partition
    from routebook.routing.learning.problem import Problem
    from routebook.routing.learning.selection import Selected

    Whole = NDArray[np.intp]

_Z = 1.959964
_LEAST_WORTH = 0.0005
_LONGEST = 160


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
    other, part
        A second model, where only this part of the prompts, a share, goes to `model` and the rest to it.
    """

    when: Condition
    model: int
    worth: Floats
    rows: NDArray[np.bool_]
    other: int | None = None
    part: float = 1.0


@dataclass(frozen=True, eq=False)
class Rules:
    """Ordered rules, and who answers everything else; `dropped` says what earned no place, one line each."""

    rules: tuple[Rule, ...]
    default: int
    default_worth: Floats
    dropped: tuple[str, ...] = ()


def rules_of(problem: Problem, selected: Selected, max_rules: int) -> Rules:
    """Find the selected structure's rules on all prompts, and keep those that earn their place.

    Kinds that share a model are one rule where one condition can say them. A rule stays if

    - its prompts' shrunk mean worth, above that of sending them to the default, adds at least 0.0005 over all prompts;
    - the cross-fitted worth of these prompts does not speak against it by more than a standard error;
    - its part in all prompts loses less quality than the margin for sure: the lower end of the 95 % interval of its
      cross-fitted gain over the best single model, times its share of the prompts, is above it.

    Of too many the least worth go. Under a cap every rule is there to keep to it, or to use what room it leaves, and
    all stay; see `filling`.

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
    fill = Filled(value.argmax(axis=1))
    if problem.spared is not None and selected.room > 0:
        gains, spent = (shrunk(each, kind, len(partition))[0] for each in (problem.gain, problem.spared))
        fill = filled(fill.chosen, gains, spent, size / size.sum(), selected.room)
    default = _default(fill.chosen, size, int(overall.argmax()))
    found = _asked(partition, kind, fill, value, size, default)
    worth, gain = _cross_fitted(problem, selected, default)
    kept, dropped = [], []
    for rule in found:
        share, added = float(rule.rows.mean()), float(rule.worth[rule.model] - rule.worth[default])
        if len(repr(rule.when.data()).encode()) > MAX_BYTES / 2 / max_rules:
            dropped.append((rule, "to ask for it would be too long for a policy"))
        elif problem.limit is not None:
            kept.append((share * abs(added), rule))
        elif share * added < _LEAST_WORTH:
            dropped.append((rule, "it is worth next to nothing"))
        elif _bound(worth[rule.rows], 1) < 0:
            dropped.append((rule, "on other prompts it is worth less than the default"))
        elif share * _bound(gain[rule.rows], -_Z) <= -problem.objective.margin:
            dropped.append((rule, f"it might lose {problem.objective.margin:g} of all quality or more"))
        else:
            kept.append((share * added, rule))
    kept.sort(key=lambda one: -one[0])
    dropped += [(rule, f"others of at most {max_rules} rules are worth more") for _, rule in kept[max_rules:]]
    names = problem.matrix.models
    return Rules(
        tuple(rule for _, rule in kept[:max_rules]),
        default,
        overall,
        tuple(
            f"No rule for {names[rule.model]} if {one_line(rule.when.sentence(), _LONGEST)}: {why}."
            for rule, why in dropped
        ),
    )


def _default(chosen: Whole, size: Whole, overall: int) -> int:
    """Return who answers everything else: the model that is best overall if any kind has it, else that of the most."""
    return overall if overall in chosen else int(chosen[size.argmax()])


def _asked(partition: Partition, kind: Whole, fill: Filled, value: Floats, size: Whole, default: int) -> list[Rule]:
    made = []
    label, models = fill.chosen.copy(), value.shape[1]
    if fill.blended is not None:
        label[fill.blended] = models  # a rule of its own
    for model in dict.fromkeys(label[label != default].tolist()):
        for kinds, when in partition.asked(np.flatnonzero(label == model).tolist()):
            of = np.array(kinds)
            if when is None or not size[of].sum():
                continue
            worth, rows = _mean(value[of], size[of]), np.isin(kind, of)
            if model < models:
                made.append(Rule(when, model, worth, rows))
            else:
                made.append(Rule(when, fill.better, worth, rows, int(fill.chosen[of[0]]), fill.part))
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


def _bound(each: Floats, errors: float) -> float:
    """Return the mean, and so many standard errors more."""
    known = each[~np.isnan(each)]
    return float(known.mean() + errors * known.std() / np.sqrt(len(known))) if len(known) else -1.0
