"""Means of small groups, drawn toward the mean of all."""

from __future__ import annotations

from math import nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from routebook.routing.learning.shrinkage import shrunk


def test_what_is_kept_of_a_difference_is_as_worked_out_by_hand() -> None:
    # means 0.8 and 0.3; within 0.2 (sum of squares 3.7 over 18), of all 0.55, between by moments from 1.25
    values = np.repeat([1.0, 0, 1, 0], [8, 2, 3, 7])[:, None]
    within = (10 * 0.8 * 0.2 + 10 * 0.3 * 0.7) / 18
    between = (1.25 - within) / 10
    kept = between / (between + within / 10)
    means, overall = shrunk(values, np.repeat([0, 1], 10), 2)
    assert overall.tolist() == [0.55]
    assert means.ravel() == pytest.approx([0.55 + 0.25 * kept, 0.55 - 0.25 * kept])


def test_groups_that_differ_no_more_than_by_chance_have_the_mean_of_all() -> None:
    values = np.tile([1.0, 1.0, 0.0, 0.0], 25)[:, None]
    assert shrunk(values, np.arange(100) // 20, 5)[0].ravel() == pytest.approx([0.5] * 5)


def test_a_small_group_keeps_less_than_a_large_one() -> None:
    group = np.repeat([0, 1, 2], [5, 50, 50])
    values = np.concatenate([np.ones(4), [0], np.ones(40), np.zeros(10), np.zeros(40), np.ones(10)])[:, None]
    small, large, _ = shrunk(values, group, 3)[0].ravel()
    assert small < large < 0.8


def test_the_shrunk_means_are_nearer_to_the_truth_than_the_means_are() -> None:
    random = np.random.default_rng(0)
    truth = random.normal(0.5, 0.05, 200)
    group = np.repeat(np.arange(200), 10)
    values = random.normal(truth[group], 0.4)
    means = np.bincount(group, values) / 10
    found = shrunk(values[:, None], group, 200)[0].ravel()
    assert ((found - truth) ** 2).mean() < 0.25 * ((means - truth) ** 2).mean()


def test_the_best_of_many_equal_groups_does_not_look_better_than_it_is() -> None:
    random = np.random.default_rng(1)
    group = np.repeat(np.arange(57), 25)
    curse, left = [], []
    for _ in range(50):
        gain = random.choice([-1.0, 0, 1], p=[0.2, 0.6, 0.2], size=len(group))
        curse.append((np.bincount(group, gain) / 25).max())
        left.append(shrunk(gain[:, None], group, 57)[0].max())
    assert np.mean(curse) > 0.25
    assert np.mean(left) < 0.06


def test_what_is_unknown_counts_for_nothing() -> None:
    values, group = np.array([[1.0], [nan], [1.0], [0.0], [0.0], [nan]]), np.array([0, 0, 0, 1, 1, 2])
    known = ~np.isnan(values[:, 0])
    found, overall = shrunk(values, group, 3)
    assert found[:2].tolist() == shrunk(values[known], group[known], 2)[0].tolist()
    assert found[2] == overall


def test_a_column_of_which_nothing_is_known_is_zero() -> None:
    means, overall = shrunk(np.full((4, 1), nan), np.array([0, 0, 1, 1]), 2)
    assert (means.tolist(), overall.tolist()) == ([[0.0], [0.0]], [0.0])


@given(
    arrays.arrays(float, st.tuples(st.integers(1, 40), st.integers(1, 3)), elements=st.floats(-1, 1) | st.just(nan)),
    st.data(),
)
def test_a_shrunk_mean_is_between_that_of_its_group_and_that_of_all(values: np.ndarray, data: st.DataObject) -> None:
    group = np.array(data.draw(st.lists(st.integers(0, 4), min_size=len(values), max_size=len(values))))
    means, overall = shrunk(values, group, 5)
    for place in range(5):
        for column in range(values.shape[1]):
            known = values[group == place, column]
            known = known[~np.isnan(known)]
            own = known.mean() if len(known) else overall[column]
            low, high = sorted((own, overall[column]))
            assert low - 1e-9 <= means[place, column] <= high + 1e-9
