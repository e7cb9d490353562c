"""Answers what the page asks: stop a model, store a vote, show a request, change a draft, send everything again.

It comes over the widget's comm or over one that the page opened itself, on any thread (JupyterLab sends comms to a
subshell of the kernel, so that *Stop* is heard while a cell runs). One function answers all.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeVar
from weakref import WeakValueDictionary

from routebook.comparison_json import writable
from routebook.errors import RoutebookError, RunError, VoteError
from routebook.notebook import drafts
from routebook.notebook.messages import (
    AskRequest,
    CastVote,
    EditDraft,
    FromPage,
    Refused,
    Reply,
    Saved,
    SaveDraft,
    Snapshot,
    Stop,
    Voted,
    id_of,
    read,
    read_answer_id,
)
from routebook.redact import redact

if TYPE_CHECKING:
    from routebook.background import BackgroundRun
    from routebook.calls import Call
    from routebook.comparison import Comparison
    from routebook.notebook.feed import LiveFeed
    from routebook.prompts import Prompt
    from routebook.render.document_types import Ballot

R = TypeVar("R")


class Port:
    """Knows the runs that are on screen, for as long as somebody else needs them, and answers questions about them."""

    def __init__(self) -> None:
        self._feeds: WeakValueDictionary[str, LiveFeed] = WeakValueDictionary()
        self._shown: WeakValueDictionary[str, Comparison] = WeakValueDictionary()
        self._loaded: Comparison | None = None  # the last that was not on screen: votes come one after another

    def follow(self, feed: LiveFeed) -> None:
        """Answer for a run that goes on."""
        self._feeds[feed.live.run.id] = feed

    def show(self, comparison: Comparison) -> None:
        """Answer for a comparison that is shown."""
        self._shown[comparison.run.id] = comparison

    def answer(self, message: object) -> Reply | Snapshot:
        """Answer a message of the page, or say in one line why not; never raises."""
        return answered(message, lambda said: self._answer(read(said)))

    def _answer(self, ask: FromPage) -> Reply | Snapshot:
        match ask["kind"]:
            case "stop":
                self._stop(ask)
                return {"kind": "reply", "id": ask["id"], "ok": True, "answer": "stopped"}
            case "vote":
                return self._vote(ask)
            case "request":
                return self._request(ask)
            case "resync":
                return self._resync(ask["run"])
            case "draft":
                return self._draft(ask)
            case "save":
                return self._save(ask)

    def _stop(self, ask: Stop) -> None:
        live = self._live(ask["run"])
        if live is None:
            raise RunError("This run is over, or another kernel's: there is nothing to stop.")
        if ask["model"] is not None and ask["model"] not in live.run.models:
            raise RunError(f"This run does not ask {ask['model'][:80]!r}.")
        live.stop(ask["model"])

    def _vote(self, ask: CastVote) -> Voted:
        from routebook.judging.people.voting import cast
        from routebook.notebook.display import votes_on
        from routebook.render.document import models_of, prompt_of, vote_of
        from routebook.render.sheet import sheet_of
        from routebook.votes import Vote, user

        ballot, comparison = ask["ballot"], self._comparison(ask["run"])
        answers = _Answers(comparison, ballot)
        hidden = answers.lettered and ballot["prompt"] not in votes_on(comparison)[1]
        if hidden and self._still_asked(ask["run"], ballot["prompt"]):
            raise VoteError("This prompt is still being answered: vote when all its answers are there.")
        vote = cast(
            comparison,
            Vote(
                run_id=comparison.run.id,
                prompt_id=ballot["prompt"],
                repeat=answers.repeat,
                kind=ballot["kind"],
                by=user(),
                model_a=answers.model("a"),
                model_b=answers.model("b"),
                winner=ballot.get("winner"),
                model=answers.model("answer"),
                rating=ballot.get("rating"),
                note=ballot.get("note", ""),
                blind=ballot["blind"] or hidden,
                shown=answers.shown,
                source="view",
            ),
        )
        reply: Voted = {
            "kind": "reply",
            "id": ask["id"],
            "ok": True,
            "answer": "voted",
            "vote": vote_of(vote, answers.ids),
        }
        if answers.lettered and vote.prompt_id in votes_on(comparison)[1]:
            sheet = sheet_of(comparison, only=vote.prompt_id, opened=[vote.prompt_id])
            reply["prompt"], reply["models"] = prompt_of(sheet.sections[0]), models_of(sheet)
        feed = self._feeds.get(ask["run"])
        if feed is not None:
            feed.vote(reply["vote"], reply.get("prompt"), reply.get("models"))
        return reply

    def _request(self, ask: AskRequest) -> Reply:
        from routebook.exact import exact_request
        from routebook.notebook.display import votes_on
        from routebook.render.document import as_json

        comparison = self._comparison(ask["run"])
        prompt, repeat, model, lettered = _found(comparison, ask["answer"])
        if lettered and prompt.id not in votes_on(comparison)[1]:
            raise RunError("The request says who was asked: vote on this prompt first.")
        call = _call(comparison, prompt, repeat, model)
        if call is None:
            raise RunError("There is no request to show: this answer is not there.")
        protocol, body = exact_request(comparison, call)
        return {
            "kind": "reply",
            "id": ask["id"],
            "ok": True,
            "answer": "request",
            "request": {"protocol": protocol, "body": as_json(body)},
        }

    def _draft(self, ask: EditDraft) -> Reply:
        draft = self._comparison(ask["run"]).policy
        if ask["edit"] is not None:
            drafts.change(draft, ask["edit"])
        return {"kind": "reply", "id": ask["id"], "ok": True, "answer": "draft", "draft": drafts.shown(draft)}

    def _save(self, ask: SaveDraft) -> Saved:
        path = drafts.save(self._comparison(ask["run"]).policy, ask["file"], replace=ask["replace"])
        made: Saved = {"kind": "reply", "id": ask["id"], "ok": True, "answer": "saved", "path": str(path)}
        return made if path else {**made, "answer": "taken", "path": ask["file"]}

    def _resync(self, run_id: str) -> Snapshot:
        from routebook.notebook.display import votes_on
        from routebook.render.document import document

        feed = self._feeds.get(run_id)
        if feed is not None:
            return feed.snapshot()
        comparison = self._comparison(run_id)
        votes, opened = votes_on(comparison)
        return {"kind": "snapshot", "seq": 0, "comparison": document(comparison, votes=votes, opened=opened)}

    def _live(self, run_id: str) -> BackgroundRun | None:
        feed = self._feeds.get(run_id)
        return None if feed is None or feed.live.done else feed.live

    def _still_asked(self, run_id: str, prompt_id: str) -> bool:
        live = self._live(run_id)
        return live is not None and any(call.phase != "done" for call in live.calls if call.prompt_id == prompt_id)

    def _comparison(self, run_id: str) -> Comparison:
        from routebook.earlier import load
        from routebook.store import default_store

        if (live := self._live(run_id)) is not None:
            return live.comparison()
        found = self._shown.get(run_id) or self._loaded
        if found is None or found.run.id != run_id:
            found = self._loaded = load(run_id, store=default_store())
        return found


class _Answers:
    """The answers that a ballot names, all to one prompt and of one repeat.

    Attributes
    ----------
    lettered
        Whether they are named by the letters of a blind run.
    shown
        The models in the order in which they were shown.
    ids
        The answers' ids, by their models.
    """

    def __init__(self, comparison: Comparison, ballot: Ballot) -> None:
        self._named: dict[str, str] = {**ballot}  # type: ignore[dict-item]
        self._models: dict[str, str] = {}
        about = [self._named[name] for name in ("a", "b", "answer") if name in self._named]
        places = [_found(comparison, answer_id) for answer_id in about]
        self.repeat, self.lettered = places[0][1], places[0][3]
        for answer_id in (*about, *ballot["order"]):
            prompt, repeat, model, lettered = _found(comparison, answer_id)
            if prompt.id != ballot["prompt"] or lettered != self.lettered:
                raise VoteError("The answers of a vote are answers to its prompt.")
            if repeat == self.repeat:
                self._models[answer_id] = model
            elif answer_id in about:
                raise VoteError("The two answers of a vote are of the same repeat.")
        self.shown = tuple(self._models[one] for one in ballot["order"] if one in self._models)
        self.ids = {model: answer_id for answer_id, model in self._models.items()}

    def model(self, name: str) -> str | None:
        """Return the model behind the answer in this field of the ballot."""
        return self._models[self._named[name]] if name in self._named else None


def _found(comparison: Comparison, answer_id: str) -> tuple[Prompt, int, str, bool]:
    """Return the prompt, the repeat and the model behind an answer's id, and whether a letter names it."""
    from routebook.lookup import model_behind
    from routebook.render.sheet import distinct_prompts

    said = read_answer_id(answer_id)
    prompts: Sequence[Prompt] = list(distinct_prompts(comparison.prompts).values())
    model = None
    if said["prompt"] <= len(prompts):
        prompt = prompts[said["prompt"] - 1]
        if said["letter"] is not None:
            model = model_behind(said["letter"], comparison.run.id, prompt.id, comparison.models)
        elif said["column"] is not None and said["column"] < len(comparison.models):
            model = comparison.models[said["column"]]
    if model is None:
        raise RunError(f"This run has no answer {answer_id[:40]!r}.")
    return prompt, said["repeat"], model, said["letter"] is not None


def _call(comparison: Comparison, prompt: Prompt, repeat: int, model: str) -> Call | None:
    return next(
        (
            call
            for call in comparison.calls
            if (call.prompt_id, call.repeat) == (prompt.id, repeat) and str(call.model) == model
        ),
        None,
    )


def answered(message: object, answer: Callable[[object], R]) -> R | Refused:
    """Answer a message of a page, or say in one line and without secrets why not; never raises: the page waits."""
    try:
        return answer(message)
    except RoutebookError as error:
        why = str(error)
    except Exception as fault:  # noqa: BLE001 - whatever happened
        why = f"routebook failed with {type(fault).__name__}: {fault}"
    return {"kind": "reply", "id": id_of(message), "ok": False, "error": writable(redact(" ".join(why.split())))}


port = Port()
"""This process's: a kernel has one."""
