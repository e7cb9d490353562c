"""Takes an answer as it arrives, stamps each piece, and tells whoever listens.

The hot path: one call for each token. It appends to lists and packed arrays and does nothing else.
"""

from __future__ import annotations

import array
from collections.abc import Callable
from time import perf_counter_ns
from typing import Literal, NamedTuple

from routebook.calls import Timeline
from routebook.providers.contract import Usage

EventKind = Literal["started", "reasoning", "text", "retrying", "usage", "finished", "failed"]
_STARTED, _REASONING, _TEXT = 0, 1, 2


class Event(NamedTuple):
    """Something that happened to a call.

    Attributes
    ----------
    kind
        What.
    call
        The call's place in the plan.
    at_ns
        When, on the monotonic clock `time.perf_counter_ns`.
    text
        The piece of text or reasoning, or the message of a failure.
    usage
        For ``usage``, the tokens as the host counted them.
    """

    kind: EventKind
    call: int
    at_ns: int
    text: str = ""
    usage: Usage | None = None


Listener = Callable[[Event], None]


class Guarded:
    """A listener that may fail: its first fault is kept, it is not called again, and the run goes on.

    Attributes
    ----------
    fault
        What it raised.
    """

    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        self.fault: Exception | None = None

    def __call__(self, event: Event) -> None:
        """Tell the listener, unless it has failed before."""
        if self.fault is None:
            try:
                self._listener(event)
            except Exception as fault:  # noqa: BLE001 - an answer that was paid for is worth more than its audience
                self.fault = fault


class Recorder:
    """A `Sink` for one call: text and reasoning so far, and when each piece came. May be called from any thread."""

    __slots__ = (
        "_codes",
        "_index",
        "_listener",
        "_reasoning",
        "_text",
        "_times",
        "first_event_us",
        "first_reasoning_us",
        "first_text_us",
        "start_ns",
    )

    def __init__(self, index: int, listener: Listener | None = None) -> None:
        self._index = index
        self._listener = listener
        self.begin()

    def begin(self) -> None:
        """Start an attempt: forget what came before and take the time just before the request."""
        self._text: list[str] = []
        self._reasoning: list[str] = []
        self._times = array.array("Q")
        self._codes = array.array("I")
        self.first_event_us: int | None = None
        self.first_reasoning_us: int | None = None
        self.first_text_us: int | None = None
        self.start_ns = perf_counter_ns()

    def started(self) -> None:
        """Take note of the stream's first event."""
        if self.first_event_us is None:
            now = perf_counter_ns()
            self.first_event_us = (now - self.start_ns) // 1000
            self._times.append(self.first_event_us)
            self._codes.append(_STARTED)
            if self._listener is not None:
                self._listener(Event("started", self._index, now))

    def reasoning(self, text: str) -> None:
        """Take a piece of reasoning."""
        if text:
            at_us = self._take(self._reasoning, _REASONING, "reasoning", text)
            if self.first_reasoning_us is None:
                self.first_reasoning_us = at_us

    def text(self, text: str) -> None:
        """Take a piece of the answer."""
        if text:
            at_us = self._take(self._text, _TEXT, "text", text)
            if self.first_text_us is None:
                self.first_text_us = at_us

    def _take(self, pieces: list[str], code: int, kind: EventKind, text: str) -> int:
        now = perf_counter_ns()
        at_us = (now - self.start_ns) // 1000
        if self.first_event_us is None:
            self.first_event_us = at_us
        self._times.append(at_us)
        self._codes.append(len(text) << 2 | code)
        pieces.append(text)
        if self._listener is not None:
            self._listener(Event(kind, self._index, now, text))
        return at_us

    def elapsed_us(self) -> int:
        """Microseconds since the request."""
        return (perf_counter_ns() - self.start_ns) // 1000

    def text_so_far(self) -> str:
        """The answer as far as it came."""
        return "".join(self._text)

    def reasoning_so_far(self) -> str:
        """The reasoning as far as it came."""
        return "".join(self._reasoning)

    @property
    def text_pieces(self) -> list[str]:
        """The pieces of the answer, to be read only: it grows, and each attempt has a list of its own."""
        return self._text

    @property
    def reasoning_pieces(self) -> list[str]:
        """The pieces of the reasoning, as `text_pieces`."""
        return self._reasoning

    def timeline(self) -> Timeline:
        """When each piece came, packed."""
        return Timeline.pack(self._times, self._codes)

    def release(self) -> None:
        """Let go of the pieces once the finished call holds them."""
        self._text, self._reasoning = [], []
        self._times, self._codes = array.array("Q"), array.array("I")
