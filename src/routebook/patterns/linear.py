"""Patterns over hostile text: RE2's, which take time in proportion to the text and never more."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from routebook.errors import OptionError

SET_BYTES = 64 * 1024 * 1024
"""The most memory that patterns which are looked for together may take; a handful take a hundredth of it."""


def finder(pattern: str) -> Callable[[bytes], bool]:
    """Return what tells whether a pattern matches anywhere in a text, given as `utf8`.

    Raises
    ------
    OptionError
        If RE2 has no such pattern.

    Examples
    --------
    >>> finder("(a+)+$")(b"a" * 100_000 + b"!")
    False
    """
    import re2

    options = re2.Options()
    options.log_errors = False  # it would write to the terminal
    options.never_capture = True
    try:
        search = re2.compile(pattern.encode(), options).search  # type: ignore[no-untyped-call]
    except (re2.error, UnicodeEncodeError) as error:
        why = error.args[0] if isinstance(error, re2.error) else "half a character cannot be looked for"
        said = why.decode("utf-8", "replace") if isinstance(why, bytes) else why
        raise OptionError(
            f"The pattern {pattern!r:.80} cannot be used: {said}. It is read by RE2, which has no lookaround and no "
            "backreferences."
        ) from error
    return lambda text: search(text) is not None


class Together:
    """Several patterns that are looked for in one go through a text, which costs hardly more than one of them.

    >>> some = Together(["a+", "b", "^b"])
    >>> some.found(b"caat"), some.found(b"bat")
    ([0], [0, 1, 2])
    """

    def __init__(self, patterns: Sequence[str]) -> None:
        self._each = [finder(pattern) for pattern in patterns]
        self._all = _set_of(patterns) if len(patterns) > 1 else None

    def found(self, text: bytes) -> list[int]:
        """Return the places of the patterns that match anywhere in the text, in order."""
        if self._all is None:
            return [place for place, find in enumerate(self._each) if find(text)]
        return sorted(self._all.Match(text) or ())


def _set_of(patterns: Sequence[str]) -> Any:
    """Return RE2's set of these patterns, or `None` if they are too many for one."""
    import re2

    options = re2.Options()
    options.log_errors = False
    options.max_mem = SET_BYTES
    made = re2.Set.SearchSet(options)  # type: ignore[no-untyped-call]
    try:
        for pattern in patterns:
            made.Add(pattern)
        made.Compile()
    except re2.error:
        return None
    return made


def utf8(text: str) -> bytes:
    r"""Return a text as UTF-8; half a character (a lone surrogate) is read as U+FFFD.

    >>> utf8("\ud83d \ud83d\ude00").decode()
    '� 😀'
    """
    try:
        return text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").encode()
