"""Anthropic over the Messages protocol, against our own mock: usage details, options and cancellation."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any

import pytest
from tests.support import asking
from tests.support.asking import PNG, ask, failure
from tests.support.mock_server import MockServer
from tests.support.ports import free_port
from tests.support.raw_server import Got, RawServer, Wire, streaming
from tests.support.sink import RecordingSink

from routebook.providers.anthropic import AnthropicProvider
from routebook.providers.contract import Usage

SCHEMA = '{"type":"object"}'
question = partial(asking.question, "anthropic")


async def test_an_answer_streams_in_pieces(anthropic: AnthropicProvider) -> None:
    reply, sink = await ask(anthropic, "text-5")
    assert [piece for _, piece in sink.pieces] == ["w0 ", "w1 ", "w2 ", "w3 ", "w4 "]
    assert sink.starts == 1
    assert (reply.finish, reply.raw_finish) == ("stop", "end_turn")
    assert (reply.request_id, reply.served_model) == ("req_mock", "text-5")


async def test_input_tokens_are_summed_with_what_the_cache_read_and_wrote(anthropic: AnthropicProvider) -> None:
    reply, _ = await ask(anthropic, "usage")
    assert reply.usage == Usage(
        input_tokens=100, cached_tokens=40, cache_write_tokens=10, output_tokens=30, reasoning_tokens=12
    )


async def test_what_can_change_the_price_is_kept(anthropic: AnthropicProvider) -> None:
    reply, _ = await ask(anthropic, "text-1")
    assert reply.extras == {"service_tier": "standard", "inference_geo": "us"}


async def test_without_options_only_what_the_protocol_requires_is_sent(
    anthropic: AnthropicProvider, mock: MockServer
) -> None:
    request = question("text-1")
    await anthropic.ask(request, RecordingSink())
    sent = mock.journal()[-1]
    assert sent["body"] == anthropic.body(request)
    assert set(sent["body"]) == {"model", "messages", "stream", "max_tokens"}
    assert sent["headers"]["anthropic-version"] != "2023-06-01"


async def test_options_go_where_the_protocol_has_them(anthropic: AnthropicProvider, mock: MockServer) -> None:
    await anthropic.ask(
        question("text-1", system="Be brief.", max_tokens=9, effort="low", schema=SCHEMA), RecordingSink()
    )
    sent = mock.journal()[-1]["body"]
    assert (sent["system"], sent["max_tokens"]) == ("Be brief.", 9)
    assert sent["output_config"] == {
        "effort": "low",
        "format": {"type": "json_schema", "schema": {"type": "object"}},
    }


async def test_a_temperature_goes_with_the_api_version_that_has_it(
    anthropic: AnthropicProvider, mock: MockServer
) -> None:
    await anthropic.ask(question("claude-haiku-4-5:text-1", temperature=0.5), RecordingSink())
    sent = mock.journal()[-1]
    assert (sent["headers"]["anthropic-version"], sent["body"]["temperature"]) == ("2023-06-01", 0.5)


async def test_a_temperature_is_refused_before_anything_is_sent_where_the_model_has_none(
    anthropic: AnthropicProvider, mock: MockServer
) -> None:
    before = mock.counts()["requests"]
    error, _ = await failure(anthropic, "claude-haiku-5-5", temperature=0.5)
    assert (error.kind, mock.counts()["requests"]) == ("option", before)
    assert "claude-haiku-5-5 does not take temperature" in error.message


async def test_an_image_goes_before_the_text(anthropic: AnthropicProvider, mock: MockServer) -> None:
    await anthropic.ask(question("text-1", PNG), RecordingSink())
    image, text = mock.journal()[-1]["body"]["messages"][0]["content"]
    assert image["source"] == {"type": "base64", "media_type": "image/png", "data": PNG.base64}
    assert text == {"type": "text", "text": "hi"}


async def test_a_refusal_says_why(anthropic: AnthropicProvider) -> None:
    error, _ = await failure(anthropic, "fault-filter")
    assert error.message == "fault-filter refused to answer: it could do harm."


async def test_an_option_that_was_not_given_is_not_blamed(anthropic: AnthropicProvider) -> None:
    error, _ = await failure(anthropic, "fault-option")
    assert error.kind == "bad_request"


async def test_an_empty_account_is_no_rate_limit(anthropic: AnthropicProvider, monkeypatch: pytest.MonkeyPatch) -> None:
    async def answer(got: Got, wire: Wire) -> None:
        error = {"type": "invalid_request_error", "message": "Your credit balance is too low to access the API."}
        await wire.json({"type": "error", "error": error, "request_id": "req_of_body"}, 400)

    async with RawServer.started(answer) as server:
        monkeypatch.setenv("ANTHROPIC_BASE_URL", server.url)
        error, _ = await failure(anthropic, "claude-haiku-5-5")
    assert (error.kind, error.request_id) == ("quota", "req_of_body")


async def test_cancelling_before_the_headers_closes_the_connection(
    anthropic: AnthropicProvider, mock: MockServer
) -> None:
    before = mock.counts()
    task = asyncio.create_task(anthropic.ask(question("fault-silent"), RecordingSink()))
    await asyncio.to_thread(mock.wait_for, requests=before["requests"] + 1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await asyncio.to_thread(mock.wait_for, closed=before["closed"] + 1)


async def test_connections_are_used_again(anthropic: AnthropicProvider, mock: MockServer) -> None:
    await ask(anthropic, "text-1")
    before = mock.counts()["connections"]
    for _ in range(5):
        await ask(anthropic, "text-1")
    assert mock.counts()["connections"] - before <= 1  # one for these counts


async def test_a_provider_can_be_used_after_it_was_closed(anthropic: AnthropicProvider) -> None:
    await ask(anthropic, "text-1")
    await anthropic.aclose()
    _, sink = await ask(anthropic, "text-1")
    assert sink.said == "w0 "


async def test_a_new_key_is_used_from_the_next_call_on(
    anthropic: AnthropicProvider, mock: MockServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for key in ("sk-ant-one-0123456789", "sk-ant-another-0123456789"):
        monkeypatch.setenv("ANTHROPIC_API_KEY", key)
        await ask(anthropic, "text-1")
    first, second = (entry["headers"]["authorization"] for entry in mock.journal()[-2:])
    assert (first, second) == ("Bearer sk-ant-one-0123456789", "Bearer sk-ant-another-0123456789")


async def test_without_a_key_nothing_is_sent_and_the_variable_is_named(
    anthropic: AnthropicProvider, mock: MockServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ANTHROPIC_API_KEY")
    before = mock.counts()["requests"]
    error, _ = await failure(anthropic, "text-1")
    assert (error.kind, mock.counts()["requests"]) == ("auth", before)
    assert "ANTHROPIC_API_KEY" in error.message
    found = anthropic.credentials()
    assert (found.found, found.hint) == (False, "Set ANTHROPIC_API_KEY.")


async def test_a_key_that_cannot_be_one_is_refused_without_being_quoted(
    anthropic: AnthropicProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant broken\nin two")
    error, _ = await failure(anthropic, "text-1")
    assert error.kind == "auth"
    assert "ANTHROPIC_API_KEY" in error.message
    assert "broken" not in error.message


@pytest.mark.parametrize(
    ("variables", "source"),
    [
        ({"ANTHROPIC_AUTH_TOKEN": "t", "ANTHROPIC_PROFILE": "p"}, "ANTHROPIC_AUTH_TOKEN"),
        ({"ANTHROPIC_PROFILE": "p"}, "ANTHROPIC_PROFILE"),
        (
            {
                "ANTHROPIC_FEDERATION_RULE_ID": "r",
                "ANTHROPIC_ORGANIZATION_ID": "o",
                "ANTHROPIC_IDENTITY_TOKEN_FILE": "f",
            },
            "ANTHROPIC_FEDERATION_RULE_ID",
        ),
    ],
)
def test_other_credentials_of_the_sdk_are_found(
    variables: dict[str, str], source: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    found = AnthropicProvider().credentials()
    assert (found.found, found.source) == (True, source)


async def test_a_profile_that_cannot_be_read_is_an_auth_error(
    anthropic: AnthropicProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ANTHROPIC_API_KEY")
    monkeypatch.setenv("ANTHROPIC_PROFILE", "absent")
    error, _ = await failure(anthropic, "text-1")
    assert (error.kind, error.hint) == ("auth", "Check ANTHROPIC_PROFILE.")


async def test_an_unreachable_address_is_a_connection_error(
    anthropic: AnthropicProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = free_port()
    monkeypatch.setenv("ANTHROPIC_BASE_URL", f"http://127.0.0.1:{port}")
    error, _ = await failure(anthropic, "text-1")
    assert (error.kind, f"127.0.0.1:{port}" in error.message) == ("connection", True)


async def test_a_page_in_place_of_a_stream_is_malformed(
    anthropic: AnthropicProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def answer(got: Got, wire: Wire) -> None:
        await wire.head(kind="text/html; charset=utf-8")
        await wire.chunk(b"<html>Sign in</html>")
        await wire.end()

    async with RawServer.started(answer) as server:
        monkeypatch.setenv("ANTHROPIC_BASE_URL", server.url)
        error, _ = await failure(anthropic, "claude-haiku-5-5")
    assert (error.kind, error.hint) == ("malformed", "Check ANTHROPIC_BASE_URL.")


@pytest.mark.parametrize(
    "event",
    [
        {"type": "content_block_delta", "delta": {"type": "text_delta", "text": 7}},
        {"type": "content_block_delta", "delta": None},
        {"type": "message_start"},
        {"type": "message_delta", "delta": []},
    ],
)
async def test_an_event_of_another_shape_is_malformed(
    anthropic: AnthropicProvider, monkeypatch: pytest.MonkeyPatch, event: dict[str, Any]
) -> None:
    async with RawServer.started(streaming((event["type"], event))) as server:
        monkeypatch.setenv("ANTHROPIC_BASE_URL", server.url)
        error, _ = await failure(anthropic, "claude-haiku-5-5")
    assert error.kind == "malformed"


async def test_text_in_a_blocks_start_and_events_of_the_future_are_no_surprise(
    anthropic: AnthropicProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    events = (
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": "He"}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "llo"}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "signature_delta", "signature": "x"}},
        {"type": "content_block_start", "index": 1, "content_block": {"type": "redacted_thinking", "data": "x"}},
        {"type": "of_the_future"},
        {"type": "message_delta", "delta": {"stop_reason": "pause_turn"}},
        {"type": "message_stop"},
    )
    async with RawServer.started(streaming(*((event["type"], event) for event in events))) as server:
        monkeypatch.setenv("ANTHROPIC_BASE_URL", server.url)
        reply, sink = await ask(anthropic, "claude-haiku-5-5")
    assert (sink.said, reply.finish, reply.raw_finish) == ("Hello", "other", "pause_turn")
    assert reply.usage == Usage()


async def test_every_page_of_models_is_listed(anthropic: AnthropicProvider, monkeypatch: pytest.MonkeyPatch) -> None:
    async def answer(got: Got, wire: Wire) -> None:
        last = "after_id=b" in got.path
        rows = [{"id": "c"}] if last else [{"id": "a"}, {"id": "b"}]
        await wire.json({"data": rows, "has_more": not last})

    async with RawServer.started(answer) as server:
        monkeypatch.setenv("ANTHROPIC_BASE_URL", server.url)
        assert await anthropic.models() == ["a", "b", "c"]
        assert len(server.got) == 2
