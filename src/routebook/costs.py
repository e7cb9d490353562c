"""What a run costs now, what its answers cost when they were asked, and what is only pretended.

An answer from the response cache or from a recording costs nothing now; its list price is what it cost when it was
asked. A simulated model's price is pretend money and is never added to real money.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from routebook.calls import Call
from routebook.pricing.money import Total, format_usd
from routebook.pricing.tariff import Price
from routebook.providers.contract import UNCHARGED

_ZERO = Decimal(0)


def is_free_now(call: Call) -> bool:
    """Whether nothing is paid for this call now: its answer was there already."""
    return call.cached or call.replayed


def usd_now(call: Call, price: Price | None) -> Decimal | None:
    """What the call costs now, US dollars; `None` is unknown."""
    if is_free_now(call):
        return _ZERO
    return None if price is None else price.usd


def has_unknown_attempts(call: Call) -> bool:
    """Whether an earlier attempt of this call may have been charged for now: what it cost is nowhere known."""
    if call.simulated or is_free_now(call):
        return False
    return any(attempt.text or attempt.failure.kind not in UNCHARGED for attempt in call.attempts)


@dataclass(frozen=True, slots=True)
class RunCost:
    """What a run costs.

    Attributes
    ----------
    real
        What is paid, over the calls to real models.
    simulated
        Pretend money, over the calls to simulated models.
    list_usd
        What the real answers cost when they were asked: `real` plus those from the cache or a recording. The known
        prices only.

    Examples
    --------
    >>> str(RunCost(Total(Decimal("0.0029"), 3, 4), Total(Decimal(0), 0, 0), Decimal("0.0029")))
    '$0.0029, 3 of 4 priced'
    """

    real: Total
    simulated: Total
    list_usd: Decimal

    @property
    def usd(self) -> Decimal | None:
        """Real money, US dollars, of the calls whose price is known; `None` where it is known of none of them."""
        return None if self.real.of and not self.real.priced else self.real.usd

    @property
    def priced(self) -> int:
        """How many calls have a known price."""
        return self.real.priced + self.simulated.priced

    @property
    def calls(self) -> int:
        """How many calls there are."""
        return self.real.of + self.simulated.of

    def __add__(self, other: RunCost) -> RunCost:
        return RunCost(self.real + other.real, self.simulated + other.simulated, self.list_usd + other.list_usd)

    def __float__(self) -> float:
        return float("nan") if self.usd is None else float(self.usd)

    def __str__(self) -> str:
        parts = [str(self.real)] if self.real.of else []
        if self.simulated.of:
            parts.append(f"{self.simulated} simulated")
        return " + ".join(parts) or format_usd(_ZERO)


def run_cost(priced: Iterable[tuple[Call, Price | None]]) -> RunCost:
    """Add up what calls cost."""
    sums, known, of = [_ZERO, _ZERO], [0, 0], [0, 0]
    list_usd = _ZERO
    for call, price in priced:
        usd = usd_now(call, price)
        of[call.simulated] += 1
        if usd is not None:
            sums[call.simulated] += usd
            known[call.simulated] += 1
        if price is not None and not call.simulated:
            list_usd += price.usd
    real, simulated = (Total(sums[kind], known[kind], of[kind]) for kind in (0, 1))
    return RunCost(real, simulated, list_usd)
