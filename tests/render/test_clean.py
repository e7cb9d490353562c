"""Text from outside, made harmless and still readable."""

from __future__ import annotations

from hypothesis import given
from tests.support.strategies import texts

from routebook.render.clean import escape, one_line, visible


@given(texts(200))
def test_visible_text_has_no_control_characters_and_is_utf8(text: str) -> None:
    shown = visible(text)

    shown.encode()
    assert not any(ord(char) < 32 and char not in "\n\t" for char in shown)
    assert visible(shown) == shown


def test_ordinary_text_in_any_script_is_untouched() -> None:
    for text in ("plain", "Ünïcödé — “quotes”", "漢字かな", "עברית\u200f שלום", "👩‍👩‍👧 🏴󠁧󠁢󠁥󠁮󠁧󠁿", "a\tb\nc"):
        assert visible(text) == text


def test_escaped_text_cannot_leave_an_attribute() -> None:
    assert escape("\" onload='x' <b>&") == "&quot; onload=&#x27;x&#x27; &lt;b&gt;&amp;"


def test_one_line_is_one_line_and_short() -> None:
    assert one_line(" a\n\n b\u2028c ", 4) == "a b…"
    assert len(one_line("word " * 10_000, 50)) <= 50
