"""An export says what it wrote and what was lost, holds no secret, and no value breaks out of its place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.policies import names, policies

from routebook.errors import TargetError
from routebook.providers.registry import register_server
from routebook.routing.conditions import AllOf, AnyOf, FeatureIs, HasKeyword, InLanguage, Matches, MetadataIs, TagIs
from routebook.routing.policy import ClassifyRule, Policy, Provenance, Route
from routebook.targets import TARGETS, export, litellm, target

CANARY = "sk-canary-0123456789abcdef"
DESK = Policy(
    "desk",
    (ClassifyRule("coding", TagIs("coding")),),
    {"coding": Route(("openai/gpt-6.1-terra", "anthropic/claude-sonnet-5-5"), timeout_s=30, retries=1)},
    Route(("bedrock/us.amazon.nova-2-lite-v1:0",)),
    Provenance(created="2026-11-20"),
)


def compiled(policy: Policy) -> Any:
    return yaml.safe_load(litellm.compile(policy).text)


def params(policy: Policy) -> dict[str, Any]:
    return {entry["model_name"]: entry["litellm_params"] for entry in compiled(policy)["model_list"]}


def lossy(policy: Policy) -> list[str]:
    return [loss.where for loss in litellm.losses(policy)]


def test_the_report_says_what_was_written_and_how_to_go_on(tmp_path: Path) -> None:
    path = tmp_path / "my config.yaml"
    report = DESK.export("litellm", path)
    assert str(report) == (
        f"Wrote {path} for LiteLLM: route/coding and route/default, with 1 fallback.\n"
        "Nothing was lost.\n"
        "Set ANTHROPIC_API_KEY and OPENAI_API_KEY where it runs; the file holds only their names.\n"
        f"Start it: litellm --config '{path}' (pip install 'litellm[proxy]'; it insists on a LITELLM_MASTER_KEY), "
        "then ask for the model route/TAG, or route/default."
    )
    assert repr(report) == str(report)


def test_the_file_says_which_policy_it_came_from() -> None:
    assert litellm.compile(DESK).text.splitlines()[1:3] == [
        "# Policy: desk, made 2026-11-20",
        f"# sha256: {DESK.sha256}",
    ]


def test_the_file_is_what_litellm_reads() -> None:
    assert compiled(DESK) == {
        "model_list": [
            {
                "model_name": "route/coding",
                "litellm_params": {
                    "model": "openai/gpt-6.1-terra",
                    "api_key": "os.environ/OPENAI_API_KEY",
                    "num_retries": 1,
                    "timeout": 30,
                },
            },
            {
                "model_name": "fallback/coding/1",
                "litellm_params": {
                    "model": "anthropic/claude-sonnet-5-5",
                    "api_key": "os.environ/ANTHROPIC_API_KEY",
                    "num_retries": 1,
                    "timeout": 30,
                },
            },
            {
                "model_name": "route/default",
                "litellm_params": {"model": "bedrock/converse/us.amazon.nova-2-lite-v1:0", "num_retries": 0},
            },
        ],
        "router_settings": {
            "num_retries": 0,
            "fallbacks": [{"route/coding": ["fallback/coding/1"]}],
            "context_window_fallbacks": [{"route/coding": ["fallback/coding/1"]}],
        },
        "routebook": {"policy": "desk", "sha256": DESK.sha256, "created": "2026-11-20"},
    }


def test_no_key_of_the_environment_is_in_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    hosts = ["openai/a", "anthropic/a", "azure/a", "bedrock/a", "groq/a", "openrouter/a/b", "ollama/a", "lab/a"]
    for name in (
        "OPENAI_API_KEY", "ANTHROPIC_API_KEY", "AZURE_OPENAI_API_KEY", "AZURE_OPENAI_ENDPOINT", "GROQ_API_KEY",
        "LAB_KEY", "OPENROUTER_API_KEY", "AWS_SECRET_ACCESS_KEY", "AWS_ACCESS_KEY_ID", "AWS_BEARER_TOKEN_BEDROCK",
        "LAB_PASS",
    ):  # fmt: skip
        monkeypatch.setenv(name, CANARY)
    headers = {"X-Pass": "$LAB_PASS", "X-Team": "nlp"}
    register_server("lab", "http://127.0.0.1:9/v1", key_env="LAB_KEY", headers=headers)
    policy = Policy("p", (), {"t": Route(tuple(hosts))}, Route(("openai/b",)))
    report = policy.export("litellm", tmp_path / "config.yaml", allow_lossy=True)
    text = report.path.read_text()
    assert "canary" not in text + str(report)
    references = {value for entry in params(policy).values() for key, value in entry.items() if key == "api_key"}
    assert references == {
        "os.environ/OPENAI_API_KEY", "os.environ/ANTHROPIC_API_KEY", "os.environ/AZURE_OPENAI_API_KEY",
        "os.environ/GROQ_API_KEY", "os.environ/OPENROUTER_API_KEY", "os.environ/LAB_KEY", "none",
    }  # fmt: skip
    assert params(policy)["fallback/t/7"]["extra_headers"] == {"X-Team": "nlp"}
    assert [loss.where for loss in report.losses] == ["the header X-Pass of lab"]


def test_a_header_that_became_a_secret_after_it_was_registered_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    register_server("lab", "http://127.0.0.1:9/v1", headers={"X-Team": "hunter2hunter2"})
    policy = Policy("p", (), {}, Route(("lab/a",)))
    assert lossy(policy) == []
    monkeypatch.setenv("LAB_PASSWORD", "hunter2hunter2")
    assert lossy(policy) == ["the header X-Team of lab"]
    assert "hunter2" not in litellm.compile(policy).text


@pytest.mark.parametrize(
    ("when", "lost"),
    [
        (TagIs("coding"), []),
        (TagIs("python"), ["rule 1 (coding)"]),
        (HasKeyword(("refactor",)), ["rule 1 (coding)"]),
        (AnyOf((TagIs("coding"), HasKeyword(("refactor",)))), ["rule 1 (coding)"]),
        (AllOf((TagIs("coding"),)), ["rule 1 (coding)"]),
    ],
)
def test_a_rule_that_looks_at_more_than_its_own_tag_is_a_loss(when: Any, lost: list[str]) -> None:
    assert lossy(Policy("p", (ClassifyRule("coding", when),), DESK.routes, DESK.default)) == lost


@pytest.mark.parametrize(
    ("when", "says"),
    [
        (Matches("a"), "it looks at the prompt's text, which"),
        (InLanguage(("de",)), "it looks at the prompt's text, which"),
        (FeatureIs("has_code", equals=True), "it looks at the prompt's has_code, which"),
        (MetadataIs("plan", equals="pro"), "it looks at the metadata plan, which"),
        (AllOf((TagIs("x"), Matches("a"))), "it looks at other tags and the prompt's text, which"),
    ],
)
def test_a_loss_says_what_the_rule_looks_at(when: Any, says: str) -> None:
    [loss] = litellm.losses(Policy("p", (ClassifyRule("coding", when),), DESK.routes, DESK.default))
    assert loss.what.startswith(says)


def test_weights_and_a_budget_are_losses_said_in_words() -> None:
    route = Route(("openai/a", "openai/b"), weights=(95, 5), budget_usd=0.05)
    policy = Policy("p", (), {"coding": route}, Route(("openai/a", "openai/b"), weights=(1,)))
    assert [str(loss).partition(" LiteLLM")[0] for loss in litellm.losses(policy)] == [
        "route coding: its weights are kept, but",
        "route coding: its budget of $0.05 a prompt is left out:",
    ]
    drawn_from = [entry for entry in compiled(policy)["model_list"] if entry["model_name"] == "route/coding"]
    assert [(entry["litellm_params"]["model"], entry["litellm_params"]["weight"]) for entry in drawn_from] == [
        ("openai/a", 95),
        ("openai/b", 5),
    ]
    assert params(policy)["fallback/default/1"]["model"] == "openai/b"


def test_a_loss_stops_the_export_unless_it_is_allowed_and_then_stands_in_the_file(tmp_path: Path) -> None:
    policy = Policy("p", (), {}, Route(("sim/small",)))
    path = tmp_path / "config.yaml"
    with pytest.raises(
        TargetError, match=r"LiteLLM cannot express this policy: \(1\) sim/small: .*allow_lossy=True"
    ) as e:
        policy.export("litellm", path)
    assert "\n" not in str(e.value)
    assert not path.exists()
    report = policy.export("litellm", path, allow_lossy=True)
    assert [str(loss) for loss in report.losses] == [
        "sim/small: a simulated model cannot be asked by LiteLLM; its entry answers with a fixed line."
    ]
    assert f"# - {report.losses[0]}\n" in path.read_text()
    assert f"Lost:\n- {report.losses[0]}\n" in str(report)
    assert "simulated" in params(policy)["route/default"]["mock_response"]


@pytest.mark.parametrize("tag", ["a*", "a, b"])
def test_a_tag_litellm_would_take_for_a_pattern_or_a_list_is_left_out(tag: str) -> None:
    policy = Policy("p", (), {tag: Route(("openai/a",)), "c": Route(("openai/b",))}, Route(("openai/c",)))
    assert lossy(policy) == [f"tag {tag}"]
    assert list(params(policy)) == ["route/c", "route/default"]


@pytest.mark.parametrize(
    ("model", "says"),
    [
        ("openai/*", r"the \* in openai/\*"),
        ("opnai/gpt", "Did you mean 'openai'"),
    ],
)
def test_a_model_litellm_cannot_ask_is_refused_even_with_losses_allowed(model: str, says: str, tmp_path: Path) -> None:
    with pytest.raises(TargetError, match=says):
        Policy("p", (), {}, Route((model,))).export("litellm", tmp_path / "config.yaml", allow_lossy=True)


def test_an_unknown_target_is_named_with_the_nearest() -> None:
    with pytest.raises(TargetError, match=r"'lite-llm' is not a tool .* Did you mean 'litellm'\?"):
        export(DESK, "lite-llm", "config.yaml")


def test_a_file_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    with pytest.raises(TargetError, match=r"Cannot write .*No such file"):
        DESK.export("litellm", tmp_path / "none" / "config.yaml")


@pytest.mark.parametrize("name", TARGETS)
def test_every_target_names_its_tool_and_the_version_that_proved_it(name: str) -> None:
    assert target(name).TITLE
    assert any(digit.isdigit() for digit in target(name).PROVEN_WITH)


REAL = st.builds(
    "{}/{}".format,
    st.sampled_from(["openai", "anthropic", "azure", "bedrock"]),
    st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="*"), min_size=1, max_size=20),
)


@given(policies(models=REAL))
@settings(max_examples=50)
def test_no_name_breaks_out_of_its_place(policy: Policy) -> None:
    config = compiled(policy)
    order = dict.fromkeys([*(rule.tag for rule in policy.classify), *policy.routes])
    kept = [(tag, policy.routes[tag]) for tag in order if "*" not in tag and "," not in tag]
    expected = []
    for tag, route in [*kept, ("default", policy.default)]:
        for number, model in enumerate(route.models):
            host, _, name = model.partition("/")
            prefix = "bedrock/converse" if host == "bedrock" else host
            drawn = number < max(1, len(route.weights or ()))
            called = f"route/{tag}" if drawn else f"fallback/{tag}/{number}"
            expected.append((called, f"{prefix}/{name}", route.retries))
    found = [(entry["model_name"], entry["litellm_params"]) for entry in config["model_list"]]
    assert [(name, given["model"], given["num_retries"]) for name, given in found] == expected
    assert set(config) == {"model_list", "router_settings", "routebook"}
    assert set(config["router_settings"]) - {"enable_weighted_failover", "max_fallbacks"} <= {
        "num_retries", "fallbacks", "context_window_fallbacks"
    }  # fmt: skip
    text = litellm.compile(policy).text
    assert text[text.index("\nmodel_list:") + 1 :].startswith("model_list:")
    assert all(line.startswith("# ") for line in text[: text.index("\nmodel_list:")].split("\n"))


@given(names(), names())
@settings(max_examples=50)
def test_a_header_of_any_name_and_loss_stays_a_comment(name: str, tag: str) -> None:
    rule = ClassifyRule(tag, HasKeyword((name,)))
    policy = Policy(name, (rule,), {tag: Route(("openai/a",))}, Route(("openai/b",)))
    assert set(compiled(policy)) == {"model_list", "router_settings", "routebook"}
    assert f"# Policy: {name}\n" in litellm.compile(policy).text
