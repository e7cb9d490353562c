"""One colour per model, the same in every view and chart of a run.

Okabe and Ito's colours, told apart with any kind of colour vision, darkened or lightened until thin lines and small
text have contrast on their background (doi:10.1038/nmeth.1618).
"""

from __future__ import annotations

LIGHT = ("#0072b2", "#d55e00", "#009e73", "#8f5fa8", "#a67c00", "#b8417f", "#3d8fb8", "#5c6570")
DARK = ("#56b4e9", "#f0893d", "#3ecf9f", "#c79be0", "#e0bc4a", "#ef8fbe", "#9ad3f2", "#aab3bd")


def colour(index: int) -> str:
    """Return the colour of the index-th model on a light background."""
    return LIGHT[index % len(LIGHT)]
