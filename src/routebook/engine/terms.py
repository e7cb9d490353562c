"""On which terms a plan is sent: deadline, retries, calls at once, money."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from routebook.config import config
from routebook.engine.budget import as_usd
from routebook.engine.limits import concurrency_of
from routebook.engine.plan import Plan
from routebook.engine.retries import RetryPolicy
from routebook.errors import OptionError, did_you_mean
from routebook.providers.registry import known_hosts

DEFAULT_TIMEOUT_S = 600.0
_MOST_RETRIES = 20


@dataclass(frozen=True, slots=True)
class Terms:
    """On which terms a plan is sent.

    Attributes
    ----------
    timeout_s
        Deadline of one attempt, seconds.
    retries
        When to ask again.
    concurrency
        Calls at once for each host: one number, or one by host.
    budget_usd
        Spending cap of the run, US dollars, or `None`.
    """

    timeout_s: float = DEFAULT_TIMEOUT_S
    retries: RetryPolicy = field(default_factory=RetryPolicy)
    concurrency: int | Mapping[str, int] | None = None
    budget_usd: Decimal | None = None


def read_terms(
    plan: Plan,
    timeout_s: float | None,
    retries: int,
    concurrency: int | Mapping[str, int] | None,
    budget_usd: float | str | None,
) -> Terms:
    """Read what the user gave; what was not given comes from the configuration, else from the defaults.

    Raises
    ------
    OptionError
        If a value cannot be.
    """
    defaults = config().defaults
    timeout = timeout_s if timeout_s is not None else defaults.timeout_s
    seconds = isinstance(timeout, int | float) and not isinstance(timeout, bool)
    if timeout is not None and not (seconds and 0 < timeout < float("inf")):
        raise OptionError(f"timeout_s must be a number of seconds above 0, not {timeout!r}.")
    if isinstance(retries, bool) or not isinstance(retries, int) or not 0 <= retries <= _MOST_RETRIES:
        raise OptionError(f"retries must be a whole number from 0 to {_MOST_RETRIES}, not {retries!r}.")
    at_once = concurrency if concurrency is not None else defaults.concurrency
    if isinstance(at_once, Mapping) and (unknown := set(at_once) - set(known_hosts())):
        host = min(unknown)
        raise OptionError(f"concurrency names {host!r}, which is not a known host.{did_you_mean(host, known_hosts())}")
    for model in plan.models:
        concurrency_of(model.host, at_once)
    budget = budget_usd if budget_usd is not None else defaults.budget_usd
    return Terms(
        timeout_s=DEFAULT_TIMEOUT_S if timeout is None else float(timeout),
        retries=RetryPolicy(retries),
        concurrency=at_once,
        budget_usd=None if budget is None else as_usd(budget),
    )
