"""Keeping what is said: in the run's own store, which first takes in a run from a file, with all that came with it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tests.support.examples import ballot_of, judging_of

from routebook.comparison import Comparison
from routebook.errors import JudgmentError, RunError, VoteError
from routebook.judging.keeping import keep
from routebook.judgments import Judgment
from routebook.runs import compare
from routebook.store import Store, default_store

SIM = ("sim/small", "sim/large")


@pytest.fixture
def file(tmp_path: Path) -> Comparison:
    """Return a run from a file, with a vote and a judging, that the default store has not got."""
    store = Store.open(tmp_path / "elsewhere.sqlite3")
    run = compare("Name a prime number.", models=SIM, store=store)
    run.vote(winner="a", by="ada")
    keep(run, judging_of(Judgment(run.calls[0].id, 1.0), run_id=run.run.id))
    file = Comparison.from_json(run.to_json())
    store.close()
    assert (len(file.file_votes), len(file.file_judgings)) == (1, 1)
    return file


def test_a_judging_of_a_run_from_a_file_brings_the_run_and_all_that_was_said_of_it(file: Comparison) -> None:
    judging = judging_of(Judgment(file.calls[1].id, 0.0), run_id=file.run.id, name="mine")
    keep(file, judging)

    store = default_store()
    assert store.load_run(file.run.id)[2] == list(file.calls)
    assert store.votes_of(file.run.id) == list(file.file_votes)
    assert store.judgings_of(file.run.id) == [*file.file_judgings, judging]


def test_a_vote_on_a_run_from_a_file_brings_its_judgings_too(file: Comparison) -> None:
    vote = file.vote(winner="b", by="grace")
    assert default_store().votes_of(file.run.id) == [*file.file_votes, vote]
    assert default_store().judgings_of(file.run.id) == list(file.file_judgings)


def test_a_ballot_on_a_run_from_a_file_brings_the_run(file: Comparison) -> None:
    ballot = ballot_of(run_id=file.run.id)
    keep(file, ballot)
    assert default_store().ballots_of(file.run.id) == [ballot]
    assert default_store().judgings_of(file.run.id) == list(file.file_judgings)


def test_a_run_in_a_store_of_its_own_has_its_judgings_there(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "own.sqlite3")
    run = compare("Name a prime number.", models=SIM, store=store)
    judging = judging_of(Judgment(run.calls[0].id, 1.0), run_id=run.run.id)
    keep(run, judging)

    assert store.judgings_of(run.run.id) == [judging]
    assert default_store().judgings_of(run.run.id) == []
    store.close()


def test_what_is_kept_again_counts_once(file: Comparison) -> None:
    keep(file, *file.file_votes, *file.file_judgings)
    keep(file, *file.file_votes, *file.file_judgings)
    assert default_store().votes_of(file.run.id) == list(file.file_votes)
    assert default_store().judgings_of(file.run.id) == list(file.file_judgings)


def test_what_would_take_the_place_of_another_is_refused(file: Comparison) -> None:
    with pytest.raises(JudgmentError, match="another judging with the id"):
        keep(file, replace(file.file_judgings[0], judgments=()))
    with pytest.raises(VoteError, match="another vote with the id"):
        keep(file, replace(file.file_votes[0], winner="tie"))
    assert default_store().judgings_of(file.run.id) == list(file.file_judgings)


def test_a_word_on_another_run_is_refused_and_the_run_not_even_stored(file: Comparison) -> None:
    with pytest.raises(RunError, match="is said of another run"):
        keep(file, *file.file_judgings, judging_of())
    assert default_store().runs() == []
