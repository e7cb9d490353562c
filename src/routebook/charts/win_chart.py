"""Who wins against whom: each model's share of the pairs it was judged in, one model against another."""

from __future__ import annotations

from itertools import combinations
from statistics import fmean
from typing import TYPE_CHECKING, Any

from routebook.charts.style import SOFT, direct_names
from routebook.charts.subject import subject
from routebook.lookup import count
from routebook.render.report import percent

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
    from routebook.judging.figures.ranking import HINT, ranking
    from routebook.judging.tables import pair_rows, said_by

    asked = subject(comparison)
    ranked = ranking(comparison, by, rounds=100)  # for the order; its intervals are not drawn
    models = [str(model) for model in ranked.frame["model"]]
    names = direct_names(models)
    shares: dict[tuple[str, str], list[float]] = {}  # not of `ranked.pairs`, where a judge's half-verdict counts as won
    for row in said_by(pair_rows(comparison), ranked.by, what="pairs", hint=HINT):
        if row.share_a is not None:
            shares.setdefault((row.model_a, row.model_b), []).append(row.share_a)
            shares.setdefault((row.model_b, row.model_a), []).append(1 - row.share_a)
    rows: list[dict[str, Any]] = []
    for pair in combinations(models, 2):
        for model, other in (pair, pair[::-1]):
            if won := shares.get((model, other)):
                cell = {"model": model, "against": other, "share_won": fmean(won), "n": len(won)}
                shown = {"_share": percent(fmean(won)), "_n": f"n={len(won):,}"}
                rows.append({**cell, **shown, "_row": names[model], "_column": names[other]})
    import altair as alt

    from routebook.charts.figure import figure

    heads = [names[model] for model in models]
    axis: dict[str, Any] = {"ticks": False, "domain": False, "grid": False, "labelLimit": 0, "labelPadding": 8}
    y = alt.Y("_row:N", title=None).scale(domain=heads, type="band", paddingInner=0.04).axis(**axis, labelFontSize=12)
    x = (
        alt.X("_column:N", title="against")
        .scale(domain=heads, type="band", paddingInner=0.04)
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
