"""Where the store is, and the engine that opens it.

A SQLite store is in WAL mode, so that readers never wait, with foreign keys on and ``synchronous=FULL``: a commit is
on the disk, not only handed to the system, when it returns. Group commit pays that once for many calls: measured on
a virtual disk, with 50 callers that each wait for their own, 0.16 ms a call. The weaker ``NORMAL``, which may lose the
last commits when the power fails, took 0.12 ms and so would save nothing worth having. WAL is a property of the file
and set once; the rest is set for each connection. A new file is readable by its owner only (0600), and so is a folder
made for it (0700).
"""

from __future__ import annotations

import os
import sqlite3
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from routebook.errors import StoreError

if TYPE_CHECKING:
    from sqlalchemy import URL, Connection, Engine

WRITES = "routebook_writes"
"""Execution option of a connection that is going to write: SQLite then locks at the start, never halfway."""


def default_location() -> str:
    """Return ``$ROUTEBOOK_STORE``, else what config.toml says, else ``routebook.sqlite3`` in the user's data folder."""
    from routebook.config import config

    if named := os.environ.get("ROUTEBOOK_STORE", "").strip() or config().defaults.store:
        return named
    import platformdirs

    return str(Path(platformdirs.user_data_dir("routebook", appauthor=False)) / "routebook.sqlite3")


def url_of(location: str | Path) -> URL:
    """Return the SQLAlchemy URL of a path or a URL; paths become absolute.

    Raises
    ------
    StoreError
        If it is a URL that cannot be read, or a database in memory.
    """
    from sqlalchemy import URL, make_url
    from sqlalchemy.exc import ArgumentError

    if isinstance(location, Path) or "://" not in location:
        return URL.create("sqlite", database=str(Path(location).expanduser().absolute()))
    try:
        url = make_url(location)
    except (ArgumentError, ValueError):
        raise StoreError(
            f"The store's address ({location.partition(':')[0]}://...) is not a database URL: write a path, or "
            "something like postgresql://user@host/database."
        ) from None  # the cause quotes the URL, password and all
    if url.get_backend_name() == "sqlite":
        if url.database in (None, "", ":memory:"):
            raise StoreError("A store in memory would forget what was paid for: give the path of a file.")
        if not str(url.database).startswith("file:"):
            url = url.set(database=str(Path(str(url.database)).expanduser().absolute()))
    return url


def shown(url: URL) -> str:
    """Return how to name a store on screen: a path, or a URL without password or options."""
    if url.get_backend_name() == "sqlite":
        return str(url.database)
    return url.set(query={}).render_as_string(hide_password=True)


def open_engine(url: URL, timeout_s: float) -> Engine:
    """Return an engine for the store, its file made where there was none.

    Raises
    ------
    StoreError
        If the file cannot be made, or the database's driver is not installed.
    """
    from sqlalchemy import create_engine, event
    from sqlalchemy.exc import NoSuchModuleError

    # hide_parameters: an error's cause would quote the values, a ballot's key and whole answers among them
    if url.get_backend_name() == "sqlite":
        _make_file(str(url.database))
        engine = create_engine(url, connect_args={"timeout": timeout_s}, hide_parameters=True)
        event.listen(engine, "connect", _prepare)
        event.listen(engine, "begin", _begin)
        return engine
    try:
        return create_engine(url, pool_pre_ping=True, hide_parameters=True)
    except (ModuleNotFoundError, NoSuchModuleError) as error:
        raise StoreError(
            f"The store {shown(url)} needs a database driver that is not installed ({error}): for PostgreSQL, "
            "pip install 'routebook[postgres]'."
        ) from error


def _make_file(database: str) -> None:
    path = Path(database)
    if database.startswith("file:") or path.is_file():
        return
    try:
        if not path.parent.is_dir():
            path.parent.parent.mkdir(parents=True, exist_ok=True)
            path.parent.mkdir(mode=0o700, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        raise StoreError(
            f"The store {path} cannot be made ({error.strerror}): choose a file in a folder you may write with "
            "ROUTEBOOK_STORE."
        ) from error


def _prepare(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # the driver's own BEGIN would come too late: ours is `_begin`
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute("PRAGMA synchronous=FULL")


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get(WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def use_wal(engine: Engine, timeout_s: float) -> None:
    """Put a SQLite file into WAL mode, once; does nothing for another database."""
    if engine.dialect.name != "sqlite":
        return
    connection = engine.raw_connection()
    try:
        cursor = connection.cursor()
        give_up = time.monotonic() + timeout_s
        while cursor.execute("PRAGMA journal_mode").fetchone() not in (("wal",), ("memory",)):
            try:
                cursor.execute("PRAGMA journal_mode=WAL")
                return  # a file system without shared memory keeps its own mode, which works too
            except sqlite3.OperationalError as error:
                # SQLite does not wait for this lock by itself: another process is doing the same.
                if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > give_up:
                    raise
                time.sleep(0.02)
    finally:
        connection.close()
