"""Figures in words, as the page writes them: both are held against the same file."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from routebook.lookup import count
from routebook.render.clean import visible
from routebook.render.report import figure, percent, signed, span
from routebook.render.words import first_and_total, pairs, rate, score, seconds, usd

CASES = json.loads((Path(__file__).parents[1] / "fixtures" / "view" / "words.json").read_text("utf-8"))
FUNCTIONS: dict[str, Callable[..., str]] = {
    "count": count,
    "figure": figure,
    "firstAndTotal": first_and_total,
    "pairs": pairs,
    "percent": percent,
    "rate": rate,
    "score": score,
    "seconds": seconds,
    "signed": signed,
    "span": span,
    "usd": usd,
    "visible": visible,
}


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['fn']} of {case['in']!r}")
def test_a_figure_is_written_as_in_the_page(case: dict[str, Any]) -> None:
    values = case["in"] if isinstance(case["in"], list) else [case["in"]]

    assert FUNCTIONS[case["fn"]](*values) == case["out"]
