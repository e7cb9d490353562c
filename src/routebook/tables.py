"""Reading a table's rows without importing the library it is of: pandas, polars, or plain mappings."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from numbers import Integral, Real
from typing import Any

from routebook.errors import PromptError
from routebook.prompts import in_words, sentence


def is_table(value: object) -> bool:
    """Tell whether a value is a DataFrame: it has columns and can give its rows."""
    return hasattr(value, "columns") and (hasattr(value, "iterrows") or hasattr(value, "to_dicts"))


def rows_of(table: Any) -> Iterator[tuple[object, dict[str, object]]]:
    """Give each row of a DataFrame or an iterable of mappings, with its label (the index of pandas, else from 1).

    Raises
    ------
    PromptError
        If it is neither, or two columns have the same name.
    """
    if is_table(table):
        columns = [str(name) for name in table.columns]
        if len(set(columns)) < len(columns):
            twice = sorted({name for name in columns if columns.count(name) > 1})
            raise PromptError(f"Two columns are called {', '.join(map(repr, twice))}: rename one.")
        if hasattr(table, "iterrows"):
            labels, records = table.index, table.to_dict(orient="records")
        else:
            labels, records = range(1, len(table) + 1), table.to_dicts()
        for label, record in zip(labels, records, strict=True):
            yield label, {str(name): value for name, value in record.items()}
        return
    if isinstance(table, (str, Mapping)) or not isinstance(table, Iterable):
        raise PromptError(f"{sentence(in_words(table))} is no table: give a DataFrame or a list of dictionaries.")
    for number, row in enumerate(table, 1):
        if not isinstance(row, Mapping):
            raise PromptError(f"Row {number} is {in_words(row)}: give a dictionary of column names and values.")
        yield number, {str(name): value for name, value in row.items()}


def is_missing(value: object) -> bool:
    """Tell whether a cell holds nothing: `None`, NaN, `pandas.NA` or NaT."""
    if value is None:
        return True
    if isinstance(value, (Real, Decimal)):
        return value != value
    return type(value).__name__ in {"NAType", "NaTType"}


def plain(value: object) -> object:
    """Return the value as plain JSON data: a missing one as `None`, a date in ISO form, what is foreign as text.

    >>> plain({"when": dt.date(2026, 11, 20), "n": float("nan")})
    {'when': '2026-11-20', 'n': None}
    """
    if is_missing(value):
        return None
    if isinstance(value, (str, bool)):
        return str(value) if isinstance(value, str) else value
    if isinstance(value, Integral):
        return int(value)
    if isinstance(value, Real):
        number = float(value)
        return number if abs(number) != float("inf") else str(number)
    if isinstance(value, (dt.date, dt.time)):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(item) for item in value]
    if type(value).__name__ in {"bool", "bool_"}:  # numpy's own
        return bool(value)
    return str(value)


def as_share(value: Any) -> float | None:
    """Read a number from 0 to 1; of what is missing, `None`.

    Raises
    ------
    ValueError
        If it is none.

    >>> as_share("0.5"), as_share(None)
    (0.5, None)
    """
    if is_missing(value):
        return None
    try:
        number = float(value)
    except TypeError as error:
        raise ValueError("not a number") from error
    if not 0 <= number <= 1:
        raise ValueError("not from 0 to 1")
    return number
