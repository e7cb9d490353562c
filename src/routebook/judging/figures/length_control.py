"""Bradley-Terry strengths at equal length: how much longer an answer is, as a covariate of who wins.

Judges and people like long answers, whatever these say. Here the log-odds of a pair are the difference of the two
strengths plus a coefficient times the length gap, (a - b) / (a + b) in characters (W.-L. Chiang and others, "Does style
matter? Disentangling style and substance in Chatbot Arena", 2024; the model is R. Springall's, 1973,
doi:10.2307/2346528). The gap is divided by its root mean square, and not centred: which side is the first is arbitrary,
and a mean that hangs on it would favour a side. A strength is then that at a gap of zero.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from routebook.errors import JudgmentError
from routebook.judging.figures.comparisons import Comparisons
from routebook.judging.figures.resampling import Kinds

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_MOST_STEPS = 30
_SMALL_STEP = 1e-6  # the error is then about its square
_LARGE_STEP = 0.5
_WORST_CONDITION = 1e10


def standardised(made: Comparisons) -> Comparisons:
    """Return the comparisons with the gap in units of its root mean square.

    Raises
    ------
    JudgmentError
        If all answers that met are of equal length.
    """
    spread = float(np.sqrt(np.mean(made.gap**2)))
    if not spread:
        raise JudgmentError("The answers that were compared are of equal length: there is no length to control for.")
    return replace(made, gap=made.gap / spread)


def check_length_tells(kinds: Kinds, counts: Floats, models: int) -> None:
    """Refuse comparisons in which length cannot be told from the models themselves.

    Raises
    ------
    JudgmentError
        If the gap is the same whenever the same models meet, so that any coefficient fits.
    """
    _, hessian = _slopes(kinds, counts, np.zeros(models + 1))
    if np.linalg.cond(hessian) > _WORST_CONDITION:
        raise JudgmentError(
            "Length cannot be controlled for: the same models always differ by the same length, so whether the length "
            "or the model won cannot be told."
        )


def fit(kinds: Kinds, counts: Floats, models: int, start: Floats | None = None) -> Floats | None:
    """Return the maximum-likelihood strengths, mean zero, and after them the coefficient of the gap.

    Newton's method with the exact gradient and Hessian; a large step is halved until the likelihood rises.

    Parameters
    ----------
    kinds, counts
        What was said, and how often each.
    models
        How many models there are.
    start
        Where to start.

    Returns
    -------
    found
        (models + 1,), or `None` where there is no finite maximum: the steps do not get smaller.
    """
    found: Floats = np.zeros(models + 1) if start is None else start.copy()
    for _ in range(_MOST_STEPS):
        gradient, hessian = _slopes(kinds, counts, found)
        try:
            step = np.append(0.0, np.linalg.solve(hessian, gradient))  # the first strength stays where it is
        except np.linalg.LinAlgError:
            return None
        largest = np.abs(step).max()
        if not np.isfinite(largest):
            return None
        if largest > _LARGE_STEP:
            height = _log_likelihood(kinds, counts, found)
            while largest > _LARGE_STEP and _log_likelihood(kinds, counts, found + step) < height:
                step, largest = step / 2, largest / 2
        found += step
        if largest < _SMALL_STEP:
            found[:-1] -= found[:-1].mean()
            return found
    return None


def with_ties(kinds: Kinds, counts: Floats) -> tuple[Kinds, Floats]:
    """Return what was said with one tie more for every pair that met: half of it at either length gap of one.

    The two halves keep the coefficient finite as well, and draw it to neither side.
    """
    size = int(kinds.second.max()) + 1
    first, second = np.divmod(np.unique(kinds.first * size + kinds.second), size)
    more = len(first)
    both = Kinds(
        np.concatenate([kinds.first, first, first]),
        np.concatenate([kinds.second, second, second]),
        np.concatenate([kinds.share, np.full(2 * more, 0.5)]),
        np.concatenate([kinds.gap, np.ones(more), -np.ones(more)]),
    )
    return both, np.concatenate([counts, np.full(2 * more, 0.5)])


def _log_likelihood(kinds: Kinds, counts: Floats, at: Floats) -> float:
    logits = kinds.logits(at)
    return float(counts @ (kinds.share * logits - np.logaddexp(0, logits)))


def _slopes(kinds: Kinds, counts: Floats, at: Floats) -> tuple[Floats, Floats]:
    """Return the gradient and the negative Hessian, without the first strength."""
    models = len(at) - 1
    chance = 0.5 + 0.5 * np.tanh(kinds.logits(at) / 2)
    missed = counts * (kinds.share - chance)
    weight = counts * chance * (1 - chance)
    gradient = np.append(_by_model(kinds, missed, models), missed @ kinds.gap)
    hessian = np.zeros((models + 1, models + 1))
    between = np.bincount(kinds.first * models + kinds.second, weight, models * models).reshape(models, models)
    between += between.T
    hessian[:-1, :-1] = np.diag(between.sum(axis=1)) - between
    hessian[:-1, -1] = hessian[-1, :-1] = _by_model(kinds, weight * kinds.gap, models)
    hessian[-1, -1] = weight @ kinds.gap**2
    return gradient[1:], hessian[1:, 1:]


def _by_model(kinds: Kinds, each: Floats, models: int) -> Floats:
    summed = np.zeros(models)
    summed += np.bincount(kinds.first, each, models)
    summed -= np.bincount(kinds.second, each, models)
    return summed
