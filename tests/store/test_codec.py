"""What goes into the store comes out of it, exactly."""

from __future__ import annotations

import sqlite3
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.support.examples import PROMPT, call_of, run_of
from tests.support.strategies import calls, plain_data, prompts, runs, texts

from routebook.calls import Call, RunInfo
from routebook.prompts import Attachment, Prompt
from routebook.store import Store
from routebook.store.codec import from_json, from_text, to_json, to_text

one_store = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=80)


@given(run=runs(), asked=st.lists(prompts(), max_size=3), came=st.lists(calls(), max_size=3, unique_by=lambda c: c.id))
@one_store
def test_every_run_prompt_and_call_survives(store: Store, run: RunInfo, asked: list[Prompt], came: list[Call]) -> None:
    run = run_of(**{name: getattr(run, name) for name in RunInfo.__slots__ if name != "id"})  # a new id per example
    came = [call_of(run, **{n: getattr(c, n) for n in Call.__slots__ if n not in ("id", "run_id")}) for c in came]

    store.begin_run(run, asked)
    for future in [store.add_call(call) for call in came]:
        future.result()

    assert store.load_run(run.id) == (run, tuple(asked), came)


@given(texts())
def test_any_text_can_be_held_by_a_database_and_comes_back(text: str) -> None:
    held = to_text(text)
    held.encode()  # no surrogates
    assert "\x00" not in held
    assert from_text(held) == text


@given(plain_data())
def test_any_plain_data_comes_back(data: object) -> None:
    assert from_json(to_json(data)) == data


def test_ordinary_text_is_stored_as_it_is(store: Store, path: Path) -> None:
    run = run_of()
    store.begin_run(run, [PROMPT])
    store.add_call(call_of(run, text="Ça va? 漢字 😀")).result()

    connection = sqlite3.connect(path)
    assert connection.execute("SELECT text FROM routebook_calls").fetchall() == [("Ça va? 漢字 😀",)]
    connection.close()


def test_metadata_that_is_no_json_is_kept_as_numbers_and_text(store: Store) -> None:
    row = pd.DataFrame({"n": [3], "share": [0.5], "day": [pd.Timestamp("2026-11-20")]}).iloc[0]
    metadata = {**row.to_dict(), "n": row["n"], "date": date(2026, 11, 20), "where": Path("a"), "kinds": {"b", "a"}}
    run = run_of()

    store.begin_run(run, [Prompt.of("x", metadata=metadata)])

    _, (prompt,), _ = store.load_run(run.id)
    expected = {
        "n": 3,
        "share": 0.5,
        "day": "2026-11-20T00:00:00",
        "date": "2026-11-20",
        "where": "a",
        "kinds": ["a", "b"],
    }
    assert prompt.metadata == expected


def test_an_image_shown_by_many_prompts_is_stored_once(store: Store, path: Path) -> None:
    picture = b"\x89PNG\r\n\x1a\n" + bytes(100)
    asked = [Prompt.of(f"What is this? {i}", images=[Attachment(picture, "image/png", f"{i}.png")]) for i in range(3)]
    runs_ = [run_of(), run_of()]

    for run in runs_:
        store.begin_run(run, asked)

    connection = sqlite3.connect(path)
    assert connection.execute("SELECT count(*) FROM routebook_attachments").fetchone() == (1,)
    assert connection.execute("SELECT count(*) FROM routebook_prompts").fetchone() == (3,)
    connection.close()
    assert store.load_run(runs_[1].id)[1] == tuple(asked)


def test_the_same_question_keeps_each_runs_own_tags_and_expected_answer(store: Store) -> None:
    first, second = run_of(), run_of()
    tagged = Prompt.of("x", tags=["a"], expected="1")
    store.begin_run(first, [tagged])
    store.begin_run(second, [Prompt.of("x"), tagged])

    assert store.load_run(first.id)[1] == (tagged,)
    assert store.load_run(second.id)[1] == (Prompt.of("x"), tagged)


@pytest.mark.parametrize("name", ["a\x00b", "\ud800"])
def test_a_run_with_an_odd_name_is_found_by_it(store: Store, name: str) -> None:
    run = run_of(name=name)
    store.begin_run(run, [])
    assert store.load_run(name)[0] == run
