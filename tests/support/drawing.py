"""Reading a chart as its reader does: its rows, its words, its picture and the colours in that."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta
from html import unescape
from typing import Any

import vl_convert
from tests.support.examples import call_of, run_of
from tests.support.showcase import NOW

from routebook.calls import Attempt, Call, Failure
from routebook.charts.style import ON_DARK
from routebook.comparison import Comparison
from routebook.models import ModelId
from routebook.pricing import PriceBook
from routebook.prompts import Prompt
from routebook.providers.contract import Usage

KINDS = ("cost", "latency", "tradeoff", "tokens", "timeline")
TWELVE = tuple(f"host{number}/model-{number}" for number in range(12))
HOSTILE = (
    "sim/<script>alert(1)</script>",
    "sim/{datum.x}",
    "sim/'+alert(1)+'",
    'sim/"]},"signals":[{"name":"x"}]',
    "sim/\\u0022\\",
    "sim/#0072b2",
    "sim/[object]['constructor']",
    f"sim/{'long-' * 60}a",
    f"sim/{'long-' * 60}b",
)


def rows(chart: Any) -> list[dict[str, Any]]:
    """Return every row in a chart's specification."""
    return [row for found in chart.to_dict().get("datasets", {}).values() for row in found]


def table(chart: Any) -> list[dict[str, Any]]:
    """Return what a chart draws, as its table tells it."""
    records: list[dict[str, Any]] = chart.table().to_dict(orient="records")
    return records


def subtitle(chart: Any) -> str:
    """Return what stands beneath the title, in one line."""
    return " ".join(chart.to_dict()["title"]["subtitle"])


def drawn(chart: Any) -> str:
    """Return the picture; what Vega-Lite warns of goes to the standard error."""
    return str(vl_convert.vegalite_to_svg(chart.to_dict(), vl_version="6.4", show_warnings=True))


def texts(svg: str) -> list[str]:
    """Return the texts in a picture."""
    return [unescape(text) for text in re.findall(r"<text[^>]*>([^<]*)</text>", svg)]


def colours(svg: str) -> set[str]:
    """Return the colours in a picture."""
    return set(re.findall(r"(?:fill|stroke)=\"([^\"]+)\"", svg)) - {"none", "transparent"}


def on_dark(value: Any) -> Any:
    """Return a specification as it is shown in a dark theme."""
    if isinstance(value, dict):
        return {key: on_dark(item) for key, item in value.items()}
    if isinstance(value, list):
        return [on_dark(item) for item in value]
    return ON_DARK.get(value, value) if isinstance(value, str) else value


def fan_out(models: Sequence[str], prompts: int, *, at_once: int = 4, **each: Any) -> Comparison:
    """Return a run in which every model is asked every prompt, so many at once; every 25th call fails."""
    asked = [Prompt.of(f"question {number}") for number in range(prompts)]
    run = run_of(created_at=NOW, models=tuple(models), status="finished", planned=len(models) * prompts)
    book = PriceBook()
    calls: list[Call] = []
    for column, model in enumerate(models):
        book.set_price(model, input=1 + column, output=4 * (1 + column) ** 2)
        free_s = [0.0] * at_once
        for number, prompt in enumerate(asked):
            seat = min(range(at_once), key=free_s.__getitem__)
            ttft_s = 0.2 + 0.05 * column + 0.01 * (number % 7)
            fields: dict[str, Any] = {
                "prompt_id": prompt.id,
                "model": ModelId.parse(model),
                "started_at": NOW + timedelta(seconds=free_s[seat]),
                "queued_s": free_s[seat],
                "ttft_s": ttft_s,
                "latency_s": 2 * ttft_s + 0.1 * (number % 5),
                "usage": Usage(100 + number % 9, 10, 0, 200 + column, 50),
            }
            if number % 25 == 24:
                fields |= {"status": "error", "failure": Failure("server", "It broke."), "ttft_s": None, "text": ""}
            if number % 40 == 7:
                fields["attempts"] = (Attempt(Failure("rate_limit", "Slow down."), 0.05, 0.1),)
            call = call_of(run, **(fields | each))
            calls.append(call)
            free_s[seat] += call.latency_s or 0.0
    return Comparison(run, asked, calls, prices=book)
