"""Which of the ways to answer all prompts serves the objective best: one model, or rules at some rate of exchange."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import hypot, inf, sqrt
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from routebook.routing.learning.search import Path, Told, Tree, crossfit, rates_of, structures, told
from routebook.routing.learning.splits import folds

if TYPE_CHECKING:
    from collections.abc import Collection

    from numpy.typing import NDArray

    from routebook.routing.learning.problem import Problem

    Floats = NDArray[np.float64]
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
    room
        Under a cap, how much more may be spent and still keep to it.
    """

    path: Path
    at: int
    told: Told
    room: float = 0.0

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
        The best model to answer everything, by its column, and what it promises. Where none keeps to a cap it is the
        one that spends least, and `over` is true; of equals it is the one of the higher quality.
    rules
        The rules that promise most; `None` where none promise more than `single`.
    unsure
        Whether there are rules that seem to be within the margin for less, but are not likely to be shown to be.
    """

    single: int
    single_told: Told
    over: bool
    rules: Selected | None
    unsure: bool = False


def merit(problem: Problem, found: Told, tested_on: int) -> float:
    """Return how well something serves the objective, the higher the better; minus infinity where it may not be chosen.

    What is not likely to pass its test may not be chosen: nine times in ten, as far as this estimate and the test can
    err. Of the least cost, the 95 % interval has to end above the margin; under a cap, what is spent has to keep to it.
    """
    more = sqrt(len(problem.matrix) / max(1, tested_on))  # how much farther off the test can be than this estimate
    if problem.objective.least_cost:
        error = found.gain_se * more
        surely = found.gain - _Z * error - _LIKELY * hypot(error, found.gain_se)
        return -found.spent if surely > -problem.objective.margin else -inf
    if problem.limit is not None:
        return found.gain if room_of(problem, found, tested_on) >= 0 else -inf
    return found.gain - (problem.exchange or 0.0) * found.spent


def room_of(problem: Problem, found: Told, tested_on: int) -> float:
    """Return how much more may be spent and, nine times in ten, the cap be kept to on the prompts it is tested on."""
    more = sqrt(len(problem.matrix) / max(1, tested_on))
    return (problem.limit or 0.0) - found.spent - _LIKELY * found.spent_se * hypot(more, 1)


class Tried(NamedTuple):
    """Every structure at every rate of exchange, and the parts that it was cross-fitted on."""

    paths: list[Path]
    parts: Whole


def paths(problem: Problem, groups: Whole, *, max_rules: int, using: Collection[str], seed: int) -> Tried:
    """Cross-fit every structure at every rate of exchange; parameters as of `select`."""
    parts = folds(groups, problem.matrix.tags, PARTS, seed)
    kinds = structures(problem.matrix, max_rules, using)
    rates = rates_of(problem, [kind(problem.matrix, problem.worth(0.0)) for kind in kinds])
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
    over = max(merits) == -inf
    best = max(
        range(models), key=lambda model: (merits[model], -singles[model].spent if over else 0, singles[model].gain)
    )
    tried = paths(problem, groups, max_rules=max_rules, using=using, seed=seed)
    ways = _ways(problem, tried.paths)
    found = _best(problem, ways, tested_on)
    if found is not None and found.rate > 0 and problem.exchange is None:  # grow trees for just this rate, too
        rate, trees = (
            np.array([found.rate]),
            [path.structure for path in tried.paths if isinstance(path.structure, Tree)],
        )
        again = [crossfit(problem, tree, tried.parts, rate, found.rate) for tree in trees]
        other = _best(problem, _ways(problem, again), tested_on)
        if other is not None and merit(problem, other.told, tested_on) > merit(problem, found.told, tested_on):
            found = other
    least = merits[best]
    if found is not None and problem.limit is not None:
        found = replace(found, room=room_of(problem, found.told, tested_on))
    if found is not None and merit(problem, found.told, tested_on) <= least:
        found = None
    unsure = problem.objective.least_cost and any(
        way.told.gain > -problem.objective.margin and way.told.spent < singles[best].spent for way in ways
    )
    return Selection(best, singles[best], over, found, unsure)


def _ways(problem: Problem, paths: list[Path]) -> list[Selected]:
    """Return every way that is not one model for everything."""
    made = []
    for path in paths:
        for at, model in enumerate(path.model):
            if (model != model[0]).any():
                found = told(problem, model)
                found = found._replace(spent=max(found.spent, float(path.spent[at])))
                made.append(Selected(path, at, found))
    return made


def _best(problem: Problem, ways: list[Selected], tested_on: int) -> Selected | None:
    """Return the way of the most merit, or a simpler structure's best that is not clearly of less.

    Of a few ways tried the best one is partly so by luck; the simplest within one standard error of it (Breiman et al.
    1984, Classification and Regression Trees, 3.4.3) is as good, and more likely to stay so.
    """
    found: dict[int, Selected] = {}  # by structure, the simplest first
    for way in ways:
        standing = found.get(id(way.path))
        if merit(problem, way.told, tested_on) > (
            -inf if standing is None else merit(problem, standing.told, tested_on)
        ):
            found[id(way.path)] = way
    if not found:
        return None
    best = max(found.values(), key=lambda way: merit(problem, way.told, tested_on))
    return next(way for way in found.values() if way is best or not _clearly_better(problem, best, way))


def _clearly_better(problem: Problem, one: Selected, other: Selected) -> bool:
    """Tell whether one is of more merit than the other by more than a standard error, on the same prompts."""
    each = _merits(problem, one.model) - _merits(problem, other.model)
    each = each[~np.isnan(each)]
    return bool(len(each)) and float(each.mean()) > float(each.std()) / sqrt(len(each))


def _merits(problem: Problem, model: Whole) -> Floats:
    """Return what each prompt adds to `merit`."""
    rows = np.arange(len(model))
    gain = problem.gain[rows, model]
    if problem.spared is None or problem.limit is not None:
        return gain
    spared = problem.spared[rows, model]
    merits: Floats = -spared if problem.objective.least_cost else gain - (problem.exchange or 0.0) * spared
    return merits
