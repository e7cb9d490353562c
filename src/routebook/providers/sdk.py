"""One call through a host's own SDK: what OpenAI, Azure, Anthropic and every compatible server share.

The SDK makes the request (authentication, headers, URL, error statuses); we read the answer's stream ourselves.
"""

from __future__ import annotations

import asyncio
import os
import sys
from abc import abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from importlib import import_module
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Protocol, TypeVar
from urllib.parse import urlsplit

from routebook.providers.contract import CallError, Provider, Reply, Request, Sink
from routebook.providers.error_words import Asked, retry_after_s
from routebook.providers.http import HttpClients, read_events
from routebook.providers.transport import transport_error, transport_exceptions

if TYPE_CHECKING:
    import httpx2

LONGEST_HEADER = 300
"""Characters of a header that is kept; a longer one is left out, since a part of a name would be another name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """Where and as whom a host is asked. When it changes (a new key), the next call uses the new one.

    Attributes
    ----------
    base_url
        The address that paths such as ``/responses`` are appended to; `None` where the SDK finds it by itself.
    api_key
        The key; `None` where the SDK finds it by itself.
    is_token
        Whether the key is a token, which the SDK sends in another header.
    key_env
        The variable, or another place, that the key comes from; `None` where none is needed.
    start_hint
        How to start the server, for a local one.
    """

    base_url: str | None = None
    api_key: str | None = field(default=None, repr=False)
    is_token: bool = False
    key_env: str | None = None
    start_hint: str = ""


class AnswerStream(Protocol):
    """Reads one protocol's events: `routebook.providers.responses`, ``chat`` or ``messages``."""

    def take(self, event: str, data: bytes) -> bool:
        """Take one event; return True for the last."""

    def reply(self, request_id: str | None) -> Reply:
        """Return how the answer ended, or raise."""


_C = TypeVar("_C", bound=Connection)


class SdkProvider(Provider, Generic[_C]):
    """A host that is asked through an SDK over httpx2.

    Attributes
    ----------
    sdk
        The SDK's package.
    request_id_headers
        Where the host tells its id of a request, the first that is there.
    request_options
        What the SDK is to do otherwise than by default in every request.
    kept_headers
        Headers of an answer, in lower case, that go among its extras: where a gateway tells whom it asked.
    address_hint
        What to do when something answers that is no such host.
    """

    simulated = False
    sdk: ClassVar[str]
    request_id_headers: ClassVar[tuple[str, ...]]
    request_options: ClassVar[Mapping[str, Any]] = {}
    kept_headers: ClassVar[tuple[str, ...]] = ()
    address_hint: ClassVar[str]

    def __init__(self, host: str, label: str) -> None:
        self.host = host
        self.label = label
        self._http = HttpClients(self.sdk)
        self._client: tuple[_C, httpx2.AsyncClient, Any] | None = None

    @abstractmethod
    def connection(self) -> _C:
        """Return where and as whom to ask; raise `CallError` of kind ``auth`` if a variable is missing."""

    @abstractmethod
    def client(self, connection: _C, http: httpx2.AsyncClient) -> Any:
        """Return the SDK's client; it must not retry, because the engine does, visibly."""

    @abstractmethod
    def stream(self, sink: Sink, asked: Asked) -> tuple[str, AnswerStream]:
        """Return the path to post to and the reader of what comes back."""

    @staticmethod
    @abstractmethod
    def host_error(body: object, asked: Asked, status: int | None = None) -> CallError:
        """Map the body of an error status."""

    @abstractmethod
    async def listed(self, client: Any) -> list[str]:
        """Return the host's model ids; whatever reading another shape raises says that there is no list."""

    def check(self, request: Request) -> None:
        """Refuse options this model is known not to take; by default nothing is known, and the host itself says."""

    def headers(self, request: Request) -> dict[str, str]:  # noqa: ARG002 - for those that override it
        """Return further headers; none by default."""
        return {}

    async def prepare(self) -> None:
        """Load the SDK, which takes up to a second, before anything is timed; in a thread, other calls go on."""
        if not hasattr(sys.modules.get(self.sdk), "DefaultAioHttpClient"):  # absent, or loading elsewhere
            await asyncio.to_thread(self._load)
        self._http.get()

    async def ask(self, request: Request, sink: Sink) -> Reply:
        """Send the request, push what arrives into the sink, and return how it ended."""
        self.check(request)
        connection = self.connection()
        await self.prepare()
        import httpx2

        client, asked = self._opened(connection, request.model.model, request.options.given())
        path, stream = self.stream(sink, asked)
        # Compression would let a proxy hold back pieces of an answer.
        headers = {"Accept-Encoding": "identity", **self.headers(request)}
        with self.failures(asked):
            response: httpx2.Response = await client.post(
                path,
                cast_to=httpx2.Response,  # the raw response, and not the stream that the signature promises
                body=self.body(request),
                options={"headers": headers, **self.request_options},
                stream=True,
                stream_cls=import_module(self.sdk).AsyncStream[Any],
            )
        identity = self._request_id(response)
        try:
            await read_events(response, sink, stream.take, asked, self.address_hint)
            return self._with_headers(stream.reply(identity), response)
        except CallError as error:
            error.request_id = error.request_id or identity
            raise

    async def models(self) -> list[str]:
        """List the host's own model ids."""
        connection = self.connection()
        await self.prepare()
        client, asked = self._opened(connection)
        try:
            with self.failures(asked):
                return sorted(await self.listed(client))
        except (ValueError, TypeError, LookupError, AttributeError) as error:
            raise CallError("malformed", f"{asked.host} ({asked.address}) sent no list of models.") from error

    async def aclose(self) -> None:
        """Close the running loop's connections. The provider can be used again afterwards."""
        self._client = None
        await self._http.aclose()

    @contextmanager
    def failures(self, asked: Asked) -> Iterator[None]:
        """Map what the SDK raises to `CallError`."""
        sdk = import_module(self.sdk)
        try:
            yield
        except sdk.APIStatusError as error:
            response, body = error.response, error.body
            failed = self.host_error(response.text if body is None else body, asked, error.status_code)
            failed.retry_after_s = retry_after_s(response.headers)
            failed.request_id = self._request_id(response) or failed.request_id
            raise failed from None  # the SDK's own text may quote the key
        except (sdk.APIConnectionError, *transport_exceptions()) as error:
            raise transport_error(error, asked.host, asked.address, start_hint=asked.start_hint) from error

    def _opened(self, connection: _C, model: str = "", options: Iterable[str] = ()) -> tuple[Any, Asked]:
        """Return the client, made anew when the connection or the event loop is another, and who is asked by it."""
        http = self._http.get()
        if self._client is None or self._client[0] != connection or self._client[1] is not http:
            self._client = (connection, http, self.client(connection, http))
        client = self._client[2]
        address = address_of(connection.base_url or str(client.base_url))
        return client, Asked(
            self.label, model, address, connection.key_env, connection.start_hint, options=frozenset(options)
        )

    def _request_id(self, response: httpx2.Response) -> str | None:
        found = map(response.headers.get, self.request_id_headers)
        return next(filter(None, found), None)

    def _with_headers(self, reply: Reply, response: httpx2.Response) -> Reply:
        found = {name: response.headers.get(name, "") for name in self.kept_headers}
        kept = {name: value for name, value in found.items() if 0 < len(value) <= LONGEST_HEADER}
        return replace(reply, extras={**reply.extras, **kept}) if kept else reply

    def _load(self) -> None:
        import_module(self.sdk)
        transport_exceptions()


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
