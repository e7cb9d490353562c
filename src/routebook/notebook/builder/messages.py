"""What kernel and page say to each other about a builder; js/src/builder/messages.ts is the other side of it.

What stands is a trait of the widget, set whenever it changes. What the page asks has an id, and is answered or refused
by it. It is read strictly: whoever can write to a kernel's comms may send anything.
"""

from __future__ import annotations

from typing import Any, Literal, TypedDict

from routebook.notebook.messages import LONGEST_ID, Refused, Saved
from routebook.strict_json import Fields

_LONGEST = 1_000
_MOST_WORDS = 50
_MOST_STOPS = 10_000
_MOST_RULES = 1_000
VERBS = ("slide", "use", "fallback", "remove", "move", "add", "undo", "redo")


class Slide(TypedDict):
    """Go to a stop of the slider, from 0."""

    verb: Literal["slide"]
    to: int


class Use(TypedDict):
    """Ask a model first, or as the last fallback."""

    verb: Literal["use", "fallback"]
    tag: str
    model: str


class Remove(TypedDict):
    """Take a model out, or the whole rule."""

    verb: Literal["remove"]
    tag: str
    model: str | None


class Move(TypedDict):
    """Move a rule among the rules, to a place from 0."""

    verb: Literal["move"]
    tag: str
    to: int


class Add(TypedDict):
    """Put a rule before all others: for a tag, or else for any of some words."""

    verb: Literal["add"]
    tag: str | None
    words: list[str]
    model: str


class Step(TypedDict):
    """Go a step back or forth."""

    verb: Literal["undo", "redo"]


Edit = Slide | Use | Remove | Move | Add | Step


class Hello(TypedDict):
    """Is anybody there?"""

    kind: Literal["hello"]
    id: str


class Change(TypedDict):
    """Change what stands."""

    kind: Literal["edit"]
    id: str
    edit: Edit


class Save(TypedDict):
    """Save what stands in the kernel's folder; `replace` says that the user knows of the file with that name."""

    kind: Literal["save"]
    id: str
    file: str
    replace: bool


class Heard(TypedDict):
    """It was done, and what stands has been sent."""

    kind: Literal["reply"]
    id: str
    ok: Literal[True]
    answer: Literal["heard"]


FromPage = Hello | Change | Save
Reply = Refused | Saved | Heard


def read(message: object) -> FromPage:
    """Read what the page sent.

    Raises
    ------
    RunError
        If it is nothing the page may send; the text says what is wrong with it.
    """
    fields = Fields(message, "The message")
    kind = fields.one_of("kind", ("hello", "edit", "save"))
    ask: dict[str, Any] = {"kind": kind, "id": fields.text("id", LONGEST_ID)}
    if kind == "edit":
        ask["edit"] = fields.object("edit", _edit)
    elif kind == "save":
        ask |= {"file": fields.text("file", LONGEST_ID), "replace": fields.flag("replace")}
    fields.end()
    return ask  # type: ignore[return-value]


def _edit(fields: Fields) -> Edit:
    verb = fields.one_of("verb", VERBS)
    edit: dict[str, Any] = {"verb": verb}
    if verb == "slide":
        edit["to"] = fields.count("to", _MOST_STOPS)
    elif verb == "add":
        edit |= {"tag": _maybe(fields, "tag"), "words": _words(fields), "model": fields.text("model", _LONGEST)}
    elif verb not in ("undo", "redo"):
        edit["tag"] = fields.text("tag", _LONGEST)
        if verb == "move":
            edit["to"] = fields.count("to", _MOST_RULES)
        else:
            edit["model"] = _maybe(fields, "model") if verb == "remove" else fields.text("model", _LONGEST)
    return edit  # type: ignore[return-value]


def _maybe(fields: Fields, name: str) -> str | None:
    return fields.optional(name, lambda one: fields.text(one, _LONGEST))


def _words(fields: Fields) -> list[str]:
    words = fields.items("words", _MOST_WORDS)
    if not all(isinstance(word, str) and len(word) <= _LONGEST for word in words):
        fields.fail("words", "a list of words", words)
    return words
