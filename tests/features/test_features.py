"""Features of a prompt: what each means."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routebook import features
from routebook.features import FEATURES, TEXTS, YES_NO, PromptFacts, features_of

YES = [
    ("has_code", "```\nx\n```"),
    ("has_code", "~~~js\nx\n~~~"),
    ("has_code", "Why does this fail?\n  async def f():"),
    ("has_code", "#include <stdio.h>"),
    ("has_code", "SELECT name FROM users"),
    ("has_code", "Traceback (most recent call last):\n  File"),
    ("has_code", "const x = 1"),
    ("has_code", "print(1);"),
    ("has_code", "from typing import List\n"),
    ("has_code_fence", "Look:\n   ```py"),
    ("has_math", "Solve x^2 + 3x = 10."),
    ("has_math", r"What is \frac{1}{2}?"),
    ("has_math", "Is $a_n < b$ true?"),
    ("has_math", "17 * 23"),
    ("has_math", "5 - 3"),
    ("has_math", "Put it in \\boxed{}."),
    ("has_math", "√2"),
    ("multiple_choice", "Which?\n(A) one\n(B) two"),
    ("multiple_choice", "Which?\n a. one\n b. two"),
    ("multiple_choice", "Which: a) one, b) two?"),
    ("has_negation", "Which is NOT one?"),
    ("has_negation", "It isn't."),
    ("has_negation", "It isn’t."),
    ("has_negation", "All (except one)."),
    ("has_negation", "one—never"),
]
NO = [
    ("has_code", "Define a class of people who import taxes."),
    ("has_code", "Select one from the list."),
    ("has_code", "Return to me; then go."),
    ("has_code_fence", "Use `x` inline ``` here"),
    ("has_math", "Who reigned from 1714-1727?"),
    ("has_math", "It costs $5 today."),
    ("has_math", "A state-of-the-art and/or new idea"),
    ("multiple_choice", "A. Smith and B. Jones wrote it."),
    ("multiple_choice", "Which?\nA. one"),
    ("multiple_choice", "b) before a) last"),
    ("has_negation", "Note the knots in another notation."),
    ("has_negation", "A notorious knot"),
]


@pytest.mark.parametrize(("feature", "text"), YES)
def test_a_text_has_it(feature: str, text: str) -> None:
    assert FEATURES[feature](PromptFacts(text)) is True


@pytest.mark.parametrize(("feature", "text"), NO)
def test_a_text_has_it_not(feature: str, text: str) -> None:
    assert FEATURES[feature](PromptFacts(text)) is False


def test_counts_are_of_the_last_message_and_tokens_of_all_that_is_sent() -> None:
    found = features_of(PromptFacts("Is 17 prime?\nSay  why.", earlier="Be brief." * 4, turns=2, images=1))
    assert {name: found[name] for name in ("characters", "words", "lines", "digits", "turns", "images")} == {
        "characters": 22, "words": 5, "lines": 2, "digits": 2, "turns": 2, "images": 1,
    }  # fmt: skip
    assert found["prompt_tokens"] == (22 + 36 + 3) // 4


@given(st.text(st.characters(), max_size=300), st.text(max_size=50))
def test_every_feature_of_any_text_is_a_number_a_yes_or_no_or_one_of_its_texts(text: str, earlier: str) -> None:
    found = features_of(PromptFacts(text, earlier))
    assert list(found) == list(FEATURES)
    for name, value in found.items():
        assert isinstance(value, bool) == (name in YES_NO)
        if isinstance(value, str):
            assert value in TEXTS[name]
        else:
            assert type(value) in (int, bool)
            assert value >= 0


@given(st.text(max_size=200))
def test_a_longer_text_never_has_fewer_tokens(text: str) -> None:
    assert features.prompt_tokens(PromptFacts(text)) <= features.prompt_tokens(PromptFacts(text + "x"))
    assert features.prompt_tokens(PromptFacts(text)) == features.prompt_tokens(PromptFacts("", earlier=text))


@pytest.mark.parametrize(
    "piece",
    [
        "A) ",
        "A) x",
        "$",
        "$=a",
        "a.",
        "a(",
        "SELECT a ",
        "import a.",
        "public a ",
        "if (",
        "\n ",
        "  \t",
        "n't",
        "x^",
        "<",
    ],
)
def test_a_long_text_made_to_be_slow_is_read_in_one_go(piece: str) -> None:
    """In quadratic time each of these would take minutes."""
    assert features_of(PromptFacts(piece * 100_000))["characters"] == 100_000 * len(piece)
