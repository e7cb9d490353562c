"""The three checks of an answer against the expected one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routebook.checks import passes
from routebook.errors import OptionError


@given(st.integers(-(10**12), 10**12))
def test_a_whole_number_passes_however_it_is_written(value):
    assert passes("numeric", str(value), f"So 7 times that is **{value:,}**.")
    assert not passes("numeric", str(value), f"{value + 1}")


@pytest.mark.parametrize(
    ("check", "expected", "answer", "right"),
    [
        ("exact", "Paris", ' "paris". ', True),
        ("exact", "Paris", "Paris, France", False),
        ("contains", "Paris", "It is **Paris**.", True),
        ("contains", "Paris", "It is Rome.", False),
        ("numeric", "3.11", "3.1069", True),
        ("numeric", "3.11", "3.12", False),
        ("numeric", "42", "42.3", False),
        ("numeric", "42", "42.0", True),
        ("numeric", "-5", "20 − 25 is −5", True),
        ("numeric", "42", "no idea", False),
    ],
)
def test_an_answer_is_right_or_wrong(check, expected, answer, right):
    assert passes(check, expected, answer) is right


def test_an_unknown_check_and_a_number_that_is_none_are_refused():
    with pytest.raises(OptionError, match=r"no check 'numerical'.*'numeric'"):
        passes("numerical", "1", "1")
    with pytest.raises(OptionError, match="needs a number"):
        passes("numeric", "one", "1")


def test_a_number_of_millions_of_digits_is_another_number():
    assert not passes("numeric", "1", "9" * 2_000_000)
    assert passes("numeric", "9" * 2_000_000, "9" * 2_000_000)
