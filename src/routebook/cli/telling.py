"""The commands that tell what there is: ``models``, ``history`` and ``doctor``."""

from __future__ import annotations

from typing import Any

from routebook.cli.words import SOME_FAILED, helped, refuse
from routebook.options import Option, build_parser, whole_number

_MODELS = (
    Option("host", "--host", "HOST", "only this host's models; may be repeated", repeatable=True),
    Option("live", "--live", None, "ask the hosts for their own lists too"),
)
_HISTORY = (Option("limit", "--limit", "N", "how many runs, the newest first (20)", whole_number(1)),)
_DOCTOR = (Option("live", "--live", None, "ask the official hosts too, where credentials were found"),)


def models(words: list[str]) -> int:
    """List what can be asked."""
    parser = build_parser("routebook models", positionals="[HOST ...]", takes="hosts", options=_MODELS)
    if helped(parser, words):
        return 0
    given = parser.parse_args(words)
    from routebook.catalogue import models_table

    hosts = [*given.hosts, *getattr(given, "host", [])]
    print(models_table(hosts=hosts or None, live=getattr(given, "live", False)))
    return 0


def history(words: list[str]) -> int:
    """List what was asked before."""
    parser = build_parser("routebook history", positionals="", takes="rest", options=_HISTORY)
    if helped(parser, words):
        return 0
    given = parser.parse_args(words)
    refuse(given.rest, "routebook history")
    from routebook.past import history
    from routebook.render.table import Table

    runs = history(limit=getattr(given, "limit", 20))
    rows = [_history_row(run) for run in runs.to_dict("records")]
    columns = ("run", "when", "name", "status", "models", "calls", "errors", "cost", "asked")
    print(Table(columns, rows, "" if rows else "Nothing was asked yet."))
    return 0


def _history_row(run: dict[Any, Any]) -> tuple[str, ...]:
    from decimal import Decimal

    from routebook.pricing import format_usd

    def usd(amount: float) -> str:
        return format_usd(None if amount != amount else Decimal(str(amount)))  # NaN is missing

    costs = [usd(run["cost_usd"])]
    if run["simulated_cost_usd"]:
        simulated = f"{usd(run['simulated_cost_usd'])} simulated"
        costs = [*(costs if run["cost_usd"] else []), simulated]
    return (
        run["id"][:8],
        f"{run['created_at'].to_pydatetime().astimezone():%Y-%m-%d %H:%M}",
        run["name"] or "",
        run["status"],
        ", ".join(run["models"]),
        f"{run['calls']} of {run['planned_calls']}",
        str(run["errors"]),
        " + ".join(costs),
        " ".join(run["first_prompt"].split())[:40],
    )


def doctor(words: list[str]) -> int:
    """Say what works, and how to mend what does not."""
    parser = build_parser("routebook doctor", positionals="", takes="rest", options=_DOCTOR)
    if helped(parser, words):
        return 0
    given = parser.parse_args(words)
    refuse(given.rest, "routebook doctor")
    from routebook.doctor import as_table, diagnose

    findings = diagnose(live=getattr(given, "live", False))
    print(as_table(findings))
    return SOME_FAILED if any(finding.fatal for finding in findings) else 0
