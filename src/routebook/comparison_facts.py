"""What a comparison measured, as the plain facts that a policy is chosen by."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from routebook.calls import Call
from routebook.frames import quantile
from routebook.routing.drafting.choose import ModelFacts, RunFacts
from routebook.routing.policy import Prices

if TYPE_CHECKING:
    from routebook.comparison import Comparison
    from routebook.pricing.tariff import Price

Priced = tuple[Call, "Price | None"]


def facts_of(comparison: Comparison) -> RunFacts:
    """Return what a comparison measured, over all its prompts and for each tag, of the calls that were answered.

    A price is what the answer cost when it was asked, also for an answer from the cache; a model with an answer of
    unknown price has no cost. Latencies are those of the hosts, as in `Comparison.summary`.
    """
    answered = [
        (call, price) for call, price in zip(comparison.calls, comparison.prices, strict=True) if call.status == "ok"
    ]
    tagged: dict[str, set[str]] = {}
    for prompt in comparison.prompts:
        for tag in prompt.tags:
            tagged.setdefault(tag, set()).add(prompt.id)
    return RunFacts(
        overall=_by_model(answered, comparison.models),
        by_tag={
            tag: _by_model([(call, price) for call, price in answered if call.prompt_id in ids], comparison.models)
            for tag, ids in tagged.items()
        },
        run=comparison.run.id,
        name=comparison.run.name,
        data_sha256=data_sha256(comparison.calls),
        prices=_prices([price for _, price in answered]),
    )


def data_sha256(calls: Iterable[Call]) -> str:
    """Return the sha256 (hex) of what was asked and answered, whatever the order of the calls.

    It is taken over lines of JSON ``[prompt id, model, repeat, status, text]``, sorted; a prompt's id is itself the
    hash of all that a model sees of it.
    """
    rows = sorted((call.prompt_id, str(call.model), call.repeat, call.status, call.text) for call in calls)
    digest = hashlib.sha256()
    for row in rows:
        digest.update(json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass"))
        digest.update(b"\n")
    return digest.hexdigest()


def _by_model(answered: Sequence[Priced], models: Iterable[str]) -> dict[str, ModelFacts]:
    rows: dict[str, list[Priced]] = {model: [] for model in models}
    for call, price in answered:
        rows[str(call.model)].append((call, price))
    return {model: _facts(own) for model, own in rows.items()}


def _facts(answered: Sequence[Priced]) -> ModelFacts:
    known = [price.usd for _, price in answered if price is not None]
    latencies = sorted(call.latency_s for call, _ in answered if call.latency_s is not None)
    return ModelFacts(
        prompts=len({call.prompt_id for call, _ in answered}),
        usd_per_1k_prompts=_short(float(1000 * sum(known) / len(known)))
        if known and len(known) == len(answered)
        else None,
        latency_p95_s=_short(quantile(latencies, 0.95)),
        simulated=any(call.simulated for call, _ in answered),
    )


def _short(value: float | None) -> float | None:
    """Keep four significant digits: a file that says more would pretend to know it."""
    return None if value is None else float(f"{value:.4g}")


def _prices(prices: Sequence[Price | None]) -> Prices | None:
    """Name every source, and the oldest of their dates."""
    known = [price for price in prices if price is not None]
    if not known:
        return None
    dates = [price.as_of for price in known if price.as_of is not None]
    return Prices(", ".join(sorted({price.source for price in known})), min(dates) if dates else None)
