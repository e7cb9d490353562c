"""What judges said, as it is shown: the models, whether the judges can be trusted, and what the reader should know.

Of a blind run nothing here names a model.
"""

from __future__ import annotations

from math import isnan
from typing import TYPE_CHECKING

from routebook.costs import run_cost
from routebook.judging.judges.canaries import CanaryRow
from routebook.judging.judges.judge_bias import LengthRow, PositionRow, VendorRow
from routebook.judging.tables import simulated_judges
from routebook.lookup import count
from routebook.render.report import Block, Report, figure, signed, span

if TYPE_CHECKING:
    from routebook.judging.judges.judged import Judged

_MODES = {
    "pairwise": "pairs in both orders",
    "reference": "against the expected answer",
    "scale": "each answer by itself",
}
_CANARIES_MEAN = "Canaries: a null answer, which says nothing, and a copy of an answer beside itself."


def report_of(judged: Judged) -> Report:
    """Return what judges said, to be shown."""
    blind = judged.answers.run.blind
    notes = list(judged.notes)
    if blind:
        shows = "run.reveal().ranking()" if judged.of_pairs else "run.reveal().quality()"
        notes.insert(0, f"This run is blind: {shows} tells what was said of which model.")
    by = ", ".join(judging.name for judging in judged.judgings)
    if judged.run is not None and len(judged.judgings) > 1:
        costs = [f"{judging.by} {_cost(judged, judging.by)}" for judging in judged.judgings]
        notes.append(f"Judging cost: {', '.join(costs)}.")
    simulated = bool(judged.answers.calls) and all(call.simulated for call in judged.answers.calls)
    cost = str(judged.cost).removesuffix(" simulated" if simulated else "")  # which the report says of all of it
    facts = [_MODES[judged.judgings[0].kind], count(judged.prompts, "prompt"), f"judging cost {cost}"]
    trusted = _judges(judged)
    blocks = [*([] if blind else [_models(judged)]), *([trusted] if trusted.rows else [])]
    return Report(f"Judged by {by}", facts, blocks, notes, simulated=simulated)


def _models(judged: Judged) -> Block:
    several, pairs = len(judged.judgings) > 1, judged.of_pairs
    heads = [
        "model", *(["judge"] if several else []), "win rate" if pairs else "score", "95 % interval",
        "pairs" if pairs else "answers", *(["flipped"] if pairs else []), "mean length", "errors",
    ]  # fmt: skip
    rows = [
        (row.model, *([row.judge] if several else []), figure(row.mean), span(row.low, row.high), f"{row.n:,}",
         *([f"{row.flipped:,}"] if pairs else []),
         "unknown" if isnan(row.mean_length) else f"{row.mean_length:,.0f}", f"{row.errors:,}")
        for row in judged.model_rows
    ]  # fmt: skip
    return Block(heads, rows, models=[row.model for row in judged.model_rows])


def _judges(judged: Judged) -> Block:
    heads = ("judge", "what was tried", "found", "95 % interval", "of", "should be")
    rows: list[tuple[str, ...]] = []
    for judging in judged.judgings:
        tried = [
            *(_canary(row, judged.of_pairs) for row in judged.canary_rows if row.n and row.judge == judging.name),
            *(row for at in judged.position_rows if at.n and at.judge == judging.name for row in _position(at)),
            *(_length(row) for row in judged.length_rows if row.n and row.judge == judging.name),
        ]
        rows += [(judging.name, *row) for row in tried]
    return Block(heads, rows, title="Whether the judges can be trusted")


_Tried = tuple[str, str, str, str, str]


def _canary(row: CanaryRow, of_pairs: bool) -> _Tried:
    if row.canary == "null":
        what = "null answer: its share of a pair" if of_pairs else "null answer: its score"
    else:
        what = "copy beside the same: one preferred" if of_pairs else "copy beside the same: apart by"
    return what, figure(row.mean), span(row.low, row.high), count(row.n, "prompt"), figure(0)


def _position(row: PositionRow) -> list[_Tried]:
    of = count(row.n, "pair")
    flipped = span(row.flipped_low, row.flipped_high)
    shown_first = span(row.first_low, row.first_high)
    return [
        ("orders swapped: verdict flips", figure(row.flipped), flipped, of, figure(0)),
        ("orders swapped: share of the first shown", figure(row.first), shown_first, of, figure(0.5)),
    ]


def _length(row: LengthRow) -> _Tried:
    won = figure(row.longer_won)
    return "answers of unlike length: longer wins", won, span(row.low, row.high), count(row.n, "pair"), "depends"


def _cost(judged: Judged, judge: str) -> str:
    priced = [] if judged.run is None else zip(judged.run.calls, judged.run.prices, strict=True)
    return str(run_cost((call, price) for call, price in priced if str(call.model) == judge))


def warnings_of(judged: Judged) -> list[str]:
    """Return what canaries, vendors, positions and agreement tell of the judges, what is worst first."""
    worrying = [f"{row.judge} {row.verdict}." for row in judged.canary_rows if row.worrying]
    others = [f"{row.judge} {row.verdict}." for row in judged.canary_rows if row.mean > 0 and not row.worrying]
    meant = [_CANARIES_MEAN] if any(row.n for row in judged.canary_rows) else []
    vendors = [_vendor(judged, row) for row in judged.vendor_rows]
    places = [
        f"{row.judge} {row.verdict} ({figure(row.first)} of a pair): asked in both orders, it cancels out."
        for row in judged.position_rows
        if row.verdict.startswith("prefers")
    ]
    agreed = []
    if len(judged.judgings) > 1:
        agreed = [f"The judges agree with an alpha of {figure(judged.agreement)} (Krippendorff; 1 is always)."]
    made_up = simulated_judges(judged.verdict_rows)
    return [*worrying, *made_up, *vendors, *places, *others, *agreed, *meant]


def _vendor(judged: Judged, row: VendorRow) -> str:
    if isnan(row.difference):
        found = f"whether that makes a difference is {row.verdict}"
    else:
        sized = f"{signed(row.difference)}, {span(row.low, row.high, sign=True)}, {count(row.n, 'pair')}"
        found = f"it {row.verdict} ({sized})"
    return f"{row.judge} {_kinship(judged, row)}: {found}."


def _kinship(judged: Judged, row: VendorRow) -> str:
    """Say which of the judged models are of the judge's vendor; of a blind run only that some are."""
    if judged.answers.run.blind:
        return "judges a model of its own vendor"
    judge = next(judging.by for judging in judged.judgings if judging.name == row.judge)
    others = [model for model in row.models if model != judge]
    itself = ["judges its own answers"] if judge in row.models else []
    return " and ".join([*itself, *([f"is of the same vendor as {', '.join(others)}"] if others else [])])
