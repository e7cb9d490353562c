"""Means, differences and ratios over prompts: known answers, and intervals that hold what they say."""

from __future__ import annotations

from math import isnan, nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import ttest_1samp

from routebook.routing.evidence.estimates import (
    amount_of,
    chance,
    chance_dearer,
    chance_worse,
    change_of,
    detectable,
    difference,
    quality_of,
    ratio_of,
    within,
)

ROUNDS = 500
LEAST, MOST = 0.92, 0.98


def covered(found: list[tuple[float, float]], truth: float) -> float:
    return float(np.mean([low <= truth <= high for low, high in found]))


class TestCoverage:
    """In simulations the intervals hold the truth in 92 to 98 of 100 cases."""

    def test_of_a_mean_quality(self) -> None:
        random = np.random.default_rng(1)
        found = [quality_of((random.random(120) < 0.7).astype(float))[1:3] for _ in range(4 * ROUNDS)]
        assert LEAST <= covered(found, 0.7) <= MOST

    def test_of_a_difference_of_graded_qualities(self) -> None:
        random = np.random.default_rng(2)
        found = []
        for _ in range(ROUNDS):
            a, b = random.binomial(4, random.beta(2, 2, 80), (2, 80)) / 4
            found.append(difference(a, b)[1:3])
        assert LEAST <= covered(found, 0.0) <= MOST

    def test_of_a_mean_of_skewed_amounts(self) -> None:
        random = np.random.default_rng(3)
        found = [amount_of(random.lognormal(0, 0.8, 150))[1:3] for _ in range(ROUNDS)]
        assert LEAST <= covered(found, float(np.exp(0.32))) <= MOST

    def test_of_a_ratio_of_means(self) -> None:
        random = np.random.default_rng(4)
        found = []
        for _ in range(ROUNDS):
            length = random.lognormal(0, 0.7, 100)
            found.append(ratio_of(3 * length * random.uniform(0.5, 1.5, 100), length)[1:3])
        assert LEAST <= covered(found, 3.0) <= MOST

    def test_of_a_mean_change(self) -> None:
        random = np.random.default_rng(5)
        found = []
        for _ in range(ROUNDS):
            before = random.gamma(2, 1, 60)
            found.append(change_of(before + random.gamma(2, 0.5, 60), before)[1:3])
        assert LEAST <= covered(found, 1.0) <= MOST


class TestKnownAnswers:
    """What can be worked out by hand."""

    def test_unknown_prompts_are_left_out_and_counted(self) -> None:
        assert quality_of(np.array([1.0, nan, 0.0])).n == 2
        assert amount_of(np.array([nan, 2.0, 4.0])).value == 3
        assert ratio_of(np.array([2.0, nan, 6.0]), np.array([1.0, 1.0, 3.0]))[0:4:3] == (2.0, 2)
        assert difference(np.array([1.0, nan]), np.array([0.0, 0.0])).prompts == 1

    def test_of_nothing_all_is_unknown(self) -> None:
        nothing = np.array([nan, nan])
        for found in (quality_of(nothing), amount_of(nothing), ratio_of(nothing, nothing), change_of(nothing, nothing)):
            assert all(map(isnan, found[:3]))
            assert found.n == 0

    def test_what_is_free_costs_nothing_and_nothing_is_so_many_times_as_much(self) -> None:
        free = np.zeros(5)
        assert amount_of(free)[:3] == (0, 0, 0)
        assert isnan(ratio_of(np.ones(5), free).value)
        assert ratio_of(free, np.ones(5)).value == 0

    def test_a_cost_that_is_assumed_has_an_interval_of_no_width(self) -> None:
        assert amount_of(np.full(9, 0.25)) == (0.25, 0.25, 0.25, 9)

    def test_a_single_amount_has_no_interval(self) -> None:
        assert isnan(amount_of(np.array([2.0])).low)

    def test_quantiles_are_numpys_where_all_weigh_the_same(self) -> None:
        values = np.random.default_rng(0).gamma(2, 1, 137)
        assert within(values, np.ones(137), 0.95) == pytest.approx(np.quantile(values, 0.95))

    def test_not_worse_is_students_test_with_a_win_and_a_loss_more(self) -> None:
        each = np.random.default_rng(0).normal(0, 0.3, 50)
        theirs = ttest_1samp([*each, 1, -1], -0.1, alternative="greater").pvalue
        assert chance_worse(each, 0.1) == pytest.approx(theirs)

    def test_cheaper_is_sure_where_every_answer_is(self) -> None:
        assert chance_dearer(np.full(20, 1.0), np.full(20, 2.0)) == 0
        assert chance_dearer(np.full(20, 2.0), np.full(20, 1.0)) == 1

    def test_a_difference_as_large_as_is_detectable_is_found_four_times_in_five(self) -> None:
        random = np.random.default_rng(6)
        least = detectable(random.normal(0, 0.3, 200))
        p = [chance(random.normal(least, 0.3, 200), np.zeros(200)) for _ in range(400)]
        assert 0.72 <= np.mean(np.array(p) < 0.05) <= 0.88


AMOUNTS = arrays(float, st.integers(2, 30), elements=st.floats(0.001, 1000))


@given(AMOUNTS, st.floats(0.01, 100))
def test_amounts_scale(amounts: np.ndarray, factor: float) -> None:
    assert amount_of(factor * amounts)[:3] == pytest.approx([factor * end for end in amount_of(amounts)[:3]])


@given(AMOUNTS, st.floats(0.01, 100))
def test_a_ratio_to_a_multiple_is_exact_and_its_inverse_inverts(amounts: np.ndarray, factor: float) -> None:
    found, other = ratio_of(factor * amounts, amounts), ratio_of(amounts, factor * amounts)
    assert found[:3] == pytest.approx([factor] * 3)
    assert (other.low, other.high) == pytest.approx((1 / found.high, 1 / found.low))
