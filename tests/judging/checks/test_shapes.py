"""Whether an answer is JSON that keeps to a schema."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routebook.errors import JudgmentError, OptionError
from routebook.judging.checks.shapes import json_schema

CITY = {
    "type": "object",
    "properties": {"city": {"type": "string", "pattern": "^[A-Z]"}, "rank": {"type": "integer", "minimum": 1}},
    "required": ["city"],
}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@pytest.mark.parametrize(
    ("answer", "right", "why"),
    [
        ('{"city": "Paris", "rank": 1}', True, ""),
        ('{"city": "Paris", "rank": 1.0}', True, ""),
        ('Here it is:\n```json\n{"city": "Paris"}\n```\nEnjoy.', True, ""),
        ('{"city": "paris"}', False, "at city: 'paris' does not match '^[A-Z]'"),
        ('{"city": "Paris", "rank": 0}', False, "at rank: 0 is less than the minimum of 1"),
        ('The city is {"city": "Paris"}', False, "it is not JSON"),
        ('{"city": "Paris", "rank": NaN}', False, "NaN is no JSON number"),
        ("[" * 200_000, False, "nested too deeply"),
        ("1" * 5_000, False, "it is not JSON"),
        ("", False, "it is not JSON"),
        ('{"city": "\ud800"}', False, "does not match"),
    ],
)
def test_an_answer_keeps_to_the_schema_or_the_note_says_where_it_does_not(answer: str, right: bool, why: str) -> None:
    value, note = json_schema(CITY)(answer)
    assert value == right
    assert why in note
    assert bool(note) != right


@given(JSON)
def test_any_json_keeps_to_the_schema_that_asks_for_nothing(value: object) -> None:
    assert json_schema({})(json.dumps(value)).value == 1


def test_it_is_called_by_its_title() -> None:
    assert json_schema(CITY | {"title": "place"}).name == "json_schema 'place'"
    assert json_schema(json.dumps(CITY)).name == "json_schema"
    assert json_schema(CITY).settings["schema"] == CITY


@pytest.mark.parametrize(
    ("schema", "why"),
    [
        (None, "needs a schema"),
        ("{", "not JSON"),
        ({"type": "text"}, "not a JSON schema"),
        ({"properties": {"a": {"pattern": "(?=a)"}}}, "lookaround"),
        ({"anyOf": [{"patternProperties": {"(a+)+$": {}}}]}, "patternProperties"),
    ],
)
def test_a_schema_that_cannot_be_checked_is_refused_at_once(schema: Any, why: str) -> None:
    with pytest.raises(OptionError, match=why):
        json_schema(schema)


def test_nothing_is_fetched_for_a_reference() -> None:
    with pytest.raises(JudgmentError, match=r"refers to 'http://127\.0\.0\.1:9/x', which is not in it"):
        json_schema({"$ref": "http://127.0.0.1:9/x"})("1")


def test_a_hostile_answer_does_not_hold_a_pattern_up() -> None:
    assert json_schema({"pattern": "^(a+)+$"})(json.dumps("a" * 50_000 + "!")).value == 0


def test_equal_items_are_found_among_many() -> None:
    different = [{"a": number} for number in range(20_000)]
    unique = json_schema({"uniqueItems": True})
    assert unique(json.dumps(different)).value == 1
    assert unique(json.dumps([*different, {"a": 7.0}])).value == 0


def test_a_schema_that_refers_to_itself_meets_an_answer_without_end() -> None:
    nested = json_schema({"items": {"$ref": "#"}})
    assert nested("[" * 900 + "]" * 900) == (0.0, "the JSON is nested too deeply")


@pytest.mark.parametrize("depth", [18, 40])
def test_alternatives_that_refer_to_themselves_do_not_double_the_work_without_end(depth: int) -> None:
    lists = [{"type": "array", "items": {"$ref": "#/$defs/n"}, "minItems": least} for least in (2, 3)]
    nested = json_schema({"$ref": "#/$defs/n", "$defs": {"n": {"anyOf": lists}}})
    assert nested("[" * depth + "]" * depth) == (0.0, "the JSON could be meant in too many ways")


def test_a_long_answer_may_follow_as_many_references_as_it_has_parts() -> None:
    flat = json_schema({"items": {"$ref": "#/$defs/p"}, "$defs": {"p": {"type": "object"}}})
    assert flat(f"[{','.join(['{}'] * 30_000)}]").value == 1


def test_a_number_too_large_to_divide_is_wrong_and_not_unknown() -> None:
    tenths = json_schema({"multipleOf": 0.1})
    assert tenths("9" * 400) == (0.0, "a number in the JSON is too large")
