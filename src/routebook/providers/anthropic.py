"""Anthropic, over the Messages protocol.

The SDK makes the request (authentication, headers, URL, error statuses); we read the answer's stream ourselves.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from routebook.providers import messages
from routebook.providers.anthropic_errors import status_error
from routebook.providers.claude import takes_temperature
from routebook.providers.contract import CallError, Credentials, Reply, Request, Sink
from routebook.providers.http import HttpClients, read_events
from routebook.providers.messages import MessagesStream
from routebook.providers.openai_client import address_of, read_key
from routebook.providers.transport import transport_error, transport_exceptions
from routebook.redact import redact

if TYPE_CHECKING:
    import anthropic
    import httpx2

_KEYS = ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN")  # the SDK's own order
_FEDERATION = ("ANTHROPIC_FEDERATION_RULE_ID", "ANTHROPIC_ORGANIZATION_ID")
_IDENTITY = ("ANTHROPIC_IDENTITY_TOKEN", "ANTHROPIC_IDENTITY_TOKEN_FILE")
_SETTINGS = (*_KEYS, *_FEDERATION, *_IDENTITY, "ANTHROPIC_BASE_URL", "ANTHROPIC_PROFILE", "ANTHROPIC_CONFIG_DIR")
# The API version the SDK speaks by default has no temperature any more; this one has, for the models that take it.
_VERSION_WITH_TEMPERATURE = "2023-06-01"
_PAGE = 1000


class AnthropicProvider:
    """Anthropic: ``ANTHROPIC_API_KEY``, and ``ANTHROPIC_BASE_URL`` for another address."""

    simulated = False

    def __init__(self, host: str = "anthropic") -> None:
        self.host = host
        self._http = HttpClients(_over_aiohttp, _plain)
        self._client: tuple[tuple[str | None, ...], httpx2.AsyncClient, anthropic.AsyncAnthropic] | None = None

    def credentials(self) -> Credentials:
        """Tell whether a key is set, or a profile that the SDK finds by itself."""
        for name in _KEYS:
            if os.environ.get(name, "").strip():
                return Credentials(True, name)
        if os.environ.get("ANTHROPIC_PROFILE"):
            return Credentials(True, "ANTHROPIC_PROFILE")
        if all(map(os.environ.get, _FEDERATION)) and any(map(os.environ.get, _IDENTITY)):
            return Credentials(True, _FEDERATION[0])
        folder = _config_folder()
        if (folder / "active_config").is_file() or (folder / "configs" / "default.json").is_file():
            return Credentials(True, f"a profile in {folder}")
        return Credentials(False, "", "Set ANTHROPIC_API_KEY.")

    def check(self, request: Request) -> None:
        """Refuse a temperature for the models that are known not to take it."""
        model = request.model.model
        if request.options.temperature is not None and not takes_temperature(model):
            raise CallError("option", f"{model} does not take temperature.", hint="Leave temperature out.")

    def body(self, request: Request) -> dict[str, Any]:
        """Return the request as it goes over the wire."""
        return messages.body(request)

    async def prepare(self) -> None:
        """Load the SDK, which takes a second, before anything is timed; in a thread, so that other calls go on."""
        if not hasattr(sys.modules.get("anthropic"), "DefaultAioHttpClient"):  # absent, or loading elsewhere
            await asyncio.to_thread(_load)
        self._http.get()

    async def ask(self, request: Request, sink: Sink) -> Reply:
        """Send the request, push what arrives into the sink, and return how it ended."""
        self.check(request)
        found = self._found()
        await self.prepare()
        import anthropic
        import httpx2

        # Compression would let a proxy hold back pieces of an answer.
        headers = {"Accept-Encoding": "identity"}
        if request.options.temperature is not None:
            headers["anthropic-version"] = _VERSION_WITH_TEMPERATURE
        stream = MessagesStream(sink, request)
        client = self._sdk(found)
        address = address_of(str(client.base_url))
        options: Any = {"headers": headers}
        broken: tuple[type[Exception], ...] = (anthropic.APIConnectionError, *transport_exceptions())
        try:
            posted: Any = await client.post(
                messages.PATH,
                cast_to=httpx2.Response,  # the raw response, and not the stream that the signature promises
                body=self.body(request),
                options=options,
                stream=True,
                stream_cls=anthropic.AsyncStream[Any],
            )
        except anthropic.APIStatusError as error:
            raise _pointed(status_error(error, request.model.model, request.options.given()), found) from error
        except broken as error:
            raise transport_error(error, "Anthropic", address) from error
        except anthropic.AnthropicError as error:
            raise _unusable(error, found) from error
        response: httpx2.Response = posted
        identity = response.headers.get("request-id")
        try:
            await read_events(response, stream.take, host="Anthropic", address=address)
            kind = response.headers.get("content-type", "")
            if not stream.started and "event-stream" not in kind:
                raise CallError(
                    "malformed",
                    f"Anthropic ({address}) sent {kind.split(';')[0] or 'something'} and no stream of events.",
                    hint="Check ANTHROPIC_BASE_URL.",
                )
            return stream.reply(identity)
        except CallError as error:
            error.request_id = error.request_id or identity
            raise

    async def models(self) -> Sequence[str]:
        """List the host's own model ids."""
        found = self._found()
        await self.prepare()
        import anthropic
        import httpx2

        client = self._sdk(found)
        address = address_of(str(client.base_url))
        broken: tuple[type[Exception], ...] = (anthropic.APIConnectionError, *transport_exceptions())
        names: list[str] = []
        parameters: dict[str, object] = {"limit": _PAGE}
        try:
            while True:
                options: Any = {"params": parameters}
                page = (await client.get("/v1/models", cast_to=httpx2.Response, options=options)).json()
                names += [str(row["id"]) for row in page["data"]]
                if not page.get("has_more") or not page["data"]:
                    return sorted(names)
                parameters = {"limit": _PAGE, "after_id": names[-1]}
        except anthropic.APIStatusError as error:
            raise _pointed(status_error(error, "", {}), found) from error
        except broken as error:
            raise transport_error(error, "Anthropic", address) from error
        except anthropic.AnthropicError as error:
            raise _unusable(error, found) from error
        except (ValueError, TypeError, LookupError, AttributeError) as error:
            raise CallError("malformed", f"Anthropic ({address}) sent no list of models.") from error

    async def aclose(self) -> None:
        """Close the running loop's connections. The provider can be used again afterwards."""
        self._client = None
        await self._http.aclose()

    def _found(self) -> Credentials:
        """Return the credentials there are, or raise before anything is sent."""
        found = self.credentials()
        if not found.found:
            raise CallError("auth", "Anthropic needs a key: ANTHROPIC_API_KEY is not set.", hint=found.hint)
        return found

    def _sdk(self, found: Credentials) -> anthropic.AsyncAnthropic:
        """Return the SDK's client, made anew when the settings or the event loop are others."""
        http = self._http.get()
        settings = tuple(map(os.environ.get, _SETTINGS))
        if self._client is not None and self._client[0] == settings and self._client[1] is http:
            return self._client[2]
        import anthropic

        key = read_key(*_KEYS, label="Anthropic")
        arguments: dict[str, Any] = {} if key is None else {"api_key" if key[0] == _KEYS[0] else "auth_token": key[1]}
        try:
            # No retries: the engine's are visible. Without a key the SDK looks for a profile by itself.
            client = anthropic.AsyncAnthropic(max_retries=0, http_client=http, **arguments)
        except (anthropic.AnthropicError, ValueError) as error:  # a profile that cannot be read
            raise _unusable(error, found) from error
        self._client = (settings, http, client)
        return client


def _pointed(error: CallError, found: Credentials) -> CallError:
    """Point at the credentials that were used, where they were refused."""
    if error.kind == "auth":
        error.hint = f"Check {found.source}."
    return error


def _unusable(error: Exception, found: Credentials) -> CallError:
    text = redact(" ".join(str(error).split()))
    return CallError("auth", f"The credentials for Anthropic cannot be used: {text}", hint=f"Check {found.source}.")


def _config_folder() -> Path:
    """Return where the SDK keeps its profiles."""
    if given := os.environ.get("ANTHROPIC_CONFIG_DIR"):
        return Path(given)
    if sys.platform == "win32":
        return Path(os.environ.get("APPDATA") or Path.home() / "AppData" / "Roaming") / "Anthropic"
    return Path.home() / ".config" / "anthropic"


def _load() -> None:
    import anthropic  # noqa: F401

    transport_exceptions()


def _over_aiohttp() -> Any:
    import anthropic

    return anthropic.DefaultAioHttpClient


def _plain() -> Any:
    import anthropic

    return anthropic.DefaultAsyncHttpxClient
