"""Extraction: e-mail addresses, dates, numbers, names and the like, found in a text that the prompt gives."""

from __future__ import annotations

import re
from collections.abc import Callable

from routebook.providers.simulated.tasks.conversion import DATE
from routebook.providers.simulated.tasks.task import Task, given, task

_NOT_NAMES = {
    "The", "This", "That", "These", "Those", "On", "In", "At", "By", "For", "From", "To", "We", "She", "He", "They",
    "It", "Please", "Dear", "Hello", "Hi", "Yesterday", "Today", "Tomorrow", "When", "After", "Before", "Our", "My",
    "Your", "Call", "Contact", "Ask", "Write", "Meet", "Both", "Then", "January", "February", "March", "April", "May",
    "June", "July", "August", "September", "October", "November", "December", "Monday", "Tuesday", "Wednesday",
    "Thursday", "Friday", "Saturday", "Sunday", "Thanks", "Regards", "Best", "If", "As", "And", "But", "Email", "Order",
    "Invoice", "Mr", "Mrs", "Ms", "Dr", "Professor", "Yours", "Kind", "Sincerely",
}  # fmt: skip
_ASKS = re.compile(
    r"\b(?:extract|find|list|identify|pull out|pick out|get|give|return|report|name|copy|what|which|who)\b",
    re.IGNORECASE,
)
_SUMS = r"[$€£]\s?\d[\d,]*(?:\.\d+)?|\d[\d,]*(?:\.\d+)?\s?(?:dollars|euros|pounds|USD|EUR|GBP)\b"


def _by(pattern: str, flags: re.RegexFlag = re.NOFLAG) -> Callable[[str], list[str]]:
    compiled = re.compile(pattern, flags)
    return lambda passage: [match[0].rstrip(".,;:") for match in compiled.finditer(passage)]


def _names(passage: str) -> list[str]:
    found = []
    for match in re.finditer(r"\b[A-Z][a-zà-ÿ]+(?:[ -][A-Z][a-zà-ÿ]+)+", passage):
        words = match[0].split()
        while words and words[0] in _NOT_NAMES:
            words.pop(0)
        if len(words) > 1:
            found.append(" ".join(words))
    return found


_FIELDS: tuple[tuple[str, Callable[[str], list[str]]], ...] = (
    (r"e-?mails?\b", _by(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")),
    (r"(?:urls?|links?|web ?sites?|web address(?:es)?)\b", _by(r"https?://[^\s,;)\"']+|\bwww\.[^\s,;)\"']+")),
    (r"(?:tele)?phone(?: numbers?)?\b", _by(r"\+?\d[\d ()-]{6,}\d")),
    (r"hash-?tags?\b", _by(r"#\w+")),
    (r"percent(?:ages?)?\b", _by(r"\d+(?:\.\d+)?\s?%")),
    (r"(?:prices?|amounts?|sums?|costs?|totals?)\b", _by(_SUMS)),
    (r"times?\b", _by(r"\b\d{1,2}:\d\d(?:\s?[ap]m)?\b", re.IGNORECASE)),
    (r"dates?\b|\bdeadline\b", _by(DATE, re.IGNORECASE)),
    (
        r"(?:order|invoice|ticket|tracking|reference|case|part) (?:numbers?|ids?|codes?)\b",
        _by(r"\b[A-Z]{1,5}-?\d{2,}[\dA-Z-]*\b|#\d{3,}\b"),
    ),
    (r"acronyms?\b", _by(r"\b[A-Z]{2,6}\b")),
    (r"(?:full |person'?s? |people'?s? )?names?\b|\bpersons?\b|\bpeople\b", _names),
    (r"numbers?\b|\bintegers?\b|\bfigures\b", _by(r"(?<![\w.])-?\d+(?:\.\d+)?\b")),
)  # fmt: skip


def solve(text: str) -> Task | None:
    """Find what is asked for in the text that is given, or return `None`."""
    part = given(text) if len(text) <= 20_000 else None
    if part is None or not _ASKS.search(part.instruction):
        return None
    for asked, find in _FIELDS:
        if re.search(rf"\b(?:{asked})", part.instruction, re.IGNORECASE):
            found = list(dict.fromkeys(find(part.passage)))
            if not found:
                return None
            if re.search(r"\bfirst\b", part.instruction, re.IGNORECASE):
                return _task(found[:1], found[1:])
            if re.search(r"\blast\b", part.instruction, re.IGNORECASE):
                return _task(found[-1:], found[:-1])
            return _task(found, [])
    return None


def _task(found: list[str], others: list[str]) -> Task | None:
    answer = ", ".join(found)
    wrong = list(others)
    if len(found) > 1:
        wrong += [", ".join(found[:-1]), ", ".join(found[1:])]
    wrong += [", ".join([*found[:-1], _misread(found[-1])]), ", ".join([_misread(found[0]), *found[1:]])]
    return task("extraction", answer, "contains", wrong, "read the text once and copy what fits")


def _misread(text: str) -> str:
    """Return the text with its last two different neighbours of a kind swapped, or its last character lost."""
    for at in range(len(text) - 2, 0, -1):
        one, two = text[at], text[at + 1]
        if one != two and one.isalpha() == two.isalpha() and one.isalnum() and two.isalnum():
            return text[:at] + two + one + text[at + 2 :]
    return text[:-1]
