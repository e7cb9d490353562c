"""What the latency chart draws are the quantiles of the answered calls, and a mark for each call."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.support.drawing import TWELVE, drawn, fan_out, rows, subtitle, table, texts
from tests.support.showcase import MODELS, showcase

from routebook.comparison import Comparison
from routebook.prompts import Prompt


def test_the_quantiles_are_those_of_the_answered_calls() -> None:
    run = fan_out(TWELVE[:3], 60)
    found = {(row["model"], row["measure"]): row for row in table(run.charts.latency())}

    for model in run.models:
        own = [call for call in run.calls if str(call.model) == model and call.status == "ok"]
        assert len(own) == 58
        for measure, times in (("first token", [c.ttft_s for c in own]), ("total", [c.latency_s for c in own])):
            row = found[model, measure]
            assert (row["p50_s"], row["p95_s"]) == pytest.approx(
                tuple(np.quantile(np.array(times, float), [0.5, 0.95]))
            )
            assert row["calls"] == 58


def test_every_model_and_its_times_are_written_beside_its_marks() -> None:
    found = set(texts(drawn(showcase([Prompt.of("a"), Prompt.of("b")]).charts.latency())))

    assert {*MODELS, "first token 0.60 s, p95 0.60 s", "total 2.4 s, p95 2.4 s", "seconds"} <= found
    assert "no answer to time" in found


def test_one_call_has_no_percentile() -> None:
    assert showcase().charts.latency().description.splitlines()[0] == f"{MODELS[0]}: first token 0.60 s; total 2.4 s"


def test_a_call_without_a_first_token_counts_for_the_total_alone() -> None:
    run = showcase(models=MODELS[:1])
    silent = Comparison(run.run, run.prompts, [replace(run.calls[0], ttft_s=None)])

    assert [row["measure"] for row in table(silent.charts.latency())] == ["total"]


def test_there_is_a_tick_for_each_call_and_for_a_hundred_of_many() -> None:
    for prompts, ticks in ((24, 24), (1_000, 100)):
        run = fan_out(TWELVE[:1], prompts, status="ok", failure=None, ttft_s=0.1)
        times = [
            row["seconds"] for row in rows(run.charts.latency()) if row.get("measure") == "total" and "seconds" in row
        ]
        latencies = [call.latency_s for call in run.calls if call.latency_s is not None]

        assert len(times) == ticks
        assert (times[0], times[-1]) == pytest.approx((min(latencies), max(latencies)))


def test_the_number_of_calls_and_what_is_drawn_are_told() -> None:
    assert subtitle(fan_out(TWELVE[:2], 50).charts.latency()) == (
        "48 answered calls of each model. Point: median; line: to the 95th percentile; a tick for each call."
    )
    assert "ticks: 100 of the calls, evenly spaced in rank" in subtitle(fan_out(TWELVE[:2], 150).charts.latency())
    assert subtitle(showcase().charts.latency()).startswith("0 to 1 answered calls of each model.")


def test_times_from_the_cache_are_told() -> None:
    assert "1 of 3 calls from the cache or a recording: with the times of when asked." in subtitle(
        showcase().charts.latency()
    )
