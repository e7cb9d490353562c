"""What is exported for LiteLLM is served by its own proxy: `litellm --config`, started once, on this machine alone.

A loopback server stands in for the hosts and tells which models were asked.
"""

from __future__ import annotations

import json
import os
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pandas as pd
import pytest
from tests.support.litellm import python
from tests.support.mock_server import MockServer
from tests.support.ports import free_port

import routebook as rb
from routebook.providers.registry import forget_servers, register_server
from routebook.routing.conditions import TagIs
from routebook.routing.policy import ClassifyRule, Policy, Route
from routebook.targets import litellm, running

MASTER_KEY = "sk-master-of-this-test"
CANARY = "sk-canary-0123456789abcdef"
ROUTES = {
    "first": Route(("lab/first-1", "lab/first-2")),
    "failing": Route(("lab/failing-1:fault-500", "lab/failing-2:fault-503", "lab/failing-3")),
    "again": Route(("lab/again-1:fault-500", "lab/again-2"), retries=1),
    "too-long": Route(("lab/too-long-1:fault-context", "lab/too-long-2")),
    "slow": Route(("lab/slow-1:fault-silent", "lab/slow-2"), timeout_s=0.5),
    "drawn": Route(("lab/drawn-1", "lab/drawn-2"), weights=(1, 1)),
    "odd é: # '": Route(("lab/odd-1",)),
    "漢字": Route(("lab/beyond-1",)),
}
POLICY = Policy("proxy", tuple(ClassifyRule(tag, TagIs(tag)) for tag in ROUTES), ROUTES, Route(("lab/rest-1",)))


class Proxy(NamedTuple):
    """Where the proxy listens, and the server behind it."""

    url: str
    mock: MockServer
    text: str
    losses: list[str]

    def get(self, path: str, body: object = None) -> tuple[int, bytes]:
        """Ask the proxy; return the status and what came."""
        request = urllib.request.Request(
            self.url + path,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {MASTER_KEY}", "Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()

    def ask(self, tag: str) -> tuple[int, list[str]]:
        """Ask for a route; return the status, and the models that were asked, in order."""
        before = len(self.mock.journal())
        said = [{"role": "user", "content": "What is 2 + 2?"}]
        body = {"model": f"route/{tag}", "messages": said, "stream": True}
        status, answer = self.get("/v1/chat/completions", body)
        assert status != 200 or b"[DONE]" in answer
        return status, [entry["body"]["model"].partition(":")[0] for entry in self.mock.journal()[before:]]


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    folder = tmp_path_factory.mktemp("proxy")
    with pytest.MonkeyPatch.context() as patch, MockServer() as mock:
        patch.setenv("ROUTEBOOK_CONFIG", str(folder / "none.toml"))
        register_server("lab", f"{mock.url}/v1", key_env="LAB_KEY")
        report = POLICY.export("litellm", folder / "config.yaml", allow_lossy=True)
        forget_servers()
        port = free_port()
        at_home = Path(running.__file__).parent / "children" / "at_home.py"
        command = [python(), "-I", str(at_home), str(Path(python()).with_name("litellm"))]
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(
                [*command, "--config", str(report.path), "--host", "127.0.0.1", "--port", str(port)],
                stdout=log,
                stderr=log,
                cwd=folder,
                env={
                    "PATH": os.environ["PATH"],
                    "HOME": str(folder),
                    "LITELLM_LOCAL_MODEL_COST_MAP": "True",
                    "LITELLM_MASTER_KEY": MASTER_KEY,
                    "LAB_KEY": CANARY,
                },
            )
        made = Proxy(
            f"http://127.0.0.1:{port}",
            mock,
            report.path.read_text(encoding="utf-8"),
            [loss.where for loss in report.losses],
        )
        try:
            until = time.monotonic() + 240
            while not _answers(made):
                assert process.poll() is None, (folder / "log").read_text(errors="replace")[-2000:]
                assert time.monotonic() < until, "LiteLLM's proxy did not start"
                time.sleep(0.2)
            yield made
        finally:
            process.terminate()
            process.wait(30)


def _answers(proxy: Proxy) -> bool:
    try:
        return proxy.get("/v1/models")[0] == 200
    except OSError:
        return False


def test_the_proxy_lists_a_model_for_each_tag_and_one_for_the_rest(proxy: Proxy) -> None:
    _, listed = proxy.get("/v1/models")
    assert {f"route/{tag}" for tag in [*ROUTES, "default"]} <= {model["id"] for model in json.loads(listed)["data"]}


@pytest.mark.parametrize(
    ("tag", "asked"),
    [
        ("first", ["first-1"]),
        ("failing", ["failing-1", "failing-2", "failing-3"]),
        ("again", ["again-1", "again-1", "again-2"]),
        ("too-long", ["too-long-1", "too-long-2"]),
        ("slow", ["slow-1", "slow-2"]),
        ("odd é: # '", ["odd-1"]),
        ("default", ["rest-1"]),
    ],
)
def test_the_proxy_asks_the_models_of_the_route_in_order(proxy: Proxy, tag: str, asked: list[str]) -> None:
    assert proxy.ask(tag) == (200, asked)


def test_the_proxy_draws_one_of_those_with_weights(proxy: Proxy) -> None:
    status, asked = proxy.ask("drawn")
    assert (status, len(asked), set(asked) <= {"drawn-1", "drawn-2"}) == (200, 1, True)


def test_the_proxy_asks_nobody_for_a_tag_without_a_route(proxy: Proxy) -> None:
    assert proxy.ask("unknown") == (400, [])


def test_the_proxy_fails_on_a_tag_beyond_latin_letters_as_its_loss_says(proxy: Proxy) -> None:
    assert proxy.ask("漢字") == (500, ["beyond-1"])
    assert proxy.losses == ["route drawn", "tag 漢字"]


def test_the_key_reaches_the_server_and_is_not_in_the_file(proxy: Proxy) -> None:
    proxy.ask("first")
    assert proxy.mock.journal()[-1]["headers"]["authorization"] == f"Bearer {CANARY}"
    assert CANARY not in proxy.text


def test_how_to_start_it_says_what_the_proxy_insists_on() -> None:
    assert "LITELLM_MASTER_KEY" in litellm.start(Path("config.yaml"))


@pytest.fixture
def gateway(proxy: Proxy, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("GATEWAY_KEY", MASTER_KEY)
    register_server("gateway", f"{proxy.url}/v1", key_env="GATEWAY_KEY")
    yield "gateway"
    forget_servers()


def test_a_live_replay_reads_from_the_proxys_headers_where_it_really_routed(proxy: Proxy, gateway: str) -> None:
    prompts = [rb.Prompt.of(f"Hello, {tag}.", tags=[tag]) for tag in ("first", "failing", "too-long", "other")]
    found = rb.replay_live(POLICY, gateway, [*prompts, prompts[0]])
    assert [(row.decision.tag, row.went.model, row.outcome) for row in found.rows] == [
        ("first", "lab/first-1", "agrees"),
        ("failing", "lab/failing-3", "another model of the chain"),
        ("too-long", "lab/too-long-2", "another model of the chain"),
        ("default", "lab/rest-1", "agrees"),
        ("first", "lab/first-1", "agrees"),
    ]
    assert (found.agree, found.of, {row.went.told_by for row in found.rows}) == (3, 5, {"LiteLLM's headers"})
    asked = [entry["body"]["model"] for entry in proxy.mock.journal()[-7:]]
    assert asked.count("first-1") == 1  # the same prompt is asked once


def test_a_live_replay_finds_that_the_proxy_runs_another_policy(gateway: str) -> None:
    routes = {**ROUTES, "first": Route(("lab/first-2", "lab/first-1")), "failing": Route(("lab/new-1",))}
    changed = Policy("changed", POLICY.classify, routes, POLICY.default)
    prompts = [rb.Prompt.of("Hello.", tags=["first"]), rb.Prompt.of("Good morning.", tags=["failing"])]
    found = rb.replay_live(changed, gateway, prompts)
    assert [(row.went.model, row.outcome) for row in found.rows] == [
        ("lab/first-1", "another model of the chain"),
        ("hosted_vllm/failing-3", "another model"),
    ]


def test_a_model_of_the_same_name_at_another_address_is_another_model(gateway: str) -> None:
    register_server("lab", "http://127.0.0.1:9/v1")
    [row] = rb.replay_live(POLICY, gateway, "Hello.", tag="first").rows
    assert (row.went.model, row.outcome) == ("hosted_vllm/first-1", "another model")


def test_the_deployed_router_is_compared_with_a_model_asked_directly(proxy: Proxy, gateway: str) -> None:
    register_server("direct", f"{proxy.mock.url}/v1")
    models = [f"{gateway}/route/first", "direct/first-1"]
    run = rb.compare("What is 2 + 2?", models)
    assert [(str(call.model), call.status, call.text) for call in run.calls] == [
        (model, "ok", "Four is the answer.") for model in models
    ]
    frame = run.frame
    assert list(frame["model"]) == models
    assert frame["cost_usd"].isna().all()  # nobody said what the gateway charges
    assert (frame["latency_s"] > 0).all()
    assert [call.cached for call in rb.compare("What is 2 + 2?", models).calls] == [True, True]
    pd.testing.assert_frame_equal(rb.load(run.run.id).frame, frame)
