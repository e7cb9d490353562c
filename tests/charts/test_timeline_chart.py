"""The fan-out: a bar for each phase of each call, or how many were on their way at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

import pytest
from tests.support.drawing import TWELVE, drawn, fan_out, rows, subtitle, table, texts
from tests.support.showcase import MODELS, NOW, showcase

from routebook.calls import Call
from routebook.charts.timeline_chart import MOST_BARS
from routebook.comparison import Comparison


def streaming_s(calls: Iterable[Call]) -> float:
    return sum(call.latency_s - call.ttft_s for call in calls if call.latency_s is not None and call.ttft_s is not None)


def test_a_call_has_a_bar_for_each_of_its_phases() -> None:
    run = fan_out(TWELVE[:2], 10, attempts=(), queued_s=0.25)
    found = table(run.charts.timeline())

    assert Counter(row["phase"] for row in found) == {"queued": 20, "waiting for first token": 20, "streaming": 20}
    streamed = sum(row["end_s"] - row["begin_s"] for row in found if row["phase"] == "streaming")
    assert streamed == pytest.approx(streaming_s(run.calls), abs=0.01)


def test_failures_are_marked_and_counted() -> None:
    chart = showcase().charts.timeline()
    crosses = [row for row in rows(chart) if "failure" in row]

    assert Counter(row["model"] for row in crosses) == {MODELS[2]: 1, MODELS[3]: 3}
    assert {row["failure"] for row in crosses} == {"rate limit", "connection"}
    assert "1 call, 1.4 s, 3 failures" in texts(drawn(chart))
    assert "× marks an attempt that failed." in subtitle(chart)


def test_what_came_from_the_cache_is_told_and_not_drawn() -> None:
    chart = showcase().charts.timeline()

    assert MODELS[1] not in {row["model"] for row in table(chart)}
    assert "Not drawn, since not asked now: 1 answer from the cache or a recording." in subtitle(chart)
    assert f"{MODELS[1]}: nothing asked" in chart.description


def test_a_recording_is_drawn_with_its_own_times_and_says_so() -> None:
    chart = showcase(models=MODELS[:2], each={"replayed": True, "cached_from": None}).charts.timeline()

    assert {row["model"] for row in table(chart)} == set(MODELS[:2])
    assert "Replayed: the times are those of the recording." in subtitle(chart)


def test_a_pause_that_is_left_out_is_told() -> None:
    run = fan_out(TWELVE[:2], 4)
    later = [
        replace(call, started_at=call.started_at + timedelta(hours=7 * (n % 2))) for n, call in enumerate(run.calls)
    ]

    assert "Left out: 7 hours in which nothing went on." in subtitle(
        Comparison(run.run, run.prompts, later).charts.timeline()
    )


def test_of_more_than_300_calls_it_shows_how_many_were_on_their_way_at_once() -> None:
    few, many = fan_out(TWELVE[:1], MOST_BARS), fan_out(TWELVE[:1], MOST_BARS + 1)

    assert few.charts.timeline().title["text"] == "When each call was waiting, and when it streamed"
    assert many.charts.timeline().title["text"] == "How many calls were on their way at once"


def test_the_areas_are_the_seconds_that_calls_were_on_their_way() -> None:
    run = fan_out(TWELVE[:3], 3_400, at_once=8, attempts=(), status="ok", failure=None, ttft_s=0.1)
    chart = run.charts.timeline()
    found = table(chart)
    width_s = found[1]["begin_s"] - found[0]["begin_s"]

    for model in run.models:
        own = [row for row in found if row["model"] == model]
        calls = [call for call in run.calls if str(call.model) == model]
        waited, streamed = (width_s * sum(row[phase] for row in own) for phase in ("waiting", "streaming"))
        assert waited == pytest.approx(sum(call.ttft_s for call in calls if call.ttft_s), rel=0.01)
        assert streamed == pytest.approx(streaming_s(calls), rel=0.01)
        assert max(row["waiting"] + row["streaming"] for row in own) <= 8.001
        assert (own[-1]["waiting"], own[-1]["streaming"]) == (0, 0)


def test_failures_among_many_calls_are_all_counted() -> None:
    run = fan_out(TWELVE[:2], 400)
    found = table(run.charts.timeline())
    failed = sum(len(call.attempts) + (call.failure is not None) for call in run.calls)

    assert sum(row["failed"] for row in found) == failed == 52


def test_few_calls_with_very_many_attempts_are_summed_up_too() -> None:
    run = fan_out(TWELVE[:2], 100)
    tries = showcase().calls[3].attempts * 4
    again = [replace(call, attempts=tries, started_at=NOW + timedelta(seconds=60)) for call in run.calls]

    assert len(rows(Comparison(run.run, run.prompts, again).charts.timeline())) < 2_000
