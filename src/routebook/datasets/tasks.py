"""A small set of prompts that comes with routebook: each with its kind, the expected answer, and how to check it.

They are our own, small enough to ask every model for a few cents, and simulated models attempt them for real.
"""

from __future__ import annotations

import json
from functools import cache
from importlib import resources

from routebook.checks import passes
from routebook.errors import OptionError, did_you_mean
from routebook.prompts import Prompt


def tasks(kind: str | None = None, n: int | None = None) -> tuple[Prompt, ...]:
    """Return the bundled prompts.

    Parameters
    ----------
    kind
        Only those of a kind, such as ``arithmetic`` or ``coding``; see `kinds`.
    n
        At most so many, taken from the kinds in turn.

    Returns
    -------
    tuple of Prompt
        Each is tagged with its kind, has an expected answer, and ``metadata["check"]`` (``exact``, ``numeric`` or
        ``contains``) says how `is_right` compares it.

    Raises
    ------
    OptionError
        If there is no such kind, or `n` is negative.

    Examples
    --------
    >>> [prompt.tags for prompt in tasks(n=3)]
    [('arithmetic',), ('word-problem',), ('extraction',)]
    >>> tasks("knowledge", n=1)[0].expected
    'Ottawa'
    """
    if kind is not None and kind not in kinds():
        raise OptionError(f"There are no tasks of the kind {kind!r}.{did_you_mean(kind, kinds())}")
    if n is not None and n < 0:
        raise OptionError(f"n must be 0 or more, not {n}.")
    by_kind = [[prompt for prompt in _all() if prompt.tags == (one,)] for one in ([kind] if kind else kinds())]
    rounds = max(map(len, by_kind))
    in_turn = [prompts[place] for place in range(rounds) for prompts in by_kind if place < len(prompts)]
    return tuple(in_turn[:n])


def kinds() -> tuple[str, ...]:
    """Return the kinds of task there are.

    >>> kinds()[:3]
    ('arithmetic', 'word-problem', 'extraction')
    """
    return tuple(dict.fromkeys(prompt.tags[0] for prompt in _all()))


def is_right(prompt: Prompt, answer: str) -> bool:
    """Tell whether an answer to a bundled prompt is right, by the check the prompt names (``exact`` if none).

    Raises
    ------
    OptionError
        If the prompt expects nothing, or names an unknown check.

    Examples
    --------
    >>> is_right(tasks("arithmetic")[0], "17 * 23 = 391")
    True
    """
    if prompt.expected is None:
        raise OptionError("This prompt has no expected answer to check against.")
    return passes(str(prompt.metadata.get("check", "exact")), prompt.expected, answer)


@cache
def _all() -> tuple[Prompt, ...]:
    text = (resources.files("routebook") / "data" / "tasks.json").read_text(encoding="utf-8")
    return tuple(
        Prompt.of(task["prompt"], tags=[task["kind"]], expected=task["expected"], metadata={"check": task["check"]})
        for task in json.loads(text)
    )
