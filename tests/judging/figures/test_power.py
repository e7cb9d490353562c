"""How many prompts are needed: against statsmodels, against simulated studies, and of what was judged of a run."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.power import TTestPower
from tests.support.scored_runs import judge, run_with, score

from routebook.errors import JudgmentError, OptionError
from routebook.judging.figures.paired import mcnemar, sign_flips
from routebook.judging.figures.power import power, prompts_needed

SMALL, LARGE, MEDIUM = "sim/small", "sim/large", "sim/medium"
COLUMNS = [
    "model_a", "model_b", "prompts", "difference", "sd_difference", "prompts_needed", "low", "high", "alpha", "enough",
    "note",
]  # fmt: skip


class TestFormula:
    """`prompts_needed`."""

    @pytest.mark.parametrize("sd", [0.1, 0.35, 0.5, 1.0])
    @pytest.mark.parametrize("delta", [0.05, 0.1, 0.3])
    @pytest.mark.parametrize(("found", "alpha"), [(0.8, 0.05), (0.95, 0.05), (0.8, 0.005)])
    def test_it_is_statsmodels_number(self, sd: float, delta: float, found: float, alpha: float) -> None:
        needed = prompts_needed(sd, delta, found, alpha)
        theirs = [TTestPower().power(delta / sd, prompts, alpha) for prompts in (needed - 1, needed)]
        assert theirs[0] < found <= theirs[1]

    @given(st.floats(0.001, 1), st.floats(0.001, 0.99), st.floats(0.5, 0.99))
    def test_more_spread_a_smaller_difference_or_more_certainty_need_no_fewer_prompts(
        self, sd: float, delta: float, found: float
    ) -> None:
        needed = prompts_needed(sd, delta, found)
        assert needed >= 2
        assert prompts_needed(sd * 1.2, delta, found) >= needed
        assert prompts_needed(sd, delta / 1.2, found) >= needed
        assert prompts_needed(sd, delta, found + 0.005) >= needed

    def test_four_of_five_such_studies_find_a_difference_of_right_and_wrong_answers(self) -> None:
        won, lost = 0.15, 0.10
        needed = prompts_needed(sqrt(won + lost - 0.05**2), 0.05)
        studies = np.random.default_rng(7).multinomial(needed, [won, lost, 1 - won - lost], size=2_000)
        found = np.mean([mcnemar(wins, losses) < 0.05 for wins, losses, _ in studies.tolist()])
        assert 0.75 <= found <= 0.85

    def test_four_of_five_such_studies_find_a_difference_of_scores(self) -> None:
        needed = prompts_needed(0.2, 0.05)
        studies = np.random.default_rng(7).normal(0.05, 0.2, (1_000, needed))
        assert 0.76 <= np.mean([sign_flips(each) < 0.05 for each in studies.tolist()]) <= 0.84


class TestRun:
    """`power`."""

    def test_scores_say_how_much_two_models_differ_from_prompt_to_prompt(self) -> None:
        run = run_with(SMALL, LARGE, prompts=40)
        each = [0.25, -0.25, 0.5, 0.0] * 10
        score(run, {SMALL: [0.5 + value for value in each], LARGE: [0.5] * 40})
        found = power(run, 0.1)

        assert list(found) == COLUMNS
        row = found.iloc[0]
        assert (row.model_a, row.model_b, row.prompts, row.note) == (SMALL, LARGE, 40, "")
        assert (row.difference, row.sd_difference) == pytest.approx((np.mean(each), np.std(each, ddof=1)))
        assert row.prompts_needed == prompts_needed(row.sd_difference, 0.1) == 65
        assert row.low < 65 < row.high
        assert not row.enough

    def test_there_are_enough_prompts_when_there_are_as_many_as_needed(self) -> None:
        run = run_with(SMALL, LARGE, prompts=40)
        score(run, {SMALL: [0.75, 0.25, 1.0, 0.5] * 10, LARGE: [0.5] * 40})
        assert power(run, 0.2)["enough"].tolist() == [True]

    def test_pairs_count_from_one_half(self) -> None:
        run = run_with(SMALL, LARGE, prompts=20)
        judge(run, LARGE, SMALL, [1.0, 1.0, 0.0, 0.5] * 5)
        row = power(run).iloc[0]
        assert (row.model_a, row.prompts, row.difference) == (SMALL, 20, pytest.approx(-0.125))
        assert row.sd_difference == pytest.approx(np.std([1.0, 1.0, 0.0, 0.5] * 5, ddof=1))
        assert row.low < row.prompts_needed == prompts_needed(row.sd_difference, 0.05) < row.high

    def test_scores_come_before_pairs_unless_pairs_are_named(self) -> None:
        run = run_with(SMALL, LARGE, prompts=4)
        judge(run, LARGE, SMALL, [1.0, 0.0, 1.0, 0.5])
        score(run, {SMALL: [1.0, 0.0, 1.0, 1.0], LARGE: [0.0, 0.0, 1.0, 1.0]})
        assert power(run)["difference"].tolist() == [0.25]
        assert power(run, by="sim/judge")["difference"].tolist() == [-0.125]

    def test_of_many_pairs_each_is_given_its_share_of_alpha(self) -> None:
        run = run_with(SMALL, LARGE, MEDIUM, prompts=8)
        score(run, {SMALL: [1.0, 0.0] * 4, LARGE: [1.0] * 8, MEDIUM: [0.0, 1.0, 1.0, 1.0] * 2})
        found = power(run, alpha=0.06)
        assert found["alpha"].tolist() == pytest.approx([0.02] * 3)
        assert found["prompts_needed"].tolist() == [prompts_needed(sd, 0.05, 0.8, 0.02) for sd in found.sd_difference]

    def test_only_prompts_that_both_have_count(self) -> None:
        run = run_with(SMALL, LARGE, prompts=6)
        score(run, {SMALL: [1.0, 0.0, 1.0], LARGE: [0.0] * 6})
        assert power(run)["prompts"].tolist() == [3]

    @pytest.mark.parametrize("judged", [0, 1])
    def test_of_fewer_than_two_common_prompts_it_does_not_guess(self, judged: int) -> None:
        run = run_with(SMALL, LARGE, prompts=3)
        score(run, {SMALL: [1.0] * judged, LARGE: [0.0] * 3})
        row = power(run).iloc[0]
        assert (row.prompts, bool(row.enough)) == (judged, False)
        assert row[["sd_difference", "prompts_needed", "low", "high"]].isna().all()
        assert "fewer than 2 prompts" in row.note

    def test_models_that_never_differed_leave_open_how_many_are_needed(self) -> None:
        run = run_with(SMALL, LARGE, prompts=30)
        score(run, {SMALL: [1.0] * 30, LARGE: [1.0] * 30})
        row = power(run).iloc[0]
        assert row.sd_difference == 0
        assert np.isnan(row.prompts_needed)
        assert row.high > 300
        assert not row.enough
        assert row.note == "the same difference on all 30 prompts: judge more, or harder ones"

    @pytest.mark.parametrize("delta", [0, 1, -0.05, 1.5, float("nan"), "0.05", None])
    def test_a_difference_is_between_0_and_1(self, delta: float) -> None:
        with pytest.raises(OptionError, match="delta must be a number between 0 and 1"):
            power(run_with(SMALL, LARGE, prompts=1), delta)

    @pytest.mark.parametrize("option", ["power", "alpha"])
    def test_power_and_alpha_are_shares(self, option: str) -> None:
        with pytest.raises(OptionError, match=f"{option} must be a number between 0 and 1, not 80"):
            power(run_with(SMALL, LARGE, prompts=1), **{option: 80})  # type: ignore[arg-type]

    def test_a_study_finds_more_than_chance_does(self) -> None:
        with pytest.raises(OptionError, match="power must be above alpha"):
            power(run_with(SMALL, LARGE, prompts=1), power=0.04)

    def test_where_nothing_is_judged_it_says_what_to_do(self) -> None:
        with pytest.raises(JudgmentError, match=r"Nothing is judged yet: .*run\.score\(\.\.\.\)"):
            power(run_with(SMALL, LARGE, prompts=1))

    def test_a_misspelt_name_is_answered_with_the_right_one(self) -> None:
        run = run_with(SMALL, LARGE, prompts=2)
        judge(run, LARGE, SMALL, [1.0, 0.0])
        score(run, {SMALL: [1.0, 0.0], LARGE: [0.0, 0.0]})
        with pytest.raises(JudgmentError, match=r"no scores by 'exat'\. Did you mean 'exact'"):
            power(run, by="exat")
