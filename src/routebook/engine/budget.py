"""What may be spent, what has been, and what is in flight.

A call is let go only when what was spent, what the calls in flight may still cost and what this one may cost fit
under the cap together. When only the calls in flight stand in the way it waits for them, since most cost less than
was reserved.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from threading import Lock

from routebook.errors import OptionError

ZERO = Decimal(0)
_LOOK_AGAIN_S = 0.5


def as_usd(value: object) -> Decimal:
    """Read an amount of US dollars.

    Raises
    ------
    OptionError
        If it is no number, or negative.
    """
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        amount = Decimal("nan")
    if not amount.is_finite() or amount < 0 or isinstance(value, bool):
        raise OptionError(f"A budget is an amount in US dollars, 0 or more, not {value!r}.")
    return amount


class Ledger:
    """Money under one cap; thread-safe.

    Attributes
    ----------
    limit_usd
        The cap, US dollars; `None` counts without one.
    whose
        Whose cap it is, in messages.
    spent_usd
        What is known to have been spent.
    presumed_usd
        What calls and attempts of unknown cost may have cost at most; it counts under the cap, and as nothing else.
    reserved_usd
        What calls in flight may cost at most.
    simulated_usd
        Simulated dollars, which count nowhere.
    calls, priced
        How many calls were made, and of how many the cost is known.
    """

    def __init__(self, limit_usd: Decimal | None = None, whose: str = "run's") -> None:
        self.limit_usd = limit_usd
        self.whose = whose
        self.spent_usd = ZERO
        self.presumed_usd = ZERO
        self.reserved_usd = ZERO
        self.simulated_usd = ZERO
        self.priced = 0
        self.calls = 0
        self._lock = Lock()

    @property
    def left_usd(self) -> Decimal | None:
        """What is left under the cap, calls in flight counted; `None` without a cap."""
        return None if self.limit_usd is None else self.limit_usd - self._used_usd - self.reserved_usd

    @property
    def _used_usd(self) -> Decimal:
        return self.spent_usd + self.presumed_usd

    def try_reserve(self, amount: Decimal) -> bool | None:
        """Reserve an amount: `True` if it fits, `None` if it may fit once calls in flight are settled, else `False`."""
        with self._lock:
            if self.limit_usd is not None and self._used_usd + self.reserved_usd + amount > self.limit_usd:
                may_fit = self.reserved_usd > 0 and self._used_usd + amount <= self.limit_usd
                return None if may_fit else False
            self.reserved_usd += amount
            return True

    def settle(self, reserved: Decimal, spent: Decimal | None) -> None:
        """Replace what was reserved by what was spent; where that is not known, by what was reserved."""
        with self._lock:
            self.reserved_usd -= reserved
            self.calls += 1
            if spent is None:
                self.presumed_usd += reserved
            else:
                self.spent_usd += spent
                self.priced += 1

    def presume(self, reserved: Decimal) -> None:
        """Take what was reserved as used up by an attempt of unknown cost; the call itself goes on."""
        with self._lock:
            self.reserved_usd -= reserved
            self.presumed_usd += reserved

    def release(self, reserved: Decimal) -> None:
        """Give back what was reserved for a call that was not made."""
        with self._lock:
            self.reserved_usd -= reserved


class Purse:
    """A run's cap and the session's, taken together. Simulated dollars are held to the run's cap only.

    A part of a run may have a cap of its own within the run's: see `within`.
    """

    def __init__(self, run: Ledger, session: Ledger, part: Ledger | None = None) -> None:
        self.run = run
        self.session = session
        self._own = (run,) if part is None else (part, run)
        self._changed = asyncio.Event()

    def within(self, part: Ledger) -> Purse:
        """Return a purse for a part of the run: what is taken from it counts under the part's cap too."""
        return Purse(self.run, self.session, part)

    @property
    def capped(self) -> bool:
        """Whether there is any cap."""
        return any(ledger.limit_usd is not None for ledger in (*self._own, self.session))

    async def reserve(self, amount: Decimal, *, simulated: bool) -> Ledger | None:
        """Reserve under all caps, waiting for calls in flight; return the ledger whose cap forbids it, if one does."""
        while True:
            changed = self._changed
            blocked = self._try(amount, simulated)
            if blocked is None:
                return None
            ledger, may_fit = blocked
            if not may_fit:
                return ledger
            # Another purse may settle a ledger that both take from without waking this one: look again now and then.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_LOOK_AGAIN_S):
                    await changed.wait()

    def settle(self, reserved: Decimal, spent: Decimal | None, *, simulated: bool) -> None:
        """Settle a call under all, and wake who waits. `None` is a call whose cost is not known."""
        for ledger in self._own:
            ledger.settle(reserved, spent)
        if simulated:
            self.session.simulated_usd += spent or ZERO
        else:
            self.session.settle(reserved, spent)
        self._wake()

    def release(self, reserved: Decimal, *, simulated: bool) -> None:
        """Give back a reservation for a call that was not sent."""
        self._release(self._own, reserved)
        if not simulated:
            self.session.release(reserved)
        self._wake()

    def presume(self, reserved: Decimal, *, simulated: bool) -> None:
        """Take a reservation as used up by an attempt of unknown cost."""
        for ledger in self._own:
            ledger.presume(reserved)
        if not simulated:
            self.session.presume(reserved)
        self._wake()

    def _try(self, amount: Decimal, simulated: bool) -> tuple[Ledger, bool] | None:
        ledgers = self._own if simulated else (*self._own, self.session)
        for number, ledger in enumerate(ledgers):
            answer = ledger.try_reserve(amount)
            if answer is not True:
                self._release(ledgers[:number], amount)
                return ledger, answer is None
        return None

    @staticmethod
    def _release(ledgers: Sequence[Ledger], amount: Decimal) -> None:
        for ledger in ledgers:
            ledger.release(amount)

    def _wake(self) -> None:
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()


session_ledger = Ledger(whose="session's")
