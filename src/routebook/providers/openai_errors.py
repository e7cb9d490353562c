"""Tells what an OpenAI-style error means: status, code and text of any host that speaks the protocol -> `CallError`.

The protocol has no closed list of codes and compatible servers make up their own, so the code is looked at first, then
the status, then the text.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from routebook.providers.contract import CallError, ErrorKind
from routebook.redact import redact

if TYPE_CHECKING:
    import openai

_LONGEST_MESSAGE = 400

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
    "server_error": "server",
    "overloaded_error": "server",
}
_KIND_OF_STATUS: dict[int, ErrorKind] = {
    401: "auth",
    402: "quota",
    403: "auth",
    404: "not_found",
    408: "timeout",
    409: "server",  # a lock that timed out: the SDKs ask again
    413: "context",
    429: "rate_limit",
    504: "timeout",
    524: "timeout",
}
_KIND_OF_TEXT: tuple[tuple[re.Pattern[str], ErrorKind], ...] = (
    (re.compile(r"(?i)context (length|window|size)|prompt is too long|too many (input )?tokens"), "context"),
    (re.compile(r"(?i)api key not valid|invalid api key|incorrect api key"), "auth"),
    (re.compile(r"(?i)not a valid model|model .{0,80}(not found|does not exist)|unknown model"), "not_found"),
)
# llama.cpp calls it a failure of its own (500), OpenRouter a model it has not (404): asking again is of no use.
_SEES_NONE = re.compile(
    r"(?i)image input is not supported|no endpoints found that support image|not a multimodal model"
)
SEES_NONE_HINT = "Leave the image out for this model, or ask one that sees."
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
_HINTS: dict[ErrorKind, str] = {
    "not_found": "%models lists what can be asked.",
    "rate_limit": "Wait a while, or ask fewer at once.",
    "quota": "Check the plan and the billing of that account.",
    "context": "Shorten the prompt, or ask a model with a longer context.",
    "filter": "Rephrase the prompt, or ask another model.",
    "server": "Ask again in a while.",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """Who was asked, for the messages.

    Attributes
    ----------
    host
        The host's name, such as ``ollama``.
    model
        The model's id at that host.
    address
        Where requests go, such as ``localhost:11434``.
    key_env
        The variable that holds the host's key, or `None` where it needs none.
    start_hint
        How to start the server, for a local one.
    options
        The names of the options that were given.
    """

    host: str
    model: str
    address: str
    key_env: str | None = None
    start_hint: str = ""
    options: frozenset[str] = frozenset()


def status_error(error: openai.APIStatusError, asked: Asked) -> CallError:
    """Map an HTTP error status, as the SDK raises it."""
    headers = error.response.headers
    return host_error(
        error.body if error.body is not None else error.response.text,
        asked,
        status=error.status_code,
        retry_after_s=retry_after_s(headers),
        request_id=request_id(headers),
    )


def host_error(
    body: object,
    asked: Asked,
    *,
    status: int | None = None,
    retry_after_s: float | None = None,
    request_id: str | None = None,
) -> CallError:
    """Map an error object: the body of an error status, or an error event in the middle of a stream (no status)."""
    code, kind_name, field, said = _parts(body)
    kind = _kind(status, code, kind_name, field, said, asked)
    option = _option_of(field, said)
    text = redact(_one_line(said))
    message = {
        "auth": f"{asked.host} refused the credentials: {text}",
        "not_found": f"{asked.host} has no {f'model {asked.model!r}' if asked.model else 'list of models'}: {text}",
        "rate_limit": f"{asked.host} is asked too often: {text}",
        "quota": f"The account at {asked.host} has no credit left or is at its spending limit: {text}",
        "context": f"The prompt does not fit {asked.model}: {text}",
        "filter": f"{asked.host} refused the content: {text}",
        "timeout": f"{asked.host} did not answer in time: {text}",
        "option": f"{asked.model} does not take {option or field or 'an option'} as given: {text}",
        "server": f"{asked.host} failed{f' ({status})' if status else ''}: {text}",
    }.get(kind, f"{asked.host} refused the request{f' ({status})' if status else ''}: {text}")
    hint = _HINTS.get(kind, "")
    if kind == "auth":
        hint = f"Check {asked.key_env}." if asked.key_env else "This server asks for a key: register it with key_env=."
    elif kind == "option":
        hint = f"Leave {option or field or 'it'} out for this model, or give another value."
    elif kind == "bad_request" and sees_none(said):
        hint = SEES_NONE_HINT
    elif kind == "not_found" and not isinstance(body, Mapping):
        hint = f"Check the address {asked.address} (most end in /v1), and %models for what can be asked."
    return CallError(kind, message, hint=hint, status=status, retry_after_s=retry_after_s, request_id=request_id)


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


def sees_none(said: str) -> bool:
    """Tell whether a host says that the model takes no images.

    >>> sees_none("image input is not supported - hint: ..."), sees_none("the image is too large")
    (True, False)
    """
    return bool(_SEES_NONE.search(said))


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


def _one_line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST_MESSAGE else line[: _LONGEST_MESSAGE - 3] + "..."


def request_id(headers: Mapping[str, str]) -> str | None:
    """Return the host's id of a request; Azure's gateway names it differently."""
    return headers.get("x-request-id") or headers.get("apim-request-id")


def retry_after_s(headers: Mapping[str, str]) -> float | None:
    """Return how long the host asks to wait, in seconds: ``retry-after-ms``, else ``retry-after`` as seconds or a date.

    >>> retry_after_s({"retry-after": "7"}), retry_after_s({"retry-after-ms": "250", "retry-after": "1"})
    (7.0, 0.25)
    """
    milliseconds, after = headers.get("retry-after-ms"), headers.get("retry-after")
    for text, unit in ((milliseconds, 1000.0), (after, 1.0)):
        try:
            if text is not None and 0 <= (seconds := float(text) / unit) < float("inf"):
                return seconds
        except ValueError:
            continue
    try:
        return max(0.0, parsedate_to_datetime(after).timestamp() - time.time()) if after else None
    except ValueError:
        return None
