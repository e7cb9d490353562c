"""Recognising and really solving the kinds of task that simulated models attempt: one module for each family."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from routebook.providers.simulated.tasks import (
    arithmetic,
    choice,
    classification,
    coding,
    conversion,
    extraction,
    knowledge,
    text,
    translation,
    word_problems,
)
from routebook.providers.simulated.tasks.task import Task

_ALONE: tuple[Callable[[str], Task | None], ...] = (
    coding.solve, translation.solve, knowledge.solve, arithmetic.solve, word_problems.solve, conversion.solve,
    text.solve,
)  # fmt: skip
_WITH_A_TEXT: tuple[Callable[[str], Task | None], ...] = (classification.solve, extraction.solve)


@lru_cache(maxsize=1024)
def attempt(prompt_text: str) -> Task | None:
    """Recognise a prompt and solve it by computing, or return `None` where it is not understood.

    >>> task = attempt("What is 12 * (3 + 4)?")
    >>> task.kind, task.answer
    ('arithmetic', '84')
    >>> attempt("Write me a poem.") is None
    True
    """
    found = choice.solve(prompt_text, _ALONE)
    for solve in (*_WITH_A_TEXT, *_ALONE):
        found = found or solve(prompt_text)
    return found


__all__ = ["Task", "attempt"]
