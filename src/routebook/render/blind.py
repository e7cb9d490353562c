"""Who is behind "Answer A": shuffled for each prompt, the same each time it is shown."""

from __future__ import annotations

import random
from collections.abc import Sequence


def order(run_id: str, prompt_id: str, models: Sequence[str]) -> list[str]:
    """Return the models in the order in which a blind run shows them: the first is Answer A.

    >>> sorted(order("run", "prompt", ["x", "y"])), order("r", "p", "abc") == order("r", "p", "abc")
    (['x', 'y'], True)
    """
    shuffled = list(models)
    random.Random(f"{run_id}:{prompt_id}").shuffle(shuffled)
    return shuffled


def label(number: int) -> str:
    """Return what the number-th answer is called, from 0.

    >>> label(0), label(25), label(26)
    ('Answer A', 'Answer Z', 'Answer AA')
    """
    letters = ""
    number += 1
    while number:
        number, digit = divmod(number - 1, 26)
        letters = chr(ord("A") + digit) + letters
    return f"Answer {letters}"
