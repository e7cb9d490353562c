"""Canaries: questions with a known verdict among those that a judge is asked, to see whether it can be trusted.

- **null**: an answer that says nothing stands beside a real one, or is scored by itself. It should get nothing; under
  one judge such an answer reached a mean win probability of 0.77.
- **copy**: an answer stands beside itself: whoever prefers one of the two goes by position. Or it is scored once more
  with an empty line at its end: the difference is the judge's own noise.

Canaries tell of the judge, and never count for a model.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import nan
from typing import NamedTuple

from routebook.calls import Call
from routebook.judging.figures.intervals import mean_interval
from routebook.judgments import Canary, Judging
from routebook.render.report import figure, percent

NULL_ANSWER = "Thank you for this interesting question. I am always glad to help, and I wish you a pleasant day."
"""The answer that says nothing."""

MOST_PREFERRED = 0.2
"""A judge that prefers the null answer to more of the real ones than this is not to be trusted."""
MOST_AS_GOOD = 0.4
"""Nor one from which it gets more than this on average: some ties are to be expected, where real answers are wrong."""
MOST = 0.25
"""Nor one that scores it higher than this on average, or of which copies tell that it is as unsure as this."""


class CanaryRow(NamedTuple):
    """What a judge made of one kind of canary.

    Attributes
    ----------
    judge
        What the judging goes by.
    canary
        ``null`` or ``copy``.
    n
        How many canaries were judged.
    mean
        0 is as it should be. Of ``null``: the mean share of the pair, or the mean score, that the null answer got. Of
        ``copy``: in what share of pairs one of two equal answers was preferred, or the mean difference of two scores
        of the same answer. NaN of none.
    low, high
        The ends of its 95 % interval, `routebook.judging.figures.intervals.mean_interval`.
    worrying
        Whether the judge is not to be trusted.
    verdict
        The same in words.
    """

    judge: str
    canary: Canary
    n: int
    mean: float
    low: float
    high: float
    worrying: bool
    verdict: str


class _Word(NamedTuple):
    """A verdict on a judge, in words."""

    text: str
    worrying: bool = False


def canary_calls(prompts: Sequence[Sequence[Call]], number: int) -> list[Call]:
    """Return the answers that canaries are made with: of prompts spread evenly, one model after the other.

    Parameters
    ----------
    prompts
        For each prompt, the calls whose answers are judged.
    number
        How many prompts at most.

    Examples
    --------
    >>> canary_calls([], 10)
    []
    """
    given = [real for calls in prompts if (real := [call for call in calls if call.text.strip()])]
    many = min(number, len(given))
    spread = [given[place * len(given) // many] for place in range(many)]
    return [calls[place % len(calls)] for place, calls in enumerate(spread)]


def with_empty_line(text: str) -> str:
    """Return an answer changed in a way that changes nothing."""
    return f"{text}\n"


def canary_rows(judging: Judging) -> list[CanaryRow]:
    """Return what a judge made of its canaries: a row for each kind, none of a kind that it was not shown."""
    null = [judgment for judgment in judging.judgments if judgment.canary == "null"]
    copy = [judgment for judgment in judging.judgments if judgment.canary == "copy"]
    got = [judgment.value for judgment in null if judgment.value is not None]
    rows = [_row(judging, "null", got, _null_pairs(got) if judging.of_pairs else _null_scores(got))] if null else []
    if copy and judging.of_pairs:
        shares = [judgment.value for judgment in copy if judgment.value is not None]
        rows.append(_row(judging, "copy", [float(share != 0.5) for share in shares], _copied_pairs(shares)))
    elif copy:
        own = {judgment.call_id: judgment.value for judgment in judging.judgments if not judgment.canary}
        both = [(judgment.value, own.get(judgment.call_id)) for judgment in copy]
        apart = [abs(again - first) for again, first in both if again is not None and first is not None]
        rows.append(_row(judging, "copy", apart, _copied_scores(apart)))
    return rows


def _row(judging: Judging, canary: Canary, figures: Sequence[float], word: _Word) -> CanaryRow:
    if not figures:
        word = _Word(f"gave no verdict on its {canary} canaries")
    return CanaryRow(
        judging.name, canary, len(figures), _mean(figures), *mean_interval(figures), word.worrying, word.text
    )


def _null_pairs(shares: Sequence[float]) -> _Word:
    if not any(shares):
        return _Word(f"prefers the real answer to a null answer in all of {len(shares)}")
    preferred = _mean([share > 0.5 for share in shares])
    as_good = _mean([share == 0.5 for share in shares])
    text = f"prefers a null answer to real answers in {percent(preferred)} of {len(shares)}"
    if as_good:
        text += f", and finds it as good in {percent(as_good)}"
    if preferred > MOST_PREFERRED or _mean(shares) > MOST_AS_GOOD:
        return _Word(f"{text}: do not trust it", worrying=True)
    return _Word(text)


def _null_scores(scores: Sequence[float]) -> _Word:
    text = f"scores a null answer {figure(_mean(scores))}, from 0 to 1, on average of {len(scores)}"
    return _Word(f"{text}: do not trust it", worrying=True) if _mean(scores) > MOST else _Word(text)


def _copied_pairs(shares: Sequence[float]) -> _Word:
    preferred = [share for share in shares if share != 0.5]
    if not preferred:
        return _Word(f"calls two equal answers a tie in all of {len(shares)}")
    unequal = len(preferred) / len(shares)
    first = _mean([share > 0.5 for share in preferred])
    text = (
        f"prefers one of two equal answers in {percent(unequal)} of {len(shares)}, "
        f"in {percent(first)} of these the first shown"
    )
    return _Word(f"{text}: do not trust it in one order alone", worrying=True) if unequal > MOST else _Word(text)


def _copied_scores(apart: Sequence[float]) -> _Word:
    text = f"scores the same answer {figure(_mean(apart))} apart, from 0 to 1, on average of {len(apart)}"
    return _Word(f"{text}: do not trust it", worrying=True) if _mean(apart) > MOST else _Word(text)


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else nan
