"""What every target promises, and what an export reports.

A target is one module with the names of `Target`: *compile* a policy to the other tool's file, tell the *losses*, what
that tool cannot express, and *replay* prompts through the tool's own code, which proves what the file means.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from routebook.routing.policy import Policy
from routebook.targets.replaying import Prompts, Replay


@dataclass(frozen=True, slots=True)
class Loss:
    """One thing the tool cannot express.

    Attributes
    ----------
    where
        The rule, route or model it is about, such as ``rule 2 (coding)``.
    what
        What is lost and what to do about it, in words a user understands.
    """

    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


@dataclass(frozen=True, slots=True)
class Compiled:
    """A policy in another tool's format.

    Attributes
    ----------
    text
        The whole file, its losses in its header.
    entries
        The names it can be asked by, such as ``route/coding``.
    fallbacks
        How many further entries stand in when one of these fails.
    variables
        The environment variables it refers to; it holds none of their values.
    losses
        What the tool cannot express.
    """

    text: str
    entries: tuple[str, ...]
    fallbacks: int
    variables: tuple[str, ...]
    losses: tuple[Loss, ...]


class Target(Protocol):
    """A tool that routes by a file."""

    TITLE: str
    """What the tool is called, such as ``LiteLLM``."""
    PROVEN_WITH: str
    """The version its own code loaded our files with, in the tests."""
    FILENAME: str
    """What its file is called if nobody says otherwise, such as ``config.yaml``."""
    EXPRESSES: str
    """What of a policy it can express, in one line, such as ``tags, fallbacks, retries``."""
    HEAVY: bool
    """Whether its own code is too much for every run of the tests: then ``make test-targets`` proves it."""

    def losses(self, policy: Policy) -> tuple[Loss, ...]:
        """Tell what the tool cannot express of this policy."""

    def compile(self, policy: Policy) -> Compiled:
        """Write the policy in the tool's format, as far as it can express it.

        Raises
        ------
        TargetError
            If a route could not be asked at all.
        """

    def start(self, path: Path) -> str:
        """Say how to start the tool with this file, one line."""

    def replay(self, policy: Policy, prompts: Prompts) -> Replay:
        """Send prompts through `Policy.decide` and through the tool's own code, and say where they differ.

        Where the tool is not installed the replay says so, and what to install; it raises nothing for that.

        Raises
        ------
        TargetError
            If the tool is there and refuses the file.
        """


@dataclass(frozen=True, slots=True)
class ExportReport:
    """What was written, what was lost, and how to go on; printing it says so.

    Attributes
    ----------
    target, title
        The target's name, and what its tool is called.
    path
        The file that was written.
    entries
        The names it can be asked by, such as ``route/coding``.
    fallbacks
        How many further entries stand in when one of these fails.
    variables
        The environment variables the tool needs; the file holds none of their values.
    losses
        What the tool cannot express.
    start
        How to start the tool, one line.
    replay
        How the tool routed the prompts that were given, beside the policy; `None` if none were.
    """

    target: str
    title: str
    path: Path
    entries: tuple[str, ...]
    fallbacks: int
    variables: tuple[str, ...]
    losses: tuple[Loss, ...]
    start: str
    replay: Replay | None = None

    def __str__(self) -> str:
        stand_ins = f", with {counted(self.fallbacks, 'fallback')}" if self.fallbacks else ""
        lines = [f"Wrote {self.path} for {self.title}: {listed(self.entries)}{stand_ins}."]
        if self.losses:
            lines += ["Lost:", *(f"- {loss}" for loss in self.losses)]
        else:
            lines.append("Nothing was lost.")
        if self.replay is not None:
            replayed = str(self.replay)
            lines.append(replayed[:1].upper() + replayed[1:])
        if self.variables:
            lines.append(f"Set {listed(self.variables)} where it runs; the file holds only their names.")
        return "\n".join([*lines, self.start])

    __repr__ = __str__


def header(policy: Policy, title: str, losses: Sequence[Loss]) -> str:
    """Return the comment lines, each with ``#``, that say which policy a file came from and what it lost."""
    made = f", made {policy.provenance.created}" if policy.provenance.created else ""
    lines = [
        f"Routes for {title}, exported by routebook. Change the policy, not this file.",
        f"Policy: {policy.name}{made}",
        f"sha256: {policy.sha256}",
    ]
    if losses:
        lines += [f"What {title} cannot express:", *(f"- {loss}" for loss in losses)]
    return "".join(f"# {re.sub(r'[^ -~]', _visible, line)}\n" for line in lines)


def _visible(found: re.Match[str]) -> str:
    """Keep what can be seen; a line end of any script would end the comment."""
    return found[0] if found[0].isprintable() else "�"


def listed(names: Sequence[str], most: int = 8) -> str:
    """List names in words.

    >>> listed(["a", "b", "c"]), listed(["a", "b", "c"], most=2)
    ('a, b and c', 'a, b and 1 more')
    """
    shown = [*names[:most], *([f"{len(names) - most} more"] if len(names) > most else [])]
    return " and ".join(filter(None, [", ".join(shown[:-1]), shown[-1]])) if shown else "nothing"


def counted(number: int, what: str) -> str:
    """Count things in words.

    >>> counted(1, "fallback"), counted(2, "fallback")
    ('1 fallback', '2 fallbacks')
    """
    return f"{number} {what}{'' if number == 1 else 's'}"
