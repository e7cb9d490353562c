"""Runs a server that someone else wrote for as long as a test needs it."""

from __future__ import annotations

import contextlib
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest


@contextlib.contextmanager
def running(
    name: str, command: Sequence[str], log: Path, answers: Callable[[], object], within_s: float
) -> Iterator[None]:
    """Start it, wait until `answers` raises no `OSError` any more, and stop it by its process id in the end."""
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT)
    try:
        deadline = time.monotonic() + within_s
        while not _ready(answers):
            said = log.read_text(errors="replace")[-800:]
            if process.poll() is not None:
                pytest.fail(f"{name} ended at once: {said}")
            if time.monotonic() > deadline:
                pytest.fail(f"{name} did not answer within {within_s:.0f} s: {said}")
            time.sleep(0.02)
        yield
    finally:
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _ready(answers: Callable[[], object]) -> bool:
    with contextlib.suppress(OSError):
        answers()
        return True
    return False
