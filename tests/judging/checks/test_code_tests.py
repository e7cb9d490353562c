"""The tests that code has to pass, and those that could not fail."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routebook.errors import JudgmentError
from routebook.judging.checks.code_tests import read_tests


@pytest.mark.parametrize(
    "test",
    [
        "assert add(1, 2) == 3",
        "for a in range(3):\n    assert add(a, 0) == a",
        "if add(1, 2) != 3:\n    raise ValueError",
        "def check(f):\n    assert f(1, 2) == 3\ncheck(add)",
        "import math\nmath.sqrt(add(1, 3))",
    ],
)
def test_a_test_that_can_fail_is_taken_as_it_is(test: str) -> None:
    assert read_tests(test) == (test,)
    assert read_tests([test, test]) == (test, test)


def test_functions_called_test_are_called_at_its_end() -> None:
    (ready,) = read_tests("def helper(): pass\ndef test_a(): assert 1\ndef test_b(): assert 2")
    assert ready.endswith("\ntest_a()\ntest_b()")


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ("assert add(", "not Python \\(line 1"),
        ("x\0", "not Python"),
        ("", "check nothing: there is no assert"),
        ("x = 1", "check nothing: there is no assert"),
        ("def check(f):\n    assert f(1) == 2", "check nothing: they only define check, and call nothing"),
        ("def test_add(tmp_path): assert 1", "test_add must be a plain function that takes nothing"),
        ("async def test_add(): assert 1", "test_add must be a plain function"),
        ([], "no tests in the list"),
        (["assert 1", 2], "a test is a text, not the number 2"),
        (5, "a text or a list of texts, not the number 5"),
    ],
)
def test_what_is_no_test_or_checks_nothing_is_refused(given: Any, why: str) -> None:
    with pytest.raises(JudgmentError, match=why):
        read_tests(given)


@given(st.text())
def test_any_text_is_a_test_or_refused(test: str) -> None:
    try:
        (ready,) = read_tests(test)
    except JudgmentError:
        return
    assert ready.startswith(test)
