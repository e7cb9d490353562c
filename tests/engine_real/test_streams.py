"""Streams of a real engine while they run: several at once, stopped, and cut by a deadline."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from tests.support.llama_server import PROTOCOLS, LlamaServer

import routebook as rb
from routebook.engine.recorder import Event

pytestmark = pytest.mark.engine

ENDLESS = 30_000  # tokens: many seconds' worth
SLOTS = 4


class Speaking:
    """Listens to a run; `all` is set when so many of its calls have each shown some text."""

    def __init__(self, calls: int) -> None:
        self.all = threading.Event()
        self._wanted = calls
        self._heard: set[int] = set()

    def __call__(self, event: Event) -> None:
        if event.kind == "text":
            self._heard.add(event.call)
            if len(self._heard) == self._wanted:
                self.all.set()


@pytest.fixture
def given_up(talker: LlamaServer) -> Iterator[None]:
    """Hold the engine to it, at the end of a test, that it gave up every answer long before it was whole."""
    before = talker.steps()
    yield
    talker.wait_until_busy(0)
    assert 0 < talker.steps() - before < ENDLESS


@pytest.mark.usefixtures("given_up")
def test_as_many_answers_stream_at_once_as_the_engine_has_slots(talker: LlamaServer, model: str) -> None:
    speaking = Speaking(SLOTS)
    live = rb.start("Go on.", models=[model], repeats=SLOTS, max_tokens=ENDLESS, on_event=speaking)
    try:
        assert speaking.all.wait(30)
        assert len(talker.busy()) == SLOTS
    finally:
        live.stop()
        assert live.wait(30)


def test_answers_that_come_at_once_are_not_mixed_up(engine: LlamaServer, model: str) -> None:
    questions = [f"Name {number} rivers." for number in ("two", "three", "four", "five")]
    run = rb.compare(questions, models=[model], max_tokens=40, temperature=0, concurrency=SLOTS)
    assert [call.text for call in run.calls] == [engine.likeliest(question, 40) for question in questions]


@pytest.mark.usefixtures("given_up")
def test_stopping_frees_the_engine_and_keeps_what_came(talker: LlamaServer, model: str) -> None:
    speaking = Speaking(1)
    live = rb.start("Go on.", models=[model], max_tokens=ENDLESS, on_event=speaking)
    assert speaking.all.wait(30)
    assert len(talker.busy()) == 1
    live.stop()
    assert live.wait(30)
    (call,) = live.comparison().calls
    assert call.failure is not None
    assert call.failure.kind == "interrupted"
    assert call.text
    assert call.finish is None
    assert rb.load(live.run.id).calls[0].text == call.text


@pytest.mark.usefixtures("given_up")
def test_stopping_one_model_lets_the_others_go_on(talker: LlamaServer) -> None:
    stopped, *others = PROTOCOLS.values()
    speaking = Speaking(3)
    live = rb.start("Go on.", models=[stopped, *others], max_tokens=ENDLESS, on_event=speaking)
    try:
        assert speaking.all.wait(30)
        live.stop(stopped)
        talker.wait_until_busy(2)
        assert not live.done
    finally:
        live.stop()
        assert live.wait(30)


@pytest.mark.usefixtures("given_up")
def test_a_deadline_frees_the_engine_too(talker: LlamaServer, model: str) -> None:
    run = rb.compare("Go on.", models=[model], max_tokens=ENDLESS, timeout_s=0.5, retries=0)
    (call,) = run.calls
    assert call.failure is not None
    assert call.failure.kind == "timeout"
