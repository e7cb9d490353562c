"""What a policy decided for the prompts of a run, as the run's settings keep it, and what came of it in words.

The settings are plain data in the store, in saved files and in notebooks, so they may be hostile when they are read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from routebook.calls import Call, RunInfo
from routebook.lookup import count
from routebook.render.clean import one_line

SETTING = "route"
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Way:
    """One way through a policy, and the prompts that took it.

    Attributes
    ----------
    tag
        The tag that was decided on.
    rule
        The rule that fired, from 1; `None` for the default.
    condition
        What that rule looks for, in words; empty for the default.
    models
        Whom to ask, in turn.
    prompts
        The prompts' ids.
    """

    tag: str
    rule: int | None
    condition: str
    models: tuple[str, ...]
    prompts: tuple[str, ...]

    @property
    def fired(self) -> str:
        """Which rule fired."""
        return (
            "no rule fired" if self.rule is None else f"rule {self.rule} fired ({one_line(self.condition, _LONGEST)})"
        )


@dataclass(frozen=True, slots=True)
class Decided:
    """What a policy decided for a run.

    Attributes
    ----------
    policy, sha256
        The policy's name, and the sha256 (hex) of its canonical JSON.
    ways
        The ways that prompts took, in the order in which they were first taken.
    """

    policy: str
    sha256: str
    ways: tuple[Way, ...]

    def data(self) -> dict[str, Any]:
        """Return it as the settings keep it."""
        ways = [
            {
                "tag": way.tag,
                "rule": way.rule,
                "condition": way.condition,
                "models": list(way.models),
                "prompts": list(way.prompts),
            }
            for way in self.ways
        ]
        return {"policy": self.policy, "sha256": self.sha256, "ways": ways}

    @classmethod
    def of(cls, run: RunInfo) -> Decided | None:
        """Return what was decided for a run; `None` where no policy sent it, or what it says of that cannot be."""
        try:
            found: Any = run.settings[SETTING]
            return cls(_text(found["policy"]), _text(found["sha256"]), tuple(map(_way, found["ways"])))
        except (KeyError, TypeError, ValueError):
            return None

    def lines(self, prompts: Collection[str], calls: Sequence[Call] | None) -> list[str]:
        """Say where these prompts went: for one prompt its whole chain, for several a line for each tag.

        Parameters
        ----------
        prompts
            Their ids.
        calls
            What came, in any order; `None` while the run goes on.
        """
        ways = {prompt: way for way in self.ways for prompt in way.prompts if prompt in prompts}
        of: dict[str, dict[str, Call]] = {prompt: {} for prompt in ways}
        for call in calls or ():
            of.get(call.prompt_id, {})[str(call.model)] = call
        policy = f"Policy {one_line(self.policy, _LONGEST)}: "
        if len(ways) == 1:
            ((prompt, way),) = ways.items()
            chain = ", ".join(_steps(way, None if calls is None else of[prompt]))
            failed = len(of[prompt]) == len(way.models) and not any(map(_settles, of[prompt].values()))
            end = " No model answered." if failed else ""
            return [f"{policy}{way.fired} → {one_line(way.tag, _LONGEST)} → {chain}.{end}"]
        taken: dict[tuple[str, str], list[str]] = {}
        for prompt, way in ways.items():
            taken.setdefault((way.tag, way.fired), []).append(prompt)
        return [
            f"{policy}{fired} → {one_line(tag, _LONGEST)}: {count(len(those), 'prompt')}"
            f"{'' if calls is None else _answered([of[prompt] for prompt in those])}."
            for (tag, fired), those in taken.items()
        ]


def refused(call: Call) -> bool:
    """Whether the model, or its host, refused the content: that is an answer, and no fallback is asked after it."""
    return call.failure is not None and call.failure.kind == "filter"


def _settles(call: Call) -> bool:
    return call.failure is None or refused(call)


def _steps(way: Way, came: Mapping[str, Call] | None) -> list[str]:
    """Name each model of a chain with what became of it."""
    if came is None:
        return [one_line(model, _LONGEST) for model in way.models]
    settled = any(map(_settles, came.values()))
    unasked = "not needed" if settled else "not asked"
    return [
        f"{one_line(model, _LONGEST)} ({_outcome(came[model]) if model in came else unasked})" for model in way.models
    ]


def _outcome(call: Call) -> str:
    if call.failure is None:
        return "answered"
    if refused(call):
        return "refused the content"
    return "stopped" if call.failure.kind == "interrupted" else f"failed: {call.failure.kind.replace('_', ' ')}"


def _answered(came: Sequence[Mapping[str, Call]]) -> str:
    """Say how many prompts each model answered, and how many none did."""
    by = Counter(next((model for model, call in calls.items() if call.failure is None), None) for calls in came)
    unanswered = by.pop(None, 0)
    said = [f"{number:,} answered by {one_line(model, _LONGEST)}" for model, number in by.most_common() if model]
    said += [f"{unanswered:,} not answered"] if unanswered else []
    return f", {', '.join(said)}"


def _way(found: Any) -> Way:
    rule = found["rule"]
    if rule is not None and (isinstance(rule, bool) or not isinstance(rule, int)):
        raise TypeError("a rule is a number")
    models, prompts = (tuple(map(_text, found[name])) for name in ("models", "prompts"))
    return Way(_text(found["tag"]), rule, _text(found["condition"]), models, prompts)


def _text(found: Any) -> str:
    if not isinstance(found, str):
        raise TypeError("a text is needed")
    return found
