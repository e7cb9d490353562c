"""A store of another version, and files that are none."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from sqlalchemy import Connection, text
from tests.support.examples import PROMPT, call_of, run_of

from routebook.errors import StoreError
from routebook.store import Store
from routebook.store.location import open_engine, url_of
from routebook.store.migrations import migrate
from routebook.store.schema import SCHEMA_VERSION


def version_of(path: Path) -> list[tuple[int]]:
    connection = sqlite3.connect(path)
    found = connection.execute("SELECT version FROM routebook_schema").fetchall()
    connection.close()
    return found


def test_an_empty_database_is_brought_to_this_version(path: Path) -> None:
    sqlite3.connect(path).close()
    store = Store.open(path)
    assert store.runs() == []
    store.close()
    assert version_of(path) == [(SCHEMA_VERSION,)]


def test_an_older_store_takes_the_steps_it_lacks_in_order_and_keeps_its_rows(path: Path) -> None:
    run = run_of()
    store = Store.open(path)
    store.begin_run(run, [PROMPT])
    store.close()
    taken: list[int] = []

    def add_column(connection: Connection) -> None:
        taken.append(2)
        connection.execute(text("ALTER TABLE routebook_runs ADD COLUMN mood TEXT"))

    def fill_column(connection: Connection) -> None:
        taken.append(3)
        connection.execute(text("UPDATE routebook_runs SET mood = 'calm'"))

    engine = open_engine(url_of(path), 1.0)
    for _ in range(2):
        migrate(engine, version=3, steps={2: add_column, 3: fill_column})
    engine.dispose()

    assert taken == [2, 3]
    assert version_of(path) == [(3,)]
    connection = sqlite3.connect(path)
    assert connection.execute("SELECT id, mood FROM routebook_runs").fetchall() == [(run.id, "calm")]
    connection.close()


def test_a_step_that_fails_leaves_the_store_as_it_was(path: Path) -> None:
    Store.open(path).close()

    def fails(connection: Connection) -> None:
        connection.execute(text("ALTER TABLE routebook_runs ADD COLUMN mood TEXT"))
        raise RuntimeError("the step failed")

    engine = open_engine(url_of(path), 1.0)
    with pytest.raises(RuntimeError, match="the step failed"):
        migrate(engine, version=2, steps={2: fails})
    engine.dispose()

    assert version_of(path) == [(1,)]
    connection = sqlite3.connect(path)
    assert "mood" not in {row[1] for row in connection.execute("PRAGMA table_info(routebook_runs)")}
    connection.close()


def test_a_store_of_a_newer_version_is_refused_and_left_alone(path: Path) -> None:
    Store.open(path).close()
    connection = sqlite3.connect(path)
    connection.execute("UPDATE routebook_schema SET version = 99")
    connection.commit()
    connection.close()
    with pytest.raises(StoreError, match=rf"is of version 99, .* up to {SCHEMA_VERSION}: pip install --upgrade"):
        Store.open(path)
    assert version_of(path) == [(99,)]


def test_a_file_that_is_no_database_is_refused_and_left_alone(path: Path) -> None:
    path.write_bytes(b"Dear diary, " * 100)
    with pytest.raises(StoreError, match=r"store.sqlite3 is not a database: move that file away"):
        Store.open(path)
    assert path.read_bytes() == b"Dear diary, " * 100


def test_a_damaged_store_is_named(path: Path) -> None:
    store = Store.open(path)
    run = run_of()
    store.begin_run(run, [PROMPT])
    for future in [store.add_call(call_of(run, text="x" * 5000)) for _ in range(50)]:
        future.result()
    store.close()
    data = bytearray(path.read_bytes())
    data[4096:] = b"\xff" * (len(data) - 4096)
    path.write_bytes(data)
    with pytest.raises(StoreError, match="is damaged"):
        Store.open(path).load_run(run.id)


def test_a_folder_is_no_store(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"cannot be made .* choose a file"):
        Store.open(tmp_path)


def test_a_path_below_a_file_is_refused(path: Path) -> None:
    path.write_text("")
    with pytest.raises(StoreError, match="cannot be made"):
        Store.open(path / "store.sqlite3")


_AS_NOBODY = """
import os, sys
import sqlalchemy, sqlalchemy.dialects.sqlite
from routebook.store import Store
import routebook.store.migrations, routebook.store.reading, routebook.store.writing
from routebook.errors import StoreError
if os.geteuid() == 0:  # root may write anywhere
    os.seteuid(65534)
for path in sys.argv[1:]:
    try:
        store = Store.open(path)
        print(store.clear_cache())
    except StoreError as error:
        print(error)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX permissions")
def test_a_read_only_folder_or_file_is_named() -> None:
    folder = Path(tempfile.mkdtemp())  # not tmp_path, whose parents only its owner may enter
    try:
        Store.open(folder / "there.sqlite3").close()
        (folder / "there.sqlite3").chmod(0o444)
        folder.chmod(0o555)
        ran = subprocess.run(
            [sys.executable, "-c", _AS_NOBODY, str(folder / "new.sqlite3"), str(folder / "there.sqlite3")],
            capture_output=True, text=True, check=True, env=os.environ,
        )  # fmt: skip
    finally:
        folder.chmod(0o755)
        shutil.rmtree(folder)
    new, there = ran.stdout.splitlines()
    assert re.search(r"new.sqlite3 cannot be made \(Permission denied\): choose a file in a folder you may write", new)
    assert re.search(r"there.sqlite3 cannot be (opened|written)", there)
