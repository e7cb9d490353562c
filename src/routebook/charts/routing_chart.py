"""What routing gets for what it costs: rules beside everything simpler, and the curve of a weak and a strong model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import isfinite
from typing import TYPE_CHECKING, Any, Literal

from routebook.charts.pareto import Placed, Point, placed
from routebook.charts.scale import Scale, from_zero, of_shares
from routebook.charts.style import INK, PAPER, SOFT, WIDTH, dollars, text_width
from routebook.render.palette import LIGHT
from routebook.render.report import figure as shown
from routebook.render.report import percent, span
from routebook.render.words import usd

if TYPE_CHECKING:
    import altair as alt

    from routebook.charts.figure import Figure

Across = Literal["cost", "share", "nothing"]

_HEIGHT = 380
_BEYOND = 190  # pixels that a label may stand out to the right
_FIELD = {"cost": "usd_per_1k_prompts", "share": "strong_share"}
_TITLE = {"cost": "US dollars per 1,000 prompts", "share": "share of prompts that go to the strong model"}
_QUALITY = "quality on held-out prompts, from 0 to 1"
_SOLID = [1, 0]
_DASHES = ([6, 3], [2, 2], [8, 3, 2, 3], [4, 4], [1, 3])


def routing(
    rows: Sequence[Mapping[str, Any]],
    points: Sequence[Mapping[str, Any]],
    *,
    across: Across,
    upward: str = _QUALITY,
    notes: Sequence[str] = (),
    simulated: bool = False,
) -> Figure:
    """Chart the quality of strategies against what they cost, or against how many prompts go to the strong model.

    Each has a point with its 95 % intervals; those that can be told to spend less have a curve. Rules are in the colour
    of the text, all others in colours of their own, in the order given; of what needs the answers the point is hollow.

    Parameters
    ----------
    rows
        One for each strategy: ``strategy``, ``kind``, ``quality``, ``low``, ``high``, and of the axis across
        ``usd_per_1k_prompts`` with ``usd_low`` and ``usd_high``, or ``strong_share``.
    points
        Those of the curves, in order: ``strategy``, ``quality`` and the field of the axis across.
    across
        ``cost``, ``share``, or ``nothing``: then each strategy has a line of its own.
    upward
        What the axis of quality is called.
    notes
        What the reader should know; the first two are shown.
    simulated
        Whether the models are.
    """
    from routebook.charts.figure import figure

    made = [{name: _plain(value) for name, value in row.items()} for row in rows]
    field = _FIELD.get(across)
    there = [row for row in made if _known(row["quality"]) and (field is None or _known(row.get(field)))]
    missing = [row["strategy"] for row in made if row not in there]
    said = ["Points: as each stands in the table, with 95 % intervals."] if there else []
    if points:
        said[0] += " Curves: the best mixtures of settings." if across == "cost" else " Curves: at every share."
    if missing:
        said.append(f"Not drawn, cost or quality unknown: {', '.join(missing)}.")
    layers = [_nothing()] if not there else _plane(there, points, across, upward) if field else _lines(there, upward)
    return figure(
        layers,
        there,
        title=_HEADINGS[across],
        notes=[*said, *notes[:2], *(["Simulated models."] if simulated else [])],
        words=[_said(row, across) for row in there],
        height=_HEIGHT if field else max(90, 42 * len(there)),
    )


def gap(
    share: Sequence[float],
    quality: Sequence[float],
    low: Sequence[float],
    high: Sequence[float],
    *,
    weak: str,
    strong: str,
    notes: Sequence[str] = (),
    simulated: bool = False,
) -> Figure:
    """Chart what a weak and a strong model get together, against how many prompts go to the strong one.

    Parameters
    ----------
    share
        Shares of prompts that go to the strong model, rising from 0 to 1.
    quality, low, high
        The mean quality at each, and the ends of its 95 % interval.
    weak, strong
        What the models are called.
    notes
        What the reader should know, such as the APGR.
    simulated
        Whether the models are.
    """
    import altair as alt

    from routebook.charts.figure import figure

    rise = quality[-1] - quality[0]
    rows = [
        {"strong_share": at, "quality": got, "low": least, "high": most, "random": quality[0] + at * rise}
        for at, got, least, most in zip(share, quality, low, high, strict=True)
    ]
    upward = of_shares([*low, *high])
    x, y = _x("share", Scale(0.0, 1.0)), _y(upward, _QUALITY)
    tooltip = [alt.Tooltip("strong_share:Q", format=".0%", title="to the strong model")]
    tooltip += [alt.Tooltip(f"{name}:Q", format=".3f") for name in ("quality", "low", "high", "random")]
    ends = [
        {"strong_share": 0.0, "quality": quality[0], "_label": f"only {weak}", "_align": "left", "_dx": 8, "_dy": 14},
        {"strong_share": 1.0, "quality": quality[-1], "_label": f"only {strong}", "_align": "left", "_dx": 8, "_dy": 0},
    ]
    middle = rows[len(rows) // 2]
    below = [{"strong_share": middle["strong_share"], "random": middle["random"], "_label": "random"}]
    only = alt.Chart(alt.InlineData(ends)).encode(x=x, y=y)
    named: dict[str, Any] = {"align": _each("_align"), "dx": _each("_dx"), "dy": _each("_dy")}
    layers = [
        alt.Chart().mark_area(opacity=0.15, color=INK).encode(x=x, y=alt.Y("low:Q"), y2="high:Q"),
        alt.Chart().mark_line(style="front").encode(x=x, y=alt.Y("random:Q")),
        alt.Chart().mark_line(strokeWidth=2.5, color=INK).encode(x=x, y=y, tooltip=tooltip),
        only.mark_point(filled=True, size=70, opacity=1, color=INK),
        only.mark_text(baseline="middle", **named).encode(text="_label:N"),
        alt.Chart(alt.InlineData(below))
        .mark_text(align="left", baseline="top", dx=4, dy=6, style="soft")
        .encode(x=x, y=alt.Y("random:Q"), text="_label:N"),
    ]
    middles = [row for row in rows if row["strong_share"] in (0.25, 0.5, 0.75)]
    return figure(
        layers,
        rows,
        title="What routing gets between a weak and a strong model",
        notes=["Band: 95 % at each share. Dashed: prompts sent at random.", *notes]
        + (["Simulated models."] if simulated else []),
        words=[
            f"only {weak}: quality {shown(quality[0], 3)}",
            *(
                f"{percent(row['strong_share'])} to {strong}: quality {shown(row['quality'], 3)} "
                f"({span(row['low'], row['high'], 3)}), at random {shown(row['random'], 3)}"
                for row in middles
            ),
            f"only {strong}: quality {shown(quality[-1], 3)}",
        ],
        height=_HEIGHT,
    )


_HEADINGS = {
    "cost": "What routing gets, against what it costs",
    "share": "What routing gets, against how much it asks the strong model",
    "nothing": "What routing gets",
}


def _plane(
    rows: list[dict[str, Any]], points: Sequence[Mapping[str, Any]], across: Across, title: str
) -> list[alt.Chart]:
    """Return curves, intervals, points and labels on two axes, from back to front."""
    import altair as alt

    field = _FIELD[across]
    ends = [row[end] for row in rows for end in ("low", "high") if _known(row[end])]
    # From zero, for a line between two settings is of their mixtures, and would be none on a logarithmic axis.
    costs = [row[at] for row in (*rows, *points) for at in (field, "usd_high") if _known(row.get(at))]
    horizontal = from_zero([0.0, *costs]) if across == "cost" else Scale(0.0, 1.0)
    upward = of_shares([*(row["quality"] for row in (*rows, *points)), *ends])
    x, y = _x(across, horizontal), _y(upward, title)
    names = [row["strategy"] for row in rows]
    colour = _colours(rows)
    layers = []
    dashes = [_SOLID if row["kind"] == "rules" else _DASHES[at % len(_DASHES)] for at, row in enumerate(rows)]
    dash = alt.StrokeDash("strategy:N", legend=None).scale(domain=names, range=dashes)
    for is_rules in (False, True):
        own = [point for point in points if (point["kind"] == "rules") == is_rules]
        if own:
            line = alt.Chart(alt.InlineData(own)).mark_line(strokeWidth=3 if is_rules else 1.5)
            order = alt.Order(f"{field}:Q")
            layers.append(line.encode(x=x, y=y, color=colour, order=order, strokeDash=dash))
    rule: dict[str, Any] = {"strokeWidth": 1.5, "opacity": 0.55}
    upright = alt.Chart().transform_filter("isValid(datum.low) && isValid(datum.high)")
    layers.append(upright.mark_rule(**rule).encode(x=x, y=alt.Y("low:Q"), y2="high:Q", color=colour))
    if across == "cost":
        across_them = alt.Chart().transform_filter("isValid(datum.usd_low) && isValid(datum.usd_high)")
        layers.append(across_them.mark_rule(**rule).encode(x=alt.X("usd_low:Q"), x2="usd_high:Q", y=y, color=colour))
    dots = alt.Chart().encode(x=x, y=y, color=colour, tooltip=_tooltip(across))
    layers += [
        dots.transform_filter("datum.kind == 'needs the answers'").mark_point(size=80, strokeWidth=2, fill=PAPER),
        dots.transform_filter("datum.kind == 'baseline'").mark_point(size=80, filled=True, opacity=1),
        dots.transform_filter("datum.kind == 'rules'").mark_point(size=170, filled=True, opacity=1, shape="diamond"),
    ]

    def pixel(row: Mapping[str, Any], height: str = "quality") -> Point:
        return horizontal.place(row[field]) * WIDTH, (1 - upward.place(row[height])) * _HEIGHT

    lines = [(pixel(row, "high"), pixel(row, "low")) for row in rows if _known(row["low"])]
    if across == "cost":
        level = [row for row in rows if _known(row.get("usd_low")) and _known(row.get("usd_high"))]
        lines += [(pixel(row | {field: row["usd_low"]}), pixel(row | {field: row["usd_high"]})) for row in level]
    for name in names:
        own_points = [pixel(point) for point in points if point["strategy"] == name]
        lines += pairwise(own_points)
    return [*layers, *_labels(rows, field, x, y, {row["strategy"]: pixel(row) for row in rows}, lines)]


def _labels(
    rows: list[dict[str, Any]],
    field: str,
    x: Any,
    y: Any,
    pixels: Mapping[str, Point],
    lines: Sequence[tuple[Point, Point]],
) -> list[alt.Chart]:
    import altair as alt

    first = sorted(rows, key=lambda row: row["kind"] != "rules")
    places = placed(
        {row["strategy"]: pixels[row["strategy"]] for row in first},
        {row["strategy"]: text_width(_label(row)) for row in rows},
        lines,
        size=(WIDTH, _HEIGHT),
        beyond=_BEYOND,
    )

    def written(row: Mapping[str, Any], place: Placed) -> dict[str, Any]:
        own = {field: row[field], "quality": row["quality"], "_label": _label(row), "_rules": row["kind"] == "rules"}
        return own | {"_dx": place.dx, "_dy": place.dy, "_align": place.align, "_to": place.edge}

    labels = [written(row, places[row["strategy"]]) for row in rows]
    far = [label for label, row in zip(labels, rows, strict=True) if places[row["strategy"]].far]
    layers = []
    if far:
        leader = alt.Chart(alt.InlineData(far)).mark_rule(style="leader", x2Offset=_each("_dx"), y2Offset=_each("_to"))
        layers.append(leader.encode(x=x, y=y, x2=f"{field}:Q", y2="quality:Q"))
    for is_rules in (False, True):
        own = [label for label in labels if label["_rules"] == is_rules]
        if own:
            layers.append(
                alt.Chart(alt.InlineData(own))
                .mark_text(
                    baseline="middle",
                    align=_each("_align"),
                    dx=_each("_dx"),
                    dy=_each("_dy"),
                    fontWeight=600 if is_rules else 400,
                )
                .encode(x=x, y=y, text="_label:N")
            )
    return layers


def _lines(rows: list[dict[str, Any]], title: str) -> list[alt.Chart]:
    """Return a line for each strategy, where nothing is known of what they cost."""
    import altair as alt

    y = alt.Y("strategy:N", title=None, sort=None).axis(
        ticks=False, domain=False, labelLimit=0, labelColor=INK, labelFontSize=12, labelPadding=8
    )
    ends = [row[end] for row in rows for end in ("low", "high") if _known(row[end])]
    scale = of_shares([*(row["quality"] for row in rows), *ends])

    def x(name: str) -> Any:
        shape = {"domain": [scale.low, scale.high], "nice": False, "zero": False}
        return alt.X(f"{name}:Q", title=title, scale=shape, axis={"tickCount": 5})

    colour = _colours(rows)
    for row in rows:
        row["_label"] = f"{shown(row['quality'], 3)} ({span(row['low'], row['high'], 3)})"
    return [
        alt.Chart().mark_rule(strokeWidth=2.5).encode(y=y, x=x("low"), x2="high:Q", color=colour),
        alt.Chart()
        .mark_point(filled=True, size=90, opacity=1)
        .encode(y=y, x=x("quality"), color=colour, tooltip=_tooltip("nothing")),
        alt.Chart()
        .mark_text(align="left", dx=10, baseline="middle", fontSize=11)
        .encode(y=y, x=x("high"), text="_label:N"),
    ]


def _colours(rows: Sequence[Mapping[str, Any]]) -> Any:
    import altair as alt

    others = iter(range(len(rows)))
    own = [
        INK if row["kind"] == "rules" else SOFT if row["kind"] != "baseline" else LIGHT[next(others) % len(LIGHT)]
        for row in rows
    ]
    return alt.Color("strategy:N", legend=None).scale(domain=[row["strategy"] for row in rows], range=own)


def _tooltip(across: Across) -> list[Any]:
    import altair as alt

    tooltip = [alt.Tooltip("strategy:N"), alt.Tooltip("kind:N")]
    if across == "cost":
        tooltip.append(alt.Tooltip("usd_per_1k_prompts:Q", format="$,.4f", title="US dollars per 1,000 prompts"))
    if across == "share":
        tooltip.append(alt.Tooltip("strong_share:Q", format=".0%", title="to the strong model"))
    return [*tooltip, *(alt.Tooltip(f"{name}:Q", format=".3f") for name in ("quality", "low", "high"))]


def _x(across: Across, scale: Scale) -> Any:
    import altair as alt

    form = dollars(scale.high) if across == "cost" else {"format": ".0%"}
    axis: dict[str, Any] = {"domain": True, "ticks": True, "tickSize": 4, "tickCount": 5} | form
    shape = {"domain": [scale.low, scale.high], "nice": False, "zero": False}
    return alt.X(f"{_FIELD[across]}:Q", title=_TITLE[across], scale=shape, axis=axis)


def _y(scale: Scale, title: str) -> Any:
    import altair as alt

    shape = {"domain": [scale.low, scale.high], "nice": False, "zero": False}
    axis: dict[str, Any] = {"domain": True, "ticks": True, "tickSize": 4, "tickCount": 5}
    return alt.Y("quality:Q", title=title, scale=shape, axis=axis)


def _each(field: str) -> Any:
    import altair as alt

    return alt.ExprRef(f"datum.{field}")


def _nothing() -> alt.Chart:
    import altair as alt

    chart: alt.Chart = (
        alt.Chart(alt.InlineData([{"_label": "No strategy has both a known cost and a known quality."}]))
        .mark_text(align="left", baseline="middle", style="soft")
        .encode(x=alt.value(0), y=alt.value(20), text="_label:N")
    )
    return chart


def _label(row: Mapping[str, Any]) -> str:
    return f"{row['strategy']} (needs the answers)" if row["kind"] == "needs the answers" else str(row["strategy"])


def _said(row: Mapping[str, Any], across: Across) -> str:
    words = [f"quality {shown(row['quality'], 3)} ({span(row['low'], row['high'], 3)})"]
    if across == "cost":
        words.insert(0, f"{usd(row['usd_per_1k_prompts'])} per 1,000 prompts")
    if across == "share":
        words.insert(0, f"{percent(row['strong_share'])} to the strong model")
    return f"{_label(row)}: {', '.join(words)}"


def _plain(value: Any) -> Any:
    """Return a value as JSON has it, which knows neither NaN nor infinity."""
    return None if isinstance(value, float) and not isfinite(value) else value


def _known(value: Any) -> bool:
    return value is not None and isfinite(value)
