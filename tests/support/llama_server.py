"""Starts llama.cpp's llama-server with a tiny random-weight model: a real engine, which `make test-engine` provides.

with LlamaServer.started(folder, "--parallel", "4") as engine:
    rb.register_server("llamacpp-test", base_url=f"{engine.url}/v1")
"""

from __future__ import annotations

import contextlib
import json
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from tests.support.ports import free_port
from tests.support.running import running

PROTOCOLS = {"chat": "llamacpp-test/tiny", "responses": "openai/tiny", "messages": "anthropic/tiny"}
ENVIRONMENT = Path(__file__).parents[2] / ".venv-engine"
# Full precision where it is remembered: an answer at temperature 0 is then the same alone and among others.
_ALWAYS = ("--threads", "1", "--metrics", "--slots", "--cache-type-k", "f32", "--cache-type-v", "f32")
_START_S = 60.0
_SETTLE_S = 10.0


@dataclass(frozen=True)
class LlamaServer:
    """A running llama-server; `url` has no path (``http://127.0.0.1:PORT``)."""

    url: str

    @classmethod
    @contextlib.contextmanager
    def started(cls, folder: Path, *options: str) -> Iterator[LlamaServer]:
        """Start it on a free loopback port, wait until it has loaded the model, and stop it by its process id."""
        program, model = ENVIRONMENT / "bin/llama-server", ENVIRONMENT / "tiny.gguf"
        if not program.exists() or not model.exists():
            pytest.fail("These tests need llama-server and a model for it: run `make test-engine`, which makes both.")
        port = free_port()
        command = [str(program), "--model", str(model), "--alias", "tiny", "--host", "127.0.0.1", "--port", str(port)]
        server = cls(f"http://127.0.0.1:{port}")
        ready = partial(server.ask, "/health")
        with running("llama-server", [*command, *_ALWAYS, *options], folder / "llama-server.log", ready, _START_S):
            server._refuse_too_old()
            yield server

    def ask(self, path: str, body: object = None) -> Any:
        """Return what the server answers to a GET, or to a POST of a body; JSON is read."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=60) as answer:
            text = answer.read().decode()
            return json.loads(text) if answer.headers.get_content_type() == "application/json" else text

    def prompt_tokens(self, *messages: tuple[str, str]) -> int:
        """Return how many tokens a conversation of (role, text) has, by the engine's own template and tokenizer."""
        turns = [{"role": role, "content": text} for role, text in messages]
        prompt = self.ask("/apply-template", {"messages": turns})["prompt"]
        return len(self.ask("/tokenize", {"content": prompt, "parse_special": True})["tokens"])

    def busy(self) -> list[dict[str, Any]]:
        """Return the slots that are generating."""
        return [slot for slot in self.ask("/slots") if slot["is_processing"]]

    def wait_until_busy(self, slots: int) -> None:
        """Wait until so many slots are generating; fail if that does not come."""
        deadline = time.monotonic() + _SETTLE_S
        while (found := len(self.busy())) != slots:
            assert time.monotonic() < deadline, f"{found} slots and not {slots} generate, {_SETTLE_S:.0f} s later"
            time.sleep(0.01)

    def likeliest(self, question: str, max_tokens: int) -> str:
        """Return the answer at temperature 0, got in one piece and without routebook."""
        turns = [{"role": "user", "content": question}]
        body = {"model": "tiny", "messages": turns, "temperature": 0, "max_tokens": max_tokens}
        text: str = self.ask("/v1/chat/completions", body)["choices"][0]["message"]["content"]
        return text

    def prompts_read(self) -> int:
        """Return how many prompt tokens it has processed since it started."""
        return self._counted("prompt_tokens_total")

    def steps(self) -> int:
        """Return how often it has run the model since it started: each step is a token for every answer it writes."""
        return self._counted("n_decode_total")

    def _counted(self, metric: str) -> int:
        for line in self.ask("/metrics").splitlines():
            name, _, value = line.partition(" ")
            if name == f"llamacpp:{metric}":
                return int(float(value))
        raise AssertionError(f"llama-server's metrics have no llamacpp:{metric}")

    def _refuse_too_old(self) -> None:
        for path in ("/v1/responses", "/v1/messages"):
            try:
                self.ask(path, {})
            except urllib.error.HTTPError as refused:  # an empty question is refused by an endpoint that is there
                if refused.code == 404:
                    pytest.fail(
                        f"This llama-server is too old, it has no {path}: update it, or take it off the PATH, "
                        f"delete {ENVIRONMENT.name} and run `make test-engine` again to have one built."
                    )
