"""A store across `os.fork`: no connection is open, and nothing is half done, when a process becomes two.

SQLite forbids carrying an open database into a child: file locks stay behind with the parent, while SQLite's own
notes of them come along, so that a child would wait for a lock nobody holds, or write under one it has not got
(https://www.sqlite.org/howtocorrupt.html, 2.6). A server's session cannot be shared either. So a fork waits until
what is being read and written is done, closes the idle connections, and both processes open new ones when they need
them. `subprocess` does not fork in this sense and is not held up.
"""

from __future__ import annotations

import os
import sys
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol


class Connected(Protocol):
    """What keeps connections and threads."""

    def close_idle(self) -> None:
        """Close the connections nobody uses, before a fork."""

    def start_over(self) -> None:
        """Forget the threads, queues and locks of the parent, in a child."""


_watched: weakref.WeakSet[Connected] = weakref.WeakSet()
_changed = threading.Condition()
_busy = 0  # how many hold a fork off
_forking = False


def watch(connected: Connected) -> None:
    """Tell it, as long as it lives, of every fork."""
    with _changed:
        _watched.add(connected)


@contextmanager
def held_off() -> Iterator[None]:
    """Let no fork happen meanwhile. Whoever uses a connection does so in here; it must not be nested."""
    global _busy
    with _changed:
        _changed.wait_for(lambda: not _forking)
        _busy += 1
    try:
        yield
    finally:
        with _changed:
            _busy -= 1
            _changed.notify_all()


def _before() -> None:
    global _forking
    with _changed:
        _changed.wait_for(lambda: not _forking)  # another thread's fork
        _forking = True
        _changed.wait_for(lambda: _busy == 0)
        watched = list(_watched)
    for connected in watched:
        connected.close_idle()


def _after_in_parent() -> None:
    global _forking
    with _changed:
        _forking = False
        _changed.notify_all()


def _after_in_child() -> None:
    global _busy, _changed, _forking
    _changed = threading.Condition()  # the threads that may have held the old one are not here
    _busy = 0
    _forking = False
    for connected in list(_watched):
        connected.start_over()


if sys.platform != "win32":
    os.register_at_fork(before=_before, after_in_parent=_after_in_parent, after_in_child=_after_in_child)
