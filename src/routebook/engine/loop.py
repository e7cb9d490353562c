"""The one background event loop, in a thread of its own.

A notebook's own loop is busy running cells (and `asyncio.run` fails inside one), so everything that talks to
providers runs here. The loop's own lateness is measured while a run is on: a time stamp is only as good as the loop
that takes it.
"""

from __future__ import annotations

import array
import asyncio
import atexit
import concurrent.futures
import contextlib
import threading
from collections.abc import AsyncIterator, Coroutine
from time import perf_counter
from typing import Any, TypeVar

T = TypeVar("T")
_PROBE_S = 0.02
_CLOSING_S = 3.0


class BackgroundLoop:
    """An event loop running in a daemon thread; started at first use, closed at exit."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        """The running loop."""
        with self._lock:
            if self._loop is None or self._thread is None or not self._thread.is_alive():
                loop = asyncio.new_event_loop()
                ready = threading.Event()
                loop.call_soon(ready.set)
                thread = threading.Thread(target=loop.run_forever, name="routebook-loop", daemon=True)
                thread.start()
                ready.wait()
                self._loop, self._thread = loop, thread
            return self._loop

    def submit(self, coroutine: Coroutine[Any, Any, T]) -> concurrent.futures.Future[T]:
        """Run a coroutine on the loop; its future can be waited for from any other thread."""
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop)

    def close(self) -> None:
        """Close the providers' connections and stop the loop."""
        with self._lock:
            loop, thread = self._loop, self._thread
            self._loop = self._thread = None
        if loop is None or thread is None:
            return
        closing = asyncio.run_coroutine_threadsafe(_close_providers(), loop)
        with contextlib.suppress(TimeoutError, concurrent.futures.CancelledError):
            closing.result(_CLOSING_S)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(_CLOSING_S)
        if not thread.is_alive():
            loop.close()


async def _close_providers() -> None:
    from routebook.providers.registry import close_all

    current = asyncio.current_task()
    for task in asyncio.all_tasks():
        if task is not current:
            task.cancel()
    await close_all()


background = BackgroundLoop()
atexit.register(background.close)


class LagProbe:
    """How late the loop ran: the overshoot of short sleeps, in milliseconds."""

    def __init__(self) -> None:
        self._late_ms = array.array("f")

    @contextlib.asynccontextmanager
    async def watching(self) -> AsyncIterator[None]:
        """Measure while the block runs."""
        task = asyncio.create_task(self._watch())
        try:
            yield
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def _watch(self) -> None:
        while True:
            before = perf_counter()
            await asyncio.sleep(_PROBE_S)
            self._late_ms.append(max(0.0, (perf_counter() - before - _PROBE_S) * 1e3))

    def summary(self) -> dict[str, float]:
        """``{"p50": ..., "p95": ..., "max": ...}`` in milliseconds, or empty when there was nothing to measure."""
        if not self._late_ms:
            return {}
        late = sorted(self._late_ms)
        return {
            "p50": round(late[len(late) // 2], 3),
            "p95": round(late[min(len(late) - 1, int(len(late) * 0.95))], 3),
            "max": round(late[-1], 3),
        }
