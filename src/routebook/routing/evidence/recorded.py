"""What a route's evidence recorded, as figures that new ones can be compared with; what it does not say is unknown."""

from __future__ import annotations

from math import nan
from typing import TYPE_CHECKING

from routebook.judging.figures.intervals import wilson
from routebook.routing.evidence.estimates import NOTHING, Estimate
from routebook.routing.evidence.shifts import UNKNOWN, Shift, ratio_shift, share_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from routebook.routing.route import Evidence

    Numbers = NDArray[np.float64]

_SLOW = 0.05  # of answers that took longer than latency_p95_s when that was measured


def quality_before(evidence: Evidence | None) -> Estimate:
    """Return what a route's evidence says of its quality, with Wilson's interval where it gives none."""
    if evidence is None or evidence.quality is None:
        return NOTHING
    prompts = evidence.prompts if evidence.held_out is None else evidence.held_out
    if evidence.quality_ci95 is not None:
        return Estimate(evidence.quality, *evidence.quality_ci95, prompts)
    return Estimate(evidence.quality, *wilson(evidence.quality * prompts, prompts), prompts) if prompts else NOTHING


def cost_shift(evidence: Evidence | None, cost: Estimate) -> Shift:
    """Return how many times as much a route costs; without an interval in its evidence there is no chance of it."""
    if evidence is None or evidence.usd_per_1k_prompts is None:
        return UNKNOWN
    before, ends = evidence.usd_per_1k_prompts, evidence.usd_per_1k_prompts_ci95
    if ends is not None:
        return ratio_shift(cost, Estimate(before, *ends, evidence.prompts))
    return Shift(cost.value / before, cost.low / before, cost.high / before, nan) if before else UNKNOWN


def slow_share(evidence: Evidence | None, latency: Numbers) -> Estimate:
    """Return what share of answers takes longer than 95 of 100 did when the evidence was taken."""
    if evidence is None or evidence.latency_p95_s is None:
        return NOTHING
    return share_of(float((latency > evidence.latency_p95_s).sum()), len(latency))


def usual_slow_share(evidence: Evidence | None) -> Estimate:
    """Return the share of answers slower than the old p95: 5 %, as sure as so many old prompts make it."""
    if evidence is None or evidence.latency_p95_s is None:
        return NOTHING
    prompts = evidence.prompts if evidence.held_out is None else evidence.held_out
    return share_of(_SLOW * prompts, prompts)
