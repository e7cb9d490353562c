"""How good each model's answers are: as the user says, or as people voted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any

from routebook.errors import OptionError
from routebook.lookup import find_model
from routebook.tables import is_missing, is_table, rows_of
from routebook.votes import Vote

_Z95 = 1.959963984540054  # the normal quantile of 97.5 %


@dataclass(frozen=True, slots=True)
class Quality:
    """How good one model's answers are.

    Attributes
    ----------
    value
        From 0 to 1.
    low, high
        The ends of its interval, where one is known.
    pairs
        Of votes: over how many pairs.
    """

    value: float
    low: float | None = None
    high: float | None = None
    pairs: int | None = None


def quality_given(given: Any, models: Sequence[str]) -> dict[str, Quality]:
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
    found: dict[str, Quality] = {}
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
            found[model] = Quality(value, low, high)
    return found


def _share(value: Any, model: str) -> float | None:
    if is_missing(value):
        return None
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = -1.0
    if not 0 <= number <= 1:
        raise OptionError(f"The quality of {model} must be a number from 0 to 1, not {value!r}.")
    return number


def quality_voted(standing: Iterable[Vote], models: Sequence[str]) -> dict[str, Quality]:
    """Return the share of its pairs that each model won by the votes that stand, ties and both bad as half.

    The interval is Wilson's for 95 % (doi:10.1080/01621459.1927.10502953), with a tie as half a success.

    >>> quality_voted([], ["sim/small"])
    {}
    """
    won: dict[str, float] = {}
    pairs: dict[str, int] = {}
    for vote in standing:
        if vote.kind != "pair" or vote.model_a is None or vote.model_b is None:
            continue
        for model, letter in ((vote.model_a, "a"), (vote.model_b, "b")):
            pairs[model] = pairs.get(model, 0) + 1
            won[model] = won.get(model, 0.0) + (0.5 if vote.winner in ("tie", "both_bad") else vote.winner == letter)
    return {
        model: Quality(won[model] / pairs[model], *wilson(won[model], pairs[model]), pairs[model])
        for model in models
        if model in pairs
    }


def wilson(successes: float, trials: int) -> tuple[float, float]:
    """Return Wilson's 95 % interval of a share.

    >>> [round(end, 3) for end in wilson(8, 10)]
    [0.49, 0.943]
    """
    share, z2 = successes / trials, _Z95**2
    middle = (share + z2 / (2 * trials)) / (1 + z2 / trials)
    half = _Z95 / (1 + z2 / trials) * sqrt(share * (1 - share) / trials + z2 / (4 * trials**2))
    return max(0.0, middle - half), min(1.0, middle + half)
