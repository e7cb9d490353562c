"""What a check is: a name, settings, and a rule that says how good one answer is; any function can be one."""

from __future__ import annotations

import asyncio
import inspect
import math
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from routebook.errors import JudgmentError, OptionError
from routebook.judgments import LONGEST_NAME
from routebook.prompts import in_words

if TYPE_CHECKING:
    from routebook.calls import Call
    from routebook.prompts import Prompt

Rule = Callable[[str, Any, "Prompt | None", "Call | None"], Any]
"""From an answer's text, what is expected (or `None`), the prompt and the call, to what `read` reads; or awaitable."""

UNEXPECTED = "expects an answer, and this prompt has none: give expected=..."
_KNOWN = ("answer", "expected", "prompt", "call")
_CALLS_AT_ONCE = 16


class Score(NamedTuple):
    """How good an answer is, from 0 to 1, and why."""

    value: float
    note: str = ""


@dataclass(frozen=True, slots=True)
class Scorer:
    """A check of single answers; made by the functions of `rb.scorers`, and called as they are by `run.score`.

    Attributes
    ----------
    name
        What it is known by in tables; it has the setting where there is one: ``contains 'x'``.
    settings
        What it was made with, as plain JSON data.
    rule
        What decides.
    needs_expected
        Whether there must be an expected answer.
    at_once
        0 for a rule that is a plain function; else the rule is awaited, so many answers at once.
    about
        What the user should know of it once: said with the result; asked for when answers are scored.

    Examples
    --------
    >>> from routebook.judging.checks import scorers
    >>> scorers.exact()(" paris. ", "Paris")
    Score(value=1.0, note='')
    """

    name: str
    settings: Mapping[str, object] = field(hash=False)
    rule: Rule = field(compare=False, repr=False)
    needs_expected: bool = False
    at_once: int = 0
    about: Callable[[], str] | None = field(default=None, compare=False, repr=False)

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not self.name.strip() or len(self.name) > LONGEST_NAME:
            raise OptionError(f"A scorer's name is a text of at most {LONGEST_NAME} characters, not {self.name!r:.60}.")

    def __call__(
        self, answer: str, expected: object = None, prompt: Prompt | None = None, call: Call | None = None
    ) -> Score:
        """Score one answer.

        Raises
        ------
        JudgmentError
            If it cannot be scored; and whatever a function of the user's raises.
        """
        if expected is None and self.needs_expected:
            raise JudgmentError(UNEXPECTED)
        if not self.at_once:
            return read(self.rule(answer, expected, prompt, call))
        from routebook.engine.loop import background

        if asyncio._get_running_loop() is background.loop:  # it would wait for itself
            raise JudgmentError(f"{self.name} cannot be called in an async function that scores: make that a plain one")
        return read(background.submit(_awaited(self.rule(answer, expected, prompt, call))).result())


async def _awaited(said: Awaitable[object]) -> object:
    return await said


def read(said: Any) -> Score:
    """Read what a rule said: true or false, a number from 0 to 1, or one with a note.

    Raises
    ------
    JudgmentError
        If it is none of these, or there is no value: then the note says why.

    Examples
    --------
    >>> read(True), read((0.5, "half of it")), read({"value": 0.25, "note": "weak"})
    (Score(value=1.0, note=''), Score(value=0.5, note='half of it'), Score(value=0.25, note='weak'))
    """
    note: object = ""
    if isinstance(said, Mapping):
        if not {"value"} <= said.keys() <= {"value", "note"}:
            raise JudgmentError('gave a dictionary that is not {"value": 0 to 1, "note": "why"}')
        said, note = said["value"], said.get("note") or ""
    elif isinstance(said, tuple):
        if len(said) != 2:
            raise JudgmentError(f"gave a tuple of {len(said)} where (value, note) is wanted")
        said, note = said[0], said[1] or ""
    if not isinstance(note, str):
        raise JudgmentError(f"gave {in_words(note)} as its note, which is a text")
    if said is None:
        raise JudgmentError(note or "gave no value: return True or False, or a number from 0 to 1")
    if inspect.iscoroutine(said):
        said.close()  # else Python warns of it, at some other place
    if isinstance(said, (str, bytes)) or not hasattr(type(said), "__float__"):
        raise JudgmentError(f"gave {_shown(said)}, which is neither True or False nor a number from 0 to 1")
    value = float(said)  # NumPy's and others' numbers and truths
    if math.isnan(value) or not 0 <= value <= 1:
        raise JudgmentError(f"gave {value:g}, and a score is from 0 to 1")
    return Score(value, note)


def _shown(said: object) -> str:
    return f"the text {said!r:.40}" if isinstance(said, str) else in_words(said)


def of_function(function: Callable[..., Any], name: str | None = None) -> Scorer:
    """Make a scorer of a function; see `routebook.judging.checks.scorers.function`.

    Raises
    ------
    OptionError
        If it needs something else than an answer, what is expected, the prompt and the call.
    """
    if not callable(function):
        raise OptionError(f"A scorer is one of rb.scorers or a function, not {in_words(function)}.")
    ours = inspect.isfunction(function) and function.__module__.startswith(__package__)
    if ours and function.__name__.isidentifier():  # no lambda of an example: one of `rb.scorers`
        raise OptionError(f"{function.__name__} makes a scorer: call it, as in rb.scorers.{function.__name__}(...).")
    called = name or getattr(function, "__name__", type(function).__name__).strip("<>")
    places, names, needs = _wanted(function, called)
    awaits = inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(type(function).__call__)

    def rule(answer: str, expected: object, prompt: Prompt | None, call: Call | None) -> Any:
        given = {"answer": answer, "expected": expected, "prompt": prompt, "call": call}
        return function(*[given[place] for place in places], **{name: given[name] for name in names})

    settings = {"scorer": "function", "function": getattr(function, "__qualname__", called)}
    return Scorer(called, settings, rule, needs, _CALLS_AT_ONCE if awaits else 0)


def _wanted(function: Callable[..., Any], called: str) -> tuple[list[str], list[str], bool]:
    """Tell what a function is given by place and what by name, and whether it cannot do without what is expected.

    Its required parameters are known by their names if all of them are called as here; else they are, in their order,
    the answer, what is expected, and the prompt.
    """
    try:
        parameters = list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):  # a built-in that does not say
        return ["answer"], [], False
    by_place = [one for one in parameters if one.kind in (one.POSITIONAL_ONLY, one.POSITIONAL_OR_KEYWORD)]
    required = [one.name for one in by_place if one.default is one.empty]
    named = all(name in _KNOWN for name in required)
    places = required if named else list(_KNOWN[: len(required)])
    if not required and any(one.kind is one.VAR_POSITIONAL for one in parameters):
        places = list(_KNOWN[:3])
    if len(required) > 3 and not named:
        raise OptionError(
            f"{called} needs {len(required)} things, and a scorer gets the answer, what is expected, and the prompt."
        )
    names = []
    for one in parameters:
        if one.kind is one.KEYWORD_ONLY and one.default is one.empty and one.name not in _KNOWN:
            raise OptionError(f"{called} needs {one.name!r}, and a scorer is given {', '.join(_KNOWN[:3])} and call.")
        optional = one.default is not one.empty and one.kind is not one.POSITIONAL_ONLY
        if one.name in _KNOWN and one.name not in places and (optional or one.kind is one.KEYWORD_ONLY):
            names.append(one.name)
    if not places and not names:
        raise OptionError(f"{called} takes nothing: a scorer takes at least the answer.")
    must = {one.name for one in parameters if one.kind is one.KEYWORD_ONLY and one.default is one.empty}
    return places, names, ("expected" in places and bool(required)) or "expected" in must
