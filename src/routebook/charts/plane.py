"""The plane of a trade-off: its two axes, the front, a point for each model, and where each label goes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal

from routebook.charts.pareto import Placed, Point, placed
from routebook.charts.scale import Scale, from_zero, of_shares
from routebook.charts.style import PAPER, WIDTH, dollars, model_colours, text_width

if TYPE_CHECKING:
    import altair as alt

Across = Literal["cost", "latency"]
Upward = Literal["latency", "quality"]

HEIGHT = 340
FIELD = {"cost": "usd_per_1k_calls", "latency": "latency_p50_s", "quality": "quality"}
_TITLES = {
    "cost": "US dollars per 1,000 calls",
    "latency": "seconds to the end of an answer, median",
    "quality": "quality, from 0 to 1",
}
_BEYOND = 150  # pixels that a label may stand out to the right


@dataclass(frozen=True, slots=True)
class Plane:
    """The two axes, the front's points in order, and where each label goes."""

    x: Across
    y: Upward
    across: Scale
    upward: Scale
    front: list[dict[str, Any]]
    labels: dict[str, Placed]
    title: str | None = None
    """Of the upward axis, where it is not the usual one."""


def plane_of(rows: Sequence[dict[str, Any]], x: Across, y: Upward, *, title: str | None = None) -> Plane:
    """Lay out the models, each of which has both values."""
    fx, fy = FIELD[x], FIELD[y]
    across = from_zero([*(row[fx] for row in rows), *(end for row in rows for end in interval_of(row, f"{fx}_"))])
    ends = [end for row in rows for end in interval_of(row)]
    upward = of_shares([*(row[fy] for row in rows), *ends]) if y == "quality" else from_zero([r[fy] for r in rows])

    def pixel(row: dict[str, Any]) -> Point:
        return across.place(row[fx]) * WIDTH, (1 - upward.place(row[fy])) * HEIGHT

    best = sorted((row for row in rows if row["on_front"]), key=lambda row: (row[fx], row[fy]))
    corners = [pixel(row) for row in best]
    lines = []
    for (x0, y0), (x1, y1) in pairwise(corners):
        lines += [((x0, y0), (x1, y0)), ((x1, y0), (x1, y1))]
    for row in rows:
        if interval := interval_of(row):
            low, high = (pixel(row | {fy: end}) for end in interval)
            lines.append((high, low))
        if interval := interval_of(row, f"{fx}_"):
            low, high = (pixel(row | {fx: end}) for end in interval)
            lines.append((low, high))
    in_turn = sorted(rows, key=lambda row: not row["on_front"])
    labels = placed(
        {row["model"]: pixel(row) for row in in_turn},
        {row["model"]: text_width(row["_label"]) for row in rows},
        lines,
        size=(WIDTH, HEIGHT),
        beyond=_BEYOND,
    )
    return Plane(x, y, across, upward, best, labels, title)


def interval_of(row: Mapping[str, Any], of: str = "") -> tuple[float, ...]:
    """Return both ends of a model's interval of quality, or of what `of` begins the names of; or nothing."""
    ends = (row.get(f"{of}low"), row.get(f"{of}high"))
    return tuple(float(end) for end in ends if end is not None) if None not in ends else ()


def _axis(what: Across | Upward, scale: Scale, title: str | None = None) -> dict[str, Any]:
    title = title or _TITLES[what]
    shape: dict[str, Any] = {"domain": [scale.low, scale.high], "nice": False}
    axis: dict[str, Any] = {"domain": True, "ticks": True, "tickSize": 4}
    if scale.log:
        title += " (logarithmic)"
        shape["type"] = "log"
        axis |= {"values": scale.ticks(), "labelOverlap": False}  # Vega-Lite's own would drop most of them
    else:
        shape["zero"] = False
        axis["tickCount"] = 5  # beside values, it would drop some of them
    if what == "cost":
        axis |= {"format": "$,.6~f"} if scale.log else dollars(scale.high)
    elif what == "latency":
        axis["format"] = ",.6~f"
    return {"title": title, "scale": shape, "axis": axis}


def layers_of(rows: Sequence[dict[str, Any]], plane: Plane, models: Sequence[str]) -> list[alt.Chart]:
    """Return what is drawn, from back to front."""
    import altair as alt

    fx, fy = f"{FIELD[plane.x]}:Q", f"{FIELD[plane.y]}:Q"
    x = alt.X(fx, **_axis(plane.x, plane.across))
    y = alt.Y(fy, **_axis(plane.y, plane.upward, plane.title))
    colours = model_colours(models)
    tooltip = [
        alt.Tooltip("model:N"),
        alt.Tooltip("usd_per_1k_calls:Q", format="$,.4f", title="US dollars per 1,000 calls"),
        alt.Tooltip("latency_p50_s:Q", format=".3f", title="median latency, s"),
        alt.Tooltip("calls:Q"),
    ]
    layers = []
    if len(plane.front) > 1:
        steps = [{FIELD[axis]: row[FIELD[axis]] for axis in (plane.x, plane.y)} for row in plane.front]
        layers.append(
            alt.Chart(alt.InlineData(steps))
            .mark_line(interpolate="step-after", style="front")
            .encode(x=x, y=y, order=alt.Order(fx))
        )
    if plane.y == "quality":
        tooltip.insert(3, alt.Tooltip("quality:Q", format=".3f", title=plane.title or "quality"))
        if any(row["judged"] for row in rows):
            tooltip.append(alt.Tooltip("judged:Q", title="judged"))
        if any(map(interval_of, rows)):
            tooltip += [alt.Tooltip("low:Q", format=".3f"), alt.Tooltip("high:Q", format=".3f")]
            layers.append(_rule("low", "high").encode(x=x, y=alt.Y("low:Q"), y2="high:Q", color=colours))
        low, high = f"{FIELD[plane.x]}_low", f"{FIELD[plane.x]}_high"
        if any(interval_of(row, f"{FIELD[plane.x]}_") for row in rows):
            layers.append(_rule(low, high).encode(x=alt.X(f"{low}:Q"), x2=f"{high}:Q", y=y, color=colours))
    dots = alt.Chart().encode(x=x, y=y, color=colours, tooltip=tooltip)
    layers += [
        dots.transform_filter("!datum.on_front").mark_point(size=80, strokeWidth=2, opacity=1, fill=PAPER),
        dots.transform_filter("datum.on_front").mark_point(size=110, opacity=1, filled=True),
    ]
    far = [row for row in rows if plane.labels[row["model"]].far]
    text = alt.Chart(alt.InlineData([_label(row, plane) for row in rows])).encode(x=x, y=y)
    if far:
        layers.append(
            alt.Chart(alt.InlineData([_label(row, plane) for row in far]))
            .mark_rule(style="leader", x2Offset=_each("_dx"), y2Offset=_each("_to"))
            .encode(x=x, y=y, x2=fx, y2=fy)
        )
    place: dict[str, Any] = {"align": _each("_align"), "dx": _each("_dx"), "dy": _each("_dy")}
    layers.append(text.mark_text(baseline="middle", **place).encode(text="_label:N"))
    return layers


def _rule(low: str, high: str) -> alt.Chart:
    import altair as alt

    chart: alt.Chart = (
        alt.Chart()
        .transform_filter(f"isValid(datum.{low}) && isValid(datum.{high})")
        .mark_rule(strokeWidth=1.5, opacity=0.55)
    )
    return chart


def _each(field: str) -> alt.ExprRef:
    import altair as alt

    return alt.ExprRef(f"datum.{field}")


def _label(row: Mapping[str, Any], plane: Plane) -> dict[str, Any]:
    place = plane.labels[row["model"]]
    kept = (FIELD[plane.x], FIELD[plane.y], "_label")
    return {key: row[key] for key in kept} | {
        "_dx": place.dx,
        "_dy": place.dy,
        "_align": place.align,
        "_to": place.edge,
    }
