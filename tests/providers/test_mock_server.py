"""Our own mock says what the real services say: judged by the SDKs' own types and by botocore's parser and model."""

from __future__ import annotations

import http.client
import json
import time
from typing import Any
from urllib.parse import urlsplit

import botocore.session
import pytest
from anthropic.types import RawMessageStreamEvent
from botocore.eventstream import EventStreamBuffer
from botocore.exceptions import EventStreamError
from botocore.model import ServiceModel
from botocore.parsers import EventStreamJSONParser
from openai.types.chat import ChatCompletionChunk
from openai.types.responses import ResponseStreamEvent
from pydantic import TypeAdapter
from tests.support.mock_server import PARTIAL, SHORT, USAGE, MockServer

PATHS = {"chat": "/v1/chat/completions", "responses": "/v1/responses", "messages": "/v1/messages"}
TYPES: dict[str, TypeAdapter[Any]] = {
    "chat": TypeAdapter(ChatCompletionChunk),
    "responses": TypeAdapter(ResponseStreamEvent),
    "messages": TypeAdapter(RawMessageStreamEvent),
}
ANSWERS = ["text-3", "spread-3", "delay-1ms", "paced-2x1ms", "stamped-2x1ms", "reasoning", "usage", "fault-length"]
STATUSES = {"401": 401, "403": 403, "404": 404, "429": 429, "500": 500, "529": 529, "quota": 429, "context": 400}


def ask(mock: MockServer, protocol: str, model: str) -> tuple[int, dict[str, str], bytes]:
    """Ask without any SDK in between; return status, headers and body."""
    connection = http.client.HTTPConnection(urlsplit(mock.url).netloc, timeout=10)
    try:
        path = PATHS.get(protocol, f"/model/{model}/converse-stream")
        connection.request("POST", path, json.dumps({"model": model, "stream": True, "messages": []}))
        answer = connection.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
    finally:
        connection.close()


def events(body: bytes) -> list[dict[str, Any]]:
    data = [line.removeprefix(b"data: ") for line in body.splitlines() if line.startswith(b"data: ")]
    return [json.loads(value) for value in data if value != b"[DONE]"]


def converse_model() -> tuple[EventStreamJSONParser, Any]:
    session = botocore.session.get_session()
    service = ServiceModel(session.get_component("data_loader").load_service_model("bedrock-runtime", "service-2"))
    shape = service.operation_model("ConverseStream").get_event_stream_output()
    return EventStreamJSONParser(), shape


def converse_events(body: bytes) -> list[dict[str, Any]]:
    """Parse as botocore does: checksums, headers, and each payload against the service's model."""
    parser, shape = converse_model()
    buffer = EventStreamBuffer()
    buffer.add_data(body)
    parsed = []
    for message in buffer:
        response = message.to_response_dict()
        event = parser.parse(response, shape)
        if response["status_code"] != 200:
            raise EventStreamError(event, "ConverseStream")
        parsed.append(event)
    assert not buffer._data
    return parsed


@pytest.mark.parametrize("protocol", PATHS)
@pytest.mark.parametrize("model", ANSWERS)
def test_every_event_is_one_the_sdk_knows(mock: MockServer, protocol: str, model: str) -> None:
    status, headers, body = ask(mock, protocol, model)
    assert status == 200
    assert headers["content-type"] == "text/event-stream"
    said = events(body)
    for event in said:
        if event.get("type") != "ping":  # anthropic's SDK drops it before its types come in
            TYPES[protocol].validate_python(event)
    assert len(said) > 3


@pytest.mark.parametrize("model", ANSWERS)
def test_every_converse_frame_is_one_botocore_parses_whole(mock: MockServer, model: str) -> None:
    status, headers, body = ask(mock, "converse", model)
    assert (status, headers["content-type"]) == (200, "application/vnd.amazon.eventstream")
    kinds = [kind for event in converse_events(body) for kind in event]
    assert kinds[0] == "messageStart"
    assert kinds[-3:] == ["contentBlockStop", "messageStop", "metadata"]
    assert "contentBlockDelta" in kinds


def test_frames_have_every_member_the_service_model_requires(mock: MockServer) -> None:
    _, shape = converse_model()
    for event in converse_events(ask(mock, "converse", "usage")[2]):
        for kind, value in event.items():
            assert set(shape.members[kind].required_members) <= set(value)


def test_usage_counts_cached_written_and_reasoning_tokens(mock: MockServer) -> None:
    chat = events(ask(mock, "chat", "usage")[2])[-1]["usage"]
    responses = events(ask(mock, "responses", "usage")[2])[-1]["response"]["usage"]
    messages = events(ask(mock, "messages", "usage")[2])[-2]["usage"]
    converse = converse_events(ask(mock, "converse", "usage")[2])[-1]["metadata"]["usage"]
    assert chat["prompt_tokens"] == responses["input_tokens"] == USAGE["input"]
    assert chat["prompt_tokens_details"]["cached_tokens"] == USAGE["cached"]
    assert responses["output_tokens_details"]["reasoning_tokens"] == USAGE["reasoning"]
    fresh = USAGE["input"] - USAGE["cached"] - USAGE["cache_write"]
    assert (messages["input_tokens"], messages["cache_read_input_tokens"]) == (fresh, USAGE["cached"])
    assert (converse["inputTokens"], converse["cacheWriteInputTokens"]) == (fresh, USAGE["cache_write"])


@pytest.mark.parametrize("protocol", [*PATHS, "converse"])
@pytest.mark.parametrize("fault", STATUSES)
def test_a_refusal_is_a_status_with_a_body(mock: MockServer, protocol: str, fault: str) -> None:
    status, headers, body = ask(mock, protocol, f"fault-{fault}")
    assert status >= 400
    assert status == STATUSES[fault] or protocol == "converse"
    said = json.loads(body)
    assert (said if protocol == "converse" else said["error"])["message"]
    assert headers.get("retry-after") == ("7" if fault == "429" else None)


def test_a_throttled_converse_stream_is_an_exception_to_botocore(mock: MockServer) -> None:
    with pytest.raises(EventStreamError, match="throttlingException"):
        converse_events(ask(mock, "converse", "fault-error")[2])


@pytest.mark.parametrize("protocol", [*PATHS, "converse"])
def test_a_truncated_body_ends_well_after_some_text(mock: MockServer, protocol: str) -> None:
    _, _, body = ask(mock, protocol, "fault-truncated")
    assert PARTIAL[-1].encode() in body[-150:]


@pytest.mark.parametrize("protocol", [*PATHS, "converse"])
def test_a_drop_leaves_the_body_unfinished(mock: MockServer, protocol: str) -> None:
    with pytest.raises(http.client.IncompleteRead) as caught:
        ask(mock, protocol, "fault-drop")
    assert PARTIAL[-1].encode() in caught.value.partial


def test_a_stamp_is_of_this_machines_clock(mock: MockServer) -> None:
    before = time.perf_counter_ns()
    said = [event["choices"][0]["delta"].get("content") for event in events(ask(mock, "chat", "stamped-2x1ms")[2])[:-1]]
    stamp = next(int(text.removeprefix("t=")) for text in said if text and text.startswith("t="))
    assert before < stamp < time.perf_counter_ns()


def test_a_model_may_be_called_anything_before_its_behaviour(mock: MockServer) -> None:
    assert ask(mock, "messages", "claude-haiku-5-5:fault-404")[0] == 404
    assert "".join(SHORT)[:4].encode() in ask(mock, "messages", "claude-haiku-5-5")[2]


def test_the_journal_tells_what_was_asked(mock: MockServer) -> None:
    before = mock.counts()["requests"]
    ask(mock, "chat", "text-1")
    assert mock.counts()["requests"] == before + 1
    last = mock.journal()[-1]
    assert (last["method"], last["path"], last["body"]["model"]) == ("POST", PATHS["chat"], "text-1")
    assert int(last["headers"]["content-length"]) > 0


def test_a_client_that_goes_away_is_counted(mock: MockServer) -> None:
    before = mock.counts()["closed"]
    connection = http.client.HTTPConnection(urlsplit(mock.url).netloc, timeout=10)
    connection.request("POST", PATHS["chat"], json.dumps({"model": "fault-stall", "stream": True}))
    answer = connection.getresponse()
    assert answer.fp.readline()
    answer.close()
    connection.close()
    assert mock.wait_for(closed=before + 1)["closed"] == before + 1
