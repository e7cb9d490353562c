"""What is exported for TensorZero: functions, variants, losses, and no value that breaks out of its place.

What its own gateway makes of it is in `test_tensorzero_gateway`.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.policies import names, policies

from routebook.errors import TargetError
from routebook.providers.registry import register_server
from routebook.routing.conditions import HasKeyword, TagIs
from routebook.routing.policy import ClassifyRule, Policy, Provenance, Route
from routebook.targets import tensorzero
from routebook.targets.toml import toml_text

CANARY = "sk-canary-0123456789abcdef"
DESK = Policy(
    "desk",
    (ClassifyRule("coding", TagIs("coding")),),
    {"coding": Route(("openai/gpt-6.1-terra", "anthropic/claude-sonnet-5-5"), timeout_s=30, retries=1)},
    Route(("bedrock/us.amazon.nova-2-lite-v1:0",)),
    Provenance(created="2026-11-20"),
)


def compiled(policy: Policy) -> dict[str, Any]:
    return tomllib.loads(tensorzero.compile(policy).text)


def lossy(policy: Policy) -> list[str]:
    return [loss.where for loss in tensorzero.losses(policy)]


def test_the_file_is_what_tensorzero_reads() -> None:
    limits = {"non_streaming": {"total_ms": 30_000}, "streaming": {"total_ms": 30_000}}
    terra, sonnet = "openai/gpt-6.1-terra", "anthropic/claude-sonnet-5-5"
    nova = "us.amazon.nova-2-lite-v1:0"

    def model(host: str, **provider: Any) -> dict[str, Any]:
        return {"routing": [host], "providers": {host: provider}}

    def variant(model: str, **more: Any) -> dict[str, Any]:
        return {"type": "chat_completion", "model": model, **more}

    assert compiled(DESK) == {
        "models": {
            f"{terra} within 30000 ms": model(
                "openai", type="openai", model_name="gpt-6.1-terra", api_key_location="env::OPENAI_API_KEY",
                timeouts=limits,
            ),
            f"{sonnet} within 30000 ms": model(
                "anthropic", type="anthropic", model_name="claude-sonnet-5-5",
                api_key_location="env::ANTHROPIC_API_KEY", timeouts=limits,
            ),
            f"bedrock/{nova}": model("bedrock", type="aws_bedrock", model_id=nova, region="sdk"),
        },
        "functions": {
            "route/coding": {
                "type": "chat",
                "variants": {
                    terra: variant(f"{terra} within 30000 ms", retries={"num_retries": 1}),
                    sonnet: variant(f"{sonnet} within 30000 ms", retries={"num_retries": 1}),
                },
                "experimentation": {
                    "type": "static", "candidate_variants": [terra], "fallback_variants": [sonnet]
                },
            },
            "route/default": {
                "type": "chat",
                "variants": {f"bedrock/{nova}": variant(f"bedrock/{nova}")},
                "experimentation": {"type": "static", "candidate_variants": [f"bedrock/{nova}"]},
            },
        },
    }  # fmt: skip


def test_the_report_says_what_was_written_and_how_to_go_on(tmp_path: Path) -> None:
    report = DESK.export("tensorzero", tmp_path / "tensorzero.toml")
    assert (report.entries, report.fallbacks, report.losses) == (("route/coding", "route/default"), 1, ())
    assert report.variables == ("ANTHROPIC_API_KEY", "OPENAI_API_KEY")
    assert "tensorzero::function_name::route/TAG" in str(report)
    text = report.path.read_text()
    assert text.splitlines()[1:3] == ["# Policy: desk, made 2026-11-20", f"# sha256: {DESK.sha256}"]


def test_shares_are_weights_of_candidates_and_the_rest_are_fallbacks() -> None:
    route = Route(("openai/a", "openai/b", "openai/c"), weights=(95, 5))
    [function] = compiled(Policy("p", (), {}, route))["functions"].values()
    assert function["experimentation"] == {
        "type": "static",
        "candidate_variants": {"openai/a": 95.0, "openai/b": 5.0},
        "fallback_variants": ["openai/c"],
    }


def test_one_weight_is_no_draw() -> None:
    policy = Policy("p", (), {}, Route(("openai/a", "openai/b"), weights=(3,)))
    [function] = compiled(policy)["functions"].values()
    assert function["experimentation"]["candidate_variants"] == ["openai/a"]
    assert lossy(policy) == []


def test_a_time_limit_above_tensorzeros_own_raises_that() -> None:
    policy = Policy("p", (), {}, Route(("openai/a",), timeout_s=1000.0005))
    assert compiled(policy)["gateway"] == {"global_outbound_http_timeout_ms": 1_000_001}


def test_what_is_lost_is_said_in_words() -> None:
    rule = ClassifyRule("coding", HasKeyword(("refactor",)))
    route = Route(("openai/a", "openai/b", "openai/c"), weights=(5, 3, 2), budget_usd=0.05)
    policy = Policy("p", (rule,), {"coding": route}, Route(("sim/small", "openai/a")))
    classify, shares, budget, simulated = map(str, tensorzero.losses(policy))
    assert classify == (
        "rule 1 (coding): it looks at the prompt's text, which TensorZero does not do; whoever calls has to classify "
        'first: ask for the function "route/" + policy.decide(prompt, tag=...).tag.'
    )
    assert shares == (
        "route coding: its shares are kept, but TensorZero draws anew for every episode, where the policy sends the "
        "same prompt to the same model. If the one that is drawn fails, the next is drawn, too."
    )
    assert budget == "route coding: its budget of $0.05 a prompt is left out: TensorZero limits no prompt's cost."
    assert simulated == "sim/small: a simulated model cannot be asked by TensorZero and is left out of its chain."
    assert list(compiled(policy)["functions"]["route/default"]["variants"]) == ["openai/a"]


def test_a_route_of_simulated_models_alone_is_refused() -> None:
    with pytest.raises(TargetError, match="TensorZero can ask no model of the route default: simulated"):
        tensorzero.compile(Policy("p", (), {}, Route(("sim/small",))))


def test_no_key_of_the_environment_is_in_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in (
        "OPENAI_API_KEY", "ANTHROPIC_API_KEY", "AZURE_OPENAI_API_KEY", "AZURE_OPENAI_ENDPOINT", "GROQ_API_KEY",
        "LAB_KEY", "AWS_SECRET_ACCESS_KEY", "LAB_PASS",
    ):  # fmt: skip
        monkeypatch.setenv(name, CANARY)
    headers = {"X-Pass": "$LAB_PASS", "X-Team": "nlp"}
    register_server("lab", "http://127.0.0.1:9/v1", key_env="LAB_KEY", headers=headers)
    hosts = ("openai/a", "anthropic/a", "azure/a", "bedrock/a", "groq/a", "ollama/a", "lab/a")
    report = Policy("p", (), {"t": Route(hosts)}, Route(("openai/b",))).export(
        "tensorzero", tmp_path / "tensorzero.toml", allow_lossy=True
    )
    text = report.path.read_text()
    assert "canary" not in text + str(report)
    assert report.variables == (
        "ANTHROPIC_API_KEY", "AZURE_OPENAI_API_KEY", "AZURE_OPENAI_ENDPOINT", "GROQ_API_KEY", "LAB_KEY",
        "OPENAI_API_KEY",
    )  # fmt: skip
    assert tomllib.loads(text)["models"]["lab/a"]["providers"]["lab"] == {
        "type": "vllm",
        "model_name": "a",
        "api_base": "http://127.0.0.1:9/v1",
        "api_key_location": "env::LAB_KEY",
        "extra_headers": [{"name": "X-Team", "value": "nlp"}],
    }
    assert [loss.where for loss in report.losses] == ["the header X-Pass of lab"]


def test_without_tensorzero_a_replay_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(tensorzero.PYTHON, raising=False)
    assert repr(tensorzero.replay(DESK, ["Hello."])).startswith(
        "not replayed: TensorZero is not installed: pip install tensorzero, or let ROUTEBOOK_TENSORZERO_PYTHON name"
    )


REAL = st.builds(
    "{}/{}".format,
    st.sampled_from(["openai", "anthropic", "azure", "bedrock"]),
    st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=20),
)


@given(policies(models=REAL))
@settings(max_examples=50)
def test_no_name_breaks_out_of_its_place(policy: Policy) -> None:
    config = compiled(policy)
    expected = {
        f"route/{tag}": list(route.models) for tag, route in [*policy.routes.items(), ("default", policy.default)]
    }
    assert {name: list(function["variants"]) for name, function in config["functions"].items()} == expected
    assert set(config) <= {"gateway", "models", "functions"}


@given(names(), names())
@settings(max_examples=50)
def test_a_header_of_any_name_and_loss_stays_a_comment(name: str, tag: str) -> None:
    policy = Policy(name, (ClassifyRule(tag, HasKeyword((name,))),), {tag: Route(("openai/a",))}, Route(("openai/b",)))
    assert set(compiled(policy)) == {"models", "functions"}
    assert f"# Policy: {name}\n" in tensorzero.compile(policy).text


TEXTS = st.text(st.characters(exclude_categories=("Cs",)), max_size=12)
VALUES = st.recursive(
    TEXTS | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(TEXTS, VALUES, max_size=4))
@settings(max_examples=200)
def test_any_data_comes_back_from_its_toml(data: dict[str, Any]) -> None:
    assert tomllib.loads(toml_text(data)) == data
