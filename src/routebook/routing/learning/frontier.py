"""Rules from the cheapest to the best, for a reader who would rather see than say what a cost is worth."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from routebook.routing.learning.dividing import divided
from routebook.routing.learning.learn import ASKABLE, Testing, checked
from routebook.routing.learning.objective import Objective
from routebook.routing.learning.problem import Problem, problem_of
from routebook.routing.learning.rules import rules_of
from routebook.routing.learning.search import told
from routebook.routing.learning.selection import Selected, paths
from routebook.routing.learning.shipping import provenance_of

if TYPE_CHECKING:
    from routebook.outcomes import Outcomes
    from routebook.routing.evidence.evaluation import Evaluation
    from routebook.routing.policy import Policy

_MOST_STEPS = 25


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """One policy of a frontier.

    Attributes
    ----------
    quality_per_usd
        How much mean quality one US dollar per 1,000 prompts was taken to be worth.
    evaluation
        What it gets on the held-out prompts; its `policy` has that as its evidence.
    """

    quality_per_usd: float
    evaluation: Evaluation

    @property
    def policy(self) -> Policy:
        """The policy."""
        return self.evaluation.policy


@dataclass(frozen=True, eq=False)
class Frontier:
    """Policies from the one that spends least to the one of the best quality, as far as they differ.

    Attributes
    ----------
    steps
        The policies; one where no cost is known.
    best_single
        The best single model, as the table calls it, against which gains are told.
    notes
        What the reader should know, one line each.
    """

    steps: tuple[Step, ...]
    best_single: str
    notes: tuple[str, ...]

    @property
    def frame(self) -> pd.DataFrame:
        """One row per step: ``quality_per_usd``, ``rules``, and the columns of `Evaluation.total`."""
        rows = [
            {
                "quality_per_usd": step.quality_per_usd,
                "rules": len(step.policy.classify),
                **step.evaluation.total._asdict(),
            }
            for step in self.steps
        ]
        return pd.DataFrame(rows)


def frontier(
    outcomes: Outcomes,
    *,
    max_rules: int = 8,
    using: Collection[str] = ASKABLE,
    held_out: Outcomes | None = None,
    test_share: float = 1 / 3,
    created: date | None = None,
    seed: int = 0,
) -> Frontier:
    """Learn rules at every rate at which quality may be exchanged for cost; parameters and errors as of `learn`.

    Unlike `learn` it ships nothing and tests nothing: it shows what each step gets on the held-out prompts, and whoever
    picks a step by these figures has chosen the luckier one of similar steps.
    """
    asked = checked(max_rules, using, seed)
    train, test, groups, notes = divided(outcomes, held_out, test_share, seed)
    problem = problem_of(train, Objective())
    testing = Testing(problem, test, provenance_of(outcomes, seed, created), "draft")
    tried = paths(problem, groups, max_rules=max_rules, using=asked, seed=seed)
    steps: list[Step] = []
    seen: set[tuple[object, ...]] = set()
    rates = tried.paths[0].rates
    for at in np.unique(np.linspace(0, len(rates) - 1, _MOST_STEPS).astype(int))[::-1]:
        rate = float(rates[at])
        path = max(tried.paths, key=lambda path: _worth(problem, path.model[at], rate))
        rules = rules_of(problem, Selected(path, at, told(problem, path.model[at])), max_rules)
        key = (rules.default, *((rule.when, rule.model) for rule in rules.rules))
        if key not in seen:
            seen.add(key)
            steps.append(Step(rate * problem.per_usd / 1000, testing.of(rules)))
    return Frontier(tuple(steps), testing.base, (*notes, *problem.notes))


def _worth(problem: Problem, model: np.ndarray, rate: float) -> float:
    found = told(problem, model)
    return found.gain - rate * found.spent
