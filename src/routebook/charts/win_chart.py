"""Who wins against whom: each model's share of the pairs it was judged in, one model against another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from routebook.charts.style import SOFT, direct_names
from routebook.charts.subject import subject
from routebook.lookup import count

if TYPE_CHECKING:
    from routebook.charts.figure import Figure
    from routebook.comparison import Comparison

_CELL = 64  # pixels


def wins(comparison: Comparison, by: str | None = None) -> Figure:
    """Chart for each two models the share of their pairs that the one to the left won, ties as half.

    The best by `Comparison.ranking` stands first. A pair that was never judged is empty.

    Parameters
    ----------
    comparison
        The run.
    by
        Whose word: ``people``, a judge or a person; by default people's, where there is any.

    Raises
    ------
    RunError
        If the run is blind, or has no calls.
    JudgmentError
        If no pair was judged, or none by that name.
    """
    from routebook.judging.figures.ranking import ranking

    asked = subject(comparison)
    ranked = ranking(comparison, by, rounds=100)  # for the order; its intervals are not drawn
    models = [str(model) for model in ranked.frame["model"]]
    names = direct_names(models)
    rows = []
    pairs: Any = ranked.pairs.itertuples(index=False)
    for pair in pairs:
        share = (pair.wins_a + pair.ties / 2) / pair.n
        for model, other, won in ((pair.model_a, pair.model_b, share), (pair.model_b, pair.model_a, 1 - share)):
            rows.append({"model": model, "against": other, "share_won": won, "n": int(pair.n)})
    for row in rows:
        row |= {"_row": names[row["model"]], "_column": names[row["against"]], "_share": f"{row['share_won']:.0%}"}
        row["_n"] = f"n={row['n']:,}"
    import altair as alt

    from routebook.charts.figure import figure

    shown = [names[model] for model in models]
    axis: dict[str, Any] = {"ticks": False, "domain": False, "grid": False, "labelLimit": 0, "labelPadding": 8}
    y = alt.Y("_row:N", title=None).scale(domain=shown, type="band", paddingInner=0.04).axis(**axis, labelFontSize=12)
    x = (
        alt.X("_column:N", title="against")
        .scale(domain=shown, type="band", paddingInner=0.04)
        .axis(**axis, orient="top", labelAngle=-30 if len(models) > 3 else 0)
    )
    cells = alt.Chart().encode(x=x, y=y)
    tooltip = [
        alt.Tooltip("model:N"),
        alt.Tooltip("against:N"),
        alt.Tooltip("share_won:Q", format=".1%", title="share won"),
        alt.Tooltip("n:Q", title="pairs"),
    ]
    side = min(_CELL, 900 // len(models)) * len(models)
    small = len(models) > 12
    layers = [
        cells.mark_rect(fill=SOFT).encode(
            opacity=alt.Opacity("share_won:Q", legend=None).scale(domain=[0, 1], range=[0.02, 0.55]), tooltip=tooltip
        ),
        cells.mark_text(baseline="middle", dy=0 if small else -6, fontSize=10 if small else 13).encode(text="_share:N"),
    ]
    if not small:
        layers.append(cells.mark_text(baseline="middle", dy=10, fontSize=10, style="soft").encode(text="_n:N"))
    chart = figure(
        layers,
        rows,
        title="How often a model's answer was better than another's",
        notes=[
            f"Row against column: share of their pairs won, by {ranked.by}, ties as half.",
            f"{count(int(ranked.pairs['n'].sum()), 'pair')} judged; best first.",
            *asked.notes(comparison.calls),
        ],
        words=[f"{row['model']} against {row['against']}: {row['_share']} of {row['n']:,}" for row in rows],
        height=side,
    )
    made: Figure = chart.properties(width=side)
    return made
