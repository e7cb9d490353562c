"""What is exported for LiteLLM is loaded, and routed by, by LiteLLM's own Router: a loopback server tells whom.

One child loads all of it once, because importing LiteLLM takes seconds; each test looks at one thing that came.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from tests.support.litellm import asked, python
from tests.support.mock_server import MockServer
from tests.support.vectors import mmlu_prompts, replays

from routebook.providers.registry import forget_servers, register_server
from routebook.routing.conditions import Asked, TagIs
from routebook.routing.policy import ClassifyRule, Policy, Route
from routebook.targets import Replay, litellm

CANARY = "sk-canary-0123456789abcdef"
SHORT = {"text": "Four is the answer."}

# a model's name up to its colon says which route asked it, the rest tells the mock what to do
ROUTES = {
    "first": Route(("lab/first-1", "lab/first-2"), timeout_s=20),
    "failing": Route(("lab/failing-1:fault-500", "lab/failing-2:fault-503", "free/failing-3")),
    "again": Route(("lab/again-1:fault-500", "lab/again-2"), retries=1),
    "too-long": Route(("lab/too-long-1:fault-context", "lab/too-long-2")),
    "many": Route((*(f"lab/many-{n}:fault-500" for n in range(1, 8)), "free/many-8")),
    "lost": Route(("lab/lost-1:fault-500", "lab/lost-2:fault-500")),
    "slow": Route(("free/slow-1:fault-silent", "free/slow-2"), timeout_s=0.2),
    "deep/er": Route(("lab/deep/er-1",)),
    "é: #漢字 '": Route(("lab/odd-1",)),
    "keyless": Route(("free/keyless-1",)),
    "forgotten": Route(("forgotten/forgotten-1",)),
    "openai": Route(("openai/gpt-6.1-terra",)),
    "anthropic": Route(("anthropic/claude-haiku-5-5",)),
    "azure": Route(("azure/my-deployment",)),
    "bedrock": Route(("bedrock/us.amazon.nova-2-lite-v1:0",)),
    "simulated": Route(("sim/large", "sim/small")),
}
POLICY = Policy("proof", tuple(ClassifyRule(tag, TagIs(tag)) for tag in ROUTES), ROUTES, Route(("lab/rest-1",)))


class Proof(NamedTuple):
    """What LiteLLM read and answered, and what reached the server."""

    entries: tuple[str, ...]
    models: list[str]
    answers: dict[str, Any]
    journal: list[dict[str, Any]]

    def requests(self, route: str) -> list[dict[str, Any]]:
        """Return the requests whose model is one of this route's."""
        return [entry for entry in self.journal if entry["body"].get("model", "").startswith(f"{route}-")]

    def asked(self, route: str) -> list[str]:
        """Return the models of this route that were asked, in order, by their number."""
        return [entry["body"]["model"].partition(":")[0].rpartition("-")[2] for entry in self.requests(route)]


@pytest.fixture(scope="module")
def proof(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proof]:
    folder = tmp_path_factory.mktemp("litellm")
    with pytest.MonkeyPatch.context() as patch, MockServer() as mock:
        patch.setenv("ROUTEBOOK_CONFIG", str(folder / "none.toml"))
        register_server("lab", f"{mock.url}/v1", key_env="LAB_KEY", headers={"X-Team": "nlp"})
        register_server("free", f"{mock.url}/v1")
        register_server("forgotten", f"{mock.url}/v1", key_env="FORGOTTEN_KEY")
        report = POLICY.export("litellm", folder / "config.yaml", allow_lossy=True)
        forget_servers()
        [result] = asked(
            [(report.path, [*report.entries, "route/unknown"])],
            folder,
            LAB_KEY="sk-lab",
            OPENAI_API_KEY=f"{CANARY}-o",
            OPENAI_BASE_URL=f"{mock.url}/v1",
            ANTHROPIC_API_KEY=f"{CANARY}-a",
            ANTHROPIC_BASE_URL=mock.url,
            AZURE_OPENAI_API_KEY=f"{CANARY}-z",
            AZURE_OPENAI_ENDPOINT=mock.url,
            AWS_BEARER_TOKEN_BEDROCK=f"{CANARY}-b",
            AWS_BEDROCK_RUNTIME_ENDPOINT=mock.url,
            AWS_REGION="us-east-1",
        )
        yield Proof(report.entries, result["models"], result["answers"], mock.journal())


def test_the_version_we_say_proved_it_is_the_one_installed() -> None:
    pinned = (Path(__file__).parents[2] / "requirements" / "litellm.in").read_text()
    assert litellm.PROVEN_WITH.replace(" ", "[proxy]==") in pinned.split()


def test_litellm_has_one_model_for_each_tag_and_one_for_the_rest(proof: Proof) -> None:
    assert proof.entries == (*(f"route/{tag}" for tag in ROUTES), "route/default")
    assert set(proof.entries) <= set(proof.models)


def test_a_route_asks_its_first_model_only(proof: Proof) -> None:
    assert (proof.answers["route/first"], proof.asked("first")) == (SHORT, ["1"])


def test_the_default_is_a_route_like_any_other(proof: Proof) -> None:
    assert (proof.answers["route/default"], proof.asked("rest")) == (SHORT, ["1"])


def test_a_tag_without_a_route_is_refused_and_nobody_asked(proof: Proof) -> None:
    assert proof.answers["route/unknown"] == {"error": "BadRequestError"}


def test_the_fallbacks_are_asked_in_order_when_a_model_fails(proof: Proof) -> None:
    assert (proof.answers["route/failing"], proof.asked("failing")) == (SHORT, ["1", "2", "3"])


def test_a_chain_longer_than_litellms_own_limit_is_followed_to_its_end(proof: Proof) -> None:
    assert (proof.answers["route/many"], proof.asked("many")) == (SHORT, list("12345678"))


def test_when_all_of_a_chain_fail_nobody_else_is_asked(proof: Proof) -> None:
    assert (proof.answers["route/lost"], proof.asked("lost")) == ({"error": "InternalServerError"}, ["1", "2"])


def test_a_model_is_asked_again_as_often_as_the_route_says(proof: Proof) -> None:
    assert (proof.answers["route/again"], proof.asked("again")) == (SHORT, ["1", "1", "2"])


def test_a_prompt_too_long_for_the_first_model_goes_to_its_fallback(proof: Proof) -> None:
    assert (proof.answers["route/too-long"], proof.asked("too-long")) == (SHORT, ["1", "2"])


def test_a_time_limit_is_kept_and_the_fallback_asked(proof: Proof) -> None:
    assert (proof.answers["route/slow"], proof.asked("slow")) == (SHORT, ["1", "2"])


@pytest.mark.parametrize(("tag", "route"), [("deep/er", "deep/er"), ("é: #漢字 '", "odd")])
def test_odd_tags_and_models_with_slashes_arrive_as_they_are(proof: Proof, tag: str, route: str) -> None:
    assert (proof.answers[f"route/{tag}"], proof.asked(route)) == (SHORT, ["1"])


def test_a_server_gets_its_own_key_and_headers(proof: Proof) -> None:
    [sent] = proof.requests("first")
    assert sent["path"] == "/v1/chat/completions"
    assert (sent["headers"]["authorization"], sent["headers"]["x-team"]) == ("Bearer sk-lab", "nlp")


@pytest.mark.parametrize("route", ["keyless", "forgotten"])
def test_a_server_without_a_key_or_with_an_unset_one_gets_no_other_servers(proof: Proof, route: str) -> None:
    [sent] = proof.requests(route)
    assert proof.answers[f"route/{route}"] == SHORT
    assert CANARY not in str(sent)
    assert "sk-lab" not in str(sent)


@pytest.mark.parametrize(
    ("route", "path", "key"),
    [
        ("openai", "/v1/chat/completions", ("authorization", f"Bearer {CANARY}-o")),
        ("anthropic", "/v1/messages", ("x-api-key", f"{CANARY}-a")),
        ("azure", "/openai/v1/chat/completions", ("authorization", f"Bearer {CANARY}-z")),
        ("bedrock", "/model/us.amazon.nova-2-lite-v1%3A0/converse-stream", ("authorization", f"Bearer {CANARY}-b")),
    ],
)
def test_each_host_is_asked_in_its_own_protocol_with_its_own_key(
    proof: Proof, route: str, path: str, key: tuple[str, str]
) -> None:
    [sent] = [entry for entry in proof.journal if key in entry["headers"].items()]
    assert sent["path"] == path
    if route != "azure":  # whose path the mock does not serve
        assert proof.answers[f"route/{route}"] == SHORT


def test_a_simulated_model_answers_that_it_is_simulated_and_nobody_is_asked(proof: Proof) -> None:
    assert proof.answers["route/simulated"] == {"text": "[simulated] sim/large cannot be asked by LiteLLM."}
    assert proof.requests("large") == []


# ---- replays: whom LiteLLM's Router chooses, without asking anybody -------------------------------------------------


@pytest.fixture
def litellm_is_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(litellm.PYTHON, python())


@pytest.mark.usefixtures("litellm_is_here")
def test_every_vector_is_routed_as_the_policy_says_but_for_what_is_drawn() -> None:
    agreed, drawn = 0, 0
    vectors = list(replays())
    found = litellm.replays([(policy, prompts) for _, policy, prompts in vectors])
    for (name, policy, _), replay in zip(vectors, found, strict=True):
        for row in replay.rows:
            if policy.decide(Asked("", frozenset((row.tag,)))).route.weights is None and "canary" not in name:
                assert row.agrees, (name, str(row))
                agreed += 1
            else:  # LiteLLM draws for itself, among the same
                assert (set(row.found), row.problem) == (set(row.expected), ""), (name, str(row))
                drawn += 1
    assert agreed >= 200
    assert drawn >= 20


@pytest.mark.usefixtures("litellm_is_here")
def test_a_thousand_real_prompts_go_as_the_policy_says() -> None:
    prompts = mmlu_prompts(1000)
    subjects = sorted({tag for prompt in prompts for tag in prompt.tags})
    routes = {
        subject: Route((f"openai/model-{number}", f"anthropic/model-{number}", "azure/last")[: 1 + number % 3])
        for number, subject in enumerate(subjects[:-7])  # the last seven have no route: they go to the default
    }
    policy = Policy("mmlu", tuple(ClassifyRule(tag, TagIs(tag)) for tag in routes), routes, Route(("bedrock/rest",)))
    replay = litellm.replay(policy, prompts)
    assert str(replay) == (
        "LiteLLM 1.106.2 routed 1,000 of 1,000 prompts as the policy says, each under the tag that routebook gave it."
    )
    assert len({row.expected for row in replay.rows}) == 51
    assert replay.frame["agrees"].all()


@pytest.mark.usefixtures("litellm_is_here")
def test_a_replay_tells_apart_a_file_that_routes_otherwise(tmp_path: Path) -> None:
    routes = {"odd, tag": Route(("openai/a",)), "even": Route(("openai/a", "openai/b"), retries=1)}
    policy = Policy("p", tuple(ClassifyRule(tag, TagIs(tag)) for tag in routes), routes, Route(("openai/b",)))
    prompts = [Asked("One.", frozenset(("odd, tag",))), Asked("Two.", frozenset(("even",))), Asked("Three.")]
    report = policy.export("litellm", tmp_path / "config.yaml", allow_lossy=True, prompts=prompts)
    assert isinstance(report.replay, Replay)
    assert (report.replay.agree, report.replay.of) == (2, 3)
    [row] = report.replay.disagreements
    assert row.problem.startswith("BadRequestError: ")
    assert "LiteLLM 1.106.2 routed 2 of 3 prompts as the policy says" in str(report)


def test_without_litellm_the_replay_says_what_to_install() -> None:
    assert str(litellm.replay(Policy("one", (), {}, Route(("openai/a",))), ["Hello."])) == (
        "not replayed: LiteLLM is not here. Install it (pip install litellm), or let ROUTEBOOK_LITELLM_PYTHON name a "
        "Python that has it."
    )
