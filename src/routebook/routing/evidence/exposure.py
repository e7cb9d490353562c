"""Whom a policy depends on: who gets its traffic and its money, and what happens when one of them is down or dearer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from math import nan
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from routebook.errors import OptionError
from routebook.lookup import count
from routebook.outcomes.columns import listed
from routebook.outcomes.table import Outcomes
from routebook.render.report import Report, Reported
from routebook.routing.evidence.assigned import answering, assign
from routebook.routing.evidence.parties import KINDS, Party, hhi, parties_of, vendors_of
from routebook.routing.evidence.prices import Repriced, reprice
from routebook.routing.evidence.traffic import Traffic, routes_of
from routebook.routing.evidence.wording import about
from routebook.routing.names import DEFAULT

if TYPE_CHECKING:
    from datetime import date

    from numpy.typing import NDArray

    from routebook.routing.policy import Policy

_TOP = 1e6


@dataclass(frozen=True, eq=False)
class Exposure(Reported):
    """Whom a policy depends on.

    Attributes
    ----------
    policy
        The policy.
    models
        Its models, fallbacks among them.
    parties
        The vendors, hosts and models, each with the places of its models.
    traffic
        Where its prompts go, and what is known there; `None` where no outcomes were given. Then what the policy alone
        says is told: routes and chains, no shares.
    factor
        How many times as much the dearer prices are.
    repriced
        What it costs at other prices, where some were given.
    """

    policy: Policy
    models: tuple[str, ...]
    parties: tuple[Party, ...]
    traffic: Traffic | None
    factor: float
    repriced: Repriced | None

    @property
    def shares(self) -> pd.DataFrame:
        """One row per vendor, host and model: ``kind``, ``name``, and what of the policy is its.

        ``traffic`` is its share of the prompts and ``spend`` that of the money (of the prompts whose cost is known);
        ``first`` the number of routes whose first model is its, ``routes`` of those that have any of its models. NaN
        is unknown.
        """
        first, chains = self._chains
        rows = []
        for kind, name, places in self.parties:
            own = list(places)
            traffic, money = (self.traffic.shares, self.traffic.spend) if self.traffic else (None, None)
            rows.append(
                {
                    "kind": kind,
                    "name": name,
                    "traffic": nan if traffic is None else float(traffic[own].sum()),
                    "spend": nan if money is None else float(money[own].sum()),
                    "first": int(first[:, own].any(axis=1).sum()),
                    "routes": int(chains[:, own].any(axis=1).sum()),
                }
            )
        return pd.DataFrame(rows)

    @property
    def concentration(self) -> pd.DataFrame:
        """One row per kind (vendor, host, model): the HHI of ``traffic`` and of ``spend``, from 0 to 1; NaN is unknown.

        See `routebook.routing.evidence.parties.hhi`; its inverse is the number of equal ones that it amounts to.
        """
        shares = self.shares
        of = {kind: shares[shares["kind"] == kind] for kind in KINDS}
        return pd.DataFrame(
            [{"kind": kind} | {what: hhi(of[kind][what].to_numpy()) for what in ("traffic", "spend")} for kind in KINDS]
        )

    @cached_property
    def _chains(self) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Return (routes, models): who may be asked first, and who may be asked at all."""
        routes = routes_of(self.policy)
        place = {model: number for number, model in enumerate(self.models)}
        first, chains = (np.zeros((len(routes), len(self.models)), dtype=bool) for _ in range(2))
        for number, route in enumerate(routes):
            first[number, [place[model] for model in answering(route, route.models)]] = True
            chains[number, [place[model] for model in route.models]] = True
        return first, chains

    @cached_property
    def if_down(self) -> tuple[dict[str, Any], ...]:
        """The rows of `failures`."""
        first, chains = self._chains
        tags = [*self.policy.routes, DEFAULT]
        rows = []
        for kind, name, places in self.parties:
            down = np.isin(np.arange(len(self.models)), places)
            row = {
                "kind": kind,
                "name": name,
                "routes": tuple(np.array(tags, dtype=object)[first[:, down].any(axis=1)]),
                "nobody": tuple(np.array(tags, dtype=object)[~chains[:, ~down].any(axis=1)]),
            }
            rows.append(row | (self.traffic.without(down) if self.traffic else {}))
        return tuple(rows)

    @property
    def failures(self) -> pd.DataFrame:
        """One row per vendor, host and model: what happens when it is down, and the chains' next models answer.

        ``routes`` are the tags whose first model is its, ``nobody`` those of which no model is left. Of outcomes also:

        ``touched``, ``touched_low``, ``touched_high``
            The share of prompts that it answers now, with its 95 % interval.
        ``answered``, ``unanswered``
            Of all prompts, the share of those that a fallback answers, and that nobody does.
        ``quality_change``, ``quality_low``, ``quality_high``, ``n``
            How much the mean quality changes on the same prompts, of those that are still answered; paired, with its
            95 % interval and the number of prompts of which both are known.
        ``quality_change_0``, ``quality_low_0``, ``quality_high_0``
            The same where an answer that nobody gives counts as quality 0.
        ``cost_ratio``, ``ratio_low``, ``ratio_high``
            How many times as much the prompts that are still answered cost.
        ``latency_change_s``, ``latency_low``, ``latency_high``
            How many seconds more they take on average. Neither has what the failed tries themselves take and cost.
        """
        return pd.DataFrame(list(self.if_down))

    @cached_property
    def if_dearer(self) -> tuple[dict[str, Any], ...]:
        """The rows of `price_shifts`; none without outcomes."""
        return self.traffic.dearer(self.parties, self.factor) if self.traffic else ()

    @property
    def price_shifts(self) -> pd.DataFrame:
        """One row per vendor, host and model: what a thousand prompts cost if its prices are `factor` times as high.

        ``usd_per_1k_prompts``, and ``cost_ratio`` to what they cost now, with ``ratio_low`` and ``ratio_high``, the
        ends of its 95 % interval. NaN is unknown.
        """
        names = ("kind", "name", "usd_per_1k_prompts", "cost_ratio", "ratio_low", "ratio_high")
        return pd.DataFrame(list(self.if_dearer), columns=list(names))

    @cached_property
    def notes(self) -> tuple[str, ...]:
        """What the reader should know, one line each."""
        if self.traffic is None:
            return ("Without outcomes: what the policy says, and no share of traffic; give outcomes to know that.",)
        made = self.traffic.assigned
        notes = about(made.outcomes)
        if missing := [model for model in self.models if model not in set(made.ids.values())]:
            notes.append(f"Not in these outcomes, so what they get, cost and take is unknown: {listed(missing)}.")
        priced = int((~np.isnan(self.traffic.cost_usd)).sum())
        if not priced:
            notes.append("No cost is known, and so no spend.")
        elif priced < len(made.route):
            notes.append(f"Spend is over the {priced:,} of {count(len(made.route), 'prompt')} whose cost is known.")
        notes.append(
            "When one is down: the time and the money of the tries that fail are not counted, and fallbacks are taken "
            "to be as good, dear and fast as in these outcomes."
        )
        return (*notes, *(self.repriced.notes if self.repriced else ()))

    def __repr__(self) -> str:
        vendors = [party for party in self.parties if party.kind == "vendor"]
        return (
            f"<Exposure of {self.policy.name!r}: {count(len(self.models), 'model')}, {count(len(vendors), 'vendor')}>"
        )

    def _report(self) -> Report:
        from routebook.routing.evidence.exposure_report import report

        return report(self)


def expose(
    policy: Policy,
    outcomes: Outcomes | None = None,
    prices: str | date | Mapping[str, Mapping[str, object]] | None = None,
    factor: float = 1.5,
) -> Exposure:
    """Say whom a policy depends on; see `Policy.exposure`."""
    if isinstance(factor, bool) or not isinstance(factor, (int, float)) or not 0 <= factor <= _TOP:
        raise OptionError(f"factor is how many times as high prices are, 0 or more, such as 1.5; not {factor!r:.60}.")
    if prices is not None and outcomes is None:
        raise OptionError("Other prices need outcomes, which say what is paid now: exposure(outcomes, prices=...).")
    models = policy.models
    made = None if outcomes is None else assign(policy, outcomes, partial=True)
    parties = parties_of(models, vendors_of(models, outcomes, made.ids if made else None))
    traffic = None if made is None else Traffic(made, models)
    repriced = None
    if traffic is not None and prices is not None:
        repriced = reprice(traffic.assigned, models, traffic.values["cost_usd"], traffic.by_route, prices)
    return Exposure(policy, models, tuple(parties), traffic, float(factor), repriced)
