"""The store: every run, prompt, call, vote and judging, on disk before anyone sees it as finished.

A `Store` may be used from many threads, also after a fork, and one database from many processes. Writing goes through
one thread (`routebook.store.writer`), in the order it was given; reading takes a connection of its own and never waits
for it.
"""

from __future__ import annotations

import os
import sys
import threading
import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from routebook.ballots import Ballot
from routebook.calls import Call, RunInfo, RunStatus
from routebook.errors import RoutebookError, StoreError
from routebook.judgments import Judging
from routebook.prompts import Prompt
from routebook.store import forks
from routebook.store.faults import store_error
from routebook.store.location import default_location, open_engine, shown, url_of, use_wal
from routebook.store.summaries import CacheInfo, RunSummary
from routebook.store.writer import Writer
from routebook.votes import Vote

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

__all__ = ["CacheInfo", "RunSummary", "Store", "default_store"]

T = TypeVar("T")


class Store:
    """A database of runs; made by `Store.open`.

    Every method that reads or writes raises `StoreError` when the database cannot: locked by another program, full
    disk, read-only, damaged, closed.

    Attributes
    ----------
    url
        Where it is, for the screen: a path, or a URL without its password.
    """

    url: str

    def __init__(self, engine: Engine, writer: Writer, timeout_s: float) -> None:
        self.url = shown(engine.url)
        self._engine = engine
        self._writer = writer
        self._timeout_s = timeout_s
        # Also when it is forgotten or the process ends: what was given is written, no connection is left open.
        self._finalizer = weakref.finalize(self, _close, writer, engine)

    @classmethod
    def open(cls, location: str | Path | None = None, *, timeout_s: float = 10.0) -> Store:
        """Open the store, made where there is none and brought up to date where it is older.

        Parameters
        ----------
        location
            A path or a SQLAlchemy URL; `None` for ``$ROUTEBOOK_STORE``, else the user's data folder.
        timeout_s
            How long to wait, seconds, while another program holds a SQLite store's lock.

        Raises
        ------
        StoreError
            If it cannot be opened, is no store, or was written by a newer routebook.
        """
        from routebook.store.migrations import migrate
        from routebook.store.reading import is_stored
        from routebook.store.writing import insert_calls

        engine = open_engine(url_of(default_location() if location is None else location), timeout_s)
        writer = Writer(engine, insert_calls, is_stored, timeout_s)
        forks.watch(writer)
        try:
            with forks.held_off():
                use_wal(engine, timeout_s)
                migrate(engine)
        except RoutebookError:
            engine.dispose()
            raise
        except Exception as error:
            engine.dispose()
            raise store_error(error, shown(engine.url), timeout_s) from error
        return cls(engine, writer, timeout_s)

    def begin_run(self, run: RunInfo, prompts: Sequence[Prompt]) -> None:
        """Store a run and its prompts; this process owns it.

        Raises
        ------
        RunError
            If a run of this id is there.
        """
        from routebook.store import writing

        self._write(lambda connection: writing.begin_run(connection, run, prompts))

    def add_call(self, call: Call) -> Future[None]:
        """Store a call of a run that has begun; never blocks.

        The future resolves when the call is on the disk, or carries the `StoreError` that kept it from there; the
        call can then be given again. It cannot be cancelled. In a forked process, a future from before the fork never
        resolves: the parent stores its call.
        """
        return self._writer.add(call)

    def end_run(self, run_id: str, status: RunStatus, loop_lag_ms: Mapping[str, float]) -> None:
        """Set how a run ended, after every call given before; `RunError` if there is no such run."""
        from routebook.store import writing

        self._write(lambda connection: writing.end_run(connection, run_id, status, loop_lag_ms))

    def resumable_run(self, plan_sha256: str) -> RunInfo | None:
        """Return the newest unfinished run of a plan that nobody runs any more.

        That is one that was interrupted or failed, whose process on this machine is gone, or which ran on another
        machine and stored nothing for ten minutes. A replay is never one: it asked nobody.
        """
        from routebook.store import reading

        return self._read(lambda connection: reading.resumable_run(connection, plan_sha256))

    def reopen_run(self, run: RunInfo, prompts: Sequence[Prompt]) -> None:
        """Go on with an unfinished run: it is running again, and this process owns it.

        Its name, settings, blindness and prompts become those given now: tags and expected answers may be new. Of
        several that reopen it at the same time, one succeeds.

        Raises
        ------
        RunError
            If it is not there, is finished or imported, or somebody still runs it.
        """
        from routebook.store import writing

        self._write(lambda connection: writing.reopen_run(connection, run, prompts))

    def import_run(
        self,
        run: RunInfo,
        prompts: Sequence[Prompt],
        calls: Sequence[Call],
        votes: Sequence[Vote] = (),
        judgings: Sequence[Judging] = (),
    ) -> bool:
        """Store somebody else's run as a whole; return whether it was new. One that is there stays as it is.

        Its calls can be replayed, but they never answer for the response cache, and it is never resumed. A run that
        was still running when it was written down counts as interrupted.

        Raises
        ------
        RunError
            If a call, a vote or a judging belongs to another run.
        """
        from routebook.store import writing

        return self._write(lambda connection: writing.import_run(connection, run, prompts, calls, votes, judgings))

    def add_vote(self, vote: Vote) -> None:
        """Store a vote; it is on the disk when this returns. Given again, the same vote counts once.

        Raises
        ------
        RunError
            If its run is not in this store.
        VoteError
            If its id is another vote's.
        """
        self.add_votes([vote])

    def add_votes(self, votes: Sequence[Vote]) -> None:
        """Store votes as `add_vote` does: all of them, or none."""
        from routebook.store import judged

        self._write(lambda connection: judged.add_votes(connection, votes))

    def votes_of(self, run_id: str) -> list[Vote]:
        """Return every vote on a run, in the order they were stored; `routebook.votes.standing` says which stand."""
        from routebook.store import judged

        return self._read(lambda connection: judged.votes_of(connection, run_id))

    def add_judging(self, judging: Judging) -> None:
        """Store what a check or a judge said; it is on the disk when this returns. Given again, it counts once.

        Raises
        ------
        RunError
            If its run is not in this store.
        JudgmentError
            If its id is another judging's.
        """
        from routebook.store import judged

        self._write(lambda connection: judged.add_judging(connection, judging))

    def judgings_of(self, run_id: str) -> list[Judging]:
        """Return every judging of a run, in the order they were stored.

        `routebook.judgments.standing_judgings` says which stand.
        """
        from routebook.store import judged

        return self._read(lambda connection: judged.judgings_of(connection, run_id))

    def add_ballot(self, ballot: Ballot) -> None:
        """Store a ballot; it is on the disk when this returns. Given again, the same ballot counts once.

        Raises
        ------
        RunError
            If its run is not in this store.
        VoteError
            If its id is another ballot's.
        """
        from routebook.store import judged

        self._write(lambda connection: judged.add_ballot(connection, ballot))

    def ballot(self, ballot_id: str) -> Ballot:
        """Return a ballot; `VoteError` if there is none of this id."""
        from routebook.store import judged

        return self._read(lambda connection: judged.ballot(connection, ballot_id))

    def ballots_of(self, run_id: str) -> list[Ballot]:
        """Return the ballots of a run, in the order they were stored."""
        from routebook.store import judged

        return self._read(lambda connection: judged.ballots_of(connection, run_id))

    def calls_of(self, run_id: str, *, texts: bool = True) -> list[Call]:
        """Return a run's calls in the order they were stored.

        Of a call that failed and was asked again when the run was resumed, only the newest try; `all_calls` has each.
        With ``texts=False`` they come without text, reasoning, attempts and timeline, which are not even read.
        """
        from routebook.store import reading

        return self._read(lambda connection: reading.calls_of(connection, run_id, texts=texts))

    def cached_calls(self, keys: Sequence[tuple[str, int]]) -> dict[tuple[str, int], Call]:
        """Return the newest answer for each (fingerprint, repeat) that has one.

        Errors, answers that came from the cache themselves, replays and imported runs never count.
        """
        from routebook.store import reading

        return self._read(lambda connection: reading.cached_calls(connection, keys))

    def recorded_calls(self, keys: Sequence[tuple[str, int]]) -> dict[tuple[str, int], Call]:
        """Return the newest recording for each (fingerprint, repeat) that has one, for a replay.

        As `cached_calls`, but imported runs count, and clearing the cache takes nothing away.
        """
        from routebook.store import reading

        return self._read(lambda connection: reading.recorded_calls(connection, keys))

    def load_run(self, id_or_name: str) -> tuple[RunInfo, tuple[Prompt, ...], list[Call]]:
        """Return a run with its prompts and calls: by id, by an id's first 6 or more digits, or the newest of a name.

        Raises
        ------
        RunError
            If there is none, with the nearest names, or the digits fit several.
        """
        from routebook.store import reading

        return self._read(lambda connection: reading.load_run(connection, id_or_name))

    def runs(self, limit: int = 50) -> list[RunSummary]:
        """Return the newest runs, each in a line."""
        from routebook.store import reading

        return self._read(lambda connection: reading.summaries(connection, limit))

    def all_calls(self, since: datetime | None = None) -> Iterator[Call]:
        """Iterate over the calls of all runs, as they were stored, started at or after ``since``.

        They come without text, reasoning, attempts and timeline: what is needed to tell what was spent.
        """
        from routebook.store import reading

        last = -1
        while True:
            page, last = self._read(partial(reading.page_of_calls, after=last, since=since))
            if not page:
                return
            yield from page

    def cache_info(self) -> CacheInfo:
        """Tell how much the response cache may answer with."""
        from routebook.store import reading

        return self._read(reading.cache_info)

    def clear_cache(self) -> int:
        """Let the response cache forget everything so far; the history stays. Return how many answers it forgot."""
        from routebook.store import writing

        return self._write(writing.clear_cache)

    def close(self) -> None:
        """Write what was given, then close every connection. A second time it does nothing."""
        self._finalizer()

    @property
    def closed(self) -> bool:
        """Whether it was closed."""
        return not self._finalizer.alive

    def _read(self, question: Callable[[Connection], T]) -> T:
        if self.closed:
            raise StoreError(f"The store {self.url} is closed: open it again.")
        try:
            with forks.held_off(), self._engine.connect() as connection:
                return question(connection)
        except RoutebookError:
            raise
        except Exception as error:
            raise store_error(error, self.url, self._timeout_s) from error

    def _write(self, job: Callable[[Connection], T]) -> T:
        done: Future[T] = self._writer.run(job)
        return done.result()


def _close(writer: Writer, engine: Engine) -> None:
    writer.close()
    engine.dispose()


_defaults: dict[tuple[int, str], Store] = {}
_defaults_lock = threading.Lock()


def _start_over() -> None:
    global _defaults_lock
    _defaults_lock = threading.Lock()  # a thread of the parent, which is not here, may have held the old one


if sys.platform != "win32":
    os.register_at_fork(after_in_child=_start_over)


def default_store() -> Store:
    """Return this process's store at the default location, opened at first use.

    Raises
    ------
    StoreError
        As `Store.open`.
    """
    key = (os.getpid(), default_location())  # a connection must not be carried over a fork
    with _defaults_lock:
        store = _defaults.get(key)
        if store is None or store.closed:
            store = _defaults[key] = Store.open(key[1])
        return store
