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
from tests.support.examples import PROMPT, ballot_of, call_of, judging_of, run_of, vote_of

from routebook.errors import StoreError
from routebook.judgments import Judgment
from routebook.store import Store
from routebook.store.location import open_engine, url_of
from routebook.store.migrations import STEPS, migrate
from routebook.store.schema import SCHEMA_VERSION

FIXTURES = Path(__file__).parents[1] / "fixtures" / "store"


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


def test_there_is_a_step_to_every_version_after_the_first() -> None:
    assert list(STEPS) == list(range(2, SCHEMA_VERSION + 1))


def tables_of(path: Path) -> dict[str, str]:
    """Return how each table and index of a database was made."""
    connection = sqlite3.connect(path)
    made = connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
    connection.close()
    return {name: " ".join(sql.replace(",", " , ").split()) for name, sql in made}


def made_by(version: int, path: Path) -> None:
    """Make the database that a version wrote: a run of two prompts and two models, one call failed; from 2, votes."""
    connection = sqlite3.connect(path)
    connection.executescript((FIXTURES / f"version-{version}.sql").read_text(encoding="utf-8"))
    connection.close()
    assert version_of(path) == [(version,)]


def test_a_store_of_version_1_keeps_every_row_and_takes_votes(path: Path) -> None:
    made_by(1, path)

    store = Store.open(path)
    run, asked, calls = store.load_run("old")
    assert (run.id, run.status, run.models) == ("0123456789abcdef" * 2, "finished", ("sim/small", "sim/large"))
    assert [prompt.text for prompt in asked] == ["What is 2 + 2?", "What is this?"]
    assert asked[1].messages[0].attachments[0].name == "dot.png"
    assert [call.text for call in calls] == ["answer 0", "answer 1", "answer 2", ""]
    assert calls[3].failure is not None
    assert store.votes_of(run.id) == []
    vote = vote_of(run_id=run.id, prompt_id=asked[0].id)
    store.add_vote(vote)
    store.close()

    assert version_of(path) == [(SCHEMA_VERSION,)]
    store = Store.open(path)
    assert store.votes_of(run.id) == [vote]
    store.close()


def test_a_store_of_version_2_keeps_its_votes_and_takes_judgings_and_ballots(path: Path) -> None:
    made_by(2, path)

    store = Store.open(path)
    run, asked, calls = store.load_run("old")
    votes = store.votes_of(run.id)
    assert [(vote.by, vote.winner, vote.rating) for vote in votes] == [("ada", "a", None), ("grace", None, 4)]
    assert (votes[0].note, votes[0].shown) == ("shorter\x00, half \ud83d", ("sim/large", "sim/small"))
    assert (store.judgings_of(run.id), store.ballots_of(run.id)) == ([], [])
    judging = judging_of(Judgment(calls[0].id, 1.0, note="as it should be"), run_id=run.id)
    ballot = ballot_of(run_id=run.id)
    store.add_judging(judging)
    store.add_ballot(ballot)
    store.close()

    assert version_of(path) == [(SCHEMA_VERSION,)]
    store = Store.open(path)
    assert store.load_run("old") == (run, asked, calls)
    assert store.votes_of(run.id) == votes
    assert (store.judgings_of(run.id), store.ballots_of(run.id)) == ([judging], [ballot])
    store.close()


@pytest.mark.parametrize("version", range(1, SCHEMA_VERSION))
def test_a_migrated_store_has_the_tables_of_a_new_one(version: int, path: Path, tmp_path: Path) -> None:
    made_by(version, path)
    for each in (path, tmp_path / "new.sqlite3"):
        Store.open(each).close()

    assert tables_of(path) == tables_of(tmp_path / "new.sqlite3")


def test_several_processes_that_open_an_old_store_at_once_migrate_it_once(path: Path) -> None:
    made_by(1, path)
    opens = "import sys; from routebook.store import Store; sys.stdin.readline(); Store.open(sys.argv[1]).close()"
    waiting = [subprocess.Popen([sys.executable, "-c", opens, str(path)], stdin=subprocess.PIPE) for _ in range(4)]
    for process in waiting:
        assert process.stdin is not None
        process.stdin.write(b"go\n")
        process.stdin.flush()
    for process in waiting:
        process.communicate(timeout=60)

    assert [process.returncode for process in waiting] == [0] * 4
    assert version_of(path) == [(SCHEMA_VERSION,)]


def test_an_older_store_takes_the_steps_it_lacks_in_order_and_keeps_its_rows(path: Path) -> None:
    run = run_of()
    store = Store.open(path)
    store.begin_run(run, [PROMPT])
    store.close()
    newest = SCHEMA_VERSION + 2
    taken: list[int] = []

    def add_column(connection: Connection) -> None:
        taken.append(SCHEMA_VERSION + 1)
        connection.execute(text("ALTER TABLE routebook_runs ADD COLUMN mood TEXT"))

    def fill_column(connection: Connection) -> None:
        taken.append(SCHEMA_VERSION + 2)
        connection.execute(text("UPDATE routebook_runs SET mood = 'calm'"))

    engine = open_engine(url_of(path), 1.0)
    for _ in range(2):
        migrate(engine, version=newest, steps={newest - 1: add_column, newest: fill_column})
    engine.dispose()

    assert taken == [newest - 1, newest]
    assert version_of(path) == [(newest,)]
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
        migrate(engine, version=SCHEMA_VERSION + 1, steps={SCHEMA_VERSION + 1: fails})
    engine.dispose()

    assert version_of(path) == [(SCHEMA_VERSION,)]
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
from routebook.judgments import Judgment
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
