"""The four protocols the mock speaks, each a writer of one answer's events: start, pieces, end, and how it breaks."""

from __future__ import annotations

import json
import struct
import zlib
from typing import Any


def _json(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def _sse(value: dict[str, Any], *, named: bool) -> bytes:
    name = b"event: " + value["type"].encode() + b"\n" if named else b""
    return name + b"data: " + _json(value) + b"\n\n"


def _header(name: str, value: str) -> bytes:
    return struct.pack("!B", len(name)) + name.encode() + b"\x07" + struct.pack("!H", len(value)) + value.encode()


def aws_frame(event: str, payload: dict[str, Any], *, kind: str = "event") -> bytes:
    """Frame one message of ``application/vnd.amazon.eventstream``: prelude, its CRC, headers, payload, CRC of all."""
    headers = (
        _header(f":{kind}-type", event) + _header(":content-type", "application/json") + _header(":message-type", kind)
    )
    body = _json(payload)
    prelude = struct.pack("!II", 16 + len(headers) + len(body), len(headers))
    message = prelude + struct.pack("!I", zlib.crc32(prelude)) + headers + body
    return message + struct.pack("!I", zlib.crc32(message))


class Chat:
    """OpenAI Chat Completions."""

    content_type = "text/event-stream"

    def __init__(self, model: str) -> None:
        self._base = {"id": "chatcmpl-mock", "object": "chat.completion.chunk", "created": 1795000000, "model": model}

    def _chunk(self, delta: dict[str, Any], finish: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        return _sse({**self._base, "choices": [choice]}, named=False)

    def start(self) -> bytes:
        return self._chunk({"role": "assistant", "content": ""})

    def text(self, piece: str) -> bytes:
        return self._chunk({"content": piece})

    def reasoning(self, piece: str) -> bytes:
        return self._chunk({"reasoning_content": piece})

    def end(self, finish: str, usage: dict[str, int]) -> bytes:
        reasons = {"length": "length", "filter": "content_filter", "window": "length"}
        total = {
            "prompt_tokens": usage["input"],
            "completion_tokens": usage["output"],
            "total_tokens": usage["input"] + usage["output"],
        }
        if "cached" in usage:
            total |= {  # type: ignore[assignment]
                "prompt_tokens_details": {
                    "cached_tokens": usage["cached"],
                    "cache_write_tokens": usage["cache_write"],
                },
                "completion_tokens_details": {"reasoning_tokens": usage["reasoning"]},
            }
        last = _sse({**self._base, "choices": [], "usage": total}, named=False)
        return self._chunk({}, reasons.get(finish, "stop")) + last + b"data: [DONE]\n\n"

    def error(self) -> bytes:
        return (
            b"data: "
            + _json({"error": {"message": "Overloaded", "type": "server_error", "code": "server_error"}})
            + b"\n\n"
        )

    def malformed(self) -> bytes:
        return b'data: {"choices": [{"delta": {"cont\n\n'


class Responses:
    """OpenAI Responses."""

    content_type = "text/event-stream"

    def __init__(self, model: str) -> None:
        self._model, self._sequence, self._said = model, -1, ""

    def _event(self, kind: str, **fields: Any) -> bytes:
        self._sequence += 1
        return _sse({"type": kind, "sequence_number": self._sequence, **fields}, named=True)

    def _response(self, status: str, **fields: Any) -> dict[str, Any]:
        return {
            "id": "resp_mock", "object": "response", "created_at": 1795000000, "status": status, "model": self._model,
            "output": [], "parallel_tool_calls": True, "tool_choice": "auto", "tools": [], "error": None,
            "incomplete_details": None, "instructions": None, "metadata": {}, "service_tier": "default",
            "temperature": 1.0, "top_p": 1.0, **fields,
        }  # fmt: skip

    def _item(self, status: str, content: list[dict[str, Any]]) -> dict[str, Any]:
        return {"id": "msg_mock", "type": "message", "role": "assistant", "status": status, "content": content}

    def _part(self, text: str) -> dict[str, Any]:
        return {"type": "output_text", "text": text, "annotations": [], "logprobs": []}

    def start(self) -> bytes:
        return (
            self._event("response.created", response=self._response("in_progress"))
            + self._event("response.in_progress", response=self._response("in_progress"))
            + self._event("response.output_item.added", output_index=0, item=self._item("in_progress", []))
            + self._event(
                "response.content_part.added", output_index=0, item_id="msg_mock", content_index=0, part=self._part("")
            )
        )

    def text(self, piece: str) -> bytes:
        self._said += piece
        return self._event(
            "response.output_text.delta",
            output_index=0, item_id="msg_mock", content_index=0, delta=piece, logprobs=[],
        )  # fmt: skip

    def reasoning(self, piece: str) -> bytes:
        return self._event(
            "response.reasoning_summary_text.delta", output_index=0, item_id="rs_mock", summary_index=0, delta=piece
        )

    def end(self, finish: str, usage: dict[str, int]) -> bytes:
        part, place = self._part(self._said), {"output_index": 0, "item_id": "msg_mock", "content_index": 0}
        status = "incomplete" if finish in ("length", "filter", "window") else "completed"
        reason = "content_filter" if finish == "filter" else "max_output_tokens"
        item = self._item(status, [part])
        response = self._response(
            status,
            output=[item],
            incomplete_details={"reason": reason} if status == "incomplete" else None,
            usage={
                "input_tokens": usage["input"],
                "input_tokens_details": {
                    "cached_tokens": usage.get("cached", 0),
                    "cache_write_tokens": usage.get("cache_write", 0),
                },
                "output_tokens": usage["output"],
                "output_tokens_details": {"reasoning_tokens": usage.get("reasoning", 0)},
                "total_tokens": usage["input"] + usage["output"],
            },
        )
        return (
            self._event("response.output_text.done", text=self._said, logprobs=[], **place)
            + self._event("response.content_part.done", part=part, **place)
            + self._event("response.output_item.done", output_index=0, item=item)
            + self._event(f"response.{status}", response=response)
        )

    def error(self) -> bytes:
        return self._event("error", code="server_error", message="Overloaded", param=None)

    def malformed(self) -> bytes:
        return b'event: response.output_text.delta\ndata: {"type": "response.output_text.delta", "del\n\n'


class Messages:
    """Anthropic Messages."""

    content_type = "text/event-stream"

    def __init__(self, model: str) -> None:
        self._model, self._index, self._open = model, -1, ""

    def _usage(self, usage: dict[str, int]) -> dict[str, Any]:
        cached, written = usage.get("cached", 0), usage.get("cache_write", 0)
        return {
            "input_tokens": usage["input"] - cached - written,
            "cache_read_input_tokens": cached,
            "cache_creation_input_tokens": written,
        }

    def start(self, usage: dict[str, int] | None = None) -> bytes:
        given = {**self._usage(usage or {"input": 12}), "output_tokens": 1}
        given |= {"service_tier": "standard", "inference_geo": "us"}
        message = {
            "id": "msg_mock", "type": "message", "role": "assistant", "model": self._model, "content": [],
            "stop_reason": None, "stop_sequence": None, "usage": given,
        }  # fmt: skip
        return _sse({"type": "message_start", "message": message}, named=True) + _sse({"type": "ping"}, named=True)

    def _close(self) -> bytes:
        return _sse({"type": "content_block_stop", "index": self._index}, named=True) if self._open else b""

    def _delta(self, block: dict[str, Any], delta: dict[str, Any]) -> bytes:
        before = b""
        if self._open != block["type"]:
            before = self._close()
            self._index, self._open = self._index + 1, block["type"]
            before += _sse({"type": "content_block_start", "index": self._index, "content_block": block}, named=True)
        return before + _sse({"type": "content_block_delta", "index": self._index, "delta": delta}, named=True)

    def text(self, piece: str) -> bytes:
        return self._delta({"type": "text", "text": ""}, {"type": "text_delta", "text": piece})

    def reasoning(self, piece: str) -> bytes:
        block = {"type": "thinking", "thinking": "", "signature": ""}
        return self._delta(block, {"type": "thinking_delta", "thinking": piece})

    def end(self, finish: str, usage: dict[str, int]) -> bytes:
        reasons = {"length": "max_tokens", "filter": "refusal", "window": "model_context_window_exceeded"}
        total = {**self._usage(usage), "output_tokens": usage["output"]}
        if "reasoning" in usage:
            total["output_tokens_details"] = {"thinking_tokens": usage["reasoning"]}
        delta: dict[str, Any] = {"stop_reason": reasons.get(finish, "end_turn"), "stop_sequence": None}
        if finish == "filter":
            delta["stop_details"] = {"type": "refusal", "category": "cyber", "explanation": "it could do harm"}
        return (
            self._close()
            + _sse({"type": "message_delta", "delta": delta, "usage": total}, named=True)
            + _sse({"type": "message_stop"}, named=True)
        )

    def error(self) -> bytes:
        error = {"type": "overloaded_error", "message": "Overloaded"}
        return _sse({"type": "error", "error": error, "request_id": "req_mock"}, named=True)

    def malformed(self) -> bytes:
        return b'event: content_block_delta\ndata: {"type": "content_block_delta", "delta": {"te\n\n'


class Converse:
    """Bedrock Converse, streamed."""

    content_type = "application/vnd.amazon.eventstream"

    def __init__(self, model: str) -> None:
        self._index, self._open = 0, ""

    def _delta(self, kind: str, delta: dict[str, Any]) -> bytes:
        before = b""
        if self._open and self._open != kind:
            before = aws_frame("contentBlockStop", {"contentBlockIndex": self._index})
            self._index += 1
        self._open = kind
        return before + aws_frame("contentBlockDelta", {"contentBlockIndex": self._index, "delta": delta})

    def start(self) -> bytes:
        return aws_frame("messageStart", {"role": "assistant"})

    def text(self, piece: str) -> bytes:
        return self._delta("text", {"text": piece})

    def reasoning(self, piece: str) -> bytes:
        return self._delta("reasoning", {"reasoningContent": {"text": piece}})

    def end(self, finish: str, usage: dict[str, int]) -> bytes:
        reasons = {
            "length": "max_tokens",
            "filter": "guardrail_intervened",
            "window": "model_context_window_exceeded",
        }
        cached, written = usage.get("cached", 0), usage.get("cache_write", 0)
        total = {
            "inputTokens": usage["input"] - cached - written,
            "outputTokens": usage["output"],
            "totalTokens": usage["input"] + usage["output"],
        }
        if "cached" in usage:
            total |= {"cacheReadInputTokens": cached, "cacheWriteInputTokens": written}
        metadata = {"usage": total, "metrics": {"latencyMs": 42}, "serviceTier": {"type": "default"}}
        return (
            aws_frame("contentBlockStop", {"contentBlockIndex": self._index})
            + aws_frame("messageStop", {"stopReason": reasons.get(finish, "end_turn")})
            + aws_frame("metadata", metadata)
        )

    def error(self) -> bytes:
        return aws_frame("throttlingException", {"message": "Too many tokens, please wait"}, kind="exception")

    def malformed(self) -> bytes:
        frame = bytearray(self.text("never seen"))
        frame[-1] ^= 0xFF  # the message's CRC
        return bytes(frame)


Wire = Chat | Responses | Messages | Converse
WIRES: dict[str, type[Wire]] = {"chat": Chat, "responses": Responses, "messages": Messages, "converse": Converse}
