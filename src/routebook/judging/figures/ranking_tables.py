"""The rows of a ranking: each model's, each pair's, and what the reader should know."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.special import ndtr, ndtri

from routebook.judging.figures.comparisons import Comparisons
from routebook.judging.figures.paired import ALPHA, holm, verdict
from routebook.judging.figures.strengths import Strengths
from routebook.lookup import count

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

NOT_COMPARABLE = "not comparable"
_FEW_PROMPTS = 20


class Ranked(NamedTuple):
    """A model; the columns of `routebook.judging.figures.ranking.rank`."""

    model: str
    win_rate: float
    strength: float
    low: float
    high: float
    n: int


class Pair(NamedTuple):
    """Two models, the better first; the columns of `routebook.judging.figures.ranking.Ranking.pairs`."""

    model_a: str
    model_b: str
    n: int
    wins_a: int
    ties: int
    wins_b: int
    difference: float
    low: float
    high: float
    p: float
    p_adjusted: float
    verdict: str


def ranked(made: Comparisons, found: Strengths, confidence: float) -> tuple[Ranked, ...]:
    """Return the models, the best first; one without a strength comes last.

    Raises
    ------
    OptionError
        If the confidence is none.
    """
    low, high = found.interval(found.rounds, found.estimate, confidence)
    number, rate = _met(made)
    return tuple(
        Ranked(
            made.models[at],
            float(rate[at]),
            float(found.estimate[at]),
            float(low[at]),
            float(high[at]),
            int(number[at]),
        )
        for at in _order(made, found)
    )


def pairs_of(made: Comparisons, found: Strengths, confidence: float) -> tuple[Pair, ...]:
    """Return every two models, the better first."""
    places = list(combinations(_order(made, found), 2))
    a, b = np.array(places).T
    difference = found.estimate[a] - found.estimate[b]
    rounds = found.rounds[:, a] - found.rounds[:, b]
    low, high = found.interval(rounds, difference, confidence)
    p = _p(difference, *found.interval(rounds, difference, 1 - ALPHA))
    adjusted = holm(p.tolist())
    words = Counter(zip(made.first.tolist(), made.second.tolist(), np.sign(made.share - 0.5).tolist(), strict=True))
    rows = []
    for row, (one, other) in enumerate(places):
        swapped = one > other
        pair = (other, one) if swapped else (one, other)
        wins, ties, losses = (words[*pair, sign] for sign in (1.0, 0.0, -1.0))
        if swapped:
            wins, losses = losses, wins
        rows.append(
            Pair(
                model_a=made.models[one],
                model_b=made.models[other],
                n=wins + ties + losses,
                wins_a=wins,
                ties=ties,
                wins_b=losses,
                difference=float(difference[row]),
                low=float(low[row]),
                high=float(high[row]),
                p=float(p[row]),
                p_adjusted=adjusted[row],
                verdict=NOT_COMPARABLE if np.isnan(p[row]) else verdict(adjusted[row]),
            )
        )
    return tuple(rows)


def ranks(models: Sequence[Ranked], pairs: Sequence[Pair]) -> list[str]:
    """Return for each model the ranks that cannot be excluded, such as ``1-2``, or ``unknown``."""
    better, worse = Counter[str](), Counter[str]()
    for pair in pairs:
        if pair.verdict == "distinguishable":
            better[pair.model_b] += 1
            worse[pair.model_a] += 1
    known = sum(row.strength == row.strength for row in models)
    spans = []
    for row in models:
        first, last = 1 + better[row.model], known - worse[row.model]
        spans.append("unknown" if row.strength != row.strength else str(first) if first == last else f"{first}-{last}")
    return spans


def notes(made: Comparisons, found: Strengths, confidence: float) -> tuple[str, ...]:
    """Return what the reader should know of how the strengths were found, one line each."""
    rounds = len(found.rounds)
    drawn = count(found.units, "prompt" if found.by_prompt else "comparison")
    intervals = f"{100 * confidence:.4g} % intervals are from {rounds:,} bootstrap rounds over {drawn}"
    said = [f"Strength is Bradley-Terry's: natural log-odds, mean zero, a tie half a win for each; {intervals}."]
    if not found.by_prompt:
        said.append("All are on one prompt: how the models would do on others, no interval here says.")
    elif found.units < _FEW_PROMPTS:
        said.append(f"{count(found.units, 'prompt')} are few: take the intervals as rough.")
    if found.separated:
        said.append(
            "Some model won, or lost, everything against the others, so that no finite strength is the most likely: "
            "one tie was added to each pair that met, and the rounds drawn from the result. How far apart they are at "
            "most cannot be known."
        )
    elif found.alike:
        said.append("All of them say the same: the bootstrap rounds were drawn from the strengths found.")
    if found.corrected_rounds and not found.separated:
        said.append(
            f"In {found.corrected_rounds:,} of {rounds:,} rounds some model won, or lost, everything; in these one tie "
            "was added to each pair that met."
        )
    if found.groups > 1:
        left_out = [made.models[at] for at in np.flatnonzero(np.isnan(found.estimate))]
        said.append(
            f"There are {found.groups} groups of models that never met, not even through others. Strengths are within "
            f"the largest group; {', '.join(left_out[:12])}{', ...' if len(left_out) > 12 else ''} cannot be compared "
            "with it."
        )
    return tuple(said)


def _order(made: Comparisons, found: Strengths) -> list[int]:
    """Return the places of the models, the best first: by strength, then by win rate, then by name."""
    _, rate = _met(made)
    strength = np.where(np.isnan(found.estimate), -np.inf, found.estimate.round(9))
    return [int(at) for at in np.lexsort((np.arange(len(rate)), -rate, -strength))]


def _met(made: Comparisons) -> tuple[Floats, Floats]:
    """Return how many comparisons each model was in, and the share of them that it won."""
    wins = made.wins()
    number = (wins + wins.T).sum(axis=1)
    return number.round(), wins.sum(axis=1) / number


def _p(difference: Floats, low: Floats, high: Floats) -> Floats:
    """Return the two-sided p-values that go with 95 % intervals.

    How often the rounds cross zero would be no finer than one in their number, and no pair of many could ever pass a
    correction; the normal curve goes on. Its width is that of the side towards zero, since strengths are skewed.
    """
    towards = np.where(difference > 0, difference - low, high - difference)
    z = np.divide(difference, towards, out=np.zeros(len(difference)), where=towards > 0) * -ndtri(ALPHA / 2)
    p: Floats = np.where(np.isnan(difference), np.nan, 2 * ndtr(-np.abs(z)))
    return p
