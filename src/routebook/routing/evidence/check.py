"""Which of a policy's rules no longer hold, by new outcomes beside the evidence in the policy.

A route's evidence says what its first model got, cost and took when it was chosen. New outcomes are another sample, of
other prompts; whether the two differ by more than both samples' uncertainty is tested for quality, cost and the share
of slow answers, all corrected together by Holm's method: of policies of which nothing has changed, hardly 1 in 20 has
any route that is called changed for it. Whether another model is the better choice by now is asked as in
`routebook.routing.evidence.neutrality`, with a correction of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from math import inf, nan
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from routebook.errors import OptionError
from routebook.judging.figures.paired import ALPHA, holm
from routebook.lookup import count
from routebook.outcomes.columns import listed
from routebook.outcomes.table import Outcomes
from routebook.render.report import Report, Reported
from routebook.routing.evidence.assigned import Assigned, assign
from routebook.routing.evidence.choices import BEATEN, Choices, RouteRow
from routebook.routing.evidence.estimates import NOTHING, Estimate, amount_of, quality_of
from routebook.routing.evidence.recorded import cost_shift, quality_before, slow_share, usual_slow_share
from routebook.routing.evidence.shifts import UNKNOWN, Shift, prompts_to_tell, shift, smallest_shift, spread_of
from routebook.routing.evidence.wording import about

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from routebook.routing.policy import Policy

    Numbers = NDArray[np.float64]

HOLDS, FAILS, CANNOT_TELL = "holds", "does not hold", "cannot tell"
_FEWEST = 10  # new prompts that say how much quality varies


class DriftRow(NamedTuple):
    """A route now, beside its evidence; NaN is unknown.

    Attributes
    ----------
    tag, rules, model
        Which route; the numbers of the rules that give its tag; its first model, which the evidence is of.
    verdict
        ``does not hold``: something is shown to be worse, or another model to be the better choice. ``holds``: nothing
        is, and a loss of quality above the margin is ruled out. ``cannot tell``: neither.
    why
        What is worse, what is missing, or how many prompts it would take.
    prompts, share, share_before
        How many of the new prompts take it, their share, and that among the prompts of all routes' evidence.
    quality_before, quality, n
        What it got then, and gets on `n` new prompts.
    change, change_low, change_high, p_adjusted
        The difference, with its 95 % interval and its corrected chance.
    smallest
        The smallest change of quality that would be found 80 % of the time.
    needed
        How many new prompts it would take to rule out a loss above the margin, 80 % of the time, if nothing is lost;
        infinite where the evidence is of too few prompts for any number.
    cost_ratio, ratio_low, ratio_high
        How many times as much it costs now.
    slower, slower_low, slower_high
        What share of its answers takes longer than 95 of 100 did then; 0.05 is no change.
    beside, beside_verdict
        Another model that is shown to be the better choice now, and how: see `Neutrality`; or empty.
    """

    tag: str
    rules: tuple[int, ...]
    model: str
    verdict: str
    why: str
    prompts: int
    share: float
    share_before: float
    quality_before: float
    quality: float
    n: int
    change: float
    change_low: float
    change_high: float
    p_adjusted: float
    smallest: float
    needed: float
    cost_ratio: float
    ratio_low: float
    ratio_high: float
    slower: float
    slower_low: float
    slower_high: float
    beside: str
    beside_verdict: str


class _Found(NamedTuple):
    """What is known of a route before all routes are looked at together."""

    quality: Estimate
    before: Estimate
    change: Shift
    cost: Shift
    slow: Estimate
    slower: Shift


@dataclass(frozen=True, eq=False)
class Drift(Reported):
    """Which of a policy's rules no longer hold.

    Attributes
    ----------
    assigned
        Where the new prompts go.
    margin
        The loss of quality that would not matter, from 0 to 1.
    today
        The day that `expired` is told of.
    """

    assigned: Assigned
    margin: float
    today: date

    @property
    def policy(self) -> Policy:
        """The policy."""
        return self.assigned.policy

    @property
    def expired(self) -> bool:
        """Whether the day is over until which the policy's evidence was to be relied on."""
        expires = self.policy.provenance.expires
        return expires is not None and date.fromisoformat(expires) < self.today

    @cached_property
    def _found(self) -> tuple[_Found, ...]:
        return tuple(self._one(route) for route in range(len(self.assigned.tags)))

    def _one(self, route: int) -> _Found:
        made, told = self.assigned, self.assigned.told(route)
        names = [name for name, own in made.ids.items() if own == told.models[0]]
        here = made.route == route
        if not names:
            return _Found(NOTHING, quality_before(told.evidence), UNKNOWN, UNKNOWN, NOTHING, UNKNOWN)
        quality = quality_of(made.of("quality", names[0])[here])
        cost = amount_of(1000 * made.of("cost_usd", names[0])[here])
        latency = made.of("latency_s", names[0])[here]
        before, slow = quality_before(told.evidence), slow_share(told.evidence, latency[~np.isnan(latency)])
        usual = usual_slow_share(told.evidence)
        slower = shift(slow, usual)
        return _Found(quality, before, shift(quality, before), cost_shift(told.evidence, cost), slow, slower)

    @cached_property
    def _beaten(self) -> dict[str, RouteRow]:
        return {row.tag: row for row in Choices(self.assigned, self.margin).flagged}

    @cached_property
    def rows(self) -> tuple[DriftRow, ...]:
        """The rows of `routes`."""
        found = self._found
        chances = [one.p for each in found for one in (each.change, each.cost, each.slower)]
        tests = sum(p == p for p in chances)
        adjusted = np.array(holm(chances)).reshape(-1, 3)
        return tuple(self._row(route, adjusted[route], max(1, tests)) for route in range(len(found)))

    def _row(self, route: int, p: Numbers, tests: int) -> DriftRow:
        made, found, tag = self.assigned, self._found[route], self.assigned.tags[route]
        beside = self._beaten.get(tag)
        worse = [
            word
            for word, change, chance, none in (
                ("quality fell", -found.change.change, p[0], 0.0),
                ("cost rose", found.cost.change, p[1], 1.0),
                ("more answers are slow", found.slower.change, p[2], 0.0),
            )
            if chance < ALPHA and change > none
        ]
        if beside is not None:
            how = "is better at no higher cost" if beside.verdict == BEATEN else "is as good for less"
            worse.append(f"{beside.by} {how}")
        needed = self._needed(route)
        verdict, why = FAILS, "; ".join(worse)
        if not worse:
            ruled_out = found.change.low > -self.margin
            verdict, why = (HOLDS, "") if ruled_out else (CANNOT_TELL, self._missing(route, needed))
        prompts, before = int(made.prompts[route]), self._shares_before
        return DriftRow(
            tag,
            tuple(number for number, rule in enumerate(self.policy.classify, 1) if rule.tag == tag),
            made.told(route).models[0],
            verdict,
            why,
            prompts,
            prompts / len(made.route),
            before[route],
            found.before.value,
            found.quality.value,
            found.quality.n,
            *found.change[:3],
            float(p[0]),
            smallest_shift(found.quality, found.before, ALPHA / tests),
            needed,
            *found.cost[:3],
            *found.slow[:3],
            "" if beside is None else beside.by,
            "" if beside is None else beside.verdict,
        )

    def _needed(self, route: int) -> float:
        found = self._found[route]
        if found.before.value != found.before.value:
            return nan
        known = found.quality if found.quality.n >= _FEWEST else found.before
        return prompts_to_tell(found.before, self.margin, spread_of(known))

    def _missing(self, route: int, needed: float) -> str:
        told, found = self.assigned.told(route), self._found[route]
        if not self.assigned.prompts[route]:
            return "no prompt takes it"
        if told.evidence is None or told.evidence.quality is None:
            return "the policy has no evidence of its quality"
        if told.models[0] not in self.assigned.ids.values():
            return f"these outcomes have not {told.models[0]}"
        if not found.quality.n:
            return "no answer to its prompts was judged"
        if needed == inf:
            return f"its evidence is of too few prompts to rule out a loss of {self.margin:g}"
        return f"too few prompts to rule out a loss of {self.margin:g}: {count(int(needed), 'prompt')} would do"

    @cached_property
    def _shares_before(self) -> list[float]:
        """Return each route's share of the prompts that the evidence is of; NaN where a route has none."""
        evidence = [self.assigned.told(route).evidence for route in range(len(self.assigned.tags))]
        prompts = [nan if one is None else one.prompts for one in evidence]
        total = sum(prompts)
        return [of / total if total else nan for of in prompts]

    @property
    def routes(self) -> pd.DataFrame:
        """One row per route, the default last: the columns of `DriftRow`."""
        return pd.DataFrame(self.rows, columns=list(DriftRow._fields))

    @property
    def rules(self) -> pd.DataFrame:
        """One row per rule, and 0 for none: ``rule``, ``tag``, ``prompts`` that it sent on, ``share``, ``verdict``.

        The verdict is that of its route; ``reached`` is whether any prompt came to it and matched.
        """
        made = self.assigned
        verdicts = {row.tag: row.verdict for row in self.rows}
        numbers = np.bincount(made.rule, minlength=len(self.policy.classify) + 1)
        tags = {number: rule.tag for number, rule in enumerate(self.policy.classify, 1)} | {0: made.tags[-1]}
        return pd.DataFrame(
            [
                {
                    "rule": number,
                    "tag": tag,
                    "prompts": int(numbers[number]),
                    "share": numbers[number] / len(made.route),
                    "reached": bool(numbers[number]),
                    "verdict": verdicts[tag],
                }
                for number, tag in tags.items()
            ]
        )

    @property
    def failing(self) -> tuple[str, ...]:
        """The tags whose route does not hold."""
        return tuple(row.tag for row in self.rows if row.verdict == FAILS)

    @cached_property
    def mix_p(self) -> float:
        """The chance of such a shift of traffic between routes if nothing changed (chi-square); NaN is unknown."""
        from scipy.special import chdtrc

        made = self.assigned
        evidence = [told.evidence for route in range(len(made.tags)) if (told := made.told(route))]
        if any(one is None for one in evidence):
            return nan
        table = np.array([[one.prompts for one in evidence if one is not None], made.prompts], dtype=float)
        table = table[:, table.sum(axis=0) > 0]
        expected = table.sum(axis=1, keepdims=True) @ table.sum(axis=0, keepdims=True) / table.sum()
        if table.shape[1] < 2 or expected.min() < 1:
            return nan
        return float(chdtrc(table.shape[1] - 1, ((table - expected) ** 2 / expected).sum()))

    @cached_property
    def notes(self) -> tuple[str, ...]:
        """What the reader should know, one line each."""
        made, provenance = self.assigned, self.policy.provenance
        notes = [*about(made.outcomes), *made.notes]
        if self.expired:
            notes.append(f"The evidence of this policy expired on {provenance.expires}: learn it anew.")
        if provenance.data_sha256 is not None and provenance.data_sha256 == made.outcomes.data_sha256:
            notes.append("The policy was made from these very outcomes: they cannot show that anything changed.")
        if self.mix_p < ALPHA:
            notes.append("The traffic has shifted between routes since the evidence was taken.")
        rules = self.rules
        if unreached := [str(rule) for rule in rules.loc[~rules["reached"] & (rules["rule"] > 0), "rule"]]:
            notes.append(f"No prompt is sent on by rule {listed(unreached)}.")
        if any(told.evidence is not None and told.evidence.simulated for told in map(made.told, range(len(made.tags)))):
            notes.append("Evidence in this policy is of simulated models.")
        if unseen := [row.smallest for row in self.rows if row.smallest == row.smallest]:
            notes.append(
                f"A change of quality of less than {min(unseen):.2f} to {max(unseen):.2f}, depending on the route, "
                "would go unseen more often than 1 time in 5."
            )
        return tuple(notes)

    def __repr__(self) -> str:
        told = [f"{sum(row.verdict == one for row in self.rows):,} {one}" for one in (HOLDS, FAILS, CANNOT_TELL)]
        return f"<Drift of {self.policy.name!r}: of {count(len(self.rows), 'route')}, {', '.join(told)}>"

    def _report(self) -> Report:
        from routebook.routing.evidence.check_report import report

        return report(self)


def check(policy: Policy, outcomes: Outcomes, margin: float = 0.05, today: date | None = None) -> Drift:
    """Say which rules no longer hold; see `Policy.check`."""
    if isinstance(margin, bool) or not isinstance(margin, (int, float)) or not 0 < margin < 1:
        raise OptionError(f"margin is a loss of quality that would not matter, such as 0.05; not {margin!r:.60}.")
    return Drift(assign(policy, outcomes, partial=True), float(margin), today or datetime.now(UTC).date())
