"""What runs an answer's Python: a script for a process of its own, told on its standard input what to run.

It limits itself as far as the platform lets it, runs the code and then its tests, and reports on what was its standard
output, each line beginning with a token that the code is not told. Nothing but the standard library is there. This
keeps accidents and clumsy tricks in; it is no sandbox against code that is out to break it.
"""

from __future__ import annotations

import builtins
import contextlib
import json
import os
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

Report = Callable[[str, str], None]

LARGEST_FILE = 4_000_000
"""Bytes."""
MOST_FILES = 100
_MOST_OPEN = 64
_MOST_THREADS = 64
_LONGEST_WHY = 300
_LONGEST_NAME = 80
_NEW_USER, _NEW_PID, _NEW_NET, _NEW_IPC = 0x10000000, 0x20000000, 0x40000000, 0x08000000
_DIE_WITH_PARENT, _KILL = 1, 9
_UNIX_SOCKET = 1
_ANSWER, _TESTS = "<answer>", "<tests>"

_REFUSED = (
    "socket.", "ctypes.", "subprocess.", "os.fork", "os.exec", "os.spawn", "os.posix_spawn", "os.system", "os.kill",
    "os.startfile", "pty.", "signal.pthread_kill", "winreg.", "_winapi.", "syslog.", "gc.get_", "sys._current_",
    "sys.setprofile", "sys.settrace", "sys.monitoring.", "resource.setrlimit", "resource.prlimit",
    "cpython.PyInterpreterState_New",  # another interpreter would have no hook
)  # fmt: skip
"""How the events begin that are refused; all are at https://docs.python.org/3/library/audit_events.html."""
_CHANGES = (
    "os.chflags", "os.chmod", "os.chown", "os.link", "os.mkdir", "os.remove", "os.rename", "os.rmdir", "os.symlink",
    "os.truncate", "os.utime", "os.setxattr", "os.removexattr", "shutil.rmtree", "sqlite3.connect",
)  # fmt: skip
_READABLE = ("/dev/null", "/dev/urandom", "/dev/random", "/usr/share/zoneinfo")
_SILENT = {
    "posix": (
        "chroot", "mkfifo", "mknod", "pidfd_open", "sched_setaffinity", "sched_setparam", "sched_setscheduler",
        "setpriority", "tcsetpgrp",
    ),
    "_signal": ("pidfd_send_signal",),
    "_posixsubprocess": ("fork_exec",),
}  # fmt: skip
"""What acts on other processes or files and says nothing to a hook, by module."""
_NOT_IMPORTED = frozenset(
    {*_SILENT, "readline", "_dbm", "_gdbm", "_multiprocessing", "_posixshmem", "_testcapi", "_testinternalcapi"}
)
"""What would bring such functions, or bring them back."""

# https://docs.kernel.org/userspace-api/landlock.html; the numbers of its system calls are the same on every processor.
_LANDLOCK_MAKE, _LANDLOCK_ALLOW, _LANDLOCK_ENTER = 444, 445, 446
_NO_NEW_PRIVILEGES = 38
_READ_FILE, _READ_DIR, _WRITE_FILE = 1 << 2, 1 << 3, 1 << 1
_CHANGE = sum(1 << bit for bit in (1, 4, 5, 7, 8, 14))  # write, remove, make folders and files, truncate
_NEW_RIGHTS = {1: sum(1 << bit for bit in range(13)), 2: 1 << 13, 3: 1 << 14, 5: 1 << 15}
"""The rights over files that a version of it brought; all of them are taken, and some given back."""
_LIBRARIES = ("/usr", "/lib", "/lib64", "/opt", "/nix", "/gnu")


def main() -> None:
    """Run what standard input says."""
    asked = json.loads(sys.stdin.buffer.read())
    report = _reporter(asked["token"])
    limits = _limit(asked["memory_bytes"], asked["cpu_s"], leave=asked["namespaces"])
    if "namespaces" in limits:
        _go_on_in_a_child()
    limits += ["landlock"] if _keep_to(os.curdir) else []
    _guard(os.curdir)
    os.write(2, f"{asked['token']} {' '.join(limits)}\n".encode())
    _to_nowhere(2)  # what is said there cannot be taken back by the code
    _run(asked["code"], asked["tests"], report)
    os._exit(0)  # whatever threads are left


def _reporter(token: str) -> Report:
    """Take standard output for the report, and leave the code nothing to read or to write to."""
    fd = os.dup(1)
    _to_nowhere(0, 1)
    write = os.write  # the code may put something else in its place

    def report(what: str, said: str) -> None:
        line = said.replace("\r", " ").replace("\n", " ")
        write(fd, f"{token} {what} {line}\n".encode("utf-8", "backslashreplace"))

    return report


def _to_nowhere(*standard: int) -> None:
    nowhere = os.open(os.devnull, os.O_RDWR)
    for fd in standard:
        os.dup2(nowhere, fd)
    os.close(nowhere)


def _limit(memory_bytes: int | None, cpu_s: int, *, leave: bool) -> list[str]:
    """Set every limit that the platform has; return those that are in force."""
    limits = ["namespaces"] if leave and _leave() else []
    if sys.platform == "win32":
        return limits
    import resource

    wanted: list[tuple[str, str, int]] = [
        ("cpu", "RLIMIT_CPU", cpu_s), ("files", "RLIMIT_FSIZE", LARGEST_FILE), ("open", "RLIMIT_NOFILE", _MOST_OPEN),
        ("core", "RLIMIT_CORE", 0),
    ]  # fmt: skip
    if memory_bytes is not None:
        wanted.append(("memory", "RLIMIT_AS", memory_bytes))
    if limits:  # it counts what runs in the namespace; elsewhere it would count all that the user runs
        wanted.append(("threads", "RLIMIT_NPROC", _MOST_THREADS))
    for name, which, most in wanted:
        try:
            number = getattr(resource, which)
            hard = resource.getrlimit(number)[1]
            lowest = most if hard == resource.RLIM_INFINITY else min(most, hard)
            resource.setrlimit(number, (lowest, lowest))
        except (AttributeError, ValueError, OSError):  # not on this platform: then it is not said to be in force
            continue
        limits.append(name)
    return limits


def _leave() -> bool:
    """Leave for namespaces of its own: no network, no other processes, no rights over what others run."""
    if not sys.platform.startswith("linux"):
        return False
    try:
        import ctypes

        return bool(ctypes.CDLL(None).unshare(_NEW_USER | _NEW_PID | _NEW_NET | _NEW_IPC) == 0)
    except (ImportError, OSError, AttributeError):
        return False


def _go_on_in_a_child() -> None:
    """Go on as the first process of the new namespace: when it ends, or its parent does, all in it ends."""
    import ctypes

    child = os.fork()
    if child:
        _, status = os.waitpid(child, 0)
        os._exit(128 + os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status))
    ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, _KILL, 0, 0, 0)


def _keep_to(folder: str) -> bool:
    """Have the kernel keep it to its folder: to read libraries beside it, to start no program, to signal no other."""
    if not sys.platform.startswith("linux"):
        return False
    try:
        import ctypes

        libc = ctypes.CDLL(None, use_errno=True)
        version = libc.syscall(_LANDLOCK_MAKE, None, ctypes.c_size_t(0), 1)
        if version < 1:
            return False
        files = sum(rights for since, rights in _NEW_RIGHTS.items() if version >= since)
        network, others = 3 if version >= 4 else 0, 3 if version >= 6 else 0
        taken = (ctypes.c_uint64 * 3)(files, network, others)
        size = 24 if version >= 6 else 16 if version >= 4 else 8
        rules = libc.syscall(_LANDLOCK_MAKE, taken, ctypes.c_size_t(size), 0)

        def allow(path: str, rights: int) -> None:
            try:
                at = os.open(path, os.O_PATH | os.O_CLOEXEC)
            except OSError:  # not on this machine
                return
            if not os.path.isdir(path):  # noqa: PTH112
                rights &= _READ_FILE | _WRITE_FILE
            rule = (rights & files).to_bytes(8, sys.byteorder) + at.to_bytes(4, sys.byteorder)
            libc.syscall(_LANDLOCK_ALLOW, rules, 1, rule, 0)
            os.close(at)

        allow(folder, _READ_FILE | _READ_DIR | _CHANGE)
        allow(os.devnull, _READ_FILE | _WRITE_FILE)
        for path in (*_LIBRARIES, sys.base_prefix, sys.base_exec_prefix, "/etc/ld.so.cache", *_READABLE[1:]):
            allow(path, _READ_FILE | _READ_DIR)
        libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
        entered = bool(libc.syscall(_LANDLOCK_ENTER, rules, 0) == 0)
        os.close(rules)
    except (ImportError, OSError, AttributeError):
        return False
    return entered


def _guard(folder: str) -> None:
    """Refuse what code that answers a question has no need of: a network, other processes, other people's files."""
    real, decode = os.path.realpath, os.fsdecode
    writing = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
    mine = real(folder)
    library = os.path.dirname(os.__file__)  # noqa: PTH120 - pathlib would be loaded for every answer
    readable = tuple(map(real, (library, *_READABLE)))
    made = 0

    def within(path: str, roots: tuple[str, ...]) -> bool:
        return any(path == root or path.startswith(root + os.sep) for root in roots)

    def guard(event: str, args: tuple[Any, ...]) -> None:
        nonlocal made
        if event == "socket.__new__" and args[1] == _UNIX_SOCKET:
            return  # asyncio wakes itself with a pair of them; to connect one is refused
        if event.startswith(_REFUSED):
            raise PermissionError(f"{event} is not allowed here")
        if event == "import" and args[0] in _NOT_IMPORTED:
            raise PermissionError(f"{args[0]} is not to be had here")
        changes = event in _CHANGES
        if not changes and event != "open":
            return
        for path in args[:1] if event == "open" else args:
            if not isinstance(path, (str, bytes)) or path == ":memory:":
                if event == "open" and not isinstance(path, int):
                    path = decode(path)
                else:
                    continue
            asked = real(decode(path).removeprefix("file:"))  # as SQLite names files
            changing = changes or bool(args[2] & writing)
            if not within(asked, (mine,) if changing else (mine, *readable)) and asked != os.devnull:
                raise PermissionError(f"only files of its own can be {'written' if changing else 'read'} here")
            made += changing
            if made > MOST_FILES:
                raise PermissionError(f"no more than {MOST_FILES} files can be written here")

    sys.dont_write_bytecode = True
    for holder, names in _SILENT.items():
        with contextlib.suppress(ImportError):  # Windows
            __import__(holder)
        for module in (sys.modules.get(name) for name in (holder, "os", "signal")):
            for name in names:
                if hasattr(module, name):
                    setattr(module, name, _refuse)
    with contextlib.suppress(ImportError):
        import ctypes  # noqa: F401 - which opens a library, so that other modules could not load it later
    sys.addaudithook(guard)


def _refuse(*_: object, **__: object) -> int:
    raise PermissionError("no other process or file can be touched here")


def _run(code: str, tests: list[str], report: Report) -> None:
    """Run the code, then each test in the same namespace, as if all were written in one file."""
    module = ModuleType("answer")
    sys.modules["answer"] = sys.modules["__main__"] = module
    made = [compile(test, _TESTS, "exec", dont_inherit=True, optimize=0) for test in tests]
    names, pristine = vars(builtins), dict(vars(builtins))
    why = _why
    try:
        exec(compile(code, _ANSWER, "exec", dont_inherit=True, optimize=0), module.__dict__)  # noqa: S102 - its purpose
    except BaseException as error:  # noqa: BLE001 - whatever the code raises
        report("code", why(error, "", names, pristine))
        return
    for number, test in enumerate(made):
        names.clear()
        names.update(pristine)  # whatever the code has put there
        try:
            exec(test, module.__dict__)  # noqa: S102
        except BaseException as error:  # noqa: BLE001
            report("failed", f"{number} {why(error, tests[number], names, pristine)}")
        else:
            report("passed", f"{number}")


def _why(error: BaseException, test: str, names: dict[str, Any], pristine: dict[str, Any]) -> str:
    """Say why code failed, in one line; the error is the code's, so that even its text may fail."""
    names.clear()
    names.update(pristine)
    try:
        said = str.__getitem__(str(error), slice(_LONGEST_WHY))
    except BaseException:  # noqa: BLE001
        said = "an error that cannot be shown"
    place, step = "", error.__traceback__
    while step is not None:
        file, line = step.tb_frame.f_code.co_filename, step.tb_lineno
        if file == _ANSWER:
            place = f" (line {line} of the code)"
        elif file == _TESTS and type(error) is AssertionError and not said:
            said = test.split("\n")[line - 1].strip()[:_LONGEST_WHY]
        step = step.tb_next
    name = type.__dict__["__name__"].__get__(type(error))  # whatever its own type says
    return f"{name[:_LONGEST_NAME]}{': ' if said else ''}{said}{place}"


if __name__ == "__main__":
    main()
