"""Which prompts have which word: looked up once, and then counted on any part of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from unicodedata import is_normalized

import numpy as np

if TYPE_CHECKING:
    from routebook.routing.learning.matrix import Floats

RARE = 0.01
"""A word of a smaller share of the prompts than this, or of all but it, is not looked up."""
_MOST = 4_000
_WORD = r"(?u)\b\w\w{1,38}\b"


@dataclass(frozen=True, eq=False)
class Words:
    """The common words of some prompts: a sparse table (n, words) of 1 where a prompt has a word, by columns."""

    names: tuple[str, ...]
    table: Any

    @classmethod
    def of(cls, texts: Sequence[str]) -> Words:
        """Look the words up: whole ones, in any case, as ``{keyword: [...]}`` does, and only such as it may ask for.

        >>> made = Words.of(["Sum it up", "sum of two", "a summary"])
        >>> dict(zip(made.names, made.table.toarray().T.tolist()))["sum"]
        [1.0, 1.0, 0.0]
        """
        from scipy.sparse import csc_array
        from sklearn.feature_extraction.text import CountVectorizer

        reader = CountVectorizer(
            binary=True, token_pattern=_WORD, min_df=max(1, int(RARE * len(texts))), max_df=1 - RARE, max_features=_MOST
        )
        try:
            table = reader.fit_transform(texts)
        except ValueError:  # scikit-learn's way to say that no word is left
            return cls((), csc_array((len(texts), 0)))
        names = [str(name) for name in reader.get_feature_names_out()]
        askable = [place for place, name in enumerate(names) if is_normalized("NFC", name)]
        return cls(tuple(names[place] for place in askable), csc_array(table, dtype=float)[:, askable])

    def take(self, rows: Any) -> Words:
        """Return the part of some prompts."""
        return Words(self.names, self.table[rows])

    def has(self, name: str) -> Floats:
        """Tell which prompts have a word: 1 or 0."""
        column: Floats = self.table[:, [self.names.index(name)]].toarray().ravel()
        return column

    def counts(self) -> Floats:
        """Return how many prompts have each word."""
        return np.asarray(self.table.sum(axis=0)).ravel()
