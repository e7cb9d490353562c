"""Conditions over conditions: at least one holds, all hold, or one does not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

from routebook.lookup import either
from routebook.routing.conditions.asked import Asked, Test, check_length, said
from routebook.routing.conditions.compared import FeatureIs, MetadataIs
from routebook.routing.conditions.facts import InLanguage, TagIs
from routebook.routing.conditions.searches import Searches
from routebook.routing.conditions.words import HasKeyword, Matches

_MOST_SAID = 4


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one of the conditions holds."""

    of: tuple[Condition, ...]

    def __post_init__(self) -> None:
        check_length(self.of, "conditions")

    def test(self, searches: Searches) -> Test:
        """Make the function that tells whether one holds."""
        tests = tuple(condition.test(searches) for condition in self.of)

        def one(asked: Asked) -> bool:
            for test in tests:  # noqa: SIM110 - a generator costs more
                if test(asked):
                    return True
            return False

        return one

    def matches(self, asked: Asked) -> bool:
        """Tell whether one holds."""
        return any(condition.matches(asked) for condition in self.of)

    def sentence(self) -> str:
        """Say it in words.

        >>> AnyOf((TagIs("maths"), TagIs("proof"), TagIs("poem"))).sentence()
        'its tag is maths, proof or poem'
        """
        if tags := self._tags():
            return f"its tag is {either(tags)}"
        return " or ".join(_grouped(condition) for condition in self.of)

    def finding(self, asked: Asked) -> str:
        """Say what was found of the first that holds, or of all."""
        held = next((condition for condition in self.of if condition.matches(asked)), None)
        if held is not None:
            return held.finding(asked)
        if tags := self._tags():
            own = f"its tag is {' and '.join(sorted(map(said, asked.tags)))}" if asked.tags else "it has no tag"
            more = f" and {len(tags) - _MOST_SAID} more" if len(tags) > _MOST_SAID else ""
            return f"{own}, none of {', '.join(tags[:_MOST_SAID])}{more}"
        return _findings(self.of, asked)

    def _tags(self) -> list[str]:
        """Return the tags that are asked for, if nothing else is."""
        tags = [condition.tag for condition in self.of if isinstance(condition, TagIs)]
        return tags if len(tags) == len(self.of) else []

    def data(self) -> dict[str, Any]:
        """Return it as it stands in a file."""
        return {"any": [condition.data() for condition in self.of]}


@dataclass(frozen=True, slots=True)
class AllOf:
    """All of the conditions hold."""

    of: tuple[Condition, ...]

    def __post_init__(self) -> None:
        check_length(self.of, "conditions")

    def test(self, searches: Searches) -> Test:
        """Make the function that tells whether all hold."""
        tests = tuple(condition.test(searches) for condition in self.of)

        def all_of_them(asked: Asked) -> bool:
            for test in tests:  # noqa: SIM110 - a generator costs more
                if not test(asked):
                    return False
            return True

        return all_of_them

    def matches(self, asked: Asked) -> bool:
        """Tell whether all hold."""
        return all(condition.matches(asked) for condition in self.of)

    def sentence(self) -> str:
        """Say it in words."""
        return " and ".join(_grouped(condition) for condition in self.of)

    def finding(self, asked: Asked) -> str:
        """Say what was found of the first that does not hold, or of all."""
        failed = next((condition for condition in self.of if not condition.matches(asked)), None)
        return failed.finding(asked) if failed is not None else _findings(self.of, asked)

    def data(self) -> dict[str, Any]:
        """Return it as it stands in a file."""
        return {"all": [condition.data() for condition in self.of]}


@dataclass(frozen=True, slots=True)
class Not:
    """The condition does not hold."""

    of: Condition

    def test(self, searches: Searches) -> Test:
        """Make the function that tells whether it does not hold."""
        inner = self.of.test(searches)
        return lambda asked: not inner(asked)

    def matches(self, asked: Asked) -> bool:
        """Tell whether it does not hold."""
        return not self.of.matches(asked)

    def sentence(self) -> str:
        """Say it in words.

        >>> Not(TagIs("maths")).sentence(), Not(HasKeyword(("prove", "derive"))).sentence()
        ('its tag is not maths', 'it has no word prove or derive')
        """
        match self.of:
            case TagIs(tag):
                return f"its tag is not {tag}"
            case HasKeyword(words):
                return f"it has no word {either(words)}"
            case AnyOf() if tags := self.of._tags():
                return f"its tag is none of {', '.join(tags)}"
            case _:
                return f"not ({self.of.sentence()})"

    def finding(self, asked: Asked) -> str:
        """Say what was found of it."""
        return self.of.finding(asked)

    def data(self) -> dict[str, Any]:
        """Return it as it stands in a file."""
        return {"not": self.of.data()}


Condition: TypeAlias = TagIs | HasKeyword | Matches | InLanguage | MetadataIs | FeatureIs | AnyOf | AllOf | Not


def leaves(condition: Condition) -> Iterator[Condition]:
    """Yield the conditions without conditions inside, from left to right."""
    if inside := _inside(condition):
        for inner in inside:
            yield from leaves(inner)
    else:
        yield condition


def depth(condition: Condition) -> int:
    """Return how deep a condition is nested; 1 for one without conditions inside.

    >>> depth(Not(AnyOf((TagIs("a"), TagIs("b")))))
    3
    """
    deepest, level = 0, [condition]
    while level:
        deepest += 1
        level = [inner for one in level for inner in _inside(one)]
    return deepest


def _inside(condition: Condition) -> tuple[Condition, ...]:
    match condition:
        case AnyOf(of) | AllOf(of):
            return of
        case Not(of):
            return (of,)
        case _:
            return ()


def _grouped(condition: Condition) -> str:
    return f"({condition.sentence()})" if isinstance(condition, (AnyOf, AllOf)) else condition.sentence()


def _findings(conditions: tuple[Condition, ...], asked: Asked) -> str:
    """Join what was found of each, of the first few if there are many."""
    said = list(dict.fromkeys(condition.finding(asked) for condition in conditions[:_MOST_SAID]))
    more = len(conditions) - _MOST_SAID
    return ", and ".join([*said, f"so on for {more} more"] if more > 0 else said)
