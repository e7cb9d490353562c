"""Reading JSON that someone else may have written: every field asked for by type, bounded, and none left over.

A `Fields` is one JSON object on its way to becoming a value. Whoever reads it takes each field by name and type and
calls `end`, so that a misspelt or unknown field is an error with its place, not a silent loss.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any, NoReturn, TypeVar

from routebook.errors import RunError

T = TypeVar("T")
LONGEST = 50_000_000  # characters of one text
MOST = 2_000_000  # items of one list
LARGEST = 2**62
_MOST_USD = 10**12


def parse(text: str, what: str) -> object:
    """Parse JSON text; NaN, infinities and repeated keys are refused.

    Raises
    ------
    RunError
        If it is no JSON, or nested too deeply.
    """
    try:
        return json.loads(text, parse_constant=_refuse_constant, object_pairs_hook=_unique)
    except RecursionError:
        raise RunError(f"{what} is nested too deeply to be a saved run.") from None
    except ValueError as error:
        raise RunError(f"{what} is not a saved run: {error}.") from error


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise ValueError(f"the field {twice[:40]!r} is there twice")
    return made


class Fields:
    """One JSON object, read field by field; `where` is its place, for messages."""

    __slots__ = ("_data", "where")

    def __init__(self, data: object, where: str) -> None:
        if not isinstance(data, dict):
            raise RunError(f"{where} must be an object, not {_kind(data)}.")
        self._data: dict[str, Any] = dict(data)
        self.where = where

    def __contains__(self, name: str) -> bool:
        """Whether there is such a field, not yet read."""
        return name in self._data

    def _take(self, name: str) -> Any:
        if name not in self._data:
            raise RunError(f"{self.where} lacks {name!r}.")
        return self._data.pop(name)

    def fail(self, name: str, expected: str, value: object) -> NoReturn:
        """Raise what says which field is not what it should be."""
        shown = repr(value) if isinstance(value, (str, int, float)) else _kind(value)
        raise RunError(f"{self.where}: {name!r} must be {expected}, not {shown[:60]}.")

    def optional(self, name: str, read: Callable[[str], T]) -> T | None:
        """Read a field that may be null."""
        if self._data.get(name, ...) is None:
            del self._data[name]
            return None
        return read(name)

    def text(self, name: str, longest: int = LONGEST) -> str:
        """Read a text."""
        value = self._take(name)
        if not isinstance(value, str):
            self.fail(name, "text", value)
        if len(value) > longest:
            self.fail(name, f"at most {longest:,} characters", f"{len(value):,}")
        return value

    def word(self, name: str) -> str:
        """Read a short text: an id, a name, a reason."""
        return self.text(name, 10_000)

    def one_of(self, name: str, words: Sequence[str]) -> Any:
        """Read one of several words."""
        value = self._take(name)
        if not isinstance(value, str) or value not in words:
            self.fail(name, f"one of {', '.join(words)}", value)
        return value

    def flag(self, name: str) -> bool:
        """Read true or false."""
        value = self._take(name)
        if not isinstance(value, bool):
            self.fail(name, "true or false", value)
        return value

    def count(self, name: str, most: int = LARGEST) -> int:
        """Read a whole number, 0 or more."""
        value = self._take(name)
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= LARGEST:
            self.fail(name, "a whole number, 0 or more", value)
        if value > most:
            self.fail(name, f"at most {most:,}", value)
        return value

    def seconds(self, name: str) -> float:
        """Read a number, 0 or more."""
        value = self._take(name)
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            self.fail(name, "a number", value)
        if not 0 <= value <= LARGEST or not math.isfinite(value):
            self.fail(name, "a number, 0 or more", value)
        return float(value)

    def moment(self, name: str) -> datetime:
        """Read a time with its zone, in ISO form."""
        value = self.text(name, 64)
        try:
            made = datetime.fromisoformat(value)
        except ValueError:
            made = None
        if made is None or made.tzinfo is None:
            self.fail(name, "an ISO time with its zone", value)
        return made

    def usd(self, name: str) -> Decimal:
        """Read an amount of US dollars, written as text."""
        value = self.text(name, 10_000)
        try:
            made = Decimal(value)
        except InvalidOperation:
            made = None
        if made is None or not made.is_finite() or not 0 <= made <= _MOST_USD:
            self.fail(name, "an amount of US dollars", value)
        return made

    def items(self, name: str, most: int = MOST) -> list[Any]:
        """Read a list."""
        value = self._take(name)
        if not isinstance(value, list):
            self.fail(name, "a list", value)
        if len(value) > most:
            self.fail(name, f"at most {most:,} items", f"{len(value):,}")
        return value

    def words(self, name: str) -> tuple[str, ...]:
        """Read a list of short texts."""
        value = self.items(name)
        for item in value:
            if not isinstance(item, str) or len(item) > 10_000:
                self.fail(name, "a list of short texts", item)
        return tuple(value)

    def objects(self, name: str, read: Callable[[Fields], T]) -> tuple[T, ...]:
        """Read a list of objects, each to its end."""
        made = []
        for number, item in enumerate(self.items(name)):
            fields = Fields(item, f"{self.where}, {name}[{number}]")
            made.append(read(fields))
            fields.end()
        return tuple(made)

    def object(self, name: str, read: Callable[[Fields], T]) -> T:
        """Read an object to its end."""
        fields = Fields(self._take(name), f"{self.where}, {name}")
        made = read(fields)
        fields.end()
        return made

    def mapping(self, name: str) -> dict[str, Any]:
        """Read an object of anything."""
        value = self._take(name)
        if not isinstance(value, dict):
            self.fail(name, "an object", value)
        return value

    def end(self) -> None:
        """Refuse what nobody asked for."""
        if self._data:
            raise RunError(f"{self.where} has an unknown field {next(iter(self._data))[:60]!r}.")


def _kind(value: object) -> str:
    names = {dict: "an object", list: "a list", str: "text", bool: "true or false", type(None): "null"}
    return names.get(type(value), "a number")
