"""A sink that remembers what it was given, in order."""

from __future__ import annotations

import asyncio
import threading
from typing import Literal


class RecordingSink:
    """Keeps every push; `first` lets a test wait for the first visible text instead of sleeping.

    `pieces` are ``("reasoning" | "text", piece)`` in the order they came.
    """

    def __init__(self) -> None:
        self.starts = 0
        self.pieces: list[tuple[Literal["reasoning", "text"], str]] = []
        self.first = asyncio.Event()

    def started(self) -> None:
        self.starts += 1

    def reasoning(self, text: str) -> None:
        self.pieces.append(("reasoning", text))

    def text(self, text: str) -> None:
        self.pieces.append(("text", text))
        self.first.set()

    @property
    def said(self) -> str:
        """All the text so far."""
        return "".join(piece for kind, piece in self.pieces if kind == "text")

    @property
    def thought(self) -> str:
        """All the reasoning so far."""
        return "".join(piece for kind, piece in self.pieces if kind == "reasoning")


class ThreadSink(RecordingSink):
    """A recording sink that may be pushed to from another thread, and says from which its text came."""

    def __init__(self) -> None:
        super().__init__()
        self._loop = asyncio.get_running_loop()
        self.threads: set[str] = set()

    def text(self, text: str) -> None:
        self.pieces.append(("text", text))
        self.threads.add(threading.current_thread().name)
        self._loop.call_soon_threadsafe(self.first.set)
