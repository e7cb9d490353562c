"""Room under a cap, put to use: the fractional knapsack of better models that cost more (Dantzig 1957)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Whole = NDArray[np.intp]

_LEAST_PART = 0.05


class Filled(NamedTuple):
    """Who answers each kind of prompt.

    Attributes
    ----------
    chosen
        (kinds,): the model, by its column.
    blended
        The kind of which only a part fits, or `None`.
    better, part
        The model that answers this part of it, a share of its prompts; `chosen` answers the rest.
    """

    chosen: Whole
    blended: int | None = None
    better: int = 0
    part: float = 0.0


def filled(chosen: Whole, gain: Floats, spent: Floats, share: Floats, room: float) -> Filled:
    """Give kinds better models that spend more, those first that gain most for it, as long as there is room.

    Parameters
    ----------
    chosen
        (kinds,): who answers each kind at first.
    gain, spent
        (kinds, models): what each model gets and spends there.
    share
        (kinds,): of all prompts.
    room
        How much more may be spent, on average over all prompts.

    Examples
    --------
    >>> gain, spent = np.array([[0.0, 0.1], [0.0, 0.2]]), np.array([[1.0, 2.0], [1.0, 2.0]])
    >>> made = filled(np.array([0, 0]), gain, spent, np.array([0.5, 0.5]), 0.6)
    >>> made.chosen.tolist(), made.blended, made.better, round(made.part, 2)
    ([0, 1], 0, 1, 0.2)
    """
    made, kinds = chosen.copy(), np.arange(len(chosen))
    while True:
        more = (spent - spent[kinds, made][:, None]) * share[:, None]
        better = (gain - gain[kinds, made][:, None]) * share[:, None]
        helps = (better > 0) & (more > 0)
        if not helps.any():
            return Filled(made)
        kind, model = np.unravel_index(np.where(helps, better / np.where(helps, more, 1), -1).argmax(), helps.shape)
        if more[kind, model] > room:
            part = float(np.floor(100 * room / more[kind, model] + 1e-9) / 100)
            return Filled(made, int(kind), int(model), part) if part >= _LEAST_PART else Filled(made)
        room -= float(more[kind, model])
        made[kind] = model
