"""How many calls go to one host at once, and when a host asked for a pause.

The number is fixed during a run: adapting it would change the latencies being measured. A ``retry-after`` pauses all
of that host's calls, not only the one that was told.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from time import monotonic

from routebook.errors import OptionError

DEFAULT_CONCURRENCY = 8
MOST_CONCURRENCY = 1000


class HostGate:
    """Holds back one host's calls while it asked for a pause."""

    def __init__(self) -> None:
        self._open_at = 0.0

    def pause(self, seconds: float) -> None:
        """Let nothing more go to the host for so many seconds."""
        self._open_at = max(self._open_at, monotonic() + seconds)

    async def wait(self) -> None:
        """Wait until the host may be asked."""
        while (left := self._open_at - monotonic()) > 0:  # noqa: ASYNC110 - another call may lengthen the pause
            await asyncio.sleep(left)


def concurrency_of(host: str, given: int | Mapping[str, int] | None) -> int:
    """How many calls may go to a host at once.

    >>> concurrency_of("sim", None), concurrency_of("sim", 3), concurrency_of("sim", {"openai": 2})
    (8, 3, 8)
    """
    value = given.get(host, DEFAULT_CONCURRENCY) if isinstance(given, Mapping) else given
    if value is None:
        return DEFAULT_CONCURRENCY
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MOST_CONCURRENCY:
        raise OptionError(f"concurrency must be a whole number from 1 to {MOST_CONCURRENCY}, not {value!r}.")
    return value
