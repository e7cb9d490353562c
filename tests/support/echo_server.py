"""A server that is careless with keys: it quotes whatever secret it was sent in everything it can answer with.

It speaks the four protocols as far as it takes to fail in them. The model's name says where the secrets come back; see
`ECHOES`. Runs in threads of this process, so that child processes can ask it too.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import quote, unquote

from tests.support.mock_wires import WIRES, aws_frame

ECHOES = """
body        401, a JSON error whose message quotes every header
plain       500, the headers as plain text
page        502, a proxy's HTML page with the secrets in it
again       400, a message that repeats the secrets until any cut goes through one
field       400, an error whose code, type and parameter are secrets
headers     429, the secrets in each header a client reads
reason      401, the secret as the status line's reason, no body
redirect    307 to an address with the secret in its query, where nobody listens
type        200, the secret as the content type
event       200, some text, then an error event that quotes the headers
broken      200, some text, then an event that is cut off behind the secret
silent      nothing at all
"""
NAMES = tuple(line.split()[0] for line in ECHOES.strip().splitlines())
_PATHS = {"/responses": "responses", "/chat/completions": "chat", "/messages": "messages"}
_HARMLESS = {
    "host", "accept", "accept-encoding", "connection", "content-length", "content-type", "user-agent",
    "anthropic-version",
}  # fmt: skip
_READ = ("x-request-id", "request-id", "apim-request-id", "x-amzn-RequestId", "x-amzn-ErrorType", "retry-after")


class _Careless(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_GET(self) -> None:
        """A list of models is refused, with what was sent."""
        self._whole(401, json.dumps({"error": {"message": self._said, "type": self._secret}, "message": self._said}))

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self._converse = "/converse" in self.path
        model = unquote(self.path.split("/")[2]) if self._converse else json.loads(body)["model"]
        self.protocol = next((kind for path, kind in _PATHS.items() if path in self.path), "converse")
        with self.server.lock:
            self.server.asked.append((self.protocol, model, self._said))
        getattr(self, f"_{model}")()

    @property
    def _sent(self) -> list[tuple[str, str]]:
        return [(name, value) for name, value in self.headers.items() if name.lower() not in _HARMLESS]

    @property
    def _said(self) -> str:
        return "You sent " + ", ".join(f"{name}: {value}" for name, value in self._sent)

    @property
    def _secret(self) -> str:
        """The longest thing that looks like a secret, without its ``Bearer``."""
        names = ("auth", "key", "token", "pass")
        said = [value for name, value in self._sent if any(part in name.lower() for part in names)]
        return max((value.removeprefix("Bearer ") for value in said), key=len)

    def _error(self, message: str, **fields: Any) -> str:
        error = {"type": "invalid_request_error", "message": message, **fields}
        return json.dumps({"type": "error", "error": error, "message": message})

    def _whole(self, status: int, body: str, kind: str = "application/json", **headers: str) -> None:
        data = body.encode()
        self.send_response(status)
        for name, value in {**headers, "Content-Type": kind, "Content-Length": str(len(data))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def _stream(self, *payloads: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", WIRES[self.protocol].content_type)
        self.send_header("Connection", "close")
        self.end_headers()
        wire = WIRES[self.protocol]("m")
        self.wfile.write(wire.start() + wire.text("some text ") + b"".join(payloads))
        self.close_connection = True

    # ---- what a model's name asks for -------------------------------------------------------------------------------

    def _body(self) -> None:
        self._whole(401, self._error(self._said))

    def _plain(self) -> None:
        self._whole(500, self._said, "text/plain")

    def _page(self) -> None:
        self._whole(502, f"<html><title>{self._secret}</title><body>{self._said}</body></html>", "text/html")

    def _again(self) -> None:
        self._whole(400, self._error(" ".join([self._secret] * 40)))

    def _field(self) -> None:
        secret = self._secret
        code = {"responses": "unsupported_parameter", "chat": "unsupported_parameter"}.get(self.protocol, secret)
        said = self._error(
            f"temperature: {secret}", code=code, type=secret, param=secret, details={"error_code": secret}
        )
        self._whole(400, said, **{"x-amzn-ErrorType": secret})

    def _headers(self) -> None:
        self._whole(429, self._error("slow down"), **dict.fromkeys(_READ, self._secret))

    def _reason(self) -> None:
        self.send_response_only(401, self._secret)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _redirect(self) -> None:
        self._whole(307, "", Location=f"http://127.0.0.1:1/v1?key={quote(self._secret, safe='')}&raw={self._secret}")

    def _type(self) -> None:
        self._whole(200, "hello", self._secret)

    def _event(self) -> None:
        if self.protocol == "converse":
            self._stream(aws_frame("validationException", {"message": self._said}, kind="exception"))
            return
        name = {"responses": "event: error\n", "messages": "event: error\n"}.get(self.protocol, "")
        event = json.loads(self._error(self._said, code=self._secret))
        self._stream(f"{name}data: {json.dumps(event | {'code': self._secret})}\n\n".encode())

    def _broken(self) -> None:
        if self.protocol == "converse":
            frame = aws_frame("contentBlockDelta", {"delta": {"text": self._secret}})
            self._stream(frame[:-4] + b"\0\0\0\0")
            return
        name = WIRES[self.protocol]("m").text("x").partition(b"data: ")[0]
        self._stream(name + b'data: {"oops": "' + self._secret.encode() + b"\n\n")

    def _silent(self) -> None:
        self.server.over.wait(30)
        self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        """Stay quiet: this server's own log would hold what it was sent."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Careless)
        self.lock = threading.Lock()
        self.over = threading.Event()
        self.asked: list[tuple[str, str, str]] = []

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is none of ours."""


class EchoServer:
    """A running careless server: its `url` without a path, and what it was `asked`: protocol, model and headers."""

    def __init__(self, server: _Server) -> None:
        self._server = server
        self.url = f"http://127.0.0.1:{server.server_address[1]}"

    @property
    def asked(self) -> list[tuple[str, str, str]]:
        with self._server.lock:
            return list(self._server.asked)


@contextmanager
def echo_server() -> Iterator[EchoServer]:
    """Serve until the end of the block."""
    server = _Server()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield EchoServer(server)
    finally:
        server.over.set()
        server.shutdown()
        server.server_close()
        thread.join()
