"""What each model's answers cost, by what the money went to."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from routebook.charts.style import dollars, model_axis, model_colours, shades
from routebook.charts.subject import Subject, subject
from routebook.costs import has_unknown_attempts
from routebook.lookup import count
from routebook.render.words import usd

if TYPE_CHECKING:
    from routebook.charts.figure import Figure
    from routebook.comparison import Comparison

PARTS: Mapping[str, tuple[str, float]] = {
    "input": ("input_usd", 0.35),
    "read from prompt cache": ("cached_usd", 0.18),
    "written to prompt cache": ("cache_write_usd", 0.5),
    "reasoning": ("reasoning_usd", 0.7),
    "output": ("output_usd", 1.0),
    "not itemised": ("", 0.85),
}
"""Each part: the attribute of `Price` that it is, and how strong the model's colour is for it."""

THICKNESS = {"band": 0.52}


def cost(comparison: Comparison) -> Figure:
    """Chart the cost of each model's answers in US dollars, stacked by what the money went to.

    Answers from the cache or a recording count with what they cost when they were asked. A model none of whose calls
    has a known price says *unknown*; one with some says of how many its sum is.

    Raises
    ------
    RunError
        If the run is blind, or has no calls.
    """
    asked = subject(comparison)
    rows, totals = _rows(asked), _totals(asked)
    import altair as alt

    from routebook.charts.figure import figure

    most = max(row["cost_usd"] for row in totals)
    axis = alt.Axis(**dollars(most), tickCount=5, domain=False, ticks=False) if most else None
    y = model_axis(asked.models)
    x = alt.X("cost_usd:Q", title="US dollars, all calls of the run").axis(axis)
    labels = (
        alt.Chart(alt.InlineData(totals))
        .mark_text(align="left", dx=6, baseline="middle")
        .encode(y=y, x=x if most else alt.value(0), text="label:N")
    )
    beneath = (  # or the grid would be seen through the bars
        alt.Chart(alt.InlineData(totals)).mark_bar(height=THICKNESS, style="beneath").encode(y=y, x=x)
    )
    bars = (
        alt.Chart()
        .mark_bar(height=THICKNESS)
        .encode(
            y=y,
            x=x,
            color=model_colours(asked.models),
            opacity=shades("part", {part: shade for part, (_, shade) in PARTS.items()}, (row["part"] for row in rows)),
            order=alt.Order("_order:Q"),
            tooltip=[
                alt.Tooltip("model:N"),
                alt.Tooltip("part:N", title="for"),
                alt.Tooltip("cost_usd:Q", format="$,.6f", title="US dollars"),
                alt.Tooltip("share:Q", format=".0%", title="of the model's cost"),
            ],
        )
    )
    return figure(
        [beneath, bars, labels] if rows else [labels],
        rows,
        title="What each model's answers cost",
        notes=_notes(asked),
        words=[f"{row['model']}: {row['label']}" for row in totals],
        height=height(len(asked.models)),
    )


def height(models: int) -> float:
    """Return the height of a plot with one bar for each model, pixels."""
    return max(70, models * (42 if models <= 6 else 32))


def _rows(asked: Subject) -> list[dict[str, Any]]:
    """Return a row for each model and part that cost something."""
    rows = []
    for model, priced in asked.own.items():
        sums = dict.fromkeys(PARTS, Decimal(0))
        for _, price in priced:
            if price is None:
                continue
            rest = price.usd
            for part, (attribute, _) in PARTS.items():
                amount = (getattr(price, attribute) or Decimal(0)) if attribute else rest
                rest -= amount
                sums[part] += amount
        total = sum(sums.values())
        rows += [
            {
                "model": model,
                "part": part,
                "cost_usd": float(amount),
                "share": round(float(amount / total), 4),
                "_order": number,
            }
            for number, (part, amount) in enumerate(sums.items())
            if amount > 0
        ]
    return rows


def _totals(asked: Subject) -> list[dict[str, Any]]:
    totals = []
    for model, priced in asked.own.items():
        known = [price.usd for _, price in priced if price is not None]
        label = usd(sum(known, Decimal(0))) if known else "cost unknown" if priced else "not asked"
        if 0 < len(known) < len(priced):
            label += f", {len(known):,} of {len(priced):,} priced"
        totals.append({"model": model, "cost_usd": float(sum(known)), "label": label + asked.mark(model)})
    return totals


def _notes(asked: Subject) -> list[str]:
    calls = asked.comparison.calls
    priced = sum(price is not None for price in asked.comparison.prices)
    notes = [
        f"Over {count(len(calls), 'call')}" + ("." if priced == len(calls) else f", {priced:,} with a known price.")
    ]
    notes += asked.notes(calls, "at the price of when asked, though nothing is paid now")
    if again := sum(map(has_unknown_attempts, calls)):
        notes.append(f"{count(again, 'call')} had failed attempts before, which may cost more: how much is unknown.")
    return notes
