"""Tells what an error of the Anthropic API means: its type, code, status and text -> `CallError`.

https://platform.claude.com/docs/en/api/errors
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from routebook.providers.contract import CallError, ErrorKind
from routebook.providers.error_words import KIND_OF_STATUS, Asked, hint_of, message_of, quoted, sees_none

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


def host_error(body: object, asked: Asked, status: int | None = None) -> CallError:
    """Map an error object: the body of an error status, or an error event in the middle of a stream (no status)."""
    type_name, code, said = _parts(body)
    option = _option_of(said, asked)
    kind = _kind(type_name, code, status, said, option)
    message = message_of(kind, said, asked, option=option, code=status)
    request_id = body.get("request_id") if isinstance(body, Mapping) else None
    return CallError(
        kind,
        message,
        hint=hint_of(kind, said, asked, option=option),
        status=status,
        request_id=request_id if isinstance(request_id, str) else None,
    )


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
    return KIND_OF_STATUS.get(status, "server" if status >= 500 else "bad_request")


def _option_of(said: str, asked: Asked) -> str | None:
    """Return routebook's name of the given option that an error speaks of."""
    names = (_OPTION_OF_FIELD[field] for field in _FIELD.findall(said))
    found = [name for name in names if name in asked.options]
    return "effort" if "effort" in found else found[0] if found else None  # output_config.effort names both


def _parts(body: object) -> tuple[str, str, str]:
    """Return type, code and text of an error object, or of whatever a proxy sent in its place."""
    error = body.get("error") if isinstance(body, Mapping) else None
    if not isinstance(error, Mapping):
        said = json.dumps(body, default=str) if isinstance(body, Mapping) else str(body or "no reason given")
        return "", "", quoted(said)
    details = error.get("details")
    code = details.get("error_code") if isinstance(details, Mapping) else None
    text = str(error.get("message") or "no reason given")
    return str(error.get("type") or ""), str(code or ""), quoted(text)
