"""The widget that carries a run into the page while it goes on. Loaded when a live view is first shown."""

from __future__ import annotations

from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from routebook.errors import RoutebookError
from routebook.notebook.feed import LiveFeed


def part(name: str) -> Path:
    """Return a script or a style that comes with this package.

    Raises
    ------
    RoutebookError
        If it does not: the installation lacks what the browser loads.
    """
    path = Path(str(files("routebook") / "static" / name))
    if not path.is_file():
        raise RoutebookError(f"What the page loads is not part of this installation ({name} is missing).")
    return path


class LiveWidget(anywidget.AnyWidget):
    """Sends a feed to whoever looks at it, and passes on what they ask.

    Parameters
    ----------
    feed
        What is shown.
    answer
        Answers a message of the page.
    """

    _esm = part("widget.js")
    _css = part("widget.css")
    # A page that comes late takes the state, and with it the snapshot of that moment.
    _snapshot = traitlets.Any().tag(sync=True, to_json=lambda _, widget: widget.feed.snapshot())

    def __init__(self, feed: LiveFeed, answer: Callable[[object], Any]) -> None:
        self.feed = feed
        with feed.lock:
            super().__init__()
        self.on_msg(lambda _, message, __: self._answer(answer(message)))

    def _answer(self, reply: Any) -> None:
        with self.feed.lock:  # a snapshot is of the moment in which it is sent
            self.send(self.feed.snapshot() if reply["kind"] == "snapshot" else reply)

    def tell(self, *, last: bool = False) -> None:
        """Send what is new, if anything is."""
        with self.feed.lock:
            changes = self.feed.changes(last=last)
            if changes is not None:
                self.send(changes)
