"""How alike two texts are, from 0 to 1.

difflib's ratio is not used: it is not symmetric, and an answer of a few hundred thousand characters would keep it busy
for hours. The longest common subsequence, which it approximates, is exact and takes time in proportion to the product
of the two lengths, 64 characters a step.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from routebook.errors import JudgmentError

MOST_STEPS = 2 * 10**10
"""The product of two lengths up to which they are compared: some seconds' work."""


def likeness(a: Sequence[str], b: Sequence[str]) -> float:
    """Return the share of two sequences that their longest common subsequence covers: 2 common / (all of both).

    Raises
    ------
    JudgmentError
        If they are too long.

    Examples
    --------
    >>> likeness("abcd", "bcde"), likeness("", "")
    (0.75, 1.0)
    """
    if not a and not b:
        return 1.0
    if len(a) * len(b) > MOST_STEPS:
        raise JudgmentError(f"texts of {len(a):,} and {len(b):,} parts are too long to compare: use by='tokens'")
    return 2 * common(a, b) / (len(a) + len(b))


def common(a: Sequence[str], b: Sequence[str]) -> int:
    """Return the length of the longest common subsequence.

    Bit-parallel: H. Hyyrö, "Bit-parallel LCS-length computation revisited", AWOCA 2004.

    >>> common("kitten", "sitting"), common(["to", "be"], ["to", "not", "be"])
    (4, 2)
    """
    short, long = sorted((a, b), key=len)
    places: dict[str, int] = {}
    for place, item in enumerate(short):
        places[item] = places.get(item, 0) | 1 << place
    everywhere = (1 << len(short)) - 1
    rest = everywhere
    for item in long:
        matched = rest & places.get(item, 0)
        if matched:
            rest = ((rest + matched) | (rest - matched)) & everywhere
    return len(short) - rest.bit_count()


def token_f1(a: Sequence[str], b: Sequence[str]) -> float:
    """Return the harmonic mean of precision and recall of two bags of words (SQuAD's F1, doi:10.18653/v1/D16-1264).

    >>> round(token_f1("the cat sat".split(), "a cat sat down".split()), 3)
    0.571
    """
    if not a or not b:
        return float(not a and not b)
    shared = sum((Counter(a) & Counter(b)).values())
    return 2 * shared / (len(a) + len(b))
