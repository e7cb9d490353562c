"""Writing: many calls in one commit, nothing silently dropped, going on after errors."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, event
from tests.support.examples import PROMPT, call_of, run_of

from routebook.errors import StoreError
from routebook.providers.contract import Usage
from routebook.store import Store


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the store's write lock, as another program may."""
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    yield
    other.execute("ROLLBACK")
    other.close()


@contextmanager
def on_connect(do: Callable[[sqlite3.Connection], None]) -> Iterator[None]:
    def listener(connection: sqlite3.Connection, _record: object) -> None:
        do(connection)

    event.listen(Engine, "connect", listener)
    yield
    event.remove(Engine, "connect", listener)


def test_a_call_can_be_read_by_others_when_its_future_is_done(store: Store, path: Path) -> None:
    run = run_of()
    store.begin_run(run, [PROMPT])
    other = sqlite3.connect(path)
    for _ in range(20):
        call = call_of(run)
        store.add_call(call).result()
        assert other.execute("SELECT count(*) FROM routebook_calls WHERE id = ?", (call.id,)).fetchone() == (1,)
    other.close()


def test_calls_that_queue_up_share_one_commit(path: Path) -> None:
    commits: list[str] = []
    with on_connect(lambda c: c.set_trace_callback(lambda sql: commits.append(sql) if sql == "COMMIT" else None)):
        store = Store.open(path)
        run = run_of()
        store.begin_run(run, [PROMPT])
        commits.clear()
        calls = [call_of(run, repeat=i) for i in range(300)]
        with locked(path):
            futures = [store.add_call(call) for call in calls]
        assert all(future.result() is None for future in futures)
        writes = len(commits)
        assert store.calls_of(run.id) == calls
        store.close()
    assert 1 <= writes < 100


def test_many_threads_may_write_and_read_one_store(store: Store) -> None:
    run = run_of()
    store.begin_run(run, [PROMPT])

    def work(thread: int) -> int:
        for i in range(10):
            store.add_call(call_of(run, repeat=10 * thread + i)).result()
        return len(store.calls_of(run.id))

    with ThreadPoolExecutor(16) as pool:
        counts = list(pool.map(work, range(16)))
    assert max(counts) == 160


def test_a_future_cannot_be_cancelled_because_the_answer_was_paid_for(store: Store) -> None:
    run = run_of()
    store.begin_run(run, [PROMPT])
    future = store.add_call(call_of(run))
    assert not future.cancel()
    assert future.result() is None


def test_a_call_given_twice_is_stored_once(store: Store) -> None:
    run = run_of()
    store.begin_run(run, [PROMPT])
    call = call_of(run)
    futures = [store.add_call(call), store.add_call(call), store.add_call(call_of(run, repeat=1))]
    assert [future.exception() for future in futures] == [None, None, None]
    assert len(store.calls_of(run.id)) == 2


def test_one_call_that_cannot_be_stored_does_not_take_the_others_with_it(store: Store, path: Path) -> None:
    run = run_of()
    store.begin_run(run, [PROMPT])
    good = [call_of(run, repeat=i) for i in range(4)]
    stored = call_of(run, repeat=4)
    store.add_call(stored).result()
    bad = [
        call_of(run_of()),  # of a run that never began
        call_of(run, usage=Usage(input_tokens=2**70)),
        call_of(run, started_at=datetime(2026, 1, 1)),  # in no time zone
        call_of(run, id=stored.id, text="another answer"),
    ]
    with locked(path):
        futures = [store.add_call(call) for pair in zip(good, bad, strict=True) for call in pair]
    wait(futures)
    assert [future.exception() for future in futures[::2]] == [None] * 4
    for future in futures[1::2]:
        assert isinstance(future.exception(), StoreError)
        assert "\n" not in str(future.exception())
    assert store.calls_of(run.id) == [stored, *good]


def test_a_locked_store_is_named_and_later_writes_succeed(path: Path) -> None:
    store = Store.open(path, timeout_s=0.05)
    run = run_of()
    store.begin_run(run, [PROMPT])
    with locked(path):
        future = store.add_call(call_of(run))
        with pytest.raises(StoreError, match=r"store.sqlite3 is locked by another program \(waited 0.05 s\)"):
            future.result()
        with pytest.raises(StoreError, match="is locked"):
            store.end_run(run.id, "finished", {})
        assert store.calls_of(run.id) == []  # reading goes on
    store.add_call(kept := call_of(run)).result()
    assert store.calls_of(run.id) == [kept]
    store.end_run(run.id, "failed", {"p50": 0.1})
    assert store.load_run(run.id)[0] == replace(run, status="failed", loop_lag_ms={"p50": 0.1})
    store.close()


def test_a_run_can_end_as_soon_as_the_store_is_free_again(path: Path) -> None:
    store = Store.open(path, timeout_s=0.05)
    run = run_of()
    store.begin_run(run, [PROMPT])
    with locked(path):
        assert isinstance(store.add_call(call_of(run)).exception(), StoreError)
    store.end_run(run.id, "failed", {})
    assert store.load_run(run.id)[0].status == "failed"
    store.close()


def test_a_full_disk_is_named_and_writing_goes_on_when_there_is_space(path: Path) -> None:
    Store.open(path).close()
    pages = [40]
    with on_connect(lambda connection: connection.execute(f"PRAGMA max_page_count={pages[0]}")):
        store = Store.open(path)
        run = run_of()
        store.begin_run(run, [PROMPT])
        store.add_call(small := call_of(run)).result()
        large = call_of(run, repeat=1, text="x" * 1_000_000)
        with pytest.raises(StoreError, match="is on a full disk: make space, then run again"):
            store.add_call(large).result()
        pages[0] = 1_000_000
        store.add_call(large).result()
        assert store.calls_of(run.id) == [small, large]
        store.close()
