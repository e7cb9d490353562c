"""What a strategy gets and costs on held-out prompts, and its curve: a row of the table of strategies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import nan
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from routebook.routing.evidence.estimates import amount_of, difference, quality_of
from routebook.routing.learning.baselines import overall
from routebook.routing.learning.metrics import aiq, aiq_interval, apgr, bands, cheapest_non_inferior, cpt, hull
from routebook.routing.learning.strategies import Choice, Strategy, picked

if TYPE_CHECKING:
    from routebook.routing.learning.matrix import Matrix

Floats = NDArray[np.float64]
Across = Literal["cost", "share", "nothing"]

GAPS = {"cpt50": 0.5, "cpt80": 0.8}
_POINTS = 101


@dataclass(frozen=True, slots=True, eq=False)
class Ruler:
    """What strategies are measured with.

    Attributes
    ----------
    test
        The held-out prompts.
    best
        The column of the best single model, by the training prompts.
    pair
        The columns of the weak and the strong model, where there are two.
    margin
        By how much less quality a strategy is still non-inferior to the best single model.
    seed
        Of the bootstrap.
    """

    test: Matrix
    best: int
    pair: tuple[int, int] | None
    margin: float
    seed: int = 0

    @property
    def across(self) -> Across:
        """What curves are over: cost if each model's is known, else the share of strong calls if there are two."""
        if np.isfinite(self.test.cost).any(axis=0).all():
            return "cost"
        return "nothing" if self.pair is None else "share"

    def measure(self, strategy: Strategy) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        """Return a strategy's row and the points of its curve; see `Beside.frame` and `Beside.curves`."""
        got = strategy.of(self.test.quality)
        quality, cost = quality_of(got), amount_of(1_000 * strategy.of(self.test.cost))
        gain = difference(got, self._reference, single=True)
        row: dict[str, Any] = {
            "strategy": strategy.name,
            "kind": strategy.kind,
            "model": self._always(strategy),
            **dict(zip(("quality", "low", "high", "prompts"), quality, strict=True)),
            **dict(zip(("usd_per_1k_prompts", "usd_low", "usd_high"), cost, strict=False)),
            **dict(zip(("gain", "gain_low", "gain_high"), gain, strict=False)),
        }
        if row["model"] == self.test.models[self.best]:  # it cannot differ from itself
            row |= {"gain": 0.0, "gain_low": nan, "gain_high": nan}
        points: list[dict[str, Any]] = []
        if self.pair is not None:
            figures, points = self._of_two(strategy, self.pair)
            row |= figures
        if self.across == "cost":
            figures, points = self._of_costs(strategy)
            row |= figures
        return row, [{"strategy": strategy.name, "kind": strategy.kind, **point} for point in points]

    @property
    def _reference(self) -> Floats:
        return self.test.quality[:, self.best]

    def _always(self, strategy: Strategy) -> str | None:
        if strategy.choice is None or (strategy.choice != strategy.choice[0]).any():
            return None
        return self.test.models[int(strategy.choice[0])]

    def _of_two(self, strategy: Strategy, pair: tuple[int, int]) -> tuple[dict[str, float], list[dict[str, float]]]:
        row = {"strong_share": 0.5 if strategy.choice is None else float(np.mean(strategy.choice == pair[1]))}
        names = [name + end for name in ("apgr", *GAPS) for end in ("", "_low", "_high")]
        if strategy.scores is None:
            return row | dict.fromkeys(names, nan), []
        weak, strong = (self.test.quality[:, column] for column in pair)
        known = ~np.isnan(weak + strong + strategy.scores)
        if not known.any():
            return row | dict.fromkeys(names, nan), []
        given = weak[known], strong[known], strategy.scores[known]
        sure = bands(*given, shares=tuple(GAPS.values()), points=_POINTS, seed=self.seed)
        found = [apgr(*given), *sure.apgr]
        for share in GAPS.values():
            found += [cpt(*given, share), *sure.cpt[share]]
        points = [
            {"strong_share": float(share), "quality": float(quality)}
            for share, quality in zip(sure.share, sure.quality, strict=True)
        ]
        return row | dict(zip(names, found, strict=True)), points

    def _of_costs(self, strategy: Strategy) -> tuple[dict[str, float], list[dict[str, float]]]:
        """Return figures of all settings, which are also mixed: AIQ, and the least cost that will do."""
        row, points = dict.fromkeys(("aiq", "aiq_low", "aiq_high"), nan), []
        choices = [] if strategy.choice is None else [strategy.choice]
        if strategy.settings is not None:
            choices += list(strategy.settings)
            paid, got = (
                np.array([picked(of, choice) for choice in choices]) for of in (self.test.cost, self.test.quality)
            )
            costs, qualities = overall(paid.T), overall(got.T)
            corners = hull(costs, qualities)
            points = [
                {"usd_per_1k_prompts": 1_000 * float(cost), "quality": float(quality)}
                for cost, quality in zip(*corners, strict=True)
            ]
            single = overall(self.test.cost)
            between = float(single.min()), float(single.max())
            low, high = aiq_interval(paid, got, between=between, seed=self.seed)
            row = {"aiq": aiq(costs, qualities, between=between), "aiq_low": low, "aiq_high": high}
        return row | {"non_inferior_usd_per_1k_prompts": 1_000 * self._non_inferior(choices)}, points

    def _non_inferior(self, choices: Sequence[Choice]) -> float:
        """Return the least cost of a setting that is shown to be less than the margin below the best single model."""
        costs = [float(overall(picked(self.test.cost, choice)[:, None])[0]) for choice in choices]
        for place in np.argsort(costs, kind="stable"):
            low = self._low(choices[place])
            if (cost := cheapest_non_inferior([costs[place]], [low], self.margin)) == cost:
                return cost
        return nan

    def _low(self, choice: Choice) -> float:
        """Return how much less than the best single model a choice may get, or its mean where that is too little."""
        if (choice == self.best).all():
            return 0.0
        got = picked(self.test.quality, choice)
        middle = float(overall((got - self._reference)[:, None])[0])
        return difference(got, self._reference, single=True).low if middle > -self.margin else middle
