"""An exposure as a notebook and a terminal show it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from routebook.lookup import count
from routebook.outcomes.columns import listed
from routebook.render.report import Block, Report, figure, percent, signed, span
from routebook.render.words import number_of_seconds, usd
from routebook.routing.evidence.estimates import Estimate
from routebook.routing.evidence.wording import all_simulated, block, ratio

if TYPE_CHECKING:
    from routebook.routing.evidence.exposure import Exposure


def report(made: Exposure) -> Report:
    """Show who gets what, how concentrated that is, what failures and dearer prices do."""
    traffic = made.traffic
    prompts = [] if traffic is None else [count(len(traffic.assigned.route), "prompt")]
    blocks = [_shares(made), _failures(made)]
    if traffic is not None:
        blocks = [_shares(made), _concentration(made), _failures(made)]
        blocks += [_dearer(made)] if made.if_dearer and traffic.spend.any() else []
        blocks += [_repriced(made)] if made.repriced else []
    return Report(
        f"Exposure of policy {made.policy.name!r}",
        prompts,
        blocks,
        made.notes,
        simulated=traffic is not None and all_simulated(traffic.assigned.outcomes),
    )


def _merged(made: Exposure, rows: Iterable[Mapping[Any, Any]]) -> list[tuple[str, Mapping[Any, Any]]]:
    """Return each row with its name; of parties with the same models the row is shown once, under all their names."""
    called: dict[tuple[int, ...], str] = {}
    shown: dict[tuple[int, ...], Mapping[Any, Any]] = {}
    for party, row in zip(made.parties, rows, strict=True):
        name = f"{party.kind} {party.name}"
        called[party.places] = f"{called[party.places]}, {name}" if party.places in called else name
        shown.setdefault(party.places, row)
    return [(called[places], row) for places, row in shown.items()]


def _shares(made: Exposure) -> Block:
    rows = [
        (name, percent(row["traffic"]), percent(row["spend"]), f"{row['first']:,}", f"{row['routes']:,}")
        for name, row in _merged(made, made.shares.to_dict(orient="records"))
    ]
    return block(("", "traffic", "spend", "first on routes", "on routes"), rows, "Who answers, and who is paid")


def _concentration(made: Exposure) -> Block:
    rows = [
        (row["kind"], *(_equal_to(row[what]) for what in ("traffic", "spend")))
        for row in made.concentration.to_dict(orient="records")
    ]
    return block(("by", "HHI of traffic", "HHI of spend"), rows, "How concentrated that is: 1 is one alone")


def _equal_to(index: float) -> str:
    return "unknown" if index != index else f"{figure(index)} (as of {1 / index:.1f} equal ones)"


def _failures(made: Exposure) -> Block:
    title = "If one is down, after fallbacks"
    if made.traffic is None:
        alone = [
            (name, listed(row["routes"]) or "none", listed(row["nobody"]) or "none")
            for name, row in _merged(made, made.if_down)
        ]
        return block(("down", "routes it answers", "routes nobody is left for"), alone, title)
    titles = (
        "down", "touched", "nobody answers", "quality", "95 % interval", "with no answer as 0", "cost", "latency",
    )  # fmt: skip
    rows = [
        (
            name, percent(row["touched"]), percent(row["unanswered"]), signed(row["quality_change"]),
            span(row["quality_low"], row["quality_high"], sign=True), signed(row["quality_change_0"]),
            ratio(Estimate(row["cost_ratio"], row["ratio_low"], row["ratio_high"], 0)),
            _seconds(row["latency_change_s"]),
        )
        for name, row in _merged(made, made.if_down)
    ]  # fmt: skip
    return block(titles, rows, title)


def _seconds(change: float) -> str:
    if change != change:
        return "unknown"
    return f"{'-' if change < 0 else '+'}{number_of_seconds(abs(change))} s" if change else "0 s"


def _dearer(made: Exposure) -> Block:
    rows = [
        (
            name,
            usd(row["usd_per_1k_prompts"]),
            ratio(Estimate(row["cost_ratio"], row["ratio_low"], row["ratio_high"], 0)),
        )
        for name, row in _merged(made, made.if_dearer)
    ]
    title = f"If one's prices are {made.factor:g} times as high"
    return block(("whose", "per 1,000 prompts", "of the cost now"), rows, title)


def _repriced(made: Exposure) -> Block:
    found = made.repriced
    assert found is not None
    rows = [
        (
            row["model"],
            _range(row["input_then"], row["output_then"], " / "),
            _range(row["input_now"], row["output_now"], " / "),
            "unknown" if row["ratio_least"] != row["ratio_least"] else f"x{_least_to_most(row)}",
        )
        for row in found.frame.to_dict(orient="records")
    ]
    low, high = usd(found.usd_least), usd(found.usd_most)
    total = f"{low if low == high else f'{low} to {high}'} per 1,000 prompts"
    known = found.usd_least == found.usd_least
    titles = ("model", "in the outcomes, per MTok in / out", "then", "its cost")
    title = f"At {found.at}: {f'{total}, not {usd(found.usd_then)}' if known else 'unknown'}"
    return block(titles, rows, title, [row[0] for row in rows])


def _range(first: float, second: float, between: str) -> str:
    return f"{usd(first)}{between}{usd(second)}" if first == first or second == second else "unknown"


def _least_to_most(row: Mapping[Any, Any]) -> str:
    low, high = figure(row["ratio_least"]), figure(row["ratio_most"])
    return low if low == high else f"{low} to {high}"
