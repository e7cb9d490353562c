"""A database's errors in words for the user: one line, what happened, what to do next."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from routebook.errors import RoutebookError, StoreError
from routebook.redact import redact

_CODES = {
    sqlite3.SQLITE_BUSY: "is locked by another program (waited {timeout_s:g} s): close what holds it, then run again, "
    "or choose another store with ROUTEBOOK_STORE.",
    sqlite3.SQLITE_FULL: "is on a full disk: make space, then run again; what was stored before is kept.",
    sqlite3.SQLITE_READONLY: "cannot be written: its file or folder is read-only. Choose another store with "
    "ROUTEBOOK_STORE.",
    sqlite3.SQLITE_CANTOPEN: "cannot be opened: check that its folder exists and may be written, or choose another "
    "store with ROUTEBOOK_STORE.",
    sqlite3.SQLITE_NOTADB: "is not a database: move that file away, or choose another store with ROUTEBOOK_STORE.",
    sqlite3.SQLITE_CORRUPT: "is damaged: move that file away and restore a copy, or choose another store with "
    "ROUTEBOOK_STORE.",
    sqlite3.SQLITE_IOERR: "could not be read or written (disk I/O error): check that its disk is there and has space, "
    "then run again; what was stored before is kept.",
}
_CODES[sqlite3.SQLITE_LOCKED] = _CODES[sqlite3.SQLITE_BUSY]
_CODES[sqlite3.SQLITE_PERM] = _CODES[sqlite3.SQLITE_AUTH] = _CODES[sqlite3.SQLITE_READONLY]


def store_error(error: Exception, where: str, timeout_s: float) -> RoutebookError:
    """Return what to raise for an error met in the store at ``where``; ours stay as they are.

    SQLAlchemy's own text quotes the statement and its values, so only the driver's first line is shown.
    """
    if isinstance(error, RoutebookError):
        return error
    origin = getattr(error, "orig", None) or error
    words = next(filter(None, (_CODES.get(_sqlite_code(cause)) for cause in _causes(error))), None)
    if words is None:
        lines = str(origin).strip().splitlines()
        words = f"failed: {lines[0] if lines else type(origin).__name__}"
    made = StoreError(redact(f"The store {where} {words.format(timeout_s=timeout_s) if '{' in words else words}"))
    made.__cause__ = error
    return made


def row_at_fault(error: Exception) -> bool:
    """Tell whether a batch failed because of one of its rows, so that the others can still be stored."""
    if getattr(error, "connection_invalidated", False):
        return False
    origin = getattr(error, "orig", None) or error
    return type(origin).__name__ not in ("OperationalError", "InternalError") and _sqlite_code(origin) not in _CODES


def _sqlite_code(origin: BaseException) -> int:
    code = getattr(origin, "sqlite_errorcode", None)
    return code & 0xFF if isinstance(code, int) else -1  # an extended code's low byte is its kind


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an error and what it came from: a full disk ends the transaction, and then the savepoint is gone too."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
