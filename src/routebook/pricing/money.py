"""How amounts are added and written, in one place for every view."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from routebook.pricing.tariff import Price

EXACT = Context(prec=50, rounding=ROUND_HALF_EVEN)  # our own: a notebook may have changed the usual one
_SMALLEST = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class Total:
    """A sum of prices that says how many of them were known.

    Attributes
    ----------
    usd
        The sum of the known prices, US dollars.
    priced, of
        How many prices were known, of how many.

    Examples
    --------
    >>> str(Total(Decimal("0.0029"), 3, 4)), str(Total(Decimal("0.5"), 2, 2)), str(Total(Decimal(0), 0, 2))
    ('$0.0029, 3 of 4 priced', '$0.500', 'unknown, 0 of 2 priced')
    """

    usd: Decimal
    priced: int
    of: int

    @property
    def complete(self) -> bool:
        """Whether every price was known."""
        return self.priced == self.of

    def __add__(self, other: Total) -> Total:
        return Total(self.usd + other.usd, self.priced + other.priced, self.of + other.of)

    def __str__(self) -> str:
        if self.complete:
            return format_usd(self.usd)
        return f"{format_usd(self.usd if self.priced else None)}, {self.priced} of {self.of} priced"


def total(prices: Iterable[Price | None]) -> Total:
    """Add up prices; unknown ones are left out and counted.

    >>> str(total([None, None]))
    'unknown, 0 of 2 priced'
    """
    usd, priced, of = Decimal(0), 0, 0
    for price in prices:
        of += 1
        if price is not None:
            usd = EXACT.add(usd, price.usd)
            priced += 1
    return Total(usd, priced, of)


def format_usd(usd: Decimal | None) -> str:
    """Write an amount with the digits that matter: four below a cent, three below a dollar, else two.

    >>> [format_usd(Decimal(text)) for text in ("0.00261", "0", "0.00004", "0.1234", "1.5", "1234.5", "-0.0026")]
    ['$0.0026', '$0', '<$0.0001', '$0.123', '$1.50', '$1,234.50', '-$0.0026']
    >>> format_usd(None)
    'unknown'
    """
    if usd is None:
        return "unknown"
    if usd == 0:
        return "$0"
    sign, amount = ("-" if usd < 0 else ""), usd.copy_abs()
    if amount < _SMALLEST:
        return ">-$0.0001" if sign else "<$0.0001"
    for below, digits in ((Decimal("0.01"), 4), (Decimal(1), 3)):
        rounded = EXACT.quantize(amount, Decimal(1).scaleb(-digits))
        if rounded < below:
            return f"{sign}${rounded}"
    return f"{sign}${EXACT.quantize(amount, Decimal('0.01')):,}"
