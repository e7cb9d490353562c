"""The fan-out, with providers whose behaviour each test writes down."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.support.scripted import Script, ScriptedProvider

from routebook.calls import RunInfo
from routebook.engine.budget import Ledger, Purse
from routebook.engine.fanout import FanOut, Terms
from routebook.engine.live import LiveRun
from routebook.engine.plan import Plan, PlannedCall, quote
from routebook.engine.recorder import Event
from routebook.engine.retries import RetryPolicy
from routebook.models import ModelId
from routebook.pricing import PriceBook
from routebook.prompts import Prompt
from routebook.providers.contract import CallError, HostDefaults, Options, Request, Usage
from routebook.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "calls.sqlite3")
    yield opened
    opened.close()


@pytest.fixture
def prices() -> PriceBook:
    book = PriceBook()
    for name in ("a", "b", "plain"):
        book.set_price(f"scripted/{name}", input=1, output=10)
    return book


def planned(models: Sequence[str], prompts: int = 1, options: Options | None = None) -> list[PlannedCall]:
    calls = []
    for number in range(prompts):
        prompt = Prompt.of(f"question {number}")
        for name in models:
            request = Request(ModelId("scripted", name), prompt.messages, None, options or Options())
            calls.append(PlannedCall(prompt, prompt.id, request, 0, request.fingerprint()))
    return calls


def live_run(
    calls: Sequence[PlannedCall], prices: PriceBook, listener: Callable[[Event], None] | None = None
) -> LiveRun:
    prompts = tuple({call.prompt_id: call.prompt for call in calls}.values())
    models = tuple(dict.fromkeys(call.model for call in calls))
    plan = Plan(tuple(calls), prompts, models, 1, quote(calls, prices, {"scripted": HostDefaults()}))
    run = RunInfo(
        id=f"{random.getrandbits(128):032x}",
        name=None,
        created_at=datetime.now(UTC),
        models=tuple(map(str, models)),
        plan_sha256=plan.sha256,
        status="running",
        planned=len(calls),
    )
    return LiveRun(run, plan, listener)


def fan_out(
    store: Store, prices: PriceBook, provider: ScriptedProvider, calls: Sequence[PlannedCall], **terms: Any
) -> FanOut:
    events: list[Event] = []
    live = live_run(calls, prices, events.append)
    store.begin_run(live.run, live.prompts)
    made = FanOut(live, store, {"scripted": provider}, prices, Terms(**terms), events.append)
    made.events = events  # type: ignore[attr-defined]
    return made


async def until(happened: Callable[[], bool]) -> None:
    while not happened():  # noqa: ASYNC110 - the fake has no event for it
        await asyncio.sleep(0)


async def test_every_answer_is_in_the_store_when_the_run_is_done(store: Store, prices: PriceBook) -> None:
    made = fan_out(store, prices, ScriptedProvider(), planned(["a", "b"], prompts=10))
    await made.run()
    assert made.live.done
    stored = store.calls_of(made.live.run.id)
    assert len(stored) == 20
    assert {call.text for call in stored} == {"hello world"}
    assert {call.id for call in stored} == {call.id for call in made.live.finished_calls()}


async def test_a_call_is_shown_as_finished_only_when_it_can_be_read_from_the_store(
    store: Store, prices: PriceBook
) -> None:
    seen_on_disk: list[bool] = []
    live: LiveRun | None = None

    def listener(event: Event) -> None:
        if event.kind == "finished":
            assert live is not None
            call = live.calls[event.call].call
            assert call is not None
            seen_on_disk.append(call.id in {stored.id for stored in store.calls_of(live.run.id)})

    live = live_run(planned(["a", "b"]), prices, listener)
    store.begin_run(live.run, live.prompts)
    await FanOut(live, store, {"scripted": ScriptedProvider()}, prices, Terms(), listener).run()
    assert seen_on_disk == [True, True]


async def test_events_come_in_order_with_monotonic_times(store: Store, prices: PriceBook) -> None:
    provider = ScriptedProvider({"a": [Script(reasoning=["hm"])]})
    made = fan_out(store, prices, provider, planned(["a"]))
    await made.run()
    events = made.events  # type: ignore[attr-defined]
    assert [event.kind for event in events] == ["started", "reasoning", "text", "text", "usage", "finished"]
    assert events[4].usage == Usage(input_tokens=10, output_tokens=5)
    assert [event.at_ns for event in events] == sorted(event.at_ns for event in events)
    (call,) = made.live.finished_calls()
    assert call.first_event_s is not None
    assert call.first_reasoning_s is not None
    assert call.ttft_s is not None
    assert call.latency_s is not None
    assert 0 <= call.first_event_s <= call.first_reasoning_s <= call.ttft_s <= call.latency_s
    assert [chunk.kind for chunk in call.timeline] == ["started", "reasoning", "text", "text"]


async def test_one_failing_model_leaves_the_others_alone(store: Store, prices: PriceBook) -> None:
    provider = ScriptedProvider({"a": [Script(error=CallError("auth", "no key", hint="Set A_KEY."))], "b": [Script()]})
    made = fan_out(store, prices, provider, planned(["a", "b"]))
    await made.run()
    a, b = made.live.finished_calls()
    assert (a.status, b.status) == ("error", "ok")
    assert a.failure is not None
    assert (a.failure.kind, a.failure.hint) == ("auth", "Set A_KEY.")
    assert a.text == "hello world"  # what came is kept


async def test_a_fault_of_a_plug_in_is_an_error_of_that_model_without_its_secrets(
    store: Store, prices: PriceBook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("A_PLUGIN_API_KEY", "canary-0123456789")
    provider = ScriptedProvider({"a": [Script(error=ValueError("bad header canary-0123456789"))]})
    made = fan_out(store, prices, provider, planned(["a", "b"]))
    await made.run()
    a, b = made.live.finished_calls()
    assert a.failure is not None
    assert a.failure.kind == "internal"
    assert "canary" not in a.failure.message
    assert b.status == "ok"


async def test_a_retry_is_a_visible_attempt_with_its_own_time_and_text(store: Store, prices: PriceBook) -> None:
    provider = ScriptedProvider({"a": [Script(pieces=["half"], error=CallError("truncated", "cut off")), Script()]})
    made = fan_out(store, prices, provider, planned(["a"]), retries=RetryPolicy(2, base_s=0.0))
    await made.run()
    (call,) = made.live.finished_calls()
    assert call.status == "ok"
    assert call.text == "hello world"
    (attempt,) = call.attempts
    assert (attempt.failure.kind, attempt.text) == ("truncated", "half")
    assert "retrying" in [event.kind for event in made.events]  # type: ignore[attr-defined]


async def test_retries_end_and_keep_every_attempt(store: Store, prices: PriceBook) -> None:
    provider = ScriptedProvider({"a": [Script(error=CallError("server", "down", status=503))]})
    made = fan_out(store, prices, provider, planned(["a"]), retries=RetryPolicy(2, base_s=0.0))
    await made.run()
    (call,) = made.live.finished_calls()
    assert len(provider.asked) == 3
    assert len(call.attempts) == 2
    assert call.failure is not None
    assert call.failure.status == 503


@pytest.mark.parametrize("kind", ["auth", "context", "filter", "not_found", "option", "bad_request", "quota"])
async def test_what_cannot_help_is_not_asked_again(store: Store, prices: PriceBook, kind: Any) -> None:
    provider = ScriptedProvider({"a": [Script(error=CallError(kind, "no"))]})
    made = fan_out(store, prices, provider, planned(["a"]), retries=RetryPolicy(5, base_s=0.0))
    await made.run()
    assert len(provider.asked) == 1


async def test_a_deadline_ends_a_call_and_keeps_what_came(store: Store, prices: PriceBook) -> None:
    provider = ScriptedProvider({"a": [Script(pieces=["some"], gate=asyncio.Event())]})
    made = fan_out(store, prices, provider, planned(["a"]), timeout_s=0.05, retries=RetryPolicy(0))
    await made.run()
    (call,) = made.live.finished_calls()
    assert call.failure is not None
    assert (call.failure.kind, call.text) == ("timeout", "some")
    assert provider.closed_streams == 1


async def test_no_more_calls_go_to_a_host_at_once_than_allowed(store: Store, prices: PriceBook) -> None:
    gate = asyncio.Event()
    provider = ScriptedProvider({"a": [Script(gate=gate)]})
    made = fan_out(store, prices, provider, planned(["a"], prompts=30), concurrency=3)
    running = asyncio.create_task(made.run())
    await until(lambda: provider.in_flight == 3)
    gate.set()
    await running
    assert provider.most_in_flight == 3
    assert len(provider.asked) == 30


async def test_stopping_one_model_closes_its_stream_and_leaves_the_others(store: Store, prices: PriceBook) -> None:
    gate = asyncio.Event()
    provider = ScriptedProvider({"a": [Script(pieces=["partial"], gate=gate)], "b": [Script(gate=gate)]})
    made = fan_out(store, prices, provider, planned(["a", "b"]))
    running = asyncio.create_task(made.run())
    await until(lambda: provider.in_flight == 2)
    made.live.stop("scripted/a")
    await until(lambda: provider.closed_streams == 1)
    gate.set()
    await running
    a, b = made.live.finished_calls()
    assert a.failure is not None
    assert (a.failure.kind, a.text) == ("interrupted", "partial")
    assert b.status == "ok"
    assert made.live.run.status == "interrupted"  # asked again, it goes on where it was stopped


async def test_stopping_all_keeps_what_came_and_asks_nothing_more(store: Store, prices: PriceBook) -> None:
    provider = ScriptedProvider({"a": [Script(), Script(pieces=["par"], gate=asyncio.Event())]})
    made = fan_out(store, prices, provider, planned(["a"], prompts=5), concurrency=1)
    running = asyncio.create_task(made.run())
    await until(lambda: len(provider.asked) == 2)
    made.live.stop()
    await running
    assert len(provider.asked) == 2
    assert made.live.run.status == "interrupted"
    kinds = [call.failure.kind if call.failure else "ok" for call in made.live.finished_calls()]
    assert kinds == ["ok", "interrupted"]
    assert [live.phase for live in made.live.calls] == ["done"] * 5
    resumable = store.resumable_run(made.live.plan.sha256)
    assert resumable is not None
    assert resumable.id == made.live.run.id


async def test_a_cap_is_never_passed_and_stops_before_the_call_that_might(store: Store, prices: PriceBook) -> None:
    # 10 input and 5 output tokens at 1 and 10 USD per million: 0.00006 a call; the cap leaves room for a few.
    options = Options(max_tokens=5)
    made = fan_out(
        store, prices, ScriptedProvider(), planned(["a"], 40, options), budget_usd=Decimal("0.0005"), concurrency=8
    )
    await made.run()
    calls = made.live.finished_calls()
    spent = sum((prices.price(call).usd for call in calls if call.status == "ok"), Decimal(0))  # type: ignore[union-attr]
    refused = [call for call in calls if call.failure is not None]
    assert refused
    assert {call.failure.kind for call in refused if call.failure} == {"budget"}
    assert spent <= Decimal("0.0005")
    assert len(calls) - len(refused) >= 5


async def test_a_budget_of_nothing_sends_nothing(store: Store, prices: PriceBook) -> None:
    provider = ScriptedProvider()
    made = fan_out(store, prices, provider, planned(["a"]), budget_usd=Decimal(0))
    await made.run()
    assert provider.asked == []


async def test_a_model_of_unknown_price_is_not_asked_under_a_cap(store: Store, prices: PriceBook) -> None:
    provider = ScriptedProvider()
    made = fan_out(store, prices, provider, planned(["mystery"]), budget_usd=Decimal(5))
    await made.run()
    (call,) = made.live.finished_calls()
    assert provider.asked == []
    assert call.failure is not None
    assert "scripted/mystery" in call.failure.message


async def test_a_call_waits_for_those_in_flight_before_it_is_refused() -> None:
    purse = Purse(Ledger(Decimal(10)), Ledger())
    assert await purse.reserve(Decimal(6), simulated=False) is None
    waiting = asyncio.create_task(purse.reserve(Decimal(6), simulated=False))
    await asyncio.sleep(0)
    assert not waiting.done()
    purse.settle(Decimal(6), Decimal(1), simulated=False)
    assert await waiting is None


async def test_a_retry_after_pauses_the_whole_host(store: Store, prices: PriceBook) -> None:
    slow = CallError("rate_limit", "slow down", retry_after_s=0.2)
    provider = ScriptedProvider({"a": [Script(error=slow), Script()]})
    made = fan_out(store, prices, provider, planned(["a", "b"]), concurrency=1, retries=RetryPolicy(1, base_s=0.0))
    await made.run()
    a, b = made.live.finished_calls()
    assert a.attempts[0].waited_s >= 0.2
    assert b.queued_s >= 0.2


async def test_an_option_a_model_does_not_take_is_its_own_error_before_sending(store: Store, prices: PriceBook) -> None:
    provider = ScriptedProvider()
    made = fan_out(store, prices, provider, planned(["plain", "a"], 1, Options(effort="high")))
    await made.run()
    plain, a = made.live.finished_calls()
    assert plain.failure is not None
    assert plain.failure.kind == "option"
    assert a.status == "ok"
    assert [request.model.model for request in provider.asked] == ["a"]


async def stop_while(made: FanOut, model: str | None, happened: Callable[[], bool]) -> None:
    running = asyncio.create_task(made.run())
    await until(happened)
    made.live.stop(model)
    await asyncio.wait_for(running, 5)


async def test_a_stop_while_a_host_asked_for_a_pause_leaves_the_other_models_alone(
    store: Store, prices: PriceBook
) -> None:
    slow = CallError("rate_limit", "slow down", retry_after_s=30)
    provider = ScriptedProvider({"a": [Script(error=slow)]})
    made = fan_out(store, prices, provider, planned(["a"], prompts=3), concurrency=2)
    await stop_while(made, None, lambda: any(live.phase == "waiting" for live in made.live.calls))
    assert made.live.run.status == "interrupted"
    assert [call.failure.kind for call in made.live.finished_calls() if call.failure] == ["rate_limit"]
    assert len(provider.asked) == 1


async def test_an_attempt_is_told_once_when_the_next_one_never_began(store: Store, prices: PriceBook) -> None:
    """The first model's pause for its host holds the second's retry back, after its own wait is over."""
    failed = CallError("truncated", "cut off")
    paused = CallError("rate_limit", "slow down", retry_after_s=30)
    gate = asyncio.Event()
    provider = ScriptedProvider({"a": [Script(gate=gate, error=paused)], "b": [Script(error=failed)]})
    made = fan_out(store, prices, provider, planned(["a", "b"]), concurrency=2, retries=RetryPolicy(3, base_s=0.05))
    running = asyncio.create_task(made.run())
    second = made.live.calls[1]
    await until(lambda: second.phase == "waiting" and provider.in_flight == 1)
    gate.set()
    await until(lambda: made.live.calls[0].phase == "waiting")
    await asyncio.sleep(0.1)  # longer than the second's own wait: now it stands before its host's pause
    made.live.stop()
    await running
    call = made.live.finished_calls()[1]
    assert call.failure is not None
    assert call.failure.kind == "truncated"
    assert len(call.attempts) == second.attempt - 1


async def test_a_stop_while_calls_wait_for_money_ends_the_run(store: Store, prices: PriceBook) -> None:
    provider = ScriptedProvider({"a": [Script(gate=asyncio.Event())]})
    # A call may cost 0.0000508 at most: there is room for one at a time.
    made = fan_out(
        store, prices, provider, planned(["a"], 4, Options(max_tokens=4)), budget_usd=Decimal("0.00006"), concurrency=4
    )
    await stop_while(made, None, lambda: provider.in_flight == 1)
    assert made.live.run.status == "interrupted"
    assert len(provider.asked) == 1
    assert made.means.purse.run.reserved_usd == 0


async def test_a_failed_attempt_of_unknown_cost_uses_up_its_part_of_the_budget(store: Store, prices: PriceBook) -> None:
    provider = ScriptedProvider({"a": [Script(error=CallError("truncated", "cut off"))]})
    made = fan_out(
        store,
        prices,
        provider,
        planned(["a"], 1, Options(max_tokens=4)),
        budget_usd=Decimal("0.00012"),
        retries=RetryPolicy(9, base_s=0.0),
    )
    await made.run()
    (call,) = made.live.finished_calls()
    assert len(provider.asked) == 2  # there was money for two attempts at most
    assert call.failure is not None
    assert "not asked again" in call.failure.hint
    ledger = made.means.purse.run
    assert ledger.spent_usd == 0
    assert ledger.presumed_usd <= Decimal("0.00012")
    assert ledger.reserved_usd == 0


async def test_a_fault_in_a_plug_ins_check_is_that_models_error(store: Store, prices: PriceBook) -> None:
    class Broken(ScriptedProvider):
        def check(self, request: Request) -> None:
            if request.model.model == "a":
                raise ValueError("oops")

    made = fan_out(store, prices, Broken(), planned(["a", "b"]))
    await made.run()
    a, b = made.live.finished_calls()
    assert a.failure is not None
    assert a.failure.kind == "internal"
    assert b.status == "ok"


async def test_a_call_notes_the_protocol_it_goes_over_and_a_fault_in_telling_it_is_that_hosts_error(
    store: Store, prices: PriceBook
) -> None:
    class Telling(ScriptedProvider):
        said = "Carrier Pigeon"

        def protocol(self) -> str:
            if not self.said:
                raise ValueError("oops")
            return self.said

    provider = Telling()
    made = fan_out(store, prices, provider, planned(["a"]))
    await made.run()
    assert made.live.finished_calls()[0].extras == {"protocol": "Carrier Pigeon"}
    provider.said = ""
    made = fan_out(store, prices, provider, planned(["a"]))
    await made.run()
    (call,) = made.live.finished_calls()
    assert call.failure is not None
    assert call.failure.kind == "internal"


async def test_a_cap_that_the_host_sends_by_itself_is_what_is_set_aside(store: Store, prices: PriceBook) -> None:
    class Verbose(ScriptedProvider):
        def defaults(self) -> HostDefaults:
            return HostDefaults(max_tokens=1_000_000)

    made = fan_out(store, prices, Verbose(), planned(["a"]), budget_usd=Decimal(1))
    await made.run()
    (call,) = made.live.finished_calls()
    assert call.failure is not None
    assert call.failure.kind == "budget"
