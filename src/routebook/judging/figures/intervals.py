"""Intervals of shares and of mean scores from 0 to 1; light, so that a chart may use them."""

from __future__ import annotations

from collections.abc import Sequence
from math import fsum, nan, sqrt
from statistics import NormalDist


def wilson(successes: float, trials: float, confidence: float = 0.95) -> tuple[float, float]:
    """Return Wilson's interval of a share (doi:10.1080/01621459.1927.10502953); of no trials, NaN.

    >>> [round(end, 3) for end in wilson(8, 10)]
    [0.49, 0.943]
    """
    if not trials:
        return nan, nan
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    share = successes / trials
    middle = (share + z * z / (2 * trials)) / (1 + z * z / trials)
    half = z / (1 + z * z / trials) * sqrt(share * (1 - share) / trials + z * z / (4 * trials**2))
    return max(0.0, middle - half), min(1.0, middle + half)


def mean_interval(
    prompt_means: Sequence[float], confidence: float = 0.95, *, weights: Sequence[float] | None = None
) -> tuple[float, float]:
    """Return an interval of a mean score over prompts, of what was got on each.

    Wilson's, of as many trials as say as much about a share as these prompts do about their mean: p (1 - p) over the
    squared standard error of the mean over prompts. Answers to one prompt are thereby a cluster, and count the less the
    more they resemble each other. With right and wrong answers, one to a prompt, it is Wilson's interval itself.

    Parameters
    ----------
    prompt_means
        For each prompt, the mean of what its answers got, from 0 to 1; the estimate is the mean of these.
    confidence
        How often such intervals hold the true mean.
    weights
        How much each prompt counts, such as how many words a mean is of; all the same by default.

    Returns
    -------
    tuple
        Its ends; NaN of no prompts. Never of no width: where all prompts got the same, a prompt is one trial.

    Notes
    -----
    An effective number of trials in Wilson's interval: Dean and Pagano 2015 (doi:10.1093/jssam/smv024); standard
    errors clustered by prompt: Miller 2024 (arXiv:2411.00640). What the scores' spread adds to one trial a prompt is an
    estimate of few degrees of freedom, and is discounted as Korn and Graubard do (1998, Survey Methodology 24,
    193-201), by the squared ratio of the normal and Student's quantiles.

    Examples
    --------
    >>> mean_interval([1, 1, 1, 1, 1, 1, 1, 1, 0, 0]) == wilson(8, 10)
    True
    >>> [round(end, 2) for end in mean_interval([0.8, 0.7, 0.9, 0.8, 0.75, 0.85])]
    [0.72, 0.86]
    """
    prompts = len(prompt_means)
    if not prompts:
        return nan, nan
    if weights is None:
        total = fsum(prompt_means)
        mean = total / prompts
        spread = fsum((value - mean) ** 2 for value in prompt_means)
    else:
        each = fsum(weights) / prompts
        total = fsum(weight * value for weight, value in zip(weights, prompt_means, strict=True)) / each
        mean = total / prompts
        off = ((weight / each) * (value - mean) for weight, value in zip(weights, prompt_means, strict=True))
        spread = fsum(value**2 for value in off)
    most = prompts * mean * (1 - mean)  # the spread of right and wrong answers
    if spread < 1e-9 or abs(spread - most) <= most * 1e-9:
        return wilson(total, prompts, confidence)
    if spread > most:  # a few prompts count for more than the others
        trials = prompts * most / spread
        return wilson(mean * trials, trials, confidence)

    from scipy.special import stdtrit

    normal = NormalDist().inv_cdf((1 + confidence) / 2)
    student = float(stdtrit(prompts - 1, (1 + confidence) / 2))
    discount = (normal / student) ** 2 * (prompts - 1) / prompts
    trials = prompts + prompts * (most / spread - 1) * discount
    return wilson(mean * trials, trials, confidence)
