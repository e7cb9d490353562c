"""A table from anywhere: a DataFrame of pandas or polars, a list of dictionaries, or a file."""

from __future__ import annotations

import gzip
import json
import zlib
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from routebook.errors import OutcomesError
from routebook.prompts import in_words

_LARGEST, _DENSEST, _DENSEST_GZIP = 10**9, 100, 1_032
"""Bytes that are always unpacked; how many for each packed one beyond; and how many gzip can pack into one."""
_KINDS = ".csv, .json, .jsonl (each also .gz) or .parquet"


def opened(given: Any, texts: Collection[str]) -> tuple[pd.DataFrame, str]:
    """Return a table with texts as its columns' names, and what to call it.

    Parameters
    ----------
    given
        As in `Outcomes.from_frame`.
    texts
        The columns whose cells are texts, even where a file's look like numbers.

    Raises
    ------
    OutcomesError
        If it is no table, or a file that cannot be read.
    """
    if isinstance(given, (str, Path)):
        path = Path(given).expanduser()
        return _named(_from_file(path, texts)), path.name
    if isinstance(given, pd.DataFrame):
        return _named(given), "a DataFrame"
    if hasattr(given, "columns") and hasattr(given, "to_dict"):  # polars
        return _named(pd.DataFrame(given.to_dict(as_series=False))), "a DataFrame"
    if isinstance(given, Mapping) or not isinstance(given, Iterable):
        raise OutcomesError(f"Give a DataFrame, a list of dictionaries or a file, not {in_words(given)}.")
    return _of_records(list(given), "the list"), "a list"


def _named(table: pd.DataFrame) -> pd.DataFrame:
    table = (
        table.rename(columns=str)
        if table.columns.nlevels == 1
        else table.set_axis([" ".join(map(str, name)) for name in table.columns], axis=1)
    )
    _refuse_twice(list(table.columns))
    return table


def _refuse_twice(names: list[str]) -> None:
    twice = sorted(name for name, times in Counter(names).items() if times > 1)
    if twice:
        raise OutcomesError(f"Two columns of the table are called {', '.join(map(repr, twice[:5]))}: rename one.")


def _of_records(records: list[Any], what: str) -> pd.DataFrame:
    for number, record in enumerate(records):
        if not isinstance(record, Mapping):
            raise OutcomesError(
                f"Row {number} of {what} is {in_words(record)}, not a dictionary of columns and values."
            )
    return _named(pd.DataFrame(records))


def _from_file(path: Path, texts: Collection[str]) -> pd.DataFrame:
    kind = "".join(path.suffixes[-2:]).lower() if path.suffix.lower() == ".gz" else path.suffix.lower()
    try:
        if path.suffix.lower() == ".gz":
            _refuse_bomb(path)
        if kind in (".csv", ".csv.gz"):
            return _csv(path, texts)
        if kind in (".json", ".json.gz"):
            return _json(path)
        if kind in (".jsonl", ".jsonl.gz"):
            return _of_records(list(_json_lines(path)), path.name)
        if kind == ".parquet":
            return _parquet(path)
    except OSError as error:
        raise OutcomesError(f"Cannot read {path.name!r}: {error.strerror or error}.") from error
    except (EOFError, zlib.error) as error:
        raise OutcomesError(f"{path.name!r} is not whole: {error}.") from error
    except UnicodeDecodeError as error:
        raise OutcomesError(f"{path.name!r} is not UTF-8 text.") from error
    except RecursionError:
        raise OutcomesError(f"{path.name!r} is nested too deeply.") from None
    raise OutcomesError(f"{path.name!r} is no file that can be read as outcomes: give {_KINDS}.")


def _refuse_bomb(path: Path) -> None:
    """Refuse a file that is packed so densely that it can be no table: it would fill the memory."""
    packed = path.stat().st_size
    most = max(_LARGEST, _DENSEST * packed)
    if packed * _DENSEST_GZIP <= most:
        return
    unpacked = 0
    with gzip.open(path) as file:
        while some := file.read(2**20):
            unpacked += len(some)
            if unpacked > most:
                raise OutcomesError(f"{path.name!r} unpacks to more than {most:,} bytes: that is no table.")


def _csv(path: Path, texts: Collection[str]) -> pd.DataFrame:
    options: dict[str, Any] = {"keep_default_na": False, "na_values": [""]}  # a prompt may well be "None" or "NA"
    try:
        header = pd.read_csv(path, header=None, nrows=1, dtype=str, **options).iloc[0]
        _refuse_twice([str(name) for name in header.dropna()])  # pandas would rename the second
        table: pd.DataFrame = pd.read_csv(path, dtype=dict.fromkeys(texts, "object"), **options)
    except (pd.errors.EmptyDataError, IndexError):
        raise OutcomesError(f"{path.name!r} is empty.") from None
    except pd.errors.ParserError as error:
        raise OutcomesError(f"{path.name!r} is no CSV table: {str(error).strip()}.") from error
    return table


def _json(path: Path) -> pd.DataFrame:
    try:
        read = json.loads(_text(path))
    except ValueError as error:
        raise OutcomesError(f"{path.name!r} is no JSON: {error}.") from error
    if not isinstance(read, list):
        raise OutcomesError(f"{path.name!r} must be a list of objects, one for each row.")
    return _of_records(read, path.name)


def _json_lines(path: Path) -> Iterator[Any]:
    for number, line in enumerate(_text(path).split("\n"), 1):
        if line.strip():
            try:
                yield json.loads(line)
            except ValueError as error:
                raise OutcomesError(f"Line {number} of {path.name!r} is no JSON: {error}.") from error


def _parquet(path: Path) -> pd.DataFrame:
    try:
        return pd.read_parquet(path)
    except ImportError as error:
        raise OutcomesError(f"{path.name!r} needs pyarrow: pip install pyarrow, or write it as CSV.") from error
    except ValueError as error:  # pyarrow's errors are kinds of it
        raise OutcomesError(f"{path.name!r} is no Parquet table: {error}.") from error


def _text(path: Path) -> str:
    data = path.read_bytes()
    return (gzip.decompress(data) if path.suffix.lower() == ".gz" else data).decode("utf-8-sig")
