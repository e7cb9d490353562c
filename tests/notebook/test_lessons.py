"""Every notebook in notebooks/ runs from its first cell to its last, without keys, and is committed without outputs."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

FOLDER = Path(__file__).parents[2] / "notebooks"
LESSONS = sorted(FOLDER.glob("*.ipynb"))
SHOWN = {"02-routing": ("Use one model", "Learned rules", "its tag is classification", "rule 1 fired")}
"""What a lesson's own sentences rely on: its outputs show it."""


def test_there_are_lessons() -> None:
    assert LESSONS


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_a_lesson_is_committed_without_outputs(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    assert [cell for cell in notebook.cells if cell.get("outputs") or cell.get("execution_count")] == []


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_a_lesson_runs_to_its_end_and_says_that_it_is_simulated(path: Path, isolated: Path, tmp_path: Path) -> None:
    assert os.environ["ROUTEBOOK_SIM_SPEED"] == "0"
    notebook: Any = nbformat.read(path, as_version=4)
    NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(tmp_path)}}).execute()
    nbformat.validate(notebook)
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    shown = str(outputs)
    assert [words for words in ("simulated", *SHOWN.get(path.stem, ())) if words not in shown] == []
    assert [output for output in outputs if output.output_type == "error"] == []
    assert [output for output in outputs if "widget" in str(list(output.get("data", {})))] == []
