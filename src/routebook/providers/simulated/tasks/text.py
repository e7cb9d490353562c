"""Working on letters, words and lists: reverse, sort, count, change case, pick."""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction

from routebook.providers.simulated.tasks.arithmetic import yes_or_no
from routebook.providers.simulated.tasks.task import Task, given, number, question_of, quoted, task

KIND = "text"

_ORDINALS = {"first": 0, "second": 1, "third": 2, "fourth": 3, "fifth": 4, "sixth": 5, "last": -1}


def solve(text: str) -> Task | None:
    """Solve a task on a text's letters or words, or return `None`."""
    question = question_of(text)
    if len(question) > 3_000:
        return None
    return next((found for read in _READERS if (found := read(question))), None)


def _subject(question: str) -> str | None:
    """Return the text a question is about: in quotes, or the word after "word", "string" or a colon."""
    if found := quoted(question):
        return found[-1]
    match = re.search(r"\b(?:word|string|name|phrase|sentence):? ([\w-]+)", question, re.I) or re.search(
        r": ?(.+?)[.?!]?$", question
    )
    return match[1] if match else None


def _reversed(question: str) -> Task | None:
    if not re.search(r"\brevers|\bbackwards?\b", question, re.I):
        return None
    items = _items(question)
    if items and re.search(r"order of|list|words|items", question, re.I):
        answer = ", ".join(reversed(items))
        return task(
            KIND,
            answer,
            "exact",
            [", ".join(items), ", ".join([*reversed(items[:-1]), items[-1]])],
            "read from the end",
        )
    subject = _subject(question)
    if not subject or len(subject) < 3:
        return None
    if re.search(r"(?:order of the )words\b", question, re.I) and " " in subject:
        words = subject.split()
        answer = " ".join(reversed(words))
        return task(KIND, answer, "exact", [subject, " ".join([*reversed(words[:-1]), words[-1]])], "read from the end")
    answer = subject[::-1]
    return task(KIND, answer, "exact", _slips(answer), "read from the end")


def _counted(question: str) -> Task | None:
    match = re.search(r"(?:how many|count(?: the)?(?: number of)?|number of) (.+)", question, re.I)
    if not match:
        return None
    asked = match[1]
    if letter := re.match(
        r"(?:times )?(?:does |do )?(?:the )?(?:letters? |characters? |occurrences of (?:the letter )?|of )*"
        r"[\"'`“]?([a-z])[\"'`”]?(?:['’]?s)?(?!\w)"
        r"(?: letters?)?,? (?:are |appear |occur |is |there )*(?:there )?(?:in|appear)",
        asked, re.I,
    ):  # fmt: skip
        subject = _subject(asked[letter.end() :]) or _last_word(asked[letter.end() :])
        count = subject.lower().count(letter[1].lower())
        return _count(count, "go letter by letter")
    if what := re.match(r"(vowels|consonants|letters|characters|words|digits|sentences)\b", asked, re.I):
        subject = _subject(asked[what.end() :]) or _last_word(asked[what.end() :])
        if not subject:
            return None
        counts: dict[str, Callable[[str], int]] = {
            "vowels": lambda s: sum(c in "aeiou" for c in s.lower()),
            "consonants": lambda s: sum(c.isalpha() and c not in "aeiou" for c in s.lower()),
            "letters": lambda s: sum(c.isalpha() for c in s),
            "characters": len,
            "words": lambda s: len(s.split()),
            "digits": lambda s: sum(c.isdigit() for c in s),
            "sentences": lambda s: len(re.findall(r"[.!?]+(?:\s|$)", s)),
        }
        return _count(counts[what[1].lower()](subject), "go through it one by one")
    return None


def _sorted(question: str) -> Task | None:
    if not re.search(r"\b(?:sort|order|arrange|alphabetical|ascending|descending)", question, re.I):
        return None
    items = _items(question)
    if not items or len(items) < 3:
        return None
    if all(re.fullmatch(r"-?\d+(?:\.\d+)?", item) for item in items):
        ordered = [number(value) for value in sorted(Fraction(item) for item in items)]
    else:
        ordered = sorted(items, key=str.lower)
    if re.search(r"descending|largest (?:first|to)|reverse|highest|from z", question, re.I):
        ordered.reverse()
    swapped = [*ordered[:-2], ordered[-1], ordered[-2]]
    wrong = [swapped, [ordered[1], ordered[0], *ordered[2:]], list(reversed(ordered))]
    return task(KIND, ", ".join(ordered), "contains", map(", ".join, wrong), "compare the items two by two")


def _cased(question: str) -> Task | None:
    match = re.search(r"\b(upper|lower|title)[- ]?case|\bcapital letters", question, re.I)
    subject = _subject(question)
    if not match or not subject or question.lower().startswith("how many"):
        return None
    kind = (match[1] or "upper").lower()
    answer = {"upper": subject.upper(), "lower": subject.lower(), "title": subject.title()}[kind]
    return task(KIND, answer, "exact", [*_slips(answer), subject[::-1]], "change every letter")


def _removed(question: str) -> Task | None:
    match = re.search(r"\bremove (?:all )?(?:the )?(vowels|spaces|digits|punctuation)", question, re.I)
    subject = _subject(question)
    if not match or not subject:
        return None
    pattern = {"vowels": "[aeiouAEIOU]", "spaces": " ", "digits": r"\d", "punctuation": r"[^\w\s]"}[match[1].lower()]
    answer = re.sub(pattern, "", subject)
    return task(KIND, answer, "exact", [subject, *_slips(answer)], "leave out what is named")


def _picked(question: str) -> Task | None:
    match = re.search(rf"\b({'|'.join(_ORDINALS)}) (letter|word|character)\b", question, re.I)
    subject = _subject(question)
    if not match or not subject:
        return None
    parts = subject.split() if match[2].lower() == "word" else list(subject)
    place = _ORDINALS[match[1].lower()]
    if not -len(parts) <= place < len(parts):
        return None
    return task(KIND, parts[place], "exact", [*parts[place - 1 : place], *parts], "count from the end that is named")


def _initials(question: str) -> Task | None:
    if not re.search(r"\bacronym|\binitials|first letters? of each", question, re.I):
        return None
    subject = _subject(question)
    if not subject or len(subject.split()) < 2:
        return None
    answer = "".join(word[0] for word in subject.split()).upper()
    return task(KIND, answer, "exact", [answer[:-1], answer[::-1], answer + "S"], "take each word's first letter")


def _palindrome(question: str) -> Task | None:
    if not re.match(r"is .*palindrome", question, re.I):
        return None
    subject = _subject(question) or re.split(r"\s+", question)[1]
    letters = [letter for letter in subject.lower() if letter.isalnum()]
    return yes_or_no(KIND, letters == letters[::-1], "compare it with itself read backwards")


def _extreme(question: str) -> Task | None:
    match = re.search(r"\b(longest|shortest)\b[\w ]*\bword\b", question, re.I)
    part = given(question)
    if not match or not part:
        return None
    words = list(dict.fromkeys(re.findall(r"[\w-]+", part.passage)))
    lengths = sorted({len(word) for word in words})
    wanted = lengths[-1] if match[1].lower() == "longest" else lengths[0]
    right = [word for word in words if len(word) == wanted]
    return (
        task(KIND, right[0], "exact", [w for w in words if len(w) != wanted], "compare lengths")
        if len(right) == 1
        else None
    )


def _items(question: str) -> list[str]:
    if listed := re.search(r"(?<![\w.])-?\d+(?:\.\d+)?(?:\s*(?:,|,?\s*and)\s*-?\d+(?:\.\d+)?){2,}", question):
        return re.findall(r"-?\d+(?:\.\d+)?", listed[0])
    part = given(question)
    passage = part.passage if part else question
    return (
        [item.strip(" .\"'`[]") for item in re.split(r",\s*(?:and\s+)?|\n", passage) if item.strip(" .\"'`[]")]
        if "," in passage
        else []
    )


def _count(value: int, method: str) -> Task | None:
    wrong = [value + 1, value + 2, *([value - 1] if value else [])]
    return task(KIND, str(value), "numeric", map(str, wrong), method)


def _last_word(text: str) -> str:
    words = re.findall(r"[\w-]+", text)
    return words[-1] if words else ""


def _slips(answer: str) -> list[str]:
    middle = len(answer) // 2
    return [
        answer[:middle] + answer[middle + 1 :],
        answer[: middle - 1] + answer[middle : middle + 1] + answer[middle - 1 : middle] + answer[middle + 1 :],
        answer + answer[-1:],
    ]


_READERS: tuple[Callable[[str], Task | None], ...] = (
    _palindrome, _counted, _picked, _initials, _extreme, _removed, _reversed, _sorted, _cased,
)  # fmt: skip
