"""Strengths at equal length."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm
from numpy.typing import NDArray

from routebook.errors import JudgmentError
from routebook.judging.figures.comparisons import Comparisons
from routebook.judging.figures.length_control import check_length_tells, fit, standardised, with_ties
from routebook.judging.figures.resampling import fold
from routebook.judging.figures.strengths import strengths

Floats = NDArray[np.float64]
TRUTH = np.array([0.7, 0.1, -0.8])
WORDS = np.array([200.0, 600.0, 1200.0])  # the weaker, the longer


def judged_by_length(number: int, *, love: float, seed: int) -> Comparisons:
    """What a judge says who knows the better answer, and loves the longer: `love` per unit of the gap."""
    random = np.random.default_rng(seed)
    a, b = np.array([random.permutation(3)[:2] for _ in range(number)]).T
    a, b = np.minimum(a, b), np.maximum(a, b)
    long, other = (WORDS[side] * random.lognormal(0, 0.6, number) for side in (a, b))
    gap = (long - other) / (long + other)
    won = random.random(number) < 1 / (1 + np.exp(TRUTH[b] - TRUTH[a] - love * gap))
    return Comparisons(("x", "y", "z"), a, b, won.astype(float), np.arange(number), gap)


class TestFit:
    """`fit`."""

    def test_it_is_the_logistic_regression_of_statsmodels(self) -> None:
        made = standardised(judged_by_length(400, love=2.0, seed=3))
        folded = fold(made)
        found = fit(folded.kinds, folded.counts, 3)
        assert found is not None
        design = np.zeros((400, 3))
        for row, (a, b) in enumerate(zip(made.first, made.second, strict=True)):
            for side, sign in ((a, 1), (b, -1)):
                if side:
                    design[row, side - 1] = sign
        design[:, 2] = made.gap
        theirs = sm.GLM(made.share, design, family=sm.families.Binomial()).fit(tol=1e-12).params
        assert found[1:3] - found[0] == pytest.approx(theirs[:2], abs=1e-6)
        assert found[3] == pytest.approx(theirs[2], abs=1e-6)
        assert found[:3].sum() == pytest.approx(0, abs=1e-12)

    def test_halves_and_quarters_of_a_win_count_as_such(self) -> None:
        made = judged_by_length(200, love=1.0, seed=4)
        made.share[::3] = 0.75
        made.share[1::3] = 0.5
        folded = fold(made)
        found = fit(folded.kinds, folded.counts, 3)
        assert found is not None
        chance = 1 / (1 + np.exp(-(found[made.first] - found[made.second] + found[3] * made.gap)))
        missed = made.share - chance  # at the maximum, what is missed hangs on neither model nor length
        assert [missed @ ((made.first == m) * 1.0 - (made.second == m)) for m in range(3)] == pytest.approx([0] * 3)
        assert missed @ made.gap == pytest.approx(0, abs=1e-9)

    def test_where_the_longer_always_wins_there_is_no_maximum_until_ties_are_added(self) -> None:
        made = judged_by_length(60, love=1.0, seed=5)
        made.share[:] = made.gap > 0
        folded = fold(made)
        assert fit(folded.kinds, folded.counts, 3) is None
        found = fit(*with_ties(folded.kinds, folded.counts), 3)
        assert found is not None
        assert np.isfinite(found).all()
        assert found[3] > 1

    def test_ties_draw_length_to_neither_side(self) -> None:
        made = judged_by_length(300, love=0.0, seed=6)
        kinds, counts = with_ties(fold(made).kinds, np.zeros(300))
        found = fit(kinds, counts, 3)
        assert found == pytest.approx([0, 0, 0, 0])


class TestControl:
    """What controlling for length does."""

    def test_a_judge_who_loves_length_is_seen_through(self) -> None:
        made = judged_by_length(4000, love=4.0, seed=7)
        fooled = strengths(made, control_length=False, rounds=100, seed=0)
        found = strengths(made, control_length=True, rounds=200, seed=0)
        assert fooled.estimate[2] > fooled.estimate[0]  # the longest seems the best, and is the worst
        assert found.estimate == pytest.approx(TRUTH, abs=0.2)
        low, high = found.interval(found.rounds, found.estimate)
        assert ((low < TRUTH) & (high > TRUTH)).all()
        assert found.length is not None
        assert found.length == pytest.approx(4.0 * np.sqrt(np.mean(made.gap**2)), rel=0.1)

    def test_of_a_judge_who_does_not_mind_length_the_interval_holds_zero(self) -> None:
        found = strengths(judged_by_length(600, love=0.0, seed=8), control_length=True, rounds=200, seed=0)
        assert found.length_rounds is not None
        low, high = found.interval(found.length_rounds, found.length)
        assert low < 0 < high

    def test_where_the_longer_always_wins_rounds_differ_all_the_same(self) -> None:
        made = judged_by_length(40, love=1.0, seed=5)
        made.share[:] = made.gap > 0
        found = strengths(made, control_length=True, rounds=100, seed=0)
        assert found.separated
        assert np.isfinite(found.rounds).all()
        assert found.rounds.std(axis=0).min() > 0

    def test_equal_lengths_cannot_be_controlled_for(self) -> None:
        made = judged_by_length(40, love=0.0, seed=9)
        made.gap[:] = 0
        with pytest.raises(JudgmentError, match="equal length"):
            strengths(made, control_length=True, rounds=100, seed=0)

    def test_nor_a_length_that_is_always_the_same_for_the_same_models(self) -> None:
        made = judged_by_length(40, love=0.0, seed=9)
        made.gap[:] = (WORDS[made.first] - WORDS[made.second]) / 1000
        folded = fold(made)
        with pytest.raises(JudgmentError, match="cannot be told"):
            check_length_tells(folded.kinds, folded.counts, 3)
