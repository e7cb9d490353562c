"""Several processes on one store, and processes that die."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
import pytest
from sqlalchemy import create_engine, text
from tests.support.asking import PNG
from tests.support.examples import PROMPT, call_of, run_of
from tests.support.resuming import reopen_at_once

from routebook.errors import RunError
from routebook.prompts import Prompt
from routebook.store import Store

_ROOT = Path(__file__).parents[2]

_WRITES_200 = """
import sys
from routebook.store import Store
from tests.support.examples import PROMPT, call_of, run_of
store = Store.open(sys.argv[1])
sys.stdin.readline()
run = run_of(name=sys.argv[2])
store.begin_run(run, [PROMPT])
for i in range(10):
    for future in [store.add_call(call_of(run, repeat=20 * i + j)) for j in range(20)]:
        future.result()
store.end_run(run.id, "finished", {})
store.close()
"""

_WRITES_UNTIL_KILLED = """
import sys
from itertools import count
from routebook.store import Store
from tests.support.examples import PROMPT, call_of, run_of
store = Store.open(sys.argv[1])
run = run_of()
store.begin_run(run, [PROMPT])
print(run.id, flush=True)
for i in count():
    calls = [call_of(run, repeat=5 * i + j) for j in range(5)]
    for call, future in [(call, store.add_call(call)) for call in calls]:
        future.result()
        print(call.id, flush=True)
"""

_FILLS_ITS_DISK = """
import resource, sys
from routebook.errors import StoreError
from routebook.store import Store
from tests.support.examples import PROMPT, call_of, run_of
store = Store.open(sys.argv[1])
run = run_of()
store.begin_run(run, [PROMPT])
_, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, hard))
waiting = [call_of(run, repeat=i, text="x" * 100_000) for i in range(20)]
kept = []
for call in waiting:
    try:
        store.add_call(call).result()
        kept.append(call)
    except StoreError as error:
        said = str(error)
resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
print(said)
failed = [call for call in waiting if call not in kept]
for call in failed:
    store.add_call(call).result()
print(0 < len(failed) < 20, store.calls_of(run.id) == kept + failed)
store.close()
"""


_ENDS_WITHOUT_CLOSING = """
import sys
from routebook.store import Store
from tests.support.examples import PROMPT, call_of, run_of
store = Store.open(sys.argv[1])
run = run_of(name="left open")
store.begin_run(run, [PROMPT])
for i in range(100):
    store.add_call(call_of(run, repeat=i))
"""


_FORKS = """
import os, signal, sys, threading
from itertools import count
from routebook.store import Store, default_store
from tests.support.examples import PROMPT, call_of, run_of
store = default_store()
run, childs = run_of(name="parent"), run_of(name="child")
store.begin_run(run, [PROMPT])
done = threading.Event()
started = threading.Barrier(5)
def write(thread):
    started.wait()
    for i in count():
        store.add_call(call_of(run, repeat=10_000 * thread + i)).result()
        store.calls_of(run.id, texts=False)
        if done.is_set():
            break
threads = [threading.Thread(target=write, args=(i,)) for i in range(4)]
for thread in threads:
    thread.start()
started.wait()
store.begin_run(childs, [PROMPT])
store.end_run(childs.id, "interrupted", {})
for i in range(10):
    pid = os.fork()
    if pid == 0:
        signal.alarm(20)  # not to wait for ever where it hangs
        try:
            store.reopen_run(childs, [PROMPT])
            store.add_call(call_of(childs, repeat=i)).result()
            assert len(store.calls_of(childs.id)) == i + 1
            assert default_store().load_run("child")[0] == childs
            store.end_run(childs.id, "interrupted", {})
            store.close()
            os._exit(0)
        finally:
            os._exit(1)
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    if code:
        break
done.set()
for thread in threads:
    thread.join()
print(code, len(store.calls_of(childs.id)), len(store.calls_of(run.id)) == len({c.id for c in store.all_calls()}) - 10)
store.close()
"""


def start(code: str, *arguments: object) -> subprocess.Popen[str]:
    path = os.pathsep.join([str(_ROOT / "src"), str(_ROOT)])
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": path},
    )


def change_owner(path: Path, **columns: object) -> None:
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        connection.execute(text(f"UPDATE routebook_runs SET {', '.join(f'{n} = :{n}' for n in columns)}"), columns)
    engine.dispose()


def test_two_processes_open_and_write_one_store_at_the_same_time(path: Path) -> None:
    both = [start(_WRITES_200, path, name) for name in ("left", "right")]
    for process in both:
        process.communicate("go\n", timeout=60)
        assert process.returncode == 0
    store = Store.open(path)
    for name in ("left", "right"):
        run, asked, calls = store.load_run(name)
        assert (run.status, asked, len(calls)) == ("finished", (PROMPT,), 200)
    store.close()


def test_a_process_that_ends_without_closing_its_store_writes_what_it_was_given(path: Path) -> None:
    process = start(_ENDS_WITHOUT_CLOSING, path)
    process.communicate(timeout=60)
    store = Store.open(path)
    assert len(store.load_run("left open")[2]) == 100
    store.close()


@pytest.mark.skipif(sys.platform == "win32", reason="kill -9")
def test_a_killed_process_loses_no_call_it_was_told_is_stored_and_its_run_can_be_resumed(path: Path) -> None:
    child = start(_WRITES_UNTIL_KILLED, path)
    assert child.stdout is not None
    run_id = child.stdout.readline().strip()
    told = [child.stdout.readline().strip() for _ in range(33)]
    store = Store.open(path)
    run = store.load_run(run_id)[0]
    assert store.resumable_run(run.plan_sha256) is None  # it still runs
    with pytest.raises(RunError, match=f"still being run by process {child.pid}"):
        store.reopen_run(run, [PROMPT])

    child.send_signal(signal.SIGKILL)
    told += child.stdout.read().split()
    child.wait()
    child.stdout.close()
    assert child.stdin is not None
    child.stdin.close()

    assert set(told) <= {call.id for call in store.calls_of(run_id)}
    assert store.resumable_run(run.plan_sha256) == run
    store.reopen_run(run, [PROMPT])
    assert store.resumable_run(run.plan_sha256) is None  # now it is ours
    store.add_call(call_of(run)).result()
    store.end_run(run_id, "finished", {})
    store.close()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_process_writes_and_reads_with_its_parents_store_while_the_parent_goes_on(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ROUTEBOOK_STORE", str(path))
    process = start(_FORKS)
    assert process.communicate(timeout=60)[0].split() == ["0", "10", "True"]
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    connection.close()


@pytest.mark.skipif(not hasattr(os, "waitid"), reason="needs waitid, to see a dead process that nobody waited for")
def test_the_run_of_a_dead_process_that_nobody_waited_for_yet_can_be_resumed(path: Path) -> None:
    child = start(_WRITES_UNTIL_KILLED, path)
    assert child.stdout is not None
    run_id = child.stdout.readline().strip()
    child.send_signal(signal.SIGKILL)
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)  # its pipes close a moment before it is a zombie
    store = Store.open(path)
    run = store.load_run(run_id)[0]
    found = store.resumable_run(run.plan_sha256)
    child.communicate()
    store.close()
    assert found == run


@pytest.mark.skipif(sys.platform == "win32", reason="needs a limit on file sizes")
def test_a_disk_that_refuses_writes_loses_nothing_and_writing_goes_on_afterwards(path: Path) -> None:
    said, result = start(_FILLS_ITS_DISK, path).communicate(timeout=60)[0].splitlines()
    assert "store.sqlite3 could not be read or written (disk I/O error): check that its disk" in said
    assert result == "True True"


@pytest.mark.parametrize("status", ["interrupted", "failed"])
def test_a_run_that_ended_early_can_be_resumed_by_anyone(store: Store, status: str) -> None:
    run = run_of()
    store.begin_run(run, [PROMPT])
    assert store.resumable_run(run.plan_sha256) is None
    store.end_run(run.id, status, {})
    found = store.resumable_run(run.plan_sha256)
    assert found is not None
    assert (found.id, found.status) == (run.id, status)
    store.reopen_run(run, [PROMPT])
    assert store.load_run(run.id)[0] == run


def test_who_goes_on_with_a_run_says_anew_what_it_is_called_and_what_is_expected(store: Store) -> None:
    run = run_of(name="old", settings={"max_tokens": 10})
    store.begin_run(run, [PROMPT])
    kept = call_of(run)
    store.add_call(kept).result()
    store.end_run(run.id, "interrupted", {})
    shown = Prompt.of("What is this?", images=[PNG])
    asked = (replace(PROMPT, tags=("sums",), expected="four"), shown)
    now = replace(run, name="new", blind=True, settings={"max_tokens": 20}, status="interrupted")

    store.reopen_run(now, asked)

    assert store.load_run(run.id) == (replace(now, status="running"), asked, [kept])
    assert store.resumable_run(run.plan_sha256) is None


def test_of_two_who_go_on_with_a_run_at_once_one_succeeds_and_the_other_changes_nothing(store: Store) -> None:
    for _ in range(5):
        run = run_of()
        store.begin_run(run, [PROMPT])
        store.end_run(run.id, "interrupted", {})
        names, refused = reopen_at_once(store.url, run)
        (name,) = names
        assert len(refused) == 3
        assert all("still being run by process" in str(error) for error in refused)
        assert store.load_run(run.id)[:2] == (replace(run, name=name), (replace(PROMPT, tags=(name,)),))


def test_a_replay_is_never_resumed(store: Store) -> None:
    asked = run_of(created_at=datetime.now(UTC) - timedelta(hours=1))
    replay = run_of(replay_of=asked.id)
    for run in (asked, replay):
        store.begin_run(run, [PROMPT])
        store.end_run(run.id, "interrupted", {})
    assert store.resumable_run(replay.plan_sha256) == replace(asked, status="interrupted")


def test_a_finished_run_is_never_resumed(store: Store) -> None:
    run = run_of()
    store.begin_run(run, [PROMPT])
    store.end_run(run.id, "finished", {})
    assert store.resumable_run(run.plan_sha256) is None
    with pytest.raises(RunError, match="is finished"):
        store.reopen_run(run, [PROMPT])
    with pytest.raises(RunError, match="There is no run"):
        store.reopen_run(run_of(), [])


def test_the_newest_of_several_unfinished_runs_is_resumed(store: Store) -> None:
    now = datetime.now(UTC)
    old, new = run_of(created_at=now - timedelta(hours=1)), run_of(created_at=now)
    for run in (new, old):
        store.begin_run(run, [])
        store.end_run(run.id, "interrupted", {})
    found = store.resumable_run(new.plan_sha256)
    assert found is not None
    assert found.id == new.id


def test_a_process_id_that_was_used_again_is_another_process(store: Store, path: Path) -> None:
    run = run_of()
    store.begin_run(run, [PROMPT])
    change_owner(path, owner_started=psutil.Process().create_time() - 100)
    assert store.resumable_run(run.plan_sha256) == run


def test_a_run_on_another_machine_is_left_alone_until_it_was_silent_for_ten_minutes(store: Store, path: Path) -> None:
    now = datetime.now(UTC)
    ago = {minutes: (now - timedelta(minutes=minutes)).isoformat(timespec="microseconds") for minutes in (9, 11)}
    run = run_of()
    store.begin_run(run, [PROMPT])
    change_owner(path, owner_host="elsewhere", heartbeat_at=ago[9])
    assert store.resumable_run(run.plan_sha256) is None

    change_owner(path, heartbeat_at=ago[11])
    assert store.resumable_run(run.plan_sha256) == run

    store.add_call(call_of(run, started_at=now - timedelta(minutes=5))).result()
    assert store.resumable_run(run.plan_sha256) is None
