"""A run that goes on in the background: watch it, wait for it, stop it, take what it has."""

from __future__ import annotations

import concurrent.futures
import threading

from routebook.comparison import Comparison
from routebook.engine.live import LiveRun
from routebook.engine.recorder import Guarded
from routebook.interrupt import Interrupted
from routebook.lookup import count
from routebook.progress import watch
from routebook.redact import redact
from routebook.store import Store

STOPPING_S = 5.0
_LOOK_S = 0.25


class BackgroundRun(LiveRun):
    """A run that goes on in the background: watch it, wait for it, stop it, take what it has."""

    task: concurrent.futures.Future[None] | None = None
    listener: Guarded | None = None
    store: Store | None = None
    """Where its votes go; `None` is the default store."""
    watch_fault: Exception | None = None
    """What went wrong in showing how far it is."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What the user should know of it from the start, one line each."""
        if not self.resumed:
            return ()
        were = f"{self.resumed:,} of {count(self.run.planned, 'answer')} {'was' if self.resumed == 1 else 'were'}"
        return (f"This goes on with an unfinished run: {were} there already and not asked for again.",)

    def comparison(self) -> Comparison:
        """Return the comparison of what has finished so far; of a finished run, of all of it."""
        comparison = Comparison(self.run, self.prompts, self.finished_calls())
        comparison.warnings.extend(self.notes)
        comparison.store = self.store
        if self.store_error is not None:
            comparison.warn(f"Not saved: {self.store_error} The answers are here: keep them with to_json(path).")
        fault = None if self.listener is None else self.listener.fault
        if fault is not None:
            comparison.warn(f"on_event raised {type(fault).__name__}: {redact(str(fault))}. It was not called again.")
        if (fault := self.watch_fault) is not None:
            comparison.warn(f"How far the run was could not be shown: {type(fault).__name__}: {redact(str(fault))}.")
        return comparison

    def result(self) -> Comparison:
        """Wait for the end and return the comparison; an interrupt stops the run (see `compare`)."""
        return wait(self)

    def _ipython_display_(self) -> None:
        from routebook.notebook.live import show_value  # only a notebook asks

        show_value(self)

    def __repr__(self) -> str:
        return f"<BackgroundRun {self.run.id[:8]} {self.finished} of {self.run.planned} done>"


def wait(live: BackgroundRun) -> Comparison:
    """Wait for a run; an interrupt stops it, keeps what came and raises `Interrupted`; a second forces the exit.

    How far it is can be seen meanwhile: on the terminal, or where a notebook shows it (`routebook.progress`).
    """
    try:
        _wait(live)
    except KeyboardInterrupt:
        live.stop()
        _wait(live)
        raise Interrupted(ended(live), live.run.planned) from None
    return ended(live)


def _wait(live: BackgroundRun) -> None:
    """Wait until a run is done. What fails in showing it is a warning of the run, which goes on."""
    if not live.done and threading.current_thread() is threading.main_thread():  # the one that can be interrupted
        try:
            with watch()(live) as look:
                while not live.wait(_LOOK_S):
                    look()
        except Exception as fault:  # noqa: BLE001 - said in the comparison; the run is worth more than its picture
            live.watch_fault = fault
    while not live.wait(_LOOK_S):
        pass


def ended(live: BackgroundRun) -> Comparison:
    """Return the comparison of a run that is done, or raise what went wrong in the engine itself."""
    if live.task is not None:
        live.task.result(STOPPING_S)  # a fault of the engine itself is raised here, not swallowed in the background
    return live.comparison()
