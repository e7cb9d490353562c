"""Means of many small groups, drawn toward the mean of all by how little each group tells.

The best of many small groups looks better than it is (the winner's curse). An empirical Bayes estimate (Efron and
Morris 1975, doi:10.1080/01621459.1975.10479864) takes that back: of a group of n prompts the part n / (n + s² / t²) of
its difference from all is kept, where s² is the variance within the groups and t² that between their true means,
estimated by the method of moments (DerSimonian and Laird 1986, doi:10.1016/0197-2456(86)90046-2).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


def shrunk(values: Floats, group: NDArray[np.intp], groups: int) -> tuple[Floats, Floats]:
    """Return the mean of each group, shrunk, and the mean of all, for each column.

    Parameters
    ----------
    values
        (n, columns); NaN is unknown.
    group
        (n,): each row's group, from 0.
    groups
        How many groups there are; one without rows has the mean of all.

    Returns
    -------
    tuple of numpy.ndarray
        (groups, columns) and (columns,); 0 for a column of which nothing is known.

    Examples
    --------
    >>> values = np.array([[1.0], [0.0], [1.0], [1.0], [0.0], [0.0]])
    >>> means, overall = shrunk(values, np.array([0, 1, 0, 0, 1, 1]), 3)
    >>> means.ravel().round(2).tolist(), float(overall[0])
    ([1.0, 0.0, 0.5], 0.5)
    >>> alike = np.tile([[1.0], [0.0]], (40, 1))
    >>> shrunk(alike, np.repeat([0, 1, 2, 3], 20), 4)[0].round(2).ravel().tolist()
    [0.5, 0.5, 0.5, 0.5]
    """
    known = ~np.isnan(values)
    filled = np.where(known, values, 0.0)
    count, total, squares = (_by_group(one, group, groups) for one in (known.astype(float), filled, filled**2))
    everything = np.maximum(count.sum(axis=0), 1)
    overall = total.sum(axis=0) / everything
    mean = np.where(count > 0, total / np.maximum(count, 1), overall)
    some = (count > 0).sum(axis=0)
    inside = np.maximum(squares - count * np.where(count > 0, mean, 0.0) ** 2, 0).sum(axis=0)
    within = inside / np.maximum(everything - some, 1)
    spread = (count * (mean - overall) ** 2).sum(axis=0)
    scale = everything - (count**2).sum(axis=0) / everything
    between = np.maximum(spread - (some - 1) * within, 0) / np.where(scale > 0, scale, 1)
    noise = within / np.maximum(count, 1)
    kept = np.divide(between, between + noise, out=np.zeros_like(mean), where=(between > 0) & (count > 0))
    return overall + kept * (mean - overall), overall


def _by_group(values: Floats, group: NDArray[np.intp], groups: int) -> Floats:
    return np.column_stack([np.bincount(group, column, groups) for column in values.T])
