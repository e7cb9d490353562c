"""Who is asked first when a route has weights: a draw that depends on the prompt's text and nothing else that changes.

Take the sha256 of ``NAME NUL TAG NUL TEXT`` in UTF-8: the policy's name, the tag, and all that the user wrote, as
rules search it. Its first 12 hex digits as a number, divided by 2 ** 48, are a number from 0 up to 1. Multiplied by
the sum of the weights it falls into the stretch of one of the models, the first model's first. Sums go from left to
right.
"""

from __future__ import annotations

import hashlib
from itertools import accumulate

from routebook.patterns.linear import utf8
from routebook.routing.route import Route


def drawn(route: Route, policy: str, tag: str, text: str) -> tuple[str, ...]:
    """Return the chain for one prompt: the model that was drawn, then the others in their order.

    >>> route = Route(("sim/large", "sim/small"), weights=(1, 1))
    >>> drawn(route, "desk", "coding", "Sort a list."), drawn(route, "desk", "coding", "Sort a set.")
    (('sim/large', 'sim/small'), ('sim/small', 'sim/large'))
    """
    weights = route.weights or (1.0,)
    if len(weights) == 1:
        return route.models
    digest = hashlib.sha256(utf8(f"{policy}\0{tag}\0{text}")).hexdigest()
    ends = list(accumulate(weights))
    point = int(digest[:12], 16) / 2**48 * ends[-1]
    first = next((place for place, end in enumerate(ends) if point < end), len(ends) - 1)
    return (route.models[first], *route.models[:first], *route.models[first + 1 :])
