"""A prompt's tag as something that rules are learned from: which one counts, and what models are worth there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from routebook.routing.conditions import AnyOf, Condition, Not, TagIs
from routebook.routing.learning.shrinkage import shrunk

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from routebook.routing.learning.matrix import Floats, Matrix


class Tags:
    """The tags of some prompts. A prompt with several counts as of the rarest, which says most."""

    def __init__(self, tags: Iterable[tuple[str, ...]]) -> None:
        counts = Counter(tag for own in tags for tag in own)
        self.names = tuple(sorted(counts, key=lambda tag: (counts[tag], tag)))
        self._place = {tag: place for place, tag in enumerate(self.names)}

    def __len__(self) -> int:
        """Return how many kinds there are: a tag each, and prompts without a known one."""
        return len(self.names) + 1

    def of(self, tags: Collection[tuple[str, ...]]) -> NDArray[np.intp]:
        """Return each prompt's tag by its place in `names`; the last number is for prompts without a known one.

        >>> Tags([("a",), ("a", "b"), ("a",)]).of([("a",), ("a", "b"), (), ("c",)]).tolist()
        [1, 0, 2, 2]
        """
        place, none = self._place, len(self.names)
        kinds: dict[tuple[str, ...], int] = {}
        for own in tags:
            if own not in kinds:
                kinds[own] = min((place.get(tag, none) for tag in own), default=none)
        return np.array([kinds[own] for own in tags], dtype=np.intp)


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


def asked_for(names: Collection[str], untagged: bool, everything: Collection[str]) -> Condition | None:
    """Ask for one of these tags, or, where prompts without a known tag belong to them, for none of the others.

    Returns
    -------
    Condition or None
        `None` where every prompt is wanted.

    Examples
    --------
    >>> asked_for({"a"}, False, {"a", "b"}).sentence(), asked_for({"a"}, True, {"a", "b"}).sentence()
    ('its tag is a', 'not (its tag is b)')
    """
    wanted = sorted(set(everything) - set(names) if untagged else names)
    if not wanted:
        return None
    asked: Condition = TagIs(wanted[0]) if len(wanted) == 1 else AnyOf(tuple(map(TagIs, wanted)))
    return Not(asked) if untagged else asked
