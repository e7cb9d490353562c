"""Shows a run while it goes on, and leaves a static result.

The cell's own thread draws, a few times a second, from what the engine's threads recorded; the engine never waits for
the screen. What stays in the notebook is plain HTML and text that needs neither a kernel nor this package.

Whatever happens to the drawing, the run is waited for (or told to stop) and its comparison is kept before it is shown.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from secrets import token_hex

from IPython.core.display_functions import publish_display_data

from routebook.background import BackgroundRun, wait
from routebook.comparison import Comparison
from routebook.interrupt import Interrupted
from routebook.redact import redact
from routebook.render.html import live_html

FRAME_S = 0.2
Keep = Callable[[Comparison], None]
Draw = Callable[[BackgroundRun], str]
DrawResult = Callable[[Comparison], str]


def result_html(comparison: Comparison) -> str:
    """Return what stays in the notebook."""
    return comparison._repr_html_()


def show(live: BackgroundRun, keep: Keep, draw: Draw = live_html, draw_result: DrawResult = result_html) -> None:
    """Draw a run until it is done. An interrupt stops it and keeps what came; a second one does not wait for the end.

    Parameters
    ----------
    live
        The run.
    keep
        Takes its comparison, before that is shown.
    draw, draw_result
        Return the HTML of the run as it is now, and of its result. What they raise is one line, and the run goes on.
    """
    view = _View(live, draw, draw_result)
    try:
        view.follow()
        comparison, fault = _ended(live)
        keep(comparison)
        view.leave(comparison)
    except KeyboardInterrupt:
        live.stop()
        try:
            view.follow()
            comparison, _ = _ended(live)
        except KeyboardInterrupt:
            comparison = live.comparison()
        keep(comparison)
        with suppress(KeyboardInterrupt):
            view.leave(comparison)
        raise Interrupted(comparison, live.run.planned) from None
    if fault is not None:
        raise fault


def show_in_background(
    live: BackgroundRun, keep: Keep, draw: Draw = live_html, draw_result: DrawResult = result_html
) -> None:
    """Draw a run from a thread while the notebook goes on; see `show`."""
    view = _View(live, draw, draw_result)

    def follow() -> None:
        view.follow()
        comparison, _ = _ended(live)
        keep(comparison)
        view.leave(comparison)

    try:
        view.frame()
    except KeyboardInterrupt:
        live.stop()
        raise Interrupted(live.comparison(), live.run.planned) from None
    finally:
        threading.Thread(target=follow, name="routebook-display", daemon=True).start()


def _ended(live: BackgroundRun) -> tuple[Comparison, Exception | None]:
    """Return what came of a run that is done, and what went wrong in the engine itself, which is a warning too."""
    try:
        return wait(live), None
    except Exception as fault:  # noqa: BLE001 - it must not take the answers with it; `show` raises it
        comparison = live.comparison()
        comparison.warn(f"The run ended early: {_words(fault)}. What came is kept.")
        return comparison, fault


class _View:
    """One run's place on the screen. What goes wrong in it is one line, once."""

    def __init__(self, live: BackgroundRun, draw: Draw, draw_result: DrawResult) -> None:
        self.live = live
        self.draw = draw
        self.draw_result = draw_result
        self.display_id = f"routebook-{live.run.id[:12]}-{token_hex(4)}"
        self.shown: dict[str, str] = {}
        self.broken = False

    def follow(self) -> None:
        """Draw until the run is done."""
        self.frame()
        while not self.live.wait(FRAME_S):
            self.frame()

    def frame(self) -> None:
        """Draw the run as it is now."""
        if self.broken:
            return
        live = self.live
        try:
            said = f"{live.finished} of {live.run.planned} answers came."
            self._publish({"text/html": self.draw(live), "text/plain": said})
        except Exception as fault:  # noqa: BLE001 - said, and the run is worth more than its picture
            self.broken = True
            _say(f"The run cannot be drawn ({_words(fault)}); it goes on, and its answers will be kept.")

    def leave(self, comparison: Comparison) -> None:
        """Put the static result where the run was."""
        try:
            self._publish({"text/html": self.draw_result(comparison), "text/plain": comparison.text_table()})
        except Exception as fault:  # noqa: BLE001 - said; the comparison is kept already
            _say(f"The result cannot be drawn ({_words(fault)}); rb.load({self.live.run.id[:8]!r}) has the answers.")

    def _publish(self, bundle: dict[str, str]) -> None:
        if bundle == self.shown:
            return
        publish_display_data(bundle, transient={"display_id": self.display_id}, update=bool(self.shown))  # type: ignore[no-untyped-call]
        self.shown = bundle


def _words(fault: Exception) -> str:
    return redact(" ".join(f"{type(fault).__name__}: {fault}".split()))


def _say(line: str) -> None:
    print(f"routebook: {line}", file=sys.stderr)  # noqa: T201 - a line for the reader of the cell
