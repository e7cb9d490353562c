r"""Regular expressions that mean the same to RE2, Python and JavaScript: which ones, and what they mean.

Engines differ in what ``\d``, ``\w``, ``\s``, ``.``, ``$``, ``(?i)`` and brackets mean, and in what they can do at all.
So a policy's pattern is one of this subset, and is searched for in its *plain form*, which has none of these:

======================  ==============================================================================================
``abc`` ``é`` ``漢``    the character itself; ``\`` before a punctuation mark makes it one; ``\n`` ``\t`` ``\r``
``.``                   any character but a line feed
``\d`` ``\w`` ``\s``    a digit 0 to 9; a letter a to z or A to Z, digit or ``_``; a space, tab, line feed, form feed or
                        carriage return. ``\D`` ``\W`` ``\S``: any other character
``[a-z_]`` ``[^"\s]``   one of these characters; one that is none of them
``(...)`` ``(?:...)``   a group; ``a|b`` one or the other
``*`` ``+`` ``?``       and ``{2}`` ``{2,}`` ``{2,5}``: repeated, also lazily (``*?``)
``^`` ``$``             the beginning and the end of the text, not of a line
``\b``                  between a ``\w`` and none
``(?i)``                at the very beginning only: a letter also stands for its own lower and upper case, if that is
                        one character; a range of letters has to be within ASCII
======================  ==============================================================================================

The plain form is read alike by RE2 as it is, by JavaScript with the flag ``u``, and by Python with ``re.ASCII`` (there
``$`` is written ``\Z``). Texts are sequences of Unicode characters; half of one is U+FFFD.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from routebook.errors import PolicyError

MAX_PATTERN = 1000
MAX_SIZE = 1000
MAX_GROUPS_DEEP = 20

Ranges = list[tuple[int, int]]
_LAST = 0x10FFFF
_CLASSES: Mapping[str, Ranges] = {
    "d": [(48, 57)],
    "w": [(48, 57), (65, 90), (95, 95), (97, 122)],
    "s": [(9, 10), (12, 13), (32, 32)],
}
_CONTROLS = {"n": "\n", "t": "\t", "r": "\r"}
_REPEAT = re.compile(r"[*+?]|\{(?P<least>[0-9]{1,4})(?P<open>,(?P<most>[0-9]{1,4})?)?\}")
_REFUSED_GROUPS = (
    ("?=", "this looks ahead, which cannot be done in linear time; use `all` with a second condition"),
    ("?!", "this looks ahead, which cannot be done in linear time; use `not` with a second condition"),
    ("?<=", "this looks behind, which cannot be done in linear time; use `all` with a second condition"),
    ("?<!", "this looks behind, which cannot be done in linear time; use `not` with a second condition"),
    ("?P<", "groups have no names here; write `(`"),
    ("?<", "groups have no names here; write `(`"),
    ("?P=", "a group cannot be referred to; write out what it may be"),
    ("?>", "an atomic group is not in every engine; write `(?:`"),
    ("?#", "comments are not read; take it out"),
    ("?", "flags other than `(?i)` at the very beginning are not read; for lines write `(?:^|\\n)` and `(?:$|\\n)`"),
)
_REFUSED_ESCAPES = {
    "A": "write `^`",
    "z": "write `$`",
    "Z": "write `$`",
    "B": "take it out; only `\\b` is read",
    "v": "write the characters themselves",
    "f": "write `\\s`",
    "h": "write `[ \\t]`",
    "p": "write the characters out, such as `[a-zäöü]`",
    "P": "write the characters out, such as `[^a-zäöü]`",
    "x": "write the character itself",
    "u": "write the character itself",
    "Q": "put `\\` before each punctuation mark",
    "k": "a group cannot be referred to; write out what it may be",
}


def plain(pattern: str, *, end: str = "$") -> str:
    r"""Check that a pattern is in the subset, and return its plain form.

    Parameters
    ----------
    pattern
        At most 1,000 characters, which may stand for at most 1,000 characters and classes when repetitions are
        written out.
    end
        How the end of the text is written: ``$`` for RE2 and JavaScript, ``\Z`` for Python.

    Raises
    ------
    PolicyError
        If it is not, with the column (counted from 1) and what to write instead.

    Examples
    --------
    >>> plain(r"(?i)prove|\d+ ?%$")
    '[Pp][Rr][Oo][Vv][Ee]|[0-9]+ ?%$'
    >>> plain(r"(a)\1")
    Traceback (most recent call last):
    routebook.errors.PolicyError: The regex '(a)\\1' cannot be used: column 4: a group cannot be referred to; write out what it may be.
    """  # noqa: E501
    return _Reader(pattern, end).read()[0]


def size(pattern: str) -> int:
    """Return how many characters and classes a pattern stands for when its repetitions are written out.

    >>> size("ab"), size("(a[bc]){3,5}")
    (2, 10)
    """
    return _Reader(pattern, "$").read()[1]


class _Reader:
    """Reads a pattern by recursive descent and writes its plain form; the limit on groups bounds the recursion."""

    def __init__(self, pattern: str, end: str) -> None:
        self._pattern = pattern
        self._end = end
        self._at = 0
        self._deep = 0
        self._fold = False

    def read(self) -> tuple[str, int]:
        if not self._pattern:
            raise self._error("it is empty and would match every text", 0)
        if len(self._pattern) > MAX_PATTERN:
            raise self._error(f"it has {len(self._pattern):,} characters; {MAX_PATTERN:,} is the most", MAX_PATTERN)
        for position, character in enumerate(self._pattern):
            if 0xD800 <= ord(character) <= 0xDFFF:
                raise self._error("half a character (a lone surrogate) cannot be looked for", position)
        if self._pattern.startswith("(?i)"):
            self._fold, self._at = True, 4
        written, size = self._alternatives()
        if self._at < len(self._pattern):
            raise self._error("this `)` closes nothing; write `\\)` for the character")
        if size > MAX_SIZE:
            raise self._error(f"its repetitions stand for {size:,} characters; {MAX_SIZE:,} is the most", 0)
        return written, size

    def _error(self, problem: str, at: int | None = None) -> PolicyError:
        column = (self._at if at is None else at) + 1
        shown = self._pattern if len(self._pattern) <= 60 else self._pattern[:59] + "…"
        return PolicyError(f"The regex {shown!r} cannot be used: column {column}: {problem}.")

    def _alternatives(self) -> tuple[str, int]:
        written, size = self._sequence()
        while self._pattern[self._at : self._at + 1] == "|":
            self._at += 1
            more, its_size = self._sequence()
            written, size = f"{written}|{more}", size + its_size
        return written, size

    def _sequence(self) -> tuple[str, int]:
        written, size = [], 0
        while self._at < len(self._pattern) and self._pattern[self._at] not in "|)":
            start = self._at
            piece, its_size, repeatable = self._piece()
            repeat, times = self._repetition(start, repeatable)
            written.append(piece + repeat)
            size += its_size * times
        return "".join(written), size

    def _piece(self) -> tuple[str, int, bool]:
        """Read one piece: its plain form, its size, and whether it can be repeated."""
        character = self._pattern[self._at]
        if character == "(":
            return self._group()
        if character == "[":
            return _written(*self._bracket()), 1, True
        self._at += 1
        match character:
            case "\\":
                return self._escape()
            case ".":
                return "[^\\n]", 1, True
            case "^":
                return "^", 1, False
            case "$":
                return self._end, 1, False
            case "*" | "+" | "?":
                raise self._error(f"there is nothing to repeat; write `\\{character}` for the character", self._at - 1)
            case "{" | "}" | "]":
                raise self._error(f"write `\\{character}` for the character", self._at - 1)
        return self._literal(character), 1, True

    def _literal(self, character: str) -> str:
        cases = _cases(character) if self._fold else {character}
        return _quoted(character, _SPECIAL) if len(cases) == 1 else _written([(ord(c), ord(c)) for c in cases], False)

    def _group(self) -> tuple[str, int, bool]:
        start = self._at
        if self._deep == MAX_GROUPS_DEEP:
            raise self._error(f"groups are nested at most {MAX_GROUPS_DEEP} deep")
        self._at += 1
        if self._pattern.startswith("?:", self._at):
            self._at += 2
        else:
            for opening, problem in _REFUSED_GROUPS:
                if self._pattern.startswith(opening, self._at):
                    raise self._error(problem, start)
        self._deep += 1
        written, size = self._alternatives()
        self._deep -= 1
        if self._at == len(self._pattern):
            raise self._error("this `(` is not closed; write `\\(` for the character", start)
        self._at += 1
        return f"(?:{written})", max(size, 1), True

    def _escape(self) -> tuple[str, int, bool]:
        if self._pattern[self._at : self._at + 1] == "b":
            self._at += 1
            return "\\b", 1, False
        ranges, negated = self._escaped()
        if isinstance(ranges, str):
            return self._literal(ranges), 1, True
        return _written(ranges, negated), 1, True

    def _escaped(self) -> tuple[Ranges | str, bool]:
        """Read what follows a backslash: a class and whether it is negated, or one character."""
        if self._at == len(self._pattern):
            raise self._error("a `\\` at the end means nothing; write `\\\\` for the character", self._at - 1)
        character = self._pattern[self._at]
        self._at += 1
        if character.lower() in _CLASSES:
            return _CLASSES[character.lower()], character.isupper()
        if character in _CONTROLS:
            return _CONTROLS[character], False
        if character.isascii() and not character.isalnum() and character.isprintable() and character not in " _":
            return character, False
        if character in "123456789":
            raise self._error("a group cannot be referred to; write out what it may be", self._at - 2)
        instead = _REFUSED_ESCAPES.get(character, "write the character without `\\`")
        raise self._error(f"`\\{character}` does not mean the same everywhere; {instead}", self._at - 2)

    def _repetition(self, start: int, repeatable: bool) -> tuple[str, int]:
        found = _REPEAT.match(self._pattern, self._at)
        if found is None:
            return "", 1
        if not repeatable:
            raise self._error(f"`{self._pattern[start : self._at]}` is a place and cannot be repeated")
        least = int(found["least"] or 0)
        most = int(found["most"] or least)
        if most < least:
            raise self._error("the most is less than the least")
        self._at = found.end()
        if self._pattern[self._at : self._at + 1] == "?":  # lazy: what matches is the same
            self._at += 1
        if self._pattern[self._at : self._at + 1] in ("*", "+", "?", "{"):
            raise self._error("this is repeated twice; put a group around the first")
        return found[0], max(most, 1)

    # ---- brackets

    def _bracket(self) -> tuple[Ranges, bool]:
        start = self._at
        self._at += 1
        negated = self._pattern[self._at : self._at + 1] == "^"
        self._at += negated
        ranges: Ranges = []
        first = self._at
        while True:
            if self._at == len(self._pattern):
                raise self._error("this `[` is not closed; write `\\[` for the character", start)
            if self._pattern[self._at] == "]":
                if self._at == first:
                    raise self._error("no character is listed; write `\\]` for a bracket", start)
                self._at += 1
                return ranges, negated
            ranges += self._listed(first)

    def _listed(self, first: int) -> Ranges:
        start = self._at
        low = self._one(first)
        if self._pattern[self._at : self._at + 1] != "-" or self._pattern[self._at + 1 : self._at + 2] in ("", "]"):
            return low if not isinstance(low, str) else [(ord(c), ord(c)) for c in self._both_cases(low)]
        self._at += 1
        high = self._one(-1)
        if not isinstance(low, str) or not isinstance(high, str):
            raise self._error("a range goes from one character to another", start)
        if high < low:
            raise self._error("this range goes backwards", start)
        if self._pattern[self._at : self._at + 1] == "-" and self._pattern[self._at + 1 : self._at + 2] != "]":
            raise self._error("after a range write `\\-` for the character")
        return self._ranged(low, high, start)

    def _one(self, first: int) -> Ranges | str:
        """Read one character of a bracket, or a class such as ``\\d``."""
        character = self._pattern[self._at]
        self._at += 1
        if character == "\\":
            if self._pattern[self._at : self._at + 1] == "b":
                raise self._error("`\\b` is no character", self._at - 1)
            ranges, negated = self._escaped()
            return _others(ranges) if negated and not isinstance(ranges, str) else ranges
        if character == "[":
            raise self._error("inside of brackets write `\\[` for the character", self._at - 1)
        if character == "-" and self._at - 1 != first and self._pattern[self._at : self._at + 1] != "]":
            raise self._error("put `-` first or last, or write `\\-`", self._at - 1)
        return character

    def _both_cases(self, character: str) -> set[str]:
        return _cases(character) if self._fold else {character}

    def _ranged(self, low: str, high: str, start: int) -> Ranges:
        ranges = [(ord(low), ord(high))]
        if self._fold:
            if not high.isascii():
                raise self._error("with `(?i)` a range has to be within ASCII; list the letters", start)
            for first, last, shift in ((65, 90, 32), (97, 122, -32)):
                inner = max(first, ord(low)), min(last, ord(high))
                if inner[0] <= inner[1]:
                    ranges.append((inner[0] + shift, inner[1] + shift))
        return ranges


# ---- writing --------------------------------------------------------------------------------------------------------

_SPECIAL = frozenset("\\^$.|?*+()[]{}")
_SPECIAL_INSIDE = frozenset("\\^-[]")


def _quoted(character: str, special: frozenset[str]) -> str:
    if character == "\n":
        return "\\n"
    if character < " " or character == "\x7f":
        return f"\\x{ord(character):02x}"
    return f"\\{character}" if character in special else character


def _written(ranges: Ranges, negated: bool) -> str:
    def pieces() -> Iterator[str]:
        for low, high in _merged(ranges):
            yield _quoted(chr(low), _SPECIAL_INSIDE)
            if high > low:
                yield ("-" if high > low + 1 else "") + _quoted(chr(high), _SPECIAL_INSIDE)

    return f"[{'^' if negated else ''}{''.join(pieces())}]"


def _merged(ranges: Sequence[tuple[int, int]]) -> Ranges:
    merged: Ranges = []
    for low, high in sorted(ranges):
        if merged and low <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(high, merged[-1][1]))
        else:
            merged.append((low, high))
    return merged


def _others(ranges: Ranges) -> Ranges:
    edges = [(-1, -1), *_merged(ranges), (_LAST + 1, _LAST + 1)]
    return [(left[1] + 1, right[0] - 1) for left, right in pairwise(edges) if left[1] + 1 < right[0]]


def _cases(character: str) -> set[str]:
    return {case for case in (character, character.lower(), character.upper()) if len(case) == 1}
