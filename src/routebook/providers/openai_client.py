"""What OpenAI, Azure and every compatible server share: one call through the OpenAI SDK, and its errors mapped.

The SDK makes the request (authentication, headers, URL, error statuses); we read the answer's stream ourselves.
"""

from __future__ import annotations

import asyncio
import os
import sys
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit

from routebook.providers.contract import CallError, Credentials, Reply, Request, Sink
from routebook.providers.http import HttpClients, read_events
from routebook.providers.openai_errors import Asked, request_id, status_error
from routebook.providers.transport import transport_error, transport_exceptions

if TYPE_CHECKING:
    import httpx2
    import openai

# Compression would let a proxy hold back pieces of an answer; and no key but the given one may be used.
_STREAMED: Any = {"headers": {"Accept-Encoding": "identity"}, "security": {"bearer_auth": True}}
_LISTED: Any = {"security": {"bearer_auth": True}}


@dataclass(frozen=True, slots=True)
class Connection:
    """Where and as whom a host is asked. When it changes (a new key), the next call uses the new one.

    Attributes
    ----------
    base_url
        The address that paths such as ``/responses`` are appended to.
    api_key
        The key.
    headers
        Further headers.
    api_version
        Azure's dated api-version, where it has one.
    query
        Further query parameters.
    is_openai
        Whether the host is OpenAI itself: the SDK's own environment variables (organisation, project, custom headers)
        speak to OpenAI only, and may hold secrets that no other host is to see.
    is_token
        Whether the key is a token of Microsoft Entra ID.
    """

    base_url: str
    api_key: str = field(repr=False)
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    api_version: str | None = None
    query: tuple[tuple[str, str], ...] = ()
    is_openai: bool = False
    is_token: bool = False


class AnswerStream(Protocol):
    """Reads one protocol's events: `routebook.providers.responses` or `routebook.providers.chat`."""

    started: bool

    def take(self, event: str, data: bytes) -> bool:
        """Take one event; return True for the last."""

    def reply(self, request_id: str | None) -> Reply:
        """Return how the answer ended, or raise."""


class OpenAIFamily(ABC):
    """A host that is asked through the OpenAI SDK."""

    simulated = False

    def __init__(self, host: str, label: str) -> None:
        self.host = host
        self.label = label
        self._http = HttpClients(_over_aiohttp, _plain)
        self._client: tuple[Connection, httpx2.AsyncClient, openai.AsyncOpenAI] | None = None

    @abstractmethod
    def credentials(self) -> Credentials:
        """Tell whether credentials were found, without using them."""

    @abstractmethod
    def body(self, request: Request) -> dict[str, Any]:
        """Return the request as it goes over the wire."""

    @abstractmethod
    def connection(self) -> Connection:
        """Return where and as whom to ask; raise `CallError` of kind ``auth`` if a variable is missing."""

    @abstractmethod
    def stream(self, sink: Sink, asked: Asked) -> tuple[str, AnswerStream]:
        """Return the path to post to and the reader of what comes back."""

    @abstractmethod
    def asked(self, model: str, options: Mapping[str, object], address: str) -> Asked:
        """Describe who is asked, for messages."""

    def check(self, request: Request) -> None:  # noqa: B027 - by default nothing is known, and the host itself says
        """Raise `CallError` of kind ``option`` for an option this model is known not to take."""

    async def prepare(self) -> None:
        """Load the SDK and open the client, which takes half a second, before anything is timed."""
        if not hasattr(sys.modules.get("openai"), "AsyncOpenAI"):  # absent, or loading elsewhere
            await asyncio.to_thread(import_module, "openai")
        self._http.get()

    async def ask(self, request: Request, sink: Sink) -> Reply:
        """Send the request, push what arrives into the sink, and return how it ended."""
        self.check(request)
        connection = self.connection()
        import httpx2
        import openai

        broken: tuple[type[Exception], ...] = (openai.APIConnectionError, *transport_exceptions())
        address = address_of(connection.base_url)
        asked = self.asked(request.model.model, request.options.given(), address)
        path, stream = self.stream(sink, asked)
        try:
            posted: Any = await self._sdk(connection).post(
                path,
                cast_to=httpx2.Response,  # the raw response, and not the stream that the signature promises
                body=self.body(request),
                options=_STREAMED,
                stream=True,
                stream_cls=openai.AsyncStream[Any],
            )
        except openai.APIStatusError as error:
            raise status_error(error, asked) from None  # the SDK's own text may quote the key
        except broken as error:
            raise transport_error(error, asked.host, address, start_hint=asked.start_hint) from error
        response: httpx2.Response = posted
        identity = request_id(response.headers)
        try:
            await read_events(response, stream.take, host=asked.host, address=address)
            kind = response.headers.get("content-type", "")
            if not stream.started and "event-stream" not in kind:
                raise CallError(
                    "malformed",
                    f"{asked.host} ({address}) sent {kind.split(';')[0] or 'something'} and no stream of events.",
                    hint="Check the address: it must be an OpenAI-compatible server that streams.",
                )
            return stream.reply(identity)
        except CallError as error:
            error.request_id = error.request_id or identity
            raise

    async def models(self) -> Sequence[str]:
        """List the host's own model ids."""
        connection = self.connection()
        import httpx2
        import openai

        broken: tuple[type[Exception], ...] = (openai.APIConnectionError, *transport_exceptions())
        address = address_of(connection.base_url)
        asked = self.asked("", {}, address)
        try:
            response = await self._sdk(connection).get("/models", cast_to=httpx2.Response, options=_LISTED)
            listed = response.json()
            rows = listed["data"] if isinstance(listed, dict) else listed
            return sorted(str(row["id"]) for row in rows)
        except openai.APIStatusError as error:
            raise status_error(error, asked) from None
        except broken as error:
            raise transport_error(error, asked.host, address, start_hint=asked.start_hint) from error
        except (ValueError, TypeError, LookupError) as error:
            raise CallError("malformed", f"{asked.host} ({address}) sent no list of models.") from error

    async def aclose(self) -> None:
        """Close the running loop's connections. The provider can be used again afterwards."""
        self._client = None
        await self._http.aclose()

    def _sdk(self, connection: Connection) -> openai.AsyncOpenAI:
        """Return the SDK's client, made anew when the connection or the event loop is another."""
        http = self._http.get()
        if self._client is not None and self._client[0] == connection and self._client[1] is http:
            return self._client[2]
        import openai

        arguments: dict[str, Any] = {
            "base_url": connection.base_url,
            "default_query": dict(connection.query),
            "default_headers": dict(connection.headers) if connection.is_openai else _foreign_headers(connection),
            "max_retries": 0,  # the engine retries, visibly
            "http_client": http,
        }
        client: openai.AsyncOpenAI
        if connection.api_version is None:
            client = openai.AsyncOpenAI(api_key=connection.api_key, **arguments)
        else:
            arguments["azure_ad_token" if connection.is_token else "api_key"] = connection.api_key
            client = openai.AsyncAzureOpenAI(api_version=connection.api_version, **arguments)
        self._client = (connection, http, client)
        return client


def _foreign_headers(connection: Connection) -> dict[str, Any]:
    """Return headers that keep what the environment has for OpenAI away from another host."""
    import openai

    headers: dict[str, Any] = {"OpenAI-Organization": openai.Omit(), "OpenAI-Project": openai.Omit()}
    for line in os.environ.get("OPENAI_CUSTOM_HEADERS", "").split("\n"):
        name, colon, _ = line.partition(":")
        if colon:
            headers[name.strip()] = openai.Omit()
    headers["Authorization"] = f"Bearer {connection.api_key}"
    if connection.api_version is not None:  # Azure's dated versions take the key in a header of their own
        headers["Authorization"] = openai.Omit()
    return headers | dict(connection.headers)


def read_key(*names: str, label: str) -> tuple[str, str] | None:
    """Return the first of these environment variables that is set, and its value.

    Raises
    ------
    CallError
        If the value cannot be sent as a key; the text never quotes it.
    """
    for name in names:
        if value := os.environ.get(name, "").strip():
            if not (value.isascii() and value.isprintable()) or " " in value:
                raise CallError(
                    "auth", f"{name} holds characters that no key of {label} has.", hint=f"Set {name} anew."
                )
            return name, value
    return None


def address_of(url: str) -> str:
    """Return host and port of an address, without what else it may hold.

    >>> address_of("http://user:secret@localhost:11434/v1")
    'localhost:11434'
    """
    return urlsplit(url).netloc.rpartition("@")[2] or url


def _over_aiohttp() -> Any:
    import openai

    return openai.DefaultAioHttpClient


def _plain() -> Any:
    import openai

    return openai.DefaultAsyncHttpxClient
