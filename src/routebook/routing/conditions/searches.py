"""The patterns that the rules of a policy look for, so that one go through a text finds them all."""

from __future__ import annotations

from functools import cached_property

from routebook.patterns.linear import Together
from routebook.patterns.portable import plain, size
from routebook.routing.conditions.asked import Asked, Test

MOST_TOGETHER = 10_000
"""How large the patterns of one go may be, all together, as `routebook.patterns.portable.size` counts."""


class Searches:
    """Collects patterns while the tests of a policy are made, and looks for them when a test first asks."""

    def __init__(self) -> None:
        self._groups: list[_Group] = []
        self._places: dict[str, tuple[_Group, int]] = {}

    def test(self, pattern: str, *, in_all: bool, expected: bool = True) -> Test:
        """Make the function that tells whether a pattern is found, or is not.

        Parameters
        ----------
        pattern
            One of `routebook.patterns.portable`.
        in_all
            Whether in all that the user wrote; else in the last message.
        expected
            Whether it should be there.
        """
        group, place = self._place(pattern)
        if in_all:
            return lambda asked: (place in group.found_in_all(asked)) is expected
        return lambda asked: (place in group.found_in_last(asked)) is expected

    def _place(self, pattern: str) -> tuple[_Group, int]:
        if pattern not in self._places:
            if not self._groups or not self._groups[-1].takes(pattern):
                self._groups.append(_Group())
            self._places[pattern] = self._groups[-1], self._groups[-1].add(pattern)
        return self._places[pattern]


class _Group:
    """Patterns that are looked for together."""

    def __init__(self) -> None:
        self._patterns: list[str] = []
        self._size = 0
        self._all = object()  # under which a prompt keeps what was found in all that the user wrote

    def takes(self, pattern: str) -> bool:
        return self._size + size(pattern) <= MOST_TOGETHER

    def add(self, pattern: str) -> int:
        self._patterns.append(plain(pattern))
        self._size += size(pattern)
        return len(self._patterns) - 1

    @cached_property
    def _together(self) -> Together:
        return Together(self._patterns)

    def found_in_all(self, asked: Asked) -> list[int]:
        if asked.searched is asked.text:
            return self.found_in_last(asked)
        found = asked.found.get(self._all)
        if found is None:
            found = asked.found[self._all] = self._together.found(asked.searched_utf8)
        return found

    def found_in_last(self, asked: Asked) -> list[int]:
        found = asked.found.get(self)
        if found is None:
            found = asked.found[self] = self._together.found(asked.utf8)
        return found
