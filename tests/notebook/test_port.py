"""What is answered to a page: stop, vote, request, resync; and what is refused, in one line."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from tests.support.live_runs import RIVER, HandRun
from tests.support.showcase import MODELS, showcase
from tests.support.view_fixtures import CODING, comparison

import routebook as rb
from routebook.comparison import Comparison
from routebook.notebook.feed import LiveFeed
from routebook.notebook.port import Port
from routebook.store import default_store

WHO = "ada"


@pytest.fixture(autouse=True)
def voter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROUTEBOOK_USER", WHO)


@pytest.fixture
def port() -> Port:
    return Port()


def shown(port: Port, **run: Any) -> Comparison:
    """Return a comparison of two prompts that is on screen and in no store."""
    made = comparison((CODING, RIVER), **run)
    port.show(made)
    return made


def rating(run: Comparison, answer: str = "1-0-0", stars: int = 4, **changes: Any) -> dict[str, Any]:
    """Return the message that rates an answer to the first prompt."""
    ballot = {
        "kind": "rating",
        "prompt": CODING.id,
        "blind": False,
        "order": [answer],
        "answer": answer,
        "rating": stars,
    }
    return {"kind": "vote", "id": "v", "run": run.run.id, "ballot": ballot | changes}


def pair(run: Comparison, a: str, b: str, /, **changes: Any) -> dict[str, Any]:
    """Return the message that says that the first of two answers is better."""
    ballot = {"kind": "pair", "prompt": CODING.id, "blind": False, "order": [a, b], "a": a, "b": b, "winner": "a"}
    return {"kind": "vote", "id": "v", "run": run.run.id, "ballot": ballot | changes}


def refused(reply: Any) -> str:
    """Return why."""
    assert reply["ok"] is False, reply
    assert "\n" not in reply["error"]
    return str(reply["error"])


# ---- votes -----------------------------------------------------------------------------------------------------------


def test_a_vote_on_a_run_from_a_file_brings_the_run_into_the_store(port: Port) -> None:
    run = shown(port)
    reply: Any = port.answer(rating(run))
    assert reply["ok"], reply
    assert "prompt" not in reply
    (vote,) = default_store().votes_of(run.run.id)
    assert (vote.model, vote.rating, vote.by, vote.source) == (MODELS[0], 4, WHO, "view")
    assert rb.load(run.run.id).calls[0].text == run.calls[0].text


def test_a_run_that_is_not_on_screen_any_more_is_found_in_the_store(port: Port) -> None:
    run = rb.compare("Name a prime.", ["sim/small", "sim/large"])
    reply: Any = port.answer(pair(run, "1-0-1", "1-0-0", prompt=run.prompts[0].id))
    assert reply["vote"]["order"] == ["1-0-1", "1-0-0"]
    assert run.votes.model_a.tolist() == ["sim/large"]


def test_a_vote_in_a_blind_run_opens_its_prompt_and_no_other(port: Port) -> None:
    run = shown(port, blind=True)
    reply: Any = port.answer(pair(run, "1-0-B", "1-0-C"))
    answer = reply["prompt"]["answers"][1]
    assert (answer["id"], answer["label"]) == ("1-0-B", "Answer B")
    assert default_store().votes_of(run.run.id)[0].model_a == reply["models"][answer["model"]]["id"]
    snapshot: Any = port.answer({"kind": "resync", "id": "s", "run": run.run.id})
    first, second = snapshot["comparison"]["prompts"]
    assert first == reply["prompt"]
    assert {answer["model"] for answer in second["answers"]} == {None}


def test_ratings_open_a_prompt_of_a_blind_run_when_each_answer_has_one(port: Port) -> None:
    run = shown(port, blind=True)
    replies: list[Any] = [port.answer(rating(run, f"1-0-{letter}")) for letter in "ABCD"]
    (failed,) = [reply["error"] for reply in replies if not reply["ok"]]
    assert "no answer that could be judged" in failed
    first, second, third = [reply for reply in replies if reply["ok"]]
    assert [("prompt" in reply, "models" in reply) for reply in (first, second)] == [(False, False)] * 2
    assert None not in {answer["model"] for answer in third["prompt"]["answers"]}


def test_a_blind_vote_counts_as_blind_whatever_the_page_says_and_the_next_as_it_says(port: Port) -> None:
    run = shown(port, blind=True)
    for winner in ("a", "b"):
        port.answer(pair(run, "1-0-B", "1-0-C", winner=winner, blind=False))
    assert [(vote.winner, vote.blind) for vote in default_store().votes_of(run.run.id)] == [("a", True), ("b", False)]


def test_somebody_elses_vote_opens_nothing_for_me(port: Port, monkeypatch: pytest.MonkeyPatch) -> None:
    run = shown(port, blind=True)
    monkeypatch.setenv("ROUTEBOOK_USER", "grace")
    port.answer(rating(run, "1-0-B"))
    monkeypatch.setenv("ROUTEBOOK_USER", WHO)
    snapshot: Any = port.answer({"kind": "resync", "id": "s", "run": run.run.id})
    assert (snapshot["comparison"]["models"], snapshot["comparison"]["votes"]) == ([], [])


def test_a_revealed_comparison_is_voted_on_by_its_places(port: Port) -> None:
    blind = shown(port, blind=True)
    revealed = blind.reveal()
    port.show(revealed)
    port.answer(rating(blind, "1-0-1"))
    assert default_store().votes_of(blind.run.id)[0].model == MODELS[1]


def test_the_order_shown_is_that_of_the_voted_repeat(port: Port) -> None:
    run = showcase((CODING,), repeats=2)
    port.show(run)
    port.answer(pair(run, "1-1-1", "1-1-0", order=["1-0-0", "1-1-1", "1-1-0", "1-0-1"]))
    (vote,) = default_store().votes_of(run.run.id)
    assert (vote.repeat, vote.shown) == (1, (MODELS[1], MODELS[0]))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"b": "2-0-1"}, "answers to its prompt"),
        ({"b": "1-0-A"}, "answers to its prompt"),
        ({"b": "1-1-1"}, "of the same repeat"),
        ({"b": "1-0-0"}, "two different models"),
        ({"b": "1-0-9"}, "no answer '1-0-9'"),
        ({"b": "9-0-1"}, "no answer '9-0-1'"),
        ({"b": "1-0-3", "order": ["1-0-0", "1-0-3"]}, "gave no answer that could be judged"),
        ({"order": ["1-0-0"]}, "answers that were shown"),
        ({"prompt": "0" * 16}, "answers to its prompt"),
    ],
)
def test_a_ballot_that_makes_no_vote_is_refused(port: Port, changes: dict[str, Any], said: str) -> None:
    run = shown(port)
    assert said in refused(port.answer(pair(run, "1-0-0", "1-0-1", **changes)))
    assert default_store().votes_of(run.run.id) == []


# ---- runs that go on -------------------------------------------------------------------------------------------------


def test_stop_reaches_the_run_it_names_and_the_model(port: Port) -> None:
    run = HandRun.of(MODELS)
    feed = LiveFeed(run)
    port.follow(feed)
    ask = {"kind": "stop", "id": "s", "run": run.run.id, "model": MODELS[1]}
    assert port.answer(ask) == {"kind": "reply", "id": "s", "ok": True, "answer": "stopped"}
    assert [run.stopped(model) for model in MODELS] == [False, True, False, False]
    assert "does not ask 'sim/other'" in refused(port.answer({**ask, "model": "sim/other"}))
    run.over()
    assert "nothing to stop" in refused(port.answer(ask))


def test_a_blind_prompt_is_not_opened_before_all_its_answers_are_there(port: Port) -> None:
    run = HandRun.of(MODELS[:2], [CODING], blind=True)
    feed = LiveFeed(run)
    port.follow(feed)
    for index in range(2):
        run.end(index, text="One pass.")
        reply: Any = port.answer(pair(run.comparison(), "1-0-A", "1-0-B"))
        if not index:
            assert "still being answered" in refused(reply)
    assert feed.snapshot()["comparison"]["prompts"] == [reply["prompt"]]


def test_a_run_is_forgotten_when_nobody_else_needs_it(port: Port) -> None:
    run = HandRun.of(MODELS)
    feed = LiveFeed(run)
    port.follow(feed)
    del feed
    assert "nothing to stop" in refused(port.answer({"kind": "stop", "id": "s", "run": run.run.id, "model": None}))


# ---- requests --------------------------------------------------------------------------------------------------------


def test_the_request_of_a_blind_answer_is_shown_once_it_is_opened(port: Port) -> None:
    run = rb.compare("Name a prime.", ["sim/small", "sim/large"], blind=True)
    ask = {"kind": "request", "id": "r", "run": run.run.id, "answer": "1-0-A"}
    assert "vote on this prompt first" in refused(port.answer(ask))
    port.answer(pair(run, "1-0-B", "1-0-A", prompt=run.prompts[0].id))
    reply: Any = port.answer(ask)
    assert reply["request"]["body"]["messages"] == [{"role": "user", "text": "Name a prime."}]


def test_a_request_with_half_a_surrogate_pair_can_be_sent(port: Port) -> None:
    run = rb.compare("Half: \ud83d", ["sim/small"])
    reply: Any = port.answer({"kind": "request", "id": "r", "run": run.run.id, "answer": "1-0-0"})
    assert reply["request"]["body"]["messages"][0]["text"] == "Half: \ufffd"


def test_there_is_no_request_of_an_answer_that_is_not_there(port: Port) -> None:
    run = shown(port)
    assert "not there" in refused(port.answer({"kind": "request", "id": "r", "run": run.run.id, "answer": "1-7-0"}))


# ---- whatever happens ------------------------------------------------------------------------------------------------


def test_a_fault_is_one_line_without_its_secrets(port: Port, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEST_API_KEY", "canary-key-1234")

    class Faulty(HandRun):
        def stop(self, model: str | None = None) -> None:
            raise LookupError("no\ncanary-key-1234 here")

    run = Faulty.of(MODELS)
    feed = LiveFeed(run)
    port.follow(feed)
    said = refused(port.answer({"kind": "stop", "id": "s", "run": run.run.id, "model": None}))
    assert said == "routebook failed with LookupError: no [hidden] here"


def test_many_threads_may_ask_at_once(port: Port) -> None:
    run = shown(port)
    replies: list[Any] = []
    asking = [
        threading.Thread(target=lambda place=place: replies.append(port.answer(rating(run, f"1-0-{place % 3}"))))
        for place in range(12)
    ]
    for thread in asking:
        thread.start()
    for thread in asking:
        thread.join()
    assert [reply["ok"] for reply in replies] == [True] * 12
    assert len(default_store().votes_of(run.run.id)) == 12
