"""What is expected of each prompt, in the ways a user may say it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from tests.support.examples import run_of

from routebook.comparison import Comparison
from routebook.errors import JudgmentError, RunError
from routebook.judging.checks.expecting import expectations
from routebook.prompts import Prompt

ONE, TWO, THREE = Prompt.of("1 + 1?", expected="2"), Prompt.of("Capital?"), Prompt.of("Colour?")
IDS = ONE.id, TWO.id, THREE.id


@pytest.fixture
def run() -> Comparison:
    return Comparison(run_of(), [ONE, TWO, THREE], [])


@pytest.mark.parametrize(
    ("expected", "each"),
    [
        (None, ["2", None, None]),
        ("yes", ["yes", "yes", "yes"]),
        (4.0, [4, 4, 4]),
        (False, [False, False, False]),
        (["4", "Paris", None], ["4", "Paris", None]),
        ([None, 1, 2.5], ["2", 1, 2.5]),
        (np.array([391.0, np.nan, 1.5]), [391, None, 1.5]),
        (pd.Series(["4", None, "red"]), ["4", None, "red"]),
        (pd.Series([391, None, pd.NA], dtype="Int64"), [391, None, None]),
        (pd.Series(["red", "Paris"], index=["Colour?", "Capital?"]), ["2", "Paris", "red"]),
        (pd.Series({THREE.id: "red"}), ["2", None, "red"]),
        ({"Capital?": "Paris"}, ["2", "Paris", None]),
        ({THREE.id[:8]: "red", 0: "two", 1: "Rome"}, ["two", "Rome", "red"]),
        ([["a", "b"], {"c": 1}, ("d",)], [["a", "b"], {"c": 1}, ("d",)]),
    ],
)
def test_it_may_be_said_in_many_ways(run: Comparison, expected: object, each: list[Any]) -> None:
    found = expectations(run, expected)
    assert [found.get(prompt_id) for prompt_id in IDS] == each


@pytest.mark.parametrize(
    ("expected", "error", "why"),
    [
        (["4"], JudgmentError, "has 1 answer for 3 prompts"),
        (pd.Series(range(4)), JudgmentError, "has 4 answers for 3 prompts"),
        ({"Colur?": "red"}, RunError, "no prompt 'Colur\\?'.*'Colour\\?'"),
        ({7: "red"}, RunError, "no prompt 7"),
        (pd.DataFrame({"expected": [1, 2, 3]}), JudgmentError, "one column of a table"),
        ({"a", "b", "c"}, JudgmentError, "not a value of type set"),
        (b"yes", JudgmentError, "not a value of type bytes"),
        (object(), JudgmentError, "not a value of type object"),
    ],
)
def test_what_does_not_fit_the_prompts_is_refused(run: Comparison, expected: Any, error: Any, why: str) -> None:
    with pytest.raises(error, match=why):
        expectations(run, expected)


def test_a_text_that_was_asked_under_two_instructions_names_neither() -> None:
    both = [Prompt.of("Who?", system="Be brief."), Prompt.of("Who?")]
    with pytest.raises(RunError, match="2 prompts of this run are called 'Who\\?'"):
        expectations(Comparison(run_of(), both, []), {"Who?": "I"})


def test_of_prompts_given_twice_each_may_have_its_own_word() -> None:
    found = expectations(Comparison(run_of(), [ONE, TWO, ONE], []), ["a", "b", "c"])
    assert found == {ONE.id: "c", TWO.id: "b"}
