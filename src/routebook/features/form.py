r"""Features that look at the form of the last message: yes or no.

Each is a pattern of `routebook.patterns.portable`, so another language finds the same with the same pattern. They are
hints about form, not about meaning: `has_code` is fooled by prose that looks like code.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from types import MappingProxyType

from routebook.features.facts import PromptFacts
from routebook.patterns.linear import finder
from routebook.patterns.portable import plain

_FENCE = r"(?:^|\n) {0,3}(?:```|~~~)"
_LINE_OF_CODE = (
    r"(?:^|\n)[ \t]*(?:"
    r"(?:async )?def \w+ ?\(|class \w+ ?[(:{]|from [\w.]+ import |import [\w.]+(?:;| as |[ \t\r]*(?:\n|$))|"
    r"@\w+(?:\(|[ \t\r]*(?:\n|$))|"
    r"(?:export |async )*function\b ?\w*\(|(?:const|let|var) \w+ ?(?:: ?[\w<>\[\]]+ ?)?=|"
    r"(?:export )?interface \w+ ?\{|"
    r"(?:public|private|protected|static) [\w<>\[\] ]+[({;=]|"
    r"#include ?[<\"]|fn \w+ ?[(<]|func \w+ ?\(|package \w+;?[ \t\r]*(?:\n|$)|return [^.?!\n]*;[ \t\r]*(?:\n|$)|"
    r"SELECT [^\n]+ FROM |(?:INSERT INTO|CREATE TABLE|UPDATE) \w+|#!/|>>> |Traceback \(most recent call last\):|"
    r"(?:if|for|while|switch) ?\([^\n]*\) ?\{|<!DOCTYPE |<\?php|<(?:html|div|script)\b|"
    r"\w+(?:\.\w+)*\([^\n]*\);[ \t\r]*(?:\n|$)"
    r")"
)
_OPTION_A, _OPTION_B = (rf"(?:^|\n)[ \t]*\(?[{letters}][.):] ?[^ \t\r\n]" for letters in ("Aa", "Bb"))
_INLINE_A, _INLINE_B = r"\b[Aa]\) ?[^ \t\r\n]", r"\b[Bb]\) ?[^ \t\r\n]"

PATTERNS: Mapping[str, str] = MappingProxyType(
    {
        "has_code_fence": _FENCE,
        "has_code": f"{_FENCE}|{_LINE_OF_CODE}",
        "has_math": (
            r"\\(?:frac|sqrt|sum|int|prod|lim|boxed|cdot|times|leq?|geq?|neq|infty|alpha|beta|theta|pi|in|mathbb|begin)"
            r"\b|\$[^$\n\\^_=+<>]*[\\^_=+<>][^$\n]*\$|\\\(|\\\[|"
            r"[0-9a-z)] ?\^ ?[0-9a-z({-]|"
            r"[0-9)] ?[+*/×÷·] ?[0-9(]|[0-9)] [-−] [0-9(]|[0-9a-z)] ?[=≤≥≠<>] ?-?[0-9(]|[∑∫√∞∈∀∃π≤≥≠±]"
        ),
        "multiple_choice": (
            rf"{_OPTION_A}[\s\S]*{_OPTION_B}|{_OPTION_B}[\s\S]*{_OPTION_A}|{_INLINE_A}[\s\S]*{_INLINE_B}"
        ),
        "has_negation": (
            r"(?i)\b(?:not|no|never|none|neither|nor|nothing|nobody|nowhere|cannot|without|except|unless|false|"
            r"incorrect|least)\b|n['’]t\b"
        ),
    }
)
"""What is searched for in the last message, by feature."""


def has_code_fence(asked: PromptFacts) -> bool:
    """Tell whether a line begins a fenced block: three backticks or tildes.

    >>> has_code_fence(PromptFacts("Fix this:\\n```python\\nx = 1\\n```"))
    True
    """
    return _found("has_code_fence", asked)


def has_code(asked: PromptFacts) -> bool:
    """Tell whether there is a fenced block, or a line that looks like code, a query or a traceback.

    >>> has_code(PromptFacts("def f(x):\\n    return x")), has_code(PromptFacts("Import taxes are due in class 3."))
    (True, False)
    """
    return _found("has_code", asked)


def has_math(asked: PromptFacts) -> bool:
    """Tell whether there is a formula: LaTeX, a power, an equation, an operation on numbers, a sign such as √.

    >>> has_math(PromptFacts("What is 17 * 23?")), has_math(PromptFacts("Who was king in 1714-1727?"))
    (True, False)
    """
    return _found("has_math", asked)


def multiple_choice(asked: PromptFacts) -> bool:
    """Tell whether options are lettered: lines that begin ``A.``, ``(B)`` or the like, or ``a)`` before ``b)``.

    >>> multiple_choice(PromptFacts("Which is prime?\\nA. 4\\nB. 7")), multiple_choice(PromptFacts("A. Smith wrote"))
    (True, False)
    """
    return _found("multiple_choice", asked)


def has_negation(asked: PromptFacts) -> bool:
    """Tell whether there is an English word that denies or excepts: not, never, without, except, isn't.

    >>> has_negation(PromptFacts("Which is NOT a prime?")), has_negation(PromptFacts("Note the knots."))
    (True, False)
    """
    return _found("has_negation", asked)


def _found(feature: str, asked: PromptFacts) -> bool:
    return _finder(feature)(asked.utf8)


@cache
def _finder(feature: str) -> Callable[[bytes], bool]:
    return finder(plain(PATTERNS[feature]))
