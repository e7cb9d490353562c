"""What was learned: a policy, whether it routes, why, and what everything simpler would have got."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from routebook.lookup import count
from routebook.render.report import Block, Report
from routebook.routing.learning.rule_rows import rule_rows, rules_block
from routebook.routing.learning.strategies import Strategy

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from routebook.charts.figure import Figure
    from routebook.routing.evidence.evaluation import Evaluation
    from routebook.routing.learning.gate import Check
    from routebook.routing.learning.matrix import Matrix
    from routebook.routing.learning.objective import Objective
    from routebook.routing.learning.table import Beside
    from routebook.routing.policy import Policy


@dataclass(frozen=True, eq=False)
class Learned:
    """A policy learned from outcomes.

    Attributes
    ----------
    policy
        The policy, with evidence from held-out prompts: rules, or one model for everything.
    routes
        Whether it has rules; where not, the advice is to use one model.
    reason
        Why, in one line.
    objective
        What it was learned for.
    checks
        What the rules had to show on held-out prompts, and whether they did; empty where none were found.
    considered
        The rules that were tested, shipped or not; `None` where none were found.
    evaluation
        What `policy` got on the held-out prompts, against the best single model of the others.
    notes
        What the reader should know, one line each.
    """

    policy: Policy
    routes: bool
    reason: str
    objective: Objective
    checks: tuple[Check, ...]
    considered: Policy | None
    evaluation: Evaluation
    notes: tuple[str, ...]
    _train: Matrix
    _test: Matrix
    _settings: NDArray[np.intp] | None
    _scores: NDArray[np.float64] | None
    _quality_per_usd: float
    _seed: int

    @property
    def rules(self) -> pd.DataFrame:
        """One row per route: what it asks, who answers, and what held-out prompts say of it.

        ``rule`` (in words), ``tag``, ``model``, ``fallbacks``, ``learned_on`` and ``held_out`` (prompts), ``quality``
        with ``low`` and ``high``, ``usd_per_1k_prompts`` with ``usd_low`` and ``usd_high``, ``latency_p95_s``, and
        ``gain``, the quality less that of the best single model on the same prompts, with ``gain_low`` and
        ``gain_high``. Intervals are of 95 %; NaN is unknown.
        """
        import pandas as pd

        return pd.DataFrame(rule_rows(self.evaluation))

    @cached_property
    def beside(self) -> Beside:
        """The rules beside random, the cheapest and the best single model, a tag table, kNN, ridge and the oracle.

        All are fitted on the prompts that the rules were learned from, and measured on the held-out ones.
        """
        from routebook.routing.learning.table import beside

        made = self.evaluation.assigned
        place = {name: number for number, name in enumerate(self._test.models)}
        choice = np.array([place[model] for model in made.model], dtype=np.intp)
        name = "rules" if self.routes else "one model"
        return beside(
            self._train,
            self._test,
            [Strategy(name, "rules", choice, settings=self._settings, scores=self._scores)],
            margin=self.objective.margin,
            quality_per_usd=self._quality_per_usd,
            simulated=self.evaluation.outcomes.simulated,
            seed=self._seed,
        )

    def chart(self) -> Figure:
        """Chart quality against cost, or against the share of strong calls: the rules beside everything simpler."""
        return self.beside.chart()

    def report(self) -> Report:
        """Return it as it is shown; `beside` is a table of its own."""
        blocks = [rules_block(rule_rows(self.evaluation))]
        if self.checks:
            rows = [(check.asked, check.found, "yes" if check.holds else "no") for check in self.checks]
            blocks.append(Block(("shown on held-out prompts", "found", "holds"), rows, title="What rules have to show"))
        test = self.evaluation.total
        return Report(
            "Learned rules" if self.routes else "Use one model",
            [
                f"for {self.objective}",
                f"learned on {count(len(self._train), 'prompt')}, tested on {test.prompts:,} others",
            ],
            blocks,
            [self.reason, *self.notes],
            simulated=len(self.evaluation.outcomes.simulated) == len(self.evaluation.outcomes.models),
        )

    def __repr__(self) -> str:
        many = count(len(self.policy.classify), "rule") if self.routes else "use one model"
        return f"<Learned: {many}. {self.reason}>"

    def __str__(self) -> str:
        return str(self.report())

    def _repr_html_(self) -> str:
        return self.report().html()
