"""What a policy's choices cost beside better ones: over all prompts, and vendor by vendor.

Whether a vendor is favoured is asked over all routes it was chosen for together, which finds what no route shows by
itself: the other vendors' best model at no higher cost is picked on one half of a route's prompts and measured on the
other half, and the other way round. Picked and measured on the same prompts, the best of several would always look
better than the choice.
"""

from __future__ import annotations

from math import nan
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from routebook.judging.figures.paired import ALPHA, difference_of, holm
from routebook.routing.evidence.choices import FEWEST, UNKNOWN, Choices
from routebook.routing.evidence.estimates import change_of, difference

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]

FAVOURED, NOT_FAVOURED = "others are better", "no favour shown"
NOBODY = "unknown"
"""The vendor of a model that nobody is known to have made."""


class VendorRow(NamedTuple):
    """How a vendor fares over all the routes that it was chosen for.

    Attributes
    ----------
    vendor, routes, share
        Whose models, for how many routes, with what share of the prompts.
    flagged
        How many of these are beaten, or dearer than need be, beside another vendor's model.
    others_gain, low, high, n
        What the best of the other vendors at no higher cost gets more, picked and measured on different prompts, with
        its 95 % interval and the number of prompts; NaN where there is none.
    p_adjusted
        The one-sided chance of that, if no other is better, corrected for the number of vendors.
    verdict
        ``others are better``, ``no favour shown`` or ``cannot tell``.
    """

    vendor: str
    routes: int
    share: float
    flagged: int
    others_gain: float
    low: float
    high: float
    n: int
    p_adjusted: float
    verdict: str


class Favour(NamedTuple):
    """What the flagged choices cost, over all prompts: as if each were replaced by the model that beats it.

    Attributes
    ----------
    routes, share
        How many are flagged, and what share of the prompts takes them.
    quality, low, high
        The mean quality that is forgone, with its 95 % interval.
    usd_per_1k_prompts, usd_low, usd_high
        What is paid too much; NaN where costs are unknown.
    """

    routes: int
    share: float
    quality: float
    low: float
    high: float
    usd_per_1k_prompts: float
    usd_low: float
    usd_high: float


def favour_of(choices: Choices) -> Favour:
    """Return what the flagged choices cost, over all prompts."""
    made = choices.assigned
    quality, cost = (values.copy() for values in choices.chosen)
    on = np.zeros(len(made.route), dtype=bool)
    for row in choices.flagged:
        here = made.route == made.tags.index(row.tag)
        on |= here
        for values, measure in ((quality, "quality"), (cost, "cost_usd")):
            values[here] = made.of(measure, row.by)[here]
    if not on.any():
        return Favour(0, 0.0, 0.0, 0.0, 0.0, *[0.0 if choices.costs_known else nan] * 3)
    gain = difference(quality, choices.chosen[0], single=made.single)
    saved = change_of(1000 * choices.chosen[1], 1000 * cost)
    return Favour(len(choices.flagged), float(on.mean()), *gain[:3], *saved[:3])


def vendor_rows(choices: Choices) -> tuple[VendorRow, ...]:
    """Return how each vendor that was chosen fares over all its routes."""
    made, found = choices.assigned, []
    for vendor in dict.fromkeys(row.vendor for row in choices.rows):
        own = [row for row in choices.rows if row.vendor == vendor]
        share = sum(row.prompts for row in own) / len(made.route)
        each = np.concatenate([_crossed(choices, made.tags.index(row.tag), vendor) for row in own])
        flagged = sum(bool(row.by) and row.by_vendor != vendor for row in own)
        found.append((vendor, len(own), share, flagged, each, difference_of(each.tolist())))
    told = [
        nan if vendor == NOBODY or len(each) < FEWEST else gain.p / 2 if gain.difference > 0 else 1 - gain.p / 2
        for vendor, *_, each, gain in found
    ]
    return tuple(
        VendorRow(vendor, routes, share, flagged, *gain[:3], len(each), p, _favoured(p))
        for (vendor, routes, share, flagged, each, gain), p in zip(found, holm(told), strict=True)
    )


def _crossed(choices: Choices, route: int, vendor: str) -> Numbers:
    """Return what the others' best gets more than the choice, on each prompt: picked on the other half of them."""
    made = choices.assigned
    vendors = made.outcomes._models["vendor"].to_numpy()
    rivals = [place for place in choices.others(route) if vendors[place] not in (vendor, NOBODY)]
    rivals = [place for place in rivals if choices.no_dearer(route, place)]
    here = np.flatnonzero(made.route == route)
    each = made.measured("quality")[here][:, rivals] - choices.chosen[0][here, None]
    half = np.random.default_rng(0).permutation(len(here)) % 2
    found = []
    for side in (0, 1):
        picking, measuring = each[half != side], each[half == side]
        known = (~np.isnan(picking)).sum(axis=0)
        if known.any():
            means = np.where(known, np.nansum(picking, axis=0) / np.maximum(known, 1), -np.inf)
            got = measuring[:, means.argmax()]
            found.append(got[~np.isnan(got)])
    return np.concatenate(found) if found else np.zeros(0)


def _favoured(p: float) -> str:
    return UNKNOWN if p != p else FAVOURED if p < ALPHA else NOT_FAVOURED
