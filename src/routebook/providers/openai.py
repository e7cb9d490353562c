"""OpenAI and Azure OpenAI, over the Responses protocol.

Azure is asked at its version-free address (``/openai/v1``). Where ``OPENAI_API_VERSION`` is a date, the classic
addresses of that version are used, and Chat Completions for versions older than Responses.
"""

from __future__ import annotations

import os
import re
from typing import Any

from routebook.providers import chat, responses
from routebook.providers.contract import CallError, Credentials, Request, Sink
from routebook.providers.error_words import Asked
from routebook.providers.openai_client import OpenAIConnection, OpenAIFamily
from routebook.providers.sdk import AnswerStream, read_key

_OPENAI_URL = "https://api.openai.com/v1"
_DATED = re.compile(r"\d{4}-\d{2}-\d{2}")
_FIRST_WITH_RESPONSES = "2025-03-01"

# Only what is certain; for every other model the host's own refusal is shown (kind "option").
_SNAPSHOT = r"(?:-\d{4}-\d{2}-\d{2})?\Z"
_FIXED_TEMPERATURE = re.compile(rf"(?:o1|o3|o3-mini|o4-mini|gpt-5|gpt-5-mini|gpt-5-nano){_SNAPSHOT}")
_NO_EFFORT = re.compile(r"gpt-3\.5|gpt-4|chatgpt-4o")


class OpenAIProvider(OpenAIFamily):
    """OpenAI: ``OPENAI_API_KEY``, and ``OPENAI_BASE_URL`` for another address."""

    def __init__(self, host: str = "openai") -> None:
        super().__init__(host, "OpenAI")

    def credentials(self) -> Credentials:
        """Tell whether ``OPENAI_API_KEY`` is set."""
        if os.environ.get("OPENAI_API_KEY", "").strip():
            return Credentials(True, "OPENAI_API_KEY")
        return Credentials(False, "", "Set OPENAI_API_KEY.")

    def check(self, request: Request) -> None:
        """Refuse a temperature for the models that have none to set, and effort for those that do not reason."""
        model, options = request.model.model, request.options
        if options.temperature not in (None, 1) and _FIXED_TEMPERATURE.match(model):
            raise CallError(
                "option", f"{model} does not take temperature: it is always 1.", hint="Leave temperature out."
            )
        if options.effort is not None and _NO_EFFORT.match(model):
            raise CallError("option", f"{model} does not take effort: it does not reason.", hint="Leave effort out.")

    def protocol(self) -> str:
        """Name the protocol."""
        return responses.PROTOCOL

    def body(self, request: Request) -> dict[str, Any]:
        """Return the request as it goes over the wire."""
        return responses.body(request)

    def connection(self) -> OpenAIConnection:
        """Return OpenAI's address and key."""
        key = read_key("OPENAI_API_KEY", label=self.label)
        if key is None:
            raise CallError("auth", "OpenAI needs a key: OPENAI_API_KEY is not set.", hint="Set OPENAI_API_KEY.")
        base_url = os.environ.get("OPENAI_BASE_URL", "").strip() or _OPENAI_URL
        return OpenAIConnection(base_url=base_url, api_key=key[1], key_env=key[0], is_openai=True)

    def stream(self, sink: Sink, asked: Asked) -> tuple[str, AnswerStream]:
        """Return the path to post to and the reader of what comes back."""
        return responses.PATH, responses.ResponsesStream(sink, asked)


class AzureProvider(OpenAIFamily):
    """Azure OpenAI: ``AZURE_OPENAI_ENDPOINT`` and ``AZURE_OPENAI_API_KEY``. A model is a deployment's name."""

    def __init__(self, host: str = "azure") -> None:
        super().__init__(host, "Azure OpenAI")

    def credentials(self) -> Credentials:
        """Tell whether the endpoint and a key are set."""
        key = next((name for name in _AZURE_KEYS if os.environ.get(name, "").strip()), None)
        missing = [] if os.environ.get("AZURE_OPENAI_ENDPOINT", "").strip() else ["AZURE_OPENAI_ENDPOINT"]
        if key is None:
            missing.append("AZURE_OPENAI_API_KEY")
        if missing:
            return Credentials(False, "", f"Set {' and '.join(missing)}.")
        return Credentials(True, str(key))

    def protocol(self) -> str:
        """Name the protocol, which follows from the version."""
        return chat.PROTOCOL if _speaks_chat() else responses.PROTOCOL

    def body(self, request: Request) -> dict[str, Any]:
        """Return the request as it goes over the wire."""
        if _speaks_chat():
            return chat.body(request, max_tokens_name="max_completion_tokens")
        return responses.body(request)

    def connection(self) -> OpenAIConnection:
        """Return Azure's address and key."""
        found = self.credentials()
        key = read_key(*_AZURE_KEYS, label=self.label)
        if not found.found or key is None:
            missing = found.hint.removeprefix("Set ").removesuffix(".")
            verb = "are" if " and " in missing else "is"
            raise CallError("auth", f"Azure OpenAI cannot be asked: {missing} {verb} not set.", hint=found.hint)
        endpoint = os.environ["AZURE_OPENAI_ENDPOINT"].strip().rstrip("/")
        endpoint = endpoint.removesuffix("/v1").removesuffix("/openai")  # either is seen, copied from Azure's pages
        version = os.environ.get("OPENAI_API_VERSION", "").strip()
        dated = bool(_DATED.match(version))
        return OpenAIConnection(
            base_url=f"{endpoint}/openai" if dated else f"{endpoint}/openai/v1/",
            api_key=key[1],
            is_token=key[0] == "AZURE_OPENAI_AD_TOKEN",
            key_env="AZURE_OPENAI_API_KEY",
            api_version=version if dated else None,
            query=(("api-version", version),) if version in ("preview", "latest") else (),
        )

    def stream(self, sink: Sink, asked: Asked) -> tuple[str, AnswerStream]:
        """Return the path to post to and the reader of what comes back."""
        if _speaks_chat():
            return chat.PATH, chat.ChatStream(sink, asked)
        return responses.PATH, responses.ResponsesStream(sink, asked)


_AZURE_KEYS = ("AZURE_OPENAI_AD_TOKEN", "AZURE_OPENAI_API_KEY")  # the SDK's own order


def _speaks_chat() -> bool:
    version = os.environ.get("OPENAI_API_VERSION", "").strip()
    return bool(_DATED.match(version)) and version[:10] < _FIRST_WITH_RESPONSES
