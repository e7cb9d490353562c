"""``%routebook``: what was spent, what may be, where it is kept, what is installed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from routebook.engine.budget import as_usd, session_ledger
from routebook.errors import OptionError, did_you_mean
from routebook.pricing import format_usd, price_book
from routebook.redact import redact

LATELY_DAYS = 30
COMMANDS = ("budget", "cache", "doctor")


def run_command(words: list[str]) -> Any:
    """Do what was typed after ``%routebook``.

    Raises
    ------
    OptionError
        If it is no command.
    """
    match words:
        case []:
            return status_table()
        case ["budget"]:
            return budget_line()
        case ["budget", "off"]:
            session_ledger.limit_usd = None
            return budget_line()
        case ["budget", amount]:
            session_ledger.limit_usd = as_usd(amount.removeprefix("$"))
            return budget_line()
        case ["cache", "clear"]:
            from routebook.store import default_store

            return Line(
                f"{default_store().clear_cache()} cached answers will not be used again; the history keeps them."
            )
        case ["doctor"]:
            from routebook.doctor import report

            return report()
        case _:
            raise OptionError(
                f"%routebook does not know {' '.join(words)!r}: write %routebook, %routebook budget 5, "
                f"%routebook budget off, %routebook cache clear or %routebook doctor.{did_you_mean(words[0], COMMANDS)}"
            )


class Line(str):
    """A line that a notebook shows without quotes."""

    def __repr__(self) -> str:
        return str(self)


def budget_line() -> Line:
    """Say what the session's budget is and what is left of it."""
    limit = session_ledger.limit_usd
    if limit is None:
        return Line(f"No session budget; {_spent()} spent since this kernel started.")
    left = max(Decimal(0), session_ledger.left_usd or Decimal(0))
    return Line(f"Session budget {format_usd(limit)}: {_spent()} spent, {format_usd(left)} left.")


def _spent() -> str:
    ledger = session_ledger
    unpriced = ledger.calls - ledger.priced
    spent = format_usd(ledger.spent_usd)
    more = [f"{unpriced} calls of unknown cost"] if unpriced else []
    more += [f"up to {format_usd(ledger.presumed_usd)} for them and for failed attempts"] if ledger.presumed_usd else []
    return f"{spent} (and {', '.join(more)})" if more else spent


def status_table() -> Any:
    """Spend, budget, store and versions as a table of two columns."""
    from importlib.metadata import version

    from routebook.costs import run_cost
    from routebook.render.table import Table
    from routebook.store import default_store

    store, book = default_store(), price_book()
    lately = store.all_calls(datetime.now(UTC) - timedelta(days=LATELY_DAYS))
    cache = store.cache_info()
    packages = ("routebook", "openai", "anthropic", "boto3", "genai-prices")
    rows = [
        ("spent since the kernel started", _spent()),
        (f"spent in {LATELY_DAYS} days, in all runs", str(run_cost((call, book.price(call)) for call in lately).real)),
        ("simulated dollars of this kernel, in neither", format_usd(session_ledger.simulated_usd)),
        ("session budget", "none" if session_ledger.limit_usd is None else str(budget_line())),
        ("store", redact(store.url)),
        ("answers in the cache", f"{cache.entries:,}"),
        ("versions", ", ".join(f"{name} {version(name)}" for name in packages)),
    ]
    return Table(("", ""), rows)
