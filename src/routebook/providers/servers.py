"""Servers that speak OpenAI's Chat Completions: what one is, and those everyone knows.

A `Server` is all that `routebook.providers.compatible` needs to ask one. It holds the *names* of the environment
variables that have its key and its secret headers, never their values.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

from routebook.config import secret_fault
from routebook.errors import ConfigError, CredentialsError
from routebook.redact import redact, remember_secret

_REFERENCE = re.compile(r"\$(?P<name>[A-Za-z_][A-Za-z0-9_]*)\Z")
_LOOPBACK = re.compile(r"localhost\Z|.*\.localhost\Z|127(?:\.\d{1,3}){3}\Z|::1\Z")


@dataclass(frozen=True, slots=True)
class Server:
    """One OpenAI-compatible server.

    Attributes
    ----------
    name
        The host's name in model ids, such as ``ollama``.
    base_url
        Where ``/chat/completions`` hangs below, such as ``http://127.0.0.1:11434/v1``.
    key_env
        The environment variable its key comes from; `None` where it needs no key.
    headers
        Further headers. A value ``$NAME`` stands for the environment variable ``NAME``.
    free
        Whether the user says that its answers cost nothing; a price is unknown otherwise, if no list has it.
    start_hint
        What to do when nothing answers there, one line.
    label
        What to call it on screen.
    max_tokens_name
        What it calls the cap on output tokens; most know only ``max_tokens``.
    stream_usage
        Whether it takes ``stream_options``; those that do not send usage unasked.

    Examples
    --------
    >>> PRESETS["ollama"].base_url
    'http://127.0.0.1:11434/v1'
    >>> PRESETS["groq"].key_env
    'GROQ_API_KEY'
    """

    name: str
    base_url: str
    key_env: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    free: bool = False
    start_hint: str = ""
    label: str = ""
    max_tokens_name: str = "max_tokens"
    stream_usage: bool = True

    @property
    def local(self) -> bool:
        """Whether it listens on this machine only."""
        return bool(_LOOPBACK.match(urlsplit(self.base_url).hostname or ""))

    def key(self) -> str | None:
        """Return the key from the environment; `None` where the server needs none, or the variable is not set."""
        return (os.environ.get(self.key_env, "").strip() or None) if self.key_env else None

    def header_values(self) -> dict[str, str]:
        """Return the headers to send, with ``$NAME`` replaced by the environment's value.

        Raises
        ------
        CredentialsError
            If such a variable is not set.
        """
        values = {}
        for header, value in self.headers.items():
            if reference := _REFERENCE.match(value):
                found = os.environ.get(reference["name"])
                if not found:
                    raise CredentialsError(
                        f"{self.name}: the header {header} comes from ${reference['name']}, which is not set."
                    )
                remember_secret(found)
                value = found
            values[header] = value
        return values


def checked(server: Server) -> Server:
    """Return the server with its address in order.

    Raises
    ------
    ConfigError
        If the address is none, carries a password, or would send the key unencrypted over a network, or if a key
        stands where its variable's name belongs.
    """
    if fault := secret_fault(server.key_env, server.headers):
        raise ConfigError(f"{server.name}: {fault[1]}")
    base_url = server.base_url.strip().rstrip("/")
    try:
        parts = urlsplit(base_url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:  # a port or an IPv6 address that is none
        usable = False
    if not usable:
        raise ConfigError(
            f"{server.name}: {redact(server.base_url)!r} is not an address: write it like http://127.0.0.1:8000/v1."
        )
    if parts.username or parts.password:
        raise ConfigError(f"{server.name}: the address has a user or password in it: put the key in key_env instead.")
    if not parts.path and server.name in _ADDRESS_VARIABLES:
        base_url += "/v1"  # the local servers print their address without it
    server = replace(server, base_url=base_url, headers=dict(server.headers))
    secret = server.key_env or next((value[1:] for value in server.headers.values() if _REFERENCE.match(value)), None)
    if parts.scheme == "http" and secret and not server.local:
        raise ConfigError(
            f"{server.name}: {secret} would go unencrypted to {parts.hostname}: use https://, "
            "or leave key_env away if the server needs no key."
        )
    return server


def located(server: Server) -> Server:
    """Return a local preset where the environment says it is (``OLLAMA_HOST``, ``VLLM_BASE_URL`` ...)."""
    for variable in _ADDRESS_VARIABLES.get(server.name, ()):
        if given := os.environ.get(variable, "").strip():
            return replace(server, base_url=_ollama_url(given) if variable == "OLLAMA_HOST" else given)
    return server


def _ollama_url(given: str) -> str:
    """Read Ollama's own variable: it may lack scheme and port, and say 0.0.0.0, because the server reads it too."""
    scheme, slashes, rest = given.partition("://")
    if not slashes:
        scheme, rest = "http", given
    place, _, path = rest.partition("/")
    if place.count(":") > 1 and not place.startswith("["):  # a bare IPv6 address
        place = f"[{place}]"
    host, colon, port = place.rpartition(":") if re.search(r":\d*\Z", place) else (place, "", "")
    if not colon or not port:
        port = {"https": "443"}.get(scheme, "80") if slashes else "11434"
    host = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "[::]": "[::1]"}.get(host, host)  # noqa: S104 - read, not bound
    return f"{scheme}://{host}:{port}/{path.strip('/') or 'v1'}"


def local_hint(name: str, start: str) -> str:
    """Say how to start a local server, or to tell routebook where it is."""
    return f'{start}, or change the address with rb.register_server("{name}", base_url=...).'


def _local(name: str, label: str, base_url: str, start: str) -> Server:
    return Server(name, base_url, label=label, start_hint=local_hint(name, start))


def _remote(name: str, label: str, base_url: str, key_env: str, *, stream_usage: bool = True) -> Server:
    return Server(name, base_url, key_env, label=label, stream_usage=stream_usage)


_ADDRESS_VARIABLES: Mapping[str, tuple[str, ...]] = {
    "llamacpp": ("LLAMACPP_BASE_URL",),
    "lmstudio": ("LMSTUDIO_BASE_URL",),
    "ollama": ("OLLAMA_BASE_URL", "OLLAMA_HOST"),
    "vllm": ("VLLM_BASE_URL",),
}

PRESETS: Mapping[str, Server] = {
    server.name: server
    for server in (
        _remote(
            "alibaba",
            "Alibaba Model Studio",
            "https://dashscope-intl.aliyuncs.com/compatible-mode/v1",
            "DASHSCOPE_API_KEY",
        ),
        _remote("cerebras", "Cerebras", "https://api.cerebras.ai/v1", "CEREBRAS_API_KEY"),
        # Cohere and Mistral refuse stream_options, and send usage all the same
        _remote("cohere", "Cohere", "https://api.cohere.ai/compatibility/v1", "CO_API_KEY", stream_usage=False),
        _remote("deepinfra", "DeepInfra", "https://api.deepinfra.com/v1/openai", "DEEPINFRA_API_KEY"),
        _remote("deepseek", "DeepSeek", "https://api.deepseek.com", "DEEPSEEK_API_KEY"),
        _remote("fireworks", "Fireworks", "https://api.fireworks.ai/inference/v1", "FIREWORKS_API_KEY"),
        _remote("google", "Google", "https://generativelanguage.googleapis.com/v1beta/openai", "GEMINI_API_KEY"),
        _remote("groq", "Groq", "https://api.groq.com/openai/v1", "GROQ_API_KEY"),
        _remote("huggingface", "Hugging Face", "https://router.huggingface.co/v1", "HF_TOKEN"),
        _local("llamacpp", "llama.cpp", "http://127.0.0.1:8080/v1", "Start it with `llama-server -m MODEL.gguf`"),
        _local("lmstudio", "LM Studio", "http://127.0.0.1:1234/v1", "Start it with `lms server start`"),
        _remote("mistral", "Mistral", "https://api.mistral.ai/v1", "MISTRAL_API_KEY", stream_usage=False),
        _remote("moonshot", "Moonshot", "https://api.moonshot.ai/v1", "MOONSHOT_API_KEY"),
        _remote("nebius", "Nebius", "https://api.tokenfactory.nebius.com/v1", "NEBIUS_API_KEY"),
        _remote("nvidia", "NVIDIA", "https://integrate.api.nvidia.com/v1", "NVIDIA_API_KEY"),
        _local("ollama", "Ollama", "http://127.0.0.1:11434/v1", "Start it with `ollama serve`"),
        _remote("openrouter", "OpenRouter", "https://openrouter.ai/api/v1", "OPENROUTER_API_KEY"),
        _remote("perplexity", "Perplexity", "https://api.perplexity.ai", "PERPLEXITY_API_KEY"),
        _remote("together", "Together AI", "https://api.together.ai/v1", "TOGETHER_API_KEY"),
        _local("vllm", "vLLM", "http://127.0.0.1:8000/v1", "Start it with `vllm serve MODEL`"),
        _remote("xai", "xAI", "https://api.x.ai/v1", "XAI_API_KEY"),
    )
}
