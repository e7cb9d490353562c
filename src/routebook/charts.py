"""Charts of a comparison, as Altair charts that are the user's to change.

What is drawn is summed up first, so that a chart stays small whatever the run. A notebook shows such a chart as a
picture (`routebook.figure`). Importing this module does not import Altair.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from routebook.errors import RunError
from routebook.figure import figure_class, svg
from routebook.frames import quantile
from routebook.lookup import count
from routebook.render.palette import colour
from routebook.render.words import seconds, usd

if TYPE_CHECKING:
    import altair as alt

    from routebook.calls import Call
    from routebook.comparison import Comparison

_PARTS = (
    ("input", "input_usd", 0.35),
    ("read from prompt cache", "cached_usd", 0.2),
    ("written to prompt cache", "cache_write_usd", 0.5),
    ("reasoning", "reasoning_usd", 0.7),
    ("output", "output_usd", 1.0),
    ("not itemised", "", 0.85),
)
_MOST_POINTS = 100  # for each model and measure: a spread is seen as well from 100 points as from 10,000
_ROW_HEIGHT = 46
_WIDTH = 560

__all__ = ["Charts", "cost", "latency", "svg"]


class Charts:
    """The charts of one comparison."""

    def __init__(self, comparison: Comparison) -> None:
        self._comparison = comparison

    def cost(self) -> alt.LayerChart:
        """Chart what each model's answers cost, by what the money went to; see `cost`."""
        return cost(self._comparison)

    def latency(self) -> alt.LayerChart:
        """Chart the times to the first token and to the end; see `latency`."""
        return latency(self._comparison)

    def __repr__(self) -> str:
        return "<Charts: cost(), latency()>"


def cost(comparison: Comparison) -> alt.LayerChart:
    """Chart the cost of each model's answers in US dollars, stacked by what the money went to.

    Answers from the cache or a recording count with what they cost when they were asked. A model none of whose calls
    has a known price says *unknown*; one with some says of how many its sum is.

    Raises
    ------
    RunError
        If the run is blind, or has no calls.
    """
    models = _open(comparison)
    parts, totals = _costs(comparison, models)
    import altair as alt

    spent = {row["part"] for row in parts}
    shades = {name: value for name, _, value in _PARTS if name in spent}
    shade = alt.Opacity("part:N", title=None, sort=None).scale(
        type="ordinal", domain=list(shades), range=list(shades.values())
    )
    bars = (
        alt.Chart(alt.InlineData(parts))
        .mark_bar(height={"band": 0.5})
        .encode(
            y=_models(models),
            x=alt.X("usd:Q", title="US dollars, all calls of the run").axis(format="$~g", tickCount=5, grid=True),
            color=_colours(models),
            opacity=shade.legend(orient="bottom", symbolFillColor="#5c6570", symbolStrokeWidth=0),
            order=alt.Order("order:Q"),
            tooltip=[
                alt.Tooltip("model:N"),
                alt.Tooltip("part:N", title="for"),
                alt.Tooltip("usd:Q", format="$.6f", title="US dollars"),
            ],
        )
    )
    labels = (
        alt.Chart(alt.InlineData(totals))
        .mark_text(align="left", dx=6, baseline="middle", color="#1f2328")
        .encode(y=_models(models), x=alt.X("usd:Q"), text="label:N")
    )
    return _finished([bars, labels], "What the answers cost", _cost_subtitle(comparison), models)


def latency(comparison: Comparison) -> alt.LayerChart:
    """Chart each model's seconds to the first visible text and to the end: calls, median and 95th percentile.

    Only answered calls count; those from the cache or a recording have the times of when they were asked.

    Raises
    ------
    RunError
        If the run is blind, or has no calls.
    """
    models = _open(comparison)
    points, spans, empty = _times(comparison, models)
    import altair as alt

    measure = ["first token", "total"]
    offset = alt.YOffset("measure:N", sort=measure).scale(domain=measure, paddingInner=0.4, paddingOuter=0.3)
    x = alt.X("seconds:Q", title="seconds").scale(zero=True).axis(tickCount=6)
    dots = (
        alt.Chart(alt.InlineData(points))
        .mark_tick(thickness=1.5, opacity=0.35)
        .encode(y=_models(models), yOffset=offset, x=x, color=_colours(models))
    )
    base = alt.Chart(alt.InlineData(spans)).encode(y=_models(models), yOffset=offset, color=_colours(models))
    lines = base.mark_rule(strokeWidth=2).encode(x=alt.X("p50:Q", title="seconds"), x2="p95:Q")
    medians = base.mark_point(filled=True, size=90, opacity=1).encode(
        x=alt.X("p50:Q", title="seconds"),
        shape=alt.Shape("measure:N", sort=measure, title=None)
        .scale(domain=measure, range=["circle", "diamond"])
        .legend(orient="bottom", symbolFillColor="#5c6570", symbolStrokeColor="#5c6570"),
        tooltip=[
            alt.Tooltip("model:N"),
            alt.Tooltip("measure:N", title="time to"),
            alt.Tooltip("p50:Q", format=".3f", title="median, s"),
            alt.Tooltip("p95:Q", format=".3f", title="p95, s"),
            alt.Tooltip("calls:Q"),
        ],
    )
    labels = base.mark_text(align="left", dx=9, baseline="middle", fontSize=11).encode(
        x=alt.X("right:Q", title="seconds"), text="label:N", color=alt.value("#1f2328")
    )
    nothing = (
        alt.Chart(alt.InlineData(empty))
        .mark_text(align="left", dx=6, baseline="middle", color="#59636e")
        .encode(y=_models(models), x=alt.value(0), text="label:N")
    )
    return _finished(
        [dots, lines, medians, labels, nothing],
        "How long the answers took",
        _latency_subtitle(comparison),
        models,
        per_model=2,
    )


def _finished(
    layers: list[alt.Chart], title: str, subtitle: list[str], models: Sequence[str], per_model: int = 1
) -> alt.LayerChart:
    height = max(90, len(models) * _ROW_HEIGHT * (1 if per_model == 1 else 1.3))
    heading = {"text": title, "subtitle": subtitle, "anchor": "start", "subtitleColor": "#59636e", "offset": 12}
    made: alt.LayerChart = figure_class()(layer=layers, width=_WIDTH, height=height, title=heading)
    styled: alt.LayerChart = (
        made.configure_view(stroke=None)
        .configure_axis(gridColor="#e8ebee", domainColor="#c4cad0", tickColor="#c4cad0", labelLimit=260)
        .configure(background="#ffffff", padding=12)
    )
    return styled


def _open(comparison: Comparison) -> Sequence[str]:
    if comparison.run.blind:
        raise RunError("This run is blind, and a chart names its models: reveal() it first.")
    if not comparison.calls:
        raise RunError("This run has no calls to chart.")
    return comparison.models


def _models(models: Sequence[str]) -> alt.Y:
    import altair as alt

    return alt.Y("model:N", title=None, sort=list(models)).scale(domain=list(models)).axis(ticks=False, domain=False)


def _colours(models: Sequence[str]) -> alt.Color:
    import altair as alt

    return alt.Color("model:N", legend=None).scale(
        domain=list(models), range=[colour(index) for index in range(len(models))]
    )


def _costs(comparison: Comparison, models: Sequence[str]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    sums: dict[tuple[str, str], Decimal] = {}
    priced, calls = dict.fromkeys(models, 0), dict.fromkeys(models, 0)
    for call, price in zip(comparison.calls, comparison.prices, strict=True):
        model = str(call.model)
        calls[model] += 1
        if price is None:
            continue
        priced[model] += 1
        rest = price.usd
        for name, attribute, _ in _PARTS:
            amount = (getattr(price, attribute) or Decimal(0)) if attribute else rest
            rest -= amount
            sums[model, name] = sums.get((model, name), Decimal(0)) + amount
    order = {name: number for number, (name, _, _) in enumerate(_PARTS)}
    parts = [
        {"model": model, "part": part, "usd": float(amount), "order": order[part]}
        for (model, part), amount in sums.items()
        if amount > 0
    ]
    totals = []
    for model in models:
        total = sum((sums.get((model, name), Decimal(0)) for name in order), Decimal(0))
        label = usd(total) if priced[model] else "cost unknown" if calls[model] else "not asked"
        if 0 < priced[model] < calls[model]:
            label += f", {priced[model]} of {calls[model]} priced"
        totals.append({"model": model, "usd": float(total), "label": label})
    return parts, totals


def _times(
    comparison: Comparison, models: Sequence[str]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]], list[dict[str, Any]]]:
    points, spans, empty = [], [], []
    for model in models:
        own = [call for call in comparison.ok if str(call.model) == model]
        for measure, values in (("first token", [c.ttft_s for c in own]), ("total", [c.latency_s for c in own])):
            known = sorted(value for value in values if value is not None)
            middle, high = quantile(known, 0.5), quantile(known, 0.95)
            if middle is None or high is None:
                continue
            row = {"model": model, "measure": measure}
            points += [{**row, "seconds": value} for value in _thinned(known)]
            label = seconds(middle) if len(known) == 1 else f"{seconds(middle)}, p95 {seconds(high)}"
            spans.append(
                {**row, "p50": middle, "p95": high, "right": max(high, known[-1]), "label": label}
                | {"calls": len(known)}
            )
        if not any(span["model"] == model for span in spans):
            empty.append({"model": model, "label": "no answer to time"})
    return points, spans, empty


def _thinned(ordered: Sequence[float]) -> Iterable[float]:
    """At most 100 values, evenly spaced in rank, the smallest and the largest among them."""
    if len(ordered) <= _MOST_POINTS:
        return ordered
    last = len(ordered) - 1
    return [ordered[round(number * last / (_MOST_POINTS - 1))] for number in range(_MOST_POINTS)]


def _cost_subtitle(comparison: Comparison) -> list[str]:
    calls = comparison.calls
    priced = sum(price is not None for price in comparison.prices)
    known = count(len(calls), "call") if priced == len(calls) else f"{priced} of {count(len(calls), 'call')} priced"
    free = sum(call.cached or call.replayed for call in calls)
    notes = [f"{free} of them cost nothing now: cached or replayed, drawn at their price when asked"] if free else []
    return ["; ".join([known, *notes]), *_simulated(calls)]


def _latency_subtitle(comparison: Comparison) -> list[str]:
    timed = [call for call in comparison.ok if call.latency_s is not None]
    counts = [sum(str(call.model) == model for call in timed) for model in comparison.models]
    few, many = min(counts), max(counts)
    each = count(many, "call") if few == many else f"{few} to {many} calls"
    cached = sum(call.cached or call.replayed for call in timed)
    notes = [f"{cached} cached or replayed, with their original times"] if cached else []
    spread = "" if many == 1 else "; marker at the median, line to the 95th percentile, a tick for each call"
    return ["; ".join([f"{each} for each model{spread}", *notes]), *_simulated(timed)]


def _simulated(calls: Sequence[Call]) -> list[str]:
    made_up = sum(call.simulated for call in calls)
    if not made_up:
        return []
    return [
        "Simulated: made-up models, prices and times" if made_up == len(calls) else f"{made_up} calls are simulated"
    ]
