"""A run while it goes on, as anyone may watch it from another thread."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from dataclasses import replace
from time import perf_counter_ns
from typing import Literal

from routebook.calls import Call, RunInfo
from routebook.engine.plan import Plan, PlannedCall, Quote
from routebook.engine.recorder import Event, EventKind, Listener, Recorder
from routebook.errors import StoreError
from routebook.prompts import Prompt
from routebook.providers.contract import Request

Phase = Literal["queued", "waiting", "streaming", "done"]


class LiveCall:
    """One call as it goes on.

    Attributes
    ----------
    index
        Its place in the plan.
    planned
        What is asked of whom.
    phase
        ``queued``, ``waiting`` (between attempts), ``streaming`` (sent), ``done`` (and on disk).
    attempt
        Which attempt it is at, from 1; 0 before the first.
    call
        The finished call, once it is on disk; `None` for one that was stopped before it was sent.
    """

    __slots__ = ("_moves", "_phase", "attempt", "call", "index", "planned", "recorder", "task")

    def __init__(self, index: int, planned: PlannedCall, listener: Listener | None, moves: list[int]) -> None:
        self.index = index
        self.planned = planned
        self._phase: Phase = "queued"
        self._moves = moves
        self.attempt = 0
        self.call: Call | None = None
        self.recorder: Recorder | None = None
        self.task: asyncio.Task[object] | None = None
        if listener is not None:
            self.recorder = Recorder(index, listener)

    @property
    def phase(self) -> Phase:
        """Where it is."""
        return self._phase

    @phase.setter
    def phase(self, phase: Phase) -> None:
        self._phase = phase
        self._moves.append(self.index)

    @property
    def prompt(self) -> Prompt:
        """What is asked."""
        return self.planned.prompt

    @property
    def prompt_id(self) -> str:
        """The prompt's id."""
        return self.planned.prompt_id

    @property
    def request(self) -> Request:
        """What is sent."""
        return self.planned.request

    @property
    def repeat(self) -> int:
        """Which repeat, from 0."""
        return self.planned.repeat

    @property
    def elapsed_s(self) -> float | None:
        """Seconds since the request, while it goes on."""
        recorder = self.recorder
        return recorder.elapsed_us() / 1e6 if recorder is not None and self.phase == "streaming" else None

    def text_so_far(self) -> str:
        """The answer as far as it came."""
        if self.call is not None:
            return self.call.text
        return "" if self.recorder is None else self.recorder.text_so_far()

    def reasoning_so_far(self) -> str:
        """The reasoning as far as it came."""
        if self.call is not None:
            return self.call.reasoning
        return "" if self.recorder is None else self.recorder.reasoning_so_far()


class LiveRun:
    """A run as it goes on; safe to read, wait for and stop from any thread.

    Attributes
    ----------
    run
        What is known of the run.
    plan
        What is asked.
    calls
        One `LiveCall` for each planned call, in the plan's order.
    moves
        The index of a call each time its phase changes: who remembers how far it has read need not look at every call.
    resumed
        How many calls an earlier, unfinished run of the same plan had answered.
    store_error
        Why the store could not take an answer, if it could not.
    """

    def __init__(self, run: RunInfo, plan: Plan, listener: Listener | None = None) -> None:
        self.run = run
        self.plan = plan
        self.moves: list[int] = []
        self.calls = [LiveCall(index, planned, listener, self.moves) for index, planned in enumerate(plan.calls)]
        self.resumed = 0
        self.store_error: StoreError | None = None
        self.interrupted = False
        self._listener = listener
        self._stopped: set[str] = set()
        self._done = threading.Event()
        self._lock = threading.Lock()
        self._finished = 0
        self._loop: asyncio.AbstractEventLoop | None = None
        self._when_done: list[Callable[[], object]] = []

    @property
    def prompts(self) -> tuple[Prompt, ...]:
        """What is asked."""
        return self.plan.prompts

    @property
    def quote(self) -> Quote:
        """What it was said to cost before anything was sent."""
        return self.plan.quote

    @property
    def done(self) -> bool:
        """Whether nothing more will come."""
        return self._done.is_set()

    @property
    def finished(self) -> int:
        """How many calls are done and on disk."""
        return self._finished

    def wait(self, timeout_s: float | None = None) -> bool:
        """Wait until the run is done, at most so long; return whether it is."""
        return self._done.wait(timeout_s)

    def stop(self, model: str | None = None) -> None:
        """Stop one model, or all: close the host's streams, keep what came, ask nothing more. From any thread."""
        with self._lock:
            if model is None:
                self.interrupted = True
                self._stopped.update(str(one) for one in self.plan.models)
            else:
                self._stopped.add(model)
        loop = self._loop
        if loop is not None and not self.done:
            loop.call_soon_threadsafe(self._cancel_stopped)

    def stopped(self, model: str) -> bool:
        """Whether a model was stopped."""
        return model in self._stopped

    @property
    def any_stopped(self) -> bool:
        """Whether anything was stopped before its end."""
        return bool(self._stopped)

    def finished_calls(self) -> list[Call]:
        """The calls that are done, in the plan's order."""
        return [live.call for live in self.calls if live.call is not None]

    def when_done(self, callback: Callable[[], object]) -> None:
        """Call back when nothing more will come (at once, if that is so already); from the engine's thread."""
        with self._lock:
            if not self._done.is_set():
                self._when_done.append(callback)
                return
        callback()

    # ---- for the engine ---------------------------------------------------------------------------------------------

    def attach(self, loop: asyncio.AbstractEventLoop) -> None:
        """Say on which loop the run's tasks are."""
        self._loop = loop
        if self._stopped:
            self._cancel_stopped()

    def finish(self, live: LiveCall, call: Call) -> None:
        """Take a call as finished: it is on disk."""
        live.call = call
        live.phase = "done"
        if live.recorder is not None:
            live.recorder.release()
        with self._lock:
            self._finished += 1
        if self._listener is not None:
            message = call.failure.message if call.failure else ""
            kind: EventKind = "failed" if call.failure else "finished"
            self._listener(Event(kind, live.index, perf_counter_ns(), message))

    def need_one_more(self) -> None:
        """Take note that a call is needed that was not planned: a fallback."""
        with self._lock:
            self.run = replace(self.run, planned=self.run.planned + 1)

    def skip(self, live: LiveCall) -> None:
        """Take a call as one that was not asked: it was stopped before it was sent, or is not needed."""
        live.phase = "done"

    def close(self, run: RunInfo) -> None:
        """Take the run as done."""
        with self._lock:
            self.run = run
            self._done.set()
            waiting, self._when_done = self._when_done, []
        for callback in waiting:
            callback()

    def _cancel_stopped(self) -> None:
        for live in self.calls:
            if live.task is not None and str(live.planned.model) in self._stopped:
                live.task.cancel()
