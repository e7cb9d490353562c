"""One llama-server for all of these tests, asked over three protocols; and one that never ends an answer by itself."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.llama_server import PROTOCOLS, LlamaServer

import routebook as rb


@pytest.fixture(scope="session")
def _engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LlamaServer]:
    folder = tmp_path_factory.mktemp("engine")
    with LlamaServer.started(folder, "--ctx-size", "8192", "--parallel", "4") as server:
        yield server


@pytest.fixture(scope="session")
def _talker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LlamaServer]:
    folder = tmp_path_factory.mktemp("talker")
    with LlamaServer.started(folder, "--ctx-size", "131072", "--parallel", "4", "--ignore-eos") as server:
        yield server


@pytest.fixture
def engine(_engine: LlamaServer, isolated: Path, monkeypatch: pytest.MonkeyPatch) -> LlamaServer:
    """Four slots of 2048 tokens each."""
    return known(_engine, monkeypatch)


@pytest.fixture
def talker(_talker: LlamaServer, isolated: Path, monkeypatch: pytest.MonkeyPatch) -> LlamaServer:
    """Four slots of 32,768 tokens each, and every answer goes on until it is stopped."""
    return known(_talker, monkeypatch)


@pytest.fixture(params=PROTOCOLS)
def model(request: pytest.FixtureRequest) -> str:
    """The engine's model, as it is asked over each protocol."""
    return PROTOCOLS[request.param]


def known(server: LlamaServer, monkeypatch: pytest.MonkeyPatch) -> LlamaServer:
    """Tell routebook where the engine is."""
    rb.register_server("llamacpp-test", base_url=f"{server.url}/v1", free=True)
    monkeypatch.setenv("OPENAI_BASE_URL", f"{server.url}/v1")
    monkeypatch.setenv("OPENAI_API_KEY", "none-is-needed")
    monkeypatch.setenv("ANTHROPIC_BASE_URL", server.url)
    monkeypatch.setenv("ANTHROPIC_API_KEY", "none-is-needed")
    return server
