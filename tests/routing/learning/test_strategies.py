"""How expectations become choices, and what they become as cost counts more."""

from __future__ import annotations

from math import nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from routebook.errors import OptionError
from routebook.routing.learning.strategies import Strategy, choose, expecting, penalties

SHARES = st.integers(0, 20).map(lambda step: step / 20)
PREDICTED = arrays(float, st.tuples(st.integers(1, 20), st.just(3)), elements=SHARES)
COSTS = arrays(float, 3, elements=st.integers(1, 30).map(float))


@given(PREDICTED, COSTS, st.floats(0, 5))
def test_the_model_of_the_best_worth_is_chosen(predicted: np.ndarray, costs: np.ndarray, usd: float) -> None:
    worth = predicted - usd * costs
    rows = np.arange(len(predicted))
    assert (worth[rows, choose(predicted, costs, usd)] == worth.max(axis=1)).all()


def test_of_equals_the_cheaper_is_chosen_and_a_model_of_unknown_cost_last() -> None:
    assert choose(np.array([[0.5, 0.5, 0.5]]), np.array([3.0, nan, 2.0])).tolist() == [2]
    assert choose(np.array([[0.5, 0.9, 0.5]]), np.array([3.0, nan, 2.0])).tolist() == [1]
    assert choose(np.array([[0.5, 0.9, 0.5]]), np.array([3.0, nan, 2.0]), 0.1).tolist() == [2]


def test_a_model_of_which_nothing_is_expected_is_never_chosen() -> None:
    assert choose(np.array([[nan, 0.1]]), np.array([1.0, 9.0]), 100).tolist() == [1]
    assert choose(np.array([[nan, 0.1]]), np.array([1.0, nan]), 100).tolist() == [1]


@given(PREDICTED, COSTS)
def test_as_cost_counts_less_choices_cost_more_and_promise_more(predicted: np.ndarray, costs: np.ndarray) -> None:
    settings = expecting("x", "baseline", predicted, costs).settings
    if settings is None:
        assert len(set(costs)) == 1
        return
    rows = np.arange(len(predicted))
    assert (np.diff([costs[choice].sum() for choice in settings]) >= -1e-9).all()
    assert (np.diff([predicted[rows, choice].sum() for choice in settings]) >= -1e-9).all()
    assert settings[-1].tolist() == choose(predicted, costs).tolist()


def test_where_cost_is_all_the_cheapest_answers_everything() -> None:
    predicted = np.random.default_rng(0).random((500, 3))
    settings = expecting("x", "baseline", predicted, np.array([3.0, 1.0, 2.0])).settings
    assert settings is not None
    assert (settings[0] == 1).all()
    assert len(settings) == 40


def test_without_costs_or_a_difference_of_them_there_is_one_setting() -> None:
    assert penalties(np.ones((2, 2)), np.array([1.0, nan])) == []
    assert penalties(np.ones((2, 2)), np.array([2.0, 2.0])) == []
    assert penalties(np.ones((2, 2)), np.array([1.0, 2.0])) == [0]


def test_scores_are_how_much_more_is_expected_of_the_strong_model() -> None:
    made = expecting("x", "baseline", np.array([[0.25, 0.75], [0.5, 0.25]]), np.full(2, nan), pair=(1, 0))
    assert made.scores is not None
    assert made.scores.tolist() == [-0.5, 0.25]


def test_at_random_a_prompt_gets_the_mean_of_what_is_known() -> None:
    values = np.array([[1.0, 0.0], [nan, 1.0]])
    assert Strategy("random", "baseline", None).of(values).tolist() == [0.5, 1.0]
    assert Strategy("x", "rules", np.array([1, 1])).of(values).tolist() == [0.0, 1.0]


def test_a_kind_that_is_none_is_refused() -> None:
    with pytest.raises(OptionError, match="kind is baseline, rules or needs the answers, not 'magic'"):
        Strategy("x", "magic", None)  # type: ignore[arg-type]
