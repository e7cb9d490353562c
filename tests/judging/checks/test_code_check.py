"""`code`: the Python of an answer, and whether it passes tests."""

from __future__ import annotations

import asyncio
import sys
from typing import Any

import pytest
from tests.judging.checks.test_scoring import answered, words

from routebook.errors import JudgmentError, OptionError
from routebook.judging.checks import scorers
from routebook.judging.checks.code_check import code_of
from routebook.judging.checks.code_process import _in_force
from routebook.judging.checks.scoring import score
from routebook.judging.tables import standing

TEST = "assert add(1, 2) == 3"
RIGHT = "def add(a, b):\n    return a + b"


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        (RIGHT, RIGHT),
        (f"Sure:\n```python\n{RIGHT}\n```\nDone.", RIGHT),
        (f"```\n{RIGHT}\n```", RIGHT),
        (f"```bash\nls\n```\n```py\n{RIGHT}\n```", RIGHT),
        (f"```python\ndef add(): ...\n```\nBetter:\n```python\n{RIGHT}\n```", RIGHT),
        (f"```python\n{RIGHT}\n```\nUse it:\n```python\nprint(add(1, 2))\n```", RIGHT),
        ("```python\nx = 1\n```\n```python\nx = 2\n```", "x = 2"),
        ("```text\n1\n```\n```text\n2\n```", "1"),
        (f"```python\n{RIGHT}", RIGHT),
    ],
)
def test_the_code_is_the_block_that_the_tests_are_about(answer: str, found: str) -> None:
    assert code_of(answer, [TEST]) == found


def test_it_passes_or_not_and_of_several_tests_it_is_the_share() -> None:
    assert scorers.code(TEST)(RIGHT) == (1.0, "")
    assert scorers.code(TEST)("def add(a, b): return 0") == (0.0, f"AssertionError: {TEST}")
    several = scorers.code([TEST, "assert add(1, 1) == 2", "assert add(-1, 2) == 3"])
    assert several(RIGHT) == (2 / 3, "2 of 3 tests passed; test 3: AssertionError: assert add(-1, 2) == 3")


def test_functions_of_tests_are_called() -> None:
    tests = "def test_add():\n    assert add(1, 2) == 4"
    assert scorers.code(tests)(RIGHT).value == 0


def test_each_prompt_may_have_its_own_tests() -> None:
    run = answered(RIGHT, RIGHT, "x = 1", RIGHT, expected=[TEST, "assert add(1, 2) == 4", TEST])
    found = score(run, [scorers.code()])
    assert [value for value, _ in words(run)] == [1.0, 0.0, 0.0, None]
    assert "no sandbox against a hostile model" in found.notes[0]
    settings = standing(run)[0].settings
    assert (settings["tests"], settings["timeout_s"], settings["memory_mb"]) == (None, 10, 256)
    assert settings["about"] == found.notes[0]


def test_tests_that_are_none_are_an_error_on_their_row() -> None:
    run = answered(RIGHT, RIGHT, expected=["assert add(", "x = 1"])
    score(run, [scorers.code()])
    assert [value for value, _ in words(run)] == [None, None]
    assert "not Python" in words(run)[0][1]
    assert "check nothing" in words(run)[1][1]


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"tests": "assert add("}, r"code\(tests=\.\.\.\): the tests are not Python"),
        ({"tests": "def check(f): assert f"}, "would check nothing"),
        ({"tests": TEST, "timeout_s": 0}, "timeout_s must be seconds"),
        ({"tests": TEST, "timeout_s": float("nan")}, "timeout_s must be seconds"),
        ({"tests": TEST, "timeout_s": "long"}, "timeout_s must be seconds"),
        ({"tests": TEST, "memory_mb": 10}, "64 or more"),
        ({"tests": TEST, "memory_mb": 1.5}, "64 or more"),
    ],
)
def test_what_cannot_be_asked_for_is_refused_at_once(given: dict[str, Any], why: str) -> None:
    with pytest.raises(OptionError, match=why):
        scorers.code(**given)


def test_without_tests_it_asks_for_them() -> None:
    with pytest.raises(JudgmentError, match="give expected="):
        scorers.code()(RIGHT)


def test_where_no_code_can_be_run_that_is_said_before_anything_is_scored(monkeypatch: pytest.MonkeyPatch) -> None:
    run = answered(RIGHT)
    monkeypatch.setattr(sys, "executable", "")
    _in_force.cache_clear()
    with pytest.raises(JudgmentError, match="code can score nothing here: there is no Python"):
        score(run, [scorers.code(TEST)])
    assert standing(run) == ()


async def test_cancelled_it_does_not_wait_for_the_time_limit() -> None:
    loop = asyncio.get_running_loop()
    task = asyncio.ensure_future(scorers.code(TEST, timeout_s=600).rule("while True: pass", None, None, None))
    await asyncio.sleep(0)  # it begins
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await loop.shutdown_default_executor()  # returns when the process has ended
