"""Each route's choice beside every other model, on the route's own prompts: which of them is shown to beat it.

A choice is *beaten* by a model that is better at no higher cost, and *dearer than need be* beside one that is as good
(not worse by more than a margin) and costs less. Each has to be shown: the chances of all these comparisons together
are corrected by Holm's method.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import nan
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from routebook.judging.figures.paired import ALPHA, holm
from routebook.models import ModelId
from routebook.routing.evidence.assigned import Assigned
from routebook.routing.evidence.estimates import (
    Estimate,
    chance,
    chance_dearer,
    chance_worse,
    detectable,
    difference,
    known_differences,
    quality_of,
    ratio_of,
)
from routebook.routing.evidence.parties import is_own

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]

BEATEN, DEARER, HOLDS, UNKNOWN = "beaten", "dearer than need be", "not beaten", "cannot tell"
FEWEST = 10
"""Of fewer prompts of a route, or of a vendor, nothing is said."""
_SAME_COST = 1e-9


class RouteRow(NamedTuple):
    """A route's choice, and the model that beats it, if one is shown to.

    Attributes
    ----------
    tag, prompts
        Which route, and how many prompts take it.
    model, vendor, own
        The choice (by weight the likeliest), who made it, and whether that is who runs its host.
    quality, low, high
        What it gets, and its 95 % interval.
    verdict
        ``beaten``: another is better at no higher cost. ``dearer than need be``: another is as good, within the margin,
        for less. ``not beaten``: none is shown to be either. ``cannot tell``: too little is known.
    by, by_vendor, by_own
        The other model: of those shown to be better the best, else the cheapest of those as good; or empty.
    gain, gain_low, gain_high
        How much better that one is, with its 95 % interval.
    cost_ratio, ratio_low, ratio_high
        How many times as much it costs.
    p_adjusted
        The chance of the comparison with it, or of the likeliest one, corrected for all comparisons of the policy.
    smallest
        The smallest lead of another at no higher cost that would have been found 80 % of the time.
    """

    tag: str
    prompts: int
    model: str
    vendor: str
    own: bool
    quality: float
    low: float
    high: float
    verdict: str
    by: str
    by_vendor: str
    by_own: bool
    gain: float
    gain_low: float
    gain_high: float
    cost_ratio: float
    ratio_low: float
    ratio_high: float
    p_adjusted: float
    smallest: float


class _Beside(NamedTuple):
    """The quality and cost of another model, and of the choice, on a route's prompts."""

    quality: Numbers
    cost: Numbers
    chosen: Numbers
    paid: Numbers

    @property
    def gains(self) -> Numbers:
        return known_differences(self.quality, self.chosen)

    @property
    def cost_ratio(self) -> Estimate:
        return ratio_of(self.cost, self.paid)


class _Compared(NamedTuple):
    """One comparison: of a route's choice with another model, for one of the two reasons to be flagged."""

    route: int
    model: int
    verdict: str
    p: float


@dataclass(frozen=True, eq=False)
class Choices:
    """A policy's choices beside the other models; `margin` is the loss of quality that would not matter."""

    assigned: Assigned
    margin: float

    @cached_property
    def chosen(self) -> tuple[Numbers, Numbers]:
        """The quality and the cost of the choice on each prompt."""
        return self.assigned.expected("quality"), self.assigned.expected("cost_usd")

    def others(self, route: int) -> list[int]:
        """Return the places of the models that do not answer all of a route's prompts."""
        return [place for place, share in enumerate(self.assigned.shares[route]) if share < 1]

    def _beside(self, route: int, place: int) -> _Beside:
        made, here = self.assigned, self.assigned.route == route
        quality, cost = (made.measured(what)[here, place] for what in ("quality", "cost_usd"))
        return _Beside(quality, cost, self.chosen[0][here], self.chosen[1][here])

    @cached_property
    def costs_known(self) -> bool:
        """Whether any cost is known."""
        return not np.isnan(self.chosen[1]).all()

    def no_dearer(self, route: int, place: int) -> bool:
        """Tell whether another model costs no more on a route's prompts; where no cost is known, nobody does."""
        if not self.costs_known:
            return True
        return self._beside(route, place).cost_ratio.value <= 1 + _SAME_COST

    @cached_property
    def _compared(self) -> list[_Compared]:
        """Return every comparison that may flag a choice, with its corrected chance."""
        found = []
        for route in self.assigned.answered:
            for place in self.others(route):
                two = self._beside(route, place)
                if len(two.gains) < FEWEST or not self.no_dearer(route, place):
                    continue
                p = chance(two.quality, two.chosen, single=self.assigned.single)
                found.append(_Compared(route, place, BEATEN, p if two.gains.mean() > 0 else 1.0))
                if self.costs_known and two.cost_ratio.value < 1 - _SAME_COST:
                    p = max(chance_worse(two.gains, self.margin), chance_dearer(two.cost, two.paid))
                    found.append(_Compared(route, place, DEARER, p))
        return [one._replace(p=p) for one, p in zip(found, holm([one.p for one in found]), strict=True)]

    @cached_property
    def rows(self) -> tuple[RouteRow, ...]:
        """Each route that prompts take."""
        return tuple(self._row(route) for route in self.assigned.answered)

    def _row(self, route: int) -> RouteRow:
        made, compared = self.assigned, [one for one in self._compared if one.route == route]
        here = made.route == route
        model = made.model[here][0]
        chosen = quality_of(self.chosen[0][here])
        least = min(compared, key=lambda one: one.p, default=None)
        gains = [self._beside(route, place).gains for place in {one.model for one in compared}]
        smallest = max((detectable(each, ALPHA / len(self._compared)) for each in gains), default=nan)
        unpriced = self.costs_known and bool(np.isnan(self.chosen[1][here]).all())
        verdict = UNKNOWN if chosen.n < FEWEST or unpriced else HOLDS
        vendor, own = self._whose(model)
        alone = RouteRow(
            made.tags[route], int(here.sum()), model, vendor, own, *chosen[:3], verdict, "", "", False,
            nan, nan, nan, nan, nan, nan, least.p if least else nan, smallest,
        )  # fmt: skip
        beater = self._beater(compared)
        if beater is None:
            return alone
        name = made.outcomes.models[beater.model]
        vendor, own = self._whose(name)
        two = self._beside(route, beater.model)
        gain, ratio = difference(two.quality, two.chosen, single=made.single), two.cost_ratio
        return alone._replace(
            verdict=beater.verdict,
            by=name,
            by_vendor=vendor,
            by_own=own,
            gain=gain.difference,
            gain_low=gain.low,
            gain_high=gain.high,
            cost_ratio=ratio.value,
            ratio_low=ratio.low,
            ratio_high=ratio.high,
            p_adjusted=beater.p,
        )

    def _beater(self, compared: list[_Compared]) -> _Compared | None:
        shown = [one for one in compared if one.p < ALPHA]
        better = [one for one in shown if one.verdict == BEATEN]
        if better:
            return max(better, key=lambda one: float(self._beside(one.route, one.model).gains.mean()))
        return min(shown, key=lambda one: self._beside(one.route, one.model).cost_ratio.value, default=None)

    def _whose(self, model: str) -> tuple[str, bool]:
        vendor = str(self.assigned.outcomes._models.at[model, "vendor"])
        return vendor, is_own(ModelId.parse(self.assigned.ids[model]).host, vendor)

    @property
    def flagged(self) -> tuple[RouteRow, ...]:
        """The routes whose choice is beaten, or dearer than need be."""
        return tuple(row for row in self.rows if row.by)
