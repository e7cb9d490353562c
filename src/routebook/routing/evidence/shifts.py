"""Whether a figure has changed since other prompts were measured: two samples, each with its own uncertainty.

An old figure comes with its interval and without its data. The interval of the difference is put together of both
intervals, by the distances from the two figures to those ends that lie between or beyond them (MOVER, Zou and Donner
2008, doi:10.1002/sim.3095; of Wilson's intervals it is Newcombe's method 10, doi:10.1002/(SICI)1097-0258(19980430)17:8
<873::AID-SIM779>3.0.CO;2-I). Its chance is that of the normal distribution with as much spread towards no change.
"""

from __future__ import annotations

from math import ceil, erfc, exp, inf, log, nan, sqrt
from statistics import NormalDist
from typing import NamedTuple

from routebook.judging.figures.intervals import wilson
from routebook.routing.evidence.estimates import Estimate

_Z = NormalDist().inv_cdf(0.975)


class Shift(NamedTuple):
    """How a figure changed: by how much, the ends of its 95 % interval, and its two-sided chance if nothing changed."""

    change: float
    low: float
    high: float
    p: float


UNKNOWN = Shift(nan, nan, nan, nan)


def shift(new: Estimate, old: Estimate) -> Shift:
    """Return how much more the new figure is than the old one.

    >>> found = shift(Estimate(0.6, *wilson(60, 100), 100), Estimate(0.8, *wilson(80, 100), 100))
    >>> [round(figure, 3) for figure in found]
    [-0.2, -0.319, -0.073, 0.002]
    """
    change = new.value - old.value
    down = sqrt((new.value - new.low) ** 2 + (old.high - old.value) ** 2)
    up = sqrt((new.high - new.value) ** 2 + (old.value - old.low) ** 2)
    if change != change or down != down or up != up:
        return UNKNOWN
    towards = down if change > 0 else up
    z = abs(change) / towards * _Z if towards else (inf if change else 0.0)
    return Shift(change, change - down, change + up, erfc(z / sqrt(2)))


def ratio_shift(new: Estimate, old: Estimate) -> Shift:
    """Return how many times as much the new figure is: `shift` of the logarithms.

    >>> found = ratio_shift(Estimate(2.0, 1.8, 2.2, 50), Estimate(1.0, 0.9, 1.1, 50))
    >>> [round(figure, 2) for figure in found]
    [2.0, 1.74, 2.31, 0.0]
    """
    if not all(value > 0 for value in (*new[:3], *old[:3])):
        return UNKNOWN
    found = shift(*(Estimate(log(one.value), log(one.low), log(one.high), one.n) for one in (new, old)))
    return Shift(exp(found.change), exp(found.low), exp(found.high), found.p)


def share_of(part: float, prompts: int) -> Estimate:
    """Return a share of prompts, with Wilson's interval."""
    return Estimate(part / prompts, *wilson(part, prompts), prompts) if prompts else Estimate(nan, nan, nan, 0)


def smallest_shift(new: Estimate, old: Estimate, alpha: float = 0.05, power: float = 0.8) -> float:
    """Return the smallest true change that is found in a share `power` of studies like these, of a test at `alpha`.

    >>> round(smallest_shift(share_of(50, 100), share_of(50, 100)), 2)
    0.19
    """
    spread = sqrt(_error(new) ** 2 + _error(old) ** 2)
    return (NormalDist().inv_cdf(1 - alpha / 2) + NormalDist().inv_cdf(power)) * spread


def prompts_to_tell(old: Estimate, margin: float, spread: float, power: float = 0.8) -> float:
    """Return how many new prompts would show that nothing worse than `margin` is lost, where nothing is.

    Parameters
    ----------
    old
        What it was.
    margin
        The loss to be ruled out by the end of a 95 % interval.
    spread
        The standard deviation from prompt to prompt.
    power
        In what share of studies that is to come out.

    Returns
    -------
    float
        Infinite where the old figure is of too few prompts, so that no number is enough.

    Examples
    --------
    >>> prompts_to_tell(share_of(800, 1000), 0.05, 0.4), prompts_to_tell(share_of(8, 10), 0.05, 0.4)
    (1008, inf)
    """
    left = (margin / (_Z + NormalDist().inv_cdf(power))) ** 2 - _error(old) ** 2
    return ceil(spread**2 / left) if left > 0 else inf


def spread_of(one: Estimate) -> float:
    """Return how much a figure varies from prompt to prompt, as its interval says: a standard deviation."""
    return _error(one) * sqrt(one.n)


def _error(one: Estimate) -> float:
    return (one.high - one.low) / (2 * _Z)
