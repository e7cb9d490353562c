"""Sends each prompt down a chain of models: the next one is asked only when the one before failed.

Prompts go side by side, as in a fan-out; what each try may take, and what a prompt may cost, is the chain's own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from time import perf_counter
from typing import Any

from routebook.calls import Call
from routebook.engine.asking import Means
from routebook.engine.budget import Ledger
from routebook.engine.fanout import APART_S, FanOut, together
from routebook.engine.limits import concurrency_of
from routebook.engine.live import LiveCall
from routebook.engine.retries import RetryPolicy
from routebook.providers.contract import FINAL


@dataclass(frozen=True, slots=True)
class Limits:
    """What a prompt's chain may take.

    Attributes
    ----------
    timeout_s
        Deadline of one attempt, seconds; `None` is the run's.
    retries
        How often each model is asked again before the next one is.
    budget_usd
        What the prompt may cost, all models and attempts together, US dollars; `None` is as much as the run may.
    """

    timeout_s: float | None = None
    retries: int = 0
    budget_usd: Decimal | None = None


class Cascade(FanOut):
    """Sends one run's plan whose models are asked in turn.

    Parameters
    ----------
    limits
        By prompt id.
    """

    def __init__(self, *args: Any, limits: Mapping[str, Limits], **named: Any) -> None:
        super().__init__(*args, **named)
        self._limits = limits

    async def _work_all(self) -> None:
        chains: dict[str, list[LiveCall]] = {}
        for live in self.live.calls:
            chains.setdefault(live.prompt_id, []).append(live)
        at_once = {host: concurrency_of(host, self.terms.concurrency) for host in self.means.providers}
        seats = {host: asyncio.Semaphore(many) for host, many in at_once.items()}
        widest = max(at_once.values(), default=1)
        await together(
            self._descend(chain, self._means_of(prompt_id), seats, number % widest * APART_S)
            for number, (prompt_id, chain) in enumerate(chains.items())
        )

    def _means_of(self, prompt_id: str) -> Means:
        means, limits = self.means, self._limits[prompt_id]
        timeout_s = means.terms.timeout_s if limits.timeout_s is None else limits.timeout_s
        terms = replace(means.terms, timeout_s=timeout_s, retries=RetryPolicy(limits.retries))
        return replace(means, terms=terms, purse=means.purse.within(Ledger(limits.budget_usd, "prompt's")))

    async def _descend(
        self, chain: Sequence[LiveCall], means: Means, seats: Mapping[str, asyncio.Semaphore], begin_after_s: float
    ) -> None:
        await asyncio.sleep(begin_after_s)
        todo = [live for live in chain if self._resumed(live)][:1] or list(chain)
        for live in chain:
            if live not in todo:  # another model had answered before the run was interrupted
                self.live.skip(live)
        while todo:
            live = todo.pop(0)
            queued_at = perf_counter()
            async with seats[live.planned.model.host]:
                call = await self._take(live, means, queued_at)
            if not goes_on(call):
                break
            if todo:
                self.live.need_one_more()
        for live in todo:
            self.live.skip(live)

    def _resumed(self, live: LiveCall) -> bool:
        return live.planned.answered is not None and live.planned.answered.run_id == self.live.run.id


def goes_on(call: Call | None) -> bool:
    """Tell whether the next model of a chain is asked after this call; `None` is one that was stopped before.

    Whatever went wrong is a reason to: missing credentials, an option the model does not take, a budget it might pass.
    """
    return call is not None and call.failure is not None and call.failure.kind not in FINAL
