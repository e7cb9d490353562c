"""Which kinds of prompt to tell apart, and which model for each: found on some prompts, told on others.

Every estimate here is cross-fitted: the prompts are dealt into five parts, and what happens on one part is decided by
what was found on the other four. No prompt says how good the rules are that it helped to make.

Models are chosen for a kind by the shrunk mean of their gain over the best single model, less what they cost at a rate
of exchange; each rate from nothing to everything makes another policy, from the best to the cheapest.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from math import inf, sqrt
from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np

from routebook.routing.learning.partition import ByTag, ByTree, Partition
from routebook.routing.learning.shrinkage import shrunk

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from routebook.routing.learning.matrix import Floats, Matrix
    from routebook.routing.learning.problem import Problem

    Whole = NDArray[np.intp]

_RATES = 150
_EDGE = 1e-9


class Structure(Protocol):
    """One way to tell kinds of prompt apart."""

    def __call__(self, matrix: Matrix, worth: Floats, /) -> Partition:
        """Find the kinds on these prompts."""


@dataclass(frozen=True, slots=True)
class TagTable:
    """A kind of each tag."""

    def __call__(self, matrix: Matrix, _worth: Floats, /) -> Partition:
        """Find the kinds on these prompts."""
        return ByTag(matrix)


@dataclass(frozen=True, slots=True)
class Tree:
    """A tree with so many leaves, which may ask some of ``tag``, ``feature`` and ``keyword``."""

    leaves: int
    using: tuple[str, ...]

    def __call__(self, matrix: Matrix, worth: Floats, /) -> Partition:
        """Find the kinds on these prompts."""
        return ByTree(matrix, worth, self.leaves, self.using)


def structures(matrix: Matrix, max_rules: int, using: Collection[str]) -> list[Structure]:
    """Return the ways there are, the simplest first."""
    made: list[Structure] = []
    if "tag" in using and any(matrix.tags):
        made.append(TagTable())
    asked = tuple(one for one in ("tag", "feature", "keyword") if one in using)
    sizes = sorted({min(4, max_rules + 1), max_rules + 1})
    return [*made, *(Tree(size, asked) for size in sizes)]


def values(problem: Problem, rows: Whole, kind: Whole, kinds: int, rates: Floats) -> Floats:
    """Return what each model is worth for each kind, at each rate: (rates, kinds, models).

    Parameters
    ----------
    problem
        What is to be learned.
    rows, kind
        The prompts it is told from, by their places, and the kind of each.
    kinds
        How many kinds there are; of one without prompts a model is worth what it is of all.
    rates
        How much quality one unit of what is spared is worth.
    """
    gain = shrunk(problem.gain[rows], kind, kinds)[0]
    spent = np.zeros_like(gain) if problem.spared is None else shrunk(problem.spared[rows], kind, kinds)[0]
    value: Floats = gain[None] - rates[:, None, None] * spent[None]
    value[:, :, problem.base] += _EDGE  # of equals, the best single model
    return value


@dataclass(frozen=True, eq=False)
class Path:
    """What one structure would do at each rate of exchange, cross-fitted.

    Attributes
    ----------
    structure
        Which.
    grown_at
        The rate that its kinds were found for.
    rates
        (rates,).
    model
        (rates, n): who would answer each prompt, by its column.
    spent
        (rates,): under a cap, what is spent on average by what is found on all prompts; else 0.
    """

    structure: Structure
    grown_at: float
    rates: Floats
    model: Whole
    spent: Floats


def rates_of(problem: Problem, found: Sequence[Partition]) -> Floats:
    """Return rates of exchange, one for each way to choose, from 0 up; the last one chooses what spends least.

    They are in the middle between the rates at which choices change, as in CART's cross-validation (Breiman et al.
    1984, section 11.6): on other prompts choices change at about the same rates, and never at just the same.
    """
    if problem.exchange is not None:
        return np.array([problem.exchange])
    assert problem.spared is not None
    turns: list[float] = []
    for one in found:
        kind, kinds = one.place(problem.matrix), len(one)
        gain, spent = shrunk(problem.gain, kind, kinds)[0], shrunk(problem.spared, kind, kinds)[0]
        turns += [turn for each in zip(gain, spent, strict=True) for turn in _turns(*each)]
    if not turns:
        return np.array([0.0])
    apart = np.unique(turns)
    if len(apart) > _RATES:
        apart = np.unique(np.quantile(apart, np.linspace(0, 1, _RATES)))
    middles = np.where(apart[:-1] > 0, np.sqrt(apart[:-1] * apart[1:]), apart[1:] / 2)
    return np.unique([0.0, *middles, 2 * apart[-1] or 1e-6])


def _turns(gain: Floats, spent: Floats) -> list[float]:
    """Return the rates at which another model is worth most, from the best one down to the one that spends least.

    >>> [round(turn, 2) for turn in _turns(np.array([0.9, 0.8, 0.85, 0.3]), np.array([10.0, 2.0, 9.0, 1.0]))]
    [0.01, 0.5]
    """
    turns, same = list[float](), _EDGE * float(np.abs(spent).max())  # a smaller difference is rounding, and no price
    at = max(range(len(gain)), key=lambda model: (gain[model], -spent[model]))
    while len(cheaper := np.flatnonzero(spent < spent[at] - same)):
        slopes = (gain[at] - gain[cheaper]) / (spent[at] - spent[cheaper])
        least = slopes.min()
        at = min(cheaper[slopes == least], key=lambda model: spent[model])
        turns.append(max(0.0, float(least)))
    return turns


def crossfit(problem: Problem, structure: Structure, parts: Whole, rates: Floats, grown_at: float = 0.0) -> Path:
    """Say who would answer each prompt by what was found on the other parts."""
    worth, everyone = problem.worth(grown_at), np.arange(len(parts))
    model = np.zeros((len(rates), len(parts)), dtype=np.intp)
    for part in np.unique(parts):
        here, there = everyone[parts == part], everyone[parts != part]
        seen = problem.matrix.take(there)
        partition = structure(seen, worth[there])
        value = values(problem, there, partition.place(seen), len(partition), rates)
        model[:, here] = value.argmax(axis=2)[:, partition.place(problem.matrix.take(here))]
    return Path(structure, grown_at, rates, model, _spent(problem, structure, rates, worth))


def _spent(problem: Problem, structure: Structure, rates: Floats, worth: Floats) -> Floats:
    if problem.limit is None:  # nobody asks
        return np.zeros(len(rates))
    partition, everyone = structure(problem.matrix, worth), np.arange(len(worth))
    kind = partition.place(problem.matrix)
    chosen = values(problem, everyone, kind, len(partition), rates).argmax(axis=2)[:, kind]
    return np.array([told(problem, each).spent for each in chosen])


class Told(NamedTuple):
    """What is told of one way to answer all prompts: means over those that are known.

    Attributes
    ----------
    gain, gain_se
        Quality less that of the best single model, and its standard error.
    spent, spent_se
        In units of `Problem.spared`, and its standard error.
    """

    gain: float
    gain_se: float
    spent: float
    spent_se: float


def told(problem: Problem, model: Whole) -> Told:
    """Tell of one way to answer all prompts.

    Parameters
    ----------
    problem
        What is to be learned.
    model
        (n,): who answers each prompt, by its column.
    """
    rows = np.arange(len(model))
    gain = _mean_of(problem.gain[rows, model]) or (0.0, inf)
    spent = (0.0, 0.0) if problem.spared is None else _mean_of(problem.spared[rows, model]) or (inf, inf)
    return Told(*gain, *spent)


def _mean_of(each: Floats) -> tuple[float, float] | None:
    """Return the mean of what is known, and its standard error."""
    known = each[~np.isnan(each)]
    return (float(known.mean()), float(known.std()) / sqrt(len(known))) if len(known) else None
