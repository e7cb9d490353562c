"""What is known of a prompt besides its words: its tags and its language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from routebook.features.language import LANGUAGES
from routebook.lookup import either
from routebook.routing.conditions.asked import Asked, Test, check_known, check_length, said
from routebook.routing.conditions.searches import Searches
from routebook.routing.names import check_text


@dataclass(frozen=True, slots=True)
class TagIs:
    """The prompt has this tag.

    >>> TagIs("coding").matches(Asked("hi", frozenset({"coding"})))
    True
    """

    tag: str

    def __post_init__(self) -> None:
        check_text(self.tag, "a tag")

    def test(self, searches: Searches) -> Test:  # noqa: ARG002 - as all conditions
        """Make the function that tells whether the prompt has the tag."""
        tag = self.tag
        return lambda asked: tag in asked.tags

    def matches(self, asked: Asked) -> bool:
        """Tell whether the prompt has the tag."""
        return self.tag in asked.tags

    def sentence(self) -> str:
        """Say it in words."""
        return f"its tag is {self.tag}"

    def finding(self, asked: Asked) -> str:
        """Say which tags it has."""
        if self.tag in asked.tags:
            return self.sentence()
        if not asked.tags:
            return f"it has no tag, so not {self.tag}"
        return f"its tag is {' and '.join(sorted(map(said, asked.tags)))}, not {self.tag}"

    def data(self) -> dict[str, Any]:
        """Return it as it stands in a file."""
        return {"tag": self.tag}


@dataclass(frozen=True, slots=True)
class InLanguage:
    """The last message is in one of these languages, as far as `routebook.features.language` can tell.

    >>> InLanguage(("de", "fr")).sentence()
    'it is in German or French'
    >>> InLanguage(("de",)).matches(Asked("Wie spät ist es in Berlin?"))
    True
    """

    languages: tuple[str, ...]

    def __post_init__(self) -> None:
        check_length(self.languages, "languages")
        for code in self.languages:
            check_known(code, tuple(LANGUAGES), "a language that can be told; write its code, such as de")

    def test(self, searches: Searches) -> Test:  # noqa: ARG002 - as all conditions
        """Make the function that tells whether it is in one of them."""
        among = frozenset(self.languages)
        return lambda asked: asked.feature("language") in among

    def matches(self, asked: Asked) -> bool:
        """Tell whether it is in one of them."""
        return asked.feature("language") in self.languages

    def sentence(self) -> str:
        """Say it in words."""
        return f"it is in {self._names()}"

    def finding(self, asked: Asked) -> str:
        """Say which language it is in."""
        found = LANGUAGES[str(asked.feature("language"))]
        return f"it is in {found}" + ("" if self.matches(asked) else f", not in {self._names()}")

    def data(self) -> dict[str, Any]:
        """Return it as it stands in a file."""
        return {"language": self.languages[0] if len(self.languages) == 1 else list(self.languages)}

    def _names(self) -> str:
        return either([LANGUAGES[code] for code in self.languages])
