"""What kernel and page say to each other; js/src/messages.ts is the other side of it.

What comes from the page is read strictly: whoever can write to a kernel's comms may send anything.
"""

from __future__ import annotations

import re
from typing import Any, Literal, NotRequired, TypedDict, get_args

from routebook.errors import RunError
from routebook.notebook.drafts import Draft, DraftEdit, read_edit
from routebook.render.document_types import Ballot, Document, Model, Prompt, Summary, Vote
from routebook.strict_json import Fields
from routebook.votes import BEST, LONGEST_NOTE, WORST, VoteKind, Winner

LONGEST_ID = 200
_MOST_SHOWN = 1_000
_RUN = re.compile(r"[0-9a-f]{32}\Z")
_PROMPT = re.compile(r"[0-9a-f]{16}\Z")
_ANSWER = re.compile(r"([1-9]\d{0,8})-(\d{1,8})-(?:(\d{1,8})|([A-Z]{1,6}))\Z", re.ASCII)


# ---- from the kernel -------------------------------------------------------------------------------------------------


class Snapshot(TypedDict):
    """Everything, as it is now; changes with a larger `seq` come on top."""

    kind: Literal["snapshot"]
    seq: int
    comparison: Document


class Change(TypedDict):
    """What is new of one answer: texts to append, after `set`, which has the new values of an `Answer`'s fields."""

    answer: str
    text: NotRequired[str]
    reasoning: NotRequired[str]
    set: NotRequired[dict[str, Any]]


class Changes(TypedDict):
    """What is new since the message before, whose `seq` was one less: of answers, of the `Run`, of models by index."""

    kind: Literal["changes"]
    seq: int
    changes: list[Change]
    run: NotRequired[dict[str, Any]]
    summaries: NotRequired[dict[str, Summary]]


class Refused(TypedDict):
    """Why a question is not answered, in one line."""

    kind: Literal["reply"]
    id: str
    ok: Literal[False]
    error: str


class Stopped(TypedDict):
    """The models were told to stop."""

    kind: Literal["reply"]
    id: str
    ok: Literal[True]
    answer: Literal["stopped"]


class Voted(TypedDict):
    """The vote is in the store; in a blind run the prompt hides nothing any more."""

    kind: Literal["reply"]
    id: str
    ok: Literal[True]
    answer: Literal["voted"]
    vote: Vote
    prompt: NotRequired[Prompt]
    models: NotRequired[list[Model]]


class ExactRequest(TypedDict):
    """What was sent for one answer, without its credentials."""

    protocol: str
    body: Any


class Requested(TypedDict):
    """The exact request."""

    kind: Literal["reply"]
    id: str
    ok: Literal[True]
    answer: Literal["request"]
    request: ExactRequest


class Drafted(TypedDict):
    """The policy draft as it is now."""

    kind: Literal["reply"]
    id: str
    ok: Literal[True]
    answer: Literal["draft"]
    draft: Draft


class Saved(TypedDict):
    """The policy is in this file; or, with `answer` ``taken``, that name is another file's."""

    kind: Literal["reply"]
    id: str
    ok: Literal[True]
    answer: Literal["saved", "taken"]
    path: str


Reply = Refused | Stopped | Voted | Requested | Drafted | Saved
FromKernel = Snapshot | Changes | Reply


# ---- from the page ---------------------------------------------------------------------------------------------------


class Stop(TypedDict):
    """Stop a model, by its id, or all."""

    kind: Literal["stop"]
    id: str
    run: str
    model: str | None


class CastVote(TypedDict):
    """Store a vote."""

    kind: Literal["vote"]
    id: str
    run: str
    ballot: Ballot


class AskRequest(TypedDict):
    """Show what was sent for an answer."""

    kind: Literal["request"]
    id: str
    run: str
    answer: str


class Resync(TypedDict):
    """Send a snapshot: a message was missed."""

    kind: Literal["resync"]
    id: str
    run: str


class EditDraft(TypedDict):
    """Change the policy draft of a run, or only show it."""

    kind: Literal["draft"]
    id: str
    run: str
    edit: DraftEdit | None


class SaveDraft(TypedDict):
    """Save the policy draft in the kernel's folder; `replace` says that the user knows of the file with that name."""

    kind: Literal["save"]
    id: str
    run: str
    file: str
    replace: bool


FromPage = Stop | CastVote | AskRequest | Resync | EditDraft | SaveDraft


class AnswerId(TypedDict):
    """What an answer's id says (`routebook.render.document.answer_id`): by its model's place, or by its letter."""

    prompt: int
    repeat: int
    column: int | None
    letter: str | None


def read(message: object) -> FromPage:
    """Read what the page sent.

    Raises
    ------
    RunError
        If it is nothing the page may send; the text says what is wrong with it.
    """
    fields = Fields(message, "The message")
    kind = fields.one_of("kind", ("stop", "vote", "request", "resync", "draft", "save"))
    ask: dict[str, Any] = {"kind": kind, "id": fields.text("id", LONGEST_ID), "run": _id(fields, "run", _RUN)}
    if kind == "stop":
        ask["model"] = fields.optional("model", fields.word)
    elif kind == "vote":
        ask["ballot"] = fields.object("ballot", _ballot)
    elif kind == "request":
        ask["answer"] = _id(fields, "answer", _ANSWER)
    elif kind == "draft":
        ask["edit"] = fields.optional("edit", lambda name: fields.object(name, read_edit))
    elif kind == "save":
        ask |= {"file": fields.text("file", LONGEST_ID), "replace": fields.flag("replace")}
    fields.end()
    return ask  # type: ignore[return-value]


def id_of(message: object) -> str:
    """Return what a message is called, also if nothing else of it can be read."""
    found = message.get("id") if isinstance(message, dict) else None
    return found if isinstance(found, str) and len(found) <= LONGEST_ID else ""


def read_answer_id(text: str) -> AnswerId:
    """Take an answer's id apart.

    >>> read_answer_id("12-0-3")["column"], read_answer_id("12-0-B")["letter"]
    (3, 'B')
    """
    match = _ANSWER.match(text)
    if match is None:
        raise RunError(f"{text[:40]!r} is no answer's id.")
    number, repeat, column, letter = match.groups()
    return {
        "prompt": int(number),
        "repeat": int(repeat),
        "column": None if column is None else int(column),
        "letter": letter,
    }


def _ballot(fields: Fields) -> Ballot:
    kind = fields.one_of("kind", get_args(VoteKind))
    made: Ballot = {
        "kind": kind,
        "prompt": _id(fields, "prompt", _PROMPT),
        "blind": fields.flag("blind"),
        "order": [_checked(fields, "order", item, _ANSWER) for item in fields.items("order", _MOST_SHOWN)],
    }
    if "note" in fields:
        made["note"] = fields.text("note", LONGEST_NOTE)
    if kind == "pair":
        made["a"], made["b"] = _id(fields, "a", _ANSWER), _id(fields, "b", _ANSWER)
        made["winner"] = fields.one_of("winner", get_args(Winner))
    else:
        made["answer"] = _id(fields, "answer", _ANSWER)
        made["rating"] = fields.count("rating", BEST)
        if made["rating"] < WORST:
            fields.fail("rating", f"{WORST} or more", made["rating"])
    return made


def _id(fields: Fields, name: str, pattern: re.Pattern[str]) -> str:
    return _checked(fields, name, fields.text(name, LONGEST_ID), pattern)


def _checked(fields: Fields, name: str, value: object, pattern: re.Pattern[str]) -> str:
    if not isinstance(value, str) or not pattern.match(value):
        fields.fail(name, "an id", value)
    return value
