"""Anyone's votes, or a run's words on pairs, as arrays: who met whom, what the first got, and on which prompt.

Models stand in the order of their names and a pair's first model is the first of the two by name, so that nothing
worked out from here depends on the order of rows or of sides.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from routebook.errors import JudgmentError, PromptError, did_you_mean
from routebook.lookup import either
from routebook.tables import is_missing, rows_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

COLUMNS = ("prompt_id", "model_a", "model_b", "winner")
_SHARE = {"a": 1.0, "b": 0.0, "tie": 0.5, "both_bad": 0.5}


@dataclass(frozen=True, slots=True)
class Comparisons:
    """Words on pairs of models; arrays are of the length of the comparisons.

    Attributes
    ----------
    models
        Every model, by name.
    first, second
        Places in `models`; the first is less than the second.
    share
        What the first gets of the pair: 1 won, 0.5 a tie, 0 lost, or a half-verdict between.
    prompt
        Which prompt, as a number from 0.
    gap
        How much longer the first's answer is, (a - b) / (a + b) in characters, where lengths are to be controlled
        for; else zeros.
    """

    models: tuple[str, ...]
    first: NDArray[np.intp]
    second: NDArray[np.intp]
    share: NDArray[np.float64]
    prompt: NDArray[np.intp]
    gap: NDArray[np.float64]

    @property
    def prompts(self) -> int:
        """How many prompts there are."""
        return int(self.prompt.max()) + 1 if len(self.prompt) else 0

    def wins(self) -> NDArray[np.float64]:
        """Return how often each row's model beat each column's, a tie being half a win for each."""
        size = len(self.models)
        wins = np.zeros(size * size)
        wins += np.bincount(self.first * size + self.second, self.share, size * size)
        wins += np.bincount(self.second * size + self.first, 1 - self.share, size * size)
        return wins.reshape(size, size)

    def among(self, models: NDArray[np.intp]) -> Comparisons:
        """Return those of these models only (places in `models`, ascending)."""
        kept = np.isin(self.first, models) & np.isin(self.second, models)
        prompts = np.unique(self.prompt[kept], return_inverse=True)[1]
        return Comparisons(
            tuple(self.models[place] for place in models),
            np.searchsorted(models, self.first[kept]),
            np.searchsorted(models, self.second[kept]),
            self.share[kept],
            prompts,
            self.gap[kept],
        )

    def best_first(self) -> tuple[Comparisons, NDArray[np.intp]]:
        """Return the same with models by how much they won, so that nothing hangs on their names; and their places."""
        wins = self.wins()
        number = (wins + wins.T).sum(axis=1)
        order = np.lexsort((-number, -(wins.sum(axis=1) / np.maximum(number, 1)).round(9)))
        place = np.argsort(order)
        names = tuple(self.models[at] for at in order)
        return _ordered(names, place[self.first], place[self.second], self.share, self.prompt, self.gap), order


def comparisons(
    model_a: Sequence[str],
    model_b: Sequence[str],
    share_a: Sequence[float],
    prompts: Sequence[str],
    lengths: Sequence[Sequence[int]] | None = None,
) -> Comparisons:
    """Return the words on pairs as arrays; `lengths` are those of the two answers, in characters."""
    names, places = np.unique(np.array([*model_a, *model_b], dtype=object), return_inverse=True)
    length = np.array(lengths if lengths is not None else [(0, 0)] * len(share_a), dtype=float).reshape(-1, 2)
    total = length.sum(axis=1)
    gap = np.divide(length[:, 0] - length[:, 1], total, out=np.zeros(len(total)), where=total > 0)
    prompt = np.unique(np.array(prompts, dtype=object), return_inverse=True)[1]
    a, b = np.split(places, 2)
    return _ordered(tuple(names), a, b, np.array(share_a, dtype=float), prompt, gap)


def _ordered(models: tuple[str, ...], a: Any, b: Any, share: Any, prompt: Any, gap: Any) -> Comparisons:
    swapped = a > b
    return Comparisons(
        models,
        np.where(swapped, b, a),
        np.where(swapped, a, b),
        np.where(swapped, 1 - share, share),
        prompt,
        np.where(swapped, -gap, gap),
    )


def read_votes(votes: Any) -> Comparisons:
    """Read anyone's votes; see `routebook.judging.figures.ranking.rank`.

    Raises
    ------
    JudgmentError
        If a column is missing, or a row is no vote; the text says which row and which column.
    """
    frame = _frame(votes)
    if "kind" in frame.columns:
        frame = frame[(frame["kind"] != "rating").to_numpy(dtype=bool, na_value=True)]
    if frame.empty:
        raise JudgmentError(f"There are no votes to rank: each is a row with {', '.join(COLUMNS)}.")
    codes, winners = _coded(frame, "winner")
    for place, winner in enumerate(winners):
        if not isinstance(winner, str) or winner not in _SHARE:
            near = did_you_mean(winner.lower(), _SHARE) if isinstance(winner, str) else ""
            _refuse(frame, codes == place, "winner", f"{{}} is not {either([repr(w) for w in _SHARE])}.{near}")
    share = np.array([_SHARE[winner] for winner in winners])[codes]
    a, names_a = _models(frame, "model_a")
    b, names_b = _models(frame, "model_b")
    models = sorted({*names_a, *names_b})
    number = {model: place for place, model in enumerate(models)}
    a = np.array([number[name] for name in names_a])[a]
    b = np.array([number[name] for name in names_b])[b]
    _refuse(frame, a == b, "model_b", "{} is the model of 'model_a' as well: a pair is of two.")
    return _ordered(tuple(models), a, b, share, _prompts(frame), np.zeros(len(share)))


def _frame(votes: Any) -> pd.DataFrame:
    try:
        if isinstance(votes, pd.DataFrame) and not votes.columns.has_duplicates:
            frame = votes
        else:
            labels_and_rows = list(rows_of(votes))
            frame = pd.DataFrame(
                [row for _, row in labels_and_rows], index=pd.Index([label for label, _ in labels_and_rows])
            )
    except PromptError as error:
        raise JudgmentError(f"Votes cannot be read: {error}") from error
    columns = [str(column) for column in frame.columns]
    for name in COLUMNS if columns else ():
        if name not in columns:
            near = did_you_mean(name, columns) or f" There are {', '.join(columns[:12])}."
            raise JudgmentError(f"Votes need the column {name!r}.{near}")
    return frame


def _coded(frame: pd.DataFrame, column: str) -> tuple[NDArray[np.intp], list[Any]]:
    try:
        codes, values = pd.factorize(frame[column])
    except TypeError:  # a list in a cell
        for label, value in frame[column].items():
            if isinstance(value, (list, set, bytearray, Mapping)):
                raise JudgmentError(f"Row {label}, column {column!r}: {value!r:.60} is no single value.") from None
        raise
    _refuse(frame, codes < 0, column, "it is {}.")
    return codes, list(values)


def _models(frame: pd.DataFrame, column: str) -> tuple[NDArray[np.intp], list[str]]:
    codes, names = _coded(frame, column)
    for place, name in enumerate(names):
        if not isinstance(name, str) or not name.strip():
            _refuse(frame, codes == place, column, "{} is not a model's name.")
    return codes, names


def _prompts(frame: pd.DataFrame) -> NDArray[np.intp]:
    """Return which prompt each row is about, as a number; 0 for all where none says."""
    column = frame["prompt_id"]
    if column.isna().all():
        return np.zeros(len(frame), dtype=np.intp)
    return _coded(frame, "prompt_id")[0]


def _refuse(frame: pd.DataFrame, wrong: NDArray[np.bool_], column: str, why: str) -> None:
    """Raise if a row is wrong, and say which is the first of them."""
    if wrong.any():
        place = int(np.argmax(wrong))
        value = frame[column].iloc[place]
        value = value.item() if isinstance(value, np.generic) else value
        shown = "empty" if is_missing(value) else f"{value!r:.60}"
        raise JudgmentError(f"Row {frame.index[place]}, column {column!r}: {why.format(shown)}")
