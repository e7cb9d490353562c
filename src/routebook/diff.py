"""How two answers differ, word by word."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property
from typing import Literal

_WORDS = re.compile(r"\s+|\w+|[^\w\s]")
_LINES = re.compile(r"[^\n]*\n|[^\n]+")
_MOST_WORDS = 20_000  # beyond, lines are compared: difflib is quadratic at worst
_EXACT_WORDS = 1_000  # up to here no word counts as too common to align by

Change = Literal["same", "removed", "added"]


@dataclass(frozen=True)
class Diff:
    """Two answers and how they differ.

    Attributes
    ----------
    a, b
        What to call them.
    a_text, b_text
        What they say.

    Examples
    --------
    >>> print(Diff("x", "y", "the red fox", "the brown fox"))
    --- x
    +++ y
    the [-red-]{+brown+} fox
    """

    a: str
    b: str
    a_text: str
    b_text: str

    @cached_property
    def pieces(self) -> tuple[tuple[Change, str], ...]:
        """The texts as pieces that are the same, removed from `a`, or added in `b`, in order."""
        return tuple(self._compared())

    @property
    def similarity(self) -> float:
        """The share of both texts' characters that is the same, 0 to 1."""
        both = len(self.a_text) + len(self.b_text)
        same = sum(len(text) for change, text in self.pieces if change == "same")
        return 2 * same / both if both else 1.0

    def _compared(self) -> Iterator[tuple[Change, str]]:
        a, b = _WORDS.findall(self.a_text), _WORDS.findall(self.b_text)
        if max(len(a), len(b)) > _MOST_WORDS:
            a, b = _LINES.findall(self.a_text), _LINES.findall(self.b_text)
        matcher = SequenceMatcher(None, a, b, autojunk=max(len(a), len(b)) > _EXACT_WORDS)
        for _, a_from, a_to, b_from, b_to in matcher.get_opcodes():
            if a[a_from:a_to] == b[b_from:b_to]:
                yield "same", "".join(a[a_from:a_to])
                continue
            if a_to > a_from:
                yield "removed", "".join(a[a_from:a_to])
            if b_to > b_from:
                yield "added", "".join(b[b_from:b_to])

    def __str__(self) -> str:
        from routebook.render.clean import visible

        marks = {"same": "{}", "removed": "[-{}-]", "added": "{{+{}+}}"}
        body = "".join(marks[change].format(visible(text)) for change, text in self.pieces)
        return f"--- {visible(self.a)}\n+++ {visible(self.b)}\n{body}"

    def __repr__(self) -> str:
        return f"<Diff {self.a!r} {self.b!r}: {self.similarity:.0%} the same>"

    def _repr_html_(self) -> str:
        from routebook.render.html import diff_html

        return diff_html(self)
