"""Bradley-Terry strengths of a matrix of wins, and when there are none.

A model of strength s beats one of strength t with the chance 1 / (1 + exp(t - s)); a tie is half a win for each. The
likelihood has a maximum at finite strengths if, and only if, one gets from every model to every other along wins (L. R.
Ford, 1957, doi:10.1080/00029890.1957.11989117): `is_connected`. Where it has none, `corrected` adds a tie to every pair
that met, as Haldane and Anscombe do for odds (doi:10.1111/j.1469-1809.1955.tb01285.x).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import evalica
import numpy as np
import pandas as pd
from scipy.sparse.csgraph import connected_components

from routebook.errors import JudgmentError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Matrix = NDArray[np.float64]

TOLERANCE = 1e-9
_LARGEST_RESIDUAL = 1e-4


def fit(wins: Matrix, *, tolerance: float = TOLERANCE, limit: int = 100_000) -> NDArray[np.float64]:
    """Return the maximum-likelihood strengths: natural log-odds, with the mean zero. Evalica does the fitting.

    Parameters
    ----------
    wins
        (models, models): how often the row's model beat the column's; a tie is half in each. Must be connected.
    tolerance
        How little the scores, of geometric mean 1, may still change at the end.
    limit
        After how many rounds of fitting to give up.

    Raises
    ------
    JudgmentError
        If the fitting does not converge.

    Examples
    --------
    >>> a, b = fit(np.array([[0.0, 3.0], [1.0, 0.0]]))
    >>> round(float(np.exp(a - b)), 6)
    3.0
    """
    winners, losers = np.nonzero(wins)
    found = evalica.bradley_terry(
        pd.Index(winners),  # lists would be made into indexes again and again: half of the time
        pd.Index(losers),
        [evalica.Winner.X] * len(winners),
        index=pd.Index(np.arange(len(wins))),
        weights=wins[winners, losers].tolist(),
        tolerance=tolerance,
        limit=limit,
    )
    strengths: NDArray[np.float64] = np.empty(len(wins))
    strengths[found.scores.index.to_numpy()] = np.log(found.scores.to_numpy())
    # The maximum is where every model wins as often as is expected of it; small steps alone may be slow ones.
    met = wins + wins.T
    missed = wins.sum(axis=1) - (met * chances(strengths)).sum(axis=1)
    if not np.abs(missed).max() <= _LARGEST_RESIDUAL * max(1.0, met.sum(axis=1).max()):
        raise JudgmentError(f"The strengths did not settle in {found.iterations:,} rounds of fitting.")
    strengths -= strengths.mean()
    return strengths


def chances(strengths: NDArray[np.float64]) -> Matrix:
    """Return the chance of each row's model to beat each column's.

    >>> chances(np.log([3.0, 1.0])).round(2).tolist()
    [[0.5, 0.75], [0.25, 0.5]]
    """
    half_difference = (strengths[:, None] - strengths[None, :]) / 2
    return 0.5 + 0.5 * np.tanh(half_difference)


def is_connected(wins: Matrix) -> bool:
    """Tell whether there are finite strengths: one gets from every model to every other along wins.

    >>> is_connected(np.array([[0, 2], [1, 0]])), is_connected(np.array([[0, 2], [0, 0]]))
    (True, False)
    """
    return connected_components(wins > 0, directed=True, connection="strong")[0] == 1


def pieces(wins: Matrix) -> list[NDArray[np.intp]]:
    """Return the groups of models that met, if only through others: the largest first, of equals that with most votes.

    >>> wins = np.zeros((5, 5))
    >>> wins[0, 1] = wins[2, 4] = wins[4, 3] = 1
    >>> [group.tolist() for group in pieces(wins)]
    [[2, 3, 4], [0, 1]]
    """
    number, group_of = connected_components(wins > 0, directed=False)
    groups = [np.flatnonzero(group_of == each) for each in range(number)]
    return sorted(groups, key=lambda group: (-len(group), -float(wins[group].sum()), int(group[0])))


def corrected(wins: Matrix, met: NDArray[np.bool_]) -> Matrix:
    """Return the wins with one tie more for every pair that met: half a win for each.

    Parameters
    ----------
    wins
        As in `fit`.
    met
        (models, models), symmetric: which pairs met.
    """
    made: Matrix = wins + 0.5 * met
    return made
