"""A policy draft in the page: what is shown of it, and what may be changed from there."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypedDict

from routebook.notebook import saving
from routebook.strict_json import Fields

if TYPE_CHECKING:
    from routebook.routing.drafting.draft import PolicyDraft

_LONGEST = 1_000
_MOST_RULES = 1_000
_MOST_MODELS = 16


class DraftChoice(TypedDict):
    """A model in a chain, and what the run says of it there."""

    model: str
    said: str


class DraftRule(TypedDict):
    """A tag's chain; that of ``default`` comes last, and is empty until one is chosen."""

    tag: str
    choices: list[DraftChoice]


class Draft(TypedDict):
    """What a page shows of a draft; see the other side's `Draft`."""

    history: str
    name: str
    rules: list[DraftRule]
    by: str | None
    judges: list[str]
    undo: bool
    redo: bool
    file: str | None


class UseEdit(TypedDict):
    """Ask a model first, or as the last fallback."""

    verb: Literal["use", "fallback"]
    tag: str
    model: str


class RemoveEdit(TypedDict):
    """Take a model out, or the whole rule."""

    verb: Literal["remove"]
    tag: str
    model: str | None


class MoveEdit(TypedDict):
    """Move a model in its chain, or a rule among the rules, to a place from 0."""

    verb: Literal["move"]
    tag: str
    model: str | None
    to: int


class StepEdit(TypedDict):
    """Go a step back or forth."""

    verb: Literal["undo", "redo"]


class RenameEdit(TypedDict):
    """Call the policy so."""

    verb: Literal["rename"]
    name: str


class JudgeEdit(TypedDict):
    """Let the quality be this name's word."""

    verb: Literal["judge"]
    name: str | None


class Chain(TypedDict):
    """The models for a tag, or for ``default``."""

    tag: str
    models: list[str]


class PutEdit(TypedDict):
    """Put this in the place of all that is chosen: what the page still knew when the kernel had forgotten it."""

    verb: Literal["put"]
    name: str
    by: str | None
    rules: list[Chain]


DraftEdit = UseEdit | RemoveEdit | MoveEdit | StepEdit | RenameEdit | JudgeEdit | PutEdit
VERBS = ("use", "fallback", "remove", "move", "undo", "redo", "rename", "judge", "put")


# ---- reading ---------------------------------------------------------------------------------------------------------


def read_edit(fields: Fields) -> DraftEdit:
    """Read a change of a draft.

    Raises
    ------
    RunError
        If it is none.
    """
    verb = fields.one_of("verb", VERBS)
    edit: dict[str, Any] = {"verb": verb}
    if verb in ("use", "fallback", "remove", "move"):
        edit["tag"] = fields.text("tag", _LONGEST)
        edit["model"] = _name(fields, "model") if verb in ("use", "fallback") else _maybe(fields, "model")
    if verb == "move":
        edit["to"] = fields.count("to", _MOST_RULES)
    elif verb == "rename":
        edit["name"] = _name(fields, "name")
    elif verb == "judge":
        edit["name"] = _maybe(fields, "name")
    elif verb == "put":
        edit |= {"name": _name(fields, "name"), "by": _maybe(fields, "by")}
        edit["rules"] = list(fields.objects("rules", _chain))
    return edit  # type: ignore[return-value]


def _name(fields: Fields, name: str) -> str:
    return fields.text(name, _LONGEST)


def _maybe(fields: Fields, name: str) -> str | None:
    return fields.optional(name, lambda one: _name(fields, one))


def _chain(fields: Fields) -> Chain:
    models = fields.items("models", _MOST_MODELS)
    if not all(isinstance(model, str) and len(model) <= _LONGEST for model in models):
        fields.fail("models", "a list of model ids", models)
    return {"tag": fields.text("tag", _LONGEST), "models": models}


# ---- doing -----------------------------------------------------------------------------------------------------------


def change(draft: PolicyDraft, edit: DraftEdit) -> None:
    """Change a draft as the page asks.

    Raises
    ------
    RoutebookError
        What the draft's own verbs raise.
    """
    match edit["verb"]:
        case "use":
            draft.use(edit["tag"], edit["model"])
        case "fallback":
            draft.fallback(edit["tag"], edit["model"])
        case "remove":
            draft.remove(edit["tag"], edit["model"])
        case "move":
            draft.move(edit["tag"], edit["model"], to=edit["to"])
        case "undo":
            draft.undo()
        case "redo":
            draft.redo()
        case "rename":
            draft.rename(edit["name"])
        case "judge":
            draft.judged_by(edit["name"])
        case "put":
            chains = {rule["tag"]: rule["models"] for rule in edit["rules"]}
            draft.put(chains, name=edit["name"], by=edit["by"])


def shown(draft: PolicyDraft) -> Draft:
    """Return a draft as a page shows it."""
    from routebook.comparison_json import writable

    now = draft.shown()
    return {
        "history": draft.history_id,
        "name": now.name,
        "rules": [
            {
                "tag": rule.tag,
                "choices": [{"model": one.model, "said": writable(rule.said(one))} for one in rule.choices],
            }
            for rule in now.rules
        ],
        "by": now.now.by,
        "judges": [writable(judge) for judge in now.facts.judges],
        "undo": draft.can_undo,
        "redo": draft.can_redo,
        "file": now.policy().to_yaml() if now.now.default else None,
    }


def save(draft: PolicyDraft, file: str, *, replace: bool) -> Path | None:
    """Save a draft in this process's folder, and return the path; `None` if that name is taken and may not be replaced.

    Raises
    ------
    PolicyError
        If the name is not plain, or what has it is no policy's file, or the draft is none yet.
    """
    return saving.save(draft.policy(), file, replace=replace)
