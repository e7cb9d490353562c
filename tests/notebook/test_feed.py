"""What a page is told of a run: applied in order, it is the comparison."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.live_runs import RIVER, HandRun, Page
from tests.support.strategies import texts

from routebook.calls import Failure
from routebook.notebook.feed import CLOCK_S, LiveFeed
from routebook.prompts import Prompt
from routebook.render.document import MOST_ANSWERS, document

MODELS = ("sim/small", "anthropic/claude-haiku-5-5", "openai/gpt-6.1-terra")
LOST = Failure("truncated", "The stream ended without its end marker.")


class Clock:
    """Time that passes when a test says so."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def said(answer: Any) -> Any:
    """Return what an answer says: a field that is nothing is as good as none."""
    return {name: value for name, value in answer.items() if value not in ("", [], None)}


@settings(deadline=None)
@given(st.data())
def test_a_page_that_applies_every_message_ends_with_the_comparison(data: st.DataObject) -> None:
    blind = data.draw(st.booleans())
    prompts = [Prompt.of("One?"), Prompt.of("Two?")][: data.draw(st.integers(1, 2))]
    run = HandRun.of(MODELS, prompts, repeats=data.draw(st.integers(1, 2)), blind=blind)
    feed = LiveFeed(run, Clock())
    page = Page(feed.snapshot())
    growing = set(range(len(run.calls)))
    for _ in range(data.draw(st.integers(0, 60))):
        if not growing:
            break
        index = data.draw(st.sampled_from(sorted(growing)))
        live = run.calls[index]
        steps = ["frame", "snapshot", "skip"] if live.phase == "queued" else ["frame", "snapshot"]
        steps += ["say", "say", "fall", "end", "fail"] if live.phase == "streaming" else ["send", "cached"]
        match data.draw(st.sampled_from(steps)):
            case "frame":
                if (changes := feed.changes()) is not None:
                    page.take(changes)
            case "snapshot":
                page.take(feed.snapshot())
            case "send":
                run.send(index)
            case "say":
                run.say(index, text=data.draw(texts(8)), reasoning=data.draw(texts(4)))
            case "fall":
                run.fall(index)
            case "skip":
                run.skip(live)
                growing.discard(index)
            case "cached":
                run.end(index, text=data.draw(texts()), cached_from="f" * 32, cached_at=run.run.created_at)
                growing.discard(index)
            case "end":
                run.end(index)
                growing.discard(index)
            case "fail":
                run.end(index, failure=LOST)
                growing.discard(index)
    for index in growing:
        run.skip(run.calls[index])
    run.over("interrupted" if growing else "finished")
    if (changes := feed.changes(last=True)) is not None:
        page.take(changes)

    whole = document(run.comparison())
    wanted = {answer["id"]: answer for prompt in whole["prompts"] for answer in prompt["answers"]}
    missing = {"phase": "missing"}
    for name, answer in page.answers.items():
        if name in wanted:
            assert said(answer) == said(wanted[name])
        else:  # a repeat that nobody was asked
            assert said(answer).items() >= missing.items()
    assert page.comparison["run"]["done"] == whole["run"]["done"]
    assert page.comparison["run"]["cost"] == whole["run"]["cost"]
    assert page.comparison["run"]["status"] == whole["run"]["status"]
    kept = Page(feed.snapshot()).answers
    assert {name: said(answer) for name, answer in page.answers.items()} == {
        name: said(answer) for name, answer in kept.items()
    }


@pytest.fixture
def run() -> HandRun:
    return HandRun.of(MODELS)


def told(feed: LiveFeed) -> dict[str, Any]:
    """Return what is new, by answer."""
    changes = feed.changes()
    return {} if changes is None else {change.pop("answer"): change for change in changes["changes"]}  # type: ignore[misc]


def test_nothing_is_told_when_nothing_is_new(run: HandRun) -> None:
    feed = LiveFeed(run, Clock())
    feed.changes()
    assert feed.changes() is None
    run.send(0)
    assert feed.changes() is not None
    assert feed.changes() is None


def test_messages_are_numbered_without_a_gap(run: HandRun) -> None:
    feed = LiveFeed(run, Clock())
    numbers = [feed.snapshot()["seq"]]
    for index in range(3):
        run.send(index)
        changes = feed.changes()
        assert changes is not None
        numbers.append(changes["seq"])
    assert numbers == [0, 1, 2, 3]
    assert feed.snapshot()["seq"] == 3


def test_only_what_came_since_is_told_and_only_of_whom_it_came(run: HandRun) -> None:
    feed = LiveFeed(run, Clock())
    for index in range(3):
        run.send(index)
    run.say(0, text="Scan ")
    feed.changes()
    run.say(0, text="once.")
    assert told(feed) == {"1-0-0": {"text": "once."}}


def test_another_attempt_begins_the_text_anew(run: HandRun) -> None:
    feed = LiveFeed(run, Clock())
    run.send(1)
    run.say(1, text="Lost", reasoning="Hm")
    feed.changes()
    run.fall(1)
    assert told(feed) == {"1-0-1": {"set": {"phase": "waiting", "latency_s": None}}}
    run.send(1)
    run.say(1, text="Kept")
    (change,) = told(feed).values()
    assert change["text"] == "Kept"
    assert change["set"].items() >= {"text": "", "reasoning": "", "tries": 2, "phase": "streaming"}.items()


def test_time_that_merely_passes_is_told_twice_a_second(run: HandRun) -> None:
    clock = Clock()
    feed = LiveFeed(run, clock)
    run.send(0)
    feed.changes()
    run.say(0, text="a")  # a tenth of a second by the recorder's clock
    assert told(feed) == {"1-0-0": {"text": "a", "set": {"ttft_s": 0.1, "latency_s": 0.2}}}
    run.say(0, text="b")
    assert told(feed) == {"1-0-0": {"text": "b"}}
    clock.now += CLOCK_S
    run.say(0, text="c")
    assert told(feed) == {"1-0-0": {"text": "c", "set": {"latency_s": 0.4}}}


def test_half_a_surrogate_pair_waits_for_its_other_half(run: HandRun) -> None:
    feed = LiveFeed(run, Clock())
    run.send(0)
    run.say(0, text="a\ud83d")
    assert told(feed)["1-0-0"]["text"] == "a"
    run.say(0, text="\ude00b\ud83d")
    assert told(feed)["1-0-0"]["text"] == "😀b"
    run.end(0)
    assert told(feed)["1-0-0"]["text"] == "\ufffd"


def test_what_was_answered_before_the_page_came_is_in_its_snapshot(run: HandRun) -> None:
    run.end(2, text="From the cache.", cached_from="f" * 32, cached_at=run.run.created_at)
    run.send(0)
    run.say(0, text="Half")
    page = Page(LiveFeed(run, Clock()).snapshot())
    assert page.answers["1-0-2"]["text"] == "From the cache."
    assert page.answers["1-0-0"]["text"] == "Half"
    assert page.answers["1-0-1"]["phase"] == "queued"


def test_a_run_that_broke_leaves_nothing_growing(run: HandRun) -> None:
    feed = LiveFeed(run, Clock())
    page = Page(feed.snapshot())
    run.send(0)
    run.say(0, text="Half")
    run.over("failed")
    page.take(feed.changes(last=True))
    assert {answer["phase"] for answer in page.answers.values()} == {"missing"}
    assert page.comparison["run"]["status"] == "failed"


def test_prompts_beyond_the_bounds_count_but_are_not_told() -> None:
    run = HandRun.of(MODELS[:1], [Prompt.of(f"{number}?") for number in range(MOST_ANSWERS + 1)])
    feed = LiveFeed(run, Clock())
    assert len(feed.snapshot()["comparison"]["prompts"]) == MOST_ANSWERS
    run.end(MOST_ANSWERS, text="Unseen.")
    changes = feed.changes()
    assert changes is not None
    assert (changes["changes"], changes["run"]["done"]) == ([], 1)
    assert "The first 8,000 of 8,001 prompts" in feed.saved()["notes"][-1]


def test_a_frame_looks_at_no_call_that_did_not_move() -> None:
    run = HandRun.of(MODELS, [Prompt.of(f"{number}?") for number in range(50)])
    feed = LiveFeed(run, Clock())
    for index in range(149):
        run.end(index, text="4")
    feed.changes()
    run.calls[:149] = []  # whoever looks at one of these now finds another
    run.calls[:0] = [None] * 149  # type: ignore[list-item]
    run.send(149)
    run.say(149, text="5")
    assert told(feed)["50-0-2"]["text"] == "5"


def test_a_vote_and_what_it_opened_stay_in_what_is_kept() -> None:
    run = HandRun.of(MODELS[:2], blind=True)
    feed = LiveFeed(run, Clock())
    run.end(0, text="Rhine")
    run.end(1, text="Rhone")
    opened = document(run.comparison(), opened=[RIVER.id])
    vote: Any = {"kind": "rating", "prompt": RIVER.id, "id": "v"}
    feed.vote(vote, opened["prompts"][0], opened["models"])
    assert feed.saved()["prompts"] == opened["prompts"]
    assert feed.saved()["votes"] == [vote]


def test_a_run_that_goes_on_with_an_unfinished_one_says_so() -> None:
    run = HandRun.of(MODELS)
    run.resumed = 1
    said = "This goes on with an unfinished run: 1 of 3 answers was there already and not asked for again."
    assert said in LiveFeed(run, Clock()).snapshot()["comparison"]["notes"]
    assert said in document(run.comparison())["notes"]
