"""Code that a model wrote in a process of its own: what it cannot do, and how it cannot pass its tests."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from routebook.errors import JudgmentError
from routebook.judging.checks.code_process import Limits, Ran, _in_force, run

RIGHT = "def add(a, b):\n    return a + b\n"
WRONG = "def add(a, b):\n    return 0\n"
TESTS = ("assert add(1, 2) == 3",)
LIMITS = Limits(timeout_s=20, memory_mb=256)
SHORT = Limits(timeout_s=1, memory_mb=256)
EVERY_ENVIRONMENT = """
import glob
said = ""
for path in glob.glob("/proc/[0-9]*/environ"):
    try:
        said += open(path).read()
    except OSError:
        pass
raise ValueError(said)
"""
LINUX = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="what is in force differs elsewhere")


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Keep temporary folders in the test's own, which must be empty in the end."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield folder
    assert list(folder.iterdir()) == []


@pytest.fixture(params=[True, False], ids=["in namespaces", "kept by Python"])
def namespaces(request: pytest.FixtureRequest) -> bool:
    """Whether code may have namespaces of its own; where there are none, both are the same."""
    return bool(request.param)


def ran(source: str, namespaces: bool = True, limits: Limits = LIMITS) -> Ran:
    return run(source, TESTS, limits, namespaces=namespaces)


def passes(source: str, namespaces: bool = True) -> bool:
    return ran(source, namespaces).passed == {0}


@pytest.mark.parametrize(
    "source",
    [
        RIGHT,
        "from __future__ import annotations\n" + RIGHT,
        "if __name__ == '__main__':\n    raise SystemExit\n" + RIGHT,
        "print('x' * 10_000_000)\n" + RIGHT,
        "import asyncio\nasync def plus(a, b):\n    return a + b\ndef add(a, b):\n    return asyncio.run(plus(a, b))",
        "from dataclasses import dataclass\n@dataclass\nclass P:\n    x: int\ndef add(a, b):\n    return P(a + b).x",
        "import json, re, math, random, sqlite3, statistics, collections, unittest, multiprocessing, ctypes\n" + RIGHT,
        "import tempfile\nwith tempfile.TemporaryFile() as file:\n    file.write(b'1')\n" + RIGHT,
        "open('mine', 'w').write('1')\nassert open('mine').read() == '1'\n" + RIGHT,
        "import threading\nthreading.Thread(target=lambda: [0 for _ in iter(int, 1)]).start()\n" + RIGHT,
        "#" + "a" * 10_000_000 + "\n" + RIGHT,
    ],
)
def test_right_code_passes_whatever_else_it_does(source: str, namespaces: bool) -> None:
    assert ran(source, namespaces) == Ran(frozenset({0}), "", _in_force() if namespaces else ran(RIGHT, False).limits)


@pytest.mark.parametrize(
    ("source", "why"),
    [
        (WRONG, "AssertionError: assert add(1, 2) == 3"),
        ("", "NameError: name 'add' is not defined"),
        ("def add(a, b):", "IndentationError: expected an indented block"),
        ("x = '\0'", "null bytes"),
        ("x = '\ud800'", "surrogates not allowed"),
        ("(" * 1_000_000, "SyntaxError"),
        ("def add(a, b):\n    return a / 0", "ZeroDivisionError: division by zero (line 2 of the code)"),
        ("import no_such_module", "ModuleNotFoundError: No module named 'no_such_module' (line 1 of the code)"),
        ("import sys\nsys.exit(0)", "SystemExit: 0 (line 2 of the code)"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt (line 1 of the code)"),
        ("input()", "EOFError"),
        ("import sys\nsys.exit(0)\n" + RIGHT, "SystemExit"),
        (RIGHT + "import os\nos._exit(0)", "the process ended early (status 0)"),
        ("import os\ndef add(a, b):\n    os._exit(0)", "the process ended early (status 0)"),
        ("def add(a, b):\n    raise SystemExit(0)", "SystemExit: 0 (line 2 of the code)"),
        (
            "class Odd(Exception):\n    def __str__(self):\n        raise SystemExit\nraise Odd",
            "Odd: an error that cannot be shown",
        ),
        ("raise ValueError('one\\nline ' + 'x' * 10**6)", "ValueError: one line xxx"),
    ],
)
def test_code_that_is_wrong_or_ends_early_fails_with_the_reason(source: str, why: str) -> None:
    found = ran(source)
    assert found.passed == frozenset()
    assert why in found.why
    assert len(found.why) < 500


@pytest.mark.parametrize(
    "source",
    [
        "import builtins\nbuiltins.exec = lambda *given: None\n",
        "import builtins\nbuiltins.AssertionError = type('Other', (Exception,), {})\n",
        "import builtins\nbuiltins.compile = builtins.str = builtins.BaseException = None\n",
        "import builtins\nvars(builtins).clear()\n",
        "import __main__\n__main__._why = lambda *given: ''\n__main__._run = None\n",
        "import json, os\njson.dumps = os.write = lambda *given: 0\n",
        "import sys\nsys.excepthook = sys.unraisablehook = lambda *given: None\n",
        "import sys\nsys.flags = None\n",
        "import contextlib, os\nfor n in range(9):\n with contextlib.suppress(OSError): os.write(n, b'passed 0\\n')\n",
        "import os\nos.closerange(0, 64)\n",
    ],
)
def test_wrong_code_does_not_pass_by_tampering(source: str, namespaces: bool) -> None:
    assert ran(source + WRONG, namespaces).passed == frozenset()


@pytest.mark.parametrize(
    "source",
    [
        "while True: pass",
        "while True: print('x' * 1_000_000)",
        "import time\ntime.sleep(1000)",
        "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nwhile True: pass",
        "def add(a, b):\n    while True: pass",
    ],
)  # fmt: skip
def test_code_without_end_is_stopped(source: str, namespaces: bool) -> None:
    found = ran(source, namespaces, SHORT)
    assert found.passed == frozenset()
    assert found.why == "not done within 1 s"


def test_the_tests_that_had_passed_by_then_count() -> None:
    tests = ["assert add(1, 2) == 3", "while True: pass", "assert add(0, 0) == 0"]
    found = run(RIGHT, tests, SHORT)
    assert (found.passed, found.why) == ({0}, "test 2: not done within 1 s")


@LINUX
@pytest.mark.parametrize("source", ["x = 'a' * 10**10", "x = []\nwhile True: x.append(bytearray(10**6))"])
def test_code_that_takes_too_much_memory_fails(source: str, namespaces: bool) -> None:
    assert "MemoryError" in ran(source, namespaces).why


def test_memory_is_watched_from_outside_where_the_system_sets_no_limit() -> None:
    source = "x = bytearray(b'1') * 400_000_000\nwhile True: pass"
    found = run(source, TESTS, LIMITS, watched=True, namespaces=False)
    assert "memory" not in found.limits
    assert found.why == "took more than 256 MB"


@LINUX
@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("open('large', 'w').write('x' * 10**8)", "File too large"),
        ("for number in range(10**6): open(str(number), 'w').close()", "no more than 100 files"),
        ("import os\nwhile True:\n    os.mkdir('deeper')\n    os.chdir('deeper')", "no more than 100 files"),
        ("import threading\nwhile True: threading.Thread(target=threading.Event().wait).start()", "start new thread"),
    ],
)
def test_it_fills_neither_the_disk_nor_the_machine(source: str, why: str, namespaces: bool) -> None:
    assert why in ran(source, namespaces).why


@pytest.mark.parametrize(
    "source",
    [
        "import os\nwhile True: os.fork()",
        "import subprocess, sys\nsubprocess.run([sys.executable, '-c', ''])",
        "import os\nos.system('exit 0')",
        "import os\nos.execv('/bin/true', ['true'])",
        "import os\nos.posix_spawn('/bin/true', ['true'], {})",
        "import _posixsubprocess\n_posixsubprocess.fork_exec()",
        "import multiprocessing\nmultiprocessing.Pool(1)",
        "import os\nos.kill(os.getppid(), 9)",
        "import os\nos.killpg(0, 9)",
        "import socket\nsocket.socket()",
        "import socket\nsocket.socket(socket.AF_UNIX).connect('/run/docker.sock')",
        "import socket\nsocket.getaddrinfo('example.org', 80)",
        "import ctypes\nctypes.CDLL(None)",
        "import ctypes\nctypes.string_at(0)",
        "import gc\ngc.get_objects()",
        "open('/etc/passwd')",
        "import os\nos.open('/etc/passwd', os.O_RDONLY)",
        "import pathlib\npathlib.Path('/etc/passwd').read_text()",
        "open('../report')",
        "open('../report', 'w')",
        "import os\nos.remove('../report')",
        "import os\nos.symlink('/etc', 'here')",
        "import os\nos.rename('../report', 'mine')",
        "import sqlite3\nsqlite3.connect('../other')",
        "import sqlite3\nsqlite3.connect('file:../other', uri=True)",
        "import os, signal\nsignal.pidfd_send_signal(os.pidfd_open(os.getppid()), 9)",
        "import os\nos.setpriority(os.PRIO_PROCESS, os.getppid(), 19)",
        "import os\nos.mkfifo('../pipe')",
        "import os\nos.mknod('../node')",
        "import os\nos.chroot('.')",
        "import readline\nreadline.write_history_file('../other')",
        "import sys\ndel sys.modules['_posixsubprocess']\nimport _posixsubprocess",
        "from multiprocessing import shared_memory\nshared_memory.SharedMemory(create=True, size=1)",
        "import multiprocessing\nmultiprocessing.Lock()",
    ],
)
@LINUX
def test_no_network_no_other_process_and_no_file_of_others_is_to_be_had(source: str, namespaces: bool) -> None:
    found = ran(source, namespaces)
    assert found.passed == frozenset()
    assert found.why.startswith("PermissionError: ")


@LINUX
@pytest.mark.parametrize(
    "source",
    [
        "import sqlite3\nsqlite3.connect(':memory:').execute(f'attach {PLACE!r} as other')",
        "import sqlite3\nsqlite3.connect(':memory:').execute(f'vacuum into {PLACE!r}')",
        "import os\nd = os.open('.', 0)\nos.mkdir('a')\nos.chdir('a')\nos.open('../report', 0, dir_fd=d)",
        "import os\nos.listdir('..')",
    ],
)
def test_the_kernel_keeps_other_files_from_it_where_it_can(source: str, namespaces: bool, tmp_path: Path) -> None:
    if "landlock" not in _in_force():
        pytest.skip("no Landlock in this kernel")
    place = tmp_path / "other.sqlite3"
    found = ran(f"PLACE = {str(place)!r}\n{source}", namespaces)
    assert found.why.startswith(("PermissionError: ", "OperationalError: unable to open database"))
    assert not place.exists()


@LINUX
def test_it_has_no_second_interpreter_without_these_limits(namespaces: bool) -> None:
    source = "try:\n import _xxsubinterpreters as other\nexcept ImportError:\n import _interpreters as other\n"
    assert "interpreter creation failed" in ran(f"{source}other.create()", namespaces).why


@pytest.mark.parametrize(
    "source",
    [
        "for fd in range(3, 64):\n try: os.ftruncate(fd, 0)\n except OSError: pass\n",
        "for fd in range(3, 64):\n try: os.write(fd, b'x' * 10_000_000)\n except OSError: pass\n",
    ],
)
def test_wrong_code_that_spoils_the_report_is_wrong_and_not_unknown(source: str, namespaces: bool) -> None:
    assert ran(f"import os\n{source}{WRONG}", namespaces).passed == frozenset()


def test_a_test_that_failed_has_not_passed_whatever_else_was_reported(namespaces: bool) -> None:
    source = "import sys\nframe = sys._getframe()\nwhile 'report' not in frame.f_locals:\n frame = frame.f_back\n"
    assert ran(f"{source}frame.f_locals['report']('passed', '0')\n{WRONG}", namespaces).passed == frozenset()


@pytest.mark.parametrize(
    "source",
    [
        "raise type('E' * 10**6, (Exception,), {})",
        "class S(str):\n __getitem__ = lambda self, _: self\nraise ValueError(S('x' * 10**6))",
        "class M(type):\n __name__ = property(lambda self: 1 / 0)\nclass E(Exception, metaclass=M): ...\nraise E",
        "raise ValueError('\\x1b[31m \\u202e' * 10**5)",
    ],
)
def test_why_it_fails_is_short_and_steers_no_terminal(source: str, namespaces: bool) -> None:
    why = ran(source, namespaces).why
    assert len(why) <= 1_000
    assert why.isprintable()


@LINUX
def test_a_server_on_this_machine_is_not_reached(namespaces: bool) -> None:
    source = "import urllib.request\nurllib.request.urlopen('http://127.0.0.1:9', timeout=5)"
    assert "not allowed here" in ran(source, namespaces).why


@pytest.mark.parametrize(
    "source",
    [
        "import os\nraise ValueError(dict(os.environ))",
        "import os\nraise ValueError([os.environb, os.getenv('SOME_API_KEY')])",
        "import os\nraise ValueError(open(f'/proc/{os.getppid()}/environ').read())",
        EVERY_ENVIRONMENT,
    ],
)  # fmt: skip
def test_no_key_is_to_be_seen(source: str, namespaces: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_API_KEY", "canary-canary")
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as other:  # has the key in /proc
        found = ran(source, namespaces)
        other.communicate(b"\n")
    assert "Error" in found.why
    assert "canary" not in found.why


def test_it_is_stopped_when_asked() -> None:
    stop = threading.Event()
    stop.set()
    assert run("while True: pass", TESTS, LIMITS, stop=stop).passed == frozenset()


def test_without_a_python_nothing_is_known_of_the_code(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "")
    with pytest.raises(JudgmentError, match="no Python to run the code with"):
        ran(RIGHT)
    monkeypatch.setattr(sys, "executable", str(Path(__file__)))
    with pytest.raises(JudgmentError, match="the code could not be run"):
        ran(RIGHT)


def test_what_holds_here_is_said_plainly() -> None:
    said = Limits(5, 128).said()
    assert "5 s, 128 MB" in said
    assert said.endswith("This is no sandbox against a hostile model.")
    assert ("by the kernel" in said) == ("namespaces" in _in_force())
