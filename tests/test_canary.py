"""The canary keys: planted in the environment, found in nothing that was written, printed, raised or logged.

Each credential has a value of its own. Comparisons go to our mock, which answers, to a server that quotes every secret
it is sent wherever it can, to one that says nothing, and to where nobody listens: from Python, from a shell and from a
notebook. Whatever came of it is searched for the values, and for pieces of them.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import logging
import os
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest
from tests.support.echo_server import NAMES, EchoServer, echo_server
from tests.support.hosts import addresses
from tests.support.kernel import running_kernel
from tests.support.mock_server import MockServer
from tests.support.ports import free_port
from tests.support.sink import RecordingSink

import routebook as rb
from routebook.doctor import report
from routebook.errors import RoutebookError
from routebook.models import ModelId
from routebook.prompts import Message
from routebook.providers.contract import Provider, Request
from routebook.providers.registry import provider_for
from routebook.routing.route import MAX_CHAIN, Route
from routebook.store import default_store

PIECE = 12  # so many characters of a key are enough to be a find


def canary(name: str, shape: str = "{}") -> str:
    """Return a value nobody else has: 40 hex digits in the shape of such keys."""
    return shape.format(hashlib.sha256(f"canary of {name}".encode()).hexdigest()[:40])


KEYS = {
    "OPENAI_API_KEY": canary("openai", "sk-proj-{}"),
    "ANTHROPIC_API_KEY": canary("anthropic", "sk-ant-api03-{}"),
    "AZURE_OPENAI_API_KEY": canary("azure"),
    "AWS_ACCESS_KEY_ID": "AKIA" + canary("aws id").upper()[:16],
    "AWS_SECRET_ACCESS_KEY": canary("aws secret", "{}/+x"),
    "AWS_SESSION_TOKEN": canary("aws session", "{}/+w=="),
    "GROQ_API_KEY": canary("groq", "gsk_{}"),
    "LAB_LOGIN": canary("lab"),  # names that do not speak of secrets: only their use says so
    "LAB_DOOR": canary("door", "{}!"),
}
TOKENS = {
    "OPENAI_API_KEY": canary("openai again", "  {}\r"),  # as a file leaves it in the environment
    "ANTHROPIC_AUTH_TOKEN": canary("anthropic token"),
    "AZURE_OPENAI_AD_TOKEN": canary("azure token", "eyJ{}.x-y_z"),
    "AWS_BEARER_TOKEN_BEDROCK": canary("bedrock", "ABSK{}="),
    "LAB_LOGIN": canary("lab again"),
    "LAB_DOOR": canary("door again"),
}
PASSWORD = canary("database", "{}/p+w")
HOSTS = ("openai", "azure", "anthropic", "bedrock", "groq", "lab")
PROTOCOLS = {"openai": "responses", "azure": "responses", "anthropic": "messages", "bedrock": "converse"}


def forms(value: str) -> Iterator[str]:
    """Yield how a value may be written: every piece of it, and of its encodings wherever they begin."""
    value = value.strip()
    written = [value, value.lower(), quote(value, safe=""), quote_plus(value), value.encode().hex(), value[::-1]]
    written += [json.dumps(value)[1:-1], repr(value)[1:-1]]
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        for before in range(3):  # behind a user's name and a colon, say
            written.append(encode(b"x" * before + value.encode()).decode()[4:].rstrip("=")[:-1])
    for text in written:
        for start in range(len(text) - PIECE + 1):
            yield text[start : start + PIECE]


def pieces(values: Mapping[str, str]) -> dict[str, str]:
    """Return whose every piece is; the shapes that all keys of a lab share are nobody's."""
    shapes = ("sk-proj-", "sk-ant-api03-", "eyJ", "ABSK", "gsk_")
    found: dict[str, str] = {}
    for name, value in values.items():
        for shape in shapes:
            value = value.strip().removeprefix(shape)
        found |= dict.fromkeys(forms(value), name)
    return found


PIECES = pieces({**KEYS, **{f"{name} (second)": value for name, value in TOKENS.items()}, "the password": PASSWORD})


def finds(text: str) -> set[str]:
    """Return whose keys are in a text, or parts of them."""
    windows = {text[start : start + PIECE] for start in range(len(text) - PIECE + 1)}
    return {PIECES[window] for window in windows & PIECES.keys()}


class Found:
    """Everything that came out, by what it came out of."""

    def __init__(self) -> None:
        self.texts: dict[str, str] = {}

    def add(self, where: str, what: object) -> None:
        text = what.decode("latin-1") if isinstance(what, bytes) else str(what)
        self.texts[where] = self.texts.get(where, "") + text

    def add_folder(self, folder: Path, *, note: str = "") -> None:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                self.add(f"{path.relative_to(folder)}{note}", path.read_bytes())

    def check(self) -> None:
        """Fail if there is a key anywhere; the failure does not quote it."""
        leaks = {where: sorted(finds(text)) for where, text in self.texts.items()}
        assert {where: whose for where, whose in leaks.items() if whose} == {}


@contextmanager
def everything_logged(found: Found) -> Iterator[None]:
    """Log at DEBUG whatever any library logs, with its tracebacks, as a user does to find out what is wrong."""

    class Keeping(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            found.add("the log", self.format(record) + "\n")

    root, handler = logging.getLogger(), Keeping(logging.DEBUG)
    handler.setFormatter(logging.Formatter("%(name)s %(message)s"))
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield
    finally:
        root.setLevel(before)
        root.removeHandler(handler)


@pytest.fixture(scope="module")
def careless() -> Iterator[EchoServer]:
    with echo_server() as server:
        yield server


@pytest.fixture(scope="module")
def mock() -> Iterator[MockServer]:
    with MockServer() as server:
        yield server


@pytest.fixture
def plant(monkeypatch: pytest.MonkeyPatch) -> Callable[[Mapping[str, str], str], None]:
    """Return what puts keys and addresses into the environment and registers the two compatible servers."""

    def into_environment(keys: Mapping[str, str], url: str) -> None:
        for name in {*KEYS, *TOKENS}:
            monkeypatch.delenv(name, raising=False)
        for name, value in (addresses(url) | dict(keys)).items():
            monkeypatch.setenv(name, value)
        rb.register_server("lab", f"{url}/v1", key_env="LAB_LOGIN", headers={"X-Team": "nlp", "X-Door": "$LAB_DOOR"})
        rb.register_server("groq", f"{url}/v1", key_env="GROQ_API_KEY")

    return into_environment


def config_of(url: str) -> str:
    """Return a config.toml that registers the same servers for another process."""
    return f"""
[servers.lab]
base_url = "{url}/v1"
key_env = "LAB_LOGIN"
headers = {{ X-Team = "nlp", X-Door = "$LAB_DOOR" }}
[servers.groq]
base_url = "{url}/v1"
key_env = "GROQ_API_KEY"
"""


def everywhere(*models: str) -> list[str]:
    return [f"{host}/{model}" for model in models for host in HOSTS]


def everyone_in_turn(*models: str) -> rb.Policy:
    """Return a policy that asks as many of these in turn as a route may have."""
    return rb.Policy("all", (), {}, Route(tuple(everywhere(*models)[:MAX_CHAIN])))


# ---- the search itself ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "write",
    [
        str,
        lambda key: f"<p>{key[:30]}...</p>",
        lambda key: f"?key={quote(key, safe='')}",
        lambda key: base64.b64encode(f"user:{key}".encode()).decode(),
        lambda key: base64.urlsafe_b64encode(f"me:{key}".encode()).decode(),
        lambda key: json.dumps({"key": key}),
    ],
)
def test_a_key_would_be_found_however_it_is_written(write: Callable[[str], str]) -> None:
    for name, key in KEYS.items():
        assert finds(f"some text {write(key)} more text") == {name}


def test_what_is_no_key_is_no_find() -> None:
    assert finds("sk-proj-, sk-ant-api03-, [hidden], AKIA and 0123456789abcdef0123456789abcdef") == set()


# ---- from Python ----------------------------------------------------------------------------------------------------


def test_python_keeps_keys_out_of_store_files_errors_and_logs(
    careless: EchoServer,
    mock: MockServer,
    plant: Callable[[Mapping[str, str], str], None],
    isolated: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    found = Found()
    with everything_logged(found):
        for number, keys in enumerate((KEYS, TOKENS)):
            plant(keys, careless.url)
            loud = [name for name in NAMES if name != "silent"]
            failed = rb.compare("Hi", models=everywhere(*loud), retries=0, temperature=0.5, name=f"failed{number}")
            assert failed.ok == ()
            silent = rb.compare("Hi", models=everywhere("silent"), retries=0, timeout_s=0.2)
            plant(keys, f"http://127.0.0.1:{free_port()}")
            refused = rb.compare("Hi", models=everywhere("nobody"), retries=0)
            plant(keys, mock.url)
            fine = rb.compare("Hi", models=everywhere("usage"), tags=["greeting"], cache=False)
            assert {call.model.host for call in fine.ok} >= {"openai", "azure", "anthropic", "lab"}
            plant(keys, careless.url)
            routed = rb.route(everyone_in_turn("body", "headers", "event", "broken"), "Hi", cache=False)
            assert (routed.ok, len(routed.attempts)) == (False, 16)
            with pytest.raises(RoutebookError) as caught:
                routed.text  # noqa: B018 - it raises
            found.add("shown", f"{caught.value}{routed!r}{routed.sentence}")
            for run in (failed, silent, refused, fine, routed.comparison):
                keep(found, run, isolated / f"{number}-{run.run.id}")
            found.add("history", rb.history().to_string())
            plant(keys, careless.url)
            found.add("doctor", report(live=True))
        found.add_folder(isolated, note=" while the store is open")  # with what is still in the write-ahead log
        default_store().close()
        found.add_folder(isolated)
    out, err = capfd.readouterr()
    found.add("stdout", out)
    found.add("stderr", err)

    for host in HOSTS:  # the server did get what it then quoted
        said = [said for protocol, _, said in careless.asked if protocol == PROTOCOLS.get(host, "chat")]
        assert any(finds(one) for one in said), host
    assert "store.sqlite3-wal while the store is open" in found.texts
    assert len(found.texts["the log"]) > 10_000
    assert "[hidden]" in found.texts["store.sqlite3"]
    found.check()


def keep(found: Found, run: rb.Comparison, path: Path) -> None:
    """Write a comparison and what follows from it in every format there is, and print it in every way."""
    run.to_html(path.with_suffix(".html"))
    run.to_json(path.with_suffix(".json"))
    run.frame.to_csv(path.with_suffix(".csv"))
    policy = run.choose({"greeting": list(run.models[:2])}, default=run.models[0])
    policy.save(path.with_suffix(".yaml"))
    policy.export("litellm", path.with_suffix(".litellm.yaml"), allow_lossy=True)
    for shown in (run, run.summary(), run.calls, run.run, policy):
        found.add("shown", f"{shown}{shown!r}")
    found.add("shown", run._repr_html_())


@pytest.mark.parametrize("host", HOSTS)
def test_what_a_provider_raises_has_no_key_in_its_whole_traceback(
    host: str, careless: EchoServer, plant: Callable[[Mapping[str, str], str], None]
) -> None:
    found = Found()
    plant(KEYS, careless.url)
    for error in asyncio.run(raised_by(provider_for(host))):
        found.add("tracebacks", "".join(traceback.format_exception(error)))
    found.check()


async def raised_by(provider: Provider) -> list[BaseException]:
    """Return what a provider raises, with the causes it keeps, for every way to fail; and for its list of models."""

    async def one(model: str | None) -> BaseException:
        with pytest.raises((RoutebookError, TimeoutError)) as caught:
            if model is None:
                await provider.models()
            else:
                request = Request(ModelId(provider.host, model), (Message("user", "hi"),))
                async with asyncio.timeout(0.2 if model == "silent" else 20):
                    await provider.ask(request, RecordingSink())
        return caught.value

    try:
        return await asyncio.gather(*(one(model) for model in (*NAMES, None)))
    finally:
        await provider.aclose()


def test_a_store_with_a_password_is_never_named_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    found = Found()
    port = free_port()
    addresses = [
        f"postgresql://me:{quote(PASSWORD, safe='')}@127.0.0.1:{port}/db",
        f"postgresql+psycopg://me:{quote(PASSWORD, safe='')}@127.0.0.1:{port}/db?password={quote(PASSWORD, safe='')}",
        f"nonsense://me:{quote(PASSWORD, safe='')}@127.0.0.1/db",
        f"postgresql://me:{PASSWORD}@127.0.0.1:notaport/db",
    ]
    with everything_logged(found):
        for address in addresses:
            with pytest.raises(RoutebookError) as caught:
                rb.Store.open(address)
            found.add("tracebacks", "".join(traceback.format_exception(caught.value)))
            monkeypatch.setenv("ROUTEBOOK_STORE", address)
            with pytest.raises(RoutebookError) as caught:
                rb.compare("hi", models=["sim/small"])
            found.add("tracebacks", "".join(traceback.format_exception(caught.value)))
            found.add("doctor", report())
    found.check()


# ---- from a shell ---------------------------------------------------------------------------------------------------


def test_a_shell_keeps_keys_out_of_what_it_prints_and_writes(careless: EchoServer, tmp_path: Path) -> None:
    found = Found()
    (tmp_path / "config.toml").write_text(config_of(careless.url))
    everyone_in_turn("body", "headers", "event", "broken").save(tmp_path / "routes.yaml")
    environment = os.environ | addresses(careless.url) | KEYS
    environment |= {
        "ROUTEBOOK_STORE": str(tmp_path / "shell.sqlite3"),
        "ROUTEBOOK_CONFIG": str(tmp_path / "config.toml"),
        "OPENAI_LOG": "debug",
        "ANTHROPIC_LOG": "debug",
        "PYTHONWARNINGS": "default",
    }
    password = f"postgresql://me:{quote(PASSWORD, safe='')}@127.0.0.1:{free_port()}/db"
    models = everywhere("body", "headers", "event", "broken", "type", "redirect")
    written = ["--html", str(tmp_path / "page.html"), "--json", str(tmp_path / "run.json")]
    commands: list[tuple[int, list[str], dict[str, str]]] = [
        (1, ["compare", "Hi", *models, "--retries", "0", *written], {}),
        (1, ["route", str(tmp_path / "routes.yaml"), "Hi", "--json", str(tmp_path / "routed.json")], {}),
        (0, ["doctor", "--live"], {}),
        (2, ["history"], {"ROUTEBOOK_STORE": password}),
    ]
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "routebook.cli", *words],
            env=environment | changed,
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        for _, words, changed in commands
    ]
    for (code, (command, *_), _), child in zip(commands, running, strict=True):
        out, err = child.communicate(timeout=120)
        assert child.returncode == code, f"{command}: {finds((out + err).decode())}"
        found.add(f"{command}: stdout", out)
        found.add(f"{command}: stderr", err)
    found.add_folder(tmp_path)
    assert "[hidden]" in found.texts["compare: stdout"]
    assert "[hidden]" in found.texts["route: stderr"]
    assert "[hidden]" in found.texts["page.html"]
    found.check()


# ---- from a notebook ------------------------------------------------------------------------------------------------


def test_a_notebook_keeps_keys_out_of_its_outputs(careless: EchoServer, tmp_path: Path) -> None:
    found = Found()
    (tmp_path / "config.toml").write_text(config_of(careless.url))
    everyone_in_turn("body", "again", "headers", "event").save(tmp_path / "routes.yaml")
    models = " ".join(everywhere("body", "again", "headers", "event", "page"))
    cells = [
        "import logging; logging.basicConfig(level=logging.DEBUG)",
        "%load_ext routebook",
        f"%%compare {models} --retries 0 --name run\nHi",
        "run",
        "print(run, run.calls); run.frame",
        "run.text('openai/body')",  # raises
        "%models lab groq openai --live",
        "%routebook",
        "%routebook doctor",
        "%xmode Verbose\nimport routebook as rb\nrb.Store.open(rb.__name__ + '://me@nowhere/db')",
        f"%%compare {models} --retries 0 --background --name later\nHi",
        "%%route routes.yaml --name routed\nHi",
        "routed",
        "routed.text",  # raises
        "import time\nwhile type(later).__name__ != 'Comparison': time.sleep(0.02)",
    ]
    with running_kernel(tmp_path, **addresses(careless.url), **KEYS) as kernel:
        for cell in cells:
            kernel.run(cell)
        found.add_folder(tmp_path, note=" while the kernel runs")
    for content in kernel.heard:
        found.add("outputs", json.dumps(content))
    found.add_folder(tmp_path)
    assert "[hidden]" in found.texts["outputs"]
    found.check()
