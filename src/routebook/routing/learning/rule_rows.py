"""A policy's rules one by one: what each asks, who answers, and what held-out prompts say of it."""

from __future__ import annotations

from collections.abc import Sequence
from math import nan
from typing import TYPE_CHECKING, Any

from routebook.render.report import Block, figure, signed, span
from routebook.render.words import seconds, usd
from routebook.routing.names import DEFAULT

if TYPE_CHECKING:
    from routebook.routing.evidence.evaluation import Evaluation

_MEASURED = (
    "quality", "low", "high", "usd_per_1k_prompts", "usd_low", "usd_high", "latency_p95_s", "gain", "gain_low",
    "gain_high",
)  # fmt: skip


def rule_rows(made: Evaluation) -> list[dict[str, Any]]:
    """Return a row for each rule, in their order, and one for everything else; the columns are `Learned.rules`'s."""
    policy, measured = made.policy, {row["tag"]: row for row in made.by_route}
    asked = {rule.tag: rule.when.sentence() for rule in policy.classify}
    rows = []
    for tag in (*dict.fromkeys(rule.tag for rule in policy.classify), DEFAULT):
        route = policy.default if tag == DEFAULT else policy.routes[tag]
        evidence, row = route.evidence, measured.get(tag, {})
        held_out = evidence.held_out or 0 if evidence is not None else 0
        rows.append(
            {
                "rule": asked.get(tag, "everything else" if policy.classify else "everything"),
                "tag": tag,
                "model": route.models[0],
                "fallbacks": route.models[1:],
                "learned_on": evidence.prompts - held_out if evidence is not None else 0,
                "held_out": held_out,
                **{name: row.get(name, nan) for name in _MEASURED},
            }
        )
    return rows


def rules_block(rows: Sequence[dict[str, Any]]) -> Block:
    """Return the rows of `rule_rows` as a table."""
    cells = []
    for row in rows:
        quality = f"{figure(row['quality'])} ({span(row['low'], row['high'])})" if row["held_out"] else "unknown"
        gain = signed(row["gain"])
        if row["held_out"]:
            gain += f" ({span(row['gain_low'], row['gain_high'], sign=True)})"
        cells.append(
            (
                row["rule"],
                ", else ".join((row["model"], *row["fallbacks"])),
                f"{row['learned_on']:,} / {row['held_out']:,}",
                quality,
                gain,
                usd(row["usd_per_1k_prompts"]),
                seconds(row["latency_p95_s"]),
            )
        )
    titles = (
        "if", "goes to", "learned on / held out", "quality", "against best single", "per 1,000 prompts", "95 % within",
    )  # fmt: skip
    return Block(titles, cells, models=[row["model"] for row in rows])
