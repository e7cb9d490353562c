"""Canaries: questions with a known verdict, to see whether a judge can be trusted."""

from __future__ import annotations

from math import isnan
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.examples import PROMPT, call_of, run_of

from routebook.calls import Call
from routebook.comparison import Comparison
from routebook.judging.judges.canaries import NULL_ANSWER, canary_calls, canary_rows, with_empty_line
from routebook.judging.tables import pair_rows, score_rows
from routebook.judgments import Canary, Judging, JudgingKind, Judgment
from routebook.models import ModelId
from routebook.providers.simulated.judging import says_nothing

RUN = run_of()
MODELS = [ModelId("sim", name) for name in ("small", "medium", "large")]


def calls(prompts: int, **changes: object) -> list[list[Call]]:
    return [
        [call_of(RUN, prompt_id=f"{number:016x}", model=model, **changes) for model in MODELS]
        for number in range(prompts)
    ]


def judging(kind: JudgingKind, canary: Canary, *values: float | None, own: float | None = None) -> Judging:
    judgments = []
    for value in values:
        call_id = uuid4().hex
        error = "" if value is not None else "acme/judge gave no verdict"
        judgments.append(Judgment(call_id, value, canary=canary, error=error))
        if own is not None:
            judgments.append(Judgment(call_id, own))
    return Judging(run_id=RUN.id, kind=kind, by="acme/judge", judgments=tuple(judgments))


class TestWhichAnswers:
    """`canary_calls`."""

    def test_they_are_spread_evenly_over_the_prompts_and_go_round_the_models(self) -> None:
        given = calls(30)
        chosen = canary_calls(given, 10)
        assert [call.prompt_id for call in chosen] == [given[place][0].prompt_id for place in range(0, 30, 3)]
        assert [call.model.model for call in chosen][:4] == ["small", "medium", "large", "small"]

    def test_there_are_no_more_than_prompts(self) -> None:
        assert len(canary_calls(calls(3), 10)) == 3

    def test_none_are_wanted(self) -> None:
        assert canary_calls(calls(3), 0) == []

    def test_an_empty_answer_says_nothing_itself(self) -> None:
        assert canary_calls(calls(3, text=" \n"), 10) == []

    @given(st.integers(0, 40), st.integers(0, 40))
    def test_each_prompt_has_one_at_most(self, prompts: int, number: int) -> None:
        chosen = canary_calls([[call_of(RUN, prompt_id=str(place))] for place in range(prompts)], number)
        assert len({call.prompt_id for call in chosen}) == len(chosen) == min(prompts, number)


def test_the_null_answer_says_nothing_to_a_simulated_judge_either() -> None:
    assert says_nothing(NULL_ANSWER, None)


def test_a_copy_to_be_scored_again_differs_by_nothing_one_would_read() -> None:
    assert with_empty_line("It is 4.\n") != "It is 4.\n"
    assert with_empty_line("It is 4.\n").strip() == "It is 4."


class TestPairs:
    """A null answer beside a real one; a copy beside its original."""

    def test_a_judge_that_prefers_real_answers_passes(self) -> None:
        (row,) = canary_rows(judging("pairwise", "null", *[0.0] * 10))
        assert (row.judge, row.canary, row.n, row.mean) == ("acme/judge", "null", 10, 0.0)
        assert row.high < 0.35
        assert (row.worrying, row.verdict) == (False, "prefers the real answer to a null answer in all of 10")

    def test_a_judge_that_loves_null_answers_is_exposed(self) -> None:
        (row,) = canary_rows(judging("pairwise", "null", *[1.0] * 8, *[0.0] * 12))
        assert (row.n, row.mean, row.worrying) == (20, 0.4, True)
        assert row.verdict == "prefers a null answer to real answers in 40% of 20: do not trust it"

    def test_so_is_one_to_which_everything_is_a_tie(self) -> None:
        (row,) = canary_rows(judging("pairwise", "null", *[0.5] * 10))
        assert (row.mean, row.worrying) == (0.5, True)
        assert "finds it as good in 100%: do not trust it" in row.verdict

    def test_some_ties_are_to_be_expected_where_real_answers_are_wrong(self) -> None:
        (row,) = canary_rows(judging("pairwise", "null", *[0.5] * 4, *[0.0] * 6))
        assert row.mean == 0.2
        assert (row.worrying, row.verdict) == (
            False,
            "prefers a null answer to real answers in 0% of 10, and finds it as good in 40%",
        )

    def test_who_prefers_one_of_two_copies_goes_by_position(self) -> None:
        (row,) = canary_rows(judging("pairwise", "copy", *[1.0] * 6, 0.0, *[0.5] * 3))
        assert (row.canary, row.n, row.mean, row.worrying) == ("copy", 10, 0.7, True)
        assert row.verdict.startswith("prefers one of two equal answers in 70% of 10, in 86% of these the first shown")

    def test_a_tie_of_copies_is_right(self) -> None:
        (row,) = canary_rows(judging("pairwise", "copy", *[0.5] * 10))
        assert (row.mean, row.worrying) == (0.0, False)
        assert row.verdict == "calls two equal answers a tie in all of 10"

    def test_what_has_no_verdict_is_not_counted(self) -> None:
        (row,) = canary_rows(judging("pairwise", "null", 0.0, None, None))
        assert row.n == 1

    @pytest.mark.parametrize("canary", ["null", "copy"])
    def test_without_any_verdict_nothing_is_known(self, canary: Canary) -> None:
        (row,) = canary_rows(judging("pairwise", canary, None, None))
        assert row.n == 0
        assert isnan(row.mean)
        assert isnan(row.low)
        assert (row.worrying, row.verdict) == (False, f"gave no verdict on its {canary} canaries")


class TestScores:
    """A null answer by itself; an answer scored again."""

    @pytest.mark.parametrize("kind", ["scale", "reference"])
    def test_a_null_answer_should_score_nothing(self, kind: JudgingKind) -> None:
        (fair,) = canary_rows(judging(kind, "null", *[0.0] * 10))
        assert (fair.mean, fair.worrying) == (0.0, False)
        (mild,) = canary_rows(judging(kind, "null", *[0.75] * 10))
        assert (mild.mean, mild.worrying) == (0.75, True)
        assert mild.verdict == "scores a null answer 0.75, from 0 to 1, on average of 10: do not trust it"

    def test_a_second_score_tells_of_the_judges_noise(self) -> None:
        (row,) = canary_rows(judging("scale", "copy", 0.5, 1.0, own=0.75))
        assert (row.n, row.mean) == (2, 0.25)
        assert row.verdict == "scores the same answer 0.25 apart, from 0 to 1, on average of 2"

    def test_without_the_first_score_there_is_no_difference(self) -> None:
        (row,) = canary_rows(judging("scale", "copy", 0.5))
        assert row.n == 0


def test_a_judge_that_was_shown_none_has_no_row() -> None:
    assert canary_rows(Judging(run_id=RUN.id, kind="check", by="exact")) == []


def test_canaries_never_count_for_a_model() -> None:
    call = call_of(RUN, prompt_id=PROMPT.id)
    run = Comparison(RUN, [PROMPT], [call])
    for kind in ("pairwise", "scale"):
        only = Judging(run_id=RUN.id, kind=kind, by="j", judgments=(Judgment(call.id, 1.0, canary="null"),))
        assert pair_rows(run, [only]) == []
        assert score_rows(run, [only]) == []
