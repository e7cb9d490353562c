"""Threads for a client that blocks, of which none keeps the interpreter from ending.

`concurrent.futures` joins its threads when Python exits: one that waits for a silent host would hold a closing kernel
for minutes. These are daemons. Their number is not bounded here, because the engine bounds how many calls there are,
and a call that was given up while its host is silent must not take another's place.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

_T = TypeVar("_T")
_IDLE_S = 60.0  # a thread without work ends after so long


class Workers:
    """Runs functions in threads that are used again; one is started when none is idle.

    Parameters
    ----------
    name
        What the threads are called.

    Examples
    --------
    >>> workers = Workers("example")
    >>> workers.submit(lambda: 2 + 2).result()
    4
    >>> workers.close(1.0)
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._jobs: deque[tuple[Future[Any], Callable[[], Any]]] = deque()
        self._changed = threading.Condition()
        self._idle = 0
        self._threads: set[threading.Thread] = set()
        self._closing = False

    def submit(self, work: Callable[[], _T]) -> Future[_T]:
        """Run a function in a thread and return its future."""
        future: Future[_T] = Future()
        with self._changed:
            self._closing = False
            self._jobs.append((future, work))
            if self._idle >= len(self._jobs):
                self._changed.notify()
            else:
                thread = threading.Thread(target=self._run, name=f"routebook-{self._name}", daemon=True)
                self._threads.add(thread)
                thread.start()
        return future

    def close(self, timeout_s: float) -> None:
        """End the idle threads now and the busy ones when they are done, waiting for them so long at most."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
            threads = list(self._threads)
        deadline = time.monotonic() + timeout_s
        for thread in threads:
            thread.join(max(0.0, deadline - time.monotonic()))

    def _run(self) -> None:
        try:
            while (job := self._next()) is not None:
                future, work = job
                if not future.set_running_or_notify_cancel():
                    continue
                try:
                    result = work()
                except BaseException as error:  # noqa: BLE001 - it is raised again where the result is awaited
                    future.set_exception(error)
                else:
                    future.set_result(result)
                job = future = work = result = None  # type: ignore[assignment]  # keep nothing alive while idle
        finally:
            with self._changed:
                self._threads.discard(threading.current_thread())

    def _next(self) -> tuple[Future[Any], Callable[[], Any]] | None:
        with self._changed:
            self._idle += 1
            try:
                while not self._jobs:
                    if self._closing or not self._changed.wait(_IDLE_S):
                        return None
                return self._jobs.popleft()
            finally:
                self._idle -= 1
