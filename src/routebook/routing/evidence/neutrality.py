"""Whether a policy's choices are the best that the evidence supports, or favour a vendor.

A route's choice is compared with every other model of the table, on the route's own prompts. It is *beaten* by one that
is better at no higher cost, and *dearer than need be* beside one that is as good (not worse by more than a margin) and
costs less. Each has to be shown: the chances of all these comparisons together are corrected by Holm's method, so that
of policies whose every choice is as good as any, hardly 1 in 20 has any route that is flagged.

Whether a *vendor* is favoured is asked over all routes it was chosen for together, which finds what no route shows by
itself: the other vendors' best model at no higher cost is picked on one half of a route's prompts and measured on the
other half, and the other way round. Picked and measured on the same prompts, the best of several would always look
better than the choice.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import nan
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from routebook.errors import OptionError
from routebook.judging.figures.paired import ALPHA, difference_of, holm
from routebook.lookup import count
from routebook.models import ModelId
from routebook.outcomes.columns import listed
from routebook.outcomes.table import Outcomes
from routebook.render.report import Report, percent
from routebook.routing.evidence.assigned import Assigned, assign
from routebook.routing.evidence.estimates import (
    chance,
    chance_dearer,
    chance_worse,
    change_of,
    detectable,
    difference,
    known_differences,
    quality_of,
    ratio_of,
)
from routebook.routing.evidence.parties import is_own
from routebook.routing.evidence.wording import about

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from routebook.routing.policy import Policy

    Numbers = NDArray[np.float64]

BEATEN, DEARER, HOLDS, UNKNOWN = "beaten", "dearer than need be", "not beaten", "cannot tell"
FAVOURED, NOT_FAVOURED = "others are better", "no favour shown"
_SAME_COST = 1e-9
_FEWEST = 10  # prompts of a route, or of a vendor, of which anything is said
_NOBODY = "unknown"


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


class _Compared(NamedTuple):
    """One comparison: of a route's choice with another model, for one of the two reasons to be flagged."""

    route: int
    model: int
    verdict: str
    p: float


@dataclass(frozen=True, eq=False)
class Neutrality:
    """Whether a policy's choices are the best that the evidence supports.

    Attributes
    ----------
    assigned
        Which route each prompt takes, and who answers there.
    margin
        How much worse a model may be and still count as as good, in quality from 0 to 1.
    """

    assigned: Assigned
    margin: float

    @cached_property
    def _chosen(self) -> tuple[Numbers, Numbers]:
        return self.assigned.expected("quality"), self.assigned.expected("cost_usd")

    def _others(self, route: int) -> list[int]:
        return [place for place, share in enumerate(self.assigned.shares[route]) if share < 1]

    def _with(self, route: int, place: int) -> tuple[NDArray[np.bool_], Numbers, Numbers, Numbers, Numbers]:
        """Return a route's prompts, and of these the quality and cost of another model and of the choice."""
        made, here = self.assigned, self.assigned.route == route
        quality, cost = (made.measured(what)[here, place] for what in ("quality", "cost_usd"))
        return here, quality, cost, self._chosen[0][here], self._chosen[1][here]

    @cached_property
    def _costs_known(self) -> bool:
        return not np.isnan(self._chosen[1]).all()

    def _no_dearer(self, route: int, place: int) -> bool:
        """Tell whether another model costs no more on a route's prompts; where no cost is known, nobody does."""
        if not self._costs_known:
            return True
        _, _, cost, _, chosen = self._with(route, place)
        return ratio_of(cost, chosen).value <= 1 + _SAME_COST

    @cached_property
    def _compared(self) -> list[_Compared]:
        """Return every comparison that may flag a choice, with its corrected chance."""
        found = []
        for route in self.assigned.answered:
            for place in self._others(route):
                _, quality, cost, chosen, paid = self._with(route, place)
                each = known_differences(quality, chosen)
                if len(each) < _FEWEST or not self._no_dearer(route, place):
                    continue
                p = chance(quality, chosen, single=self.assigned.single)
                found.append(_Compared(route, place, BEATEN, p if each.mean() > 0 else 1.0))
                if self._costs_known and ratio_of(cost, paid).value < 1 - _SAME_COST:
                    p = max(chance_worse(each, self.margin), chance_dearer(cost, paid))
                    found.append(_Compared(route, place, DEARER, p))
        return [one._replace(p=p) for one, p in zip(found, holm([one.p for one in found]), strict=True)]

    @cached_property
    def rows(self) -> tuple[RouteRow, ...]:
        """The rows of `routes`."""
        return tuple(self._row(route) for route in self.assigned.answered)

    def _row(self, route: int) -> RouteRow:
        made, compared = self.assigned, [one for one in self._compared if one.route == route]
        here = made.route == route
        model = made.model[here][0]
        chosen = quality_of(self._chosen[0][here])
        least = min(compared, key=lambda one: one.p, default=None)
        each = [known_differences(*self._with(route, place)[1::2][:2]) for place in {one.model for one in compared}]
        smallest = max((detectable(one, ALPHA / len(self._compared)) for one in each), default=nan)
        verdict = HOLDS if chosen.n >= _FEWEST else UNKNOWN
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
        _, quality, cost, ours, paid = self._with(route, beater.model)
        gain, ratio = difference(quality, ours, single=made.single), ratio_of(cost, paid)
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
            return max(better, key=lambda one: self._mean_gain(one))
        return min(shown, key=lambda one: self._ratio(one), default=None)

    def _mean_gain(self, one: _Compared) -> float:
        _, quality, _, chosen, _ = self._with(one.route, one.model)
        return float(known_differences(quality, chosen).mean())

    def _ratio(self, one: _Compared) -> float:
        _, _, cost, _, paid = self._with(one.route, one.model)
        return ratio_of(cost, paid).value

    def _whose(self, model: str) -> tuple[str, bool]:
        vendor = str(self.assigned.outcomes._models.at[model, "vendor"])
        return vendor, is_own(ModelId.parse(self.assigned.ids[model]).host, vendor)

    @property
    def routes(self) -> pd.DataFrame:
        """One row per route that prompts take: the columns of `RouteRow`."""
        return pd.DataFrame(self.rows, columns=list(RouteRow._fields))

    @property
    def flagged(self) -> tuple[RouteRow, ...]:
        """The routes whose choice is beaten, or dearer than need be."""
        return tuple(row for row in self.rows if row.by)

    @cached_property
    def favour(self) -> Favour:
        """What the flagged choices cost, over all prompts."""
        made = self.assigned
        quality, cost = (values.copy() for values in self._chosen)
        on = np.zeros(len(made.route), dtype=bool)
        for row in self.flagged:
            here = made.route == made.tags.index(row.tag)
            on |= here
            for values, measure in ((quality, "quality"), (cost, "cost_usd")):
                values[here] = made.of(measure, row.by)[here]
        if not on.any():
            return Favour(0, 0.0, 0.0, 0.0, 0.0, *[0.0 if self._costs_known else nan] * 3)
        gain = difference(quality, self._chosen[0], single=made.single)
        saved = change_of(1000 * self._chosen[1], 1000 * cost)
        return Favour(len(self.flagged), float(on.mean()), *gain[:3], *saved[:3])

    @cached_property
    def by_vendor(self) -> tuple[VendorRow, ...]:
        """The rows of `vendors`."""
        made, found = self.assigned, []
        for vendor in dict.fromkeys(row.vendor for row in self.rows):
            own = [row for row in self.rows if row.vendor == vendor]
            share = sum(row.prompts for row in own) / len(made.route)
            each = np.concatenate([self._crossed(made.tags.index(row.tag), vendor) for row in own])
            flagged = sum(bool(row.by) and row.by_vendor != vendor for row in own)
            found.append((vendor, len(own), share, flagged, each, difference_of(each.tolist())))
        told = [
            nan if vendor == _NOBODY or len(each) < _FEWEST else gain.p / 2 if gain.difference > 0 else 1 - gain.p / 2
            for vendor, *_, each, gain in found
        ]
        return tuple(
            VendorRow(vendor, routes, share, flagged, *gain[:3], len(each), p, _favoured(p))
            for (vendor, routes, share, flagged, each, gain), p in zip(found, holm(told), strict=True)
        )

    def _crossed(self, route: int, vendor: str) -> Numbers:
        """Return what the others' best gets more than the choice, on each prompt: picked on the other half of them."""
        made = self.assigned
        vendors = made.outcomes._models["vendor"].to_numpy()
        rivals = [place for place in self._others(route) if vendors[place] not in (vendor, _NOBODY)]
        rivals = [place for place in rivals if self._no_dearer(route, place)]
        here = np.flatnonzero(made.route == route)
        each = made.measured("quality")[here][:, rivals] - self._chosen[0][here, None]
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

    @property
    def vendors(self) -> pd.DataFrame:
        """One row per vendor that was chosen for a route: the columns of `VendorRow`."""
        return pd.DataFrame(self.by_vendor, columns=list(VendorRow._fields))

    @cached_property
    def judges(self) -> tuple[tuple[str, str, float], ...]:
        """Each judge behind the quality, its vendor, and the share of prompts that go to models of that vendor."""
        share = {row.vendor: row.share for row in self.by_vendor}
        judges = [(judge, ModelId.parse(judge).vendor) for judge in self.assigned.outcomes.source.judges]
        return tuple((judge, vendor, 0.0 if vendor == _NOBODY else share.get(vendor, 0.0)) for judge, vendor in judges)

    @cached_property
    def notes(self) -> tuple[str, ...]:
        """What the reader should know, one line each."""
        made = self.assigned
        notes = [*about(made.outcomes), *made.notes]
        for judge, vendor, share in self.judges:
            if share:
                notes.append(
                    f"The judge {judge} is of {vendor}, as are the models that {percent(share)} of the prompts go to: "
                    "judges may prefer their own vendor's answers, and then this evidence does."
                )
            else:
                notes.append(f"The judge {judge} is of no vendor of a chosen model, as far as is known.")
        if not made.outcomes.source.judges:
            notes.append("No model judged these answers, as far as the outcomes say.")
        if not self._costs_known:
            notes.append("No cost is known: a model that is better may be dearer, and be left out for that.")
        if self.flagged:
            notes.append(
                "The models that beat a choice were found on these very prompts, so what the choices cost is told "
                "somewhat too high."
            )
        unseen = [row.smallest for row in self.rows if row.verdict == HOLDS and row.smallest == row.smallest]
        if unseen:
            notes.append(
                f"Not beaten: none was shown to be better. On {count(len(unseen), 'such route')} a lead of less than "
                f"{min(unseen):.2f} to {max(unseen):.2f} would go unseen more often than 1 time in 5."
            )
        if few := [row.tag for row in self.rows if row.verdict == UNKNOWN]:
            notes.append(f"Of fewer than {_FEWEST} judged prompts nothing is told: {listed(few)}.")
        return tuple(notes)

    def __repr__(self) -> str:
        return (
            f"<Neutrality of {self.assigned.policy.name!r}: {len(self.flagged):,} of {count(len(self.rows), 'route')} "
            "flagged>"
        )

    def __str__(self) -> str:
        return str(self._report())

    def _repr_html_(self) -> str:
        return self._report().html()

    def _report(self) -> Report:
        from routebook.routing.evidence.neutrality_report import report

        return report(self)


def _favoured(p: float) -> str:
    return UNKNOWN if p != p else FAVOURED if p < ALPHA else NOT_FAVOURED


def neutrality(policy: Policy, outcomes: Outcomes, margin: float = 0.02) -> Neutrality:
    """Say whether a policy's choices are the best that the evidence supports; see `Policy.neutrality`."""
    if isinstance(margin, bool) or not isinstance(margin, (int, float)) or not 0 < margin < 1:
        raise OptionError(f"margin is a loss of quality that would not matter, such as 0.02; not {margin!r:.60}.")
    return Neutrality(assign(policy, outcomes), float(margin))
