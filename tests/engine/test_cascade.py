"""Chains of models: who is asked after whom, on whose terms, and what is kept."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.support.scripted import Script, ScriptedProvider

from routebook.calls import RunInfo
from routebook.engine.cascade import Cascade, Limits
from routebook.engine.live import LiveRun
from routebook.engine.plan import Plan, PlannedCall, quote
from routebook.engine.retries import RetryPolicy
from routebook.engine.terms import Terms
from routebook.models import ModelId
from routebook.pricing import PriceBook
from routebook.prompts import Prompt
from routebook.providers.contract import CallError, ErrorKind, HostDefaults, Options, Request, Usage
from routebook.store import Store

DOWN = Script(pieces=(), error=CallError("server", "The host failed."))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "calls.sqlite3")
    yield opened
    opened.close()


def chain_of(
    store: Store,
    provider: ScriptedProvider,
    models: Sequence[str],
    *,
    prompts: int = 1,
    limits: Limits | None = None,
    options: Options | None = None,
    **terms: Any,
) -> Cascade:
    book = PriceBook()
    for name in models:
        book.set_price(f"scripted/{name}", input=1, output=10)
    ids = tuple(ModelId("scripted", name) for name in models)
    asked = tuple(Prompt.of(f"question {number}") for number in range(prompts))
    requests = [(one, Request(model, one.messages, None, options or Options())) for one in asked for model in ids]
    calls = tuple(PlannedCall(one, one.id, request, 0, request.fingerprint()) for one, request in requests)
    plan = Plan(calls, asked, ids, 1, quote(calls, book, {"scripted": HostDefaults()}), in_turn=True)
    run = RunInfo("a" * 32, None, datetime.now(UTC), tuple(map(str, ids)), plan.sha256, "running", plan.fewest_calls)
    store.begin_run(run, asked)
    each = {one.id: limits or Limits() for one in asked}
    return Cascade(LiveRun(run, plan), store, {"scripted": provider}, book, Terms(**terms), limits=each)


def asked(provider: ScriptedProvider) -> list[str]:
    return [request.model.model for request in provider.asked]


async def test_the_first_model_answers_and_no_other_is_asked(store: Store) -> None:
    provider = ScriptedProvider()
    made = chain_of(store, provider, ["a", "b"])
    await made.run()
    assert asked(provider) == ["a"]
    assert [call.text for call in store.calls_of(made.live.run.id)] == ["hello world"]
    assert (made.live.run.status, made.live.run.planned) == ("finished", 1)


async def test_a_failure_is_in_the_store_with_the_answer_of_the_model_that_stood_in(store: Store) -> None:
    provider = ScriptedProvider({"a": [DOWN]})
    made = chain_of(store, provider, ["a", "b", "c"])
    await made.run()
    assert [(call.model.model, call.status) for call in store.calls_of(made.live.run.id)] == [
        ("a", "error"),
        ("b", "ok"),
    ]
    assert made.live.run.planned == 2


async def test_when_all_fail_every_failure_is_kept(store: Store) -> None:
    made = chain_of(store, ScriptedProvider({"a": [DOWN], "b": [DOWN]}), ["a", "b"])
    await made.run()
    assert [call.failure.kind for call in store.calls_of(made.live.run.id) if call.failure] == ["server", "server"]
    assert made.live.run.status == "finished"


@pytest.mark.parametrize("kind", ["auth", "quota", "not_found", "context", "truncated", "bad_request", "connection"])
async def test_whatever_goes_wrong_leads_to_the_next_model(store: Store, kind: ErrorKind) -> None:
    provider = ScriptedProvider({"a": [Script(error=CallError(kind, "It did not work."))]})
    await chain_of(store, provider, ["a", "b"]).run()
    assert asked(provider) == ["a", "b"]


async def test_a_refusal_of_the_content_is_an_answer(store: Store) -> None:
    provider = ScriptedProvider({"a": [Script(pieces=(), error=CallError("filter", "No."))]})
    await chain_of(store, provider, ["a", "b"]).run()
    assert asked(provider) == ["a"]


async def test_a_model_that_does_not_take_an_option_is_passed_over_unasked(store: Store) -> None:
    provider = ScriptedProvider()
    made = chain_of(store, provider, ["plain", "b"], options=Options(effort="high"))
    await made.run()
    assert asked(provider) == ["b"]
    assert [call.status for call in made.live.finished_calls()] == ["error", "ok"]


async def test_each_model_is_asked_again_as_often_as_the_chain_says_whatever_the_run_says(store: Store) -> None:
    provider = ScriptedProvider({"a": [replace(DOWN, error=CallError("server", "Down.", retry_after_s=0.0))]})
    terms = RetryPolicy(5, base_s=0.0)
    await chain_of(store, provider, ["a", "b"], limits=Limits(retries=1), retries=terms).run()
    assert asked(provider) == ["a", "a", "b"]


async def test_the_chains_own_deadline_ends_a_try(store: Store) -> None:
    provider = ScriptedProvider({"a": [Script(gate=asyncio.Event())]})
    made = chain_of(store, provider, ["a", "b"], limits=Limits(timeout_s=0.02))
    await made.run()
    first, second = made.live.finished_calls()
    assert first.failure is not None
    assert (first.failure.kind, second.status) == ("timeout", "ok")


async def test_a_prompts_budget_holds_for_all_its_models_together(store: Store) -> None:
    dear = Script(pieces=(), error=CallError("server", "Down."), usage=Usage())
    provider = ScriptedProvider({"a": [dear]})
    budget = Decimal("0.05")  # one call may cost up to 4,096 x 10 / 10**6 = 0.041 and a little
    made = chain_of(store, provider, ["a", "b"], limits=Limits(budget_usd=budget))
    await made.run()
    assert asked(provider) == ["a"]
    last = made.live.finished_calls()[-1].failure
    assert last is not None
    assert (last.kind, "of the prompt's budget of $0.05" in last.message) == ("budget", True)


async def test_one_prompts_budget_takes_nothing_from_anothers(store: Store) -> None:
    provider = ScriptedProvider()
    await chain_of(store, provider, ["a"], prompts=3, limits=Limits(budget_usd=Decimal("0.05"))).run()
    assert asked(provider) == ["a"] * 3


async def test_the_runs_budget_holds_for_all_prompts_together(store: Store) -> None:
    provider = ScriptedProvider({"a": [Script(usage=Usage())]})
    made = chain_of(store, provider, ["a"], prompts=3, budget_usd=Decimal("0.1"))
    await made.run()
    assert asked(provider) == ["a"] * 2
    assert [call.status for call in made.live.finished_calls()].count("error") == 1


async def test_no_more_prompts_are_at_a_host_at_once_than_it_may_have(store: Store) -> None:
    provider = ScriptedProvider()
    await chain_of(store, provider, ["a"], prompts=30, concurrency=3).run()
    assert provider.most_in_flight == 3


async def until(happened: Callable[[], bool]) -> None:
    while not happened():  # noqa: ASYNC110 - the fake has no event for it
        await asyncio.sleep(0)


@pytest.mark.parametrize("model", [None, "scripted/a"])
async def test_who_stops_a_model_is_not_given_another(store: Store, model: str | None) -> None:
    provider = ScriptedProvider({"a": [Script(gate=asyncio.Event())]})
    made = chain_of(store, provider, ["a", "b"])
    running = asyncio.create_task(made.run())
    await until(lambda: provider.in_flight == 1)
    made.live.stop(model)
    await running
    assert asked(provider) == ["a"]
    assert made.live.run.status == "interrupted"
    assert [call.text for call in store.calls_of(made.live.run.id)] == ["hello world"]


def test_a_chain_is_another_plan_than_a_comparison_of_the_same_models(store: Store) -> None:
    plan = chain_of(store, ScriptedProvider(), ["a", "b"]).live.plan
    assert plan.sha256 != replace(plan, in_turn=False).sha256
