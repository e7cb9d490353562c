"""The same prompts through a policy and through another tool's own code: how many go the same way, and which do not.

Most tools read no prompts. Then the policy classifies, as whoever calls such a tool has to, and the tool is asked for
``route/TAG``; `Replay.classified_by` says whose work that was.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from routebook.lookup import count
from routebook.routing.conditions import Asked
from routebook.routing.decision import Decision

if TYPE_CHECKING:
    import pandas as pd

    from routebook.prompts import Prompt
    from routebook.routing.policy import Policy

Prompts: TypeAlias = "Iterable[str | Prompt | Asked]"

US = "routebook"
_SHOWN = 5
_LONGEST = 60


@dataclass(frozen=True, slots=True)
class Found:
    """Whom the tool asked for one prompt.

    Attributes
    ----------
    models
        The ``host/model`` ids it asked, in order, each failing until the last one of its chain.
    problem
        What it said instead of routing; empty if it routed.
    """

    models: tuple[str, ...]
    problem: str = ""


@dataclass(frozen=True, slots=True)
class ReplayedPrompt:
    """One prompt, both ways.

    Attributes
    ----------
    prompt
        Its last message.
    tag
        The tag the policy gave it.
    expected
        The chain of models that the policy says.
    found
        The chain that the tool followed.
    problem
        What the tool said instead of routing; empty if it routed.
    """

    prompt: str
    tag: str
    expected: tuple[str, ...]
    found: tuple[str, ...]
    problem: str = ""

    @property
    def agrees(self) -> bool:
        """Whether the tool did what the policy says, the fallbacks included."""
        return not self.problem and self.found == self.expected

    def __str__(self) -> str:
        text = " ".join(self.prompt.split())
        short = text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
        did = self.problem or ", else ".join(self.found) or "nobody"
        return f"{short!r} ({self.tag}): the policy says {', else '.join(self.expected)}; the tool: {did}"


@dataclass(frozen=True)
class Replay:
    """How a tool routed prompts, beside what the policy says of them.

    Attributes
    ----------
    tool
        The tool, such as ``LiteLLM``.
    version
        Its version, as it says itself; `None` if it was not there.
    rows
        Every prompt, in the order given.
    classified_by
        Who gave each prompt its tag: ``routebook``, where the tool reads no prompts, or the tool.
    not_replayed
        Why nothing was replayed, and what to do; empty if it was.
    """

    tool: str
    version: str | None
    rows: tuple[ReplayedPrompt, ...] = field(default=(), repr=False)
    classified_by: str = US
    not_replayed: str = ""

    @property
    def of(self) -> int:
        """How many prompts were replayed."""
        return len(self.rows)

    @property
    def agree(self) -> int:
        """How many of them the tool routed as the policy says."""
        return sum(row.agrees for row in self.rows)

    @property
    def disagreements(self) -> tuple[ReplayedPrompt, ...]:
        """The prompts that went another way."""
        return tuple(row for row in self.rows if not row.agrees)

    @property
    def frame(self) -> pd.DataFrame:
        """A row for each prompt: ``prompt``, ``tag``, ``expected``, ``found``, ``agrees`` and ``problem``."""
        import pandas as pd

        columns = ("prompt", "tag", "expected", "found", "agrees", "problem")
        return pd.DataFrame([{name: getattr(row, name) for name in columns} for row in self.rows], columns=columns)

    def __str__(self) -> str:
        if self.not_replayed:
            return f"not replayed: {self.not_replayed}"
        who = f"{self.tool} {self.version}" if self.version else self.tool
        by = "" if self.classified_by != US else f", each under the tag that {US} gave it"
        lines = [f"{who} routed {self.agree:,} of {count(self.of, 'prompt')} as the policy says{by}."]
        differ = self.disagreements
        lines += [f"- {row}" for row in differ[:_SHOWN]]
        lines += [f"- and {len(differ) - _SHOWN:,} more: see .frame"] if len(differ) > _SHOWN else []
        return "\n".join(lines)

    __repr__ = __str__


def decisions(policy: Policy, prompts: Prompts) -> list[tuple[Asked, Decision]]:
    """Return what the policy decides for each prompt, with what it saw; a prompt's own tags and metadata count."""
    asked = [prompt if isinstance(prompt, Asked) else Asked.of(prompt) for prompt in prompts]
    return [(one, policy.decide(one)) for one in asked]


def replayed(
    tool: str,
    version: str | None,
    decided: Sequence[tuple[Asked, Decision]],
    found: Sequence[Found],
    *,
    classified_by: str = US,
) -> Replay:
    """Put beside each other what the policy decided and what the tool did, prompt by prompt.

    >>> from routebook.routing.policy import Policy, Route
    >>> made = decisions(Policy("one", (), {}, Route(("sim/large", "sim/small"))), ["Hello.", "Good morning."])
    >>> replayed("Tool", "1.0", made, [Found(("sim/large", "sim/small")), Found(("sim/small",))])
    Tool 1.0 routed 1 of 2 prompts as the policy says, each under the tag that routebook gave it.
    - 'Good morning.' (default): the policy says sim/large, else sim/small; the tool: sim/small
    """
    rows = tuple(
        ReplayedPrompt(asked.text, decision.tag, decision.models, one.models, one.problem)
        for (asked, decision), one in zip(decided, found, strict=True)
    )
    if not rows:
        return Replay(tool, version, not_replayed="no prompt was given.")
    return Replay(tool, version, rows, classified_by)


def not_replayed(tool: str, why: str) -> Replay:
    """Return the replay that did not happen, with why and what to do.

    >>> not_replayed("LiteLLM", "LiteLLM is not installed: pip install litellm.")
    not replayed: LiteLLM is not installed: pip install litellm.
    """
    return Replay(tool, None, not_replayed=why)
