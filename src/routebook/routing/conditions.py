"""What a rule of a policy asks about a prompt: a closed grammar, no code.

``{tag: coding}``, ``{keyword: [traceback, refactor]}``, and ``any``, ``all`` and ``not`` over these. Further forms are
further frozen classes with the same three methods.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

from routebook.errors import PolicyError
from routebook.routing.names import check_text

MAX_LIST = 1000


class Asked:
    """What is known of a prompt when a policy decides; what costs time is worked out when a rule first asks for it.

    Attributes
    ----------
    text
        What the user wrote.
    tags
        The prompt's tags.
    """

    def __init__(self, text: str, tags: frozenset[str]) -> None:
        self.text = text
        self.tags = tags

    @cached_property
    def lower(self) -> str:
        """The text in lower case."""
        return self.text.lower()


@dataclass(frozen=True, slots=True)
class TagIs:
    """The prompt has this tag.

    >>> TagIs("coding").matches(Asked("hi", frozenset({"coding"})))
    True
    """

    tag: str

    def __post_init__(self) -> None:
        check_text(self.tag, "a tag")

    def matches(self, asked: Asked) -> bool:
        """Tell whether the prompt has the tag."""
        return self.tag in asked.tags

    def sentence(self) -> str:
        """Say it in words."""
        return f"its tag is {self.tag}"

    def data(self) -> dict[str, Any]:
        """Return it as it stands in a file."""
        return {"tag": self.tag}


@dataclass(frozen=True, slots=True)
class HasKeyword:
    """The text has one of these words or phrases, as whole words, in any case.

    A word is whole where no letter, digit or underscore touches it, so ``translate`` is not in ``translated``.

    >>> HasKeyword(("translate",)).matches(Asked("Translated by hand", frozenset()))
    False
    >>> HasKeyword(("C++", "traceback")).matches(Asked("Some c++, please", frozenset()))
    True
    """

    words: tuple[str, ...]

    def __post_init__(self) -> None:
        _check_length(self.words, "words")
        for word in self.words:
            check_text(word, "a keyword")

    def matches(self, asked: Asked) -> bool:
        """Tell whether one of the words is there."""
        return any(_has_word(asked.lower, word.lower()) for word in self.words)

    def sentence(self) -> str:
        """Say it in words."""
        return f"it has the word {_either(list(self.words))}"

    def data(self) -> dict[str, Any]:
        """Return it as it stands in a file."""
        return {"keyword": list(self.words)}


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one of the conditions holds."""

    of: tuple[Condition, ...]

    def __post_init__(self) -> None:
        _check_length(self.of, "conditions")

    def matches(self, asked: Asked) -> bool:
        """Tell whether one holds."""
        return any(condition.matches(asked) for condition in self.of)

    def sentence(self) -> str:
        """Say it in words."""
        return " or ".join(_grouped(condition) for condition in self.of)

    def data(self) -> dict[str, Any]:
        """Return it as it stands in a file."""
        return {"any": [condition.data() for condition in self.of]}


@dataclass(frozen=True, slots=True)
class AllOf:
    """All of the conditions hold."""

    of: tuple[Condition, ...]

    def __post_init__(self) -> None:
        _check_length(self.of, "conditions")

    def matches(self, asked: Asked) -> bool:
        """Tell whether all hold."""
        return all(condition.matches(asked) for condition in self.of)

    def sentence(self) -> str:
        """Say it in words."""
        return " and ".join(_grouped(condition) for condition in self.of)

    def data(self) -> dict[str, Any]:
        """Return it as it stands in a file."""
        return {"all": [condition.data() for condition in self.of]}


@dataclass(frozen=True, slots=True)
class Not:
    """The condition does not hold."""

    of: Condition

    def matches(self, asked: Asked) -> bool:
        """Tell whether it does not hold."""
        return not self.of.matches(asked)

    def sentence(self) -> str:
        """Say it in words."""
        return f"not ({self.of.sentence()})"

    def data(self) -> dict[str, Any]:
        """Return it as it stands in a file."""
        return {"not": self.of.data()}


Condition: TypeAlias = TagIs | HasKeyword | AnyOf | AllOf | Not


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


def _check_length(things: tuple[object, ...], what: str) -> None:
    if not 1 <= len(things) <= MAX_LIST:
        raise PolicyError(f"A condition lists 1 to {MAX_LIST:,} {what}; not {len(things):,}.")


def _has_word(text: str, word: str) -> bool:
    start = text.find(word)
    while start >= 0:
        end = start + len(word)
        if not (_joined(text, start - 1, start) or _joined(text, end - 1, end)):
            return True
        start = text.find(word, start + 1)
    return False


def _joined(text: str, left: int, right: int) -> bool:
    """Tell whether the characters at both places are parts of words, so that no word ends between them."""
    return left >= 0 and right < len(text) and _in_word(text[left]) and _in_word(text[right])


def _in_word(character: str) -> bool:
    return character.isalnum() or character == "_"


def _grouped(condition: Condition) -> str:
    return f"({condition.sentence()})" if isinstance(condition, (AnyOf, AllOf)) else condition.sentence()


def _either(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"
