"""How good each model's answers are: as the user says, or by what checks, judges and people said of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from routebook.errors import JudgmentError, OptionError
from routebook.judging.figures.quality import quality_of
from routebook.judging.tables import PairRow, ScoreRow, pair_rows, said_by, score_rows
from routebook.lookup import either, find_model
from routebook.tables import as_share, is_table, rows_of

if TYPE_CHECKING:
    from routebook.comparison import Comparison
    from routebook.judging.figures.quality import Quality

HINT = "check, judge or vote on this run's answers first."


@dataclass(frozen=True, slots=True)
class Good:
    """How good one model's answers are.

    Attributes
    ----------
    value
        From 0 to 1.
    low, high
        The ends of its interval, where one is known.
    judged
        How many answers, or pairs, were judged, where that is known.
    """

    value: float
    low: float | None = None
    high: float | None = None
    judged: int | None = None


def quality_given(given: Any, models: Sequence[str]) -> dict[str, Good]:
    """Read what the user says of the models' quality; a model of which nothing is said is left out.

    Parameters
    ----------
    given
        A mapping (or pandas Series) of models to numbers from 0 to 1, or a table with the columns ``model`` and
        ``quality``, and ``low`` and ``high`` where there is an interval. Models may be named as in `Comparison.text`.
    models
        The run's.

    Raises
    ------
    OptionError
        If it is none of these, or a number is not from 0 to 1.
    ModelError
        If the run has no such model.
    """
    if not is_table(given) and hasattr(given, "items"):
        rows: list[Mapping[str, object]] = [{"model": name, "quality": value} for name, value in given.items()]
    elif isinstance(given, (str, bytes)) or not isinstance(given, Iterable):
        raise OptionError(f"quality takes models with numbers from 0 to 1, not {type(given).__name__}.")
    else:
        rows = [row for _, row in rows_of(given)]
    found: dict[str, Good] = {}
    for row in rows:
        if "model" not in row or "quality" not in row:
            raise OptionError("quality needs the columns 'model' and 'quality', and may have 'low' and 'high'.")
        model = find_model(models, str(row["model"]))
        if model in found:
            raise OptionError(f"quality has {model} twice.")
        value = _share(row["quality"], model)
        if value is not None:
            low, high = (_share(row.get(end), model) for end in ("low", "high"))
            if (low is not None and low > value) or (high is not None and high < value):
                raise OptionError(f"The interval of {model} does not hold its quality.")
            found[model] = Good(value, low, high)
    return found


def _share(value: Any, model: str) -> float | None:
    try:
        return as_share(value)
    except ValueError:
        raise OptionError(f"The quality of {model} must be a number from 0 to 1, not {value!r}.") from None


@dataclass(frozen=True, slots=True)
class Judged:
    """How good the models are by one name: a check, a judge, or people.

    Attributes
    ----------
    report
        The figures.
    name
        Whose.
    pairs
        Whether they are shares of pairs won, and not scores of single answers.
    """

    report: Quality
    name: str
    pairs: bool

    @property
    def by_model(self) -> dict[str, Good]:
        """The models of which something is known."""
        rows: Any = self.report.frame.itertuples(index=False)
        return {row.model: Good(row.quality, row.low, row.high, row.n) for row in rows if row.n}

    @property
    def axis(self) -> str:
        """The title of the axis that shows it."""
        return f"share of pairs won, by {self.name}" if self.pairs else f"quality from 0 to 1, by {self.name}"

    @property
    def note(self) -> str:
        """What the interval is."""
        what = (
            "share of pairs won, ties as half, each prompt counting the same"
            if self.pairs
            else "mean score over prompts"
        )
        return f"Lines: 95 % interval of the {what}; n {'pairs' if self.pairs else 'answers'} judged."


def judged(comparison: Comparison, by: str | None = None) -> Judged:
    """Return how good the models are by `by`; where it judged pairs as well as single answers, by the pairs.

    Raises
    ------
    JudgmentError
        If nothing was judged, or nothing by that name, or there are several names and none was given.
    """
    pairs, scores = pair_rows(comparison), score_rows(comparison)
    names = dict.fromkeys([*(row.name for row in pairs), *(row.name for row in scores)])
    if by is None and len(names) > 1:
        raise JudgmentError(f"Say whose word on quality is meant: by={either([repr(name) for name in names])}.")
    known = {row.name for row in pairs} | {row.by for row in pairs}
    if (by in known) if by is not None else pairs:
        found = said_by(pairs, by, what="pairs", hint=HINT)
        return Judged(quality_of(comparison, shares(found)), by or found[0].name, pairs=True)
    rows = said_by(scores, by, what="scores", hint=HINT)
    return Judged(quality_of(comparison, rows), by or rows[0].name, pairs=False)


def shares(rows: Sequence[PairRow]) -> list[ScoreRow]:
    """Return what each model got of each pair as a score of its answer.

    Answers to one prompt are a cluster, and its votes count as one prompt. Where there is but one prompt, nothing can
    be said of others, and each vote counts by itself.
    """
    one = len({row.prompt_id for row in rows}) == 1
    made = []
    for number, row in enumerate(rows):
        about = (f"{row.prompt_id} {number}" if one else row.prompt_id, number)  # each pair is a word of its own
        for model, share in (
            (row.model_a, row.share_a),
            (row.model_b, None if row.share_a is None else 1 - row.share_a),
        ):
            made.append(ScoreRow(*about, model, row.name, row.source, row.by, share, row.error, row.note))
    return made
