"""Strengths: those of other implementations, and what is done where there are none."""

from __future__ import annotations

import choix
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.optimize import minimize

from routebook.errors import JudgmentError
from routebook.judging.figures.bradley_terry import chances, corrected, fit, is_connected, pieces

Floats = NDArray[np.float64]


def played(strengths: Floats, games: int, seed: int) -> Floats:
    """Everyone meets everyone in `games` games, of which the chance decides."""
    random = np.random.default_rng(seed)
    wins = np.zeros((len(strengths),) * 2)
    for a in range(len(strengths)):
        for b in range(a):
            wins[a, b] = random.binomial(games, 1 / (1 + np.exp(strengths[b] - strengths[a])))
            wins[b, a] = games - wins[a, b]
    return wins


def most_likely(wins: Floats) -> Floats:
    """The maximum of the likelihood as a general optimiser finds it."""

    def unlikely(strengths: Floats) -> float:
        return float((wins * np.logaddexp(0, strengths[None, :] - strengths[:, None])).sum())

    found: Floats = minimize(unlikely, np.zeros(len(wins)), method="BFGS", options={"gtol": 1e-9}).x
    return found - found.mean()


class TestStrengths:
    """`fit`."""

    @pytest.mark.parametrize("models", [2, 3, 8, 20])
    def test_they_are_those_of_choix(self, models: int) -> None:
        wins = played(np.random.default_rng(models).normal(0, 1, models), 60, seed=models)
        won = [(a, b) for a, b in np.argwhere(wins) for _ in range(int(wins[a, b]))]
        theirs = choix.opt_pairwise(models, won, alpha=0.0, tol=1e-10)
        assert fit(wins) == pytest.approx(theirs - theirs.mean(), abs=1e-5)

    def test_a_tie_is_half_a_win_for_each(self) -> None:
        wins = played(np.array([0.5, 0.0, -0.5]), 20, seed=1) + 3.5 * (1 - np.eye(3))  # seven ties of each two
        doubled = [(a, b) for a, b in np.argwhere(wins) for _ in range(int(2 * wins[a, b]))]
        theirs = choix.opt_pairwise(3, doubled, alpha=0.0, tol=1e-10)
        assert fit(wins) == pytest.approx(theirs - theirs.mean(), abs=1e-5)

    def test_quarters_of_a_win_count_as_such(self) -> None:
        wins = np.array([[0, 2.75, 1.25], [1.25, 0, 3.5], [0.75, 0.5, 0]])
        assert fit(wins) == pytest.approx(most_likely(wins), abs=1e-5)

    def test_models_that_differ_without_measure_are_still_found(self) -> None:
        wins = np.array([[0, 1e6, 1e6], [1, 0, 1e5], [1e-3, 1, 0]])
        found = fit(wins)
        met = wins + wins.T
        assert (met * chances(found)).sum(axis=1) == pytest.approx(wins.sum(axis=1), rel=1e-6)

    def test_a_long_ladder_on_which_only_neighbours_meet_is_found(self) -> None:
        ladder = np.zeros((30, 30))
        for step in range(29):
            ladder[step, step + 1], ladder[step + 1, step] = 12, 10
        assert np.diff(fit(ladder)) == pytest.approx(-np.log(1.2), abs=1e-5)

    def test_the_mean_is_zero(self) -> None:
        assert fit(played(np.array([2.0, 0, 1]), 40, seed=0)).sum() == pytest.approx(0, abs=1e-12)

    def test_what_has_not_settled_is_an_error_and_no_figure(self) -> None:
        with pytest.raises(JudgmentError, match="did not settle in 3 rounds"):
            fit(played(np.linspace(-3, 3, 8), 50, seed=0), limit=3)


class TestWhetherThereAreAny:
    """`is_connected`, `pieces`, `corrected`."""

    @given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), max_size=12))
    @settings(max_examples=60)
    def test_it_is_so_where_one_gets_from_each_to_each_along_wins(self, won: list[tuple[int, int]]) -> None:
        wins = np.zeros((5, 5))
        for a, b in won:
            wins[a, b] = a != b
        reached = np.linalg.matrix_power(np.eye(5) + wins, 5) > 0
        assert is_connected(wins) == bool(reached.all())

    def test_one_tie_for_each_pair_that_met_makes_them_finite(self) -> None:
        wins = np.array([[0.0, 10, 0], [0, 0, 4], [0, 0, 0]])
        met = (wins + wins.T) > 0
        more = corrected(wins, met)
        assert (more - wins)[met].tolist() == [0.5] * 4
        assert not (more - wins)[~met].any()
        assert fit(more) == pytest.approx(most_likely(more), abs=1e-5)

    def test_of_two_equal_groups_the_one_that_met_more_often_is_first(self) -> None:
        wins = np.zeros((5, 5))
        wins[0, 1], wins[2, 3] = 1, 2
        assert [group.tolist() for group in pieces(wins)] == [[2, 3], [0, 1], [4]]
