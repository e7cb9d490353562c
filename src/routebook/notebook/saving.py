"""Saving what a page asks to save.

A page may not write where it likes: a policy is saved in the kernel's folder only, under a plain name, and takes the
place of nothing but another policy, and of that only when the user has said so.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from routebook.errors import PolicyError

if TYPE_CHECKING:
    from routebook.routing.policy import Policy

_DEVICES = r"(?:con|prn|aux|nul|com\d|lpt\d)[ .]"  # Windows writes to these, whatever follows
_FILE = re.compile(rf"(?!(?i:{_DEVICES}))\w[\w .-]{{0,90}}\.(?:yaml|yml|json)\Z")


def save(policy: Policy, file: str, *, replace: bool) -> Path | None:
    """Save a policy in this process's folder, and return the path; `None` if the name is taken and may not be replaced.

    Raises
    ------
    PolicyError
        If the name is not plain, or what has it is no policy's file.
    """
    from routebook.routing.policy import Policy

    if not _FILE.match(file):
        raise PolicyError(
            f"{file[:60]!r} is no name to save under: letters, digits, - _ . and spaces, with .yaml or .json last."
        )
    path = Path.cwd() / file
    if replace:
        if not _is_plain(path):
            raise PolicyError(f"{file} is no plain file here: give another name.")
        try:
            Policy.load(path)
        except PolicyError as error:
            raise PolicyError(f"{file} is there and is no policy, so it stays: give another name.") from error
        return policy.save(path)
    try:
        path.touch(exist_ok=False)  # so that nothing that comes meanwhile is overwritten
    except FileExistsError:
        return None
    except OSError as error:
        raise PolicyError(f"Cannot write {file} in the kernel's folder: {error.strerror or error}.") from error
    try:
        return policy.save(path)
    except PolicyError:
        path.unlink(missing_ok=True)
        raise


def _is_plain(path: Path) -> bool:
    try:
        return path.is_file() and not path.is_symlink()
    except OSError:  # a name that no file here can have
        return False
