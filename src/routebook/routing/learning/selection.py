"""Which of the ways to answer all prompts serves the objective best: one model, or rules at some rate of exchange."""

from __future__ import annotations

from dataclasses import dataclass
from math import hypot, inf, sqrt
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from routebook.routing.learning.search import Path, Told, Tree, crossfit, rates_of, structures, told
from routebook.routing.learning.splits import folds

if TYPE_CHECKING:
    from collections.abc import Collection

    from numpy.typing import NDArray

    from routebook.routing.learning.problem import Problem

    Whole = NDArray[np.intp]

PARTS = 5
_Z = 1.959964  # both ends of a 95 % interval
_LIKELY = 1.281552  # nine times in ten


@dataclass(frozen=True, eq=False)
class Selected:
    """Rules that promise most.

    Attributes
    ----------
    path
        Their structure, cross-fitted.
    at
        Which of its rates.
    told
        What they promise.
    """

    path: Path
    at: int
    told: Told

    @property
    def rate(self) -> float:
        """How much quality one unit of what is spared is worth."""
        return float(self.path.rates[self.at])

    @property
    def model(self) -> Whole:
        """(n,): who would answer each prompt, cross-fitted."""
        chosen: Whole = self.path.model[self.at]
        return chosen


@dataclass(frozen=True, eq=False)
class Selection:
    """What serves the objective best.

    Attributes
    ----------
    single, single_told
        The best model to answer everything, by its column, and what it promises; `None` where none keeps to a cap.
    rules
        The rules that promise most; `None` where none promise more than `single`.
    """

    single: int | None
    single_told: Told
    rules: Selected | None


def merit(problem: Problem, found: Told, tested_on: int) -> float:
    """Return how well something serves the objective, the higher the better; minus infinity where it may not be chosen.

    Of the least cost, what is not likely to be shown to be within the margin may not be chosen: the test, whose 95 %
    interval has to end above it, has to be passed nine times in ten, as far as this estimate and that interval can err.
    """
    size = len(problem.matrix)
    if problem.objective.least_cost:
        error = found.gain_se * sqrt(size / max(1, tested_on))
        surely = found.gain - _Z * error - _LIKELY * hypot(error, found.gain_se)
        return -found.spent if surely > -problem.objective.margin else -inf
    if (limit := problem.limit) is not None:
        return found.gain if found.spent <= limit else -inf
    return found.gain - (problem.exchange or 0.0) * found.spent


class Tried(NamedTuple):
    """Every structure at every rate of exchange, and the parts that it was cross-fitted on."""

    paths: list[Path]
    parts: Whole


def paths(problem: Problem, groups: Whole, *, max_rules: int, using: Collection[str], seed: int) -> Tried:
    """Cross-fit every structure at every rate of exchange; parameters as of `select`."""
    parts = folds(groups, problem.matrix.tags, PARTS, seed)
    kinds = structures(problem.matrix, max_rules, using)
    first = kinds[0](problem.matrix, problem.worth(0.0))
    rates = rates_of(problem, first.place(problem.matrix), len(first))
    grown_at = problem.exchange or 0.0
    return Tried([crossfit(problem, kind, parts, rates, grown_at) for kind in kinds], parts)


def select(
    problem: Problem, groups: Whole, *, max_rules: int, using: Collection[str], tested_on: int, seed: int
) -> Selection:
    """Try every structure at every rate of exchange, and every single model.

    Parameters
    ----------
    problem
        What is to be learned.
    groups
        (n,): prompts of one number are nearly the same, and stay together.
    max_rules, using
        How many rules at most, and what they may ask.
    tested_on
        How many prompts the choice will be tested on.
    seed
        Of the division into parts.
    """
    size, models = problem.matrix.quality.shape
    singles = [told(problem, np.full(size, model)) for model in range(models)]
    merits = [merit(problem, one, tested_on) for one in singles]
    best = int(np.argmax(merits))
    single = best if merits[best] > -inf else None
    tried = paths(problem, groups, max_rules=max_rules, using=using, seed=seed)
    found = _best(problem, tried.paths, tested_on)
    if found is not None and found.rate > 0 and problem.exchange is None:  # grow trees for just this rate, too
        rate, trees = (
            np.array([found.rate]),
            [path.structure for path in tried.paths if isinstance(path.structure, Tree)],
        )
        again = [crossfit(problem, tree, tried.parts, rate, found.rate) for tree in trees]
        other = _best(problem, again, tested_on)
        if other is not None and merit(problem, other.told, tested_on) > merit(problem, found.told, tested_on):
            found = other
    least = merits[best]
    if found is not None and merit(problem, found.told, tested_on) <= least:
        found = None
    return Selection(single, singles[best], found)


def _best(problem: Problem, paths: list[Path], tested_on: int) -> Selected | None:
    most, best = -inf, None
    for path in paths:
        for at, model in enumerate(path.model):
            if (model == model[0]).all():
                continue
            found = told(problem, model)
            if (good := merit(problem, found, tested_on)) > most:
                most, best = good, Selected(path, at, found)
    return best
