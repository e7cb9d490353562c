"""A Python module that decides: one file for Python 3.9 or newer, its standard library and nothing else.

Its code is `routebook.targets.reader`, as it is; the policy stands at its end, as data.
"""

from __future__ import annotations

import platform
import shlex
import sys
from importlib.resources import files
from pathlib import Path
from pprint import pformat

from routebook.routing.policy import Policy
from routebook.routing.policy_data import to_data
from routebook.targets.contract import Compiled, header
from routebook.targets.embedding import PYTHONS, answers, losses, patterns, tables, whole
from routebook.targets.replaying import Prompts, Replay, decisions, replayed

__all__ = ["EXPRESSES", "FILENAME", "HEAVY", "PROVEN_WITH", "TITLE", "compile", "losses", "replay", "start"]

TITLE = "Python"
PROVEN_WITH = "Python 3.9 and 3.11"
FILENAME = "routes.py"
EXPRESSES = "all of a policy: it decides, and whoever calls asks the models"
HEAVY = False

_END = """

_READER = Reader(POLICY, PATTERNS, TABLES)
decide = _READER.decide

if __name__ == "__main__":
    answer(_READER)
"""


def compile(policy: Policy) -> Compiled:
    """Write the policy as a Python module."""
    code = files("routebook.targets").joinpath("reader.py").read_text(encoding="utf-8")
    data = {"POLICY": to_data(policy), "PATTERNS": patterns(policy, PYTHONS), "TABLES": tables(PYTHONS)}
    literals = "".join(f"\n{name} = {_literal(value)}\n" for name, value in data.items())
    return whole(policy, f"{header(policy, TITLE, ())}{code}\n{literals}{_END}")


def start(path: Path) -> str:
    """Say how to use the module."""
    return (
        f"Use it: from {path.stem} import decide, then decide(prompt, tags=[...]).models; or in a shell, with a line "
        f'of JSON for each prompt, such as {{"prompt": "Hello."}}: python {shlex.quote(str(path))} < prompts.jsonl'
    )


def replay(policy: Policy, prompts: Prompts) -> Replay:
    """Let the policy and its module decide, the module in a Python of its own."""
    given = list(prompts)
    found = answers([sys.executable, "-I"], FILENAME, compile(policy).text, given)
    return replayed(TITLE, platform.python_version(), decisions(policy, given), found, classified_by=TITLE)


def _literal(value: object) -> str:
    """Write plain data as Python reads it, with what cannot be seen escaped."""
    return pformat(value, width=110, compact=True, sort_dicts=False)
