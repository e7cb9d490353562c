"""What a policy costs at other prices: those of another date, or the user's own.

A table of outcomes knows what an answer cost, and not always of how many tokens. Where a model's rates for input and
output change alike, its costs change alike; else they change by something in between, and the range is told, not a
guess within it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from math import nan
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from routebook.errors import ModelError, OptionError
from routebook.models import ModelId
from routebook.outcomes.columns import listed
from routebook.outcomes.prices import RATES, read_prices
from routebook.routing.evidence.assigned import Assigned, expect
from routebook.routing.evidence.estimates import amount_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]

_COLUMNS = ("model", "input_then", "output_then", "input_now", "output_now", "ratio_least", "ratio_most")


@dataclass(frozen=True, eq=False)
class Repriced:
    """What a policy costs at other prices.

    Attributes
    ----------
    at
        Which prices these are, in words.
    usd_least, usd_most
        US dollars for a thousand prompts: the same where input and output change alike; NaN where a price is unknown.
    usd_then
        What they cost at the prices of the outcomes, of the same prompts.
    notes
        What the reader should know.
    """

    at: str
    usd_least: float
    usd_most: float
    usd_then: float
    notes: tuple[str, ...]
    _rates: tuple[dict[str, Any], ...]

    @property
    def frame(self) -> pd.DataFrame:
        """One row per model of the policy: its rates in the outcomes and at the other prices.

        ``input_then``, ``output_then``, ``input_now`` and ``output_now`` in US dollars per million tokens;
        ``ratio_least`` and ``ratio_most``: how many times as much its answers cost. NaN is unknown.
        """
        return pd.DataFrame(list(self._rates), columns=list(_COLUMNS))


def reprice(assigned: Assigned, models: tuple[str, ...], cost_usd: Numbers, shares: Numbers, prices: Any) -> Repriced:
    """Return what a policy costs at other prices.

    Parameters
    ----------
    assigned
        Where its prompts go.
    models
        The policy's.
    cost_usd
        (prompts, models): what they cost in the outcomes.
    shares
        (routes, models): which share of a route's prompts each answers.
    prices
        A date (ISO), for which the price book is asked; or prices as `Outcomes.from_frame` takes them, of the models by
        the table's names or the policy's.

    Raises
    ------
    OptionError
        If it is a text and no date.
    OutcomesError
        If it is no table of prices, or has none of the models.
    """
    at, now = _given(prices, models, assigned)
    then = _then(assigned, models)
    with np.errstate(invalid="ignore", divide="ignore"):
        each = np.where(then == now, 1.0, np.where(then > 0, now / then, nan))
    least, most = each.min(axis=1), each.max(axis=1)
    ends = [expect(cost_usd * ratio, assigned.route, shares) for ratio in (least, most)]
    before = np.where(np.isnan(ends[0]), nan, expect(cost_usd, assigned.route, shares))
    used = shares[assigned.reached].max(axis=0) > 0
    unknown = [model for model, ratio, of in zip(models, least, used, strict=True) if of and ratio != ratio]
    notes = []
    if unknown:
        notes.append(f"At {at} the change of price is unknown of {listed(unknown)}, and of the prompts they answer.")
    if (most[used] > least[used]).any():
        notes.append("How many tokens the answers had is not known: a range is that from input to output.")
    rates = [
        dict(zip(_COLUMNS, (model, *was, *will, low, high), strict=True))
        for model, was, will, low, high in zip(models, then, now, least, most, strict=True)
    ]
    low, high, was = (amount_of(1000 * values).value for values in (*ends, before))
    return Repriced(at, low, high, was, tuple(notes), tuple(rates))


def _then(assigned: Assigned, models: tuple[str, ...]) -> Numbers:
    """Return (models, input and output): what they charge in the outcomes, NaN where that is not said."""
    of = {assigned.ids[str(name)]: rates for name, *rates in assigned.outcomes.prices[list(RATES)].itertuples()}
    return np.array([of.get(model, (nan, nan)) for model in models], dtype=float)


def _given(prices: Any, models: tuple[str, ...], assigned: Assigned) -> tuple[str, Numbers]:
    if isinstance(prices, str):
        try:
            prices = date.fromisoformat(prices)
        except ValueError:
            if not prices.lower().endswith(".json"):
                raise OptionError(f"prices is a date like '2026-01-01', or prices; not {prices!r:.60}.") from None
    if isinstance(prices, date):
        return f"the prices of {prices:%Y-%m-%d}", np.array([_on(model, prices) for model in models])
    names = {own: name for name, own in assigned.ids.items()}
    table, _ = read_prices(prices, {model: names.get(model, model) for model in models})
    return "the prices given", table[list(RATES)].to_numpy(dtype=float)


def _on(model: str, day: date) -> tuple[float, float]:
    """Return what a model charged on a day, of the price book: standard tier; NaN where that is not known."""
    from routebook.pricing import price_book

    try:
        known = ModelId.parse(model)
    except ModelError:
        return nan, nan
    tariff = price_book().tariff(known, at=datetime(day.year, day.month, day.day, 12, tzinfo=UTC))
    return (nan, nan) if tariff is None else (float(tariff.input), float(tariff.output))
