"""A server on this machine that stands in for every host: a tool asks it, and it remembers who was asked for what.

It speaks Chat Completions. Below ``/fail`` every model fails, so that a tool goes on to the next one of a chain; below
``/ok`` it answers. Who asks says the number of its prompt in ``user``.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

_ANSWER = {
    "id": "replay",
    "object": "chat.completion",
    "created": 0,
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "-"}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
}
_FAILURE = {"error": {"message": "stands in for a host that fails"}}


class Recorder:
    """Listens on a free port of 127.0.0.1 while it is entered.

    Parameters
    ----------
    answering
        The model an answer names, by the one that was asked for; that one itself if it is not among them.

    Attributes
    ----------
    asked
        The models that were asked, in order, by what ``user`` said.
    """

    def __init__(self, answering: Mapping[str, str] | None = None) -> None:
        self._answering = answering or {}
        self.asked: dict[str, list[str]] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def base_url(self, *, fails: bool) -> str:
        """Return where ``/chat/completions`` hangs below, of hosts that fail or answer."""
        return f"http://127.0.0.1:{self._server.server_port}/{'fail' if fails else 'ok'}/v1"

    def __enter__(self) -> Recorder:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        asked, answering = self.asked, self._answering

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_POST(self) -> None:
                body: dict[str, Any] = json.loads(self.rfile.read(int(self.headers["content-length"])))
                model, failed = body["model"], self.path.startswith("/fail/")
                asked.setdefault(body.get("user", ""), []).append(model)
                answer = _FAILURE if failed else {**_ANSWER, "model": answering.get(model, model)}
                data = json.dumps(answer).encode()
                self.send_response(500 if failed else 200)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_: Any) -> None:  # nothing is said on standard error
                pass

        return Handler
