"""Reads JSON, strictly and with places, which the standard library's reader does not tell."""

from __future__ import annotations

import json
import re

from routebook.errors import PolicyError
from routebook.routing.document import LITERALS, NUMBER, Grower, Lines, Node, Place, Scalar, number, shown, sized

_TOKEN = re.compile(r'[ \t\r\n]*(?P<token>[\[\]{}:,"]|[^\s\[\]{}:,"]+|\S|\Z)')


def read_json(text: str, source: str = "policy") -> Node:
    """Read JSON, with places and without duplicate names.

    Raises
    ------
    PolicyError
        With line and column, for what is not JSON, too large or too deep.
    """
    return _Json(sized(text, source), source).read()


class _Json:
    """A reader of JSON by recursive descent; the grower's limit on depth bounds the recursion."""

    def __init__(self, text: str, source: str) -> None:
        self._text = text
        self._lines = Lines(text, source)
        self._grower = Grower()
        self._decoder = json.JSONDecoder()
        self._position = self._start = 0
        self._next = ""
        self._advance()

    def read(self) -> Node:
        self._value()
        if self._next or self._grower.root is None:
            raise self._error("nothing more can stand here")
        return self._grower.root

    def _advance(self) -> None:
        found = _TOKEN.match(self._text, self._position)
        if found is None:  # white space JSON does not know
            self._start, self._next = self._position, ""
            raise self._error("this character cannot stand here")
        self._start, self._position, self._next = found.start("token"), found.end(), found["token"]

    def _expect(self, token: str) -> None:
        if self._next != token:
            raise self._error(f"{token!r} should stand here")
        self._advance()

    def _error(self, problem: str) -> PolicyError:
        return self._place().error(f"this is not JSON: {problem}.")

    def _place(self) -> Place:
        return self._lines.place(self._start)

    def _value(self) -> None:
        if self._next == "{":
            self._grower.open(self._place(), mapping=True)
            self._advance()
            if self._next != "}":
                self._named_value()
                while self._next == ",":
                    self._advance()
                    self._named_value()
            self._expect("}")
            self._grower.close()
        elif self._next == "[":
            self._grower.open(self._place(), mapping=False)
            self._advance()
            if self._next != "]":
                self._value()
                while self._next == ",":
                    self._advance()
                    self._value()
            self._expect("]")
            self._grower.close()
        elif self._next == '"':
            self._string()
        elif self._next in ("null", "true", "false"):
            self._grower.scalar(Scalar(LITERALS[self._next], self._place()))
            self._advance()
        elif NUMBER.fullmatch(self._next):
            self._grower.scalar(Scalar(number(self._next, self._place()), self._place()))
            self._advance()
        else:
            raise self._error(f"a value should stand here, not {shown(self._next) if self._next else 'the end'}")

    def _named_value(self) -> None:
        if self._next != '"':
            raise self._error("a name in double quotes should stand here")
        self._string()
        self._expect(":")
        self._value()

    def _string(self) -> None:
        try:
            value, self._position = self._decoder.raw_decode(self._text, self._start)
        except json.JSONDecodeError as error:
            raise self._lines.place(error.pos).error(f"this is not JSON: {error.msg}.") from error
        self._grower.scalar(Scalar(value, self._place()))
        self._advance()
