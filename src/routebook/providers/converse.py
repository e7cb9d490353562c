"""The Converse protocol of Amazon Bedrock: one shape for every model it serves.

https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Mapping
from json import loads
from typing import Any

from routebook.prompts import Message
from routebook.providers.bedrock_errors import frame_error
from routebook.providers.contract import CallError, Reply, Request, Sink, Usage
from routebook.providers.endings import STOP_REASONS, count, truncated, usage_beside_cache, window_full
from routebook.providers.error_words import HINTS, Asked

PROTOCOL = "Bedrock Converse"
_FILTERED = frozenset({"guardrail_intervened", "content_filtered", "refusal"})
_READ = frozenset({"contentBlockDelta", "messageStop", "metadata"})
_FAMILY = re.compile(
    r"(?:^|[./])(?P<family>anthropic\.claude|amazon\.nova-2|openai\.gpt-oss|openai\.gpt)(?=[-.])", re.IGNORECASE
)


def arguments(request: Request) -> dict[str, Any]:
    """Return the request as boto3 takes it, images as bytes.

    Raises
    ------
    CallError
        ``option`` for an effort, where it is not known how this model is told.
    """
    options = request.options
    sent: dict[str, Any] = {
        "modelId": request.model.model,
        "messages": [{"role": message.role, "content": _content(message)} for message in request.messages],
    }
    if request.system is not None:
        sent["system"] = [{"text": request.system}]
    limits = {"maxTokens": options.max_tokens, "temperature": options.temperature}
    if given := {name: value for name, value in limits.items() if value is not None}:
        sent["inferenceConfig"] = given
    if options.effort is not None:
        sent["additionalModelRequestFields"] = effort_fields(request.model.model, options.effort)
    if options.schema is not None:
        structure = {"jsonSchema": {"name": "answer", "schema": options.schema}}
        sent["outputConfig"] = {"textFormat": {"type": "json_schema", "structure": structure}}
    return sent


def body(request: Request) -> dict[str, Any]:
    """Return the request as JSON has it: bytes as base64. The model's id goes into the address."""
    return _as_json(arguments(request))  # type: ignore[no-any-return]


def _as_json(value: Any) -> Any:
    if isinstance(value, bytes):
        return b64encode(value).decode("ascii")
    if isinstance(value, dict):
        return {name: _as_json(part) for name, part in value.items()}
    return [_as_json(part) for part in value] if isinstance(value, list) else value


def _content(message: Message) -> list[dict[str, Any]]:
    blocks: list[dict[str, Any]] = [
        {"image": {"format": image.media_type.removeprefix("image/"), "source": {"bytes": image.data}}}
        for image in message.attachments
    ]
    if message.text:  # an empty text block is refused
        blocks.append({"text": message.text})
    return blocks


def effort_fields(model: str, effort: str) -> dict[str, Any]:
    """Return the fields that tell a model its effort: Converse has none that every family reads.

    Raises
    ------
    CallError
        ``option`` where it is not known how this model is told.
    """
    found = _FAMILY.search(model)
    match found["family"].lower() if found else "":
        case "anthropic.claude":
            return {"output_config": {"effort": effort}}
        case "amazon.nova-2":
            return {"reasoningConfig": {"type": "enabled", "maxReasoningEffort": effort}}
        case "openai.gpt-oss":
            return {"reasoning_effort": effort}
        case "openai.gpt":
            return {"reasoning": {"effort": effort}}
        case _:
            raise CallError(
                "option",
                f"routebook does not know how {model} on Bedrock is told its effort.",
                hint="Leave effort out for this model.",
            )


class ConverseStream:
    """Takes the events of one answer, pushes what is visible into the sink, and remembers how it ended."""

    def __init__(self, sink: Sink, asked: Asked) -> None:
        self._started = False
        self._sink = sink
        self._asked = asked
        self._stop_reason: str | None = None
        self._metadata: Mapping[str, Any] = {}

    def take(self, headers: Mapping[str, str], payload: bytes) -> None:
        """Take one frame of the stream.

        Raises
        ------
        CallError
            For a frame that says the call failed, or that cannot be read (``malformed``).
        """
        if not self._started:
            self._started = True
            self._sink.started()
        name = headers.get(":event-type", "")
        if headers.get(":message-type") != "event":
            raise frame_error(headers, payload, self._asked)
        if name not in _READ:
            return
        text = reasoning = None
        try:
            said = loads(payload)
            if name == "contentBlockDelta":
                delta = said["delta"]
                text = _text(delta.get("text"))
                reasoning = _text((delta.get("reasoningContent") or {}).get("text"))
            elif name == "messageStop":
                self._stop_reason = str(said["stopReason"])
            else:
                self._metadata = dict(said)
        except (ValueError, TypeError, LookupError, AttributeError) as error:
            raise CallError("malformed", f"Bedrock sent an event that is not Converse: {error}.") from error
        if text:
            self._sink.text(text)
        if reasoning:
            self._sink.reasoning(reasoning)

    def reply(self, request_id: str | None, region: str) -> Reply:
        """Return how the answer ended.

        Raises
        ------
        CallError
            ``truncated`` if ``messageStop`` never came, ``filter`` if a guardrail or the model refused, ``context``
            if the context window was full before it was done.
        """
        raw, model = self._stop_reason, self._asked.model
        if raw is None:
            raise truncated("Bedrock", model)
        if raw in _FILTERED:
            why = raw.replace("_", " ")
            raise CallError("filter", f"Bedrock stopped the answer of {model}: {why}.", hint=HINTS["filter"])
        if raw == "model_context_window_exceeded":
            raise window_full(model)
        metadata = self._metadata
        extras = {
            "region": region,
            "service_tier": _within(metadata, "serviceTier", "type"),
            "latency": _within(metadata, "performanceConfig", "latency"),
        }
        served = _within(metadata, "trace", "promptRouter", "invokedModelId")
        return Reply(
            finish=STOP_REASONS.get(raw, "other"),
            raw_finish=raw,
            usage=_usage(metadata.get("usage")),
            request_id=request_id,
            served_model=served if isinstance(served, str) else None,
            extras={name: value for name, value in extras.items() if isinstance(value, str)},
        )


def _text(value: object) -> str | None:
    if value is not None and not isinstance(value, str):
        raise TypeError("a delta is no text")
    return value


def _within(value: object, *path: str) -> object:
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _usage(usage: object) -> Usage:
    # https://docs.aws.amazon.com/bedrock/latest/userguide/prompt-caching.html
    return usage_beside_cache(
        count(usage, "inputTokens"),
        count(usage, "cacheReadInputTokens"),
        count(usage, "cacheWriteInputTokens"),
        count(usage, "outputTokens"),
    )
