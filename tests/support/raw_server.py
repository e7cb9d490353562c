"""A loopback HTTP server that answers each request with exactly the bytes a test wants, and remembers what it got."""

from __future__ import annotations

import asyncio
import contextlib
import json
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Got:
    """A request as it came over the wire; header names in lower case."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Wire:
    """One response being written; `gone` is set when the client closed its end."""

    writer: asyncio.StreamWriter
    gone: asyncio.Event

    async def head(
        self, status: int = 200, *, kind: str = "text/event-stream", chunked: bool = True, **headers: str
    ) -> None:
        lines = [f"HTTP/1.1 {status} X", f"Content-Type: {kind}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        lines.append("Transfer-Encoding: chunked" if chunked else "Connection: close")
        await self.send(("\r\n".join(lines) + "\r\n\r\n").encode())

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def chunk(self, data: bytes) -> None:
        await self.send(b"%x\r\n%s\r\n" % (len(data), data))

    async def events(self, *events: Any) -> None:
        """Send events: JSON values, a ready string such as ``[DONE]``, or a pair of name and value."""
        for event in events:
            name, value = event if isinstance(event, tuple) else ("", event)
            data = value if isinstance(value, str) else json.dumps(value)
            await self.chunk((f"event: {name}\n" if name else "").encode() + f"data: {data}\n\n".encode())

    async def end(self) -> None:
        await self.send(b"0\r\n\r\n")

    async def json(self, value: Any, status: int = 200, **headers: str) -> None:
        await self.head(status, kind="application/json", **headers)
        await self.chunk(json.dumps(value).encode())
        await self.end()


Answer = Callable[[Got, Wire], Awaitable[None]]


def streaming(*events: Any, **headers: str) -> Answer:
    """Return the answer that sends these events, as `Wire.events` takes them, and ends."""

    async def answer(got: Got, wire: Wire) -> None:
        await wire.head(**headers)
        await wire.events(*events)
        await wire.end()

    return answer


@dataclass
class RawServer:
    """Answers with `answer`, which a test may change between requests."""

    answer: Answer
    port: int = 0
    got: list[Got] = field(default_factory=list)
    wires: list[Wire] = field(default_factory=list)
    connections: int = 0
    serving: list[asyncio.Task[None] | None] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @classmethod
    @contextlib.asynccontextmanager
    async def started(cls, answer: Answer, tls: ssl.SSLContext | None = None) -> AsyncIterator[RawServer]:
        raw = cls(answer)
        server = await asyncio.get_running_loop().create_server(lambda: _Connection(raw), "127.0.0.1", 0, ssl=tls)
        raw.port = server.sockets[0].getsockname()[1]
        try:
            yield raw
        finally:
            server.close()
            for wire in raw.wires:
                wire.writer.close()
            await asyncio.gather(*(task for task in raw.serving if task))


class _Connection(asyncio.StreamReaderProtocol):
    """One client's connection; `gone` is set as soon as the client closes its end."""

    def __init__(self, raw: RawServer) -> None:
        super().__init__(asyncio.StreamReader(), self._serve)
        self.raw = raw
        self.gone = asyncio.Event()

    def eof_received(self) -> bool | None:
        self.gone.set()
        return super().eof_received()

    def connection_lost(self, error: Exception | None) -> None:
        self.gone.set()
        super().connection_lost(error)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        raw = self.raw
        raw.connections += 1
        raw.serving.append(asyncio.current_task())
        try:
            while not writer.is_closing() and (got := await _read(reader)) is not None:
                wire = Wire(writer, self.gone)
                raw.got.append(got)
                raw.wires.append(wire)
                await raw.answer(got, wire)
        except ConnectionError:
            self.gone.set()
        finally:
            writer.close()


async def _read(reader: asyncio.StreamReader) -> Got | None:
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    except asyncio.IncompleteReadError:
        return None
    first, *rest = head.strip().split("\r\n")
    method, path, _ = first.split(" ")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in rest)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Got(method, path, headers, body)
