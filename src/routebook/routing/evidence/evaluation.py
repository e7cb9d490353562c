"""What a policy would have got, cost and taken on the prompts of a table, beside every single model."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import nan
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from routebook.errors import OutcomesError, did_you_mean
from routebook.judging.figures.paired import Difference
from routebook.lookup import count
from routebook.outcomes.columns import listed
from routebook.outcomes.table import Outcomes
from routebook.render.report import Report, Reported, figure, span
from routebook.render.words import usd
from routebook.routing.evidence.assigned import Assigned, assign, spend
from routebook.routing.evidence.estimates import difference, ratio_of
from routebook.routing.evidence.figures import Single, Total, figures_of
from routebook.routing.evidence.wording import about, all_simulated

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from routebook.charts.figure import Figure
    from routebook.routing.policy import Policy

    Numbers = NDArray[np.float64]

_ALL = 1 - 1e-9
BEST, CHEAPEST, GIVEN = "best single", "cheapest", "given"


@dataclass(frozen=True, eq=False)
class Evaluation(Reported):
    """What a policy would have got, cost and taken on the prompts of a table.

    Prompts count the same, whatever their repeats. What is unknown of a prompt is left out, and counted: each figure
    says of how many prompts it is. Intervals are of 95 %, over prompts; those of differences and ratios are paired.

    Attributes
    ----------
    assigned
        Which route each prompt takes, and who answers there.
    against
        The single model that gains are told against, as the table calls it.
    chosen
        Whether that is the best of these very outcomes, and not one that was named beforehand. The best of several is
        partly so by luck, so that a gain over it is told too low, by less than the width of its interval.
    """

    assigned: Assigned
    against: str
    chosen: bool

    @property
    def policy(self) -> Policy:
        """The policy."""
        return self.assigned.policy

    @property
    def outcomes(self) -> Outcomes:
        """The table."""
        return self.assigned.outcomes

    @cached_property
    def quality(self) -> Numbers:
        """What is expected on each prompt: quality; NaN is unknown."""
        return self.assigned.expected("quality")

    @cached_property
    def cost_usd(self) -> Numbers:
        """What is expected on each prompt: US dollars; NaN is unknown."""
        return self.assigned.expected("cost_usd")

    @property
    def frame(self) -> pd.DataFrame:
        """One row per prompt: ``prompt_id``, ``tag``, ``rule`` (0: none), ``model``, and what is expected of it.

        ``quality``, ``cost_usd`` and ``latency_s`` are means over the models that may answer, by their weights;
        ``model`` is the likeliest of them. NaN is unknown.
        """
        made = self.assigned
        return pd.DataFrame(
            {
                "prompt_id": self.outcomes.prompts.index,
                "tag": pd.Categorical(made.tag, list(made.tags)),
                "rule": made.rule,
                "model": pd.Categorical(made.model, list(self.outcomes.models)),
                "quality": self.quality,
                "cost_usd": self.cost_usd,
                "latency_s": made.expected("latency_s"),
            }
        )

    @cached_property
    def total(self) -> Total:
        """All prompts together."""
        made = self.assigned
        everyone = _latencies(made, np.ones(len(made.route), dtype=bool))
        return figures_of(self.quality, self.cost_usd, made.expected("latency_s"), everyone)

    @cached_property
    def beside(self) -> tuple[Single, ...]:
        """Every model of the table as the one that answers everything; `singles` has them as a DataFrame."""
        return tuple(self._single(model, role) for model, role in _roles(self.assigned, self.against, self.chosen))

    def _single(self, model: str, role: str) -> Single:
        made = self.assigned
        quality, cost, latency = (made.of(measure, model) for measure in ("quality", "cost_usd", "latency_s"))
        gain = self._gain(model, np.ones(len(quality), dtype=bool))
        return Single(
            model,
            role,
            *figures_of(quality, cost, latency, (latency, np.ones(len(latency)))),
            *gain[:4],
            *ratio_of(self.cost_usd, cost)[:3],
        )

    def _gain(self, model: str, here: NDArray[np.bool_]) -> Difference:
        """Return how much better the policy is than a model on some prompts; where it is that model, exactly 0."""
        made, prompts = self.assigned, int(here.sum())
        if (made.shares[made.route[here], self.outcomes.models.index(model)] > _ALL).all():
            return Difference(0.0, 0.0, 0.0, 1.0, prompts, "the same model")
        return difference(self.quality[here], made.of("quality", model)[here], single=made.single)

    @property
    def singles(self) -> pd.DataFrame:
        """One row per model of the table, answering everything: the columns of `Single`."""
        return pd.DataFrame(self.beside, columns=list(Single._fields))

    @cached_property
    def best(self) -> Single:
        """The single model that gains are told against: the best one of these outcomes, or ``against``."""
        return next(single for single in self.beside if single.model == self.against)

    @cached_property
    def cheapest(self) -> Single | None:
        """The model that costs least if it answers everything; `None` where no cost is known."""
        return next((single for single in self.beside if CHEAPEST in single.role), None)

    @property
    def routes(self) -> pd.DataFrame:
        """One row per route that prompts take, in the policy's order.

        ``tag``, ``rules`` (the numbers of those that led there; 0: none), ``model`` (who answers; by weight the
        likeliest), the ``share`` of the prompts; the fields of `Total`; and ``gain``,
        ``gain_low``, ``gain_high``: its quality less that of the single model `against` on the same prompts, exactly 0
        where that model answers.
        """
        return pd.DataFrame(self.by_route)

    @cached_property
    def by_route(self) -> list[dict[str, Any]]:
        """The rows of `routes`."""
        made, rows = self.assigned, []
        latency = made.expected("latency_s")
        for route in made.reached:
            here = made.route == route
            gain = self._gain(self.against, here)
            own = figures_of(self.quality[here], self.cost_usd[here], latency[here], _latencies(made, here))
            rows.append(
                {
                    "tag": made.tags[route],
                    "rules": tuple(int(rule) for rule in np.unique(made.rule[here])),
                    "model": made.model[here.argmax()],
                    "share": made.prompts[route] / len(made.route),
                    **own._asdict(),
                    "gain": gain.difference,
                    "gain_low": gain.low,
                    "gain_high": gain.high,
                }
            )
        return rows

    @property
    def models(self) -> pd.DataFrame:
        """One row per model of the table: ``model``, ``vendor``, ``host``, ``prompts``, ``share``, ``spend_share``.

        ``prompts`` is how many it answers, which of a route with weights is an expectation; ``spend_share`` its part
        of what the priced prompts cost, NaN where no cost is known.
        """
        made, facts = self.assigned, self.outcomes._models
        prompts = made.prompts @ made.shares
        paid = spend(made.measured("cost_usd"), made.route, made.shares)
        return pd.DataFrame(
            {
                "model": list(self.outcomes.models),
                "vendor": facts["vendor"].to_numpy(),
                "host": facts["host"].to_numpy(),
                "prompts": prompts,
                "share": prompts / len(made.route),
                "spend_share": paid / paid.sum() if paid.sum() else np.full(len(paid), nan),
            }
        )

    @cached_property
    def notes(self) -> tuple[str, ...]:
        """What the reader should know, one line each."""
        total, sha256 = self.total, self.policy.provenance.data_sha256
        notes = [*about(self.outcomes), *self.assigned.notes]
        if sha256 is not None and sha256 == self.outcomes.data_sha256:
            notes.append(
                "The policy was made from these very outcomes, so what it gets here is told too high: "
                "evaluate it on prompts that it was not made from."
            )
        for what, known in (("Quality", total.n), ("Cost", total.priced)):
            if not known:
                notes.append(f"{what} is unknown.")
            elif known < total.prompts:
                unknown = f"{what} is unknown of {total.prompts - known:,} of {count(total.prompts, 'prompt')}"
                notes.append(f"{unknown}, which count for nothing here.")
        if self.chosen:
            notes.append(
                f"{self.against} is the best single model of these very prompts, partly by luck, so gains over it are "
                "told a little too low; name one beforehand with against=..."
            )
        return tuple(notes)

    def chart(self) -> Figure:
        """Chart quality against cost, with 95 % intervals: the policy, and every single model; or quality alone."""
        from routebook.charts.routing_chart import routing

        def row(name: str, kind: str, of: Total | Single) -> dict[str, Any]:
            shown = ("quality", "low", "high", "usd_per_1k_prompts", "usd_low", "usd_high")
            return {"strategy": name, "kind": kind} | {name: getattr(of, name) for name in shown}

        singles = [row(one.model, "baseline", one) for one in self.beside]
        return routing(
            [row("the policy", "rules", self.total), *singles],
            [],
            across="cost" if self.total.priced else "nothing",
            upward="mean quality, from 0 to 1",
            notes=self.notes,
            simulated=all_simulated(self.outcomes),
        )

    def __repr__(self) -> str:
        total = self.total
        return (
            f"<Evaluation of {self.policy.name!r} on {count(total.prompts, 'prompt')}: quality {figure(total.quality)} "
            f"({span(total.low, total.high)}), {usd(total.usd_per_1k_prompts)} per 1,000 prompts>"
        )

    def _report(self) -> Report:
        from routebook.routing.evidence.evaluation_report import report

        return report(self)


def evaluate(policy: Policy, outcomes: Outcomes, against: str | None = None) -> Evaluation:
    """Say what a policy would have got, cost and taken on the prompts of a table; see `Policy.evaluate`."""
    made = assign(policy, outcomes)
    if against is None:
        return Evaluation(made, _best(made), chosen=True)
    name = next((name for name, own in made.ids.items() if against in (name, own)), None)
    if name is None:
        near = did_you_mean(against, [*made.ids, *made.ids.values()]) or f" They are of {listed(outcomes.models)}."
        raise OutcomesError(f"against={against!r:.60} is no model of these outcomes.{near}")
    return Evaluation(made, name, chosen=False)


def _best(made: Assigned) -> str:
    """Return the model of the highest mean quality; one of which few prompts are known is none to go by."""
    frame = made.outcomes._frame.groupby("model", observed=False)["quality"]
    mean, known = frame.mean(), frame.count()
    if not known.any():
        raise OutcomesError("No quality is known in these outcomes: give some, or judge the run's answers first.")
    return str(mean[known * 2 >= known.max()].idxmax())


def _roles(made: Assigned, against: str, chosen: bool) -> list[tuple[str, str]]:
    """Return the table's models in their order, and what each is to the policy."""
    frame = made.outcomes._frame.groupby("model", observed=False)["cost_usd"]
    mean, known = frame.mean(), frame.count()
    cheapest = mean[known * 2 >= max(1, known.max())].idxmin() if known.any() else None
    roles: dict[str, list[str]] = {model: [] for model in made.outcomes.models}
    roles[against].append(BEST if chosen else GIVEN)
    if cheapest is not None:
        roles[str(cheapest)].append(CHEAPEST)
    return [(model, ", ".join(own)) for model, own in roles.items()]


def _latencies(made: Assigned, here: NDArray[np.bool_]) -> tuple[Numbers, Numbers]:
    """Return the latency of every answer that these prompts may get, and how likely each is."""
    values, weights = [], []
    for place, model in enumerate(made.outcomes.models):
        share = made.shares[made.route[here], place]
        values.append(made.of("latency_s", model)[here][share > 0])
        weights.append(share[share > 0])
    return np.concatenate(values), np.concatenate(weights)
