"""Whether an answer is the expected one: three small checks that need no judge.

``exact`` compares the whole answer, ``contains`` looks for the expected text in it, ``numeric`` compares its last
number. Letter case, surrounding space and the quotes or full stop around a bare answer never decide.
"""

from __future__ import annotations

import re
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal
from typing import Literal, get_args

from routebook.errors import OptionError, did_you_mean

Check = Literal["exact", "numeric", "contains"]
CHECKS: tuple[Check, ...] = get_args(Check)

_NUMBER = re.compile(r"(?<![\w.])[-−]?(?:(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?|\.\d+)(?:[eE][-+−]?\d{1,3})?(?!\d)")

_WIDE = Context(prec=28, Emax=MAX_EMAX, Emin=MIN_EMIN)  # the usual one has no numbers of a million digits


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
        return plain(answer) == plain(expected)
    if check == "contains":
        return plain(expected) in plain(answer)
    if check == "numeric":
        wanted = last_number(expected)
        if wanted is None:
            raise OptionError(f"A numeric check needs a number to expect, not {expected!r:.60}.")
        found = last_number(answer)
        return found is not None and distance(found, wanted) <= half_a_unit(wanted)
    raise OptionError(f"There is no check {check!r}: use {', '.join(CHECKS)}.{did_you_mean(check, CHECKS)}")


def last_number(text: str) -> Decimal | None:
    """Return the last number in the text, thousands separators allowed, or `None`.

    >>> last_number("from 3 to 1,250.50 dollars"), last_number("that is -1.5e-3 m")
    (Decimal('1250.50'), Decimal('-0.0015'))
    """
    found = _NUMBER.findall(text)
    return Decimal(found[-1].replace(",", "").replace("−", "-")) if found else None


def distance(a: Decimal, b: Decimal) -> Decimal:
    """Return how far two numbers are apart, of however many digits.

    >>> distance(Decimal("9" * 2_000_000), Decimal(1)) > 1, distance(Decimal("0.1"), Decimal("0.3"))
    (True, Decimal('0.2'))
    """
    return _WIDE.abs(_WIDE.subtract(a, b))


def half_a_unit(number: Decimal) -> Decimal:
    """Return half a unit of a decimal's last place, and 0 of a whole number: how exactly it is given.

    >>> half_a_unit(Decimal("3.11")), half_a_unit(Decimal("42"))
    (Decimal('0.005'), Decimal('0'))
    """
    places = -int(number.as_tuple().exponent)
    return Decimal(5).scaleb(-places - 1) if places > 0 else Decimal(0)


def plain(text: str) -> str:
    """Return what of a text decides whether it is the expected one; nothing but marks stays as it is.

    >>> plain(' **Paris**. '), plain("New\\n York"), plain("*")
    ('paris', 'new york', '*')
    """
    spaced = " ".join(text.split())
    return (spaced.strip(" .\"'`*") or spaced).casefold()
