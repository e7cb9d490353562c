"""How each simulated model words an answer it has worked out: terse, tidy, thorough, or after long reasoning."""

from __future__ import annotations

import random

from routebook.providers.simulated.tasks import Task
from routebook.providers.simulated.tasks.task import wants_bare

_BRIEF = ("{answer}", "**{answer}**", "Answer: **{answer}**", "It is **{answer}**.")
_TIDY = (
    "Here one has to {method}.\n\n**Answer:** {answer}",
    "The way here is to {method}.\n\nThat gives **{answer}**.",
    "**Method:** {method}.\n\n**Result:** {answer}",
)
_THOROUGH = (
    "### Approach\n\nA task of the kind *{kind}*: {method}, and check the result.\n\n### Answer\n\n**{answer}**",
    "My steps:\n\n- **Do:** {method}.\n- **Check:** read the question again.\n\nThe answer is **{answer}**.",
    "Let me take this in order. First read the question with care, then {method}.\n\n> **{answer}**",
)
_CODE_NOTES = (
    "It handles the edge cases in the same pass, without a special branch.",
    "It needs nothing beyond the standard library.",
    "Time grows with the size of the input; memory stays small.",
)
_THINKING = (
    "This is a task of the kind {kind}.",
    "I should {method}.",
    "Let me go through it slowly and keep track of every step.",
    "First pass: I have a candidate for the answer.",
    "Let me check it once more from the other side.",
    "Is there another way to read the question? I read it again; the plain reading seems right.",
    "A second look at the places where slips happen: the ends, the signs, the order.",
    "Both passes agree, so I can answer.",
)


def worded(model: str, task: Task, answer: str, asked: str, rng: random.Random) -> str:
    """Word an answer in a model's manner.

    Parameters
    ----------
    model
        The model's name.
    task
        What was understood.
    answer
        The answer to give, right or wrong.
    asked
        The system prompt and the prompt: where they want nothing but the answer, nothing else is given.
    rng
        Decides between turns of phrase.
    """
    if task.language:
        return _code(model, task, answer, asked, rng)
    if wants_bare(asked):
        return answer
    if "\n" in answer:
        block = f"```text\n{answer}\n```"
        return block if model == "small" else f"One has to {task.method}. The result:\n\n{block}"
    manner = {"small": _BRIEF, "medium": _TIDY, "large": _THOROUGH}.get(model, _TIDY)
    return rng.choice(manner).format(answer=answer, method=task.method, kind=task.kind)


def reasoned(kind: str, method: str, rng: random.Random, *, length: float = 1.0) -> str:
    """Return visible reasoning that gives nothing of the answer away, `length` times as long as usual."""
    first, *middle, last = (step.format(kind=kind, method=method) for step in _THINKING)
    count = max(1, round(rng.randint(4, 6) * length))
    return "\n\n".join([first, *(middle[place % len(middle)] for place in range(count)), last])


def _code(model: str, task: Task, answer: str, asked: str, rng: random.Random) -> str:
    block = f"```{task.language}\n{answer}\n```"
    if model == "small" or wants_bare(asked):
        return block
    note = rng.choice(_CODE_NOTES)
    if model == "large":
        return f"### A {task.language.title()} function\n\n{block}\n\n**Note:** {note}"
    return f"{block}\n\n{note}"
