"""What a judge goes by that it should not: the order it was shown answers in, their length, who made them.

Each is worked out from the verdicts themselves. Of scores, every two answers to the same prompt count as a pair whose
better one has the higher score.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from math import nan
from typing import NamedTuple

from routebook.judging.figures.folding import OnPrompt
from routebook.judging.figures.intervals import mean_interval
from routebook.judging.figures.paired import compared
from routebook.judging.tables import SAME_ANSWERS, PairRow, ScoreRow
from routebook.models import ModelId

FEWEST_PROMPTS = 5
"""Of fewer prompts nothing is said about a bias."""

_UNKNOWN = "unknown"
_Given = dict[str, list[tuple[float, float]]]
_TOO_FEW = "unknown: too few prompts"


class Order(NamedTuple):
    """What the answer shown first got of a pair, in each of the two orders: 1, 0.5 or 0."""

    prompt_id: str
    first: float
    swapped: float

    @property
    def flipped(self) -> bool:
        """Whether the verdicts contradict each other: both times the first one, or both times the second, won."""
        return self.first == self.swapped != 0.5


class Pair(NamedTuple):
    """A judge's word on two answers to a prompt; `share_a` is from 0 to 1, above 0.5 where `model_a`'s is better."""

    prompt_id: str
    repeat: int
    model_a: str
    model_b: str
    share_a: float


class PositionRow(NamedTuple):
    """How much a judge goes by the order of two answers.

    Attributes
    ----------
    judge
        What the judging goes by.
    n
        Of how many pairs, each asked in both orders.
    flipped, flipped_low, flipped_high
        In what share of them the verdict flipped with the order.
    first, first_low, first_high
        The share that the answer shown first got: 0.5 is as it should be.
    verdict
        The same in words.
    """

    judge: str
    n: int
    flipped: float
    flipped_low: float
    flipped_high: float
    first: float
    first_low: float
    first_high: float
    verdict: str


class LengthRow(NamedTuple):
    """How much a judge's verdicts go with length; whether that is a bias depends on whether longer is better here.

    Attributes
    ----------
    judge
        What the judging goes by.
    n
        Of how many pairs with a winner and answers of different length.
    winner_length, loser_length
        Mean characters.
    longer_won, low, high
        In what share of them the longer answer won.
    verdict
        The same in words.
    """

    judge: str
    n: int
    winner_length: float
    loser_length: float
    longer_won: float
    low: float
    high: float
    verdict: str


class VendorRow(NamedTuple):
    """How much more a judge gives to its own vendor's models than judges of other vendors do.

    Attributes
    ----------
    judge, vendor
        What the judging goes by, and who made the judge.
    models
        The judged models that are its vendor's, or the judge itself.
    others
        The judges of other vendors that it is compared with.
    difference, low, high
        Of pairs: the share that its vendor's model got from it, less the mean share from the others. Of scores: how
        far it set its vendor's models above the others', less how far the other judges did. NaN where it cannot be
        told.
    n, prompts
        Of how many pairs, to how many prompts.
    verdict
        The same in words.
    """

    judge: str
    vendor: str
    models: tuple[str, ...]
    others: tuple[str, ...]
    difference: float
    low: float
    high: float
    n: int
    prompts: int
    verdict: str


def pairs_of(rows: Iterable[PairRow]) -> list[Pair]:
    """Return the pairs that a judge was asked about, and gave a verdict on."""
    return [
        Pair(row.prompt_id, row.repeat, row.model_a, row.model_b, row.share_a)
        for row in rows
        if row.share_a is not None and row.note != SAME_ANSWERS
    ]


def pairs_of_scores(rows: Iterable[ScoreRow]) -> list[Pair]:
    """Return every two answers to the same prompt, the share being 0.5 and half of the difference of their scores."""
    by_question: dict[tuple[str, int], list[ScoreRow]] = {}
    for row in rows:
        if row.value is not None:
            by_question.setdefault((row.prompt_id, row.repeat), []).append(row)
    return [
        Pair(*question, a.model, b.model, (1 + (a.value or 0.0) - (b.value or 0.0)) / 2)
        for question, scored in by_question.items()
        for a, b in combinations(scored, 2)
    ]


def position_row(judge: str, orders: Sequence[Order]) -> PositionRow:
    """Return how much a judge goes by the order of two answers.

    >>> row = position_row("host/judge", [Order(str(prompt), 1.0, 1.0) for prompt in range(20)])
    >>> row.flipped, row.first, row.verdict
    (1.0, 1.0, 'prefers the answer shown first')
    >>> row = position_row("host/judge", [Order(str(prompt), 1.0, 0.0) for prompt in range(20)])
    >>> row.flipped, row.first, row.verdict
    (0.0, 0.5, 'no preference for a position is seen')
    """
    flipped = share_of_all((order.prompt_id, float(order.flipped)) for order in orders)
    by_prompt: dict[str, list[float]] = {}
    for order in orders:
        by_prompt.setdefault(order.prompt_id, []).append((order.first + order.swapped) / 2)
    shown_first = {prompt_id: OnPrompt(_average(got), len(got)) for prompt_id, got in by_prompt.items()}
    shown_second = {prompt_id: OnPrompt(1 - got.mean, got.answers) for prompt_id, got in shown_first.items()}
    first, low, high = (0.5 + end / 2 for end in compared(shown_first, shown_second)[:3])
    if len(by_prompt) < FEWEST_PROMPTS:
        words = _TOO_FEW
    elif low > 0.5:
        words = "prefers the answer shown first"
    elif high < 0.5:
        words = "prefers the answer shown second"
    else:
        words = "no preference for a position is seen"
    return PositionRow(judge, len(orders), *flipped, first, low, high, words)


def length_row(judge: str, pairs: Sequence[Pair], lengths: Mapping[tuple[str, int, str], int]) -> LengthRow:
    """Return how much a judge's verdicts go with length.

    Parameters
    ----------
    lengths
        Characters of each answer, by prompt id, repeat and model.
    """
    won: list[tuple[str, int, int]] = []
    for prompt_id, repeat, a, b, share in pairs:
        long_a, long_b = lengths[prompt_id, repeat, a], lengths[prompt_id, repeat, b]
        if share != 0.5 and long_a != long_b:
            won.append((prompt_id, long_a, long_b) if share > 0.5 else (prompt_id, long_b, long_a))
    longer, low, high = share_of_all((prompt_id, float(winner > loser)) for prompt_id, winner, loser in won)
    winners = sum(winner for _, winner, _ in won) / len(won) if won else nan
    losers = sum(loser for _, _, loser in won) / len(won) if won else nan
    if len({prompt_id for prompt_id, _, _ in won}) < FEWEST_PROMPTS:
        words = _TOO_FEW
    elif low > 0.5:
        words = "the longer answer wins more often"
    elif high < 0.5:
        words = "the shorter answer wins more often"
    else:
        words = "no preference for length is seen"
    return LengthRow(judge, len(won), winners, losers, longer, low, high, words)


def same_vendor(one: str, other: str) -> bool:
    """Tell whether two models are known to be of one vendor, or are the same; an unknown vendor is nobody's.

    >>> same_vendor("anthropic/claude-opus-5-5", "bedrock/us.anthropic.claude-haiku-5-5-v1:0")
    True
    >>> same_vendor("vllm/mine", "vllm/yours"), same_vendor("vllm/mine", "vllm/mine")
    (False, True)
    """
    vendor = ModelId.parse(one).vendor
    return one == other or vendor == ModelId.parse(other).vendor != _UNKNOWN


def vendor_rows(
    judges: Mapping[str, str], pairs: Mapping[str, Sequence[Pair]], models: Sequence[str], *, scores: bool = False
) -> list[VendorRow]:
    """Return how much more each judge gives to its own vendor's models than judges of other vendors do.

    Only pairs that all of these judged count, of one answer by the judge's vendor and one by another. The interval is
    over prompts (`routebook.judging.figures.paired.compared`). Judges may well differ with good reason: a difference
    says where to look, not who is right.

    Parameters
    ----------
    judges
        What each judging goes by, to its judge's model id.
    pairs
        The same, to its pairs.
    models
        The models that are judged.
    scores
        Whether the pairs are made of scores.
    """
    rows = []
    for name, judge in judges.items():
        if own := tuple(model for model in models if same_vendor(judge, model)):
            others = tuple(other for other, by in judges.items() if not same_vendor(judge, by))
            given = _common(pairs[name], [pairs[other] for other in others], own) if others else {}
            rows.append(_vendor_row(name, ModelId.parse(judge).vendor, own, others, given, 2 if scores else 1))
    return rows


def _common(mine: Sequence[Pair], theirs: Sequence[Sequence[Pair]], own: Sequence[str]) -> _Given:
    """Return what the own model of each common pair got from the judge, and on average from the others, by prompt."""
    shares = [{pair[:4]: pair.share_a for pair in pairs} for pairs in theirs]
    given: _Given = {}
    for pair in mine:
        about = pair[:4]
        if (pair.model_a in own) != (pair.model_b in own) and all(about in said for said in shares):
            other = sum(said[about] for said in shares) / len(shares)
            both = (pair.share_a, other) if pair.model_a in own else (1 - pair.share_a, 1 - other)
            given.setdefault(pair.prompt_id, []).append(both)
    return given


def _vendor_row(
    name: str, vendor: str, own: tuple[str, ...], others: tuple[str, ...], given: _Given, unit: int
) -> VendorRow:
    mine = {prompt_id: OnPrompt(_average(share for share, _ in each), len(each)) for prompt_id, each in given.items()}
    rest = {prompt_id: OnPrompt(_average(share for _, share in each), len(each)) for prompt_id, each in given.items()}
    n = sum(map(len, given.values()))
    if len(given) < FEWEST_PROMPTS:
        words = _TOO_FEW if others else "unknown: no judge of another vendor beside it"
        return VendorRow(name, vendor, own, others, nan, nan, nan, n, len(given), words)
    difference, low, high, *_ = compared(mine, rest)
    if low > 0:
        words = "gives its own vendor's models more than other judges do"
    elif high < 0:
        words = "gives its own vendor's models less than other judges do"
    else:
        words = "is not seen to differ from other judges there"
    return VendorRow(name, vendor, own, others, difference * unit, low * unit, high * unit, n, len(given), words)


def _average(values: Iterable[float]) -> float:
    given = list(values)
    return sum(given) / len(given)


def mean_over_prompts(values: Iterable[tuple[str, float]]) -> tuple[float, float, float]:
    """Return the mean over prompts of what was seen on each, and the ends of its interval; NaN of nothing."""
    means = [_average(each) for each in _by_prompt(values).values()]
    low, high = mean_interval(means)
    return (_average(means) if means else nan), low, high


def share_of_all(values: Iterable[tuple[str, float]]) -> tuple[float, float, float]:
    """Return the mean of all that was seen, each counting once, and the ends of its interval; NaN of nothing.

    A prompt is a cluster all the same.

    >>> share_of_all([("p", 1.0), ("q", 0.0), ("q", 0.0), ("q", 0.0)])[0]
    0.25
    """
    of = _by_prompt(values)
    low, high = mean_interval([_average(each) for each in of.values()], weights=[len(each) for each in of.values()])
    return (_average(value for each in of.values() for value in each) if of else nan), low, high


def _by_prompt(values: Iterable[tuple[str, float]]) -> dict[str, list[float]]:
    by_prompt: dict[str, list[float]] = {}
    for prompt_id, value in values:
        by_prompt.setdefault(prompt_id, []).append(value)
    return by_prompt
