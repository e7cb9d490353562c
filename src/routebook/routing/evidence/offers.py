"""What each model of a run or a table got on each prompt, side by side, for comparing hosts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import nan
from typing import TYPE_CHECKING, Any

import numpy as np

from routebook.errors import RunError
from routebook.outcomes import Outcomes, model_ids

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from routebook.answers import Answers

    Numbers = NDArray[np.float64]

MEASURES = ("quality", "cost_usd", "latency_s", "characters")


@dataclass(frozen=True, eq=False)
class Measured:
    """What each model got on each prompt, in one order of prompts: numbers (NaN unknown), and texts where known."""

    models: tuple[str, ...]
    values: Mapping[str, Mapping[str, Numbers]]
    texts: Mapping[str, Sequence[Sequence[str]]]
    simulated: frozenset[str]
    single: bool
    notes: tuple[str, ...] = ()

    def of(self, model: str, measure: str) -> Numbers:
        """Return one measure of one model."""
        return self.values[measure][model]


def measured(run: Answers | Outcomes, quality: Any = None) -> Measured:
    """Return what each model got; of outcomes there are no texts. Arguments and errors as `hosts`."""
    return _of_outcomes(run) if isinstance(run, Outcomes) else _of_run(run, quality)


def _of_outcomes(outcomes: Outcomes) -> Measured:
    ids = model_ids(outcomes)
    tables = {measure: outcomes.wide(measure) for measure in MEASURES[:3]}
    values = {measure: {own: table[name].to_numpy() for name, own in ids.items()} for measure, table in tables.items()}
    nothing = np.full(len(outcomes.prompts), nan)
    return Measured(
        tuple(ids.values()),
        values | {"characters": dict.fromkeys(ids.values(), nothing)},
        {},
        frozenset(ids[name] for name in outcomes.simulated),
        bool((outcomes._frame["n"] == 1).all()),
        (f"From {outcomes.source.origin}, which has no texts.",),
    )


def _of_run(run: Answers, quality: Any) -> Measured:
    if run.run.blind:
        raise RunError("This run is blind, and hosts name its models: reveal() it first.")
    place = {prompt_id: number for number, prompt_id in enumerate(run.prompts_by_id)}
    texts: dict[str, list[list[str]]] = {model: [[] for _ in place] for model in run.models}
    every: dict[str, dict[str, list[list[float]]]] = {
        measure: {model: [[] for _ in place] for model in run.models} for measure in MEASURES[1:]
    }
    for call, price in zip(run.calls, run.prices, strict=True):
        if call.status != "ok":
            continue
        model, at = str(call.model), place[call.prompt_id]
        texts[model][at].append(call.text)
        for measure, value in (
            ("cost_usd", None if price is None else float(price.usd)),
            ("latency_s", call.latency_s),
            ("characters", float(len(call.text))),
        ):
            if value is not None:
                every[measure][model][at].append(value)
    values = {
        measure: {model: np.array([np.mean(got) if got else nan for got in own]) for model, own in of.items()}
        for measure, of in every.items()
    }
    values["quality"] = _qualities(run, quality, list(place))
    simulated = {str(call.model) for call in run.calls if call.simulated}
    notes = ["Simulated: these hosts are pretended."] if simulated.issuperset(run.models) else []
    return Measured(run.models, values, texts, frozenset(simulated), run.run.repeats == 1, tuple(notes))


def _qualities(run: Answers, quality: Any, prompts: list[str]) -> dict[str, Numbers]:
    """Return the quality of each model on each prompt; NaN where nobody judged."""
    from routebook.judging.run_outcomes import outcomes_of
    from routebook.judging.tables import pair_rows, score_rows

    if quality is None and not score_rows(run) and not pair_rows(run):
        return {model: np.full(len(prompts), nan) for model in run.models}
    table = outcomes_of(run, quality).wide("quality").loc[prompts]
    return {model: table[model].to_numpy() for model in run.models}
