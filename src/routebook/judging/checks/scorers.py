"""The checks of `run.score`: each says of an answer how good it is, from 0 to 1; `rb.scorers` is this module.

==================  ===================================================================================
`exact`             the whole answer is the expected one
`contains`          the expected text, or another, is in it
`regex`             a pattern matches in it
`numeric`           its last number is the expected one, within a tolerance
`choice`            it chooses the expected option of a multiple-choice question
`json_schema`       it is JSON that keeps to a schema
`similarity`        how alike it is to the expected text
`code`              the Python in it passes tests
`function`          any function of yours; `run.score` takes the bare function, too
==================  ===================================================================================

What is expected is the prompt's own ``expected``, or what ``run.score(..., expected=...)`` says. Letter case,
surrounding space and the quotes or full stop around a bare answer never decide (`routebook.checks.plain`).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Literal, get_args

from routebook.checks import distance, half_a_unit, last_number, plain
from routebook.errors import JudgmentError, OptionError, did_you_mean
from routebook.judging.checks.choosing import MOST_OPTIONS, choose
from routebook.judging.checks.code_check import code
from routebook.judging.checks.patterns import searcher
from routebook.judging.checks.scorer import Score, Scorer, of_function
from routebook.judging.checks.shapes import json_schema
from routebook.prompts import in_words

__all__ = [
    "Score", "Scorer", "choice", "code", "contains", "exact", "function", "json_schema", "numeric", "regex",
    "similarity",
]  # fmt: skip

Likeness = Literal["characters", "words", "tokens"]
_LONGEST_SHOWN = 60
_FLAGS = ((re.IGNORECASE, "i"), (re.MULTILINE, "m"), (re.DOTALL, "s"))


def exact(*, name: str | None = None) -> Scorer:
    """Check whether the whole answer is the expected one.

    >>> exact()("Paris.", "paris").value, exact()("Paris, France", "Paris").value
    (1.0, 0.0)
    """
    return Scorer(
        name or "exact", {"scorer": "exact"}, lambda answer, wanted, _, __: plain(answer) == plain(str(wanted)), True
    )


def contains(text: str | None = None, *, name: str | None = None) -> Scorer:
    """Check whether a text is in the answer: `text`, or else the expected answer.

    Raises
    ------
    OptionError
        If the text is empty.

    Examples
    --------
    >>> contains("Paris")("It is **Paris**, of course.").value
    1.0
    >>> contains("x").name
    "contains 'x'"
    """
    if text is None:
        return Scorer(
            name or "contains",
            {"scorer": "contains"},
            lambda answer, wanted, _, __: _needle(str(wanted)) in plain(answer),
            True,
        )
    if not isinstance(text, str) or not text.strip():
        raise OptionError("contains(...) needs a text to look for; without one it looks for the expected answer.")
    needle = plain(text)
    return Scorer(
        name or _named("contains", text),
        {"scorer": "contains", "text": text},
        lambda answer, _, __, ___: needle in plain(answer),
    )


def _needle(expected: str) -> str:
    if not (needle := plain(expected)):
        raise JudgmentError("the expected answer is empty, and every answer contains that")
    return needle


def regex(pattern: str | re.Pattern[str], flags: int = 0, *, name: str | None = None) -> Scorer:
    """Check whether a pattern matches anywhere in the answer.

    Parameters
    ----------
    pattern
        In RE2's syntax (https://github.com/google/re2/wiki/Syntax): that of `re` without lookaround and backreferences,
        so that no answer, however hostile, takes longer than in proportion to its length.
    flags
        ``re.IGNORECASE``, ``re.MULTILINE`` and ``re.DOTALL``.
    name
        What to call it.

    Raises
    ------
    OptionError
        If RE2 has no such pattern or flag.

    Examples
    --------
    >>> regex(r"^ANSWER: \\d+$", re.MULTILINE)("I add them.\\nANSWER: 42").value
    1.0
    """
    if isinstance(pattern, re.Pattern):
        flags |= pattern.flags & ~re.UNICODE
        pattern = pattern.pattern
    if not isinstance(pattern, str) or not pattern:
        raise OptionError(f"regex(...) needs a pattern: a text, not {in_words(pattern)}.")
    letters = "".join(letter for flag, letter in _FLAGS if flags & flag)
    if flags & ~sum(flag for flag, _ in _FLAGS):
        raise OptionError("regex(...) takes the flags re.IGNORECASE, re.MULTILINE and re.DOTALL.")
    found = searcher(f"(?{letters}){pattern}" if letters else pattern)
    settings = {"scorer": "regex", "pattern": pattern, "flags": letters}
    return Scorer(name or _named("regex", pattern), settings, lambda answer, _, __, ___: found(answer))


def numeric(tolerance: float | str | None = None, *, relative: bool = False, name: str | None = None) -> Scorer:
    """Check whether the last number in the answer is the last one in the expected answer.

    Parameters
    ----------
    tolerance
        By how much it may differ. By default by half a unit of the expected number's last decimal place: 3.107 is 3.11,
        but 42.3 is not 42.
    relative
        Whether the tolerance is a share of the expected number: 0.01 is 1 % of it.
    name
        What to call it.

    Raises
    ------
    OptionError
        If the tolerance is no number, 0 or more.

    Examples
    --------
    >>> numeric()("12 x 102.83 is about 1,234", "1234").value
    1.0
    >>> numeric(0.01, relative=True)("about 103", "100")
    Score(value=0.0, note='it says 103')
    """
    limit = None if tolerance is None else _tolerance(tolerance)
    if relative and limit is None:
        raise OptionError("numeric(relative=True) needs a tolerance: numeric(0.01, relative=True) is 1 %.")

    def rule(answer: str, wanted: object, *_: object) -> tuple[bool, str]:
        expected = last_number(str(wanted))
        if expected is None:
            raise JudgmentError(f"expects a number, and this prompt expects {str(wanted)!r:.60}")
        found = last_number(answer)
        if found is None:
            return False, "no number in the answer"
        most = half_a_unit(expected) if limit is None else limit * abs(expected) if relative else limit
        right = distance(found, expected) <= most
        return right, "" if right else f"it says {found!s:.40}"

    setting = (
        "" if limit is None else f" ±{limit.normalize():f}" if not relative else f" ±{(limit * 100).normalize():f} %"
    )
    settings = {"scorer": "numeric", "tolerance": None if limit is None else str(limit), "relative": relative}
    return Scorer(name or f"numeric{setting}", settings, rule, True)


def _tolerance(tolerance: object) -> Decimal:
    try:
        limit = Decimal(str(tolerance))
        if 0 <= limit < 10**30 and not isinstance(tolerance, bool):
            return limit
    except ArithmeticError:
        pass
    raise OptionError(f"The tolerance must be a number, 0 or more, not {tolerance!r:.40}.")


def choice(options: int = 4, *, name: str | None = None) -> Scorer:
    """Check whether the answer chooses the expected option, however it writes the letter: ``(B)``, ``The answer is B.``

    An answer that could mean several options, or none, gets 0 and a note that says so.

    Parameters
    ----------
    options
        How many there are, from A on: 2 to 26.
    name
        What to call it.

    Raises
    ------
    OptionError
        If there cannot be so many.

    Examples
    --------
    >>> choice()("A is tempting, but the answer is **(B)**.", "B").value
    1.0
    >>> choice()("A or B", "B")
    Score(value=0.0, note='could be A or B')
    """
    if isinstance(options, bool) or not isinstance(options, int) or not 2 <= options <= MOST_OPTIONS:
        raise OptionError(f"A question has 2 to {MOST_OPTIONS} options, not {options!r:.40}.")
    last = chr(ord("A") + options - 1)

    def rule(answer: str, wanted: object, *_: object) -> tuple[bool, str]:
        expected = choose(str(wanted), options).letter
        if expected is None:
            raise JudgmentError(f"expects a letter from A to {last}, not {str(wanted)!r:.60}: see choice(options=...)")
        letter, why = choose(answer, options)
        return letter == expected, "" if letter == expected else why or f"chose {letter}"

    return Scorer(name or "choice", {"scorer": "choice", "options": options}, rule, True)


def similarity(by: Likeness = "characters", *, name: str | None = None) -> Scorer:
    """Say how alike the answer and the expected one are, from 0 to 1.

    Parameters
    ----------
    by
        ``characters`` or ``words``: the share of both that their longest common subsequence covers; ``tokens``: the F1
        of the words they share, in whatever order.
    name
        What to call it.

    Raises
    ------
    OptionError
        If `by` is none of these.

    Examples
    --------
    >>> similarity()("colour", "color").value.__round__(3)
    0.909
    >>> similarity("tokens")("sat the cat", "The cat sat.").value
    1.0
    """
    kinds = get_args(Likeness)
    if by not in kinds:
        raise OptionError(
            f"There is no similarity by {by!r:.40}: use {', '.join(kinds)}.{did_you_mean(str(by), kinds)}"
        )
    from routebook.judging.checks.likeness import likeness, token_f1

    def rule(answer: str, wanted: object, *_: object) -> float:
        a, b = plain(answer), plain(str(wanted))
        if by == "characters":
            return likeness(a, b)
        words = a.split(), b.split()
        return likeness(*words) if by == "words" else token_f1(*words)

    return Scorer(name or f"similarity of {by}", {"scorer": "similarity", "by": by}, rule, True)


def function(function: Callable[..., Any], *, name: str | None = None) -> Scorer:
    """Make a scorer of any function.

    Parameters
    ----------
    function
        Takes the answer's text; or the answer and what is expected; or these and the `Prompt`. If its parameters are
        called ``answer``, ``expected``, ``prompt`` and ``call``, it gets those it names, in whatever order. It returns
        true or false, a number from 0 to 1, ``(value, note)`` or ``{"value": ..., "note": ...}``; `None` with a note
        where there is no score. It may be ``async``: then 16 answers are scored at once, on routebook's own event loop.
    name
        What to call it: by default as the function is called.

    Raises
    ------
    OptionError
        If it needs anything else.

    Examples
    --------
    >>> function(lambda answer: len(answer) < 20, name="short")("Paris").value
    1.0
    """
    return of_function(function, name)


def _named(kind: str, setting: str) -> str:
    """Name a scorer by its setting; of a long one by its beginning, and by what tells it from others like it."""
    shown = f"'{setting}'" if setting.isprintable() else repr(setting)  # a pattern's backslashes stay single
    if len(shown) <= _LONGEST_SHOWN:
        return f"{kind} {shown}"
    told_apart = hashlib.sha256(setting.encode("utf-8", "surrogatepass")).hexdigest()[:6]
    return f"{kind} {shown[: _LONGEST_SHOWN - 10]}... {told_apart}"
