"""A real IPython kernel for tests: run a cell, see what a notebook would have been given."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty
from typing import Any

from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import KernelManager

WAIT_S = 60.0


@dataclass
class Output:
    """What a cell left: printed text, displays by their id (the last update counts), results, and an error's lines."""

    printed: str = ""
    displays: list[dict[str, Any]] = field(default_factory=list)
    updates: int = 0
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

    def start(self, code: str) -> str:
        """Send a cell without waiting for it."""
        return str(self.client.execute(code))

    def run(self, code: str) -> Output:
        """Run a cell and wait for its end."""
        return self.finish(self.start(code))

    def finish(self, message_id: str, until: str | None = None) -> Output:
        """Collect a cell's outputs until it ends, or until an output contains a text."""
        output = Output()
        while True:
            try:
                message = self.client.get_iopub_msg(timeout=WAIT_S)
            except Empty:
                raise AssertionError(f"the kernel said nothing for {WAIT_S:g} s; so far: {output}") from None
            if message["parent_header"].get("msg_id") != message_id:
                continue
            kind, content = message["msg_type"], message["content"]
            if kind != "execute_input":
                self.heard.append(content)
            if kind == "stream":
                output.printed += content["text"]
            elif kind in ("display_data", "execute_result", "update_display_data"):
                self._display(output, kind, content)
            elif kind == "error":
                output.error = content["traceback"]
            elif kind == "status" and content["execution_state"] == "idle":
                return output
            if until is not None and until in output.html + output.text:
                return output

    def _display(self, output: Output, kind: str, content: dict[str, Any]) -> None:
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
