"""A neutrality check as a notebook and a terminal show it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from routebook.lookup import count
from routebook.render.report import Block, Report, chance, figure, percent, signed, span
from routebook.render.words import usd
from routebook.routing.evidence.estimates import Estimate
from routebook.routing.evidence.wording import all_simulated, block, ratio

if TYPE_CHECKING:
    from routebook.routing.evidence.neutrality import Neutrality


def report(made: Neutrality) -> Report:
    """Show the choices beside what beats them, vendor by vendor, and what they cost."""
    outcomes = made.assigned.outcomes
    flagged = f"{len(made.flagged):,} of {count(len(made.rows), 'route')} flagged"
    favour = made.favour
    cost = []
    if favour.routes:
        words = f"The flagged choices forgo {figure(favour.quality)} of quality ({span(favour.low, favour.high)})"
        if favour.usd_per_1k_prompts > 0:
            ends = "" if favour.usd_low != favour.usd_low else f" ({usd(favour.usd_low)} to {usd(favour.usd_high)})"
            words += f" and cost {usd(favour.usd_per_1k_prompts)}{ends} too much per 1,000 prompts"
        cost = [f"{words}, over all prompts."]
    return Report(
        f"Neutrality of policy {made.assigned.policy.name!r}",
        [count(len(made.assigned.route), "prompt"), flagged],
        [_routes(made), _vendors(made)],
        [*cost, *made.notes],
        simulated=all_simulated(outcomes),
    )


def _routes(made: Neutrality) -> Block:
    titles = (
        "route", "choice", "vendor", "prompts", "quality", "verdict", "beside", "its vendor", "its lead",
        "95 % interval", "its cost", "p, corrected",
    )  # fmt: skip
    rows = [
        (
            row.tag, row.model, _vendor(row.vendor, row.own), f"{row.prompts:,}", figure(row.quality), row.verdict,
            row.by, _vendor(row.by_vendor, row.by_own), signed(row.gain) if row.by else "",
            span(row.gain_low, row.gain_high, sign=True) if row.by else "",
            ratio(Estimate(row.cost_ratio, row.ratio_low, row.ratio_high, 0)) if row.by else "",
            chance(row.p_adjusted),
        )
        for row in made.rows
    ]  # fmt: skip
    return block(titles, rows, "Each route's choice, and the model that beats it")


def _vendor(vendor: str, own: bool) -> str:
    return f"{vendor} (the host's own)" if own else vendor


def _vendors(made: Neutrality) -> Block:
    titles = (
        "vendor", "chosen for", "of the prompts", "flagged", "others' best gets", "95 % interval", "p, corrected",
        "verdict",
    )  # fmt: skip
    rows = [
        (
            row.vendor, count(row.routes, "route"), percent(row.share), f"{row.flagged:,}", signed(row.others_gain),
            span(row.low, row.high, sign=True), chance(row.p_adjusted), row.verdict,
        )
        for row in made.by_vendor
    ]  # fmt: skip
    return block(titles, rows, "Each vendor's choices together, beside the other vendors' best at no higher cost")
