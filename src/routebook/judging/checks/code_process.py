"""Runs Python that a model wrote in a process of its own, bounded, and reads what that process reports.

The process is `routebook.judging.checks.code_child`. Its report goes to a file that it can write and not read, and
lines in it count only with a token that the code is not told: so code that ends the process early has passed nothing.
It is in the same process, though: code made to deceive can find the token in the frames that called it.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from time import monotonic
from typing import IO

from routebook.errors import JudgmentError
from routebook.render.clean import one_line

_CHILD = Path(__file__).with_name("code_child.py")
_WATCHED = not sys.platform.startswith("linux")
"""Where no limit of the system bounds the memory, it is looked at from outside, some twenty times a second."""
_TICK_S = 0.05
_LONGEST_REPORT = 10_000_000
_LONGEST_LINE = 1_000


@dataclass(frozen=True, slots=True)
class Limits:
    """What code may take: seconds, and megabytes."""

    timeout_s: float
    memory_mb: int

    def said(self) -> str:
        """Say what holds here, after trying it."""
        in_force = _in_force()
        if "namespaces" in in_force:
            kept = "without a network or other processes, by the kernel"
        else:
            kept = "without a network or other processes, as Python refuses them (no namespaces here to keep them away)"
        if "landlock" not in in_force:
            kept += ", other files kept from it by Python alone"
        memory = "" if "memory" in in_force else " (watched from outside)"
        return (
            f"code ran what models wrote, each answer in a process of its own: {self.timeout_s:g} s, {self.memory_mb} "
            f"MB{memory}, an empty environment, {kept}. This is no sandbox against a hostile model."
        )


@cache
def _in_force() -> tuple[str, ...]:
    return run("", [], Limits(10, 256)).limits


@dataclass(frozen=True, slots=True)
class Ran:
    """What came of running code: the numbers of the tests that passed, why others did not, and what limits it had."""

    passed: frozenset[int]
    why: str
    limits: tuple[str, ...]


def run(
    source: str,
    tests: Sequence[str],
    limits: Limits,
    *,
    watched: bool = _WATCHED,
    namespaces: bool = True,
    stop: threading.Event | None = None,
) -> Ran:
    """Run code and tests in a process of its own, and wait for it.

    Parameters
    ----------
    source, tests
        What to run.
    limits
        What it may take.
    watched
        Whether its memory is looked at from outside, where the system sets no limit.
    namespaces
        Whether it may have namespaces of its own, where the system gives them.
    stop
        Ends it when set.

    Raises
    ------
    JudgmentError
        If there is no process to run it in: then nothing is known of the code.
    """
    if not sys.executable:
        raise JudgmentError("there is no Python to run the code with: sys.executable is empty")
    token = secrets.token_hex(16)
    asked = {
        "token": token,
        "code": source,
        "tests": list(tests),
        "memory_bytes": None if watched else limits.memory_mb * 2**20,
        "namespaces": namespaces,
        "cpu_s": int(limits.timeout_s) + 1,
    }
    folder = Path(tempfile.mkdtemp(prefix="routebook-code-"))
    try:
        (work := folder / "work").mkdir()
        with (
            tempfile.TemporaryFile() as told,
            tempfile.TemporaryFile() as began,
            _write_only(folder / "report") as report,
            (folder / "report").open("rb") as reported,
        ):
            told.write(json.dumps(asked).encode())
            told.seek(0)
            ended = _process(told, report, began, work, limits, watched, stop or threading.Event())
            said = reported.read(_LONGEST_REPORT)
            began.seek(0)
            in_force = _after(began.read(_LONGEST_LINE), token)
    except OSError as error:
        raise JudgmentError(f"the code could not be run: {error.strerror or error}") from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if in_force is None and stop is not None and stop.is_set():  # before it had begun
        return Ran(frozenset(), ended, ())
    if in_force is None:
        raise JudgmentError(f"the code could not be run: {ended}")
    return _read(said, token, len(tests), ended, tuple(in_force.split()))


def _write_only(path: Path) -> io.FileIO:
    """Open a file so that what has it as its output cannot read there what it must not know."""
    return io.FileIO(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600), "wb")


def _process(
    told: IO[bytes],
    report: io.FileIO,
    began: IO[bytes],
    work: Path,
    limits: Limits,
    watched: bool,
    stop: threading.Event,
) -> str:
    """Run the script to its end, or to that of its limits; return how it ended, where that was not by itself."""
    environment = {name: os.environ[name] for name in ("SYSTEMROOT",) if os.name == "nt" and name in os.environ}
    process = subprocess.Popen(  # noqa: S603 - our own script
        [sys.executable, "-I", "-S", str(_CHILD)],
        stdin=told,
        stdout=report,
        stderr=began,
        cwd=work,
        env=environment,
        start_new_session=True,
    )
    deadline = monotonic() + limits.timeout_s
    try:
        while True:
            left = deadline - monotonic()
            try:
                status = process.wait(max(0.0, min(_TICK_S, left)))
            except subprocess.TimeoutExpired:
                if left <= 0:
                    return f"not done within {limits.timeout_s:g} s"
                if watched and _memory_bytes(process.pid) > limits.memory_mb * 2**20:
                    return f"took more than {limits.memory_mb} MB"
                if stop.is_set():
                    return "stopped"
                continue
            return f"the process ended early (status {status})"
    finally:
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a process and all of its group, and wait for it."""
    if process.poll() is None:
        with contextlib.suppress(OSError):
            if os.name == "posix":
                os.killpg(process.pid, signal.SIGKILL)  # it began a session, and a group of this number
            process.kill()
        process.wait()


def _memory_bytes(pid: int) -> int:
    """Return what a process has of the memory, and 0 when it is gone."""
    import psutil

    try:
        return int(psutil.Process(pid).memory_info().rss)
    except psutil.Error:
        return 0


def _after(line: bytes, token: str) -> str | None:
    """Return what follows the token that a line begins with; without it the line is the code's own."""
    start, _, rest = line.decode("utf-8", "replace").partition(" ")
    return one_line(rest, _LONGEST_LINE) if start == token else None


def _read(said: bytes, token: str, tests: int, ended: str, limits: tuple[str, ...]) -> Ran:
    """Read a report."""
    passed, failed = set[int](), dict[int, str]()
    for line in said.split(b"\n"):
        if (rest := _after(line, token)) is None:
            continue
        what, _, text = rest.partition(" ")
        if what == "code":
            return Ran(frozenset(), text, limits)
        if what == "passed":
            passed.add(int(text))
        else:
            number, _, why = text.partition(" ")
            failed[int(number)] = why
    passed -= failed.keys()  # a test that failed cannot have passed: somebody else has said so
    missing = next((number for number in range(tests) if number not in passed and number not in failed), None)
    first = min([*failed, *([] if missing is None else [missing])], default=None)
    if first is None:
        return Ran(frozenset(passed), "", limits)
    why = failed.get(first, ended)
    return Ran(frozenset(passed), f"test {first + 1}: {why}" if tests > 1 else why, limits)
