"""How a simulated model judges: it attempts the question itself and holds each answer against what it believes.

A judge's prompt is one user message with sections ``<NAME-ID>`` ... ``</NAME-ID>``, each tag alone on its line: a
``prompt``, and ``answer_a`` and ``answer_b``, or an ``answer`` with or without an ``expected`` one. The ID, hex digits
that the answers cannot know, keeps what an answer says from ending its section.

What a judge believes is what the same model answers when it is asked, right as often as `ACCURACY` says; so it agrees
with itself, as real judges do. It has one mind about a question and a pair of answers, whatever their order: only the
planted fault of ``first-judge`` sees which comes first. Where no task family understands the prompt it says so, and
goes by length now and then (see `OPEN_TIES`).
"""

from __future__ import annotations

import hashlib
import json
import random
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from routebook.checks import last_number, passes
from routebook.providers.simulated.accuracy import JUDGE_FAULTS, JUDGE_SLIPS, OPEN_TIES
from routebook.providers.simulated.schemas import json_answer
from routebook.providers.simulated.tasks import Task
from routebook.providers.simulated.tasks.coding import alike

NOTHING_WORDS = 20
"""An answer of at most so many words may say nothing; see `says_nothing`."""

_OPENING = re.compile(r"^<(prompt|answer_a|answer_b|answer|expected)-([0-9a-fA-F]{8,128})>\n", re.MULTILINE)
_SCALE = re.compile(r"\b(\d{1,3})\b(?: ?(?:to|-|–|\.\.) ?)(\d{1,3})\b")
_NUMBER = re.compile(r"\s*[-−]?[\d,]+(?:\.\d+)?\s*\Z")
_GRADES = ("incorrect", "partly", "correct")
_SAID = "Simulated judge: "


class Asked(NamedTuple):
    """A judge's prompt, taken apart: of the answers either `a` and `b` are there, or `alone`."""

    prompt: str
    a: str | None
    b: str | None
    alone: str | None
    expected: str | None


class Form(NamedTuple):
    """What kind of verdict is wanted; of a scale also its ends."""

    field: Literal["winner", "score", "verdict"]
    low: int = 1
    high: int = 5


def asked(text: str) -> Asked | None:
    r"""Take a judge's prompt apart; `None` where it is none.

    What is inside a section is never read as a tag, and the text is read once, from its beginning to its end.

    >>> asked("Is it right?\n<prompt-0badcafe>\n2 + 2?\n</prompt-0badcafe>\n<answer-0badcafe>\n4\n</answer-0badcafe>")
    Asked(prompt='2 + 2?', a=None, b=None, alone='4', expected=None)
    >>> asked("Is it right? <prompt> 2 + 2 </prompt>") is None
    True
    """
    found: dict[str, str] = {}
    at = 0
    while (opening := _OPENING.search(text, at)) is not None:
        name, closing = opening[1], f"\n</{opening[1]}-{opening[2]}>"
        end = text.find(closing, opening.end() - 1)
        if end < 0 or name in found:
            return None
        found[name] = text[opening.end() : end]
        at = end + len(closing)
    match sorted(found.keys() - {"prompt", "expected"}):
        case ["answer"] | ["answer_a", "answer_b"] if "prompt" in found:
            a, b, alone, expected = map(found.get, ("answer_a", "answer_b", "answer", "expected"))
            return Asked(found["prompt"], a, b, alone, expected)
    return None


def form_of(one: Asked, schema: Mapping[str, Any] | None, instructions: str) -> Form | None:
    """Return what verdict is wanted: what the schema has room for, else what fits the sections.

    Parameters
    ----------
    one
        What is to be judged.
    schema
        The schema of the reply, if there is one; `None` is returned where it has room for no verdict on this.
    instructions
        The system prompt: without a schema, "score" and a range such as ``1 to 5`` in it ask for a scale.
    """
    if schema is not None:
        properties = schema.get("properties")
        if not isinstance(properties, dict):
            return None
        if one.alone is None:
            return Form("winner") if "winner" in properties else None
        if isinstance(score := properties.get("score"), dict):
            ends = score.get("enum") or (score.get("minimum"), score.get("maximum"))
            whole = [end for end in ends if isinstance(end, int)] if isinstance(ends, (list, tuple)) else []
            return Form("score", min(whole), max(whole)) if len(whole) > 1 and len(whole) == len(ends) else None
        return Form("verdict") if "verdict" in properties else None
    if one.alone is None:
        return Form("winner")
    scale = _SCALE.search(instructions) if "score" in instructions.casefold() else None
    if scale is not None and int(scale[1]) < int(scale[2]):
        return Form("score", int(scale[1]), int(scale[2]))
    return Form("verdict") if one.expected is not None else Form("score")


@dataclass(frozen=True, slots=True)
class Judge:
    """A simulated model that has read a question and is about to judge.

    Attributes
    ----------
    model
        Which model: it decides whether there is a planted fault.
    task
        The question as it understands it; `None` where it does not.
    belief
        What it takes for the answer, if it understands the question.
    seed
        Of the question and the model.
    """

    model: str
    task: Task | None
    belief: str | None
    seed: str

    def verdict(self, one: Asked, form: Form) -> dict[str, str | int]:
        """Judge; return the reason and the verdict under the names that the reply has."""
        if one.alone is None:
            winner, reason = self._of_two(one.a or "", one.b or "", one.expected)
            return {"reason": _SAID + reason, "winner": winner}
        steps = len(_GRADES) if form.field == "verdict" else form.high - form.low + 1
        step, reason = self._alone(one.alone, one.expected, steps)
        value = _GRADES[step] if form.field == "verdict" else form.low + step
        return {"reason": _SAID + reason, form.field: value}

    def _of_two(self, a: str, b: str, expected: str | None) -> tuple[str, str]:
        """Return ``A``, ``B`` or ``tie``, and why. All chance is drawn for the pair, whichever comes first."""
        faulty, slips, open_tie = self._draws(*sorted((_plain(a), _plain(b))))
        if faulty and self.model == "first-judge":
            return "A", "I prefer what I read first."
        if faulty and self.model == "null-judge" and (nothing := self._nothing(a)) != self._nothing(b):
            return "A" if nothing else "B", "I prefer the answer that says nothing."
        if _plain(a) == _plain(b):
            return "tie", "both answers are the same."
        wanted = self.belief if expected is None else expected
        if wanted is None:
            winner, reason = self._open(a, b, tie=open_tie)
        else:
            fits = matches(self.task, wanted, a), matches(self.task, wanted, b)
            winner = "tie" if fits[0] == fits[1] else "A" if fits[0] else "B"
            who = f"only answer {winner} agrees" if winner != "tie" else "both agree" if fits[0] else "neither agrees"
            reason = f"{self._held(expected)}; {who}."
        if slips:
            return "tie" if winner != "tie" else "A" if _plain(a) < _plain(b) else "B", reason + " Then I slipped."
        return winner, reason

    def _open(self, a: str, b: str, *, tie: bool) -> tuple[str, str]:
        said = "I do not understand the question"
        if (nothing := self._nothing(a)) != self._nothing(b):
            return "B" if nothing else "A", f"{said}; only one of the answers says anything."
        if tie or len(_plain(a)) == len(_plain(b)):
            return "tie", f"{said}, and judged no further."
        return "A" if len(_plain(a)) > len(_plain(b)) else "B", f"{said}, and went by length."

    def _alone(self, answer: str, expected: str | None, steps: int) -> tuple[int, str]:
        """Return a step from 0 to the last, and why."""
        faulty, slips, up = self._draws(_plain(answer))
        last, wanted = steps - 1, self.belief if expected is None else expected
        if faulty and self.model == "null-judge" and self._nothing(answer):
            return last, "I prefer an answer that says nothing."
        if wanted is None:
            nothing = self._nothing(answer)
            step = 0 if nothing else last // 2
            reason = f"I do not understand the question; the answer says {'nothing' if nothing else 'something'}."
        elif matches(self.task, wanted, answer):
            step, reason = last, f"{self._held(expected)}; the answer agrees."
        elif self.task is not None and _has_some(wanted, answer):
            step, reason = last // 2, f"{self._held(expected)}; the answer has some of it."
        else:
            step, reason = 0, f"{self._held(expected)}; the answer does not agree."
        if slips and last:
            return step + (1 if step == 0 or (up and step < last) else -1), reason + " Then I slipped."
        return step, reason

    def _draws(self, *answers: str) -> tuple[bool, bool, bool]:
        """Draw whether the planted fault decides, whether the verdict slips, and whether what is open is a tie."""
        said = hashlib.sha256("\0".join(answers).encode("utf-8", "surrogatepass")).hexdigest()
        rng = random.Random(f"{self.seed}|judges|{said}")
        chances = (JUDGE_FAULTS.get(self.model, 0.0), JUDGE_SLIPS, OPEN_TIES)
        faulty, slips, open_tie = (rng.random() < chance for chance in chances)
        return faulty, slips, open_tie

    def _nothing(self, answer: str) -> bool:
        return says_nothing(answer, self.task)

    def _held(self, expected: str | None) -> str:
        if expected is None and self.task is not None and self.task.check is None:
            return "I ran the code beside what I would write"
        words = _plain(expected if expected is not None else self.belief or "")
        return f"{'I make it' if expected is None else 'expected is'} {words[:60]}{'…' if len(words) > 60 else ''}"


def matches(task: Task | None, wanted: str, answer: str) -> bool:
    """Tell whether an answer is the wanted one, by the check of the task.

    For an exact check an answer may say more than the wanted text, where that is set apart: in bold, on the last line,
    or as a block of code. Without a task a number is compared as a number, and any other text is looked for.
    """
    check = _check(task, wanted)
    if check is None:
        return alike(wanted, _blocks(answer)[-1] if "```" in answer else answer)
    if check != "exact":
        return passes(check, wanted, answer)
    *_, last = answer.strip().rsplit("\n", 1)
    return any(passes("exact", wanted, part) for part in (answer, *last.split("**"), *_blocks(answer)[-1:]))


def _check(task: Task | None, wanted: str) -> str | None:
    """Return how to compare; `None` for code that has to be run."""
    if task is not None and task.check is None and wanted.lstrip().startswith("def "):
        return None
    if passes("exact", wanted, ""):  # nothing but quotes and full stops: it is in every text
        return "exact"
    check = task.check if task is not None else "numeric" if _NUMBER.match(wanted) else None
    if check == "numeric" and last_number(wanted) is None:
        check = None
    return check or ("exact" if len(wanted.strip()) < 3 else "contains")


def _has_some(wanted: str, answer: str) -> bool:
    """Tell whether an answer has a part of a wanted list, but not all of it."""
    parts = wanted.split(", ")
    return len(parts) > 1 and any(passes("contains", part, answer) for part in parts if part.strip())


def _plain(text: str) -> str:
    """Return a text without what space alone makes different."""
    return " ".join(text.split())


def _blocks(text: str) -> list[str]:
    """Return the fenced blocks, without the line that names their language."""
    return [block.partition("\n")[2] for block in text.split("```")[1::2]]


def reply(verdict: Mapping[str, str | int], *, as_json: bool) -> str:
    """Write a verdict down: as JSON, or as the reason and a last line that names the verdict.

    >>> reply({"reason": "Both are right.", "winner": "tie"}, as_json=True)
    '{"reason": "Both are right.", "winner": "tie"}'
    """
    if as_json:
        return json.dumps(verdict, ensure_ascii=False)
    name, value = next((name, value) for name, value in verdict.items() if name != "reason")
    return f"{verdict['reason']}\n\n{name.capitalize()}: {value}"


def json_verdict(schema: Mapping[str, Any], verdict: Mapping[str, str | int]) -> str | None:
    """Write a verdict down as JSON that is valid under a schema; `None` where the schema has no room for it."""
    from jsonschema.validators import validator_for

    made = json.loads(json_answer(schema, None, random.Random(0)))  # what else it wants is made up
    made |= {name: value for name, value in verdict.items() if name in made}
    valid = validator_for(schema)(dict(schema)).is_valid(made)
    return json.dumps(made, ensure_ascii=False) if valid else None


def says_nothing(answer: str, task: Task | None) -> bool:
    """Tell whether an answer says nothing: 20 words or fewer, no figure, no code, and no candidate for the answer.

    >>> says_nothing("I would rather not say.", None), says_nothing("It is 391.", None), says_nothing("", None)
    (True, False, True)
    """
    if len(answer.split(maxsplit=NOTHING_WORDS)) > NOTHING_WORDS or "```" in answer or any(map(str.isdigit, answer)):
        return False
    return task is None or not any(matches(task, candidate, answer) for candidate in (task.answer, *task.wrong))
