"""All that was said of a run as two tables: what counts, what is left out, and what it is worth from 0 to 1."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest
from tests.support.examples import PROMPT, call_of, judging_of, rating_of, run_of, vote_of

from routebook.calls import Call
from routebook.comparison import Comparison
from routebook.errors import JudgmentError
from routebook.judging.keeping import keep
from routebook.judging.tables import (
    PairRow,
    ScoreRow,
    every_judging,
    judgings_to_save,
    pair_frame,
    pair_rows,
    said_by,
    score_frame,
    score_rows,
    simulated_judges,
    standing,
)
from routebook.judgments import Judging, Judgment
from routebook.models import ModelId
from routebook.store import default_store

SMALL, LARGE = "sim/small", "sim/large"


@pytest.fixture
def run() -> Comparison:
    """Return a run of two models and two repeats, which is in the store."""
    run = run_of(models=(SMALL, LARGE), repeats=2, planned=4)
    calls = [
        call_of(run, model=ModelId.parse(model), repeat=repeat, simulated=True)
        for repeat in range(2)
        for model in (SMALL, LARGE)
    ]
    default_store().import_run(run, [PROMPT], calls)
    return Comparison(run, [PROMPT], calls)


def call(run: Comparison, model: str, repeat: int = 0) -> Call:
    """Return one call of the run."""
    return run.find(model, repeat=repeat)


def say(run: Comparison, *judgments: Judgment, **changes: object) -> Judging:
    """Keep a judging of the run."""
    judging = judging_of(run_id=run.run.id, **({"judgments": judgments} | changes))
    keep(run, judging)
    return judging


class TestScores:
    """`score_rows`."""

    def test_a_check_a_judge_and_a_person_become_alike(self, run: Comparison) -> None:
        say(run, Judgment(call(run, SMALL).id, 1.0, note="the same text"))
        say(run, Judgment(call(run, LARGE, 1).id, 0.75), kind="scale", by="sim/judge", name="strict")
        run.vote(rating=2, model=LARGE, by="ada", note="long")

        assert score_rows(run) == [
            ScoreRow(PROMPT.id, 0, SMALL, "exact", "check", "exact", 1.0, "", "the same text"),
            ScoreRow(PROMPT.id, 1, LARGE, "strict", "judge", "sim/judge", 0.75, "", ""),
            ScoreRow(PROMPT.id, 0, LARGE, "people", "person", "ada", 0.25, "", "long"),
        ]

    @pytest.mark.parametrize(("rating", "value"), [(1, 0.0), (2, 0.25), (3, 0.5), (4, 0.75), (5, 1.0)])
    def test_a_rating_from_1_to_5_becomes_0_to_1(self, run: Comparison, rating: int, value: float) -> None:
        run.vote(rating=rating, model=SMALL, by="ada")
        assert [row.value for row in score_rows(run)] == [value]

    def test_canaries_tell_of_the_judge_and_are_left_out(self, run: Comparison) -> None:
        answer = call(run, SMALL).id
        say(run, Judgment(answer, 0.0, canary="null"), Judgment(answer, 0.5), Judgment(answer, 0.75, canary="copy"))
        assert [row.value for row in score_rows(run)] == [0.5]

    def test_what_was_said_of_a_call_that_was_asked_again_since_is_left_out(self, run: Comparison) -> None:
        say(run, Judgment("f" * 32, 0.0), Judgment(call(run, SMALL).id, 1.0))
        assert [(row.model, row.value) for row in score_rows(run)] == [(SMALL, 1.0)]

    def test_where_there_is_no_value_the_reason_stands_in_its_place(self, run: Comparison) -> None:
        say(run, Judgment(call(run, SMALL).id, None, error="No number in the answer."))
        (row,) = score_rows(run)
        assert (row.value, row.error) == (None, "No number in the answer.")

    def test_verdicts_on_pairs_and_peoples_pairs_are_no_scores(self, run: Comparison) -> None:
        say(run, Judgment(call(run, SMALL).id, 1.0, other_id=call(run, LARGE).id), kind="pairwise", by="sim/judge")
        run.vote(winner="a", by="ada")
        assert score_rows(run) == []

    def test_of_one_persons_ratings_of_an_answer_the_last_counts(self, run: Comparison) -> None:
        for rating, by in ((1, "ada"), (4, "grace"), (5, "ada")):
            run.vote(rating=rating, model=SMALL, by=by)
        assert [(row.by, row.value) for row in score_rows(run)] == [("grace", 0.75), ("ada", 1.0)]

    def test_of_judgings_that_are_given_only_those_count_and_no_person_does(self, run: Comparison) -> None:
        say(run, Judgment(call(run, SMALL).id, 1.0))
        run.vote(rating=5, model=SMALL, by="ada")
        given = judging_of(Judgment(call(run, LARGE).id, 0.5), run_id=run.run.id, by="contains")
        assert [(row.name, row.model) for row in score_rows(run, [given])] == [("contains", LARGE)]


class TestPairs:
    """`pair_rows`."""

    def test_a_judges_verdict_and_a_persons_vote_become_alike(self, run: Comparison) -> None:
        verdict = Judgment(call(run, LARGE, 1).id, 0.75, other_id=call(run, SMALL, 1).id, flipped=True, note="clearer")
        say(run, verdict, kind="pairwise", by="sim/judge", name="strict")
        run.vote(winner="b", a=SMALL, b=LARGE, by="ada")

        assert pair_rows(run) == [
            PairRow(PROMPT.id, 1, LARGE, SMALL, "strict", "judge", "sim/judge", 0.75, True, "", "clearer"),
            PairRow(PROMPT.id, 0, SMALL, LARGE, "people", "person", "ada", 0.0, False, "", ""),
        ]

    @pytest.mark.parametrize(("winner", "share"), [("a", 1.0), ("b", 0.0), ("tie", 0.5), ("both_bad", 0.5)])
    def test_a_vote_gives_its_first_answer_a_share(self, run: Comparison, winner: str, share: float) -> None:
        run.vote(winner=winner, a=SMALL, b=LARGE, by="ada")  # type: ignore[arg-type]
        assert [(row.model_a, row.share_a) for row in pair_rows(run)] == [(SMALL, share)]

    def test_canaries_and_calls_that_are_gone_are_left_out(self, run: Comparison) -> None:
        small, large = call(run, SMALL).id, call(run, LARGE).id
        say(
            run,
            Judgment(small, 1.0, canary="null"),
            Judgment(small, 0.5, other_id=small, canary="copy"),
            Judgment(small, 1.0, other_id="f" * 32),
            Judgment("f" * 32, 1.0, other_id=large),
            Judgment(small, 0.25, other_id=large),
            kind="pairwise",
            by="sim/judge",
        )
        assert [(row.model_a, row.model_b, row.share_a) for row in pair_rows(run)] == [(SMALL, LARGE, 0.25)]

    def test_scores_and_ratings_are_no_pairs(self, run: Comparison) -> None:
        say(run, Judgment(call(run, SMALL).id, 1.0))
        run.vote(rating=5, model=SMALL, by="ada")
        assert pair_rows(run) == []

    def test_of_judgings_that_are_given_only_those_count_and_no_person_does(self, run: Comparison) -> None:
        run.vote(winner="a", by="ada")
        verdict = Judgment(call(run, SMALL).id, None, other_id=call(run, LARGE).id, error="No verdict.")
        given = judging_of(verdict, run_id=run.run.id, kind="pairwise", by="sim/judge")
        assert [(row.by, row.share_a, row.error) for row in pair_rows(run, [given])] == [
            ("sim/judge", None, "No verdict.")
        ]


class TestWhatStands:
    """`standing`, `every_judging`, `judgings_to_save`."""

    def test_of_judgings_of_one_kind_and_name_the_last_stands(self, run: Comparison) -> None:
        now = datetime.now(UTC)
        answer = call(run, SMALL).id
        later = say(run, Judgment(answer, 0.0), at=now)
        say(run, Judgment(answer, 1.0), at=now - timedelta(hours=1))
        mine = say(run, Judgment(answer, 0.5), name="mine", at=now - timedelta(hours=2))
        asked = say(run, Judgment(answer, 0.25), kind="scale", by="exact", at=now - timedelta(hours=3))

        assert standing(run) == (asked, mine, later)
        assert [(row.name, row.source, row.value) for row in score_rows(run)] == [
            ("exact", "judge", 0.25),
            ("mine", "check", 0.5),
            ("exact", "check", 0.0),
        ]
        assert len(every_judging(run)) == 4

    def test_a_files_judgings_and_the_stores_are_one_record(self, run: Comparison) -> None:
        said = say(run, Judgment(call(run, SMALL).id, 1.0))
        file = Comparison.from_json(run.to_json())
        later = say(run, Judgment(call(run, SMALL).id, 0.0))

        assert file.file_judgings == (said,)
        assert every_judging(file) == (said, later)
        assert score_rows(file) == score_rows(run)

    def test_of_a_judging_that_was_changed_in_the_file_the_stored_one_counts(self, run: Comparison) -> None:
        said = say(run, Judgment(call(run, SMALL).id, 1.0))
        forged = run.to_json().replace('"value":1.0', '"value":0.0')
        assert Comparison.from_json(forged).file_judgings != (said,)
        assert every_judging(Comparison.from_json(forged)) == (said,)

    def test_a_store_that_cannot_be_read_leaves_those_of_the_file_and_says_so(
        self, run: Comparison, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        said = say(run, Judgment(call(run, SMALL).id, 1.0))
        file = Comparison.from_json(run.to_json())
        monkeypatch.setenv("ROUTEBOOK_STORE", "/dev/null/store.sqlite3")
        made, notes = judgings_to_save(file)
        assert made == (said,)
        assert "Without the judgments in the store" in notes[0]


def scores(*names: str) -> list[ScoreRow]:
    """Return a score of each name, said by a judge."""
    return [ScoreRow(PROMPT.id, 0, SMALL, name, "judge", f"sim/{name}", 1.0, "", "") for name in names]


def rated(*people: str) -> list[ScoreRow]:
    """Return a rating of each of these."""
    return [ScoreRow(PROMPT.id, 0, SMALL, "people", "person", name, 1.0, "", "") for name in people]


class TestSaidBy:
    """`said_by`."""

    def test_where_there_is_one_name_nobody_need_say_it(self) -> None:
        rows = scores("exact", "exact")
        assert said_by(rows, None, what="scores", hint="score them.") == rows

    def test_a_name_or_who_said_it_finds_the_rows(self) -> None:
        rows = scores("strict", "kind")
        assert said_by(rows, "kind", what="scores", hint="") == rows[1:]
        assert said_by(rows, "sim/strict", what="scores", hint="") == rows[:1]

    def test_one_person_is_found_among_the_people(self, run: Comparison) -> None:
        run.vote(rating=1, model=SMALL, by="ada")
        run.vote(rating=5, model=SMALL, by="grace")
        rows = score_rows(run)
        assert len(said_by(rows, "people", what="scores", hint="")) == 2
        assert [row.value for row in said_by(rows, "grace", what="scores", hint="")] == [1.0]

    @pytest.mark.parametrize(
        ("rows", "by", "message"),
        [
            ([], None, "There are no scores yet: score them first."),
            ([], "exact", "There are no scores yet: score them first."),
            (scores("exact", "kind"), None, "Say whose scores are meant: by='exact' or 'kind'."),
            (scores("exact", "kind"), "exakt", "There are no scores by 'exakt'. Did you mean"),
            (rated("bob smith", "ada"), "bob", "There are no scores by 'bob'. There are those of people, bob smith or"),
            (
                scores("exact", "kind"),
                "zzzzzz",
                "There are no scores by 'zzzzzz'. There are those of exact, kind, sim/exact or",
            ),
        ],
    )
    def test_what_is_not_there_or_not_clear_is_said(self, rows: list[ScoreRow], by: str | None, message: str) -> None:
        with pytest.raises(JudgmentError) as caught:
            said_by(rows, by, what="scores", hint="score them first.")
        assert str(caught.value).startswith(message)
        assert "\n" not in str(caught.value)


class TestSimulatedJudges:
    """`simulated_judges`."""

    def test_a_judge_that_is_simulated_is_called_so_and_no_other_who_said_something(self) -> None:
        real = scores("a")[0]._replace(by="acme/judge")
        assert simulated_judges([real, *rated("ada")]) == []
        assert simulated_judges([real, *scores("a")]) == ["sim/a is a simulated judge: verdicts are made up."]
        assert simulated_judges(scores("a", "b")) == ["sim/a, sim/b are simulated judges: verdicts are made up."]


class TestFrames:
    """`score_frame` and `pair_frame`."""

    def test_a_row_is_a_row_and_a_missing_value_is_nan(self, run: Comparison) -> None:
        say(run, Judgment(call(run, SMALL).id, None, error="broken"), Judgment(call(run, LARGE).id, 1.0))
        frame = score_frame(score_rows(run))
        assert list(frame.columns) == list(ScoreRow._fields)
        assert frame[["model", "error"]].values.tolist() == [[SMALL, "broken"], [LARGE, ""]]
        assert math.isnan(frame["value"][0])
        assert frame["value"][1] == 1.0

    def test_no_rows_make_a_frame_of_the_same_columns_and_types(self, run: Comparison) -> None:
        say(run, Judgment(call(run, SMALL).id, 1.0))
        run.vote(winner="tie", by="ada")
        pd.testing.assert_series_equal(score_frame([]).dtypes, score_frame(score_rows(run)).dtypes)
        pd.testing.assert_series_equal(pair_frame([]).dtypes, pair_frame(pair_rows(run)).dtypes)
        assert list(pair_frame([]).columns) == list(PairRow._fields)

    def test_half_an_emoji_in_a_note_is_shown(self, run: Comparison) -> None:
        say(run, Judgment(call(run, SMALL).id, 1.0, note="half \ud83d"))
        assert score_frame(score_rows(run))["note"].tolist() == ["half \ud83d"]


def test_votes_and_ratings_of_a_comparison_that_is_in_no_store_are_those_of_its_file(run: Comparison) -> None:
    vote = vote_of(run_id=run.run.id, prompt_id=PROMPT.id, winner="b")
    rating = rating_of(run_id=run.run.id, prompt_id=PROMPT.id, rating=5)
    file = Comparison(run.run, run.prompts, run.calls, file_votes=[vote, rating])
    assert [row.share_a for row in pair_rows(file)] == [0.0]
    assert [row.value for row in score_rows(file)] == [1.0]
