"""Outcomes with a truth that a test plants: which model is good at which kind of prompt, and what each costs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from routebook.outcomes import Outcomes


def planted(
    chances: ArrayLike,
    prompts: int,
    *,
    usd: Sequence[float] | None = None,
    tags: bool = True,
    words: bool = False,
    seed: int = 0,
    first: int = 0,
) -> Outcomes:
    """Draw outcomes: as many prompts of each kind, right or wrong.

    Parameters
    ----------
    chances
        (kinds, models): how likely each model is right on each kind.
    prompts
        How many prompts.
    usd
        What each model costs, US dollars for one prompt; unknown if not given.
    tags, words
        Whether a prompt's kind is its tag (``kind-a``, ``kind-b``), and a word of its text (``alpha``, ``beta``).
    seed
        Of what is drawn.
    first
        The first prompt's number, so that two tables have none in common.
    """
    chance = np.asarray(chances, dtype=float)
    random = np.random.default_rng(seed)
    kind = random.permutation(np.arange(prompts) % len(chance))
    right = random.random((prompts, chance.shape[1])) < chance[kind]
    names = [f"sim/m{model}" for model in range(chance.shape[1])]
    frame = pd.DataFrame(right.astype(float), columns=names)
    said = ("alpha", "beta", "gamma", "delta")
    frame["prompt"] = [
        f"Question {first + number} {said[each] if words else 'of many'}" for number, each in enumerate(kind)
    ]
    frame["kind"] = [f"kind-{'abcd'[each]}" for each in kind]
    cost = None if usd is None else dict(zip(names, map(float, usd), strict=True))
    return Outcomes.from_frame(frame, tag="kind" if tags else None, models=names, cost=cost)
