"""OpenAI, Azure and a compatible server against aimock, whose protocols no one here wrote."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from tests.support.aimock import Aimock
from tests.support.asking import PNG
from tests.support.sink import RecordingSink

from routebook.models import ModelId
from routebook.prompts import Attachment, Message
from routebook.providers.compatible import CompatibleProvider
from routebook.providers.contract import CallError, Options, Request, Usage
from routebook.providers.openai import AzureProvider, OpenAIProvider
from routebook.providers.openai_client import OpenAIFamily
from routebook.providers.servers import Server

USAGE = {"input_tokens": 11, "output_tokens": 5, "prompt_tokens": 11, "completion_tokens": 5, "total_tokens": 16}
LONG = "one two three four five six seven eight nine ten"
SCHEMA = '{"type":"object","properties":{"city":{"type":"string"}},"required":["city"],"additionalProperties":false}'


def failing(say: str, status: int, **error: str) -> dict[str, Any]:
    return {"match": {"userMessage": say}, "response": {"error": {"message": say, **error}, "status": status}}


FIXTURES: list[dict[str, Any]] = [
    {
        "match": {"userMessage": "say hello"},
        "response": {"content": "Hello! How can I help?", "usage": USAGE},
    },
    {
        "match": {"userMessage": "think first"},
        "response": {"content": "Four.", "reasoning": "Two and two make four."},
    },
    {
        "match": {"userMessage": "which city"},
        "response": {"content": '{"city": "Lyon"}'},
    },
    {"match": {"userMessage": "what is on it"}, "response": {"content": "A dot."}},
    {
        "match": {"userMessage": "too fast"},
        "response": {
            "error": {"message": "slow down", "type": "rate_limit_error", "code": "rate_limit_exceeded"},
            "status": 429,
            "retryAfter": 7,
        },
    },
    failing("no credit", 429, type="insufficient_quota", code="insufficient_quota"),
    failing("bad key", 401, type="invalid_request_error", code="invalid_api_key"),
    failing("no such model", 404, type="invalid_request_error", code="model_not_found"),
    failing("too long", 400, type="invalid_request_error", code="context_length_exceeded"),
    failing("unsafe", 400, type="invalid_request_error", code="content_filter"),
    failing("no temperature", 400, type="invalid_request_error", code="unsupported_value", param="temperature"),
    failing("internal", 500, type="server_error"),
    failing("overloaded", 529, type="overloaded_error"),
    {
        "match": {"userMessage": "break off"},
        "response": {"content": LONG},
        "latency": 20,
        "truncateAfterChunks": 6,
    },
    {"match": {"userMessage": "vanish"}, "response": {"content": LONG}, "chaos": {"disconnectRate": 1}},
    {"match": {"userMessage": "garble"}, "response": {"content": LONG}, "chaos": {"malformedRate": 1}},
    {"match": {"userMessage": "drop"}, "response": {"content": LONG}, "chaos": {"dropRate": 1}},
    {"match": {"userMessage": "hang"}, "response": {"content": LONG}, "chaos": {"latencyMs": 30000}},
    {
        "match": {"userMessage": "slowly"},
        "response": {"content": LONG},
        "streamingProfile": {"ttft": 10, "tps": 20},
    },
]


@pytest.fixture(scope="module")
def aimock(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aimock]:
    with Aimock.started(FIXTURES, tmp_path_factory.mktemp("aimock")) as mock:
        yield mock


@pytest.fixture(params=["openai", "azure", "azure-dated-chat", "azure-dated-responses", "compatible"])
async def provider(
    request: pytest.FixtureRequest, aimock: Aimock, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[OpenAIFamily]:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test-openai-0123456789")
    monkeypatch.setenv("OPENAI_BASE_URL", f"{aimock.url}/v1")
    monkeypatch.setenv("AZURE_OPENAI_API_KEY", "azure-0123456789")
    monkeypatch.setenv("AZURE_OPENAI_ENDPOINT", aimock.url)
    versions = {"azure-dated-chat": "2024-10-21", "azure-dated-responses": "2025-04-01-preview"}
    if version := versions.get(request.param):
        monkeypatch.setenv("OPENAI_API_VERSION", version)
    made: OpenAIFamily
    if request.param == "openai":
        made = OpenAIProvider()
    elif request.param == "compatible":
        made = CompatibleProvider(Server("vllm", f"{aimock.url}/v1"))
    else:
        made = AzureProvider()
    yield made
    await made.aclose()


def asking(provider: OpenAIFamily, text: str, *attachments: Attachment, **options: Any) -> Request:
    return Request(ModelId(provider.host, "m-1"), (Message("user", text, attachments),), options=Options(**options))


async def failure(provider: OpenAIFamily, text: str, sink: RecordingSink) -> CallError:
    with pytest.raises(CallError) as caught:
        await provider.ask(asking(provider, text), sink)
    return caught.value


async def test_an_answer_streams_in_pieces_with_its_usage(provider: OpenAIFamily) -> None:
    sink = RecordingSink()
    reply = await provider.ask(asking(provider, "say hello"), sink)
    assert sink.said == "Hello! How can I help?"
    assert len(sink.pieces) > 1
    assert sink.starts == 1
    assert (reply.finish, reply.served_model) == ("stop", "m-1")
    assert reply.usage == Usage(input_tokens=11, output_tokens=5)
    assert reply.request_id


async def test_reasoning_and_answer_are_kept_apart(provider: OpenAIFamily) -> None:
    sink = RecordingSink()
    await provider.ask(asking(provider, "think first"), sink)
    assert (sink.thought, sink.said) == ("Two and two make four.", "Four.")
    assert sink.pieces[0][0] == "reasoning"


async def test_what_the_host_gets_is_what_body_says(provider: OpenAIFamily, aimock: Aimock) -> None:
    sink = RecordingSink()
    request = asking(provider, "which city", schema=SCHEMA, max_tokens=50, temperature=0.5, effort="low")
    await provider.ask(request, sink)
    assert json.loads(sink.said) == {"city": "Lyon"}
    # aimock's journal tells every request in Chat's terms: only what both protocols name alike can be compared
    got, sent = aimock.journal()[-1]["body"], provider.body(request)
    named = {"model": "m-1", "temperature": 0.5, "stream": True}
    assert {name: got[name] for name in named} == {name: sent[name] for name in named} == named


async def test_an_image_goes_along(provider: OpenAIFamily, aimock: Aimock) -> None:
    sink = RecordingSink()
    await provider.ask(asking(provider, "what is on it", PNG), sink)
    assert sink.said == "A dot."
    assert f"data:image/png;base64,{PNG.base64}" in json.dumps(provider.body(asking(provider, "x", PNG)))


@pytest.mark.parametrize(
    ("text", "kind", "status"),
    [
        ("too fast", "rate_limit", 429),
        ("no credit", "quota", 429),
        ("bad key", "auth", 401),
        ("no such model", "not_found", 404),
        ("too long", "context", 400),
        ("unsafe", "filter", 400),
        ("no temperature", "option", 400),
        ("internal", "server", 500),
        ("overloaded", "server", 529),
        ("drop", "server", 500),
        ("vanish", "connection", None),
        ("garble", "malformed", None),
    ],
)
async def test_each_refusal_has_its_kind(provider: OpenAIFamily, text: str, kind: str, status: int | None) -> None:
    sink = RecordingSink()
    error = await failure(provider, text, sink)
    assert (error.kind, error.status) == (kind, status)
    assert sink.said == ""


async def test_a_rate_limit_says_how_long_to_wait(provider: OpenAIFamily) -> None:
    error = await failure(provider, "too fast", RecordingSink())
    assert error.retry_after_s == 7.0
    assert error.request_id


async def test_a_refused_option_is_named(provider: OpenAIFamily) -> None:
    error = await failure(provider, "no temperature", RecordingSink())
    assert "m-1 does not take temperature" in error.message
    assert "temperature" in error.hint


async def test_a_drop_in_the_middle_keeps_what_came(provider: OpenAIFamily) -> None:
    sink = RecordingSink()
    error = await failure(provider, "break off", sink)
    assert error.kind == "connection"
    assert LONG.startswith(sink.said)
    assert sink.starts == 1


async def test_the_engines_deadline_ends_a_call_that_hangs(provider: OpenAIFamily) -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await provider.ask(asking(provider, "hang"), RecordingSink())


async def test_cancelling_in_the_middle_keeps_what_came(provider: OpenAIFamily) -> None:
    sink = RecordingSink()
    call = asyncio.create_task(provider.ask(asking(provider, "slowly"), sink))
    await sink.first.wait()
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    assert sink.said
    assert LONG.startswith(sink.said)


@pytest.mark.parametrize("provider", ["openai", "azure", "compatible"], indirect=True)
async def test_the_hosts_models_are_listed(provider: OpenAIFamily) -> None:
    assert "gpt-4o" in await provider.models()


async def test_a_closed_provider_can_be_used_again(provider: OpenAIFamily) -> None:
    await provider.ask(asking(provider, "say hello"), RecordingSink())
    await provider.aclose()
    reply = await provider.ask(asking(provider, "say hello"), RecordingSink())
    assert reply.finish == "stop"
