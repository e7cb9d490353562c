"""`rb.compare` over real wire protocols: five hosts in one run, every fault of the mock through the whole engine."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

import pytest
from tests.support.hosts import HOSTS, KEYS, LAB, SENT_TO, addresses, each
from tests.support.mock_server import BEHAVIOURS, PARTIAL, SHORT, USAGE, MockServer
from tests.support.ports import free_port

import routebook as rb
from routebook.calls import Call
from routebook.engine.recorder import Event, EventKind
from routebook.providers.contract import RETRYABLE, Usage


@pytest.fixture(scope="module")
def mock() -> Iterator[MockServer]:
    with MockServer() as server:
        yield server


@pytest.fixture
def hosts(mock: MockServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Send every host's requests to the mock, each with its own key."""
    for name, value in (addresses(mock.url) | KEYS).items():
        monkeypatch.setenv(name, value)
    rb.register_server("lab", f"{mock.url}/v1", **LAB)


def by_host(run: rb.Comparison) -> dict[str, Call]:
    return {call.model.host: call for call in run.calls}


# ---- answers --------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("hosts")
def test_five_hosts_answer_in_one_run_and_nothing_they_say_is_lost(mock: MockServer) -> None:
    for model in each("usage"):
        rb.set_price(model, input=1, cached="0.1", cache_write="1.25", output=10)
    run = rb.compare("What is 2 + 2?", models=each("usage"), name="all")

    assert run.run.status == "finished"
    assert run.models == tuple(each("usage"))
    for host, call in by_host(run).items():
        assert call.failure is None, host
        assert call.text == "".join(SHORT)
        assert call.reasoning == "Two and two. Four. "
        assert (call.finish, call.request_id, call.attempts) == ("stop", "req_mock", ())
        assert call.usage == Usage(
            input_tokens=USAGE["input"],
            cached_tokens=USAGE["cached"],
            cache_write_tokens=USAGE["cache_write"],
            output_tokens=USAGE["output"],
            reasoning_tokens=None if host == "bedrock" else USAGE["reasoning"],  # Converse does not tell
        )
        assert call.ttft_s is not None
        assert call.latency_s is not None
        assert call.first_event_s is not None
        assert call.first_reasoning_s is not None
        assert 0 < call.first_event_s <= call.first_reasoning_s <= call.ttft_s <= call.latency_s
        assert not call.simulated
    # 50 fresh tokens at 1, 40 read from the cache at 0.1, 10 written to it at 1.25, 30 of output at 10
    assert {price.usd for price in run.prices if price is not None} == {Decimal("0.0003665")}
    assert run.total_cost.real.usd == 5 * Decimal("0.0003665")
    assert run.frame["cost_usd"].tolist() == [0.0003665] * 5
    assert rb.load("all") == run


@pytest.mark.usefixtures("hosts")
def test_no_host_is_told_another_hosts_key(mock: MockServer) -> None:
    rb.compare("hi", models=each("text-1"), cache=False)
    seen: dict[str, set[str]] = {}
    for request in mock.journal()[-len(HOSTS) :]:
        said = json.dumps([request["path"], request["headers"], request["body"]])
        seen[request["path"]] = {name for name, value in KEYS.items() if value in said}
    assert seen == {
        path: {name for name, told in SENT_TO.items() if told == host}
        for path, host in {
            "/v1/responses": "openai",
            "/openai/v1/responses": "azure",
            "/v1/messages": "anthropic",
            "/model/text-1/converse-stream": "bedrock",
            "/v1/chat/completions": "lab",
        }.items()
    }


@pytest.mark.usefixtures("hosts")
def test_the_same_run_again_asks_nobody(mock: MockServer) -> None:
    first = rb.compare("hi", models=each("text-2"))
    before = mock.counts()["requests"]
    again = rb.compare("hi", models=each("text-2"))
    assert mock.counts()["requests"] == before
    assert [call.cached_from for call in again.calls] == [call.id for call in first.calls]
    assert [call.text for call in again.calls] == ["w0 w1 "] * 5


# ---- faults ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Expected:
    """How a fault has to end: the error's kind, or `None` where the answer is a good one, and what text came."""

    kind: str | None
    text: str = ""
    finish: str | None = None
    on: tuple[tuple[str, str | None], ...] = ()  # what it is at some hosts

    def at(self, host: str) -> str | None:
        return dict(self.on).get(host, self.kind)


SOME = "".join(PARTIAL)
FAULTS = {
    "401": Expected("auth"),
    "403": Expected("auth"),
    "404": Expected("not_found"),
    "500": Expected("server"),
    "503": Expected("server"),
    # where the body has a type of error, it says more than the status: OpenAI's is server_error
    "504": Expected("timeout"),
    "529": Expected("server"),
    "quota": Expected("quota"),
    "context": Expected("context"),
    "option": Expected("option"),
    "filter": Expected("filter", SOME),
    "length": Expected(None, SOME, "length"),
    # OpenAI's protocols do not tell a full window from a limit of output tokens
    "window": Expected("context", SOME, "length", on=(("openai", None), ("azure", None), ("lab", None))),
    "error": Expected("server", SOME, on=(("bedrock", "rate_limit"),)),  # the mock's is a throttlingException
    "drop": Expected("connection", SOME),
    "truncated": Expected("truncated", SOME),
    "malformed": Expected("malformed", SOME),
}


def test_every_fault_the_mock_knows_is_tried_here() -> None:
    named = set(re.findall(r"^fault-([a-z]+)", BEHAVIOURS, re.MULTILINE))
    statuses = set(re.findall(r"\b[45]\d\d\b", BEHAVIOURS))
    assert named | statuses == {*FAULTS, "429", "stall", "silent"}


@pytest.fixture(scope="module")
def faulty(mock: MockServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[rb.Comparison, list[Call]]]:
    """One run of every fault at every host, and what the store has of it when it is opened anew."""
    path = tmp_path_factory.mktemp("faulty") / "store.sqlite3"
    with pytest.MonkeyPatch.context() as patch:
        for name, value in (addresses(mock.url) | KEYS).items():
            patch.setenv(name, value)
        patch.setenv("ROUTEBOOK_CONFIG", str(path.with_name("config.toml")))
        rb.register_server("lab", f"{mock.url}/v1", **LAB)
        store = rb.Store.open(path)
        run = rb.compare(
            "What is 2 + 2?",
            models=[model for fault in FAULTS for model in each(f"fault-{fault}")],
            temperature=0.5,
            retries=1,
            concurrency=100,
            store=store,
        )
        store.close()
    reopened = rb.Store.open(path)
    yield run, reopened.calls_of(run.run.id)
    reopened.close()


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("host", HOSTS)
def test_a_fault_ends_as_its_kind_with_what_came_of_the_answer(
    faulty: tuple[rb.Comparison, list[Call]], host: str, fault: str
) -> None:
    run, stored = faulty
    expected = FAULTS[fault]
    call = run.find(f"{host}/fault-{fault}")
    kind = None if call.failure is None else call.failure.kind
    assert kind == expected.at(host)
    assert call.text == expected.text
    assert [attempt.text for attempt in call.attempts] == ([expected.text] if kind in RETRYABLE else [])
    assert {attempt.failure.kind for attempt in call.attempts} <= {kind}
    assert call.request_id == "req_mock"
    if call.failure is None:
        assert (call.status, call.finish) == ("ok", expected.finish)
    else:
        assert (call.status, call.finish) == ("error", None)
        assert "\n" not in call.failure.message + call.failure.hint
    assert call in stored


def test_a_run_of_failures_is_finished_and_shown(faulty: tuple[rb.Comparison, list[Call]]) -> None:
    run, stored = faulty
    assert run.run.status == "finished"
    assert len(run.calls) == len(stored) == len(HOSTS) * len(FAULTS)
    page, table = run.to_html(), run.text_table(120)
    for fault in FAULTS:
        assert f"fault-{fault}" in page
        assert f"fault-{fault}" in table
    assert rb.Comparison.from_json(run.to_json()) == run


class Watching:
    """Counts the events of one kind, and lets a test wait for so many."""

    def __init__(self, kind: EventKind, wanted: int) -> None:
        self.kind, self.wanted, self.seen = kind, wanted, 0
        self.happened = threading.Event()
        self._lock = threading.Lock()  # Bedrock's come from threads of their own

    def __call__(self, event: Event) -> None:
        if event.kind == self.kind:
            with self._lock:
                self.seen += 1
                if self.seen == self.wanted:
                    self.happened.set()


@pytest.mark.usefixtures("hosts")
def test_a_host_that_asks_to_wait_is_asked_again_and_stopping_keeps_why() -> None:
    retrying = Watching("retrying", len(HOSTS))
    live = rb.start("hi", models=each("fault-429"), on_event=retrying)
    assert retrying.happened.wait(30)
    assert {call.phase for call in live.calls} == {"waiting"}  # for the 7 seconds the mock asks for
    live.stop()
    run = live.result()
    assert run.run.status == "interrupted"
    for call in run.calls:
        assert call.failure is not None
        assert (call.failure.kind, call.failure.status, call.attempts) == ("rate_limit", 429, ())


@pytest.mark.usefixtures("hosts")
def test_an_answer_that_stalls_is_stopped_by_hand_and_what_came_is_kept() -> None:
    pieces = Watching("text", len(HOSTS) * len(PARTIAL))
    live = rb.start("hi", models=each("fault-stall"), on_event=pieces)
    assert pieces.happened.wait(30)
    live.stop()
    run = live.result()
    assert [call.failure.kind for call in run.calls if call.failure] == ["interrupted"] * len(HOSTS)
    assert [call.text for call in run.calls] == [SOME] * len(HOSTS)
    assert rb.load(run.run.id) == run


@pytest.mark.usefixtures("hosts")
def test_a_host_that_says_nothing_is_asked_again_after_the_deadline_and_then_given_up() -> None:
    run = rb.compare("hi", models=each("fault-silent"), timeout_s=0.2, retries=1)
    for call in run.calls:
        assert call.failure is not None
        assert (call.failure.kind, call.text, call.usage) == ("timeout", "", Usage())
        assert [attempt.failure.kind for attempt in call.attempts] == ["timeout"]
        assert "after 0.2 s" in call.failure.message
        assert "--timeout" in call.failure.hint
    assert rb.load(run.run.id) == run


# ---- nobody to ask --------------------------------------------------------------------------------------------------


def test_an_unreachable_host_is_a_card_that_says_where_it_was_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    port = free_port()
    for name, value in (addresses(f"http://127.0.0.1:{port}") | KEYS).items():
        monkeypatch.setenv(name, value)
    rb.register_server("lab", f"http://127.0.0.1:{port}/v1", **LAB)
    run = rb.compare("hi", models=[*each("any"), "sim/small"], retries=0)
    assert [call.status for call in run.calls] == ["error"] * 5 + ["ok"]
    for call in run.errors:
        assert call.failure is not None
        assert call.failure.kind == "connection"
        assert f"127.0.0.1:{port}" in call.failure.message
        assert call.failure.hint
    assert rb.load(run.run.id) == run


@pytest.mark.usefixtures("hosts")
def test_missing_credentials_name_the_variable_and_nothing_is_sent(
    mock: MockServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in KEYS:
        monkeypatch.delenv(name)
    before = mock.counts()["requests"]
    run = rb.compare("hi", models=each("any"))
    assert mock.counts()["requests"] == before
    named = {
        "openai": "OPENAI_API_KEY",
        "azure": "AZURE_OPENAI_API_KEY",
        "anthropic": "ANTHROPIC_API_KEY",
        "bedrock": "AWS_ACCESS_KEY_ID",
        "lab": "LAB_KEY",
    }
    for host, call in by_host(run).items():
        assert call.failure is not None
        assert (call.failure.kind, call.attempts) == ("auth", ())
        assert named[host] in f"{call.failure.message} {call.failure.hint}"
