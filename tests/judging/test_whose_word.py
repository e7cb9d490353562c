"""One name's word as the quality of each answer; what a run's outcomes make of it is in test_run_outcomes.py."""

from __future__ import annotations

from tests.support.examples import judging_of
from tests.support.scored_runs import judge, run_with, score

from routebook.judging.keeping import keep
from routebook.judging.whose_word import words_on
from routebook.judgments import Judgment


def test_names_are_those_of_scores_and_then_of_pairs() -> None:
    run = run_with("lab/a", "lab/b", prompts=2)
    judge(run, "lab/a", "lab/b", [1.0, 0.5])
    score(run, {"lab/a": [1.0, 0.0]})
    assert words_on(run).names == ["exact", "sim/judge"]


def test_a_share_of_pairs_says_that_it_is_one() -> None:
    run = run_with("lab/a", "lab/b", prompts=2)
    judge(run, "lab/a", "lab/b", [1.0, 0.5])
    said = words_on(run).quality()
    assert said.of_pairs
    assert said.judges == ("sim/judge",)
    assert {answer[2]: value for answer, value in said.of.items() if answer[0] == run.prompts[1].id} == {
        "lab/a": 0.5,
        "lab/b": 0.5,
    }


def test_a_judge_that_said_nothing_of_any_pair_knows_no_quality() -> None:
    run = run_with("lab/a", "lab/b", prompts=1)
    silent = Judgment(run.find("lab/a", 0).id, None, run.find("lab/b", 0).id, error="It said nothing.")
    keep(run, judging_of(silent, run_id=run.run.id, kind="pairwise", by="sim/judge"))
    assert words_on(run).quality().of == {}
