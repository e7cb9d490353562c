"""Runs a tool's own code: in the Python that has it, as a child that reaches no other machine and is given no key.

A tool is looked for in this Python first, then in the Python or command that an environment variable names. A child's
script stands in ``children/``, knows nothing of routebook, reads JSON and ends with one line of JSON.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from routebook.errors import TargetError
from routebook.redact import redact

_CHILDREN = Path(__file__).parent / "children"


def python_with(module: str, variable: str) -> str | None:
    """Return a Python that has the module: this one, or the one that the environment variable names; else `None`.

    Raises
    ------
    TargetError
        If the variable names a file that is not there.
    """
    if named := os.environ.get(variable):
        if (found := shutil.which(named)) is None:
            raise TargetError(
                f"{variable} names {named!r}, which cannot be run: let it name a Python that has {module}."
            )
        return str(Path(found).absolute())
    return sys.executable if find_spec(module) is not None else None


def command_for(name: str, variable: str) -> str | None:
    """Return the command: the one that the environment variable names, or the one on the PATH; else `None`.

    Raises
    ------
    TargetError
        If the variable names what cannot be run.
    """
    named = os.environ.get(variable)
    found = shutil.which(named or name)
    if named and found is None:
        raise TargetError(f"{variable} names {named!r}, which cannot run: let it name the command {name}.")
    return None if found is None else str(Path(found).absolute())


def run_child(
    python: str, script: str, task: object, *, timeout_s: float = 300, environment: Mapping[str, str] | None = None
) -> Any:
    """Run a script of ``children/`` in the Python of a tool, and return its last line, read as JSON.

    The child sees the PATH, a new folder as its home, and the given variables; it can reach 127.0.0.1 alone.

    Raises
    ------
    TargetError
        If it fails, with the last line that it said.
    """
    arguments = ["-I", str(_CHILDREN / "at_home.py"), str(_CHILDREN / script)]
    with tempfile.TemporaryDirectory(prefix="routebook-") as home:
        done = run_command(python, arguments, home, said=json.dumps(task), timeout_s=timeout_s, environment=environment)
    if done.returncode != 0:
        said = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise TargetError(f"{script} in {python} failed: {redact(said)[:500]}")
    return json.loads(done.stdout.strip().splitlines()[-1])


def run_command(
    command: str,
    arguments: list[str],
    folder: str,
    *,
    said: str | None = None,
    timeout_s: float = 300,
    environment: Mapping[str, str] | None = None,
) -> subprocess.CompletedProcess[str]:
    """Run a tool's own command in a folder, which it takes for its home; it sees the PATH and the given variables.

    Raises
    ------
    TargetError
        If it cannot be run, or does not end in time.
    """
    seen = {"PATH": os.environ.get("PATH", ""), "HOME": folder, "PYTHONUTF8": "1", **(environment or {})}
    try:
        return subprocess.run(  # noqa: S603 - the command the user has
            [command, *arguments],
            input=said,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            check=False,
            timeout=timeout_s,
            cwd=folder,
            env=seen,
        )
    except subprocess.TimeoutExpired as error:
        raise TargetError(f"{command} did not end within {timeout_s:.0f} s.") from error
    except OSError as error:
        raise TargetError(f"Cannot run {command!r}: {error.strerror or error}.") from error
