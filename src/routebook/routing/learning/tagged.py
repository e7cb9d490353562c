"""A prompt's tag as something that rules are learned from: which one counts, and what models are worth there."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence, Set
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from routebook.errors import PolicyError
from routebook.routing.conditions import AllOf, AnyOf, Condition, Not, TagIs
from routebook.routing.learning.shrinkage import shrunk

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from routebook.routing.learning.matrix import Floats, Matrix

FEWEST_TAGGED = 3
"""Prompts with a tag, for rules to be learned about it: of fewer nothing can be told, as of an id of each prompt."""
MOST_TAGS = 1_000


class Tags:
    """The tags of some prompts that rules can be about: the commonest, as far as a policy can name them.

    A prompt with several counts as of the rarest, which says most.
    """

    def __init__(self, tags: Collection[tuple[str, ...]]) -> None:
        counts = Counter(tag for own in tags for tag in own)
        common = [tag for tag in counts if counts[tag] >= FEWEST_TAGGED and _can_be_named(tag)]
        common.sort(key=lambda tag: (-counts[tag], tag))
        self.names = tuple(reversed(common[:MOST_TAGS]))
        self._place = {tag: place for place, tag in enumerate(self.names)}
        self._rarer = self._rarer_of(set(tags))

    def _rarer_of(self, together: Set[tuple[str, ...]]) -> dict[str, set[str]]:
        """Return for each tag those that prompts with it count as instead."""
        rarer: dict[str, set[str]] = defaultdict(set)
        for own in together:
            first, *others = sorted((tag for tag in own if tag in self._place), key=self._place.__getitem__) or [""]
            for tag in others:
                rarer[tag].add(first)
        return rarer

    def __len__(self) -> int:
        """Return how many kinds there are: a tag each, and prompts without a known one."""
        return len(self.names) + 1

    def of(self, tags: Collection[tuple[str, ...]]) -> NDArray[np.intp]:
        """Return each prompt's tag by its place in `names`; the last number is for prompts without a known one.

        >>> Tags([("a",), ("a", "b")] * 3).of([("a",), ("a", "b"), (), ("c",)]).tolist()
        [1, 0, 2, 2]
        """
        place, none = self._place, len(self.names)
        kinds: dict[tuple[str, ...], int] = {}
        for own in tags:
            if own not in kinds:
                kinds[own] = min((place.get(tag, none) for tag in own), default=none)
        return np.array([kinds[own] for own in tags], dtype=np.intp)

    def asked_for(self, names: Set[str], untagged: bool) -> Condition | None:
        """Ask for the prompts that count as of one of these tags, and with `untagged` for those of no known tag, too.

        Returns
        -------
        Condition or None
            `None` where every prompt is wanted. It holds for just those of which `of` says so; only a prompt with tags
            that never stood together while learning may be wanted by two conditions, of which the first has it.

        Examples
        --------
        >>> tags = Tags([("maths",)] * 4 + [("maths", "proof")] * 3 + [("poem",)] * 3)
        >>> tags.asked_for({"proof", "poem"}, False).sentence(), tags.asked_for({"maths"}, True).sentence()
        ('its tag is poem or proof', 'its tag is none of poem, proof')
        >>> tags.asked_for({"maths"}, False).sentence()
        'its tag is maths and its tag is not proof'
        """
        wanted = set(self.names) - names if untagged else names
        if not wanted:
            return None
        but: dict[tuple[str, ...], list[str]] = {}
        for tag in sorted(wanted):
            but.setdefault(tuple(sorted(self._rarer.get(tag, set()) - wanted)), []).append(tag)
        parts = [
            _one_of(own) if not rarer else AllOf((_one_of(own), Not(_one_of(rarer)))) for rarer, own in but.items()
        ]
        asked = parts[0] if len(parts) == 1 else AnyOf(tuple(parts))
        return Not(asked) if untagged else asked


@dataclass(frozen=True, eq=False)
class TagColumn:
    """A prompt's tag, as a number: what one model is worth on its prompts, relative to another."""

    tags: Tags
    worth: NDArray[np.float32]
    """By tag; last that of prompts without a known one. Single precision, as a tree compares."""

    def between(self, low: float, high: float) -> tuple[frozenset[str], bool]:
        """Return the tags whose number is above `low` and at most `high`, and whether that of no known tag is."""
        worth = self.worth.astype(float)  # or NumPy would round the bounds to single precision, which a tree does not
        inside = (worth > low) & (worth <= high)
        return frozenset(tag for tag, yes in zip(self.tags.names, inside, strict=False) if yes), bool(inside[-1])


def tag_columns(tags: Tags, matrix: Matrix, worth: Floats) -> list[TagColumn]:
    """Return a column for each model that is not worth the same everywhere; a tag's worth is shrunk toward the mean."""
    means = shrunk(worth, tags.of(matrix.tags), len(tags))[0].astype(np.float32)
    return [TagColumn(tags, column) for column in means.T if np.ptp(column) > 0]


def _one_of(tags: Sequence[str]) -> Condition:
    return TagIs(tags[0]) if len(tags) == 1 else AnyOf(tuple(map(TagIs, tags)))


def _can_be_named(tag: str) -> bool:
    try:
        TagIs(tag)
    except PolicyError:
        return False
    return True
