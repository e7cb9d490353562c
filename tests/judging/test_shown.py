"""What the views show of what was said: folded by answer and by model, and never in the way of the answers."""

from __future__ import annotations

import pytest
from tests.support.examples import call_of, judging_of, rating_of, run_of, vote_of
from tests.support.scored_runs import judge, run_with, score

from routebook.comparison import Comparison
from routebook.judging.keeping import keep
from routebook.judging.shown import said_of
from routebook.judgments import Judgment
from routebook.models import ModelId
from routebook.prompts import Prompt
from routebook.render.said import NOTHING, Mean, Score

SMALL, LARGE, THIRD = "sim/small", "sim/large", "sim/medium"


def of(run: Comparison, model: str, number: int = 0, repeat: int = 0) -> list[Score]:
    """Return what is said of one answer."""
    return list(said_of(run).answers.get((run.prompts[number].id, repeat, model), ()))


def say(run: Comparison, *judgments: Judgment, **changes: object) -> None:
    """Keep a judging of the run."""
    keep(run, judging_of(*judgments, run_id=run.run.id, **changes))


def test_a_check_is_its_value_and_why() -> None:
    run = run_with(SMALL, LARGE, prompts=1)
    say(
        run,
        Judgment(run.find(SMALL).id, 1 / 3, note="two\nlines"),
        Judgment(run.find(LARGE).id, None, error="KeyError: 'a'"),
    )
    assert of(run, SMALL) == [Score("exact", 0.3333, note="two lines")]
    assert of(run, LARGE) == [Score("exact", None, note="KeyError: 'a'")]


def test_names_stand_in_the_order_in_which_they_were_given_and_pairs_after_scores() -> None:
    run = run_with(SMALL, LARGE, prompts=1)
    judge(run, SMALL, LARGE, [1.0])
    score(run, {SMALL: [1.0], LARGE: [0.0]}, by="numeric")
    score(run, {SMALL: [1.0], LARGE: [0.0]}, by="exact")
    keep(run, rating_of(run_id=run.run.id, prompt_id=run.prompts[0].id))
    assert [one.name for one in of(run, SMALL)] == ["numeric", "exact", "people", "sim/judge"]


def test_people_are_folded_to_their_mean_with_who_said_why() -> None:
    run = run_with(SMALL, LARGE, prompts=1)
    about = {"run_id": run.run.id, "prompt_id": run.prompts[0].id}
    keep(run, rating_of(**about, by="ada", rating=5, note="Short."), rating_of(**about, by="grace", rating=2))
    assert of(run, SMALL) == [Score("people", 0.625, 2, note="ada: Short.", people=True)]


def test_a_check_that_is_called_as_people_are_is_not_one_of_them() -> None:
    run = run_with(SMALL, LARGE, prompts=1)
    score(run, {SMALL: [0.0]}, by="people")
    keep(run, rating_of(run_id=run.run.id, prompt_id=run.prompts[0].id, rating=5))
    assert of(run, SMALL) == [Score("people", 0.0), Score("people", 1.0, people=True)]


def test_of_pairs_it_is_told_how_many_an_answer_won_and_how_many_were_a_tie() -> None:
    run = run_with(SMALL, LARGE, THIRD, prompts=1)
    small, large, third = (run.find(model).id for model in (SMALL, LARGE, THIRD))
    said = Judgment(small, 0.75, large), Judgment(third, 0.5, small), Judgment(large, None, third, error="no answer")
    say(run, *said, kind="pairwise", by="sim/judge")
    assert of(run, SMALL) == [Score("sim/judge", 0.625, 2, (1, 1))]
    assert of(run, LARGE) == [Score("sim/judge", 0.25, 1, (0, 0), "no answer")]


def test_people_votes_on_pairs_count_for_both_answers() -> None:
    run = run_with(SMALL, LARGE, prompts=1)
    keep(run, vote_of(run_id=run.run.id, prompt_id=run.prompts[0].id, winner="b", by="ada"))
    assert of(run, LARGE) == [Score("people", 1.0, 1, (1, 0), people=True)]
    assert of(run, SMALL) == [Score("people", 0.0, 1, (0, 0), people=True)]


def test_a_long_note_is_cut() -> None:
    run = run_with(SMALL, LARGE, prompts=1)
    say(run, Judgment(run.find(SMALL).id, 1.0, note="because " * 1000))
    (one,) = of(run, SMALL)
    assert len(one.note) <= 200
    assert one.note.endswith("…")


def test_of_an_answer_that_failed_it_is_not_said_again_that_it_has_no_score() -> None:
    info = run_of(models=(SMALL,))
    prompt = Prompt.of("?")
    run = Comparison(info, [prompt], [call_of(info, prompt_id=prompt.id, model=ModelId.parse(SMALL), status="error")])
    (call,) = run.calls
    for value, error in ((None, "the call failed"), (0.0, "")):
        judged = judging_of(Judgment(call.id, value, error=error), run_id=info.id)
        with_file = Comparison(info, [prompt], run.calls, file_judgings=[judged])
        assert [one.value for one in of(with_file, SMALL)] == ([] if value is None else [0.0])


def test_a_models_mean_counts_each_prompt_the_same_as_its_quality_does() -> None:
    run = run_with(SMALL, LARGE, prompts=2, repeats=2)
    score(run, {SMALL: [1.0, 0.0], LARGE: [None, 1.0]})
    keep(run, *(rating_of(run_id=run.run.id, prompt_id=run.prompts[0].id, by=by, rating=5) for by in ("ada", "bob")))
    keep(run, rating_of(run_id=run.run.id, prompt_id=run.prompts[1].id, rating=1))
    models = said_of(run).models
    assert models[SMALL] == [Mean("exact", 0.5, 2), Mean("people", 0.5, 2, people=True)]
    assert models[LARGE] == [Mean("exact", 1.0, 1)]
    frame = run.quality().frame
    found = frame[frame["model"] == SMALL][["name", "quality", "prompts"]].values.tolist()
    assert found == [[one.name, one.value, one.n] for one in models[SMALL]]


def test_a_models_share_of_pairs_is_its_win_rate() -> None:
    run = run_with(SMALL, LARGE, THIRD, prompts=3)
    judge(run, SMALL, LARGE, [1.0, 0.5, 0.75])
    judge_again = [Judgment(run.find(THIRD, at).id, 1.0, run.find(SMALL, at).id) for at in range(3)]
    say(run, *judge_again, kind="pairwise", by="sim/other")
    models = said_of(run).models
    assert models[SMALL] == [Mean("sim/judge", 0.75, 3, of_pairs=True), Mean("sim/other", 0.0, 3, of_pairs=True)]
    rates = run.ranking("sim/judge").frame.set_index("model")["win_rate"]
    assert [rates[SMALL], rates[LARGE]] == pytest.approx([models[SMALL][0].value, models[LARGE][0].value])


def test_of_a_store_that_cannot_be_read_it_is_what_came_with_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    run = run_with(SMALL, LARGE, prompts=1)
    said = judging_of(Judgment(run.find(SMALL).id, 1.0), run_id=run.run.id)
    vote = rating_of(run_id=run.run.id, prompt_id=run.prompts[0].id, rating=5)
    file = Comparison(run.run, run.prompts, run.calls, file_judgings=[said], file_votes=[vote])
    bare = Comparison(run.run, run.prompts, run.calls)
    monkeypatch.setenv("ROUTEBOOK_STORE", "/proc/nowhere/store.sqlite3")
    assert of(file, SMALL) == [Score("exact", 1.0), Score("people", 1.0, people=True)]
    assert said_of(bare) == NOTHING
