"""What each model got on each prompt: the words on an answer folded to their mean, and a prompt's repeats to theirs.

Every prompt then counts the same, however often it was asked and however many people rated its answers; the answers
of one prompt resemble each other, so prompts, not answers, are what a figure's uncertainty is counted in.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import fsum
from typing import NamedTuple

from routebook.judging.tables import ScoreRow


class OnPrompt(NamedTuple):
    """What a model got on one prompt: the mean over its judged answers, and how many these are."""

    mean: float
    answers: int


Folded = dict[str, dict[str, OnPrompt]]
"""Model to prompt id to what it got there; in the order of the rows."""


def fold(rows: Iterable[ScoreRow]) -> Folded:
    """Return what each model got on each prompt; rows without a value are left out.

    >>> row = ScoreRow("p", 0, "sim/small", "people", "person", "ada", 1.0, "", "")
    >>> others = [row._replace(by="bob", value=0.5), row._replace(repeat=1, value=0.25)]
    >>> fold([row, *others])["sim/small"]
    {'p': OnPrompt(mean=0.5, answers=2)}
    """
    first: dict[str, dict[str, ScoreRow]] = {}
    further: dict[tuple[str, str], list[ScoreRow]] = {}
    for row in rows:
        if row.value is not None:
            prompts = first.setdefault(row.model, {})
            if row.prompt_id in prompts:
                further.setdefault((row.model, row.prompt_id), []).append(row)
            else:
                prompts[row.prompt_id] = row
    alone: dict[float, OnPrompt] = {}  # of 100,000 answers that are right or wrong, two are made

    def on_prompt(row: ScoreRow) -> OnPrompt:
        others = further.get((row.model, row.prompt_id)) if further else None
        if others is not None:
            return _mean([row, *others])
        value = row.value or 0.0
        return alone.get(value) or alone.setdefault(value, OnPrompt(value, 1))

    return {model: {prompt_id: on_prompt(row) for prompt_id, row in of.items()} for model, of in first.items()}


def _mean(rows: Sequence[ScoreRow]) -> OnPrompt:
    answers: dict[int, list[float]] = {}
    for row in rows:
        answers.setdefault(row.repeat, []).append(row.value or 0.0)
    return OnPrompt(fsum(fsum(words) / len(words) for words in answers.values()) / len(answers), len(answers))
