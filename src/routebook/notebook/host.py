"""Who looks on at what a cell shows."""

from __future__ import annotations

from typing import Literal

from IPython.core.getipython import get_ipython

WIDGET_MIME = "application/vnd.jupyter.widget-view+json"

Host = Literal["page", "headless", "terminal"]


def host() -> Host:
    """Tell who looks on. Nobody does where the kernel may ask nothing: nbclient and papermill run it so."""
    kernel = getattr(get_ipython(), "kernel", None)
    if kernel is None:
        return "terminal"
    return "page" if getattr(kernel, "_allow_stdin", True) else "headless"
