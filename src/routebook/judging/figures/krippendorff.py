"""Krippendorff's alpha: how far raters agree, beyond what chance would give; 1 always, 0 as by chance, less if against.

Alpha is 1 - D_o / D_e, the disagreement observed within units over that expected if all words were dealt out anew (K.
Krippendorff, Content Analysis, 4th ed., 2018, chapter 12, doi:10.4135/9781071878781). Any number of raters, with gaps.
With words as points (numbers as they are, names as the corners of a simplex) both are squared distances, and so need
only each unit's number of words, sum and sum of squares: a bootstrap round is one product of matrices. Units are what
is drawn, not single disagreements, whose interval is too narrow (A. Zapf and others, 2016,
doi:10.1186/s12874-016-0200-9).
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from math import nan
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

Distance = Literal["nominal", "interval"]


def alpha(units: Sequence[Sequence[Hashable]], distance: Distance = "nominal") -> float:
    """Return Krippendorff's alpha; NaN where no unit has two words, or all words are the same.

    Parameters
    ----------
    units
        What the raters said of each unit, one word each, in any order; who said nothing is left out.
    distance
        ``nominal``: words are the same or they are not; ``interval``: words are numbers.

    Examples
    --------
    >>> round(alpha([["a", "a"], ["b", "b"], ["a", "b"]]), 3)
    0.444
    >>> alpha([["a", "a"], ["a", "a"]])
    nan
    """
    sums = _sums(units, distance)
    return nan if sums is None else float(_alpha(sums.sum(axis=0)))


def alpha_interval(
    units: Sequence[Sequence[Hashable]],
    prompts: Sequence[Hashable],
    distance: Distance = "nominal",
    *,
    rounds: int = 1000,
    confidence: float = 0.95,
    seed: int = 0,
) -> tuple[float, float]:
    """Return the bootstrap percentile interval of alpha; NaN where it is not known.

    Parameters
    ----------
    units, distance
        As in `alpha`.
    prompts
        Which prompt each unit is about: units of one prompt are drawn together, unless there is only one prompt.

    Notes
    -----
    It is not known where alpha is not, nor where no draw differs from another, as when all agree on everything: that
    says how few units there are, not how sure one may be.
    """
    import numpy as np

    from routebook.judging.figures.resampling import percentile_interval

    kept = [(unit, prompt) for unit, prompt in zip(units, prompts, strict=True) if len(unit) > 1]
    sums = _sums([unit for unit, _ in kept], distance)
    if sums is None:
        return nan, nan
    places = {prompt: place for place, prompt in enumerate(dict.fromkeys(prompt for _, prompt in kept))}
    if len(places) > 1:
        of_prompt = np.zeros((len(places), sums.shape[1]))
        np.add.at(of_prompt, [places[prompt] for _, prompt in kept], sums)
        sums = of_prompt
    folded, times = np.unique(sums, axis=0, return_counts=True)
    drawn = np.random.default_rng(seed).multinomial(len(sums), times / len(sums), size=rounds)
    found = _alpha(drawn @ folded)
    found = found[~np.isnan(found)]
    if not len(found) or np.ptp(found) < 1e-12:
        return nan, nan
    low, high = percentile_interval(found, confidence, drawn=len(sums))
    return float(low), float(high)


def _sums(units: Sequence[Sequence[Hashable]], distance: Distance) -> Floats | None:
    """Return, for each unit with two words or more: its disagreement, number of words, sum of squares, and sums."""
    import numpy as np

    compared = [unit for unit in units if len(unit) > 1]
    if not compared:
        return None
    number = np.array([len(unit) for unit in compared])
    unit_of = np.repeat(np.arange(len(compared)), number)
    words = [word for unit in compared for word in unit]
    if distance == "interval":
        points = np.array(words, dtype=float)[:, None]
        points -= points.mean()  # squares of what is far from zero would lose digits
    else:
        place = {word: column for column, word in enumerate(dict.fromkeys(words))}
        points = np.zeros((len(words), len(place)))
        points[np.arange(len(words)), [place[word] for word in words]] = 1
    total = np.zeros((len(compared), points.shape[1]))
    np.add.at(total, unit_of, points)
    squares = np.bincount(unit_of, (points**2).sum(axis=1))
    apart = 2 * (number * squares - (total**2).sum(axis=1)) / (number - 1)
    return np.column_stack([apart, number, squares, total])


def _alpha(sums: Floats) -> Floats:
    """Return alpha of sums over units, whose last axis is that of `_sums`."""
    import numpy as np

    apart, number, squares, total = sums[..., 0], sums[..., 1], sums[..., 2], sums[..., 3:]
    expected = 2 * (number * squares - (total**2).sum(axis=-1)) / (number - 1)
    known = expected > 1e-12 * np.maximum(1.0, number * squares)
    found: Floats = 1 - np.divide(apart, expected, out=np.full(np.shape(apart), np.nan), where=known)
    return found
