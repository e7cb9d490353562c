"""When to ask again, and after how long.

Full jitter (a uniform draw up to an exponentially growing bound) spreads the calls that failed together; a host's own
``retry-after`` is a floor that is never undercut. Every retry is a visible attempt with its own times.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from routebook.providers.contract import CallError

LONGEST_WAIT_S = 60.0


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often and how patiently to ask again.

    Attributes
    ----------
    retries
        How many times at most after the first; 0 asks once.
    base_s
        Upper bound of the first wait, in seconds; it doubles each time up to `longest_s`.
    longest_s
        No wait is longer; a host that asks for more ends the call instead.
    """

    retries: int = 2
    base_s: float = 0.5
    longest_s: float = LONGEST_WAIT_S

    def wait_s(self, error: CallError, attempt: int, draw: random.Random) -> float | None:
        """Return seconds to wait before asking again, or `None` to give up.

        Parameters
        ----------
        error
            Why the attempt failed.
        attempt
            How many attempts have failed so far, from 1.
        draw
            Where the jitter comes from.

        Examples
        --------
        >>> policy = RetryPolicy(retries=1)
        >>> policy.wait_s(CallError("rate_limit", "slow down", retry_after_s=3), 1, random.Random(0)) >= 3
        True
        >>> policy.wait_s(CallError("auth", "no"), 1, random.Random(0)) is None
        True
        """
        if attempt > self.retries or not error.retryable:
            return None
        jitter = draw.uniform(0, min(self.longest_s, self.base_s * 2 ** (attempt - 1)))
        floor = error.retry_after_s or 0.0
        if floor > self.longest_s:
            return None
        return floor + jitter
