"""A real IPython kernel for tests: run a cell, see what a notebook would have been given."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty
from typing import Any
from uuid import uuid4

from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import KernelManager

WAIT_S = 60.0


@dataclass
class Output:
    """What a cell left: printed text, displays by their id (the last update counts), results, and an error's lines.

    `drafts` are the bundles of all displays and updates, `comms` what went over comms, each in order.
    """

    printed: str = ""
    displays: list[dict[str, Any]] = field(default_factory=list)
    updates: int = 0
    drafts: list[dict[str, Any]] = field(default_factory=list)
    comms: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    error: list[str] | None = None

    @property
    def html(self) -> str:
        return "\n".join(str(display.get("text/html", "")) for display in self.displays)

    @property
    def text(self) -> str:
        return self.printed + "\n".join(str(display.get("text/plain", "")) for display in self.displays)


class Kernel:
    """A running kernel and its client; `heard` is all that it ever said to a notebook, drafts of displays included."""

    def __init__(self, manager: KernelManager, client: BlockingKernelClient) -> None:
        self.manager = manager
        self.client = client
        self.heard: list[Any] = []
        self._by_id: dict[str, dict[str, Any]] = {}
        self._unread: list[dict[str, Any]] = []

    def start(self, code: str, **how: Any) -> str:
        """Send a cell without waiting for it."""
        return str(self.client.execute(code, **how))

    def run(self, code: str) -> Output:
        """Run a cell and wait for its end."""
        return self.finish(self.start(code))

    def finish(self, message_id: str, until: str | None = None) -> Output:
        """Collect a cell's outputs until it ends, or until an output contains a text."""
        output = Output()
        while True:
            message = self._next(lambda one: one["parent_header"].get("msg_id") == message_id, output)
            kind, content = message["msg_type"], message["content"]
            if kind != "execute_input":
                self.heard.append(content)
            if kind == "stream":
                output.printed += content["text"]
            elif kind in ("display_data", "execute_result", "update_display_data"):
                self._display(output, kind, content)
            elif kind.startswith("comm_"):
                output.comms.append((kind, content))
            elif kind == "error":
                output.error = content["traceback"]
            elif kind == "status" and content["execution_state"] == "idle":
                return output
            if until is not None and until in output.html + output.text:
                return output

    def open_subshell(self) -> str:
        """Open a subshell, as JupyterLab does for a comm, and return its id."""
        request = self.client.session.msg("create_subshell_request")
        self.client.control_channel.send(request)
        reply = self.client.get_control_msg(timeout=WAIT_S)
        return str(reply["content"]["subshell_id"])

    def open_comm(self, subshell: str | None = None) -> str:
        """Open a comm to routebook, as the page does, and return its id."""
        comm_id = uuid4().hex
        self._send("comm_open", {"comm_id": comm_id, "target_name": "routebook", "data": {}}, subshell)
        return comm_id

    def ask(self, comm_id: str, question: dict[str, Any], subshell: str | None = None) -> dict[str, Any]:
        """Ask over a comm and return what comes back."""
        asked = self._send("comm_msg", {"comm_id": comm_id, "data": question}, subshell)
        message = self._next(
            lambda one: one["msg_type"] == "comm_msg" and one["parent_header"].get("msg_id") == asked, question
        )
        return dict(message["content"]["data"])

    def _send(self, kind: str, content: dict[str, Any], subshell: str | None) -> str:
        message = self.client.session.msg(kind, content)
        if subshell is not None:
            message["header"]["subshell_id"] = subshell
        self.client.shell_channel.send(message)
        return str(message["header"]["msg_id"])

    def _next(self, wanted: Callable[[dict[str, Any]], bool], so_far: object) -> dict[str, Any]:
        """Return the next wanted message; the others wait."""
        for number, message in enumerate(self._unread):
            if wanted(message):
                return self._unread.pop(number)
        while True:
            try:
                message = self.client.get_iopub_msg(timeout=WAIT_S)
            except Empty:
                raise AssertionError(f"the kernel said nothing for {WAIT_S:g} s; so far: {so_far}") from None
            if wanted(message):
                return dict(message)
            self._unread.append(message)

    def _display(self, output: Output, kind: str, content: dict[str, Any]) -> None:
        output.drafts.append(content["data"])
        identity = content.get("transient", {}).get("display_id")
        if kind == "update_display_data" and identity in self._by_id:
            output.updates += 1
            self._by_id[identity].clear()
            self._by_id[identity].update(content["data"])
            if not any(shown is self._by_id[identity] for shown in output.displays):
                output.displays.append(self._by_id[identity])
            return
        shown = dict(content["data"])
        output.displays.append(shown)
        if identity:
            self._by_id[identity] = shown


@contextmanager
def running_kernel(folder: Path, **environment: str) -> Iterator[Kernel]:
    """Start a kernel whose store and configuration are in `folder`."""
    env = os.environ | {
        "ROUTEBOOK_STORE": str(folder / "kernel.sqlite3"),
        "ROUTEBOOK_CONFIG": str(folder / "config.toml"),
        "IPYTHONDIR": str(folder / "ipython"),
        "ROUTEBOOK_SIM_SPEED": "0",
        **environment,
    }
    manager = KernelManager(kernel_name="python3")
    manager.start_kernel(env=env, cwd=str(folder))
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=WAIT_S)
        yield Kernel(manager, client)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
        manager.cleanup_resources()
