"""How alike two texts are, against the plain definition."""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routebook.errors import JudgmentError
from routebook.judging.checks.likeness import common, likeness, token_f1

WORDS = st.lists(st.sampled_from(["a", "b", "c", "d"]), max_size=12)


def by_definition(a: list[str], b: list[str]) -> int:
    """Return the length of the longest common subsequence as textbooks define it."""

    @cache
    def longest(i: int, j: int) -> int:
        if i == len(a) or j == len(b):
            return 0
        if a[i] == b[j]:
            return 1 + longest(i + 1, j + 1)
        return max(longest(i + 1, j), longest(i, j + 1))

    return longest(0, 0)


@given(WORDS, WORDS)
def test_the_longest_common_subsequence_is_the_one_of_the_definition(a: list[str], b: list[str]) -> None:
    assert common(a, b) == by_definition(a, b)


@given(st.text(), st.text())
def test_likeness_is_symmetric_and_1_only_of_equal_texts(a: str, b: str) -> None:
    found = likeness(a, b)
    assert found == likeness(b, a)
    assert 0 <= found <= 1
    assert (found == 1) == (a == b)


@given(WORDS, WORDS)
def test_the_f1_of_words_does_not_ask_for_their_order(a: list[str], b: list[str]) -> None:
    assert token_f1(a, b) == token_f1(b[::-1], a[::-1])
    assert token_f1(a, b) >= likeness(a, b)


def test_hundreds_of_thousands_of_characters_are_compared_and_more_are_refused() -> None:
    assert likeness("ab" * 50_000, "ba" * 50_000) == 1 - 1 / 100_000
    with pytest.raises(JudgmentError, match="too long to compare"):
        likeness("a" * 10_000_000, "b" * 10_000_000)
