"""Under which conditions a call ran that change its price: tier, speed, place, batch.

Only what departs from the standard is kept, so an empty result is the standard price. A value that nobody has a
price for makes the price unknown: price libraries fall back to the standard price silently, which here would be an
invented figure.
"""

from __future__ import annotations

from collections.abc import Mapping

Conditions = frozenset[tuple[str, str]]
STANDARD: Conditions = frozenset()

_STANDARD_VALUES = {
    # "auto" is the request's own word, echoed by servers that have one tier; "on_demand" is Groq's
    "service_tier": {"", "default", "standard", "auto", "on_demand"},
    "speed": {"", "standard"},
    # Anthropic says "not_available" for models that cannot be tied to a place
    "inference_geo": {"", "global", "not_available"},
}
FACTS = tuple(_STANDARD_VALUES)


def conditions(extras: Mapping[str, str], *, batch: bool = False) -> Conditions:
    """Return what departs from the standard, as ``(name, value)`` pairs.

    >>> conditions({"service_tier": "default", "speed": "standard", "inference_geo": "global"})
    frozenset()
    >>> sorted(conditions({"service_tier": "flex"}, batch=True))
    [('processing', 'batch'), ('service_tier', 'flex')]
    """
    found = set()
    for name, standard in _STANDARD_VALUES.items():
        value = (extras.get(name) or "").lower()
        if name == "service_tier" and value == "batch":  # how Anthropic names it in its answers
            batch = True
        elif value not in standard:
            found.add((name, value))
    if batch:
        found.add(("processing", "batch"))
    return frozenset(found)
