"""What a tree may ask of a prompt besides the tag it counts as: features, words and further tags.

Each is a column of numbers and a condition.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import floor, inf, isfinite
from typing import TYPE_CHECKING, Protocol, TypeAlias

import numpy as np

from routebook.routing.conditions import Condition, FeatureIs, HasKeyword, Not, TagIs

if TYPE_CHECKING:
    from routebook.routing.learning.matrix import Floats, Matrix

_MOST_WORDS = 24
_MOST_TAGS = 24
_MOST_VALUES = 6  # of a feature that is a text, such as a language
_LEAST_SHARE = 0.02  # of the prompts, for a word or a value to be asked for
_CLEAR = 3.0  # standard errors, for a word to be asked for

Bounds: TypeAlias = tuple[float, float]
"""What an answer is above, and at most."""


class Column(Protocol):
    """One question that a tree may ask, with a number as its answer."""

    def values(self, matrix: Matrix) -> Floats:
        """Answer it for each prompt."""

    def condition(self, bounds: Bounds) -> Condition:
        """Say that the answer is above the first of the bounds and at most the second, one of which is finite."""


@dataclass(frozen=True, slots=True)
class Count:
    """A feature that is a whole number."""

    name: str

    def values(self, matrix: Matrix) -> Floats:
        """Answer it for each prompt."""
        return matrix.features[self.name].to_numpy(dtype=float)

    def condition(self, bounds: Bounds) -> Condition:
        """Say it in whole numbers.

        >>> Count("words").condition((12.5, inf)).sentence()
        'it has at least 13 words'
        """
        low, high = bounds
        return FeatureIs(
            self.name,
            at_least=floor(low) + 1 if isfinite(low) else None,
            at_most=floor(high) if isfinite(high) else None,
        )


@dataclass(frozen=True, slots=True)
class YesOrNo:
    """A feature that holds or does not."""

    name: str

    def values(self, matrix: Matrix) -> Floats:
        """Answer it for each prompt: 1 or 0."""
        return matrix.features[self.name].to_numpy(dtype=float)

    def condition(self, bounds: Bounds) -> Condition:
        """Say whether it holds."""
        return FeatureIs(self.name, equals=bounds[1] == inf)


@dataclass(frozen=True, slots=True)
class Value:
    """A feature that is a text, and one of its values."""

    name: str
    value: str

    def values(self, matrix: Matrix) -> Floats:
        """Answer it for each prompt: 1 or 0."""
        return (matrix.features[self.name] == self.value).to_numpy().astype(float)

    def condition(self, bounds: Bounds) -> Condition:
        """Say whether it is this value."""
        asked = FeatureIs(self.name, equals=self.value)
        return asked if bounds[1] == inf else Not(asked)


@dataclass(frozen=True, slots=True)
class Word:
    """A word that a prompt has or not."""

    word: str

    def values(self, matrix: Matrix) -> Floats:
        """Answer it for each prompt: 1 or 0."""
        return matrix.has_word(self.word)

    def condition(self, bounds: Bounds) -> Condition:
        """Say whether it has the word."""
        asked = HasKeyword((self.word,))
        return asked if bounds[1] == inf else Not(asked)


@dataclass(frozen=True, slots=True)
class HasTag:
    """A tag that a prompt has, perhaps among others, or not."""

    tag: str

    def values(self, matrix: Matrix) -> Floats:
        """Answer it for each prompt: 1 or 0."""
        return np.array([self.tag in own for own in matrix.tags], dtype=float)

    def condition(self, bounds: Bounds) -> Condition:
        """Say whether it has the tag."""
        asked = TagIs(self.tag)
        return asked if bounds[1] == inf else Not(asked)


def has_tag_columns(matrix: Matrix, tags: Sequence[str]) -> list[Column]:
    """Return a column for each tag of 2 % of the prompts or more, the commonest 24, where prompts have several tags."""
    if all(len(own) < 2 for own in matrix.tags):
        return []
    counts = Counter(tag for own in matrix.tags for tag in own)
    common = [tag for tag in tags if _LEAST_SHARE * len(matrix) <= counts[tag] < len(matrix)]
    return [HasTag(tag) for tag in sorted(common, key=lambda tag: (-counts[tag], tag))[:_MOST_TAGS]]


def feature_columns(matrix: Matrix) -> list[Column]:
    """Return a column for each feature in which these prompts differ, in the features' order."""
    made: list[Column] = []
    for name, values in matrix.features.items():
        if values.dtype == bool:
            made += [YesOrNo(str(name))] if values.nunique() > 1 else []
        elif values.dtype.kind in "iuf":
            made += [Count(str(name))] if values.nunique() > 1 else []
        else:
            shares = values.value_counts(normalize=True)
            common = shares[(shares >= _LEAST_SHARE) & (shares < 1)].index[:_MOST_VALUES]
            made += [Value(str(name), str(value)) for value in sorted(common, key=str)]
    return made


def word_columns(matrix: Matrix, worth: Floats) -> list[Column]:
    """Return a column for each word whose prompts clearly differ from the others in what models are worth there.

    Of the words that 2 % to 98 % of the prompts have, those with a difference of more than 3 standard errors for any
    model, at most 24, the clearest first. Which of them are worth a rule is for the tree and for other prompts to say.
    """
    words, size = matrix.words, len(matrix)
    has = words.counts()
    some = np.flatnonzero((has >= _LEAST_SHARE * size) & (has <= (1 - _LEAST_SHARE) * size))
    if not len(some):
        return []
    number = has[some, None]
    with_it, total = np.asarray(words.table.T[some] @ worth), worth.sum(axis=0)
    difference = with_it / number - (total - with_it) / (size - number)
    error = worth.std(axis=0) * np.sqrt(1 / number + 1 / (size - number))
    clear = np.max(np.abs(difference) / np.where(error > 0, error, np.inf), axis=1)
    order = sorted(np.flatnonzero(clear > _CLEAR), key=lambda place: (-clear[place], words.names[some[place]]))
    return [Word(words.names[some[place]]) for place in order[:_MOST_WORDS]]
