"""Anthropic against aimock, whose protocol no one here wrote."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from tests.support.aimock import Aimock
from tests.support.asking import PNG
from tests.support.sink import RecordingSink

from routebook.models import ModelId
from routebook.prompts import Attachment, Message
from routebook.providers.anthropic import AnthropicProvider
from routebook.providers.contract import CallError, Options, Request

LONG = "one two three four five six seven eight nine ten"


def failing(say: str, status: int, kind: str) -> dict[str, Any]:
    return {"match": {"userMessage": say}, "response": {"error": {"message": say, "type": kind}, "status": status}}


FIXTURES: list[dict[str, Any]] = [
    {
        "match": {"userMessage": "say hello"},
        "response": {"content": "Hello! How can I help?", "usage": {"input_tokens": 11, "output_tokens": 5}},
    },
    {
        "match": {"userMessage": "think first"},
        "response": {"content": "Four.", "reasoning": "Two and two make four."},
    },
    {"match": {"userMessage": "what is on it"}, "response": {"content": "A dot."}},
    {
        "match": {"userMessage": "too fast"},
        "response": {
            "error": {"message": "slow down", "type": "rate_limit_error"},
            "status": 429,
            "retryAfter": 7,
        },
    },
    failing("bad key", 401, "authentication_error"),
    failing("no such model", 404, "not_found_error"),
    failing("prompt is too long: 9 tokens > 8 maximum", 400, "invalid_request_error"),
    failing("internal", 500, "api_error"),
    failing("overloaded", 529, "overloaded_error"),
    {"match": {"userMessage": "break off"}, "response": {"content": LONG}, "latency": 20, "truncateAfterChunks": 6},
    {"match": {"userMessage": "garble"}, "response": {"content": LONG}, "chaos": {"malformedRate": 1}},
    {"match": {"userMessage": "vanish"}, "response": {"content": LONG}, "chaos": {"disconnectRate": 1}},
]


@pytest.fixture(scope="module")
def aimock(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aimock]:
    with Aimock.started(FIXTURES, tmp_path_factory.mktemp("aimock")) as mock:
        yield mock


@pytest.fixture
async def anthropic(aimock: Aimock, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[AnthropicProvider]:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-test-0123456789")
    monkeypatch.setenv("ANTHROPIC_BASE_URL", aimock.url)
    provider = AnthropicProvider()
    yield provider
    await provider.aclose()


def asking(text: str, *attachments: Attachment, **options: Any) -> Request:
    message = Message("user", text, attachments)
    return Request(ModelId("anthropic", "claude-haiku-5-5"), (message,), options=Options(**options))


async def failure(provider: AnthropicProvider, text: str, sink: RecordingSink) -> CallError:
    with pytest.raises(CallError) as caught:
        await provider.ask(asking(text), sink)
    return caught.value


async def test_an_answer_streams_in_pieces_with_its_usage(anthropic: AnthropicProvider) -> None:
    sink = RecordingSink()
    reply = await anthropic.ask(asking("say hello", max_tokens=50, effort="low"), sink)
    assert sink.said == "Hello! How can I help?"
    assert len(sink.pieces) > 1
    assert sink.starts == 1
    assert (reply.finish, reply.served_model) == ("stop", "claude-haiku-5-5")
    assert (reply.usage.input_tokens, reply.usage.output_tokens) == (11, 5)


async def test_thinking_and_answer_are_kept_apart(anthropic: AnthropicProvider) -> None:
    sink = RecordingSink()
    await anthropic.ask(asking("think first"), sink)
    assert (sink.thought, sink.said) == ("Two and two make four.", "Four.")


async def test_an_image_goes_along(anthropic: AnthropicProvider) -> None:
    sink = RecordingSink()
    await anthropic.ask(asking("what is on it", PNG), sink)
    assert sink.said == "A dot."


@pytest.mark.parametrize(
    ("text", "kind", "status"),
    [
        ("too fast", "rate_limit", 429),
        ("bad key", "auth", 401),
        ("no such model", "not_found", 404),
        ("prompt is too long: 9 tokens > 8 maximum", "context", 400),
        ("internal", "server", 500),
        ("overloaded", "server", 529),
        ("garble", "malformed", None),
        ("vanish", "connection", None),
    ],
)
async def test_each_refusal_has_its_kind(
    anthropic: AnthropicProvider, text: str, kind: str, status: int | None
) -> None:
    sink = RecordingSink()
    error = await failure(anthropic, text, sink)
    assert (error.kind, error.status, sink.said) == (kind, status, "")


async def test_a_rate_limit_says_how_long_to_wait(anthropic: AnthropicProvider) -> None:
    assert (await failure(anthropic, "too fast", RecordingSink())).retry_after_s == 7.0


async def test_a_drop_in_the_middle_keeps_what_came(anthropic: AnthropicProvider) -> None:
    sink = RecordingSink()
    error = await failure(anthropic, "break off", sink)
    assert error.kind == "connection"
    assert LONG.startswith(sink.said)
    assert sink.starts == 1
