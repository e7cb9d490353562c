"""How fast simulated answers come: pieces of text, each with the moment it is due, and a factor that speeds all up."""

from __future__ import annotations

import math
import os
import random
import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

from routebook.errors import OptionError
from routebook.providers.simulated.catalogue import Spec

VARIABLE = "ROUTEBOOK_SIM_SPEED"

_PIECE = re.compile(r"\s*\S{1,9}|\s+")
_given: float | None = None


class Piece(NamedTuple):
    """A piece of a stream: the second (at speed 1) at which it is due, what it is, and its text."""

    due_s: float
    kind: Literal["reasoning", "text"]
    text: str


def set_speed(factor: float | None) -> None:
    """Set how many times faster than life simulated models answer, for this process.

    Parameters
    ----------
    factor
        2 is twice as fast; 0 or infinity is without any waiting; `None` goes back to the environment's
        ``ROUTEBOOK_SIM_SPEED``, or to 1.

    Raises
    ------
    OptionError
        If it is negative or not a number.
    """
    global _given
    _given = None if factor is None else _checked(factor, "the speed")


def speed() -> float:
    """Return the speed factor; infinity stands for no waiting.

    Raises
    ------
    OptionError
        If the environment's factor is not a number that can be used.
    """
    return _given if _given is not None else _checked(os.environ.get(VARIABLE) or 1, VARIABLE)


def _checked(factor: object, name: str) -> float:
    try:
        value = float(str(factor))
    except ValueError:
        value = math.nan
    if not value >= 0:
        raise OptionError(f"{name} must be 0 (no waiting) or a positive number, not {factor!r}.")
    return value or math.inf


def tokens_in(text: str) -> int:
    """Estimate a text's tokens: four characters each, rounded up. Simulated models count in no other way.

    >>> tokens_in("Hello"), tokens_in("")
    (2, 0)
    """
    return math.ceil(len(text) / 4)


def first_tokens(text: str, count: int) -> str:
    """Return the part of a text that has so many tokens."""
    return text[: 4 * max(count, 0)]


def schedule(spec: Spec, reasoning: str, text: str, rng: random.Random) -> Iterator[Piece]:
    """Cut an answer into pieces of a token or two, and say when each is due at speed 1."""
    due = first_due(spec, rng)
    pace = spec.tokens_per_s * rng.uniform(0.85, 1.15)
    kinds: tuple[tuple[Literal["reasoning", "text"], str], ...] = (("reasoning", reasoning), ("text", text))
    for kind, whole in kinds:
        for match in _PIECE.finditer(whole):
            yield Piece(due, kind, match[0])
            due += len(match[0]) / 4 / pace * rng.uniform(0.5, 1.5)


def first_due(spec: Spec, rng: random.Random) -> float:
    """Return when the first piece is due, in seconds at speed 1: now and then a host is slow."""
    return spec.first_token_s * rng.uniform(0.8, 1.2) * (2.5 if rng.random() < 0.04 else 1.0)
