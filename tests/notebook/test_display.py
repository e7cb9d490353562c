"""What a notebook keeps of a comparison: three forms of it, and how much room they take."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output
from tests.support.kernel import running_kernel
from tests.support.showcase import MODELS, showcase

import routebook
from routebook.comparison import Comparison
from routebook.notebook.display import result_bundle
from routebook.prompts import Prompt
from routebook.render.document import COMPARISON_MIME

PROSE = (
    "Rivers carve the land over thousands of years; their **water** carries silt from the mountains to the sea, and\n"
    'where it slows it drops what it carries. That is how a delta grows, "grain by grain" & year by year.\n\n'
    "- The Danube's has been growing since the ice went.\n- The Rhine's is older than that.\n\n"
)
CODE = (
    "This keeps the longest run so far:\n\n```python\ndef longest(items):\n    best = run = 1\n"
    "    for before, after in zip(items, items[1:]):\n        run = run + 1 if before == after else 1\n"
    '        best = max(best, run)\n    return f"{best} < {len(items)}"\n```\n\n'
)


def saved_bytes(comparison: Comparison) -> int:
    """Return how much a notebook file grows by a comparison."""
    empty, cell = new_notebook(), new_code_cell(outputs=[new_output("display_data", result_bundle(comparison))])
    return len(nbformat.writes(new_notebook(cells=[cell])).encode()) - len(nbformat.writes(empty).encode())


def text_bytes(comparison: Comparison) -> int:
    """Return how much its texts are."""
    asked = sum(len(prompt.text.encode()) for prompt in comparison.prompts)
    return asked + sum(len(call.text.encode()) + len(call.reasoning.encode()) for call in comparison.calls)


def asked(prompts: int, text: str) -> Comparison:
    """Return a comparison of four models that all answered the same."""
    questions = [Prompt.of(f"How do rivers make deltas, in {number} steps?") for number in range(prompts)]
    return showcase(questions, each={"text": text, "status": "ok", "failure": None, "finish": "stop"})


@pytest.mark.parametrize("text", [PROSE, CODE], ids=["prose", "code"])
@pytest.mark.parametrize(("prompts", "times"), [(1, 0), (1, 1), (1, 10), (1, 100), (1, 400), (5, 30), (20, 60)])
def test_a_saved_run_of_four_models_takes_at_most_two_and_a_half_times_its_texts_and_30_kb(
    prompts: int, times: int, text: str
) -> None:
    run = asked(prompts, text * times or "42")
    assert saved_bytes(run) <= 2.5 * text_bytes(run) + 30_000


def test_the_text_is_a_line_for_each_answer() -> None:
    run = showcase([Prompt.of("One?\nReally?"), Prompt.of("Two?")], each={"text": "An answer.\n" * 100})
    lines = result_bundle(run)["text/plain"].splitlines()
    assert len(lines) == 1 + 2 * 5
    assert lines[1] == "1. One? Really?"
    assert lines[2].startswith("   openai/gpt-6.1-terra: An answer. An answer.")
    assert max(map(len, lines)) < 160


def test_a_store_that_cannot_be_read_keeps_nobody_from_the_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROUTEBOOK_STORE", "/proc/nowhere/store.sqlite3")
    assert result_bundle(showcase())[COMPARISON_MIME]["run"]["done"] == 4


def test_a_comparison_shows_itself_as_the_interactive_view_too() -> None:
    bundle: dict[str, Any] = showcase()._repr_mimebundle_()
    assert set(bundle) == {COMPARISON_MIME, "text/html", "text/plain"}
    assert MODELS[0] in bundle["text/plain"]


def test_in_a_terminal_the_result_is_a_table_and_nothing_comes_before_it(tmp_path: Path) -> None:
    code = "get_ipython().run_cell_magic('compare', 'sim/small sim/large', 'What is 17 * 23? Number only.')"
    command = [sys.executable, "-m", "IPython", "--ext=routebook", "--colors=NoColor", "-c", code]
    done = subprocess.run(
        command, env=os.environ | {"IPYTHONDIR": str(tmp_path)}, capture_output=True, text=True, check=True
    )
    assert done.stdout.count("2 models · 1 prompt") == 1
    assert "│ sim/small" in done.stdout
    assert "answers came" not in done.stdout


def test_an_installation_without_the_view_shows_plain_html_and_says_so_once(tmp_path: Path) -> None:
    package = tmp_path / "lib" / "routebook"
    package.mkdir(parents=True)
    for part in Path(routebook.__file__).parent.iterdir():
        if part.name != "static":
            (package / part.name).symlink_to(part)
    with running_kernel(tmp_path, PYTHONPATH=str(package.parent)) as kernel:
        kernel.run("%load_ext routebook")
        output = kernel.run("%%compare sim/small\nName a prime.")
    assert output.error is None
    (line,) = output.printed.splitlines()
    assert "widget.js is missing" in line
    assert line.endswith("The run is shown as plain HTML.")
    assert output.comms == []
    assert {COMPARISON_MIME, "text/html", "text/plain"} == set(output.drafts[0]) == set(output.displays[0])
