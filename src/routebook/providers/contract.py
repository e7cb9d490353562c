"""What every provider promises: one `ask`, one `Reply` or one `CallError`.

A provider turns a `Request` into its host's wire protocol, pushes what arrives into a `Sink` as it arrives, and
returns a `Reply` when the host said that the answer is complete. Pushing costs less than an async generator for each
token and lets boto3's blocking stream stamp its times inside its own thread: a sink may be called from any thread.

A provider never retries, never falls back, never times anything and never prices anything: the engine does.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal, Protocol, get_args

from routebook.errors import RoutebookError
from routebook.models import ModelId
from routebook.prompts import Message
from routebook.redact import redact

FinishReason = Literal["stop", "length", "tool", "other"]

ErrorKind = Literal[
    "auth",  # the host refused the credentials, or there are none
    "not_found",  # no such model at this host
    "rate_limit",  # too many requests or tokens: wait, then ask again
    "quota",  # the account's money or spend limit is used up
    "context",  # the prompt does not fit the model
    "filter",  # the host or the model refused the content
    "timeout",  # our deadline, or the host's own
    "server",  # the host failed
    "connection",  # the host could not be reached, or went away
    "truncated",  # the stream ended without its end marker
    "malformed",  # the stream was not what its protocol says
    "option",  # this model does not take an option that was given
    "bad_request",  # the host refused the request for another reason
    "budget",  # not sent: it would have passed the spending cap
    "interrupted",  # the user stopped it
    "internal",  # a fault of ours or of a plug-in
]
ERROR_KINDS: tuple[ErrorKind, ...] = get_args(ErrorKind)
RETRYABLE: frozenset[ErrorKind] = frozenset({"rate_limit", "timeout", "server", "connection", "truncated", "malformed"})


UNCHARGED: frozenset[ErrorKind] = frozenset(
    {"auth", "not_found", "rate_limit", "quota", "context", "option", "bad_request", "budget"}
)
"""Kinds that end before a model has worked: the host refused the request, or it was not sent; none is charged for."""

FINAL: frozenset[ErrorKind] = frozenset({"filter", "interrupted"})
"""Kinds that no fallback is asked after: a refusal of the content is an answer, and who stops a call wants no other."""


class CallError(RoutebookError):
    """One call to one model failed.

    Parameters
    ----------
    kind
        Which of `ErrorKind` it was; it decides whether the engine asks again.
    message
        What happened, one line; every secret in it is hidden here (`routebook.redact`), and so in the hint.
    hint
        What the user can do next, one line, or an empty string.
    status
        The HTTP status, where there was one.
    retry_after_s
        How long the host asked us to wait, in seconds, where it did.
    request_id
        The host's id of the request, where it gave one.
    """

    def __init__(
        self,
        kind: ErrorKind,
        message: str,
        *,
        hint: str = "",
        status: int | None = None,
        retry_after_s: float | None = None,
        request_id: str | None = None,
    ) -> None:
        message = redact(message)
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.hint = redact(hint)
        self.status = status
        self.retry_after_s = retry_after_s
        self.request_id = request_id

    @property
    def retryable(self) -> bool:
        """Whether asking again may help."""
        return self.kind in RETRYABLE


@dataclass(frozen=True, slots=True)
class Options:
    """What the user asked for beyond the prompt. `None` means not given, and is then not sent.

    Attributes
    ----------
    max_tokens
        Most output tokens, reasoning included.
    temperature
        Sampling temperature, in the host's own scale.
    effort
        Reasoning effort, such as ``low``, ``medium`` or ``high``; passed on as it is.
    schema
        A JSON schema that the answer has to follow, as canonical JSON text.
    """

    max_tokens: int | None = None
    temperature: float | None = None
    effort: str | None = None
    schema: str | None = None

    @property
    def schema_dict(self) -> dict[str, Any] | None:
        """The schema as a dictionary."""
        return None if self.schema is None else json.loads(self.schema)

    def given(self) -> dict[str, object]:
        """Only the options that were given."""
        named = {
            "max_tokens": self.max_tokens,
            "temperature": self.temperature,
            "effort": self.effort,
            "schema": self.schema_dict,
        }
        return {name: value for name, value in named.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Request:
    """One question to one model, complete: nothing else decides what is sent.

    Attributes
    ----------
    model
        Who is asked.
    messages
        The conversation, oldest first; the last one is the user's.
    system
        The system prompt, or `None`.
    options
        What was asked for beyond the prompt.
    repeat
        Which repeat of the same question, from 0. Never sent and no part of the fingerprint: simulated models vary
        their answers by it, as a real one does by sampling.
    """

    model: ModelId
    messages: tuple[Message, ...]
    system: str | None = None
    options: Options = field(default_factory=Options)
    repeat: int = 0

    def fingerprint(self) -> str:
        """Return the sha256 (hex) of everything that is sent: with the repeat, the exact-match key of the cache."""
        described = {
            "model": str(self.model),
            "system": self.system,
            "messages": [message.described() for message in self.messages],
            "options": self.options.given(),
        }
        canonical = json.dumps(described, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens as the host counted them; `None` is unknown, never 0.

    Attributes
    ----------
    input_tokens
        All input tokens, those read from and written to the host's prompt cache included.
    cached_tokens
        Of these, read from the host's prompt cache.
    cache_write_tokens
        Of these, written to it.
    output_tokens
        All output tokens, reasoning included.
    reasoning_tokens
        Of these, spent on reasoning.
    """

    input_tokens: int | None = None
    cached_tokens: int | None = None
    cache_write_tokens: int | None = None
    output_tokens: int | None = None
    reasoning_tokens: int | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """How an answer ended, as the host told it. The text itself went into the sink.

    Attributes
    ----------
    finish
        Why it ended, in routebook's words; `raw_finish` in the host's.
    usage
        Tokens, as far as the host told.
    request_id
        The host's id of the request.
    served_model
        The model the host says answered.
    reported_cost_usd
        What the host says it cost, where it does (OpenRouter).
    extras
        Facts that can change the price: ``service_tier``, ``speed``, ``inference_geo``, ``region``; and whom a gateway
        asked, as its headers tell.
    """

    finish: FinishReason
    raw_finish: str | None = None
    usage: Usage = field(default_factory=Usage)
    request_id: str | None = None
    served_model: str | None = None
    reported_cost_usd: Decimal | None = None
    extras: Mapping[str, str] = field(default_factory=dict)


class Sink(Protocol):
    """Takes what arrives, as it arrives, and stamps it; may be called from any thread."""

    def started(self) -> None:
        """Take note that the first event of the answer's stream arrived (response headers alone do not count)."""

    def reasoning(self, text: str) -> None:
        """Take a piece of visible reasoning."""

    def text(self, text: str) -> None:
        """Take a piece of the answer."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """Whether a host's credentials were found, and where; never what they are.

    Attributes
    ----------
    found
        Whether a call can be tried.
    source
        Where they were found, such as ``OPENAI_API_KEY``; for a host that needs none, ``none needed``.
    hint
        What to do when they were not found, one line.
    """

    found: bool
    source: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class HostDefaults:
    """What a host decides where the user says nothing, as far as it matters to what a call may cost.

    Attributes
    ----------
    max_tokens
        The cap on output tokens that is sent although the user gave none; `None` where none is.
    region
        The region that answers, where prices depend on it.
    """

    max_tokens: int | None = None
    region: str | None = None


class Provider(Protocol):
    """One host. Construction is cheap and touches neither network nor SDK; both are first used by `ask`.

    One may also have a ``protocol()``: the name of the protocol it speaks now; see `protocol_of`.
    """

    host: str
    simulated: bool

    def credentials(self) -> Credentials:
        """Tell whether credentials were found, without using them."""

    def defaults(self) -> HostDefaults:
        """Say what is decided where the user says nothing."""
        return HostDefaults()

    def check(self, request: Request) -> None:
        """Raise `CallError` of kind ``option`` for an option this model does not take, before anything is sent."""

    def body(self, request: Request) -> dict[str, Any]:
        """Return the request as it goes over the wire, without headers (and so without any secret)."""

    async def prepare(self) -> None:
        """Load the SDK and open what can be opened, before anything is timed; what fails here fails again in `ask`."""

    async def ask(self, request: Request, sink: Sink) -> Reply:
        """Send the request, push what arrives into the sink, and return how it ended.

        Cancelling the task closes the host's stream. The engine sets the deadline.

        Raises
        ------
        CallError
            For everything that can go wrong, a stream that ends without its end marker included.
        """

    async def models(self) -> Sequence[str]:
        """List the host's own model ids (without the host's name).

        Raises
        ------
        CallError
            If the host does not answer.
        """

    async def aclose(self) -> None:
        """Close the connections. The provider can be used again afterwards."""


def protocol_of(provider: Provider) -> str:
    """Return the name of the protocol a request goes over, such as ``OpenAI Responses``; empty where it has none."""
    named = getattr(provider, "protocol", None)
    return str(named()) if callable(named) else ""
