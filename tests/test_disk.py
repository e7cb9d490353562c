"""A store that cannot take what was paid for: a full disk in the middle of a run, a lock, a newer version."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event
from tests.support.mock_server import SHORT, MockServer

import routebook as rb
from routebook.cli import main
from routebook.engine.recorder import Event
from routebook.errors import StoreError
from routebook.store import default_store

LONG, SLOW = "lab/text-2000", "lab/delay-50ms"  # some 12 kB: a few of them fill the disk; and time to notice that
TOLD = {LONG: "".join(f"w{number} " for number in range(2000)), SLOW: "".join(SHORT)}
PROMPTS = [f"Tell me story {number}." for number in range(30)]
ALL = len(PROMPTS) * len(TOLD)


@pytest.fixture(scope="module")
def mock() -> Iterator[MockServer]:
    with MockServer() as server:
        yield server


@pytest.fixture
def lab(mock: MockServer) -> None:
    rb.register_server("lab", f"{mock.url}/v1", free=True)


@pytest.fixture
def path() -> Path:
    """Where the default store is."""
    return Path(os.environ["ROUTEBOOK_STORE"])


@contextmanager
def every_connection(pragma: str) -> Iterator[None]:
    """Give every new connection to a database a pragma."""

    def prepare(connection: Any, _record: object) -> None:
        connection.execute(f"PRAGMA {pragma}")

    event.listen(Engine, "connect", prepare)
    try:
        yield
    finally:
        event.remove(Engine, "connect", prepare)


@contextmanager
def a_disk_with_room_for(path: Path, pages: int) -> Iterator[None]:
    """Make a store, and a disk that is full when the store has grown by so many pages of 4 kB."""
    rb.Store.open(path).close()
    connection = sqlite3.connect(path)
    (used,) = connection.execute("PRAGMA page_count").fetchone()
    connection.close()
    with every_connection(f"max_page_count={used + pages}"):
        yield


class Stories:
    """What happened to which call, in order."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, int]] = []

    def __call__(self, event: Event) -> None:
        if event.kind in ("started", "finished", "failed"):
            self.seen.append((event.kind, event.call))


@pytest.mark.usefixtures("lab")
def test_on_a_full_disk_the_answers_stay_and_nothing_further_is_sent(mock: MockServer, path: Path) -> None:
    stories, before = Stories(), mock.counts()["requests"]
    with a_disk_with_room_for(path, 16):
        live = rb.start(PROMPTS, models=list(TOLD), concurrency=1, on_event=stories)
        run = live.result()
    sent = mock.counts()["requests"] - before
    assert 1 < sent < ALL
    assert len(run.ok) == sent  # all that was paid for, whole
    assert all(call.text == TOLD[str(call.model)] for call in run.ok)

    stored = {call.id for call in rb.load(run.run.id).ok}
    assert 0 < len(stored) < sent
    assert stored < {call.id for call in run.ok}
    first_unsaved = next(live.index for live in live.calls if live.call is not None and live.call.id not in stored)
    after = stories.seen[stories.seen.index(("finished", first_unsaved)) :]
    # the one that was on its way already is all that may begin afterwards
    assert len([call for kind, call in after if kind == "started"]) <= 1

    assert run.run.status == "failed"
    for call in run.errors:
        assert call.failure is not None
        assert call.failure.message.startswith("Not sent: The store ")


@pytest.mark.usefixtures("lab")
def test_the_comparison_says_that_it_was_not_saved_and_can_be_kept_as_a_file(path: Path, tmp_path: Path) -> None:
    with a_disk_with_room_for(path, 16):
        run = rb.compare(PROMPTS, models=list(TOLD), concurrency=1)
    (warning,) = run.warnings
    assert warning.startswith(f"Not saved: The store {path} is on a full disk: make space")
    assert "to_json(path)" in warning
    assert "\n" not in warning
    assert "Not saved" in run.to_html()
    assert "Not saved" in run.text_table()
    run.to_json(tmp_path / "kept.json")
    kept = rb.Comparison.from_json(tmp_path / "kept.json")
    assert kept == run
    assert kept.warnings == run.warnings


@pytest.mark.usefixtures("lab")
def test_when_there_is_space_again_the_same_run_asks_only_for_what_was_not_stored(mock: MockServer, path: Path) -> None:
    with a_disk_with_room_for(path, 16):
        run = rb.compare(PROMPTS, models=list(TOLD), concurrency=1)
    default_store().close()
    stored = rb.load(run.run.id).ok
    before = mock.counts()["requests"]
    again = rb.compare(PROMPTS, models=list(TOLD))
    assert mock.counts()["requests"] - before == ALL - len(stored)
    assert len(again.ok) == ALL
    assert all(call.text == TOLD[str(call.model)] for call in again.ok)
    (said,) = again.warnings
    assert f"{len(stored)} of {ALL} answers were there already" in said


@pytest.mark.usefixtures("lab")
def test_a_shell_says_that_it_was_not_saved_and_shows_the_answers(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with a_disk_with_room_for(path, 6):
        code = main(["compare", "Tell me a story.", LONG, "--repeat", "4", "--concurrency", "1"])
    out, _ = capsys.readouterr()
    assert code == 1
    assert "w0 w1 w2" in out
    assert "Not saved" in out


def test_a_disk_that_is_full_before_the_run_begins_is_one_line_and_nothing_is_sent(path: Path) -> None:
    with a_disk_with_room_for(path, 0), pytest.raises(StoreError, match="is on a full disk") as raised:
        rb.compare(["x" * 10_000], models=["sim/small"])
    assert "\n" not in str(raised.value)


CHILD = textwrap.dedent(
    """
    import json, resource, sys
    from pathlib import Path
    import routebook as rb

    path = Path(sys.argv[1])
    whole = resource.getrlimit(resource.RLIMIT_FSIZE)

    def fill_the_disk(event):
        if event.kind == "started" and resource.getrlimit(resource.RLIMIT_FSIZE) == whole:
            largest = max(file.stat().st_size for file in path.parent.glob(path.name + "*"))
            resource.setrlimit(resource.RLIMIT_FSIZE, (largest + 20_000, whole[1]))

    prompts = [f"Tell me story {number} of rivers." for number in range(200)]
    run = rb.start(prompts, models=["sim/large"], on_event=fill_the_disk).result()
    resource.setrlimit(resource.RLIMIT_FSIZE, whole)
    print(json.dumps([run.run.id, run.run.status, run.warnings, {call.id: call.text for call in run.ok}]))
    """
)


def test_a_file_that_may_not_grow_is_a_full_disk_too(path: Path) -> None:
    child = subprocess.run([sys.executable, "-c", CHILD, str(path)], capture_output=True, text=True, check=False)
    assert child.stderr == ""
    identity, status, (warning,), answers = json.loads(child.stdout)
    assert status == "failed"
    assert warning.startswith(f"Not saved: The store {path} ")
    assert "space" in warning
    assert all(answers.values())
    assert {call.id for call in rb.load(identity).ok} < set(answers)


# ---- a store that cannot be used at all -----------------------------------------------------------------------------


def refused_by_both(path: Path, capsys: pytest.CaptureFixture[str]) -> str:
    """Ask through the function and in a shell; return the one line that both say."""
    with pytest.raises(StoreError) as raised:
        rb.compare("hi", models=["sim/small"])
    assert main(["compare", "hi", "sim/small"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err == f"routebook: {raised.value}\n"
    assert str(path) in err
    return str(raised.value)


def test_a_locked_store_is_one_line(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rb.Store.open(path).close()
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with every_connection("busy_timeout=20"):
        line = refused_by_both(path, capsys)
    other.close()
    assert "is locked by another program" in line
    assert rb.compare("hi", models=["sim/small"]).errors == ()


def test_a_store_of_a_newer_version_is_one_line_and_is_left_alone(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rb.Store.open(path).close()
    connection = sqlite3.connect(path)
    connection.execute("UPDATE routebook_schema SET version = 99")
    connection.commit()
    before = list(connection.iterdump())
    line = refused_by_both(path, capsys)
    assert "is of version 99" in line
    assert "pip install --upgrade routebook" in line
    assert list(connection.iterdump()) == before
    connection.close()


def test_a_file_that_is_no_store_is_one_line(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path.write_text("my diary, and no database " * 100)
    assert "is not a database" in refused_by_both(path, capsys)
    assert path.read_text().startswith("my diary")
