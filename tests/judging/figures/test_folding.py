"""Words on answers folded to what a model got on each prompt."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routebook.judging.figures.folding import OnPrompt, fold
from routebook.judging.tables import ScoreRow

ROW = ScoreRow("p", 0, "sim/small", "people", "person", "ada", 1.0, "", "")


def test_words_on_an_answer_are_folded_before_the_answers_of_a_prompt() -> None:
    rows = [ROW, ROW._replace(by="bob", value=0.0), ROW._replace(by="eve", value=0.5), ROW._replace(repeat=1)]
    assert fold(rows) == {"sim/small": {"p": OnPrompt(0.75, 2)}}


def test_what_has_no_value_is_left_out() -> None:
    rows = [ROW._replace(value=None, error="no"), ROW._replace(model="sim/large", value=0.0)]
    assert fold(rows) == {"sim/large": {"p": OnPrompt(0.0, 1)}}


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 2), st.sampled_from("xy"), st.floats(0, 1))))
def test_the_order_of_the_words_does_not_matter(said: list[tuple[str, int, str, float]]) -> None:
    rows = [ROW._replace(prompt_id=prompt, repeat=at, by=by, value=value) for prompt, at, by, value in said]
    there, back = fold(rows), fold(reversed(rows))
    assert there.keys() == back.keys()
    for model, prompts in there.items():
        assert prompts == {prompt: pytest.approx(on) for prompt, on in back[model].items()}
