"""Asks a gateway that runs a policy's exported file, and reports where it really sent each prompt."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from routebook.background import wait
from routebook.calls import Call
from routebook.comparison import Comparison
from routebook.costs import RunCost
from routebook.errors import OptionError
from routebook.lookup import count
from routebook.models import SIMULATED_HOSTS, ModelId
from routebook.pricing import price_book
from routebook.prompts import Prompt
from routebook.providers.registry import server_for
from routebook.render.report import Block, Report, Reported, figure
from routebook.routing.decision import Decision
from routebook.routing.policy import Policy, Route
from routebook.sending.sending import sending
from routebook.sending.went import NOTHING, PORTKEY, Went, went

if TYPE_CHECKING:
    import pandas as pd

    from routebook.starting import Prompts
    from routebook.store import Store

AGREES = "agrees"
CHAIN = "another model of the chain"
OTHER = "another model"
UNTOLD = "cannot be told"
FAILED = "no answer"
_OUTCOMES = {
    AGREES: "went where the policy says",
    CHAIN: "to another model of the chain",
    OTHER: "to another model",
    UNTOLD: UNTOLD,
    FAILED: FAILED,
}
_SHOWN = 10
_COLUMNS = ("prompt_id", "prompt", "tag", "decided", "went", "outcome", "told_by", "latency_s", "list_usd", "error")


@dataclass(frozen=True, slots=True)
class LiveRow:
    """One prompt that was sent to the gateway.

    Attributes
    ----------
    prompt
        What was asked.
    decision
        What the policy decided; its first model is the one that the gateway should ask.
    call
        What came; `None` if it was stopped before it was asked.
    went
        Where the gateway really sent it, as far as it told.
    """

    prompt: Prompt
    decision: Decision
    call: Call | None
    went: Went

    @property
    def outcome(self) -> str:
        """``agrees``, ``another model of the chain``, ``another model``, ``cannot be told`` or ``no answer``."""
        if self.call is None or self.call.failure is not None:
            return FAILED
        if self.went.model is None:
            return UNTOLD
        if self.went.model == self.decision.models[0]:
            return AGREES
        return CHAIN if self.went.model in self.decision.models else OTHER

    @property
    def list_usd(self) -> float | None:
        """What the answer costs at the list price of the model it came from; `None` is unknown.

        What the gateway charges, and what it paid for models that failed before, is not known.
        """
        if self.call is None or self.call.failure is not None or self.went.model is None or not self.went.known:
            return None
        model = ModelId.parse(self.went.model)
        if model.host in SIMULATED_HOSTS:  # the gateway answers in their place, and nobody is paid
            return None
        price = price_book().price_usage(model, self.call.usage, at=self.call.started_at, extras=self.call.extras)
        return None if price is None else float(price.usd)


@dataclass(frozen=True, repr=False)
class LiveReplay(Reported):
    """Where a gateway sent prompts, beside what the policy says of them.

    Attributes
    ----------
    policy
        The policy.
    server
        The gateway's name.
    rows
        Every prompt, in the order given.
    comparison
        The run, with every answer.
    """

    policy: Policy
    server: str
    rows: tuple[LiveRow, ...]
    comparison: Comparison

    @property
    def of(self) -> int:
        """How many prompts were sent."""
        return len(self.rows)

    @property
    def agree(self) -> int:
        """How many of them went to the model that the policy says."""
        return self.outcomes[AGREES]

    @property
    def outcomes(self) -> Counter[str]:
        """How many prompts had each outcome."""
        return Counter(row.outcome for row in self.rows)

    @property
    def cost(self) -> RunCost:
        """What the gateway charged, where its routes have a price (`routebook.set_price`)."""
        return self.comparison.total_cost

    @property
    def frame(self) -> pd.DataFrame:
        """One row for each prompt; missing is unknown. ``latency_s`` is through the gateway, to the answer's end."""
        import pandas as pd

        frame = pd.DataFrame([_row(row) for row in self.rows], columns=list(_COLUMNS))
        return frame.astype({"latency_s": "float64", "list_usd": "float64"})

    def _report(self) -> Report:
        groups: dict[tuple[str, str, str, str], list[float]] = {}
        sizes: Counter[tuple[str, str, str, str]] = Counter()
        for row in self.rows:
            key = (row.decision.tag, row.decision.models[0], row.went.model or "unknown", row.outcome)
            sizes[key] += 1
            groups.setdefault(key, []).extend(_latency(row))
        latencies = [figure(median(those) if those else None) for those in groups.values()]
        rows = [(*key, f"{sizes[key]:,}", latency) for key, latency in zip(groups, latencies, strict=True)]
        blocks = [Block(("route", "decided", "went to", "outcome", "prompts", "median latency, s"), rows)]
        if differ := [row for row in self.rows if row.outcome != AGREES]:
            shown = [
                (row.prompt.text, row.decision.models[0], row.went.model or "unknown", row.outcome) for row in differ
            ]
            title = f"Did not agree, or cannot be told{f' (the first {_SHOWN})' if len(differ) > _SHOWN else ''}"
            blocks.append(Block(("prompt", "decided", "went to", "outcome"), shown[:_SHOWN], title))
        return Report(f"{self.policy.name} through {self.server}", self._facts(), blocks, tuple(self._notes()))

    def __repr__(self) -> str:
        return f"<LiveReplay of {self.policy.name} through {self.server}: {', '.join(self._facts())}>"

    def _facts(self) -> list[str]:
        found = self.outcomes
        return [count(self.of, "prompt"), *(f"{found[one]:,} {said}" for one, said in _OUTCOMES.items() if found[one])]

    def _notes(self) -> Iterator[str]:
        outcomes, told = self.outcomes, {row.went.told_by for row in self.rows} - {NOTHING}
        if told:
            yield f"Where a prompt went is read from {' and '.join(sorted(told))}."
        if PORTKEY in told:
            yield "Portkey's header is a place in its config, read as the file exported from this policy has it."
        if outcomes[UNTOLD]:
            yield f"Of {count(outcomes[UNTOLD], 'prompt')} {self.server} does not say to which model it went."
        if outcomes[CHAIN]:
            yield "Another model of the chain answers when an earlier one failed, or when the gateway draws by weight."
        failures = Counter(row.call.failure.message for row in self.rows if row.call and row.call.failure)
        yield from (f"No answer, {count(number, 'time')}: {message}" for message, number in failures.most_common(3))
        yield "Latency is through the gateway, to the answer's end; compare a model asked directly for what it adds."


def replay_live(
    policy: Policy | str | Path | object,
    server: str,
    prompts: Prompts,
    *,
    tag: str | Sequence[str] | None = None,
    metadata: Mapping[str, object] | None = None,
    system: str | None = None,
    name: str | None = None,
    max_tokens: int | None = None,
    budget_usd: float | str | None = None,
    timeout_s: float | None = None,
    concurrency: int | Mapping[str, int] | None = None,
    store: Store | None = None,
) -> LiveReplay:
    """Send prompts to a gateway that runs a policy's exported file, and report where it really sent them.

    Every prompt is decided on here, then the gateway is asked for ``route/TAG`` or ``route/default``: never from the
    cache, and once, since fallbacks and retries are the gateway's. It is a run like any other, and it costs what its
    models cost. The gateway is told the route alone, not the metadata.

    Parameters
    ----------
    policy
        A `Policy`, the path of its file, or what holds one.
    server
        The gateway, as `routebook.register_server` named it.
    prompts
        A text, a `Prompt`, a sequence of these, or a DataFrame with a ``prompt`` column; the same one is asked once.
    tag, metadata, system, name, max_tokens, store
        As for `routebook.route`.
    budget_usd
        Spending cap of all prompts together, US dollars. A route without a price is not asked then: give it one by
        `routebook.set_price`.
    timeout_s
        Deadline of each prompt, the gateway's fallbacks included, seconds (600 unless given).
    concurrency
        Calls at once (8 unless given).

    Returns
    -------
    LiveReplay
        Also when the gateway did not answer: `LiveRow.outcome` tells.

    Raises
    ------
    RoutebookError
        If it cannot be sent at all: a server that nobody registered, a tag that cannot be asked for by name.
    Interrupted
        If you interrupt it; a `KeyboardInterrupt` whose `comparison` holds what came.

    Examples
    --------
    >>> import routebook as rb
    >>> policy = rb.Policy.from_yaml(
    ...     "{routebook: 1, name: desk, classify: [], routes: {}, default: {models: [sim/small]}}"
    ... )
    >>> rb.replay_live(policy, "my-gateway", "Hello.")
    Traceback (most recent call last):
        ...
    routebook.errors.OptionError: 'my-gateway' is no registered server. Name it: rb.register_server(..., base_url=...).
    """
    if server_for(server) is None:
        raise OptionError(f"{server!r} is no registered server. Name it: rb.register_server(..., base_url=...).")
    decided = sending(
        policy,
        prompts,
        tag=tag,
        metadata=metadata,
        system=system,
        name=name,
        max_tokens=max_tokens,
        budget_usd=budget_usd,
        timeout_s=timeout_s,
        concurrency=concurrency,
        store=store,
        cache=False,
    )
    asked = replace(decided, decisions={key: _through(server, one) for key, one in decided.decisions.items()})
    comparison = wait(asked.start())
    calls = {call.prompt_id: call for call in comparison.calls}
    rows = []
    for prompt in decided.given:
        decision, call = decided.decisions[prompt.id], calls.get(prompt.id)
        rows.append(LiveRow(prompt, decision, call, Went() if call is None else went(call, decision)))
    return LiveReplay(decided.policy, server, tuple(rows), comparison)


def _through(server: str, decision: Decision) -> Decision:
    """Return the decision as the gateway is asked for it; time limit, retries and fallbacks are the gateway's own."""
    model = f"{server}/route/{decision.tag}"
    if not model.isascii() or " " in model:
        raise OptionError(
            f"The route {decision.tag!r} cannot be asked for by name: a model id has no spaces and only ASCII letters. "
            "Rename the tag in the policy, and export it again."
        )
    return replace(decision, route=Route((model,)), models=(model,))


def _latency(row: LiveRow) -> list[float]:
    """Return the seconds of an answer, as one number or none."""
    call = row.call
    return [] if call is None or call.failure is not None or call.latency_s is None else [call.latency_s]


def _row(row: LiveRow) -> tuple[object, ...]:
    call = row.call
    return (
        row.prompt.id,
        row.prompt.text,
        row.decision.tag,
        row.decision.models[0],
        row.went.model,
        row.outcome,
        row.went.told_by or None,
        next(iter(_latency(row)), None),
        row.list_usd,
        call.failure.message if call is not None and call.failure is not None else None,
    )
