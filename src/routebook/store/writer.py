"""One thread that writes, so that many calls share one commit.

While a commit waits for the disk, calls queue up; the next commit takes them all. Work is done in the order it was
given. A future resolves when its work is on the disk, and not before; a failed one carries a `StoreError`, and its
caller may give the work again. An error of the database (full disk, lock, lost connection) fails the whole batch at
once; an error of a single row fails only that row. The thread itself goes on after any error.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any, NamedTuple

from routebook.calls import Call
from routebook.errors import StoreError
from routebook.store import forks
from routebook.store.faults import row_at_fault, store_error
from routebook.store.location import WRITES, shown

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

_MOST_AT_ONCE = 500
_APART_S = 0.02  # commits follow each other no faster: in a burst each then takes a score of calls, not two or three


class _Work(NamedTuple):
    done: Future[Any]
    call: Call | None  # a call to insert, or
    job: Callable[[Connection], Any] | None  # something else to do in a transaction of its own


class Writer:
    """Owns the one thread that writes to a store, and its queue."""

    def __init__(
        self,
        engine: Engine,
        insert: Callable[[Connection, list[Call]], None],
        is_stored: Callable[[Connection, Call], bool],
        timeout_s: float,
    ) -> None:
        self._engine = engine
        self._insert = insert
        self._is_stored = is_stored
        self._timeout_s = timeout_s
        self._closed = False
        self.start_over()

    def start_over(self) -> None:
        """Begin with an empty queue and no thread: a forked process has its parent's queue but not the thread."""
        self._queue: queue.SimpleQueue[_Work | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def close_idle(self) -> None:
        """Close the connections that nobody uses now."""
        self._engine.dispose()

    def add(self, call: Call) -> Future[None]:
        """Store a call; the future resolves when it is on the disk."""
        return self._put(call, None)

    def run(self, job: Callable[[Connection], Any]) -> Future[Any]:
        """Do something in a transaction of its own, after all that was given before; the future has its result."""
        return self._put(None, job)

    def close(self) -> None:
        """Write what was given, then end the thread. A second time it does nothing."""
        with self._lock:
            self._closed = True
            thread = self._thread
            if thread is not None:
                self._queue.put(None)
                self._thread = None
        if thread is not None:
            thread.join()

    def _put(self, call: Call | None, job: Callable[[Connection], Any] | None) -> Future[Any]:
        done: Future[Any] = Future()
        done.set_running_or_notify_cancel()  # from here on it cannot be cancelled: what came is kept
        with self._lock:
            if self._closed:
                done.set_exception(StoreError(f"The store {shown(self._engine.url)} is closed: open it again."))
                return done
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="routebook-store", daemon=True)
                self._thread.start()
            self._queue.put(_Work(done, call, job))
        return done

    def _work(self) -> None:
        going = True
        committed_at = 0.0
        while going:
            batch: list[_Work] = []
            item = self._queue.get()
            if item is not None and item.call is not None and not self._closed:
                time.sleep(max(0.0, committed_at + _APART_S - time.monotonic()))
            while item is not None:
                if item.job is not None:
                    self._write(batch)
                    self._write([item])
                    batch = []
                else:
                    batch.append(item)
                if len(batch) >= _MOST_AT_ONCE:
                    break
                try:
                    item = self._queue.get_nowait()
                except queue.Empty:
                    break
            else:
                going = False
            self._write(batch)
            committed_at = time.monotonic()

    def _write(self, batch: list[_Work]) -> None:
        if not batch:
            return
        try:
            results = self._commit(batch)
        except Exception as error:  # noqa: BLE001 - whatever it is, a future left pending would hang its cell
            if len(batch) > 1 and row_at_fault(error):
                for work in batch:
                    self._write([work])
                return
            for work in batch:
                if self._came_before(work, error):
                    work.done.set_result(None)
                else:
                    work.done.set_exception(store_error(error, shown(self._engine.url), self._timeout_s))
            return
        for work, result in zip(batch, results, strict=True):
            work.done.set_result(result)

    def _commit(self, batch: list[_Work]) -> list[Any]:
        with forks.held_off(), self._engine.connect().execution_options(**{WRITES: True}) as connection:
            try:
                with connection.begin():
                    job = batch[0].job
                    if job is not None:
                        return [job(connection)]
                    self._insert(connection, [work.call for work in batch if work.call is not None])
            except Exception as error:
                if not row_at_fault(error):
                    connection.invalidate()  # after a full disk or a lost server, start from a new connection
                raise
        return [None] * len(batch)

    def _came_before(self, work: _Work, error: Exception) -> bool:
        """Tell whether a refused call is there already, given again by a caller who could not know."""
        from sqlalchemy.exc import IntegrityError, SQLAlchemyError

        if work.call is None or not isinstance(error, IntegrityError):
            return False
        try:
            with forks.held_off(), self._engine.connect() as connection:
                return self._is_stored(connection, work.call)
        except SQLAlchemyError:
            return False  # then the first error stands, and is told
