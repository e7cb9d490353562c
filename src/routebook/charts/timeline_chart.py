"""The fan-out: when each call waited for its turn, for its first token, and streamed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from routebook.charts.spans import QUEUED, STREAMING, WAITING, Course, Courses, courses
from routebook.charts.style import BAD, NAME_ON_AXIS, WIDTH, model_axis, model_colours, shades
from routebook.charts.subject import Subject, subject
from routebook.costs import is_free_now
from routebook.lookup import count
from routebook.render.words import seconds

if TYPE_CHECKING:
    from routebook.charts.figure import Figure, Panels
    from routebook.comparison import Comparison

_SHADES: dict[str, float] = {QUEUED: 0.14, WAITING: 0.42, STREAMING: 1.0}
MOST_BARS = 300
"""Calls: of more, the chart shows how many were on their way at once."""
_MOST_ROWS = 1_200
_MOST_BINS = 160
_SINCE = "seconds since the first call was queued"
_CROSS = "M-.7,-.7L.7,.7M-.7,.7L.7,-.7"


def timeline(comparison: Comparison) -> Figure | Panels:
    """Chart when each call waited for its turn, for its first visible token, and streamed, and what failed when.

    A bar for each call, over the seconds since the first was queued; of more than 300 calls, how many of each model
    were on their way at once. Answers from the cache were not asked, and are not drawn; those of a recording are drawn
    with its times if there are no others.

    Raises
    ------
    RunError
        If the run is blind, or has no calls.
    """
    asked = subject(comparison)
    drawn = [call for call in comparison.calls if not is_free_now(call)]
    if not drawn:
        drawn = [call for call in comparison.calls if call.replayed]
    went = courses(drawn)
    by_model: dict[str, list[Course]] = {model: [] for model in asked.models}
    for course in went.of:
        by_model[str(course.call.model)].append(course)
    pieces = sum(len(course.spans) for course in went.of)
    words = [f"{model}: {_said(by_model[model], asked, model)}" for model in asked.models]
    notes = _notes(asked, drawn, went)
    if len(drawn) > MOST_BARS or pieces > _MOST_ROWS:
        return _panels(by_model, asked, notes, words)
    return _bars(by_model, asked, notes, words)


def _said(own: Sequence[Course], asked: Subject, model: str) -> str:
    if not own:
        return ("nothing asked" if asked.own[model] else "not asked") + asked.mark(model)
    busy = max(course.end_s for course in own) - min(course.begin_s for course in own)
    words = f"{count(len(own), 'call')}, {seconds(busy)}"
    if failed := sum(len(course.failed_s) for course in own):
        words += f", {count(failed, 'failure')}"
    return words + asked.mark(model)


def _notes(asked: Subject, drawn: Sequence[Any], went: Courses) -> list[str]:
    calls = asked.comparison.calls
    first = f"{count(len(drawn), 'call')} by wall-clock time"
    if drawn:
        first += f", {seconds(max(course.end_s for course in went.of))} in all"
    notes = [first + "."]
    if any(course.failed_s for course in went.of):
        notes[0] += " × marks an attempt that failed."
    if went.paused_s:
        notes.append(f"Left out: {_long(went.paused_s)} in which nothing went on.")
    if missing := len(calls) - len(drawn):
        notes.append(f"Not drawn, since not asked now: {count(missing, 'answer')} from the cache or a recording.")
    elif any(call.replayed for call in drawn):
        notes.append("Replayed: the times are those of the recording.")
    return [*notes, *(note for note in asked.notes(calls, "") if "made-up" in note)]


def _long(span_s: float) -> str:
    for unit, length_s in (("days", 86_400), ("hours", 3_600), ("minutes", 60)):
        if span_s >= 2 * length_s:
            return f"{span_s / length_s:.0f} {unit}"
    return seconds(span_s)


# ---- a bar for each call ---------------------------------------------------------------------------------------------


def _bars(
    by_model: Mapping[str, Sequence[Course]], asked: Subject, notes: Sequence[str], words: Sequence[str]
) -> Figure:
    import altair as alt

    from routebook.charts.figure import figure

    rows, failures = _bar_rows(by_model, asked)
    lanes = max((len(own) for own in by_model.values()), default=0) or 1
    thick = min(14.0, max(2.5, 420 / (lanes * len(asked.models))))
    labels = [
        {"model": model, "_label": line.partition(": ")[2]} for model, line in zip(asked.models, words, strict=True)
    ]
    y, colours = model_axis(asked.models, paddingInner=0.12, paddingOuter=0.06), model_colours(asked.models)
    offset = alt.YOffset("_lane:O", sort=None).scale(
        type="band", domain=list(range(lanes)), paddingInner=0.15 if thick > 6 else 0
    )

    end_s = max((course.end_s for own in by_model.values() for course in own), default=0.0) or 1.0

    def x(field: str) -> Any:
        scale = alt.Scale(domain=[0, end_s], nice=True)
        return alt.X(f"{field}:Q", title=_SINCE, scale=scale).axis(tickCount=6, domain=False, ticks=False)

    layers = []
    if rows:
        bars = alt.Chart().mark_bar()
        layers.append(
            bars.encode(
                y=y,
                yOffset=offset,
                x=x("begin_s"),
                x2="end_s:Q",
                color=colours,
                opacity=shades("phase", _SHADES, (row["phase"] for row in rows)),
                tooltip=[
                    alt.Tooltip("model:N"),
                    alt.Tooltip("prompt:Q", title="prompt no."),
                    alt.Tooltip("repeat:Q"),
                    alt.Tooltip("phase:N"),
                    alt.Tooltip("begin_s:Q", format=".2f", title="from, s"),
                    alt.Tooltip("end_s:Q", format=".2f", title="to, s"),
                ],
            )
        )
    if failures:
        crosses = alt.Chart(alt.InlineData(failures))
        tooltip = [alt.Tooltip("model:N"), alt.Tooltip("prompt:Q", title="prompt no."), alt.Tooltip("failure:N")]
        layers.append(
            crosses.mark_point(shape=_CROSS, size=60, strokeWidth=1.75, color=BAD, opacity=1).encode(
                y=y, yOffset=offset, x=x("at_s"), tooltip=tooltip
            )
        )
    beside = alt.value("width" if layers else 0)
    layers.append(
        alt.Chart(alt.InlineData(labels))
        .mark_text(align="left", dx=8, baseline="middle", style="soft")
        .encode(y=y, x=beside, text="_label:N")
    )
    return figure(
        layers,
        rows,
        title="When each call was waiting, and when it streamed",
        notes=notes,
        words=words,
        height=max(26.0, thick * lanes * 1.14) * len(asked.models),
    )


def _bar_rows(
    by_model: Mapping[str, Sequence[Course]], asked: Subject
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    numbers: dict[str, int] = {}
    for prompt in asked.comparison.prompts:
        numbers.setdefault(prompt.id, len(numbers) + 1)
    rows: list[dict[str, Any]] = []
    failures: list[dict[str, Any]] = []
    for model, own in by_model.items():
        for lane, course in enumerate(sorted(own, key=lambda one: (_sent(one), one.end_s))):
            who = {
                "model": model,
                "prompt": numbers[course.call.prompt_id],
                "repeat": course.call.repeat,
                "_lane": lane,
            }
            rows += [
                {**who, "phase": span.phase, "begin_s": round(span.begin_s, 4), "end_s": round(span.end_s, 4)}
                for span in course.spans
            ]
            kinds = [attempt.failure.kind for attempt in course.call.attempts]
            if course.call.failure is not None:
                kinds.append(course.call.failure.kind)
            failures += [
                {**who, "at_s": round(at_s, 4), "failure": kind.replace("_", " ")}
                for at_s, kind in zip(course.failed_s, kinds, strict=True)
            ]
    return rows, failures


def _sent(course: Course) -> float:
    return next((span.begin_s for span in course.spans if span.phase != QUEUED), course.end_s)


# ---- how many at once ------------------------------------------------------------------------------------------------


def _panels(
    by_model: Mapping[str, Sequence[Course]], asked: Subject, notes: Sequence[str], words: Sequence[str]
) -> Panels:
    import altair as alt

    from routebook.charts.figure import Panels, heading

    shown = {model: own for model, own in by_model.items() if own}
    rows = _panel_rows(shown, words=dict(zip(asked.models, words, strict=True)))
    height = 80 if len(shown) <= 6 else 56
    x = alt.X("begin_s:Q", title=_SINCE).axis(tickCount=6, grid=True, domain=False, ticks=False)
    tooltip = [
        alt.Tooltip("model:N"),
        alt.Tooltip("begin_s:Q", format=".1f", title="from, s"),
        alt.Tooltip("waiting:Q", format=".1f", title=WAITING),
        alt.Tooltip("streaming:Q", format=".1f"),
        alt.Tooltip("failed:Q", title="attempts failed"),
    ]
    phases = (WAITING, STREAMING)
    base = alt.Chart().encode(x=x)

    def area(field: str, phase: str) -> Any:
        y = alt.Y(f"{field}:Q", title=None, stack=False)
        return (
            base.transform_calculate(phase=f"'{phase}'")
            .mark_area(interpolate="step-after")
            .encode(
                y=y.axis(tickCount=2, tickMinStep=1, domain=False, ticks=False),
                color=model_colours(asked.models),
                opacity=shades("phase", {phase: _SHADES[phase] for phase in phases}, phases),
                tooltip=tooltip,
            )
        )

    failures = (
        base.transform_filter("datum.failed > 0")
        .mark_point(shape=_CROSS, size=40, strokeWidth=1.75, color=BAD, opacity=1, yOffset=-7)
        .encode(y=alt.value(0), tooltip=tooltip)
    )
    labels = (
        base.transform_filter("isValid(datum._label)")
        .mark_text(align="left", dx=8, baseline="middle", style="soft")
        .encode(x=alt.value("width"), y=alt.value(height / 2), text="_label:N")
    )
    # Those streaming are drawn over all that were sent: what is left to see of these were waiting.
    panel = alt.layer(area("_sent", WAITING), area("streaming", STREAMING), failures, labels)
    return Panels(
        data=alt.InlineData(rows),
        spec=panel.properties(width=WIDTH, height=height),
        facet={
            "row": alt.Row("model:N", title=None, sort=list(shown)).header(
                labelAngle=0, labelAlign="left", labelLimit=0, labelExpr=NAME_ON_AXIS, labelPadding=8
            )
        },
        spacing=24,
        title=heading("How many calls were on their way at once", notes),
        description="\n".join(words),
    )


def _panel_rows(by_model: Mapping[str, Sequence[Course]], words: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return for each model and bin of time how many calls waited and streamed, on the mean of the bin."""
    end_s = max(course.end_s for own in by_model.values() for course in own) or 1.0
    bins = max(2, min(_MOST_BINS, _MOST_ROWS // len(by_model)))
    width_s = end_s / bins
    rows: list[dict[str, Any]] = []
    for model, own in by_model.items():
        busy = {phase: [0.0] * (bins + 1) for phase in (WAITING, STREAMING)}  # one more: the end, where nothing is left
        failed = Counter(min(bins - 1, int(at_s / width_s)) for course in own for at_s in course.failed_s)
        for course in own:
            for span in course.spans:
                if span.phase in busy:
                    _spread(busy[span.phase], span.begin_s / width_s, span.end_s / width_s)
        last = min(bins, 1 + int(max(course.end_s for course in own) / width_s))
        for number in range(last + 1):
            waiting, streaming = round(busy[WAITING][number], 3), round(busy[STREAMING][number], 3)
            rows.append(
                {
                    "model": model,
                    "begin_s": round(number * width_s, 3),
                    "waiting": waiting,
                    "streaming": streaming,
                    "failed": failed[number],
                    "_sent": round(waiting + streaming, 3),
                }
            )
        rows[-1]["_label"] = words[model].partition(": ")[2]
    return rows


def _spread(bins: list[float], begin: float, end: float) -> None:
    """Add the part of each bin that lies between two places, counted in bins."""
    for number in range(int(begin), min(len(bins), int(end) + 1)):
        bins[number] += max(0.0, min(end, number + 1) - max(begin, number))
