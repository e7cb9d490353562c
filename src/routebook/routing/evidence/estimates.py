"""Means over prompts, and how two of them differ on the same prompts, each with its 95 % interval.

Prompts are what is sampled: an array here has one number for each prompt, NaN where it is unknown, and what is unknown
is left out and counted. Qualities are shares from 0 to 1; amounts are US dollars or seconds, never negative.
"""

from __future__ import annotations

from math import exp, inf, log, nan, sqrt
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from routebook.judging.figures.intervals import mean_interval
from routebook.judging.figures.paired import Difference, chance_of, difference_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]

_CONFIDENCE = 0.95


class Estimate(NamedTuple):
    """A figure over prompts: its value, the ends of its 95 % interval, and how many prompts it is of."""

    value: float
    low: float
    high: float
    n: int


NOTHING = Estimate(nan, nan, nan, 0)


def quality_of(values: Numbers) -> Estimate:
    """Return the mean quality, with the interval of `routebook.judging.figures.intervals.mean_interval`.

    >>> [round(figure, 2) for figure in quality_of(np.array([1, 1, 0, np.nan]))]
    [0.67, 0.21, 0.94, 3]
    """
    known = values[~np.isnan(values)]
    return Estimate(float(known.mean()), *mean_interval(known.tolist()), len(known)) if len(known) else NOTHING


def difference(a: Numbers, b: Numbers, *, single: bool = False) -> Difference:
    """Return how much better `a` is than `b`, on the prompts of which both are known.

    Parameters
    ----------
    a, b
        Qualities.
    single
        Whether each is of one answer; where all of them are right or wrong too, McNemar's test has more power.
    """
    return difference_of(known_differences(a, b).tolist(), right_or_wrong=single and _right_or_wrong(a, b))


def chance(a: Numbers, b: Numbers, *, single: bool = False) -> float:
    """Return the two-sided p-value of `difference` alone, which takes less time.

    >>> chance(np.ones(8), np.zeros(8), single=True)
    0.0078125
    """
    return chance_of(known_differences(a, b).tolist(), right_or_wrong=single and _right_or_wrong(a, b))


def known_differences(a: Numbers, b: Numbers) -> Numbers:
    """Return a - b where both are known."""
    each = a - b
    return each[~np.isnan(each)]


def _right_or_wrong(a: Numbers, b: Numbers) -> bool:
    known = ~(np.isnan(a) | np.isnan(b))
    return all(bool(np.isin(of[known], (0, 1)).all()) for of in (a, b))


def amount_of(values: Numbers) -> Estimate:
    """Return the mean of amounts, with Student's interval of its logarithm.

    Costs and times are skewed to the right; on the logarithm the interval leans the same way, and never reaches below
    zero. The standard error of the logarithm of a mean is that of the mean over the mean (the delta method, Oehlert
    1992, doi:10.1080/00031305.1992.10475842). Amounts that are all the same, such as an assumed cost, have an interval
    of no width; a single one has none.

    >>> [round(figure, 2) for figure in amount_of(np.array([1.0, 2.0, 3.0, 2.0]))]
    [2.0, 1.04, 3.83, 4]
    """
    known = values[~np.isnan(values)]
    if not len(known):
        return NOTHING
    mean = float(known.mean())
    return Estimate(mean, *_around(mean, known / mean if mean else known), len(known))


def ratio_of(a: Numbers, b: Numbers) -> Estimate:
    """Return how many times as much `a` is on average as `b`, on the prompts of which both are known.

    It is the ratio of the means and not the mean of ratios. Its interval is Student's, of its logarithm, whose
    standard error is that of the mean of a / mean(a) - b / mean(b) (the delta method, as `amount_of`). Where `b` is
    nothing, it is unknown.

    >>> [round(figure, 2) for figure in ratio_of(np.array([2.0, 4.0, 7.0]), np.array([1.0, 2.0, 3.0]))]
    [2.17, 1.68, 2.79, 3]
    """
    known = ~(np.isnan(a) | np.isnan(b))
    a, b = a[known], b[known]
    if not len(a) or not b.mean():
        return NOTHING._replace(n=len(a))
    ratio = float(a.mean() / b.mean())
    off = a / a.mean() - b / b.mean() if ratio else a
    return Estimate(ratio, *_around(ratio, off), len(a))


def change_of(a: Numbers, b: Numbers) -> Estimate:
    """Return how much more `a` is on average than `b`, on the prompts of which both are known, with Student's interval.

    >>> [round(figure, 2) for figure in change_of(np.array([1.5, 2.5, 3.2]), np.array([1.0, 2.0, 3.0]))]
    [0.4, -0.03, 0.83, 3]
    """
    each = (a - b)[~(np.isnan(a) | np.isnan(b))]
    if not len(each):
        return NOTHING
    mean, half = float(each.mean()), _half(each)
    return Estimate(mean, mean - half, mean + half, len(each))


def chance_worse(each: Numbers, margin: float) -> float:
    """Return how likely such differences of quality are if the true mean is `margin` below 0, or lower: one-sided.

    Small, it says that nothing worse than the margin is lost. Student's test of the differences and of one more that is
    lost and one that is won, which makes it careful where few differ (as Bonett and Price's interval,
    doi:10.3102/1076998611411915).

    >>> chance_worse(np.zeros(400), 0.02) < 0.001, round(chance_worse(np.zeros(40), 0.02), 2)
    (True, 0.28)
    """
    return _one_sided(_careful(each) + margin)


def chance_dearer(a: Numbers, b: Numbers) -> float:
    """Return how likely such costs are if `a` truly costs as much as `b`, or more: one-sided, as `ratio_of`.

    >>> chance_dearer(np.array([1.0, 2.0, 3.0]), np.array([2.0, 4.2, 6.0])) < 0.001
    True
    """
    found = ratio_of(a, b)
    if not found.value > 0:
        return 0.0 if found.value == 0 else nan
    known = ~(np.isnan(a) | np.isnan(b))
    off = a[known] / a[known].mean() - b[known] / b[known].mean()
    return _one_sided(off - log(found.value))


def detectable(each: Numbers, alpha: float = 0.05, power: float = 0.8) -> float:
    """Return the smallest true difference that is found in a share `power` of studies with as many prompts; or NaN.

    It is that of a two-sided test at level `alpha`, by the normal approximation (as `prompts_needed` in
    `routebook.judging.figures.power`, solved for the difference), of differences that vary as much as these.

    >>> round(detectable(np.array([1.0, -1.0, 0.0, 0.0] * 100)), 2)
    0.1
    """
    if len(each) < 2:
        return nan
    from scipy.special import ndtri

    return float((ndtri(1 - alpha / 2) + ndtri(power)) * _careful(each).std(ddof=1) / sqrt(len(each)))


def _careful(each: Numbers) -> Numbers:
    return np.concatenate([each, [-1.0, 1.0]])


def _one_sided(each: Numbers) -> float:
    """Return Student's chance of a mean so far above 0, or farther."""
    if len(each) < 2:
        return nan
    mean, error = float(each.mean()), float(each.std(ddof=1)) / sqrt(len(each))
    if error <= abs(mean) * 1e-12:
        return 0.0 if mean > 0 else 1.0
    from scipy.special import stdtr

    return float(stdtr(len(each) - 1, -mean / error))


def _around(mean: float, each: Numbers) -> tuple[float, float]:
    """Return the ends of an interval that is Student's on the logarithm; `each` is relative to its mean."""
    half = _half(each)
    return (mean * exp(-half), mean * exp(half) if half < 700 else inf) if half == half else (nan, nan)


def _half(each: Numbers) -> float:
    if len(each) < 2:
        return nan
    from scipy.special import stdtrit

    return float(stdtrit(len(each) - 1, (1 + _CONFIDENCE) / 2) * each.std(ddof=1) / sqrt(len(each)))


def within(values: Numbers, weights: Numbers, share: float) -> float:
    """Return what a share of the weight is at most, such as the seconds within which 95 of 100 answers were complete.

    Between two values it is interpolated as `numpy.quantile` does (type 7 of Hyndman and Fan 1996,
    doi:10.1080/00031305.1996.10473566) where all weights are the same.

    >>> within(np.array([1.0, 2.0, 3.0]), np.ones(3), 0.5), within(np.array([1.0, 9.0]), np.array([1.0, 0.0]), 0.95)
    (2.0, 1.0)
    """
    known = ~np.isnan(values) & (weights > 0)
    values, weights = values[known], weights[known]
    if not len(values):
        return nan
    order = np.argsort(values, kind="stable")
    values, weights = values[order], weights[order]
    before = np.concatenate([[0.0], np.cumsum((weights[1:] + weights[:-1]) / 2)])
    return float(np.interp(share * before[-1], before, values))
