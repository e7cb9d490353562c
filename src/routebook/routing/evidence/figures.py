"""What a policy or a single model gets, costs and takes, as values: NaN is unknown."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from routebook.routing.evidence.estimates import amount_of, quality_of, within

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]

_P95 = 0.95


class Total(NamedTuple):
    """What a policy, one of its routes or a single model gets, costs and takes; NaN is unknown.

    Attributes
    ----------
    quality, low, high
        Mean quality, from 0 to 1, and the ends of its 95 % interval.
    n
        Of how many prompts: those of known quality.
    usd_per_1k_prompts, usd_low, usd_high, priced
        US dollars for a thousand prompts, with the same, and of how many prompts.
    latency_s, latency_p95_s
        Mean seconds, and those within which 95 of 100 answers are complete.
    prompts
        How many there are.
    """

    quality: float
    low: float
    high: float
    n: int
    usd_per_1k_prompts: float
    usd_low: float
    usd_high: float
    priced: int
    latency_s: float
    latency_p95_s: float
    prompts: int


class Single(NamedTuple):
    """A model that answers everything, and what the policy gets and costs beside it, on the prompts that both have.

    Attributes
    ----------
    model, role
        Which; ``best single``, ``cheapest`` or ``given`` (as ``against``), or empty; both with ``, `` between.
    quality, low, high, n, usd_per_1k_prompts, usd_low, usd_high, priced, latency_s, latency_p95_s, prompts
        The model's own, as in `Total`.
    gain, gain_low, gain_high, p
        The policy's quality less the model's, with its 95 % interval, and how likely two equally good ones are to
        differ as much (`routebook.judging.figures.paired`); by itself, not corrected for looking at several.
    cost_ratio, ratio_low, ratio_high
        How many times as much the policy costs.
    """

    model: str
    role: str
    quality: float
    low: float
    high: float
    n: int
    usd_per_1k_prompts: float
    usd_low: float
    usd_high: float
    priced: int
    latency_s: float
    latency_p95_s: float
    prompts: int
    gain: float
    gain_low: float
    gain_high: float
    p: float
    cost_ratio: float
    ratio_low: float
    ratio_high: float


def figures_of(quality: Numbers, cost: Numbers, latency: Numbers, each: tuple[Numbers, Numbers]) -> Total:
    """Sum up what is known of some prompts; `each` has the latency of every answer there may be, with its weight."""
    spent, took = amount_of(1000 * cost), amount_of(latency).value
    return Total(*quality_of(quality), *spent, took, within(*each, _P95), len(quality))
