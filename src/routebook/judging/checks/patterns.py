"""Patterns over hostile text: RE2's, which take time in proportion to the text and never more."""

from __future__ import annotations

from collections.abc import Callable

from routebook.errors import OptionError


def searcher(pattern: str) -> Callable[[str], bool]:
    """Return what tells whether a pattern matches anywhere in a text.

    Raises
    ------
    OptionError
        If RE2 has no such pattern.

    Examples
    --------
    >>> searcher("(a+)+$")("a" * 100_000 + "!")
    False
    """
    import re2

    options = re2.Options()
    options.log_errors = False  # it would write to the terminal
    try:
        compiled = re2.compile(pattern, options)  # type: ignore[no-untyped-call]
    except (re2.error, UnicodeEncodeError) as error:
        why = error.args[0] if isinstance(error, re2.error) else "half a character cannot be looked for"
        said = why.decode("utf-8", "replace") if isinstance(why, bytes) else why
        raise OptionError(
            f"The pattern {pattern!r:.80} cannot be used: {said}. It is read by RE2, which has no lookaround and no "
            "backreferences."
        ) from error

    def found(text: str) -> bool:
        try:
            return compiled.search(text) is not None
        except UnicodeEncodeError:  # half an emoji
            return compiled.search(text.encode("utf-8", "replace").decode()) is not None

    return found
