"""A policy file as a tree in which every piece knows its line and column.

`routebook.routing.read_yaml` and `read_json` read into the same three kinds of node, through the same `Grower`, so both
refuse the same things. Nesting never becomes recursion here, and sizes are bounded before anything is read.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from routebook.errors import PolicyError

MAX_BYTES = 256 * 1024
MAX_DEPTH = 24


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands: the file's name (or ``policy``), and line and column from 1."""

    source: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.source}, line {self.line}, column {self.column}"

    def error(self, problem: str) -> PolicyError:
        """Return the error that says what is wrong here."""
        return PolicyError(f"{self}: {problem}")


@dataclass(frozen=True, slots=True)
class Scalar:
    """A text, number, truth value or nothing."""

    value: bool | int | float | str | None
    place: Place


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    items: tuple[Node, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Fields:
    """Named things, in the order of the file, each with the place of its name."""

    fields: Mapping[str, tuple[Place, Node]]
    place: Place


Node: TypeAlias = Scalar | Items | Fields


def shown(text: object) -> str:
    """Return the text as it may stand in a one-line message: quoted, escaped and short.

    >>> shown("a" * 100)
    "'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa…'"
    """
    text = str(text)
    return repr(text if len(text) <= 40 else text[:39] + "…")


def sized(text: str, source: str) -> str:
    """Return the text if it is at most 256 kB.

    Raises
    ------
    PolicyError
        Otherwise.
    """
    size = len(text.encode("utf-8", "surrogatepass"))
    if size > MAX_BYTES:
        raise PolicyError(f"{source}: {size:,} bytes is too large for a policy; {MAX_BYTES:,} is the most.")
    return text


# ---- a tree grows ---------------------------------------------------------------------------------------------------


class Grower:
    """Puts pieces together as they come; `root` is what they make. Each method raises `PolicyError` with the place."""

    def __init__(self) -> None:
        self._open: list[tuple[Place, list[Node] | dict[str, tuple[Place, Node]]]] = []
        self._keys: list[Scalar | None] = []
        self.root: Node | None = None

    def open(self, place: Place, *, mapping: bool) -> None:
        """Begin a mapping or a list; the 25th inside of each other is refused."""
        self._refuse_as_key(place)
        if len(self._open) >= MAX_DEPTH:
            raise place.error(f"this is nested more than {MAX_DEPTH} deep; a policy needs far less.")
        self._open.append((place, {} if mapping else []))
        self._keys.append(None)

    def close(self) -> None:
        """End what was begun last."""
        place, held = self._open.pop()
        self._keys.pop()
        self._put(Fields(held, place) if isinstance(held, dict) else Items(tuple(held), place))

    def scalar(self, scalar: Scalar) -> None:
        """Take a name, which must be text and new, or a value."""
        if self._expects_key():
            if not isinstance(scalar.value, str):
                raise scalar.place.error("a name here must be text: put it in quotes.")
            held = self._open[-1][1]
            if scalar.value in held:
                raise scalar.place.error(f"{shown(scalar.value)} is given twice.")
            self._keys[-1] = scalar
        else:
            self._put(scalar)

    def _expects_key(self) -> bool:
        return bool(self._open) and isinstance(self._open[-1][1], dict) and self._keys[-1] is None

    def _refuse_as_key(self, place: Place) -> None:
        if self._expects_key():
            raise place.error("a list or mapping cannot be a name here.")

    def _put(self, node: Node) -> None:
        if not self._open:
            self.root = node
            return
        held = self._open[-1][1]
        if isinstance(held, dict):
            key = self._keys[-1]
            assert key is not None  # a name comes first: `scalar` and `open` see to it
            held[str(key.value)] = (key.place, node)
            self._keys[-1] = None
        else:
            held.append(node)


# ---- what YAML and JSON share ---------------------------------------------------------------------------------------

NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?P<fraction>(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?)")
LITERALS: Mapping[str, bool | None] = {"null": None, "~": None, "": None, "true": True, "false": False}


def number(text: str, place: Place) -> int | float:
    """Read what `NUMBER` matches.

    Raises
    ------
    PolicyError
        If it is longer than any number needs to be, or infinite.
    """
    if len(text) > 32:
        raise place.error(f"{shown(text)} is too long for a number.")
    whole = not (match := NUMBER.fullmatch(text)) or not match["fraction"]
    value: int | float = int(text) if whole else float(text)
    if not math.isfinite(value):
        raise place.error(f"{shown(text)} is too large for a number.")
    return value


class Lines:
    """Where each line of a text starts, to turn a position into a place."""

    def __init__(self, text: str, source: str) -> None:
        self._starts = [0, *(found.end() for found in re.finditer("\n", text))]
        self._source = source

    def place(self, position: int) -> Place:
        """Return the place of the character at this position, counted from 0."""
        line = bisect_right(self._starts, position)
        return Place(self._source, line, position - self._starts[line - 1] + 1)
