r"""Filling `{{name}}` in a text, once.

What a value brings in is never scanned again, so a model's answer or a data set cannot smuggle a placeholder in. Every
``{{`` is either a name to fill or an error, before anything is sent and paid for; ``\{{`` writes two braces, and single
braces are only text. In ``{{{name}}}`` the inner pair counts.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from routebook.errors import PromptError, did_you_mean

_OPENING = re.compile(r"(\\*)(\{\{+)")


class _Piece(NamedTuple):
    """Literal text, then (unless it is the last piece) a dotted name."""

    literal: str
    name: str | None


def fill(template: str, variables: Mapping[str, object]) -> str:
    r"""Fill every ``{{name}}`` and ``{{name.attribute}}`` of a template, once.

    A dotted part is a key where the value is a mapping, and an attribute elsewhere. Names are plain identifiers that
    do not begin with an underscore; there are no calls, no indices and no expressions.

    Parameters
    ----------
    template
        The text. ``\{{`` stands for a literal ``{{``, and ``\\{{name}}`` for a backslash before a value.
    variables
        What the names stand for; values are written with `str`.

    Raises
    ------
    PromptError
        For an unknown name (with the nearest known one), a ``{{`` that is not closed or holds no name, or a value
        that is a function.

    Examples
    --------
    >>> fill("Say {{ word }} in {json}.", {"word": "{{hello}}"})
    'Say {{hello}} in {json}.'
    >>> fill(r"Vue writes \{{ {{user.name}} }}.", {"user": {"name": "msg"}})
    'Vue writes {{ msg }}.'
    """
    return fill_with(template, lambda name: look_up(name, variables))


def names_in(template: str) -> tuple[str, ...]:
    """Return the dotted names a template uses, each once, in order.

    >>> names_in("{{a}} {{ user.name }} {{a}}")
    ('a', 'user.name')
    """
    return tuple(dict.fromkeys(piece.name for piece in _pieces(template) if piece.name is not None))


def escape(text: str) -> str:
    r"""Write text so that `fill` gives it back unchanged.

    >>> fill(escape("{{not a name}}"), {})
    '{{not a name}}'
    """
    return _OPENING.sub(lambda match: match[1] * 2 + "\\" + match[2], text)


def look_up(dotted: str, variables: Mapping[str, object]) -> object:
    """Find the value a dotted name stands for.

    Raises
    ------
    PromptError
        If any part of the name is unknown, or the value is a function.
    """
    first, *rest = dotted.split(".")
    if first not in variables:
        public = [str(name) for name in variables if not str(name).startswith("_")]
        raise PromptError(f"{{{{{dotted}}}}}: there is no variable {first!r}.{did_you_mean(first, public)}")
    value, path = variables[first], first
    for part in rest:
        value = _part(value, part, path, dotted)
        path = f"{path}.{part}"
    if inspect.isroutine(value):
        raise PromptError(f"{{{{{dotted}}}}} is a function: call it in a cell, and use the variable you keep it in.")
    return value


def _pieces(template: str) -> Iterator[_Piece]:
    at, literal = 0, ""
    while match := _OPENING.search(template, at):
        backslashes, braces = match.groups()
        literal += template[at : match.start()] + "\\" * (len(backslashes) // 2)
        at = match.end()
        if len(backslashes) % 2:
            literal += braces
            continue
        end = template.find("}}", at)
        if end < 0:
            raise PromptError(
                f"{_excerpt(template[at - 2 :])} is not closed: add }}}}, or write \\{{{{ for two braces."
            )
        name = template[at:end].strip()
        parts = name.split(".")
        if not all(part.isidentifier() for part in parts):
            raise PromptError(
                f"{_excerpt(template[at - 2 : end + 2])} holds no plain name: compute it in a variable first, "
                "or write \\{{ for two braces."
            )
        if any(part.startswith("_") for part in parts):
            raise PromptError(f"{{{{{name}}}}}: names that begin with an underscore are private and are not filled.")
        yield _Piece(literal + braces[2:], name)
        at, literal = end + 2, ""
    yield _Piece(literal + template[at:], None)


def fill_with(template: str, value_of: Callable[[str], object]) -> str:
    """Fill a template with what `value_of` gives for each dotted name."""
    written = []
    for literal, name in _pieces(template):
        written.append(literal)
        if name is not None:
            written.append(_written(name, value_of(name)))
    return "".join(written)


def _written(name: str, value: object) -> str:
    try:
        return str(value)
    except Exception as error:
        raise PromptError(f"{{{{{name}}}}} cannot be written as text: {type(error).__name__}: {error}") from error


def _part(value: object, part: str, path: str, dotted: str) -> object:
    if isinstance(value, Mapping):
        if part in value:
            return value[part]
        near = did_you_mean(part, [key for key in value if isinstance(key, str)])
        raise PromptError(f"{{{{{dotted}}}}}: {path} has no key {part!r}.{near}")
    try:
        return getattr(value, part)
    except AttributeError as error:
        near = did_you_mean(part, [name for name in dir(value) if not name.startswith("_")])
        raise PromptError(f"{{{{{dotted}}}}}: {path} has no attribute {part!r}.{near}") from error
    except Exception as error:
        raise PromptError(f"{{{{{dotted}}}}} cannot be read: {type(error).__name__}: {error}") from error


def _excerpt(text: str) -> str:
    line = " ".join(text[:60].split())
    return line if len(text) <= 40 else line[:40] + "…"
