"""Cheap features of a prompt: what a rule can ask of it without asking a model.

Each is a whole number or a yes or no, worked out from what is sent and nothing else, in time proportional to its
length, by the standard library alone; so what is learned from a table and what is decided for a new prompt use the same
functions. All but `turns`, `images` and `prompt_tokens` look at the text of the last message only. They are hints about
form, not about meaning: `has_code` is fooled by prose that looks like code.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple, Protocol, TypeAlias

BYTES_PER_TOKEN = 4

# Every expression below means the same in RE2 and JavaScript, is linear in time, and knows ASCII letters only.
_FENCE = re.compile(r"^ {0,3}(?:```|~~~)", re.MULTILINE)
_CODE = re.compile(
    r"^[ \t]*(?:"
    r"(?:async )?def \w+ ?\(|class \w+ ?[(:{]|from [\w.]+ import |import [\w.]+(?:;| as |[ \t]*$)|@\w+(?:\(|[ \t]*$)|"
    r"(?:export |async )*function\b ?\w*\(|(?:const|let|var) \w+ ?=|"
    r"(?:public|private|protected|static) [\w<>\[\] ]+[({;=]|"
    r"#include ?[<\"]|fn \w+ ?[(<]|func \w+ ?\(|package \w+;?[ \t]*$|return [^.?!\n]*;[ \t]*$|"
    r"SELECT [^\n]+ FROM |(?:INSERT INTO|CREATE TABLE|UPDATE) \w+|#!/|>>> |Traceback \(most recent call last\):|"
    r"(?:if|for|while|switch) ?\([^\n]*\) ?\{|<!DOCTYPE |<\?php|<(?:html|div|script)\b|"
    r"\w+(?:\.\w+)*\([^\n]*\);[ \t]*$"
    r")",
    re.MULTILINE,
)
_SIGN = re.compile(r"[\\$^=+*/×÷·<>∑∫√∞∈∀∃π≤≥≠±]|[-−] ")  # without any, nothing below matches, and most texts have none
_MATH = re.compile(
    r"\\(?:frac|sqrt|sum|int|prod|lim|boxed|cdot|times|leq?|geq?|neq|infty|alpha|beta|theta|pi|in|mathbb|begin)\b|"
    r"\$[^$\n\\^_=+<>]*[\\^_=+<>][^$\n]*\$|\\\(|\\\[|"
    r"[0-9a-z)] ?\^ ?[0-9a-z({-]|"
    r"[0-9)] ?[+*/×÷·] ?[0-9(]|[0-9)] [-−] [0-9(]|[0-9a-z)] ?[=≤≥≠<>] ?-?[0-9(]|[∑∫√∞∈∀∃π≤≥≠±]"
)
_OPTION = re.compile(r"^[ \t]*\(?([A-Ea-e])[.):] ?\S", re.MULTILINE)
_FIRST_OPTION, _SECOND_OPTION = re.compile(r"\b[Aa]\) ?\S"), re.compile(r"\b[Bb]\) ?\S")
_NEGATIONS = frozenset(
    (
        "not", "no", "never", "none", "neither", "nor", "nothing", "nobody", "nowhere", "cannot", "without", "except",
        "unless", "false", "incorrect", "least",
    )
)  # fmt: skip
_PUNCTUATION = str.maketrans(dict.fromkeys('!"#$%&()*+,-./:;<=>?@[\\]^`{|}~“”‘’—–…', " "))


class Asked(Protocol):
    """What features are worked out from; see `PromptFacts`."""

    @property
    def text(self) -> str:
        """The last message."""

    @property
    def earlier(self) -> str:
        """What came before it."""

    @property
    def turns(self) -> int:
        """How many messages are the user's."""

    @property
    def images(self) -> int:
        """How many images are sent."""


class PromptFacts(NamedTuple):
    """What is sent to a model, as far as features look at it.

    Attributes
    ----------
    text
        The last message: what the user asks.
    earlier
        The system prompt and the earlier messages, one after another.
    turns
        How many messages are the user's, the last one included.
    images
        How many images are sent.
    """

    text: str
    earlier: str = ""
    turns: int = 1
    images: int = 0


Feature: TypeAlias = Callable[[Asked], int]


def characters(asked: Asked) -> int:
    """Count the characters (Unicode code points).

    >>> characters(PromptFacts("añb"))
    3
    """
    return len(asked.text)


def words(asked: Asked) -> int:
    """Count the words: what stands between white space.

    >>> words(PromptFacts("Name two  primes."))
    3
    """
    return len(asked.text.split())


def lines(asked: Asked) -> int:
    """Count the lines: one more than there are line feeds.

    >>> lines(PromptFacts("one\\ntwo"))
    2
    """
    return asked.text.count("\n") + 1


def prompt_tokens(asked: Asked) -> int:
    """Estimate the tokens of all the text that is sent: one for each 4 bytes of UTF-8, rounded up.

    English prose has about 4 characters a token in the vendors' tokenizers; other scripts have fewer, and more bytes a
    character. It is no tokenizer's count, and leaves images and a host's own framing out.

    >>> prompt_tokens(PromptFacts("Name a prime.")), prompt_tokens(PromptFacts("素数")), prompt_tokens(PromptFacts(""))
    (4, 2, 0)
    """
    size = len(asked.text.encode("utf-8", "surrogatepass")) + len(asked.earlier.encode("utf-8", "surrogatepass"))
    return -(-size // BYTES_PER_TOKEN)


def has_code_fence(asked: Asked) -> bool:
    """Tell whether a line begins a fenced block: three backticks or tildes.

    >>> has_code_fence(PromptFacts("Fix this:\\n```python\\nx = 1\\n```"))
    True
    """
    return _FENCE.search(asked.text) is not None


def has_code(asked: Asked) -> bool:
    """Tell whether there is a fenced block, or a line that looks like code, a query or a traceback.

    >>> has_code(PromptFacts("def f(x):\\n    return x")), has_code(PromptFacts("Import taxes are due in class 3."))
    (True, False)
    """
    return has_code_fence(asked) or _CODE.search(asked.text) is not None


def digits(asked: Asked) -> int:
    """Count the digits 0 to 9.

    >>> digits(PromptFacts("17 * 23"))
    4
    """
    return sum(map(asked.text.count, "0123456789"))


def has_math(asked: Asked) -> bool:
    """Tell whether there is a formula: LaTeX, a power, an equation, an operation on numbers, a sign such as √.

    >>> has_math(PromptFacts("What is 17 * 23?")), has_math(PromptFacts("Who was king in 1714-1727?"))
    (True, False)
    """
    return _SIGN.search(asked.text) is not None and _MATH.search(asked.text) is not None


def multiple_choice(asked: Asked) -> bool:
    """Tell whether options are lettered: lines that begin ``A.``, ``(B)`` or the like, or ``a)`` before ``b)``.

    >>> multiple_choice(PromptFacts("Which is prime?\\nA. 4\\nB. 7")), multiple_choice(PromptFacts("A. Smith wrote"))
    (True, False)
    """
    seen = {letter.lower() for letter in _OPTION.findall(asked.text)}
    if {"a", "b"} <= seen:
        return True
    first = _FIRST_OPTION.search(asked.text)
    return first is not None and _SECOND_OPTION.search(asked.text, first.end()) is not None


def has_negation(asked: Asked) -> bool:
    """Tell whether there is an English word that denies or excepts: not, never, without, except, isn't.

    >>> has_negation(PromptFacts("Which is NOT a prime?")), has_negation(PromptFacts("Note the knots."))
    (True, False)
    """
    text = asked.text.lower()
    if "n't" in text or "n’t" in text:
        return True
    return not _NEGATIONS.isdisjoint(text.translate(_PUNCTUATION).split())


def turns(asked: Asked) -> int:
    """Count the user's messages."""
    return asked.turns


def images(asked: Asked) -> int:
    """Count the images."""
    return asked.images


FEATURES: Mapping[str, Feature] = MappingProxyType(
    {
        feature.__name__: feature
        for feature in (
            prompt_tokens,
            characters,
            words,
            lines,
            has_code_fence,
            has_code,
            digits,
            has_math,
            multiple_choice,
            has_negation,
            turns,
            images,
        )
    }
)
"""Every feature by its name, in the order in which tables show them."""


def features_of(asked: Asked) -> dict[str, int]:
    """Return every feature of a prompt: whole numbers, and `True` or `False`.

    >>> features_of(PromptFacts("What is 2 + 2?"))["has_math"]
    True
    """
    return {name: feature(asked) for name, feature in FEATURES.items()}
