"""Code questions: what a piece of Python prints or evaluates to, and small functions to write."""

from __future__ import annotations

import re

from routebook.providers.simulated.tasks import interpreter
from routebook.providers.simulated.tasks.functions import FUNCTIONS, Function
from routebook.providers.simulated.tasks.safe import NotUnderstoodError
from routebook.providers.simulated.tasks.task import Task, task

KIND = "coding"

_ASKS_VALUE = re.compile(
    r"\b(?:what|which|predict|tell|give|state|show|determine|evaluate)\b.*\b(?:print|output|evaluate|return|value|result|display)|"
    r"\b(?:output|value|result) of\b",
    re.IGNORECASE | re.DOTALL,
)
_FENCE = re.compile(r"```(?:python|py)?[ \t]*\n(.*?)```", re.DOTALL | re.IGNORECASE)
_ASKS_CODE = re.compile(
    r"\b(?:write|implement|code|create|define|give me|complete)\b[^.?!]*\b(?:function|method|code|def)\b", re.IGNORECASE
)
_OTHER = re.compile(
    r"\b(?:in|a|an) (?:javascript|typescript|java|rust|go|c|c\+\+|c#|ruby|php|kotlin|swift|haskell|r|julia|scala|perl|"
    r"sql|bash)(?!\w)",
    re.IGNORECASE,
)


def solve(text: str) -> Task | None:
    """Answer a question on Python code, or return `None`."""
    if len(text) > 5_000:
        return None
    return _written(text) if _ASKS_CODE.search(text) else _computed(text)


def _computed(text: str) -> Task | None:
    source = _source(text)
    if source is None or not _ASKS_VALUE.search(text.replace(source, " ")):
        return None
    try:
        answer = interpreter.printed(source) if "print(" in source else repr(interpreter.evaluate(source))
        near = [made for changed in _changed(source) if (made := _attempted(changed)) is not None]
    except NotUnderstoodError:
        return None
    check = "numeric" if re.fullmatch(r"-?\d+(?:\.\d+)?", answer) else "exact"
    return task(
        KIND,
        answer,
        "numeric" if check == "numeric" else "exact",
        [*near, *_slips(answer)],
        "follow the code line by line",
    )


def _source(text: str) -> str | None:
    if match := _FENCE.search(text):
        return match[1].strip("\n")
    if inline := re.findall(r"`([^`\n]+)`", text):
        return str(max(inline, key=len))
    if match := re.search(r"\bprint\(.*\)", text):
        return match[0]
    match = re.search(
        r"(?:evaluate to|result of|value of|output of|print|return|expression):?\s*\n?(.+?)\??\s*$", text, re.DOTALL
    )
    return match[1].strip() if match and re.search(r"[\[\](){}'\"]", match[1]) else None


def _attempted(source: str) -> str | None:
    try:
        return interpreter.printed(source) if "print(" in source else repr(interpreter.evaluate(source))
    except NotUnderstoodError:
        return None


def _changed(source: str) -> list[str]:
    """Return the source with a hurried reader's misreadings: off by one, the wrong order, the wrong operator."""
    swaps = (
        (r"range\((\w+)\)", r"range(\1 + 1)"),
        (r"\[-1\]", "[0]"),
        (r"//", "/"),
        (r"\[::-1\]", "[:]"),
        (r"\*\*", "*"),
        (r"%", "//"),
    )
    return [changed for old, new in swaps if (changed := re.sub(old, new, source, count=1)) != source]


def _slips(answer: str) -> list[str]:
    if re.fullmatch(r"-?\d+", answer):
        return [str(int(answer) + 1), str(int(answer) - 1), str(int(answer) * 2)]
    if re.fullmatch(r"-?\d+\.\d+", answer):
        return [str(float(answer) + 1), str(int(float(answer)) + 2)]
    if answer in {"True", "False"}:
        return ["False" if answer == "True" else "True"]
    items = answer[1:-1].split(", ")
    if answer[:1] in "[({" and len(items) > 1:
        brackets = answer[0], answer[-1]
        return [f"{brackets[0]}{', '.join(some)}{brackets[1]}" for some in (items[:-1], items[::-1])]
    return ["None", "an error", answer[:-1]] if answer != "None" else ["0", "an error"]


def _written(text: str) -> Task | None:
    if _OTHER.search(text) and not re.search(r"\bpython\b", text, re.IGNORECASE):
        return None
    named = re.search(r"`?(?:def )?\b([a-z_]\w*)\([^)]*\)`?|\b(?:called|named) `?([a-z_]\w*)", text)
    request = text.replace("_", " ")
    for function in FUNCTIONS:
        if re.search(rf"\b(?:{function.asked})", request, re.IGNORECASE):
            name = (named[1] or named[2]) if named else function.name
            return task(
                KIND, code_of(function, name), None, [mistaken(function, name)], "settle the edge cases", "python"
            )
    return None


def code_of(function: Function, name: str) -> str:
    """Return the function's right code under a name."""
    return function.code.replace("NAME", name)


def mistaken(function: Function, name: str) -> str:
    """Return the function's code with its usual mistake."""
    return function.code.replace(function.slip[0], function.slip[1]).replace("NAME", name)


def runs_right(function: Function, name: str, code: str) -> bool:
    """Tell whether code gives, for every case, what the right code gives; it is run by the tiny interpreter only."""
    try:
        return all(
            interpreter.call(code, name, case) == interpreter.call(code_of(function, name), name, case)
            for case in function.cases
        )
    except NotUnderstoodError:
        return False


def alike(code: str, other: str) -> bool:
    """Tell whether code does what the code of a function, right or mistaken, does in each of its cases."""
    named = re.match(r"def (\w+)\(", code)
    name = named[1] if named else ""
    function = next((one for one in FUNCTIONS if code in (code_of(one, name), mistaken(one, name))), None)
    return function is not None and all(
        _given(code, name, case) == _given(other, name, case) for case in function.cases
    )


def _given(code: str, name: str, case: tuple[object, ...]) -> tuple[object, ...]:
    """Return what a call gives, as the only item; nothing where it fails."""
    try:
        return (interpreter.call(code, name, case),)
    except NotUnderstoodError:
        return ()
