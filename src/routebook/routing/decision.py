"""Where one prompt goes, and why: the rule that fired, and what the earlier ones found instead."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from routebook.routing.conditions import Asked
from routebook.routing.route import Route

if TYPE_CHECKING:
    from routebook.routing.policy import Policy


@dataclass(frozen=True, slots=True)
class DecisionStep:
    """One rule that was tried.

    Attributes
    ----------
    rule
        Its number, from 1.
    tag
        The tag it gives.
    sentence
        What it asks, such as ``it has at least 2,000 tokens``.
    matched
        Whether it held; only the last one that is tried does.
    finding
        What was found, such as ``prompt_tokens is 12, not at least 2,000``.
    """

    rule: int
    tag: str
    sentence: str
    matched: bool
    finding: str

    def __str__(self) -> str:
        return f"{'' if self.matched else 'not '}rule {self.rule}: {self.finding}"


@dataclass(frozen=True, slots=True)
class Decision:
    """Where one prompt goes, and why.

    Attributes
    ----------
    tag
        The tag it got; ``default`` when no rule matched.
    route
        That tag's route.
    rule
        The rule that fired, counted from 1; `None` for the default.
    policy
        Who decided.
    models
        The models to ask, in order; where the route has weights, the one that was drawn for this prompt comes first.
    """

    tag: str
    route: Route
    rule: int | None
    policy: Policy = field(repr=False)
    models: tuple[str, ...]
    _asked: Asked = field(repr=False, compare=False)

    @property
    def steps(self) -> tuple[DecisionStep, ...]:
        """The rules that were tried, in order, each with what it asks and what was found; worked out when asked for."""
        tried = self.policy.classify[: self.rule]
        return tuple(
            DecisionStep(number, rule.tag, rule.when.sentence(), number == self.rule, rule.when.finding(self._asked))
            for number, rule in enumerate(tried, 1)
        )

    @property
    def why(self) -> str:
        """Which rule fired, and what the earlier ones found instead, in one sentence."""
        steps = self.steps
        missed = "; ".join(str(step) for step in steps if not step.matched)
        fired = "no rule matched" if self.rule is None else f"rule {self.rule}: {steps[-1].sentence}"
        return f"{fired} ({missed})" if missed else fired
