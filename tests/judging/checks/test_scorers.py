"""The checks that come with routebook, and functions as checks."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.examples import PROMPT, call_of, run_of

from routebook.checks import passes
from routebook.errors import JudgmentError, OptionError
from routebook.judging.checks import scorers
from routebook.judging.checks.scorer import Score, Scorer, read

HOSTILE = ["", "\0", "\ud800", "a\0\ud800" * 1000, "x" * 10_000_000, "```" * 10_000, "[" * 50_000, "(" * 50_000]
EVERY = [
    scorers.exact(), scorers.contains(), scorers.contains("x"), scorers.regex("(x+x+)+y"), scorers.numeric(),
    scorers.choice(), scorers.json_schema({"type": "object"}), scorers.similarity(), scorers.similarity("words"),
    scorers.similarity("tokens"),
]  # fmt: skip


@pytest.mark.parametrize("maker", [scorers.exact, scorers.contains, scorers.code])
def test_a_scorer_that_was_not_called_is_no_function_of_yours(maker: Callable[..., Scorer]) -> None:
    with pytest.raises(OptionError, match=f"call it, as in rb.scorers.{maker.__name__}"):
        scorers.function(maker)


@pytest.mark.parametrize("check", ["exact", "contains", "numeric"])
@given(answer=st.text() | st.integers().map(str), expected=st.integers().map(str))
def test_a_scorer_agrees_with_the_check_of_the_bundled_tasks(check: str, answer: str, expected: str) -> None:
    assert getattr(scorers, check)()(answer, expected).value == passes(check, expected, answer)


@pytest.mark.parametrize("scorer", EVERY, ids=lambda scorer: scorer.name)
@pytest.mark.parametrize("answer", HOSTILE, ids=lambda answer: f"{answer[:3]!r}x{len(answer)}")
def test_a_hostile_answer_is_scored_like_any_other(scorer: Scorer, answer: str) -> None:
    expected = "B" if scorer.name == "choice" else "42"
    assert 0 <= scorer(answer, expected).value <= 1


@pytest.mark.parametrize("scorer", EVERY, ids=lambda scorer: scorer.name)
@given(answer=st.text())
def test_any_text_is_scored(scorer: Scorer, answer: str) -> None:
    assert 0 <= scorer(answer, "B 42").value <= 1


@pytest.mark.parametrize(
    ("scorer", "name"),
    [
        (scorers.exact(), "exact"),
        (scorers.contains(), "contains"),
        (scorers.contains("x"), "contains 'x'"),
        (scorers.regex(r"\d+"), r"regex '\d+'"),
        (scorers.numeric(), "numeric"),
        (scorers.numeric(0.01), "numeric ±0.01"),
        (scorers.numeric("0.05", relative=True), "numeric ±5 %"),
        (scorers.choice(options=10), "choice"),
        (scorers.similarity("words"), "similarity of words"),
        (scorers.exact(name="strict"), "strict"),
    ],
)
def test_it_is_known_by_its_kind_and_its_setting_or_as_the_user_says(scorer: Scorer, name: str) -> None:
    assert scorer.name == name


def test_long_settings_that_begin_alike_have_different_names() -> None:
    first, second = (scorers.contains("a long text " * 20 + end).name for end in "ab")
    assert first != second
    assert max(len(first), len(second)) < 80


def test_a_text_to_look_for_is_found_in_any_case_and_an_empty_one_is_refused() -> None:
    assert scorers.contains("new york")("In *New\nYork*, I think.").value == 1
    with pytest.raises(OptionError, match="needs a text to look for"):
        scorers.contains(" ")
    with pytest.raises(JudgmentError, match="every answer contains that"):
        scorers.contains()("anything", "")


class TestRegex:
    """`regex`."""

    def test_a_pattern_is_looked_for_anywhere_with_the_flags_of_re(self) -> None:
        assert scorers.regex(r"answer: \d+$", re.IGNORECASE | re.MULTILINE)("So\nANSWER: 42\nYes").value == 1
        assert scorers.regex(r"answer: \d+$")("So\nANSWER: 42\nYes").value == 0
        assert scorers.regex("a.b", re.DOTALL)("a\nb").value == 1
        assert scorers.regex(re.compile("A", re.IGNORECASE)) == scorers.regex("A", re.IGNORECASE)

    def test_a_pattern_that_would_hold_re_up_for_ever_ends(self) -> None:
        assert scorers.regex("^(a+)+$")("a" * 100_000 + "!").value == 0

    def test_half_an_emoji_is_read_over(self) -> None:
        assert scorers.regex("end$")("\ud83d the end").value == 1

    @pytest.mark.parametrize("pattern", ["(?=a)", r"(a)\1", "(", "a{2000}{2000}", "\ud800"])
    def test_what_re2_has_not_is_refused_at_once(self, pattern: str) -> None:
        with pytest.raises(OptionError, match="read by RE2, which has no lookaround"):
            scorers.regex(pattern)

    @pytest.mark.parametrize(("pattern", "flags"), [("", 0), (b"a", 0), (5, 0), ("a", re.VERBOSE)])
    def test_what_is_no_pattern_or_flag_is_refused(self, pattern: Any, flags: int) -> None:
        with pytest.raises(OptionError, match=r"^regex\(\.\.\.\)"):
            scorers.regex(pattern, flags)


class TestNumeric:
    """`numeric`."""

    @pytest.mark.parametrize(
        ("scorer", "answer", "expected", "value", "note"),
        [
            (scorers.numeric(), "about 1,234", "1234", 1, ""),
            (scorers.numeric(), "6.02e23", "602000000000000000000000", 1, ""),
            (scorers.numeric(), "it is .5", "0.5", 1, ""),
            (scorers.numeric(), "43", 42, 0, "it says 43"),
            (scorers.numeric(), "none", "42", 0, "no number in the answer"),
            (scorers.numeric(0), "3.107", "3.11", 0, "it says 3.107"),
            (scorers.numeric(0.5), "42.5", "42", 1, ""),
            (scorers.numeric(0.1, relative=True), "-109", "-100", 1, ""),
            (scorers.numeric(0.1, relative=True), "111", "100", 0, "it says 111"),
        ],
    )
    def test_the_last_number_decides_within_the_tolerance(
        self, scorer: Scorer, answer: str, expected: object, value: float, note: str
    ) -> None:
        assert scorer(answer, expected) == (value, note)

    def test_what_is_expected_must_be_a_number(self) -> None:
        with pytest.raises(JudgmentError, match="expects a number, and this prompt expects 'Paris'"):
            scorers.numeric()("4", "Paris")

    @pytest.mark.parametrize("tolerance", [-1, "much", float("nan"), float("inf"), True, [1]])
    def test_a_tolerance_that_is_none_is_refused(self, tolerance: Any) -> None:
        with pytest.raises(OptionError, match="tolerance must be a number, 0 or more"):
            scorers.numeric(tolerance)

    def test_a_share_of_nothing_said_is_refused(self) -> None:
        with pytest.raises(OptionError, match="needs a tolerance"):
            scorers.numeric(relative=True)

    @given(st.integers(-(10**400), 10**400))
    def test_whole_numbers_of_any_length_are_exact(self, value: int) -> None:
        assert scorers.numeric()(f"{value:,}", str(value)).value == 1
        assert scorers.numeric()(str(value + 1), str(value)).value == 0


class TestChoice:
    """`choice`."""

    @pytest.mark.parametrize("expected", ["B", "(b)", "B.", "B) Paris"])
    def test_the_expected_letter_may_be_written_in_many_ways_too(self, expected: str) -> None:
        assert scorers.choice()("The answer is **B**.", expected) == Score(1)
        assert scorers.choice()("C", expected) == Score(0, "chose C")
        assert scorers.choice()("B or C", expected) == Score(0, "could be B or C")

    def test_more_options_are_read_when_said(self) -> None:
        assert scorers.choice(10)("I", "I").value == 1
        with pytest.raises(JudgmentError, match=r"letter from A to D, not 'F'"):
            scorers.choice()("F", "F")

    @pytest.mark.parametrize("options", [0, 1, 27, "ABCD", True])
    def test_an_impossible_number_of_them_is_refused(self, options: Any) -> None:
        with pytest.raises(OptionError, match="2 to 26 options"):
            scorers.choice(options)


def test_likeness_is_by_characters_words_or_bags_of_words() -> None:
    assert scorers.similarity()("Kitten.", "sitting").value == 8 / 13
    assert scorers.similarity("words")("to be", "be to").value == 0.5
    assert scorers.similarity("tokens")("to be", "be to").value == 1
    with pytest.raises(OptionError, match=r"by 'word'.*'words'"):
        scorers.similarity("word")  # type: ignore[arg-type]


def by_place(text: str, wanted: object) -> Any:
    return [text, wanted]


def by_place_three(text: str, wanted: object, asked: object) -> Any:
    return [text, wanted, asked]


def by_name(prompt: object, answer: str) -> Any:
    return [prompt, answer]


def with_an_option(text: str, threshold: float = 0.5) -> Any:
    return [text, threshold]


def with_a_known_option(text: str, expected: object = None, *, call: object) -> Any:
    return [text, expected, call]


def with_a_known_name_by_place(output: str, answer: object) -> Any:
    return [output, answer]


def with_everything(*given: object) -> Any:
    return list(given)


def by_position_only(answer: str, expected: object, /) -> Any:
    return [answer, expected]


class Checker:
    """A function that is an object."""

    def __call__(self, answer: str) -> Any:
        return [answer]


CALL = call_of(run_of())


class TestFunctions:
    """`function`."""

    @pytest.mark.parametrize(
        ("function", "given"),
        [
            (lambda answer: [answer], ["4"]),
            (by_place, ["4", "five"]),
            (by_place_three, ["4", "five", PROMPT]),
            (by_name, [PROMPT, "4"]),
            (with_an_option, ["4", 0.5]),
            (with_a_known_option, ["4", "five", CALL]),
            (with_a_known_name_by_place, ["4", "five"]),
            (with_everything, ["4", "five", PROMPT]),
            (by_position_only, ["4", "five"]),
            (functools.partial(by_place, wanted="six"), ["4", "six"]),
            (Checker(), ["4"]),
        ],
    )
    def test_a_function_is_given_what_it_asks_for(self, function: Callable[..., Any], given: list[object]) -> None:
        assert scorers.function(function).rule("4", "five", PROMPT, CALL) == given

    def test_it_is_known_by_its_name(self) -> None:
        assert scorers.function(by_name).name == "by_name"
        assert scorers.function(lambda answer: True).name == "lambda"
        assert scorers.function(Checker()).name == "Checker"
        assert scorers.function(by_name, name="mine").name == "mine"

    def test_a_builtin_is_one_too(self) -> None:
        assert scorers.function(str.isdigit)("42").value == 1
        assert scorers.function(bool)("").value == 0

    def test_one_that_must_have_what_is_expected_says_so(self) -> None:
        with pytest.raises(JudgmentError, match="expects an answer, and this prompt has none"):
            scorers.function(lambda answer, expected: answer == expected)("4")
        assert scorers.function(lambda answer, expected=None: expected is None)("4").value == 1

    def test_an_async_one_is_waited_for(self) -> None:
        async def right(answer: str) -> bool:
            return answer == "4"

        assert scorers.function(right)("4") == Score(1)

    def test_one_that_would_wait_for_itself_says_so(self) -> None:
        async def inner(answer: str) -> bool:
            return True

        async def outer(answer: str) -> Any:
            return scorers.function(inner)(answer)

        with pytest.raises(JudgmentError, match="inner cannot be called in an async function that scores"):
            scorers.function(outer)("4")

    @pytest.mark.parametrize(
        ("function", "why"),
        [
            (lambda: True, "takes nothing"),
            (lambda a, b, c, d: True, "needs 4 things"),
            (lambda answer, *, model: True, "needs 'model'"),
            ("exact", "not a value of type str"),
        ],
    )
    def test_one_that_asks_for_more_is_refused(self, function: Any, why: str) -> None:
        with pytest.raises(OptionError, match=why):
            scorers.function(function)


@pytest.mark.parametrize(
    ("said", "score"),
    [
        (True, (1, "")), (False, (0, "")), (1, (1, "")), (0.25, (0.25, "")), (np.True_, (1, "")),
        (np.float32(0.5), (0.5, "")),
        (Decimal("0.5"), (0.5, "")), (Fraction(1, 4), (0.25, "")),
        ((True, "yes"), (1, "yes")), ((0.5, None), (0.5, "")),
        ({"value": 0.5}, (0.5, "")), ({"value": 0, "note": "no"}, (0, "no")), (Score(0.5, "x"), (0.5, "x")),
    ],
)  # fmt: skip
def test_a_score_is_true_or_false_or_a_number_with_or_without_a_note(said: object, score: tuple[float, str]) -> None:
    assert read(said) == score


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (None, "gave no value"), ((None, "cannot tell"), "^cannot tell$"), ("yes", "the text 'yes'"),
        ("0.5", "the text '0.5'"),
        (7, "gave 7, and a score is from 0 to 1"), (-0.1, "gave -0.1"), (float("nan"), "gave nan"), ([1], "type list"),
        ({"score": 1}, "dictionary"), ({"value": 1, "why": ""}, "dictionary"), ((1, 2, 3), "tuple of 3"),
        ((1, 2), "the number 2 as its note"), (b"1", "type bytes"), (pd.NA, "type NAType"), (1j, "type complex"),
    ],
)  # fmt: skip
def test_what_is_no_score_is_an_error_that_says_what_it_was(said: object, why: str) -> None:
    with pytest.raises(JudgmentError, match=why):
        read(said)


def test_a_scorer_is_a_plain_value() -> None:
    assert scorers.exact() == scorers.exact() != scorers.contains()
    assert len({scorers.numeric(0.1), scorers.numeric(0.1), scorers.numeric(0.2)}) == 2
    with pytest.raises(OptionError, match="a text of at most 200 characters"):
        scorers.exact(name=" " * 3)
