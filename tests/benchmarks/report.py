"""Figures with their bounds: shown as a table, written as JSON."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Figure:
    """One measured figure. `bound` is what was set out to be reached, such as ``>= 2.5``; `None` is for the record."""

    name: str
    value: float
    unit: str
    bound: str | None = None

    @property
    def holds(self) -> bool | None:
        if self.bound is None:
            return None
        sign, limit = self.bound.split()
        return self.value >= float(limit) if sign == ">=" else self.value <= float(limit)

    def __str__(self) -> str:
        verdict = {True: "holds", False: "MISSED", None: ""}[self.holds]
        return f"{self.name:<66} {self.value:>10.3f} {self.unit:<12} {self.bound or '':<9} {verdict}"


def write(figures: list[Figure], path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = [asdict(figure) | {"holds": figure.holds} for figure in figures]
    path.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
