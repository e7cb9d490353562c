"""What every host's refusal has in common: who was asked, the sentence and the hint for each kind, how long to wait.

What a host's own codes and sentences mean is told by the module of its protocol's errors.
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

from routebook.providers.contract import ErrorKind
from routebook.redact import redact

KIND_OF_STATUS: Mapping[int, ErrorKind] = {
    401: "auth",
    402: "quota",
    403: "auth",
    404: "not_found",
    408: "timeout",
    409: "server",  # a lock that timed out: the SDKs ask again
    413: "context",
    429: "rate_limit",
    504: "timeout",
}
HINTS: Mapping[ErrorKind, str] = {
    "not_found": "%models lists what can be asked.",
    "rate_limit": "Wait a while, or ask fewer at once.",
    "quota": "Check the plan and the billing of that account.",
    "context": "Shorten the prompt, or ask a model with a longer context.",
    "filter": "Rephrase the prompt, or ask another model.",
    "server": "Ask again in a while.",
}
_LONGEST_QUOTE = 400
# llama.cpp calls it a failure of its own (500), OpenRouter a model it has not (404): asking again is of no use.
_SEES_NONE = re.compile(
    r"(?i)image input is not supported|no endpoints found that support image|not a multimodal model"
)


@dataclass(frozen=True, slots=True)
class Asked:
    """Who was asked, for the messages.

    Attributes
    ----------
    host
        The host's name, such as ``ollama``.
    model
        The model's id at that host; empty where it was asked for its list of models.
    address
        Where requests go, such as ``localhost:11434``; empty where no message says it.
    key_env
        The variable, or another place, that the host's key comes from; `None` where it needs none.
    start_hint
        How to start the server, for a local one.
    options
        The names of the options that were given.
    """

    host: str
    model: str
    address: str = ""
    key_env: str | None = None
    start_hint: str = ""
    options: frozenset[str] = frozenset()


def message_of(
    kind: ErrorKind, said: str, asked: Asked, *, option: str | None = None, code: int | str | None = None
) -> str:
    """Return the line that says what happened.

    Parameters
    ----------
    kind
        What kind of refusal it was.
    said
        What the host said, as `quoted` has it.
    asked
        Who was asked.
    option
        For the kind ``option``, which one.
    code
        The status or the host's own code, where the sentence alone does not tell what kind it was.
    """
    host, model, coded = asked.host, asked.model, f" ({code})" if code else ""
    start = {
        "auth": f"{host} refused the credentials",
        "not_found": f"{host} has no {f'model {model!r}' if model else 'list of models'}",
        "rate_limit": f"{host} is asked too often",
        "quota": f"The account at {host} has no credit left or is at its spending limit",
        "context": f"The prompt does not fit {model}",
        "filter": f"{host} refused the content",
        "timeout": f"{host} did not answer in time",
        "option": f"{model} does not take {option or 'an option'} as given",
        "server": f"{host} failed{coded}",
    }.get(kind, f"{host} refused the request{coded}")
    return f"{start}: {said}"


def hint_of(kind: ErrorKind, said: str, asked: Asked, *, option: str | None = None) -> str:
    """Return what the user can do next, for the same values as `message_of`."""
    if kind == "auth":
        return f"Check {asked.key_env}." if asked.key_env else "This server asks for a key: register it with key_env=."
    if kind == "option":
        return f"Leave {option or 'it'} out for this model, or give another value."
    if kind == "bad_request" and sees_none(said):
        return "Leave the image out for this model, or ask one that sees."
    return HINTS.get(kind, "")


def sees_none(said: str) -> bool:
    """Tell whether a host says that the model takes no images.

    >>> sees_none("image input is not supported - hint: ..."), sees_none("the image is too large")
    (True, False)
    """
    return bool(_SEES_NONE.search(said))


def quoted(text: str, longest: int = _LONGEST_QUOTE) -> str:
    """Return a host's text as it can be shown: on one line, without secrets, and cut where it is too long.

    Secrets first: one that the cut goes through would no longer be recognised.

    >>> quoted("no\\n  such model"), quoted("a" * 20, longest=10)
    ('no such model', 'aaaaaaa...')
    """
    line = redact(" ".join(text.split()))
    return line if len(line) <= longest else line[: longest - 3] + "..."


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
