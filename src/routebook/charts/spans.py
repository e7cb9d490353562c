"""When each call of a run waited for its turn, was sent, and streamed: seconds since the first was queued."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from routebook.calls import Call

Phase = Literal["queued", "waiting for first token", "streaming"]
QUEUED: Phase = "queued"
WAITING: Phase = "waiting for first token"
STREAMING: Phase = "streaming"

_SHORTEST_PAUSE_S = 30.0  # with nothing to do: less is a part of the run


@dataclass(frozen=True, slots=True)
class Span:
    """One phase of a call."""

    phase: Phase
    begin_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class Course:
    """How one call went.

    Attributes
    ----------
    call
        It.
    spans
        Its phases, in order; before a further attempt it is queued again.
    failed_s
        When an attempt failed.
    """

    call: Call
    spans: tuple[Span, ...]
    failed_s: tuple[float, ...]

    @property
    def begin_s(self) -> float:
        """When it was queued."""
        return self.spans[0].begin_s if self.spans else self.failed_s[0]

    @property
    def end_s(self) -> float:
        """When it ended."""
        return max([span.end_s for span in self.spans] + list(self.failed_s))


@dataclass(frozen=True, slots=True)
class Courses:
    """How the calls of a run went.

    Attributes
    ----------
    of
        One for each call, in their order.
    paused_s
        Seconds in which nothing went on, such as between a run and its resumption; they are left out.
    """

    of: tuple[Course, ...]
    paused_s: float


def courses(calls: Sequence[Call]) -> Courses:
    """Return how calls went, in seconds since the first of them was queued.

    What is known is when the attempt that counted was sent (wall-clock time), how long it took, and how long each
    earlier attempt and the wait after it took: the earlier ones are set before it, end to end. A pause in which no call
    was queued or sent, of more than 30 s and longer than all the rest, is left out.
    """
    made = [_course(call) for call in calls]
    if not made:
        return Courses((), 0.0)
    begin_s = min(course.begin_s for course in made)
    pauses = _pauses(made)

    def moved(at_s: float) -> float:
        return max(0.0, at_s - begin_s - sum(length for end, length in pauses if end <= at_s))

    return Courses(
        tuple(
            Course(
                course.call,
                tuple(Span(span.phase, moved(span.begin_s), moved(span.end_s)) for span in course.spans),
                tuple(moved(at_s) for at_s in course.failed_s),
            )
            for course in made
        ),
        sum(length for _, length in pauses),
    )


def _course(call: Call) -> Course:
    at_s = call.started_at.timestamp()
    sent_s = at_s - sum(attempt.latency_s + attempt.waited_s for attempt in call.attempts)
    spans = [Span(QUEUED, sent_s - call.queued_s, sent_s)]
    failed: list[float] = []
    for attempt in call.attempts:
        end_s = sent_s + attempt.latency_s
        spans += [Span(WAITING, sent_s, end_s), Span(QUEUED, end_s, end_s + attempt.waited_s)]
        failed.append(end_s)
        sent_s = end_s + attempt.waited_s
    if call.latency_s is not None:
        end_s = at_s + call.latency_s
        first_s = end_s if call.ttft_s is None else min(at_s + call.ttft_s, end_s)
        spans += [Span(WAITING, at_s, first_s), Span(STREAMING, first_s, end_s)]
        at_s = end_s
    if call.failure is not None:
        failed.append(at_s)
    return Course(call, tuple(span for span in spans if span.end_s > span.begin_s), tuple(failed))


def _pauses(made: Sequence[Course]) -> list[tuple[float, float]]:
    """Return the end and length of each pause that is worth leaving out."""
    busy = sorted((course.begin_s, course.end_s) for course in made)
    gaps: list[tuple[float, float]] = []
    until_s, worked_s = busy[0][0], 0.0
    for begin_s, end_s in busy:
        if begin_s > until_s:
            gaps.append((begin_s, begin_s - until_s))
        worked_s += max(0.0, end_s - max(begin_s, until_s))
        until_s = max(until_s, end_s)
    return [(end_s, length) for end_s, length in gaps if length > max(_SHORTEST_PAUSE_S, worked_s)]
