"""Strengths with their bootstrap: the estimate, and the same from comparisons that were drawn again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from routebook.errors import OptionError
from routebook.judging.figures import bradley_terry, length_control
from routebook.judging.figures.comparisons import Comparisons
from routebook.judging.figures.resampling import Kinds, fold, percentile_interval, simulated, told_by_prompt

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_FEWEST_ROUNDS, _MOST_ROUNDS = 100, 1_000_000
_ROUND_TOLERANCE = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class Strengths:
    """Bradley-Terry strengths of models; natural log-odds, mean zero.

    Attributes
    ----------
    models
        By name.
    estimate
        (models,): NaN for a model that never met those of the largest group, directly or through others.
    rounds
        (rounds, models): the bootstrap's.
    length, length_rounds
        The coefficient of the standardised length gap and the bootstrap's; `None` where it is not controlled for.
    units
        How many prompts were drawn, or, where there is only one, how many comparisons.
    fitted
        How many figures are fitted, as if each unit told of one only: a prompt with many votes tells of more.
    by_prompt
        Whether whole prompts were drawn.
    groups
        How many groups of models never met each other.
    separated
        Whether there is no finite estimate, so that one tie was added to every pair that met, and rounds were
        simulated from the result.
    alike
        Whether every prompt (or comparison) says the same, so that rounds were simulated.
    corrected_rounds
        In how many rounds ties had to be added.
    """

    models: tuple[str, ...]
    estimate: Floats
    rounds: Floats
    length: float | None
    length_rounds: Floats | None
    units: int
    fitted: float
    by_prompt: bool
    groups: int
    separated: bool
    alike: bool
    corrected_rounds: int

    def interval(self, rounds: Floats, estimate: Floats | float, confidence: float = 0.95) -> tuple[Floats, Floats]:
        """Return the interval of each column of what was worked out in every round; NaN where that is NaN.

        Parameters
        ----------
        rounds
            (rounds, ...).
        estimate
            (...); the interval holds it, also where every round is on one side of it.
        confidence
            How sure it is to hold the truth, such as 0.95.

        Raises
        ------
        OptionError
            If the confidence is not between 0 and 1.
        """
        low, high = percentile_interval(rounds, confidence, drawn=self.units, fitted=self.fitted)
        return np.minimum(low, estimate), np.maximum(high, estimate)


def strengths(made: Comparisons, *, control_length: bool, rounds: int, seed: int) -> Strengths:
    """Fit strengths to comparisons, and to `rounds` draws of them; the same for the same seed.

    Raises
    ------
    JudgmentError
        If length is to be controlled for and cannot be.
    OptionError
        If `rounds` or `seed` is none.
    """
    if isinstance(rounds, bool) or not isinstance(rounds, int) or not _FEWEST_ROUNDS <= rounds <= _MOST_ROUNDS:
        raise OptionError(f"rounds is a whole number from {_FEWEST_ROUNDS} to {_MOST_ROUNDS:,}, not {rounds!r:.60}.")
    if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
        raise OptionError(f"seed is a whole number from 0, not {seed!r:.60}.")
    groups = bradley_terry.pieces(made.wins())
    part, order = (made.among(groups[0]) if len(groups) > 1 else made).best_first()
    places = groups[0][order]
    if control_length:
        part = length_control.standardised(part)
    size = len(part.models)
    folded = fold(part)
    fitted = _Controlled(folded.kinds, folded.counts, size) if control_length else _Plain(folded.kinds, size)
    estimate, separated = fitted(folded.counts, bradley_terry.TOLERANCE)
    random = np.random.default_rng(seed)
    alike = len(folded.times) == 1 or bool((part.share == 0.5).all())  # however often ties are drawn, they stay ties
    draws: Iterator[Floats]
    if separated or alike:
        kinds, draws = simulated(part, estimate, rounds, random)
        fitted = fitted.of(kinds)
    else:
        draws = folded.drawn(rounds, random)
    found = np.empty((rounds, len(estimate)))
    corrected = 0
    for number, counts in enumerate(draws):
        found[number], ties_added = fitted(counts, _ROUND_TOLERANCE)
        corrected += ties_added
    everyone = np.full(len(made.models), np.nan)
    everyone[places] = estimate[:size]
    everyones = np.full((rounds, len(made.models)), np.nan)
    everyones[:, places] = found[:, :size]
    return Strengths(
        models=made.models,
        estimate=everyone,
        rounds=everyones,
        length=float(estimate[-1]) if control_length else None,
        length_rounds=found[:, -1] if control_length else None,
        units=int(folded.times.sum()),
        fitted=(size - 1) / (told_by_prompt(part) if folded.by_prompt else 1) + control_length,
        by_prompt=folded.by_prompt,
        groups=len(groups),
        separated=separated,
        alike=alike,
        corrected_rounds=corrected,
    )


class _Plain:
    """Fits strengths to counts of kinds; adds ties where there are no finite ones, and says so."""

    def __init__(self, kinds: Kinds, size: int) -> None:
        self.kinds, self.size = kinds, size
        met = kinds.wins(np.ones(len(kinds.first)), size) > 0
        self.met = met | met.T

    def of(self, kinds: Kinds) -> _Plain:
        return _Plain(kinds, self.size)

    def __call__(self, counts: Floats, tolerance: float) -> tuple[Floats, bool]:
        wins = self.kinds.wins(counts, self.size)
        # All pairs met, and neither side of any won everything: no need to look along the wins.
        finite = bool((wins[self.met] > 0).all()) or bradley_terry.is_connected(wins)
        if not finite:
            wins = bradley_terry.corrected(wins, self.met)
        return bradley_terry.fit(wins, tolerance=tolerance), not finite


class _Controlled(_Plain):
    """As `_Plain`, with the coefficient of the length gap behind the strengths."""

    def __init__(self, kinds: Kinds, counts: Floats, size: int) -> None:
        super().__init__(kinds, size)
        length_control.check_length_tells(kinds, counts, size)
        self.start: Floats | None = None

    def of(self, kinds: Kinds) -> _Controlled:
        made = _Controlled(kinds, np.ones(len(kinds.first)), self.size)
        made.start = self.start
        return made

    def __call__(self, counts: Floats, tolerance: float) -> tuple[Floats, bool]:
        del tolerance  # Newton's last step is exact enough whatever was asked
        found = length_control.fit(self.kinds, counts, self.size, self.start)
        separated = found is None
        if found is None:
            found = length_control.fit(*length_control.with_ties(self.kinds, counts), self.size, self.start)
        if found is None:
            raise AssertionError("with a tie for every pair there is a finite maximum")
        if self.start is None:
            self.start = found  # every draw is near what it was drawn from
        return found, separated
