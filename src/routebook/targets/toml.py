"""Plain data as TOML, which the standard library reads and does not write: no value breaks out of its place."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

_BARE = re.compile(r"[A-Za-z0-9_-]+\Z", re.ASCII)
_DEEPEST_HEADING = 4


def toml_text(data: Mapping[str, Any]) -> str:
    """Write tables of texts, finite numbers, truth values, lists and tables as TOML, names in their own order.

    Tables have headings down to the fourth level; deeper ones, and those of numbers alone, are written in line.

    >>> print(toml_text({"models": {"a/b": {"routing": ["a"], "providers": {"a": {"limits": {"s": 1.5}}}}}}), end="")
    [models."a/b"]
    routing = ["a"]
    <BLANKLINE>
    [models."a/b".providers.a]
    limits = {s = 1.5}
    """
    return "\n".join("".join(f"{line}\n" for line in block) for block in _blocks((), data))


def _blocks(path: tuple[str, ...], table: Mapping[str, Any]) -> Iterator[list[str]]:
    """Give a table's own lines, then those of the tables in it."""
    headed = {name: inner for name, inner in table.items() if _has_heading(inner, len(path) + 1)}
    own = [f"{_key(name)} = {_value(value)}" for name, value in table.items() if name not in headed]
    if own or (path and not headed):
        yield [f"[{'.'.join(map(_key, path))}]", *own] if path else own
    for name, inner in headed.items():
        yield from _blocks((*path, name), inner)


def _has_heading(value: object, depth: int) -> bool:
    if not isinstance(value, Mapping) or depth > _DEEPEST_HEADING:
        return False
    return not value or not all(isinstance(inner, (int, float)) for inner in value.values()) or depth == 1


def _key(name: str) -> str:
    return name if _BARE.match(name) else _value(name)


def _value(value: Any) -> str:
    match value:
        case Mapping():
            return "{" + ", ".join(f"{_key(name)} = {_value(inner)}" for name, inner in value.items()) + "}"
        case list():
            return f"[{', '.join(map(_value, value))}]"
        case str():  # as in JSON, but for what only TOML wants escaped
            return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
        case _:
            return json.dumps(value, allow_nan=False)
