"""A comparison with one of everything a view has to show: an answer, a cached one, a cut one and a failed one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.support.examples import call_of, run_of

from routebook.calls import Attempt, Call, Failure, RunInfo
from routebook.comparison import Comparison
from routebook.models import ModelId
from routebook.pricing import PriceBook
from routebook.prompts import Prompt
from routebook.providers.contract import Usage

NOW = datetime(2026, 11, 20, 14, 3, tzinfo=UTC)
ASK = Prompt.of("Write the longest run of equal items.", tags=["coding"])
MODELS = (
    "openai/gpt-6.1-terra",
    "anthropic/claude-haiku-5-5",
    "bedrock/us.amazon.nova-2-lite-v1:0",
    "ollama/my-llama",
)
_REFUSED = Failure("connection", "No server at localhost:11434", "Start it with `ollama serve`.")
_THROTTLED = Attempt(Failure("rate_limit", "Bedrock is throttling.", "", 429), 0.2, 0.5)
_FACTS: tuple[dict[str, Any], ...] = (
    {
        "text": "Scan **once**.",
        "ttft_s": 0.6,
        "latency_s": 2.4,
        "usage": Usage(120, 0, 0, 295, 80),
        "reasoning": "One pass.",
    },
    {
        "text": "Use `groupby`.",
        "ttft_s": 0.4,
        "latency_s": 1.8,
        "usage": Usage(120, 0, 0, 216, 0),
        "cached_from": "f" * 32,
        "cached_at": NOW - timedelta(days=2),
    },
    {
        "text": "Loop and count",
        "ttft_s": 0.9,
        "latency_s": 4.2,
        "usage": Usage(120, 0, 0, 205, 0),
        "finish": "length",
        "attempts": (_THROTTLED,),
        "extras": {"region": "us-east-1"},
    },
    {
        "text": "",
        "status": "error",
        "ttft_s": None,
        "latency_s": None,
        "usage": Usage(),
        "finish": None,
        "failure": _REFUSED,
        "attempts": (_THROTTLED, _THROTTLED),
    },
)


def prices() -> PriceBook:
    """Return a price book in which the first three models have a price, in round figures."""
    book = PriceBook()
    for model, rates in zip(MODELS, ((2, 8), (1, 5), (0.1, 0.8)), strict=False):
        book.set_price(model, input=rates[0], output=rates[1])
    return book


def showcase(
    prompts: Sequence[Prompt] = (ASK,),
    *,
    models: Sequence[str] = MODELS,
    repeats: int = 1,
    each: dict[str, Any] | None = None,
    **run: Any,
) -> Comparison:
    """Return a comparison of every prompt, model and repeat; `each` changes every call, the rest the run."""
    facts = {
        "name": "longest run",
        "created_at": NOW,
        "models": tuple(models),
        "status": "finished",
        "repeats": repeats,
        "planned": len(prompts) * len(models) * repeats,
    }
    info = run_of(**(facts | run))
    return Comparison(info, prompts, list(_calls(info, prompts, models, repeats, each or {})), prices=prices())


def _calls(
    run: RunInfo, prompts: Sequence[Prompt], models: Sequence[str], repeats: int, each: dict[str, Any]
) -> list[Call]:
    made: list[Call] = []
    for prompt in prompts:
        for repeat in range(repeats):
            for number, model in enumerate(models):
                fields = {
                    "id": f"{len(made):032x}",
                    "prompt_id": prompt.id,
                    "model": ModelId.parse(model),
                    "repeat": repeat,
                    "started_at": NOW,
                }
                made.append(call_of(run, **(fields | _FACTS[number % len(_FACTS)] | each)))
    return made
