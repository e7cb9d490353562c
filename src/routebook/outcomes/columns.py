"""A table's cells as numbers, texts and tags, and everything that is wrong with them, said once for each kind."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence
from typing import Any, NoReturn

import numpy as np
import pandas as pd

from routebook.errors import OutcomesError, did_you_mean
from routebook.lookup import count
from routebook.tables import is_missing

_WORDS = {"true": 1.0, "false": 0.0}
_NOTHING = {"", "nan", "na", "n/a", "null", "none", "<na>"}
_MOST_KINDS = 8
_LONGEST_LIST = 10_000  # characters of a list written as text


class Problems:
    """What is wrong with a table: of each kind the first case, and how many more there are."""

    def __init__(self, what: str) -> None:
        self.what = what
        self.hint = ""
        self._found: dict[str, list[Any]] = {}

    def __bool__(self) -> bool:
        return bool(self._found)

    def add(self, text: str, *, kind: str = "", of: int = 1) -> None:
        """Note a problem; of problems of one kind the first is told, and the others are counted."""
        found = self._found.setdefault(kind or text, [text, 0])
        found[1] += of

    def cells(self, bad: Any, labels: Any, name: str, values: Any, says: str) -> None:
        """Note the cells of a column that are bad: ``row 17, column 'gpt-4': 1.7 <says>``."""
        number = int(bad.sum())
        if number:
            first = int(bad.argmax())
            self.add(f"{where(labels[first], name)}: {shown(values[first])} {says}", kind=says, of=number)

    def end(self) -> None:
        """Raise `OutcomesError` if there were any."""
        if not self._found:
            return
        texts = [
            text if of == 1 else f"{text} (and {of - 1:,} more like it)"
            for text, of in list(self._found.values())[:_MOST_KINDS]
        ]
        if len(self._found) > _MOST_KINDS:
            texts.append(f"and {count(len(self._found) - _MOST_KINDS, 'more kind')} of mistake")
        said = "; ".join(texts)
        raise OutcomesError(
            f"{self.what} cannot be read as outcomes: {said}{'' if said.endswith('?') else '.'}{self.hint}"
        )

    def stop(self, text: str) -> NoReturn:
        """Raise `OutcomesError` with this problem and all that were found before."""
        self.add(text)
        self.end()
        raise AssertionError  # end() raised


def where(label: object, name: str) -> str:
    """Name a cell."""
    return f"row {shown(label)}, column {name!r}"


def near_to(word: object, known: Iterable[str]) -> str:
    """Return ``; did you mean 'x'?`` or an empty string."""
    return did_you_mean(str(word), known).replace(" Did", "; did")


def shown(value: object) -> str:
    """Write a cell, shortened."""
    plain = value.item() if isinstance(value, np.generic) else value
    text = repr(plain) if not isinstance(plain, float) else f"{plain:g}"
    return text if len(text) <= 40 else f"{text[:37]}..."


class Columns:
    """The columns of a table, each read once; what is wrong with one is noted in `problems`."""

    def __init__(self, table: pd.DataFrame, problems: Problems) -> None:
        self.table = table
        self.problems = problems
        self.labels = table.index
        self._numbers: dict[tuple[str, float, float], Any] = {}

    def __contains__(self, name: object) -> bool:
        return name in self.table.columns

    def column(self, name: str, what: str) -> Any:
        """Return a column, or `None` where there is none."""
        if name in self.table.columns:
            return self.table[name]
        near = near_to(name, self.table.columns)
        has = "" if near else f" (it has {listed(map(repr, self.table.columns))})"
        self.problems.add(f"there is no column {name!r} for {what}{has}{near}")
        return None

    def numbers(self, name: str, what: str, low: float = 0.0, high: float = np.inf) -> Any:
        """Return a column as doubles, NaN where a cell is empty; what is no number from low to high is a problem."""
        key = (name, low, high)
        if key not in self._numbers:
            column = self.column(name, what)
            self._numbers[key] = None if column is None else self._checked(column, name, low, high)
        return self._numbers[key]

    def _checked(self, column: Any, name: str, low: float, high: float) -> Any:
        values, wrong = as_numbers(column)
        cells = column.to_numpy()
        self.problems.cells(wrong, self.labels, name, cells, "is not a number")
        endless = np.isinf(values)
        self.problems.cells(endless, self.labels, name, cells, "is not finite")
        with np.errstate(invalid="ignore"):
            outside = ((values < low) | (values > high)) & ~endless
        says = f"is below {low:g}" if high == np.inf else f"is not from {low:g} to {high:g}"
        if high < np.inf and outside.any():
            self.problems.hint = " Is it another scale? Say so: scale=(worst, best), such as (1, 5)."
        self.problems.cells(outside, self.labels, name, cells, says)
        return values

    def texts(self, name: str, what: str) -> list[str] | None:
        """Return a column of texts; an empty cell, or one that is no text, is a problem."""
        column = self.column(name, what)
        if column is None:
            return None
        cells = column.to_numpy(dtype=object)
        texts = [cell if isinstance(cell, str) else "" for cell in cells]
        blank = np.fromiter((not text or text.isspace() for text in texts), bool, len(texts))
        foreign = np.zeros(len(cells), dtype=bool)
        for row in blank.nonzero()[0]:
            foreign[row] = not isinstance(cells[row], str) and not is_missing(cells[row])
        self.problems.cells(foreign, self.labels, name, cells, "is no text")
        self._empty(blank & ~foreign, name)
        return texts

    def names(self, name: str, what: str) -> list[str] | None:
        """Return a column of names or ids: numbers too, as text; an empty cell is a problem."""
        column = self.column(name, what)
        if column is None:
            return None
        codes, kinds = pd.factorize(column)
        known = [str(kind).strip() for kind in kinds]
        empty = np.array([not text for text in known] + [True])[codes]  # -1, a missing cell, is the last
        self._empty(empty, name)
        known.append("")
        return [known[code] for code in codes]

    def _empty(self, empty: Any, name: str) -> None:
        if number := int(empty.sum()):
            cell = where(self.labels[int(empty.argmax())], name)
            self.problems.add(f"{cell} is empty", kind=f"{name} is empty", of=number)

    def tags(self, names: Sequence[str]) -> list[tuple[str, ...]]:
        """Return the tags of each row, from all these columns; an empty cell gives none."""
        columns = [column for name in names if (column := self.column(name, "tags")) is not None]
        rows: list[tuple[str, ...]] = [()] * len(self.table)
        for column in columns:
            made = _tags_of(column)
            rows = made if len(columns) == 1 else [(*old, *new) for old, new in zip(rows, made, strict=True)]
        return rows if len(columns) < 2 else [tuple(dict.fromkeys(row)) for row in rows]


def as_numbers(column: Any) -> tuple[Any, Any]:
    """Return a column as doubles, NaN where a cell is empty or no number, and where it is no number."""
    kinds = pd.api.types
    if kinds.is_numeric_dtype(column.dtype) and not kinds.is_complex_dtype(column.dtype):  # bool is one
        return column.to_numpy(dtype="float64", na_value=np.nan), np.zeros(len(column), dtype=bool)
    cells = column.to_numpy(dtype=object)
    made: dict[Any, float | None] = {}
    values = np.empty(len(cells))
    wrong = np.zeros(len(cells), dtype=bool)
    for place, cell in enumerate(cells):
        try:
            if (cell, type(cell)) not in made:
                made[cell, type(cell)] = _number(cell)
            number = made[cell, type(cell)]
        except TypeError:  # a list, say, has no hash
            number = None
        values[place] = np.nan if number is None else number
        wrong[place] = number is None
    return values, wrong


def _number(cell: Any) -> float | None:
    if is_missing(cell):
        return np.nan
    if isinstance(cell, str):
        word = cell.strip().lower()
        if word in _NOTHING:
            return np.nan
        if word in _WORDS:
            return _WORDS[word]
        if "_" in word:
            return None
    try:
        return float(cell)
    except (TypeError, ValueError, OverflowError):
        return None


def _tags_of(column: Any) -> list[tuple[str, ...]]:
    made: dict[Any, tuple[str, ...]] = {}
    rows = []
    for cell in column.to_numpy(dtype=object):
        try:
            tags = made.get(cell)
            if tags is None:
                tags = made[cell] = _tags(cell)
        except TypeError:  # a list has no hash
            tags = _tags(cell)
            tags = made.setdefault(tags, tags)
        rows.append(tags)
    return rows


def _tags(cell: Any) -> tuple[str, ...]:
    if isinstance(cell, np.ndarray):
        cell = cell.tolist()
    if isinstance(cell, str) and cell[:1] in "[(" and cell[-1:] in "])":
        cell = _list_in(cell)
    if isinstance(cell, (set, frozenset)):
        cell = sorted(map(str, cell))
    cells = cell if isinstance(cell, (list, tuple)) else [cell]
    words = [str(one).strip() for one in cells if not is_missing(one)]
    return tuple(dict.fromkeys(word for word in words if word))


def _list_in(text: str) -> Any:
    """Return the list of texts that pandas wrote into a CSV file as ``['a', 'b']``, or the text itself."""
    if len(text) > _LONGEST_LIST:
        return text
    try:
        made = ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return text
    flat = isinstance(made, (list, tuple)) and all(isinstance(one, (str, int, float)) for one in made)
    return made if flat else text


def listed(names: Iterable[str], most: int = 8) -> str:
    """Name the first of them.

    >>> listed(["a", "b", "c"], most=2)
    'a, b and 1 more'
    """
    every = [name if len(name) <= 60 else f"{name[:57]}..." for name in names]
    return ", ".join(every[:most]) + (f" and {len(every) - most} more" if len(every) > most else "")
