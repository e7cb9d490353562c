"""Shows a run while it goes on, and leaves a static result.

The cell's own thread draws, a few times a second, from what the engine's threads recorded; the engine never waits for
the screen. What stays in the notebook is plain HTML and text that needs neither a kernel nor this package.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from secrets import token_hex

from IPython.core.display_functions import publish_display_data

from routebook.comparison import Comparison
from routebook.interrupt import Interrupted
from routebook.render.html import live_html
from routebook.runs import BackgroundRun, wait

FRAME_S = 0.2
Keep = Callable[[Comparison], None]


def show(live: BackgroundRun, keep: Keep) -> None:
    """Draw a run until it is done. An interrupt stops it and keeps what came; a second one forces the exit."""
    display_id = _first_frame(live)
    interrupt: Interrupted | None = None
    try:
        _draw_until_done(live, display_id)
        comparison = wait(live)
    except KeyboardInterrupt:
        live.stop()
        _draw_until_done(live, display_id)  # a second interrupt leaves from here
        comparison = live.comparison()
        interrupt = Interrupted(comparison, live.run.planned)
    _leave(display_id, comparison)
    keep(comparison)
    if interrupt is not None:
        raise interrupt


def show_in_background(live: BackgroundRun, keep: Keep) -> None:
    """Draw a run from a thread while the notebook goes on."""
    display_id = _first_frame(live)

    def follow() -> None:
        _draw_until_done(live, display_id)
        comparison = wait(live)
        _leave(display_id, comparison)
        keep(comparison)

    threading.Thread(target=follow, name="routebook-display", daemon=True).start()


def _first_frame(live: BackgroundRun) -> str:
    """Draw for the first time; return the display's id."""
    display_id = f"routebook-{live.run.id[:12]}-{token_hex(4)}"
    _publish(_frame(live), display_id, update=False)
    return display_id


def _frame(live: BackgroundRun) -> dict[str, str]:
    return {"text/html": live_html(live), "text/plain": f"{live.finished} of {live.run.planned} answers came."}


def _draw_until_done(live: BackgroundRun, display_id: str) -> None:
    shown: dict[str, str] = {}
    while not live.wait(FRAME_S):
        frame = _frame(live)
        if frame != shown:
            _publish(frame, display_id)
            shown = frame


def _leave(display_id: str, comparison: Comparison) -> None:
    """Put the static result where the live view was."""
    bundle = {"text/html": comparison._repr_html_(), "text/plain": comparison.text_table()}
    _publish(bundle, display_id)


def _publish(data: dict[str, str], display_id: str, *, update: bool = True) -> None:
    publish_display_data(data, transient={"display_id": display_id}, update=update)  # type: ignore[no-untyped-call]
