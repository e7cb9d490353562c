"""Which option of a multiple-choice question an answer chooses, in the many ways models write it.

What says more goes first: a letter alone on the first or the last line; "the answer is B", where the last such word
counts, since models correct themselves; an option that the answer begins with; the only letter that is marked as one,
as in "(B)" or "**B**"; the only capital that stands alone. Every pattern is bounded, so that a hostile answer costs no
more than its length.
"""

from __future__ import annotations

import re
from functools import lru_cache
from string import ascii_uppercase
from typing import NamedTuple

from routebook.lookup import either

MOST_OPTIONS = len(ascii_uppercase)
_OPEN, _CLOSE = r"[*_(\[{\"'`$“‘\\]", r"[*_)\]}\"'`$”’\\]"
_LATEX = re.compile(r"\\(?:boxed|text|textbf|mathrm|mathbf)\b")
_SPACES = re.compile(r"[^\S\n]+")
_BREAKS = re.compile(r" ?\n[ \n]*")
_DENIED = re.compile(r"\b(?:not|wrong|incorrect|false|neither|eliminate\w*)\b|n['’]t\b", re.IGNORECASE)


class Choice(NamedTuple):
    """The letter that was chosen, as a capital; or `None`, and why none can be told."""

    letter: str | None
    why: str = ""


class _Patterns(NamedTuple):
    bare: re.Pattern[str]
    declared: re.Pattern[str]
    leading: re.Pattern[str]
    marked: re.Pattern[str]
    alone: re.Pattern[str]


@lru_cache(maxsize=MOST_OPTIONS)
def _patterns(options: int) -> _Patterns:
    last = ascii_uppercase[options - 1]
    # "a" and "I" are words too: they are letters only where no sentence goes on.
    stop = rf"(?={_CLOSE}{{0,6}}(?: ?[.,;:!?)–—\n-]| (?:because|since|as|which|or|and)\b| ?\Z))"
    letters = [letter for letter in ascii_uppercase[:options] if letter not in "AI"]
    letter = rf"(?:[AI]{stop}|[{''.join(letters)}](?![\w'’]))" if letters else rf"A{stop}"
    letter = letter.replace("[AI]", "[AI]" if last >= "I" else "A")
    one = rf"(?i:{letter})"
    word = r"(?i:option|choice|answer|letter)"
    gap = r"[\s*_:(\[{\"'`$“‘\\-]{0,8}"
    several = rf"(?!{_CLOSE}{{0,4}} ?(?i:or|and|[/&,]) ?{_OPEN}{{0,4}}(?i:[A-{last}])(?![\w'’]))"
    says = (
        r"\b(?i:answer|choice|option|letter|solution)[*_]{0,4}(?i: (?:to|for) (?:this|the) question)?"
        r"(?i: ?[:=→]| ?->| is| would be| should be| must be)"
    )
    takes = r"\b(?i:choose|choosing|chose|pick|picked|select|selected|selecting|go with|going with)\b"
    right = r"(?i: is| would be)(?i: the)?(?i: (?:most |best |only )?(?:correct|right|best|answer)\b)"
    return _Patterns(
        bare=re.compile(
            rf"{_OPEN}{{0,6}}(?:{word}:? )?{_OPEN}{{0,6}}((?i:[A-{last}])){_CLOSE}{{0,6}}[.,:;!]?{_CLOSE}{{0,6}}"
        ),
        declared=re.compile(
            rf"(?:{says}|{takes}){gap}(?:{word}[\s*_(]{{1,3}})?{_OPEN}{{0,6}}({one}){several}"
            rf"|(?<![\w'’-])(?<!(?i:nor) )(?<!(?i:not) )((?i:[A-{last}])){_CLOSE}{{0,4}}{right}"
        ),
        leading=re.compile(
            rf"(?m:^)(?:[-*•] |#{{1,6}} )?{_OPEN}{{0,4}}(?:{word} )?((?i:[A-{last}]))(?:\*{{0,2}}[).:]|\*\*)"
        ),
        marked=re.compile(
            rf"(?:\(|\[|\{{|\*\*|__|[\"'`“‘])((?i:[A-{last}]))(?:[).:]?(?:\*\*|__)|[)\]}}]|[\"'`”’])"
            rf"|(?<![\w'’]){word} ([A-{last}])(?![\w'’])"
        ),
        alone=re.compile(rf"(?<![\w'’.-])({letter})"),
    )


def choose(answer: str, options: int = 4) -> Choice:
    """Return the letter that an answer chooses, of the first so many letters of the alphabet.

    Examples
    --------
    >>> choose("**B**").letter, choose("Let me think. A is tempting, but the answer is (c).").letter
    ('B', 'C')
    >>> choose("A or B")
    Choice(letter=None, why='could be A or B')
    """
    text = _BREAKS.sub(_break, _SPACES.sub(" ", _LATEX.sub("", answer))).strip()
    if not text:
        return Choice(None, "the answer is empty")
    find = _patterns(options)
    lines = [line for line in text.split("\n") if line]
    bare = [match[1].upper() if (match := find.bare.fullmatch(line)) else None for line in lines]
    chosen = {letter for letter in bare if letter}
    if len(chosen) > 1:
        return _told(chosen)
    if bare[-1] is not None:
        return Choice(bare[-1])
    declared = [(match[1] or match[2]).upper() for match in find.declared.finditer(text)]
    if declared:
        return Choice(declared[-1])
    if bare[0] is not None:
        return Choice(bare[0])
    leading = [match[1].upper() for match in find.leading.finditer(text)]
    marked = _found(find.marked, text).union(leading)
    if len(marked) > 1 and (first := find.leading.match(text)) is not None:
        paragraph = text.partition("\n\n")[0]
        in_it = _found(find.marked, paragraph) | _found(find.leading, paragraph)
        # Who lists the options begins with A.
        if len(in_it) == 1 and (leading[0] != "A" or set(leading) == {"A"}) and not _DENIED.search(paragraph):
            return Choice(first[1].upper())
    return _told(marked or _found(find.alone, text))


def _break(match: re.Match[str]) -> str:
    return "\n\n" if match[0].count("\n") > 1 else "\n"


def _found(pattern: re.Pattern[str], text: str) -> set[str]:
    return {next(filter(None, match.groups())).upper() for match in pattern.finditer(text)}


def _told(letters: set[str]) -> Choice:
    if len(letters) == 1:
        return Choice(*letters)
    return Choice(None, f"could be {either(sorted(letters))}" if letters else "no option is chosen")
