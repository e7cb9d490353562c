"""The same store in PostgreSQL, when ``TEST_POSTGRES_URL`` names a database that may be emptied."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.support.examples import PROMPT, ballot_of, call_of, judging_of, rating_of, run_of, vote_of
from tests.support.resuming import reopen_at_once
from tests.support.strategies import ballots, calls, judgings, prompts, votes

from routebook.ballots import Ballot
from routebook.calls import Call
from routebook.errors import JudgmentError, RunError, StoreError, VoteError
from routebook.judgments import Judging
from routebook.prompts import Prompt
from routebook.store import Store
from routebook.votes import Vote

URL = os.environ.get("TEST_POSTGRES_URL", "")

pytestmark = pytest.mark.skipif(not URL, reason="TEST_POSTGRES_URL is not set")


@pytest.fixture
def store() -> Iterator[Store]:
    from sqlalchemy import create_engine

    from routebook.store.schema import metadata

    engine = create_engine(URL)
    metadata.drop_all(engine)
    engine.dispose()
    store = Store.open(URL)
    yield store
    store.close()


@given(asked=prompts(), call=calls())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
def test_every_prompt_and_call_survives(store: Store, asked: Prompt, call: Call) -> None:
    run = run_of(name=asked.text)
    call = replace(call, id=run.id, run_id=run.id)
    store.begin_run(run, [asked])
    store.add_call(call).result()
    assert store.load_run(run.id) == (run, (asked,), [call])


@given(vote=votes())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
def test_every_vote_survives(store: Store, vote: Vote) -> None:
    run = run_of()
    store.begin_run(run, [PROMPT])
    vote = replace(vote, run_id=run.id, id=run.id)
    store.add_vote(vote)
    store.add_vote(vote)
    assert store.votes_of(run.id) == [vote]


def test_votes_come_with_a_recording_and_each_has_its_own_id(store: Store) -> None:
    run = run_of()
    cast = [vote_of(run_id=run.id), rating_of(run_id=run.id)]
    assert store.import_run(run, [PROMPT], [call_of(run)], cast) is True
    assert store.votes_of(run.id) == cast
    with pytest.raises(VoteError, match="another vote with the id"):
        store.add_vote(replace(cast[0], winner="b"))
    with pytest.raises(RunError, match="no run"):
        store.add_vote(vote_of())


@given(made=st.lists(judgings(), max_size=3))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
def test_every_judging_survives(store: Store, made: list[Judging]) -> None:
    run = run_of()
    store.begin_run(run, [PROMPT])
    made = [replace(judging, run_id=run.id, id=run_of().id) for judging in made]
    for judging in made + made:
        store.add_judging(judging)
    assert store.judgings_of(run.id) == made


@given(ballot=ballots())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
def test_every_ballot_survives(store: Store, ballot: Ballot) -> None:
    run = run_of()
    store.begin_run(run, [PROMPT])
    ballot = replace(ballot, run_id=run.id, id=run.id)
    store.add_ballot(ballot)
    store.add_ballot(ballot)
    assert store.ballot(run.id) == ballot
    assert store.ballots_of(run.id) == [ballot]


def test_judgings_come_with_a_recording_and_each_has_its_own_id(store: Store) -> None:
    run = run_of()
    made = [judging_of(run_id=run.id), judging_of(run_id=run.id)]
    assert store.import_run(run, [PROMPT], [call_of(run)], judgings=made) is True
    assert store.judgings_of(run.id) == made
    with pytest.raises(JudgmentError, match="another judging with the id"):
        store.add_judging(replace(made[0], judgments=()))
    with pytest.raises(RunError, match="no run"):
        store.add_judging(judging_of())


def test_an_older_store_is_brought_to_this_version(store: Store) -> None:
    from sqlalchemy import create_engine, inspect, text

    from routebook.store.schema import ballots, judgings, judgments, votes

    later = (judgments, judgings, ballots, votes)
    store.close()
    engine = create_engine(URL)

    def columns() -> dict[str, list[tuple[str, str, bool, str | None]]]:
        found = {table.name: inspect(engine).get_columns(table.name) for table in later}
        return {
            name: [(c["name"], str(c["type"]), c["nullable"], c["default"]) for c in made]
            for name, made in found.items()
        }

    whole = columns()
    with engine.begin() as connection:
        for table in later:
            table.drop(connection)
        connection.execute(text("UPDATE routebook_schema SET version = 1"))
    again = Store.open(URL)
    run = run_of()
    again.begin_run(run, [PROMPT])
    vote, judging, ballot = vote_of(run_id=run.id), judging_of(run_id=run.id), ballot_of(run_id=run.id)
    again.add_vote(vote)
    again.add_judging(judging)
    again.add_ballot(ballot)
    assert (again.votes_of(run.id), again.judgings_of(run.id), again.ballots_of(run.id)) == (
        [vote],
        [judging],
        [ballot],
    )
    again.close()
    migrated = columns()
    engine.dispose()
    assert migrated == whole


def test_calls_are_cached_summed_up_and_cleared(store: Store) -> None:
    run = run_of()
    store.begin_run(run, [PROMPT])
    call = call_of(run)
    futures = [store.add_call(call), store.add_call(call), store.add_call(call_of(run_of()))]
    assert [future.exception() is None for future in futures] == [True, True, False]
    key = (call.fingerprint, 0)
    assert store.cached_calls([key]) == {key: call}
    assert (store.runs()[0].finished, store.cache_info().entries, store.clear_cache()) == (1, 1, 1)
    assert store.cached_calls([key]) == {}
    assert store.recorded_calls([key]) == {key: call}
    assert len(list(store.all_calls())) == 1


def test_a_run_is_resumed_and_found(store: Store) -> None:
    run = run_of(name="pg")
    store.begin_run(run, [PROMPT])
    store.end_run(run.id, "interrupted", {})
    assert store.resumable_run(run.plan_sha256) == replace(run, status="interrupted")
    store.reopen_run(run, [PROMPT])
    assert store.load_run(run.id[:8])[0] == store.load_run("pg")[0] == run


def test_of_two_who_go_on_with_a_run_at_once_one_succeeds(store: Store) -> None:
    for _ in range(5):
        run = run_of()
        store.begin_run(run, [PROMPT])
        store.end_run(run.id, "interrupted", {})
        (name,), refused = reopen_at_once(URL, run)
        assert len(refused) == 3
        assert store.load_run(run.id)[:2] == (replace(run, name=name), (replace(PROMPT, tags=(name,)),))


def test_many_stores_begin_the_same_prompts_at_once(store: Store) -> None:
    asked = [Prompt.of(f"question {i}") for i in range(20)]

    def begin(_: int) -> None:
        other = Store.open(URL)
        other.begin_run(run_of(), asked)
        other.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(begin, range(8)))
    assert [run.prompts for run in store.runs()] == [20] * 8


def test_a_server_that_is_not_there_is_named_without_its_password() -> None:
    with pytest.raises(StoreError, match="failed: ") as caught:
        Store.open("postgresql://me:hunter22@127.0.0.1:1/none?connect_timeout=2")
    assert "hunter22" not in str(caught.value)
    assert "\n" not in str(caught.value)
