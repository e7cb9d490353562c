"""How good a router is, whatever it is made of: figures of its scores on two models, and of its costs and qualities.

Of **two models** a router is what it scores each prompt: the highest go to the strong model first. How many do is not
part of it, so the figures are of the whole curve (RouteLLM, Ong et al. 2024, arXiv:2406.18665). Of **many** it is a set
of points, what it costs and gets at each setting, and the mixtures of them (RouterBench, Hu et al. 2024,
arXiv:2403.12031).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import nan
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from routebook.errors import OptionError

Floats = NDArray[np.float64]

_NO_GAP = 1e-12
_CELLS_AT_ONCE = 2_000_000


class Curve(NamedTuple):
    """What a router of two models gets at each share of strong calls; straight between its points.

    Attributes
    ----------
    share
        The share of prompts that go to the strong model, rising from 0 to 1.
    quality
        The mean quality over the prompts, from the weak model's to the strong one's.
    """

    share: Floats
    quality: Floats

    @property
    def pgr(self) -> Floats:
        """The performance gap recovered at each point: 0 as the weak model, 1 as the strong; NaN without a gap."""
        gap = self.quality[-1] - self.quality[0]
        return (self.quality - self.quality[0]) / gap if gap > _NO_GAP else np.full_like(self.quality, nan)


def curve(weak: ArrayLike, strong: ArrayLike, scores: ArrayLike) -> Curve:
    """Return what two models get together as ever more prompts go to the strong one, the highest scores first.

    Prompts of equal scores go in random order: the curve is the mean over all orders, a straight line.

    Parameters
    ----------
    weak, strong
        What each model got on each prompt, a quality.
    scores
        What the router says of each prompt: the higher, the sooner it goes to the strong model. Only the order counts.

    Raises
    ------
    OptionError
        If these are not as many known numbers each, one or more.

    Examples
    --------
    >>> made = curve([1, 0, 0, 1], [1, 1, 1, 0], [0.2, 0.9, 0.4, 0.1])
    >>> made.share.tolist(), made.quality.tolist()
    ([0.0, 0.25, 0.5, 0.75, 1.0], [0.5, 0.75, 1.0, 1.0, 0.75])
    >>> curve([1, 0, 0, 1], [1, 1, 1, 0], [0, 1, 1, 0]).quality.tolist()
    [0.5, 1.0, 0.75]
    """
    ordered = _ordered(weak, strong, scores)
    gained = np.cumsum(ordered.gain)[ordered.ends - 1] / len(ordered.gain)
    first, last = ordered.weak.mean(), ordered.weak.mean() + ordered.gain.mean()
    quality = np.concatenate([[first], first + gained])
    quality[-1] = last
    return Curve(np.concatenate([[0.0], ordered.ends / len(ordered.gain)]), quality)


def apgr(weak: ArrayLike, strong: ArrayLike, scores: ArrayLike) -> float:
    """Return the average performance gap recovered: the area under `Curve.pgr` over the share of strong calls.

    0.5 for scores that say nothing; NaN where the strong model is not better than the weak one. Parameters and errors
    as of `curve`; RouteLLM (arXiv:2406.18665), over every share instead of ten.

    >>> apgr([0, 0, 1, 1], [1, 1, 1, 1], [4, 3, 2, 1]), apgr([0, 0, 1, 1], [1, 1, 1, 1], [0, 0, 0, 0])
    (0.75, 0.5)
    """
    made = curve(weak, strong, scores)
    return float(np.trapezoid(made.pgr, made.share))


def cpt(weak: ArrayLike, strong: ArrayLike, scores: ArrayLike, share: float) -> float:
    """Return the call-performance threshold: the least percent of strong calls that recovers a share of the gap.

    Of the share 0.5 it is CPT(50 %), for which a router that says nothing needs 50 % of strong calls. NaN where the
    strong model is not better than the weak one. Parameters and errors as of `curve`; RouteLLM (arXiv:2406.18665).

    Raises
    ------
    OptionError
        If `share` is not between 0 and 1.

    Examples
    --------
    >>> cpt([0, 0, 1, 1], [1, 1, 1, 1], [4, 3, 2, 1], 0.5), cpt([0, 0, 1, 1], [1, 1, 1, 1], [0, 0, 0, 0], 0.8)
    (25.0, 80.0)
    """
    _check_share(share)
    made = curve(weak, strong, scores)
    return float(_thresholds(made.share[None], made.pgr[None], share)[0])


@dataclass(frozen=True, slots=True, eq=False)
class Bands:
    """How sure a curve and its figures are, for a router that is given and other prompts of the same kind.

    Attributes
    ----------
    share
        Shares of strong calls, evenly from 0 to 1.
    quality, low, high
        The curve at these, and the ends of its interval.
    apgr
        The ends of the interval of `apgr`.
    cpt
        Those of `cpt`, by the share of the gap.
    """

    share: Floats
    quality: Floats
    low: Floats
    high: Floats
    apgr: tuple[float, float]
    cpt: dict[float, tuple[float, float]]


def bands(
    weak: ArrayLike,
    strong: ArrayLike,
    scores: ArrayLike,
    *,
    shares: Sequence[float] = (0.5, 0.8),
    points: int = 101,
    rounds: int = 1_000,
    confidence: float = 0.95,
    seed: int = 0,
) -> Bands:
    """Return intervals of a router's curve, its APGR and its CPT, by drawing the prompts again.

    A round draws as many prompts as there are, each as likely, and makes the whole curve of them: the gap it is
    measured by is drawn with it. The scores are those given, so that nothing is said of learning them anew.

    Parameters
    ----------
    weak, strong, scores
        As of `curve`.
    shares
        The shares of the gap, for CPT.
    points
        At how many shares of strong calls the curve is read.
    rounds, seed
        How often prompts are drawn, and from which random numbers: the same seed, the same intervals.
    confidence
        How sure an interval is to hold the truth; at each share alone, not for the whole curve at once.

    Returns
    -------
    Bands
        The intervals are expanded percentiles (`routebook.judging.figures.resampling.percentile_interval`). Rounds in
        which the strong model is not better have no APGR and CPT and are left out; where they are more than an interval
        may miss, it is NaN.

    Raises
    ------
    OptionError
        As `curve` and `cpt`.

    Examples
    --------
    >>> weak, scores = np.tile([0, 0, 1, 1], 50), np.tile([4, 3, 2, 1], 50)
    >>> made = bands(weak, np.ones(200), scores)
    >>> round(made.apgr[0], 2), round(made.apgr[1], 2)
    (0.72, 0.78)
    """
    from routebook.judging.figures.resampling import percentile_interval

    for share in shares:
        _check_share(share)
    ordered = _ordered(weak, strong, scores)
    prompts = len(ordered.gain)
    grid = np.linspace(0.0, 1.0, points)
    curves, areas, thresholds = [], [], []
    for times in _times(prompts, rounds, np.random.default_rng(seed)):
        called, quality = ordered.again(times)
        curves += [np.interp(grid, *each) for each in zip(called, quality, strict=True)]
        gap = quality[:, -1:] - quality[:, :1]
        pgr = (quality - quality[:, :1]) / np.where(gap > _NO_GAP, gap, nan)
        areas.append(np.trapezoid(pgr, called, axis=1))
        thresholds.append(np.stack([_thresholds(called, pgr, part) for part in shares]))

    def ends(found: Floats) -> tuple[float, float]:
        known = found[~np.isnan(found)]
        if len(known) < confidence * rounds:
            return nan, nan
        low, high = percentile_interval(known, confidence, drawn=prompts)
        return float(low), float(high)

    low, high = percentile_interval(np.array(curves), confidence, drawn=prompts)
    found = dict(zip(shares, np.concatenate(thresholds, axis=1), strict=True))
    made = curve(weak, strong, scores)
    return Bands(
        grid,
        np.interp(grid, made.share, made.quality),
        low,
        high,
        ends(np.concatenate(areas)),
        {share: ends(each) for share, each in found.items()},
    )


class Hull(NamedTuple):
    """The best that mixtures of a router's settings get for what they cost; straight between its points.

    Attributes
    ----------
    cost, quality
        Its corners; both rise, and the quality ever more slowly. More cost than that of the last buys nothing.
    """

    cost: Floats
    quality: Floats

    def at(self, cost: ArrayLike) -> Floats:
        """Return the quality that can be had at a cost, below the first corner by mixing it with no answer at all."""
        start = [0.0] if self.cost[0] > 0 else []
        places, heights = [*start, *self.cost], [*start, *self.quality]
        return np.asarray(np.interp(np.asarray(cost, dtype=float), places, heights), dtype=float)


def hull(cost: ArrayLike, quality: ArrayLike) -> Hull:
    """Return the non-decreasing convex hull of points of cost and quality; RouterBench (arXiv:2403.12031).

    Settings can be mixed by sending a share of the prompts by each, so that all on a line between two can be had.

    Parameters
    ----------
    cost, quality
        A mean cost and a mean quality for each setting of a router, or for each model. Points with a NaN are left out.

    Raises
    ------
    OptionError
        If these are not as many numbers, a cost is negative, or no point is known.

    Examples
    --------
    >>> made = hull([1, 2, 3, 4], [0.5, 0.6, 0.9, 0.8])
    >>> made.cost.tolist(), made.quality.tolist(), made.at([0.5, 2, 9]).tolist()
    ([1.0, 3.0], [0.5, 0.9], [0.25, 0.7, 0.9])
    """
    costs, qualities = np.asarray(cost, dtype=float), np.asarray(quality, dtype=float)
    if costs.ndim != 1 or costs.shape != qualities.shape:
        raise OptionError(
            f"A hull is of one cost for each quality, not of {costs.shape} costs and {qualities.shape} qualities."
        )
    known = np.isfinite(costs) & np.isfinite(qualities)
    if not known.any():
        raise OptionError("A hull needs a point whose cost and quality are both known.")
    if (costs[known] < 0).any():
        raise OptionError(f"A cost cannot be negative, as {costs[known].min():g} is.")
    corners: list[tuple[float, float]] = []
    for place in np.lexsort((-qualities[known], costs[known])):
        x, y = float(costs[known][place]), float(qualities[known][place])
        if corners and y <= corners[-1][1]:
            continue
        while len(corners) > 1 and _is_below(corners[-2], corners[-1], (x, y)):
            corners.pop()
        corners.append((x, y))
    made = np.array(corners)
    return Hull(made[:, 0], made[:, 1])


def aiq(cost: ArrayLike, quality: ArrayLike, *, between: tuple[float, float] | None = None) -> float:
    """Return the average improvement in quality: the mean height of the hull over a range of costs.

    RouterBench (arXiv:2403.12031). Routers are comparable over the same range only.

    Parameters
    ----------
    cost, quality
        As of `hull`.
    between
        The range of costs, such as from the cheapest to the dearest model; by default from the least to the most given.

    Returns
    -------
    float
        Where the range has no width, the height there.

    Raises
    ------
    OptionError
        As `hull`, or if the range is none.

    Examples
    --------
    >>> round(aiq([1, 3], [0.5, 0.9]), 3), round(aiq([1, 3], [0.5, 0.9], between=(1, 5)), 3)
    (0.7, 0.8)
    """
    made = hull(cost, quality)
    if between is None:
        known = np.asarray(cost, dtype=float)[np.isfinite(np.asarray(quality, dtype=float))]
        between = float(np.nanmin(known)), float(np.nanmax(known))
    low, high = between
    if not 0 <= low <= high < np.inf:
        raise OptionError(f"A range of costs rises from 0 or more, and {low:g} to {high:g} does not.")
    if low == high:
        return float(made.at(low))
    inside = made.cost[(made.cost > low) & (made.cost < high)]
    places = np.concatenate([[low], inside, [high]])
    return float(np.trapezoid(made.at(places), places) / (high - low))


def aiq_interval(
    cost: ArrayLike,
    quality: ArrayLike,
    *,
    between: tuple[float, float],
    rounds: int = 400,
    confidence: float = 0.95,
    seed: int = 0,
) -> tuple[float, float]:
    """Return the ends of an interval of `aiq`, by drawing the prompts again; the range of costs stays.

    Parameters
    ----------
    cost, quality
        (settings, prompts): what each setting of a router costs and gets on each prompt. Prompts with a NaN are left
        out; of fewer than two the interval is NaN.
    between
        As of `aiq`.
    rounds, seed, confidence
        As of `bands`.

    Raises
    ------
    OptionError
        As `aiq`.

    Examples
    --------
    >>> quality = np.stack([np.tile([1.0, 0.0], 100), np.tile([1.0, 1.0, 1.0, 0.0], 50)])
    >>> low, high = aiq_interval(np.repeat([[1.0], [3.0]], 200, axis=1), quality, between=(1, 3))
    >>> round(low, 2), round(high, 2)
    (0.57, 0.69)
    """
    from routebook.judging.figures.resampling import percentile_interval

    costs, qualities = np.asarray(cost, dtype=float), np.asarray(quality, dtype=float)
    known = np.isfinite(costs).all(axis=0) & np.isfinite(qualities).all(axis=0)
    prompts = int(known.sum())
    if prompts < 2:
        return nan, nan
    both = np.concatenate([costs[:, known], qualities[:, known]]).T
    means = [times @ both / prompts for times in _times(prompts, rounds, np.random.default_rng(seed))]
    found = [aiq(*np.split(each, 2), between=between) for each in np.concatenate(means)]
    low, high = percentile_interval(np.array(found), confidence, drawn=prompts)
    return float(low), float(high)


def cheapest_non_inferior(cost: ArrayLike, low: ArrayLike, margin: float) -> float:
    """Return the least cost that is not known to get less than the best single model by a margin or more.

    Parameters
    ----------
    cost
        What each setting of a router costs.
    low
        For each, the lower end of the interval of its quality minus that of the best single model on the same prompts.
    margin
        How much less would still do, from 0; a lower end must be above minus this.

    Returns
    -------
    float
        NaN where there is none. The setting is picked on the prompts it is measured on: of many that just miss the
        margin one may make it by luck.

    Raises
    ------
    OptionError
        If these are not as many numbers, or the margin is none.

    Examples
    --------
    >>> cheapest_non_inferior([1, 2, 3], [-0.2, -0.015, 0.01], 0.02), cheapest_non_inferior([1], [-0.2], 0.02)
    (2.0, nan)
    """
    costs, lows = np.asarray(cost, dtype=float), np.asarray(low, dtype=float)
    if costs.shape != lows.shape:
        raise OptionError(f"Each cost needs a lower end: there are {costs.shape} and {lows.shape}.")
    if not 0 <= margin < np.inf:
        raise OptionError(f"A margin is a difference of qualities from 0, such as 0.02, not {margin!r:.60}.")
    enough = costs[(lows > -margin) & np.isfinite(costs)]
    return float(enough.min()) if enough.size else nan


@dataclass(frozen=True, slots=True, eq=False)
class _Ordered:
    """Prompts in the order in which they go to the strong model; `ends` counts those up to each group of equals."""

    weak: Floats
    gain: Floats
    ends: NDArray[np.intp]

    def again(self, times: NDArray[np.intp]) -> tuple[Floats, Floats]:
        """Return curves of prompts drawn so many times, (rounds, prompts), as (rounds, ends + 1) shares and qualities.

        The prompts are not in their own order, which makes no difference: all are drawn alike.
        """
        rounds, prompts = times.shape
        share, quality = np.zeros((2, rounds, len(self.ends) + 1))
        share[:, 1:] = np.cumsum(times, axis=1)[:, self.ends - 1] / prompts
        quality[:, 1:] = np.cumsum(times * self.gain, axis=1)[:, self.ends - 1] / prompts
        quality += (times @ self.weak / prompts)[:, None]
        return share, quality


def _times(prompts: int, rounds: int, random: np.random.Generator) -> Iterator[NDArray[np.intp]]:
    """Give how often each prompt is drawn, (rounds, prompts), for some rounds at a time."""
    at_once = max(1, _CELLS_AT_ONCE // prompts)
    for start in range(0, rounds, at_once):
        several = min(at_once, rounds - start)
        places = random.integers(0, prompts, size=(several, prompts)) + prompts * np.arange(several)[:, None]
        yield np.bincount(places.ravel(), minlength=several * prompts).reshape(several, prompts)


def _ordered(weak: ArrayLike, strong: ArrayLike, scores: ArrayLike) -> _Ordered:
    given = {"weak": weak, "strong": strong, "scores": scores}
    made = {name: np.asarray(values, dtype=float) for name, values in given.items()}
    sizes = {values.shape for values in made.values()}
    if len(sizes) > 1 or any(values.ndim != 1 for values in made.values()) or not made["weak"].size:
        said = ", ".join(f"{name} {values.shape}" for name, values in made.items())
        raise OptionError(f"A curve needs one number for each prompt from weak, strong and scores, not {said}.")
    for name, values in made.items():
        unknown = int(np.isnan(values).sum())
        if unknown:
            raise OptionError(f"{name} is unknown for {unknown:,} of {values.size:,} prompts: leave those out first.")
    order = np.argsort(-made["scores"], kind="stable")
    scored = made["scores"][order]
    ends = np.append(np.flatnonzero(scored[1:] != scored[:-1]) + 1, scored.size)
    return _Ordered(made["weak"][order], (made["strong"] - made["weak"])[order], ends)


def _thresholds(share: Floats, pgr: Floats, part: float) -> Floats:
    """Return for each row in what percent `pgr` first reaches a part; NaN where it is unknown."""
    reached = pgr >= part - _NO_GAP
    rows, at = np.arange(len(share)), reached.argmax(axis=1)
    before = np.maximum(at - 1, 0)
    rise = pgr[rows, at] - pgr[rows, before]
    step = np.divide(part - pgr[rows, before], rise, out=np.zeros(len(share)), where=rise > 0)
    found = share[rows, before] + np.clip(step, 0, 1) * (share[rows, at] - share[rows, before])
    return np.where(reached.any(axis=1), 100 * found, nan)


def _check_share(share: float) -> None:
    if isinstance(share, bool) or not isinstance(share, (int, float)) or not 0 <= share <= 1:
        raise OptionError(f"A share of the gap is between 0 and 1, such as 0.8 for 80 %, not {share!r:.60}.")


def _is_below(first: tuple[float, float], middle: tuple[float, float], last: tuple[float, float]) -> bool:
    """Return whether a corner is on or below the line from the one before to the one after it."""
    rise = (last[1] - first[1]) * (middle[0] - first[0])
    return (middle[1] - first[1]) * (last[0] - first[0]) <= rise
