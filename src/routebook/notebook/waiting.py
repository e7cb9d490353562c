"""One calm line below a cell that waits for a run; nothing is left of it when the run is done."""

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
    from IPython.core.display_functions import publish_display_data

    display_id = f"routebook-waiting-{token_hex(8)}"
    published = False

    def publish(line: str, html: str) -> None:
        nonlocal published
        bundle = {"text/html": html, "text/plain": line}
        publish_display_data(bundle, transient={"display_id": display_id}, update=published)  # type: ignore[no-untyped-call]
        published = True

    def show(line: str) -> None:
        said = f"{line} {STOP}"
        publish(said, f'<div class="rb-waiting" style="{_STYLE}">{escape(said)}</div>')

    with shown(live, show, lambda: publish("", "")) as look:
        yield look


_STYLE = "opacity: 0.7; font-variant-numeric: tabular-nums"
