"""What can be asked: models by host, with price and credentials; and what a misspelt model id may have meant.

The price lists say which models there are; with ``live`` the hosts' own listings do too. A host whose listing cannot
be had is a note, not a failure: the others are still listed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from routebook.errors import RoutebookError, did_you_mean
from routebook.models import ModelId
from routebook.pricing import Tariff, price_book
from routebook.providers.contract import CallError, Credentials, Provider
from routebook.providers.registry import BUILT_IN, known_hosts, provider_for, server_for, user_servers
from routebook.redact import redact

if TYPE_CHECKING:
    from routebook.render.table import Table

LISTING_TIMEOUT_S = 15.0


@dataclass(frozen=True, slots=True)
class Entry:
    """One model at one host.

    Attributes
    ----------
    model
        Its id.
    tariff
        What it charges; `None` is unknown.
    source
        Where we know of it: the price's source, or ``listed by HOST``.
    credentials
        The host's.
    simulated
        Whether it only pretends.
    """

    model: ModelId
    tariff: Tariff | None
    source: str
    credentials: Credentials
    simulated: bool

    @property
    def host(self) -> str:
        """Who serves it."""
        return self.model.host

    @property
    def vendor(self) -> str:
        """Who made it."""
        return self.model.vendor

    @property
    def input_usd_per_mtok(self) -> Decimal | None:
        """US dollars per million input tokens."""
        return None if self.tariff is None else self.tariff.input

    @property
    def output_usd_per_mtok(self) -> Decimal | None:
        """US dollars per million output tokens."""
        return None if self.tariff is None else self.tariff.output


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Models by host and name, and what could not be listed.

    Attributes
    ----------
    entries
        Sorted by host, then by name.
    notes
        One line each.
    """

    entries: tuple[Entry, ...]
    notes: tuple[str, ...] = ()


def catalogue(*, hosts: Sequence[str] | None = None, live: bool = False) -> Catalogue:
    """List what can be asked.

    Parameters
    ----------
    hosts
        Which hosts, whether their credentials were found or not; `None` for all that can be asked now.
    live
        Whether to ask the hosts for their own listings too, where credentials were found.

    Raises
    ------
    ModelError
        If a host in `hosts` is not known.
    ConfigError
        If ``config.toml`` cannot be used.

    Examples
    --------
    >>> [str(entry.model) for entry in catalogue(hosts=["simcloud"]).entries]
    ['simcloud/large', 'simcloud/medium']
    """
    notes: list[str] = []
    found: dict[str, tuple[Provider, Credentials]] = {}
    missing: list[str] = []
    for host in sorted(set(hosts)) if hosts is not None else known_hosts():
        try:
            provider = provider_for(host)
            credentials = provider.credentials()
        except RoutebookError as error:
            if hosts is not None:
                raise
            notes.append(str(error))
            continue
        if credentials.found or hosts is not None:
            found[host] = provider, credentials
        else:
            missing.append(host)
    listed: dict[str, list[str]] = {}
    if live:
        listed, faults = listings({host: provider for host, (provider, has) in found.items() if has.found})
        notes.extend(_noted(faults, named=hosts is not None))
    entries: list[Entry] = []
    for host, (provider, credentials) in found.items():
        entries.extend(_entries(provider, credentials, listed.get(host, ())))
        if hosts is not None and not credentials.found:
            notes.append(f"{host}: no credentials found. {credentials.hint}".rstrip())
        elif hosts is not None and not live and not any(entry.host == host for entry in entries):
            notes.append(f"{host}: its models are in no price list; --live asks the host itself.")
    if missing:
        notes.append(f"No credentials found for {', '.join(missing)}; name a host to see its models.")
    return Catalogue(tuple(sorted(entries, key=lambda entry: entry.model)), tuple(notes))


def models_table(*, hosts: Sequence[str] | None = None, live: bool = False) -> Table:
    """Return the catalogue as a table, HTML in a notebook and text elsewhere."""
    from routebook.render.table import Table

    known = catalogue(hosts=hosts, live=live)
    rows = [
        (
            str(entry.model) + (" (simulated)" if entry.simulated else ""),
            entry.vendor,
            _usd(entry.input_usd_per_mtok),
            _usd(entry.output_usd_per_mtok),
            entry.source,
            entry.credentials.source if entry.credentials.found else "not found",
        )
        for entry in known.entries
    ]
    columns = ("model", "vendor", "input $/Mtok", "output $/Mtok", "known from", "credentials")
    return Table(columns, rows, "\n".join(known.notes))


def suggest(model: ModelId) -> str:
    """Say what a model id its host does not know may have meant; empty where nothing is near.

    >>> suggest(ModelId("sim", "smal"))
    " Did you mean 'sim/small'?"
    >>> suggest(ModelId("openai", "claude-haiku-5-5"))
    " It is served by 'anthropic/claude-haiku-5-5'."
    """
    here = [f"{model.host}/{name}" for name in _priced(model.host)]
    elsewhere = [f"{host}/{model.model}" for host in sorted(BUILT_IN) if model.model in _priced(host)]
    if elsewhere and str(model) not in here:
        return f" It is served by {' and '.join(repr(known) for known in elsewhere)}."
    return did_you_mean(str(model), [known for known in here if known != str(model)])


def listings(
    providers: Mapping[str, Provider], *, timeout_s: float = LISTING_TIMEOUT_S
) -> tuple[dict[str, list[str]], dict[str, CallError]]:
    """Ask several hosts for their own listings at once.

    Parameters
    ----------
    providers
        By host.
    timeout_s
        How long to wait for each, seconds.

    Returns
    -------
    tuple
        The models of those that answered, and why the others did not, both by host.
    """
    from routebook.engine.loop import background

    async def ask(provider: Provider) -> list[str] | CallError:
        try:
            async with asyncio.timeout(timeout_s):
                return list(await provider.models())
        except CallError as error:
            return error
        except TimeoutError:
            return CallError("timeout", f"{provider.host} did not list its models within {timeout_s:.0f} seconds.")
        except Exception as error:  # noqa: BLE001 - one package's fault must not hide the other hosts
            return CallError("internal", redact(f"{provider.host} failed with {type(error).__name__}: {error}."))

    async def ask_all() -> list[list[str] | CallError]:
        return await asyncio.gather(*(ask(provider) for provider in providers.values()))

    answers = dict(zip(providers, background.submit(ask_all()).result(), strict=True))
    listed = {host: answer for host, answer in answers.items() if not isinstance(answer, CallError)}
    return listed, {host: answer for host, answer in answers.items() if isinstance(answer, CallError)}


def _priced(host: str) -> dict[str, Tariff]:
    return dict(price_book().catalogue(host))


def _entries(provider: Provider, credentials: Credentials, listed: Iterable[str]) -> list[Entry]:
    host = provider.host
    tariffs: dict[str, Tariff | None] = dict(_priced(host))
    for name in listed:
        tariffs.setdefault(name, price_book().tariff(ModelId(host, name)))
    return [
        Entry(
            ModelId(host, name),
            tariff,
            f"listed by {host}" if tariff is None else tariff.source,
            credentials,
            provider.simulated,
        )
        for name, tariff in tariffs.items()
    ]


def _noted(faults: dict[str, CallError], *, named: bool) -> list[str]:
    """One line for each host; local presets nobody named, which need not run, share one."""
    asleep = [] if named else [host for host, error in faults.items() if error.kind == "connection" and _optional(host)]
    notes = [f"{host}: {error.message} {error.hint}".rstrip() for host, error in faults.items() if host not in asleep]
    return [*notes, f"Not running here: {', '.join(asleep)}."] if asleep else notes


def _optional(host: str) -> bool:
    server = server_for(host)
    return server is not None and server.local and host not in user_servers()


def _usd(amount: Decimal | None) -> str:
    if amount is None:
        return "unknown"
    exact = f"{amount.normalize():f}"
    whole, _, rest = exact.partition(".")
    return f"{whole}.{rest:0<2}"
