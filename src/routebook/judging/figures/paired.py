"""How much better one model is than another on the same prompts, and how sure that is.

- **Right or wrong, one answer to a prompt**: McNemar's exact test (doi:10.1007/BF02295996) of the prompts on which they
  disagree, and Bonett and Price's adjusted interval (doi:10.3102/1076998611411915).
- **Else**: a test by sign flips, in which each prompt's difference might as well have been the other way round (Pitman
  1937, doi:10.2307/2984124; of right and wrong answers it is McNemar's), and an interval by a paired bootstrap over
  prompts, with percentiles widened for few prompts (Hesterberg 2015, doi:10.1080/00031305.2015.1089789). The bootstrap
  gives no p-value: turned around into one, it calls equal models different far too often where prompts are few.
- **All differences the same**, as of two models that agreed everywhere: nothing was seen to vary, which does not mean
  that nothing does. The interval allows for Wilson's bound of disagreements that were not seen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import erfc, nan, sqrt
from statistics import NormalDist
from typing import TYPE_CHECKING, NamedTuple

from routebook.judging.figures.folding import OnPrompt
from routebook.judging.figures.intervals import wilson

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

ALPHA = 0.05
_ROUNDS = 2_000
_MOST_VALUES = 200
_MOST_FLIPPED = 20  # differences whose 2 ** 20 sign flips are all gone through
_FEWEST_RESAMPLED = 6
SAME = 1e-9
_STEPS = 55_440  # a mean of up to 12 halves, quarters or repeats is a whole number of these


class Difference(NamedTuple):
    """How much better one model is than another.

    Attributes
    ----------
    difference
        The mean over the prompts that both have, from -1 to 1; NaN without any.
    low, high
        The ends of its 95 % interval.
    p
        How likely two equally good models are to differ at least as much; not corrected.
    prompts
        How many both have.
    method
        ``McNemar``, ``sign flips``, ``all equal`` or ``no common prompt``.
    """

    difference: float
    low: float
    high: float
    p: float
    prompts: int
    method: str


def differences(a: Mapping[str, OnPrompt], b: Mapping[str, OnPrompt]) -> list[float]:
    """Return what `a` got more than `b`, for each prompt that both have."""
    return [mine.mean - b[prompt_id].mean for prompt_id, mine in a.items() if prompt_id in b]


def compared(a: Mapping[str, OnPrompt], b: Mapping[str, OnPrompt]) -> Difference:
    """Return how much better `a` is than `b`, on the prompts that both have.

    Examples
    --------
    >>> right, wrong = OnPrompt(1.0, 1), OnPrompt(0.0, 1)
    >>> strong = {str(prompt): right for prompt in range(20)}
    >>> weak = strong | {str(prompt): wrong for prompt in range(8)}
    >>> found = compared(strong, weak)
    >>> found.difference, round(found.p, 4), found.method
    (0.4, 0.0078, 'McNemar')
    """
    each = differences(a, b)
    single = all(_right_or_wrong(a[prompt_id]) and _right_or_wrong(b[prompt_id]) for prompt_id in a if prompt_id in b)
    return difference_of(each, right_or_wrong=single)


def difference_of(each: Sequence[float], *, right_or_wrong: bool = False) -> Difference:
    """Return the mean of differences, one for each prompt, from -1 to 1, and how sure it is.

    Parameters
    ----------
    each
        What one got more than the other, for each prompt.
    right_or_wrong
        Whether all are of single answers that are right or wrong, so that each is -1, 0 or 1.

    Examples
    --------
    >>> difference_of([1.0] * 8 + [0.0] * 12, right_or_wrong=True).method, difference_of([0.5, -0.25]).difference
    ('McNemar', 0.125)
    """
    if not each:
        return Difference(nan, nan, nan, nan, 0, "no common prompt")
    mean, p = sum(each) / len(each), chance_of(each, right_or_wrong=right_or_wrong)
    if right_or_wrong:
        low, high = bonett_price(each.count(1.0), each.count(-1.0), len(each))
        return Difference(mean, low, high, p, len(each), "McNemar")
    if max(each) - min(each) < SAME:
        return Difference(mean, *_unseen_interval(mean, len(each)), p, len(each), "all equal")
    return Difference(mean, *bootstrap_interval(each), p, len(each), "sign flips")


def chance_of(each: Sequence[float], *, right_or_wrong: bool = False) -> float:
    """Return the p-value of `difference_of` alone; its interval is what takes time. NaN of no differences.

    >>> chance_of([1.0] * 8 + [0.0] * 12, right_or_wrong=True)
    0.0078125
    """
    if not each:
        return nan
    if right_or_wrong:
        return mcnemar(each.count(1.0), each.count(-1.0))
    if max(each) - min(each) < SAME:
        return _unseen_p(sum(each) / len(each), len(each))
    return sign_flips(each)


def _right_or_wrong(on: OnPrompt) -> bool:
    return on.answers == 1 and on.mean in (0.0, 1.0)


def mcnemar(wins: int, losses: int) -> float:
    """Return McNemar's exact two-sided p-value of the prompts on which two models disagree.

    >>> round(mcnemar(9, 1), 4), mcnemar(0, 0)
    (0.0215, 1.0)
    """
    from scipy.special import bdtr

    return min(1.0, 2 * float(bdtr(min(wins, losses), wins + losses, 0.5)))


def bonett_price(wins: int, losses: int, prompts: int, confidence: float = 0.95) -> tuple[float, float]:
    """Return Bonett and Price's interval of the difference of two shares of the same prompts.

    >>> [round(end, 3) for end in bonett_price(26, 4, 48)]
    [0.255, 0.625]
    """
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    won, lost = (wins + 1) / (prompts + 2), (losses + 1) / (prompts + 2)
    half = z * sqrt((won + lost - (won - lost) ** 2) / (prompts + 2))
    return max(-1.0, won - lost - half), min(1.0, won - lost + half)


def sign_flips(each: Sequence[float]) -> float:
    """Return the two-sided p-value of a mean difference if each difference might have had the other sign.

    Exact for up to 20 differences that are not 0; for more the normal limit, with a correction for the steps in which
    the sum can move, which is on the safe side.

    >>> sign_flips([0.2, 0.4, 0.0, 0.2, 0.6, 0.2]), sign_flips([0.5, -0.5])
    (0.0625, 1.0)
    """
    import numpy as np

    given = np.asarray(each)
    sizes = np.abs(given)[np.abs(given) > SAME]
    total = abs(float(given.sum()))
    if not sizes.size:
        return 1.0
    if sizes.size <= _MOST_FLIPPED:
        sums = np.zeros(1)
        for size in sizes:
            sums = np.concatenate([sums + size, sums - size])
        return float(np.mean(np.abs(sums) >= total - SAME))
    step = int(np.gcd.reduce(np.rint(sizes * _STEPS).astype(np.int64))) / _STEPS
    return erfc(max(0.0, total - step) / sqrt(2 * float((sizes**2).sum())))


def bootstrap_interval(each: Sequence[float], confidence: float = 0.95) -> tuple[float, float]:
    """Return an interval of a mean difference by resampling the prompts; the same for the same differences.

    Equal differences are folded and drawn together, by multinomial counts. Of more than 200 different ones, those
    that are closer than 1/200 of their range are folded to their mean. Fewer than 6 prompts cannot be resampled: the
    interval is Student's.

    >>> [round(end, 2) for end in bootstrap_interval([0.2, 0.4, 0.0, 0.2, 0.6, 0.2, -0.2, 0.4])]
    [0.0, 0.42]
    """
    import numpy as np
    from scipy.special import stdtrit

    from routebook.judging.figures.resampling import percentile_interval

    prompts = len(each)
    if prompts < _FEWEST_RESAMPLED:
        student = float(stdtrit(prompts - 1, (1 + confidence) / 2))
        mean, half = float(np.mean(each)), student * float(np.std(each, ddof=1)) / sqrt(prompts)
        return max(-1.0, mean - half), min(1.0, mean + half)
    values, counts = _fold_equal(np.asarray(each))
    drawn = np.random.default_rng(0).multinomial(prompts, counts / prompts, size=_ROUNDS)
    low, high = percentile_interval(drawn @ values / prompts, confidence, drawn=prompts)
    return float(low), float(high)


def _fold_equal(each: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    import numpy as np

    values, counts = np.unique(each.round(9), return_counts=True)
    if values.size <= _MOST_VALUES:
        return values, counts
    place = np.minimum((each - each.min()) / np.ptp(each) * _MOST_VALUES, _MOST_VALUES - 1).astype(np.int64)
    sums, counts = np.bincount(place, each), np.bincount(place)
    return sums[counts > 0] / counts[counts > 0], counts[counts > 0]


def _unseen_interval(value: float, prompts: int) -> tuple[float, float]:
    """Let as many prompts as may have gone unseen be all lost, or all won."""
    unseen = wilson(0, prompts)[1]
    return value - unseen * (1 + value), value + unseen * (1 - value)


def _unseen_p(value: float, prompts: int) -> float:
    """Return the chance of not seeing one of the lost prompts that would make up for what all others won."""
    return min(1.0, 2 * (1 / (1 + abs(value))) ** prompts)


def holm(chances: Sequence[float]) -> list[float]:
    """Return p-values corrected for being several, by Holm's method (1979, Scand. J. Statist. 6, 65-70); NaN stays NaN.

    >>> holm([0.01, 0.04, 0.03, nan])
    [0.03, 0.06, 0.06, nan]
    """
    known = sorted((p, place) for place, p in enumerate(chances) if p == p)
    corrected, most = list(chances), 0.0
    for rank, (p, place) in enumerate(known):
        most = max(most, min(1.0, p * (len(known) - rank)))
        corrected[place] = most
    return corrected


def verdict(p_adjusted: float) -> str:
    """Return whether two models can be told apart; NaN cannot.

    >>> verdict(0.04), verdict(0.05), verdict(nan)
    ('distinguishable', 'not distinguishable', 'not distinguishable')
    """
    return "distinguishable" if p_adjusted < ALPHA else "not distinguishable"
