"""`Outcomes.from_frame`: anyone's table, wide or long, read and checked as a whole before anything is said of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from routebook.errors import OutcomesError
from routebook.outcomes.build import Asked, Measured, build
from routebook.outcomes.columns import Columns, Problems, shown, where
from routebook.outcomes.files import opened
from routebook.outcomes.layout import Given, Layout, Measures, models_of
from routebook.outcomes.prices import RATES, read_prices
from routebook.outcomes.table import ASKED, Outcomes, Source
from routebook.prompts import Prompt, sentence


def read(
    df: Any,
    *,
    prompt: str,
    tag: str | Sequence[str] | None,
    models: Sequence[str] | Mapping[str, str] | None,
    model: str,
    quality: str,
    scale: tuple[float, float],
    cost: Given,
    latency: Given,
    input_tokens: Given,
    output_tokens: Given,
    prices: Any,
    id: str | None,
    metadata: str | Sequence[str],
    hosts: Mapping[str, str] | str | None,
    by: str | None,
) -> Outcomes:
    """Read a table; see `Outcomes.from_frame`."""
    low, high = _ends(scale)
    tag_columns = [tag] if isinstance(tag, str) else list(tag or ())
    kept = [metadata] if isinstance(metadata, str) else list(metadata)
    table, origin = opened(df, [prompt, *tag_columns, model, "tags", "prompt_id", *([id] if id else [])])
    problems = Problems(origin if isinstance(df, (str, Path)) else sentence(origin))
    columns = Columns(table, problems)
    if table.empty:
        problems.stop("there are no rows")
    asked_of, asked = _prompts(
        columns,
        prompt,
        tag_columns or (["tags"] if "tags" in columns else []),
        id or ("prompt_id" if "prompt_id" in columns else None),
        kept,
        wide=models is not None,
    )
    if models is not None:
        layout = _wide(columns, models, low, high)
    else:
        layout = _long(columns, model, quality, low, high)
        cost = "cost_usd" if cost is None and "cost_usd" in columns else cost
        latency = "latency_s" if latency is None and "latency_s" in columns else latency
    measures = Measures(columns, layout)
    about = models_of(columns, layout, hosts, wide=models is not None)
    found = {
        name: measures.read(given, name)
        for name, given in {
            "cost": cost, "latency": latency, "input_tokens": input_tokens, "output_tokens": output_tokens,
        }.items()
    }  # fmt: skip
    problems.end()
    if np.isnan(layout.quality).all():
        problems.stop("no quality is known")

    rates, remarks = read_prices(prices, layout.names)
    remarks = [*remarks, *measures.remarks]
    costs = found["cost"]
    origin_of_costs = "given in the table" if costs is not None else ""
    if costs is None and prices is not None:
        missing = [name for name in ("input_tokens", "output_tokens") if found[name] is None]
        if missing:
            remarks.append(f"Prices are given but no {' and '.join(missing)}: what a prompt costs is unknown.")
        else:
            per_token = rates[list(RATES)].to_numpy()[layout.model] / 1e6
            costs = found["input_tokens"] * per_token[:, 0] + found["output_tokens"] * per_token[:, 1]
            origin_of_costs = "worked out from the given prices and tokens"
    if (low, high) != (0, 1):
        remarks.append(f"Qualities were from {low:g} to {high:g} in the table.")
    values = {"quality": (layout.quality - low) / (high - low)}
    if costs is not None:
        values["cost_usd"] = costs
    if found["latency"] is not None:
        values["latency_s"] = found["latency"]
    measured = Measured(asked_of[layout.row], layout.model, values)
    if models is None and {"n", "quality_sd"} <= set(table.columns):
        _take_spreads(columns, measured, high - low)
        problems.end()
    return build(
        asked,
        about,
        measured,
        source=Source(origin, _words(by, models is not None, quality), _judges(by), prices=origin_of_costs),
        remarks=remarks,
        prices=rates,
    )


def _ends(scale: tuple[float, float]) -> tuple[float, float]:
    try:
        low, high = map(float, scale)
    except (TypeError, ValueError):
        low = high = 0.0
    if not (low < high and isfinite(high - low)):
        raise OutcomesError(f"scale takes the worst and the best quality, such as (1, 5), not {scale!r:.40}.")
    return low, high


def _prompts(
    columns: Columns, prompt: str, tags: Sequence[str], id: str | None, metadata: Sequence[str], *, wide: bool
) -> tuple[Any, Asked]:
    """Return which prompt each row is of, and the prompts."""
    texts = columns.texts(prompt, "the prompts") or [""] * len(columns.table)
    row_tags = columns.tags(tags)
    given = None if id is None else columns.names(id, "the ids")
    kept = {name: column for name in metadata if (column := columns.column(name, "metadata")) is not None}
    if reserved := sorted(set(ASKED) & set(kept)):
        raise OutcomesError(f"A column of metadata cannot be called {reserved[0]!r}: rename it.")
    if given is None and wide:
        of, ids = np.arange(len(texts)), _numbered(_ids(texts))
    else:
        of, different = pd.factorize(np.array(texts if given is None else given, dtype=object))
        ids = _ids(list(different)) if given is None else list(different)
    first = np.full(len(ids), -1)
    first[of[::-1]] = np.arange(len(of))[::-1]
    own_tags = [row_tags[row] for row in first]
    if len(ids) < len(texts):
        _same(columns, prompt, of, first, np.array(texts, dtype=object))
        for name, column in kept.items():
            _same(columns, name, of, first, column.to_numpy(dtype=object))
        for row, place in enumerate(of):
            if row_tags[row] != own_tags[place]:
                own_tags[place] = tuple(dict.fromkeys((*own_tags[place], *row_tags[row])))
    asked = Asked(ids, [texts[row] for row in first], own_tags)
    asked.metadata = {name: column.iloc[first].array for name, column in kept.items()}
    return of, asked


def _same(columns: Columns, name: str, of: Any, first: Any, cells: Any) -> None:
    """Note rows of one prompt that say different things of it."""
    before = cells[first[of]]
    said_twice = zip(cells, before, strict=True)
    differ = np.fromiter((not (a is b or a == b or (a != a and b != b)) for a, b in said_twice), bool, len(cells))
    if number := int(differ.sum()):
        row = int(differ.argmax())
        earlier = shown(columns.labels[first[of[row]]])
        columns.problems.add(
            f"{where(columns.labels[row], name)} differs from that of the same prompt in row {earlier}",
            kind=f"{name} differs",
            of=number,
        )


def _ids(texts: Sequence[str]) -> list[str]:
    return [Prompt.of(text).id if text.strip() else "" for text in texts]


def _numbered(ids: list[str]) -> list[str]:
    """Tell equal ids apart: the second is ``...-2``.

    >>> _numbered(["a", "b", "a"])
    ['a', 'b', 'a-2']
    """
    seen: dict[str, int] = {}
    made = []
    for one in ids:
        seen[one] = seen.get(one, 0) + 1
        made.append(one if seen[one] == 1 else f"{one}-{seen[one]}")
    return made


def _wide(columns: Columns, models: Sequence[str] | Mapping[str, str], low: float, high: float) -> Layout:
    if isinstance(models, str):
        models = [models]
    called = dict(models) if isinstance(models, Mapping) else {name: name for name in models}
    named = [str(name) for name in (called.values() if isinstance(models, Mapping) else models)]
    if not named:
        columns.problems.stop("models is empty: name the columns of qualities")
    for name in sorted({name for name in named if named.count(name) > 1}):
        columns.problems.add(f"two columns are of the model {name!r}")
    table = [columns.numbers(column, "a model's qualities", low, high) for column in called]
    nothing = np.full(len(columns.table), np.nan)
    quality = np.column_stack([nothing if values is None else values for values in table]).ravel()
    rows, width = len(columns.table), len(called)
    return Layout(
        {str(name): column for column, name in called.items()},
        np.repeat(np.arange(rows), width),
        np.tile(np.arange(width), rows),
        quality,
    )


def _long(columns: Columns, model: str, quality: str, low: float, high: float) -> Layout:
    if model not in columns and quality not in columns:
        numbers = [name for name in columns.table if pd.api.types.is_numeric_dtype(columns.table[name].dtype)]
        hint = f"models={numbers[:4]!r}" if numbers else "models=[...]"
        columns.problems.stop(
            f"there are no columns {model!r} and {quality!r}: name them, or of a wide table the columns of qualities, "
            f"such as {hint}"
        )
    rows = len(columns.table)
    names = columns.names(model, "the models") or [""] * rows
    column = columns.table[model] if model in columns else None
    place, different = pd.factorize(np.array(names, dtype=object))
    known = list(different)
    if column is not None and isinstance(column.dtype, pd.CategoricalDtype):  # in the order in which they were put
        order = [str(name) for name in column.cat.categories if str(name) in set(known)]
        place, known = np.array([order.index(name) for name in known])[place], order
    values = columns.numbers(quality, "the qualities", low, high)
    if values is None:
        values = np.full(rows, np.nan)
    return Layout({name: name for name in known}, np.arange(rows), place, values)


def _take_spreads(columns: Columns, measured: Measured, width: float) -> None:
    """Take over what `Outcomes.frame` says of repeats that were folded before."""
    counts = columns.numbers("n", "repeats", 1)
    measured.counts = counts.astype(np.int64) if not np.isnan(counts).any() else None
    for name, by in (("quality", width), ("cost_usd", 1), ("latency_s", 1)):
        if f"{name}_sd" in columns:
            measured.spreads[name] = columns.numbers(f"{name}_sd", "spreads") / by


def _words(by: str | None, wide: bool, quality: str) -> str:
    column = "the models' columns" if wide else f"the column {quality!r}"
    return f"{column}, judged by {by}" if by else column


def _judges(by: str | None) -> tuple[str, ...]:
    return (by,) if by and "/" in by else ()
