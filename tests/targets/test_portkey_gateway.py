"""What is exported for Portkey is routed by, by Portkey's own gateway; one server stands in for all hosts."""

from __future__ import annotations

import http.client
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.support.mock_server import MockServer
from tests.support.vectors import mmlu_prompts, replays

import routebook as rb
from routebook.providers.registry import forget_servers, register_server
from routebook.routing.conditions import HasKeyword, MetadataIs, TagIs
from routebook.routing.policy import ClassifyRule, Policy, Route
from routebook.targets import portkey
from routebook.targets.portkey_replay import gateway

pytestmark = pytest.mark.targets

FOLDER = Path(__file__).parent / "portkey"
SCRIPT = FOLDER / "node_modules" / "@portkey-ai" / "gateway" / "build" / "start-server.js"
ROUTES = {
    "first": Route(("lab/first-1", "lab/first-2")),
    "failing": Route(("lab/failing-1:fault-500", "lab/failing-2:fault-503", "lab/failing-3")),
    "again": Route(("lab/again-1:fault-500", "lab/again-2"), retries=1),
    "refused": Route(("lab/refused-1:fault-401", "lab/refused-2")),
    "slow": Route(("lab/slow-1:fault-silent", "lab/slow-2"), timeout_s=0.3),
    "shared": Route(("lab/shared-1:fault-500", "lab/shared-2", "lab/shared-3"), weights=(1e6, 1e-9)),
    "other": Route(("lab/other-1", "lab/other-2:fault-500", "lab/other-3"), weights=(1e-9, 1e6)),
    "é: #漢字 '$": Route(("lab/odd-1",)),
    "lost": Route(("lab/lost-1:fault-500", "lab/lost-2:fault-500")),
}
POLICY = Policy(
    "proof",
    (ClassifyRule("first", MetadataIs("plan", equals="pro")), *(ClassifyRule(tag, TagIs(tag)) for tag in ROUTES)),
    ROUTES,
    Route(("lab/rest-1",)),
)


class Asking:
    """A running gateway, a mock of hosts, and an exported file with its keys filled in."""

    def __init__(self, port: int, mock: MockServer, config: str) -> None:
        self.mock = mock
        self.url = f"http://127.0.0.1:{port}/v1"
        self.config = config
        self._port = port

    def ask(self, model: str, metadata: dict[str, Any] | None = None, config: str = "") -> tuple[int, list[str]]:
        """Return the answer's status, and which models of which route were asked, in order."""
        before = len(self.mock.journal())
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)
        headers = {"content-type": "application/json", "x-portkey-config": config or self.config}
        headers["x-portkey-metadata"] = json.dumps(metadata or {})
        body = {"model": model, "messages": [{"role": "user", "content": "Hello."}], "stream": True}
        connection.request("POST", "/v1/chat/completions", json.dumps(body), headers)
        answer = connection.getresponse()
        answer.read()
        connection.close()
        return answer.status, [entry["body"]["model"].partition(":")[0] for entry in self.mock.journal()[before:]]


@pytest.fixture(scope="module")
def asking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asking]:
    node = shutil.which("node")
    assert node
    with MockServer() as mock, gateway(node, SCRIPT) as port:
        register_server("lab", f"{mock.url}/v1", key_env="LAB_KEY")
        path = tmp_path_factory.mktemp("portkey") / "portkey.json"
        text = POLICY.export("portkey", path, allow_lossy=True).path.read_text()
        forget_servers()
        yield Asking(port, mock, text.replace("${LAB_KEY}", "sk-lab").replace("\n", ""))


@pytest.fixture(autouse=True)
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROUTEBOOK_PORTKEY", str(SCRIPT))


def test_the_version_we_say_proved_it_is_the_one_installed() -> None:
    [pinned] = json.loads((FOLDER / "package.json").read_text())["dependencies"].items()
    assert " ".join(pinned) == portkey.PROVEN_WITH


@pytest.mark.parametrize(
    ("tag", "asked"),
    [
        ("first", ["first-1"]),
        ("failing", ["failing-1", "failing-2", "failing-3"]),
        ("again", ["again-1", "again-1", "again-2"]),
        ("refused", ["refused-1", "refused-2"]),
        ("slow", ["slow-1", "slow-2"]),
        ("shared", ["shared-1", "shared-2"]),
        ("other", ["other-2", "other-1"]),
        ("é: #漢字 '$", ["odd-1"]),
    ],
)
def test_a_route_is_followed_by_its_name_and_by_metadata(asking: Asking, tag: str, asked: list[str]) -> None:
    assert asking.ask(f"route/{tag}") == (200, asked)
    assert asking.ask("any", {"route": tag}) == (200, asked)


def test_everything_else_goes_to_the_default(asking: Asking) -> None:
    for name in ("route/default", "route/unknown", "gpt-6.1-terra"):
        assert asking.ask(name) == (200, ["rest-1"])


def test_the_first_rule_that_matches_wins_as_in_the_policy(asking: Asking) -> None:
    assert asking.ask("route/failing", {"plan": "pro"}) == (200, ["first-1"])


def test_when_all_of_a_chain_fail_nobody_else_is_asked(asking: Asking) -> None:
    assert asking.ask("route/lost") == (500, ["lost-1", "lost-2"])


def test_a_host_gets_its_key(asking: Asking) -> None:
    asking.ask("route/first")
    assert asking.mock.journal()[-1]["headers"]["authorization"] == "Bearer sk-lab"


def test_the_gateway_of_a_replay_reaches_no_other_machine(asking: Asking) -> None:
    leaf = {"provider": "openai", "api_key": "k", "custom_host": "http://192.0.2.1/v1"}
    assert asking.ask("m", config=json.dumps({**leaf, "request_timeout": 20_000})) == (500, [])


def test_every_policy_vector_is_routed_as_the_policy_says() -> None:
    found = [portkey.replay(policy, prompts) for _, policy, prompts in replays()]
    assert [str(one) for one in found if one.agree != one.of] == []
    assert (sum(one.of for one in found), {one.version for one in found}) == (252, {"1.15.2"})


def test_a_thousand_real_prompts_are_routed_as_the_policy_says() -> None:
    prompts = mmlu_prompts()
    subjects = sorted({tag for prompt in prompts for tag in prompt.tags})
    policy = Policy(
        "mmlu",
        (ClassifyRule("proof", HasKeyword(("prove", "theorem"))), *(ClassifyRule(tag, TagIs(tag)) for tag in subjects)),
        {tag: Route((f"sim/{number}", "sim/large")) for number, tag in enumerate(["proof", *subjects])},
        Route(("sim/small",)),
    )
    found = portkey.replay(policy, prompts)
    assert (found.agree, found.of) == (1000, 1000), found


def test_a_live_replay_reads_from_the_gateways_header_where_it_really_routed(
    asking: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    policy = Policy("proof", tuple(ClassifyRule(tag, TagIs(tag)) for tag in ROUTES), ROUTES, POLICY.default)
    register_server("lab", f"{asking.mock.url}/v1", key_env="LAB_KEY")
    text = json.dumps(json.loads(portkey.compile(policy).text)).replace("${LAB_KEY}", "sk-lab")
    monkeypatch.setenv("PORTKEY_CONFIG", text)
    register_server("gateway", asking.url, headers={"x-portkey-config": "$PORTKEY_CONFIG"})
    tags = ("first", "failing", "refused", "shared", "other", "lost", "none")
    found = rb.replay_live(policy, "gateway", [rb.Prompt.of(f"Hello, {tag}.", tags=[tag]) for tag in tags])
    forget_servers()
    assert [(row.went.model, row.outcome) for row in found.rows] == [
        ("lab/first-1", "agrees"),
        ("lab/failing-3", "another model of the chain"),
        ("lab/refused-2", "another model of the chain"),
        ("lab/shared-2", "another model of the chain"),
        ("lab/other-1", "another model of the chain"),
        (None, "no answer"),
        ("lab/rest-1", "agrees"),
    ]
    assert {row.went.told_by for row in found.rows} == {"Portkey's header", ""}
