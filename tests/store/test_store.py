"""The store: what its methods promise."""

from __future__ import annotations

import sqlite3
import stat
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.support.examples import PROMPT, call_of, run_of, sha256

from routebook.calls import Call, Failure, Timeline
from routebook.errors import RunError, StoreError
from routebook.models import ModelId
from routebook.prompts import Prompt
from routebook.store import Store, default_store


def keep(store: Store, *calls: Call) -> None:
    for future in [store.add_call(call) for call in calls]:
        future.result()


def test_importing_the_store_does_not_load_sqlalchemy() -> None:
    code = "import sys; from routebook.store import Store, default_store; print('sqlalchemy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"


# ---- where it is -----------------------------------------------------------------------------------------------------


def test_the_default_store_is_where_the_environment_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a.sqlite3", "b.sqlite3"):
        monkeypatch.setenv("ROUTEBOOK_STORE", str(tmp_path / name))
        store = default_store()
        assert store.url == str(tmp_path / name)
        assert default_store() is store
        store.close()
        assert default_store() is not store
        default_store().close()


def test_without_a_word_it_is_in_the_users_data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ROUTEBOOK_STORE")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path))
    store = Store.open()
    store.close()
    assert Path(store.url).is_relative_to(tmp_path)
    assert Path(store.url).name == "routebook.sqlite3"


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX permissions")
def test_a_new_store_is_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "s.sqlite3"
    store = Store.open(path)
    store.begin_run(run_of(), [PROMPT])
    files = sorted(path.parent.iterdir())
    modes = {stat.S_IMODE(file.stat().st_mode) for file in files}
    store.close()
    assert path in files
    assert modes == {0o600}
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_url_is_a_location_too(path: Path) -> None:
    store = Store.open(f"sqlite:///{path}")
    store.close()
    assert store.url == str(path)
    assert path.is_file()


@pytest.mark.parametrize(
    ("location", "says"),
    [
        ("sqlite://", "would forget"),
        ("nosuch://user:hunter22@host/db", "driver that is not installed"),
        ("postgresql://user:hunter22@host:port/db", "is not a database URL"),
    ],
)
def test_a_location_that_cannot_be_is_refused_without_its_password(location: str, says: str) -> None:
    with pytest.raises(StoreError, match=says) as caught:
        Store.open(location)
    assert "hunter22" not in str(caught.value)
    assert "\n" not in str(caught.value)


# ---- runs and calls --------------------------------------------------------------------------------------------------


def test_a_run_is_read_back_by_id_beginning_or_name(store: Store) -> None:
    old, new = run_of(name="coding", created_at=datetime(2026, 1, 1, tzinfo=UTC)), run_of(name="coding")
    store.begin_run(old, [PROMPT])
    store.begin_run(new, [PROMPT])
    first, second = call_of(old), call_of(old, repeat=1)
    keep(store, first, second)

    assert store.load_run(old.id) == (old, (PROMPT,), [first, second])
    assert store.load_run(old.id[:8])[0] == old
    assert store.load_run("coding") == (new, (PROMPT,), [])


def test_an_unknown_run_is_answered_with_the_nearest_names(store: Store) -> None:
    store.begin_run(run_of(name="coding"), [])
    with pytest.raises(RunError, match=r"no run 'codin' in the store. Did you mean 'coding'\?"):
        store.load_run("codin")


def test_a_beginning_that_fits_two_runs_is_refused(store: Store) -> None:
    for end in "01":
        store.begin_run(run_of(id="abcdef" + end * 26), [])
    with pytest.raises(RunError, match="Several runs begin with 'abcdef'"):
        store.load_run("abcdef")


def test_a_run_cannot_begin_twice(store: Store) -> None:
    run = run_of()
    store.begin_run(run, [PROMPT])
    with pytest.raises(RunError, match="has begun already"):
        store.begin_run(run, [PROMPT])


def test_how_a_run_ended_is_kept(store: Store) -> None:
    run = run_of()
    store.begin_run(run, [PROMPT])
    store.end_run(run.id, "finished", {"p50": 0.1, "max": 2.5})
    assert store.load_run(run.id)[0] == replace(run, status="finished", loop_lag_ms={"p50": 0.1, "max": 2.5})
    with pytest.raises(RunError, match="no run"):
        store.end_run("0" * 32, "finished", {})


def test_runs_are_summed_up_newest_first(store: Store) -> None:
    now = datetime.now(UTC)
    old = run_of(created_at=now - timedelta(days=1), name="old", planned=3)
    store.begin_run(old, [PROMPT, replace(PROMPT, tags=("x",))])
    keep(store, call_of(old), call_of(old, status="error", failure=Failure("server", "It failed.")))
    store.begin_run(run_of(created_at=now), [])

    new_line, old_line = store.runs()
    assert (new_line.finished, new_line.errors, new_line.prompts, new_line.first_prompt) == (0, 0, 0, "")
    assert (old_line.id, old_line.name, old_line.status, old_line.models) == (old.id, "old", "running", ("sim/small",))
    assert (old_line.planned, old_line.finished, old_line.errors, old_line.prompts) == (3, 2, 1, 2)
    assert old_line.first_prompt == PROMPT.text
    assert len(store.runs(limit=1)) == 1


def test_of_a_call_that_was_asked_again_only_the_newest_try_stands_but_all_were_paid_for(store: Store) -> None:
    run = run_of(planned=4)
    other = Prompt.of("What is 3 + 3?")
    store.begin_run(run, [PROMPT, other])
    failed = {"status": "error", "failure": Failure("interrupted", "Stopped.")}
    tries = [
        call_of(run, **failed),
        first := call_of(run, repeat=1),
        call_of(run, prompt_id=other.id, **failed),
        large := call_of(run, model=ModelId("sim", "large")),
        again := call_of(run),
        call_of(run, prompt_id=other.id, **failed),
        last := call_of(run, prompt_id=other.id, **failed),
    ]
    keep(store, *tries)

    assert store.calls_of(run.id) == store.load_run(run.id)[2] == [first, large, again, last]
    assert [call.id for call in store.calls_of(run.id, texts=False)] == [first.id, large.id, again.id, last.id]
    assert (store.runs()[0].finished, store.runs()[0].errors) == (4, 1)
    assert [call.id for call in store.all_calls()] == [call.id for call in tries]


def test_a_prompt_that_a_run_lists_twice_keeps_both_its_answers(store: Store) -> None:
    run = run_of(planned=2)
    store.begin_run(run, [PROMPT, replace(PROMPT, tags=("x",))])
    tries = [call_of(run, status="error", failure=Failure("server", "It failed.")), call_of(run), call_of(run)]
    keep(store, *tries)
    assert store.calls_of(run.id) == tries[1:]
    assert (store.runs()[0].finished, store.runs()[0].errors) == (2, 0)


def test_the_same_questions_in_another_run_are_its_own(store: Store) -> None:
    runs = [run_of(), run_of()]
    for run in runs:
        store.begin_run(run, [PROMPT])
        keep(store, call_of(run))
    assert [run.finished for run in store.runs()] == [1, 1]
    assert [len(store.calls_of(run.id)) for run in runs] == [1, 1]


def test_all_calls_come_without_what_is_long(store: Store) -> None:
    now = datetime.now(UTC)
    run = run_of()
    store.begin_run(run, [PROMPT])
    old, new = call_of(run, started_at=now - timedelta(days=2)), call_of(run, repeat=1, started_at=now)
    keep(store, old, new)

    assert list(store.all_calls()) == [replace(call, text="", timeline=Timeline()) for call in (old, new)]
    assert [call.id for call in store.all_calls(since=now - timedelta(days=1))] == [new.id]
    assert store.calls_of(run.id, texts=False) == list(store.all_calls())


def test_a_closed_store_says_so(path: Path) -> None:
    store = Store.open(path)
    run = run_of()
    store.begin_run(run, [PROMPT])
    future = store.add_call(call_of(run))
    store.close()
    store.close()
    assert future.result() is None  # what was given before is written
    assert isinstance(store.add_call(call_of(run)).exception(), StoreError)
    with pytest.raises(StoreError, match="is closed"):
        store.runs()


def test_a_forgotten_store_writes_what_it_was_given(path: Path) -> None:
    run = run_of()
    store = Store.open(path)
    store.begin_run(run, [PROMPT])
    call = call_of(run)
    store.add_call(call)
    del store
    again = Store.open(path)
    assert again.calls_of(run.id) == [call]
    again.close()


# ---- the response cache ----------------------------------------------------------------------------------------------


def test_the_newest_first_hand_answer_is_found_by_fingerprint_and_repeat(store: Store) -> None:
    run = run_of()
    store.begin_run(run, [PROMPT])
    key = sha256("question")
    old, new = call_of(run, fingerprint=key, text="old"), call_of(run, fingerprint=key, text="new")
    other = call_of(run, fingerprint=key, repeat=1)
    now = datetime.now(UTC)
    keep(
        store, old, new, other,
        call_of(run, fingerprint=key, status="error", failure=Failure("server", "It failed.")),
        call_of(run, fingerprint=key, cached_from=old.id, cached_at=now),
        call_of(run, fingerprint=key, replayed=True),
    )  # fmt: skip

    assert store.cached_calls([(key, 0)]) == {(key, 0): new}
    assert store.cached_calls([(key, 0), (key, 1), (key, 2), (sha256("x"), 0)]) == {(key, 0): new, (key, 1): other}
    assert store.cached_calls([]) == {}


def test_ten_thousand_keys_are_looked_up_at_once(store: Store) -> None:
    run = run_of()
    store.begin_run(run, [PROMPT])
    calls = [call_of(run, repeat=i % 3) for i in range(1500)]
    keep(store, *calls)
    keys = [(call.fingerprint, call.repeat) for call in calls] + [(sha256(str(i)), i) for i in range(8500)]
    assert store.cached_calls(keys) == {(call.fingerprint, call.repeat): call for call in calls}


def test_clearing_the_cache_keeps_history_and_recordings(store: Store) -> None:
    assert (store.cache_info().entries, store.cache_info().bytes, store.cache_info().oldest) == (0, 0, None)
    run = run_of()
    store.begin_run(run, [PROMPT])
    first = call_of(run, text="é" * 10, timeline=Timeline())
    second = call_of(run, repeat=1, text="", timeline=Timeline())
    keep(store, first, second, call_of(run, repeat=2, replayed=True))
    keys = [(first.fingerprint, 0), (second.fingerprint, 1)]

    assert (store.cache_info().entries, store.cache_info().bytes) == (2, 20)
    assert store.cache_info().oldest == first.started_at
    assert store.clear_cache() == 2
    assert store.cached_calls(keys) == {}
    assert store.cache_info().entries == 0
    assert len(store.calls_of(run.id)) == 3
    assert store.recorded_calls(keys) == {keys[0]: first, keys[1]: second}

    keep(store, again := call_of(run, fingerprint=first.fingerprint))
    assert store.cached_calls(keys) == {keys[0]: again}


# ---- runs from elsewhere ---------------------------------------------------------------------------------------------


def test_somebody_elses_run_is_imported_once_and_answers_only_for_replays(store: Store) -> None:
    run = run_of()
    call = call_of(run)
    key = (call.fingerprint, call.repeat)

    assert store.import_run(run, [PROMPT], [call]) is True
    assert store.import_run(run, [PROMPT], [call, call_of(run)]) is False

    assert store.load_run(run.id) == (replace(run, status="interrupted"), (PROMPT,), [call])
    assert store.cached_calls([key]) == {}
    assert store.recorded_calls([key]) == {key: call}
    assert store.resumable_run(run.plan_sha256) is None
    with pytest.raises(RunError, match="was recorded elsewhere"):
        store.reopen_run(run, [PROMPT])


def test_a_recording_with_calls_of_another_run_is_refused_as_a_whole(store: Store) -> None:
    run = run_of()
    with pytest.raises(RunError, match="is of another run"):
        store.import_run(run, [PROMPT], [call_of(run), call_of(run_of())])
    assert store.runs() == []


def test_a_recording_cannot_replace_a_stored_call(store: Store) -> None:
    run, other = run_of(), run_of()
    store.begin_run(run, [PROMPT])
    call = call_of(run)
    keep(store, call)
    with pytest.raises(StoreError):
        store.import_run(other, [PROMPT], [replace(call, run_id=other.id, text="forged")])
    assert store.calls_of(run.id) == [call]
    assert len(store.runs()) == 1


# ---- its file --------------------------------------------------------------------------------------------------------


def test_the_file_is_in_wal_mode_so_that_readers_never_wait(store: Store, path: Path) -> None:
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    connection.close()


def test_a_call_of_a_run_that_never_began_is_refused(store: Store) -> None:
    error = store.add_call(call_of(run_of())).exception()
    assert isinstance(error, StoreError)
    assert "FOREIGN KEY" in str(error)
    assert list(store.all_calls()) == []
