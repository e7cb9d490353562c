"""The engine's small parts: waits, caps, stamps and replays."""

from __future__ import annotations

import array
import random
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.strategies import calls

from routebook.calls import Chunk, Timeline
from routebook.engine.budget import Ledger, as_usd
from routebook.engine.limits import concurrency_of
from routebook.engine.recorder import Recorder
from routebook.engine.replay import stream_again
from routebook.engine.retries import LONGEST_WAIT_S, RetryPolicy
from routebook.errors import OptionError
from routebook.providers.contract import ERROR_KINDS, RETRYABLE, CallError, ErrorKind


@given(st.sampled_from(ERROR_KINDS), st.integers(1, 10), st.integers(0, 5), st.none() | st.floats(0, 200))
def test_a_wait_never_undercuts_what_the_host_asked_for(
    kind: ErrorKind, attempt: int, retries: int, retry_after_s: float | None
) -> None:
    error = CallError(kind, "no", retry_after_s=retry_after_s)
    wait_s = RetryPolicy(retries).wait_s(error, attempt, random.Random(0))
    too_long = (retry_after_s or 0) > LONGEST_WAIT_S
    assert (wait_s is None) == (attempt > retries or kind not in RETRYABLE or too_long)
    if wait_s is not None:
        assert (retry_after_s or 0) <= wait_s <= (retry_after_s or 0) + LONGEST_WAIT_S


def test_waits_are_spread_over_the_whole_range() -> None:
    waits = [RetryPolicy(9).wait_s(CallError("server", "no"), 4, random.Random(seed)) for seed in range(200)]
    assert min(wait for wait in waits if wait is not None) < 0.4
    assert max(wait for wait in waits if wait is not None) > 3.6


@given(st.lists(st.tuples(st.decimals(0, 5, places=3), st.decimals(0, 5, places=3)), max_size=30))
def test_what_is_spent_and_reserved_never_passes_the_cap(steps: list[tuple[Decimal, Decimal]]) -> None:
    ledger = Ledger(Decimal(10))
    for reserve, spend in steps:
        if ledger.try_reserve(reserve):
            assert ledger.spent_usd + ledger.reserved_usd <= 10
            ledger.settle(reserve, min(reserve, spend))
    assert ledger.reserved_usd == 0
    assert ledger.spent_usd <= 10


@pytest.mark.parametrize("value", [-1, "lots", float("nan"), float("inf"), True, None])
def test_what_is_no_amount_of_money_is_refused(value: object) -> None:
    with pytest.raises(OptionError):
        as_usd(value)


@pytest.mark.parametrize("value", [0, -1, 1001, True, "8", {"sim": 0}])
def test_what_is_no_number_of_calls_at_once_is_refused(value: object) -> None:
    with pytest.raises(OptionError):
        concurrency_of("sim", value)  # type: ignore[arg-type]


@given(st.lists(st.tuples(st.integers(0, 1 << 40), st.sampled_from([0, 1, 2]), st.integers(0, 1 << 20)), max_size=400))
def test_a_timeline_is_read_back_as_it_was(pieces: list[tuple[int, int, int]]) -> None:
    kinds = ("started", "reasoning", "text")
    chunks = [Chunk(at_us, kinds[kind], length) for at_us, kind, length in pieces]  # type: ignore[arg-type]
    assert list(Timeline.of(chunks)) == chunks
    assert list(Timeline.read(Timeline.of(chunks).packed)) == chunks


@given(st.binary(max_size=80))
def test_a_broken_timeline_is_a_value_error_and_nothing_else(packed: bytes) -> None:
    try:
        line = Timeline.read(packed)
    except ValueError:
        return
    assert Timeline.of(list(line)) == line or not list(line)


def test_a_few_bytes_do_not_unpack_to_gigabytes() -> None:
    huge = Timeline.pack(array.array("Q", [0]) * 1_000_000, array.array("I", [2]) * 1_000_000)
    with pytest.raises(ValueError, match="too long"):
        Timeline.read(huge.packed, most_bytes=100_000)


def test_a_recorder_stamps_the_first_of_each_kind_and_forgets_an_attempt_that_failed() -> None:
    recorder = Recorder(0)
    recorder.text("lost")
    recorder.begin()
    assert recorder.text_so_far() == ""
    assert recorder.first_text_us is None
    recorder.started()
    recorder.reasoning("hm")
    recorder.text("")
    recorder.text("a")
    recorder.text("b")
    assert recorder.text_so_far() == "ab"
    times = [recorder.first_event_us, recorder.first_reasoning_us, recorder.first_text_us]
    assert all(time is not None for time in times)
    assert times == sorted(times)  # type: ignore[type-var]
    assert [chunk.kind for chunk in recorder.timeline()] == ["started", "reasoning", "text", "text"]


@given(calls(latency_s=st.just(0.0)))
async def test_a_replay_pushes_no_more_and_no_less_than_was_recorded(call: object) -> None:
    recorder = Recorder(0)
    recorder.text("x" * 10)
    recorder.text("yes")
    recorded = recorder.timeline()
    again = Recorder(0)
    from dataclasses import replace

    now = replace(call, text="x" * 10 + "yes", reasoning="", timeline=_at_once(recorded))  # type: ignore[type-var]
    await stream_again(now, again)
    assert again.text_so_far() == "x" * 10 + "yes"
    assert [(chunk.kind, chunk.length) for chunk in again.timeline()] == [
        (chunk.kind, chunk.length) for chunk in recorded
    ]


def _at_once(line: Timeline) -> Timeline:
    return Timeline.of([chunk._replace(at_us=0) for chunk in line])
