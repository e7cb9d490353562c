"""Cheap features of a prompt: what a rule can ask of it without asking a model.

==================  ===================================================================================================
`facts`             what they are worked out from: `PromptFacts`
`counts`            whole numbers: tokens (estimated), characters, words, lines, digits, turns, images, tools
`form`              yes or no: code, a fenced block, mathematics, lettered options, a negation
`language`          the language of the text, as a code such as ``de``
`code_language`     the programming language, such as ``python``
==================  ===================================================================================================

Each is worked out from what is sent and nothing else, in time proportional to its length; so what is learned from a
table and what is decided for a new prompt use the same functions.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from routebook.features.code_language import CODE_LANGUAGES, code_language
from routebook.features.counts import (
    characters,
    digits,
    images,
    lines,
    prompt_tokens,
    tools,
    turns,
    words,
)
from routebook.features.facts import Feature, PromptFacts
from routebook.features.form import PATTERNS, has_code, has_code_fence, has_math, has_negation, multiple_choice
from routebook.features.language import LANGUAGES, language

__all__ = ["FEATURES", "TEXTS", "YES_NO", "Feature", "PromptFacts", "features_of"]

FEATURES: Mapping[str, Feature] = MappingProxyType(
    {
        feature.__name__: feature
        for feature in (
            prompt_tokens,
            characters,
            words,
            lines,
            language,
            has_code_fence,
            has_code,
            code_language,
            digits,
            has_math,
            multiple_choice,
            has_negation,
            turns,
            images,
            tools,
        )
    }
)
"""Every feature by its name, in the order in which tables show them."""
YES_NO = frozenset(PATTERNS)
"""Those that are `True` or `False`."""
TEXTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"language": tuple(LANGUAGES), "code_language": tuple(CODE_LANGUAGES)}
)
"""Those that are texts, with all that they can be. The others are whole numbers from 0."""


def features_of(asked: PromptFacts) -> dict[str, int | str]:
    """Return every feature of a prompt: whole numbers, `True` or `False`, and texts.

    >>> found = features_of(PromptFacts("What is 2 + 2?"))
    >>> found["has_math"], found["language"], found["code_language"]
    (True, 'en', 'none')
    """
    return {name: feature(asked) for name, feature in FEATURES.items()}
