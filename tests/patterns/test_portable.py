"""A pattern of the subset means the same to RE2, Python and JavaScript; what would not is refused with its place."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.policies import patterns

from routebook.errors import PolicyError
from routebook.features import FEATURES
from routebook.features.code_language import PATTERNS as CODE_PATTERNS
from routebook.features.form import PATTERNS as FORM_PATTERNS
from routebook.patterns.linear import Together, finder, utf8
from routebook.patterns.portable import plain, size

NODE = """
const lines = require("readline").createInterface({ input: process.stdin });
lines.on("line", (line) => {
  const { pattern, texts } = JSON.parse(line);
  try {
    const found = new RegExp(pattern, "u");
    console.log(JSON.stringify(texts.map((text) => found.test(text))));
  } catch (error) {
    console.log(JSON.stringify(String(error)));
  }
});
"""
TEXTS = st.text(
    st.sampled_from("abcdkKsSzÄäéÉ漢😀_09 -,.\n\t\r\v\f\u2028\u212a\u017f\u0130ß\x00[]^*+'\"\\/#&~"), max_size=12
)


@pytest.fixture(scope="module")
def javascript() -> Iterator[Any]:
    """Return what asks one JavaScript engine."""
    node = shutil.which("node")
    assert node, "node builds the page's scripts, and is needed here too"
    with subprocess.Popen([node, "-e", NODE], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin
        assert process.stdout

        def ask(pattern: str, texts: list[str]) -> Any:
            process.stdin.write(json.dumps({"pattern": pattern, "texts": texts}).encode() + b"\n")
            process.stdin.flush()
            return json.loads(process.stdout.readline())

        yield ask
        process.stdin.close()


@given(pattern=patterns(), texts=st.lists(TEXTS, min_size=1, max_size=4))
@settings(max_examples=500, deadline=None)
def test_three_engines_find_the_same(javascript: Any, pattern: str, texts: list[str]) -> None:
    find = finder(plain(pattern))
    found = [find(utf8(text)) for text in texts]
    python = re.compile(plain(pattern, end=r"\Z"), re.ASCII)
    assert [python.search(text) is not None for text in texts] == found, plain(pattern)
    assert javascript(plain(pattern), texts) == found, plain(pattern)


@pytest.mark.parametrize("name", [*FORM_PATTERNS, *CODE_PATTERNS])
def test_the_patterns_of_features_are_read_by_three_engines(javascript: Any, name: str) -> None:
    pattern = (dict(FORM_PATTERNS) | dict(CODE_PATTERNS))[name]
    texts = ["", "def f(x):\n  return x", "```py", "x^2 = 4", "A. x\nB. y", "It isn’t.", "SELECT a FROM b", "fn f() {}"]
    found = [finder(plain(pattern))(utf8(text)) for text in texts]
    assert javascript(plain(pattern), texts) == found
    assert [re.search(plain(pattern, end=r"\Z"), text, re.ASCII) is not None for text in texts] == found
    assert name in FEATURES or name in CODE_PATTERNS


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        ("b", "abc", True),
        ("^b", "a\nb", False),  # of the text, not of a line
        ("a$", "a\n", False),  # Python's own $ would match
        ("a.c", "a\nc", False),
        ("a.c", "a\rc", True),  # JavaScript's own . would not match
        (r"a\sc", "a\u00a0c", False),  # Python's and JavaScript's own \s would match
        (r"a\sc", "a\x0bc", False),  # Python's and JavaScript's own \s would match
        (r"a\sc", "a\tc", True),
        (r"\d", "٣", False),  # Python's own \d would match
        (r"\w", "é", False),
        (r"\bé", "é", False),  # between two that are no \w
        ("(?i)k", "\u212a", False),  # RE2's own (?i) would match the Kelvin sign
        ("(?i)s", "\u017f", False),
        ("(?i)é", "É", True),
        ("(?i)ß", "SS", False),
        ("(?i)[a-f]", "E", True),
        ("(?i)[^a]", "A", False),
        ("(?i)σ", "Σ", True),
        ("(?i)σ", "ς", False),  # a letter stands for its own two cases, not for theirs
        (r"(?i)\W", "k", False),
        ("a{2}", "aa", True),
        ("^a{2,3}?$", "aaaa", False),
        ("a|", "b", True),
        ("[-a]", "-", True),
        (r"[\]]", "]", True),
        ("^[^a]$", "😀", True),  # one character, not two halves
        ("^.$", "😀", True),
        (r"\.", "a", False),
        (r"a\-b", "a-b", True),
        ("[&&~~||--]", "&", None),
        ("[&|~]", "|", True),
    ],
)
def test_a_pattern_means_what_is_documented(javascript: Any, pattern: str, text: str, found: bool | None) -> None:
    if found is None:
        with pytest.raises(PolicyError):
            plain(pattern)
        return
    assert finder(plain(pattern))(utf8(text)) is found
    assert (re.search(plain(pattern, end=r"\Z"), text, re.ASCII) is not None) is found
    assert javascript(plain(pattern), [text]) == [found]


@pytest.mark.parametrize(
    ("pattern", "column", "says"),
    [
        ("", 1, "every text"),
        ("a(?=b)", 2, "ahead"),
        ("(?!b)", 1, "`not`"),
        ("(?<=b)a", 1, "behind"),
        ("(?<!b)a", 1, "behind"),
        (r"(a)\1", 4, "referred to"),
        ("(?P<n>a)", 1, "no names"),
        ("(?<n>a)", 1, "no names"),
        ("(?P=n)", 1, "referred to"),
        ("(?>a)", 1, "atomic"),
        ("(?#a)", 1, "comments"),
        ("a(?i)b", 2, "very beginning"),
        ("(?m)^a", 1, r"\(\?:\^\|\\n\)"),
        ("(?i:a)", 1, "very beginning"),
        ("a++", 3, "repeated twice"),
        ("a{2}{3}", 5, "repeated twice"),
        ("a*??", 4, "repeated twice"),
        ("*a", 1, r"`\\\*`"),
        ("^*", 2, "cannot be repeated"),
        (r"\b+", 3, "cannot be repeated"),
        ("a{3,2}", 2, "less than the least"),
        ("a{,2}", 2, r"`\\\{`"),
        ("a{x", 2, r"`\\\{`"),
        ("a}", 2, r"`\\\}`"),
        ("a]", 2, r"`\\\]`"),
        ("[]a]", 1, "no character"),
        ("[^]", 1, "no character"),
        ("[a", 1, "not closed"),
        ("[z-a]", 2, "backwards"),
        (r"[a-\d]", 2, "a range goes"),
        ("[a-c-e]", 5, r"write `\\-`"),
        ("[+--]", 2, None),
        ("[[:alpha:]]", 2, r"`\\\[`"),
        (r"[\b]", 2, "no character"),
        ("(?i)[à-ö]", 6, "within ASCII"),
        ("(a", 1, "not closed"),
        ("a)", 2, "closes nothing"),
        (r"\pL", 1, "write the characters out"),
        (r"\x41", 1, "the character itself"),
        (r"\u0041", 1, "the character itself"),
        (r"\A", 1, r"`\^`"),
        (r"a\Z", 2, r"`\$`"),
        (r"\B", 1, "take it out"),
        (r"\e", 1, "without"),
        (r"\0", 1, "without"),
        (r"\é", 1, "without"),
        ("a\\", 2, "at the end"),
        ("\ud800", 1, "half a character"),
        ("a" * 1001, 1001, "1,000 is the most"),
        ("(a{100}){11}", 1, "stand for 1,100"),
        ("(" * 21 + "a" + ")" * 21, 21, "20 deep"),
        ("(" * 900, 21, "20 deep"),
    ],
)
def test_what_would_differ_is_refused_where_it_stands(pattern: str, column: int, says: str | None) -> None:
    if says is None:
        assert plain(pattern)
        return
    with pytest.raises(PolicyError, match=says) as raised:
        plain(pattern)
    assert f"column {column}: " in str(raised.value)
    assert "\n" not in str(raised.value)
    assert str(raised.value).isprintable()


@given(st.text(st.characters(), max_size=20) | st.text("ab()[]{}?*+|^$\\.-,:<!=i09dwsbBpux ", max_size=20))
@settings(max_examples=500)
def test_any_text_is_a_pattern_that_re2_takes_or_is_refused(text: str) -> None:
    try:
        pattern = plain(text)
    except PolicyError as error:
        assert "\n" not in str(error)  # noqa: PT017 - either is right
        return
    finder(pattern)
    re.compile(plain(text, end=r"\Z"), re.ASCII)
    assert size(text) >= 0


@given(st.lists(patterns(), min_size=1, max_size=5), TEXTS)
@settings(max_examples=200, deadline=None)
def test_patterns_looked_for_together_are_found_as_each_alone(some: list[str], text: str) -> None:
    each = [place for place, one in enumerate(some) if finder(plain(one))(utf8(text))]
    assert Together([plain(one) for one in some]).found(utf8(text)) == each


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|aa)*b", "(?:a?){500}a{400}$", "[^b]*[^c]*[^d]*e"])
def test_a_pattern_made_to_be_slow_is_not(pattern: str) -> None:
    """With backtracking each would take longer than the universe is old."""
    assert finder(plain(pattern))(b"a" * 20_000 + b"!") is False
