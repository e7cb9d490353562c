"""The live view in a real kernel: whatever happens to the drawing, the run ends and its name is kept."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.support.kernel import Kernel, Output, running_kernel

COMPARISON = "application/vnd.routebook.comparison.v1+json"
SETUP = """
import signal, threading
from routebook.notebook.live import show, show_in_background
from routebook.providers.simulated import set_speed
from routebook.runs import start
from routebook.store import default_store

def begin(**options):
    global live, kept
    kept = []
    live = start("Tell me a long story about rivers.", ["sim/small", "sim/large"], cache=False, **options)
    return live

def joined():
    for thread in threading.enumerate():
        if thread.name == "routebook-display":
            thread.join()

def interrupt_now(*shown):
    signal.raise_signal(signal.SIGINT)

def once(act):
    acts = [act]
    return lambda *shown: acts.pop()(*shown) if acts else "<p>drawn</p>"

def fault(*shown):
    raise ValueError("no\\ncolours")

def no_html(*shown):
    return object()

class Faulty:  # a store that fails as no store should
    def __getattr__(self, name):
        return getattr(default_store(), name)

    def end_run(self, *run):
        raise LookupError("a bug of the engine")
"""


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    with running_kernel(tmp_path_factory.mktemp("kernel")) as running:
        assert running.run(SETUP).error is None
        yield running


@pytest.fixture
def kernel(shared: Kernel) -> Kernel:
    """A kernel whose simulated models answer at once."""
    shared.run("set_speed(float('inf'))")
    return shared


@pytest.fixture
def slow(shared: Kernel) -> Kernel:
    """A kernel whose simulated models are still at it when an interrupt comes."""
    shared.run("set_speed(0.2)")
    return shared


def kept(kernel: Kernel) -> str:
    """Tell what the name stands for in the end, and how the run ended."""
    return kernel.run("live.wait(); print(type(kept[-1]).__name__, len(kept[-1].calls), live.run.status)").printed


def interrupted(output: Output) -> None:
    assert output.error is not None
    (line,) = output.error
    assert line.startswith("Interrupted: ")


@pytest.mark.parametrize(("draw", "said"), [("fault", "ValueError: no colours"), ("no_html", "object")])
def test_a_live_view_that_cannot_be_drawn_is_one_line_and_the_result_is_shown(
    kernel: Kernel, draw: str, said: str
) -> None:
    output = kernel.run(f"show(begin(), kept.append, draw={draw})")
    assert output.error is None
    (line,) = output.printed.splitlines()
    assert line.startswith("routebook: The run cannot be drawn (")
    assert said in line
    assert "sim/large" in output.displays[-1]["text/plain"]
    assert kept(kernel) == "Comparison 2 finished\n"


def test_a_result_that_cannot_be_drawn_is_one_line_and_kept(kernel: Kernel) -> None:
    output = kernel.run("show(begin(), kept.append, draw_result=fault)")
    assert output.error is None
    (line,) = output.printed.splitlines()
    assert line.startswith("routebook: The result cannot be drawn (ValueError: no colours)")
    assert set(output.displays[-1]) == {COMPARISON, "text/html", "text/plain"}
    assert kept(kernel) == "Comparison 2 finished\n"


def test_an_interrupt_during_the_first_frame_stops_the_run_and_keeps_it(slow: Kernel) -> None:
    interrupted(slow.run("show(begin(), kept.append, draw=once(interrupt_now))"))
    assert kept(slow).endswith(" interrupted\n")


def test_a_second_interrupt_ends_with_one_line_and_the_run_was_told_to_stop(slow: Kernel) -> None:
    interrupted(slow.run("show(begin(), kept.append, draw=interrupt_now)"))
    said = slow.run("print(type(kept[-1]).__name__, live.interrupted)").printed
    assert said == "Comparison True\n"
    assert kept(slow).endswith(" interrupted\n")


def test_an_interrupt_while_the_result_is_drawn_keeps_it_and_shows_it(kernel: Kernel) -> None:
    output = kernel.run("show(begin(), kept.append, draw_result=once(interrupt_now))")
    interrupted(output)
    assert "sim/large" in output.displays[-1]["text/plain"]
    assert kept(kernel) == "Comparison 2 finished\n"


def test_interrupts_all_the_way_leave_one_line_and_the_name(slow: Kernel) -> None:
    interrupted(slow.run("show(begin(), kept.append, draw=interrupt_now, draw_result=interrupt_now)"))
    assert kept(slow).startswith("Comparison ")


def test_a_fault_of_the_engine_is_raised_after_the_name_is_kept(kernel: Kernel) -> None:
    output = kernel.run("show(begin(store=Faulty()), kept.append)")
    assert output.error is not None
    assert "a bug of the engine" in output.error[-1]
    assert kept(kernel).startswith("Comparison ")
    assert "LookupError: a bug of the engine" in kernel.run("print(kept[-1].warnings)").printed


@pytest.mark.parametrize("drawing", ["draw=fault", "draw=no_html", "draw_result=fault"])
def test_in_the_background_a_fault_of_the_drawing_is_one_line_and_the_name_is_kept(
    kernel: Kernel, drawing: str
) -> None:
    output = kernel.run(f"show_in_background(begin(), kept.append, {drawing}); joined()")
    assert output.error is None
    (line,) = output.printed.splitlines()
    assert line.startswith("routebook: The r")
    assert kept(kernel) == "Comparison 2 finished\n"


def test_in_the_background_a_fault_of_the_engine_is_a_warning_of_the_result(kernel: Kernel) -> None:
    output = kernel.run("show_in_background(begin(store=Faulty()), kept.append); joined()")
    assert output.error is None
    assert output.printed == ""
    assert "LookupError: a bug of the engine" in output.html
    assert kept(kernel).startswith("Comparison ")


def test_a_run_that_is_the_value_of_a_cell_is_shown_live_then_with_its_result(kernel: Kernel) -> None:
    output = kernel.run("display(begin()); joined()")
    assert output.error is None
    assert "sim/large" in output.displays[-1]["text/plain"]
    assert set(kernel.run("live").displays[-1]) == {COMPARISON, "text/html", "text/plain"}
    assert kernel.run("repr(live)").error is None


def test_an_interrupt_as_a_background_run_is_first_drawn_stops_it_and_keeps_it(slow: Kernel) -> None:
    interrupted(slow.run("show_in_background(begin(), kept.append, draw=once(interrupt_now))"))
    slow.run("joined()")
    assert kept(slow).endswith(" interrupted\n")
