"""What models charge, as the user gives it: US dollars per million tokens, by model."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from math import isfinite, nan
from numbers import Real
from pathlib import Path
from typing import Any

import pandas as pd

from routebook.errors import OutcomesError, did_you_mean
from routebook.lookup import either
from routebook.outcomes.columns import listed
from routebook.outcomes.files import opened
from routebook.prompts import in_words
from routebook.tables import is_missing

RATES = ("input_usd_per_mtok", "output_usd_per_mtok")


def read_prices(given: Any, names: Mapping[str, str]) -> tuple[pd.DataFrame, list[str]]:
    """Return a row for each model with the columns `RATES`, NaN where there is no price, and notes on that.

    Parameters
    ----------
    given
        ``{model: {rate: US dollars}}``, a JSON file of that, or a table with a column ``model`` or the models as its
        index; `None` for no prices.
    names
        The models, and what they are called in the table (a column, say).

    Raises
    ------
    OutcomesError
        If it is none of these, or no model has a price.
    """
    table = {} if given is None else _read(given)
    rows, without = {}, []
    for model, called in names.items():
        found = table.get(model, table.get(called))
        rows[model] = (nan, nan) if found is None else found
        if found is None:
            without.append(model)
    made = pd.DataFrame.from_dict(rows, orient="index", columns=list(RATES), dtype="float64")
    made.index = pd.Index(list(names), name="model")
    if given is None or not without:
        return made, []
    near = did_you_mean(without[0], table)
    if len(without) == len(rows):
        raise OutcomesError(f"The prices have none of the table's models, such as {without[0]!r}.{near}")
    return made, [f"There is no price for {listed(without)}.{near}"]


def _read(given: Any) -> dict[str, tuple[float, float]]:
    if isinstance(given, (str, Path)) and Path(given).suffix.lower() == ".json":
        given = _from_json(Path(given).expanduser())
    if not isinstance(given, Mapping):
        table, _ = opened(given, ["model"])
        keyed = table.set_index("model") if "model" in table.columns else table
        given = {str(name): row for name, row in keyed.to_dict(orient="index").items()}
    return {str(model): _rates(str(model), entry) for model, entry in given.items()}


def _from_json(path: Path) -> Any:
    try:
        read = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise OutcomesError(f"Cannot read the prices {path.name!r}: {error.strerror or error}.") from error
    except (ValueError, RecursionError) as error:
        raise OutcomesError(f"The prices {path.name!r} are no JSON: {error}.") from error
    if not isinstance(read, (dict, list)):
        raise OutcomesError(f"The prices {path.name!r} must be an object of models.")
    return read


def _rates(model: str, entry: Any) -> tuple[float, float]:
    if not isinstance(entry, Mapping):
        raise OutcomesError(
            f"The price of {model!r} is {in_words(entry)}: give {{{RATES[0]!r}: ..., {RATES[1]!r}: ...}}."
        )
    for key in entry:
        if key not in RATES:
            near = did_you_mean(str(key), RATES)
            raise OutcomesError(f"The price of {model!r} has {str(key)[:40]!r}, not {either(RATES)}.{near}")
    return _usd(model, entry, RATES[0]), _usd(model, entry, RATES[1])


def _usd(model: str, entry: Mapping[str, Any], rate: str) -> float:
    value = entry.get(rate)
    if is_missing(value):
        return nan
    if isinstance(value, bool) or not isinstance(value, (Real, Decimal)) or not isfinite(value) or value < 0:
        raise OutcomesError(f"{rate} of {model!r} must be US dollars, 0 or more, not {value!r:.40}.")
    return float(value)
