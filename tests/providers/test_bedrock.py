"""Bedrock over Converse streams, against our own mock and aimock: usage, options, cancellation, clean ends."""

from __future__ import annotations

import asyncio
import base64
import gc
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from tests.support import asking
from tests.support.aimock import Aimock
from tests.support.asking import PNG, ask, failure
from tests.support.mock_server import MockServer
from tests.support.mock_wires import aws_frame
from tests.support.ports import free_port
from tests.support.raw_server import Got, RawServer, Wire
from tests.support.sink import ThreadSink

from routebook.providers import converse
from routebook.providers.bedrock import BedrockProvider
from routebook.providers.bedrock_errors import asked_of, call_error
from routebook.providers.contract import Usage

SECRET = "canary/0123456789/abcdefghij/ABCDEFGHIJ0"
SCHEMA = '{"type":"object"}'
question = partial(asking.question, "bedrock")


def frames(*sent: bytes) -> Callable[[Got, Wire], Any]:
    async def answer(got: Got, wire: Wire) -> None:
        await wire.head(kind="application/vnd.amazon.eventstream", x_amzn_RequestId="req_raw")
        for frame in sent:
            await wire.chunk(frame)
        await wire.end()

    return answer


async def test_an_answer_streams_in_pieces_from_a_thread_of_ours(bedrock: BedrockProvider) -> None:
    reply, sink = await ask(bedrock, "text-5")
    assert [piece for _, piece in sink.pieces] == ["w0 ", "w1 ", "w2 ", "w3 ", "w4 "]
    assert (sink.starts, sink.threads) == (1, {"routebook-bedrock"})
    assert (reply.finish, reply.raw_finish, reply.request_id) == ("stop", "end_turn", "req_mock")


async def test_input_tokens_are_summed_with_what_the_cache_read_and_wrote(bedrock: BedrockProvider) -> None:
    reply, _ = await ask(bedrock, "usage")
    assert reply.usage == Usage(input_tokens=100, cached_tokens=40, cache_write_tokens=10, output_tokens=30)


async def test_region_and_tier_are_kept_because_they_change_the_price(bedrock: BedrockProvider) -> None:
    reply, _ = await ask(bedrock, "text-1")
    assert reply.extras == {"region": "eu-west-1", "service_tier": "default"}


async def test_calls_at_once_do_not_mix(bedrock: BedrockProvider) -> None:
    answers = await asyncio.gather(*(ask(bedrock, f"spread-{n}") for n in range(1, 25)))
    for n, (reply, sink) in enumerate(answers, 1):
        assert sink.said == "".join(f"w{i} " for i in range(n))
        assert reply.usage.output_tokens == n


async def test_without_options_only_the_messages_are_sent(bedrock: BedrockProvider, mock: MockServer) -> None:
    await ask(bedrock, "text-1")
    sent = mock.journal()[-1]
    assert sent["path"] == "/model/text-1/converse-stream"
    assert sent["body"] == {"messages": [{"role": "user", "content": [{"text": "hi"}]}]}
    assert "/eu-west-1/bedrock/aws4_request" in sent["headers"]["authorization"]


async def test_options_go_where_the_protocol_has_them(bedrock: BedrockProvider, mock: MockServer) -> None:
    request = question("text-1", PNG, system="Be brief.", max_tokens=9, temperature=0.5, schema=SCHEMA)
    await bedrock.ask(request, ThreadSink())
    sent = mock.journal()[-1]["body"]
    assert {"modelId": "text-1", **sent} == bedrock.body(request)
    assert sent["system"] == [{"text": "Be brief."}]
    assert sent["inferenceConfig"] == {"maxTokens": 9, "temperature": 0.5}
    assert sent["outputConfig"]["textFormat"]["structure"]["jsonSchema"]["schema"] == SCHEMA
    image, text = sent["messages"][0]["content"]
    assert image == {"image": {"format": "png", "source": {"bytes": base64.b64encode(PNG.data).decode()}}}
    assert text == {"text": "hi"}


@pytest.mark.parametrize(
    ("model", "fields"),
    [
        ("us.anthropic.claude-sonnet-5-5-v1:0", {"output_config": {"effort": "low"}}),
        ("us.amazon.nova-2-lite-v1:0", {"reasoningConfig": {"type": "enabled", "maxReasoningEffort": "low"}}),
        ("openai.gpt-oss-120b-1:0", {"reasoning_effort": "low"}),
        ("global.openai.gpt-6-sol", {"reasoning": {"effort": "low"}}),
    ],
)
async def test_each_family_is_told_its_effort_in_its_own_way(
    bedrock: BedrockProvider, mock: MockServer, model: str, fields: dict[str, Any]
) -> None:
    await ask(bedrock, model, effort="low")
    assert mock.journal()[-1]["body"]["additionalModelRequestFields"] == fields


@pytest.mark.parametrize(
    ("model", "options"),
    [
        ("meta.llama4-scout-17b-instruct-v1:0", {"effort": "low"}),
        ("amazon.nova-lite-v1:0", {"effort": "low"}),
        ("us.anthropic.claude-opus-5-5-v1:0", {"temperature": 0.5}),
    ],
)
async def test_an_option_known_not_to_be_taken_is_refused_before_anything_is_sent(
    bedrock: BedrockProvider, mock: MockServer, model: str, options: dict[str, Any]
) -> None:
    before = mock.counts()["requests"]
    error, _ = await failure(bedrock, model, **options)
    assert (error.kind, mock.counts()["requests"]) == ("option", before)
    assert model in error.message
    assert next(iter(options)) in error.hint


async def test_a_value_botocore_refuses_is_an_option_error(bedrock: BedrockProvider) -> None:
    error, _ = await failure(bedrock, "text-1", max_tokens=0)
    assert error.kind == "option"
    assert "text-1 does not take max_tokens" in error.message


@pytest.mark.parametrize(
    ("code", "message", "kind"),
    [
        ("ValidationException", "The provided model identifier is invalid.", "not_found"),
        ("ValidationException", "Invocation with on-demand throughput isn't supported.", "not_found"),
        ("ValidationException", "This model doesn't support images.", "bad_request"),
        ("ThrottlingException", "Too many tokens per day, please wait.", "quota"),
        ("ExpiredTokenException", "The security token included in the request is expired", "auth"),
        ("ModelNotReadyException", "The model is not ready.", "rate_limit"),
        ("OfTheFutureException", "No.", "bad_request"),
    ],
)
async def test_the_hosts_own_words_decide_where_its_codes_do_not(
    bedrock: BedrockProvider, monkeypatch: pytest.MonkeyPatch, code: str, message: str, kind: str
) -> None:
    async def answer(got: Got, wire: Wire) -> None:
        await wire.json({"message": message}, 400, x_amzn_ErrorType=code)

    async with RawServer.started(answer) as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", server.url)
        error, _ = await failure(bedrock, "some.model-v1:0", temperature=0.5)
    assert error.kind == kind


@pytest.mark.parametrize(
    ("frame", "kind"),
    [
        (aws_frame("modelStreamErrorException", {"originalMessage": "broken"}, kind="exception"), "server"),
        (aws_frame("validationException", {"message": "Input is too long"}, kind="exception"), "context"),
        (aws_frame("internalServerException", {}, kind="exception"), "server"),
        (aws_frame("contentBlockDelta", {"delta": {"text": 7}}), "malformed"),
        (aws_frame("messageStop", {}), "malformed"),
        (aws_frame("ofTheFuture", {}), "truncated"),
        (b"HTTP is not a frame", "malformed"),
    ],
    ids=["exception", "too long", "no message", "no text", "no reason", "of the future", "no frame"],
)
async def test_what_comes_after_the_text_decides(
    bedrock: BedrockProvider, monkeypatch: pytest.MonkeyPatch, frame: bytes, kind: str
) -> None:
    text = aws_frame("contentBlockDelta", {"delta": {"text": "so far"}})
    async with RawServer.started(frames(text + frame)) as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", server.url)
        error, sink = await failure(bedrock, "some.model-v1:0")
    assert (error.kind, sink.said, error.request_id) == (kind, "so far", "req_raw")


async def test_a_router_says_which_model_it_chose(bedrock: BedrockProvider, monkeypatch: pytest.MonkeyPatch) -> None:
    metadata = {"usage": None, "trace": {"promptRouter": {"invokedModelId": "chosen"}}, "performanceConfig": {}}
    stop = aws_frame("messageStop", {"stopReason": "stop_sequence"})
    async with RawServer.started(frames(stop, aws_frame("metadata", metadata))) as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", server.url)
        reply, _ = await ask(bedrock, "router")
    assert (reply.served_model, reply.finish, reply.usage) == ("chosen", "stop", Usage())


async def test_cancelling_before_the_headers_returns_at_once_and_pushes_nothing_when_they_come(
    bedrock: BedrockProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, go_on = asyncio.Event(), asyncio.Event()

    async def answer(got: Got, wire: Wire) -> None:
        asked.set()
        await go_on.wait()
        await wire.head(kind="application/vnd.amazon.eventstream")
        await wire.chunk(aws_frame("contentBlockDelta", {"delta": {"text": "too late"}}))
        await wire.gone.wait()

    async with RawServer.started(answer) as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", server.url)
        sink = ThreadSink()
        task = asyncio.create_task(bedrock.ask(question("silent"), sink))
        await asked.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        go_on.set()
        async with asyncio.timeout(10):
            await server.wires[0].gone.wait()
        assert (sink.starts, sink.pieces) == (0, [])


async def test_connections_and_threads_are_used_again(bedrock: BedrockProvider, mock: MockServer) -> None:
    await ask(bedrock, "text-1")
    before, threads = mock.counts()["connections"], threading.active_count()
    for _ in range(5):
        await ask(bedrock, "text-1")
    assert mock.counts()["connections"] - before <= 1  # one for these counts
    assert threading.active_count() <= threads + 1  # one may still be on its way to being idle


async def test_closing_ends_the_threads_and_leaves_no_socket_open(bedrock: BedrockProvider) -> None:
    await asyncio.gather(*(ask(bedrock, "text-1") for _ in range(4)))
    await bedrock.aclose()
    assert not [thread for thread in threading.enumerate() if thread.name == "routebook-bedrock"]
    gc.collect()  # an open socket would warn here, and warnings are errors
    _, sink = await ask(bedrock, "text-1")
    assert sink.said == "w0 "


async def test_a_new_region_is_used_from_the_next_call_on(
    bedrock: BedrockProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    await ask(bedrock, "text-1")
    monkeypatch.setenv("AWS_REGION", "us-east-2")
    reply, _ = await ask(bedrock, "text-1")
    assert reply.extras["region"] == "us-east-2"


async def test_the_profiles_region_is_used_where_the_environment_names_none(
    bedrock: BedrockProvider, monkeypatch: pytest.MonkeyPatch, isolated: Path
) -> None:
    (isolated / "config").write_text("[profile mine]\nregion = sa-east-1\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(isolated / "config"))
    monkeypatch.setenv("AWS_PROFILE", "mine")
    monkeypatch.delenv("AWS_REGION")
    (isolated / "credentials").write_text(f"[mine]\naws_access_key_id = AKIA0\naws_secret_access_key = {SECRET}\n")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(isolated / "credentials"))
    reply, _ = await ask(bedrock, "text-1")
    assert reply.extras["region"] == "sa-east-1"


async def test_without_a_region_the_variable_is_named(
    bedrock: BedrockProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_REGION")
    error, _ = await failure(bedrock, "text-1")
    assert (error.kind, "AWS_REGION" in error.message) == ("auth", True)


async def test_without_credentials_the_variables_are_named(
    bedrock: BedrockProvider, monkeypatch: pytest.MonkeyPatch, mock: MockServer
) -> None:
    before = mock.counts()["requests"]
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    error, _ = await failure(bedrock, "text-1")
    assert (error.kind, mock.counts()["requests"]) == ("auth", before)
    assert "AWS_ACCESS_KEY_ID" in error.hint


async def test_a_profile_that_is_not_there_is_an_auth_error(
    bedrock: BedrockProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "absent")
    error, _ = await failure(bedrock, "text-1")
    assert (error.kind, "absent" in error.message) == ("auth", True)


async def test_an_unreachable_address_is_a_connection_error(
    bedrock: BedrockProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", f"http://127.0.0.1:{free_port()}")
    error, _ = await failure(bedrock, "text-1")
    assert error.kind == "connection"


async def test_text_models_and_inference_profiles_are_listed(bedrock: BedrockProvider, mock: MockServer) -> None:
    assert "us.amazon.nova-2-lite-v1:0" in await bedrock.models()
    paths = [entry["path"] for entry in mock.journal()[-2:]]
    assert paths == ["/foundation-models?byOutputModality=TEXT", "/inference-profiles"]


def test_a_request_is_one_that_converse_takes(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Judged by botocore's validation and by aimock, which streams no Converse but answers it whole."""
    fixtures = [{"match": {"userMessage": "hi"}, "response": {"content": "Hello!"}}]
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAABCDEFGHIJKLMNOP")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    request = question(
        "us.amazon.nova-2-lite-v1:0", PNG, system="s", max_tokens=5, temperature=0.5, effort="low", schema=SCHEMA
    )
    with Aimock.started(fixtures, tmp_path_factory.mktemp("aimock")) as aimock:
        session = botocore.session.get_session()
        client: Any = session.create_client("bedrock-runtime", region_name="us-east-1", endpoint_url=aimock.url)
        try:
            answer = client.converse(**converse.arguments(request))
        finally:
            client.close()
    assert answer["output"]["message"]["content"] == [{"text": "Hello!"}]


def test_a_gateways_own_code_is_read_by_its_status() -> None:
    from botocore.exceptions import ClientError

    def kind(status: int) -> str:
        answer: Any = {"Error": {"Code": "Nope", "Message": "no"}, "ResponseMetadata": {"HTTPStatusCode": status}}
        return call_error(ClientError(answer, "ConverseStream"), asked_of("us-east-1", "m")).kind

    assert [kind(status) for status in (401, 404, 418, 429, 503, 504)] == [
        "auth", "not_found", "bad_request", "rate_limit", "server", "timeout",
    ]  # fmt: skip
