"""Learned rules beside everything simpler, and beside what nobody can read, on prompts that none of them has seen."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from routebook.errors import OptionError, did_you_mean
from routebook.lookup import count
from routebook.outcomes.columns import listed
from routebook.render.report import Block, Report, figure, signed, span
from routebook.render.words import usd
from routebook.routing.learning.baselines import Baseline, TagTable, overall
from routebook.routing.learning.measured import Across, Ruler
from routebook.routing.learning.objective import MARGIN
from routebook.routing.learning.strategies import Strategy, expecting
from routebook.routing.learning.text_baselines import NearestPrompts, Reader, RidgeOnWords

if TYPE_CHECKING:
    import pandas as pd

    from routebook.charts.figure import Figure
    from routebook.routing.learning.matrix import Matrix

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Beside:
    """Strategies side by side, each measured on the same held-out prompts.

    Attributes
    ----------
    frame
        One row per strategy: ``strategy``, ``kind``, ``model`` (where it is always the same), ``quality`` with ``low``
        and ``high``, over ``prompts``; ``usd_per_1k_prompts`` with ``usd_low`` and ``usd_high``; ``gain``, its quality
        minus that of the best single model on the same prompts, with ``gain_low`` and ``gain_high``. Of two models
        ``strong_share``, ``apgr``, ``cpt50`` and ``cpt80`` (percent), the last three with their ends; where costs are
        known ``aiq`` with its ends, and ``non_inferior_usd_per_1k_prompts``. Intervals are of 95 %; NaN is unknown, or
        of a strategy with one setting.
    curves
        What strategies get as cost counts more or less: ``strategy``, ``kind``, ``quality`` and, by `across`,
        ``usd_per_1k_prompts`` or ``strong_share``.
    across
        What the curves are over: ``cost``, ``share`` of strong calls, or ``nothing`` where there are none.
    notes
        What the reader should know.
    simulated
        Whether every model is simulated.
    """

    frame: pd.DataFrame
    curves: pd.DataFrame
    across: Across
    notes: tuple[str, ...]
    simulated: bool = False

    def chart(self) -> Figure:
        """Chart quality against cost, or against the share of strong calls; see `routebook.charts.routing_chart`."""
        from routebook.charts.routing_chart import routing

        rows, points = _records(self.frame), _records(self.curves)
        return routing(rows, points, across=self.across, notes=self.notes, simulated=self.simulated)

    def report(self) -> Report:
        """Return it as it is shown."""
        rows = _records(self.frame)
        columns = ["strategy", "quality", "95 % interval", "against best single", "95 % interval"]
        cells = [[_called(row), *_quality(row)] for row in rows]
        for title, write in _FIGURES.items():
            if any((text := write(row)) and text != "unknown" for row in rows):
                columns.append(title)
                cells = [[*own, write(row)] for own, row in zip(cells, rows, strict=True)]
        return Report(
            "Beside everything simpler",
            [count(int(self.frame["prompts"].max()), "held-out prompt")],
            [Block(columns, cells)],
            self.notes,
            simulated=self.simulated,
        )

    def __repr__(self) -> str:
        return f"<Beside: {', '.join(self.frame['strategy'])}>"

    def __str__(self) -> str:
        return str(self.report())

    def _repr_html_(self) -> str:
        return self.report().html()


def beside(
    train: Matrix,
    test: Matrix,
    rules: Sequence[Strategy] = (),
    *,
    pair: tuple[str, str] | None = None,
    margin: float = MARGIN,
    quality_per_usd: float = 0.0,
    simulated: Collection[str] = (),
    seed: int = 0,
) -> Beside:
    """Put rules beside all baselines: fitted on some prompts, measured on others.

    Parameters
    ----------
    train, test
        Outcomes of the same models on prompts that have nothing in common.
    rules
        What learned rules choose on the test prompts.
    pair
        The weak and the strong of two models; by default the one that is worse on the training prompts, and the other.
    margin
        By how much less quality a strategy is still non-inferior to the best single model.
    quality_per_usd
        How much quality one US dollar per 1,000 prompts is worth to the baselines where each stands in the table; with
        0 each takes what it expects to be best, whatever it costs. Curves do not depend on it.
    simulated
        The models that are simulated.
    seed
        Of what is drawn: the training prompts of the text baselines, and the prompts of a bootstrap.

    Raises
    ------
    OptionError
        If there is no prompt to fit on or to measure on, the models are not the same, or the pair, the margin or a
        strategy is none.
    """
    _check(train, test, rules)
    means, costs = overall(train.quality), overall(train.cost)
    ends = _pair(test.models, means, pair)
    dear = 1_000 * quality_per_usd
    ruler = Ruler(test, int(np.nanargmax(means)), ends, margin, seed)
    names = [f"{name} (simulated)" if name in simulated else name for name in test.models]
    notes = [
        f"Fitted on {count(len(train), 'prompt')}, measured on {len(test):,} others.",
        f"Best single, by the former: {names[ruler.best]}.",
    ]
    if np.isnan(costs).any() and not np.isnan(costs).all():
        notes.append("Cheapest: of the models whose cost is known.")
    strategies = _single(test, ruler, means, costs)
    reader = Reader(seed)
    fitting: list[Baseline] = [NearestPrompts(reader), RidgeOnWords(reader)]
    if any(train.tags):
        fitting.insert(0, TagTable())
    else:
        notes.append("No prompt has a tag, so there is no tag table.")
    for baseline in fitting:
        fitted = baseline.fit(train)
        strategies.append(expecting(baseline.name, "baseline", fitted.predict_quality(test), costs, dear, ends))
        notes += [f"{fitted.note}."] if fitted.note else []
    strategies += [*rules, expecting("oracle", "needs the answers", test.quality, costs, dear, ends)]
    notes.append("The oracle picks each prompt's best answer after seeing all of them: nobody can.")

    import pandas as pd

    measured = [ruler.measure(strategy) for strategy in strategies]
    return Beside(
        pd.DataFrame([row for row, _ in measured]),
        pd.DataFrame([point for _, points in measured for point in points]),
        ruler.across,
        (*notes, *_of_figures(ruler, names)),
        simulated=bool(simulated) and set(test.models) <= set(simulated),
    )


def _check(train: Matrix, test: Matrix, rules: Sequence[Strategy]) -> None:
    if train.models != test.models:
        raise OptionError(
            f"Strategies are fitted and measured on the same models, not on {', '.join(train.models)} and then on "
            f"{', '.join(test.models)}."
        )
    for what, matrix in (("fit on", train), ("measure on", test)):
        if not (~np.isnan(matrix.quality)).any():
            raise OptionError(f"There is no prompt of known quality to {what}.")
    for strategy in rules:
        sizes = {len(each) for each in (strategy.choice, strategy.scores) if each is not None}
        sizes |= {strategy.settings.shape[1]} if strategy.settings is not None else set()
        if sizes - {len(test)}:
            raise OptionError(f"{strategy.name!r} chooses for {min(sizes)} prompts, and {len(test)} are measured on.")


def _pair(models: Sequence[str], means: Floats, pair: tuple[str, str] | None) -> tuple[int, int] | None:
    if pair is None:
        if len(models) != 2:
            return None
        weak, strong = np.argsort(means, kind="stable")
        return int(weak), int(strong)
    if len(models) != 2 or set(pair) != set(models):
        unknown = next((name for name in pair if name not in models), "")
        raise OptionError(
            f"A weak and a strong model are told apart of two, {' and '.join(models)}, not {' and '.join(pair)}."
            + (did_you_mean(unknown, models) if unknown else "")
        )
    return models.index(pair[0]), models.index(pair[1])


def _single(test: Matrix, ruler: Ruler, means: Floats, costs: Floats) -> list[Strategy]:
    """Return what asks one model for everything, or any; mixtures of single models are the best one's curve."""
    size = len(test)
    each = np.array([np.full(size, column) for column in np.flatnonzero(~np.isnan(means))])
    made = [Strategy("random", "baseline", None, scores=np.zeros(size))]
    if not np.isnan(costs).all():
        made.append(Strategy("cheapest", "baseline", np.full(size, int(np.nanargmin(costs)))))
    return [*made, Strategy("best single", "baseline", np.full(size, ruler.best), settings=each)]


def _of_figures(ruler: Ruler, names: Sequence[str]) -> list[str]:
    notes = []
    if ruler.pair is not None:
        weak, strong = (names[column] for column in ruler.pair)
        notes += [
            f"APGR: how much of the gap from {weak} to {strong} is recovered, on average over all shares.",
            f"CPT: the percent of prompts that go to {strong} for so much of the gap. Random: 50 and 80.",
        ]
    if ruler.across != "cost":
        missing = [name for name, paid in zip(names, ruler.test.cost.T, strict=True) if not np.isfinite(paid).any()]
        return [*notes, f"Quality is not set against cost: that is unknown of {listed(missing)}."]
    single = 1_000 * overall(ruler.test.cost)
    least, most = usd(float(single.min())), usd(float(single.max()))
    notes.append(
        f"AIQ: mean quality from {least} to {most} per 1,000 prompts, of mixtures of settings, or of single models."
    )
    enough = f"shown to be less than {ruler.margin:g} below best single"
    return [*notes, f"Non-inferior from: the least cost of a setting {enough}, picked on these prompts."]


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in row.items()} for row in table.to_dict(orient="records")]


def _called(row: Mapping[str, Any]) -> str:
    if row["kind"] == "needs the answers":
        return f"{row['strategy']} (needs the answers)"
    return f"{row['strategy']} ({row['model']})" if isinstance(row["model"], str) else str(row["strategy"])


def _quality(row: Mapping[str, Any]) -> list[str]:
    if row["gain_low"] != row["gain_low"]:
        gain = ["", ""] if row["gain"] == 0 else ["unknown", ""]
    else:
        gain = [signed(row["gain"], 3), span(row["gain_low"], row["gain_high"], 3, sign=True)]
    return [figure(row["quality"], 3), span(row["low"], row["high"], 3), *gain]


def _ended(name: str, digits: int, row: Mapping[str, Any]) -> str:
    value = row.get(name)
    if value is None or value != value:
        return ""
    low, high = row[f"{name}_low"], row[f"{name}_high"]
    return figure(value, digits) + (f" ({span(low, high, digits)})" if low != high else "")


def _cost(row: Mapping[str, Any]) -> str:
    return usd(row["usd_per_1k_prompts"])


def _non_inferior(row: Mapping[str, Any]) -> str:
    cost = row.get("non_inferior_usd_per_1k_prompts")
    return "" if cost is None else usd(cost) if cost == cost else "none"


_FIGURES: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "per 1,000 prompts": _cost,
    "APGR": partial(_ended, "apgr", 3),
    "CPT(50 %)": partial(_ended, "cpt50", 1),
    "CPT(80 %)": partial(_ended, "cpt80", 1),
    "AIQ": partial(_ended, "aiq", 3),
    "non-inferior from": _non_inferior,
}
