"""Tells what an OpenAI-style error means: status, code and text of any host that speaks the protocol -> `CallError`.

The protocol has no closed list of codes and compatible servers make up their own, so the code is looked at first, then
the status, then the text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from routebook.providers.contract import CallError, ErrorKind
from routebook.providers.error_words import KIND_OF_STATUS, Asked, hint_of, message_of, quoted, sees_none

_KIND_OF_CODE: dict[str, ErrorKind] = {
    "insufficient_quota": "quota",
    "billing_hard_limit_reached": "quota",
    "billing_not_active": "quota",
    "insufficient_balance": "quota",
    "context_length_exceeded": "context",
    "exceed_context_size_error": "context",  # llama.cpp
    "content_filter": "filter",
    "content_policy_violation": "filter",
    "invalid_prompt": "filter",  # OpenAI, for prompts its reasoning models may not see
    "responsibleaipolicyviolation": "filter",  # Azure
    "unsupported_parameter": "option",
    "unsupported_value": "option",
    "unknown_parameter": "option",
    "invalid_json_schema": "option",
    "model_not_found": "not_found",
    "deploymentnotfound": "not_found",  # Azure
    "invalid_api_key": "auth",
    "rate_limit_exceeded": "rate_limit",
    "rate_limit_error": "rate_limit",
    "overloaded_error": "server",
}
_KIND_OF_STATUS: Mapping[int, ErrorKind] = {**KIND_OF_STATUS, 524: "timeout"}  # Cloudflare's
_KIND_OF_TEXT: tuple[tuple[re.Pattern[str], ErrorKind], ...] = (
    (re.compile(r"(?i)context (length|window|size)|prompt is too long|too many (input )?tokens"), "context"),
    (re.compile(r"(?i)api key not valid|invalid api key|incorrect api key"), "auth"),
    (re.compile(r"(?i)not a valid model|model .{0,80}(not found|does not exist)|unknown model"), "not_found"),
)
_OPTION_OF_FIELD = {
    "temperature": "temperature",
    "max_tokens": "max_tokens",
    "max_output_tokens": "max_tokens",
    "max_completion_tokens": "max_tokens",
    "reasoning": "effort",
    "reasoning_effort": "effort",
    "thinking": "effort",
    "text": "schema",
    "response_format": "schema",
    "json_schema": "schema",
}
_FIELD = re.compile(r"\b(?:" + "|".join(name for name in _OPTION_OF_FIELD if name != "text") + r")\b|\btext\.format\b")


def host_error(body: object, asked: Asked, status: int | None = None) -> CallError:
    """Map an error object: the body of an error status, or an error event in the middle of a stream (no status)."""
    code, kind_name, field, said = _parts(body)
    kind = _kind(status, code, kind_name, field, said, asked)
    option = _option_of(field, said) or field
    hint = hint_of(kind, said, asked, option=option)
    if kind == "not_found" and not isinstance(body, Mapping):
        hint = f"Check the address {asked.address} (most end in /v1), and %models for what can be asked."
    message = message_of(kind, quoted(said), asked, option=option, code=status)
    return CallError(kind, message, hint=hint, status=status)


def refused(said: Sequence[str], asked: Asked) -> CallError:
    """Return the error for an answer that the host's filter stopped, or for the pieces of the model's own refusal."""
    message = "".join(said) or "its content filter stopped the answer"
    return host_error({"code": "content_filter", "message": message}, asked)


def _kind(status: int | None, code: str, kind_name: str, field: str, said: str, asked: Asked) -> ErrorKind:
    if status == 413:  # before the code: Groq says rate_limit_exceeded of a prompt that never fits
        return "context"
    if sees_none(said):
        return "bad_request"
    for name in (code, kind_name):
        if known := _KIND_OF_CODE.get(name.lower()):
            return known
    if status in (None, 400, 403, 404, 422):
        for pattern, kind in _KIND_OF_TEXT:
            if pattern.search(said):
                return kind
    if status in (400, 422) and _option_of(field, said) in asked.options:
        return "option"
    if status is None:
        return _KIND_OF_STATUS.get(int(code), "server") if code.isdigit() else "server"
    return _KIND_OF_STATUS.get(status, "server" if status >= 500 else "bad_request")


def _option_of(field: str, said: str) -> str | None:
    """Return routebook's name of the option an error speaks of."""
    if field:
        return _OPTION_OF_FIELD.get(field.split(".")[0])
    found = _FIELD.search(said)
    return _OPTION_OF_FIELD[found[0].split(".")[0]] if found else None


def _parts(body: object) -> tuple[str, str, str, str]:
    """Return code, type, field and text of the error shapes servers send."""
    if isinstance(body, list) and body:  # Google's compatible endpoint
        body = body[0]
    if isinstance(body, Mapping) and isinstance(body.get("error"), (Mapping, str)):
        body = body["error"]
    if not isinstance(body, Mapping):
        return "", "", "", str(body) if body else "no reason given"
    field = _text(body.get("param"))
    said = body.get("message") or body.get("detail") or body
    if isinstance(said, list) and said and isinstance(said[0], Mapping):  # FastAPI's validation errors
        place = said[0].get("loc")
        field = field or ".".join(str(part) for part in (place if isinstance(place, list) else []) if part != "body")
        said = said[0].get("msg") or said
    if isinstance(metadata := body.get("metadata"), Mapping) and metadata.get("raw"):  # OpenRouter quotes the upstream
        said = f"{said} ({metadata['raw']})"
    return _text(body.get("code")), _text(body.get("type")), field, said if isinstance(said, str) else json.dumps(said)


def _text(value: Any) -> str:
    return "" if value is None else str(value)
