"""Whether judges, checks and people say the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from routebook.charts.style import SOFT, short_name
from routebook.charts.subject import subject
from routebook.render.report import figure as shown
from routebook.render.report import percent

if TYPE_CHECKING:
    from routebook.charts.figure import Figure
    from routebook.comparison import Comparison

MOST_PAIRS = 40
_WIDTH = 420  # pixels: names to the left and words to the right are long, and a cell is some 850 wide


def agreement(comparison: Comparison) -> Figure:
    """Chart how often each two of those who judged say the same, with its 95 % interval.

    Beside it stands Krippendorff's alpha, which counts what chance alone would give as 0. The 40 pairs with most in
    common are drawn; see `Comparison.agreement` for all.

    Raises
    ------
    RunError
        If the run is blind, or has no calls.
    JudgmentError
        If fewer than two judged the same answers.
    """
    asked = subject(comparison)
    from routebook.errors import JudgmentError
    from routebook.judging.figures.agreement import agreement as agreement_of

    frame = agreement_of(comparison).frame
    if frame.empty:
        raise JudgmentError(
            "Nobody shares a word yet: two who judge the same answers are needed, judges, checks or people."
        )
    frame = frame.sort_values("n", ascending=False, kind="stable").head(MOST_PAIRS)
    rows = []
    twos: Any = frame.itertuples(index=False)
    for row in twos:
        alpha = f"alpha {shown(row.alpha)}" if row.alpha == row.alpha else "alpha unknown"
        rows.append(
            {
                "rater_a": row.rater_a,
                "rater_b": row.rater_b,
                "kind": row.kind,
                "agreement": row.agreement,
                "low": row.low,
                "high": row.high,
                "alpha": row.alpha if row.alpha == row.alpha else None,
                "n": int(row.n),
                "_pair": f"{short_name(row.rater_a)}  ·  {short_name(row.rater_b)}, {row.kind}",
                "_label": f"{percent(row.agreement)}, {alpha}, n={row.n:,}",
            }
        )
    import altair as alt

    from routebook.charts.figure import figure

    y = (
        alt.Y("_pair:N", title=None, sort=None)
        .scale(domain=[row["_pair"] for row in rows], type="band")
        .axis(ticks=False, domain=False, labelLimit=0, labelFontSize=12, labelPadding=8)
    )

    def x(field: str) -> alt.X:
        made: alt.X = (
            alt.X(f"{field}:Q", title="share of answers of which both say the same")
            .scale(domain=[0, 1])
            .axis(format=".0%", tickCount=5, domain=False, ticks=False)
        )
        return made

    base = alt.Chart().encode(y=y)
    chart = figure(
        [
            base.mark_rule(strokeWidth=2.5, color=SOFT).encode(x=x("low"), x2="high:Q"),
            base.mark_point(filled=True, size=80, opacity=1, color=SOFT).encode(
                x=x("agreement"),
                tooltip=[
                    alt.Tooltip("rater_a:N", title="one"),
                    alt.Tooltip("rater_b:N", title="other"),
                    alt.Tooltip("kind:N", title="of"),
                    alt.Tooltip("agreement:Q", format=".1%"),
                    alt.Tooltip("alpha:Q", format=".3f", title="Krippendorff's alpha"),
                    alt.Tooltip("n:Q", title="judged by both"),
                ],
            ),
            base.mark_text(align="left", dx=10, baseline="middle", fontSize=11).encode(x=x("high"), text="_label:N"),
        ],
        rows,
        title="Whether judges, checks and people say the same",
        notes=[
            "Lines: 95 % interval over prompts; n judged by both. Alpha: 1 where they always agree, 0 as by chance.",
            *asked.notes(comparison.calls),
        ],
        words=[f"{row['rater_a']} and {row['rater_b']}, {row['kind']}: {row['_label']}" for row in rows],
        height=max(90, len(rows) * 38),
    )
    made: Figure = chart.properties(width=_WIDTH)
    return made
