"""Which prompts a changed policy sends another way, and what that costs by the evidence in both policies.

The change of cost is a sum of the routes' costs, each as often as prompts left or joined it. Its interval is put
together of those of the routes by their distances (MOVER, Zou and Donner 2008, doi:10.1002/sim.3095), as if each
route's costs were measured on prompts of its own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from math import nan, sqrt
from typing import TYPE_CHECKING

from routebook.lookup import count
from routebook.routing.conditions import Asked
from routebook.routing.route import Evidence

if TYPE_CHECKING:
    import pandas as pd

    from routebook.prompts import Prompt
    from routebook.routing.decision import Decision
    from routebook.routing.policy import Policy


@dataclass(frozen=True, slots=True)
class ChangedPrompt:
    """A prompt that goes another way.

    Attributes
    ----------
    prompt
        Its last message.
    tag_before, tag
        The tag it got, and gets.
    models_before, models
        The chain it took, and takes.
    """

    prompt: str
    tag_before: str
    tag: str
    models_before: tuple[str, ...]
    models: tuple[str, ...]


@dataclass(frozen=True)
class Differences:
    """What changes from one policy to another, for given prompts.

    Attributes
    ----------
    of
        How many prompts were given.
    changed
        Those whose models, or their order, change.
    usd_change, usd_change_low, usd_change_high
        By how many US dollars the changed prompts become dearer, all together, with its 95 % interval: by the evidence
        in both policies, which is of other prompts. NaN where a route they leave or join has no cost, or no interval.
    unmeasured
        Of how many changed prompts the change is unknown.
    """

    of: int
    changed: tuple[ChangedPrompt, ...] = field(repr=False)
    usd_change: float
    usd_change_low: float
    usd_change_high: float
    unmeasured: int
    simulated: bool = False

    @property
    def frame(self) -> pd.DataFrame:
        """A row for each changed prompt: ``prompt``, ``tag_before``, ``tag``, ``models_before`` and ``models``."""
        import pandas as pd

        columns = ("prompt", "tag_before", "tag", "models_before", "models")
        return pd.DataFrame([{name: getattr(row, name) for name in columns} for row in self.changed], columns=columns)

    @property
    def cost(self) -> str:
        """What the change costs, in words."""
        if not self.changed:
            return "The cost does not change."
        if self.usd_change != self.usd_change:
            return (
                f"What that costs is unknown: of {count(self.unmeasured, 'changed prompt')} a route has no measured "
                "cost in its policy."
            )
        ends = f" ({_usd(self.usd_change_low)} to {_usd(self.usd_change_high)})"
        known = "" if self.usd_change_low != self.usd_change_low else ends
        measured = "simulated costs" if self.simulated else "costs measured on other prompts"
        return f"By the evidence ({measured}) the cost of them all changes by {_usd(self.usd_change)}{known}."

    def __str__(self) -> str:
        moved = Counter((row.tag_before, row.models_before, row.tag, row.models) for row in self.changed)
        lines = [f"{len(self.changed):,} of {count(self.of, 'prompt')} {'go' if self.of != 1 else 'goes'} another way."]
        for (before, chain_before, after, chain), many in moved.most_common():
            left, joined = (", else ".join(models) for models in (chain_before, chain))
            lines.append(f"- {count(many, 'prompt')}: {before} ({left}) to {after} ({joined})")
        return "\n".join([*lines, self.cost])

    __repr__ = __str__


def _usd(amount: float) -> str:
    return f"{'-' if amount < 0 else '+' if amount else ''}${abs(amount):.3g}"


def differences(old: Policy, new: Policy, prompts: Iterable[str | Prompt | Asked]) -> Differences:
    """Return which prompts change their route, and what that costs.

    Examples
    --------
    >>> from routebook.routing.policy import Policy, Route
    >>> cheap = Evidence(400, usd_per_1k_prompts=0.5, usd_per_1k_prompts_ci95=(0.4, 0.6))
    >>> dear = Evidence(400, usd_per_1k_prompts=2.0, usd_per_1k_prompts_ci95=(1.8, 2.2))
    >>> old = Policy("old", (), {}, Route(("openai/small",), evidence=cheap))
    >>> new = Policy("new", (), {}, Route(("openai/large",), evidence=dear))
    >>> differences(old, new, ["Hello."] * 100)
    100 of 100 prompts go another way.
    - 100 prompts: default (openai/small) to default (openai/large)
    By the evidence (costs measured on other prompts) the cost of them all changes by +$0.15 (+$0.128 to +$0.172).
    """
    asked = [prompt if isinstance(prompt, Asked) else Asked.of(prompt) for prompt in prompts]
    changed, moves, unmeasured = [], Counter[Evidence](), 0
    for one in asked:
        before, after = old.decide(one), new.decide(one)
        if before.models == after.models:
            continue
        changed.append(ChangedPrompt(one.text, before.tag, after.tag, before.models, after.models))
        costs = _cost(before), _cost(after)
        if costs[0] is None or costs[1] is None:
            unmeasured += 1
        else:
            moves[costs[1]] += 1
            moves[costs[0]] -= 1
    change, low, high = (nan, nan, nan) if unmeasured else _total(moves)
    simulated = any(evidence.simulated for evidence in moves)
    return Differences(len(asked), tuple(changed), change, low, high, unmeasured, simulated)


def _cost(decision: Decision) -> Evidence | None:
    """Return the evidence that says what a prompt costs; it is of the first model of the route, and of no draw."""
    evidence = decision.route.evidence
    weighted = decision.route.weights is not None and len(decision.route.weights) > 1
    return None if evidence is None or evidence.usd_per_1k_prompts is None or weighted else evidence


def _total(moves: Counter[Evidence]) -> tuple[float, float, float]:
    """Add up the costs of routes, each times the prompts that joined it, with the ends of the interval."""
    change = down = up = 0.0
    for evidence, joined in moves.items():
        value, ends = evidence.usd_per_1k_prompts or 0.0, evidence.usd_per_1k_prompts_ci95 or (nan, nan)
        change += joined * value / 1000
        below, above = (joined * abs(end - value) / 1000 for end in ends)
        down += (below if joined > 0 else above) ** 2
        up += (above if joined > 0 else below) ** 2
    return change, change - sqrt(down), change + sqrt(up)
