"""The policy itself, as routebook reads and writes it in YAML."""

from __future__ import annotations

from routebook.routing.policy import Policy
from routebook.targets.contract import Compiled
from routebook.targets.embedding import losses, whole
from routebook.targets.json import EXPRESSES, HEAVY, PROVEN_WITH, read_again, start
from routebook.targets.replaying import Prompts, Replay

__all__ = ["EXPRESSES", "FILENAME", "HEAVY", "PROVEN_WITH", "TITLE", "compile", "losses", "replay", "start"]

TITLE = "YAML"
FILENAME = "routes.yaml"


def compile(policy: Policy) -> Compiled:
    """Write the policy as `Policy.save` does."""
    return whole(policy, policy.to_yaml())


def replay(policy: Policy, prompts: Prompts) -> Replay:
    """Let the policy decide, and the policy read again from its file."""
    return read_again(TITLE, policy, Policy.from_yaml, compile(policy).text, prompts)
