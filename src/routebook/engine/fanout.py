"""Sends a plan: workers for each host, attempts, money, and the store before the screen.

Each host has its own queue and as many workers as may ask it at once, so a slow host holds back no other. A call is
`done` only when the store's writer says that it is on disk; the worker does not wait for that, it takes the next one.
"""

from __future__ import annotations

import asyncio
import random
from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from time import perf_counter, perf_counter_ns
from typing import TYPE_CHECKING

from routebook.calls import Attempt, Call, Failure, RunStatus, Timeline
from routebook.engine.budget import Ledger, Purse, session_ledger
from routebook.engine.limits import HostGate, concurrency_of
from routebook.engine.live import LiveCall, LiveRun
from routebook.engine.loop import LagProbe
from routebook.engine.plan import most_usd
from routebook.engine.recorder import Event, Listener, Recorder
from routebook.engine.replay import stream_again
from routebook.engine.terms import Terms
from routebook.errors import StoreError
from routebook.models import ModelId
from routebook.pricing import PriceBook, format_usd
from routebook.providers.contract import CallError, Provider, Reply
from routebook.redact import redact

if TYPE_CHECKING:
    from routebook.store import Store

Suggest = Callable[[ModelId], str]


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
        self.providers = providers
        self.prices = prices
        self.terms = terms
        self.listener = listener
        self.suggest = suggest
        self.gates = {host: HostGate() for host in providers}
        self.draw = random.Random()
        self._last_write: Future[None] | None = None

    async def run(self) -> None:
        """Send everything, and return when everything is on disk."""
        live = self.live
        self.purse = Purse(Ledger(self.terms.budget_usd), session_ledger)
        live.attach(asyncio.get_running_loop())
        probe = LagProbe()
        status: RunStatus = "failed"
        try:
            await self._prepare()
            async with probe.watching():
                await asyncio.gather(*self._workers())
            await self._written()
            status = "interrupted" if live.interrupted else "failed" if live.store_error else "finished"
        finally:
            lag = probe.summary()
            try:
                if live.store_error is None:
                    await asyncio.to_thread(self.store.end_run, live.run.id, status, lag)
            except StoreError as error:
                live.store_error = error
                status = "failed"
            finally:
                live.close(replace(live.run, status=status, loop_lag_ms=lag))

    async def _prepare(self) -> None:
        """Load every SDK that will be needed first: an import in one thread delays the time stamps of all others."""
        hosts = {call.planned.model.host for call in self.live.calls if call.planned.answered is None}
        # What fails here fails again when it is asked, and then has a card to be shown on.
        await asyncio.gather(*(self.providers[host].prepare() for host in hosts), return_exceptions=True)

    def _workers(self) -> list[asyncio.Task[None]]:
        queues: dict[str, deque[LiveCall]] = {}
        for call in self.live.calls:
            # What is answered already waits for nobody: it has a queue of its own.
            queues.setdefault(call.planned.model.host if call.planned.answered is None else "", deque()).append(call)
        tasks = []
        for host, queue in queues.items():
            at_once = concurrency_of(host, self.terms.concurrency) if host else 64
            tasks += [asyncio.create_task(self._work(queue)) for _ in range(min(at_once, len(queue)))]
        return tasks

    async def _work(self, queue: deque[LiveCall]) -> None:
        queued_at = perf_counter()
        task = asyncio.current_task()
        while queue:
            live = queue.popleft()
            live.task = task
            try:
                call = await self._settle(live, queued_at)
            finally:
                live.task = None
            self._keep(live, call)

    async def _settle(self, live: LiveCall, queued_at: float) -> Call:
        planned = live.planned
        if planned.answered is not None:
            return await self._answered(live, planned.answered)
        if planned.refusal is not None:
            return self._failed(live, planned.refusal)
        if self.live.store_error is not None:
            return self._failed(live, Failure("internal", f"Not sent: {self.live.store_error}"))
        if self.live.stopped(str(planned.model)):
            return self._failed(live, Failure("interrupted", "Stopped before it was sent.", "Run the cell again."))
        try:
            self.providers[planned.model.host].check(planned.request)
        except CallError as error:
            return self._failed(live, _failure(error))
        amount = most_usd(planned, self.prices) if self.purse.capped else Decimal(0)
        if amount is None:
            return self._failed(
                live,
                Failure(
                    "budget",
                    f"Not sent: the price of {planned.model} is unknown, so it cannot be held to a budget.",
                    f'Give its price with rb.set_price("{planned.model}", input=..., output=...), or set no budget.',
                ),
            )
        simulated = self.providers[planned.model.host].simulated
        blocked = await self.purse.reserve(amount, simulated=simulated)
        if blocked is not None:
            return self._failed(live, _over_budget(blocked, amount))
        spent: Decimal | None = Decimal(0)
        try:
            call = await self._ask(live, perf_counter() - queued_at)
            price = self.prices.price(call)
            spent = None if price is None else price.usd
        finally:
            await self.purse.settle(amount, spent, simulated=simulated)
        return call

    # ---- asking -----------------------------------------------------------------------------------------------------

    async def _ask(self, live: LiveCall, queued_s: float) -> Call:
        request = live.planned.request
        provider = self.providers[request.model.host]
        gate = self.gates[request.model.host]
        if live.recorder is None:
            live.recorder = Recorder(live.index, self.listener)
        recorder = live.recorder
        attempts: list[Attempt] = []
        while True:
            await gate.wait()
            live.attempt += 1
            live.phase = "streaming"
            started_at = datetime.now(UTC)
            recorder.begin()
            reply: Reply | None = None
            error: CallError | None = None
            try:
                async with asyncio.timeout(self.terms.timeout_s):
                    reply = await provider.ask(request, recorder)
            except asyncio.CancelledError:
                self._only_stopped(live)
                error = CallError("interrupted", "Stopped.", hint="Run the cell again to ask for the rest.")
            except TimeoutError:
                error = CallError(
                    "timeout",
                    f"{request.model} had not finished after {self.terms.timeout_s:g} s.",
                    hint="Give it longer with timeout_s=... (--timeout), or ask for less with max_tokens=....",
                )
            except CallError as failed:
                error = failed
            except Exception as fault:  # noqa: BLE001 - a plug-in's fault must not take the other models down
                error = CallError(
                    "internal",
                    redact(f"The provider for {request.model.host} failed: {type(fault).__name__}: {fault}"),
                    hint="This is a fault in routebook or a plug-in; please report it.",
                )
            latency_s = recorder.elapsed_us() / 1e6
            if error is None:
                if self.listener is not None and reply is not None:
                    self.listener(Event("usage", live.index, perf_counter_ns(), usage=reply.usage))
                return self._call(live, started_at, latency_s, queued_s, attempts, reply=reply)
            failure = _failure(error)
            wait_s = self.terms.retries.wait_s(error, live.attempt, self.draw)
            if wait_s is None:
                if error.kind == "not_found" and self.suggest is not None:
                    near = await asyncio.to_thread(self.suggest, request.model)
                    failure = replace(failure, hint=f"{failure.hint}{near}".strip())
                return self._call(
                    live, started_at, latency_s, queued_s, attempts, failure=failure, request_id=error.request_id
                )
            attempts.append(Attempt(failure, latency_s, wait_s, recorder.text_so_far()))
            live.phase = "waiting"
            if self.listener is not None:
                self.listener(Event("retrying", live.index, recorder.start_ns, failure.message))
            if error.retry_after_s:
                gate.pause(error.retry_after_s)
            try:
                await asyncio.sleep(wait_s)
            except asyncio.CancelledError:
                self._only_stopped(live)
                return self._call(live, started_at, latency_s, queued_s, attempts[:-1], failure=failure)

    def _only_stopped(self, live: LiveCall) -> None:
        """Let the worker go on when this call's model was stopped; anything else that cancels goes through."""
        task = asyncio.current_task()
        if task is None or not self.live.stopped(str(live.planned.model)):
            raise  # called while the cancellation is being handled
        task.uncancel()

    async def _answered(self, live: LiveCall, known: Call) -> Call:
        if known.run_id == self.live.run.id and not known.replayed:
            return known  # resumed: it is in the store already
        if known.replayed:
            live.phase = "streaming"
            if live.recorder is None:
                live.recorder = Recorder(live.index, self.listener)
            live.attempt = 1
            try:
                await stream_again(known, live.recorder)
            except asyncio.CancelledError:
                self._only_stopped(live)
                return self._failed(live, Failure("interrupted", "Stopped.", "Run the cell again to see it whole."))
        return replace(known, id=self._new_id(), run_id=self.live.run.id, prompt_id=live.prompt_id, queued_s=0.0)

    def _call(
        self,
        live: LiveCall,
        started_at: datetime,
        latency_s: float | None,
        queued_s: float,
        attempts: list[Attempt],
        *,
        reply: Reply | None = None,
        failure: Failure | None = None,
        request_id: str | None = None,
    ) -> Call:
        planned, recorder = live.planned, live.recorder
        ended = _without_secrets(reply or Reply("other", request_id=request_id))
        return Call(
            id=self._new_id(),
            run_id=self.live.run.id,
            prompt_id=planned.prompt_id,
            model=planned.model,
            repeat=planned.repeat,
            fingerprint=planned.fingerprint,
            status="ok" if failure is None else "error",
            text="" if recorder is None else recorder.text_so_far(),
            reasoning="" if recorder is None else recorder.reasoning_so_far(),
            started_at=started_at,
            latency_s=latency_s,
            queued_s=queued_s,
            first_event_s=None if recorder is None else _seconds(recorder.first_event_us),
            first_reasoning_s=None if recorder is None else _seconds(recorder.first_reasoning_us),
            ttft_s=None if recorder is None else _seconds(recorder.first_text_us),
            timeline=Timeline() if recorder is None else recorder.timeline(),
            attempts=tuple(attempts),
            failure=failure,
            finish=None if reply is None else reply.finish,
            raw_finish=ended.raw_finish,
            usage=ended.usage,
            request_id=ended.request_id,
            served_model=ended.served_model,
            reported_cost_usd=ended.reported_cost_usd,
            extras=ended.extras,
            simulated=self.providers[planned.model.host].simulated,
        )

    def _new_id(self) -> str:
        return f"{self.draw.getrandbits(128):032x}"

    def _failed(self, live: LiveCall, failure: Failure) -> Call:
        return self._call(live, datetime.now(UTC), None, 0.0, [], failure=failure)

    # ---- keeping ----------------------------------------------------------------------------------------------------

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


def _seconds(microseconds: int | None) -> float | None:
    return None if microseconds is None else microseconds / 1e6


def _failure(error: CallError) -> Failure:
    return Failure(error.kind, redact(error.message), redact(error.hint), error.status)


def _without_secrets(reply: Reply) -> Reply:
    """Return what the host said of its answer with every key hidden that it quoted; nearly always it quoted none."""
    said = "\n".join(filter(None, (reply.raw_finish, reply.request_id, reply.served_model, *reply.extras.values())))
    if redact(said) == said:
        return reply
    return replace(
        reply,
        raw_finish=redact(reply.raw_finish or "") or None,
        request_id=redact(reply.request_id or "") or None,
        served_model=redact(reply.served_model or "") or None,
        extras={name: redact(value) for name, value in reply.extras.items()},
    )


def _over_budget(ledger: Ledger, amount: Decimal) -> Failure:
    whose = "session's" if ledger is session_ledger else "run's"
    limit = ledger.limit_usd or Decimal(0)
    return Failure(
        "budget",
        f"Not sent: it may cost up to {format_usd(amount)}, and {format_usd(ledger.spent_usd)} "
        f"of the {whose} budget of {format_usd(limit)} is spent.",
        "Raise the budget, or lower what a call may cost with max_tokens=... (--max-tokens).",
    )
