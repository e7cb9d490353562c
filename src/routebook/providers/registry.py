"""Which hosts there are, and the one provider of each in this process.

Hosts come from four places, the first that knows a name wins: those built in, the user's `register_server`, the
user's ``config.toml``, packages with an entry point in the group ``routebook.providers``, and the presets of
`routebook.providers.servers`. A package's entry point is its host's name and a factory called without arguments::

    [project.entry-points."routebook.providers"]
    acme = "acme_routebook:AcmeProvider"
"""

from __future__ import annotations

import inspect
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from importlib.metadata import EntryPoint, entry_points

from routebook.config import ServerSettings, config, name_fault
from routebook.errors import ConfigError, ModelError, did_you_mean
from routebook.providers.contract import Provider
from routebook.providers.logs import keep_secrets_out_of_logs
from routebook.providers.servers import PRESETS, Server, checked, located
from routebook.redact import redact

ENTRY_POINT_GROUP = "routebook.providers"
_PROMISES = ("credentials", "defaults", "check", "body", "prepare", "ask", "models", "aclose")
_ASYNC_PROMISES = ("prepare", "ask", "models", "aclose")


def _openai() -> Provider:
    from routebook.providers.openai import OpenAIProvider

    return OpenAIProvider()


def _azure() -> Provider:
    from routebook.providers.openai import AzureProvider

    return AzureProvider()


def _anthropic() -> Provider:
    from routebook.providers.anthropic import AnthropicProvider

    return AnthropicProvider()


def _bedrock() -> Provider:
    from routebook.providers.bedrock import BedrockProvider

    return BedrockProvider()


def _simulated(host: str) -> Callable[[], Provider]:
    def make() -> Provider:
        from routebook.providers.simulated import SimulatedProvider

        return SimulatedProvider(host)

    return make


def _compatible(server: Server) -> Provider:
    from routebook.providers.compatible import CompatibleProvider

    return CompatibleProvider(server)


BUILT_IN: Mapping[str, Callable[[], Provider]] = {
    "anthropic": _anthropic,
    "azure": _azure,
    "bedrock": _bedrock,
    "openai": _openai,
    "sim": _simulated("sim"),
    "simcloud": _simulated("simcloud"),
}


@dataclass(slots=True)
class Registry:
    """The hosts of one process. Safe to use from several threads.

    Attributes
    ----------
    plug_ins
        Entry points by host; read from the installed packages at first use when `None`.
    """

    plug_ins: Mapping[str, EntryPoint] | None = None
    _registered: dict[str, Server] = field(default_factory=dict)
    _providers: dict[str, Provider] = field(default_factory=dict)
    _replaced: list[Provider] = field(default_factory=list)
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def provider_for(self, host: str) -> Provider:
        """Return the host's provider, the same one every time."""
        with self._lock:
            if host not in self._providers:
                self._providers[host] = self._make(host)
            return self._providers[host]

    def known_hosts(self) -> list[str]:
        """Return the names of all hosts, sorted."""
        with self._lock:
            return sorted({*BUILT_IN, *self._registered, *config().servers, *self._entry_points(), *PRESETS})

    def server(self, host: str) -> Server | None:
        """Return how a compatible server is reached; `None` for a host that is none, or is not known.

        Raises
        ------
        ConfigError
            If its settings cannot be used.
        """
        with self._lock:
            if host in BUILT_IN:
                return None
            if host in self._registered:
                return self._registered[host]
            if settings := config().servers.get(host):
                return _from_config(settings)
            if host in self._entry_points() or host not in PRESETS:
                return None
            return checked(located(PRESETS[host]))

    def user_servers(self) -> list[str]:
        """Return the servers the user named, in code or in ``config.toml``, sorted."""
        with self._lock:
            return sorted({*self._registered, *config().servers})

    def register(self, server: Server) -> None:
        """Add a server, or put it in the place of one of the same name."""
        refuse_taken(server.name)
        if fault := name_fault(server.name):
            raise ConfigError(fault)
        server = checked(server)
        with self._lock:
            self._registered[server.name] = server
            if old := self._providers.pop(server.name, None):
                self._replaced.append(old)  # a run may still be using it: closed with the others

    def forget(self) -> None:
        """Forget what was registered and configured, as if the process had just started."""
        with self._lock:
            self._registered.clear()
            self.plug_ins = None
            for host in set(self._providers) - set(BUILT_IN):
                self._replaced.append(self._providers.pop(host))

    async def close_all(self) -> None:
        """Close every provider's connections; each can be used again afterwards."""
        with self._lock:
            providers = [*self._providers.values(), *self._replaced]
            self._replaced.clear()
        failed: list[Exception] = []
        for provider in providers:
            try:
                await provider.aclose()
            except Exception as error:  # noqa: BLE001 - the others have to be closed too; raised below
                failed.append(error)
        if failed:
            raise ExceptionGroup("closing the providers' connections", failed)

    def _make(self, host: str) -> Provider:
        keep_secrets_out_of_logs()
        if builtin := BUILT_IN.get(host):
            return builtin()
        if server := self.server(host):
            return _compatible(server)
        if entry_point := self._entry_points().get(host):
            return _from_plug_in(host, entry_point)
        raise ModelError(
            f"{host!r} is not a known host.{did_you_mean(host, self.known_hosts())} "
            f'An OpenAI-compatible server is added with rb.register_server("{host}", base_url=...).'
        )

    def _entry_points(self) -> Mapping[str, EntryPoint]:
        if self.plug_ins is None:
            found: dict[str, EntryPoint] = {}
            for entry_point in sorted(entry_points(group=ENTRY_POINT_GROUP), key=lambda e: (e.name, e.value)):
                if entry_point.name not in BUILT_IN:  # a package does not take an official host's place
                    found.setdefault(entry_point.name, entry_point)
            self.plug_ins = found
        return self.plug_ins


def refuse_taken(name: str) -> None:
    """Raise `ConfigError` if a server would have the name of a built-in host."""
    if name in BUILT_IN:
        raise ConfigError(f"{name!r} is a built-in host and cannot be replaced: give the server another name.")


def _from_config(settings: ServerSettings) -> Server:
    return checked(_merged(settings.name, settings.base_url, settings.key_env, settings.free, settings.headers))


def _merged(
    name: str, base_url: str | None, key_env: str | None, free: bool | None, headers: Mapping[str, str] | None
) -> Server:
    """Make a server of what was given; where that is nothing, a preset of the name decides."""
    preset = PRESETS.get(name)
    if base_url is None:
        if preset is None:
            raise ConfigError(f"{name}: base_url is missing, such as http://127.0.0.1:8000/v1.")
        server = located(preset)
    elif preset is None:
        server = Server(name, base_url, start_hint=f"Check that a server answers at {redact(base_url)}.")
    elif preset.key_env:  # a preset's key is for the preset's address only
        server = replace(preset, base_url=base_url, key_env=None)
    else:
        server = replace(preset, base_url=base_url)
    if key_env is not None:
        server = replace(server, key_env=key_env)
    if free is not None:
        server = replace(server, free=free)
    return server if headers is None else replace(server, headers=headers)


def _from_plug_in(host: str, entry_point: EntryPoint) -> Provider:
    package = entry_point.dist.name if entry_point.dist else entry_point.module
    try:
        made = entry_point.load()()
    except Exception as error:
        raise ModelError(
            f"The package {package} provides the host {host!r} but failed with "
            f"{type(error).__name__}: {redact(str(error)).splitlines()[0] if str(error) else 'no text'}. "
            "Update or uninstall it."
        ) from error
    if fault := _broken_promise(host, made):
        raise ModelError(
            f"The package {package} provides the host {host!r} but {fault}: "
            "see routebook.providers.contract.Provider. Update or uninstall it."
        )
    provider: Provider = made
    return provider


def _broken_promise(host: str, made: object) -> str | None:
    if getattr(made, "host", None) != host:
        return f"its provider says its host is {getattr(made, 'host', None)!r}"
    if not isinstance(getattr(made, "simulated", None), bool):
        return "its provider does not say whether it is simulated"
    for name in _PROMISES:
        method = getattr(made, name, None)
        if not callable(method):
            return f"its provider has no {name}()"
        if (name in _ASYNC_PROMISES) != inspect.iscoroutinefunction(method):
            return f"its provider's {name}() has to be {'an async' if name in _ASYNC_PROMISES else 'a plain'} function"
    return None


_process = Registry()


def provider_for(host: str) -> Provider:
    """Return the provider of a host; one for each host in a process.

    Raises
    ------
    ModelError
        If no such host is known, or the package that provides it is broken.
    ConfigError
        If the host is a server whose settings cannot be used.
    """
    return _process.provider_for(host)


def known_hosts() -> list[str]:
    """Return the names of all hosts that can be asked, sorted.

    >>> {"anthropic", "bedrock", "openai", "ollama", "sim"} <= set(known_hosts())
    True
    """
    return _process.known_hosts()


def server_for(host: str) -> Server | None:
    """Return how a compatible server is reached; `None` for a host that is no such server."""
    return _process.server(host)


def user_servers() -> list[str]:
    """Return the servers the user named, by `register_server` or in ``config.toml``, sorted."""
    return _process.user_servers()


def register_server(
    name: str,
    base_url: str | None = None,
    *,
    key_env: str | None = None,
    free: bool = False,
    headers: Mapping[str, str] | None = None,
) -> None:
    """Add an OpenAI-compatible server: its models are then asked as ``name/model``.

    Parameters
    ----------
    name
        What to call it: lower-case letters, digits, ``-``, ``_`` and ``.``; a preset's name changes that preset.
    base_url
        Where ``/chat/completions`` hangs below, such as ``http://127.0.0.1:11434/v1``. A preset has its own; at
        another address its key is not sent unless `key_env` names it again.
    key_env
        The *name* of the environment variable that has its key.
    free
        Whether its answers cost nothing. Otherwise their price is unknown until `routebook.set_price` says it.
    headers
        Further headers; ``$NAME`` stands for the environment variable ``NAME``.

    Raises
    ------
    ConfigError
        If the name or the address cannot be used, or a secret itself was given.

    Examples
    --------
    >>> register_server("gpu-box", "http://127.0.0.1:9000/v1", free=True)
    >>> "gpu-box" in known_hosts()
    True
    """
    from routebook.pricing import price_book

    refuse_taken(name)
    _process.register(_merged(name, base_url, key_env, free, headers))
    price_book().set_free(name, free)


def forget_servers() -> None:
    """Forget every registered server, and read ``config.toml`` and the installed packages again when next asked."""
    _process.forget()


async def close_all() -> None:
    """Close the connections of every provider used so far; each can be used again afterwards."""
    await _process.close_all()
