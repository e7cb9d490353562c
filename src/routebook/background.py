"""A run that goes on in the background: watch it, wait for it, stop it, take what it has."""

from __future__ import annotations

import concurrent.futures

from routebook.comparison import Comparison
from routebook.engine.live import LiveRun
from routebook.engine.recorder import Guarded
from routebook.interrupt import Interrupted
from routebook.lookup import count
from routebook.redact import redact
from routebook.store import Store

STOPPING_S = 5.0
_TICK_S = 0.1


class BackgroundRun(LiveRun):
    """A run that goes on in the background: watch it, wait for it, stop it, take what it has."""

    task: concurrent.futures.Future[None] | None = None
    listener: Guarded | None = None
    store: Store | None = None
    """Where its votes go; `None` is the default store."""

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
    """Wait for a run; an interrupt stops it, keeps what came and raises `Interrupted`; a second forces the exit."""
    try:
        while not live.wait(_TICK_S):
            pass
    except KeyboardInterrupt:
        live.stop()
        while not live.wait(_TICK_S):
            pass
        raise Interrupted(ended(live), live.run.planned) from None
    return ended(live)


def ended(live: BackgroundRun) -> Comparison:
    """Return the comparison of a run that is done, or raise what went wrong in the engine itself."""
    if live.task is not None:
        live.task.result(STOPPING_S)  # a fault of the engine itself is raised here, not swallowed in the background
    return live.comparison()
