"""People's votes on a comparison: those in the store and those that came with a file, and casting one more."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from routebook.errors import RunError, StoreError, VoteError
from routebook.frames import text_column
from routebook.judging.keeping import keep, store_of
from routebook.lookup import count, either
from routebook.prompts import Prompt
from routebook.render.blind import label, order
from routebook.votes import Vote, standing, user

if TYPE_CHECKING:
    import pandas as pd

    from routebook.answers import Answers
    from routebook.models import ModelId
    from routebook.votes import Winner

    Name = str | ModelId | None

_TEXTS = ("prompt_id", "kind", "model_a", "model_b", "winner", "model", "note", "by")
COLUMNS = (
    "prompt_id", "repeat", "kind", "model_a", "model_b", "winner", "model", "rating", "note", "by", "at", "blind",
    "shown",
)  # fmt: skip


def every_vote(comparison: Answers) -> tuple[Vote, ...]:
    """Return every vote on a comparison, oldest first: those that came with its file, and those in the store.

    Raises
    ------
    StoreError
        If the store cannot be read.
    """
    found = {vote.id: vote for vote in comparison.file_votes}
    found |= {vote.id: vote for vote in store_of(comparison).votes_of(comparison.run.id)}  # we saw these cast
    return tuple(sorted(found.values(), key=lambda vote: vote.at))


def votes_to_save(comparison: Answers) -> tuple[tuple[Vote, ...], list[str]]:
    """Return every vote that can be had, and what the reader of the file should know.

    A store that cannot be read must not keep the answers from being saved.
    """
    try:
        return every_vote(comparison), []
    except StoreError:
        return comparison.file_votes, ["Without the votes in the store, which could not be read when this was saved."]


def standing_votes(comparison: Answers) -> tuple[Vote, ...]:
    """Return the votes on a comparison that stand, oldest first; see `routebook.votes.standing`."""
    return standing(every_vote(comparison))


def opened_for(who: str, comparison: Answers, votes: Sequence[Vote]) -> frozenset[str]:
    """Return the ids of the prompts of a blind run that somebody has judged, so that nothing is hidden there any more.

    Judged is a prompt with a vote on a pair, or with a rating of each of its answers: the first rating of several
    would tell who is behind those that are still to be rated.
    """
    if not comparison.run.blind:
        return frozenset()
    mine = [vote for vote in votes if vote.by == who]
    rated = {(vote.prompt_id, vote.repeat, vote.model) for vote in mine if vote.kind == "rating"}
    left = {call.prompt_id for call in comparison.ok if (call.prompt_id, call.repeat, str(call.model)) not in rated}
    compared = {vote.prompt_id for vote in mine if vote.kind == "pair"}
    return frozenset(compared | ({prompt_id for prompt_id, _, _ in rated} - left))


def frame(votes: tuple[Vote, ...]) -> pd.DataFrame:
    """Return votes as a DataFrame, one row each."""
    import pandas as pd

    columns = {name: [getattr(vote, name) for vote in votes] for name in COLUMNS}
    made = pd.DataFrame({name: text_column(of) if name in _TEXTS else of for name, of in columns.items()})
    types: dict[Any, Any] = {"repeat": "int64", "rating": "Int64", "at": "datetime64[us, UTC]", "blind": "bool"}
    return made.astype(types | {"shown": "object"})


def cast(comparison: Answers, vote: Vote) -> Vote:
    """Store a vote on a comparison's answers, and the run itself where the store has not got it; return the vote.

    Raises
    ------
    VoteError
        If it is not about two answers of this comparison, or one.
    StoreError
        If it cannot be stored.
    """
    if vote.run_id != comparison.run.id:
        raise VoteError("The vote is on another run.")
    answers = {
        str(call.model): call
        for call in comparison.calls
        if call.prompt_id == vote.prompt_id and call.repeat == vote.repeat
    }
    for model in vote.models:
        call = answers.get(model)
        if call is None or (call.failure is not None and not call.text):
            who = "One of these models" if comparison.run.blind else model
            raise VoteError(f"{who} gave no answer that could be judged.")
    keep(comparison, vote)
    return vote


def vote(
    comparison: Answers,
    asked: Prompt,
    *,
    winner: Winner | None,
    between: tuple[Name, Name],
    rating: int | None,
    model: Name,
    repeat: int,
    by: str | None,
    note: str,
) -> Vote:
    """Cast a vote on the answers to a prompt; see `Comparison.vote`."""
    run = comparison.run
    answered = {str(call.model) for call in comparison.calls if (call.prompt_id, call.repeat) == (asked.id, repeat)}
    models = order(run.id, asked.id, comparison.models) if run.blind else comparison.models
    shown = tuple(name for name in models if name in answered)
    if not answered:
        if repeat not in range(run.repeats):
            asked_for = count(run.repeats, "time")
            raise RunError(f"This run has no repeat {repeat} of this prompt: it asked {asked_for}, counted from 0.")
        raise VoteError("No answer to this prompt came: there is nothing to vote on.")
    if (winner is None) == (rating is None):
        raise VoteError("Say winner='a', 'b', 'tie' or 'both_bad' of two answers, or rating=1 to 5 of one.")
    about: dict[str, Any]
    if rating is None:
        if model is not None:
            raise VoteError("A winner is of two answers: say a=... and b=..., not model=....")
        model_a, model_b = _pair(comparison, asked, repeat, between, shown)
        about = {"kind": "pair", "model_a": model_a, "model_b": model_b, "winner": winner}
    else:
        if between != (None, None):
            raise VoteError("A rating is of one answer: say model=..., not a=... and b=....")
        about = {"kind": "rating", "model": _one(comparison, asked, repeat, model, shown), "rating": rating}
    made = Vote(
        run_id=run.id,
        prompt_id=asked.id,
        repeat=repeat,
        by=user() if by is None else by,
        note=note,
        blind=run.blind,
        shown=shown,
        **about,
    )
    return cast(comparison, made)


def _pair(
    comparison: Answers, asked: Prompt, repeat: int, names: tuple[Name, Name], shown: Sequence[str]
) -> tuple[str, str]:
    a, b = names
    if a is not None and b is not None:
        return _named(comparison, asked, repeat, a), _named(comparison, asked, repeat, b)
    if a is not None or b is not None:
        raise VoteError("A winner is of two answers: say both, a=... and b=....")
    if len(shown) != 2:
        raise VoteError(f"Say whose answers they are: a=... and b=..., of {_names(comparison, shown)}.")
    return shown[0], shown[1]


def _one(comparison: Answers, asked: Prompt, repeat: int, name: Name, shown: Sequence[str]) -> str:
    if name is not None:
        return _named(comparison, asked, repeat, name)
    if len(shown) != 1:
        raise VoteError(f"Say whose answer it is: model=..., of {_names(comparison, shown)}.")
    return shown[0]


def _named(comparison: Answers, asked: Prompt, repeat: int, name: str | ModelId) -> str:
    return str(comparison.find(name, asked, repeat).model)


def _names(comparison: Answers, shown: Sequence[str]) -> str:
    """Name the answers as the user sees them."""
    if not comparison.run.blind:
        return either(shown)
    return either([label(place).removeprefix("Answer ") for place in range(len(comparison.models))])
