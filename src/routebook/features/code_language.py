"""The programming language of the code in the last message: from the name at its fence, else from tell-tale lines."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from types import MappingProxyType

from routebook.features.facts import PromptFacts
from routebook.features.form import has_code
from routebook.patterns.linear import finder
from routebook.patterns.portable import plain

_L, _E = r"(?:^|\n)[ \t]*", r"[ \t\r]*(?:\n|$)"
PATTERNS: Mapping[str, str] = MappingProxyType(
    {
        "python": (
            rf"{_L}(?:(?:async )?def \w+ ?\([^\n]*\)[^\n{{]*:|class \w+(?:\([^\n]*\))?:{_E}|from [\w.]+ import |"
            rf"import [\w.]+(?: as \w+)?{_E}|elif [^\n]*:{_E}|print\([^\n]*\){_E}|>>> |"
            r"Traceback \(most recent call last\):|if __name__ ==)"
        ),
        "sql": rf"{_L}(?:SELECT [^\n]+\sFROM\s|INSERT INTO \w|CREATE TABLE \w|UPDATE \w+ SET |DELETE FROM \w)",  # noqa: S608 - it is looked for, not sent
        "php": r"<\?php|\$\w+->\w+\(",
        "html": rf"{_L}<(?:!DOCTYPE html|html|head|body|div|script|table|form)\b",
        "cpp": rf"#include ?<(?:iostream|vector|string|map|algorithm)>|\bstd::\w|{_L}template ?<|using namespace \w",
        "c": rf"{_L}#include ?[<\"]|\bprintf\(\"|{_L}int main\(",
        "csharp": rf"{_L}(?:using System|namespace [\w.]+ ?[{{;])|\bConsole\.Write",
        "java": rf"{_L}(?:import java|package [\w.]+;|public (?:static |final |abstract )*(?:class|void|int|String)\b)|"
        r"\bSystem\.out\.print",
        "go": rf"{_L}(?:package \w+{_E}|func (?:\(\w+ [*\w.]+\) )?\w+\([^\n]*\)[^\n:;]*\{{)|\bfmt\.Print|"
        r"\w := \w+\.\w+\(",
        "rust": rf"{_L}(?:pub )?fn \w+ ?[(<]|\blet mut \w|\bprintln!\(|{_L}(?:impl|use \w+::)",
        "typescript": rf"{_L}(?:export )?(?:interface \w+ ?\{{|type \w+ ?= ?)|"
        r"\b(?:const|let) \w+: ?\w|\): ?(?:void|string|number|boolean|Promise<)",
        "javascript": rf"{_L}(?:(?:export |async )*function\b ?\w*\(|(?:const|let|var) \w+ ?=|"
        r"import [^\n]+ from ['\"])|\bconsole\.log\(|=> ?\{|\bdocument\.\w",
        "ruby": rf"{_L}(?:def \w+[?!]?(?:\([^\n:]*\))?{_E}|require ['\"]|puts )|\bdo \|\w+\|",
        "bash": r"#!/(?:usr/)?bin/(?:env )?(?:ba|z)?sh|(?:^|\n)[ \t]*(?:\$ )?(?:sudo|apt-get|cd|grep|chmod|curl|echo) "
        r"[-~./$\"\w]|\bfi[ \t]*(?:\n|$)",
        "r": rf"\w ?<- ?(?:c|function|data\.frame|read\.csv)\(|{_L}library\(\w+\)",
    }
)
"""What tells a language, without a name at the fence; the first that is found, in this order."""
CODE_LANGUAGES = ("none", "unknown", *PATTERNS, "css", "json", "kotlin", "scala", "swift", "xml", "yaml")
"""All that `code_language` can be."""
NAMES = {
    "py": "python", "python3": "python", "pycon": "python", "js": "javascript", "jsx": "javascript",
    "node": "javascript", "mjs": "javascript", "ts": "typescript", "tsx": "typescript", "c++": "cpp", "cc": "cpp",
    "cxx": "cpp", "h": "c", "cs": "csharp", "c#": "csharp", "golang": "go", "rs": "rust", "rb": "ruby", "sh": "bash",
    "shell": "bash", "zsh": "bash", "console": "bash", "mysql": "sql", "postgresql": "sql", "sqlite": "sql",
    "kt": "kotlin", "htm": "html", "yml": "yaml",
}  # fmt: skip


def code_language(asked: PromptFacts) -> str:
    """Tell the programming language: ``none`` without code, ``unknown`` where nothing tells.

    The name at the first fence that has one counts, if it is known; else the first of `PATTERNS` that is found.

    >>> code_language(PromptFacts("Fix:\\n```py\\nx = 1\\n```")), code_language(PromptFacts("fn f() {}"))
    ('python', 'rust')
    >>> code_language(PromptFacts("Name a prime."))
    'none'
    """
    if not has_code(asked):
        return "none"
    return _at_fence(asked.text) or next((name for name in PATTERNS if _finder(name)(asked.utf8)), "unknown")


def _at_fence(text: str) -> str | None:
    """Return the language named at the first fence with a known name."""
    for line in text.split("\n"):
        opened = line.lstrip(" ")
        if opened[:3] in ("```", "~~~") and len(line) - len(opened) <= 3:
            name = opened.lstrip("`~").strip(" \t\r{}.").partition(" ")[0].lower()
            name = NAMES.get(name, name)
            if name in CODE_LANGUAGES[2:]:
                return name
    return None


@cache
def _finder(name: str) -> Callable[[bytes], bool]:
    return finder(plain(PATTERNS[name]))
