"""An evaluation as a notebook and a terminal show it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from routebook.lookup import count
from routebook.outcomes.columns import listed
from routebook.render.report import Block, Report, figure, percent, signed, span
from routebook.render.words import seconds, usd
from routebook.routing.evidence.estimates import Estimate
from routebook.routing.evidence.wording import all_simulated, block, ratio

if TYPE_CHECKING:
    from routebook.routing.evidence.evaluation import Evaluation


def report(made: Evaluation) -> Report:
    """Show the policy beside every single model, route by route, and who answers."""
    return Report(
        f"Policy {made.policy.name!r}",
        [count(made.total.prompts, "prompt")],
        [_beside(made), _by_route(made), _by_model(made)],
        made.notes,
        simulated=all_simulated(made.outcomes),
    )


def _beside(made: Evaluation) -> Block:
    titles = (
        "", "quality", "95 % interval", "policy's gain", "95 % interval", "per 1,000 prompts", "policy's cost is",
        "latency", "95 % within",
    )  # fmt: skip
    total = made.total
    ours = (
        "the policy", figure(total.quality), span(total.low, total.high), "", "", usd(total.usd_per_1k_prompts), "",
        seconds(total.latency_s), seconds(total.latency_p95_s),
    )  # fmt: skip
    rows = [
        (
            f"{one.model} ({one.role})" if one.role else one.model, figure(one.quality), span(one.low, one.high),
            signed(one.gain), span(one.gain_low, one.gain_high, sign=True), usd(one.usd_per_1k_prompts),
            ratio(Estimate(one.cost_ratio, one.ratio_low, one.ratio_high, 0)),
            seconds(one.latency_s), seconds(one.latency_p95_s),
        )
        for one in made.beside
    ]  # fmt: skip
    return block(titles, [ours, *rows], "Beside every single model, on the same prompts")


def _by_route(made: Evaluation) -> Block:
    titles = (
        "route", "rules", "answered by", "prompts", "share", "quality", "95 % interval", "gain",
        "95 % interval", "per 1,000 prompts", "latency",
    )  # fmt: skip
    rows = [
        (
            row["tag"], listed([str(rule) for rule in row["rules"] if rule]) or "none", row["model"],
            f"{row['prompts']:,}", percent(row["share"]), figure(row["quality"]), span(row["low"], row["high"]),
            signed(row["gain"]), span(row["gain_low"], row["gain_high"], sign=True), usd(row["usd_per_1k_prompts"]),
            seconds(row["latency_s"]),
        )
        for row in made.by_route
    ]  # fmt: skip
    return block(titles, rows, f"By route; gains are over {made.against}")


def _by_model(made: Evaluation) -> Block:
    rows = made.models[made.models["share"] > 0].to_dict(orient="records")
    return block(
        ("model", "vendor", "share of prompts", "share of spend"),
        [(row["model"], row["vendor"], percent(row["share"]), percent(row["spend_share"])) for row in rows],
        "Who answers",
        [row["model"] for row in rows],
    )
