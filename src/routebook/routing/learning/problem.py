"""What is to be learned: which models may answer, what each is worth on each prompt, and what is to be spared."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from routebook.errors import OutcomesError
from routebook.outcomes.columns import listed
from routebook.routing.learning.objective import Objective

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from routebook.routing.learning.matrix import Floats, Matrix

FEWEST_ANSWERS = 20
"""Prompts of known quality that a model needs to be chosen."""
LATE = 0.05
"""The share of answers that may take longer than a p95 cap."""


@dataclass(frozen=True, eq=False)
class Problem:
    """What is to be learned from some prompts.

    Attributes
    ----------
    matrix
        The prompts, with the models that may be chosen, and no others.
    objective
        What for.
    base
        The best single model: the column of the highest mean quality, of those judged on half as many prompts as any.
    spared
        (n, models): what is to be spared, or `None` for nothing: costs, as a multiple of what `base` costs on average;
        under a cap of latency, 1 for an answer that takes longer, and else 0. NaN is unknown.
    per_usd
        How much of `spared` one US dollar is; 1 where it is no cost.
    notes
        What the reader should know, one line each.
    """

    matrix: Matrix
    objective: Objective
    base: int
    spared: Floats | None
    per_usd: float
    notes: tuple[str, ...]

    @cached_property
    def gain(self) -> Floats:
        """(n, models): quality, less that of the best single model on the same prompt; NaN is unknown."""
        quality = self.matrix.quality
        gain: Floats = quality - quality[:, [self.base]]
        return gain

    @property
    def limit(self) -> float | None:
        """What may be spent of `spared` on average; `None` without a cap."""
        if self.objective.max_latency_p95_s is not None:
            return LATE
        cap = self.objective.max_usd_per_1k_prompts
        return None if cap is None else cap / 1000 * self.per_usd

    @property
    def exchange(self) -> float | None:
        """How much quality one unit of `spared` is worth, where the objective says it."""
        if self.spared is None:
            return 0.0
        rate = self.objective.quality_per_usd
        return None if rate is None else rate * 1000 / self.per_usd

    def worth(self, exchange: float) -> Floats:
        """Return (n, models): the gain, less what is spent more than by the best single model; no NaN.

        Where it is unknown it is the model's mean.
        """
        worth = self.gain
        if self.spared is not None and exchange:
            worth = worth - exchange * (self.spared - self.spared[:, [self.base]])
        known = ~np.isnan(worth)
        mean = np.where(known, worth, 0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
        filled: Floats = np.where(known, worth, mean)
        return filled


def problem_of(matrix: Matrix, objective: Objective) -> Problem:
    """Say what is to be learned.

    Raises
    ------
    OutcomesError
        If no two models can be chosen from, or the objective needs costs or latencies that are not known of any.
    """
    notes: list[str] = []
    keep = _enough(matrix.quality, matrix.models, "quality", notes)
    of, spares = _spared(matrix, objective)
    if of is not None and not spares.any():
        if not objective.least_cost:
            what = "latency" if objective.max_latency_p95_s is not None else "cost"
            hint = "" if what == "latency" else " or prices=... with tokens"
            raise OutcomesError(
                f"No {what} is known in these outcomes, and the objective is {objective}: give {what}=...{hint} to "
                "Outcomes.from_frame."
            )
        notes.append("Costs are unknown, so rules are learned for quality alone: nothing can be said to be spared.")
        objective, of = Objective(margin=objective.margin, quality_per_usd=0), None
    if of is not None:
        keep = keep & _enough(of, matrix.models, "latency" if objective.max_latency_p95_s else "cost", notes)
    base = _best(matrix.quality, keep)
    keep = keep & _shared(matrix, base, keep, notes)
    places = np.flatnonzero(keep)
    if len(places) < 2:
        raise OutcomesError(
            f"Rules choose between models, and enough is known of {len(places) or 'none'} here: it takes two with "
            f"{FEWEST_ANSWERS} prompts each to learn from, beside those held out. {' '.join(notes)}".strip()
        )
    matrix = matrix.only([matrix.models[place] for place in places])
    base = int(np.searchsorted(places, base))
    if of is None:
        return Problem(matrix, objective, base, None, 1.0, tuple(notes))
    of = of[:, places]
    per_usd = 1.0
    if objective.max_latency_p95_s is None:
        mean = float(np.nanmean(of[:, base]))
        per_usd = 1 / mean if mean else 1.0
        of = of * per_usd
    return Problem(matrix, objective, base, of, per_usd, tuple(notes))


def _spared(matrix: Matrix, objective: Objective) -> tuple[Floats | None, Floats]:
    """Return what is to be spared, and what of that is known."""
    cap = objective.max_latency_p95_s
    if cap is not None:
        late = np.where(np.isnan(matrix.latency), np.nan, matrix.latency > cap)
        return late, ~np.isnan(late)
    if not objective.needs_cost:
        return None, np.zeros(0)
    return matrix.cost, ~np.isnan(matrix.cost)


def _best(quality: Floats, among: NDArray[np.bool_]) -> int:
    known = ~np.isnan(quality)
    often = known.sum(axis=0)
    mean = np.where(known, quality, 0).sum(axis=0) / np.maximum(often, 1)
    return int(np.where(among & (2 * often >= often[among].max(initial=0)), mean, -1).argmax())


def _shared(matrix: Matrix, base: int, among: NDArray[np.bool_], notes: list[str]) -> NDArray[np.bool_]:
    """Tell which models were judged on enough of the prompts that the best single model was judged on."""
    known = ~np.isnan(matrix.quality)
    enough: NDArray[np.bool_] = (known & known[:, [base]]).sum(axis=0) >= FEWEST_ANSWERS
    if apart := [matrix.models[place] for place in np.flatnonzero(among & ~enough)]:
        notes.append(
            f"Left out, since fewer than {FEWEST_ANSWERS} prompts are judged of both {matrix.models[base]} and these: "
            f"{listed(apart)}."
        )
    return enough


def _enough(values: Floats, models: tuple[str, ...], what: str, notes: list[str]) -> NDArray[np.bool_]:
    known = (~np.isnan(values)).sum(axis=0)
    few = [model for model, of in zip(models, known, strict=True) if of < FEWEST_ANSWERS]
    if few:
        notes.append(f"Left out, since {what} is known of fewer than {FEWEST_ANSWERS} prompts: {listed(few)}.")
    enough: NDArray[np.bool_] = known >= FEWEST_ANSWERS
    return enough
