"""A drift check as a notebook and a terminal show it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from routebook.lookup import count
from routebook.outcomes.columns import listed
from routebook.render.report import Block, Report, chance, figure, percent, signed, span
from routebook.routing.evidence.check import FAILS
from routebook.routing.evidence.estimates import Estimate
from routebook.routing.evidence.wording import all_simulated, block, ratio

if TYPE_CHECKING:
    from routebook.routing.evidence.check import Drift


def report(made: Drift) -> Report:
    """Show each route's verdict, and what changed."""
    failing = sum(row.verdict == FAILS for row in made.rows)
    facts = [
        count(len(made.assigned.route), "new prompt"),
        f"{failing:,} of {count(len(made.rows), 'route')} {'does' if failing == 1 else 'do'} not hold",
        *(["evidence expired"] if made.expired else []),
    ]
    return Report(
        f"Check of policy {made.policy.name!r}",
        facts,
        [_verdicts(made), _changes(made)],
        made.notes,
        simulated=all_simulated(made.assigned.outcomes),
    )


def _verdicts(made: Drift) -> Block:
    rows = [
        (
            row.tag,
            listed([str(rule) for rule in row.rules]) or "none",
            row.model,
            row.verdict,
            row.why,
            f"{row.prompts:,}",
            percent(row.share),
            percent(row.share_before),
        )
        for row in made.rows
    ]
    titles = ("route", "rules", "first model", "verdict", "why", "prompts", "share", "share then")
    return block(titles, rows, "Does each route hold?")


def _changes(made: Drift) -> Block:
    rows = [
        (
            row.tag,
            figure(row.quality_before),
            figure(row.quality),
            signed(row.change),
            span(row.change_low, row.change_high, sign=True),
            chance(row.p_adjusted),
            ratio(Estimate(row.cost_ratio, row.ratio_low, row.ratio_high, 0)),
            percent(row.slower),
        )
        for row in made.rows
        if row.n
    ]
    titles = (
        "route", "quality then", "now", "change", "95 % interval", "p, corrected", "cost", "slower than 95 % then",
    )  # fmt: skip
    return block(titles, rows, "What changed")
