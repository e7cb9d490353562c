"""What is exported for promptfoo: a test for each route or prompt, and nothing that promptfoo would fill in.

That promptfoo runs the suites is in `test_promptfoo_command`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.policies import names, policies

from routebook.errors import TargetError
from routebook.routing.conditions import HasKeyword, TagIs
from routebook.routing.policy import ClassifyRule, Policy, Provenance, Route
from routebook.targets import promptfoo

DESK = Policy(
    "desk",
    (ClassifyRule("coding", HasKeyword(("refactor",))),),
    {"coding": Route(("openai/gpt-6.1-terra", "anthropic/claude-sonnet-5-5"))},
    Route(("bedrock/a", "openai/b", "openai/c"), weights=(1, 2)),
    Provenance(created="2026-11-20"),
)


def asked_by(text: str) -> list[dict[str, Any]]:
    return [test["vars"] for test in yaml.safe_load(text)["tests"]]


def test_there_is_a_test_for_each_route_and_any_model_that_shares_one_may_answer() -> None:
    made = promptfoo.compile(DESK)
    assert asked_by(made.text) == [
        {"prompt": "Reply with one word: ready.", "route": "coding", "models": "gpt-6.1-terra"},
        {"prompt": "Reply with one word: ready.", "route": "default", "models": "a b"},
    ]
    assert (made.entries, made.losses) == (("route/coding", "route/default"), ())


def test_a_suite_of_prompts_asks_for_the_route_of_each() -> None:
    made = promptfoo.suite(DESK, ["Refactor this.", "Good\nmorning."])
    assert [(test["prompt"], test["route"]) for test in asked_by(made.text)] == [
        ("Refactor this.", "coding"), ("Good\nmorning.", "default")
    ]  # fmt: skip


def test_the_report_says_how_to_run_it(tmp_path: Path) -> None:
    report = DESK.export("promptfoo", tmp_path / "promptfooconfig.yaml")
    variables, run = str(report).splitlines()[-2:]
    assert variables.startswith("Set ROUTEBOOK_GATEWAY and ROUTEBOOK_GATEWAY_KEY where it runs;")
    assert run == (
        f"Run it: ROUTEBOOK_GATEWAY=http://127.0.0.1:4000/v1 npx promptfoo eval --no-cache -c {report.path}, with the "
        "address of the gateway that runs the policy, and its key in ROUTEBOOK_GATEWAY_KEY."
    )
    assert report.path.read_text().splitlines()[1:3] == [
        "# Policy: desk, made 2026-11-20", f"# sha256: {DESK.sha256}"
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["{{ env.KEY }}", "a {% include 'x' %}", "{# a #}", "file:///etc/passwd", " file://a"])
def test_what_promptfoo_would_fill_in_or_load_is_left_out_and_said(text: str) -> None:
    made = promptfoo.suite(DESK, ["Good morning.", text])
    assert [test["prompt"] for test in asked_by(made.text)] == ["Good morning."]
    [loss] = made.losses
    assert str(loss).startswith("prompt 2: promptfoo would fill in or load ")
    with pytest.raises(TargetError, match="promptfoo can test nothing of this policy"):
        promptfoo.suite(DESK, [text])


def test_a_route_of_such_a_name_is_a_loss() -> None:
    policy = Policy("p", (), {"{{ x }}": Route(("openai/a",)), "b": Route(("openai/{{y}}",))}, Route(("openai/a",)))
    assert [loss.where for loss in promptfoo.losses(policy)] == ["route {{ x }}", "route b"]
    assert [test["route"] for test in asked_by(promptfoo.compile(policy).text)] == ["default"]


def test_no_key_of_the_environment_is_in_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "ROUTEBOOK_GATEWAY_KEY"):
        monkeypatch.setenv(name, "sk-canary-0123456789abcdef")
    assert "canary" not in promptfoo.compile(DESK).text


def test_without_promptfoo_a_replay_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert repr(promptfoo.replay(DESK, ["Hello."])) == (
        "not replayed: promptfoo is not installed: npm install promptfoo, or let ROUTEBOOK_PROMPTFOO name it."
    )


@given(policies(), st.lists(st.text(st.characters(exclude_categories=("Cs",)), max_size=30), max_size=4))
@settings(max_examples=50)
def test_nothing_breaks_out_of_its_place_and_the_code_and_templates_are_always_the_same(
    policy: Policy, prompts: list[str]
) -> None:
    made = promptfoo.suite(policy, ["plain", *prompts])
    config = yaml.safe_load(made.text)
    same = yaml.safe_load(promptfoo.compile(DESK).text)
    for section in ("prompts", "providers", "defaultTest"):
        assert config[section] == same[section]
    assert set(config) == set(same)
    assert "{{" not in str(config["tests"])
    kept = [test["vars"]["prompt"] for test in config["tests"]]
    assert len(kept) + len(made.losses) >= len(prompts)
    assert set(kept) <= {"plain", *prompts}


@given(names())
@settings(max_examples=50)
def test_a_header_of_any_name_stays_a_comment(name: str) -> None:
    policy = Policy(name, (ClassifyRule("t", TagIs(name)),), {"t": Route(("openai/a",))}, Route(("openai/b",)))
    assert len(asked_by(promptfoo.compile(policy).text)) == 2
    assert f"# Policy: {name}\n" in promptfoo.compile(policy).text
