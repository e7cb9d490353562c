"""What a rule asks is said in words, found as it says, and refused where it could never hold."""

from __future__ import annotations

import unicodedata
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.policies import conditions

from routebook.errors import OptionError, PolicyError
from routebook.routing.conditions import (
    AllOf,
    AnyOf,
    Asked,
    Condition,
    FeatureIs,
    HasKeyword,
    InLanguage,
    Matches,
    MetadataIs,
    Not,
    TagIs,
)
from routebook.routing.conditions.searches import Searches

ASKED = Asked("Prove that 17 is prime.", frozenset({"maths"}), {"plan": "pro", "age": 30, "beta": True, "odd": [1]})


@pytest.mark.parametrize(
    ("condition", "sentence"),
    [
        (TagIs("coding"), "its tag is coding"),
        (HasKeyword(("a", "b", "c")), "it has the word a, b or c"),
        (Matches(r"(?i)prove\b"), r"it matches /(?i)prove\b/"),
        (Matches("a\nb"), r"it matches /a\nb/"),
        (InLanguage(("de", "ja")), "it is in German or Japanese"),
        (InLanguage(("unknown",)), "it is in an unknown language"),
        (MetadataIs("plan", equals="pro"), "its plan is pro"),
        (MetadataIs("plan", one_of=("pro", "team", 3)), "its plan is pro, team or 3"),
        (MetadataIs("beta", equals=True), "its beta is true"),
        (MetadataIs("age", at_least=18, at_most=65.5), "its age is at least 18 and at most 65.5"),
        (FeatureIs("prompt_tokens", at_least=2000), "it has at least 2,000 tokens"),
        (FeatureIs("words", at_least=2, at_most=5), "it has at least 2 and at most 5 words"),
        (FeatureIs("words", at_least=3, at_most=3), "it has 3 words"),
        (FeatureIs("images", equals=0), "it has 0 images"),
        (FeatureIs("images", at_least=1), "it has at least 1 image"),
        (FeatureIs("turns", at_least=3), "it has at least 3 user turns"),
        (FeatureIs("has_code", equals=True), "it contains code"),
        (FeatureIs("has_code", equals=False), "it contains no code"),
        (FeatureIs("has_math", equals=True), "it contains mathematics"),
        (FeatureIs("multiple_choice", equals=False), "it has no lettered options"),
        (FeatureIs("language", equals="de"), "it is in German"),
        (FeatureIs("language", one_of=("de", "fr")), "it is in German or French"),
        (FeatureIs("code_language", one_of=("python", "rust")), "its code_language is python or rust"),
        (
            AllOf((TagIs("a"), AnyOf((TagIs("b"), Not(TagIs("c")))))),
            "its tag is a and (its tag is b or its tag is not c)",
        ),
    ],
)
def test_it_reads_as_a_sentence(condition: Condition, sentence: str) -> None:
    assert condition.sentence() == sentence


@pytest.mark.parametrize(
    ("condition", "holds", "finding"),
    [
        (TagIs("maths"), True, "its tag is maths"),
        (TagIs("coding"), False, "its tag is maths, not coding"),
        (HasKeyword(("derive", "prove")), True, "it has the word prove"),
        (HasKeyword(("derive", "show")), False, "it has no word derive or show"),
        (Matches("(?i)prove"), True, "it matches /(?i)prove/"),
        (Matches("^prove"), False, "nothing in it matches /^prove/"),
        (InLanguage(("de",)), False, "it is in English, not in German"),
        (InLanguage(("de", "en")), True, "it is in English"),
        (MetadataIs("plan", equals="pro"), True, "its plan is pro"),
        (MetadataIs("plan", equals="free"), False, "its plan is pro, not free"),
        (MetadataIs("team", equals="x"), False, "its team is not known, so not x"),
        (MetadataIs("odd", equals="x"), False, "its odd is not known, so not x"),
        (MetadataIs("age", at_least=30), True, "its age is at least 30"),
        (MetadataIs("age", at_least=30.5), False, "its age is 30, not at least 30.5"),
        (MetadataIs("age", equals="30"), False, "its age is 30, not 30"),
        (MetadataIs("age", one_of=(29, 30)), True, "its age is 29 or 30"),
        (MetadataIs("beta", equals=True), True, "its beta is true"),
        (MetadataIs("beta", equals=1), False, "its beta is true, not 1"),
        (MetadataIs("beta", at_least=0), False, "its beta is true, not at least 0"),
        (MetadataIs("plan", at_least=0), False, "its plan is pro, not at least 0"),
        (FeatureIs("words", at_least=5), True, "words is 5, at least 5"),
        (FeatureIs("words", at_most=4), False, "words is 5, not at most 4"),
        (FeatureIs("words", equals=5), True, "words is 5"),
        (FeatureIs("has_code", equals=False), True, "it contains no code"),
        (FeatureIs("has_code", equals=True), False, "it contains no code"),
        (FeatureIs("language", one_of=("de", "en")), True, "language is en"),
        (FeatureIs("code_language", equals="python"), False, "code_language is none, not python"),
        (FeatureIs("tools", at_least=1), False, "tools is 0, not at least 1"),
        (AnyOf((TagIs("x"), TagIs("maths"))), True, "its tag is maths"),
        (AnyOf((TagIs("x"), HasKeyword(("y",)))), False, "its tag is maths, not x, and it has no word y"),
        (AllOf((TagIs("maths"), HasKeyword(("y",)))), False, "it has no word y"),
        (AllOf((TagIs("maths"), HasKeyword(("prime",)))), True, "its tag is maths, and it has the word prime"),
        (Not(TagIs("maths")), False, "its tag is maths"),
        (AnyOf((TagIs("a"), TagIs("b"))), False, "its tag is maths, none of a, b"),
        (AnyOf(tuple(TagIs(tag) for tag in "abcdef")), False, "its tag is maths, none of a, b, c, d and 2 more"),
        (
            AnyOf(tuple(HasKeyword((word,)) for word in "abcdef")), False,
            ", and ".join([*(f"it has no word {word}" for word in "abcd"), "so on for 2 more"]),
        ),
    ],
)  # fmt: skip
def test_it_says_what_it_found(condition: Condition, holds: bool, finding: str) -> None:
    assert condition.matches(ASKED) is holds
    assert condition.finding(ASKED) == finding


TEXTS = st.text(st.characters(), max_size=40) | st.lists(
    st.sampled_from(["a", "b", "no", "yes", "def f(x):\n", "2 + 2", "Straße", "é", "漢字", "```py\n", "A. x\nB. y", ".",
                     "'", "=", "-", "Was ist das?", "x_1", "\n", "  "]), max_size=12,
).map(" ".join)  # fmt: skip


@given(st.lists(conditions(["a", "b", "c++"]), min_size=1, max_size=4), TEXTS, st.sets(st.sampled_from("abc")))
@settings(max_examples=300, deadline=None)
def test_found_together_in_one_go_they_hold_as_each_alone(some: list[Condition], text: str, tags: set[str]) -> None:
    searches = Searches()
    tests = [condition.test(searches) for condition in some]
    for searched in (None, f"{text}\n\na b"):
        asked = Asked(text, frozenset(tags), {"a": 1, "b": "x"}, searched=searched)
        assert [test(asked) for test in tests] == [condition.matches(asked) for condition in some]


WORDS = st.sampled_from(["c++", "a", "b.c", "x y", "it's", "\\d", "(?i)", "a|b", "é", "Ab", "-", "_"])


@given(st.lists(WORDS, min_size=1, max_size=4), st.text("abcxy+. '\\d|-_iÉ?()", max_size=25))
@settings(max_examples=300, deadline=None)
def test_words_are_found_as_a_pattern_as_they_are_found_one_by_one(words: list[str], text: str) -> None:
    condition = HasKeyword(tuple(words))
    assert condition.test(Searches())(Asked(text)) == condition.matches(Asked(text))


def test_more_patterns_than_go_together_are_looked_for_in_groups() -> None:
    searches = Searches()
    tests = [Matches(f"x{{900}}{number}").test(searches) for number in range(30)]
    text = "x" * 1000 + "17"
    assert [number for number, test in enumerate(tests) if test(Asked(text))] == [1, 17]


def test_what_no_rule_asks_is_not_worked_out() -> None:
    asked = Asked("Hello.")
    FeatureIs("words", at_least=1).test(Searches())(asked)
    assert set(asked.known) == {"words"}
    assert asked.found == {}


def test_true_is_not_one() -> None:
    assert MetadataIs("x", equals=True) != MetadataIs("x", equals=1)
    assert MetadataIs("x", equals=1) == MetadataIs("x", equals=1.0)
    assert hash(MetadataIs("x", equals=1)) == hash(MetadataIs("x", equals=1.0))


@given(conditions(["a", "b"]), st.text(st.characters(), max_size=200))
@settings(max_examples=100)
def test_sentences_and_findings_are_one_line_whatever_the_prompt_is(condition: Condition, odd: str) -> None:
    asked = Asked(odd, frozenset({odd, "x"}), {"a": odd, "b": odd})
    one_of_each = AllOf((Not(TagIs("z")), Not(MetadataIs("a", equals="z"))))
    for said in (condition.sentence(), condition.finding(asked), one_of_each.finding(asked)):
        assert "\n" not in said
        assert said.isprintable()


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: Matches("(a"), "column 1"),
        (lambda: InLanguage(()), "1 to 1,000 languages"),
        (lambda: InLanguage(("german",)), "'german' is not a language"),
        (lambda: InLanguage(("dee",)), "Did you mean 'de'"),
        (lambda: FeatureIs("has_cod", equals=True), "Did you mean 'has_code'"),
        (lambda: FeatureIs("zzz", at_least=1), "There are prompt_tokens"),
        (lambda: FeatureIs("has_code"), "Compare 'has_code' with"),
        (lambda: FeatureIs("has_code", equals=1), "yes or no"),
        (lambda: FeatureIs("has_code", equals="yes"), "yes or no"),
        (lambda: FeatureIs("has_code", at_least=1), "yes or no"),
        (lambda: FeatureIs("words", equals=True), "is a number"),
        (lambda: FeatureIs("words", equals="5"), "is a number"),
        (lambda: FeatureIs("words", one_of=(1, 2)), "is a number"),
        (lambda: FeatureIs("words", at_least=5, at_most=4), "is more than at_most"),
        (lambda: FeatureIs("words", at_least=1, equals=2), "Compare"),
        (lambda: FeatureIs("words", at_least=float("nan")), "at_least is a number"),
        (lambda: FeatureIs("words", equals=float("inf")), "equals is a number"),
        (lambda: FeatureIs("code_language", equals="pyton"), "Did you mean 'python'"),
        (lambda: FeatureIs("code_language", at_least=1), "is a text"),
        (lambda: FeatureIs("language", one_of=("de", "xx")), "'xx' is not a value of language"),
        (lambda: MetadataIs("", equals="x"), "a name of metadata"),
        (lambda: MetadataIs("x"), "Compare 'x' with"),
        (lambda: MetadataIs("x", equals="a\nb"), "a value of metadata"),
        (lambda: MetadataIs("x", equals=1e300), "a value of metadata"),
        (lambda: MetadataIs("x", one_of=("a",) * 1001), "1 to 1,000 values"),
    ],
)
def test_what_could_never_hold_is_refused(make: Any, says: str) -> None:
    with pytest.raises(PolicyError, match=says):
        make()


# ---- what is hostile, or a mistake -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("value", "holds"), [(10**400, True), (-(10**400), False), (float("nan"), False)])
def test_a_number_that_no_float_holds_is_compared_all_the_same(value: float, holds: bool) -> None:
    assert MetadataIs("age", at_least=1).matches(Asked("hi", metadata={"age": value})) is holds


def test_a_word_that_is_nearly_everywhere_is_looked_for_in_one_go() -> None:
    text = f"{'a' * 100_000} é {'ba' * 100_000}"
    assert not HasKeyword(("a", "ba", "a" * 99)).matches(Asked(text))
    assert HasKeyword(("é",)).matches(Asked(text))


@given(st.text("aé_ +i\u0307ß9", min_size=1), st.text("aé_ +i\u0307ß9"))
def test_a_word_is_whole_where_no_word_character_touches_it(word: str, text: str) -> None:
    def joined(left: str, right: str) -> bool:
        return all(one.isalnum() or one == "_" for one in (left, right)) and bool(left and right)

    word = unicodedata.normalize("NFC", word).strip() or "a"
    places = [at for at in range(len(text)) if text.startswith(word, at)]
    whole = [
        at
        for at in places
        if not joined(text[at - 1 : at] if at else "", word[0]) and not joined(word[-1], text[at + len(word) :][:1])
    ]
    assert HasKeyword((word,)).matches(Asked(text)) is bool(whole)


@pytest.mark.parametrize("prompt", [None, 5, b"hi", ["hi"], [{"role": "user", "content": "hi"}]])
def test_what_is_no_prompt_is_not_decided_on(prompt: Any) -> None:
    with pytest.raises(OptionError, match="decides on a text or a Prompt, not on"):
        Asked.of(prompt)


def test_metadata_has_names() -> None:
    with pytest.raises(OptionError, match="metadata is a mapping"):
        Asked.of("hi", metadata=["pro"])  # type: ignore[arg-type]
