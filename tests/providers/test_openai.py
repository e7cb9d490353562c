"""OpenAI and Azure over the Responses protocol, against a loopback server that sends exactly what a test says."""

from __future__ import annotations

import asyncio
import gc
import gzip
import os
import subprocess
import sys
import traceback
import warnings
from collections.abc import AsyncIterator
from typing import Any

import pytest
from tests.support.asking import PNG
from tests.support.ports import free_port
from tests.support.raw_server import Got, RawServer, Wire, streaming
from tests.support.sink import RecordingSink

from routebook.models import ModelId
from routebook.prompts import Message
from routebook.providers.contract import CallError, Options, Request, Usage
from routebook.providers.openai import AzureProvider, OpenAIProvider

KEY = "sk-test-openai-canary-0123456789"
SCHEMA = '{"type":"object"}'


def delta(text: str, kind: str = "response.output_text.delta") -> tuple[str, dict[str, Any]]:
    return kind, {"type": kind, "delta": text}


def ended(kind: str = "response.completed", **response: Any) -> tuple[str, dict[str, Any]]:
    return kind, {"type": kind, "response": {"status": kind.partition(".")[2], "model": "m-1-served", **response}}


def question(text: str = "hi", host: str = "openai", model: str = "m-1", **options: Any) -> Request:
    return Request(ModelId(host, model), (Message("user", text),), options=Options(**options))


@pytest.fixture
async def server(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[RawServer]:
    async with RawServer.started(streaming(delta("hi"), ended())) as raw:
        monkeypatch.setenv("OPENAI_API_KEY", KEY)
        monkeypatch.setenv("OPENAI_BASE_URL", f"{raw.url}/v1")
        yield raw


@pytest.fixture
async def openai(server: RawServer) -> AsyncIterator[OpenAIProvider]:
    provider = OpenAIProvider()
    yield provider
    await provider.aclose()


async def failure(provider: OpenAIProvider | AzureProvider, sink: RecordingSink | None = None) -> CallError:
    with pytest.raises(CallError) as caught:
        await provider.ask(question(), sink or RecordingSink())
    return caught.value


async def test_cached_and_reasoning_tokens_and_the_tier_are_told(server: RawServer, openai: OpenAIProvider) -> None:
    usage = {
        "input_tokens": 100,
        "input_tokens_details": {"cached_tokens": 64, "cache_write_tokens": 20},
        "output_tokens": 30,
        "output_tokens_details": {"reasoning_tokens": 12},
    }
    server.answer = streaming(delta("4"), ended(usage=usage, service_tier="flex"), x_request_id="req_1")
    reply = await openai.ask(question(), RecordingSink())
    assert reply.usage == Usage(100, 64, 20, 30, 12)
    assert reply.extras == {"service_tier": "flex"}
    assert (reply.request_id, reply.served_model, reply.raw_finish) == ("req_1", "m-1-served", "completed")
    assert reply.reported_cost_usd is None


@pytest.mark.parametrize(
    "usage", [None, {}, {"input_tokens": None, "input_tokens_details": None, "output_tokens_details": None}]
)
async def test_usage_that_is_not_given_is_unknown_and_not_zero(
    server: RawServer, openai: OpenAIProvider, usage: Any
) -> None:
    server.answer = streaming(delta("4"), ended(usage=usage))
    assert (await openai.ask(question(), RecordingSink())).usage == Usage()


async def test_only_what_was_given_is_sent(server: RawServer, openai: OpenAIProvider) -> None:
    await openai.ask(question(), RecordingSink())
    turn = {"type": "message", "role": "user", "content": "hi"}
    expected = {"model": "m-1", "input": [turn], "stream": True, "store": False}
    assert server.got[0].json == openai.body(question()) == expected
    assert server.got[0].path == "/v1/responses"
    assert server.got[0].headers["authorization"] == f"Bearer {KEY}"


async def test_everything_that_was_given_is_sent(server: RawServer, openai: OpenAIProvider) -> None:
    request = Request(
        ModelId("openai", "m-1"),
        (Message("user", "a"), Message("assistant", "b"), Message("user", "c", (PNG,))),
        system="be brief",
        options=Options(max_tokens=9, temperature=0.5, effort="low", schema=SCHEMA),
    )
    await openai.ask(request, RecordingSink())
    assert server.got[0].json == openai.body(request)
    image = {"type": "input_image", "image_url": f"data:image/png;base64,{PNG.base64}", "detail": "auto"}
    form = {"type": "json_schema", "name": "answer", "schema": {"type": "object"}, "strict": True}
    assert server.got[0].json == {
        "model": "m-1",
        "input": [
            {"type": "message", "role": "user", "content": "a"},
            {"type": "message", "role": "assistant", "content": "b"},
            {"type": "message", "role": "user", "content": [image, {"type": "input_text", "text": "c"}]},
        ],
        "instructions": "be brief",
        "max_output_tokens": 9,
        "temperature": 0.5,
        "reasoning": {"effort": "low"},
        "text": {"format": form},
        "stream": True,
        "store": False,
    }


async def test_events_without_a_name_are_read_by_their_type(server: RawServer, openai: OpenAIProvider) -> None:
    events = [delta("Because.", "response.reasoning_text.delta"), delta("4"), ended()]
    server.answer = streaming({"type": "response.created"}, *(data for _, data in events))
    sink = RecordingSink()
    await openai.ask(question(), sink)
    assert sink.pieces == [("reasoning", "Because."), ("text", "4")]


async def test_an_answer_cut_by_its_cap_ends_by_length(server: RawServer, openai: OpenAIProvider) -> None:
    why = {"incomplete_details": {"reason": "max_output_tokens"}}
    server.answer = streaming(delta("4"), ended("response.incomplete", **why))
    reply = await openai.ask(question(), RecordingSink())
    assert (reply.finish, reply.raw_finish) == ("length", "max_output_tokens")


@pytest.mark.parametrize(
    ("last", "kind", "says"),
    [
        (
            ended("response.incomplete", incomplete_details={"reason": "content_filter"}),
            "filter",
            "refused the content",
        ),
        (ended("response.failed", error={"code": "server_error", "message": "oops"}), "server", "oops"),
        (ended("response.failed", error={"code": "rate_limit_exceeded", "message": "slow"}), "rate_limit", "slow"),
        (ended("response.failed", error=None), "server", "no reason given"),
        (("error", {"type": "error", "code": "server_error", "message": "oops", "param": None}), "server", "oops"),
        (("error", {"type": "error", "error": {"type": "server_error", "message": "oops"}}), "server", "oops"),
        (("response.output_text.delta", "{oops"), "malformed", "not Responses"),
        (("response.output_text.delta", "[]"), "malformed", "not Responses"),
        (("response.output_text.delta", {"type": "response.output_text.delta"}), "malformed", "not Responses"),
        (delta(" more"), "truncated", "without saying that it is complete"),
    ],
)
async def test_a_stream_that_ends_badly_keeps_what_came(
    server: RawServer, openai: OpenAIProvider, last: Any, kind: str, says: str
) -> None:
    server.answer = streaming(delta("some"), last, x_request_id="req_2")
    sink = RecordingSink()
    error = await failure(openai, sink)
    assert error.kind == kind
    assert says in error.message
    assert error.request_id == "req_2"
    assert sink.said.startswith("some")


async def test_a_refusal_is_shown_and_told(server: RawServer, openai: OpenAIProvider) -> None:
    server.answer = streaming(delta("I cannot.", "response.refusal.delta"), ended())
    sink = RecordingSink()
    error = await failure(openai, sink)
    assert (error.kind, sink.said) == ("filter", "I cannot.")
    assert "I cannot." in error.message


async def test_a_compressed_answer_is_read(server: RawServer, openai: OpenAIProvider) -> None:
    async def answer(got: Got, wire: Wire) -> None:
        assert got.headers["accept-encoding"] == "identity"
        await wire.head(Content_Encoding="gzip")
        packed = gzip.compress(
            b'event: response.output_text.delta\ndata: {"type":"response.output_text.delta","delta":"hi"}\n\n'
            b'event: response.completed\ndata: {"type":"response.completed","response":{"status":"completed"}}\n\n'
        )
        await wire.chunk(packed[:20])
        await wire.chunk(packed[20:])
        await wire.end()

    server.answer = answer
    sink = RecordingSink()
    reply = await openai.ask(question(), sink)
    assert (sink.said, reply.finish) == ("hi", "stop")


async def test_cancelling_closes_the_connection(server: RawServer, openai: OpenAIProvider) -> None:
    async def answer(got: Got, wire: Wire) -> None:
        await wire.head()
        await wire.events(delta("some"))
        await wire.gone.wait()

    server.answer = answer
    sink = RecordingSink()
    call = asyncio.create_task(openai.ask(question(), sink))
    await sink.first.wait()
    assert not server.wires[0].gone.is_set()
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    await asyncio.wait_for(server.wires[0].gone.wait(), 10)
    assert sink.said == "some"


async def test_cancelling_before_the_answer_closes_the_connection(server: RawServer, openai: OpenAIProvider) -> None:
    asked = asyncio.Event()

    async def answer(got: Got, wire: Wire) -> None:
        asked.set()
        await wire.gone.wait()

    server.answer = answer
    call = asyncio.create_task(openai.ask(question(), RecordingSink()))
    await asked.wait()
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    await asyncio.wait_for(server.wires[0].gone.wait(), 10)


async def test_a_connection_is_used_again(server: RawServer, openai: OpenAIProvider) -> None:
    for _ in range(3):
        await openai.ask(question(), RecordingSink())
    assert (len(server.got), server.connections) == (3, 1)


async def test_a_connection_whose_last_bytes_trail_the_answer_is_used_again(
    server: RawServer, openai: OpenAIProvider
) -> None:
    async def answer(got: Got, wire: Wire) -> None:
        await wire.head()
        await wire.events(delta("hi"), ended())
        for _ in range(50):  # turns of the loop, in which the client reads what was sent
            await asyncio.sleep(0)
        await wire.end()

    server.answer = answer
    for _ in range(3):
        await openai.ask(question(), RecordingSink())
    assert (len(server.got), server.connections) == (3, 1)


async def test_giving_up_on_a_stream_closes_its_connection(server: RawServer, openai: OpenAIProvider) -> None:
    async def answer(got: Got, wire: Wire) -> None:
        await wire.head()
        await wire.events(("response.output_text.delta", "{oops"))
        await wire.gone.wait()

    server.answer = answer
    assert (await failure(openai)).kind == "malformed"
    await asyncio.wait_for(server.wires[0].gone.wait(), 10)


async def test_an_answer_does_not_wait_for_a_server_that_holds_the_connection_open(
    server: RawServer, openai: OpenAIProvider
) -> None:
    async def answer(got: Got, wire: Wire) -> None:
        await wire.head()
        await wire.events(delta("hi"), ended())
        await wire.gone.wait()

    server.answer = answer
    assert (await openai.ask(question(), RecordingSink())).finish == "stop"


async def test_what_breaks_after_the_end_is_no_failure(server: RawServer, openai: OpenAIProvider) -> None:
    async def answer(got: Got, wire: Wire) -> None:
        await wire.head()
        await wire.events(delta("hi"), ended())
        wire.writer.transport.abort()

    server.answer = answer
    assert (await openai.ask(question(), RecordingSink())).finish == "stop"


async def test_many_calls_at_once_keep_their_answers_apart(server: RawServer, openai: OpenAIProvider) -> None:
    async def answer(got: Got, wire: Wire) -> None:
        await wire.head()
        await wire.events(*(delta(letter) for letter in got.json["input"][0]["content"]), ended())
        await wire.end()

    server.answer = answer
    sinks = [RecordingSink() for _ in range(40)]
    await asyncio.gather(*(openai.ask(question(f"n{i}"), sink) for i, sink in enumerate(sinks)))
    assert [sink.said for sink in sinks] == [f"n{i}" for i in range(40)]


async def test_closing_leaves_nothing_open(server: RawServer) -> None:
    provider = OpenAIProvider()
    await provider.ask(question(), RecordingSink())
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        await provider.aclose()
        del provider
        gc.collect()
    await asyncio.wait_for(server.wires[0].gone.wait(), 10)


async def test_a_new_key_is_used_at_once(
    server: RawServer, openai: OpenAIProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    await openai.ask(question(), RecordingSink())
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test-another-0123456789")
    await openai.ask(question(), RecordingSink())
    assert server.got[1].headers["authorization"] == "Bearer sk-test-another-0123456789"


async def test_a_host_that_quotes_the_key_is_not_quoted(server: RawServer, openai: OpenAIProvider) -> None:
    async def answer(got: Got, wire: Wire) -> None:
        await wire.json({"error": {"message": f"Incorrect API key provided: {KEY}.", "code": "invalid_api_key"}}, 401)

    server.answer = answer
    error = await failure(openai)
    assert error.kind == "auth"
    assert error.hint == "Check OPENAI_API_KEY."
    assert "canary" not in f"{error.message} {error.hint}" + "".join(traceback.format_exception(error))


async def test_a_missing_key_is_told_before_anything_is_sent(
    server: RawServer, openai: OpenAIProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY")
    error = await failure(openai)
    assert (error.kind, error.hint) == ("auth", "Set OPENAI_API_KEY.")
    assert server.got == []
    assert not openai.credentials().found


async def test_a_key_with_a_line_break_at_its_end_works_and_one_that_cannot_be_sent_is_told(
    server: RawServer, openai: OpenAIProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", f"{KEY}\n")
    await openai.ask(question(), RecordingSink())
    monkeypatch.setenv("OPENAI_API_KEY", "sk-schlüssel-canary")
    error = await failure(openai)
    assert error.kind == "auth"
    assert "OPENAI_API_KEY" in error.message
    assert "canary" not in error.message


async def test_a_server_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    port = free_port()
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("OPENAI_BASE_URL", f"http://localhost:{port}/v1")
    provider = OpenAIProvider()
    error = await failure(provider)
    await provider.aclose()
    assert (error.kind, error.message) == ("connection", f"No server at localhost:{port}.")


@pytest.mark.parametrize(
    ("model", "options", "named"),
    [
        ("o3", {"temperature": 0.2}, "temperature"),
        ("gpt-5-mini-2025-08-07", {"temperature": 0.0}, "temperature"),
        ("gpt-4o", {"effort": "low"}, "effort"),
    ],
)
async def test_an_option_a_model_is_known_not_to_take_is_refused_before_sending(
    server: RawServer, openai: OpenAIProvider, model: str, options: dict[str, Any], named: str
) -> None:
    with pytest.raises(CallError, match=f"{model} does not take {named}") as caught:
        await openai.ask(question(model=model, **options), RecordingSink())
    assert caught.value.kind == "option"
    assert server.got == []


@pytest.mark.parametrize(
    ("model", "options"),
    [("gpt-6.1-terra", {"temperature": 0.2}), ("o3", {"temperature": 1}), ("o3", {"effort": "low"}), ("o3", {})],
)
def test_an_option_that_may_be_taken_is_left_to_the_host(model: str, options: dict[str, Any]) -> None:
    OpenAIProvider().check(question(model=model, **options))


async def test_azure_gets_nothing_that_is_meant_for_openai(server: RawServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_ORG_ID", "org-canary")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "project-canary")
    monkeypatch.setenv("OPENAI_ADMIN_KEY", "admin-canary")
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "X-Gateway: canary\nAuthorization: Bearer canary")
    monkeypatch.setenv("AZURE_OPENAI_API_KEY", "azure-0123456789")
    monkeypatch.setenv("AZURE_OPENAI_ENDPOINT", f"{server.url}/openai/v1/")
    azure = AzureProvider()
    for version in ("", "preview", "2025-04-01-preview"):
        monkeypatch.setenv("OPENAI_API_VERSION", version)
        await azure.ask(question(host="azure"), RecordingSink())
    await azure.aclose()
    assert [got.path for got in server.got] == [
        "/openai/v1/responses",
        "/openai/v1/responses?api-version=preview",
        "/openai/responses?api-version=2025-04-01-preview",
    ]
    assert [got.headers.get("authorization") for got in server.got] == ["Bearer azure-0123456789"] * 2 + [None]
    assert server.got[2].headers["api-key"] == "azure-0123456789"
    assert "canary" not in str([got.headers for got in server.got])


@pytest.mark.parametrize("version", ["", "2025-04-01-preview"])
async def test_azure_takes_a_token_instead_of_a_key(
    server: RawServer, monkeypatch: pytest.MonkeyPatch, version: str
) -> None:
    monkeypatch.setenv("AZURE_OPENAI_AD_TOKEN", "token-0123456789")
    monkeypatch.setenv("AZURE_OPENAI_ENDPOINT", server.url)
    monkeypatch.setenv("OPENAI_API_VERSION", version)
    azure = AzureProvider()
    assert azure.credentials().source == "AZURE_OPENAI_AD_TOKEN"
    await azure.ask(question(host="azure"), RecordingSink())
    await azure.aclose()
    assert server.got[0].headers["authorization"] == "Bearer token-0123456789"
    assert "api-key" not in server.got[0].headers


async def test_azure_names_every_variable_that_is_missing() -> None:
    error = await failure(AzureProvider())
    assert error.kind == "auth"
    assert error.hint == "Set AZURE_OPENAI_ENDPOINT and AZURE_OPENAI_API_KEY."


def test_looking_for_credentials_loads_no_sdk() -> None:
    script = (
        "import sys; from routebook.providers.openai import OpenAIProvider, AzureProvider;"
        "from routebook.providers.compatible import CompatibleProvider;"
        "OpenAIProvider().credentials(); AzureProvider().credentials();"
        "sys.exit(bool({'openai', 'httpx2', 'aiohttp'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", script], env={"PYTHONPATH": os.pathsep.join(sys.path)}).returncode == 0
