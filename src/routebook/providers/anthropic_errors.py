"""Tells what an error of the Anthropic API means: its type, code, status and text -> `CallError`.

https://platform.claude.com/docs/en/api/errors
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from routebook.providers.contract import CallError, ErrorKind
from routebook.providers.openai_errors import SEES_NONE_HINT, retry_after_s, sees_none
from routebook.redact import redact

if TYPE_CHECKING:
    import anthropic

_LONGEST_MESSAGE = 400

_KIND_OF_TYPE: dict[str, ErrorKind] = {
    "authentication_error": "auth",
    "permission_error": "auth",
    "billing_error": "quota",
    "not_found_error": "not_found",
    "request_too_large": "context",
    "rate_limit_error": "rate_limit",
    "timeout_error": "timeout",
    "api_error": "server",
    "overloaded_error": "server",
    "conflict_error": "server",
}
_KIND_OF_STATUS: dict[int, ErrorKind] = {
    401: "auth",
    402: "quota",
    403: "auth",
    404: "not_found",
    408: "timeout",
    409: "server",
    413: "context",
    429: "rate_limit",
    504: "timeout",
}
# A 429 for a spend limit and a 400 for an empty account do not go away by waiting.
_SPENT = re.compile(r"(?i)spend(ing)? limit|credit balance|usage limits?\b")
_TOO_LONG = re.compile(r"(?i)prompt is too long|exceed.{0,40}context|context (window|length|size|limit)")
_OPTION_OF_FIELD = {
    "temperature": "temperature",
    "max_tokens": "max_tokens",
    "effort": "effort",
    "output_config": "schema",
    "output_format": "schema",
    "schema": "schema",
}
_FIELD = re.compile(r"\b(temperature|max_tokens|effort|output_config|output_format|schema)\b")
_HINTS: dict[ErrorKind, str] = {
    "auth": "Check ANTHROPIC_API_KEY.",
    "not_found": "%models lists what can be asked.",
    "rate_limit": "Wait a while, or ask fewer at once.",
    "quota": "Check the plan and the billing of that account.",
    "context": "Shorten the prompt, or ask a model with a longer context.",
    "filter": "Rephrase the prompt, or ask another model.",
    "server": "Ask again in a while.",
}


def status_error(error: anthropic.APIStatusError, model: str, options: Mapping[str, object]) -> CallError:
    """Map an HTTP error status, as the SDK raises it."""
    headers = error.response.headers
    return host_error(
        error.body if error.body is not None else error.response.text,
        model,
        options,
        status=error.status_code,
        retry_after_s=retry_after_s(headers),
        request_id=headers.get("request-id"),
    )


def host_error(
    body: object,
    model: str,
    options: Mapping[str, object],
    *,
    status: int | None = None,
    retry_after_s: float | None = None,
    request_id: str | None = None,
) -> CallError:
    """Map an error object: the body of an error status, or an error event in the middle of a stream (no status)."""
    type_name, code, said = _parts(body)
    option = _option_of(said, options)
    kind = _kind(type_name, code, status, said, option)
    text = redact(said)
    message = {
        "auth": f"Anthropic refused the credentials: {text}",
        "not_found": f"Anthropic has no model {model!r}: {text}",
        "rate_limit": f"Anthropic is asked too often: {text}",
        "quota": f"The account at Anthropic has no credit left or is at its spending limit: {text}",
        "context": f"The prompt does not fit {model}: {text}",
        "timeout": f"Anthropic did not answer in time: {text}",
        "option": f"{model} does not take {option} as given: {text}",
        "server": f"Anthropic failed{f' ({status})' if status else ''}: {text}",
    }.get(kind, f"Anthropic refused the request{f' ({status})' if status else ''}: {text}")
    hint = f"Leave {option} out for this model, or give another value." if kind == "option" else _HINTS.get(kind, "")
    if kind == "bad_request" and sees_none(said):
        hint = SEES_NONE_HINT
    if request_id is None and isinstance(body, Mapping) and isinstance(body.get("request_id"), str):
        request_id = body["request_id"]
    return CallError(kind, message, hint=hint, status=status, retry_after_s=retry_after_s, request_id=request_id)


def _kind(type_name: str, code: str, status: int | None, said: str, option: str | None) -> ErrorKind:
    if code.endswith("spend_limit_reached") or (type_name != "overloaded_error" and _SPENT.search(said)):
        return "quota"
    if sees_none(said):
        return "bad_request"
    if status in (None, 400, 413, 422):
        if _TOO_LONG.search(said):
            return "context"
        if option is not None and type_name in ("invalid_request_error", ""):
            return "option"
    if known := _KIND_OF_TYPE.get(type_name):
        return known
    if status is None:
        return "bad_request" if type_name == "invalid_request_error" else "server"
    return _KIND_OF_STATUS.get(status, "server" if status >= 500 else "bad_request")


def _option_of(said: str, options: Mapping[str, object]) -> str | None:
    """Return routebook's name of the given option that an error speaks of."""
    names = (_OPTION_OF_FIELD[field] for field in _FIELD.findall(said))
    found = [name for name in names if name in options]
    return "effort" if "effort" in found else found[0] if found else None  # output_config.effort names both


def _parts(body: object) -> tuple[str, str, str]:
    """Return type, code and text of an error object, or of whatever a proxy sent in its place."""
    error = body.get("error") if isinstance(body, Mapping) else None
    if not isinstance(error, Mapping):
        said = json.dumps(body, default=str) if isinstance(body, Mapping) else str(body or "no reason given")
        return "", "", _one_line(said)
    details = error.get("details")
    code = details.get("error_code") if isinstance(details, Mapping) else None
    text = str(error.get("message") or "no reason given")
    return str(error.get("type") or ""), str(code or ""), _one_line(text)


def _one_line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST_MESSAGE else line[: _LONGEST_MESSAGE - 3] + "..."
