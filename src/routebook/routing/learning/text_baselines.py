"""Two strategies that read the prompt and that nobody can read: ridge regression on its words, and its neighbours.

What is to be predicted is which model is better, and not how hard a prompt is: the settings of both, the strength of
ridge's penalty and the number of neighbours, are picked by how well they predict the differences between models on a
fifth of the training prompts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from routebook.lookup import count
from routebook.routing.learning.baselines import Fitted, overall, row_means

if TYPE_CHECKING:
    from routebook.routing.learning.matrix import Matrix

Floats = NDArray[np.float64]
Places = NDArray[np.intp]

MOST_PROMPTS = 10_000
"""Of more training prompts these baselines are fitted on so many, drawn at random."""

_MOST_CHARACTERS = 2_000
_MOST_TERMS = 20_000
_DIMENSIONS = 100
_MOST_ROTATED = 4_000
_AT_ONCE = 2_000
NEIGHBOURS = (5, 10, 20, 40, 80, 160, 320)
PENALTIES = (1.0, 3.0, 10.0, 30.0, 100.0)


@dataclass(slots=True)
class Reader:
    """Reads prompts: their words and pairs of neighbouring words, weighted by TF-IDF; the first 2,000 letters of each.

    What it read last it remembers, so that several baselines can share one.

    Attributes
    ----------
    seed
        By which training prompts are drawn where they are more than 10,000.
    """

    seed: int = 0
    _last: Reading | None = None

    def learn(self, train: Matrix) -> Reading:
        """Learn the 20,000 most frequent terms, and how rare each is."""
        from sklearn.feature_extraction.text import TfidfVectorizer

        if self._last is None or self._last.train is not train:
            some = train
            if len(train) > MOST_PROMPTS:
                drawn = np.random.default_rng(self.seed).choice(len(train), MOST_PROMPTS, replace=False)
                some = train.take(np.sort(drawn))
            made = TfidfVectorizer(
                token_pattern=r"(?u)\b\w+\b",  # noqa: S106 (no password)
                ngram_range=(1, 2),
                max_features=_MOST_TERMS,
                sublinear_tf=True,
                dtype=np.float32,
            )
            texts = _clipped(some.texts)
            if any(re.search(r"\w", text) for text in texts):
                self._last = Reading(train, some, made.fit_transform(texts), made)
            else:
                self._last = Reading(train, some, _nothing(len(texts)), None)
        return self._last


@dataclass(slots=True)
class Reading:
    """Prompts that were read.

    Attributes
    ----------
    train
        The prompts given.
    some
        Those of them that were learned from.
    terms
        A sparse row of weights for each of these.
    vectorizer
        What reads others the same way; `None` where there was not one word.
    """

    train: Matrix
    some: Matrix
    terms: Any
    vectorizer: Any
    _last: tuple[Matrix, Any] | None = None

    def terms_of(self, test: Matrix) -> Any:
        """Return a sparse row of weights for each of other prompts."""
        if self._last is None or self._last[0] is not test:
            read = self.vectorizer
            self._last = test, read.transform(_clipped(test.texts)) if read else _nothing(len(test))
        return self._last[1]

    @property
    def fifth(self) -> tuple[Places, Places]:
        """The places of four fifths of `some`, and of the fifth on which settings are picked; of fewer than 5, all."""
        order = np.random.default_rng(0).permutation(len(self.some))
        checked = len(order) // 5
        return (np.sort(order[checked:]), np.sort(order[:checked])) if checked else (order, order)

    def note(self, what: str) -> str:
        """Say what was picked, and of how many prompts it is if not of all."""
        given, taken = len(self.train), len(self.some)
        return what + (f"; fitted on {taken:,} of {count(given, 'training prompt')}" if taken < given else "")


@dataclass(frozen=True, slots=True)
class RidgeOnWords:
    """Ridge regression of every model's quality on the words of the text (TF-IDF of one and two words)."""

    reader: Reader = field(default_factory=Reader)
    name: str = "ridge on words"

    def fit(self, train: Matrix) -> Fitted:
        """Pick the penalty on a fifth of the prompts, then fit on all of them."""
        read = self.reader.learn(train)
        quality, (fitting, checking) = read.some.quality, read.fifth
        missed = {
            penalty: _missed(
                _ridge(read.terms[fitting], quality[fitting], penalty)(read.terms[checking]), quality[checking]
            )
            for penalty in PENALTIES
        }
        penalty = min(missed, key=missed.__getitem__)
        predict = _ridge(read.terms, quality, penalty)
        return Fitted(lambda test: predict(read.terms_of(test)), read.note(f"{self.name}: penalty {penalty:g}"))


@dataclass(frozen=True, slots=True)
class NearestPrompts:
    """The mean quality of every model on the nearest prompts: cosine of 100 dimensions of the words (LSA of TF-IDF)."""

    reader: Reader = field(default_factory=Reader)
    name: str = "nearest prompts"

    def fit(self, train: Matrix) -> Fitted:
        """Pick the number of neighbours on a fifth of the prompts, then keep all of them."""
        from sklearn.preprocessing import normalize
        from sklearn.utils.extmath import randomized_svd

        read = self.reader.learn(train)
        some = read.terms[:: max(1, read.terms.shape[0] // _MOST_ROTATED)]
        size = min(_DIMENSIONS, some.shape[0] - 1, some.shape[1] - 1)
        axes = randomized_svd(some, size, n_iter=2, random_state=0)[2].T if size > 0 else np.eye(some.shape[1])
        placed, quality, (fitting, checking) = normalize(read.terms @ axes), read.some.quality, read.fifth
        sizes = [size for size in NEIGHBOURS if size <= len(fitting)] or [len(fitting)]
        of_size = _near(placed[fitting], quality[fitting], placed[checking], sizes)
        missed = {size: _missed(predicted, quality[checking]) for size, predicted in of_size.items()}
        chosen = min(missed, key=missed.__getitem__)

        def predict(test: Matrix) -> Floats:
            asked = normalize(read.terms_of(test) @ axes)
            parts = [asked[start : start + _AT_ONCE] for start in range(0, len(asked), _AT_ONCE)]
            return np.concatenate([_near(placed, quality, part, [chosen])[chosen] for part in parts])

        return Fitted(predict, read.note(f"{self.name}: {count(chosen, 'neighbour')}"))


def _ridge(terms: Any, quality: Floats, penalty: float) -> Callable[[Any], Floats]:
    """Fit every model on the prompts of which it is known; those known on the same prompts together."""
    from sklearn.linear_model import Ridge

    patterns, group = np.unique(~np.isnan(quality), axis=1, return_inverse=True)
    made = []
    for number, rows in enumerate(patterns.T):
        if rows.any():
            models = np.flatnonzero(group.ravel() == number)
            made.append((models, Ridge(penalty, solver="sparse_cg").fit(terms[rows], quality[np.ix_(rows, models)])))

    def predict(asked: Any) -> Floats:
        predicted = np.full((asked.shape[0], quality.shape[1]), np.nan)
        for models, ridge in made:
            predicted[:, models] = np.reshape(ridge.predict(asked), (-1, len(models)))
        return predicted

    return predict


def _near(placed: Any, quality: Floats, asked: Any, sizes: Iterable[int]) -> dict[int, Floats]:
    """Return the mean quality on so many nearest prompts; a model that is known on none of these has its usual one."""
    from sklearn.neighbors import NearestNeighbors

    nearest = NearestNeighbors(n_neighbors=max(sizes), algorithm="brute").fit(placed)
    got = quality[nearest.kneighbors(asked, return_distance=False)]
    usual = overall(quality)
    found = {}
    for size in sizes:
        known = (~np.isnan(got[:, :size])).sum(axis=1)
        found[size] = np.where(known > 0, np.nansum(got[:, :size], axis=1) / np.maximum(known, 1), usual)
    return found


def _missed(predicted: Floats, quality: Floats) -> float:
    """Return the mean squared error of the differences between a model and the others on a prompt."""
    off = predicted - quality
    apart = off - row_means(off)[:, None]
    known = ~np.isnan(apart)
    return float((apart[known] ** 2).mean()) if known.any() else 0.0


def _nothing(texts: int) -> Any:
    from scipy.sparse import csr_array

    return csr_array((texts, 1), dtype=np.float32)


def _clipped(texts: Iterable[str]) -> list[str]:
    return [text[:_MOST_CHARACTERS] for text in texts]
