"""What a learned policy is to be best at, and what it refuses to be."""

from __future__ import annotations

from math import inf, nan

import numpy as np
import pytest
from tests.support.matrices import matrix

from routebook.errors import OptionError, OutcomesError
from routebook.routing.learning.objective import Objective
from routebook.routing.learning.problem import problem_of

HALF = [[1.0, 0.0], [0.0, 1.0]] * 20


class TestObjective:
    """`Objective`."""

    def test_without_an_argument_it_is_the_least_cost(self) -> None:
        assert Objective().least_cost
        assert Objective().needs_cost
        assert not Objective(quality_per_usd=0).needs_cost

    @pytest.mark.parametrize("margin", [0, 1, -0.1, nan, inf, True, "0.02", None])
    def test_a_margin_is_a_difference_of_qualities(self, margin: object) -> None:
        with pytest.raises(OptionError, match="between 0 and 1"):
            Objective(margin=margin)  # type: ignore[arg-type]

    @pytest.mark.parametrize("name", ["quality_per_usd", "max_usd_per_1k_prompts", "max_latency_p95_s"])
    @pytest.mark.parametrize("value", [-1, nan, inf, 1e300, True, "2"])
    def test_what_is_no_number_in_its_range_is_refused_by_name(self, name: str, value: object) -> None:
        with pytest.raises(OptionError, match=name):
            Objective(**{name: value})  # type: ignore[arg-type]

    def test_only_one_thing_can_be_asked_for(self) -> None:
        with pytest.raises(OptionError, match="max_usd_per_1k_prompts and max_latency_p95_s together"):
            Objective(max_usd_per_1k_prompts=1, max_latency_p95_s=2)

    def test_it_reads_as_a_phrase(self) -> None:
        assert str(Objective(quality_per_usd=0)) == "best quality, whatever it costs"
        assert str(Objective(quality_per_usd=0.5)) == "quality minus 0.5 for each $1 per 1,000 prompts"
        assert str(Objective(max_latency_p95_s=4)) == "best quality with 95 % of answers within 4 s"


class TestProblem:
    """What an objective makes of outcomes."""

    def test_gains_are_over_the_model_of_the_highest_quality(self) -> None:
        problem = problem_of(matrix([[1.0, 0.0], [1.0, 1.0]] * 20, cost=[2, 1]), Objective())
        assert problem.base == 0
        assert problem.gain.mean(axis=0).tolist() == [0, -0.5]

    def test_costs_are_multiples_of_what_the_best_single_model_costs(self) -> None:
        problem = problem_of(matrix([[1.0, 0.0]] * 30, cost=[0.004, 0.001]), Objective(max_usd_per_1k_prompts=2))
        assert problem.spared is not None
        assert problem.spared[0] == pytest.approx([1, 0.25])
        assert problem.limit == pytest.approx(0.5)

    def test_what_a_dollar_is_worth_is_kept_in_these_units(self) -> None:
        problem = problem_of(matrix([[1.0, 0.0]] * 30, cost=[0.004, 0.001]), Objective(quality_per_usd=0.1))
        assert problem.exchange == pytest.approx(0.1 * 4)  # one unit is $4 per 1,000 prompts

    def test_late_answers_are_counted_under_a_cap_of_latency(self) -> None:
        asked = matrix(HALF)
        asked.latency[:] = np.where(np.arange(40)[:, None] < 10, 9.0, [1.0, 2.0])
        asked.latency[0, 0] = nan
        problem = problem_of(asked, Objective(max_latency_p95_s=4))
        assert problem.spared is not None
        assert np.nansum(problem.spared, axis=0).tolist() == [9, 10]
        assert np.isnan(problem.spared[0, 0])

    def test_costs_that_are_free_are_no_trouble(self) -> None:
        problem = problem_of(matrix(HALF, cost=[0, 0]), Objective())
        assert problem.spared is not None
        assert not problem.spared.any()

    def test_a_model_of_too_few_answers_is_left_out_and_said(self) -> None:
        quality = np.ones((50, 3))
        quality[19:, 1] = nan
        problem = problem_of(matrix(quality, cost=[1, 1, 1]), Objective())
        assert problem.matrix.models == ("sim/m0", "sim/m2")
        assert problem.notes == ("Left out, since quality is known of fewer than 20 prompts: sim/m1.",)

    def test_a_model_that_was_never_judged_beside_the_best_one_is_left_out(self) -> None:
        quality = np.full((90, 3), nan)
        quality[:50, :2] = HALF[:40] + [[1.0, 1.0]] * 10
        quality[50:, 2] = 0.4
        problem = problem_of(matrix(quality, cost=[2, 2, 1]), Objective())
        assert problem.matrix.models == ("sim/m0", "sim/m1")
        assert "fewer than 20 prompts are judged of both sim/m0 and these: sim/m2." in problem.notes[0]

    def test_a_model_judged_on_a_few_easy_prompts_is_not_the_best_single_one(self) -> None:
        quality = np.full((100, 2), nan)
        quality[:, 0] = np.tile([1.0, 0.0], 50)
        quality[:30, 1] = 1
        assert problem_of(matrix(quality, cost=[1, 1]), Objective()).base == 0

    def test_one_model_is_not_enough(self) -> None:
        with pytest.raises(OutcomesError, match="enough is known of 1 here"):
            problem_of(matrix([[1.0]] * 30, cost=[1]), Objective())

    def test_without_costs_it_is_learned_for_quality_and_said(self) -> None:
        problem = problem_of(matrix(HALF), Objective())
        assert problem.objective.quality_per_usd == 0
        assert "Costs are unknown" in problem.notes[0]

    @pytest.mark.parametrize(
        ("objective", "what"),
        [
            (Objective(max_usd_per_1k_prompts=1), "No cost is known"),
            (Objective(quality_per_usd=1), "No cost is known"),
            (Objective(max_latency_p95_s=1), "No latency is known"),
        ],
    )
    def test_an_objective_of_what_is_unknown_is_refused(self, objective: Objective, what: str) -> None:
        with pytest.raises(OutcomesError, match=what):
            problem_of(matrix(HALF), objective)

    def test_worths_have_no_gaps(self) -> None:
        quality = np.array([[1.0, 0.0], [0.0, nan], [1.0, 1.0]] * 20)
        problem = problem_of(matrix(quality, cost=[2, 1]), Objective())
        worth = problem.worth(0.5)
        assert not np.isnan(worth).any()
        assert worth[1] == pytest.approx([0, worth[[0, 2], 1].mean()])
        assert worth[0] == pytest.approx([0, -1 + 0.5 * 0.5])
