"""What is exported for vLLM Semantic Router is taken by its own command, ``vllm-sr config validate``.

`make test-targets` runs this. It proves the files' shape, not how the router classifies: that takes its container.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.support.vectors import CASES, policy_of

from routebook.errors import TargetError
from routebook.providers.registry import register_server
from routebook.routing.conditions import TagIs
from routebook.routing.policy import ClassifyRule, Policy, Route
from routebook.targets import vllm_semantic_router as target

pytestmark = pytest.mark.targets

ROOT = Path(__file__).parents[2]
COMMAND = ROOT / ".venv-vllm-sr" / "bin" / "vllm-sr"


@pytest.fixture(autouse=True)
def command(isolated: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    if not COMMAND.exists():
        pytest.fail(f"{COMMAND} is not there: run `make test-targets`, which builds its environment.")
    monkeypatch.setenv(target.COMMAND, str(COMMAND))
    return str(COMMAND)


def test_the_version_we_say_proved_it_is_the_one_installed() -> None:
    pinned = (ROOT / "requirements" / "vllm-sr.in").read_text().split()
    assert target.PROVEN_WITH.split(" (")[0].replace(" ", "==") in pinned


def test_every_condition_of_the_policy_vectors_is_a_rule_it_takes() -> None:
    register_server("lab", "http://127.0.0.1:9/v1", key_env="LAB_KEY", headers={"X-Team": "nlp"})
    whens = list(dict.fromkeys(rule.when for name, case in CASES for rule in policy_of(name, case).classify))
    rules = tuple(ClassifyRule(f"t{number}", when) for number, when in enumerate(whens))
    hosts = ("openai/a", "anthropic/a", "lab/a", "groq/a", "ollama/a")
    routes = {rule.tag: Route((hosts[number % len(hosts)],)) for number, rule in enumerate(rules)}
    policy = Policy("vectors", rules, routes, Route(("openai/b",)))
    assert len(target.compile(policy).entries) > 100
    assert str(target.replay(policy, ["Hello."])).startswith(
        "not replayed: vLLM Semantic Router takes the file (vllm-sr config validate), but only the running router"
    )


def test_odd_names_are_taken_as_they_are() -> None:
    tags = ["é: #漢字 '\"\\", "{{ x }}", "${HOME}", "no", "1e3", "!!python/name:os.system", "a b", "-"]
    rules = tuple(ClassifyRule(tag, TagIs(tag)) for tag in tags)
    policy = Policy("p: {}", rules, {tag: Route((f"openai/{number}:'\"#",)) for number, tag in enumerate(tags)},
                    Route(("openai/b",)))  # fmt: skip
    assert target.replay(policy, ["Hello."]).not_replayed


def test_a_file_it_refuses_is_an_error_with_what_it_says(command: str) -> None:
    text = target.compile(Policy("p", (), {}, Route(("openai/b",)))).text
    with pytest.raises(TargetError, match=r"vLLM Semantic Router refuses the file: .*nobody/c"):
        target.check(command, text.replace("- model: openai/b", "- model: nobody/c"))
