"""The policy itself, as routebook reads and writes it in JSON."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from pathlib import Path

from routebook import __version__
from routebook.routing.policy import Policy
from routebook.targets.contract import Compiled
from routebook.targets.embedding import losses, whole
from routebook.targets.replaying import Found, Prompts, Replay, decisions, replayed

__all__ = ["EXPRESSES", "FILENAME", "HEAVY", "PROVEN_WITH", "TITLE", "compile", "losses", "replay", "start"]

TITLE = "JSON"
PROVEN_WITH = f"routebook {__version__}"
FILENAME = "routes.json"
EXPRESSES = "all of a policy"
HEAVY = False


def compile(policy: Policy) -> Compiled:
    """Write the policy as `Policy.save` does."""
    return whole(policy, policy.to_json())


def start(path: Path) -> str:
    """Say how to use the file."""
    return f"Use it: rb.Policy.load({str(path)!r}), or `routebook decide {shlex.quote(str(path))} PROMPT` in a shell."


def replay(policy: Policy, prompts: Prompts) -> Replay:
    """Let the policy decide, and the policy read again from its file."""
    return read_again(TITLE, policy, Policy.from_json, compile(policy).text, prompts)


def read_again(title: str, policy: Policy, read: Callable[[str], Policy], text: str, prompts: Prompts) -> Replay:
    """Let a policy decide, and the one that is read from its text."""
    decided, again = decisions(policy, prompts), read(text)
    found = [Found(again.decide(asked).models) for asked, _ in decided]
    return replayed(title, None, decided, found, classified_by=title)
