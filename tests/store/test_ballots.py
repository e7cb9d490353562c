"""Ballots in the store: kept with their key, found by id, never told in an error."""

from __future__ import annotations

import sqlite3
import traceback
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from tests.support.examples import PROMPT, ballot_of, run_of
from tests.support.strategies import ballots

from routebook.ballots import Ballot
from routebook.calls import RunInfo
from routebook.errors import RunError, StoreError, VoteError
from routebook.store import Store


@pytest.fixture
def run(store: Store) -> RunInfo:
    """A run in the store."""
    run = run_of()
    store.begin_run(run, [PROMPT])
    return run


@given(ballot=ballots())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=80)
def test_every_ballot_survives(store: Store, ballot: Ballot) -> None:
    run = run_of()
    store.begin_run(run, [PROMPT])
    ballot = replace(ballot, run_id=run.id, id=uuid4().hex)
    store.add_ballot(ballot)
    store.add_ballot(ballot)
    assert store.ballot(ballot.id) == ballot
    assert store.ballots_of(run.id) == [ballot]


def test_each_run_has_its_own_ballots_in_the_order_they_were_made(store: Store, run: RunInfo) -> None:
    other = run_of()
    store.begin_run(other, [PROMPT])
    made = [ballot_of(run_id=run.id, title=title) for title in ("first", "second")]
    for ballot in made:
        store.add_ballot(ballot)
    assert store.ballots_of(run.id) == made
    assert store.ballots_of(other.id) == []


def test_another_ballot_with_the_same_id_is_refused_and_the_first_stays(store: Store, run: RunInfo) -> None:
    ballot = ballot_of(run_id=run.id)
    store.add_ballot(ballot)
    with pytest.raises(VoteError, match=f"another ballot with the id {ballot.id}"):
        store.add_ballot(replace(ballot, key="0" * 64))
    assert store.ballot(ballot.id) == ballot


def test_a_ballot_on_a_run_that_is_not_there_is_refused(store: Store) -> None:
    ballot = ballot_of()
    with pytest.raises(RunError, match=f"no run {ballot.run_id} in this store to vote on"):
        store.add_ballot(ballot)


@pytest.mark.parametrize("wanted", ["0" * 32, "", "' OR 1=1", "half \ud83d and \x00"])
def test_a_ballot_that_is_not_there_is_named(store: Store, wanted: str) -> None:
    with pytest.raises(VoteError, match=r"There is no ballot .* in this store") as caught:
        store.ballot(wanted)
    assert len(str(caught.value)) < 200


def test_a_ballots_key_is_in_no_error_of_the_database_nor_in_what_caused_it(
    store: Store, run: RunInfo, path: Path
) -> None:
    connection = sqlite3.connect(path)
    connection.execute(
        "CREATE TRIGGER no BEFORE INSERT ON routebook_ballots BEGIN SELECT RAISE(ABORT, 'not today'); END"
    )
    connection.close()
    ballot = ballot_of(run_id=run.id)
    with pytest.raises(StoreError, match="not today") as caught:
        store.add_ballot(ballot)
    told = "".join(traceback.format_exception(caught.value))
    assert "INSERT INTO routebook_ballots" in told
    assert ballot.key not in told
