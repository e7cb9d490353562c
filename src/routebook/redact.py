"""Keeps keys out of everything that is written, printed or raised.

Provider SDKs and servers quote requests back in their errors, now and then with the key. Every such text goes through
`redact` before it becomes part of routebook.
"""

from __future__ import annotations

import base64
import os
import re
from functools import cache
from urllib.parse import quote

HIDDEN = "[hidden]"
_SECRET_NAME = re.compile(r"(KEY|TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIAL|AUTH)", re.IGNORECASE)
_SECRET_SHAPE = re.compile(
    r"\b(?:sk|pk|rk|xai|gsk|csk|hf|nvapi|pplx|tvly|r8)[-_][A-Za-z0-9_\-]{12,}"  # the labs' own key prefixes
    r"|\bfw_[A-Za-z0-9]{16,}"  # Fireworks
    r"|\bABSK[A-Za-z0-9+/=]{20,}"  # Bedrock API keys
    r"|\bAKIA[0-9A-Z]{16}\b|\bASIA[0-9A-Z]{16}\b"  # AWS access key ids
    r"|\bAIza[0-9A-Za-z_\-]{30,}"  # Google API keys
    r"|(?i:\bbearer\s+)(?![a-z]+\.?(?:\s|\Z))[A-Za-z0-9._~+/=\-]{8,}"  # but not "bearer authentication"
)
# As far back as a scheme's name may go: without a bound, a long word would be read once for each of its letters.
_URL_PASSWORD = re.compile(r"(?P<scheme>[a-z][a-z0-9+.\-]{0,40}://[^/\s:@]*):[^/\s@]+@", re.IGNORECASE)
_SHORTEST = 8
_extra: set[str] = set()


def remember_secret(value: str) -> None:
    """Hide this value too, from now on: a key that did not come from the environment."""
    if len(value) >= _SHORTEST:
        _extra.add(value)


def redact(text: str) -> str:
    """Return the text with every known or likely secret replaced by ``[hidden]``.

    Known are the values of environment variables whose names speak of keys, tokens, secrets or passwords (of 8
    characters or more) and those given to `remember_secret`, as they are, in base64 and as a URL writes them; likely
    are the shapes the labs' keys have.

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
    values = {os.environ.get(name, "").strip() for name in os.environ if _speaks_of_secrets(name)} | _extra
    forms = {form for value in values if len(value) >= _SHORTEST for form in _forms(value)}
    return sorted(forms, key=len, reverse=True)


@cache
def _speaks_of_secrets(name: str) -> bool:
    return bool(_SECRET_NAME.search(name))


@cache
def _forms(value: str) -> tuple[str, ...]:
    """Return how a server that quotes a value back may write it."""
    encoded = value.encode("utf-8", "surrogateescape")
    in_base64 = [encode(encoded).decode().rstrip("=") for encode in (base64.b64encode, base64.urlsafe_b64encode)]
    return value, *in_base64, quote(encoded), quote(encoded, safe="")
