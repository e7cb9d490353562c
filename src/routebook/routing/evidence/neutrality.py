"""Whether a policy's choices are the best that the evidence supports, or favour a vendor.

Route by route (`routebook.routing.evidence.choices`) and vendor by vendor (`routebook.routing.evidence.favour`). Of
policies whose every choice is as good as any, hardly 1 in 20 has any route that is flagged.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import pandas as pd

from routebook.errors import OptionError
from routebook.lookup import count
from routebook.models import ModelId
from routebook.outcomes.columns import listed
from routebook.outcomes.table import Outcomes
from routebook.render.report import Report, Reported, percent
from routebook.routing.evidence.assigned import Assigned, assign
from routebook.routing.evidence.choices import FEWEST, HOLDS, UNKNOWN, Choices, RouteRow
from routebook.routing.evidence.favour import NOBODY, Favour, VendorRow, favour_of, vendor_rows
from routebook.routing.evidence.wording import about

if TYPE_CHECKING:
    from routebook.routing.policy import Policy


@dataclass(frozen=True, eq=False)
class Neutrality(Reported):
    """Whether a policy's choices are the best that the evidence supports; see `Choices` for its margin."""

    _choices: Choices

    @property
    def assigned(self) -> Assigned:
        """Which route each prompt takes, and who answers there."""
        return self._choices.assigned

    @property
    def routes(self) -> pd.DataFrame:
        """One row per route that prompts take: the columns of `RouteRow`."""
        return pd.DataFrame(self.rows, columns=list(RouteRow._fields))

    @property
    def rows(self) -> tuple[RouteRow, ...]:
        """The rows of `routes`."""
        return self._choices.rows

    @property
    def flagged(self) -> tuple[RouteRow, ...]:
        """The routes whose choice is beaten, or dearer than need be."""
        return self._choices.flagged

    @cached_property
    def favour(self) -> Favour:
        """What the flagged choices cost, over all prompts."""
        return favour_of(self._choices)

    @cached_property
    def by_vendor(self) -> tuple[VendorRow, ...]:
        """The rows of `vendors`."""
        return vendor_rows(self._choices)

    @property
    def vendors(self) -> pd.DataFrame:
        """One row per vendor that was chosen for a route: the columns of `VendorRow`."""
        return pd.DataFrame(self.by_vendor, columns=list(VendorRow._fields))

    @cached_property
    def judges(self) -> tuple[tuple[str, str, float], ...]:
        """Each judge behind the quality, its vendor, and the share of prompts that go to models of that vendor."""
        share = {row.vendor: row.share for row in self.by_vendor}
        judges = [(judge, ModelId.parse(judge).vendor) for judge in self.assigned.outcomes.source.judges]
        return tuple((judge, vendor, 0.0 if vendor == NOBODY else share.get(vendor, 0.0)) for judge, vendor in judges)

    @cached_property
    def notes(self) -> tuple[str, ...]:
        """What the reader should know, one line each."""
        made = self.assigned
        notes = [*about(made.outcomes), *made.notes]
        for judge, vendor, share in self.judges:
            if share:
                notes.append(
                    f"The judge {judge} is of {vendor}, as are the models that {percent(share)} of the prompts go to: "
                    "judges may prefer their own vendor's answers, and then this evidence does."
                )
            else:
                notes.append(f"The judge {judge} is of no vendor of a chosen model, as far as is known.")
        if not made.outcomes.source.judges:
            notes.append("No model judged these answers, as far as the outcomes say.")
        if not self._choices.costs_known:
            notes.append("No cost is known: a model that is better may be dearer, and be left out for that.")
        if self.flagged:
            notes.append(
                "The models that beat a choice were found on these very prompts, so what the choices cost is told "
                "somewhat too high."
            )
        unseen = [row.smallest for row in self.rows if row.verdict == HOLDS and row.smallest == row.smallest]
        if unseen:
            notes.append(
                f"Not beaten: none was shown to be better. On {count(len(unseen), 'such route')} a lead of less than "
                f"{min(unseen):.2f} to {max(unseen):.2f} would go unseen more often than 1 time in 5."
            )
        if few := [row.tag for row in self.rows if row.verdict == UNKNOWN]:
            notes.append(f"Nothing is told of under {FEWEST} judged prompts, or without their cost: {listed(few)}.")
        return tuple(notes)

    def __repr__(self) -> str:
        return (
            f"<Neutrality of {self.assigned.policy.name!r}: {len(self.flagged):,} of {count(len(self.rows), 'route')} "
            "flagged>"
        )

    def _report(self) -> Report:
        from routebook.routing.evidence.neutrality_report import report

        return report(self)


def neutrality(policy: Policy, outcomes: Outcomes, margin: float = 0.02) -> Neutrality:
    """Say whether a policy's choices are the best that the evidence supports; see `Policy.neutrality`."""
    if isinstance(margin, bool) or not isinstance(margin, (int, float)) or not 0 < margin < 1:
        raise OptionError(f"margin is a loss of quality that would not matter, such as 0.02; not {margin!r:.60}.")
    return Neutrality(Choices(assign(policy, outcomes), float(margin)))
