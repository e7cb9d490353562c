"""What a tree may ask of a prompt, and how it is said."""

from __future__ import annotations

from math import inf

import numpy as np
import pytest
from tests.support.matrices import matrix

from routebook.outcomes import Outcomes
from routebook.routing.learning.columns import (
    Column,
    Count,
    HasTag,
    Value,
    Word,
    YesOrNo,
    feature_columns,
    has_tag_columns,
    word_columns,
)
from routebook.routing.learning.matrix import Matrix
from routebook.routing.learning.tagged import Tags


def asked(texts: list[str]) -> Matrix:
    rows = [{"id": str(number), "prompt": text, "sim/a": 1} for number, text in enumerate(texts)]
    return Matrix.of(Outcomes.from_frame(rows, id="id", models=["sim/a"]))


@pytest.mark.parametrize(
    ("column", "bounds", "sentence"),
    [
        (Count("words"), (2.0, inf), "it has at least 3 words"),
        (Count("words"), (-inf, 2.5), "it has at most 2 words"),
        (Count("words"), (2.5, 4.5), "it has at least 3 and at most 4 words"),
        (Word("sum"), (0.5, inf), "it has the word sum"),
        (Word("sum"), (-inf, 0.5), "it has no word sum"),
        (HasTag("a"), (0.5, inf), "its tag is a"),
        (HasTag("a"), (-inf, 0.5), "its tag is not a"),
    ],
)
def test_what_is_between_two_bounds_is_said_in_words(
    column: Column, bounds: tuple[float, float], sentence: str
) -> None:
    assert column.condition(bounds).sentence() == sentence


def test_features_in_which_prompts_do_not_differ_are_not_asked_for() -> None:
    assert feature_columns(asked(["the same words"] * 3)) == []
    made = feature_columns(asked(["short", "somewhat longer"]))
    assert {type(column) for column in made} <= {Count, YesOrNo, Value}
    assert Count("words") in made


def test_a_language_is_asked_for_where_some_prompts_have_it() -> None:
    made = feature_columns(asked(["Where is the house of the man?"] * 5 + ["Wo ist das Haus von dem Mann?"] * 5))
    values = {column.value for column in made if isinstance(column, Value) and column.name == "language"}
    assert {"de", "en"} <= values


def test_words_are_asked_for_if_they_clearly_tell_models_apart() -> None:
    texts = [f"{'alpha' if number % 2 else 'beta'} {'often' if number % 3 else 'seldom'} text" for number in range(300)]
    worth = np.column_stack([np.zeros(300), np.arange(300) % 2])
    assert sorted(
        column.word for column in word_columns(matrix(worth, texts=texts), worth) if isinstance(column, Word)
    ) == [
        "alpha",
        "beta",
    ]


def test_of_words_that_say_nothing_hardly_any_is_asked_for() -> None:
    random = np.random.default_rng(0)
    texts = [" ".join(f"w{word}" for word in random.integers(0, 100, 12)) for _ in range(500)]
    found = [len(word_columns(matrix(worth, texts=texts), worth)) for worth in random.normal(size=(20, 500, 1))]
    assert np.mean(found) < 1.5  # of 100, at three standard errors


def test_a_word_means_the_same_where_it_was_not_counted() -> None:
    learned, other = (
        matrix([[0.0]] * len(texts), texts=texts) for texts in (["Sum it", "a sum", "none"], ["SUM", "sums"])
    )
    assert Word("sum").values(learned).tolist() == [1, 1, 0]
    assert Word("sum").values(other).tolist() == [1, 0]
    assert Word("ſum").values(other).tolist() == [0, 0]  # a long s is another letter, though it matches s in any case


def test_each_tag_is_asked_for_only_where_prompts_have_several() -> None:
    one, several = ([("a",), ("b",)] * 20, [("a", "x"), ("b", "x"), ("a",), ("b",)] * 10)
    for tags, found in ((one, []), (several, [HasTag("a"), HasTag("b"), HasTag("x")])):
        made = matrix([[0.0]] * 40, tags=tags)
        assert has_tag_columns(made, Tags(tags).names) == found
    assert HasTag("x").values(matrix([[0.0]] * 4, tags=several[:4])).tolist() == [1, 1, 0, 0]
