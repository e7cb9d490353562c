"""What the page may say, and nothing else: whoever can write to a kernel's comms may send anything."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.builder_fixtures import asks as asks_of_a_builder
from tests.support.strategies import texts
from tests.support.view_fixtures import asks

from routebook.errors import RunError
from routebook.notebook.builder.messages import read as read_of_a_builder
from routebook.notebook.messages import id_of, read, read_answer_id

ASKS = [(read, ask) for ask in asks()] + [(read_of_a_builder, ask) for ask in asks_of_a_builder()]
READERS = (read, read_of_a_builder)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts(12), inner, max_size=3),
    max_leaves=6,
)


@pytest.mark.parametrize(("reader", "ask"), ASKS, ids=[ask["kind"] + ask["id"] for _, ask in ASKS])
def test_each_question_is_read_as_it_was_asked(reader: Callable[[object], object], ask: dict[str, Any]) -> None:
    assert reader(json.loads(json.dumps(ask))) == ask


@pytest.mark.parametrize("reader", READERS)
@given(message=ANYTHING)
def test_anything_else_is_refused_in_one_line(reader: Callable[[object], object], message: object) -> None:
    with pytest.raises(RunError) as refused:
        reader(message)
    assert "\n" not in str(refused.value)


def _places(value: Any, path: tuple[Any, ...] = ()) -> Any:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield (*path, key)
        yield from _places(inner, (*path, key))


@given(st.sampled_from(ASKS), st.data(), ANYTHING)
def test_a_question_with_anything_in_one_place_is_read_or_refused(
    asked: tuple[Callable[[object], object], dict[str, Any]], data: st.DataObject, strange: object
) -> None:
    reader, ask = asked
    changed = json.loads(json.dumps(ask))
    *path, last = data.draw(st.sampled_from(list(_places(ask))))
    inner = changed
    for key in path:
        inner = inner[key]
    inner[last] = strange
    try:
        taken: object = reader(changed)
    except RunError as refused:
        taken, changed = str(refused).count("\n"), 0
    assert taken == changed


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"kind": "eval"}, "'kind' must be one of stop, vote, request, resync"),
        ({"run": "0" * 31}, "'run' must be an id"),
        ({"extra": 1}, "unknown field 'extra'"),
        ({"id": "x" * 201}, "'id' must be at most 200 characters"),
        ({"model": 5}, "'model' must be text"),
    ],
)
def test_a_question_that_is_none_is_refused_in_words(change: dict[str, Any], said: str) -> None:
    with pytest.raises(RunError, match=said):
        read({"kind": "stop", "run": "0" * 32, "model": None, "id": "a"} | change)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"rating": 0}, "'rating' must be 1 or more"),
        ({"rating": 6}, "'rating' must be at most 5"),
        ({"rating": 4.5}, "'rating' must be a whole number"),
        ({"rating": True}, "'rating' must be a whole number"),
        ({"answer": "0-0-A"}, "'answer' must be an id"),
        ({"answer": "1-0-a"}, "'answer' must be an id"),
        ({"order": ["1-0-A"] * 1001}, "'order' must be at most 1,000 items"),
        ({"order": [1]}, "'order' must be an id"),
        ({"note": "x" * 10_001}, "'note' must be at most 10,000 characters"),
        ({"winner": "a"}, "unknown field 'winner'"),
        ({"blind": 1}, "'blind' must be true or false"),
    ],
)
def test_a_ballot_that_is_none_is_refused_in_words(change: dict[str, Any], said: str) -> None:
    ballot = {"kind": "rating", "prompt": "0" * 16, "blind": True, "order": ["1-0-A"], "answer": "1-0-A", "rating": 4}
    with pytest.raises(RunError, match=said):
        read({"kind": "vote", "run": "0" * 32, "id": "a", "ballot": ballot | change})


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        ({"verb": "eval"}, "'verb' must be one of use, fallback,"),
        ({"verb": "undo", "tag": "a"}, "unknown field 'tag'"),
        ({"verb": "use", "tag": "a", "model": None}, "'model' must be text"),
        ({"verb": "move", "tag": "a", "model": None, "to": -1}, "'to' must be a whole number"),
        ({"verb": "move", "tag": "a", "model": None, "to": 1001}, "'to' must be at most 1,000"),
        ({"verb": "put", "name": "x", "by": None, "rules": [{"tag": "a", "models": ["m"] * 17}]}, "at most 16 items"),
        ({"verb": "put", "name": "x", "by": None, "rules": [{"tag": "a", "models": [1]}]}, "a list of model ids"),
        ({"verb": "rename", "name": "x" * 1001}, "at most 1,000 characters"),
    ],
)
def test_a_change_of_a_draft_that_is_none_is_refused_in_words(edit: dict[str, Any], said: str) -> None:
    with pytest.raises(RunError, match=said):
        read({"kind": "draft", "run": "0" * 32, "id": "a", "edit": edit})


def test_a_question_that_cannot_be_read_is_refused_by_its_id_where_it_has_one() -> None:
    assert id_of({"id": "a7", "kind": "?"}) == "a7"
    assert [id_of(message) for message in (None, [], {}, {"id": 5}, {"id": "x" * 999})] == [""] * 5


@pytest.mark.parametrize("text", ["", "1", "1-0", "1-0-", "-1-0-0", "1-0-0-0", "1-0-é", "１-0-0", "1-0-A1", "1-0-0\n"])
def test_an_answers_id_is_a_number_a_repeat_and_a_place_or_a_letter(text: str) -> None:
    with pytest.raises(RunError):
        read_answer_id(text)


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        ({"verb": "eval"}, "'verb' must be one of slide, use,"),
        ({"verb": "slide", "to": -1}, "'to' must be a whole number"),
        ({"verb": "slide", "to": 1, "tag": "a"}, "unknown field 'tag'"),
        ({"verb": "use", "tag": "a", "model": None}, "'model' must be text"),
        ({"verb": "add", "tag": None, "words": ["w"] * 51, "model": "m"}, "at most 50 items"),
        ({"verb": "add", "tag": None, "words": [1], "model": "m"}, "a list of words"),
        ({"verb": "add", "tag": "x" * 1001, "words": [], "model": "m"}, "at most 1,000 characters"),
    ],
)
def test_a_change_in_a_builder_that_is_none_is_refused_in_words(edit: dict[str, Any], said: str) -> None:
    with pytest.raises(RunError, match=said):
        read_of_a_builder({"kind": "edit", "id": "a", "edit": edit})
