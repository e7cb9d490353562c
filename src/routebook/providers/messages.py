"""The Messages protocol: Anthropic, and servers that speak it.

https://platform.claude.com/docs/en/api/messages
"""

from __future__ import annotations

from collections.abc import Callable
from json import loads
from typing import Any

from routebook.prompts import Message
from routebook.providers.anthropic_errors import host_error
from routebook.providers.contract import CallError, Reply, Request, Sink, Usage
from routebook.providers.endings import STOP_REASONS, count, truncated, usage_beside_cache, window_full
from routebook.providers.error_words import HINTS, Asked

PROTOCOL = "Anthropic Messages"
PATH = "/v1/messages"
# The protocol requires max_tokens. Every current model takes this many, thinking included, and an answer that needs
# more ends visibly with finish "length"; asking for a model's own maximum would need a table that ages.
DEFAULT_MAX_TOKENS = 8192

_UNREAD = frozenset({"ping", "content_block_stop"})
_USAGE_EXTRAS = ("service_tier", "inference_geo", "speed")


def body(request: Request) -> dict[str, Any]:
    """Return the request as it is sent."""
    options = request.options
    sent: dict[str, Any] = {
        "model": request.model.model,
        "max_tokens": DEFAULT_MAX_TOKENS if options.max_tokens is None else options.max_tokens,
        "messages": [{"role": message.role, "content": _content(message)} for message in request.messages],
        "stream": True,
    }
    if request.system is not None:
        sent["system"] = request.system
    if options.temperature is not None:
        sent["temperature"] = options.temperature
    config: dict[str, Any] = {}
    if options.effort is not None:
        config["effort"] = options.effort
    if options.schema is not None:
        config["format"] = {"type": "json_schema", "schema": options.schema_dict}
    if config:
        sent["output_config"] = config
    return sent


def _content(message: Message) -> str | list[dict[str, Any]]:
    if not message.attachments:
        return message.text
    blocks: list[dict[str, Any]] = [
        {"type": "image", "source": {"type": "base64", "media_type": image.media_type, "data": image.base64}}
        for image in message.attachments
    ]
    if message.text:  # an empty text block is refused
        blocks.append({"type": "text", "text": message.text})
    return blocks


class MessagesStream:
    """Takes the events of one answer, pushes what is visible into the sink, and remembers how it ended."""

    def __init__(self, sink: Sink, asked: Asked) -> None:
        self._sink = sink
        self._asked = asked
        self._ended = False
        self._stop_reason: str | None = None
        self._refused = ""
        self._served: str | None = None
        self._usage: dict[str, Any] = {}

    def take(self, event: str, data: bytes) -> bool:
        """Take one event; return True for the one that ends the stream.

        Raises
        ------
        CallError
            For an event that says the call failed, or that cannot be read (``malformed``).
        """
        if event in _UNREAD:
            return False
        piece: tuple[Callable[[str], None], str] | None = None
        try:
            said = loads(data)
            kind = said["type"]
            if kind == "content_block_delta":
                piece = self._piece(said["delta"])
            elif kind == "content_block_start":  # a block's start has a delta's fields, mostly empty
                piece = self._piece({**said["content_block"], "type": f"{said['content_block']['type']}_delta"})
            elif kind == "message_start":
                message = said["message"]
                self._served = model if isinstance(model := message.get("model"), str) else None
                self._count(message.get("usage"))
            elif kind == "message_delta":
                self._stop(said["delta"])
                self._count(said.get("usage"))
            elif kind == "message_stop":
                self._ended = True
        except (ValueError, TypeError, LookupError, AttributeError) as error:
            raise CallError("malformed", f"{self._asked.host} sent an event that is not Messages: {error}.") from error
        if piece is not None:
            push, text = piece
            push(text)
        elif kind == "error":
            raise host_error(said, self._asked)
        return self._ended

    def _piece(self, delta: dict[str, Any]) -> tuple[Callable[[str], None], str] | None:
        if delta["type"] == "text_delta":
            push, text = self._sink.text, delta["text"]
        elif delta["type"] == "thinking_delta":
            push, text = self._sink.reasoning, delta["thinking"]
        else:
            return None
        if not isinstance(text, str):
            raise TypeError("a delta is no text")
        return (push, text) if text else None

    def _stop(self, delta: dict[str, Any]) -> None:
        if isinstance(reason := delta.get("stop_reason"), str):
            self._stop_reason = reason
        if isinstance(details := delta.get("stop_details"), dict):
            self._refused = str(details.get("explanation") or details.get("category") or "")

    def _count(self, usage: object) -> None:
        """Take usage: cumulative, and the last event leaves out what has not changed."""
        if isinstance(usage, dict):
            self._usage.update({name: value for name, value in usage.items() if value is not None})

    def reply(self, request_id: str | None) -> Reply:
        """Return how the answer ended.

        Raises
        ------
        CallError
            ``truncated`` if the end event never came, ``filter`` if the model refused, ``context`` if the context
            window was full before it was done.
        """
        raw, model = self._stop_reason, self._asked.model
        if not self._ended:
            raise truncated(self._asked.host, model)
        if raw == "refusal":
            why = f": {self._refused.rstrip('.')}" if self._refused else ""
            raise CallError("filter", f"{model} refused to answer{why}.", hint=HINTS["filter"])
        if raw == "model_context_window_exceeded":
            raise window_full(model)
        given = ((name, self._usage.get(name)) for name in _USAGE_EXTRAS)
        return Reply(
            finish=STOP_REASONS.get(raw or "", "other"),
            raw_finish=raw,
            usage=_usage(self._usage),
            request_id=request_id,
            served_model=self._served,
            extras={name: value for name, value in given if isinstance(value, str)},
        )


def _usage(usage: dict[str, Any]) -> Usage:
    return usage_beside_cache(
        count(usage, "input_tokens"),
        count(usage, "cache_read_input_tokens"),
        count(usage, "cache_creation_input_tokens"),
        count(usage, "output_tokens"),
        count(usage.get("output_tokens_details"), "thinking_tokens"),
    )
