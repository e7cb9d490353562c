"""What was asked so far: the store's runs as a table, with what they cost."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from routebook.calls import Call
from routebook.errors import OptionError
from routebook.pricing import PriceBook, Total, price_book, total
from routebook.store import RunSummary, Store, default_store

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = (
    "id", "name", "created_at", "status", "models", "prompts", "planned_calls", "calls", "errors", "answered_free",
    "cost_usd", "simulated_cost_usd", "priced", "first_prompt",
)  # fmt: skip


def history(limit: int = 50, store: Store | None = None) -> pd.DataFrame:
    """Return the newest runs, one row each, newest first.

    Parameters
    ----------
    limit
        How many runs at most.
    store
        Where to look; `None` for the default store.

    Returns
    -------
    pandas.DataFrame
        ``id``, ``name`` (`None` if it has none), ``created_at`` (UTC), ``status``, ``models`` (a tuple), ``prompts``,
        ``planned_calls`` (fallbacks that were needed included), ``calls`` (stored so far), ``errors`` (of these),
        ``answered_free`` (of these, from the response cache or a recording), ``cost_usd`` and ``simulated_cost_usd``
        (of the calls with a known price, real and pretend money apart; missing where no price is known), ``priced``
        (of ``calls``, how many have a known cost; those answered free cost 0) and ``first_prompt`` (its first 80
        characters).

    Raises
    ------
    OptionError
        If `limit` is not a whole number, 1 or more.
    StoreError
        If the store cannot be read.
    """
    import pandas as pd

    if isinstance(limit, bool) or not isinstance(limit, int) or limit < 1:
        raise OptionError(f"limit must be a whole number, 1 or more, not {limit!r}.")
    store = store or default_store()
    prices = price_book()
    rows = [_row(run, store.calls_of(run.id, texts=False), prices) for run in store.runs(limit)]
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    names = [row[COLUMNS.index("name")] for row in rows]
    frame["name"] = pd.Series(names, dtype=object)  # pandas would make a number, NaN, of no name
    return frame.astype({"created_at": "datetime64[us, UTC]", "cost_usd": "float64", "simulated_cost_usd": "float64"})


def _row(run: RunSummary, calls: Sequence[Call], prices: PriceBook) -> tuple[object, ...]:
    asked = [call for call in calls if not call.cached and not call.replayed]
    free = len(calls) - len(asked)
    real = total(prices.price(call) for call in asked if not call.simulated)
    simulated = total(prices.price(call) for call in asked if call.simulated)
    errors = sum(call.status == "error" for call in calls)
    return (
        run.id, run.name, run.created_at, run.status, run.models, run.prompts, max(run.planned, len(calls)),
        len(calls), errors, free, _usd(real), _usd(simulated), real.priced + simulated.priced + free, run.first_prompt,
    )  # fmt: skip


def _usd(cost: Total) -> float | None:
    return None if cost.of and not cost.priced else float(cost.usd)
