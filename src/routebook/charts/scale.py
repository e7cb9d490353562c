"""The axes of a plane: where they begin and end, whether they are logarithmic, and how many pixels in a value is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

_WORTH_A_LOG = 20.0  # times: a smaller spread is read well enough, and more truly, from zero


@dataclass(frozen=True, slots=True)
class Scale:
    """A linear or logarithmic axis."""

    low: float
    high: float
    log: bool = False

    def place(self, value: float) -> float:
        """Return where a value is, from 0 at the axis's beginning to 1 at its end."""
        if self.log:
            return (log10(value) - log10(self.low)) / (log10(self.high) - log10(self.low))
        return (value - self.low) / (self.high - self.low)

    def ticks(self) -> list[float]:
        """Return the values to name: of a logarithmic axis 1, 2 and 5 of each decade, or 1 alone of many decades."""
        if not self.log:
            return []
        first, last = floor(log10(self.low)), ceil(log10(self.high))
        steps = (1,) if last - first > 4 else (1, 3) if last - first > 3 else (1, 2, 5)
        made = [float(f"{step}e{decade}") for decade in range(first, last + 1) for step in steps]
        return [value for value in made if self.low <= value <= self.high]


def from_zero(values: Sequence[float]) -> Scale:
    """Return the scale of amounts: from zero, or logarithmic where they are all above it and far apart.

    >>> from_zero([1.0, 4.0]), from_zero([0.0, 500.0]).log, from_zero([0.01, 5.0]).log
    (Scale(low=0.0, high=4.6, log=False), False, True)
    """
    low, high = min(values), max(values)
    if low > 0 and high / low > _WORTH_A_LOG:
        return Scale(low / 1.7, high * 1.7, log=True)
    return Scale(0.0, round(high * 1.15, 12) or 1.0)


def of_shares(values: Sequence[float]) -> Scale:
    """Return the scale of shares: around the values, within 0 and 1.

    >>> of_shares([0.5, 0.9])
    Scale(low=0.4, high=1.0, log=False)
    """
    low, high = min(values), max(values)
    room = max(0.05, (high - low) / 5)
    return Scale(max(0.0, floor((low - room) * 20) / 20), min(1.0, ceil((high + room) * 20) / 20))
