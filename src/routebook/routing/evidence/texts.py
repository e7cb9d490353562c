"""Whether two hosts' answers to the same prompts come from the same distribution: a kernel two-sample test.

After Gao, Liang and Guestrin 2024, "Model Equality Testing" (arXiv:2410.20247): the maximum mean discrepancy (Gretton
et al. 2012, JMLR 13, 723-773) of the answers, with a p-value by permutation. The kernel is the cosine of the counts of
three letters in a row (a spectrum kernel, Leslie, Eskin and Noble 2002), from 0 to 1.

- **Several answers to a prompt from each host**: the discrepancy within each prompt, summed; a prompt's answers are
  dealt to the hosts anew. This finds any difference that the kernel sees.
- **One answer to a prompt from each**: within a prompt there is nothing to deal. What is tested is whether answers
  differ the same way on all prompts, such as in wording, form or length: the length of the summed difference, with
  which host gave which of two answers swapped at random. That a host answers some prompts otherwise goes unseen.

How much would have been found is simulated: of the pooled answers, dealt at random, a share is replaced by a third
model's, or by answers to other prompts where there is none, and it is counted how often the discrepancy is beyond what
it is by chance.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from math import nan
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]

_LETTERS = 3
_BUCKETS = 1_024
_LONGEST = 20_000  # characters of an answer that are looked at
_POWER = 0.8
_STUDIES = 200
_STEPS = 20  # of a share
_MOST_PROMPTS = 1_000
_SAME = 1e-12
_FACTORS = (1, 1_000_003, 998_244_353)  # odd, far apart: they spread three letters over the buckets


class TextTest(NamedTuple):
    """Whether two hosts' answers differ.

    Attributes
    ----------
    discrepancy
        The mean squared discrepancy of a prompt, less what chance makes of it: 0 for one distribution.
    p
        How likely as much is, or more, if both hosts answer alike.
    prompts
        On how many prompts; of more than 1,000, evenly many of them.
    within
        Whether there were several answers to a prompt from each host.
    identical
        The share of pairs of answers to the same prompt that are the same, letter by letter.
    least_share
        The smallest share of third answers, mixed in, that would have been found 80 % of the time; NaN where none.
    """

    discrepancy: float
    p: float
    prompts: int
    within: bool
    identical: float
    least_share: float


class Answered(NamedTuple):
    """One prompt's answers as unit vectors (answers, buckets): two hosts' one after the other, and a third model's."""

    pooled: Numbers
    of_a: int
    third: Numbers

    @property
    def weights(self) -> Numbers:
        """What each pooled answer counts in the difference of the two hosts' means, (1, answers)."""
        of_b = len(self.pooled) - self.of_a
        return np.concatenate([np.full(self.of_a, 1 / self.of_a), np.full(of_b, -1 / of_b)])[None]


def vector(text: str) -> Numbers:
    """Return how often each three letters in a row are in a text, hashed, as a unit vector.

    >>> round(float(vector("a prime") @ vector("a prime")), 9), round(float(vector("a prime") @ vector("")), 9)
    (1.0, 0.0)
    """
    letters = np.frombuffer(text[:_LONGEST].encode("utf-32-le", "surrogatepass"), dtype="<u4").astype(np.uint64)
    padded = np.concatenate([letters, np.zeros(max(0, _LETTERS - len(letters)), dtype=np.uint64)])
    last = len(padded) - _LETTERS + 1
    code = np.zeros(last, dtype=np.uint64)
    for at, factor in enumerate(_FACTORS):
        code += padded[at : at + last] * np.uint64(factor)
    bucket = ((code * np.uint64(_FACTORS[-1])) >> np.uint64(20)) % np.uint64(_BUCKETS)
    counts = np.bincount(bucket.astype(np.intp), minlength=_BUCKETS).astype(float)
    made: Numbers = counts / np.sqrt(counts @ counts)
    return made


def compare_texts(
    a: Sequence[Sequence[str]],
    b: Sequence[Sequence[str]],
    third: Sequence[Sequence[str]] | None = None,
    *,
    alpha: float = 0.05,
    rounds: int = 1000,
    seed: int = 0,
) -> TextTest:
    """Test whether two hosts' answers differ; each has, for each prompt in the same order, one answer or several.

    Parameters
    ----------
    a, b
        The answers; a prompt of which one host has none is left out.
    third
        Those of a third model, for what would have been found.
    alpha
        The level at which something counts as found, for `TextTest.least_share`.
    rounds
        How often answers are dealt anew.
    seed
        Of what is dealt.

    Examples
    --------
    >>> ours = [[f"The prime {n} is odd.", f"{n} is a prime."] for n in range(12)]
    >>> theirs = [[f"Well, {n}!", f"I would say {n}!"] for n in range(12)]
    >>> found = compare_texts(ours, theirs)
    >>> found.p < 0.01, found.within, found.identical
    (True, True, 0.0)
    """
    kept = [place for place in range(len(a)) if a[place] and b[place]]
    if not kept:
        return TextTest(nan, nan, 0, False, nan, nan)
    kept = kept[:: -(-len(kept) // _MOST_PROMPTS)]
    seen: dict[str, Numbers] = {}
    prompts = [
        Answered(_vectors([*a[place], *b[place]], seen), len(a[place]), _vectors(third[place] if third else [], seen))
        for place in kept
    ]
    prompts = [_with_third(prompts, place) for place in range(len(prompts))]
    alike = [one == other for place in kept for one in a[place] for other in b[place]]
    within = any(len(a[place]) > 1 and len(b[place]) > 1 for place in kept)
    discrepancy = _within if within else _across
    found = float(discrepancy([one.pooled for one in prompts], [one.weights for one in prompts])[0])
    by_chance = discrepancy([one.pooled for one in prompts], _dealt(prompts, rounds, seed))
    p = (1 + int((by_chance >= found - _SAME).sum())) / (1 + rounds)
    least = _least_share(prompts, discrepancy, float(np.quantile(by_chance, 1 - alpha)), seed)
    return TextTest(found - float(by_chance.mean()), p, len(prompts), within, float(np.mean(alike)), least)


def _vectors(texts: Sequence[str], seen: dict[str, Numbers]) -> Numbers:
    for text in texts:
        if text not in seen:
            seen[text] = vector(text)
    return np.array([seen[text] for text in texts]).reshape(len(texts), _BUCKETS)


def _with_third(prompts: Sequence[Answered], place: int) -> Answered:
    """Return a prompt with third answers: those to the next prompt, where it has none of its own."""
    one = prompts[place]
    return one if len(one.third) else one._replace(third=prompts[(place + 1) % len(prompts)].pooled)


def _within(vectors: Sequence[Numbers], weights: Iterable[Numbers]) -> Numbers:
    """Return the mean over prompts of the squared difference within each, for every row of weights."""
    total = np.zeros(())
    for of, rows in zip(vectors, weights, strict=True):
        total = total + np.einsum("ri,ri->r", rows @ (of @ of.T), rows)
    return total / len(vectors)


def _across(vectors: Sequence[Numbers], weights: Iterable[Numbers]) -> Numbers:
    """Return the squared mean over prompts of the difference, for every row of weights."""
    summed = np.concatenate(list(weights), axis=1) @ np.concatenate(vectors)
    made: Numbers = np.einsum("rb,rb->r", summed, summed) / len(vectors) ** 2
    return made


def _dealt(prompts: Sequence[Answered], rounds: int, seed: int) -> Iterator[Numbers]:
    """Give each prompt's weights (rounds, answers) with its answers dealt to the hosts anew."""
    random = np.random.default_rng(seed)
    for one in prompts:
        yield random.permuted(np.tile(one.weights, (rounds, 1)), axis=1)


def _mixed(prompts: Sequence[Answered], share: float, seed: int) -> Iterator[Numbers]:
    """Give each prompt's weights (studies, answers and third ones): dealt, and a share of one host's answers replaced.

    The same draws whatever the share, so that more is found of more.
    """
    random = np.random.default_rng(seed)
    rows = np.arange(_STUDIES)[:, None]
    for one in prompts:
        pooled, of_b = len(one.pooled), len(one.pooled) - one.of_a
        places = random.permuted(np.tile(np.arange(pooled), (_STUDIES, 1)), axis=1)
        other = pooled + random.integers(len(one.third), size=(_STUDIES, of_b))
        theirs = np.where(random.random((_STUDIES, of_b)) < share, other, places[:, one.of_a :])
        made = np.zeros((_STUDIES, pooled + len(one.third)))
        made[rows, places[:, : one.of_a]] = 1 / one.of_a
        np.add.at(made, (rows, theirs), -1 / of_b)
        yield made


def _least_share(
    prompts: Sequence[Answered],
    discrepancy: Callable[[Sequence[Numbers], Iterable[Numbers]], Numbers],
    beyond: float,
    seed: int,
) -> float:
    """Search for the smallest share of third answers that is found often enough, in steps of 5 %; or NaN."""
    vectors = [np.concatenate([one.pooled, one.third]) for one in prompts]

    def found(steps: int) -> bool:
        seen = discrepancy(vectors, _mixed(prompts, steps / _STEPS, seed + 1))
        return float((seen > beyond + _SAME).mean()) >= _POWER

    if not found(_STEPS):
        return nan
    least, most = 0, _STEPS
    while most - least > 1:
        middle = (least + most) // 2
        least, most = (least, middle) if found(middle) else (middle, most)
    return most / _STEPS
