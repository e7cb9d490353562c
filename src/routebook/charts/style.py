"""The look that all charts share: ink, lines, sizes, and what each colour becomes on a dark background.

Every colour in a chart is one of `ON_DARK`'s keys, written exactly so: whoever shows it in a dark theme replaces them.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from math import floor, log10
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from routebook.render.palette import DARK, LIGHT, colours

if TYPE_CHECKING:
    import altair as alt

INK, SOFT, LINE, PAPER, BAD = "#1f2328", "#59636e", "#dfe3e8", "#ffffff", "#b3261e"
ON_DARK = dict(zip(LIGHT, DARK, strict=True)) | {
    INK: "#e6e8eb",
    SOFT: "#a3acb5",
    LINE: "#363c44",
    PAPER: "#15181c",
    BAD: "#ffb4ab",
}
WIDTH = 560  # pixels, of the plot without its labels
_LONGEST_NAME = 44
_LONGEST_LINE = 108
_MOST_NAMED = 6

CONFIG: dict[str, Any] = {
    "background": PAPER,
    "padding": 14,
    "font": "system-ui, sans-serif",
    "view": {"stroke": None},
    "title": {
        "anchor": "start",
        "frame": "bounds",
        "offset": 14,
        "color": INK,
        "fontSize": 15,
        "fontWeight": 600,
        "subtitleColor": SOFT,
        "subtitleFontSize": 12,
        "subtitleLineHeight": 16,
        "subtitlePadding": 6,
    },
    "axis": {
        "labelColor": SOFT,
        "labelFontSize": 11,
        "titleColor": SOFT,
        "titleFontSize": 12,
        "titleFontWeight": 400,
        "titlePadding": 8,
        "labelFlush": False,
        "labelOverlap": False,
        "gridColor": LINE,
        "domainColor": LINE,
        "tickColor": LINE,
    },
    "legend": {
        "orient": "top",
        "offset": 6,
        "labelColor": SOFT,
        "labelFontSize": 12,
        "labelLimit": 0,
        "titleColor": SOFT,
        "symbolFillColor": SOFT,
        "symbolStrokeColor": SOFT,
        "symbolStrokeWidth": 0,
        "symbolSize": 110,
        "columnPadding": 14,
    },
    "header": {"labelColor": INK, "labelFontSize": 12, "titleColor": SOFT},
    "text": {"color": INK, "fontSize": 12},
    "style": {
        "soft": {"color": SOFT},
        "beneath": {"color": PAPER},
        "front": {"color": SOFT, "strokeWidth": 1.5, "strokeDash": [4, 3]},
        "leader": {"color": SOFT, "strokeWidth": 0.75},
    },
}
"""Vega-Lite's configuration; what the user configures goes before it."""

NAME_ON_AXIS = f"truncate(datum.label, {_LONGEST_NAME}, 'center')"
"""A model's name as an expression of Vega's, as `short_name` writes it."""


def short_name(name: str) -> str:
    """Leave out the middle of a name that is too long: what tells two of them apart is mostly at the end.

    >>> short_name("sim/small")
    'sim/small'
    >>> short_name("bedrock/arn:aws:bedrock:us-east-1:1234:inference-profile/eu.amazon.nova-2-lite-v1:0")
    'bedrock/arn:aws:bedroc…azon.nova-2-lite-v1:0'
    """
    if len(name) <= _LONGEST_NAME:
        return name
    kept = _LONGEST_NAME - 1
    return f"{name[: (kept + 1) // 2]}…{name[-(kept // 2) :]}"


def direct_names(models: Sequence[str]) -> dict[str, str]:
    """Return what to call each model beside its mark: without its host where that is enough.

    >>> direct_names(["openai/gpt-5", "azure/gpt-5", "sim/small"])
    {'openai/gpt-5': 'openai/gpt-5', 'azure/gpt-5': 'azure/gpt-5', 'sim/small': 'small'}
    """
    rests = [model.partition("/")[2] or model for model in models]
    return {
        model: short_name(rest if rests.count(rest) == 1 else model) for model, rest in zip(models, rests, strict=True)
    }


def text_width(text: str, size: float = 12) -> float:
    """Say how wide a text will be at most, in pixels; the reader's fonts are not known here."""
    return size * sum(1.0 if unicodedata.east_asian_width(letter) in "WF" else 0.57 for letter in text)


def listed(names: Sequence[str]) -> str:
    """Write names, the first six of many.

    >>> listed(["a", "b", "c"]), listed(list("abcdefgh"))
    ('a, b, c', 'a, b, c, d, e, f and 2 more')
    """
    more = len(names) - _MOST_NAMED
    return ", ".join(names) if more <= 0 else f"{', '.join(names[:_MOST_NAMED])} and {more} more"


def lines_of(notes: Iterable[str]) -> list[str]:
    """Break a subtitle's notes into lines that are no wider than a chart."""
    return [line for note in notes if note for line in wrap(note, _LONGEST_LINE, break_on_hyphens=False)]


def model_axis(models: Sequence[str], **scale: Any) -> alt.Y:
    """Return the axis that has a row for each model, in the order they were asked for; `scale` is more of its scale."""
    import altair as alt

    axis: alt.Y = (
        alt.Y("model:N", title=None, sort=None)
        .scale(type="band", domain=list(models), **scale)
        .axis(
            ticks=False,
            domain=False,
            labelExpr=NAME_ON_AXIS,
            labelLimit=0,
            labelColor=INK,
            labelFontSize=12,
            labelPadding=8,
        )
    )
    return axis


def model_colours(models: Sequence[str]) -> alt.Color:
    """Return the models' colours; they are named beside their marks, so there is no legend."""
    import altair as alt

    return alt.Color("model:N", legend=None).scale(
        domain=list(models), range=[LIGHT[index] for index in colours(models)]
    )


def shades(field: str, values: dict[str, float], present: Iterable[str]) -> alt.Opacity:
    """Return how strong the model's colour is for each kind of thing, with a legend of those that are present."""
    import altair as alt

    there = set(present)
    kept = {name: value for name, value in values.items() if name in there}
    return (
        alt.Opacity(f"{field}:O", title=None, sort=None)
        .scale(type="ordinal", domain=list(kept), range=list(kept.values()))
        .legend(symbolType="square")
    )


def dollars(most: float) -> dict[str, Any]:
    """Return how an axis of US dollars up to `most` is written: with enough digits to tell its ticks apart.

    >>> [dollars(most)["format"] for most in (0.0026, 0.8, 1200.0)]
    ['$,.4f', '$,.2f', '$,.0f']
    """
    digits = 0 if most >= 10 else max(2, 1 - floor(log10(most)))
    return {"format": f"$,.{digits}f", "labelExpr": "datum.value == 0 ? '$0' : datum.label"}
