"""What is exported for TensorZero is loaded, and routed by, by its own gateway: a loopback server tells whom it asked.

`make test-targets` runs this, with the gateway inside TensorZero's wheel in an environment of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from tests.support.mock_server import MockServer
from tests.support.vectors import mmlu_prompts, replays

from routebook.providers.registry import forget_servers, register_server
from routebook.routing.conditions import TagIs
from routebook.routing.policy import ClassifyRule, Policy, Route
from routebook.targets import tensorzero
from routebook.targets.running import run_child

pytestmark = pytest.mark.targets

ROOT = Path(__file__).parents[2]
PYTHON = ROOT / ".venv-tensorzero" / "bin" / "python"
CHILD = Path(__file__).parent / "tensorzero_child.py"
CANARY = "sk-canary-0123456789abcdef"

# a model's name up to its colon says which route asked it, the rest tells the mock what to do
ROUTES = {
    "first": Route(("lab/first-1", "lab/first-2"), timeout_s=20),
    "failing": Route(("lab/failing-1:fault-500", "lab/failing-2:fault-503", "free/failing-3")),
    "again": Route(("lab/again-1:fault-500", "lab/again-2"), retries=1),
    "too-long": Route(("lab/too-long-1:fault-context", "lab/too-long-2")),
    "lost": Route(("lab/lost-1:fault-500", "lab/lost-2:fault-500")),
    "slow": Route(("free/slow-1:fault-silent", "free/slow-2"), timeout_s=0.3),
    "both": Route(("lab/both-1:fault-500", "lab/both-2:fault-500", "lab/both-3"), weights=(1, 1)),
    "deep/er": Route(("lab/deep/er-1",)),
    "é: #漢字 '\"\\ {{ x }}": Route(("lab/odd-1",)),
    "hosts": Route(("openai/a", "anthropic/a", "azure/a", "bedrock/a")),
}
POLICY = Policy("proof", tuple(ClassifyRule(tag, TagIs(tag)) for tag in ROUTES), ROUTES, Route(("lab/rest-1",)))
ASKED = [f"route/{tag}" for tag in (*ROUTES, "default", "unknown") if tag != "hosts"]


class Proof(NamedTuple):
    """What TensorZero answered, and what reached the server."""

    answers: dict[str, Any]
    journal: list[dict[str, Any]]

    def requests(self, route: str) -> list[dict[str, Any]]:
        """Return the requests whose model is one of this route's."""
        return [entry for entry in self.journal if entry["body"].get("model", "").startswith(f"{route}-")]

    def asked(self, route: str) -> list[str]:
        """Return the models of this route that were asked, in order, by their number."""
        return [entry["body"]["model"].partition(":")[0].rpartition("-")[2] for entry in self.requests(route)]


@pytest.fixture(autouse=True)
def gateway(isolated: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if not PYTHON.exists():
        pytest.fail(f"{PYTHON} is not there: run `make test-targets`, which builds TensorZero's environment.")
    monkeypatch.setenv(tensorzero.PYTHON, str(PYTHON))


@pytest.fixture(scope="module")
def proof(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proof]:
    folder = tmp_path_factory.mktemp("tensorzero")
    with pytest.MonkeyPatch.context() as patch, MockServer() as mock:
        patch.setenv("ROUTEBOOK_CONFIG", str(folder / "none.toml"))
        register_server("lab", f"{mock.url}/v1", key_env="LAB_KEY", headers={"X-Team": "nlp"})
        register_server("free", f"{mock.url}/v1")
        report = POLICY.export("tensorzero", folder / "tensorzero.toml", allow_lossy=True)
        forget_servers()
        environment = {
            **dict.fromkeys(report.variables, CANARY), "LAB_KEY": "sk-lab", "AZURE_OPENAI_ENDPOINT": mock.url,
            "AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": CANARY, "AWS_SECRET_ACCESS_KEY": CANARY, "RUST_LOG": "off",
            "TENSORZERO_DISABLE_PSEUDONYMOUS_USAGE_ANALYTICS": "1",
        }  # fmt: skip
        task = {"config": report.path.read_text(encoding="utf-8"), "asks": ASKED}
        answers = run_child(str(PYTHON), str(CHILD), task, environment=environment)
        yield Proof(dict(zip(ASKED, answers, strict=True)), mock.journal())


def test_the_version_we_say_proved_it_is_the_one_installed() -> None:
    assert tensorzero.PROVEN_WITH.replace(" ", "==") in (ROOT / "requirements" / "tensorzero.in").read_text().split()
    assert f"tensorzero {tensorzero.replay(POLICY, ['Hello.']).version}" == tensorzero.PROVEN_WITH


@pytest.mark.parametrize(
    ("route", "order", "variant"),
    [
        ("first", "1", "lab/first-1"),
        ("failing", "123", "free/failing-3"),
        ("again", "112", "lab/again-2"),
        ("too-long", "12", "lab/too-long-2"),
        ("slow", "12", "free/slow-2"),
        ("deep/er", "1", "lab/deep/er-1"),
    ],
)
def test_a_chain_is_asked_in_its_order_with_its_retries_and_time_limit(
    proof: Proof, route: str, order: str, variant: str
) -> None:
    assert "".join(proof.asked(route)) == order
    assert proof.answers[f"route/{route}"] == {"variant": variant, "text": "Four is the answer."}


def test_when_a_drawn_model_fails_the_other_one_is_asked_and_then_the_fallback(proof: Proof) -> None:
    assert "".join(proof.asked("both")) in ("123", "213")
    assert proof.answers["route/both"]["variant"] == "lab/both-3"


def test_odd_tags_are_names_of_functions_as_they_are(proof: Proof) -> None:
    assert proof.answers["route/é: #漢字 '\"\\ {{ x }}"]["variant"] == "lab/odd-1"


def test_when_all_of_a_chain_fail_nobody_else_is_asked(proof: Proof) -> None:
    assert proof.asked("lost") == ["1", "2"]
    assert "error" in proof.answers["route/lost"]


def test_a_tag_without_a_route_is_refused_and_nobody_asked(proof: Proof) -> None:
    assert "Unknown function: route/unknown" in proof.answers["route/unknown"]["error"]


def test_a_server_gets_its_own_key_and_headers_and_a_free_one_none(proof: Proof) -> None:
    [sent] = proof.requests("first")
    assert (sent["headers"]["authorization"], sent["headers"]["x-team"]) == ("Bearer sk-lab", "nlp")
    assert "authorization" not in proof.requests("slow")[0]["headers"]
    assert CANARY not in str(proof.journal)


@pytest.mark.parametrize(("name", "policy", "prompts"), [pytest.param(*case, id=case[0]) for case in replays()])
def test_the_policy_vectors_are_routed_as_the_policy_says(name: str, policy: Policy, prompts: list[Any]) -> None:
    replay = tensorzero.replay(policy, prompts)
    drawn = {tag for tag, route in policy.routes.items() if route.weights is not None and len(route.weights) > 1}
    drawn |= {"default"} if policy.default.weights is not None and len(policy.default.weights) > 1 else set()
    assert replay.of == len(prompts)
    assert {row.tag for row in replay.disagreements} <= drawn  # shares are drawn anew, which is said as a loss
    assert all(sorted(row.found) == sorted(row.expected) for row in replay.rows)


def test_a_thousand_real_prompts_are_routed_as_the_policy_says() -> None:
    prompts = mmlu_prompts()
    subjects = sorted({tag for prompt in prompts for tag in prompt.tags})
    routes = {
        tag: Route(("sim/large", "sim/small") if number % 2 else ("sim/medium",)) for number, tag in enumerate(subjects)
    }
    policy = Policy("mmlu", tuple(ClassifyRule(tag, TagIs(tag)) for tag in subjects), routes, Route(("sim/small",)))
    replay = tensorzero.replay(policy, prompts)
    assert (replay.agree, replay.of) == (1000, 1000)
    assert len({row.tag for row in replay.rows}) == len(subjects) > 50


def test_shares_are_kept_in_the_long_run() -> None:
    policy = Policy("p", (), {}, Route(("sim/a", "sim/b"), weights=(9, 1)))
    first = [row.found[0] for row in tensorzero.replay(policy, ["Hello."] * 600).rows]
    assert 480 < first.count("sim/a") < 590  # 540 of 600; eight standard deviations to the lower side, seven above
