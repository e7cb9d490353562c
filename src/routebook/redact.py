"""Keeps keys out of everything that is written, printed or raised.

Provider SDKs and servers quote requests back in their errors, now and then with the key. Every such text goes through
`redact` before it becomes part of routebook.
"""

from __future__ import annotations

import os
import re

HIDDEN = "[hidden]"
_SECRET_NAME = re.compile(r"(KEY|TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIAL|AUTH)", re.IGNORECASE)
_SECRET_SHAPE = re.compile(
    r"\b(?:sk|pk|rk|xai|gsk|csk|hf|nvapi|pplx|tvly|r8)[-_][A-Za-z0-9_\-]{12,}"  # the labs' own key prefixes
    r"|\bfw_[A-Za-z0-9]{16,}"  # Fireworks
    r"|\bABSK[A-Za-z0-9+/=]{20,}"  # Bedrock API keys
    r"|\bAKIA[0-9A-Z]{16}\b|\bASIA[0-9A-Z]{16}\b"  # AWS access key ids
    r"|\bAIza[0-9A-Za-z_\-]{30,}"  # Google API keys
    r"|(?i:\bbearer\s+)[A-Za-z0-9._~+/=\-]{8,}"
)
_URL_PASSWORD = re.compile(r"(?P<scheme>[a-z][a-z0-9+.\-]*://[^/\s:@]*):[^/\s@]+@", re.IGNORECASE)
_SHORTEST = 8
_extra: set[str] = set()


def remember_secret(value: str) -> None:
    """Hide this value too, from now on: a key that did not come from the environment."""
    if len(value) >= _SHORTEST:
        _extra.add(value)


def redact(text: str) -> str:
    """Return the text with every known or likely secret replaced by ``[hidden]``.

    Known are the values of environment variables whose names speak of keys, tokens, secrets or passwords (of 8
    characters or more) and those given to `remember_secret`; likely are the shapes the labs' keys have.

    >>> redact("Incorrect API key provided: sk-proj-abcdefghijkl12345.")
    'Incorrect API key provided: [hidden].'
    >>> redact("postgresql://me:hunter2@db/x")
    'postgresql://me:[hidden]@db/x'
    """
    for value in _known():
        text = text.replace(value, HIDDEN)
    text = _URL_PASSWORD.sub(rf"\g<scheme>:{HIDDEN}@", text)
    return _SECRET_SHAPE.sub(HIDDEN, text)


def _known() -> list[str]:
    values = {value for name, value in os.environ.items() if len(value) >= _SHORTEST and _SECRET_NAME.search(name)}
    return sorted(values | _extra, key=len, reverse=True)
