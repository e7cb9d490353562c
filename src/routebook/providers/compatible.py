"""Every server that speaks OpenAI's Chat Completions: local ones, and other labs' and gateways' endpoints."""

from __future__ import annotations

from typing import Any

from routebook.errors import CredentialsError
from routebook.providers import chat
from routebook.providers.contract import CallError, Credentials, Request, Sink
from routebook.providers.error_words import Asked
from routebook.providers.openai_client import OpenAIConnection, OpenAIFamily
from routebook.providers.sdk import AnswerStream, read_key
from routebook.providers.servers import Server
from routebook.redact import remember_secret

ROUTE_HEADERS = (
    "x-litellm-model-name",
    "x-litellm-model-api-base",
    "x-litellm-model-group",
    "x-litellm-model-id",
    "x-litellm-attempted-fallbacks",
    "x-litellm-attempted-retries",
    "x-portkey-last-used-option-index",
)
"""Where a gateway tells whom it asked; `Call.extras` keeps them under these names."""

_NO_KEY = "none"  # the SDK wants a key; without one it would take OPENAI_API_KEY and send that


class CompatibleProvider(OpenAIFamily):
    """One compatible server."""

    kept_headers = ROUTE_HEADERS

    def __init__(self, server: Server) -> None:
        super().__init__(server.name, server.label or server.name)
        self.server = server

    def credentials(self) -> Credentials:
        """Tell whether the server's key is set, if it needs one."""
        server = self.server
        if server.key_env is None:
            return Credentials(True, "none needed")
        if server.key():
            return Credentials(True, server.key_env)
        return Credentials(False, "", f"Set {server.key_env}.")

    def protocol(self) -> str:
        """Name the protocol."""
        return chat.PROTOCOL

    def body(self, request: Request) -> dict[str, Any]:
        """Return the request as it goes over the wire."""
        sent = chat.body(request, max_tokens_name=self.server.max_tokens_name)
        if not self.server.stream_usage:
            del sent["stream_options"]
        return sent

    def connection(self) -> OpenAIConnection:
        """Return the server's address, key and headers."""
        server = self.server
        key = read_key(server.key_env, label=self.label) if server.key_env else ("", _NO_KEY)
        if key is None:
            raise CallError(
                "auth", f"{self.label} needs a key: {server.key_env} is not set.", hint=f"Set {server.key_env}."
            )
        remember_secret(key[1])  # the name of its variable need not say that it is one
        try:
            headers = server.header_values()
        except CredentialsError as error:
            raise CallError("auth", str(error)) from error
        return OpenAIConnection(
            base_url=server.base_url,
            api_key=key[1],
            key_env=server.key_env,
            start_hint=server.start_hint,
            headers=tuple(headers.items()),
        )

    def stream(self, sink: Sink, asked: Asked) -> tuple[str, AnswerStream]:
        """Return the path to post to and the reader of what comes back."""
        return chat.PATH, chat.ChatStream(sink, asked, reports_cost=self.host == "openrouter")
