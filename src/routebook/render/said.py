"""What was said of answers, as every view shows it: a few words for each check, each judge, and for people together.

An answer's share of pairs is no score: it is told as "won 2 of 3". Where it is read from is `routebook.judging.shown`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from routebook.render.clean import one_line
from routebook.render.words import pairs, score

LONGEST_NOTE = 200
MOST_CHIPS = 3
_LONGEST_NAME = 40


class Score(NamedTuple):
    """What one name says of one answer.

    Attributes
    ----------
    name
        A check, a judge, or ``people``.
    value
        From 0 to 1: how good the answer is; of pairs, the share that it got of them. `None` where nothing could be
        said: then the note says why.
    n
        How many words it is the mean of, or how many pairs.
    pairs
        Of pairs: how many it won, and how many were a tie; `None` of scores.
    note
        Why, on one line, at most 200 characters; or empty.
    people
        Whether it is people's word.
    """

    name: str
    value: float | None
    n: int = 1
    pairs: tuple[int, int] | None = None
    note: str = ""
    people: bool = False

    @property
    def words(self) -> str:
        """What is said, without by whom: ``1.00``, ``0.75 (n=2)``, ``won 2 of 3``, ``no score``."""
        return score(self.value, self.n) if self.pairs is None else pairs(*self.pairs, self.n)

    @property
    def who(self) -> str:
        """What stands before the words."""
        return one_line(self.name, _LONGEST_NAME) + ("" if self.words[0].isdigit() else ":")

    @property
    def why(self) -> str:
        """What says more: the whole name where it was cut, and the note."""
        name = one_line(self.name, LONGEST_NOTE)
        return ": ".join(filter(None, [name if len(name) > _LONGEST_NAME else "", self.note]))

    def __str__(self) -> str:
        return f"{self.who} {self.words}"


class Mean(NamedTuple):
    """What one name says of a model's answers: the mean over `n` prompts, or the share that it got of `n` pairs."""

    name: str
    value: float
    n: int
    of_pairs: bool = False
    people: bool = False

    @property
    def head(self) -> str:
        """What it is called in a table."""
        return one_line(self.name, _LONGEST_NAME) + (", pairs" if self.of_pairs else "")

    @property
    def words(self) -> str:
        """The figure, and of how many: ``0.50 (n=30)``."""
        return f"{score(self.value, 1)} (n={self.n:,})"


@dataclass(frozen=True, slots=True)
class Said:
    """What was said of a run's answers.

    Attributes
    ----------
    answers
        By prompt id, repeat and model: what each name says of the answer.
    models
        By model: what each name says of its answers.
    """

    answers: Mapping[tuple[str, int, str], Sequence[Score]] = field(default_factory=dict)
    models: Mapping[str, Sequence[Mean]] = field(default_factory=dict)


NOTHING = Said()
