"""Whether rules may be shipped: what they have to show on prompts that were kept apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from routebook.render.report import figure, signed, span
from routebook.routing.evidence.estimates import difference, ratio_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from routebook.routing.evidence.evaluation import Evaluation
    from routebook.routing.learning.objective import Objective

    Floats = NDArray[np.float64]

_FEWEST = 30


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that rules have to show.

    Attributes
    ----------
    asked
        What, in words.
    found
        What was measured, with its 95 % interval.
    holds
        Whether it is shown.
    """

    asked: str
    found: str
    holds: bool


def non_inferior(made: Evaluation, model: str, margin: float) -> Check:
    """Ask whether the quality is less than a margin below a model's, for sure."""
    found = difference(made.quality, made.assigned.of("quality", model), single=made.assigned.single)
    shown = _gain(found.difference, found.low, found.high)
    return Check(f"quality less than {margin:g} below {model}", shown, found.low > -margin)


def checks(made: Evaluation, objective: Objective, base: str, single: str) -> list[Check]:
    """Return what rules have to show, and whether they do.

    - Of the least cost: quality non-inferior to the best single model, and cheaper than the cheapest single model that
      was as good.
    - Of quality under a cap: a cost that is not shown to be above it, or a p95 within it; and better than the best
      single model that keeps to it.
    - Else: better than the best single model, by quality less its price.
    - Of all: better than a coin. As many prompts sent at random to each model get as much, unless the rules know
      something about prompts.

    Parameters
    ----------
    made
        The rules on prompts that were kept apart.
    objective
        What for.
    base
        The best single model of the prompts they were learned from.
    single
        The single model that serves the objective best, of those.
    """
    quality = made.quality
    asked = [
        Check(
            f"at least {_FEWEST} held-out prompts",
            f"{int((~np.isnan(quality)).sum()):,}",
            bool((~np.isnan(quality)).sum() >= _FEWEST),
        )
    ]
    if objective.least_cost:
        asked.append(non_inferior(made, base, objective.margin))
        asked.append(_cheaper(made, single))
    elif objective.quality_per_usd is not None:
        asked.append(_worth_more(made, single, objective.quality_per_usd))
    else:
        asked += [_within(made, objective), _better(made, single)]
    asked.append(_knows(made))
    return asked


def _better(made: Evaluation, model: str) -> Check:
    found = difference(made.quality, made.assigned.of("quality", model), single=made.assigned.single)
    return Check(f"better than {model}", _gain(found.difference, found.low, found.high), found.low > 0)


def _worth_more(made: Evaluation, model: str, per_usd: float) -> Check:
    if not per_usd:
        return _better(made, model)
    rate = 1000 * per_usd
    found = difference(
        made.quality - rate * made.cost_usd,
        made.assigned.of("quality", model) - rate * made.assigned.of("cost_usd", model),
    )
    return Check(f"better than {model}, less its price", _gain(found.difference, found.low, found.high), found.low > 0)


def _cheaper(made: Evaluation, model: str) -> Check:
    ratio = ratio_of(made.cost_usd, made.assigned.of("cost_usd", model))
    return Check(
        f"cheaper than {model}",
        f"{figure(ratio.value)} of its cost ({span(ratio.low, ratio.high)})",
        ratio.high < 1,
    )


def _within(made: Evaluation, objective: Objective) -> Check:
    total = made.total
    if objective.max_latency_p95_s is not None:
        cap = objective.max_latency_p95_s
        return Check(f"95 % of answers within {cap:g} s", f"{total.latency_p95_s:.3g} s", total.latency_p95_s <= cap)
    cap = objective.max_usd_per_1k_prompts or 0.0
    return Check(
        f"no more than ${cap:g} per 1,000 prompts, as far as its interval tells",
        f"${total.usd_per_1k_prompts:.3g} (${total.usd_low:.3g} to ${total.usd_high:.3g})",
        total.usd_low <= cap,
    )


def _knows(made: Evaluation) -> Check:
    """Ask whether prompts sent at random, as many to each model, would get less."""
    shares = made.assigned.prompts @ made.assigned.shares / len(made.quality)
    qualities = np.column_stack([made.assigned.of("quality", model) for model in made.outcomes.models])
    used = shares > 0
    coin = qualities[:, used] @ shares[used]
    found = difference(made.quality, coin)
    return Check(
        "better than as many prompts sent to each model at random",
        _gain(found.difference, found.low, found.high),
        found.low > 0,
    )


def _gain(value: float, low: float, high: float) -> str:
    return f"{signed(value, 3)} ({span(low, high, 3, sign=True)})"
