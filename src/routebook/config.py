"""The user's own settings: ``config.toml`` in the user's configuration folder, read once, when first needed.

::

    [servers.lab]                      # asked as lab/MODEL
    base_url = "https://llm.example.org/v1"
    key_env = "LAB_KEY"                # the variable that has the key, never the key
    free = false                       # true: its answers cost nothing
    headers = { X-Team = "nlp", X-Pass = "$LAB_PASS" }

    [prices."lab/big"]                 # US dollars per million tokens
    input = 0.40
    output = 1.20

    [defaults]
    budget_usd = 5
    concurrency = 8
    timeout_s = 120
    store = "~/comparisons.sqlite3"

``ROUTEBOOK_CONFIG`` names another file. A key nobody knows is an error: a misspelt cap is no cap.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from routebook.errors import ConfigError, ModelError, OptionError, did_you_mean
from routebook.models import ModelId
from routebook.redact import redact

_SECTIONS = ("servers", "prices", "defaults")
_SERVER_KEYS = ("base_url", "key_env", "free", "headers")
_PRICE_KEYS = ("input", "output", "cached", "cache_write", "reasoning")
_DEFAULT_KEYS = ("budget_usd", "concurrency", "timeout_s", "store")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_SECRET_HEADER = re.compile(r"auth|key|token|secret|password|cookie|credential", re.IGNORECASE)
_SECRET_KEYS = ("api_key", "key", "token", "secret", "password", "apikey")


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """One ``[servers.NAME]``; `None` is not given, and then a preset of that name decides."""

    name: str
    base_url: str | None = None
    key_env: str | None = None
    free: bool | None = None
    headers: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Defaults:
    """What ``[defaults]`` says; `None` is not given.

    Attributes
    ----------
    budget_usd
        The spending cap of a run, US dollars.
    concurrency
        Calls at once to one host.
    timeout_s
        The deadline of one attempt, seconds.
    store
        A path or a SQLAlchemy URL.
    """

    budget_usd: Decimal | None = None
    concurrency: int | None = None
    timeout_s: float | None = None
    store: str | None = None


@dataclass(frozen=True, slots=True)
class Config:
    """The whole file.

    Attributes
    ----------
    path
        Where it is, or would be.
    found
        Whether it is there.
    servers
        By name.
    prices
        By ``host/model``: US dollars per million tokens, by the arguments' names of `routebook.set_price`.
    defaults
        What holds where a run says nothing.
    """

    path: Path
    found: bool = False
    servers: Mapping[str, ServerSettings] = field(default_factory=dict)
    prices: Mapping[str, Mapping[str, Decimal]] = field(default_factory=dict)
    defaults: Defaults = field(default_factory=Defaults)


def config_path() -> Path:
    """Return where ``config.toml`` is looked for."""
    if given := os.environ.get("ROUTEBOOK_CONFIG"):
        return Path(given).expanduser()
    from platformdirs import user_config_path

    return user_config_path("routebook", appauthor=False) / "config.toml"


def config() -> Config:
    """Return the user's settings; the file is read once, and a missing file is an empty one.

    Raises
    ------
    ConfigError
        If the file cannot be read, is not TOML, or says something it cannot say.
    """
    return _read(config_path())


@lru_cache(maxsize=16)
def _read(path: Path) -> Config:  # an error is not kept: a mended file is read again
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Config(path)
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise ConfigError(f"Cannot read {path}: {reason}.") from error
    return parse_config(text, path)


def parse_config(text: str, path: Path) -> Config:
    """Read the text of a ``config.toml``.

    Raises
    ------
    ConfigError
        With the line, where it can be told.

    Examples
    --------
    >>> parse_config("[defaults]\\nconcurrency = 4", Path("config.toml")).defaults.concurrency
    4
    """
    try:
        data = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path} is not TOML: {redact(str(error))}.") from error
    reader = _Reader(text, path)
    reader.only(data, _SECTIONS, ())
    return Config(
        path,
        found=True,
        servers={name: reader.server(name, table) for name, table in reader.tables(data, "servers")},
        prices={model: reader.prices(model, table) for model, table in reader.tables(data, "prices")},
        defaults=reader.defaults(data.get("defaults", {})),
    )


def name_fault(name: str) -> str | None:
    """Tell why a name cannot be a host's in ``host/model``; `None` if it can."""
    try:
        usable = ModelId.parse(f"{name}/model").host == name
    except ModelError:
        usable = False
    return None if usable else f"{name!r} cannot name a server: use lower-case letters, digits, '-', '_' and '.'."


def secret_fault(key_env: str | None, headers: Mapping[str, str]) -> tuple[str, str] | None:
    """Tell which setting has a secret itself instead of its variable's name, and what to do; `None` if none has.

    >>> secret_fault("LAB_KEY", {"X-Pass": "$LAB_PASS"}) is None
    True
    >>> secret_fault("sk-live-0123456789abcdef", {})[0]
    'key_env'
    """
    if key_env is not None and (not _VARIABLE.match(key_env) or redact(key_env) != key_env):
        return "key_env", (
            "key_env is the name of the environment variable that has the key, such as LAB_KEY; "
            "put the key itself into that variable."
        )
    for header, value in headers.items():
        if value.startswith("$"):
            if not _VARIABLE.match(value[1:]):
                return header, f"the header {header} has to name one environment variable, such as $LAB_PASS."
        elif _SECRET_HEADER.search(header) or redact(value) != value:
            return header, (
                f"the header {header} looks like a secret: keep it in an environment variable and use key_env, "
                'or write "$NAME" for its value.'
            )
    return None


class _Reader:
    """Reads tables of one file, and knows how to say where something is."""

    def __init__(self, text: str, path: Path) -> None:
        self.lines = text.splitlines()
        self.path = path

    def error(self, message: str, table: tuple[str, ...], key: str | None = None) -> ConfigError:
        line = self.line_of(table, key)
        return ConfigError(f"{self.path}{f', line {line}' if line else ''}: {message}")

    def line_of(self, table: tuple[str, ...], key: str | None) -> int | None:
        """Find the line of a key, or of its table's header; dotted and inline forms may give `None`."""
        here: tuple[str, ...] = ()
        found = None
        for number, line in enumerate(self.lines, start=1):
            if header := re.match(r"\s*\[([^\[\]]+)\]", line):
                here = tuple(re.findall(r"""[^\s."']+|(?<=")[^"]+(?=")|(?<=')[^']+(?=')""", header[1]))
                if here == table:
                    found = number
            elif key is not None and here == table and re.match(rf"""\s*["']?{re.escape(key)}["']?\s*[=.]""", line):
                return number
            if key is not None and here == (*table, key):
                return number
        return found

    def only(self, table: Mapping[str, Any], known: Iterable[str], where: tuple[str, ...]) -> None:
        known = tuple(known)
        for key in table:
            if key in known:
                continue
            if where[:1] == ("servers",) and key.lower() in _SECRET_KEYS:
                raise self.error(
                    f"a key does not belong in this file: put it into an environment variable and write its name "
                    f"as key_env, instead of {key!r} in [{'.'.join(where)}].",
                    where,
                    key,
                )
            place = f"in [{'.'.join(where)}]" if where else "as a section"
            nearest = did_you_mean(key, known) or f" Known are {', '.join(known)}."
            raise self.error(f"{redact(key)!r} is not known {place}.{nearest}", where, key)

    def tables(self, data: Mapping[str, Any], section: str) -> list[tuple[str, Mapping[str, Any]]]:
        tables = self.table(data.get(section, {}), (section,))
        return [(name, self.table(table, (section, name))) for name, table in tables.items()]

    def table(self, value: object, where: tuple[str, ...]) -> Mapping[str, Any]:
        if not isinstance(value, dict):
            raise self.error(f"{'.'.join(where)} has to be a table: write [{'.'.join(where)}].", where[:-1], where[-1])
        return value

    def text(self, table: Mapping[str, Any], key: str, where: tuple[str, ...]) -> str | None:
        value = table.get(key)
        if value is not None and (not isinstance(value, str) or not value.strip()):
            raise self.error(f"{key} has to be a text in quotes.", where, key)
        return value

    def number(self, table: Mapping[str, Any], key: str, where: tuple[str, ...], *, above: bool = False) -> Any:
        """Return the value as `Decimal`, at least 0; with `above`, more than 0."""
        value = table.get(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, (int, Decimal)) or not Decimal(value).is_finite():
            raise self.error(f"{key} has to be a number.", where, key)
        if value < 0 or (above and value == 0):
            raise self.error(f"{key} is {value}; it has to be {'more than 0' if above else '0 or more'}.", where, key)
        return Decimal(value)

    def server(self, name: str, table: Mapping[str, Any]) -> ServerSettings:
        from routebook.providers.registry import refuse_taken  # it reads this module's settings

        where = ("servers", name)
        self.only(table, _SERVER_KEYS, where)
        if unusable := name_fault(name):
            raise self.error(unusable, where)
        try:
            refuse_taken(name)
        except ConfigError as error:
            raise self.error(str(error), where) from None
        free = table.get("free")
        if free is not None and not isinstance(free, bool):
            raise self.error("free has to be true or false.", where, "free")
        headers = table.get("headers")
        if headers is not None:
            headers = self.table(headers, (*where, "headers"))
            for header, value in headers.items():
                if not isinstance(value, str):
                    raise self.error(f"the header {header} has to be a text in quotes.", where, "headers")
        key_env = self.text(table, "key_env", where)
        if fault := secret_fault(key_env, headers or {}):
            raise self.error(fault[1], where, fault[0] if fault[0] == "key_env" else "headers")
        return ServerSettings(name, self.text(table, "base_url", where), key_env, free, headers)

    def prices(self, model: str, table: Mapping[str, Any]) -> Mapping[str, Decimal]:
        where = ("prices", model)
        self.only(table, _PRICE_KEYS, where)
        try:
            ModelId.parse(model)
        except ModelError as error:
            raise self.error(str(error), where) from error
        for key in ("input", "output"):
            if key not in table:
                raise self.error(f'[prices."{model}"] lacks {key}, US dollars per million tokens.', where)
        return {key: self.number(table, key, where) for key in _PRICE_KEYS if key in table}

    def defaults(self, value: object) -> Defaults:
        from routebook.engine.limits import concurrency_of

        where = ("defaults",)
        table = self.table(value, where)
        self.only(table, _DEFAULT_KEYS, where)
        concurrency = self.number(table, "concurrency", where, above=True)
        if concurrency is not None and concurrency != int(concurrency):
            raise self.error("concurrency has to be a whole number.", where, "concurrency")
        try:
            at_once = None if concurrency is None else concurrency_of("", int(concurrency))
        except OptionError as error:
            raise self.error(str(error), where, "concurrency") from None
        timeout_s = self.number(table, "timeout_s", where, above=True)
        return Defaults(
            budget_usd=self.number(table, "budget_usd", where),
            concurrency=at_once,
            timeout_s=None if timeout_s is None else float(timeout_s),
            store=self.text(table, "store", where),
        )
