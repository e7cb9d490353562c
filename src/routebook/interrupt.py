"""What a stopped run raises."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from routebook.comparison import Comparison


class Interrupted(KeyboardInterrupt):
    """The user interrupted a run: the streams are closed, and what came is kept.

    It is a `KeyboardInterrupt`, so "Run All" stops as well; a notebook shows its one line instead of a traceback.

    Attributes
    ----------
    comparison
        What came before the interrupt.
    """

    def __init__(self, comparison: Comparison, planned: int) -> None:
        finished = sum(call.status == "ok" for call in comparison.calls)
        unsaved = any(warning.startswith("Not saved") for warning in comparison.warnings)
        kept = "are in this comparison only" if unsaved else "are kept"
        super().__init__(
            f"Interrupted: {finished} of {planned} answers came and {kept}. Run it again to ask for the rest."
        )
        self.comparison = comparison

    def _render_traceback_(self) -> list[str]:
        return [str(self)]
