"""What a recognised task is, and the small tools that recognising prompts shares."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from routebook.checks import Check, passes

_INSTRUCTION = re.compile(
    r"(?:^|(?<=[.?!:\n`]))[ \t]*(?:please )?\b(?:reply|answer|respond|give|return|output|write|print|show|explain|"
    r"think|round|use|do not|don't|no|just|only)\b[^.?!\n]*?\b(?:only|just|nothing else|a number|digits?|steps?|"
    r"working|explain|decimals?|explanation|letter|one word|single word|label|briefly|short)\b[^.?!\n]*(?:[.?!]|$)",
    re.IGNORECASE | re.MULTILINE,
)
_BARE = re.compile(
    r"\b(?:reply|answer|respond|return|give|output|print|write|say)\b[^.?!\n]{0,60}"
    r"\b(?:only|just|nothing else|nothing but|one word|(?:a|one) single|a number)\b|"
    r"\b(?:only|just) (?:the|a|with|one|reply|answer)\b|\bno explanation|\b(?:do not|don't) explain",
    re.IGNORECASE,
)
_DECIMALS = re.compile(r"(\d|one|two|three|four) (?:decimals?\b|decimal places?|digits after)", re.IGNORECASE)
_FENCE = re.compile(r"```[^\n`]*\n(.*?)```", re.DOTALL)
_QUOTED = re.compile(r"\"([^\"]+)\"|“([^”]+)”|(?<![\w'])'([^\n]+?)'(?![\w'])|«([^»]+)»")


_SPELT = {
    word: value
    for value, word in enumerate(
        ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
         "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty")
    )
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Task:
    """A prompt that was understood.

    Attributes
    ----------
    kind
        Which kind of task it is: a key of `ACCURACY`'s rows.
    answer
        The right answer, bare.
    check
        How to tell a right answer from a wrong one; `None` for code that has to be run.
    wrong
        Plausible wrong answers, at least one; none passes the check.
    method
        How one gets there, in a few words that give nothing of the answer away.
    language
        What to mark the answer as when it is a block of code.
    """

    kind: str
    answer: str
    check: Check | None
    wrong: tuple[str, ...]
    method: str
    language: str = ""


def task(
    kind: str, answer: str, check: Check | None, wrong: Iterable[str], method: str, language: str = ""
) -> Task | None:
    """Make a task, keeping only those wrong answers that the check really refuses; `None` if none is left."""
    kept = [text for text in dict.fromkeys(wrong) if text and text != answer]
    if check is not None:
        kept = [text for text in kept if not passes(check, answer, text)]
    return Task(kind, answer, check, tuple(kept), method, language) if kept and answer else None


def numeric_task(kind: str, value: Fraction, method: str, *, places: int | None = None) -> Task | None:
    """Make a task whose answer is a number, with slips a hurried person would make as wrong answers."""
    slips = [value + 1, value - 1, value * 2, value + 10, value / 10, value * 10]
    digits = str(abs(int(value)))
    if len(digits) > 1:
        slips.append(Fraction(int(digits[:-2] + digits[-1] + digits[-2])) * (-1 if value < 0 else 1))
    if value.denominator != 1:
        slips = [*slips, value * Fraction(11, 10), value * Fraction(9, 10)]
    return task(kind, number(value, places), "numeric", (number(slip, places) for slip in slips), method)


def number(value: Fraction, places: int | None = None) -> str:
    """Write a number as a person would: whole, or with as many decimals as it has, four at most.

    >>> number(Fraction(7, 2)), number(Fraction(1, 3)), number(Fraction(5), 2)
    ('3.5', '0.3333', '5.00')
    """
    if places is not None:
        return _fixed(rounded(value, places), places)
    if value.denominator == 1:
        return str(value.numerator)
    return _fixed(rounded(value, 4), 4).rstrip("0").rstrip(".")


def _fixed(value: Fraction, places: int) -> str:
    digits = str(abs(int(value * 10**places))).zfill(places + 1)
    sign = "-" if value < 0 else ""
    return sign + (f"{digits[:-places]}.{digits[-places:]}" if places else digits)


def rounded(value: Fraction, places: int) -> Fraction:
    """Round half away from zero, as taught at school."""
    scale = 10**places
    whole = int(abs(value) * scale + Fraction(1, 2))
    return Fraction(whole if value >= 0 else -whole, scale)


def decimals_asked(text: str) -> int | None:
    """Return to how many decimals an answer was asked to be rounded, or `None`.

    >>> decimals_asked("Round to two decimal places."), decimals_asked("Round to the nearest whole number.")
    (2, 0)
    """
    if match := _DECIMALS.search(text):
        return {"one": 1, "two": 2, "three": 3, "four": 4}.get(match[1].lower()) or int(match[1])
    return 0 if re.search(r"nearest (?:whole|integer)|whole number", text, re.IGNORECASE) else None


def question_of(text: str) -> str:
    """Return the text without sentences on how to answer ("Reply with only the number.").

    >>> question_of("What is 2 + 2? Reply with only the number.")
    'What is 2 + 2?'
    """
    return " ".join(_INSTRUCTION.sub(" ", text).split()) or text.strip()


def wants_bare(text: str) -> bool:
    """Tell whether only the answer itself is wanted.

    >>> wants_bare("Answer with just one word."), wants_bare("Why is the sky blue?")
    (True, False)
    """
    return bool(_BARE.search(text))


class Given(NamedTuple):
    """A prompt taken apart: what to do, and the text to do it to."""

    instruction: str
    passage: str


def given(text: str) -> Given | None:
    """Take a prompt with a text to work on apart: a fenced block, the longest quotation, or what follows a colon."""
    if match := _FENCE.search(text):
        return Given(text[: match.start()] + " " + text[match.end() :], match[1].strip())
    quotations = list(_QUOTED.finditer(text))
    if quotations:
        longest = max(quotations, key=lambda match: len(match[0]))
        passage = next(group for group in longest.groups() if group is not None)
        if len(passage.split()) > 2 or ":" not in text:
            return Given(text[: longest.start()] + " " + text[longest.end() :], passage.strip())
    for mark in (":\n", "\n\n", ": ", "\n"):
        head, found, tail = text.partition(mark)
        if found and head.strip() and tail.strip():
            passage = _INSTRUCTION.sub(" ", tail).strip()
            rest = " ".join(match[0] for match in _INSTRUCTION.finditer(tail))
            return Given(f"{head} {rest}", passage) if passage else None
    return None


def quoted(text: str) -> list[str]:
    """Return everything in quotation marks or backticks, in order."""
    return [
        next(group for group in match.groups() if group is not None)
        for match in re.finditer(_QUOTED.pattern + r"|`([^`\n]+)`", text)
    ]


def figures(text: str) -> str:
    """Write number words up to twenty as figures.

    >>> figures("Two plus a dozen")
    '2 plus 12'
    """
    text = re.sub(r"\b(?:a |one )?dozen\b", "12", text, flags=re.IGNORECASE)
    text = re.sub(r"\ba couple of\b", "2", text, flags=re.IGNORECASE)
    return re.sub(r"\b[a-z]+\b", lambda m: str(_SPELT.get(m[0].lower(), m[0])), text, flags=re.IGNORECASE)
