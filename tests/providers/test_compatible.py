"""Chat Completions as compatible servers really speak it, on a loopback server that sends what a test says."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import pytest
from tests.support.asking import PNG
from tests.support.ports import free_port
from tests.support.raw_server import Got, RawServer, Wire, streaming
from tests.support.sink import RecordingSink

from routebook.models import ModelId
from routebook.prompts import Message
from routebook.providers.compatible import CompatibleProvider
from routebook.providers.contract import CallError, Options, Request, Usage
from routebook.providers.servers import Server

DONE = "[DONE]"


def piece(**delta: Any) -> dict[str, Any]:
    return {"model": "m-1-served", "choices": [{"index": 0, "delta": delta, "finish_reason": None}]}


def finish(reason: str = "stop", **more: Any) -> dict[str, Any]:
    return {"choices": [{"index": 0, "delta": {}, "finish_reason": reason}], **more}


def counted(**usage: Any) -> dict[str, Any]:
    return {"choices": [], "usage": usage}


def question(text: str = "hi", **options: Any) -> Request:
    return Request(ModelId("lab", "m/1"), (Message("user", text),), options=Options(**options))


@pytest.fixture
async def server() -> AsyncIterator[RawServer]:
    async with RawServer.started(streaming(piece(content="hi"), finish(), DONE)) as raw:
        yield raw


@pytest.fixture
async def lab(server: RawServer) -> AsyncIterator[CompatibleProvider]:
    provider = CompatibleProvider(Server("lab", f"{server.url}/v1"))
    yield provider
    await provider.aclose()


async def failure(provider: CompatibleProvider, sink: RecordingSink | None = None, **options: Any) -> CallError:
    with pytest.raises(CallError) as caught:
        await provider.ask(question(**options), sink or RecordingSink())
    return caught.value


async def test_only_what_was_given_is_sent(server: RawServer, lab: CompatibleProvider) -> None:
    await lab.ask(question(), RecordingSink())
    assert server.got[0].path == "/v1/chat/completions"
    assert server.got[0].json == lab.body(question())
    assert server.got[0].json == {
        "model": "m/1",
        "messages": [{"role": "user", "content": "hi"}],
        "stream": True,
        "stream_options": {"include_usage": True},
    }


async def test_everything_that_was_given_is_sent(server: RawServer, lab: CompatibleProvider) -> None:
    request = Request(
        ModelId("lab", "m/1"),
        (Message("user", "a"), Message("assistant", "b"), Message("user", "c", (PNG,))),
        system="be brief",
        options=Options(max_tokens=9, temperature=0.5, effort="low", schema='{"type":"object"}'),
    )
    await lab.ask(request, RecordingSink())
    assert server.got[0].json == lab.body(request)
    image = {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PNG.base64}"}}
    schema = {"name": "answer", "schema": {"type": "object"}, "strict": True}
    assert server.got[0].json == {
        "model": "m/1",
        "messages": [
            {"role": "system", "content": "be brief"},
            {"role": "user", "content": "a"},
            {"role": "assistant", "content": "b"},
            {"role": "user", "content": [image, {"type": "text", "text": "c"}]},
        ],
        "max_tokens": 9,
        "temperature": 0.5,
        "reasoning_effort": "low",
        "response_format": {"type": "json_schema", "json_schema": schema},
        "stream": True,
        "stream_options": {"include_usage": True},
    }


def test_a_servers_own_ways_are_kept() -> None:
    odd = CompatibleProvider(Server("lab", "http://x/v1", max_tokens_name="max_new_tokens", stream_usage=False))
    body = odd.body(question(max_tokens=5))
    assert body["max_new_tokens"] == 5
    assert "stream_options" not in body


@pytest.mark.parametrize("field", ["reasoning", "reasoning_content"])
async def test_reasoning_is_kept_apart_whatever_it_is_called(
    server: RawServer, lab: CompatibleProvider, field: str
) -> None:
    server.answer = streaming(piece(role="assistant", content=""), piece(**{field: "Hm."}), piece(content="4"), DONE)
    sink = RecordingSink()
    await lab.ask(question(), sink)
    assert sink.pieces == [("reasoning", "Hm."), ("text", "4")]


async def test_reasoning_that_comes_under_both_names_is_taken_once(server: RawServer, lab: CompatibleProvider) -> None:
    server.answer = streaming(piece(reasoning="Hm.", reasoning_content="Hm."), piece(content="4"), DONE)
    sink = RecordingSink()
    await lab.ask(question(), sink)
    assert sink.thought == "Hm."


async def test_content_that_is_a_list_of_parts_is_read(server: RawServer, lab: CompatibleProvider) -> None:
    thinking = {"type": "thinking", "thinking": [{"type": "text", "text": "Hm."}]}
    server.answer = streaming(piece(content=[thinking, {"type": "text", "text": "4"}]), finish(), DONE)
    sink = RecordingSink()
    await lab.ask(question(), sink)
    assert sink.pieces == [("reasoning", "Hm."), ("text", "4")]


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (
            {
                "prompt_tokens": 100,
                "prompt_tokens_details": {"cached_tokens": 64, "cache_write_tokens": 20},
                "completion_tokens": 30,
                "completion_tokens_details": {"reasoning_tokens": 12},
                "total_tokens": 130,
            },
            Usage(100, 64, 20, 30, 12),
        ),
        (
            {
                "prompt_tokens": 5,
                "completion_tokens": 2,
                "prompt_tokens_details": None,
                "completion_tokens_details": None,
            },
            Usage(input_tokens=5, output_tokens=2),
        ),
        ({"prompt_tokens": 5}, Usage(input_tokens=5)),
        ({"prompt_tokens": "5", "completion_tokens": -1}, Usage()),
        # reasoning counted in the total only: it is output all the same
        (
            {
                "prompt_tokens": 10,
                "completion_tokens": 3,
                "completion_tokens_details": {"reasoning_tokens": 40},
                "total_tokens": 53,
            },
            Usage(input_tokens=10, output_tokens=43, reasoning_tokens=40),
        ),
    ],
)
async def test_usage_is_what_the_server_counted(
    server: RawServer, lab: CompatibleProvider, given: Any, told: Usage
) -> None:
    server.answer = streaming(piece(content="4"), finish(), counted(**given), DONE)
    assert (await lab.ask(question(), RecordingSink())).usage == told


async def test_a_server_that_counts_nothing_leaves_usage_unknown(server: RawServer, lab: CompatibleProvider) -> None:
    reply = await lab.ask(question(), RecordingSink())
    assert reply.usage == Usage()
    assert reply.reported_cost_usd is None


async def test_a_running_usage_counts_as_it_ends(server: RawServer, lab: CompatibleProvider) -> None:
    first = piece(content="4") | {"usage": {"prompt_tokens": 5, "completion_tokens": 1}}
    last = finish(usage={"prompt_tokens": 5, "completion_tokens": 9}, service_tier="default")
    server.answer = streaming(first, last, DONE)
    reply = await lab.ask(question(), RecordingSink())
    assert reply.usage == Usage(input_tokens=5, output_tokens=9)
    assert reply.extras == {"service_tier": "default"}


@pytest.mark.parametrize(
    ("name", "usage", "cost"),
    [
        ("openrouter", {"cost": 0.000123}, Decimal("0.000123")),
        ("openrouter", {"cost": 0}, Decimal(0)),
        ("openrouter", {"cost": 0.01, "is_byok": True}, None),
        ("openrouter", {"cost": None}, None),
        ("lab", {"cost": 0.000123}, None),
    ],
)
async def test_a_cost_is_taken_only_from_who_reports_it_in_dollars(
    server: RawServer, name: str, usage: Any, cost: Decimal | None
) -> None:
    server.answer = streaming(
        piece(content="4"), finish(), counted(prompt_tokens=1, completion_tokens=1, **usage), DONE
    )
    provider = CompatibleProvider(Server(name, f"{server.url}/v1"))
    reply = await provider.ask(question(), RecordingSink())
    await provider.aclose()
    assert reply.reported_cost_usd == cost


@pytest.mark.parametrize(
    ("events", "finished", "raw"),
    [
        ([piece(content="4"), finish("length"), DONE], "length", "length"),
        ([piece(content="4"), finish("tool_calls"), DONE], "tool", "tool_calls"),
        ([piece(content="4"), finish("whatever"), DONE], "other", "whatever"),
        ([piece(content="4"), finish("stop")], "stop", "stop"),  # some servers leave [DONE] out
        ([piece(content="4"), DONE], "other", None),
        ([finish("stop"), DONE], "stop", "stop"),  # an empty answer is one
    ],
)
async def test_an_answer_ends_as_the_server_says(
    server: RawServer, lab: CompatibleProvider, events: list[Any], finished: str, raw: str | None
) -> None:
    server.answer = streaming(*events)
    reply = await lab.ask(question(), RecordingSink())
    assert (reply.finish, reply.raw_finish) == (finished, raw)


@pytest.mark.parametrize(
    ("rest", "kind", "says"),
    [
        ([], "truncated", "without saying that it is complete"),
        ([finish("content_filter"), DONE], "filter", "refused the content"),
        ([finish("error"), DONE], "server", "failed"),
        ([{"error": {"code": 502, "message": "upstream"}, **finish("error")}], "server", "upstream"),
        ([{"error": {"code": 429, "message": "slow"}}], "rate_limit", "slow"),
        ([{"object": "error", "message": "boom", "code": 500}], "server", "boom"),
        ([("error", {"message": "boom"})], "server", "boom"),
        ([piece(refusal="I cannot."), finish(), DONE], "filter", "I cannot."),
        (["{oops"], "malformed", "not Chat Completions"),
        (["[1]"], "malformed", "not Chat Completions"),
        ([{"choices": 5}], "malformed", "not Chat Completions"),
    ],
)
async def test_a_stream_that_ends_badly_keeps_what_came(
    server: RawServer, lab: CompatibleProvider, rest: list[Any], kind: str, says: str
) -> None:
    server.answer = streaming(piece(content="some"), *rest, x_request_id="req_3")
    sink = RecordingSink()
    error = await failure(lab, sink)
    assert error.kind == kind
    assert says in error.message
    assert error.request_id == "req_3"
    assert sink.said.startswith("some")


async def test_a_stream_with_no_answer_in_it_is_malformed(server: RawServer, lab: CompatibleProvider) -> None:
    server.answer = streaming(DONE)
    assert (await failure(lab)).kind == "malformed"


async def test_comments_that_keep_the_connection_open_are_no_start(server: RawServer, lab: CompatibleProvider) -> None:
    reached = asyncio.Event()
    go_on = asyncio.Event()

    async def answer(got: Got, wire: Wire) -> None:
        await wire.head()
        await wire.chunk(b": PROCESSING\n\n")
        reached.set()
        await go_on.wait()
        await wire.events(piece(content="4"), finish(), DONE)
        await wire.end()

    server.answer = answer
    sink = RecordingSink()
    call = asyncio.create_task(lab.ask(question(), sink))
    await reached.wait()
    assert sink.starts == 0
    go_on.set()
    await call
    assert sink.starts == 1


async def test_a_connection_that_breaks_in_the_middle_is_told_and_keeps_what_came(
    server: RawServer, lab: CompatibleProvider
) -> None:
    async def answer(got: Got, wire: Wire) -> None:
        await wire.head()
        await wire.events(piece(content="some"))
        wire.writer.close()

    server.answer = answer
    sink = RecordingSink()
    error = await failure(lab, sink)
    assert (error.kind, sink.said) == ("connection", "some")
    assert "in the middle of the answer" in error.message


async def test_a_page_instead_of_a_stream_says_to_check_the_address(server: RawServer, lab: CompatibleProvider) -> None:
    async def answer(got: Got, wire: Wire) -> None:
        await wire.head(kind="text/html; charset=utf-8")
        await wire.chunk(b"<html>hello</html>\n\n")
        await wire.end()

    server.answer = answer
    error = await failure(lab)
    assert error.kind == "malformed"
    assert "text/html" in error.message
    assert "address" in error.hint


async def test_a_server_that_does_not_speak_http_is_told(server: RawServer, lab: CompatibleProvider) -> None:
    async def answer(got: Got, wire: Wire) -> None:
        await wire.send(b"SSH-2.0-OpenSSH_9.6\r\n\r\n")
        wire.writer.close()

    server.answer = answer
    error = await failure(lab)
    assert error.kind == "malformed"
    assert "does not speak HTTP" in error.message


async def test_a_local_server_that_is_not_running_says_how_to_start_it() -> None:
    port = free_port()
    provider = CompatibleProvider(Server("lab", f"http://localhost:{port}/v1", start_hint="Start it with `lab serve`."))
    error = await failure(provider)
    await provider.aclose()
    assert (error.kind, error.message) == ("connection", f"No server at localhost:{port}.")
    assert error.hint == "Start it with `lab serve`."


async def test_openais_key_and_headers_never_reach_another_server(
    server: RawServer, lab: CompatibleProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_ADMIN_KEY", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID"):
        monkeypatch.setenv(name, "sk-canary-0123456789")
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "X-Gateway: canary\nAuthorization: Bearer canary")
    await lab.ask(question(), RecordingSink())
    assert "canary" not in str(server.got[0].headers)
    assert server.got[0].headers["authorization"] == "Bearer none"


async def test_a_servers_own_key_and_headers_come_from_the_environment(
    server: RawServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider = CompatibleProvider(Server("lab", f"{server.url}/v1", "LAB_API_KEY", {"X-Team": "$LAB_TEAM_TOKEN"}))
    missing = await failure(provider)
    assert (missing.kind, missing.hint) == ("auth", "Set LAB_API_KEY.")
    assert not provider.credentials().found
    monkeypatch.setenv("LAB_API_KEY", "lab-0123456789")
    missing = await failure(provider)
    assert missing.kind == "auth"
    assert "LAB_TEAM_TOKEN" in missing.message
    monkeypatch.setenv("LAB_TEAM_TOKEN", "team-0123456789")
    assert server.got == []
    await provider.ask(question(), RecordingSink())
    await provider.aclose()
    assert server.got[0].headers["authorization"] == "Bearer lab-0123456789"
    assert server.got[0].headers["x-team"] == "team-0123456789"
    assert provider.credentials().source == "LAB_API_KEY"


async def test_a_server_without_a_key_needs_none(lab: CompatibleProvider) -> None:
    assert (lab.credentials().found, lab.credentials().source) == (True, "none needed")


@pytest.mark.parametrize("listed", [{"data": [{"id": "b"}, {"id": "a"}]}, [{"id": "b"}, {"id": "a"}]])
async def test_models_are_listed_in_order(server: RawServer, lab: CompatibleProvider, listed: Any) -> None:
    async def answer(got: Got, wire: Wire) -> None:
        await wire.json(listed)

    server.answer = answer
    assert await lab.models() == ["a", "b"]
    assert server.got[0].path == "/v1/models"


async def test_a_list_of_models_that_is_none_is_told(server: RawServer, lab: CompatibleProvider) -> None:
    async def answer(got: Got, wire: Wire) -> None:
        await wire.json({"models": 3})

    server.answer = answer
    with pytest.raises(CallError, match="sent no list of models"):
        await lab.models()
