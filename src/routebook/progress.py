"""How far a run is that somebody waits for, in one line; and who shows it: a terminal, unless a notebook takes over."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from os import get_terminal_size
from time import perf_counter
from typing import TYPE_CHECKING, TextIO

from routebook.costs import run_cost
from routebook.lookup import count
from routebook.pricing.money import Total, format_usd

if TYPE_CHECKING:
    from routebook.background import BackgroundRun

PATIENCE_S = 1.0
"""How long nothing is shown, seconds: most runs are done before anyone asks."""

STOP = "Interrupt to stop; what came is kept."
_COLUMNS = 80
_ENOUGH_TO_TELL = 3  # answers: from fewer nothing is guessed

Look = Callable[[], object]
Watch = Callable[["BackgroundRun"], AbstractContextManager[Look]]
"""What shows a run: entered when somebody begins to wait, looked at a few times a second, left at the end."""


class Progress:
    """What a run has come to since it was looked at first. It reads only what has moved, and prices each call once.

    Parameters
    ----------
    live
        The run.
    clock
        Seconds, on any monotonic clock.
    """

    def __init__(self, live: BackgroundRun, clock: Callable[[], float] = perf_counter) -> None:
        from routebook.pricing import price_book

        self._live = live
        self._clock = clock
        self._book = price_book()
        self._began_s = clock()
        self._read = self._errors = self._paced = 0
        self._ended: set[int] = set()
        self._cost = run_cost(())
        self._count()
        self._paced = 0  # what was there already says nothing of how fast the rest will come

    @property
    def waited_s(self) -> float:
        """Seconds since the first look."""
        return self._clock() - self._began_s

    def line(self) -> str:
        """Say how far the run is.

        What is left is guessed from the answers that had to be asked for: those from the cache come at once.
        """
        self._count()
        live, waited_s, done = self._live, self.waited_s, len(self._ended)
        parts = [f"{done:,} of {live.run.planned:,} done"]
        if live.interrupted or self._paced < _ENOUGH_TO_TELL:
            parts[0] += f" in {rough(waited_s)}"
        if self._errors:
            parts.append(count(self._errors, "error"))
        if not live.run.blind:
            money = [_known(self._cost.real, ""), _known(self._cost.simulated, " simulated")]
            parts += [f"{' + '.join(known)} so far"] if (known := [one for one in money if one]) else []
        if not live.interrupted and self._paced >= _ENOUGH_TO_TELL:
            parts.append(f"about {rough(waited_s / self._paced * (live.run.planned - done))} left")
        return f"{'Stopping' if live.interrupted else 'Asking'}: {', '.join(parts)}."

    def _count(self) -> None:
        new = self._live.moves[self._read :]
        self._read += len(new)
        for index in new:
            live = self._live.calls[index]
            if (call := live.call) is None or index in self._ended:
                continue
            self._ended.add(index)
            self._cost += run_cost([(call, self._book.price(call))])
            self._errors += call.failure is not None
            self._paced += live.planned.answered is None or call.replayed


@contextmanager
def shown(
    live: BackgroundRun,
    show: Callable[[str], object],
    clear: Callable[[], object],
    clock: Callable[[], float] = perf_counter,
) -> Iterator[Look]:
    """Show a run's line by `show` once it takes a while, again whenever it has changed, and `clear` it in the end."""
    progress = Progress(live, clock)
    last = ""

    def look() -> None:
        nonlocal last
        if progress.waited_s >= PATIENCE_S and (line := progress.line()) != last:
            show(line)
            last = line

    try:
        yield look
    finally:
        if last:
            clear()


@contextmanager
def on_terminal(live: BackgroundRun, clock: Callable[[], float] = perf_counter) -> Iterator[Look]:
    """Show a run on standard error, and leave nothing of it; where that is no terminal, show nothing."""
    screen = sys.stderr
    if screen is None or not screen.isatty():
        yield lambda: None
        return
    widest = 0

    def show(line: str) -> None:
        nonlocal widest
        room = _columns(screen) - 1
        line = f"{line} {STOP}" if len(line) + 1 + len(STOP) <= room else line[:room]
        screen.write("\r" + line.ljust(min(widest, room)))
        screen.flush()
        widest = max(widest, len(line))

    def clear() -> None:
        screen.write("\r" + " " * min(widest, _columns(screen) - 1) + "\r")
        screen.flush()

    with shown(live, show, clear, clock) as look:
        yield look


def _columns(screen: TextIO) -> int:
    try:
        return get_terminal_size(screen.fileno()).columns or _COLUMNS
    except (OSError, ValueError):  # it only looks like one
        return _COLUMNS


def _known(total: Total, kind: str) -> str:
    """Write what is known to be spent; what calls of unknown cost add to it is for the run's own figures to say."""
    if not total.of:
        return ""
    if not total.priced:
        return f"unknown{kind} cost"
    return f"{'' if total.complete else 'at least '}{format_usd(total.usd)}{kind}"


def rough(seconds: float) -> str:
    """Write a time with the one unit that matters.

    >>> rough(0.4), rough(14.2), rough(89.9), rough(200), rough(5000), rough(9000)
    ('1 s', '14 s', '90 s', '3 min', '83 min', '2.5 h')
    """
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    return f"{seconds / 60:.0f} min" if seconds < 7_200 else f"{seconds / 3_600:.1f} h"


_watch: Watch = on_terminal


def watch() -> Watch:
    """Return what shows the runs that are waited for."""
    return _watch


def watch_by(other: Watch) -> Watch:
    """Let something else show the runs that are waited for; return what did until now."""
    global _watch
    before, _watch = _watch, other
    return before
