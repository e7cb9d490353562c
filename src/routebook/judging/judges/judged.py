"""What judges said of a run, and how far they can be trusted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import nan
from typing import TYPE_CHECKING, Any, NamedTuple, get_type_hints

from routebook.costs import RunCost, run_cost
from routebook.judging.judges.canaries import CanaryRow, canary_rows
from routebook.judging.judges.judge_bias import (
    LengthRow,
    Order,
    Pair,
    PositionRow,
    VendorRow,
    length_row,
    mean_over_prompts,
    pairs_of,
    pairs_of_scores,
    position_row,
    vendor_rows,
)
from routebook.judging.tables import PairRow, ScoreRow, pair_frame, pair_rows, said_by, score_frame, score_rows
from routebook.judgments import Canary, Judging
from routebook.lookup import count

if TYPE_CHECKING:
    import pandas as pd

    from routebook.comparison import Comparison
    from routebook.judged_answers import JudgedAnswers
    from routebook.judging.figures.ranking import Ranking


class ModelRow(NamedTuple):
    """What a judge made of a model; see `Judged.summary`."""

    judge: str
    model: str
    mean: float
    low: float
    high: float
    n: int
    prompts: int
    mean_length: float
    flipped: int
    errors: int
    judge_cost_usd: float


@dataclass(frozen=True, eq=False)
class Judged:
    """What judges said of a run, and how far they can be trusted.

    Attributes
    ----------
    answers
        The run that was judged.
    judgings
        What each judge said, as it is in the store.
    run
        The judges' own calls, with what they cost; `None` where there was nothing to ask.
    orders
        What the answer shown first got of each pair in its two orders, by judging.
    control_length
        Whether `ranking` takes the part of length out of the strengths.
    """

    answers: JudgedAnswers
    judgings: tuple[Judging, ...]
    run: Comparison | None
    orders: Mapping[str, Sequence[Order]]
    control_length: bool = False
    _notes: tuple[str, ...] = field(default=(), repr=False)

    # ---- what was said -----------------------------------------------------------------------------------------------

    @property
    def of_pairs(self) -> bool:
        """Whether the judges compared pairs, and did not score each answer by itself."""
        return self.judgings[0].of_pairs

    @property
    def prompts(self) -> int:
        """To how many prompts the answers are that were judged."""
        return len({row.prompt_id for row in self.verdict_rows})

    @property
    def verdict_rows(self) -> Sequence[PairRow | ScoreRow]:
        """What they said, of pairs or of single answers."""
        return self._pair_rows or self._score_rows

    @cached_property
    def _pair_rows(self) -> list[PairRow]:
        return pair_rows(self.answers, self.judgings)

    @cached_property
    def _score_rows(self) -> list[ScoreRow]:
        return score_rows(self.answers, self.judgings)

    @property
    def verdicts(self) -> pd.DataFrame:
        """What they said of pairs, one row each, as in `Comparison.verdicts`; empty where there were none."""
        return pair_frame(self._pair_rows)

    @property
    def scores(self) -> pd.DataFrame:
        """What they said of single answers, one row each, as in `Comparison.scores`; empty where there were none."""
        return score_frame(self._score_rows)

    def summary(self) -> pd.DataFrame:
        """Return one row per judge and model, the best first.

        ``win_rate``, of single answers ``score``, is the mean over prompts of what the model got there, with its 95 %
        interval from ``low`` to ``high``; ``n`` is how many pairs or answers that is of, to ``prompts`` prompts.
        ``mean_length`` is the answers' mean length in characters, ``flipped`` how many verdicts flipped with the order
        and ``errors`` how many are missing. ``judge_cost_usd`` is what all of the judge's calls cost now, the same in
        each of its rows; simulated dollars of a simulated judge. What is unknown is NaN.
        """
        frame = _frame(ModelRow, self.model_rows).rename(columns={"mean": "win_rate" if self.of_pairs else "score"})
        return frame if self.of_pairs else frame.drop(columns="flipped")

    @property
    def frame(self) -> pd.DataFrame:
        """The same as `summary`."""
        return self.summary()

    @cached_property
    def model_rows(self) -> list[ModelRow]:
        """What each judge made of each model, the best first."""
        made: list[ModelRow] = []
        for judging in self.judgings:
            rows = [self._row(judging, model) for model in self.answers.models]
            made += sorted((row for row in rows if row.n or row.errors), key=lambda row: -row.mean if row.n else 1)
        return made

    def _row(self, judging: Judging, model: str) -> ModelRow:
        got: list[tuple[str, float]] = []
        lengths: dict[tuple[str, int], int] = {}
        flipped = errors = 0
        about: list[tuple[str, int, float | None, bool]] = [
            (row.prompt_id, row.repeat, _share_of(model, row), row.flipped)
            for row in self._pair_rows
            if row.name == judging.name and model in (row.model_a, row.model_b)
        ]
        about += [
            (row.prompt_id, row.repeat, row.value, False)
            for row in self._score_rows
            if row.name == judging.name and row.model == model
        ]
        for prompt_id, repeat, value, is_flipped in about:
            if value is None:
                errors += 1
                continue
            got.append((prompt_id, value))
            lengths[prompt_id, repeat] = self._lengths[prompt_id, repeat, model]
            flipped += is_flipped
        mean, low, high = mean_over_prompts(got)
        prompts = len({prompt_id for prompt_id, _ in got})
        length = sum(lengths.values()) / len(lengths) if lengths else nan
        cost = self._costs_usd.get(judging.by, nan)
        return ModelRow(judging.name, model, mean, low, high, len(got), prompts, length, flipped, errors, cost)

    @cached_property
    def _lengths(self) -> dict[tuple[str, int, str], int]:
        return {(call.prompt_id, call.repeat, str(call.model)): len(call.text) for call in self.answers.ok}

    @property
    def cost(self) -> RunCost:
        """What the judges' calls cost, apart from what the answers did."""
        return run_cost([]) if self.run is None else self.run.total_cost

    @cached_property
    def _costs_usd(self) -> dict[str, float]:
        rows: Sequence[Mapping[str, Any]] = () if self.run is None else self.run.model_rows
        return {row["model"]: nan if row["cost_usd"] is None else row["cost_usd"] for row in rows}

    def ranking(
        self,
        by: str | None = None,
        *,
        control_length: bool | None = None,
        rounds: int = 1000,
        confidence: float = 0.95,
        seed: int = 0,
    ) -> Ranking:
        """Rank the models by what a judge said of pairs; see `Comparison.ranking`.

        Parameters
        ----------
        by
            Which judge; not needed where there is one.
        control_length
            Whether to take out what length alone does; as was said to `judge` unless given.

        Raises
        ------
        JudgmentError
            If single answers were judged, if there are several judges and none was named, or there is no verdict.
        """
        from routebook.judging.figures.ranking import ranking

        hint = "these judges scored each answer by itself: judge with pairwise=True, or see run.quality()."
        name = said_by(self._pair_rows, by, what="pairs", hint=hint)[0].name
        by_length = self.control_length if control_length is None else control_length
        return ranking(self.answers, name, control_length=by_length, rounds=rounds, confidence=confidence, seed=seed)

    # ---- whether they can be trusted ---------------------------------------------------------------------------------

    @cached_property
    def canary_rows(self) -> tuple[CanaryRow, ...]:
        """What each judge made of its canaries."""
        return tuple(row for judging in self.judgings for row in canary_rows(judging))

    @property
    def canaries(self) -> pd.DataFrame:
        """What each judge made of its canaries, one row for each kind; see `routebook.judging.judges.canaries`."""
        return _frame(CanaryRow, self.canary_rows)

    @cached_property
    def position_rows(self) -> tuple[PositionRow, ...]:
        """How much each judge goes by the order of two answers."""
        return tuple(position_row(name, orders) for name, orders in self.orders.items()) if self.of_pairs else ()

    @property
    def position(self) -> pd.DataFrame:
        """How much each judge goes by the order of two answers; see `routebook.judging.judges.judge_bias`."""
        return _frame(PositionRow, self.position_rows)

    @cached_property
    def _pairs(self) -> dict[str, list[Pair]]:
        if self.of_pairs:
            rows = self._pair_rows
            return {j.name: pairs_of(row for row in rows if row.name == j.name) for j in self.judgings}
        scores = self._score_rows
        return {j.name: pairs_of_scores(row for row in scores if row.name == j.name) for j in self.judgings}

    @cached_property
    def length_rows(self) -> tuple[LengthRow, ...]:
        """How much each judge's verdicts go with length."""
        return tuple(length_row(name, pairs, self._lengths) for name, pairs in self._pairs.items())

    @property
    def length(self) -> pd.DataFrame:
        """How much each judge's verdicts go with length; see `routebook.judging.judges.judge_bias.LengthRow`."""
        return _frame(LengthRow, self.length_rows)

    @cached_property
    def vendor_rows(self) -> tuple[VendorRow, ...]:
        """For each judge of the same vendor as a judged model, how much more it gives to that than other judges do."""
        judges = {judging.name: judging.by for judging in self.judgings}
        return tuple(vendor_rows(judges, self._pairs, self.answers.models, scores=not self.of_pairs))

    @property
    def same_vendor(self) -> pd.DataFrame:
        """For each judge of the same vendor as a judged model; see `routebook.judging.judges.judge_bias.VendorRow`."""
        return _frame(VendorRow, self.vendor_rows)

    @cached_property
    def agreement(self) -> float:
        """How far the judges agree on what they were asked: Krippendorff's alpha, as in `Comparison.agreement`.

        1 is always, 0 as by chance. NaN of one judge alone.
        """
        if len(self.judgings) < 2:
            return nan
        from routebook.judging.figures.agreement import alpha_of

        if not self.of_pairs:
            return alpha_of(self._score_rows)
        return alpha_of(self._pair_rows)

    @cached_property
    def notes(self) -> tuple[str, ...]:
        """What the reader should know, one line each; the warnings first."""
        from routebook.judging.judges.judged_report import warnings_of

        return (*warnings_of(self), *self._notes)

    # ---- how it is shown ---------------------------------------------------------------------------------------------

    def __str__(self) -> str:
        from routebook.judging.judges.judged_report import report_of

        return str(report_of(self))

    def __repr__(self) -> str:
        by = ", ".join(judging.name for judging in self.judgings)
        return f"<Judged by {by}: {count(len(self.answers.models), 'model')}, {self.cost}>"

    def _repr_html_(self) -> str:
        from routebook.judging.judges.judged_report import report_of

        return report_of(self).html()


def _share_of(model: str, row: PairRow) -> float | None:
    if row.share_a is None:
        return None
    return row.share_a if model == row.model_a else 1 - row.share_a


def _frame(kind: Any, rows: Sequence[tuple[Any, ...]]) -> pd.DataFrame:
    """Return named tuples as a DataFrame whose columns have their types even where there are no rows."""
    import pandas as pd

    types = {float: "float64", int: "int64", bool: "bool", str: "str", Canary: "str"}
    columns = {name: types.get(given, "object") for name, given in get_type_hints(kind).items()}
    return pd.DataFrame(rows, columns=list(columns)).astype(columns)
