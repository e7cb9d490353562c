"""Votes in the store: on disk when given, counted once, never of a run that is not there."""

from __future__ import annotations

import multiprocessing
import os
import sqlite3
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.support.examples import PROMPT, call_of, rating_of, run_of, vote_of
from tests.support.strategies import votes

from routebook.calls import RunInfo
from routebook.errors import RunError, StoreError, VoteError
from routebook.store import Store
from routebook.votes import Vote


@pytest.fixture
def run(store: Store) -> RunInfo:
    """A run in the store."""
    run = run_of()
    store.begin_run(run, [PROMPT])
    return run


@given(cast=st.lists(votes(), max_size=3))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=80)
def test_every_vote_survives(store: Store, cast: list[Vote]) -> None:
    run = run_of()
    store.begin_run(run, [PROMPT])
    cast = [replace(vote, run_id=run.id, id=vote_of().id) for vote in cast]
    for vote in cast:
        store.add_vote(vote)
    assert store.votes_of(run.id) == cast


def test_a_vote_is_on_the_disk_when_the_call_returns(store: Store, run: RunInfo, path: Path) -> None:
    vote = vote_of(run_id=run.id, note="short", shown=("sim/large", "sim/small"))
    store.add_vote(vote)
    connection = sqlite3.connect(path)
    found = connection.execute("SELECT id, model_a, winner, note, voter, shown FROM routebook_votes").fetchall()
    connection.close()
    assert found == [(vote.id, "sim/small", "a", "short", "ada", '["sim/large","sim/small"]')]


def test_superseded_votes_stay_in_the_record_in_the_order_they_were_cast(store: Store, run: RunInfo) -> None:
    cast = [vote_of(run_id=run.id, winner=winner) for winner in ("a", "b", "tie")] + [rating_of(run_id=run.id)]
    for vote in cast:
        store.add_vote(vote)
    assert store.votes_of(run.id) == cast


def test_each_run_has_its_own_votes(store: Store, run: RunInfo) -> None:
    other = run_of()
    store.begin_run(other, [PROMPT])
    store.add_vote(vote_of(run_id=run.id))
    assert store.votes_of(other.id) == []


def test_the_same_vote_given_again_counts_once(store: Store, run: RunInfo) -> None:
    vote = vote_of(run_id=run.id)
    store.add_vote(vote)
    store.add_vote(vote)
    assert store.votes_of(run.id) == [vote]


def test_another_vote_with_the_same_id_is_refused_and_the_first_stays(store: Store, run: RunInfo) -> None:
    vote = vote_of(run_id=run.id)
    store.add_vote(vote)
    with pytest.raises(VoteError, match=f"another vote with the id {vote.id}"):
        store.add_vote(replace(vote, winner="b"))
    assert store.votes_of(run.id) == [vote]


def test_a_vote_on_a_run_that_is_not_there_is_refused(store: Store) -> None:
    vote = vote_of()
    with pytest.raises(RunError, match=f"no run {vote.run_id} in this store"):
        store.add_vote(vote)
    assert store.votes_of(vote.run_id) == []


def test_a_closed_store_takes_no_vote_and_says_so(store: Store, run: RunInfo) -> None:
    store.close()
    with pytest.raises(StoreError, match="is closed: open it again"):
        store.add_vote(vote_of(run_id=run.id))


def test_a_recording_brings_its_votes_with_it(store: Store) -> None:
    run = run_of()
    cast = [vote_of(run_id=run.id), rating_of(run_id=run.id)]
    assert store.import_run(run, [PROMPT], [call_of(run)], cast) is True
    assert store.votes_of(run.id) == cast


def test_a_recording_of_a_run_that_is_there_changes_none_of_its_votes(store: Store, run: RunInfo) -> None:
    vote = vote_of(run_id=run.id)
    store.add_vote(vote)
    assert store.import_run(run, [PROMPT], [], [replace(vote, winner="b"), rating_of(run_id=run.id)]) is False
    assert store.votes_of(run.id) == [vote]


def test_a_recording_with_votes_on_another_run_is_refused_as_a_whole(store: Store, run: RunInfo) -> None:
    other = run_of()
    with pytest.raises(RunError, match="is of another run"):
        store.import_run(other, [PROMPT], [], [vote_of(run_id=run.id)])
    assert [one.id for one in store.runs()] == [run.id]
    assert store.votes_of(run.id) == []


def test_a_recording_cannot_replace_a_stored_vote(store: Store, run: RunInfo) -> None:
    vote, other = vote_of(run_id=run.id), run_of()
    store.add_vote(vote)
    with pytest.raises(VoteError, match="another vote with the id"):
        store.import_run(other, [PROMPT], [], [replace(vote, run_id=other.id, winner="b")])
    assert [one.id for one in store.runs()] == [run.id]
    assert store.votes_of(run.id) == [vote]


def test_many_threads_vote_while_calls_are_stored(store: Store, run: RunInfo) -> None:
    def both(number: int) -> None:
        future = store.add_call(call_of(run, repeat=number))
        store.add_vote(vote_of(run_id=run.id, repeat=number))
        future.result()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(both, range(100)))
    assert sorted(vote.repeat for vote in store.votes_of(run.id)) == list(range(100))
    assert len(store.calls_of(run.id)) == 100


def _vote_from_another_process(path: Path, run_id: str, voter: str) -> None:
    store = Store.open(path)
    for number in range(20):
        store.add_vote(vote_of(run_id=run_id, by=voter, repeat=number))
    store.close()


def test_several_processes_vote_on_one_run(store: Store, run: RunInfo, path: Path) -> None:
    spawned = multiprocessing.get_context("spawn")
    voters = [spawned.Process(target=_vote_from_another_process, args=(path, run.id, who)) for who in ("ada", "grace")]
    for voter in voters:
        voter.start()
    for voter in voters:
        voter.join(60)
        assert voter.exitcode == 0
    cast = {(vote.by, vote.repeat) for vote in store.votes_of(run.id)}
    assert cast == {(who, number) for who in ("ada", "grace") for number in range(20)}


@pytest.mark.skipif(sys.platform == "win32", reason="fork")
def test_a_forked_process_votes_with_its_parents_store(store: Store, run: RunInfo) -> None:
    store.add_vote(vote_of(run_id=run.id, by="parent"))
    pid = os.fork()
    if pid == 0:
        try:
            store.add_vote(vote_of(run_id=run.id, by="child"))
            os._exit(0 if [vote.by for vote in store.votes_of(run.id)] == ["parent", "child"] else 2)
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    store.add_vote(vote_of(run_id=run.id, by="parent again"))
    assert [vote.by for vote in store.votes_of(run.id)] == ["parent", "child", "parent again"]
