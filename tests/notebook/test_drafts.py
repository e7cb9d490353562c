"""What a page changes of a draft changes for all; what it saves is a policy in the kernel's folder, or nothing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.support.scored_runs import run_with, score
from tests.support.view_fixtures import draft, edits

from routebook.comparison import Comparison
from routebook.notebook.port import Port
from routebook.routing.policy import Policy


@pytest.fixture
def run() -> Comparison:
    made = run_with("lab/a", "lab/b", prompts=3, tags={0: ["coding"], 1: ["coding", "maths"]}, simulated=False)
    score(made, {"lab/a": [1, 1, 0], "lab/b": [0, 1, 1]})
    return made


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    made = tmp_path / "here"
    made.mkdir()
    monkeypatch.chdir(made)
    return made


@pytest.fixture
def port(run: Comparison) -> Port:
    made = Port()
    made.show(run)
    return made


def ask(port: Port, run: Comparison, edit: dict[str, Any] | None) -> Any:
    return port.answer({"kind": "draft", "id": "d", "run": run.run.id, "edit": edit})


def save(port: Port, run: Comparison, file: str, *, replace: bool = False) -> Any:
    return port.answer({"kind": "save", "id": "s", "run": run.run.id, "file": file, "replace": replace})


def use(model: str = "lab/a", tag: str = "default") -> dict[str, Any]:
    return {"verb": "use", "tag": tag, "model": model}


def test_a_page_and_python_change_the_same_draft(port: Port, run: Comparison) -> None:
    shown = ask(port, run, use(tag="coding"))["draft"]
    (chosen,) = shown["rules"][0]["choices"]
    assert run.policy.sentences() == [f"coding goes to lab/a: {chosen['said']}"]
    assert "2 prompts, quality 1.00 (0.34 to 1.00) by exact" in chosen["said"]
    run.policy.fallback("coding", "b")
    assert [one["model"] for one in ask(port, run, None)["draft"]["rules"][0]["choices"]] == ["lab/a", "lab/b"]


def test_the_default_comes_last_and_is_empty_until_one_is_chosen(port: Port, run: Comparison) -> None:
    shown = ask(port, run, use(tag="coding"))["draft"]
    assert shown["rules"][-1] == {"tag": "default", "choices": []}
    assert shown["file"] is None
    assert ask(port, run, use())["draft"]["file"] == run.policy.to_yaml()


def test_every_change_of_the_page_is_made() -> None:
    shown = draft()
    assert [(rule["tag"], len(rule["choices"])) for rule in shown["rules"]] == [("geography", 2), ("default", 1)]
    assert (shown["name"], shown["by"], shown["undo"], shown["redo"]) == ("put back", "exact", True, False)
    assert {edit["verb"] for edit in edits() if edit} >= {"use", "fallback", "remove", "move", "undo", "redo", "put"}


@pytest.mark.parametrize(
    ("edit", "says"),
    [
        (use("lab/c"), "no model 'lab/c'"),
        (use(tag="codng"), "Did you mean 'coding'"),
        ({"verb": "remove", "tag": "coding", "model": None}, "Nothing is chosen for the tag 'coding'"),
        ({"verb": "undo"}, "nothing to undo"),
        ({"verb": "judge", "name": "people"}, "no word by 'people'"),
    ],
)
def test_what_cannot_be_chosen_is_refused_and_changes_nothing(
    port: Port, run: Comparison, edit: dict[str, Any], says: str
) -> None:
    reply = ask(port, run, edit)
    assert says in reply["error"]
    assert not run.policy.can_undo


def test_a_blind_run_is_refused_until_it_is_revealed() -> None:
    run = run_with("lab/a", "lab/b", prompts=1)
    blind = Comparison(replace(run.run, blind=True), run.prompts, run.calls)
    port = Port()
    port.show(blind)
    assert "blind" in ask(port, blind, use())["error"]
    revealed = blind.reveal()
    port.show(revealed)
    assert ask(port, blind, use())["ok"]


# ---- saving ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["routes.yaml", "meine Regeln.yml", "règles-2.json"])
def test_a_draft_is_saved_in_the_kernels_folder(port: Port, run: Comparison, folder: Path, name: str) -> None:
    ask(port, run, use())
    assert save(port, run, name)["path"] == str(folder / name)
    assert Policy.load(folder / name) == run.policy.policy()


@pytest.mark.parametrize(
    "name",
    ["", "routes", ".yaml", "../routes.yaml", "/routes.yaml", "a/b.yaml", "a\\b.yaml", "~/x.yaml", "x.yaml\n",
     "x.py", ".bashrc.yaml", "c:x.yaml", "x\0.yaml", "x" * 120 + ".yaml", "漢" * 91 + ".yaml",
     "con.yaml", "NUL.json", "aux.yml", "com1.yaml", "prn .yaml"],
)  # fmt: skip
def test_no_other_name_is_written_to(port: Port, run: Comparison, folder: Path, name: str) -> None:
    ask(port, run, use())
    assert not save(port, run, name)["ok"]
    assert not save(port, run, name, replace=True)["ok"]
    assert list(folder.iterdir()) == []


def test_a_policy_is_replaced_only_when_the_user_says_so(port: Port, run: Comparison, folder: Path) -> None:
    ask(port, run, use())
    save(port, run, "routes.yaml")
    ask(port, run, use("lab/b"))
    reply = save(port, run, "routes.yaml")
    assert (reply["answer"], reply["path"]) == ("taken", "routes.yaml")
    assert Policy.load(folder / "routes.yaml").default.models == ("lab/a",)
    assert save(port, run, "routes.yaml", replace=True)["answer"] == "saved"
    assert Policy.load(folder / "routes.yaml").default.models == ("lab/b",)


def test_what_is_no_policy_is_never_replaced(port: Port, run: Comparison, folder: Path) -> None:
    ask(port, run, use())
    (folder / "package.json").write_text("{}")
    assert save(port, run, "package.json")["answer"] == "taken"
    assert "is no policy, so it stays" in save(port, run, "package.json", replace=True)["error"]
    assert (folder / "package.json").read_text() == "{}"


def test_no_link_leads_out_of_the_folder(port: Port, run: Comparison, folder: Path, tmp_path_factory: Any) -> None:
    ask(port, run, use())
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "routes.yaml"
    run.policy.save(elsewhere)
    before = elsewhere.read_text()
    ask(port, run, use("lab/b"))
    (folder / "routes.yaml").symlink_to(elsewhere)
    (folder / "nowhere.yaml").symlink_to(elsewhere.with_name("new.yaml"))
    for name in ("routes.yaml", "nowhere.yaml"):
        assert save(port, run, name)["answer"] == "taken"
        assert "no plain file" in save(port, run, name, replace=True)["error"]
    assert elsewhere.read_text() == before
    assert not elsewhere.with_name("new.yaml").exists()


def test_nothing_is_left_of_a_draft_that_is_no_policy_yet(port: Port, run: Comparison, folder: Path) -> None:
    ask(port, run, use(tag="coding"))
    assert "everything else" in save(port, run, "routes.yaml")["error"]
    assert list(folder.iterdir()) == []


def test_a_name_that_no_file_can_have_is_no_file_to_replace(port: Port, run: Comparison, folder: Path) -> None:
    ask(port, run, use())
    assert "no plain file here" in save(port, run, "漢" * 91 + ".yaml", replace=True)["error"]
