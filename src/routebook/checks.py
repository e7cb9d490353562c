"""Whether an answer is the expected one: three small checks that need no judge.

``exact`` compares the whole answer, ``contains`` looks for the expected text in it, ``numeric`` compares its last
number. Letter case, surrounding space and the quotes or full stop around a bare answer never decide.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Literal, get_args

from routebook.errors import OptionError, did_you_mean

Check = Literal["exact", "numeric", "contains"]
CHECKS: tuple[Check, ...] = get_args(Check)

_NUMBER = re.compile(r"(?<![\w.])[-−]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?![\d])")


def passes(check: str, expected: str, answer: str) -> bool:
    """Tell whether `answer` is `expected` by the named check.

    A numeric answer may differ from an expected decimal by half a unit of its last place; whole numbers are exact.

    Raises
    ------
    OptionError
        If there is no such check, or the expected text of a numeric check has no number.

    Examples
    --------
    >>> passes("exact", "Paris", " paris. "), passes("contains", "Paris", "It is **Paris**, of course.")
    (True, True)
    >>> passes("numeric", "1234", "12 x 102.83 is about 1,234"), passes("numeric", "3.11", "3.107")
    (True, True)
    """
    if check == "exact":
        return _plain(answer) == _plain(expected)
    if check == "contains":
        return _plain(expected) in _plain(answer)
    if check == "numeric":
        wanted = last_number(expected)
        if wanted is None:
            raise OptionError(f"A numeric check needs a number to expect, not {expected!r}.")
        found = last_number(answer)
        if found is None:
            return False
        places = -int(wanted.as_tuple().exponent)
        tolerance = Decimal(5).scaleb(-places - 1) if places > 0 else Decimal(0)
        return abs(found - wanted) <= tolerance
    raise OptionError(f"There is no check {check!r}: use {', '.join(CHECKS)}.{did_you_mean(check, CHECKS)}")


def last_number(text: str) -> Decimal | None:
    """Return the last number in the text, thousands separators allowed, or `None`.

    >>> last_number("from 3 to 1,250.50 dollars")
    Decimal('1250.50')
    """
    found = _NUMBER.findall(text)
    return Decimal(found[-1].replace(",", "").replace("−", "-")) if found else None


def _plain(text: str) -> str:
    return " ".join(text.split()).strip(" .\"'`*").casefold()
