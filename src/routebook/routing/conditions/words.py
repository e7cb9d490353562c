"""What the user wrote: words and patterns, looked for in all of the user's messages."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from routebook.lookup import either
from routebook.patterns.linear import finder
from routebook.patterns.portable import MAX_PATTERN, plain
from routebook.routing.conditions.asked import Asked, Test, check_length
from routebook.routing.conditions.searches import Searches
from routebook.routing.names import check_text


@dataclass(frozen=True, slots=True)
class HasKeyword:
    """The text has one of these words or phrases, as whole words, in any case.

    A word is whole where no letter, digit or underscore touches it, so ``translate`` is not in ``translated``.

    >>> HasKeyword(("translate",)).matches(Asked("Translated by hand"))
    False
    >>> HasKeyword(("C++", "traceback")).matches(Asked("Some c++, please"))
    True
    """

    words: tuple[str, ...]

    def __post_init__(self) -> None:
        check_length(self.words, "words")
        for word in self.words:
            check_text(word, "a keyword")

    def test(self, searches: Searches) -> Test:
        """Make the function that tells whether one of the words is there.

        In a text of ASCII alone these words are a pattern, which is found together with all the others.
        """
        matches = self.matches
        pattern = _as_pattern(self.words)
        if pattern is None:
            return matches
        found = searches.test(pattern, in_all=True)
        return lambda asked: found(asked) if asked.searched.isascii() else matches(asked)

    def matches(self, asked: Asked) -> bool:
        """Tell whether one of the words is there."""
        return any(_has_word(asked.lower, word.lower()) for word in self.words)

    def sentence(self) -> str:
        """Say it in words."""
        return f"it has the word {either(self.words)}"

    def finding(self, asked: Asked) -> str:
        """Say which word was found."""
        for word in self.words:
            if _has_word(asked.lower, word.lower()):
                return f"it has the word {word}"
        return f"it has no word {either(self.words)}"

    def data(self) -> dict[str, Any]:
        """Return it as it stands in a file."""
        return {"keyword": list(self.words)}


@dataclass(frozen=True, slots=True)
class Matches:
    r"""The text has a piece that this regular expression matches.

    Patterns are of `routebook.patterns.portable`, which means the same in every engine, and are matched in linear time.

    >>> Matches(r"(?i)\bprove|derive").matches(Asked("Derive it."))
    True

    Raises
    ------
    PolicyError
        If the pattern is none of these, with the column and what to write instead.
    """

    pattern: str

    def __post_init__(self) -> None:
        plain(self.pattern)

    def test(self, searches: Searches) -> Test:
        """Make the function that tells whether the pattern is found."""
        return searches.test(self.pattern, in_all=True)

    def matches(self, asked: Asked) -> bool:
        """Tell whether the pattern is found."""
        return finder(plain(self.pattern))(asked.searched_utf8)

    def sentence(self) -> str:
        """Say it in words."""
        return f"it matches {shown(self.pattern)}"

    def finding(self, asked: Asked) -> str:
        """Say whether it was found."""
        return self.sentence() if self.matches(asked) else f"nothing in it matches {shown(self.pattern)}"

    def data(self) -> dict[str, Any]:
        """Return it as it stands in a file."""
        return {"regex": self.pattern}


def shown(pattern: str) -> str:
    r"""Show a pattern between slashes, on one line, with what cannot be seen escaped.

    >>> shown("a/b")
    '/a/b/'
    """
    return "/" + "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in pattern) + "/"


def _as_pattern(words: tuple[str, ...]) -> str | None:
    """Return the pattern of the portable subset that finds the same in ASCII text, if there is one."""
    edged = (
        (r"\b" if _in_word(word[0]) else "")
        + re.sub(r"[^\w ]", r"\\\g<0>", word)
        + (r"\b" if _in_word(word[-1]) else "")
        for word in words
        if word.isascii()
    )
    pattern = "(?i)" + "|".join(edged)
    return pattern if 4 < len(pattern) <= MAX_PATTERN else None


def _has_word(text: str, word: str) -> bool:
    return word in text and re.search(_whole(word), text) is not None  # most are not there, which is told faster


def _whole(word: str) -> str:
    """Return Python's pattern of a word that no word character touches, where it is one itself."""
    before, after = (r"(?<!\w)" if _in_word(word[0]) else ""), (r"(?!\w)" if _in_word(word[-1]) else "")
    return f"{before}{re.escape(word)}{after}"


def _in_word(character: str) -> bool:
    return character.isalnum() or character == "_"  # as \w of Python
