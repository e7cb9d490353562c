"""A builder in a real kernel: what a notebook is given, what is said while it learns, and what comes over its comm."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from tests.support.kernel import Kernel, running_kernel

WIDGET = "application/vnd.jupyter.widget-view+json"
BUILDER = "application/vnd.routebook.builder.v1+json"
MADE = """
import routebook as rb
rows = [{"prompt": f"Question {n}?", "kind": ("easy", "hard")[n % 2], "sim/small": 1 - n % 2, "sim/large": 1,
         "small_usd": 0.001, "large_usd": 0.01} for n in range(120)]
cost = {"sim/small": "small_usd", "sim/large": "large_usd"}
outcomes = rb.Outcomes.from_frame(rows, tag="kind", models=list(cost), cost=cost)
builder = rb.PolicyBuilder(outcomes, name="desk")
"""


@pytest.fixture(scope="module")
def kernel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    with running_kernel(tmp_path_factory.mktemp("kernel")) as running:
        yield running


@pytest.fixture(scope="module")
def shown(kernel: Kernel) -> Any:
    made = kernel.run(MADE)
    assert made.error is None
    return made, kernel.run("builder")


def test_a_line_says_what_is_learned_from_and_nothing_of_it_is_left(shown: Any) -> None:
    made, _ = shown
    assert made.drafts[0]["text/plain"] == "Learning rules from 120 prompts, for every stop of the slider…"
    assert made.displays == [{"text/html": "", "text/plain": ""}]


def test_the_output_has_the_widget_and_what_is_read_without_it(shown: Any) -> None:
    _, output = shown
    (bundle,) = output.displays
    assert set(bundle) == {BUILDER, WIDGET, "text/html", "text/plain"}
    assert "held-out prompts" in bundle["text/html"]


def test_the_page_gets_numbers_and_no_html(shown: Any) -> None:
    _, output = shown
    opened = [content["data"]["state"] for kind, content in output.comms if kind == "comm_open"]
    (state,) = (state for state in opened if "_setting" in state)
    assert [stop["quality"]["value"] for stop in state["_setting"]["stops"]][-1] == 1
    assert state["_setting"]["simulated"]
    assert set(state["_now"]) == {"stop", "edited", "undo", "redo"}
