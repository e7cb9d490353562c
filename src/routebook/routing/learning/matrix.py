"""Outcomes as arrays: what learners fit and are measured on."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from routebook.routing.learning.words import Words

if TYPE_CHECKING:
    import pandas as pd

    from routebook.outcomes import Outcomes

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Matrix:
    """A row per prompt, a column per model.

    Attributes
    ----------
    ids
        (n,): the prompts' ids, in the table's order.
    texts, tags
        (n,): what was asked, and each prompt's tags as a tuple.
    features
        A row per prompt: `Outcomes.features`.
    models
        The models' names, in the order of the columns.
    quality, cost, latency
        (n, models): from 0 to 1, US dollars and seconds for one prompt; NaN is unknown.
    """

    ids: NDArray[np.object_]
    texts: NDArray[np.object_]
    tags: NDArray[np.object_]
    features: pd.DataFrame
    models: tuple[str, ...]
    quality: Floats
    cost: Floats
    latency: Floats

    @classmethod
    def of(cls, outcomes: Outcomes) -> Matrix:
        """Take the arrays out of outcomes."""
        prompts = outcomes.prompts
        return cls(
            _objects(prompts.index),
            _objects(prompts["prompt"]),
            _objects(prompts["tags"]),
            outcomes.features,
            outcomes.models,
            *(outcomes.wide(name).to_numpy() for name in ("quality", "cost_usd", "latency_s")),
        )

    def take(self, rows: Any) -> Matrix:
        """Return some of the prompts, by their places or by a mask; its words are those of the whole."""
        made = Matrix(
            self.ids[rows],
            self.texts[rows],
            self.tags[rows],
            self.features.iloc[rows],
            self.models,
            self.quality[rows],
            self.cost[rows],
            self.latency[rows],
        )
        if "words" in self.__dict__:
            made.__dict__["words"] = self.words.take(rows)
        return made

    def only(self, models: Any) -> Matrix:
        """Return some of the models, by their places."""
        made = replace(
            self,
            models=tuple(self.models[place] for place in models),
            quality=self.quality[:, models],
            cost=self.cost[:, models],
            latency=self.latency[:, models],
        )
        if "words" in self.__dict__:
            made.__dict__["words"] = self.words
        return made

    @cached_property
    def words(self) -> Words:
        """The common words of the prompts; parts that are taken afterwards have them, too."""
        return Words.of(self.texts.tolist())

    def has_word(self, word: str) -> Floats:
        """Tell which prompts have a word, in any case: 1 or 0."""
        if word in self.words.names:
            return self.words.has(word)
        found = re.compile(rf"\b{re.escape(word)}\b", re.IGNORECASE)
        return np.array([found.search(text) is not None for text in self.texts], dtype=float)

    def __len__(self) -> int:
        return len(self.ids)


def _objects(values: Any) -> NDArray[np.object_]:
    return np.fromiter(values, dtype=object, count=len(values))
