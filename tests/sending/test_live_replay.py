"""Prompts sent to a gateway on loopback that says in one way or another, or not at all, whom it asked."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.raw_server import Answer, Got, RawServer, Wire, streaming

import routebook as rb
from routebook.calls import Call
from routebook.errors import OptionError
from routebook.models import ModelId
from routebook.providers.registry import forget_servers, register_server
from routebook.routing.conditions import HasKeyword, TagIs
from routebook.routing.policy import ClassifyRule, Policy, Route
from routebook.sending.live_replay import LiveReplay
from routebook.sending.went import went

POLICY = Policy(
    "desk",
    (ClassifyRule("sums", HasKeyword(("sum",))), ClassifyRule("a b", TagIs("spaced"))),
    {"sums": Route(("lab/adder-1", "lab/adder-2"), timeout_s=0.001), "a b": Route(("lab/adder-1",))},
    Route(("lab/rest", "openai/gpt-6.1-terra")),
)
SUM = "What is the sum of 17 and 25?"


def answering(model: str, text: str = "42", **headers: str) -> Answer:
    usage = {"prompt_tokens": 1000, "completion_tokens": 1000}
    chunk = {"model": model, "choices": [{"index": 0, "delta": {"content": text}, "finish_reason": "stop"}]}
    return streaming(chunk, {"choices": [], "usage": usage}, "[DONE]", **headers)


@pytest.fixture
async def server() -> AsyncIterator[RawServer]:
    async with RawServer.started(answering("adder-1")) as raw:
        register_server("gateway", f"{raw.url}/v1")
        yield raw


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    yield
    forget_servers()


def call_with(extras: dict[str, str], served: str | None) -> Call:
    asked = ModelId("gateway", "route/sums")
    return Call("c", "r", "p", asked, 0, "f", "ok", "42", datetime.now(UTC), 1.0, served_model=served, extras=extras)


async def live(prompts: Any = SUM, **options: Any) -> LiveReplay:
    return await asyncio.to_thread(rb.replay_live, POLICY, "gateway", prompts, **options)


@pytest.mark.parametrize(
    ("served", "model", "outcome"),
    [
        ("adder-1", "lab/adder-1", "agrees"),
        ("adder-1-2026-10-01", "lab/adder-1", "agrees"),
        ("adder-2", "lab/adder-2", "another model of the chain"),
        ("rest", "lab/rest", "another model"),
        ("route/sums", None, "cannot be told"),
        ("adder-10", None, "cannot be told"),
        ("fallback/sums/1", None, "cannot be told"),
    ],
)
async def test_an_answers_own_model_tells_where_it_went_if_it_is_one_of_the_policys(
    server: RawServer, served: str, model: str | None, outcome: str
) -> None:
    server.answer = answering(served)
    [row] = (await live()).rows
    assert (row.went.model, row.outcome, row.decision.models[0]) == (model, outcome, "lab/adder-1")


@pytest.mark.parametrize(
    ("option", "model"),
    [
        ("config.targets[0].targets[1]", "lab/adder-2"),
        ("config.targets[2].targets[0]", "lab/rest"),
        ("config.targets[1]", "lab/adder-1"),
        ("config.targets[7]", None),
        ("config.targets[0]", None),
        ("config.targets[-1]", None),
        ("nonsense.targets[x]", None),
    ],
)
async def test_portkeys_header_is_a_place_in_the_exported_config(
    server: RawServer, option: str, model: str | None
) -> None:
    server.answer = answering("unheard-of", x_portkey_last_used_option_index=option)
    [row] = (await live()).rows
    assert row.went.model == model


async def test_a_place_that_the_answer_contradicts_is_not_believed(server: RawServer) -> None:
    server.answer = answering("adder-2", x_portkey_last_used_option_index="config.targets[0].targets[0]")
    [row] = (await live()).rows
    assert (row.outcome, row.went.told_by) == ("cannot be told", "")


async def test_the_gateway_is_asked_for_the_route_once_and_never_from_the_cache(server: RawServer) -> None:
    await live([SUM, "Hello.", SUM], system="Be short.")
    found = await live([SUM, "Hello.", SUM])
    assert [got.json["model"] for got in server.got[2:]] == ["route/sums", "route/default"]
    assert (found.of, len(found.comparison.calls), found.rows[0].call) == (3, 2, found.rows[2].call)
    assert [call.cached for call in found.comparison.calls] == [False, False]
    assert str(found.comparison.calls[0].model) == "gateway/route/sums"
    assert found.comparison.calls[0].model.vendor == "unknown"


async def test_the_time_limit_of_the_route_is_the_gateways(server: RawServer) -> None:
    async def slow(got: Got, wire: Wire) -> None:
        await asyncio.sleep(0.05)
        await answering("adder-1")(got, wire)

    server.answer = slow
    assert (await live()).agree == 1


async def test_a_gateway_that_fails_is_no_answer_and_is_not_asked_again(server: RawServer) -> None:
    async def failing(_: Got, wire: Wire) -> None:
        await wire.json({"error": {"message": "no deployment left"}}, 500)

    server.answer = failing
    found = await live()
    assert ([row.outcome for row in found.rows], len(server.got)) == (["no answer"], 1)
    assert "no deployment left" in f"{found}"
    assert "no deployment left" in found.frame["error"][0]


async def test_costs_are_known_where_the_served_model_is_priced_and_unknown_elsewhere(server: RawServer) -> None:
    server.answer = answering("gpt-6.1-terra")
    rb.set_price("openai/gpt-6.1-terra", input=1, output=2)
    [row] = (await live("Hello.")).rows
    assert (row.went.model, row.list_usd) == ("openai/gpt-6.1-terra", pytest.approx(0.003))
    server.answer = answering("adder-1")
    found = await live()
    assert (found.rows[0].list_usd, found.cost.usd) == (None, None)
    assert found.frame["list_usd"].isna().all()


async def test_a_route_without_a_price_is_not_asked_within_a_budget(server: RawServer) -> None:
    found = await live(budget_usd=1)
    assert ([row.outcome for row in found.rows], server.got) == (["no answer"], [])
    assert "the price of gateway/route/sums is unknown" in str(found)


async def test_what_a_gateway_says_is_kept_short_and_shown_as_text(server: RawServer) -> None:
    server.answer = answering("m", x_litellm_model_name="<b>x</b>", x_litellm_model_id="i" * 301)
    found = await live()
    assert found.rows[0].call is not None
    assert dict(found.rows[0].call.extras) == {
        "protocol": "OpenAI Chat Completions", "x-litellm-model-name": "<b>x</b>"
    }  # fmt: skip
    assert "&lt;b&gt;x&lt;/b&gt;" in found._repr_html_()
    assert "<b>x" not in found._repr_html_()


async def test_a_report_says_how_many_agree_and_who_told_it(server: RawServer) -> None:
    found = await live([SUM, "Hello."])
    said = str(found)
    assert said.startswith("desk through gateway: 2 prompts, 1 went where the policy says, 1 to another model\n")
    assert repr(found) == (
        "<LiveReplay of desk through gateway: 2 prompts, 1 went where the policy says, 1 to another model>"
    )
    assert "Where a prompt went is read from the answer's model." in said
    assert "Hello." in said
    server.answer = answering("route/sums")
    assert "Of 1 prompt gateway does not say to which model it went." in str(await live())


def test_a_server_that_nobody_registered_is_said() -> None:
    with pytest.raises(OptionError, match="'gatewya' is no registered server"):
        rb.replay_live(POLICY, "gatewya", SUM)


async def test_a_route_that_is_no_model_id_cannot_be_asked_for(server: RawServer) -> None:
    with pytest.raises(OptionError, match="The route 'a b' cannot be asked for by name"):
        await live("Hello.", tag="spaced")
    assert server.got == []


async def test_a_model_that_two_servers_may_have_cannot_be_told(server: RawServer) -> None:
    policy = Policy("twins", (), {}, Route(("here/same", "there/same")))
    prompt = "Hello."

    async def outcome(**headers: str) -> tuple[str | None, str]:
        server.answer = answering("same", **headers)
        [row] = (await asyncio.to_thread(rb.replay_live, policy, "gateway", prompt)).rows
        return row.went.model, row.outcome

    named = {"x_litellm_model_name": "hosted_vllm/same", "x_litellm_model_api_base": "http://127.0.0.1:7/v1"}
    assert await outcome() == (None, "cannot be told")
    assert await outcome(**named) == (None, "cannot be told")
    register_server("here", "http://127.0.0.1:8/v1")
    register_server("there", "http://127.0.0.1:7/v1/")
    assert await outcome(**named) == ("there/same", "another model of the chain")


@given(
    option=st.one_of(st.text(), st.from_regex(r"config(\.targets\[[0-9]{1,5}\]){0,4}", fullmatch=True)),
    name=st.text(),
    served=st.none() | st.text(),
)
def test_whatever_a_gateway_says_is_a_model_of_the_policy_or_its_own_words(
    option: str, name: str, served: str | None
) -> None:
    extras = {"x-portkey-last-used-option-index": option, "x-litellm-model-name": name}
    told = went(call_with(extras, served), POLICY.decide(SUM))
    own = {model for route in (*POLICY.routes.values(), POLICY.default) for model in route.models}
    assert told.model is None or (told.model in own if told.known else told.model == name)
