"""What was sent for a call, made again from the store: the very body that the host received, or a reason why not."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.support.asking import PNG
from tests.support.hosts import KEYS, LAB, addresses, each
from tests.support.mock_server import MockServer
from tests.support.showcase import showcase

import routebook as rb
from routebook.calls import Call
from routebook.comparison import Comparison
from routebook.errors import ModelError, RunError
from routebook.exact import LONGEST_IMAGE, exact_request
from routebook.prompts import Attachment, Message, Prompt
from routebook.providers.registry import forget_servers
from routebook.store import Store

PROTOCOLS = {
    "openai": "OpenAI Responses",
    "azure": "OpenAI Responses",
    "anthropic": "Anthropic Messages",
    "bedrock": "Bedrock Converse",
    "lab": "OpenAI Chat Completions",
}
PATHS = {
    "/v1/responses": "openai",
    "/openai/v1/responses": "azure",
    "/v1/messages": "anthropic",
    "/model/text-1/converse-stream": "bedrock",
    "/v1/chat/completions": "lab",
}
SCHEMA = {"type": "object", "properties": {"b": {"type": "integer"}, "a": {"type": "string"}}, "required": ["b"]}


@pytest.fixture(scope="module")
def mock() -> Iterator[MockServer]:
    with MockServer() as server:
        yield server


@pytest.fixture(autouse=True)
def hosts(mock: MockServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Send every host's requests to the mock, each with its own key."""
    for name, value in (addresses(mock.url) | KEYS).items():
        monkeypatch.setenv(name, value)
    rb.register_server("lab", f"{mock.url}/v1", **LAB)


def received(mock: MockServer, count: int) -> dict[str, Any]:
    """Return the bodies of the last so many requests by host; of Bedrock with the model that was in the address."""
    last = mock.journal()[-count:]
    bodies = {PATHS[request["path"]]: request["body"] for request in last}
    assert len(bodies) == count
    if "bedrock" in bodies:
        bodies["bedrock"]["modelId"] = "text-1"
    return bodies


def rebuilt(run: Comparison) -> dict[str, Any]:
    """Return the bodies of a run's calls by host, each over the protocol it should be."""
    bodies = {}
    for call in run.calls:
        protocol, bodies[call.model.host] = exact_request(run, call)
        assert protocol == PROTOCOLS[call.model.host]
    return bodies


ASKED: dict[str, dict[str, Any]] = {
    "a text": {"prompts": "What is 2 + 2?"},
    "with a system prompt": {"prompts": "What is 2 + 2?", "system": "Be brief. Ça va? 漢字 😀"},
    "with limits": {"prompts": "What is 2 + 2?", "max_tokens": 50, "temperature": 0.5},
    "with a whole temperature": {"prompts": "What is 2 + 2?", "temperature": 1},
    "with a schema": {"prompts": "What is 2 + 2?", "schema": SCHEMA},
    "a filled template": {"prompts": "What is {{x}}?", "variables": {"x": "2 + 2"}, "system": "Only {{x}}."},
    "a conversation with an image": {
        "prompts": Prompt(
            (
                Message("user", "Look.", (PNG,)),
                Message("assistant", "I see."),
                Message("user", "What is it?"),
            ),
            expected="a dot",
            tags=("seeing",),
        )
    },
}


@pytest.mark.parametrize("asked", ASKED.values(), ids=ASKED)
def test_what_is_made_again_from_the_store_is_what_every_host_received(mock: MockServer, asked: dict[str, Any]) -> None:
    run = rb.compare(**asked, models=each("text-1"), cache=False)
    assert run.errors == ()

    sent = received(mock, 5)

    assert rebuilt(run) == sent
    assert rebuilt(rb.load(run.run.id)) == sent
    assert rebuilt(Comparison.from_json(run.to_json())) == sent


def test_effort_is_told_in_each_hosts_own_way(mock: MockServer) -> None:
    models = [f"{host}/text-1" for host in ("openai", "azure", "anthropic", "lab")]  # Bedrock's is told by the family
    run = rb.compare("What is 2 + 2?", models=models, effort="low", cache=False)
    assert run.errors == ()
    assert rebuilt(rb.load(run.run.id)) == received(mock, 4)


def test_an_azure_call_over_the_classic_protocol_is_shown_as_that(
    mock: MockServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_VERSION", "2024-10-21")
    run = rb.compare("hi", models=["azure/text-1"], cache=False)
    (call,) = run.calls

    assert exact_request(run, call)[0] == "OpenAI Chat Completions"
    assert exact_request(run, call)[1]["messages"] == [{"role": "user", "content": "hi"}]

    monkeypatch.delenv("OPENAI_API_VERSION")
    with pytest.raises(
        RunError, match="it went over OpenAI Chat Completions, and azure is set to OpenAI Responses now"
    ):
        exact_request(run, call)


def test_a_follow_up_is_shown_with_its_earlier_turns(mock: MockServer) -> None:
    first = rb.compare("Name a prime.", models=each("text-1"), system="Be brief.")
    second = rb.compare("And another?", follow=first)
    third = rb.compare("And a third?", follow=second, cache=False)
    sent = received(mock, 5)

    assert rebuilt(rb.load(third.run.id)) == sent
    assert [part["role"] for part in sent["lab"]["messages"]] == ["system", *["user", "assistant"] * 2, "user"]


def test_a_follow_up_in_a_store_of_its_own_is_shown_with_its_earlier_turns(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "own.sqlite3")
    first = rb.compare("Name a prime.", models=["lab/text-1"], store=store)
    second = rb.compare("And another?", follow=first, store=store)
    for run in (second, rb.load(second.run.id, store=store)):
        assert exact_request(run, run.calls[0])[1]["messages"][0] == {"role": "user", "content": "Name a prime."}
    store.close()


def test_an_answer_from_the_cache_shows_what_was_sent_when_it_was_asked(mock: MockServer) -> None:
    rb.compare("What is the capital of Peru?", models=each("text-1"))
    sent = received(mock, 5)
    again = rb.compare("What is the capital of Peru?", models=each("text-1"))
    assert all(call.cached for call in again.calls)
    assert rebuilt(again) == sent


def test_a_failed_call_shows_what_was_refused() -> None:
    run = rb.compare("hi", models=["openai/fault-401", "anthropic/fault-503"], cache=False, retries=0)
    assert len(run.errors) == 2
    for call in run.calls:
        assert exact_request(run, call)[1]["model"] == call.model.model


def test_no_key_and_no_address_is_shown() -> None:
    run = rb.compare("hi", models=each("text-1"), cache=False)
    shown = json.dumps([exact_request(run, call) for call in run.calls])
    for secret in KEYS.values():
        assert secret not in shown
    assert "127.0.0.1" not in shown


def test_nothing_is_asked_to_show_it(mock: MockServer) -> None:
    run = rb.compare("hi", models=each("text-1"), cache=False)
    before = mock.counts()["requests"]
    rebuilt(run)
    assert mock.counts()["requests"] == before


def test_a_large_image_is_shown_by_its_name_and_size(mock: MockServer) -> None:
    big = Attachment.of(PNG.data + bytes(LONGEST_IMAGE), name="chart.png")
    run = rb.compare("What is this?", images=[big], models=each("text-1"), cache=False)
    sent = json.dumps(received(mock, 5), sort_keys=True)
    stands = f"[chart.png, {len(big.data):,} bytes]"

    assert sent.count(big.base64) == 5
    assert json.dumps(rebuilt(run), sort_keys=True) == sent.replace(big.base64, stands)


def test_a_simulated_call_shows_the_question_and_that_there_was_no_wire() -> None:
    run = rb.compare("hi", models=["sim/small"], max_tokens=9)
    asked = {"model": "small", "messages": [{"role": "user", "text": "hi"}], "max_tokens": 9}
    assert exact_request(run, run.calls[0]) == ("simulated", asked)


class TestCannot:
    """Where it cannot be told, the reason is."""

    def test_a_call_that_was_never_sent(self) -> None:
        run = rb.compare("hi", models=["openai/gpt-4o", "sim/small"], effort="low", cache=False)
        with pytest.raises(RunError, match=r"Nothing was sent to openai/gpt-4o: .*does not take effort"):
            exact_request(run, run.calls[0])

    @pytest.mark.parametrize(
        "changed",
        [
            lambda run: Comparison(replace(run.run, settings={}), run.prompts, run.calls),
            lambda run: Comparison(replace(run.run, settings={"max_tokens": "9"}), run.prompts, run.calls),
            lambda run: Comparison(run.run, run.prompts, [replace(run.calls[0], fingerprint="0" * 64)]),
        ],
        ids=["settings missing", "settings changed", "another fingerprint"],
    )
    def test_a_run_that_is_not_as_it_was(self, changed: Any) -> None:
        run = rb.compare("hi", models=["openai/text-1"], max_tokens=9, cache=False)
        other = changed(run)
        with pytest.raises(
            RunError, match="openai/text-1 cannot be shown exactly: the prompt, its options or"
        ) as caught:
            exact_request(other, other.calls[0])
        assert "\n" not in str(caught.value)

    def test_a_call_of_another_run(self) -> None:
        run = rb.compare("hi", models=["sim/small"])
        with pytest.raises(RunError, match="its prompt is not in this run"):
            exact_request(showcase(), run.calls[0])

    def test_a_call_whose_protocol_was_not_noted(self) -> None:
        run = rb.compare("hi", models=["openai/text-1"], cache=False)
        call = replace(run.calls[0], extras={})
        with pytest.raises(RunError, match="the protocol it went over was not noted"):
            exact_request(run, call)

    def test_a_server_that_is_not_registered_any_more(self) -> None:
        run = rb.compare("hi", models=["lab/text-1"], cache=False)
        forget_servers()
        with pytest.raises(ModelError, match="'lab' is not a known host"):
            exact_request(run, run.calls[0])

    def test_a_follow_up_of_a_run_that_is_not_here(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        first = rb.compare("Name a prime.", models=["openai/text-1"])
        second = rb.compare("And another?", follow=first, cache=False)
        monkeypatch.setenv("ROUTEBOOK_STORE", str(tmp_path / "elsewhere.sqlite3"))
        with pytest.raises(RunError, match="it continues a run that is not in the store"):
            exact_request(second, second.calls[0])

    @pytest.mark.parametrize(
        ("body", "message"),
        [
            ("None", "the provider for acme does not tell what it sends"),
            ("{'data': b'bytes'}", "the provider for acme failed with TypeError"),
            ("{}['no']", "the provider for acme failed with KeyError: 'no'"),
        ],
        ids=["nothing", "no JSON", "a fault"],
    )
    def test_a_plug_in_that_does_not_tell(
        self, body: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        plug_in(body, tmp_path, monkeypatch)
        run = rb.compare("hi", models=["acme/good"], cache=False)
        with pytest.raises(RunError, match=message):
            exact_request(run, run.calls[0])

    def test_a_plug_in_without_a_name_for_its_protocol_is_shown_as_its_own(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        plug_in("{'ask': request.messages[0].text}", tmp_path, monkeypatch)
        run = rb.compare("hi", models=["acme/good"], cache=False)
        assert exact_request(run, run.calls[0]) == ("acme's own protocol", {"ask": "hi"})


def plug_in(body: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Install a package that provides the host acme, as pip would leave it."""
    info = folder / "acme_routebook-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-routebook\nVersion: 1.0\n", encoding="utf-8")
    (info / "entry_points.txt").write_text("[routebook.providers]\nacme = acme_routebook:make\n", encoding="utf-8")
    source = f"""
from tests.support.scripted import ScriptedProvider
class Acme(ScriptedProvider):
    def body(self, request):
        return {body}
def make():
    return Acme(host="acme")
"""
    (folder / "acme_routebook.py").write_text(source, encoding="utf-8")
    monkeypatch.delitem(sys.modules, "acme_routebook", raising=False)
    monkeypatch.syspath_prepend(folder)
    forget_servers()


def test_it_may_be_asked_from_many_threads() -> None:
    run = rb.compare("hi", models=each("text-1"), cache=False)
    once = rebuilt(run)
    found: list[dict[str, Any]] = []
    threads = [threading.Thread(target=lambda: found.append(rebuilt(run))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [once] * 8


def test_every_call_that_was_sent_notes_its_protocol(mock: MockServer) -> None:
    run = rb.compare("hi", models=[*each("text-1"), "sim/small"], cache=False)
    noted: dict[str, Call] = {call.model.host: call for call in run.calls}
    assert {host: call.extras.get("protocol") for host, call in noted.items()} == {**PROTOCOLS, "sim": None}
