"""What came of prompts that a policy sent: the answers, who gave them, and which rule fired."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, overload

from routebook.calls import Call
from routebook.comparison import Comparison
from routebook.costs import RunCost
from routebook.decided import Decided, refused
from routebook.errors import RunError
from routebook.lookup import count
from routebook.prompts import Prompt
from routebook.routing.policy import Decision

if TYPE_CHECKING:
    import pandas as pd


class _Shown:
    """What shows as the comparison it has."""

    comparison: Comparison

    @property
    def cost(self) -> RunCost:
        """What it costs, all attempts together; real and simulated money apart."""
        return self.comparison.total_cost

    def __str__(self) -> str:
        return str(self.comparison)

    def _repr_html_(self) -> str:
        return self.comparison._repr_html_()

    def _repr_mimebundle_(self, **_: object) -> dict[str, Any]:
        return self.comparison._repr_mimebundle_()


class Routed(_Shown):
    """One prompt that a policy sent, and what came of it.

    Attributes
    ----------
    prompt
        What was asked.
    decision
        Where the policy sent it, and why.
    comparison
        The attempts as a run: to vote on, to save, to show.
    """

    def __init__(self, prompt: Prompt, decision: Decision, comparison: Comparison) -> None:
        self.prompt = prompt
        self.decision = decision
        self.comparison = comparison

    @property
    def tag(self) -> str:
        """The tag that was decided on."""
        return self.decision.tag

    @property
    def rule(self) -> int | None:
        """The rule that fired, from 1; `None` for the default."""
        return self.decision.rule

    @property
    def why(self) -> str:
        """Which rule fired, and what the earlier ones looked for in vain."""
        return self.decision.why

    @cached_property
    def attempts(self) -> tuple[Call, ...]:
        """Every call, in the order in which the models were asked; those that failed have a `failure`."""
        by_model = {str(call.model): call for call in self.comparison.calls}
        return tuple(by_model[model] for model in self.decision.models if model in by_model)

    @property
    def errors(self) -> tuple[Call, ...]:
        """The attempts that failed, in their order."""
        return tuple(call for call in self.attempts if call.failure is not None)

    @property
    def call(self) -> Call | None:
        """The call that counts: the answer, or the refusal of the content that ended it; `None` if all failed."""
        last = self.attempts[-1] if self.attempts else None
        return last if last is not None and (last.failure is None or refused(last)) else None

    @property
    def ok(self) -> bool:
        """Whether a model answered; a refusal of the content is none."""
        return self.call is not None and self.call.failure is None

    @property
    def model(self) -> str | None:
        """Who answered, or refused the content; `None` if all failed."""
        return None if self.call is None else str(self.call.model)

    @property
    def text(self) -> str:
        """The answer.

        Raises
        ------
        RunError
            If there is none, with what went wrong with each model; `ok` tells before.
        """
        if self.call is None or self.call.failure is not None:
            reasons = [f"{call.model}: {call.failure.message.rstrip('.')}" for call in self.errors if call.failure]
            hint = next((call.failure.hint for call in self.errors if call.failure and call.failure.hint), "")
            raise RunError(f"No model answered. {'; '.join(reasons) or 'None was asked'}. {hint}".rstrip())
        return self.call.text

    @property
    def frame(self) -> pd.DataFrame:
        """One row for each model that was asked; columns as in `Comparison.frame`."""
        return self.comparison.frame

    @property
    def sentence(self) -> str:
        """Say in one line which rule fired, and what became of each model of its route."""
        decided = Decided.of(self.comparison.run)
        return "" if decided is None else decided.lines([self.prompt.id], self.comparison.calls)[0]

    def __repr__(self) -> str:
        who = self.model if self.ok else "refused" if self.call is not None else "no answer"
        rule = "no rule" if self.rule is None else f"rule {self.rule}"
        return f"<Routed by {rule}: {self.tag} -> {who}, {count(len(self.attempts), 'attempt')}, {self.cost}>"


class RoutedPrompts(_Shown, Sequence[Routed]):
    """Several prompts that a policy sent, in the order in which they were given; each is a `Routed`.

    Attributes
    ----------
    comparison
        All attempts as one run.
    """

    def __init__(self, comparison: Comparison, decided: Sequence[tuple[Prompt, Decision]]) -> None:
        self.comparison = comparison
        self._decided = tuple(decided)

    @overload
    def __getitem__(self, place: int) -> Routed: ...

    @overload
    def __getitem__(self, place: slice) -> list[Routed]: ...

    def __getitem__(self, place: int | slice) -> Routed | list[Routed]:
        return self._all[place]

    def __len__(self) -> int:
        return len(self._decided)

    def __iter__(self) -> Iterator[Routed]:
        return iter(self._all)

    @cached_property
    def _all(self) -> list[Routed]:
        of: dict[str, list[Call]] = {}
        for call in self.comparison.calls:
            of.setdefault(call.prompt_id, []).append(call)
        return [Routed(prompt, decision, self._part(prompt, of)) for prompt, decision in self._decided]

    def _part(self, prompt: Prompt, of: dict[str, list[Call]]) -> Comparison:
        """Return the attempts of one prompt as a comparison of its own."""
        if len(self.comparison.prompts) == 1:
            return self.comparison
        calls = of.get(prompt.id, [])
        part = Comparison(replace(self.comparison.run, planned=max(1, len(calls))), [prompt], calls)
        part.store, part.warnings = self.comparison.store, self.comparison.warnings
        return part

    @property
    def errors(self) -> tuple[Call, ...]:
        """The attempts that failed, those that a fallback made good included."""
        return self.comparison.errors

    @property
    def frame(self) -> pd.DataFrame:
        """One row for each prompt, in the order in which they were given; NaN or NA is unknown.

        ``prompt_id``, ``prompt``, ``tag``, ``rule`` (from 1; NA for the default), ``model`` (who answered, or refused
        the content; missing if all failed), ``ok``, ``text`` (missing without an answer), ``asked`` (how many models),
        ``cost_usd`` (all attempts together, unless what one cost is unknown; those of simulated models count only where
        no other was asked), ``latency_s`` (of the answer alone) and ``simulated`` (whether all attempts were).
        ``comparison.frame`` has every attempt.
        """
        import pandas as pd

        rows = [_row(one) for one in self]
        frame = pd.DataFrame(rows, columns=list(_COLUMNS))
        return frame.astype({"rule": "Int64", "asked": "int64", "cost_usd": "float64", "latency_s": "float64"})

    def __repr__(self) -> str:
        answered = sum(one.ok for one in self)
        return f"<RoutedPrompts: {count(len(self), 'prompt')}, {answered:,} answered, {self.cost}>"


_COLUMNS = (
    "prompt_id", "prompt", "tag", "rule", "model", "ok", "text", "asked", "cost_usd", "latency_s", "simulated",
)  # fmt: skip


def _row(one: Routed) -> tuple[object, ...]:
    cost = one.cost.real if one.cost.real.of else one.cost.simulated  # pretend money is never added to real money
    return (
        one.prompt.id,
        one.prompt.text,
        one.tag,
        one.rule,
        one.model,
        one.ok,
        one.text if one.ok else None,
        len(one.attempts),
        float(cost.usd) if cost.complete else None,
        None if one.call is None else one.call.latency_s,
        not one.cost.real.of and bool(one.attempts),
    )
