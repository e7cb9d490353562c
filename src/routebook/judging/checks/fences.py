"""The fenced blocks of a Markdown answer, found in one pass however long and broken it is."""

from __future__ import annotations

import re
from textwrap import dedent
from typing import NamedTuple

_FENCE = re.compile(r"[ \t>]*(`{3,}|~{3,})[ \t]*([\w+#.-]*)([^\n]*)\Z")


class Fenced(NamedTuple):
    """One block: the language its fence names, in small letters, or empty; and what is in it."""

    language: str
    text: str


def blocks(answer: str) -> list[Fenced]:
    """Return the fenced blocks, in order; one that is not closed goes to the end.

    >>> blocks("Here:\\n```python\\nx = 1\\n```\\nand\\n~~~\\ny")
    [Fenced(language='python', text='x = 1'), Fenced(language='', text='y')]
    """
    found: list[Fenced] = []
    fence, language, inside = "", "", list[str]()
    for line in answer.split("\n"):
        match = _FENCE.match(line.rstrip("\r")) if "```" in line or "~~~" in line else None
        if match is None:
            if fence:
                inside.append(line)
        elif not fence:
            fence, language, inside = match[1], match[2].lower(), []
        elif match[1].startswith(fence) and not match[2] and not match[3].strip():
            found.append(Fenced(language, dedent("\n".join(inside))))
            fence = ""
        else:
            inside.append(line)
    if fence:
        found.append(Fenced(language, dedent("\n".join(inside))))
    return found
