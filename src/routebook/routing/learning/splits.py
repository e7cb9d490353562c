"""Which prompts belong together, and how they are divided so that what is learned is never measured on itself.

Prompts that are nearly the same stay on one side of every division: a rule that has seen one has as good as seen the
other.
"""

from __future__ import annotations

from collections.abc import Sequence
from string import punctuation

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

Whole = NDArray[np.intp]

ALIKE = 0.8
"""From which share of common word triples on two prompts are nearly the same (Jaccard)."""
_BANDS, _ROWS = 10, 4  # of MinHash: finds 99.6 % of pairs with 0.8 in common
_PRIME = (1 << 31) - 1
_MOST_COMMON = 20  # what stands in more prompts than this is the task's own words, and tells nobody apart
_ODD = np.uint64(0x9E3779B97F4A7C15)
_SIGNS = str.maketrans(dict.fromkeys(punctuation, " "))


def alike(texts: Sequence[str]) -> Whole:
    """Return a number for each text, the same for those that are nearly the same.

    Same but for case, white space and ASCII punctuation; or with at least 80 % of their word triples in common
    (candidates by MinHash, Broder 1997, doi:10.1109/SEQUEN.1997.666900, then checked), where triples that more than 20
    prompts have, such as a task's instructions, do not count.

    >>> story = "once upon a time a king had three daughters and the youngest of them was called rose by all the people"
    >>> alike(["What is  2 + 2?", story, "what is 2 + 2", story + " there", "What is 2 + 3?"]).tolist()
    [0, 1, 0, 1, 2]
    """
    plain = [" ".join(text.casefold().translate(_SIGNS).split()) or text for text in texts]
    different, same = np.unique(np.array(plain, dtype=object), return_inverse=True)
    pairs = _near(list(different))
    links = csr_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(len(different), len(different)))
    group = connected_components(links, directed=False)[1][same]
    _, first, inverse = np.unique(group, return_index=True, return_inverse=True)
    number: Whole = np.argsort(np.argsort(first))
    made: Whole = number[inverse]
    return made


def _near(texts: list[str]) -> Whole:
    """Return pairs of texts that are nearly the same, by their places."""
    rows, ends = _triples(texts)
    if not len(rows):
        return np.empty((0, 2), dtype=np.intp)
    some = np.flatnonzero(np.diff(ends))
    random = np.random.default_rng(0)
    found: list[Whole] = []
    for _ in range(_BANDS):
        key = np.zeros(len(some), dtype=np.uint64)
        for _ in range(_ROWS):
            a, b = random.integers(1, _PRIME, 2, dtype=np.int64)
            least = np.minimum.reduceat((rows * a + b) % _PRIME, ends[some])
            key = key * _ODD + least.astype(np.uint64)
        order = np.argsort(key, kind="stable")
        next_to = np.flatnonzero(key[order][1:] == key[order][:-1])
        found.append(np.column_stack([some[order[next_to]], some[order[next_to + 1]]]))
    pairs = np.unique(np.concatenate(found), axis=0)
    sets = {place: set(rows[ends[place] : ends[place + 1]].tolist()) for place in np.unique(pairs).tolist()}
    keep = [len(sets[one] & sets[other]) >= ALIKE * len(sets[one] | sets[other]) for one, other in pairs.tolist()]
    made: Whole = pairs[np.array(keep, dtype=bool)]
    return made


def _triples(texts: list[str]) -> tuple[NDArray[np.int64], Whole]:
    """Return the rarer word triples of all texts as numbers, one text after the other, and where each text's begin."""
    import pandas as pd

    split = [text.split(" ") for text in texts]
    sizes = np.array([len(words) for words in split])
    word = pd.factorize(np.array([word for words in split for word in words], dtype=object))[0].astype(np.int64)
    of = np.repeat(np.arange(len(texts)), sizes)
    whole = of[2:] == of[:-2]  # all three words are of one text
    _, triple = np.unique(_mixed(word[:-2], word[1:-1], word[2:])[whole], return_inverse=True)
    rare = np.bincount(triple, minlength=1)[triple] <= _MOST_COMMON
    of = of[2:][whole][rare]
    ends = np.concatenate([[0], np.cumsum(np.bincount(of, minlength=len(texts)))]).astype(np.intp)
    return triple[rare].astype(np.int64), ends


def _mixed(*numbers: NDArray[np.int64]) -> NDArray[np.uint64]:
    mixed = np.zeros(len(numbers[0]), dtype=np.uint64)
    for each in numbers:
        mixed = mixed * _ODD + each.astype(np.uint64)
    return mixed


def folds(groups: Whole, tags: NDArray[np.object_] | Sequence[tuple[str, ...]], parts: int, seed: int) -> Whole:
    """Deal the prompts into parts of about the same size and mix of tags, groups whole.

    Returns
    -------
    numpy.ndarray
        Each prompt's part, from 0.

    Examples
    --------
    >>> folds(np.array([0, 0, 1, 2, 3]), [("a",)] * 5, 2, 0).tolist()
    [0, 0, 0, 1, 1]
    """
    _, first, group, sizes = np.unique(groups, return_index=True, return_inverse=True, return_counts=True)
    kinds: dict[tuple[str, ...], int] = {}
    kind = np.array([kinds.setdefault(tags[place], len(kinds)) for place in first])
    order = np.random.default_rng(seed).permutation(len(first))
    order = order[np.lexsort((-sizes[order], kind[order]))]  # by kind, the large groups first
    part = np.empty(len(first), dtype=np.intp)
    part[order] = np.arange(len(order)) % parts
    dealt: Whole = part[group]
    return dealt


def apart(
    groups: Whole, tags: NDArray[np.object_] | Sequence[tuple[str, ...]], share: float, seed: int
) -> NDArray[np.bool_]:
    """Tell which prompts to keep apart for the last test: about this share of each tag, groups whole.

    >>> apart(np.arange(9), [("a",)] * 6 + [("b",)] * 3, 1 / 3, 0).tolist()
    [False, False, False, True, True, False, True, False, False]
    """
    parts = 60
    wanted = round(share * parts)
    aside: NDArray[np.bool_] = folds(groups, tags, parts, seed) * wanted % parts < wanted  # spread over each tag
    return aside
