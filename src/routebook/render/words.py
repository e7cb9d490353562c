"""How figures are put into words, the same in every view: amounts, seconds, rates, ages."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from routebook.lookup import count
from routebook.pricing.money import format_usd


def usd(amount: Decimal | float | None) -> str:
    """Write an amount of US dollars; `None` and NaN are ``unknown``."""
    if amount is None or amount != amount:
        return "unknown"
    return format_usd(Decimal(str(amount)))


def number_of_seconds(value: float) -> str:
    """Write seconds without their unit, with the digits that matter.

    >>> [number_of_seconds(value) for value in (0.0421, 0.62, 4.23, 83.4, 1200)]
    ['0.04', '0.62', '4.2', '83', '1200']
    """
    if value < 0.995:
        return f"{value:.2f}"
    return f"{value:.1f}" if value < 9.95 else f"{value:.0f}"


def seconds(value: float | None) -> str:
    """Write seconds; `None` and NaN are ``unknown``."""
    return "unknown" if value is None or value != value else f"{number_of_seconds(value)} s"


def first_and_total(first: float | None, total: float | None) -> str:
    """Write the times to the first token and to the end.

    >>> first_and_total(0.61, 2.4), first_and_total(None, 2.4), first_and_total(None, None)
    ('0.61 / 2.4 s', '– / 2.4 s', 'none')
    """
    if first is None and total is None:
        return "none"
    words = ["–" if value is None else number_of_seconds(value) for value in (first, total)]
    return f"{words[0]} / {words[1]} s"


def rate(tokens_per_s: float | None) -> str:
    """Write a rate; `None` and NaN are ``unknown``.

    >>> rate(117.6), rate(8.25)
    ('118 tok/s', '8.2 tok/s')
    """
    if tokens_per_s is None or tokens_per_s != tokens_per_s:
        return "unknown"
    return f"{tokens_per_s:,.0f} tok/s" if tokens_per_s >= 9.95 else f"{tokens_per_s:.1f} tok/s"


def score(value: float | None, n: int) -> str:
    """Write what is said of an answer, from 0 to 1, and how many said it where several did.

    >>> score(1.0, 1), score(0.375, 2), score(None, 1)
    ('1.00', '0.38 (n=2)', 'no score')
    """
    if value is None:
        return "no score"
    return f"{value:.2f}" + (f" (n={n:,})" if n > 1 else "")


def pairs(won: int, tied: int, of: int) -> str:
    """Write how an answer did in pairs.

    >>> pairs(2, 0, 3), pairs(1, 1, 3), pairs(0, 1, 1), pairs(0, 0, 0)
    ('won 2 of 3', 'won 1, tied 1 of 3', 'tied 1 of 1', 'no verdict')
    """
    if not of:
        return "no verdict"
    parts = [f"won {won:,}"] if won or not tied else []
    return f"{', '.join([*parts, *([f'tied {tied:,}'] if tied else [])])} of {of:,}"


def age(then: datetime, now: datetime) -> str:
    """Write how long ago something was.

    >>> from datetime import timedelta
    >>> now = datetime(2026, 11, 20)
    >>> age(now - timedelta(days=2), now), age(now - timedelta(seconds=5), now), age(now - timedelta(hours=1), now)
    ('2 days ago', 'just now', '1 hour ago')
    """
    passed = (now - then).total_seconds()
    for unit, length in (("year", 31_557_600), ("month", 2_629_800), ("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if passed >= length:
            return f"{count(int(passed // length), unit)} ago"
    return "just now"
