"""How far a run is: what the line says, who shows it, and that a run outlives whatever shows it."""

from __future__ import annotations

import io
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest
from tests.support.live_runs import RIVER, HandRun

import routebook as rb
from routebook.background import BackgroundRun
from routebook.calls import Failure
from routebook.progress import STOP, Look, Progress, Watch, on_terminal, shown, watch, watch_by
from routebook.prompts import Prompt

SMALL, REAL, UNPRICED = "sim/small", "openai/gpt-5-mini", "ollama/my-llama"


class Clock:
    """Seconds that a test lets pass."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


def prompts(number: int) -> list[Prompt]:
    return [Prompt.of(f"Name river {place}.") for place in range(number)]


def end(run: HandRun, *indexes: int, **changes: object) -> None:
    for index in indexes:
        run.send(index)
        run.end(index, **changes)


def line_of(run: HandRun, clock: Clock, seconds: float = 0) -> str:
    progress = Progress(run, clock)
    clock.now_s += seconds
    return progress.line()


# ---- what it says ---------------------------------------------------------------------------------------------------


def test_before_there_is_enough_to_guess_from_the_time_that_passed_is_told(clock: Clock) -> None:
    run = HandRun.of([SMALL], prompts(40))
    progress = Progress(run, clock)
    clock.now_s += 5
    assert progress.line() == "Asking: 0 of 40 done in 5 s."
    end(run, 0, 1)
    assert progress.line() == "Asking: 2 of 40 done in 5 s, <$0.0001 simulated so far."


def test_what_is_left_is_guessed_from_the_pace_so_far(clock: Clock) -> None:
    run = HandRun.of([SMALL], prompts(40))
    progress = Progress(run, clock)
    clock.now_s += 5
    end(run, *range(10))
    assert progress.line() == "Asking: 10 of 40 done, <$0.0001 simulated so far, about 15 s left."
    end(run, *range(10, 40))
    assert progress.line() == "Asking: 40 of 40 done, $0.0004 simulated so far, about 1 s left."


def test_what_was_there_at_the_first_look_counts_as_done_and_not_for_the_pace(clock: Clock) -> None:
    run = HandRun.of([SMALL], prompts(40))
    end(run, *range(20))
    progress = Progress(run, clock)
    clock.now_s += 10
    end(run, *range(20, 25))
    assert progress.line().startswith("Asking: 25 of 40 done, ")
    assert progress.line().endswith(", about 30 s left.")


def test_a_call_that_moves_many_times_counts_once(clock: Clock) -> None:
    run = HandRun.of([SMALL], prompts(3))
    progress = Progress(run, clock)
    run.send(0)
    run.fall(0)
    assert "0 of 3" in progress.line()
    run.send(0)
    run.end(0)
    assert "1 of 3" in progress.line()
    run.skip(run.calls[0])
    assert "1 of 3" in progress.line()


def test_real_and_simulated_money_are_told_apart_and_errors_counted(clock: Clock) -> None:
    run = HandRun.of([SMALL, REAL], prompts(2))
    end(run, 0, 1)
    assert line_of(run, clock, 2) == "Asking: 2 of 4 done in 2 s, <$0.0001 + <$0.0001 simulated so far."
    end(run, 2, failure=Failure("server", "The host failed."))
    assert ", 1 error, " in line_of(run, clock, 2)


def test_money_that_is_not_known_is_said_to_be_unknown_or_at_least(clock: Clock) -> None:
    run = HandRun.of([UNPRICED, REAL], prompts(2))
    end(run, 0)
    assert line_of(run, clock, 2) == "Asking: 1 of 4 done in 2 s, unknown cost so far."
    end(run, 1)
    assert line_of(run, clock, 2) == "Asking: 2 of 4 done in 2 s, at least <$0.0001 so far."


def test_a_blind_run_does_not_tell_what_it_costs(clock: Clock) -> None:
    run = HandRun.of([SMALL, REAL], blind=True)
    end(run, 0)
    assert line_of(run, clock, 2) == "Asking: 1 of 2 done in 2 s."


def test_a_run_that_was_stopped_says_so_and_guesses_nothing(clock: Clock) -> None:
    run = HandRun.of([SMALL], prompts(40))
    progress = Progress(run, clock)
    end(run, *range(10))
    clock.now_s += 200
    run.stop()
    assert progress.line() == "Stopping: 10 of 40 done in 3 min, <$0.0001 simulated so far."


# ---- who shows it ---------------------------------------------------------------------------------------------------


def test_a_run_that_is_done_within_a_second_shows_nothing_and_clears_nothing(clock: Clock) -> None:
    said: list[str] = []
    run = HandRun.of([SMALL])
    with shown(run, said.append, lambda: said.append("cleared"), clock) as look:
        look()
        clock.now_s += 0.9
        look()
    assert said == []


def test_a_line_is_shown_when_it_changes_and_cleared_in_the_end(clock: Clock) -> None:
    said: list[str] = []
    run = HandRun.of([SMALL], prompts(2))
    with shown(run, said.append, lambda: said.append("cleared"), clock) as look:
        clock.now_s += 1
        look()
        look()
        end(run, 0)
        look()
    assert [line.partition(" done")[0] for line in said] == ["Asking: 0 of 2", "Asking: 1 of 2", "cleared"]


class Screen(io.StringIO):
    """A terminal, as far as one can tell."""

    def isatty(self) -> bool:
        return True

    @property
    def visible(self) -> str:
        """What stands on its line: a carriage return goes back to the beginning."""
        line = ""
        for part in self.getvalue().split("\r"):
            line = part + line[len(part) :]
        return line.rstrip()


def test_a_terminal_has_one_line_that_fits_and_in_the_end_none(monkeypatch: pytest.MonkeyPatch, clock: Clock) -> None:
    screen = Screen()
    monkeypatch.setattr(sys, "stderr", screen)
    run = HandRun.of([SMALL], prompts(1000))
    with on_terminal(run, clock) as look:
        clock.now_s += 80
        look()
        assert screen.visible == f"Asking: 0 of 1,000 done in 80 s. {STOP}"
        end(run, *range(900), failure=Failure("server", "The host failed."))
        look()
        assert screen.visible == "Asking: 900 of 1,000 done, 900 errors, unknown simulated cost so far, about 9 s"
    assert screen.visible == ""
    assert "\n" not in screen.getvalue()


def test_what_is_no_terminal_is_told_nothing(capsys: pytest.CaptureFixture[str], clock: Clock) -> None:
    with on_terminal(HandRun.of([SMALL]), clock) as look:
        clock.now_s += 10
        look()
    assert capsys.readouterr() == ("", "")


def test_without_a_standard_error_there_is_nobody_to_tell(monkeypatch: pytest.MonkeyPatch, clock: Clock) -> None:
    monkeypatch.setattr(sys, "stderr", None)
    with on_terminal(HandRun.of([SMALL]), clock) as look:
        clock.now_s += 10
        look()


# ---- waiting --------------------------------------------------------------------------------------------------------

LONG = "Tell me a long story."


@contextmanager
def watched_by(other: Watch) -> Iterator[None]:
    before = watch_by(other)
    try:
        yield
    finally:
        assert watch() is other
        watch_by(before)


def looking(act: Callable[[BackgroundRun], object], entered: list[BackgroundRun]) -> Watch:
    """Return a watch that acts at each look."""

    @contextmanager
    def watching(live: BackgroundRun) -> Iterator[Look]:
        entered.append(live)
        yield lambda: act(live)
        entered.append(live)

    return watching


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Simulated models that are still at it when somebody looks."""
    monkeypatch.setenv("ROUTEBOOK_SIM_SPEED", "0.02")


@pytest.mark.usefixtures("slow")
def test_whoever_waits_is_shown_the_run_until_it_is_done() -> None:
    entered: list[BackgroundRun] = []
    with watched_by(looking(lambda live: live.stop(), entered)):
        run = rb.compare(LONG, models=[SMALL], cache=False)
    assert [live.run.id for live in entered] == [run.run.id] * 2
    assert run.warnings == []


def raising(fault: BaseException) -> Callable[[BackgroundRun], object]:
    def act(live: BackgroundRun) -> None:
        live.stop(SMALL)
        raise fault

    return act


@pytest.mark.usefixtures("slow")
def test_what_fails_in_showing_a_run_is_a_warning_of_it() -> None:
    with watched_by(looking(raising(ValueError("no screen")), [])):
        run = rb.compare(LONG, models=[SMALL], cache=False)
    assert run.warnings == ["How far the run was could not be shown: ValueError: no screen."]
    assert len(run.calls) == 1


@pytest.mark.usefixtures("slow")
def test_what_fails_before_the_first_look_or_after_the_last_is_a_warning_too() -> None:
    def never(live: BackgroundRun) -> AbstractContextManager[Look]:
        live.stop(SMALL)
        raise OSError("no screen")

    @contextmanager
    def once(live: BackgroundRun) -> Iterator[Look]:
        yield lambda: live.stop(SMALL)
        raise OSError("the screen is gone")

    for fails in (never, once):
        with watched_by(fails):
            (warning,) = rb.compare(LONG, models=[SMALL], cache=False).warnings
        assert "OSError: " in warning


@pytest.mark.usefixtures("slow")
def test_an_interrupt_while_a_run_is_shown_stops_it_and_keeps_what_came() -> None:
    entered: list[BackgroundRun] = []

    @contextmanager
    def interrupted_once(live: BackgroundRun) -> Iterator[Look]:
        if entered:
            yield lambda: None
            return
        entered.append(live)
        raise KeyboardInterrupt
        yield  # pragma: no cover

    with watched_by(interrupted_once), pytest.raises(rb.Interrupted) as caught:
        rb.compare(LONG, models=[SMALL], cache=False)
    assert caught.value.comparison.run.status == "interrupted"


def test_only_the_main_thread_shows_what_it_waits_for(monkeypatch: pytest.MonkeyPatch) -> None:
    entered: list[BackgroundRun] = []
    with watched_by(looking(lambda _: None, entered)):
        waiting = threading.Thread(target=rb.compare, args=(RIVER, [SMALL]))
        waiting.start()
        waiting.join()
    assert entered == []


def test_a_run_that_is_done_already_is_not_shown() -> None:
    live = rb.start(RIVER, [SMALL])
    live.wait()
    entered: list[BackgroundRun] = []
    with watched_by(looking(lambda _: None, entered)):
        live.result()
    assert entered == []
