"""Prompts divided into kinds by what a rule can ask: their tags, or a small tree of tags, features and words.

A `Partition` says which kind each prompt is of, and each kind as a condition of a policy. It is found on some prompts
and then applied to others.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import combinations
from math import inf
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

import numpy as np

from routebook.routing.conditions import AllOf, Condition
from routebook.routing.learning.columns import Bounds, Column, feature_columns, has_tag_columns, word_columns
from routebook.routing.learning.tagged import TagColumn, Tags, tag_columns

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from routebook.routing.learning.matrix import Floats, Matrix

    Whole = NDArray[np.intp]

FEWEST = 20
"""Prompts in a kind that a tree makes."""
_LEAST_SHARE = 0.01
_ANY = (-inf, inf)
_LEAF = -2  # scikit-learn's feature of a node that asks nothing


Box: TypeAlias = Mapping[int, Bounds]
"""A leaf of a tree: of each column asked on the way, what the answer is above, and at most."""


class Partition(Protocol):
    """Kinds of prompt, counted from 0."""

    def __len__(self) -> int:
        """Return how many kinds there are."""

    def place(self, matrix: Matrix) -> Whole:
        """Tell of which kind each prompt is."""

    def asked(self, kinds: Sequence[int]) -> list[tuple[tuple[int, ...], Condition | None]]:
        """Say these kinds in as few conditions as it can, each with the kinds that it holds for; `None` is all else."""


class ByTag:
    """A kind of each tag, and one of all else."""

    def __init__(self, matrix: Matrix) -> None:
        self._tags = Tags(matrix.tags)

    def __len__(self) -> int:
        return len(self._tags)

    def place(self, matrix: Matrix) -> Whole:
        """Tell of which kind each prompt is."""
        return self._tags.of(matrix.tags)

    def asked(self, kinds: Sequence[int]) -> list[tuple[tuple[int, ...], Condition | None]]:
        """Say these kinds: one condition for all tags, which holds for none of them where that is shorter."""
        names = self._tags.names
        wanted = {names[kind] for kind in kinds if kind < len(names)}
        return [(tuple(kinds), self._tags.asked_for(wanted, len(wanted) < len(kinds)))]


class ByTree:
    """Kinds made by a regression tree (CART), split where it explains most of what models differ in.

    Parameters
    ----------
    matrix
        The prompts it is grown on.
    worth
        (n, models): what each model is worth on each prompt, relative to one of them; no NaN.
    leaves
        How many kinds at most.
    using
        What it may ask: some of ``tag``, ``feature`` and ``keyword``. A tag counts by the mean worth of its prompts,
        shrunk, so that a few lucky prompts make no split.
    """

    def __init__(self, matrix: Matrix, worth: Floats, leaves: int, using: Collection[str]) -> None:
        from sklearn.tree import DecisionTreeRegressor

        self._tags = Tags(matrix.tags)
        self._columns: list[Column | TagColumn] = []
        self._columns += tag_columns(self._tags, matrix, worth) if "tag" in using else []
        self._columns += has_tag_columns(matrix, self._tags.names) if "tag" in using else []
        self._columns += feature_columns(matrix) if "feature" in using else []
        self._columns += word_columns(matrix, worth) if "keyword" in using else []
        self._boxes: list[Box] = [{}]
        if not self._columns or leaves < 2:
            return
        fewest = max(FEWEST, round(_LEAST_SHARE * len(matrix)))
        tree = DecisionTreeRegressor(max_leaf_nodes=leaves, min_samples_leaf=fewest, random_state=0)
        self._tree: Any = tree.fit(self._table(matrix), worth)
        ends = _ends(tree.tree_)
        self._boxes = list(ends.values())
        self._kind = np.zeros(tree.tree_.node_count, dtype=np.intp)
        self._kind[list(ends)] = np.arange(len(ends))
        self._settle(matrix)

    def __len__(self) -> int:
        return len(self._boxes)

    def place(self, matrix: Matrix) -> Whole:
        """Tell of which kind each prompt is."""
        if len(self) == 1:
            return np.zeros(len(matrix), dtype=np.intp)
        kind: Whole = self._kind[self._tree.apply(self._table(matrix))]
        return kind

    def asked(self, kinds: Sequence[int]) -> list[tuple[tuple[int, ...], Condition | None]]:
        """Say these kinds, neighbours together."""
        return [(of, self._condition(box)) for of, box in _joined({(kind,): self._boxes[kind] for kind in kinds})]

    def _settle(self, matrix: Matrix) -> None:
        """Let prompts without a known tag, of which there was none, be of the kind that most tags are of.

        It is theirs that is shortest to say: not one of the others.
        """
        tag, none = self._tags.of(matrix.tags), len(self._tags) - 1
        if none in tag or not none:
            return
        kinds = np.zeros((len(self), none))
        np.add.at(kinds, (self.place(matrix), tag), 1)
        most = int((kinds > 0).sum(axis=1).argmax())
        for column in self._columns:
            if isinstance(column, TagColumn):
                column.worth[none] = column.worth[kinds[most].argmax()]

    def _table(self, matrix: Matrix) -> NDArray[np.float32]:
        tag = self._tags.of(matrix.tags)
        columns = (
            column.worth[tag] if isinstance(column, TagColumn) else column.values(matrix) for column in self._columns
        )
        return np.column_stack(list(columns)).astype(np.float32)

    def _condition(self, box: Box) -> Condition | None:
        """Say a box; what is asked of the tag, of which a prompt has one here, is said at once."""
        names, untagged, parts = frozenset(self._tags.names), True, list[Condition]()
        for number, (low, high) in box.items():
            column = self._columns[number]
            if isinstance(column, TagColumn):
                inside, with_none = column.between(low, high)
                names, untagged = names & inside, untagged and with_none
            else:
                parts.append(column.condition((low, high)))
        if (tagged := self._tags.asked_for(names, untagged)) is not None:
            parts.insert(0, tagged)
        if not parts:
            return None
        return parts[0] if len(parts) == 1 else AllOf(tuple(parts))


def _ends(tree: Any) -> dict[int, Box]:
    """Return the box of each leaf, by its node, from left to right."""
    ends: dict[int, Box] = {}
    todo: list[tuple[int, dict[int, Bounds]]] = [(0, {})]
    while todo:
        node, box = todo.pop()
        column, threshold = int(tree.feature[node]), float(tree.threshold[node])
        if column == _LEAF:
            ends[node] = box
            continue
        low, high = box.get(column, _ANY)
        todo.append((int(tree.children_right[node]), box | {column: (max(low, threshold), high)}))
        todo.append((int(tree.children_left[node]), box | {column: (low, min(high, threshold))}))
    return ends


def _joined(boxes: dict[tuple[int, ...], Box]) -> list[tuple[tuple[int, ...], Box]]:
    """Put boxes together that touch and differ in one column, as long as there are any.

    >>> _joined({(0,): {0: (-inf, 1.0)}, (1,): {0: (1.0, 2.0), 3: (-inf, 5.0)}, (2,): {0: (1.0, 2.0), 3: (5.0, inf)}})
    [((0, 1, 2), {0: (-inf, 2.0)})]
    """
    left = dict(boxes)
    while pair := next((pair for pair in combinations(left, 2) if _touch(left[pair[0]], left[pair[1]])), None):
        one, other = left.pop(pair[0]), left.pop(pair[1])
        bounds = {column: _span(one.get(column, _ANY), other.get(column, _ANY)) for column in one.keys() | other.keys()}
        left[pair[0] + pair[1]] = {column: bound for column, bound in sorted(bounds.items()) if bound != _ANY}
    return list(left.items())


def _touch(one: Box, other: Box) -> bool:
    apart = [column for column in one.keys() | other.keys() if one.get(column, _ANY) != other.get(column, _ANY)]
    if len(apart) != 1:
        return False
    (low, high), (also_low, also_high) = one.get(apart[0], _ANY), other.get(apart[0], _ANY)
    return high == also_low or also_high == low


def _span(one: Bounds, other: Bounds) -> Bounds:
    return min(one[0], other[0]), max(one[1], other[1])
