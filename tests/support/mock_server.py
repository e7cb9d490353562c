"""Our own mock of the providers' wire protocols: fast enough for benchmarks, for what aimock cannot say.

It speaks OpenAI Chat and Responses, Anthropic Messages and Bedrock Converse, streamed, in a process of its own::

    with MockServer() as server:
        client = AsyncOpenAI(base_url=f"{server.url}/v1", api_key="any")
        ...                                   # model="text-50": see BEHAVIOURS for what a model's name can ask for

What it sends is checked in tests/providers/test_mock_server.py against the SDKs' own types and botocore's parser.
"""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

from tests.support.mock_scripts import BEHAVIOURS, PARTIAL, SHORT, USAGE

__all__ = ["BEHAVIOURS", "PARTIAL", "SHORT", "USAGE", "MockServer"]

_ROOT = Path(__file__).parents[2]


class MockServer:
    """Starts the mock and stops it; `url` has no path (``http://127.0.0.1:PORT``)."""

    url: str

    def __enter__(self) -> MockServer:
        self._process = subprocess.Popen(
            [sys.executable, "-S", "-m", "tests.support.mock_process"],  # -S: the standard library is all it needs
            cwd=_ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert self._process.stdout is not None
        port = self._process.stdout.readline().strip()
        if not port:
            self.__exit__()
            raise RuntimeError("the mock did not start: what it printed stands above")
        self.url = f"http://127.0.0.1:{int(port)}"
        return self

    def __exit__(self, *_: object) -> None:
        # Its standard input's end is the sign to go: so it also goes when the tests are killed.
        with self._process:
            assert self._process.stdin is not None
            self._process.stdin.close()
            try:
                self._process.wait(5)
            except subprocess.TimeoutExpired:
                self._process.kill()

    def journal(self) -> list[dict[str, Any]]:
        """Return the last 200 requests, oldest first: ``method``, ``path``, ``headers`` (lower case) and ``body``."""
        return self._about("journal")  # type: ignore[no-any-return]

    def counts(self) -> dict[str, int]:
        """Return how many ``requests`` and ``connections`` there were, and how many answers clients ``closed``."""
        return self._about("counts")  # type: ignore[no-any-return]

    def wait_for(self, **least: int) -> dict[str, int]:
        """Block until a count is at least so high (``wait_for(closed=1)``) and return the counts; 10 s at most.

        In an async test call it by ``asyncio.to_thread``.
        """
        ((name, number),) = least.items()
        return self._about(f"wait?{name}={number}")  # type: ignore[no-any-return]

    def _about(self, what: str) -> Any:
        with urllib.request.urlopen(f"{self.url}/_mock/{what}", timeout=10) as answer:
            return json.load(answer)
