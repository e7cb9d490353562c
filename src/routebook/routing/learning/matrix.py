"""Outcomes as arrays: what learners fit and are measured on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from routebook.routing.conditions import Asked, HasKeyword
from routebook.routing.learning.words import Words

if TYPE_CHECKING:
    import pandas as pd

    from routebook.outcomes import Outcomes

Floats = NDArray[np.float64]


class Looked:
    """What is looked up of prompts when it is first asked for, once for them and all their parts.

    Parameters
    ----------
    texts
        What was asked.
    features
        Works out their features: see `Outcomes.features`.
    """

    def __init__(self, texts: Sequence[str], features: Callable[[], pd.DataFrame]) -> None:
        self._texts = texts
        self._features = features

    @cached_property
    def features(self) -> pd.DataFrame:
        """A row per prompt."""
        return self._features()

    @cached_property
    def words(self) -> Words:
        """The common words of these prompts."""
        return Words.of(self._texts)


@dataclass(frozen=True, eq=False)
class Matrix:
    """A row per prompt, a column per model.

    Attributes
    ----------
    ids
        (n,): the prompts' ids, in the table's order.
    texts, tags
        (n,): what was asked, and each prompt's tags as a tuple.
    models
        The models' names, in the order of the columns.
    quality, cost, latency
        (n, models): from 0 to 1, US dollars and seconds for one prompt; NaN is unknown.
    looked, rows
        What is looked up of the prompts that these are a part of, and which part they are.
    """

    ids: NDArray[np.object_]
    texts: NDArray[np.object_]
    tags: NDArray[np.object_]
    models: tuple[str, ...]
    quality: Floats
    cost: Floats
    latency: Floats
    looked: Looked
    rows: NDArray[np.intp]

    @classmethod
    def of(cls, outcomes: Outcomes) -> Matrix:
        """Take the arrays out of outcomes."""
        prompts = outcomes.prompts
        texts = _objects(prompts["prompt"])
        quality, cost, latency = (outcomes.wide(name).to_numpy() for name in ("quality", "cost_usd", "latency_s"))
        return cls(
            _objects(prompts.index),
            texts,
            _objects(prompts["tags"]),
            outcomes.models,
            quality,
            cost,
            latency,
            Looked(texts.tolist(), lambda: outcomes.features),
            np.arange(len(prompts)),
        )

    def take(self, rows: Any) -> Matrix:
        """Return some of the prompts, by their places or by a mask."""
        parts = ("ids", "texts", "tags", "quality", "cost", "latency", "rows")
        return replace(self, **{part: getattr(self, part)[rows] for part in parts})

    def only(self, models: Sequence[str]) -> Matrix:
        """Return some of the models, in the order wanted."""
        places = [self.models.index(model) for model in models]
        parts = ("quality", "cost", "latency")
        return replace(self, models=tuple(models), **{part: getattr(self, part)[:, places] for part in parts})

    @cached_property
    def features(self) -> pd.DataFrame:
        """A row per prompt: `Outcomes.features`."""
        return self.looked.features.iloc[self.rows]

    @cached_property
    def words(self) -> Words:
        """The common words of the prompts that these are a part of, and which of these have them."""
        return self.looked.words.take(self.rows)

    def has_word(self, word: str) -> Floats:
        """Tell which prompts have a word, in any case: 1 or 0."""
        if word in self.words.names:
            return self.words.has(word)
        asked = HasKeyword((word,))
        return np.array([asked.matches(Asked(text)) for text in self.texts], dtype=float)

    def __len__(self) -> int:
        return len(self.ids)


def _objects(values: Any) -> NDArray[np.object_]:
    return np.fromiter(values, dtype=object, count=len(values))
