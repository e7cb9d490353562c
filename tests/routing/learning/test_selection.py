"""Which way to answer all prompts serves the objective best, and is likely to pass its test."""

from __future__ import annotations

import numpy as np
import pytest
from tests.support.matrices import matrix

from routebook.routing.learning.objective import Objective
from routebook.routing.learning.problem import Problem, problem_of
from routebook.routing.learning.search import Told
from routebook.routing.learning.selection import Selection, merit, select

ALWAYS = np.tile([[1.0, 1.0], [0.0, 1.0]], (200, 1))
"""The first model is right on every other prompt, the second on all."""


def problem_with(quality: np.ndarray, objective: Objective, cost: object = (1.0, 10.0)) -> Problem:
    tags = ["ab"[number % 2] for number in range(len(quality))]
    return problem_of(matrix(quality, tags=tags, cost=np.array(cost) / 1000), objective)


def chosen(problem: Problem, tested_on: int = 200) -> Selection:
    groups = np.arange(len(problem.matrix))
    return select(problem, groups, max_rules=8, using=("tag",), tested_on=tested_on, seed=0)


class TestMerit:
    """How well something serves the objective."""

    def test_of_the_least_cost_what_spends_less_is_better(self) -> None:
        problem = problem_with(ALWAYS, Objective())
        assert merit(problem, Told(0, 0.001, 0.5, 0), 400) > merit(problem, Told(0, 0.001, 0.6, 0), 400)

    def test_what_is_unlikely_to_be_shown_as_good_may_not_be_chosen(self) -> None:
        problem = problem_with(ALWAYS, Objective(margin=0.02))
        # of as many prompts: 1.96 * 0.004 + 1.28 * 0.004 * sqrt(2) = 0.0151
        assert merit(problem, Told(-0.0048, 0.004, 0.5, 0), 400) == -0.5
        assert merit(problem, Told(-0.0050, 0.004, 0.5, 0), 400) == -np.inf

    def test_a_smaller_test_can_show_less(self) -> None:
        problem, found = problem_with(ALWAYS, Objective()), Told(0, 0.004, 0.5, 0)
        assert [merit(problem, found, tested_on) > -np.inf for tested_on in (400, 100)] == [True, False]

    def test_a_cap_is_kept_to_with_room(self) -> None:
        problem = problem_with(ALWAYS, Objective(max_usd_per_1k_prompts=5))  # half of what the best one costs
        assert [merit(problem, Told(0.1, 0, spent, 0.01), 400) for spent in (0.48, 0.49)] == [0.1, -np.inf]

    def test_a_price_is_taken_off(self) -> None:
        problem = problem_with(ALWAYS, Objective(quality_per_usd=0.01))
        assert merit(problem, Told(0, 0, 1, 0), 400) == pytest.approx(-0.1)


class TestSelect:
    """`select`."""

    def test_rules_that_spend_less_and_lose_nothing_are_chosen(self) -> None:
        made = chosen(problem_with(ALWAYS, Objective()))
        assert made.single == 1
        assert made.rules is not None
        assert made.rules.told.gain == 0
        assert made.rules.told.spent == pytest.approx(0.55)

    def test_rules_that_promise_no_more_than_one_model_are_not(self) -> None:
        made = chosen(problem_with(np.ones((400, 2)), Objective()))
        assert (made.single, made.rules, made.over) == (0, None, False)

    def test_of_models_that_serve_alike_the_better_one_answers(self) -> None:
        quality = np.tile([[0.0, 1.0], [1.0, 1.0]], (100, 1))
        assert chosen(problem_with(quality, Objective(), cost=(1.0, 1.0))).single == 1

    def test_where_no_model_keeps_to_a_cap_it_is_the_one_that_spends_least(self) -> None:
        made = chosen(problem_with(ALWAYS, Objective(max_usd_per_1k_prompts=0.5)))
        assert (made.single, made.over) == (0, True)

    def test_a_model_that_keeps_to_a_cap_is_better_than_one_that_does_not(self) -> None:
        made = chosen(problem_with(ALWAYS, Objective(max_usd_per_1k_prompts=2)))
        assert (made.single, made.over) == (0, False)

    def test_savings_that_cannot_be_shown_are_said(self) -> None:
        random = np.random.default_rng(0)
        quality = np.column_stack([random.random(200) < 0.95, random.random(200) < 0.95]).astype(float)
        quality[1::2, 0] = 0
        made = chosen(problem_with(quality, Objective()), tested_on=100)
        assert made.rules is None
        assert made.unsure

    def test_the_best_of_many_flukes_promises_little(self) -> None:
        promised = []
        for seed in range(20):
            right = np.random.default_rng(seed).random((300, 4)) < 0.6
            tags = [f"t{number % 15}" for number in range(300)]
            problem = problem_of(matrix(right.astype(float), tags=tags), Objective(quality_per_usd=0))
            made = chosen(problem, tested_on=150)
            promised.append(0.0 if made.rules is None else made.rules.told.gain)
        assert np.mean(promised) < 0.02
