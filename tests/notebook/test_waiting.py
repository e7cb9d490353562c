"""A cell that waits for a run, in a real kernel: one line meanwhile, and nothing of it in the end."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.kernel import Kernel, Output, running_kernel

WAITS = "run = rb.compare([f'Tell me of river {n}.' for n in range(6)], ['sim/large'], cache=False)"


@pytest.fixture(scope="module")
def kernel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    with running_kernel(tmp_path_factory.mktemp("kernel"), ROUTEBOOK_SIM_SPEED="1") as running:
        assert running.run("%load_ext routebook\nimport routebook as rb").error is None
        yield running


def lines(output: Output) -> list[str]:
    return [draft["text/plain"] for draft in output.drafts if "Interrupt to stop" in draft.get("text/plain", "")]


def test_an_import_is_enough(tmp_path: Path) -> None:
    with running_kernel(tmp_path, ROUTEBOOK_SIM_SPEED="1") as running:
        assert running.run("import routebook as rb").error is None
        assert lines(running.run(WAITS))


def test_a_cell_that_waits_has_one_line_and_leaves_nothing_that_shows(kernel: Kernel) -> None:
    output = kernel.run(f"print('before')\n{WAITS}\nprint('after')")
    assert output.error is None
    assert output.printed == "before\nafter\n"
    assert lines(output)
    assert all(line.startswith("Asking: ") for line in lines(output))
    assert output.displays == [{"text/html": "", "text/plain": ""}]


def test_the_line_is_plain_text_and_html_and_says_what_is_simulated(kernel: Kernel) -> None:
    output = kernel.run(WAITS)
    last = [draft for draft in output.drafts if draft["text/plain"]][-1]
    assert set(last) == {"text/html", "text/plain"}
    assert last["text/plain"] in last["text/html"]
    assert "simulated so far" in last["text/plain"]


def test_an_interrupt_leaves_its_own_line_only(kernel: Kernel) -> None:
    sent = kernel.start(WAITS.replace("range(6)", "range(600)"))
    kernel.finish(sent, until="Asking: ")
    kernel.manager.interrupt_kernel()
    output = kernel.finish(sent)
    assert output.error is not None
    (line,) = output.error
    assert line.startswith("Interrupted: ")
    assert output.displays[-1] == {"text/html": "", "text/plain": ""}


def test_the_magic_s_own_view_does_not_get_the_line_too(kernel: Kernel) -> None:
    output = kernel.run("%%compare sim/large --no-cache --repeat 9\nTell me of rivers.")
    assert output.error is None
    assert lines(output) == []


def test_where_nobody_looks_on_there_is_no_line(kernel: Kernel) -> None:
    output = kernel.finish(kernel.start(WAITS, allow_stdin=False))
    assert output.error is None
    assert output.drafts == []


def test_a_run_that_is_done_at_once_shows_nothing(kernel: Kernel) -> None:
    output = kernel.run("rb.compare('Hi.', ['sim/small']).models")
    assert output.drafts == [{"text/plain": "('sim/small',)"}]
