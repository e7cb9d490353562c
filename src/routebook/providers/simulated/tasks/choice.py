"""Multiple choice: the letter of the option that the question itself, solved as it stands, leads to."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from fractions import Fraction

from routebook.checks import passes
from routebook.providers.simulated.tasks.arithmetic import is_prime
from routebook.providers.simulated.tasks.task import Task, question_of, task

KIND = "multiple-choice"

_OPTION = re.compile(r"(?:^|[\s;,])\(?([A-H])[).:]\s+(.+?)(?=(?:[\s;,]+\(?[A-H][).:]\s)|\n|$)")


def solve(text: str, solvers: Sequence[Callable[[str], Task | None]]) -> Task | None:
    """Answer a multiple-choice question with a letter, or return `None`.

    Parameters
    ----------
    text
        The prompt.
    solvers
        What can solve the question without its options.
    """
    if len(text) > 2_000:
        return None
    options = {letter: option.strip(" .,;") for letter, option in _OPTION.findall(question_with_options(text))}
    if len(options) < 2 or list(options) != [chr(ord("A") + place) for place in range(len(options))]:
        return None
    stem = text[: text.find(next(re.finditer(r"\(?A[).:]\s", text))[0])].strip()
    right = _compared(stem, options) or _solved(stem, options, solvers)
    if right is None:
        return None
    return task(
        KIND, right, "exact", [letter for letter in options if letter != right], "solve it, then look for the option"
    )


def question_with_options(text: str) -> str:
    """Return the part with the question and its options, without sentences on how to answer.

    Options may follow each other on one line or stand on lines of their own.
    """
    return "\n".join(
        line
        for line in (
            question_of(part) if not _OPTION.search(part) else _without_order(part) for part in text.split("\n")
        )
        if line
    )


def _without_order(line: str) -> str:
    return re.sub(
        r"[.?!\s]\s*(?:please )?(?:reply|answer|respond|give|choose)\b[^.]*\.?\s*$", "", line, flags=re.IGNORECASE
    )


def _compared(stem: str, options: dict[str, str]) -> str | None:
    """Answer "which is the largest", "which is prime" and the like by the options themselves."""
    if not re.search(r"\bwhich\b", stem, re.IGNORECASE):
        return None
    numbers = {
        letter: Fraction(text.replace(",", ""))
        for letter, text in options.items()
        if re.fullmatch(r"-?[\d,]+(?:\.\d+)?(?:/\d+)?", text)
    }
    if len(numbers) == len(options):
        if re.search(r"largest|greatest|biggest|highest", stem, re.IGNORECASE):
            return max(numbers, key=lambda letter: numbers[letter])
        if re.search(r"smallest|lowest|least", stem, re.IGNORECASE):
            return min(numbers, key=lambda letter: numbers[letter])
        tests: tuple[tuple[str, Callable[[Fraction], bool]], ...] = (
            (r"\bprime\b", lambda n: n.denominator == 1 and 0 < n < 10**9 and is_prime(int(n))),
            (r"\beven\b", lambda n: n % 2 == 0),
            (r"\bodd\b", lambda n: n % 2 == 1),
        )
        if match := re.search(r"(?:divisible by|multiple of) (\d+)", stem, re.IGNORECASE):
            divisor = int(match[1])
            return _only({letter for letter, n in numbers.items() if divisor and n % divisor == 0})
        for pattern, holds in tests:
            if re.search(pattern, stem, re.IGNORECASE):
                return _only({letter for letter, n in numbers.items() if holds(n)})
        return None
    if re.search(r"(?:comes? )?first\b.*alphabet|alphabet.*first", stem, re.IGNORECASE):
        return min(options, key=lambda letter: options[letter].lower())
    if re.search(r"palindrome", stem, re.IGNORECASE):
        return _only({letter for letter, text in options.items() if text.lower() == text.lower()[::-1]})
    if re.search(r"longest\b.*\bword", stem, re.IGNORECASE):
        longest = max(map(len, options.values()))
        return _only({letter for letter, text in options.items() if len(text) == longest})
    return None


def _solved(stem: str, options: dict[str, str], solvers: Sequence[Callable[[str], Task | None]]) -> str | None:
    for solver in solvers:
        found = solver(stem)
        if found is not None and found.check is not None:
            check = "numeric" if found.check == "numeric" else "exact"
            return _only({letter for letter, text in options.items() if passes(check, found.answer, text)})
    return None


def _only(letters: set[str]) -> str | None:
    return letters.pop() if len(letters) == 1 else None
