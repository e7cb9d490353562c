"""Writes a file whole or not at all: a reader never meets half a policy."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def write_atomically(path: str | Path, text: str) -> Path:
    """Write the text as UTF-8 and return the path; on any failure the file that was there stays as it was.

    A symbolic link is followed, and an existing file keeps its permissions.

    Raises
    ------
    OSError
        If the folder is not there, or cannot be written.
    """
    return write_bytes_atomically(path, text.encode("utf-8"))


def write_bytes_atomically(path: str | Path, data: bytes) -> Path:
    """Write bytes; all else as `write_atomically`."""
    path = Path(path).expanduser()
    target = path.resolve()
    draft = target.with_name(f".{target.name[:100]}.{secrets.token_hex(4)}.tmp")
    try:
        with draft.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if target.exists():
            draft.chmod(target.stat().st_mode & 0o777)
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
    return path
