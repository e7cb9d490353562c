r"""Conditions as signals of vLLM Semantic Router: what it looks for in a prompt, and how rules put that together.

A word becomes a regular expression that finds it as a whole word in any case, as `HasKeyword` does: the router's own
keywords know words of ASCII letters alone. A pattern's plain form means the same to its engine, Go's RE2. A tag is
metadata that whoever calls sends, as `TAG_KEY`.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from typing import Any, TypeAlias

from routebook.features import YES_NO
from routebook.features.form import PATTERNS
from routebook.patterns.portable import plain
from routebook.routing.conditions import (
    AllOf,
    AnyOf,
    Condition,
    FeatureIs,
    HasKeyword,
    InLanguage,
    Matches,
    MetadataIs,
    Not,
    TagIs,
)

TAG_KEY = "routebook_tag"
"""The name of the metadata under which whoever calls sends a prompt's tag."""
Node: TypeAlias = dict[str, Any]

LAST_ALONE = "of a talk with several turns it reads the last message alone, where the policy looks in all of the user's"
TOKENS = (
    "its count of tokens adds some for each message, for tools and for the answer asked for, so it is higher: prompts "
    "near the limit go another way"
)
DETECTOR = "it tells languages by a detector of its own, which decides otherwise for some short or mixed texts"

_COUNTED_BY_PATTERN: Mapping[str, str] = {
    "characters": r"[\x00-\x{10FFFF}]",
    "digits": "[0-9]",
    "lines": r"\n",
    "words": r"[^\x09-\x0D\x1C-\x20\x85\p{Z}]+",
}
_COUNTED_IN_TALK: Mapping[str, Mapping[str, str]] = {
    "turns": {"type": "message", "role": "user"},
    "images": {"type": "image_content"},
    "tools": {"type": "tool_definition"},
}
_LANGUAGES: Mapping[str, tuple[str, ...]] = {"no": ("nb", "nn")}
# The lower case of İ is an i and a dot, which is no part of a word: a word ends in it, or begins after it.
_EDGE = r"[^\p{L}\p{N}_]"
_ALSO: Mapping[str, str] = {"k": "\u212a", "å": "\u212b"}  # other characters of the same lower case


class Unsaid(Exception):  # noqa: N818 - no error of the user's
    """A condition that the router cannot express; its text says why."""


class Signals:
    """Collects the signals of a policy while its conditions are put into rules.

    Attributes
    ----------
    families
        The signals by their kind, as they stand in the file.
    inexact
        What the conditions put since `inexact` was last emptied mean otherwise.
    """

    def __init__(self) -> None:
        self.families: dict[str, list[Node]] = {}
        self.inexact: dict[str, None] = {}
        self._names: dict[str, str] = {}

    def rules(self, condition: Condition) -> Node:
        """Put a condition as the rules of a decision.

        Raises
        ------
        Unsaid
            If it cannot be put.
        """
        node = self._node(condition)
        return node if "operator" in node else _joined("AND", [node])

    def _node(self, condition: Condition) -> Node:
        match condition:
            case AnyOf(of):
                return _joined("OR", [self._node(one) for one in of])
            case AllOf(of):
                return _joined("AND", [self._node(one) for one in of])
            case Not(of):
                return _joined("NOT", [self._node(of)])
            case TagIs(tag):
                return self._metadata(TAG_KEY, {"equals": tag})
            case HasKeyword(words):
                self.inexact[LAST_ALONE] = None
                return self._patterns([word_pattern(word) for word in words])
            case Matches(pattern):
                self.inexact[LAST_ALONE] = None
                return self._patterns([plain(pattern)])
            case InLanguage(languages):
                return self._in_language(languages)
            case MetadataIs():
                return self._metadata_is(condition)
            case FeatureIs():
                return self._feature(condition)

    def _signal(self, kind: str, family: str, signal: Node, name: str = "") -> Node:
        """Add a signal unless the same one is there, and return the rule that asks for it."""
        known = json.dumps([kind, signal])
        if known not in self._names:
            self._names[known] = name or f"{kind}-{len(self.families.get(family, ())) + 1}"
            self.families.setdefault(family, []).append({"name": self._names[known], **signal})
        return {"type": kind, "name": self._names[known]}

    def _patterns(self, patterns: list[str]) -> Node:
        signal = {"operator": "OR", "method": "regex", "case_sensitive": True, "keywords": patterns}
        return self._signal("keyword", "keywords", signal)

    def _metadata(self, key: str, predicate: Node) -> Node:
        return self._signal("metadata", "metadata", {"key": key, "predicate": predicate})

    def _metadata_is(self, condition: MetadataIs) -> Node:
        wanted = (condition.equals,) if condition.equals is not None else condition.one_of
        texts = [value for value in wanted if isinstance(value, str)]
        if not texts or len(texts) < len(wanted):
            raise Unsaid(f"it compares the metadata {condition.name} with what is no text")
        return self._metadata(condition.name, {"equals": texts[0]} if len(texts) == 1 else {"in": texts})

    def _in_language(self, languages: tuple[str, ...]) -> Node:
        if "unknown" in languages:
            raise Unsaid("it asks for texts of an unknown language")
        self.inexact[DETECTOR] = None
        codes = [code for language in languages for code in _LANGUAGES.get(language, (language,))]
        asked = [
            self._signal("language", "language", {"description": f"Texts in {code}."}, name=code)
            for code in dict.fromkeys(codes)
        ]
        return asked[0] if len(asked) == 1 else _joined("OR", asked)

    def _feature(self, condition: FeatureIs) -> Node:
        name = condition.name
        if name in YES_NO:
            found = self._patterns([plain(PATTERNS[name])])
            return found if condition.equals else _joined("NOT", [found])
        if name == "language":
            return self._in_language(tuple(map(str, condition.one_of or (condition.equals,))))
        low, high = _ends(condition)
        if name == "prompt_tokens":
            return self._tokens(low, high)
        if name in _COUNTED_IN_TALK:
            feature = {"type": "count", "source": dict(_COUNTED_IN_TALK[name])}
            return self._signal("conversation", "conversation", {"feature": feature, "predicate": _within(low, high)})
        if name in _COUNTED_BY_PATTERN:
            shift = 1 if name == "lines" else 0  # line feeds are counted
            source = {"type": "regex", "pattern": _COUNTED_BY_PATTERN[name], "case_sensitive": True}
            signal = {"feature": {"type": "count", "source": source}, "predicate": _within(low, high, shift)}
            return self._signal("structure", "structure", signal)
        raise Unsaid(f"it asks for the prompt's {name}")

    def _tokens(self, low: float | None, high: float | None) -> Node:
        self.inexact[TOKENS] = None
        signal = {}
        if low is not None:
            signal["min_tokens"] = str(max(0, math.ceil(low)))
        if high is not None:
            if high < 0 or (low is not None and math.ceil(low) > math.floor(high)):
                raise Unsaid("it can never hold")
            signal["max_tokens"] = str(math.floor(high))
        return self._signal("context", "context", signal)


def word_pattern(word: str) -> str:
    r"""Return the pattern that finds a word or phrase as `HasKeyword` does: whole, in any case, in any script.

    Raises
    ------
    Unsaid
        If one of its letters has an upper or lower case of several characters.

    Examples
    --------
    >>> word_pattern("C++")
    '(?:^|[^\\p{L}\\p{N}_]|İ)[cC]\\+\\+'
    """
    if "\u0307" in word.lower():
        raise Unsaid("a keyword has a dot above, which is also a part of the lower case of İ")
    before = rf"(?:^|{_EDGE}|İ)" if _in_word(word[0]) else ""
    after = rf"(?:$|{_EDGE})" if _in_word(word[-1]) else ""
    *body, last = map(_either_case, word)
    end = f"{last}{after}"
    if word[-1] in "iI":
        end = f"(?:{end}|İ)"
    return f"{before}{''.join(body)}{end}"


def _either_case(character: str) -> str:
    low, high = character.lower(), character.upper()
    if len(low) != 1 or len(high) != 1 or low in "σς":
        raise Unsaid(f"the letter {character!r} of a keyword has no one other case")
    if low == high:
        return re.sub(r"([^\w ])", r"\\\1", character) if character.isascii() else character
    return f"[{low}{high}{_ALSO.get(low, '')}]"


def _in_word(character: str) -> bool:
    return character.isalnum() or character == "_"


def _joined(operator: str, nodes: list[Node]) -> Node:
    return {"operator": operator, "conditions": nodes}


def _ends(condition: FeatureIs) -> tuple[float | None, float | None]:
    if condition.equals is not None:
        if isinstance(condition.equals, str):
            raise Unsaid(f"it asks for the prompt's {condition.name}")
        return condition.equals, condition.equals
    if condition.one_of:
        raise Unsaid(f"it asks for the prompt's {condition.name}")
    return condition.at_least, condition.at_most


def _within(low: float | None, high: float | None, shift: int = 0) -> dict[str, float]:
    ends = {"gte": low, "lte": high}
    return {name: end - shift for name, end in ends.items() if end is not None}
