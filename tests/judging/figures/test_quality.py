"""How good the models are: the figures of a run, in tables, in text and as HTML."""

from __future__ import annotations

import pandas as pd
import pytest
from tests.support.examples import call_of, rating_of, run_of
from tests.support.scored_runs import judge, run_with, score

from routebook.calls import Failure
from routebook.comparison import Comparison
from routebook.errors import JudgmentError
from routebook.judging.figures.intervals import mean_interval, wilson
from routebook.judging.figures.quality import BLIND, quality, quality_of
from routebook.judging.keeping import keep
from routebook.judging.tables import score_rows
from routebook.models import ModelId
from routebook.prompts import Prompt
from routebook.runs import compare

SMALL, LARGE, MEDIUM = "sim/small", "sim/large", "sim/medium"
FIGURES = ["quality", "low", "high", "n", "prompts", "errors"]
DIFFERENCES = [
    "model_a", "model_b", "difference", "low", "high", "p", "p_adjusted", "prompts", "method", "verdict",
]  # fmt: skip
HALF = [1.0, 0.0] * 10


@pytest.fixture
def scored() -> Comparison:
    """Return a run of three models, of which one is much better."""
    run = run_with(SMALL, LARGE, MEDIUM, prompts=20)
    score(run, {SMALL: HALF, LARGE: [1.0] * 20, MEDIUM: [*HALF[:18], 0.0, 0.0]})
    return run


def row_of(frame: pd.DataFrame, **where: str) -> pd.Series:
    """Return the one row with these values."""
    for column, value in where.items():
        frame = frame[frame[column] == value]
    assert len(frame) == 1
    return frame.iloc[0]


class TestFrame:
    """`Quality.frame`."""

    def test_it_has_a_row_for_each_model_in_the_order_they_were_asked(self, scored: Comparison) -> None:
        frame = quality(scored).frame
        assert list(frame) == ["model", *FIGURES]
        assert frame["model"].tolist() == [SMALL, LARGE, MEDIUM]
        assert frame["quality"].tolist() == [0.5, 1.0, 0.45]
        assert frame[["n", "prompts", "errors"]].to_numpy().tolist() == [[20, 20, 0]] * 3

    def test_of_right_and_wrong_answers_the_interval_is_wilsons(self, scored: Comparison) -> None:
        assert [tuple(ends) for ends in quality(scored).frame[["low", "high"]].to_numpy()] == [
            wilson(right, 20) for right in (10, 20, 9)
        ]

    def test_every_prompt_counts_the_same_however_many_answers_were_judged(self) -> None:
        run = run_with(SMALL, prompts=2, repeats=2)
        score(run, {SMALL: [1.0, 0.0]}, by="exact")
        keep(run, *(rating_of(run_id=run.run.id, prompt_id=run.prompts[0].id, rating=5, repeat=at) for at in (0, 1)))
        keep(run, rating_of(run_id=run.run.id, prompt_id=run.prompts[1].id, rating=1))
        row = quality(run, by="people").frame.iloc[0]
        assert (row.quality, row.n, row.prompts) == (0.5, 3, 2)

    def test_several_people_on_one_answer_are_one_answer(self) -> None:
        run = run_with(SMALL, prompts=2)
        for by, rating in (("ada", 5), ("bob", 3), ("eve", 4)):
            keep(run, rating_of(run_id=run.run.id, prompt_id=run.prompts[0].id, rating=rating, by=by))
        row = quality(run).frame.iloc[0]
        assert (row.quality, row.n, row.prompts) == (0.75, 1, 1)
        assert quality(run, by="bob").frame["quality"].tolist() == [0.5]

    def test_repeats_of_a_prompt_are_a_cluster(self) -> None:
        run = run_with(SMALL, prompts=10, repeats=2)
        rows = []
        for repeat in (0, 1):
            score(run, {SMALL: [1.0] * 5 + [0.0] * 5}, repeat=repeat, by=f"check {repeat}")
            rows += [row._replace(name="both") for row in score_rows(run) if row.by == f"check {repeat}"]
        row = quality_of(run, rows).frame.iloc[0]
        assert (row.n, row.prompts) == (20, 10)
        assert (row.low, row.high) == mean_interval([1.0] * 5 + [0.0] * 5)

    def test_what_could_not_be_scored_is_left_out_and_counted(self) -> None:
        run = run_with(SMALL, LARGE, prompts=3)
        score(run, {SMALL: [1.0, None, None], LARGE: [1.0, 1.0, 0.0]})
        found = quality(run)
        assert found.frame[["quality", "n", "errors"]].to_numpy().tolist() == [
            [1.0, 1, 2],
            [pytest.approx(2 / 3), 3, 0],
        ]
        assert "exact: 2 answers could not be scored, and are left out: no expected answer" in found.notes

    def test_a_model_without_a_score_is_unknown_and_not_bad(self) -> None:
        run = run_with(SMALL, LARGE, prompts=2)
        score(run, {SMALL: [1.0, 0.0]})
        row = row_of(quality(run).frame, model=LARGE)
        assert row[["quality", "low", "high"]].isna().all()
        assert (row.n, row.prompts, row.errors) == (0, 0, 0)
        assert "sim/large  unknown" in str(quality(run))

    def test_several_names_are_a_column(self) -> None:
        run = run_with(SMALL, LARGE, prompts=4)
        score(run, {SMALL: [1.0] * 4, LARGE: [0.0] * 4})
        score(run, {SMALL: [0.0] * 4, LARGE: [1.0] * 4}, by="contains")
        found = quality(run)
        assert found.names == ("exact", "contains")
        assert list(found.frame) == ["name", "model", *FIGURES]
        assert found.frame["quality"].tolist() == [1, 0, 0, 1]
        assert list(found.differences) == ["name", *DIFFERENCES]
        assert found.differences["difference"].tolist() == [1, -1]
        assert list(quality(run, by="contains").frame) == ["model", *FIGURES]

    def test_the_rows_are_the_scores(self, scored: Comparison) -> None:
        rows = quality(scored).rows
        assert (len(rows), rows["value"].sum()) == (60, 39)

    def test_where_nothing_is_scored_it_says_what_to_do(self) -> None:
        run = run_with(SMALL, LARGE, prompts=1)
        judge(run, SMALL, LARGE, [1.0])
        with pytest.raises(JudgmentError, match=r"no scores yet: score the answers with run\.score\(rb\.scorers"):
            quality(run)

    def test_a_misspelt_name_is_answered_with_the_right_one(self, scored: Comparison) -> None:
        with pytest.raises(JudgmentError, match=r"no scores by 'exat'\. Did you mean 'exact'\?"):
            quality(scored, by="exat")


class TestDifferences:
    """`Quality.differences`."""

    def test_there_is_a_row_for_each_pair(self, scored: Comparison) -> None:
        frame = quality(scored).differences
        assert list(frame) == DIFFERENCES
        pairs = frame[["model_a", "model_b"]].to_numpy().tolist()
        assert pairs == [[SMALL, LARGE], [SMALL, MEDIUM], [LARGE, MEDIUM]]
        assert frame["difference"].tolist() == pytest.approx([-0.5, 0.05, 0.55])

    def test_the_verdict_is_of_the_corrected_p_value(self, scored: Comparison) -> None:
        frame = quality(scored).differences
        assert frame["p"].tolist() == pytest.approx([2 / 2**10, 1, 2 / 2**11])
        assert frame["p_adjusted"].tolist() == pytest.approx([2 * 2 / 2**10, 1, 3 * 2 / 2**11])
        assert frame["verdict"].tolist() == ["distinguishable", "not distinguishable", "distinguishable"]

    def test_each_name_is_corrected_by_itself(self) -> None:
        run = run_with(SMALL, LARGE, prompts=7)
        for by in ("exact", "contains", "regex"):
            score(run, {SMALL: [1.0] * 7, LARGE: [0.0] * 7}, by=by)
        assert quality(run).differences["p_adjusted"].tolist() == [2 / 2**7] * 3

    def test_only_prompts_that_both_have_count_and_that_is_said(self) -> None:
        run = run_with(SMALL, LARGE, prompts=4)
        score(run, {SMALL: [1.0, 1.0, 1.0, 1.0], LARGE: [None, 0.0, 1.0, 1.0]})
        found = quality(run)
        assert found.differences[["difference", "prompts"]].to_numpy().tolist() == [[pytest.approx(1 / 3), 3]]
        assert any("not all models have scores on the same prompts" in note for note in found.notes)

    def test_one_model_differs_from_nobody(self) -> None:
        run = run_with(SMALL, prompts=2)
        score(run, {SMALL: [1.0, 0.0]})
        assert list(quality(run).differences) == DIFFERENCES
        assert quality(run).differences.empty


class TestTags:
    """`Quality.by_tag`."""

    def test_a_prompt_counts_in_each_of_its_tags(self) -> None:
        run = run_with(SMALL, LARGE, prompts=4, tags={0: ["maths"], 1: ["maths", "easy"], 2: ["easy"]})
        score(run, {SMALL: [1.0, 0.0, 0.0, 1.0], LARGE: [None, 1.0, 1.0, 0.0]})
        frame = quality(run).by_tag
        assert list(frame) == ["tag", "model", *FIGURES[:-1]]
        assert frame[["tag", "model", "quality", "n", "prompts"]].to_numpy().tolist() == [
            ["maths", SMALL, 0.5, 2, 2],
            ["maths", LARGE, 1.0, 1, 1],
            ["easy", SMALL, 0.0, 2, 2],
            ["easy", LARGE, 1.0, 2, 2],
        ]
        assert tuple(frame[["low", "high"]].iloc[0]) == wilson(1, 2)

    def test_without_tags_it_is_empty(self, scored: Comparison) -> None:
        assert quality(scored).by_tag.empty


class TestShown:
    """What is printed, and what a notebook shows."""

    def test_a_stranger_can_read_the_text(self, scored: Comparison) -> None:
        assert str(quality(scored)).splitlines() == [
            "Quality by exact: 3 models, 20 prompts, simulated",
            "model       quality  95 % interval  answers  prompts  errors",
            "sim/small      0.50   0.30 to 0.70       20       20       0",
            "sim/large      1.00   0.84 to 1.00       20       20       0",
            "sim/medium     0.45   0.26 to 0.66       20       20       0",
            "",
            "Differences on the same prompts",
            "pair                    difference   95 % interval  p, corrected  prompts              verdict",
            "sim/small – sim/large        -0.50  -0.70 to -0.21         0.004       20      distinguishable",
            "sim/small – sim/medium       +0.05  -0.11 to +0.20         1.000       20  not distinguishable",
            "sim/large – sim/medium       +0.55  +0.26 to +0.74         0.003       20      distinguishable",
            "All models are simulated: the answers are made up, not a real model's.",
        ]
        assert repr(quality(scored)) == "<Quality by exact: 3 models>"

    def test_simulated_models_among_others_are_named(self) -> None:
        prompt = Prompt.of("What is 2 + 2?")
        run = run_of(models=("openai/gpt", SMALL), planned=2)
        calls = [
            call_of(run, prompt_id=prompt.id, model=ModelId.parse(model), simulated=model == SMALL)
            for model in run.models
        ]
        asked = Comparison(run, [prompt], calls)
        score(asked, {"openai/gpt": [1.0], SMALL: [0.0]})
        found = quality(asked)
        assert found.notes[0] == "sim/small is simulated: the answers are made up, not a real model's."
        assert "sim/small (simulated)" in str(found)
        assert "openai/gpt (simulated)" not in str(found)

    def test_failed_calls_are_said_to_be_left_out(self) -> None:
        prompt = Prompt.of("What is 2 + 2?")
        run = run_of(models=(SMALL, LARGE), planned=2)
        failed = {"status": "error", "text": "", "failure": Failure("connection", "No server."), "finish": None}
        calls = [
            call_of(run, prompt_id=prompt.id),
            call_of(run, prompt_id=prompt.id, model=ModelId.parse(LARGE), **failed),
        ]
        asked = Comparison(run, [prompt], calls)
        score(asked, {SMALL: [1.0]})
        assert "1 call failed without an answer, and is left out." in quality(asked).notes

    def test_many_pairs_are_cut_and_that_is_said(self) -> None:
        models = [f"sim/m{number}" for number in range(7)]
        run = run_with(*models, prompts=2)
        score(run, {model: [1.0, 0.0] for model in models})
        text = str(quality(run))
        assert text.count(" – ") == 15
        assert text.splitlines()[-1] == "The first 15 of 21 pairs are shown; .differences has all."
        assert len(quality(run).differences) == 21

    def test_as_html_nothing_from_outside_is_obeyed(self) -> None:
        run = run_with("sim/<script>alert(1)</script>", prompts=1)
        score(run, {"sim/<script>alert(1)</script>": [None]}, by="<img src=x onerror=alert(1)>")
        html = quality(run)._repr_html_()
        assert "<script" not in html
        assert "<img" not in html
        assert "&lt;img src=x onerror=alert(1)&gt;" in html
        assert '<span class="rb-chip rb-simulated">simulated</span>' in html

    def test_of_a_blind_run_nobody_is_named_until_it_is_revealed(self) -> None:
        run = compare("Name a prime.", models=[SMALL, LARGE], blind=True)
        score(run, {SMALL: [1.0], LARGE: [0.0]})
        found = quality(run)
        for shown in (str(found), repr(found), found._repr_html_()):
            assert BLIND in shown
            assert "sim/" not in shown
        assert len(found.frame) == 2  # data are open
        assert LARGE in str(quality(run.reveal()))
