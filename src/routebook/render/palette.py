"""One colour per model, the same in every view and chart of a notebook.

Okabe and Ito's colours, told apart with any kind of colour vision, darkened or lightened until thin lines and small
text have contrast on their background (doi:10.1038/nmeth.1618).

Which model has which is remembered by one `Palette` for the whole process, which this module owns: first seen, first
served. Whoever draws a run asks `colours` for all its models at once. A blind run does not ask until it is opened; a
saved document keeps the colours it was saved with.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Sequence

LIGHT = ("#0072b2", "#d55e00", "#009e73", "#8f5fa8", "#a67c00", "#b8417f", "#3d8fb8", "#5c6570")
DARK = ("#56b4e9", "#f0893d", "#3ecf9f", "#c79be0", "#e0bc4a", "#ef8fbe", "#9ad3f2", "#aab3bd")


def colour(index: int) -> str:
    """Return the index-th colour on a light background."""
    return LIGHT[index % len(LIGHT)]


class Palette:
    """Remembers which model has which colour; safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._given: dict[str, int] = {}
        self._models_of = [0] * len(LIGHT)  # how many models have each colour

    def colours(self, models: Sequence[str]) -> list[int]:
        """Return the index of each model's colour, in their order; see the function of this name."""
        with self._lock:
            taken = {self._given[model] for model in models if model in self._given}
            for model in models:
                if model not in self._given:
                    free = [index for index in range(len(LIGHT)) if index not in taken]
                    index = min(free or range(len(LIGHT)), key=self._models_of.__getitem__)
                    self._given[model] = index
                    self._models_of[index] += 1
                    taken.add(index)
            return self._apart(models)

    def _apart(self, models: Sequence[str]) -> list[int]:
        """Return the models' colours, a free one for a model whose own is that of one seen earlier."""
        asked = set(models)
        shown = {model: index for model, index in self._given.items() if model in asked}  # in the order first seen
        free = [index for index in range(len(LIGHT)) if index not in shown.values()]
        seen: set[int] = set()
        for model, index in shown.items():
            if index in seen and free:
                shown[model] = free.pop(0)
            seen.add(shown[model])
        return [shown[model] for model in models]

    def forget(self) -> None:
        """Forget every model, as if the process had just started."""
        with self._lock:
            self._given.clear()
            self._models_of = [0] * len(LIGHT)

    def start_over(self) -> None:
        """Take a new lock: in a forked process, a thread that is not there may have held the old one."""
        self._lock = threading.Lock()


_process = Palette()

if sys.platform != "win32":
    os.register_at_fork(after_in_child=_process.start_over)


def colours(models: Sequence[str]) -> list[int]:
    """Return the index of each model's colour in `LIGHT` and `DARK`, in the models' order.

    A model keeps its colour until the process ends, and no two models of a run share one while colours are free. More
    models than there are colours cannot have both: where two that share a colour meet in one run, the one seen later
    has a free colour in that run. So ask for all models of a run at once.

    Examples
    --------
    >>> palette = Palette()
    >>> palette.colours(["sim/small", "sim/large"]), palette.colours(["sim/flaky", "sim/large"])
    ([0, 1], [2, 1])
    """
    return _process.colours(models)


def forget() -> None:
    """Forget every model's colour, as if the process had just started."""
    _process.forget()
