"""What every chart is drawn of: a comparison's calls by model, and what the reader should know of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from routebook.calls import Call
from routebook.costs import is_free_now
from routebook.errors import RunError
from routebook.lookup import count

if TYPE_CHECKING:
    from routebook.comparison import Comparison
    from routebook.pricing.tariff import Price


@dataclass(frozen=True, slots=True)
class Subject:
    """A comparison that may be drawn.

    Attributes
    ----------
    comparison
        It.
    models
        Its models' ids, in the order they were asked for.
    own
        Each model's calls with their prices.
    """

    comparison: Comparison
    models: tuple[str, ...]
    own: Mapping[str, Sequence[tuple[Call, Price | None]]]

    def calls(self, model: str) -> list[Call]:
        """Return a model's calls."""
        return [call for call, _ in self.own[model]]

    def mark(self, model: str) -> str:
        """Return ``, simulated`` for a simulated model that stands beside real ones."""
        if all(call.simulated for call in self.comparison.calls):
            return ""
        return ", simulated" if any(call.simulated for call in self.calls(model)) else ""

    def notes(self, calls: Sequence[Call], earlier: str = "") -> list[str]:
        """Say which calls were not asked now, with what is shown of them (`earlier`), and which are pretended."""
        notes = []
        if earlier and (free := sum(map(is_free_now, calls))):
            notes.append(f"{free:,} of {count(len(calls), 'call')} from the cache or a recording: {earlier}.")
        pretended = sum(call.simulated for call in calls)
        if pretended:
            all_of_them = pretended == len(calls)
            notes.append(
                "Simulated: made-up models, prices and times."
                if all_of_them
                else f"{count(pretended, 'call')} simulated: made-up models, prices and times."
            )
        return notes


def subject(comparison: Comparison) -> Subject:
    """Take a comparison to be drawn.

    Raises
    ------
    RunError
        If the run is blind, or has no calls.
    """
    if comparison.run.blind:
        raise RunError("This run is blind, and a chart names its models: reveal() it first.")
    if not comparison.calls:
        raise RunError("This run has no calls to chart.")
    own: dict[str, list[tuple[Call, Price | None]]] = {model: [] for model in comparison.models}
    for call, price in zip(comparison.calls, comparison.prices, strict=True):
        own[str(call.model)].append((call, price))
    return Subject(comparison, comparison.models, own)
