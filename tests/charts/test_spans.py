"""When each call waited, was sent and streamed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from tests.support.examples import call_of, run_of
from tests.support.showcase import NOW

from routebook.calls import Attempt, Call, Failure
from routebook.charts.spans import QUEUED, STREAMING, WAITING, Course, courses

FAILED = Failure("server", "It broke.")


def call(at_s: float, **changes: Any) -> Call:
    fields: dict[str, Any] = {
        "started_at": NOW + timedelta(seconds=at_s),
        "queued_s": 0.0,
        "ttft_s": 0.5,
        "latency_s": 2.0,
    }
    return call_of(run_of(), **(fields | changes))


def spans(course: Course) -> list[tuple[str, float, float]]:
    return [(span.phase, pytest.approx(span.begin_s), pytest.approx(span.end_s)) for span in course.spans]


def test_a_call_waits_for_its_turn_then_for_its_first_token_and_then_streams() -> None:
    (course,) = courses([call(3, queued_s=3.0)]).of

    assert spans(course) == [(QUEUED, 0, 3), (WAITING, 3, 3.5), (STREAMING, 3.5, 5)]
    assert course.failed_s == ()


def test_time_begins_when_the_first_call_was_queued() -> None:
    first, second = courses([call(10, queued_s=1.0), call(12)]).of

    assert first.begin_s == 0
    assert second.begin_s == pytest.approx(3)


def test_earlier_attempts_and_the_waits_after_them_come_before_the_one_that_counted() -> None:
    tries = (Attempt(FAILED, 1.0, 2.0), Attempt(FAILED, 0.5, 4.0))
    (course,) = courses([call(8.5, queued_s=1.0, attempts=tries)]).of

    assert spans(course) == [
        (QUEUED, 0, 1),
        (WAITING, 1, 2),
        (QUEUED, 2, 4),
        (WAITING, 4, 4.5),
        (QUEUED, 4.5, 8.5),
        (WAITING, 8.5, 9),
        (STREAMING, 9, 10.5),
    ]
    assert course.failed_s == pytest.approx((2, 4.5))


def test_a_call_that_failed_is_marked_at_its_end() -> None:
    (course,) = courses([call(0, status="error", failure=FAILED, ttft_s=None)]).of

    assert spans(course) == [(WAITING, 0, 2)]
    assert course.failed_s == pytest.approx((2,))


def test_a_call_that_was_never_sent_is_marked_when_that_was_known() -> None:
    sent, refused = courses([call(0), call(1, status="error", failure=FAILED, latency_s=None, ttft_s=None)]).of

    assert sent.failed_s == ()
    assert refused.spans == ()
    assert (refused.begin_s, refused.end_s) == pytest.approx((1, 1))


def test_the_pause_before_a_run_was_resumed_is_left_out() -> None:
    day_s = 86_400.0
    went = courses([call(0), call(1), call(day_s), call(day_s + 1)])

    assert went.paused_s == pytest.approx(day_s - 3)
    assert [course.begin_s for course in went.of] == pytest.approx([0, 1, 3, 4])


def test_a_short_wait_within_a_run_is_a_part_of_it() -> None:
    went = courses([call(0), call(25)])

    assert went.paused_s == 0
    assert [course.begin_s for course in went.of] == pytest.approx([0, 25])


def test_no_calls_have_no_course() -> None:
    assert courses([]).of == ()
