"""Values that come one after another, and which of them stands: what undo and redo go along."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from routebook.errors import PolicyError

_MOST_STEPS = 1000

T = TypeVar("T")


class History(Generic[T]):
    """The steps of one draft, and which of them stands; safe to use from several threads.

    Parameters
    ----------
    first
        What stands in the beginning.
    same
        Tells whether two values are the same: a step that changes nothing is none.

    Examples
    --------
    >>> steps = History(1)
    >>> steps.change(lambda now: now + 1)
    >>> steps.go(-1)
    >>> steps.now, steps.can_undo, steps.can_redo
    (1, False, True)
    """

    def __init__(self, first: T, same: Callable[[T, T], bool] = lambda a, b: a == b) -> None:
        self.id = secrets.token_hex(8)
        """Tells it from that of another process."""
        self._changing = threading.Lock()
        self._same = same
        self._steps: tuple[tuple[T, ...], int] = ((first,), 0)  # read and written as one

    @property
    def now(self) -> T:
        """What stands."""
        steps, at = self._steps
        return steps[at]

    @property
    def can_undo(self) -> bool:
        """Whether there is a step before this one."""
        return self._steps[1] > 0

    @property
    def can_redo(self) -> bool:
        """Whether a step was undone, and none made since."""
        steps, at = self._steps
        return at + 1 < len(steps)

    def change(self, made: Callable[[T], T]) -> None:
        """Make a step; one that changes nothing is none."""
        with self._changing:
            steps, at = self._steps
            after = made(steps[at])
            if not self._same(steps[at], after):
                steps = (*steps[: at + 1], after)[-_MOST_STEPS:]
                self._steps = (steps, len(steps) - 1)

    def go(self, by: int) -> None:
        """Undo (-1) or redo (1) a step.

        Raises
        ------
        PolicyError
            If there is none.
        """
        with self._changing:
            steps, at = self._steps
            if not 0 <= at + by < len(steps):
                raise PolicyError("There is nothing to undo." if by < 0 else "There is nothing to redo.")
            self._steps = (steps, at + by)
