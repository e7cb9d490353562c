"""A TypeScript module that decides: one file without dependencies, for Node, browsers and workers.

Its code is ``js/src/policy-reader/reader.ts``, as it is; the policy stands at its end, as data.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from importlib.resources import files
from pathlib import Path

from routebook.errors import TargetError
from routebook.routing.policy import Policy
from routebook.routing.policy_data import to_data
from routebook.routing.writing import pretty_json
from routebook.targets.contract import Compiled, header
from routebook.targets.embedding import DOLLAR, answers, losses, patterns, tables, whole
from routebook.targets.replaying import Prompts, Replay, decisions, not_replayed, replayed
from routebook.targets.running import command_for

__all__ = ["EXPRESSES", "FILENAME", "HEAVY", "PROVEN_WITH", "TITLE", "compile", "losses", "replay", "start"]

TITLE = "TypeScript"
PROVEN_WITH = "Node 20 with TypeScript 5.9"
FILENAME = "routes.ts"
EXPRESSES = "all of a policy: it decides, and whoever calls asks the models"
HEAVY = False

NODE, COMPILER = "ROUTEBOOK_NODE", "ROUTEBOOK_TYPESCRIPT"
_READS_TYPESCRIPT = (22, 18)  # the first Node that does by itself
_CHILD = Path(__file__).parent / "children" / "decide.mjs"
_END = """
const READER = new Reader(POLICY, PATTERNS, TABLES);

/** Say where a prompt goes: a text, or its system prompt, messages and tools. */
export const decide = (prompt: string | Prompt, known?: Known): Decision => READER.decide(prompt, known);
"""


def compile(policy: Policy) -> Compiled:
    """Write the policy as a TypeScript module.

    Raises
    ------
    TargetError
        If this routebook was installed from its repository and its scripts were not built.
    """
    reader = files("routebook") / "static" / "reader.ts"
    try:
        code = reader.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise TargetError("The TypeScript reader was not built: run `make js` in the repository.") from error
    data = {
        "POLICY: Policy": to_data(policy),
        "PATTERNS: readonly (readonly [string, string])[]": list(patterns(policy, DOLLAR).items()),
        "TABLES: Tables": tables(DOLLAR),
    }
    literals = "".join(f"\nconst {name} = {_literal(value)};\n" for name, value in data.items())
    return whole(policy, f"{re.sub('(?m)^#', '//', header(policy, TITLE, ()))}\n{code}{literals}{_END}")


def start(path: Path) -> str:
    """Say how to use the module."""
    return f"Use it: import {{ decide }} from './{path.stem}', then decide(prompt, {{ tags: [...] }}).models."


def replay(policy: Policy, prompts: Prompts) -> Replay:
    """Let the policy and its module decide, the module in Node."""
    node = command_for("node", NODE)
    if node is None:
        return not_replayed(TITLE, f"Node is not on the PATH: install it, or let {NODE} name it.")
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S603
    version = version.strip("v\n")
    compiler = os.environ.get(COMPILER)
    if not compiler and tuple(map(int, re.findall("[0-9]+", version)[:2])) < _READS_TYPESCRIPT:
        return not_replayed(
            TITLE,
            f"Node {version} does not read TypeScript: install Node {'.'.join(map(str, _READS_TYPESCRIPT))} or newer; "
            f"or npm install typescript, and let {COMPILER} name its folder.",
        )
    given = list(prompts)
    command = [node, str(_CHILD), *([str(Path(compiler).resolve())] if compiler else [])]
    found = answers(command, FILENAME, compile(policy).text, given)
    return replayed(TITLE, f"in Node {version}", decisions(policy, given), found, classified_by=TITLE)


def _literal(value: object) -> str:
    """Write plain data as TypeScript reads it, with what cannot be seen escaped.

    In an object's literal ``"__proto__"`` would set the prototype; in brackets it is a name like any other.
    """
    text = re.sub(r"[^ -~\n]", _visible, pretty_json(value).rstrip("\n"))
    return re.sub(r'(?m)^( *)"__proto__":', r'\1["__proto__"]:', text)


def _visible(found: re.Match[str]) -> str:
    return found[0] if found[0].isprintable() else json.dumps(found[0])[1:-1]
