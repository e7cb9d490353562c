"""Who answers each prompt: what a strategy expects of the models, turned into choices, the same way for all."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from routebook.errors import OptionError
from routebook.lookup import either
from routebook.routing.learning.baselines import row_means

Floats = NDArray[np.float64]
Choice = NDArray[np.intp]

Kind = Literal["baseline", "rules", "needs the answers"]
_MOST_SETTINGS = 40
_MOST_COMPARED = 5_000
_UNKNOWN = 1e9


@dataclass(frozen=True, slots=True, eq=False)
class Strategy:
    """Which model answers each of some prompts.

    Attributes
    ----------
    name
        What it is called in tables and charts.
    kind
        ``rules``, ``baseline``, or ``needs the answers``: what nobody can do who has not asked every model already.
    choice
        (prompts,): the model of each by its column; `None` is one at random, each as likely.
    settings
        (settings, prompts): other choices that it makes where cost counts more or less; they make its curve.
    scores
        (prompts,): of two models, the higher, the sooner a prompt goes to the strong one.
    """

    name: str
    kind: Kind
    choice: Choice | None
    settings: NDArray[np.intp] | None = None
    scores: Floats | None = None

    def __post_init__(self) -> None:
        if self.kind not in get_args(Kind):
            raise OptionError(f"A strategy's kind is {either(get_args(Kind))}, not {self.kind!r}.")

    def of(self, values: Floats) -> Floats:
        """Return what each prompt gets, (prompts,), of what it gets from each model; at random, the mean."""
        return row_means(values) if self.choice is None else picked(values, self.choice)


def expecting(
    name: str, kind: Kind, predicted: Floats, costs: Floats, usd: float = 0.0, pair: tuple[int, int] | None = None
) -> Strategy:
    """Return the strategy that asks the model from which most is expected for its cost.

    Parameters
    ----------
    name, kind
        As of `Strategy`.
    predicted
        How good each model is expected to be, (prompts, models); NaN is never chosen.
    costs
        What each model costs on average, (models,), US dollars for a prompt; NaN is unknown.
    usd
        How much quality one such dollar is worth.
    pair
        The columns of the weak and of the strong model, where there are two.
    """
    settings = [choose(predicted, costs, worth) for worth in penalties(predicted, costs)]
    scores = None if pair is None else predicted[:, pair[1]] - predicted[:, pair[0]]
    return Strategy(name, kind, choose(predicted, costs, usd), np.array(settings) if settings else None, scores)


def choose(predicted: Floats, costs: Floats, usd: float = 0.0) -> Choice:
    """Return for each prompt the model of the best expected quality minus `usd` times its cost; of equals the cheaper.

    Where cost counts, a model of unknown cost is chosen only if there is no other.

    >>> predicted, costs = np.array([[0.5, 0.9], [0.5, 0.6]]), np.array([0.001, 0.002])
    >>> [choose(predicted, costs, usd).tolist() for usd in (0, 200, 1_000)]
    [[1, 1], [1, 0], [0, 0]]
    """
    order = np.argsort(costs, kind="stable")  # unknown ones last
    priced = np.where(np.isnan(costs[order]), _UNKNOWN, usd * costs[order]) if usd > 0 else 0.0
    worth = np.where(np.isnan(predicted[:, order]), -inf, predicted[:, order] - priced)
    chosen: Choice = order[worth.argmax(axis=1)]
    return chosen


def penalties(predicted: Floats, costs: Floats) -> list[float]:
    """Return what a dollar may be worth, from so much that cost is all to 0, for a step of choices each.

    A choice between two models turns where a dollar is worth what the dearer adds for each dollar that it costs more.
    The steps are between quantiles of these points. Of unknown or equal costs there are none.

    >>> [round(usd) for usd in penalties(np.array([[0.5, 0.9], [0.5, 0.6]]), np.array([0.001, 0.002]))][-2:]
    [104, 0]
    """
    if np.isnan(costs).any() or np.ptp(costs) == 0:
        return []
    some = predicted[:: max(1, len(predicted) // _MOST_COMPARED)]
    pairs = [(dear, cheap) for dear in range(len(costs)) for cheap in np.flatnonzero(costs < costs[dear])]
    turns = np.concatenate([(some[:, a] - some[:, b]) / (costs[a] - costs[b]) for a, b in pairs])
    turns = turns[turns > 0]
    if not turns.size:
        return [0.0]
    steps = np.quantile(turns, np.linspace(0, 1, _MOST_SETTINGS - 1))
    steps = np.unique((steps / steps[-1]).round(9)) * steps[-1]  # a turn is the same but for rounding
    between = (steps[1:] + steps[:-1]) / 2
    return [1_000 * float(steps[-1]), *(float(step) for step in between[::-1]), 0.0]


def picked(values: Floats, choice: Choice) -> Floats:
    """Return each prompt's value of the model chosen for it."""
    return values[np.arange(len(choice)), choice]
