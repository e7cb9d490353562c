"""How evidence is put into words, the same in all of its reports."""

from __future__ import annotations

from collections.abc import Sequence

from routebook.outcomes.columns import listed
from routebook.outcomes.table import Outcomes
from routebook.render.report import Block, figure, span
from routebook.routing.evidence.estimates import Estimate

_NOTHING = ("unknown", "")


def ratio(one: Estimate) -> str:
    """Write how many times as much something is, with its interval.

    >>> from routebook.routing.evidence.estimates import NOTHING
    >>> ratio(Estimate(1.374, 1.2, 1.5, 9)), ratio(Estimate(344.67, 304.78, 389.79, 9)), ratio(NOTHING)
    ('x1.37 (1.20 to 1.50)', 'x345 (305 to 390)', 'unknown')
    """
    if one.value != one.value:
        return "unknown"
    digits = 2 if one.value < 10 else 0  # nobody is helped by hundredths of hundreds
    interval = span(one.low, one.high, digits)
    return f"x{figure(one.value, digits)}" + ("" if interval == "unknown" else f" ({interval})")


def block(titles: Sequence[str], rows: Sequence[Sequence[str]], title: str = "", models: Sequence[str] = ()) -> Block:
    """Return a table without the columns of which nothing is known; notes say that.

    >>> block(("model", "quality", "latency"), [("a", "0.50", "unknown"), ("b", "0.40", "")]).columns
    ('model', 'quality')
    """
    kept = [at for at in range(len(titles)) if at == 0 or any(row[at] not in _NOTHING for row in rows)]
    return Block(tuple(titles[at] for at in kept), [tuple(row[at] for at in kept) for row in rows], title, models)


def all_simulated(outcomes: Outcomes) -> bool:
    """Tell whether everything in a table is pretended."""
    return len(outcomes.simulated) == len(outcomes.models)


def about(outcomes: Outcomes) -> list[str]:
    """Return what the reader of any figure should know of the table it is from."""
    notes = [f"From {outcomes.source.origin}. Quality: {outcomes.source.quality}."]
    if all_simulated(outcomes):
        notes.append("Simulated: these models are pretended, and so are their costs and times.")
    elif outcomes.simulated:
        notes.append(f"Simulated: {listed(outcomes.simulated)}.")
    return notes
