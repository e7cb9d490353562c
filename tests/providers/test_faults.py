"""Anthropic and Bedrock against the faults of our own mock: each its own protocol, and the same end."""

from __future__ import annotations

import asyncio

import pytest
from tests.support.asking import ask, failure, question
from tests.support.mock_server import PARTIAL, SHORT, MockServer
from tests.support.sink import ThreadSink

from routebook.providers.anthropic import AnthropicProvider
from routebook.providers.bedrock import BedrockProvider
from routebook.providers.contract import Provider


@pytest.fixture(params=["anthropic", "bedrock"])
def provider(request: pytest.FixtureRequest, anthropic: AnthropicProvider, bedrock: BedrockProvider) -> Provider:
    providers: dict[str, Provider] = {"anthropic": anthropic, "bedrock": bedrock}
    return providers[request.param]


async def test_reasoning_and_answer_are_kept_apart(provider: Provider) -> None:
    _, sink = await ask(provider, "reasoning")
    assert (sink.thought, sink.said) == ("Two and two. Four. ", "".join(SHORT))
    assert sink.pieces[0][0] == "reasoning"


async def test_the_limit_of_tokens_is_a_finish_and_no_error(provider: Provider) -> None:
    reply, sink = await ask(provider, "fault-length")
    assert (reply.finish, reply.raw_finish, sink.said) == ("length", "max_tokens", "".join(PARTIAL))


@pytest.mark.parametrize(
    ("fault", "kind", "anthropics", "bedrocks"),
    [
        ("401", "auth", 401, 403),
        ("403", "auth", 403, 403),
        ("404", "not_found", 404, 404),
        ("429", "rate_limit", 429, 429),
        ("500", "server", 500, 500),
        ("503", "server", 503, 503),
        ("504", "timeout", 504, 408),
        ("529", "server", 529, 424),
        ("quota", "quota", 429, 400),
        ("context", "context", 400, 400),
        ("option", "option", 400, 400),
    ],
)
async def test_each_refusal_has_its_kind(
    provider: Provider, fault: str, kind: str, anthropics: int, bedrocks: int
) -> None:
    error, sink = await failure(provider, f"fault-{fault}", temperature=0.5)
    status = anthropics if provider.host == "anthropic" else bedrocks
    assert (error.kind, error.status, error.request_id) == (kind, status, "req_mock")
    assert error.retry_after_s == (7.0 if fault == "429" else None)
    assert (sink.starts, sink.pieces) == (0, [])
    assert "\n" not in error.message
    assert "canary" not in error.message


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("drop", "connection"),
        ("truncated", "truncated"),
        ("malformed", "malformed"),
        ("filter", "filter"),
        ("window", "context"),
    ],
)
async def test_a_failure_in_the_middle_keeps_the_text_that_came(provider: Provider, fault: str, kind: str) -> None:
    error, sink = await failure(provider, f"fault-{fault}")
    assert (error.kind, error.request_id) == (kind, "req_mock")
    assert sink.said == "".join(PARTIAL)


async def test_an_error_in_the_middle_of_a_stream_keeps_the_text_that_came(provider: Provider) -> None:
    error, sink = await failure(provider, "fault-error")
    kind = "server" if provider.host == "anthropic" else "rate_limit"  # the mock sends a throttlingException
    assert (error.kind, error.request_id) == (kind, "req_mock")
    assert sink.said == "".join(PARTIAL)


async def test_cancelling_closes_the_stream_and_pushes_nothing_more(provider: Provider, mock: MockServer) -> None:
    before = mock.counts()["closed"]
    sink = ThreadSink()
    task = asyncio.create_task(provider.ask(question(provider.host, "fault-stall"), sink))
    await sink.first.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    counts = await asyncio.to_thread(mock.wait_for, closed=before + 1)
    assert counts["closed"] == before + 1
    assert sink.said
    assert "".join(PARTIAL).startswith(sink.said)
