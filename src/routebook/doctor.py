"""What is installed, found and reachable, and how to mend what is not.

Nothing here needs a key, and without ``live`` nothing leaves the machine but for the servers the user named himself.
Credentials are found or not found; their values are never read out.
"""

from __future__ import annotations

import json
import re
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import routebook
from routebook.errors import ConfigError, RoutebookError, StoreError
from routebook.redact import redact

if TYPE_CHECKING:
    from routebook.providers.contract import Credentials, Provider
    from routebook.render.table import Table

SERVER_TIMEOUT_S = 3.0
_LITTLE_SPACE = 200_000_000
_DAY_S = 86_400
_FRONT_ENDS = (("JupyterLab", "jupyterlab"), ("Notebook", "notebook"), ("Python kernel", "ipykernel"))


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at.

    Attributes
    ----------
    section
        What it belongs to: ``installed``, ``notebook``, ``settings``, ``store``, ``credentials``, ``servers``,
        ``clock``.
    name
        What it is.
    ok
        `True`: in order. `False`: broken. `None`: not there, which may well be as it should be.
    detail
        What was found.
    mend
        What to do, or empty.
    required
        Whether routebook cannot work without it.
    """

    section: str
    name: str
    ok: bool | None
    detail: str
    mend: str = ""
    required: bool = True

    @property
    def verdict(self) -> str:
        """The finding in a sign and a word, so that nobody needs to tell colours apart."""
        return "– none" if self.ok is None else "✓ ok" if self.ok else "✗ broken"

    @property
    def fatal(self) -> bool:
        """Whether routebook cannot work because of it."""
        return self.ok is False and self.required


def diagnose(*, live: bool = False) -> list[Finding]:
    """Look at everything.

    Parameters
    ----------
    live
        Whether to ask the official hosts too, where credentials were found. It costs nothing.
    """
    found: list[Finding] = []
    for look in (_installed, _notebook, _settings, _store, _credentials, lambda: _servers(live), _clock):
        found.extend(look())
    return found


def report(*, live: bool = False) -> Table:
    """Return the findings as a table."""
    return as_table(diagnose(live=live))


def as_table(findings: list[Finding]) -> Table:
    """Return findings as a table, HTML in a notebook and text elsewhere."""
    from routebook.render.table import Table

    rows = []
    section = ""
    for finding in findings:
        rows.append(
            (
                "" if finding.section == section else finding.section,
                finding.verdict,
                finding.name,
                f"{finding.detail} {finding.mend}".strip(),
            )
        )
        section = finding.section
    broken = sum(finding.fatal for finding in findings)
    note = f"{broken} broken: see what to do beside each." if broken else "Everything that is needed is in order."
    return Table(("", "", "", ""), rows, note)


# ---- what is installed ----------------------------------------------------------------------------------------------


def _installed() -> Iterator[Finding]:
    version = ".".join(map(str, sys.version_info[:3]))
    new_enough = sys.version_info >= (3, 11)
    mend = "" if new_enough else "Use Python 3.11 or later."
    yield Finding("installed", "Python", new_enough, version, mend)
    try:
        yield Finding("installed", "routebook", True, metadata.version("routebook"))
        required = metadata.requires("routebook") or []
    except metadata.PackageNotFoundError:
        mend = "Run `pip install routebook`, or `pip install -e .` in its folder."
        yield Finding("installed", "routebook", None, "used without being installed.", mend)
        return
    for requirement in required:
        if ";" not in requirement:  # the others belong to extras
            yield _package(requirement)


def _package(requirement: str) -> Finding:
    match = re.match(r"(?P<name>[\w.-]+)(?:\[[^\]]*\])?\s*(?P<wanted>.*)", requirement)
    assert match is not None, requirement
    name, wanted = match["name"], match["wanted"].strip()
    mend = f"Run `pip install '{requirement}'`."
    try:
        version = metadata.version(name)
    except metadata.PackageNotFoundError:
        return Finding("installed", name, False, "missing.", mend)
    fits = version_fits(version, wanted)
    return Finding(
        "installed", name, fits, version if fits else f"{version}; needed is {wanted}.", "" if fits else mend
    )


def version_fits(version: str, wanted: str) -> bool:
    """Tell whether a release is within bounds such as ``>=2.11,<3``.

    >>> version_fits("2.11.0", ">=2.11,<3"), version_fits("3.0", ">=2.11,<3"), version_fits("10.1", ">=9")
    (True, False, True)
    """
    compare: dict[str, Callable[[list[int], list[int]], bool]] = {
        ">=": lambda a, b: a >= b,
        "<=": lambda a, b: a <= b,
        "<": lambda a, b: a < b,
        ">": lambda a, b: a > b,
        "==": lambda a, b: a == b,
        "!=": lambda a, b: a != b,
    }
    for bound in filter(None, (part.strip() for part in wanted.split(","))):
        match = re.match(r"(>=|<=|==|!=|<|>)\s*([\d.]+)", bound)
        if match and not compare[match[1]](_release(version), _release(match[2])):
            return False
    return True


def _release(version: str) -> list[int]:
    numbers = [int(part) for part in re.findall(r"\d+", re.split(r"[a-zA-Z+!-]", version)[0])]
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return numbers


def _notebook() -> Iterator[Finding]:
    for label, package in _FRONT_ENDS:
        try:
            yield Finding("notebook", label, True, f"{package} {metadata.version(package)}")
        except metadata.PackageNotFoundError:
            yield Finding("notebook", label, None, f"{package} is not installed.", f"`pip install {package}` adds it.")
    if find_spec("IPython") is None:
        yield Finding("notebook", "%load_ext routebook", False, "IPython is missing.", "Run `pip install ipython`.")
        return
    try:
        from routebook.notebook import magics
    except Exception as error:  # noqa: BLE001 - whatever it is, it is the finding
        yield Finding(
            "notebook",
            "%load_ext routebook",
            False,
            _one_line(error),
            "Run `pip install --force-reinstall routebook` and restart the kernel.",
        )
    else:
        yield Finding("notebook", "%load_ext routebook", True, f"loads ({magics.__name__}).")
    yield _view()


def _view() -> Finding:
    """Look for JupyterLab's part, which has to be where JupyterLab is: not always where the kernel is."""
    from jupyter_core.paths import jupyter_path

    name = "view in JupyterLab"
    without = "Without it answers are shown as HTML, and charts as pictures."
    for folder in map(Path, jupyter_path("labextensions")):
        described = folder / "routebook" / "package.json"
        if not described.is_file():
            continue
        try:
            version = json.loads(described.read_text(encoding="utf-8"))["version"]
        except (OSError, ValueError, KeyError, TypeError) as error:
            return Finding(
                "notebook", name, False, f"{described} cannot be read: {_one_line(error)}", "Install it anew."
            )
        if version != routebook.__version__:
            why = f"{version} at {described.parent}, but routebook is {routebook.__version__}."
            return Finding("notebook", name, False, why, "Install routebook anew and reload the page.")
        return Finding("notebook", name, True, f"{version} at {described.parent}.")
    return Finding(
        "notebook", name, None, "not found here.", f"Install routebook also where JupyterLab runs. {without}"
    )


# ---- the user's own files -------------------------------------------------------------------------------------------


def _settings() -> Iterator[Finding]:
    from routebook.config import config, config_path

    try:
        found = config()
    except ConfigError as error:
        yield Finding("settings", "config.toml", False, str(error), f"Mend or move away {config_path()}.")
        return
    if not found.found:
        yield Finding("settings", "config.toml", None, f"none at {found.path}; it is not needed.")
        return
    said = f"{_count(len(found.servers), 'server')}, {_count(len(found.prices), 'price')}"
    yield Finding("settings", "config.toml", True, f"{found.path} ({said}).")


def _store() -> Iterator[Finding]:
    from routebook.store import default_store
    from routebook.store.schema import SCHEMA_VERSION

    try:
        store = default_store()
        runs = len(store.runs(limit=1))
    except StoreError as error:
        yield Finding("store", "store", False, str(error), "ROUTEBOOK_STORE names another place.")
        return
    path = Path(store.url)
    size = f", {path.stat().st_size / 1e6:.1f} MB" if path.is_file() else ""
    filled = "" if runs else ", still empty"
    yield Finding("store", "store", True, f"{store.url} (version {SCHEMA_VERSION}{size}{filled}).")
    if path.is_file():
        free = shutil.disk_usage(path.parent).free
        yield Finding(
            "store",
            "space",
            free >= _LITTLE_SPACE,
            f"{free / 1e9:.1f} GB free on its disk.",
            "" if free >= _LITTLE_SPACE else "Make room, or move the store with ROUTEBOOK_STORE.",
        )


# ---- hosts ----------------------------------------------------------------------------------------------------------


def _credentials() -> Iterator[Finding]:
    from routebook.providers.registry import BUILT_IN, server_for

    named = _named()
    missing: list[str] = []
    for host, provider in _providers():
        if isinstance(provider, Exception):
            builtin = host in BUILT_IN
            mend = "Run `pip install --force-reinstall routebook`." if builtin else ""
            yield Finding("credentials", host, False, _one_line(provider), mend, required=builtin)
            continue
        credentials = provider.credentials()
        server = server_for(host)
        if credentials.found and server is not None and server.key_env is None and host not in named:
            continue  # a local preset: whether it runs is told below
        if credentials.found:
            yield Finding("credentials", host, True, _where(credentials))
        elif host in BUILT_IN or host in named:
            yield Finding("credentials", host, None, "not found.", credentials.hint)
        else:
            missing.append(f"{host} ({server.key_env})" if server and server.key_env else host)
    if missing:
        yield Finding("credentials", "others", None, f"not found for {', '.join(missing)}.")


def _where(credentials: Credentials) -> str:
    return credentials.source if credentials.source == "none needed" else f"found in {credentials.source}"


def _servers(live: bool) -> Iterator[Finding]:
    """Ask for the models' list: of servers on this machine, of those the user named, and live of official hosts."""
    from routebook.catalogue import listings
    from routebook.providers.registry import server_for

    named = _named()
    asked: dict[str, Provider] = {}
    for host, provider in _providers():
        if isinstance(provider, Exception) or provider.simulated:
            continue
        server = server_for(host)
        near = host in named or (server is not None and server.local)
        if (near or live) and provider.credentials().found:
            asked[host] = provider
    listed, faults = listings(asked, timeout_s=SERVER_TIMEOUT_S if not live else 4 * SERVER_TIMEOUT_S)
    for host in asked:
        if host in listed:
            yield Finding("servers", host, True, f"answers; {_count(len(listed[host]), 'model')}.")
            continue
        fault = faults[host]
        server = server_for(host)
        asleep = host not in named and server is not None and server.local and fault.kind == "connection"
        yield Finding(
            "servers",
            host,
            None if asleep else False,
            "not running." if asleep else fault.message,
            server.start_hint if asleep and server else fault.hint,
            required=False,
        )


def _named() -> list[str]:
    from routebook.providers.registry import user_servers

    try:
        return user_servers()
    except ConfigError:  # a finding of its own
        return []


def _providers() -> Iterator[tuple[str, Provider | Exception]]:
    from routebook.providers.registry import BUILT_IN, known_hosts, provider_for

    try:
        hosts = known_hosts()
    except ConfigError:  # a finding of its own
        hosts = sorted(BUILT_IN)
    for host in hosts:
        try:
            yield host, provider_for(host)
        except (RoutebookError, ImportError) as error:
            yield host, error


def _clock() -> Iterator[Finding]:
    now = time.time()
    shown = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(now))
    behind = Path(__file__).stat().st_mtime - now > _DAY_S
    yield Finding(
        "clock",
        "date and time",
        not behind,
        f"{shown}{', before routebook was installed.' if behind else '.'}",
        "Set the clock: prices go by the date, and signed requests fail." if behind else "",
    )
    resolution = time.get_clock_info("perf_counter").resolution
    yield Finding(
        "clock",
        "stopwatch",
        resolution <= 1e-3,
        f"resolves {resolution * 1e9:.0f} ns.",
        "" if resolution <= 1e-3 else "Times below some milliseconds cannot be trusted here.",
        required=False,
    )


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _one_line(error: Exception) -> str:
    kind = "" if isinstance(error, RoutebookError) else f"{type(error).__name__}: "
    return redact(" ".join(f"{kind}{error}".split()))
