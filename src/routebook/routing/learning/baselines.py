"""What learned rules are held against: strategies that take no learning, or that nobody can read.

Each is fitted on some prompts and says of others how good it expects every model to be; `Strategy` turns that into
choices, the same way for all. Here are those that need no text; `text_baselines` has the others. Qualities that are
unknown are left out, model by model; a model of which none is known is never chosen.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from routebook.routing.learning.shrinkage import shrunk
from routebook.routing.learning.tagged import Tags

if TYPE_CHECKING:
    from routebook.routing.learning.matrix import Matrix

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Fitted:
    """A fitted baseline.

    Attributes
    ----------
    predict_quality
        Says of other prompts how good each model is expected to be, (prompts, models); NaN of a model nothing is known
        of.
    note
        What the reader should know of the fit, or empty.
    """

    predict_quality: Callable[[Matrix], Floats]
    note: str = ""


class Baseline(Protocol):
    """A strategy that can be fitted."""

    @property
    def name(self) -> str:
        """What it is called in tables."""

    def fit(self, train: Matrix) -> Fitted:
        """Learn from what each model got on some prompts."""


@dataclass(frozen=True, slots=True)
class Overall:
    """Every model's mean quality, the same for all prompts: what choosing a single model goes by."""

    name: str = "best single"

    def fit(self, train: Matrix) -> Fitted:
        """Take the means."""
        means = overall(train.quality)
        return Fitted(lambda test: np.tile(means, (len(test), 1)))


@dataclass(frozen=True, slots=True)
class TagTable:
    """Every model's mean quality for each tag, drawn towards its mean over all prompts.

    What is drawn is the difference between a model and the others, by `shrinkage.shrunk`, apart from how hard the tag
    is for all of them. Where tags tell nothing, all have the same row. Of a prompt with several tags the rarest counts.
    """

    name: str = "tag table"

    def fit(self, train: Matrix) -> Fitted:
        """Make the table."""
        tags, mean = Tags(train.tags), overall(train.quality)
        above = train.quality - mean  # how much better than usual a model was
        level = row_means(above)[:, None]
        parts = (level, above - level)  # how much so all of them were, and how much more so this one
        shifts = sum(shrunk(part, tags.of(train.tags), len(tags))[0] for part in parts)
        table = mean + shifts
        return Fitted(lambda test: table[tags.of(test.tags)])


def overall(quality: Floats) -> Floats:
    """Return each model's mean over the prompts of which it is known; NaN where there are none.

    >>> overall(np.array([[1.0, np.nan], [0.0, np.nan]])).tolist()
    [0.5, nan]
    """
    known = (~np.isnan(quality)).sum(axis=0)
    return np.where(known > 0, np.nansum(quality, axis=0) / np.maximum(known, 1), np.nan)


def row_means(values: Floats) -> Floats:
    """Return each prompt's mean over the models that are known of it; NaN where none is."""
    known = (~np.isnan(values)).sum(axis=1)
    return np.where(known > 0, np.nansum(values, axis=1) / np.maximum(known, 1), np.nan)
