"""The widget that carries a builder into the page. Loaded when one is first shown."""

from __future__ import annotations

from collections.abc import Callable

import anywidget
import traitlets

from routebook.notebook.builder.messages import Reply
from routebook.notebook.builder.shown import Now, Setting
from routebook.notebook.widget import part


class BuilderWidget(anywidget.AnyWidget):
    """Shows what stands, and passes on what the page asks.

    Parameters
    ----------
    setting
        What stays.
    now
        What stands.
    answer
        Answers a message of the page.
    """

    _esm = part("builder.js")
    _css = part("builder.css")
    _setting = traitlets.Dict().tag(sync=True)
    """What stays: `routebook.notebook.builder.shown.Setting`."""
    _now = traitlets.Dict().tag(sync=True)
    """What stands: `routebook.notebook.builder.shown.Now`."""

    def __init__(self, setting: Setting, now: Now, answer: Callable[[object], Reply]) -> None:
        super().__init__(_setting=setting, _now=now)
        self.on_msg(lambda _, message, __: self.send(answer(message)))

    def show(self, now: Now) -> None:
        """Let every page see what stands now."""
        self._now = dict(now)
