"""Where what is said of a run is kept: in its store, which first takes in the run itself if that came from a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from routebook.ballots import Ballot
from routebook.errors import RunError
from routebook.judgments import Judging
from routebook.store import Store, default_store

if TYPE_CHECKING:
    from routebook.answers import Answers
    from routebook.votes import Vote


def store_of(answers: Answers) -> Store:
    """Return where what is said of a run is kept."""
    return answers.store or default_store()


def keep(answers: Answers, *said: Vote | Judging | Ballot) -> None:
    """Store votes, judgings or ballots of a run, on disk when this returns; votes given together all, or none.

    A run that the store has not got, because it came from a file, is stored first, with the votes and judgings that
    came with it.

    Raises
    ------
    RunError
        If one of them is said of another run.
    VoteError, JudgmentError
        If the id of one of them is another's.
    StoreError
        If they cannot be stored.
    """
    for one in said:
        if one.run_id != answers.run.id:
            raise RunError(f"{one.id} is said of another run, {one.run_id}: keep it with that one.")
    store = store_of(answers)
    try:
        _add(store, said)
    except RunError:  # the store has not got the run
        store.import_run(
            answers.run, answers.prompts, answers.calls, votes=answers.file_votes, judgings=answers.file_judgings
        )
        _add(store, said)


def _add(store: Store, said: tuple[Vote | Judging | Ballot, ...]) -> None:
    votes: list[Vote] = []
    for one in said:
        if isinstance(one, Judging):
            store.add_judging(one)
        elif isinstance(one, Ballot):
            store.add_ballot(one)
        else:
            votes.append(one)
    if votes:
        store.add_votes(votes)
