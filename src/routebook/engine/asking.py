"""Asks one question of one model: attempts, waits, money, and what came of it."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from time import perf_counter_ns

from routebook.calls import Attempt, Call, Failure
from routebook.engine.budget import Ledger, Purse
from routebook.engine.limits import HostGate
from routebook.engine.live import LiveCall
from routebook.engine.plan import PlannedCall, most_usd
from routebook.engine.recorder import Event, Listener, Recorder
from routebook.engine.terms import Terms
from routebook.models import ModelId
from routebook.pricing import PriceBook, format_usd
from routebook.providers.contract import UNCHARGED, CallError, Provider, Reply, protocol_of
from routebook.redact import redact

Suggest = Callable[[ModelId], str]
_NOT_AGAIN = "It was not asked again, since that might pass the budget."


@dataclass(frozen=True, slots=True)
class Means:
    """What every call of a run is asked with.

    Attributes
    ----------
    run_id
        The run.
    providers, gates
        By host.
    prices, purse
        What calls cost, and what may be spent.
    terms
        Deadline and retries.
    listener
        Who is told what happens.
    suggest
        Says what a model id that its host does not know may have meant.
    draw
        Where jitter and ids come from.
    """

    run_id: str
    providers: Mapping[str, Provider]
    gates: Mapping[str, HostGate]
    prices: PriceBook
    purse: Purse
    terms: Terms
    listener: Listener | None
    suggest: Suggest | None
    draw: random.Random

    def new_id(self) -> str:
        """Return 32 hex digits that no other call has."""
        return f"{self.draw.getrandbits(128):032x}"


class Asking:
    """One call, from its turn to its end.

    `outcome` may be cancelled at any moment; `interrupted` then says what came.
    """

    def __init__(self, live: LiveCall, means: Means, queued_s: float) -> None:
        self._live = live
        self._means = means
        self._queued_s = queued_s
        self._provider = means.providers[live.planned.model.host]
        self._protocol = ""
        self._attempts: list[Attempt] = []
        self._held: Decimal | None = None
        self._started_at: datetime | None = None
        self._pending: Attempt | None = None  # the last one that failed, until the next one begins

    async def outcome(self) -> Call:
        """Ask, again where it may help, and return what came of it."""
        refused = self._live.planned.refusal or self._unfit()
        if refused is not None:
            return self._call(failure=refused)
        blocked = await self._reserve()
        if blocked is not None:
            return self._call(failure=blocked)
        call: Call | None = None
        try:
            call = await self._ask()
            return call
        finally:
            self._settle(call)

    def interrupted(self) -> Call | None:
        """Return what came before it was stopped; `None` when it had not been sent."""
        if self._started_at is None:
            return None
        if self._pending is not None:
            return self._call(failure=self._pending.failure, latency_s=self._pending.latency_s)
        failure = Failure("interrupted", "Stopped.", "Run it again to ask for the rest.")
        return self._call(failure=failure, latency_s=self._recorder.elapsed_us() / 1e6)

    # ---- attempts ----------------------------------------------------------------------------------------------------

    async def _ask(self) -> Call:
        live, means, recorder = self._live, self._means, self._recorder
        gate = means.gates[live.planned.model.host]
        while True:
            await gate.wait()
            if self._pending is not None:
                self._attempts.append(self._pending)
                self._pending = None
            live.attempt += 1
            live.phase = "streaming"
            self._started_at = datetime.now(UTC)
            recorder.begin()
            ended = await self._attempt()
            latency_s = recorder.elapsed_us() / 1e6
            if isinstance(ended, Reply):
                if means.listener is not None:
                    means.listener(Event("usage", live.index, perf_counter_ns(), usage=ended.usage))
                return self._call(reply=ended, latency_s=latency_s)
            failure = _failure(ended)
            wait_s = means.terms.retries.wait_s(ended, live.attempt, means.draw)
            self._pending = Attempt(failure, latency_s, wait_s or 0.0, recorder.text_so_far())
            if wait_s is not None and not await self._may_ask_again(failure):
                wait_s, failure = None, replace(failure, hint=f"{failure.hint} {_NOT_AGAIN}".strip())
            if wait_s is None:
                failure = await self._with_suggestion(failure)
                return self._call(failure=failure, latency_s=latency_s, request_id=ended.request_id)
            live.phase = "waiting"
            if means.listener is not None:
                means.listener(Event("retrying", live.index, perf_counter_ns(), failure.message))
            if ended.retry_after_s:
                gate.pause(ended.retry_after_s)
            await asyncio.sleep(wait_s)

    async def _attempt(self) -> Reply | CallError:
        request = self._live.planned.request
        timeout_s = self._means.terms.timeout_s
        try:
            async with asyncio.timeout(timeout_s):
                return await self._provider.ask(request, self._recorder)
        except TimeoutError:
            return CallError(
                "timeout",
                f"{request.model} had not finished after {timeout_s:g} s.",
                hint="Give it longer with timeout_s=... (--timeout), or ask for less with max_tokens=....",
            )
        except CallError as error:
            return error
        except Exception as fault:  # noqa: BLE001 - a plug-in's fault must not take the other models down
            return _fault_of(self._provider.host, fault)

    async def _with_suggestion(self, failure: Failure) -> Failure:
        suggest = self._means.suggest
        if failure.kind != "not_found" or suggest is None:
            return failure
        near = await asyncio.to_thread(suggest, self._live.planned.model)
        return replace(failure, hint=f"{failure.hint}{near}".strip())

    def _unfit(self) -> Failure | None:
        """Say why the model cannot be asked this, if its provider knows."""
        try:
            self._protocol = protocol_of(self._provider)  # noted now: what it depends on may change
            self._provider.check(self._live.planned.request)
        except CallError as error:
            return _failure(error)
        except Exception as fault:  # noqa: BLE001 - a plug-in's fault must not take the other models down
            return _failure(_fault_of(self._provider.host, fault))
        return None

    # ---- money -------------------------------------------------------------------------------------------------------

    async def _reserve(self) -> Failure | None:
        """Set aside what the next attempt may cost; return why that cannot be."""
        planned, means = self._live.planned, self._means
        amount = Decimal(0)
        if means.purse.capped:
            most = most_usd(planned, means.prices, self._provider.defaults())
            if most is None:
                return _unpriced(planned)
            amount = most
        blocked = await means.purse.reserve(amount, simulated=self._provider.simulated)
        if blocked is not None:
            return _over_budget(blocked, amount)
        self._held = amount
        return None

    def _settle(self, call: Call | None) -> None:
        """Put what was spent, where that is known, in the place of what was set aside."""
        held, self._held = self._held, None
        if held is None:
            return
        purse, simulated = self._means.purse, self._provider.simulated
        in_flight = self._started_at is not None and self._pending is None
        if call is None and not in_flight:  # stopped while it waited
            purse.release(held, simulated=simulated)
            return
        price = None if call is None else self._means.prices.price(call)
        purse.settle(held, None if price is None else price.usd, simulated=simulated)

    async def _may_ask_again(self, failure: Failure) -> bool:
        """An attempt that the host may charge for uses up what was set aside; the next one needs its own."""
        if failure.kind in UNCHARGED or self._held is None:
            return True
        self._means.purse.presume(self._held, simulated=self._provider.simulated)
        self._held = None
        return await self._reserve() is None

    # ---- what came ---------------------------------------------------------------------------------------------------

    @property
    def _recorder(self) -> Recorder:
        if self._live.recorder is None:
            self._live.recorder = Recorder(self._live.index, self._means.listener)
        return self._live.recorder

    def _call(
        self,
        *,
        reply: Reply | None = None,
        failure: Failure | None = None,
        latency_s: float | None = None,
        request_id: str | None = None,
    ) -> Call:
        planned, recorder = self._live.planned, self._recorder
        ended = _without_secrets(reply or Reply("other", request_id=request_id))
        return Call(
            id=self._means.new_id(),
            run_id=self._means.run_id,
            prompt_id=planned.prompt_id,
            model=planned.model,
            repeat=planned.repeat,
            fingerprint=planned.fingerprint,
            status="ok" if failure is None else "error",
            text=recorder.text_so_far(),
            reasoning=recorder.reasoning_so_far(),
            started_at=self._started_at or datetime.now(UTC),
            latency_s=latency_s,
            queued_s=self._queued_s,
            first_event_s=_seconds(recorder.first_event_us),
            first_reasoning_s=_seconds(recorder.first_reasoning_us),
            ttft_s=_seconds(recorder.first_text_us),
            timeline=recorder.timeline(),
            attempts=tuple(self._attempts),
            failure=failure,
            finish=None if reply is None else reply.finish,
            raw_finish=ended.raw_finish,
            usage=ended.usage,
            request_id=ended.request_id,
            served_model=ended.served_model,
            reported_cost_usd=ended.reported_cost_usd,
            extras=ended.extras if self._provider.simulated else _with_protocol(ended.extras, self._protocol),
            simulated=self._provider.simulated,
        )


def _with_protocol(extras: Mapping[str, str], protocol: str) -> Mapping[str, str]:
    return {**extras, "protocol": protocol} if protocol else extras


def _seconds(microseconds: int | None) -> float | None:
    return None if microseconds is None else microseconds / 1e6


def _failure(error: CallError) -> Failure:
    return Failure(error.kind, error.message, error.hint, error.status)


def _fault_of(host: str, fault: Exception) -> CallError:
    return CallError(
        "internal",
        f"The provider for {host} failed: {type(fault).__name__}: {fault}",
        hint="This is a fault in routebook or a plug-in; please report it.",
    )


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


def _unpriced(planned: PlannedCall) -> Failure:
    return Failure(
        "budget",
        f"Not sent: the price of {planned.model} is unknown, so it cannot be held to a budget.",
        f'Give its price with rb.set_price("{planned.model}", input=..., output=...), or set no budget.',
    )


def _over_budget(ledger: Ledger, amount: Decimal) -> Failure:
    used = format_usd(ledger.spent_usd)
    if ledger.presumed_usd:
        used += f" (and up to {format_usd(ledger.presumed_usd)} for what failed at unknown cost)"
    return Failure(
        "budget",
        f"Not sent: it may cost up to {format_usd(amount)}, and {used} "
        f"of the {ledger.whose} budget of {format_usd(ledger.limit_usd or Decimal(0))} is spent.",
        "Raise the budget, or lower what a call may cost with max_tokens=... (--max-tokens).",
    )
