"""The mock's own process: a lean HTTP/1.1 server on the loopback interface, started by `tests.support.mock_server`.

Prints its port, serves until its standard input ends (so that it never outlives the tests), and keeps a journal. One
`asyncio.Protocol` per connection and answers encoded beforehand: it must not be the slow part of a benchmark.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections import deque
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from tests.support.mock_faults import response
from tests.support.mock_scripts import Script, script

KEPT = 200  # requests in the journal
_POSTS = {b"/v1/chat/completions": "chat", b"/v1/responses": "responses", b"/v1/messages": "messages"}
_MODELS = ("text-50", "usage")


class Journal:
    """Remembers the last requests and counts what happened; whoever waits for a count is told."""

    def __init__(self) -> None:
        self.requests: deque[tuple[bytes, bytes]] = deque(maxlen=KEPT)
        self.counts = {"requests": 0, "closed": 0, "connections": 0}
        self._waiting: list[tuple[str, int, Callable[[], None]]] = []

    def count(self, name: str) -> None:
        self.counts[name] += 1
        if self._waiting:
            waiting, self._waiting = self._waiting, []
            for waiter in waiting:
                self.when(*waiter)

    def when(self, name: str, least: int, then: Callable[[], None]) -> None:
        """Call back as soon as this count is at least so high."""
        if self.counts[name] >= least:
            then()
        else:
            self._waiting.append((name, least, then))

    def listed(self) -> list[dict[str, Any]]:
        return [_described(head, body) for head, body in self.requests]


def _described(head: bytes, body: bytes) -> dict[str, Any]:
    first, *lines = head.decode("latin-1").split("\r\n")
    method, path, _ = first.split(" ", 2)
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    return {"method": method, "path": path, "headers": headers, "body": json.loads(body) if body else None}


class Connection(asyncio.Protocol):
    """One client's connection; one request at a time."""

    transport: asyncio.Transport

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._loop = asyncio.get_running_loop()
        self._buffer = b""
        self._script: Script | None = None
        self._next = 0
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self._journal.count("connections")

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if self._script is None:
            self._read()

    def connection_lost(self, exc: Exception | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
        if self._script is not None:  # in the middle of an answer: it was the client
            self._script = None
            self._journal.count("closed")

    def _read(self) -> None:
        cut = self._buffer.find(b"\r\n\r\n")
        if cut < 0:
            return
        head = self._buffer[:cut]
        length, at = 0, head.lower().find(b"\r\ncontent-length:")
        if at >= 0:
            length = int(head[at + 17 :].partition(b"\r\n")[0])
        if len(self._buffer) < cut + 4 + length:
            return
        body = self._buffer[cut + 4 : cut + 4 + length]
        self._buffer = self._buffer[cut + 4 + length :]
        method, path, _ = head.partition(b"\r\n")[0].split(b" ", 2)
        path, _, query = path.partition(b"?")
        if path.startswith(b"/_mock/"):
            self._about(path, query)
            return
        self._journal.requests.append((head, body))
        self._journal.count("requests")
        if method == b"GET":
            self.transport.write(_listing(path))
            return
        answer = _answer(path, body)
        if isinstance(answer, bytes):
            self.transport.write(answer)
            return
        self._script, self._next = answer, 0
        self._play(waited=False)

    def _play(self, waited: bool) -> None:
        current = self._script
        assert current is not None
        while self._next < len(current.steps):
            delay, payload = current.steps[self._next]
            if not waited and (delay or not current.joined):
                self._timer = self._loop.call_later(delay, self._play, True)
                return
            waited = False
            self._next += 1
            self.transport.write(payload if isinstance(payload, bytes) else payload())
        if current.end == "hang":
            return
        self._script = None
        if current.end == "close":
            self.transport.close()
        elif self._buffer:
            self._read()

    def _about(self, path: bytes, query: bytes) -> None:
        def tell(value: object) -> None:
            if not self.transport.is_closing():
                self.transport.write(response(200, value))

        if path == b"/_mock/wait":
            name, _, least = query.decode().partition("=")
            self._journal.when(name, int(least), lambda: tell(self._journal.counts))
        elif path == b"/_mock/counts":
            tell(self._journal.counts)
        else:
            tell(self._journal.listed())


def _answer(path: bytes, body: bytes) -> Script | bytes:
    protocol = _POSTS.get(path.removeprefix(b"/openai"))  # Azure's paths begin with it
    if protocol is not None:
        asked = json.loads(body)
        if asked.get("stream") is not True:
            return response(400, {"error": {"message": "this mock only streams", "type": "invalid_request_error"}})
        return script(protocol, asked["model"])
    if path.startswith(b"/model/") and path.endswith(b"/converse-stream"):
        return script("converse", unquote(path[7:-16].decode()))
    return response(404, {"error": {"message": f"the mock has no {path.decode()}", "type": "not_found_error"}})


def _listing(path: bytes) -> bytes:
    if path == b"/v1/models":  # OpenAI's and Anthropic's lists in one
        rows = [
            {
                "id": name, "object": "model", "created": 1795000000, "owned_by": "mock", "type": "model",
                "display_name": name, "created_at": "2026-11-20T00:00:00Z", "lifecycle": "active",
            }
            for name in _MODELS
        ]  # fmt: skip
        ends = {"first_id": _MODELS[0], "last_id": _MODELS[-1]}
        return response(200, {"object": "list", "data": rows, "has_more": False, **ends})
    if path == b"/foundation-models":
        summaries = [
            {
                "modelArn": f"arn:aws:bedrock:us-east-1::foundation-model/{name}", "modelId": name,
                "outputModalities": modalities, "responseStreamingSupported": True,
                "inferenceTypesSupported": ["ON_DEMAND"],
            }
            for name, modalities in (("text-50", ["TEXT"]), ("paints-pictures", ["IMAGE"]))
        ]  # fmt: skip
        return response(200, {"modelSummaries": summaries})
    if path == b"/inference-profiles":
        profile = {
            "inferenceProfileId": "us.amazon.nova-2-lite-v1:0", "inferenceProfileName": "Nova 2 Lite",
            "inferenceProfileArn": "arn:aws:bedrock:us-east-1:1:inference-profile/us.amazon.nova-2-lite-v1:0",
            "models": [], "status": "ACTIVE", "type": "SYSTEM_DEFINED",
        }  # fmt: skip
        return response(200, {"inferenceProfileSummaries": [profile]})
    return response(404, {"error": {"message": f"the mock has no {path.decode()}", "type": "not_found_error"}})


async def main() -> None:
    """Serve until standard input ends."""
    loop = asyncio.get_running_loop()
    journal = Journal()
    server = await loop.create_server(lambda: Connection(journal), "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    ended = asyncio.Event()
    loop.add_reader(sys.stdin, ended.set)
    await ended.wait()


if __name__ == "__main__":
    asyncio.run(main())
