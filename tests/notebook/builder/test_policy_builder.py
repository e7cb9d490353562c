"""A builder in Python and before its page: what it is made from, what it answers, what it shows, what it saves."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.support.builder_fixtures import FIXTURES, FOLDER, asks, held_out
from tests.support.scored_runs import run_with, score
from tests.support.view_fixtures import as_text

import routebook as rb
from routebook.errors import JudgmentError, OptionError
from routebook.routing.policy import Policy


@pytest.fixture
def builder() -> rb.PolicyBuilder:
    return rb.PolicyBuilder(held_out(), name="desk")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def edit(builder: rb.PolicyBuilder, verb: str, **fields: Any) -> Any:
    return builder.answer({"kind": "edit", "id": "e", "edit": {"verb": verb, **fields}})


@pytest.mark.parametrize("name", FIXTURES)
def test_what_the_page_is_tested_with_is_what_python_says(name: str) -> None:
    assert (FOLDER / f"{name}.json").read_text(encoding="utf-8") == as_text(FIXTURES[name])


def test_a_run_that_was_judged_is_enough() -> None:
    run = run_with("lab/a", "lab/b", prompts=90, tags={n: ["odd" if n % 2 else "even"] for n in range(90)})
    score(run, {"lab/a": [1, 0] * 45, "lab/b": [0, 1] * 45})
    made = rb.PolicyBuilder(run)
    assert set(made.policy.models) <= {"lab/a", "lab/b"}
    with pytest.raises(JudgmentError, match="no word by 'people'"):
        rb.PolicyBuilder(run, by="people")


def test_nothing_else_is() -> None:
    with pytest.raises(OptionError, match="from a run or from outcomes, not from list"):
        rb.PolicyBuilder([])  # type: ignore[arg-type]
    with pytest.raises(OptionError, match="outcomes have one quality already"):
        rb.PolicyBuilder(held_out(), by="exact")


def test_python_has_the_policy_that_the_page_shows(builder: rb.PolicyBuilder) -> None:
    assert edit(builder, "add", tag=None, words=["prove"], model="sim/large")["ok"]
    assert builder.policy.decide("Prove it.").models == ("sim/large",)
    assert builder.evaluation.policy == builder.policy
    assert "edited by hand" in repr(builder)


@pytest.mark.parametrize("ask", list(asks())[:2] + list(asks())[-1:], ids=lambda ask: str(ask["kind"]))
def test_every_question_is_answered_by_its_id(builder: rb.PolicyBuilder, folder: Path, ask: dict[str, Any]) -> None:
    reply = builder.answer(json.loads(json.dumps(ask)))
    assert (reply["id"], reply["ok"]) == (ask["id"], True)


@pytest.mark.parametrize("message", [None, {}, {"kind": "eval", "id": "x"}, {"kind": "edit", "id": "x", "edit": []}])
def test_anything_else_is_refused_and_changes_nothing(builder: rb.PolicyBuilder, message: object) -> None:
    before = builder.policy
    reply = builder.answer(message)
    assert not reply["ok"]
    assert builder.policy is before


def test_a_page_saves_under_a_plain_name_and_overwrites_nothing_silently(
    builder: rb.PolicyBuilder, folder: Path
) -> None:
    def save(file: str, *, replace: bool = False) -> Any:
        return builder.answer({"kind": "save", "id": "s", "file": file, "replace": replace})

    assert "no name to save under" in save("../routes.yaml")["error"]
    assert save("routes.yaml")["path"] == str(folder / "routes.yaml")
    before = builder.policy
    edit(builder, "use", tag="default", model="sim/medium")
    assert save("routes.yaml")["answer"] == "taken"
    assert Policy.load(folder / "routes.yaml") == before
    assert save("routes.yaml", replace=True)["answer"] == "saved"
    assert Policy.load(folder / "routes.yaml") == builder.policy


def test_python_saves_what_stands(builder: rb.PolicyBuilder, tmp_path: Path) -> None:
    edit(builder, "use", tag="default", model="sim/medium")
    assert Policy.load(builder.save(tmp_path / "desk.yaml")) == builder.policy


def test_where_nobody_looks_on_it_is_a_report_and_no_widget(builder: rb.PolicyBuilder) -> None:
    bundle = builder._repr_mimebundle_()
    assert set(bundle) == {"text/html", "text/plain"}
    assert "<script" not in bundle["text/html"]
    assert "Policy 'desk'" in bundle["text/plain"]
