"""Which prompts are learned from, and which are kept apart for the last test."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from routebook.errors import OptionError, OutcomesError
from routebook.lookup import count
from routebook.outcomes import Outcomes
from routebook.prompts import in_words
from routebook.routing.learning.matrix import Matrix
from routebook.routing.learning.splits import alike, apart

if TYPE_CHECKING:
    from numpy.typing import NDArray

MOST_LEARNED_FROM = 20_000
"""Prompts that rules are learned from; of more, as many are drawn."""


MOST_USD = 1e6
"""What a prompt may cost, as in the evidence of a policy."""


class Divided(NamedTuple):
    """Prompts on two sides.

    Attributes
    ----------
    train
        What to learn from, in the order of the prompts' ids, so that the table's order changes nothing.
    test
        The outcomes to test on.
    groups
        A number for each training prompt, the same for those that are nearly the same.
    notes
        What the reader should know, one line each.
    """

    train: Matrix
    test: Outcomes
    groups: NDArray[np.intp]
    notes: tuple[str, ...]


def check_outcomes(*given: object) -> None:
    """Refuse what are no outcomes.

    Raises
    ------
    OptionError, OutcomesError
        With what to make them by; or if a prompt costs more than can be written into a policy.
    """
    for one in given:
        if not isinstance(one, Outcomes):
            raise OptionError(
                f"Rules are learned from Outcomes and tested on them, not on {in_words(one)}: make some by "
                "run.outcomes() or Outcomes.from_frame."
            )
        if (most := one.wide("cost_usd").max().max()) > MOST_USD:
            raise OutcomesError(f"A prompt costs up to ${MOST_USD:,.0f}, and one of these ${most:g}: is it US dollars?")


def divided(outcomes: Outcomes, held_out: Outcomes | None, test_share: float, seed: int) -> Divided:
    """Divide prompts, those that are nearly the same on one side.

    Parameters
    ----------
    outcomes
        All prompts, or those to learn from.
    held_out
        Those to test on; then `outcomes` loses what is nearly the same as one of these. `None` takes a share.
    test_share
        How much to keep apart, of each tag.
    seed
        Of what is drawn.

    Raises
    ------
    OptionError, OutcomesError
        If the share is none, or nothing is left on one side.
    """
    check_outcomes(outcomes, outcomes if held_out is None else held_out)
    prompts = outcomes.prompts
    ids = prompts.index.to_numpy(dtype=object)
    order = np.argsort(ids)
    ids, prompts, size = ids[order], prompts.iloc[order], len(prompts)
    texts = prompts["prompt"].tolist()
    notes = []
    if held_out is None:
        if isinstance(test_share, bool) or not isinstance(test_share, (int, float)) or not 0.05 <= test_share <= 0.9:
            raise OptionError(f"test_share is a share from 0.05 to 0.9, such as 0.33, not {test_share!r:.60}.")
        groups = alike(texts)
        aside = apart(groups, prompts["tags"].tolist(), test_share, seed)
        if aside.all() or not aside.any():
            raise OutcomesError(
                f"{count(size, 'prompt')} cannot be divided into some to learn from and some to test on."
            )
        test = outcomes.select(ids[aside].tolist())
    else:
        both = alike([*texts, *held_out.prompts["prompt"]])
        groups, aside, test = both[:size], np.isin(both[:size], both[size:]), held_out
        if aside.all():
            raise OutcomesError("Every prompt is nearly the same as a held-out one: nothing is left to learn from.")
        if aside.any():
            notes.append(f"Left out, since nearly the same as held-out ones: {count(int(aside.sum()), 'prompt')}.")
    rows = np.flatnonzero(~aside)
    if len(rows) > MOST_LEARNED_FROM:
        notes.append(f"Learned on {MOST_LEARNED_FROM:,} of {len(rows):,} prompts, drawn at random.")
        rows = np.sort(np.random.default_rng(seed).permutation(rows)[:MOST_LEARNED_FROM])
    train = Matrix.of(outcomes if len(rows) == size else outcomes.select(ids[rows].tolist()))
    return Divided(train.take(np.argsort(train.ids)), test, groups[rows], tuple(notes))
