"""One calm line below a cell that waits, for a run or for a computation; nothing is left of it in the end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from secrets import token_hex
from typing import TYPE_CHECKING

from routebook.notebook.host import host
from routebook.progress import STOP, Look, shown

if TYPE_CHECKING:
    from routebook.background import BackgroundRun


@contextmanager
def in_page(live: BackgroundRun) -> Iterator[Look]:
    """Show a run's line under a display id of its own; nothing where nobody looks on (nbclient, papermill)."""
    if host() != "page":
        yield lambda: None
        return
    line = _Line()
    with shown(live, lambda said: line.show(f"{said} {STOP}"), line.clear) as look:
        yield look


@contextmanager
def while_working(said: str) -> Iterator[None]:
    """Show what is being worked on, where somebody looks on."""
    if host() != "page":
        yield
        return
    line = _Line()
    line.show(said)
    try:
        yield
    finally:
        line.clear()


class _Line:
    """A line of the cell that runs, under a display id of its own."""

    def __init__(self) -> None:
        self._display_id = f"routebook-waiting-{token_hex(8)}"
        self._published = False

    def show(self, said: str) -> None:
        self._publish(said, f'<div class="rb-waiting" style="{_STYLE}">{escape(said)}</div>')

    def clear(self) -> None:
        self._publish("", "")

    def _publish(self, line: str, html: str) -> None:
        from IPython.core.display_functions import publish_display_data

        bundle = {"text/html": html, "text/plain": line}
        transient = {"display_id": self._display_id}
        publish_display_data(bundle, transient=transient, update=self._published)  # type: ignore[no-untyped-call]
        self._published = True


_STYLE = "opacity: 0.7; font-variant-numeric: tabular-nums"
