"""What is paid for what is got: cost against latency or quality, with the models that no other beats on both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import sqrt
from statistics import fmean, stdev
from typing import TYPE_CHECKING, Any, get_args

from routebook.charts.pareto import front
from routebook.charts.plane import FIELD, HEIGHT, Across, Upward, interval_of, layers_of, plane_of
from routebook.charts.quality import Good, Judged, judged, quality_given
from routebook.charts.style import direct_names, listed
from routebook.charts.subject import Subject, subject
from routebook.errors import OptionError
from routebook.lookup import count, either
from routebook.render.report import figure as shown
from routebook.render.report import span
from routebook.render.words import seconds, usd

if TYPE_CHECKING:
    import altair as alt

    from routebook.calls import Call
    from routebook.charts.figure import Figure
    from routebook.comparison import Comparison
    from routebook.pricing.tariff import Price

_MISSING = {"cost": "cost unknown", "latency": "no answer to time", "quality": "quality unknown"}
_KNOWN = {"cost": "a known price", "latency": "an answer to time", "quality": "a known quality"}


def tradeoff(comparison: Comparison, x: Across = "cost", y: Upward | None = None, *, quality: Any = None) -> Figure:
    """Chart each model's cost, or latency, against its latency or its quality; a line joins those that no other beats.

    Cost is the mean over the calls whose price is known, as in `Comparison.summary`, in US dollars per 1,000 calls;
    latency the median seconds to the end of an answer. A model of which either is unknown is named above the chart,
    and not drawn. An axis on which the models are more than 20 times apart is logarithmic.

    Parameters
    ----------
    comparison
        The run.
    x
        ``cost`` or ``latency``.
    y
        ``latency`` or ``quality``; by default quality where it is given, else latency.
    quality
        How good the models are: the name of a check, a judge or ``people`` (as ``by=`` of `Comparison.quality`); or
        numbers from 0 to 1, as a mapping of models or a table with the columns ``model``, ``quality`` and perhaps
        ``low`` and ``high``. ``y="quality"`` alone takes the only name there is. Of a name the intervals are those of
        95 % in both directions: of its quality, and of the mean cost over prompts (Student's) or the median latency
        (from its order statistics).

    Raises
    ------
    RunError
        If the run is blind, or has no calls.
    OptionError
        If an axis or the quality is not one of these.
    JudgmentError
        If there is no quality of that name, or none at all.
    ModelError
        If the quality is of a model that the run has not.
    """
    upward: Upward = y or ("latency" if quality is None else "quality")
    _check(x, upward, quality)
    asked = subject(comparison)
    word = (
        judged(comparison, quality) if upward == "quality" and (quality is None or isinstance(quality, str)) else None
    )
    known = word.by_model if word else quality_given(quality, asked.models) if upward == "quality" else {}
    rows, missing = _rows(asked, x, upward, known)
    title = word.axis if word else None
    plane = plane_of(rows, x, upward, title=title) if rows else None
    shown = [row for row in rows if row["on_front"]]

    from routebook.charts.figure import figure

    return figure(
        layers_of(rows, plane, asked.models) if plane else [_nothing(x, upward)],
        rows,
        title=_TITLES[x, upward],
        notes=_notes(asked, upward, rows, missing, word),
        words=[
            *(f"{row['model']}: {_said(row, x, upward)}{', on the front' if row in shown else ''}" for row in rows),
            *(f"{model}: {why}" for model, why in missing.items()),
        ],
        height=HEIGHT if rows else 80,
    )


_TITLES = {
    ("cost", "latency"): "What a model costs, against how long it takes",
    ("cost", "quality"): "What a model costs, against how good its answers are",
    ("latency", "quality"): "How long a model takes, against how good its answers are",
}


def _check(x: str, y: str, quality: object) -> None:
    if x not in get_args(Across):
        raise OptionError(f"x is {either(get_args(Across))}, not {x!r}.")
    if y not in get_args(Upward):
        raise OptionError(f"y is {either(get_args(Upward))}, not {y!r}.")
    if x == y:
        raise OptionError(f"x and y are both {x}: say y='quality', or x='cost'.")
    if quality is not None and y != "quality":
        raise OptionError("quality was given, and neither axis shows it: say y='quality', or leave y out.")


def _rows(
    asked: Subject, x: Across, y: Upward, quality: Mapping[str, Good]
) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """Return a row for each model that has a place, and why the others have none."""
    rows: list[dict[str, Any]] = []
    missing: dict[str, str] = {}
    names = direct_names(asked.models)
    for facts in asked.comparison.model_rows:
        model = str(facts["model"])
        good = quality.get(model)
        row: dict[str, Any] = {
            "model": model,
            "usd_per_1k_calls": facts["usd_per_1k_calls"],
            "latency_p50_s": facts["latency_p50_s"],
            "calls": facts["calls"],
        }
        if y == "quality":
            row["quality"] = good and good.value
            row |= {"low": good and good.low, "high": good and good.high, "judged": good and good.judged}
            ends = _across(asked.own[model], x)
            row |= {f"{FIELD[x]}_{end}": value for end, value in zip(("low", "high"), ends, strict=True)}
        lacking = [_MISSING[axis] for axis in (x, y) if row[FIELD[axis]] is None]
        if lacking:
            missing[model] = ", ".join(lacking) if facts["calls"] else "not asked"
            continue
        priced = sum(price is not None for _, price in asked.own[model])
        label = names[model] + (f" (n={good.judged:,})" if good and good.judged else "")
        if x == "cost" and priced < len(asked.own[model]):
            label += f", {priced} of {len(asked.own[model])} priced"
        rows.append(row | {"_label": label + asked.mark(model)})
    sign = -1 if y == "quality" else 1
    best = front({row["model"]: (row[FIELD[x]], sign * row[FIELD[y]]) for row in rows})
    for row in rows:
        row["on_front"] = row["model"] in best
    return rows, missing


def _across(own: Sequence[tuple[Call, Price | None]], x: Across) -> tuple[float | None, float | None]:
    """Return the 95 % interval of a model's mean cost, or median latency; unknown of too few prompts or calls."""
    from scipy.special import bdtrik, stdtrit

    if x == "latency":
        times = sorted(call.latency_s for call, _ in own if call.status == "ok" and call.latency_s is not None)
        # Order statistics whose ranks a binomial variable passes in 2.5 % of cases each (doi:10.1002/0471722162).
        below = int(bdtrik(0.025, len(times), 0.5)) if len(times) > 5 else -1
        return (times[below], times[-1 - below]) if below >= 0 else (None, None)
    of: dict[str, list[float]] = {}
    for call, price in own:
        if price is not None:
            of.setdefault(call.prompt_id, []).append(1000 * float(price.usd))
    if len(of) < 2:
        return None, None
    means = [fmean(costs) for costs in of.values()]
    half = float(stdtrit(len(means) - 1, 0.975)) * stdev(means) / sqrt(len(means))
    return max(fmean(means) - half, min(means)), fmean(means) + half  # no cheaper than its cheapest prompt


def _nothing(x: Across, y: Upward) -> alt.Chart:
    import altair as alt

    chart: alt.Chart = (
        alt.Chart(alt.InlineData([{"_label": f"No model has both {_KNOWN[x]} and {_KNOWN[y]}."}]))
        .mark_text(align="left", baseline="middle", style="soft")
        .encode(x=alt.value(0), y=alt.value(20), text="_label:N")
    )
    return chart


def _said(row: Mapping[str, Any], x: Across, y: Upward) -> str:
    words = {"cost": f"{usd(row['usd_per_1k_calls'])} per 1,000 calls", "latency": seconds(row["latency_p50_s"])}
    if y == "quality":
        words["quality"] = f"quality {shown(row['quality'])}"
        if interval := interval_of(row):
            words["quality"] += f" ({span(interval[0], interval[1])})"
        if row["judged"] is not None:
            words["quality"] += f", n={row['judged']:,}"
    return ", ".join(words[axis] for axis in (x, y))


def _notes(
    asked: Subject, y: Upward, rows: Sequence[dict[str, Any]], missing: Mapping[str, str], word: Judged | None
) -> list[str]:
    calls = asked.comparison.calls
    notes = [f"Over {count(len(calls), 'call')}."]
    if len(rows) > 1:
        notes[0] += f" {'Upper' if y == 'quality' else 'Lower'} left is better."
        joined = ", on the line" if sum(row["on_front"] for row in rows) > 1 else ""
        notes[0] += f" Filled{joined}: no other model beats it on both."
    if word:
        notes.append(word.note)
    elif any(map(interval_of, rows)):
        notes.append("Upright lines: the interval given.")
    reasons: dict[str, list[str]] = {}
    for model, why in missing.items():
        reasons.setdefault(why, []).append(model)
    notes += [f"Not drawn, {why}: {listed(models)}." for why, models in reasons.items()]
    return [*notes, *asked.notes(calls, "with the price and the times of when asked")]
