"""How good each model's answers are, with intervals: over all prompts, and tag by tag."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from routebook.charts.quality import Judged, judged
from routebook.charts.style import listed, model_axis, model_colours, short_name
from routebook.charts.subject import Subject, subject
from routebook.lookup import count
from routebook.render.report import figure, span

if TYPE_CHECKING:
    import pandas as pd

    from routebook.charts.figure import Figure
    from routebook.comparison import Comparison

MOST_TAGS = 20


def quality(comparison: Comparison, by: str | None = None) -> Figure:
    """Chart how good each model's answers are: the mean over prompts, and its 95 % interval as in `Comparison.quality`.

    Parameters
    ----------
    comparison
        The run.
    by
        Whose word: a check, a judge, ``people`` or a person; not needed where there is one. Of who judged pairs, the
        share of its pairs that a model won, ties as half.

    Raises
    ------
    RunError
        If the run is blind, or has no calls.
    JudgmentError
        If nothing was judged, or nothing by that name, or there are several names and none was given.
    """
    asked, word = subject(comparison), judged(comparison, by)
    rows = [_row(asked, row) for row in word.report.frame.itertuples(index=False)]
    import altair as alt

    from routebook.charts.figure import figure

    y, colours, x = model_axis(asked.models), model_colours(asked.models), _shares(word.axis)
    spans = alt.Chart().transform_filter("isValid(datum.quality)")
    right = alt.Chart().encode(y=y, text="_label:N")
    return figure(
        [
            spans.mark_rule(strokeWidth=2.5).encode(y=y, x=x("low"), x2="high:Q", color=colours),
            spans.mark_point(filled=True, size=90, opacity=1).encode(
                y=y, x=x("quality"), color=colours, tooltip=_tooltip(word)
            ),
            right.transform_filter("isValid(datum.quality)")
            .mark_text(align="left", dx=10, baseline="middle", fontSize=11)
            .encode(x=x("high")),
            right.transform_filter("!isValid(datum.quality)")
            .mark_text(align="left", dx=6, baseline="middle", style="soft")
            .encode(x=alt.value(0)),
        ],
        rows,
        title="How good each model's answers are",
        notes=[*_notes(word), *asked.notes(comparison.calls)],
        words=[f"{row['model']}: {row['_label']}" for row in rows],
        height=max(90, len(rows) * 42),
    )


def quality_by_tag(comparison: Comparison, by: str | None = None) -> Figure:
    """Chart how good each model's answers are on each kind of task; as `quality`, of the 20 tags with most prompts.

    A prompt with two tags counts in both; one without a tag is left out.

    Raises
    ------
    RunError
        If the run is blind, or has no calls.
    JudgmentError
        As `quality`, or if no judged prompt has a tag.
    """
    asked, word = subject(comparison), judged(comparison, by)
    frame = word.report.by_tag
    sizes = {str(tag): int(prompts) for tag, prompts in frame.groupby("tag", sort=False)["prompts"].max().items()}
    if not sizes:
        from routebook.errors import JudgmentError

        raise JudgmentError("No judged prompt has a tag: give tags=... (%%compare --tag coding) when asking.")
    tags = sorted(sizes, key=lambda tag: -sizes[tag])[:MOST_TAGS]
    heads = {tag: f"{short_name(tag)} (n={sizes[tag]:,})" for tag in tags}
    tagged: Any = frame.itertuples(index=False)
    rows = [_row(asked, row) | {"tag": row.tag, "_tag": heads[row.tag]} for row in tagged if row.tag in heads and row.n]
    import altair as alt

    from routebook.charts.figure import figure

    models = [model for model in asked.models if any(row["model"] == model for row in rows)]
    y = (
        alt.Y("_tag:N", title=None, sort=None)
        .scale(type="band", domain=list(heads.values()), paddingInner=0.35)
        .axis(ticks=False, domain=False, labelLimit=0, labelFontSize=12, labelPadding=8, grid=False)
    )
    offset = alt.YOffset("model:N", sort=None).scale(domain=models, paddingInner=0.2)
    colours = model_colours(models).legend(
        orient="top", symbolStrokeWidth=0, symbolType="circle", labelLimit=0, title=None, columns=_columns(models)
    )
    x = _shares(word.axis)
    spans = alt.Chart().encode(y=y, yOffset=offset, color=colours)
    missing = [tag for tag in sizes if tag not in heads]
    return figure(
        [
            spans.mark_rule(strokeWidth=2.5).encode(x=x("low"), x2="high:Q"),
            spans.mark_point(filled=True, size=60, opacity=1).encode(
                x=x("quality"), tooltip=[alt.Tooltip("tag:N"), *_tooltip(word)]
            ),
        ],
        rows,
        title="How good each model's answers are, by kind of task",
        notes=[
            f"{word.note.split(';')[0]}; n prompts of a tag.",
            *([f"Not drawn, with fewer prompts: {listed(missing)}."] if missing else []),
            *asked.notes(comparison.calls),
        ],
        words=[f"{row['tag']}, {row['model']}: {row['_label']}" for row in rows],
        height=max(90, len(tags) * max(26, 16 * len(models) + 10)),
    )


def _columns(models: Sequence[str]) -> int:
    return max(1, min(len(models), 90 // max(8, max(map(len, models)) + 3)))


def _shares(title: str) -> Any:
    import altair as alt

    def x(field: str) -> Any:
        axis: dict[str, Any] = {"domain": False, "ticks": False, "tickCount": 5, "format": ".1f"}
        return alt.X(f"{field}:Q", title=title).scale(domain=[0, 1]).axis(**axis)

    return x


def _tooltip(word: Judged) -> list[Any]:
    import altair as alt

    return [
        alt.Tooltip("model:N"),
        alt.Tooltip("quality:Q", format=".3f", title="share of pairs won" if word.pairs else "quality"),
        alt.Tooltip("low:Q", format=".3f"),
        alt.Tooltip("high:Q", format=".3f"),
        alt.Tooltip("n:Q", title="pairs" if word.pairs else "answers"),
        alt.Tooltip("prompts:Q"),
    ]


def _row(asked: Subject, row: Any) -> dict[str, Any]:
    if not row.n:
        return {"model": row.model, "n": 0, "_label": "not judged" + asked.mark(row.model)}
    label = f"{figure(row.quality)} ({span(row.low, row.high)}), n={row.n:,}"
    figures = {"quality": row.quality, "low": row.low, "high": row.high, "n": int(row.n), "prompts": int(row.prompts)}
    return {"model": row.model, **figures, "_label": label + asked.mark(row.model)}


def _notes(word: Judged) -> list[str]:
    frame: pd.DataFrame = word.report.frame
    failed = int(frame["errors"].sum()) if "errors" in frame else 0
    notes = [word.note]
    if failed:
        notes.append(f"{count(failed, 'judgment')} could not be had, and count as nothing: see run.scores['error'].")
    return notes
