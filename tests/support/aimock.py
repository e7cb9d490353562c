"""Starts @copilotkit/aimock, a mock of the providers' wire protocols that no one here wrote, for a module's tests.

    @pytest.fixture(scope="module")
    def mock(tmp_path_factory):
        with Aimock.started(FIXTURES, tmp_path_factory.mktemp("aimock")) as mock:
            yield mock

Fixtures are aimock's own: ``{"match": {"userMessage": "hello"}, "response": {"content": "Hi"}}`` and so on.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from tests.support.ports import free_port
from tests.support.running import running

CLI = Path(__file__).parents[2] / "js/node_modules/@copilotkit/aimock/dist/cli.js"
_START_S = 30.0


@dataclass(frozen=True)
class Aimock:
    """A running aimock; `url` has no path (``http://127.0.0.1:PORT``)."""

    url: str

    @classmethod
    @contextlib.contextmanager
    def started(
        cls, fixtures: Sequence[Mapping[str, Any]], folder: Path, *, chunk_size: int = 8, options: Sequence[str] = ()
    ) -> Iterator[Aimock]:
        """Start it on a free loopback port, wait until it answers, and stop it by its process id in the end."""
        node = shutil.which("node")
        if node is None:
            pytest.fail("These tests need Node 20 or later on the PATH: install it, then run `make test`.")
        if not CLI.is_file():
            pytest.fail(f"These tests need @copilotkit/aimock in {CLI.parents[3]}: run `npm ci` in js, or `make test`.")
        written = folder / "fixtures.json"
        written.write_text(json.dumps({"fixtures": list(fixtures)}))
        port = free_port()
        command = [node, str(CLI), "-p", str(port), "-f", str(written), "-c", str(chunk_size), "--log-level", "warn"]
        mock = cls(f"http://127.0.0.1:{port}")
        with running("aimock", [*command, *options], folder / "aimock.log", mock.journal, _START_S):
            yield mock

    def journal(self) -> list[dict[str, Any]]:
        """Return the requests it got, oldest first: ``method``, ``path``, ``headers``, ``body`` and ``response``."""
        with urllib.request.urlopen(f"{self.url}/__aimock/journal", timeout=10) as answer:
            entries: list[dict[str, Any]] = json.load(answer)
        return entries

    @property
    def address(self) -> str:
        return urlsplit(self.url).netloc
