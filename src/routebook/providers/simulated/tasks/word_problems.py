"""Word problems: a few everyday situations, each read by its own pattern; every number in the text has to be used."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from fractions import Fraction

from routebook.providers.simulated.tasks.task import Task, decimals_asked, figures, numeric_task, question_of

_N = r"\$?(\d+(?:\.\d+)?)"
_MORE = (
    "buys|bought|gets|got|receives|received|finds|found|picks|picked|earns|earned|collects|collected|bakes|baked|"
    "wins|won|makes|made|adds|added|saves|saved|plants|planted|borrows|borrowed|arrive|join|get on|board|come in|"
    "are added|are delivered|move in"
)
_LESS = (
    "gives|gave|loses|lost|eats|ate|sells|sold|uses|used|spends|spent|drops|dropped|breaks|broke|donates|donated|lends|"
    "lent|throws away|threw away|leave|left|leaves|get off|fly away|are eaten|are sold|are broken|are taken|break"
)
_EVENT = re.compile(
    rf"\b(?P<more>{_MORE})\b|\b(?P<less>{_LESS})\b|(?<![\w.])\$?(?P<count>\d+(?:\.\d+)?)"
    rf"(?:(?=(?P<after>(?: \w+){{0,2}}? (?:(?P<gained>{_MORE})|(?:{_LESS}))\b)))?",
    re.IGNORECASE,
)
_ASKS = re.compile(r"\b(?:how (?:many|much|far|long|fast)|what (?:is|was|does|did|distance|speed))\b", re.IGNORECASE)


def solve(text: str) -> Task | None:
    """Solve a word problem, or return `None`."""
    question = figures(question_of(text))
    if len(question) > 1_000 or not _ASKS.search(question):
        return None
    for read in _SITUATIONS:
        value = read(question)
        if value is not None:
            method = "write down what is known, then one step at a time"
            return numeric_task("word-problem", value, method, places=decimals_asked(text))
    return None


def _numbers(text: str) -> list[Fraction]:
    return [Fraction(found) for found in re.findall(r"\d+(?:\.\d+)?", text)]


def _exactly(question: str, *used: str) -> list[Fraction] | None:
    """Return the used numbers, if the question has no others."""
    values = [Fraction(value) for value in used]
    return values if sorted(values) == sorted(_numbers(question)) else None


def _search(pattern: str, question: str) -> list[Fraction] | None:
    match = re.search(pattern, question, re.IGNORECASE | re.DOTALL)
    return _exactly(question, *(group for group in match.groups() if group)) if match else None


def _purchase(question: str) -> Fraction | None:
    each = r"(?:at|for|costing|that cost|which cost)"
    bought = re.findall(
        rf"{_N} [\w ]{{1,30}}? {each} {_N}(?: dollars| euros| cents)? (?:each|apiece|per \w+)", question
    )
    if not bought:
        return None
    total = sum((Fraction(count) * Fraction(price) for count, price in bought), Fraction(0))
    flat = [value for pair in bought for value in pair]
    paid = re.search(rf"(?:pays? (?:with )?|hands over )(?:an? )?{_N}.*\bchange\b", question, re.IGNORECASE | re.DOTALL)
    if paid:
        return Fraction(paid[1]) - total if _exactly(question, *flat, paid[1]) else None
    return total if _exactly(question, *flat) else None


def _each(question: str) -> Fraction | None:
    holds = r"(?:holds?|has|contains?|costs?|weighs?|seats?|needs?|takes?|makes?)"
    found = _search(rf"each \w+(?: \w+)? {holds} {_N}.*how (?:many|much)\b.*?{_N}", question) or _search(
        rf"{_N} (?:\w+ ){{1,4}}(?:and )?each (?:\w+ ){{1,2}}?{holds} {_N}.*how (?:many|much)", question
    )
    return found[0] * found[1] if found else None


def _groups(question: str) -> Fraction | None:
    groups = rf"{_N} \w+(?: \w+)? (?:with|of|containing|holding|that hold|each with|each holding) {_N}"
    lost = _search(rf"{groups}.*?\b{_N} [\w ]*?(?:{_LESS})\b.*how many", question) or _search(
        rf"{groups}.*?(?:{_LESS}) {_N}.*how many", question
    )
    if lost and len(lost) == 3:
        return lost[0] * lost[1] - lost[2]
    found = _search(rf"{groups}.*how many", question)
    return found[0] * found[1] if found and len(found) == 2 else None


def _rate(question: str) -> Fraction | None:
    rate = rf"{_N} \w+(?: \w+)? (?:per|an?|each|every) (?:hour|minute|day|week|month|second)"
    time = rf"{_N} (?:hours?|minutes?|days?|weeks?|months?|seconds?)"
    needed = _search(rf"{rate}.*how (?:long|many (?:hours|minutes|days|weeks|months|seconds))\b.*?{_N}", question)
    if needed:
        return needed[1] / needed[0] if needed[0] else None
    found = _search(rf"{rate}.*?{time}", question)
    return found[0] * found[1] if found and re.search(r"how (?:far|many|much)", question, re.IGNORECASE) else None


def _speed(question: str) -> Fraction | None:
    found = _search(
        rf"{_N} (?:km|kilometers|kilometres|miles|meters|metres)\b.*?\bin {_N} \w+.*(?:speed|how fast)", question
    )
    return found[0] / found[1] if found and found[1] else None


def _share(question: str) -> Fraction | None:
    packed = _search(rf"{_N} .*\b(?:packs?|puts?|are packed|are put) .*?(?:in|into) \w+ of {_N}.*how many", question)
    if packed and packed[1]:
        return Fraction(math.ceil(packed[0] / packed[1]))
    found = _search(
        rf"(?:shares?|divides?|splits?|distributes?|packs?|puts?) {_N} .*?(?:among|between|into|with) {_N}", question
    )
    if not found or not found[1]:
        return None
    if re.search(r"left over|remain|are left", question, re.IGNORECASE):
        return found[0] % found[1]
    return found[0] / found[1] if re.search(r"\beach\b", question, re.IGNORECASE) else None


def _percentage(question: str) -> Fraction | None:
    less = r"(?:off|discount|cheaper|less)|(?:reduced|discounted|marked down|falls|drops) by|sale of"
    more = r"(?:rises|increases|increased|raised|grows|goes up) by"
    price = rf"(?:costs?|price (?:of|is)|priced at|worth|at|is) {_N}"
    if found := _search(rf"{price}.*?(?:(?:{less}|{more}) )?{_N}\s*(?:%|percent)", question):
        share = found[1] / 100 if len(found) == 2 else None
        if share is not None and re.search(more, question, re.IGNORECASE):
            return found[0] * (1 + share)
        if share is not None and re.search(less, question, re.IGNORECASE):
            return found[0] * (1 - share)
    return None


def _rectangle(question: str) -> Fraction | None:
    found = _search(rf"rectang\w*.*?{_N}.*?{_N}", question)
    if not found:
        return None
    if re.search(r"\barea\b", question, re.IGNORECASE):
        return found[0] * found[1]
    return 2 * (found[0] + found[1]) if re.search(r"perimeter|around", question, re.IGNORECASE) else None


def _as_many(question: str) -> Fraction | None:
    than = rf"(?:{_N} (more|fewer|less)|(twice|{_N} times) as many)[\w ]* (?:than|as) \1\b"
    found = re.search(rf"(\w+) has {_N} [\w ]+?[.,;] (\w+) has {than}", question)
    if not found:
        return None
    first, more, factor = Fraction(found[2]), found[4], found[7] or "2"
    second = first * Fraction(factor) if not more else first + Fraction(more) * (1 if found[5] == "more" else -1)
    if not _exactly(question, found[2], *([more] if more else []), *([found[7]] if found[7] else [])):
        return None
    if re.search(r"together|in total|altogether|in all", question, re.IGNORECASE):
        return first + second
    return second if re.search(rf"how many .*\b{found[3]}\b", question) else None


def _gains_and_losses(question: str) -> Fraction | None:
    start = re.search(
        rf"\b(?:has|had|have|there (?:are|were)|starts? with|contains?|carries|holds?|with) {_N}", question
    )
    if not start or not re.search(r"how (?:many|much)", question, re.IGNORECASE):
        return None
    total, used, sign = Fraction(start[1]), [start[1]], 0
    story = question[start.end() :]
    for match in _EVENT.finditer(story.partition("ow many")[0].partition("ow much")[0]):
        if match["more"] or match["less"]:
            sign = 1 if match["more"] else -1
            continue
        opens = not sign or re.search(r"(?:\band|\bthen|[,.;])\s*$", story[: match.start()], re.IGNORECASE)
        now = (1 if match["gained"] else -1) if match["after"] and opens else sign
        if not now:
            return None
        total += now * Fraction(match["count"])
        used.append(match["count"])
    return total if len(used) > 1 and _exactly(question, *used) else None


_SITUATIONS: tuple[Callable[[str], Fraction | None], ...] = (
    _purchase, _percentage, _as_many, _rectangle, _share, _speed, _rate, _each, _groups, _gains_and_losses,
)  # fmt: skip
