"""What checks and judges said, in the store: on disk when given, counted once, never of a run that is not there."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.support.examples import PROMPT, call_of, judging_of, run_of, vote_of
from tests.support.strategies import judgings

from routebook.calls import RunInfo
from routebook.errors import JudgmentError, RunError, StoreError, VoteError
from routebook.judgments import Judging, Judgment
from routebook.store import Store


@pytest.fixture
def run(store: Store) -> RunInfo:
    """A run in the store."""
    run = run_of()
    store.begin_run(run, [PROMPT])
    return run


@given(made=st.lists(judgings(), max_size=3))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=80)
def test_every_judging_survives(store: Store, made: list[Judging]) -> None:
    run = run_of()
    store.begin_run(run, [PROMPT])
    made = [replace(judging, run_id=run.id, id=uuid4().hex) for judging in made]
    for judging in made + made:
        store.add_judging(judging)
    assert store.judgings_of(run.id) == made


def test_a_judging_is_on_the_disk_when_the_call_returns(store: Store, run: RunInfo, path: Path) -> None:
    verdict = Judgment("a" * 32, 0.25, other_id="b" * 32, flipped=True, note="longer")
    canary = Judgment("a" * 32, None, canary="null", error="The judge did not answer.")
    judging = judging_of(
        verdict, canary, run_id=run.id, kind="pairwise", by="sim/judge", name="strict", settings={"rubric": "short"}
    )
    store.add_judging(judging)
    connection = sqlite3.connect(path)
    heads = connection.execute("SELECT seq, id, kind, judge, name, settings FROM routebook_judgings").fetchall()
    rows = connection.execute("SELECT * FROM routebook_judgments ORDER BY position").fetchall()
    connection.close()
    assert heads == [(1, judging.id, "pairwise", "sim/judge", "strict", '{"rubric":"short"}')]
    assert rows == [
        (1, 0, "a" * 32, 0.25, "b" * 32, 1, None, "longer", None),
        (1, 1, "a" * 32, None, None, 0, "null", None, "The judge did not answer."),
    ]


def test_judgings_and_their_judgments_come_in_the_order_in_which_they_were_given(store: Store, run: RunInfo) -> None:
    made = [
        judging_of(*(Judgment(uuid4().hex, number / 700) for number in range(700)), run_id=run.id, name=name)
        for name in ("one", "two")
    ]
    for judging in made:
        store.add_judging(judging)
    assert store.judgings_of(run.id) == made


def test_a_judging_without_judgments_is_kept(store: Store, run: RunInfo) -> None:
    judging = judging_of(run_id=run.id, judgments=())
    store.add_judging(judging)
    assert store.judgings_of(run.id) == [judging]


def test_each_run_has_its_own_judgings(store: Store, run: RunInfo) -> None:
    other = run_of()
    store.begin_run(other, [PROMPT])
    store.add_judging(judging_of(run_id=run.id))
    assert store.judgings_of(other.id) == []


def test_numbers_of_numpy_are_numbers(store: Store, run: RunInfo) -> None:
    import numpy as np

    store.add_judging(judging_of(Judgment("a" * 32, np.float32(0.5), flipped=np.bool_(True)), run_id=run.id))  # type: ignore[arg-type]
    assert store.judgings_of(run.id)[0].judgments == (Judgment("a" * 32, 0.5, flipped=True),)


@pytest.mark.parametrize(
    "changes",
    [
        {"judgments": ()},
        {"judgments": (Judgment("a" * 32, 0.5),)},
        {"judgments": (Judgment("a" * 32, 1.0), Judgment("b" * 32, 1.0))},
        {"judgments": (Judgment("a" * 32, 1.0, note="else"),)},
        {"settings": {"tolerance": 1}},
        {"by": "contains"},
        {"name": "mine"},
        {"kind": "scale"},
        {"calls_run": "c" * 32},
    ],
)
def test_another_judging_with_the_same_id_is_refused_and_the_first_stays(
    store: Store, run: RunInfo, changes: dict[str, object]
) -> None:
    judging = judging_of(Judgment("a" * 32, 1.0), run_id=run.id)
    store.add_judging(judging)
    with pytest.raises(JudgmentError, match=f"another judging with the id {judging.id}"):
        store.add_judging(replace(judging, **changes))  # type: ignore[arg-type]
    assert store.judgings_of(run.id) == [judging]


def test_a_judging_of_a_run_that_is_not_there_is_refused(store: Store) -> None:
    judging = judging_of()
    with pytest.raises(RunError, match=f"no run {judging.run_id} in this store to judge"):
        store.add_judging(judging)
    assert store.judgings_of(judging.run_id) == []


def test_a_closed_store_takes_no_judging_and_says_so(store: Store, run: RunInfo) -> None:
    store.close()
    with pytest.raises(StoreError, match="is closed: open it again"):
        store.add_judging(judging_of(run_id=run.id))


def test_a_judging_that_cannot_be_stored_leaves_nothing_of_it(store: Store, run: RunInfo, path: Path) -> None:
    nothing = Judgment(None, 1.0)  # type: ignore[arg-type]
    with pytest.raises(StoreError):
        store.add_judging(judging_of(Judgment("a" * 32, 1.0), nothing, run_id=run.id))
    connection = sqlite3.connect(path)
    assert connection.execute("SELECT count(*) FROM routebook_judgings").fetchone() == (0,)
    assert connection.execute("SELECT count(*) FROM routebook_judgments").fetchone() == (0,)
    connection.close()


def test_a_recording_brings_its_judgings_with_it(store: Store) -> None:
    run = run_of()
    made = [judging_of(run_id=run.id), judging_of(run_id=run.id, kind="scale", by="sim/judge")]
    assert store.import_run(run, [PROMPT], [call_of(run)], judgings=made) is True
    assert store.judgings_of(run.id) == made


def test_a_recording_of_a_run_that_is_there_changes_none_of_its_judgings(store: Store, run: RunInfo) -> None:
    judging = judging_of(run_id=run.id)
    store.add_judging(judging)
    other = [replace(judging, judgments=()), judging_of(run_id=run.id)]
    assert store.import_run(run, [PROMPT], [], judgings=other) is False
    assert store.judgings_of(run.id) == [judging]


def test_a_recording_with_judgings_of_another_run_is_refused_as_a_whole(store: Store, run: RunInfo) -> None:
    other = run_of()
    with pytest.raises(RunError, match=r"judging .* is of another run"):
        store.import_run(other, [PROMPT], [call_of(other)], [vote_of(run_id=other.id)], [judging_of(run_id=run.id)])
    assert [one.id for one in store.runs()] == [run.id]
    assert store.judgings_of(run.id) == []


def test_a_recording_cannot_replace_a_stored_judging(store: Store, run: RunInfo) -> None:
    judging, other = judging_of(run_id=run.id), run_of()
    store.add_judging(judging)
    with pytest.raises(JudgmentError, match="another judging with the id"):
        store.import_run(other, [PROMPT], [], judgings=[replace(judging, run_id=other.id)])
    assert [one.id for one in store.runs()] == [run.id]
    assert store.judgings_of(run.id) == [judging]


def test_many_threads_judge_while_calls_are_stored(store: Store, run: RunInfo) -> None:
    def both(number: int) -> None:
        call = call_of(run, repeat=number)
        future = store.add_call(call)
        store.add_judging(judging_of(Judgment(call.id, 1.0), run_id=run.id, name=f"check {number}"))
        future.result()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(both, range(50)))
    said = {judgment.call_id for judging in store.judgings_of(run.id) for judgment in judging.judgments}
    assert said == {call.id for call in store.calls_of(run.id)}
    assert len(said) == 50


def test_votes_given_together_are_stored_together_or_not_at_all(store: Store, run: RunInfo) -> None:
    first = vote_of(run_id=run.id)
    store.add_votes([first, vote_of(run_id=run.id, by="grace"), first])
    with pytest.raises(VoteError, match="another vote with the id"):
        store.add_votes([vote_of(run_id=run.id, by="alan"), replace(first, winner="b")])
    with pytest.raises(RunError, match="no run"):
        store.add_votes([vote_of(run_id=run.id, by="alan"), vote_of()])
    assert [vote.by for vote in store.votes_of(run.id)] == ["ada", "grace"]
