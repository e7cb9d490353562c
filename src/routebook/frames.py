"""A comparison's calls as tables: one row per call, one row per model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import TYPE_CHECKING, Any

from routebook.calls import Call
from routebook.costs import usd_now

if TYPE_CHECKING:
    import pandas as pd

    from routebook.pricing.tariff import Price
    from routebook.prompts import Prompt

_TEXTS = (
    "prompt_id", "prompt", "expected", "model", "host", "vendor", "status", "text", "reasoning", "finish",
    "price_source", "error", "error_message", "request_id", "served_model",
)  # fmt: skip
_COUNTS = ("input_tokens", "cached_tokens", "cache_write_tokens", "output_tokens", "reasoning_tokens")
_NUMBERS = (
    "cost_usd", "list_cost_usd", "ttft_s", "first_event_s", "first_reasoning_s", "latency_s", "queued_s",
    "tokens_per_s",
)  # fmt: skip
_FLAGS = ("cached", "simulated", "replayed")
_MOMENTS = ("cached_at", "started_at")


def frame_of(calls: Sequence[Call], prompts: Mapping[str, Prompt], prices: Sequence[Price | None]) -> pd.DataFrame:
    """Return one row per call, in their order; `prices` are theirs."""
    import pandas as pd

    columns: dict[str, Any] = _columns(calls, prompts, prices)
    for name in _TEXTS:
        columns[name] = text_column(columns[name])
    for name in _COUNTS:
        columns[name] = pd.array(columns[name], dtype="Int64")
    for name in _NUMBERS:
        columns[name] = pd.array(columns[name], dtype="float64")
    for name in _FLAGS:
        columns[name] = pd.array(columns[name], dtype="bool")
    for name in _MOMENTS:
        moments = pd.to_datetime(pd.Series(columns[name], dtype="object"), utc=True)
        columns[name] = moments.astype("datetime64[us, UTC]")
    return pd.DataFrame(columns)


def _columns(
    calls: Sequence[Call], prompts: Mapping[str, Prompt], prices: Sequence[Price | None]
) -> dict[str, list[Any]]:
    vendors = {call.model: call.model.vendor for call in calls}
    names = {model: str(model) for model in vendors}
    usages = [call.usage for call in calls]
    asked = [prompts[call.prompt_id] for call in calls]
    now = [usd_now(call, price) for call, price in zip(calls, prices, strict=True)]
    return {
        "prompt_id": [call.prompt_id for call in calls],
        "prompt": [prompt.text for prompt in asked],
        "tags": [prompt.tags for prompt in asked],
        "expected": [prompt.expected for prompt in asked],
        "model": [names[call.model] for call in calls],
        "host": [call.model.host for call in calls],
        "vendor": [vendors[call.model] for call in calls],
        "repeat": [call.repeat for call in calls],
        "status": [call.status for call in calls],
        "text": [call.text for call in calls],
        "reasoning": [call.reasoning for call in calls],
        "finish": [call.finish for call in calls],
        "cost_usd": [None if usd is None else float(usd) for usd in now],
        "list_cost_usd": [None if price is None else float(price.usd) for price in prices],
        "price_source": [None if price is None else price.source for price in prices],
        "input_tokens": [usage.input_tokens for usage in usages],
        "cached_tokens": [usage.cached_tokens for usage in usages],
        "cache_write_tokens": [usage.cache_write_tokens for usage in usages],
        "output_tokens": [usage.output_tokens for usage in usages],
        "reasoning_tokens": [usage.reasoning_tokens for usage in usages],
        "ttft_s": [call.ttft_s for call in calls],
        "first_event_s": [call.first_event_s for call in calls],
        "first_reasoning_s": [call.first_reasoning_s for call in calls],
        "latency_s": [call.latency_s for call in calls],
        "queued_s": [call.queued_s for call in calls],
        "tokens_per_s": [call.decode_tokens_per_s for call in calls],
        "attempts": [len(call.attempts) + 1 for call in calls],
        "error": [None if call.failure is None else call.failure.kind for call in calls],
        "error_message": [None if call.failure is None else call.failure.message for call in calls],
        "cached": [call.cached for call in calls],
        "cached_at": [call.cached_at for call in calls],
        "simulated": [call.simulated for call in calls],
        "replayed": [call.replayed for call in calls],
        "request_id": [call.request_id for call in calls],
        "served_model": [call.served_model for call in calls],
        "started_at": [call.started_at for call in calls],
    }


def text_column(values: list[Any]) -> Any:
    """Return a column of texts, `None` being a missing one."""
    import pandas as pd

    try:
        return pd.array(values, dtype="str")
    except UnicodeEncodeError:  # half an emoji from a model: Arrow's strings cannot hold it
        return pd.Series(values, dtype="object")


def model_rows(models: Sequence[str], calls: Sequence[Call], prices: Sequence[Price | None]) -> list[dict[str, Any]]:
    """Return what is known of each model, in their order; `None` is unknown.

    Quantiles are interpolated linearly between the calls, as NumPy does by default.
    """
    of: dict[str, list[tuple[Call, Price | None]]] = {model: [] for model in models}
    for call, price in zip(calls, prices, strict=True):
        of.setdefault(str(call.model), []).append((call, price))
    return [_model_row(model, priced) for model, priced in of.items()]


def _model_row(model: str, priced: Sequence[tuple[Call, Price | None]]) -> dict[str, Any]:
    now = [usd for call, price in priced if (usd := usd_now(call, price)) is not None]
    listed = [float(price.usd) for _, price in priced if price is not None]
    answered = [call for call, _ in priced if call.status == "ok"]
    totals = sorted(call.latency_s for call in answered if call.latency_s is not None)
    firsts = sorted(call.ttft_s for call in answered if call.ttft_s is not None)
    speeds = sorted(speed for call in answered if (speed := call.decode_tokens_per_s) is not None)
    return {
        "model": model,
        "calls": len(priced),
        "errors": len(priced) - len(answered),
        "cached": sum(call.cached for call, _ in priced),
        "replayed": sum(call.replayed for call, _ in priced),
        "cost_usd": float(sum(now)) if now else None,
        "priced": len(now),
        "usd_per_1k_calls": 1000 * fmean(listed) if listed else None,
        "ttft_p50_s": quantile(firsts, 0.5),
        "ttft_p95_s": quantile(firsts, 0.95),
        "latency_p50_s": quantile(totals, 0.5),
        "latency_p95_s": quantile(totals, 0.95),
        "tokens_per_s": quantile(speeds, 0.5),
        "timed_calls": len(totals),
        "simulated": any(call.simulated for call, _ in priced),
    }


def quantile(ordered: Sequence[float], q: float) -> float | None:
    """Return the q-quantile of ordered values, interpolated linearly; `None` of none.

    >>> quantile([1.0, 2.0, 3.0, 4.0], 0.5), quantile([], 0.5)
    (2.5, None)
    """
    if not ordered:
        return None
    place = q * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def summary_of(rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Return model rows as a DataFrame; what is unknown is missing (NaN)."""
    import pandas as pd

    frame = pd.DataFrame(list(rows))
    floats = [name for name in frame.columns if name.endswith("_s") or "usd" in name]
    return frame.astype(dict.fromkeys(floats, "float64"))
