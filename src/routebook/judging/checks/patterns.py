"""Patterns over answers, which are hostile text."""

from __future__ import annotations

from collections.abc import Callable

from routebook.patterns.linear import finder, utf8


def searcher(pattern: str) -> Callable[[str], bool]:
    """Return what tells whether a pattern of RE2 matches anywhere in a text.

    Raises
    ------
    OptionError
        If RE2 has no such pattern.

    Examples
    --------
    >>> searcher("(a+)+$")("a" * 100_000 + "!")
    False
    """
    found = finder(pattern)
    return lambda text: found(utf8(text))
