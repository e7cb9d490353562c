"""The published schema accepts what the reader accepts, and nothing else but what it says that it cannot say."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from tests.support.policies import DESIGN, names, policies

from routebook.errors import PolicyError
from routebook.features import FEATURES, TEXTS
from routebook.routing import policy_data
from routebook.routing.policy import Policy
from routebook.routing.reading import KINDS

SCHEMA = Draft202012Validator(Policy.schema())
UNSAID = re.compile(
    r"visible characters|\(not NFC\)|The regex|nested (at most 8|more than 24) deep|is more than at_most|the upper end|"
    r"has no route|weights are at most as many|is not a date|too long for a number|too large for a number",
    re.IGNORECASE,
)
"""What its `$comment` says that it cannot say, as the reader says it."""


def refused(data: object) -> str | None:
    try:
        Policy.from_json(json.dumps(data))
    except PolicyError as error:
        return str(error)
    return None


def places(data: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    inner = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in inner:
        yield from places(value, (*path, key))


KEYS = sorted({key for shape in policy_data.SHAPES.values() for key in shape} | {"zzz"})
ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.sampled_from([0, 1, 2, -1, 1.0, 1.5, 16, 17, 1000, 86_400, 86_401, 2**53, 1e9, 1e10]),
    st.sampled_from(["", " x", "x", "x\n", "sim/a", "sim/", "Sim/a", "sim/é", "2026-11-20", "2026-1-1", "a" * 64,
                     "a" * 101, "a" * 301, "de", "python", "has_code", "words", "default", "(", "x\u200b"]),
    st.sampled_from([[], {}, [1], ["x"], ["de", "fr"], [0.1, 0.9], [0.9, 0.1], ["sim/a", "sim/a"], [True]]),
    st.sampled_from([{"tag": "x"}, {"not": {"tag": "x"}}, {"feature": "has_code", "equals": True},
                     {"feature": "words", "at_least": 1}, {"metadata": "plan", "in": ["pro", 1]}]),
    names(),
)  # fmt: skip


@given(policies())
@settings(max_examples=60)
def test_every_policy_is_accepted(policy: Policy) -> None:
    assert [error.message for error in SCHEMA.iter_errors(policy_data.to_data(policy))] == []


@given(policies(), st.data())
@settings(max_examples=400)
def test_a_changed_policy_is_accepted_by_both_or_by_neither(policy: Policy, data: st.DataObject) -> None:
    changed = copy.deepcopy(policy_data.to_data(policy))
    for _ in range(data.draw(st.integers(1, 3))):
        *way, last = data.draw(st.sampled_from([path for path in places(changed) if path]))
        inside = changed
        for key in way:
            inside = inside[key]
        what = data.draw(st.sampled_from(["replace", "remove", "add"]))
        odd = copy.deepcopy(data.draw(ODD))  # or the next change would be one of the strategy's own values
        if what == "remove":
            del inside[last]
        elif what == "add" and isinstance(inside, dict):
            inside[data.draw(st.sampled_from(KEYS))] = odd
        elif what == "add":
            inside.append(odd)
        else:
            inside[last] = odd
    problem, accepted = refused(changed), SCHEMA.is_valid(changed)
    if problem is None:
        assert accepted, [error.message for error in SCHEMA.iter_errors(changed)]
    elif accepted:
        assert UNSAID.search(problem), problem


PLAIN: dict[str, Any] = {
    "routebook": 1,
    "name": "desk",
    "classify": [],
    "routes": {"t": {"models": ["sim/a"]}},
    "default": {"models": ["sim/b"]},
}


def with_condition(when: object) -> dict[str, Any]:
    return PLAIN | {"classify": [{"tag": "t", "when": when}]}


COMPARED = [
    {"equals": True}, {"equals": "x"}, {"equals": 1}, {"equals": None}, {"in": ["x"]}, {"in": [1, "x", True]},
    {"in": []}, {"in": None}, {"in": "x"}, {"at_least": 1}, {"at_most": 1.5}, {"at_least": 1, "at_most": 2},
    {"at_least": "1"}, {"at_least": None}, {"equals": 1, "at_least": 1}, {"equals": "x", "in": ["x"]}, {},
    {"in": ["x"], "at_most": 1}, {"equals": 1, "in": None, "at_most": None}, {"equals": "de"}, {"in": ["de", "zh"]},
    {"equals": "python"}, {"in": ["python", "rust"]}, {"equals": [1]}, {"equals": {}}, {"equals": 2**60},
]  # fmt: skip


@pytest.mark.parametrize("compared", COMPARED, ids=str)
@pytest.mark.parametrize(
    "what",
    [{"metadata": "plan"}, *({"feature": name} for name in FEATURES), {"tag": "x"}, {"tag": "x", "feature": None}],
)
def test_a_comparison_is_accepted_by_both_or_by_neither(what: dict[str, Any], compared: dict[str, Any]) -> None:
    data = with_condition(what | compared)
    assert SCHEMA.is_valid(data) is (refused(data) is None)


@pytest.mark.parametrize("one", KINDS)
@pytest.mark.parametrize("other", KINDS)
def test_a_condition_has_one_kind(one: str, other: str) -> None:
    values: dict[str, Any] = {
        "tag": "x", "keyword": ["x"], "regex": "x", "language": "de", "metadata": "x", "feature": "words",
        "any": [{"tag": "x"}], "all": [{"tag": "x"}], "not": {"tag": "x"},
    }  # fmt: skip
    for compared in ({}, {"equals": 1}):
        data = with_condition({one: values[one], other: values[other]} | compared)
        assert SCHEMA.is_valid(data) is (refused(data) is None)


def test_it_names_what_the_reader_names() -> None:
    definitions = Policy.schema()["$defs"]
    shapes = {
        "a policy": Policy.schema(), "a classify rule": definitions["rule"], "a condition": definitions["condition"],
        "a route": definitions["route"], "the evidence": definitions["evidence"],
        "the provenance": definitions["provenance"], "the prices": definitions["prices"],
    }  # fmt: skip
    assert {what: set(shape["properties"]) for what, shape in shapes.items()} == {
        what: set(known) for what, known in policy_data.SHAPES.items()
    }
    assert definitions["condition"]["properties"]["feature"]["enum"] == [*FEATURES, None]
    assert definitions["language"]["enum"] == list(TEXTS["language"])


def test_it_is_a_schema_and_accepts_the_designs_example() -> None:
    Draft202012Validator.check_schema(Policy.schema())
    assert SCHEMA.is_valid(policy_data.to_data(Policy.from_yaml(DESIGN)))
