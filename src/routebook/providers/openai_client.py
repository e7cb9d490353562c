"""What OpenAI, Azure and every compatible server share: the OpenAI SDK's client, made so that each gets only its own.

The call itself is `routebook.providers.sdk`'s.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from routebook.providers.openai_errors import host_error
from routebook.providers.sdk import Connection, SdkProvider, address_of
from routebook.providers.transport import transport_error, transport_exceptions

if TYPE_CHECKING:
    import httpx2
    import openai


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenAIConnection(Connection):
    """A connection by the OpenAI SDK.

    Attributes
    ----------
    base_url, api_key
        Always given: the SDK would take what the environment has for OpenAI.
    headers
        Further headers.
    api_version
        Azure's dated api-version, where it has one.
    query
        Further query parameters.
    is_openai
        Whether the host is OpenAI itself: the SDK's own environment variables (organisation, project, custom headers)
        speak to OpenAI only, and may hold secrets that no other host is to see.
    """

    base_url: str
    api_key: str = field(repr=False)
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    api_version: str | None = None
    query: tuple[tuple[str, str], ...] = ()
    is_openai: bool = False


class OpenAIFamily(SdkProvider[OpenAIConnection]):
    """A host that is asked through the OpenAI SDK."""

    sdk = "openai"
    host_error = staticmethod(host_error)
    request_id_headers = ("x-request-id", "apim-request-id")  # the second is Azure's gateway's
    request_options: ClassVar[dict[str, Any]] = {"security": {"bearer_auth": True}}  # no key but the given one is used
    address_hint = "Check the address: it must be an OpenAI-compatible server that streams."

    async def listed(self, client: Any) -> list[str]:
        """Return the host's model ids."""
        import httpx2

        response = await client.get("/models", cast_to=httpx2.Response, options=self.request_options)
        listed = response.json()
        rows = listed["data"] if isinstance(listed, dict) else listed
        return [str(row["id"]) for row in rows]

    def client(self, connection: OpenAIConnection, http: httpx2.AsyncClient) -> openai.AsyncOpenAI:
        """Return the SDK's client."""
        import openai

        arguments: dict[str, Any] = {
            "base_url": connection.base_url,
            "default_query": dict(connection.query),
            "default_headers": dict(connection.headers) if connection.is_openai else _foreign_headers(connection),
            "max_retries": 0,
            "http_client": http,
        }
        try:
            if connection.api_version is None:
                return openai.AsyncOpenAI(api_key=connection.api_key, **arguments)
            arguments["azure_ad_token" if connection.is_token else "api_key"] = connection.api_key
            return openai.AsyncAzureOpenAI(api_version=connection.api_version, **arguments)
        except transport_exceptions() as error:  # an address that is none
            raise transport_error(error, self.label, address_of(connection.base_url)) from error


def _foreign_headers(connection: OpenAIConnection) -> dict[str, Any]:
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
