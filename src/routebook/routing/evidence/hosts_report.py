"""A comparison of hosts as a notebook and a terminal show it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from routebook.lookup import count
from routebook.render.report import Block, Report, chance, figure, percent, signed, span
from routebook.render.words import seconds, usd
from routebook.routing.evidence.estimates import Estimate
from routebook.routing.evidence.wording import block, ratio

if TYPE_CHECKING:
    from routebook.routing.evidence.hosts import Hosts


def report(made: Hosts) -> Report:
    """Show each host's price and times, then what is found of every two of them."""
    return Report(
        "One model at several hosts",
        [count(len(made.groups), "model"), count(len(made.rows), "offer")],
        [_offers(made), _pairs(made)],
        [*(f"{row.model_a} and {row.model_b}: {row.words}." for row in made.by_pair), *made.notes],
        simulated=all(row.simulated for row in made.rows),
    )


def _offers(made: Hosts) -> Block:
    rows = [
        (
            row.model,
            row.name,
            f"{row.prompts:,}",
            usd(row.usd_per_1k_prompts),
            seconds(row.latency_p50_s),
            seconds(row.latency_p95_s),
            figure(row.quality),
            span(row.low, row.high),
        )
        for row in made.rows
    ]
    titles = ("offer", "model", "prompts", "per 1,000 prompts", "median", "95 % within", "quality", "95 % interval")
    return block(titles, rows, "Each host", [row[0] for row in rows])


def _pairs(made: Hosts) -> Block:
    rows = [
        (
            f"{row.model_a} – {row.model_b}",
            row.verdict,
            chance(row.p_texts),
            percent(row.identical),
            signed(row.quality_difference),
            span(row.quality_low, row.quality_high, sign=True),
            chance(row.p_quality),
            ratio(Estimate(row.length_ratio, row.length_low, row.length_high, 0)),
            ratio(Estimate(row.cost_ratio, row.ratio_low, row.ratio_high, 0)),
            signed(row.p50_change_s),
            span(row.p50_low, row.p50_high, sign=True),
        )
        for row in made.by_pair
    ]
    titles = (
        "two hosts", "verdict", "texts: p, corrected", "same texts", "quality", "95 % interval", "p, corrected",
        "length", "cost", "median, s", "95 % interval",
    )  # fmt: skip
    return block(titles, rows, "Two hosts, on the same prompts; figures are the first one's beside the second's")
