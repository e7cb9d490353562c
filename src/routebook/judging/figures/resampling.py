"""Draws comparisons again, for the bootstrap: equal words folded into counts, whole prompts drawn at a time.

Votes on one prompt resemble each other, so the prompt is what is drawn (the cluster bootstrap, Davison and Hinkley,
1997, doi:10.1017/CBO9780511802843, section 3.8). Prompts with the same words on the same pairs are one *profile*, of
which a round draws a multinomial count: 100,000 votes cost no more than their distinct profiles.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components
from scipy.special import ndtr, stdtrit

from routebook.errors import OptionError
from routebook.judging.figures.comparisons import Comparisons

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_CELLS_AT_ONCE = 4_000_000


@dataclass(frozen=True, slots=True)
class Kinds:
    """The distinct words on pairs; fields as in `Comparisons`."""

    first: NDArray[np.intp]
    second: NDArray[np.intp]
    share: Floats
    gap: Floats

    def wins(self, counts: Floats, models: int) -> Floats:
        """Return `Comparisons.wins` of so many of each kind."""
        wins = np.zeros(models * models)
        wins += np.bincount(self.first * models + self.second, counts * self.share, models * models)
        wins += np.bincount(self.second * models + self.first, counts * (1 - self.share), models * models)
        return wins.reshape(models, models)

    def logits(self, strengths: Floats) -> Floats:
        """Return the log-odds of the first of each kind; strengths may end with the coefficient of `gap`."""
        logits: Floats = strengths[self.first] - strengths[self.second]
        if self.gap.any():
            logits += strengths[-1] * self.gap
        return logits


@dataclass(frozen=True, slots=True)
class Folded:
    """Comparisons with equal ones counted.

    Attributes
    ----------
    kinds
        The distinct words.
    counts
        How often each was said.
    by_prompt
        Whether prompts are drawn; else, where there is only one, single words.
    times
        How many prompts (or words) have each profile.
    profiles
        (profiles, kinds): how often a profile has each word.
    """

    kinds: Kinds
    counts: Floats
    by_prompt: bool
    times: NDArray[np.int64]
    profiles: csr_array

    def drawn(self, rounds: int, random: np.random.Generator) -> Iterator[Floats]:
        """Give, for each round, how often each kind is said when as many prompts are drawn, each as likely."""
        units = int(self.times.sum())
        for several in _portions(rounds, len(self.times)):
            counts = random.multinomial(units, self.times / units, size=several)
            yield from np.ascontiguousarray((self.profiles.T @ counts.T.astype(float)).T)  # rows are read often


def fold(made: Comparisons) -> Folded:
    """Count equal words, and prompts with equal profiles."""
    shares, share = np.unique(made.share, return_inverse=True)
    gaps, gap = np.unique(made.gap, return_inverse=True)
    size = len(made.models)
    codes, kind, counts = np.unique(
        ((made.first * size + made.second) * len(shares) + share) * len(gaps) + gap,
        return_inverse=True,
        return_counts=True,
    )
    rest, of_gap = np.divmod(codes, len(gaps))
    pair, of_share = np.divmod(rest, len(shares))
    kinds = Kinds(pair // size, pair % size, shares[of_share], gaps[of_gap])
    by_prompt = made.prompts > 1
    if by_prompt and made.prompts < len(kind):
        times, profiles = _profiles(made.prompt, kind, len(codes))
    else:
        times, profiles = counts, _identity(len(codes))
    return Folded(kinds, counts.astype(float), by_prompt, times, profiles)


def _identity(size: int) -> csr_array:
    places = np.arange(size)
    return csr_array((np.ones(size), (places, places)), shape=(size, size))


def _profiles(prompt: NDArray[np.intp], kind: NDArray[np.intp], kinds: int) -> tuple[NDArray[np.int64], csr_array]:
    order = np.lexsort((kind, prompt))
    said = kind[order].astype(np.int64)
    starts = np.flatnonzero(np.diff(prompt[order], prepend=-1))
    times: dict[bytes, int] = {}
    for start, end in zip(starts, [*starts[1:], len(said)], strict=True):
        profile = said[start:end].tobytes()
        times[profile] = times.get(profile, 0) + 1
    ordered = sorted(times)
    words = [np.frombuffer(profile, dtype=np.int64) for profile in ordered]
    rows = np.repeat(np.arange(len(words)), [len(each) for each in words])
    columns = np.concatenate(words)
    table = csr_array((np.ones(len(columns)), (rows, columns)), shape=(len(words), kinds))
    return np.array([times[profile] for profile in ordered], dtype=np.int64), table


def simulated(
    made: Comparisons, strengths: Floats, rounds: int, random: np.random.Generator
) -> tuple[Kinds, Iterator[Floats]]:
    """Draw who won by the strengths, and not from what was said: the parametric bootstrap.

    Where one side won everything every round drawn from what was said is the same, as if nothing were uncertain. Here
    all the words on one pair of one prompt fall alike, which claims no more than there are prompts.

    Returns
    -------
    kinds, rounds
        As in `Folded`: the kinds, and how often each is said, for each round.
    """
    gaps, gap = np.unique(made.gap, return_inverse=True)
    size = len(made.models)
    met = (made.first * size + made.second) * len(gaps) + gap
    unit = made.prompt if made.prompts > 1 else np.arange(len(met))
    _, place, words = np.unique(np.stack([met, unit]), axis=1, return_index=True, return_counts=True)
    cells, times = np.unique(np.stack([met[place], words]), axis=1, return_counts=True)
    pair = cells[0] // len(gaps)
    one = Kinds(pair // size, pair % size, np.ones(len(times)), gaps[cells[0] % len(gaps)])
    chance = 1 / (1 + np.exp(-one.logits(strengths)))
    both = Kinds(
        np.tile(one.first, 2),
        np.tile(one.second, 2),
        np.repeat([1.0, 0.0], len(times)),
        np.tile(one.gap, 2),
    )

    def draw() -> Iterator[Floats]:
        for several in _portions(rounds, len(times)):
            won = random.binomial(times, chance, size=(several, len(times)))
            yield from np.concatenate([won, times - won], axis=1) * np.tile(cells[1], 2).astype(float)

    return both, draw()


def told_by_prompt(made: Comparisons) -> float:
    """Return of how many differences between models a prompt tells, on average: one where it has a single vote.

    Of a prompt they are as many as the models that met there, less the groups that these fall into.

    >>> whole, part = np.array([0, 0, 1, 0]), np.array([1, 2, 2, 1])
    >>> told_by_prompt(Comparisons(("a", "b", "c"), whole, part, np.ones(4), np.array([0, 0, 0, 1]), np.zeros(4)))
    1.5
    """
    at = made.prompt * len(made.models)  # each prompt's models are places of their own
    places, ends = np.unique(np.concatenate([at + made.first, at + made.second]), return_inverse=True)
    one, other = np.split(ends, 2)
    met = csr_array((np.ones(len(one)), (one, other)), shape=(len(places), len(places)))
    groups = connected_components(met, directed=False)[0]
    return float(len(places) - groups) / made.prompts


def percentile_interval(rounds: Floats, confidence: float, *, drawn: int, fitted: float = 1) -> tuple[Floats, Floats]:
    """Return the expanded percentile interval of what a bootstrap found (doi:10.1080/00031305.2015.1089789).

    A bootstrap of n prompts spreads too little, by the factor sqrt((n - k) / n) for k figures that are fitted, and its
    tails are the normal's where Student's are due. With many prompts this is the percentile interval itself.

    Parameters
    ----------
    rounds
        (rounds, ...): what was found in each round.
    confidence
        How sure it is to hold the truth, such as 0.95.
    drawn, fitted
        How many prompts a round draws, and how many figures are fitted to them; of prompts each of which tells of r
        figures, that is the number of figures over r.

    Returns
    -------
    low, high
        (...); NaN where a round's is.

    Raises
    ------
    OptionError
        If the confidence is not between 0 and 1.

    Examples
    --------
    >>> [round(float(end), 2) for end in percentile_interval(np.linspace(0, 1, 1001), 0.9, drawn=10_000)]
    [0.05, 0.95]
    >>> [round(float(end), 2) for end in percentile_interval(np.linspace(0, 1, 1001), 0.9, drawn=10)]
    [0.03, 0.97]
    """
    if isinstance(confidence, bool) or not isinstance(confidence, (int, float)) or not 0 < confidence < 1:
        raise OptionError(f"confidence is a share between 0 and 1, such as 0.95, not {confidence!r:.60}.")
    free = max(1, drawn - fitted)
    tail = ndtr(sqrt(max(1, drawn) / free) * stdtrit(free, (1 - confidence) / 2))
    low, high = np.quantile(rounds, [tail, 1 - tail], axis=0)
    return low, high


def _portions(rounds: int, width: int) -> Iterator[int]:
    """Split the rounds, so that what is held at once stays small."""
    at_once = max(1, _CELLS_AT_ONCE // max(1, width))
    for start in range(0, rounds, at_once):
        yield min(at_once, rounds - start)
