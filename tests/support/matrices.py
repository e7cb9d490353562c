"""Outcomes as arrays, without the way through a table."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from routebook.routing.learning.matrix import Looked, Matrix


def matrix(
    quality: ArrayLike,
    *,
    cost: ArrayLike = np.nan,
    texts: Sequence[str] | None = None,
    tags: Sequence[str | tuple[str, ...]] | None = None,
    models: Sequence[str] | None = None,
) -> Matrix:
    """Return outcomes of prompts in rows and models in columns; costs are of each model, or of each prompt too."""
    got = np.asarray(quality, dtype=float)
    prompts, width = got.shape
    ids = np.array([f"p{number}" for number in range(prompts)], dtype=object)
    given = tags or [()] * prompts
    own = [(tag,) if isinstance(tag, str) else tag for tag in given]
    asked = np.array(texts if texts is not None else [f"question {number}" for number in range(prompts)], dtype=object)
    return Matrix(
        ids,
        asked,
        np.fromiter(own, dtype=object, count=prompts),
        tuple(models or (f"sim/m{number}" for number in range(width))),
        got,
        np.broadcast_to(np.asarray(cost, dtype=float), got.shape).copy(),
        np.full(got.shape, np.nan),
        Looked(asked.tolist(), lambda: pd.DataFrame(index=ids)),
        np.arange(prompts),
    )
