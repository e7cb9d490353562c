"""Models for the browser tests, as a plug-in like any other: each does the one thing its name says.

``stage/endless-a`` streams until it is stopped, ``stage/clock-1`` streams the kernel's wall clock, ``stage/hostile-1``
answers with the entry of the hostile corpus that the prompt names, ``stage/held-1`` waits until the file the prompt
names exists, and ``stage/says-1`` says the prompt.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

from tests.support.hostile import corpus

from routebook.providers.contract import Credentials, HostDefaults, Reply, Request, Sink, Usage

closed: list[str] = []
"""The models whose stream was given up before its end."""


class Stage:
    """The host ``stage``."""

    simulated = False
    host = "stage"

    def credentials(self) -> Credentials:
        """None are needed."""
        return Credentials(True, "none needed")

    def defaults(self) -> HostDefaults:
        """Nothing is given unasked."""
        return HostDefaults()

    def check(self, request: Request) -> None:
        """Everything is taken."""

    def body(self, request: Request) -> dict[str, Any]:
        """Return the request as plain data."""
        return {"model": request.model.model, "messages": [message.described() for message in request.messages]}

    async def prepare(self) -> None:
        """There is nothing to load."""

    async def models(self) -> Sequence[str]:
        """List nothing: these are asked for by name."""
        return []

    async def aclose(self) -> None:
        """There is nothing to close."""

    async def ask(self, request: Request, sink: Sink) -> Reply:
        """Do what the model's name says."""
        kind = request.model.model.split("-")[0]
        sink.started()
        try:
            async for piece in _PIECES[kind](request.messages[-1].text):
                sink.text(piece)
        except asyncio.CancelledError:
            closed.append(str(request.model))
            raise
        return Reply("stop", "stop", usage=Usage(input_tokens=10, output_tokens=5), served_model=request.model.model)


async def _endless(_prompt: str) -> AsyncIterator[str]:
    while True:
        yield "and on "
        await asyncio.sleep(0.02)


async def _clock(prompt: str) -> AsyncIterator[str]:
    """Say the time at an even pace; the prompt is how many times a second, and for how many seconds."""
    rate, seconds = (float(word) for word in prompt.split()[:2])
    start = time.perf_counter()
    for number in range(int(rate * seconds)):
        await asyncio.sleep(max(0.0, start + number / rate - time.perf_counter()))
        yield f"t{time.time() * 1000:.0f} " + ("\n\n" if number % 50 == 49 else "")


async def _hostile(prompt: str) -> AsyncIterator[str]:
    text = corpus()[prompt]
    size = max(7, len(text) // 40)
    for start in range(0, len(text), size):
        yield text[start : start + size]
        await asyncio.sleep(0)


async def _held(prompt: str) -> AsyncIterator[str]:
    yield "It begins. "
    gate = Path(os.environ["ROUTEBOOK_STORE"]).parent / prompt.split()[-1]
    while not gate.exists():  # noqa: ASYNC110 - the test, in another process, lets go
        await asyncio.sleep(0.02)
    yield "It ends."


async def _says(prompt: str) -> AsyncIterator[str]:
    for word in prompt.splitlines(keepends=True):
        yield word
        await asyncio.sleep(0)


_PIECES = {"endless": _endless, "clock": _clock, "hostile": _hostile, "held": _held, "says": _says}
