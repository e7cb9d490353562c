"""Which process runs a run, and whether it is still there: an orphaned run can be resumed.

A process is known by its host's name, its id and the time it was created, because ids are used again.
"""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass
from functools import cache

_CLOCK_STEP_S = 2.0
"""How far a creation time may move when the machine's clock is set."""


@dataclass(frozen=True, slots=True)
class Owner:
    """A process: its host's name, its id, and when it was created (seconds since 1970)."""

    host: str
    pid: int
    started: float

    @property
    def here(self) -> bool:
        """Whether it is (or was) a process of this machine."""
        return self.host == socket.gethostname()

    @property
    def alive(self) -> bool:
        """Whether it still runs; only this machine's can be told."""
        import psutil

        try:
            process = psutil.Process(self.pid)
            if process.status() == psutil.STATUS_ZOMBIE:
                return False
            return abs(process.create_time() - self.started) < _CLOCK_STEP_S
        except psutil.NoSuchProcess:
            return False
        except psutil.AccessDenied:
            return True


def this_process() -> Owner:
    """Return the process that asks."""
    return _owner(os.getpid())


@cache
def _owner(pid: int) -> Owner:  # by pid, because a fork is another process
    import psutil

    return Owner(socket.gethostname(), pid, psutil.Process(pid).create_time())
