"""The fenced blocks of an answer."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routebook.judging.checks.fences import Fenced, blocks


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        ("no code", []),
        ("```\nx\n```", [("", "x")]),
        ("```Python title='a'\nx\n\ny\n```", [("python", "x\n\ny")]),
        ("```py\nx", [("py", "x")]),
        ("~~~\n```\nx\n```\n~~~", [("", "```\nx\n```")]),
        ("````\n```\nx\n```\n````", [("", "```\nx\n```")]),
        ("1. First:\n   ```python\n   if x:\n       y\n   ```", [("python", "if x:\n    y")]),
        ("```c++\r\nx\r\n```\r\nand ```y```", [("c++", "x\r")]),
    ],
)
def test_blocks_are_found_with_their_language(answer: str, found: list[tuple[str, str]]) -> None:
    assert blocks(answer) == [Fenced(*each) for each in found]


@given(st.text(alphabet="`~\n x"))
def test_any_mess_of_fences_is_read(answer: str) -> None:
    assert all(len(block.text) <= len(answer) for block in blocks(answer))
