"""What a comparison measured, as the plain facts that a policy is chosen by."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from statistics import fmean
from typing import TYPE_CHECKING

from routebook.calls import Call
from routebook.errors import PolicyError
from routebook.frames import quantile
from routebook.judging.figures.intervals import mean_interval
from routebook.judging.whose_word import Answer, Qualities, words_on
from routebook.routing.drafting.choose import ModelFacts, RunFacts
from routebook.routing.drafting.draft import PolicyDraft, history_of
from routebook.routing.policy import Prices

if TYPE_CHECKING:
    from routebook.comparison import Comparison
    from routebook.pricing.tariff import Price

Priced = tuple[Call, "Price | None"]


def draft_of(comparison: Comparison) -> PolicyDraft:
    """Return the draft that this process keeps for a run, with what this comparison of it measured.

    Raises
    ------
    PolicyError
        If the run is blind.
    """
    if comparison.run.blind:
        raise PolicyError("This run is blind, and a policy names its models: reveal() it first.")
    tags = dict.fromkeys(tag for prompt in comparison.prompts for tag in prompt.tags)
    return PolicyDraft(
        comparison.models, tuple(tags), lambda by: facts_of(comparison, by), history_of(comparison.run.id)
    )


def facts_of(comparison: Comparison, quality: str | None = None) -> RunFacts:
    """Return what a comparison measured, over all its prompts and for each tag, of the calls that were answered.

    A price is what the answer cost when it was asked, also for an answer from the cache; a model with an answer of
    unknown price has no cost. Latencies are those of the hosts, as in `Comparison.summary`. Quality is the mean over
    prompts, with the interval of `routebook.judging.figures.intervals.mean_interval`, as in `Comparison.quality`.

    Parameters
    ----------
    comparison
        The run.
    quality
        Whose word counts: a check, a judge, ``people``. Not needed where there is one; where there are several and
        none is named, quality is unknown.

    Raises
    ------
    JudgmentError
        If nobody of that name judged.
    StoreError
        If what was said of the run cannot be read.
    """
    words = words_on(comparison)
    said = words.quality(quality) if quality is not None or len(words.names) == 1 else None
    answered = [
        (call, price) for call, price in zip(comparison.calls, comparison.prices, strict=True) if call.status == "ok"
    ]
    rows: dict[str, dict[str, list[Priced]]] = {}  # by model, by prompt: a run may have many tags
    for call, price in answered:
        rows.setdefault(str(call.model), {}).setdefault(call.prompt_id, []).append((call, price))
    tagged: dict[str, dict[str, None]] = {}
    for prompt in comparison.prompts:
        for tag in prompt.tags:
            tagged.setdefault(tag, {})[prompt.id] = None
    rated = _rated(said.of if said else {})

    def by_model(within: Collection[str]) -> dict[str, ModelFacts]:
        made = {}
        for model in comparison.models:
            calls, qualities = rows.get(model, {}), rated.get(model, {})
            own = [priced for prompt_id in within for priced in calls.get(prompt_id, ())]
            made[model] = _facts(own, [qualities[prompt_id] for prompt_id in within if prompt_id in qualities])
        return made

    return RunFacts(
        overall=by_model(comparison.prompts_by_id),
        by_tag={tag: by_model(ids) for tag, ids in tagged.items()},
        run=comparison.run.id,
        name=comparison.run.name,
        data_sha256=data_sha256(comparison.calls),
        prices=_prices([price for _, price in answered]),
        judge=_judge(quality or words.names[0], said) if said else None,
        judges=tuple(words.names),
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


def _judge(name: str, said: Qualities) -> str:
    return f"{name}, as the share of pairs won" if said.of_pairs else name


def _rated(qualities: Mapping[Answer, float]) -> dict[str, dict[str, float]]:
    """Return, for each model, its mean quality on each prompt it was judged on: repeats fold into their prompt."""
    repeats: dict[str, dict[str, list[float]]] = {}
    for (prompt_id, _, model), value in qualities.items():
        repeats.setdefault(model, {}).setdefault(prompt_id, []).append(value)
    return {model: {prompt: fmean(values) for prompt, values in of.items()} for model, of in repeats.items()}


def _facts(answered: Sequence[Priced], qualities: Sequence[float]) -> ModelFacts:
    known = [price.usd for _, price in answered if price is not None]
    low, high = mean_interval(qualities)
    latencies = sorted(call.latency_s for call, _ in answered if call.latency_s is not None)
    return ModelFacts(
        prompts=len({call.prompt_id for call, _ in answered}),
        usd_per_1k_prompts=_short(float(1000 * sum(known) / len(known)))
        if known and len(known) == len(answered)
        else None,
        latency_p95_s=_short(quantile(latencies, 0.95)),
        simulated=any(call.simulated for call, _ in answered),
        quality=_short(fmean(qualities)) if qualities else None,
        quality_ci95=(round(low, 4), round(high, 4)) if qualities else None,
        judged=len(qualities),
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
