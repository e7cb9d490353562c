"""The truth about the simulated models: how often each is right at each kind of task.

What a comparison, a judge or a learned policy finds out can be held against this table.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

KINDS: tuple[str, ...] = (
    "arithmetic", "word-problem", "extraction", "classification", "coding", "multiple-choice", "conversion", "text",
    "translation", "knowledge",
)  # fmt: skip

_ROWS = {
    "small": (0.55, 0.40, 0.88, 0.92, 0.35, 0.60, 0.50, 0.45, 0.80, 0.75),
    "medium": (0.80, 0.68, 0.94, 0.90, 0.70, 0.78, 0.75, 0.70, 0.96, 0.88),
    "large": (0.90, 0.85, 0.97, 0.95, 0.94, 0.90, 0.88, 0.82, 0.97, 0.98),
    "reasoner": (0.99, 0.97, 0.90, 0.86, 0.92, 0.95, 0.97, 0.96, 0.84, 0.93),
}

ACCURACY: Mapping[str, Mapping[str, float]] = MappingProxyType(
    {model: MappingProxyType(dict(zip(KINDS, row, strict=True))) for model, row in _ROWS.items()}
)
"""``ACCURACY[model][kind]``: the probability of a right answer; the same at every host, effort and temperature."""

JUDGE_SLIPS = 0.02
"""How often a judge's verdict is not what it worked out: of two answers a winner becomes a tie, and a tie a winner; of
an answer alone the score or grade moves by one step. A fair judge always calls two equal answers a tie."""

OPEN_TIES = 0.8
"""How often two answers to a prompt that no task family understands are a tie; else the longer one wins."""

JUDGE_FAULTS: Mapping[str, float] = MappingProxyType({"first-judge": 0.7, "null-judge": 0.9})
"""``JUDGE_FAULTS[model]``: in what share of cases a judge's planted fault decides, and not what it worked out."""
