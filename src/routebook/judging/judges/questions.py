"""What judges are asked about a run: its answers in pairs or one by one, and the canaries among them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple

from routebook.calls import Call
from routebook.errors import JudgmentError
from routebook.judging.judges.canaries import NULL_ANSWER, canary_calls, with_empty_line
from routebook.judging.judges.rubric import Rubric
from routebook.judging.judges.transcript import Before, before_of, seen
from routebook.judgments import Canary
from routebook.prompts import Attachment, Prompt
from routebook.render.clean import one_line

if TYPE_CHECKING:
    from routebook.answers import Answers

_MOST_NAMED = 3


class Question(NamedTuple):
    """One thing that every judge is asked.

    Attributes
    ----------
    call, other
        Whose answer, and of a pair whose beside it; `None` for a canary's made-up answer.
    canary
        Which canary it is, or empty.
    asked
        The ids of the judge's prompts: of a pair one for each order, of a copy one in all. None where both answers
        are the same.
    """

    call: Call
    other: Call | None
    canary: Canary
    asked: tuple[str, ...]


def questions_of(
    answers: Answers, chosen: Sequence[Prompt], rubric: Rubric, against: str | None, canaries: int
) -> tuple[list[Question], list[Prompt]]:
    """Return what judges are asked, prompt by prompt, and the prompts they are sent, each once.

    Parameters
    ----------
    chosen
        The prompts whose answers are judged.
    against
        The model that every pair has, or `None`.
    canaries
        How many prompts get canaries.

    Raises
    ------
    JudgmentError
        If there is nothing to be judged in this way.
    """
    by_prompt: dict[str, list[Call]] = {prompt.id: [] for prompt in chosen}
    for call in answers.ok:
        if call.prompt_id in by_prompt:
            by_prompt[call.prompt_id].append(call)
    if not any(by_prompt.values()):
        raise JudgmentError("There is nothing to judge: no answer came.")
    if rubric.mode == "reference":
        _need_expected([prompt for prompt in chosen if by_prompt[prompt.id]])
    pairs = {prompt_id: list(_pairs(calls, against)) for prompt_id, calls in by_prompt.items()}
    if rubric.mode == "pairwise" and not any(pairs.values()):
        raise JudgmentError(
            "A pair needs answers of two models to the same prompt, and there is none: scale=(1, 5) judges each "
            "answer by itself."
        )
    shown = list(by_prompt.values())
    if rubric.mode == "pairwise":  # a prompt without a pair is not judged, and needs no canary
        shown = [list({call.id: call for pair in of_prompt for call in pair}.values()) for of_prompt in pairs.values()]
    with_canary = {call.prompt_id: call for call in canary_calls(shown, canaries)}
    asking = _Asking(rubric, before_of(answers))
    questions: list[Question] = []
    for prompt in chosen:
        if rubric.mode == "pairwise":
            questions += [asking.pair(prompt, a, b) for a, b in pairs[prompt.id]]
        else:
            questions += [asking.alone(prompt, call) for call in by_prompt[prompt.id]]
        if (real := with_canary.get(prompt.id)) is not None:
            questions += asking.canaries(prompt, real)
    return questions, list(asking.prompts.values())


def _need_expected(prompts: Sequence[Prompt]) -> None:
    without = [one_line(prompt.text, 40) for prompt in prompts if prompt.expected is None]
    if without:
        named = ", ".join(map(repr, without[:_MOST_NAMED]))
        more = f" and {len(without) - _MOST_NAMED:,} more" if len(without) > _MOST_NAMED else ""
        raise JudgmentError(
            f"reference=True needs an expected answer for every prompt: {named}{more} "
            f"{'has' if len(without) == 1 else 'have'} none. Give them as compare(..., expected=[...])."
        )


def _pairs(calls: Sequence[Call], against: str | None) -> Iterator[tuple[Call, Call]]:
    """Give the pairs of answers of one prompt, repeat by repeat, in the order of the run's models."""
    repeats: dict[int, list[Call]] = {}
    for call in calls:
        repeats.setdefault(call.repeat, []).append(call)
    for alike in repeats.values():
        for a, b in combinations(alike, 2):
            if against is None or against in (str(a.model), str(b.model)):
                yield a, b


class _Asking:
    """Makes the judge's prompts, each once."""

    def __init__(self, rubric: Rubric, before: Before) -> None:
        self._rubric = rubric
        self._before = before
        self.prompts: dict[str, Prompt] = {}

    def pair(self, prompt: Prompt, a: Call, b: Call) -> Question:
        """Ask which of two answers is better, in both orders."""
        return Question(a, b, "", self._both_orders(prompt, a, b.text, b))

    def alone(self, prompt: Prompt, call: Call) -> Question:
        """Ask how good an answer is."""
        return Question(call, None, "", (self._one(prompt, call, call.text),))

    def canaries(self, prompt: Prompt, call: Call) -> list[Question]:
        """Ask about the null answer, and about a copy."""
        if self._rubric.mode == "pairwise":
            null = self._both_orders(prompt, call, NULL_ANSWER, call)
            copy: tuple[str, ...] = (self._two(prompt, (call, call.text), (call, call.text)),)
        else:
            null = (self._one(prompt, call, NULL_ANSWER),)
            copy = (self._one(prompt, call, with_empty_line(call.text)),)
        return [Question(call, None, "null", null), Question(call, None, "copy", copy)]

    def _both_orders(self, prompt: Prompt, a: Call, text: str, b: Call) -> tuple[str, ...]:
        first, second = (a, a.text), (b, text)
        if a.text == text and self._before(a) == self._before(b):
            return ()
        return self._two(prompt, first, second), self._two(prompt, second, first)

    def _two(self, prompt: Prompt, *said: tuple[Call, str]) -> str:
        shown = seen(prompt, [(self._before(call), text) for call, text in said])
        first, second = shown.answers
        return self._add({"prompt": shown.question, "answer_a": first, "answer_b": second}, shown.images)

    def _one(self, prompt: Prompt, call: Call, text: str) -> str:
        shown = seen(prompt, [(self._before(call), text)])
        sections = {"prompt": shown.question, "answer": shown.answers[0]}
        if self._rubric.mode == "reference":
            sections["expected"] = prompt.expected or ""
        return self._add(sections, shown.images)

    def _add(self, sections: Mapping[str, str], images: Iterable[Attachment]) -> str:
        made = self._rubric.prompt(sections, images)
        prompt_id = made.id
        self.prompts.setdefault(prompt_id, made)
        return prompt_id
