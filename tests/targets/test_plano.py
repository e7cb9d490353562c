"""Plano's config names each tag's first model, and lets no name ask for a key; Plano's own code reads it."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tests.support.policies import policies

from routebook.errors import TargetError
from routebook.providers.registry import register_server
from routebook.routing.conditions import HasKeyword, TagIs
from routebook.routing.policy import ClassifyRule, Policy, Route
from routebook.targets import plano

ROOT = Path(__file__).parents[2]
CANARY = "sk-canary-0123456789abcdef"
DESK = Policy(
    "desk",
    (
        ClassifyRule("coding", TagIs("coding")),
        ClassifyRule("coding", HasKeyword(("refactor",))),
        ClassifyRule("money", HasKeyword(("$HOME",))),
    ),
    {"coding": Route(("openai/gpt-6.1-terra", "groq/llama-4")), "money": Route(("anthropic/claude-sonnet-5-5",))},
    Route(("lab/nova",)),
)


@pytest.fixture(autouse=True)
def addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    register_server("lab", "http://127.0.0.1:9000/v1", key_env="LAB_KEY", headers={"X-Team": "nlp"})
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    monkeypatch.setenv("AZURE_OPENAI_ENDPOINT", "https://mine.openai.azure.com/")


def compiled(policy: Policy) -> Any:
    return yaml.safe_load(plano.compile(policy).text)


def test_a_tag_is_an_alias_of_its_first_model() -> None:
    assert compiled(DESK)["model_aliases"] == {
        "route/coding": {"target": "gpt-6.1-terra"},
        "route/money": {"target": "claude-sonnet-5-5"},
        "route/default": {"target": "nova"},
    }


def test_models_are_asked_as_plano_names_their_hosts() -> None:
    assert compiled(DESK)["model_providers"] == [
        {"model": "openai/gpt-6.1-terra", "access_key": "$OPENAI_API_KEY"},
        {"model": "anthropic/claude-sonnet-5-5", "access_key": "$ANTHROPIC_API_KEY"},
        {
            "model": "lab/nova",
            "access_key": "$LAB_KEY",
            "base_url": "http://127.0.0.1:9000/v1",
            "provider_interface": "openai",
            "headers": {"X-Team": "nlp"},
            "default": True,
        },
    ]


def test_a_rule_that_reads_prompts_is_a_description_and_a_loss() -> None:
    assert compiled(DESK)["routing_preferences"] == [
        {"name": "coding", "description": "it has the word refactor", "models": ["openai/gpt-6.1-terra"]},
        {"name": "money", "description": "it has the word \uff04HOME", "models": ["anthropic/claude-sonnet-5-5"]},
    ]
    assert [loss.where for loss in plano.losses(DESK)] == ["rule 2 (coding)", "rule 3 (money)", "route coding"]


def test_no_key_is_in_the_file_and_nothing_but_keys_is_asked_of_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "LAB_KEY"):
        monkeypatch.setenv(name, CANARY)
    policy = Policy("$OPENAI_API_KEY", DESK.classify, DESK.routes, DESK.default)
    made = plano.compile(policy)
    assert "canary" not in made.text
    assert set(re.findall(r"\$\w+", made.text)) == {"$OPENAI_API_KEY", "$ANTHROPIC_API_KEY", "$LAB_KEY"}
    assert made.text.count("$OPENAI_API_KEY") == 1


@pytest.mark.parametrize(
    ("chain", "says"),
    [
        (("openai/$HOME",), r"would read the \$ in openai/\$HOME as a variable of its environment"),
        (("openai/*",), "would read the [*] in openai/[*] as any model"),
        (("sim/small",), "can ask no model of the route t: simulated models are no servers"),
        (("groq/nova",), "cannot tell groq/nova from lab/nova: it knows both by 'nova' alone"),
    ],
)
def test_what_would_mean_something_else_is_refused(chain: tuple[str, ...], says: str) -> None:
    with pytest.raises(TargetError, match=says):
        plano.compile(Policy("p", (), {"t": Route(chain)}, DESK.default))


def test_limits_shares_and_budgets_are_lost_in_words() -> None:
    route = Route(("openai/a", "sim/small", "groq/b"), weights=(1, 2), timeout_s=3, budget_usd=0.5)
    policy = Policy("p", (), {"t": route}, DESK.default)
    assert [loss.where for loss in plano.losses(policy)] == ["route t"] * 5
    assert str(plano.replay(policy, ["Hello."])).startswith("not replayed: Plano routes inside of Envoy")


@given(policies(st.sampled_from(["openai/a", 'anthropic/"}', "groq/---", "ollama/:#", "openai/\\n"])))
@settings(max_examples=40, deadline=None)
def test_no_name_breaks_out_of_its_place(policy: Policy) -> None:
    assume(not any("$" in tag for tag in policy.routes))
    made = compiled(policy)
    assert list(made["model_aliases"]) == [*(f"route/{tag}" for tag in policy.routes), "route/default"]
    assert set(made) <= {"version", "listeners", "model_providers", "model_aliases", "routing_preferences"}


# ---- Plano's own code -----------------------------------------------------------------------------------------------

_CHILD = """
import os, sys
from pathlib import Path
from planoai import config_generator
data = Path(config_generator.__file__).parent / "data"
os.environ |= {
    "TEMPLATE_ROOT": str(data), "PLANO_CONFIG_SCHEMA_FILE": str(data / "plano_config_schema.yaml"),
    "PLANO_CONFIG_FILE": sys.argv[1],
    "PLANO_CONFIG_FILE_RENDERED": sys.argv[2],
    "ENVOY_CONFIG_FILE_RENDERED": sys.argv[3],
}
config_generator.validate_and_render_schema()
"""


@pytest.mark.targets
def test_planos_own_generator_reads_the_file_and_knows_every_alias(tmp_path: Path) -> None:
    python = ROOT / ".venv-plano" / "bin" / "python"
    hosts = ("openai/a", "anthropic/b", "azure/c", "bedrock/amazon.nova-2-lite-v1:0", "groq/e", "ollama/f", "lab/g")
    hosts += ("mistral/h", "google/i", "together/j", "xai/k", "deepseek/l", "openrouter/m/n", "moonshot/o")
    routes = {f"t{number} é '\"": Route((name,)) for number, name in enumerate(hosts)}
    rules = tuple(ClassifyRule(tag, HasKeyword((tag,))) for tag in routes)
    policy = Policy("proof", rules, routes, Route(("openai/z",)))
    path = policy.export("plano", tmp_path / "plano.yaml", allow_lossy=True).path
    rendered, envoy = tmp_path / "rendered.yaml", tmp_path / "envoy.yaml"
    done = subprocess.run(
        [str(python), "-I", "-c", _CHILD, str(path), str(rendered), str(envoy)],
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path)},
    )
    assert done.returncode == 0, done.stdout[-1000:] + done.stderr[-1000:]
    read = yaml.safe_load(rendered.read_text(encoding="utf-8"))
    assert set(read["model_aliases"]) == {*(f"route/{tag}" for tag in routes), "route/default"}
    assert "127.0.0.1" in envoy.read_text(encoding="utf-8")


@pytest.mark.targets
def test_the_version_we_say_proved_it_is_the_one_installed() -> None:
    assert (
        f"{plano.PROVEN_WITH.split(' (')[0].replace(' ', '==')}\n" == (ROOT / "requirements" / "plano.in").read_text()
    )
