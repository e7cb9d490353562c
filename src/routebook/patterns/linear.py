"""Patterns over hostile text: RE2's, which take time in proportion to the text and never more."""

from __future__ import annotations

from collections.abc import Callable

from routebook.errors import OptionError


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


def utf8(text: str) -> bytes:
    r"""Return a text as UTF-8; half a character (a lone surrogate) is read as U+FFFD.

    >>> utf8("\ud83d \ud83d\ude00").decode()
    '� 😀'
    """
    try:
        return text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").encode()
