"""How long each model took: to the first visible text, and to the end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from routebook.charts.style import model_axis, model_colours
from routebook.charts.subject import Subject, subject
from routebook.frames import quantile
from routebook.lookup import count
from routebook.render.words import seconds

if TYPE_CHECKING:
    from routebook.charts.figure import Figure
    from routebook.comparison import Comparison

MEASURES = ("first token", "total")
MOST_TICKS = 100
"""For each model and measure: a spread is seen as well from 100 calls as from 10,000."""
_MOST_TICKS_IN_ALL = 1_600


def latency(comparison: Comparison) -> Figure:
    """Chart each model's seconds to the first visible text and to the end: calls, median and 95th percentile.

    Only answered calls count; those from the cache or a recording have the times of when they were asked. Of more than
    100 calls of a model (fewer where there are many models), some are drawn, evenly spaced in rank; the quantiles are
    of all.

    Raises
    ------
    RunError
        If the run is blind, or has no calls.
    """
    asked = subject(comparison)
    most = min(MOST_TICKS, _MOST_TICKS_IN_ALL // (2 * len(asked.models)))
    rows, ticks, empty = _rows(asked, most)
    import altair as alt

    from routebook.charts.figure import figure

    y, colours = model_axis(asked.models), model_colours(asked.models)
    offset = alt.YOffset("measure:N", sort=None).scale(domain=list(MEASURES), paddingInner=0.3, paddingOuter=0.35)

    def x(field: str) -> Any:
        return (
            alt.X(f"{field}:Q", title="seconds")
            .scale(zero=True, nice=True)
            .axis(tickCount=6, domain=False, ticks=False)
        )

    spans = alt.Chart().encode(y=y, yOffset=offset, color=colours)
    tooltip = [
        alt.Tooltip("model:N"),
        alt.Tooltip("measure:N", title="time to"),
        alt.Tooltip("p50_s:Q", format=".3f", title="median, s"),
        alt.Tooltip("p95_s:Q", format=".3f", title="95th percentile, s"),
        alt.Tooltip("calls:Q"),
    ]
    layers = [
        alt.Chart(alt.InlineData(ticks))
        .mark_tick(thickness=1.5, opacity=0.35, size=12)
        .encode(y=y, yOffset=offset, x=x("seconds"), color=colours),
        spans.mark_rule(strokeWidth=2.5).encode(x=x("p50_s"), x2="p95_s:Q"),
        spans.mark_point(filled=True, size=75, opacity=1).encode(x=x("p50_s"), tooltip=tooltip),
        alt.Chart()
        .mark_text(align="left", dx=10, baseline="middle", fontSize=11)
        .encode(y=y, yOffset=offset, x=x("_right"), text="_label:N"),
    ]
    nothing = (
        alt.Chart(alt.InlineData(empty))
        .mark_text(align="left", dx=6, baseline="middle", style="soft")
        .encode(y=y, x=alt.value(0), text="_label:N")
    )
    return figure(
        [*(layers if rows else []), *([nothing] if empty else [])],
        rows,
        title="How long each model took to its first token, and to the end",
        notes=_notes(asked, most),
        words=_words(asked, rows, empty),
        height=max(90, len(asked.models) * (54 if len(asked.models) <= 6 else 44)),
    )


def _rows(asked: Subject, most: int) -> tuple[list[dict[str, Any]], list[dict[str, Any]], list[dict[str, Any]]]:
    rows: list[dict[str, Any]] = []
    ticks: list[dict[str, Any]] = []
    empty: list[dict[str, Any]] = []
    for model in asked.models:
        answered = [call for call in asked.calls(model) if call.status == "ok"]
        found = False
        times = ([call.ttft_s for call in answered], [call.latency_s for call in answered])
        for measure, values in zip(MEASURES, times, strict=True):
            known = sorted(value for value in values if value is not None)
            middle, high = quantile(known, 0.5), quantile(known, 0.95)
            if middle is None or high is None:
                continue
            found = True
            label = f"{measure} {seconds(middle)}"
            if len(known) > 1:
                label += f", p95 {seconds(high)}"
                ticks += [
                    {"model": model, "measure": measure, "seconds": float(f"{value:.5g}")}
                    for value in thinned(known, most)
                ]
            rows.append(
                {
                    "model": model,
                    "measure": measure,
                    "p50_s": middle,
                    "p95_s": high,
                    "calls": len(known),
                    "_right": known[-1],
                    "_label": label,
                }
            )
        if not found:
            why = "no answer to time" if asked.own[model] else "not asked"
            empty.append({"model": model, "_label": why + asked.mark(model)})
        elif mark := asked.mark(model):
            rows[-1]["_label"] += mark
    return rows, ticks, empty


def thinned(ordered: Sequence[float], most: int) -> Sequence[float]:
    """Return at most so many of the values, evenly spaced in rank, the smallest and the largest among them.

    >>> thinned([1.0, 2.0, 3.0, 4.0, 9.0], 3)
    [1.0, 3.0, 9.0]
    """
    if len(ordered) <= most:
        return ordered
    last, gaps = len(ordered) - 1, max(1, most - 1)
    return [ordered[round(number * last / gaps)] for number in range(gaps + 1)]


def _notes(asked: Subject, most: int) -> list[str]:
    timed = [call for call in asked.comparison.ok if call.latency_s is not None]
    counts = [sum(call.latency_s is not None and call.status == "ok" for call in asked.calls(m)) for m in asked.models]
    few, many = min(counts), max(counts)
    each = count(many, "answered call") if few == many else f"{few:,} to {many:,} answered calls"
    first = f"{each} of each model."
    if many > 1:
        ticks = "a tick for each call" if many <= most else f"ticks: {max(2, most)} of the calls, evenly spaced in rank"
        first += f" Point: median; line: to the 95th percentile; {ticks}."
    return [first, *asked.notes(timed, "with the times of when asked")]


def _words(asked: Subject, rows: Sequence[dict[str, Any]], empty: Sequence[dict[str, Any]]) -> list[str]:
    said: dict[str, list[str]] = {}
    for row in (*rows, *empty):
        said.setdefault(row["model"], []).append(row["_label"])
    return [f"{model}: {'; '.join(said[model])}" for model in asked.models]
