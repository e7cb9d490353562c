"""How many tokens each model's calls took and gave."""

from __future__ import annotations

from collections.abc import Mapping
from statistics import fmean
from typing import TYPE_CHECKING, Any

from routebook.charts.cost_chart import PARTS, THICKNESS, height
from routebook.charts.style import model_axis, model_colours, shades
from routebook.charts.subject import Subject, subject
from routebook.lookup import count

if TYPE_CHECKING:
    from routebook.charts.figure import Figure
    from routebook.comparison import Comparison
    from routebook.providers.contract import Usage

_SHADES: Mapping[str, float] = {part: shade for part, (attribute, shade) in PARTS.items() if attribute}


def tokens(comparison: Comparison) -> Figure:
    """Chart the mean tokens of a call of each model: input, read from and written to the cache, reasoning, output.

    Over the calls whose host counted both input and output; a label says of how many that is, where not of all. A host
    that does not tell cached input or reasoning apart has them in *input* and *output*.

    Raises
    ------
    RunError
        If the run is blind, or has no calls.
    """
    asked = subject(comparison)
    rows, totals = _rows(asked)
    import altair as alt

    from routebook.charts.figure import figure

    y = model_axis(asked.models)
    x = alt.X("tokens_per_call:Q", title="tokens in a call, mean").axis(
        format=",~f", tickCount=5, tickMinStep=1, domain=False, ticks=False
    )
    beneath = alt.Chart(alt.InlineData(totals)).mark_bar(height=THICKNESS, style="beneath").encode(y=y, x=x)
    bars = (
        alt.Chart()
        .mark_bar(height=THICKNESS)
        .encode(
            y=y,
            x=x,
            color=model_colours(asked.models),
            opacity=shades("part", dict(_SHADES), (row["part"] for row in rows)),
            order=alt.Order("_order:Q"),
            tooltip=[
                alt.Tooltip("model:N"),
                alt.Tooltip("part:N", title="tokens of"),
                alt.Tooltip("tokens_per_call:Q", format=",.1f", title="mean of a call"),
                alt.Tooltip("tokens:Q", format=",", title="in total"),
                alt.Tooltip("calls:Q", title="calls counted"),
            ],
        )
    )
    labels = (
        alt.Chart(alt.InlineData(totals))
        .mark_text(align="left", dx=6, baseline="middle")
        .encode(y=y, x=x if rows else alt.value(0), text="label:N")
    )
    return figure(
        [beneath, bars, labels] if rows else [labels],
        rows,
        title="How many tokens a call took and gave",
        notes=_notes(asked),
        words=[f"{row['model']}: {row['label']}" for row in totals],
        height=height(len(asked.models)),
    )


def parts_of(usage: Usage) -> dict[str, int] | None:
    """Return a call's tokens by what they were, which sum to all of them; `None` where they were not counted.

    >>> from routebook.providers.contract import Usage
    >>> parts_of(Usage(input_tokens=10, cached_tokens=4, output_tokens=7))
    {'input': 6, 'read from prompt cache': 4, 'written to prompt cache': 0, 'reasoning': 0, 'output': 7}
    >>> parts_of(Usage(input_tokens=10)) is None
    True
    """
    if usage.input_tokens is None or usage.output_tokens is None:
        return None
    cached, written, reasoning = usage.cached_tokens or 0, usage.cache_write_tokens or 0, usage.reasoning_tokens or 0
    if cached + written > usage.input_tokens:  # a host that counts them beside its input
        cached = written = 0
    if reasoning > usage.output_tokens:
        reasoning = 0
    return {
        "input": usage.input_tokens - cached - written,
        "read from prompt cache": cached,
        "written to prompt cache": written,
        "reasoning": reasoning,
        "output": usage.output_tokens - reasoning,
    }


def _rows(asked: Subject) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    rows: list[dict[str, Any]] = []
    totals: list[dict[str, Any]] = []
    for model in asked.models:
        calls = asked.calls(model)
        counted = [parts for call in calls if (parts := parts_of(call.usage)) is not None]
        if not counted:
            label = "tokens unknown" if calls else "not asked"
            totals.append({"model": model, "tokens_per_call": 0, "label": label + asked.mark(model)})
            continue
        means = {part: fmean(parts[part] for parts in counted) for part in _SHADES}
        rows += [
            {
                "model": model,
                "part": part,
                "tokens_per_call": mean,
                "tokens": sum(parts[part] for parts in counted),
                "calls": len(counted),
                "_order": number,
            }
            for number, (part, mean) in enumerate(means.items())
            if mean > 0
        ]
        given = means["reasoning"] + means["output"]
        label = f"{sum(means.values()) - given:,.0f} in, {given:,.0f} out"
        if len(counted) < len(calls):
            label += f", {len(counted):,} of {len(calls):,} counted"
        totals.append({"model": model, "tokens_per_call": sum(means.values()), "label": label + asked.mark(model)})
    return rows, totals


def _notes(asked: Subject) -> list[str]:
    calls = asked.comparison.calls
    counted = [call for call in calls if parts_of(call.usage) is not None]
    first = f"Over {count(len(calls), 'call')}"
    first += "." if len(counted) == len(calls) else f", {len(counted):,} of them with tokens counted by the host."
    return [first, *asked.notes(counted, "with the tokens of when asked")]
