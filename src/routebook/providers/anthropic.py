"""Anthropic, over the Messages protocol."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from routebook.providers import messages
from routebook.providers.anthropic_errors import host_error
from routebook.providers.claude import takes_temperature
from routebook.providers.contract import CallError, Credentials, HostDefaults, Request, Sink
from routebook.providers.error_words import Asked, quoted
from routebook.providers.messages import MessagesStream
from routebook.providers.sdk import AnswerStream, Connection, SdkProvider, read_key

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


@dataclass(frozen=True, slots=True, kw_only=True)
class AnthropicConnection(Connection):
    """A connection by the Anthropic SDK, which finds the address, and without a key a profile, by itself.

    Attributes
    ----------
    settings
        The environment variables it reads.
    """

    settings: tuple[str | None, ...] = field(repr=False)


class AnthropicProvider(SdkProvider[AnthropicConnection]):
    """Anthropic: ``ANTHROPIC_API_KEY``, and ``ANTHROPIC_BASE_URL`` for another address."""

    sdk = "anthropic"
    host_error = staticmethod(host_error)
    request_id_headers = ("request-id",)
    address_hint = "Check ANTHROPIC_BASE_URL."

    def __init__(self, host: str = "anthropic") -> None:
        super().__init__(host, "Anthropic")

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

    def defaults(self) -> HostDefaults:
        """Say which cap on output tokens is sent, since the API demands one."""
        return HostDefaults(max_tokens=messages.DEFAULT_MAX_TOKENS)

    def check(self, request: Request) -> None:
        """Refuse a temperature for the models that are known not to take it."""
        model = request.model.model
        if request.options.temperature is not None and not takes_temperature(model):
            raise CallError("option", f"{model} does not take temperature.", hint="Leave temperature out.")

    def protocol(self) -> str:
        """Name the protocol."""
        return messages.PROTOCOL

    def body(self, request: Request) -> dict[str, Any]:
        """Return the request as it goes over the wire."""
        return messages.body(request)

    def connection(self) -> AnthropicConnection:
        """Return the key, or that the SDK finds a profile."""
        found = self.credentials()
        if not found.found:
            raise CallError("auth", "Anthropic needs a key: ANTHROPIC_API_KEY is not set.", hint=found.hint)
        name, key = read_key(*_KEYS, label=self.label) or (None, None)
        return AnthropicConnection(
            api_key=key,
            is_token=name == "ANTHROPIC_AUTH_TOKEN",
            key_env=found.source,
            settings=tuple(map(os.environ.get, _SETTINGS)),
        )

    def client(self, connection: AnthropicConnection, http: httpx2.AsyncClient) -> anthropic.AsyncAnthropic:
        """Return the SDK's client."""
        import anthropic

        key = {"auth_token" if connection.is_token else "api_key": connection.api_key} if connection.api_key else {}
        arguments: dict[str, Any] = {"max_retries": 0, "http_client": http, **key}
        try:
            return anthropic.AsyncAnthropic(**arguments)
        except (anthropic.AnthropicError, ValueError) as error:  # a profile that cannot be read
            raise _unusable(error, connection.key_env) from error

    def stream(self, sink: Sink, asked: Asked) -> tuple[str, AnswerStream]:
        """Return the path to post to and the reader of what comes back."""
        return messages.PATH, MessagesStream(sink, asked)

    def headers(self, request: Request) -> dict[str, str]:
        """Return the API version that has the temperature, where there is one."""
        return {} if request.options.temperature is None else {"anthropic-version": _VERSION_WITH_TEMPERATURE}

    async def listed(self, client: Any) -> list[str]:
        """Return the ids on every page of the host's models."""
        import httpx2

        names: list[str] = []
        parameters: dict[str, object] = {"limit": _PAGE}
        while True:
            page = (await client.get("/v1/models", cast_to=httpx2.Response, options={"params": parameters})).json()
            names += [str(row["id"]) for row in page["data"]]
            if not page.get("has_more") or not page["data"]:
                return names
            parameters = {"limit": _PAGE, "after_id": names[-1]}

    @contextmanager
    def failures(self, asked: Asked) -> Iterator[None]:
        """Map what the SDK raises to `CallError`, credentials that turn out to be unusable included."""
        import anthropic

        try:
            with super().failures(asked):
                yield
        except anthropic.AnthropicError as error:
            raise _unusable(error, asked.key_env) from error


def _unusable(error: Exception, source: str | None) -> CallError:
    said = quoted(str(error))
    return CallError("auth", f"The credentials for Anthropic cannot be used: {said}", hint=f"Check {source}.")


def _config_folder() -> Path:
    """Return where the SDK keeps its profiles."""
    if given := os.environ.get("ANTHROPIC_CONFIG_DIR"):
        return Path(given)
    if sys.platform == "win32":
        return Path(os.environ.get("APPDATA") or Path.home() / "AppData" / "Roaming") / "Anthropic"
    return Path.home() / ".config" / "anthropic"
