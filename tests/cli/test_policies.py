"""The commands about policies: what they print, and the exit codes that CI goes by. None of them asks a model."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml

from routebook.cli import main
from routebook.targets import TARGETS

POLICY = """\
routebook: 1
name: desk
classify:
- {tag: coding, when: {keyword: [sort]}}
routes:
  coding: {models: [openai/gpt-6.1-terra, sim/large]}
default: {models: [sim/small, simcloud/small]}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "routes.yaml").write_text(POLICY)
    return tmp_path


pytestmark = pytest.mark.usefixtures("folder")


def shell(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = main(words)
    return code, *capsys.readouterr()


# ---- decide ---------------------------------------------------------------------------------------------------------


def test_a_prompt_is_decided_with_the_reason(capsys: pytest.CaptureFixture[str]) -> None:
    assert shell(capsys, "decide", "routes.yaml", "Sort a list.") == (
        0, "coding: openai/gpt-6.1-terra, else sim/large\nrule 1: it has the word sort\n", ""
    )  # fmt: skip


def test_a_decision_as_json_has_the_tag_the_rule_and_the_models(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = shell(capsys, "decide", "routes.yaml", "Hello.", "--tag", "talk", "--meta", "plan=free", "--json")
    assert json.loads(out) == {
        "tag": "default",
        "rule": None,
        "models": ["sim/small", "simcloud/small"],
        "why": "no rule matched (not rule 1: it has no word sort)",
    }


# ---- check ----------------------------------------------------------------------------------------------------------


def test_a_sound_policy_passes(capsys: pytest.CaptureFixture[str]) -> None:
    assert shell(capsys, "check", "routes.yaml", "--strict") == (0, "routes.yaml: 0 faults, 0 notices\n", "")


def test_a_fault_fails_and_a_notice_only_if_it_is_strict(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    (folder / "alone.yaml").write_text(POLICY.replace(", sim/large", ""))
    assert shell(capsys, "check", "alone.yaml")[0] == 0
    code, out, _ = shell(capsys, "check", "routes.yaml", "alone.yaml", "--strict")
    assert code == 1
    assert "alone.yaml: notice: route coding: nobody steps in" in out
    (folder / "old.yaml").write_text(POLICY + "provenance: {expires: 2026-01-01}\n")
    assert shell(capsys, "check", "old.yaml")[0] == 1


def test_a_file_that_cannot_be_read_fails_otherwise_and_the_rest_is_checked(
    capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    (folder / "broken.yaml").write_text(POLICY.replace("default:", "defualt:"))
    code, out, err = shell(capsys, "check", "broken.yaml", "routes.yaml")
    assert code == 2
    assert "broken.yaml, line 7, column 1" in err
    assert "routes.yaml: 0 faults" in out


def test_the_pre_commit_hook_is_this_command_and_finds_files_of_this_name(capsys: pytest.CaptureFixture[str]) -> None:
    [hook] = yaml.safe_load((Path(__file__).parents[2] / ".pre-commit-hooks.yaml").read_text())
    command, *words = hook["entry"].split()
    assert command == "routebook"
    assert shell(capsys, *words, "routes.yaml")[0] == 0
    found = [name for name in ("routes.yaml", "a/routes-new.json", "config.yaml") if re.search(hook["files"], name)]
    assert found == ["routes.yaml", "a/routes-new.json"]


# ---- diff -----------------------------------------------------------------------------------------------------------


def test_changed_prompts_are_counted_and_listed(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    (folder / "new.yaml").write_text(POLICY.replace("[sort]", "[list]"))
    (folder / "prompts.jsonl").write_text('"Sort a set."\n\n{"prompt": "Hello.", "tags": "talk"}\n')
    words = ("diff", "routes.yaml", "new.yaml", "--on", "prompts.jsonl")
    code, out, _ = shell(capsys, *words)
    assert code == 0
    assert out.startswith("1 of 2 prompts go another way.\n")
    assert out.endswith("\n  coding -> default: Sort a set.\n")
    said = json.loads(shell(capsys, *words, "--json")[1])
    assert (said["of"], said["usd_change"], said["changed"][0]["tag"]) == (2, None, "default")


@pytest.mark.parametrize(
    ("line", "problem"),
    [("{", "this is not JSON"), ("5", "write a text"), ('{"prompt": "a", "tags": [1]}', "write a text"),
     ("[" * 10_000, "this is not JSON")],
)  # fmt: skip
def test_a_line_that_is_no_prompt_is_refused_with_its_number(
    capsys: pytest.CaptureFixture[str], folder: Path, line: str, problem: str
) -> None:
    (folder / "prompts.jsonl").write_text(f'"Hello."\n{line}\n')
    code, out, err = shell(capsys, "diff", "routes.yaml", "routes.yaml", "--on", "prompts.jsonl")
    assert (code, out) == (2, "")
    assert f"prompts.jsonl, line 2: {problem}" in err


# ---- export and targets ---------------------------------------------------------------------------------------------


def test_a_lossy_export_is_refused_in_the_words_of_the_shell(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    code, out, err = shell(capsys, "export", "routes.yaml", "--to", "litellm")
    assert (code, out) == (2, "")
    assert err.endswith("To write it anyway: --allow-lossy.\n")
    assert not (folder / "config.yaml").exists()


def test_an_export_goes_where_it_is_told_or_under_the_tools_own_name(
    capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    words = ("export", "routes.yaml", "--to", "litellm", "--allow-lossy")
    assert shell(capsys, *words)[0] == 0
    assert shell(capsys, *words, "--out", "other.yaml")[1].startswith("Wrote other.yaml for LiteLLM: ")
    assert (folder / "config.yaml").read_text() == (folder / "other.yaml").read_text()


def test_a_replay_that_cannot_be_says_why(
    capsys: pytest.CaptureFixture[str], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ROUTEBOOK_LITELLM_PYTHON", raising=False)
    (folder / "prompts.jsonl").write_text('"Hello."\n')
    words = ("export", "routes.yaml", "--to", "litellm", "--allow-lossy", "--replay", "prompts.jsonl")
    code, out, _ = shell(capsys, *words)
    assert code == 0
    assert "Not replayed: LiteLLM is not here." in out


def test_every_target_is_listed_with_what_proved_it(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = shell(capsys, "targets")
    assert code == 0
    assert [line.split()[0] for line in out.splitlines()[1:]] == list(TARGETS)


@pytest.mark.parametrize(
    "words", [("decide", "routes.yaml"), ("check",), ("diff", "a", "b"), ("export", "routes.yaml")]
)
def test_what_is_missing_is_asked_for_with_an_example(capsys: pytest.CaptureFixture[str], words: tuple[str]) -> None:
    code, out, err = shell(capsys, *words)
    assert (code, out) == (2, "")
    assert f"routebook {words[0]} " in err
