"""Threads for a blocking client: used again, ended on request, and never in the way of the interpreter's end."""

from __future__ import annotations

import subprocess
import sys
import threading

import pytest

from routebook.providers.workers import Workers


def test_an_idle_thread_is_used_again_and_ends_when_asked() -> None:
    workers = Workers("test")
    first = workers.submit(threading.current_thread).result(5)
    before = threading.active_count()
    for _ in range(20):
        workers.submit(threading.current_thread).result(5)
        assert threading.active_count() <= before + 1  # a thread may still be on its way to being idle
    workers.close(5)
    assert first.name == "routebook-test"
    assert not first.is_alive()


def test_as_many_run_at_once_as_are_submitted() -> None:
    workers, barrier = Workers("test"), threading.Barrier(8)
    futures = [workers.submit(lambda: barrier.wait(5)) for _ in range(8)]
    assert sorted(future.result(5) for future in futures) == list(range(8))
    workers.close(5)


def test_what_work_raises_is_raised_where_its_result_is_taken() -> None:
    workers = Workers("test")
    with pytest.raises(ZeroDivisionError):
        workers.submit(lambda: 1 / 0).result(5)
    assert workers.submit(lambda: 7).result(5) == 7
    workers.close(5)


def test_workers_can_be_used_after_they_were_closed() -> None:
    workers = Workers("test")
    workers.submit(lambda: 1).result(5)
    workers.close(5)
    assert workers.submit(lambda: 2).result(5) == 2
    workers.close(5)


def test_a_busy_thread_does_not_keep_the_interpreter() -> None:
    asked = (
        "import threading; from routebook.providers.workers import Workers;"
        "begun = threading.Event();"
        "Workers('test').submit(lambda: (begun.set(), threading.Event().wait()));"
        "begun.wait(); print('ended')"
    )
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, timeout=30, check=True)
    assert done.stdout == "ended\n"
