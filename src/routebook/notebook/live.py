"""Shows a run while it goes on, and leaves a static result.

The cell's own thread draws, from what the engine's threads recorded; the engine never waits for the screen. A page gets
the answers as they come over a widget's comm. The output itself is one bundle that needs no widget: what had finished,
put there anew at a low pace, and in the end the result; so a kernel that dies leaves what it had.

Whatever happens to the drawing, the run is waited for (or told to stop) and its comparison is kept before it is shown.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from secrets import token_hex
from time import perf_counter
from typing import TYPE_CHECKING, Any

from IPython.core.display_functions import publish_display_data
from IPython.core.getipython import get_ipython

from routebook.background import BackgroundRun, wait
from routebook.comparison import Comparison
from routebook.errors import RoutebookError
from routebook.interrupt import Interrupted
from routebook.notebook import listen
from routebook.notebook.display import Bundle, Html, result_bundle
from routebook.notebook.feed import LiveFeed
from routebook.notebook.host import WIDGET_MIME, host
from routebook.notebook.port import port
from routebook.redact import redact
from routebook.render.document import COMPARISON_MIME
from routebook.render.html import live_html, notebook_html
from routebook.render.live_sheets import LiveSheets

if TYPE_CHECKING:
    from routebook.notebook.widget import LiveWidget

FRAME_S = 0.04
_PATIENCE_S = 0.2
_SAVED_S = 1.0
_SAVED_SHARE = 0.05  # of the time, at most
_FRAMES_SHARE = 0.2
Keep = Callable[[Comparison], None]
Draw = Callable[[LiveSheets], str]


def show(live: BackgroundRun, keep: Keep, draw: Draw = live_html, draw_result: Html = notebook_html) -> None:
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
        view.begin()
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
    finally:
        view.close()
    if fault is not None:
        raise fault


def show_in_background(
    live: BackgroundRun, keep: Keep, draw: Draw = live_html, draw_result: Html = notebook_html
) -> None:
    """Draw a run from a thread while the notebook goes on; see `show`."""
    view = _View(live, draw, draw_result)
    cell = _cell()

    def follow() -> None:
        _speak_for(cell)
        try:
            view.follow()
            comparison, _ = _ended(live)
            keep(comparison)
            view.leave(comparison)
        finally:
            view.close()

    try:
        view.begin()
    except KeyboardInterrupt:
        live.stop()
        raise Interrupted(live.comparison(), live.run.planned) from None
    finally:
        threading.Thread(target=follow, name="routebook-display", daemon=True).start()


def show_value(live: BackgroundRun) -> None:
    """Show a run that is the value of a cell: live while it goes on, and in the end its result.

    Raises
    ------
    NotImplementedError
        In a terminal, where its `repr` says all there is to say; IPython shows that then.
    """
    if host() == "terminal":
        raise NotImplementedError
    (show if live.done else show_in_background)(live, lambda _: None)


def _ended(live: BackgroundRun) -> tuple[Comparison, Exception | None]:
    """Return what came of a run that is done, and what went wrong in the engine itself, which is a warning too."""
    try:
        return wait(live), None
    except Exception as fault:  # noqa: BLE001 - it must not take the answers with it; `show` raises it
        comparison = live.comparison()
        comparison.warn(f"The run ended early: {_words(fault)}. What came is kept.")
        return comparison, fault


def _cell() -> Any:
    """Return what identifies the cell that runs now."""
    return getattr(get_ipython(), "get_parent", dict)()


def _speak_for(cell: Any) -> None:
    """Let what this thread prints belong to a cell that has ended, where ipykernel can (7.4); else it is the latest."""
    shell = get_ipython()
    if cell and shell is not None and hasattr(shell, "set_thread_parent"):
        shell.set_thread_parent(cell)


class _View:
    """One run's place on the screen. What goes wrong in it is one line, once."""

    def __init__(self, live: BackgroundRun, draw: Draw, draw_result: Html) -> None:
        self.live = live
        self.draw = draw
        self.draw_result = draw_result
        self.host = host()
        self.display_id = f"routebook-{live.run.id[:12]}-{token_hex(4)}"
        self.shown: Bundle = {}
        self.feed: LiveFeed | None = None
        self.widget: LiveWidget | None = None
        self.broken = self.host == "terminal"  # there is one picture to draw, the last
        self.pause_s = FRAME_S if self.host == "page" else _PATIENCE_S
        self.saved = 0
        self.save_due_s = 0.0

    def begin(self) -> None:
        """Put the run on the screen."""
        if not self.broken:
            self._draw(self._begin)

    def follow(self) -> None:
        """Draw until the run is done."""
        while not self.live.wait(self.pause_s):
            if self.host == "page" and not self.broken and (feed := self.feed) is not None:
                self._draw(lambda: self._frame(feed))

    def leave(self, comparison: Comparison) -> None:
        """Put the result where the run was."""
        try:
            if self.widget is not None and not self.broken:
                self.widget.tell(last=True)
            if self.host == "terminal":
                self._publish({"text/plain": comparison.text_table()})
            else:
                port.show(comparison)
                self._publish(result_bundle(comparison, self.draw_result))
        except Exception as fault:  # noqa: BLE001 - said; the comparison is kept already
            _say(f"The result cannot be drawn ({_words(fault)}); rb.load({self.live.run.id[:8]!r}) has the answers.")

    def close(self) -> None:
        """Take the widget away; what stays needs none."""
        widget, self.widget = self.widget, None
        if widget is None:
            return
        widget.close()
        if WIDGET_MIME in self.shown:  # the result could not be put in its place
            self._publish({mime: data for mime, data in self.shown.items() if mime != WIDGET_MIME})

    def _draw(self, act: Callable[[], None]) -> None:
        try:
            act()
        except Exception as fault:  # noqa: BLE001 - said, and the run is worth more than its picture
            self.broken = True
            _say(f"The run cannot be drawn ({_words(fault)}); it goes on, and its answers will be kept.")

    def _begin(self) -> None:
        listen(get_ipython())
        self.feed = LiveFeed(self.live)
        port.follow(self.feed)
        if self.host == "page":
            try:
                from routebook.notebook.widget import LiveWidget

                self.widget = LiveWidget(self.feed, port.answer)
            except (ImportError, RoutebookError) as fault:
                _say(f"{_words(fault)} The run is shown as plain HTML.")
        self._save(self.feed)

    def _frame(self, feed: LiveFeed) -> None:
        began = perf_counter()
        if self.widget is not None:
            self.widget.tell()
        else:
            feed.changes()
        self.pause_s = max(FRAME_S, (perf_counter() - began) / _FRAMES_SHARE)
        if (self.live.finished > self.saved or self.widget is None) and began >= self.save_due_s:
            self._save(feed)

    def _save(self, feed: LiveFeed) -> None:
        """Put what has finished into the output: the notebook may be saved, or the kernel die, before the end."""
        began = perf_counter()
        document = feed.saved()
        self.saved = document["run"]["done"]  # what the engine has finished since comes with the next
        said = f"{self.saved:,} of {self.live.run.planned:,} answers came."
        bundle: Bundle = {COMPARISON_MIME: document, "text/html": self.draw(feed.sheets), "text/plain": said}
        if self.widget is not None:
            bundle[WIDGET_MIME] = self.widget.get_view_spec()
        self._publish(bundle)
        now = perf_counter()
        self.save_due_s = now + max(_SAVED_S, (now - began) / _SAVED_SHARE)

    def _publish(self, bundle: Bundle) -> None:
        publish_display_data(bundle, transient={"display_id": self.display_id}, update=bool(self.shown))  # type: ignore[no-untyped-call]
        self.shown = bundle


def _words(fault: Exception) -> str:
    said = str(fault) if isinstance(fault, RoutebookError) else f"{type(fault).__name__}: {fault}"
    return redact(" ".join(said.split()))


def _say(line: str) -> None:
    print(f"routebook: {line}", file=sys.stderr)  # noqa: T201 - a line for the reader of the cell
