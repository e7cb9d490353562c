"""`routes.yaml` and `routes.json`: opened, read strictly, and written readably and always the same."""

from __future__ import annotations

from pathlib import Path

from routebook.errors import PolicyError
from routebook.files import write_atomically
from routebook.routing import document
from routebook.routing.document import Place, shown
from routebook.routing.policy import Policy
from routebook.routing.policy_data import to_json, to_yaml
from routebook.routing.read_json import read_json
from routebook.routing.read_yaml import read_yaml
from routebook.routing.reading import read_policy


def load(path: str | Path) -> Policy:
    """Read a policy file: ``.json`` as JSON, everything else as YAML.

    Raises
    ------
    PolicyError
        With line and column, or if the file cannot be opened or is not UTF-8.
    """
    return read_policy(tree(path))


def tree(path: str | Path) -> document.Node:
    """Read a file, a policy or another tool's, as a tree in which every piece knows its place; errors as in `load`."""
    path = Path(path).expanduser()
    try:
        with path.open("rb") as file:
            raw = file.read(document.MAX_BYTES + 1)
    except (OSError, ValueError) as error:  # the latter for a name with a NUL
        raise PolicyError(f"Cannot read the policy {shown(path)}: {_why(error)}.") from error
    if len(raw) > document.MAX_BYTES:
        raise PolicyError(f"{path.name} is too large for a policy: {document.MAX_BYTES:,} bytes is the most.")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        column = error.start - raw.rfind(b"\n", 0, error.start)
        raise Place(path.name, line, column).error("this is not UTF-8; save the file as UTF-8.") from error
    read = read_json if path.suffix.lower() == ".json" else read_yaml
    return read(text, path.name)


def from_yaml(text: str) -> Policy:
    """Read a policy from YAML text."""
    return read_policy(read_yaml(text))


def from_json(text: str) -> Policy:
    """Read a policy from JSON text."""
    return read_policy(read_json(text))


def save(policy: Policy, path: str | Path) -> Path:
    """Write a policy file whole or not at all, YAML or JSON by its name, and return the path.

    Raises
    ------
    PolicyError
        If the name ends otherwise, or the file cannot be written.
    """
    path = Path(path).expanduser()
    texts = {".yaml": to_yaml, ".yml": to_yaml, ".json": to_json}
    if (suffix := path.suffix.lower()) not in texts:
        raise PolicyError(f"Cannot tell the format of {shown(path.name)}: let it end in .yaml or .json.")
    text = texts[suffix](policy)
    if len(text.encode()) > document.MAX_BYTES:
        raise PolicyError(f"The policy is too large to be read again: {document.MAX_BYTES:,} bytes is the most.")
    try:
        return write_atomically(path, text)
    except (OSError, ValueError) as error:
        raise PolicyError(f"Cannot write the policy {shown(path)}: {_why(error)}.") from error


def _why(error: OSError | ValueError) -> str:
    return getattr(error, "strerror", None) or str(error)
