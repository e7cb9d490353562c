"""What is known of Claude models before one is asked, wherever they are served."""

from __future__ import annotations

import re

_VERSION = re.compile(r"claude-(?:(?P<line>[a-z]+)-)?(?P<major>\d{1,2})(?:[-.](?P<minor>\d{1,2}))?(?![0-9])")
_FIRST_WITHOUT_TEMPERATURE = (4, 7)


def takes_temperature(model: str) -> bool:
    """Tell whether a model still takes ``temperature``; a model that is no Claude, or of unknown age, is let through.

    Claude models from 4.7 on, and every Mythos and Fable, refuse it with a 400 ("`temperature` is deprecated for this
    model").

    >>> takes_temperature("claude-haiku-4-5-20251001"), takes_temperature("us.anthropic.claude-opus-4-7-v1:0")
    (True, False)
    >>> takes_temperature("claude-sonnet-5"), takes_temperature("claude-3-5-haiku-20241022")
    (False, True)
    >>> takes_temperature("claude-sonnet-4-20250514"), takes_temperature("claude-mythos-preview")
    (True, False)
    """
    if "claude-mythos" in model or "claude-fable" in model:
        return False
    found = _VERSION.search(model)
    if found is None:
        return True
    return (int(found["major"]), int(found["minor"] or 0)) < _FIRST_WITHOUT_TEMPERATURE
