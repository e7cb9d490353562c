"""Which letter an answer chooses, in the ways models write it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routebook.judging.checks.choosing import Choice, choose

CHOSEN = {
    "B": ["B", "b", "B.", "(B)", "**B**", "`B`", '"B"', "b)", "[B]", r"\boxed{B}", r"$\boxed{\text{B}}$", "B\n", "“B”"],
    "C": [
        "Answer: C", "answer=C", "**Answer:** C", "Answer:\n\nC", "### Answer\n\nC", "Final answer: (C)", "Answer - C",
        "The answer is C.", "The answer is **(C) Paris**.", "the answer is c", "**The answer is C**",
        "The correct option is C: Paris", "The best choice would be (C), 42", "I choose option C because A is wrong",
        "I would go with C.", "C is correct", "C is the correct answer, not A.", '{"answer": "C"}', "Choice (C)",
        "Neither A nor B is correct. C is correct.", "The answer is therefore C.",
    ],
    "A": ["A", "a.", "The answer is A", "The answer is a.", "The answer is A because I know", "A) Rome", "A is right"],
    "D": [
        "D) Paris", "D. Paris", "Option D", "(D) is what I think", "I think it's D", "So, D!",
        "Let me see.\n\nA) is too small, and B) too large.\n\nD", "D\n\nBecause Rome is not in it, and A is.",
        "**D) Paris**\n\nA) London is in the UK.\nC) Rome is in Italy.",
        "A) 3\nB) 4\nC) 5\nD) 6\nThe answer is D", "The answer is A. Wait, no: the answer is D.",
    ],
}  # fmt: skip
UNDECIDED = [
    "", " \n ", "Paris", "A or B", "The answer is A or B", "Answer: B, C", "A\nB\nC\nD", "A) 3\n\nB) 4\n\nC) 5",
    "The answer is A city", "Bob", "A cat", "E", "The answer is not A. It is B.",
]  # fmt: skip
MARKS = st.sampled_from(["{}", "({})", "**{}**", "{}.", "{})", "**({})**", r"\boxed{{{}}}", "`{}`", '"{}"'])


@pytest.mark.parametrize(("answer", "letter"), [(answer, letter) for letter, of in CHOSEN.items() for answer in of])
def test_a_letter_is_found_however_it_is_written(answer: str, letter: str) -> None:
    assert choose(answer) == Choice(letter)


@pytest.mark.parametrize("answer", UNDECIDED)
def test_where_none_or_several_are_chosen_it_says_so(answer: str) -> None:
    letter, why = choose(answer)
    assert letter is None
    assert why


def test_what_it_could_be_is_named() -> None:
    assert choose("B and D").why == "could be B or D"
    assert choose("no idea").why == "no option is chosen"


@given(
    st.sampled_from(["", "The answer is ", "Answer: ", "Let me think. 2 + 2 is 4.\n\n"]),
    MARKS,
    st.sampled_from("ABCDEFGHIJ"),
    st.sampled_from(["", ".", "\n", " "]),
)
def test_any_letter_of_ten_is_found_under_any_marks(before: str, marks: str, letter: str, after: str) -> None:
    assert choose(before + marks.format(letter) + after, 10).letter == letter


@given(st.text(), st.integers(2, 26))
def test_any_text_is_read_and_only_an_option_comes_of_it(answer: str, options: int) -> None:
    letter, why = choose(answer, options)
    assert (letter is None) == bool(why)
    assert letter is None or ord(letter) - ord("A") < options


@pytest.mark.parametrize("piece", ["answer is ", "(", "**", "A or ", "\n ", "\\boxed{", "\0\ud800", "[A) "])
def test_an_answer_of_a_million_characters_is_read(piece: str) -> None:
    assert choose(piece * (1_000_000 // len(piece))).letter in (None, "A")
