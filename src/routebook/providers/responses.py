"""The Responses protocol: OpenAI and Azure OpenAI.

https://developers.openai.com/api/reference/resources/responses
"""

from __future__ import annotations

from json import loads
from typing import Any

from routebook.prompts import Message
from routebook.providers.contract import CallError, FinishReason, Reply, Request, Sink, Usage
from routebook.providers.endings import count, truncated
from routebook.providers.error_words import Asked
from routebook.providers.openai_errors import host_error, refused

PROTOCOL = "OpenAI Responses"
PATH = "/responses"

_TEXT = "response.output_text.delta"
_REFUSAL = "response.refusal.delta"
_REASONING = frozenset({"response.reasoning_text.delta", "response.reasoning_summary_text.delta"})
_DELTAS = _REASONING | {_TEXT, _REFUSAL}
_END = frozenset({"response.completed", "response.incomplete", "response.failed"})
_READ = _DELTAS | _END | {"error"}


def body(request: Request) -> dict[str, Any]:
    """Return the request as it is sent. Nothing is stored at the host."""
    options = request.options
    # OpenAI can do without the type; llama.cpp refuses an earlier answer that has none
    turns = [{"type": "message", "role": turn.role, "content": _content(turn)} for turn in request.messages]
    sent: dict[str, Any] = {
        "model": request.model.model,
        "input": turns,
        "stream": True,
        "store": False,
    }
    if request.system is not None:
        sent["instructions"] = request.system
    if options.max_tokens is not None:
        sent["max_output_tokens"] = options.max_tokens
    if options.temperature is not None:
        sent["temperature"] = options.temperature
    if options.effort is not None:
        sent["reasoning"] = {"effort": options.effort}
    if options.schema is not None:
        sent["text"] = {
            "format": {"type": "json_schema", "name": "answer", "schema": options.schema_dict, "strict": True}
        }
    return sent


def _content(message: Message) -> str | list[dict[str, Any]]:
    if not message.attachments:
        return message.text
    parts: list[dict[str, Any]] = [
        {"type": "input_image", "image_url": f"data:{image.media_type};base64,{image.base64}", "detail": "auto"}
        for image in message.attachments
    ]
    if message.text:
        parts.append({"type": "input_text", "text": message.text})
    return parts


class ResponsesStream:
    """Takes the events of one answer, pushes what is visible into the sink, and remembers how it ended."""

    def __init__(self, sink: Sink, asked: Asked) -> None:
        self._sink = sink
        self._asked = asked
        self._ended: dict[str, Any] | None = None
        self._refusal: list[str] = []

    def take(self, event: str, data: bytes) -> bool:
        """Take one event; return True for the one that ends the stream.

        Raises
        ------
        CallError
            For an event that says the call failed, or that cannot be read (``malformed``).
        """
        if event and event not in _READ:  # most others repeat what the deltas said: not worth parsing
            return False
        if data == b"[DONE]":
            return False
        try:
            said = loads(data.decode("utf-8", "replace"))
            kind = said["type"]
            delta = said["delta"] if kind in _DELTAS else ""
            ended = said["response"] if kind in _END else None
            if not isinstance(delta, str) or not isinstance(ended, dict | None):
                raise TypeError("delta is no text, or response no object")
        except (ValueError, TypeError, LookupError) as error:
            raise CallError("malformed", f"{self._asked.host} sent an event that is not Responses: {error}.") from error
        if kind == _TEXT:
            self._sink.text(delta)
        elif kind in _REASONING:
            self._sink.reasoning(delta)
        elif kind == _REFUSAL:
            self._refusal.append(delta)
            self._sink.text(delta)
        elif kind == "error":
            raise host_error(said, self._asked)
        elif ended is not None:
            if kind == "response.failed" or ended.get("status") in ("failed", "cancelled"):
                raise host_error(ended.get("error"), self._asked)
            self._ended = ended
            return True
        return False

    def reply(self, request_id: str | None) -> Reply:
        """Return how the answer ended.

        Raises
        ------
        CallError
            ``truncated`` if the end event never came, ``filter`` if the host or the model refused.
        """
        asked, ended = self._asked, self._ended
        if ended is None:
            raise truncated(asked.host, asked.model)
        incomplete = ended.get("incomplete_details")
        raw = incomplete.get("reason") if isinstance(incomplete, dict) else None
        raw = raw if isinstance(raw, str) else str(ended.get("status") or "completed")
        if raw == "content_filter" or self._refusal:
            raise refused(self._refusal, asked)
        finishes: dict[str, FinishReason] = {"completed": "stop", "max_output_tokens": "length", "max_tokens": "length"}
        tier = ended.get("service_tier")
        return Reply(
            finish=finishes.get(raw, "other"),
            raw_finish=raw,
            usage=_usage(ended.get("usage")),
            request_id=request_id,
            served_model=model if isinstance(model := ended.get("model"), str) else None,
            extras={"service_tier": tier} if isinstance(tier, str) else {},
        )


def _usage(usage: object) -> Usage:
    if not isinstance(usage, dict):
        return Usage()
    inputs, outputs = usage.get("input_tokens_details"), usage.get("output_tokens_details")
    return Usage(
        input_tokens=count(usage, "input_tokens"),
        cached_tokens=count(inputs, "cached_tokens"),
        cache_write_tokens=count(inputs, "cache_write_tokens"),
        output_tokens=count(usage, "output_tokens"),
        reasoning_tokens=count(outputs, "reasoning_tokens"),
    )
