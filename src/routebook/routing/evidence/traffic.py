"""A policy's prompts with its own models: what they get, cost and take, also with some models down or dearer."""

from __future__ import annotations

from math import nan
from typing import TYPE_CHECKING, Any

import numpy as np

from routebook.routing.evidence.assigned import Assigned, answering, expect, spend
from routebook.routing.evidence.estimates import Estimate, amount_of, change_of, difference, quality_of, ratio_of
from routebook.routing.evidence.parties import Party

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from routebook.routing.policy import Policy
    from routebook.routing.route import Route

    Numbers = NDArray[np.float64]


class Traffic:
    """A policy's prompts, and what its own models get, cost and take there: unknown of models that the table has not.

    Unlike in an evaluation, a model that the table has not is no reason to count its fallback: it does answer.
    """

    def __init__(self, assigned: Assigned, models: tuple[str, ...]) -> None:
        self.assigned = assigned
        self.models = models
        self.routes = routes_of(assigned.policy)
        self.by_route = _shares(self.routes, models, np.zeros(len(models), dtype=bool))
        self.values = {measure: _columns(assigned, models, measure) for measure in ("quality", "cost_usd", "latency_s")}
        self.quality, self.cost_usd, self.latency_s = (self._expected(name, self.by_route) for name in self.values)
        prompts = len(assigned.route)
        self.shares: Numbers = assigned.prompts @ self.by_route / prompts
        paid = spend(self.values["cost_usd"], assigned.route, self.by_route)
        self.spend: Numbers = paid / paid.sum() if paid.sum() else np.full(len(models), nan)

    def _expected(self, measure: str, shares: Numbers) -> Numbers:
        return expect(self.values[measure], self.assigned.route, shares)

    def without(self, down: NDArray[np.bool_]) -> dict[str, Any]:
        """Return what happens when some models are down; see `Exposure.failures`."""
        route = self.assigned.route
        left = _shares(self.routes, self.models, down)
        touched = self.by_route[route][:, down].sum(axis=1)
        nobody = ~(left[route] > 0).any(axis=1)
        quality, cost, latency = (self._expected(name, left) for name in self.values)
        if touched.any():
            single = self.assigned.single
            better = Estimate(*(kept := difference(quality, self.quality, single=single))[:3], kept.prompts)
            as_0 = difference(np.where(nobody, 0.0, quality), self.quality, single=single)[:3]
            dearer, slower = ratio_of(cost, self.cost_usd), change_of(latency, self.latency_s)
        else:
            known = [int((~np.isnan(values)).sum()) for values in (self.quality, self.cost_usd, self.latency_s)]
            better, as_0 = _exactly(0.0, known[0]), _exactly(0.0, known[0])[:3]
            dearer, slower = _exactly(1.0, known[1]), _exactly(0.0, known[2])
        here = quality_of(touched)
        names = ("quality_change", "quality_low", "quality_high", "n")
        return {
            **dict(zip(("touched", "touched_low", "touched_high"), here[:3], strict=True)),
            "answered": float((touched * ~nobody).mean()),
            "unanswered": float(nobody.mean()),
            **dict(zip(names, better, strict=True)),
            **dict(zip((f"{name}_0" for name in names[:3]), as_0, strict=True)),
            **dict(zip(("cost_ratio", "ratio_low", "ratio_high"), dearer[:3], strict=True)),
            **dict(zip(("latency_change_s", "latency_low", "latency_high"), slower[:3], strict=True)),
        }

    def dearer(self, parties: tuple[Party, ...], factor: float) -> tuple[dict[str, Any], ...]:
        """Return what it costs when one's prices are higher; see `Exposure.price_shifts`."""
        rows = []
        for kind, name, places in parties:
            times = np.ones(self.by_route.shape[1])
            times[list(places)] = factor
            cost = expect(self.values["cost_usd"] * times, self.assigned.route, self.by_route)
            ratio = ratio_of(cost, self.cost_usd) if np.nansum(self.cost_usd) else (nan, nan, nan)
            ends = dict(zip(("cost_ratio", "ratio_low", "ratio_high"), ratio[:3], strict=True))
            rows.append({"kind": kind, "name": name, "usd_per_1k_prompts": amount_of(1000 * cost).value, **ends})
        return tuple(rows)


def routes_of(policy: Policy) -> list[Route]:
    """Return a policy's routes, the default last."""
    return [*policy.routes.values(), policy.default]


def _shares(routes: list[Route], models: tuple[str, ...], down: NDArray[np.bool_]) -> Numbers:
    """Return (routes, models): which share of a route's prompts each model answers, when some are down."""
    place = {model: number for number, model in enumerate(models)}
    up = {model for model, gone in zip(models, down, strict=True) if not gone}
    made = np.zeros((len(routes), len(models)))
    for row, route in zip(made, routes, strict=True):
        for model, share in answering(route, up).items():
            row[place[model]] = share
    return made


def _columns(assigned: Assigned, models: tuple[str, ...], measure: str) -> Numbers:
    """Return (prompts, models of the policy): NaN of a model that the table has not."""
    values = assigned.measured(measure)
    place = {model: number for number, model in reversed(list(enumerate(assigned.ids.values())))}
    made = np.full((len(values), len(models)), nan)
    for number, model in enumerate(models):
        if model in place:
            made[:, number] = values[:, place[model]]
    return made


def _exactly(value: float, n: int) -> Estimate:
    return Estimate(value, value, value, n) if n else Estimate(nan, nan, nan, 0)
