"""What a module that decides by itself carries along, as data: the policy, its patterns' plain forms, features' tables.

The modules' code is written by hand and the same for every policy: `routebook.targets.reader` in Python,
``js/src/policy-reader/reader.ts`` in TypeScript. No text of a policy ever becomes code.
"""

from __future__ import annotations

import json
import math
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from numbers import Real
from pathlib import Path
from typing import Any

from routebook.errors import TargetError
from routebook.features.code_language import CODE_LANGUAGES, NAMES
from routebook.features.code_language import PATTERNS as CODE
from routebook.features.form import PATTERNS as FORMS
from routebook.features.language import LETTERS, OF_SCRIPT, SCRIPTS, WORDS
from routebook.patterns.portable import plain
from routebook.prompts import Prompt
from routebook.redact import redact
from routebook.routing.conditions import Asked, Matches, leaves
from routebook.routing.names import DEFAULT
from routebook.routing.policy import Policy
from routebook.targets.contract import Compiled, Loss
from routebook.targets.replaying import Found

LONGEST_S = 300
DOLLAR, PYTHONS = "$", r"\Z"
"""How the end of the text is written in a pattern: for JavaScript, and for Python."""


def patterns(policy: Policy, end: str) -> dict[str, str]:
    r"""Return the plain form of each pattern that a policy looks for.

    >>> from routebook.routing.policy import ClassifyRule, Route
    >>> route = Route(("sim/small",))
    >>> patterns(Policy("one", (ClassifyRule("sum", Matches(r"(?i)sum$")),), {"sum": route}, route), PYTHONS)
    {'(?i)sum$': '[Ss][Uu][Mm]\\Z'}
    """
    found = (leaf.pattern for rule in policy.classify for leaf in leaves(rule.when) if isinstance(leaf, Matches))
    return {pattern: plain(pattern, end=end) for pattern in found}


def tables(end: str) -> dict[str, Any]:
    """Return what features are found by: the patterns of forms and code, and the letters and words of languages."""
    return {
        "forms": _plain(FORMS, end),
        "code": {
            "patterns": [[name, pattern] for name, pattern in _plain(CODE, end).items()],
            "fences": {name: name for name in CODE_LANGUAGES[2:]} | dict(NAMES),
        },
        "scripts": [list(script) for script in SCRIPTS],
        "written": {script: list(codes) for script, codes in OF_SCRIPT.items()},
        "words": dict(WORDS),
        "letters": dict(LETTERS),
    }


def _plain(named: Mapping[str, str], end: str) -> dict[str, str]:
    return {name: plain(pattern, end=end) for name, pattern in named.items()}


def losses(policy: Policy) -> tuple[Loss, ...]:  # noqa: ARG001 - as every target
    """Tell what a file that is the whole policy cannot express: nothing."""
    return ()


def whole(policy: Policy, text: str) -> Compiled:
    """Return what was compiled where nothing is lost; its entries are the policy's tags."""
    entries = (*policy.routes, DEFAULT)
    stand_ins = sum(len(route.models) - 1 for route in (*policy.routes.values(), policy.default))
    return Compiled(text=text, entries=entries, fallbacks=stand_ins, variables=(), losses=())


# ---- asking a module that was written -------------------------------------------------------------------------------


def answers(command: Sequence[str], name: str, text: str, prompts: Sequence[str | Prompt | Asked]) -> list[Found]:
    """Write a module to a new folder, ask a command what it decides, and return whom it sends each prompt to.

    Parameters
    ----------
    command
        What takes the module's path as its last argument, a line of JSON for each prompt, and answers with as many.
    name, text
        The module's file.
    prompts
        What is asked.

    Raises
    ------
    TargetError
        If the command fails, with the last line that it said; or a prompt cannot be told to it.
    """
    lines = "".join(json.dumps(question(prompt), allow_nan=False) + "\n" for prompt in prompts)
    with tempfile.TemporaryDirectory(prefix="routebook-") as folder:
        path = Path(folder) / name
        path.write_text(text, encoding="utf-8")
        try:
            done = subprocess.run(  # noqa: S603 - what was just written, no shell
                [*command, str(path)],
                input=lines.encode(),
                capture_output=True,
                check=False,
                cwd=folder,
                timeout=LONGEST_S,
            )
        except subprocess.TimeoutExpired as error:
            raise TargetError(
                f"{name} did not decide within {LONGEST_S} s: on a pattern of the policy its engine may take very long."
            ) from error
        except OSError as error:
            raise TargetError(f"Cannot run {command[0]!r}: {error.strerror or error}.") from error
    if done.returncode != 0:
        said = (done.stderr.decode("utf-8", "replace").strip().splitlines() or ["it said nothing"])[-1]
        raise TargetError(f"{name} failed in {command[0]}: {redact(said)[:500]}")
    return [Found(tuple(json.loads(line)["models"])) for line in done.stdout.splitlines()]


def question(prompt: str | Prompt | Asked) -> dict[str, Any]:
    """Return a prompt as such a module takes it: ``prompt``, ``tags`` and ``metadata``, as JSON has them.

    >>> question("Hello.")
    {'prompt': 'Hello.', 'tags': [], 'metadata': {}}

    Raises
    ------
    TargetError
        For several messages that are known only by what features say of them.
    """
    if isinstance(prompt, str):
        return {"prompt": prompt, "tags": [], "metadata": {}}
    said = {"tags": sorted(prompt.tags), "metadata": _values(prompt.metadata)}
    if isinstance(prompt, Prompt):
        messages = [
            {"role": message.role, "text": message.text, "images": len(message.attachments)}
            for message in prompt.messages
        ]
        return {"prompt": {"system": prompt.system, "messages": messages}, **said}
    if prompt.turns != 1 or prompt.searched != prompt.text:
        raise TargetError(f"{prompt.text[:40]!r} has earlier messages that are not known one by one: give a Prompt.")
    message = {"role": "user", "text": prompt.text, "images": prompt.images}
    return {"prompt": {"system": prompt.earlier or None, "messages": [message], "tools": prompt.tools}, **said}


def _values(metadata: Mapping[str, object]) -> dict[str, object]:
    """Keep what can be compared with."""
    given: dict[str, object] = {}
    for name, value in metadata.items():
        if isinstance(value, (bool, str)):
            given[name] = value
        elif isinstance(value, Real) and math.isfinite(value):
            given[name] = float(value)
    return given
