"""Every answer of a run through every check: what is kept, and what is said."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Sequence
from typing import Any

import pytest
from tests.support.examples import call_of, run_of
from tests.support.simulated_prompts import made

import routebook as rb
from routebook.calls import Failure
from routebook.comparison import Comparison
from routebook.datasets import is_right
from routebook.errors import OptionError, RunError
from routebook.judging.checks import scorers
from routebook.judging.checks.scorer import Scorer
from routebook.judging.checks.scoring import score
from routebook.judging.figures.quality import quality
from routebook.judging.tables import score_rows, standing
from routebook.models import ModelId
from routebook.prompts import Prompt
from routebook.providers.simulated import ACCURACY, KINDS
from routebook.render.clean import visible
from routebook.store import default_store


def answered(*texts: str | Failure, expected: Sequence[str | None] = (), stored: bool = True, **run: Any) -> Comparison:
    """Return a run of one model: what it answered to one prompt after another, or how it failed."""
    wanted = [*expected, *[None] * (len(texts) - len(expected))]
    asked = [Prompt.of(f"Question {number}?", expected=each) for number, each in enumerate(wanted)]
    info = run_of(planned=len(texts), **run)
    calls = [
        call_of(info, prompt_id=prompt.id, text=text)
        if isinstance(text, str)
        else call_of(info, prompt_id=prompt.id, text="half", status="error", failure=text)
        for prompt, text in zip(asked, texts, strict=True)
    ]
    if stored:
        default_store().import_run(info, asked, calls)
    return Comparison(info, asked, calls)


def words(run: Comparison) -> list[tuple[float | None, str]]:
    """Return what stands of each answer: its value, and why there is none or else the note."""
    return [(row.value, row.error or row.note) for row in score_rows(run)]


def test_several_checks_are_each_kept_under_their_name() -> None:
    run = answered("Paris", "It is Rome.", expected=["paris", "Rome"])
    found = score(run, [scorers.exact(), scorers.contains()])
    assert found.names == ("exact", "contains")
    assert found.frame["quality"].tolist() == [0.5, 1.0]
    exact, contains = standing(run)
    assert (exact.kind, exact.by, exact.settings) == ("check", "exact", {"scorer": "exact"})
    assert [judgment.value for judgment in contains.judgments] == [1.0, 1.0]
    assert str(quality(run)) == str(found)


def test_scored_again_the_later_word_stands() -> None:
    run = answered("Paris", expected=["Rome"])
    score(run, [scorers.exact()])
    score(run, [scorers.exact()], expected="Paris")
    assert words(run) == [(1.0, "")]
    assert standing(run)[0].settings == {"scorer": "exact", "expected": "given with score()"}


def test_a_run_from_a_file_is_stored_with_its_scores() -> None:
    run = answered("4", expected=["4"], stored=False)
    score(run, [scorers.exact()])
    assert default_store().judgings_of(run.run.id)[0].name == "exact"


def test_answers_are_scored_by_what_is_expected_of_their_prompt_or_by_what_is_given() -> None:
    run = answered("4", "5", "6", expected=["4"])
    score(run, [scorers.exact()])
    assert words(run) == [(1.0, ""), *[(None, "expects an answer, and this prompt has none: give expected=...")] * 2]
    score(run, [scorers.exact()], expected={1: "5", 2: 7})
    assert words(run) == [(1.0, ""), (1.0, ""), (0.0, "")]


def test_a_check_that_fails_is_an_error_on_its_row_and_says_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_API_KEY", "canary-canary-canary")

    def half(answer: str) -> float:
        if answer == "bad":
            raise ValueError("cannot read\n canary-canary-canary.")
        return 0.5

    run = answered("good", "bad", "good")
    assert score(run, [half]).frame[["quality", "n", "errors"]].to_numpy().tolist() == [[0.5, 2, 1]]
    assert words(run)[1] == (None, "ValueError: cannot read [hidden]")


def test_a_check_that_fails_on_every_answer_says_so_once() -> None:
    run = answered("4", "5", "6")
    (note,) = score(run, [scorers.numeric()], expected="no number").notes
    assert note.startswith("numeric: 3 ")
    assert note.endswith("expects a number, and this prompt expects 'no number'")


def test_an_interrupt_goes_through_and_nothing_is_kept() -> None:
    run = answered("4", "5")

    def interrupted(answer: str) -> bool:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        score(run, [scorers.function(lambda answer: True), interrupted])
    assert standing(run) == ()


class TestFailedCalls:
    """Calls that brought no answer."""

    refused = Failure("rate_limit", "sim/small is busy.")

    def test_they_are_left_out_with_their_reason(self) -> None:
        run = answered("4", self.refused, "5", expected=["4", "4", "4"])
        assert score(run, [scorers.exact()]).frame[["quality", "n", "errors"]].to_numpy().tolist() == [[0.5, 2, 1]]
        assert words(run) == [(1.0, ""), (None, "the call failed: sim/small is busy"), (0.0, "")]

    def test_they_are_wrong_when_the_user_says_so(self) -> None:
        run = answered("4", self.refused, expected=["4", "4"])
        score(run, [scorers.exact()], errors="wrong")
        assert words(run) == [(1.0, ""), (0.0, "the call failed: sim/small is busy")]
        assert standing(run)[0].settings["errors"] == "wrong"

    def test_in_a_blind_run_the_reason_names_nobody(self) -> None:
        run = answered(self.refused, expected=["4"], blind=True)
        score(run, [scorers.exact()])
        assert words(run) == [(None, "the call failed")]

    def test_a_run_without_an_answer_can_be_scored(self) -> None:
        assert score(answered(self.refused), [scorers.exact()]).frame["n"].tolist() == [0]


class TestFunctions:
    """Functions of the user's."""

    def test_they_see_the_prompt_and_the_call(self) -> None:
        run = answered("4", "Question 1?")
        score(run, [lambda answer, prompt, call: (call.text == prompt.text, prompt.id)], name="echo")
        assert words(run) == [(0.0, run.prompts[0].id), (1.0, run.prompts[1].id)]

    def test_what_they_return_is_read_row_by_row(self) -> None:
        said = iter([True, 0.25, (0.5, "half"), None, 7, "yes"])
        run = answered(*"abcdef")
        score(run, [lambda answer: next(said)], name="odd")
        assert [value for value, _ in words(run)] == [1.0, 0.25, 0.5, None, None, None]
        assert "a score is from 0 to 1" in words(run)[4][1]

    def test_what_is_expected_comes_as_it_was_given(self) -> None:
        run = answered("a", "b")
        score(run, [lambda answer, expected: answer in expected], name="one of", expected=[{"a"}, ["c"]])
        assert [value for value, _ in words(run)] == [1.0, 0.0]

    def test_async_ones_score_several_answers_at_once(self) -> None:
        both_there = asyncio.Barrier(2)

        async def together(answer: str) -> bool:
            if answer == "broken":
                raise ValueError("no")
            await both_there.wait()  # comes only when two are scored at once
            return answer == "4"

        run = answered("4", "broken", "5")
        score(run, [together])
        assert words(run) == [(1.0, ""), (None, "ValueError: no"), (0.0, "")]

    def test_an_interrupt_stops_them(self) -> None:
        stopped = threading.Event()

        async def endless(answer: str) -> bool:
            signal.raise_signal(signal.SIGINT)
            try:
                await asyncio.Event().wait()
            finally:
                stopped.set()
            return True

        run = answered("4")
        with pytest.raises(KeyboardInterrupt):
            score(run, [endless])
        assert stopped.wait(30)
        assert standing(run) == ()

    def test_a_long_note_is_kept_to_ten_thousand_characters(self) -> None:
        run = answered("4")
        score(run, [lambda answer: (True, "why " * 10_000)], name="talks")
        assert len(words(run)[0][1]) == 10_000


@pytest.mark.parametrize("text", ["a\0b", "\ud83d", "x" * 10_000_000], ids=["NUL", "half an emoji", "10 MB"])
def test_a_hostile_answer_is_scored_and_its_note_kept(text: str) -> None:
    run = answered(text)
    score(run, [lambda answer: (0.5, answer[:20])], name="echo")
    score(run, [scorers.contains(text)] if len(text) < 100 else [scorers.regex("^(x+x+)+y$")], name="found")
    assert words(run)[0] == (0.5, visible(text[:20]))


def test_what_a_check_says_steers_no_terminal() -> None:
    run = answered("\x1b[31mred")
    score(run, [lambda answer: (True, answer)], name="echo")
    assert words(run) == [(1.0, "␛[31mred")]

    def fails(answer: str) -> bool:
        raise ValueError(answer)

    score(run, [fails])
    assert {note for _, note in words(run)} == {"␛[31mred", "ValueError: ␛[31mred"}


class TestRefused:
    """What cannot be scored by."""

    @pytest.mark.parametrize(
        ("by", "name", "why"),
        [
            ([], None, "Say how to score"),
            ([scorers.exact(), scorers.exact()], None, "Two scorers are called 'exact'"),
            ([scorers.exact(), scorers.contains()], "mine", "name= is of one scorer"),
            (["exact"], None, "one of rb.scorers or a function"),
            ([scorers.exact()], "  ", "A scorer's name is a text"),
        ],
    )
    def test_it_is_said_before_anything_is_scored(self, by: list[Any], name: str | None, why: str) -> None:
        with pytest.raises(OptionError, match=why):
            score(answered("4"), by, name=name)

    def test_so_is_what_failed_calls_cannot_be(self) -> None:
        with pytest.raises(OptionError, match="'skip' or 'wrong'"):
            score(answered("4"), [scorers.exact()], errors="right")  # type: ignore[arg-type]

    def test_so_is_an_answer_to_a_prompt_that_is_not_there(self) -> None:
        with pytest.raises(RunError, match="no prompt 'Qestion 0"):
            score(answered("4"), [scorers.exact()], expected={"Qestion 0?": "4"})


def test_what_a_check_says_of_itself_is_said_once_with_the_result() -> None:
    run = answered("4", "5")
    told = Scorer("careful", {}, lambda *_: True, about=lambda: "It is only a test.")
    found = score(run, [told])
    assert found.notes == ("It is only a test.",)
    assert standing(run)[0].settings == {"about": "It is only a test."}


@pytest.mark.parametrize("model", ["small", "reasoner"])
def test_the_published_accuracy_of_a_simulated_model_is_found_again(model: str) -> None:
    per_kind = 40
    run = rb.compare([prompt for kind in KINDS for prompt in made(kind, per_kind)], models=[f"sim/{model}"])
    found = score(run, [is_right])
    truth = sum(ACCURACY[model].values()) / len(KINDS)
    assert found.frame["quality"][0] == pytest.approx(truth, abs=0.06)  # three standard errors of 400 answers
    assert found.frame["errors"][0] == 0
    by_tag = found.by_tag.set_index("tag")
    inside = [by_tag.loc[kind, "low"] <= ACCURACY[model][kind] <= by_tag.loc[kind, "high"] for kind in KINDS]
    assert sum(inside) >= len(KINDS) - 2
    assert found.models == (str(ModelId("sim", model)),)
