"""How many prompts it takes to tell two models apart, of how much they have differed from prompt to prompt so far."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from math import ceil, fsum, isnan, nan, sqrt
from typing import TYPE_CHECKING

from routebook.errors import JudgmentError, OptionError
from routebook.judging.figures.folding import fold
from routebook.judging.figures.intervals import mean_interval
from routebook.judging.figures.paired import SAME, differences
from routebook.judging.tables import PairRow, ScoreRow, pair_rows, said_by, score_rows

if TYPE_CHECKING:
    import pandas as pd

    from routebook.answers import Answers

_MANY = 10_000  # prompts from which on the approximation is right to the prompt
_HINT = "score, judge or vote on some 30 prompts first: run.score(...), run.judge(...), run.vote(...)."
_KINDS = {"prompts": "int64", "enough": "bool"} | dict.fromkeys(("model_a", "model_b", "note"), "str")
_COLUMNS = (
    "model_a", "model_b", "prompts", "difference", "sd_difference", "prompts_needed", "low", "high", "alpha", "enough",
    "note",
)  # fmt: skip


def power(
    answers: Answers, delta: float = 0.05, *, power: float = 0.8, alpha: float = 0.05, by: str | None = None
) -> pd.DataFrame:
    """Return how many prompts are needed to tell two models apart that truly differ by `delta`.

    Parameters
    ----------
    answers
        The run, with at least some of its answers judged: how much the models' difference varies from prompt to prompt
        is taken from these. With more repeats it varies less; the figures are for as many as there are.
    delta
        The true difference to find: of quality, from 0 to 1; where pairs were judged, of the share of pairs that one
        model wins from one half (0.05: it wins 55 of 100, ties as half).
    power
        In which share of such studies the difference is found.
    alpha
        In which share of studies of equally good models any pair at all is called different: as the verdicts of
        `Quality.differences` are corrected for the number of pairs, each pair here is given `alpha` over that number.
    by
        Whose word: a check, a judge, ``people``; not needed where there is one. Scores come before pairs.

    Returns
    -------
    pandas.DataFrame
        One row per pair of models: ``prompts`` judged of both so far; their ``difference`` there (of quality, or of
        the share from one half) and its standard deviation from prompt to prompt, ``sd_difference``;
        ``prompts_needed``, and for the ends of the 95 % interval of that standard deviation ``low`` and ``high``; the
        pair's own ``alpha``; whether there are ``enough`` prompts; and a ``note``, why something is unknown (NaN).

    Raises
    ------
    OptionError
        If `delta`, `power` or `alpha` is not between 0 and 1.
    JudgmentError
        If nothing was judged, or nothing by that name.

    Notes
    -----
    The number is that of a two-sided paired t test, by the noncentral t distribution; the search starts from Guenther's
    approximation (1981, Am. Statist. 35, 243-244). The interval of the standard deviation is that of the mean squared
    difference (`mean_interval`) and not chi-square, which is for normal differences: here many are 0 and a few are 1.
    McNemar's exact test of right and wrong answers is a little more careful: it needs up to 1 / `delta` prompts more.

    Examples
    --------
    >>> prompts_needed(0.4, 0.1)
    128
    """
    for name, value in (("delta", delta), ("power", power), ("alpha", alpha)):
        if not (isinstance(value, (int, float)) and 0 < value < 1):
            raise OptionError(f"{name} must be a number between 0 and 1, not {value!r:.60}.")
    if power <= alpha:
        raise OptionError(f"power must be above alpha: {alpha:g} of such studies find something where nothing is.")
    found, largest = _differences(answers, by)
    each_alpha = alpha / max(1, len(found))

    import pandas as pd

    rows = [(a, b, *_row(each, largest, delta, power, each_alpha)) for (a, b), each in found.items()]
    kinds = {column: _KINDS.get(column, "float64") for column in _COLUMNS}
    return pd.DataFrame(rows, columns=list(_COLUMNS)).astype(kinds)


_Differences = dict[tuple[str, str], list[float]]


def _differences(answers: Answers, by: str | None) -> tuple[_Differences, float]:
    """Return each pair's difference on each prompt that both have, and how large one can be."""
    scores, pairs = score_rows(answers), pair_rows(answers)
    if not scores and not pairs:
        raise JudgmentError(f"Nothing is judged yet: {_HINT}")
    of_scores = any(by in (None, row.name, row.by) for row in scores)
    if pairs and not of_scores and (not scores or any(by in (row.name, row.by) for row in pairs)):
        return _of_pairs(answers, said_by(pairs, by, what="pairs", hint=_HINT)), 0.5
    return _of_scores(answers, said_by(scores, by, what="scores", hint=_HINT)), 1.0


def _of_scores(answers: Answers, rows: Sequence[ScoreRow]) -> _Differences:
    of = fold(rows)
    return {(a, b): differences(of.get(a, {}), of.get(b, {})) for a, b in combinations(answers.models, 2)}


def _of_pairs(answers: Answers, rows: Sequence[PairRow]) -> _Differences:
    """Return by how much the first model's share of a prompt's pairs is above one half."""
    place = {model: number for number, model in enumerate(answers.models)}
    shares: dict[tuple[str, str], list[ScoreRow]] = {pair: [] for pair in combinations(answers.models, 2)}
    for row in rows:
        if row.share_a is not None and row.model_a != row.model_b:
            first = place[row.model_a] < place[row.model_b]
            pair = (row.model_a, row.model_b) if first else (row.model_b, row.model_a)
            share = row.share_a if first else 1 - row.share_a
            about = (row.prompt_id, row.repeat, pair[0], row.name, row.source, row.by)
            shares[pair].append(ScoreRow(*about, share, "", ""))
    return {pair: [on.mean - 0.5 for on in fold(rows).get(pair[0], {}).values()] for pair, rows in shares.items()}


def _row(each: Sequence[float], largest: float, delta: float, power: float, alpha: float) -> tuple[object, ...]:
    prompts = len(each)
    if prompts < 2:
        few = "fewer than 2 prompts are judged of both: nothing is known of how much they vary"
        return prompts, each[0] if each else nan, nan, nan, nan, nan, alpha, False, few
    mean = fsum(each) / prompts
    sd, least, most = _spread(each, largest)
    high = prompts_needed(most, delta, power, alpha)
    if sd < SAME:
        same = f"the same difference on all {prompts} prompts: judge more, or harder ones"
        return prompts, mean, 0.0, nan, nan, high, alpha, False, same
    needed, low = (prompts_needed(each_sd, delta, power, alpha) for each_sd in (sd, least))
    return prompts, mean, sd, needed, low, high, alpha, prompts >= needed, ""


def _spread(each: Sequence[float], largest: float) -> tuple[float, float, float]:
    """Return the standard deviation of differences and the ends of its interval."""
    prompts = len(each)
    mean = fsum(each) / prompts
    squares = [min(1.0, (value / largest) ** 2) for value in each]

    def sd_of(mean_square: float) -> float:
        return sqrt(max(0.0, largest**2 * mean_square - mean**2) * prompts / (prompts - 1))

    low, high = mean_interval(squares)
    return sd_of(fsum(squares) / prompts), sd_of(low), sd_of(high)


def prompts_needed(sd: float, delta: float, power: float = 0.8, alpha: float = 0.05) -> int:
    """Return the least number of prompts with which a two-sided paired t test finds a difference.

    Parameters
    ----------
    sd
        The standard deviation of the difference from prompt to prompt.
    delta
        The true difference.
    power
        In which share of studies it is to be found.
    alpha
        In which share of studies a difference is found where there is none.

    Examples
    --------
    >>> prompts_needed(0.5, 0.05), prompts_needed(0.0, 0.05)
    (787, 2)
    """
    from scipy.special import ndtri

    if sd <= 0:
        return 2
    effect = delta / sd
    at_least, to_find = -float(ndtri(alpha / 2)), float(ndtri(power))
    needed = max(2, ceil(((at_least + to_find) / effect) ** 2 + at_least**2 / 2))
    if needed > _MANY:
        return needed
    while needed > 2 and _power_of(needed - 1, effect, alpha) >= power:
        needed -= 1
    while _power_of(needed, effect, alpha) < power:
        needed += 1
    return needed


def _power_of(prompts: int, effect: float, alpha: float) -> float:
    """Return how often the better model is found to be better; that the worse one is, is no success."""
    from scipy.special import nctdtr, stdtrit

    at_least = -float(stdtrit(prompts - 1, alpha / 2))
    shift = effect * sqrt(prompts)
    missed = float(nctdtr(prompts - 1, shift, at_least))
    return float(shift > at_least) if isnan(missed) else 1 - missed  # NaN only far out, where it is 0 or 1
