"""The policy itself, as routebook reads and writes it in YAML."""

from __future__ import annotations

from pathlib import Path

from routebook import __version__
from routebook.routing.policy import Policy
from routebook.targets.contract import Compiled, Loss
from routebook.targets.embedding import whole
from routebook.targets.replaying import Found, Prompts, Replay, decisions, replayed

TITLE = "YAML"
PROVEN_WITH = f"routebook {__version__}"
FILENAME = "routes.yaml"
EXPRESSES = "all of a policy"
HEAVY = False


def losses(policy: Policy) -> tuple[Loss, ...]:  # noqa: ARG001 - as every target
    """Tell what YAML cannot express: nothing."""
    return ()


def compile(policy: Policy) -> Compiled:
    """Write the policy as `Policy.save` does."""
    return whole(policy, policy.to_yaml())


def start(path: Path) -> str:
    """Say how to use the file."""
    return f"Use it: rb.Policy.load({str(path)!r}), or `routebook decide {path} PROMPT` in a shell."


def replay(policy: Policy, prompts: Prompts) -> Replay:
    """Let the policy decide, and the policy read again from its file."""
    decided = decisions(policy, prompts)
    again = Policy.from_yaml(compile(policy).text)
    found = [Found(again.decide(asked).models) for asked, _ in decided]
    return replayed(TITLE, None, decided, found, classified_by=TITLE)
