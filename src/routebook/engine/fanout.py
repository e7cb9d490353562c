"""Sends a plan: workers for each host, and the store before the screen.

Each host has its own queue and as many workers as may ask it at once, so a slow host holds back no other. A call is
`done` only when the store's writer says that it is on disk; the worker does not wait for that, it takes the next one.
"""

from __future__ import annotations

import asyncio
import random
from collections import deque
from collections.abc import Coroutine, Iterable, Mapping
from concurrent.futures import Future
from dataclasses import replace
from time import perf_counter
from typing import TYPE_CHECKING, Any

from routebook.calls import Call, RunStatus
from routebook.engine.asking import Asking, Means, Suggest
from routebook.engine.budget import Ledger, Purse, session_ledger
from routebook.engine.limits import HostGate, concurrency_of
from routebook.engine.live import LiveCall, LiveRun
from routebook.engine.loop import LagProbe
from routebook.engine.recorder import Listener, Recorder
from routebook.engine.replay import stream_again
from routebook.engine.terms import Terms
from routebook.errors import StoreError
from routebook.pricing import PriceBook
from routebook.providers.contract import Provider
from routebook.redact import redact

if TYPE_CHECKING:
    from routebook.store import Store

APART_S = 0.001  # workers begin one after another: calls sent in one burst stay a burst, and blur each other's times
_ANSWERED_AT_ONCE = 64  # answers that are there already wait for no host


class FanOut:
    """Sends one run's plan."""

    def __init__(
        self,
        live: LiveRun,
        store: Store,
        providers: Mapping[str, Provider],
        prices: PriceBook,
        terms: Terms,
        listener: Listener | None = None,
        suggest: Suggest | None = None,
    ) -> None:
        self.live = live
        self.store = store
        self.terms = terms
        self.means = Means(
            run_id=live.run.id,
            providers=providers,
            gates={host: HostGate() for host in providers},
            prices=prices,
            purse=Purse(Ledger(terms.budget_usd), session_ledger),
            terms=terms,
            listener=listener,
            suggest=suggest,
            draw=random.Random(),
        )
        self._last_write: Future[None] | None = None

    async def run(self) -> None:
        """Send everything, and return when everything is on disk."""
        live = self.live
        live.attach(asyncio.get_running_loop())
        probe = LagProbe()
        status: RunStatus = "failed"
        try:
            await self._prepare()
            async with probe.watching():
                await self._work_all()
            await self._written()
            status = "interrupted" if live.any_stopped else "failed" if live.store_error else "finished"
        finally:
            lag = probe.summary()
            try:
                await asyncio.to_thread(self.store.end_run, live.run.id, status, lag)
            except StoreError as error:
                live.store_error = live.store_error or error
                status = "failed"
            finally:
                live.close(replace(live.run, status=status, loop_lag_ms=lag))

    async def _prepare(self) -> None:
        """Load every SDK that will be needed first: an import in one thread delays the time stamps of all others."""
        hosts = {call.planned.model.host for call in self.live.calls if call.planned.answered is None}
        # What fails here fails again when it is asked, and then has a card to be shown on.
        preparing = [self.means.providers[host].prepare() for host in hosts]
        await asyncio.gather(*preparing, return_exceptions=True)

    async def _work_all(self) -> None:
        queues: dict[str, deque[LiveCall]] = {}
        for live in self.live.calls:
            host = live.planned.model.host if live.planned.answered is None else ""
            queues.setdefault(host, deque()).append(live)
        work = []
        for host, queue in queues.items():
            at_once = concurrency_of(host, self.terms.concurrency) if host else _ANSWERED_AT_ONCE
            work += [self._work(queue, place * APART_S if host else 0.0) for place in range(min(at_once, len(queue)))]
        await together(work)

    async def _work(self, queue: deque[LiveCall], begin_after_s: float) -> None:
        queued_at = perf_counter()
        await asyncio.sleep(begin_after_s)
        while queue:
            await self._take(queue.popleft(), self.means, queued_at)

    async def _take(self, live: LiveCall, means: Means, queued_at: float) -> Call | None:
        """Ask a call, or take the answer there is, and give it to the store; `None` is one that was not sent."""
        if self.live.stopped(str(live.planned.model)) or self.live.store_error is not None:
            call = None
        elif live.planned.answered is not None:
            call = await self._answered(live, live.planned.answered)
        else:
            call = await self._asked(live, means, perf_counter() - queued_at)
        if call is None:
            self.live.skip(live)
        else:
            self._keep(live, call)
        return call

    async def _asked(self, live: LiveCall, means: Means, queued_s: float) -> Call | None:
        asking = Asking(live, means, queued_s)
        live.task = asyncio.current_task()
        try:
            return await asking.outcome()
        except asyncio.CancelledError:
            self._only_stopped(live)
            return asking.interrupted()
        finally:
            live.task = None

    async def _answered(self, live: LiveCall, known: Call) -> Call | None:
        if known.run_id == self.live.run.id and not known.replayed:
            return known  # resumed: it is in the store already
        if known.replayed:
            live.phase = "streaming"
            live.attempt = 1
            if live.recorder is None:
                live.recorder = Recorder(live.index, self.means.listener)
            live.task = asyncio.current_task()
            try:
                await stream_again(known, live.recorder)
            except asyncio.CancelledError:
                self._only_stopped(live)
                return None
            finally:
                live.task = None
        return replace(known, id=self.means.new_id(), run_id=self.live.run.id, prompt_id=live.prompt_id, queued_s=0.0)

    def _only_stopped(self, live: LiveCall) -> None:
        """Let the worker go on when this call's model was stopped; anything else that cancels goes through."""
        task = asyncio.current_task()
        if task is None or not self.live.stopped(str(live.planned.model)):
            raise  # called while the cancellation is being handled
        task.uncancel()

    def _keep(self, live: LiveCall, call: Call) -> None:
        if call is live.planned.answered:
            self.live.finish(live, call)
            return
        future = self._last_write = self.store.add_call(call)

        def written(done: Future[None]) -> None:
            error = done.exception()
            if error is not None:
                # The answer was paid for: it stays in memory and on screen, and nothing more is sent.
                self.live.store_error = error if isinstance(error, StoreError) else StoreError(redact(str(error)))
            self.live.finish(live, call)

        future.add_done_callback(written)

    async def _written(self) -> None:
        """Wait for the last write: the store's writer is first in, first out."""
        if self._last_write is not None:
            done, _ = await asyncio.wait([asyncio.wrap_future(self._last_write)])
            done.pop().exception()  # `written` has dealt with it; asking keeps asyncio from calling it unseen


async def together(work: Iterable[Coroutine[Any, Any, None]]) -> None:
    """Do all at once, and raise the first fault that ends one: one fault of ours is enough to tell."""
    try:
        async with asyncio.TaskGroup() as group:
            for one in work:
                group.create_task(one)
    except BaseExceptionGroup as faults:
        raise faults.exceptions[0] from None
