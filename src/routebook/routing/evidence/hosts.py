"""One model at several hosts: what each charges, how fast it is, and whether it answers the same.

That two hosts say they serve the same model is a claim and not a finding: here it is tested, and where nothing is found
it is said how much would have been found. They are never called equal.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from math import ceil, nan
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from routebook.errors import ModelError
from routebook.judging.figures.paired import ALPHA, Difference, holm
from routebook.lookup import count
from routebook.models import ModelId
from routebook.outcomes import Outcomes
from routebook.outcomes.columns import listed
from routebook.render.report import Report, Reported, percent
from routebook.routing.evidence.estimates import (
    NOTHING,
    Estimate,
    amount_of,
    detectable,
    difference,
    known_differences,
    quality_of,
    ratio_of,
)
from routebook.routing.evidence.matching import Group, groups_of
from routebook.routing.evidence.offers import MEASURES, Measured, measured
from routebook.routing.evidence.shifts import UNKNOWN, Shift, shift
from routebook.routing.evidence.texts import TextTest, compare_texts

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from routebook.answers import Answers

    Numbers = NDArray[np.float64]

DIFFER, UNSEEN, NO_WORD = "differ", "no difference seen", "nothing to compare"
_NO_TEXTS = TextTest(nan, nan, 0, False, nan, nan)


class HostRow(NamedTuple):
    """A model at one host; NaN is unknown.

    Attributes
    ----------
    name, model, host
        The model, and what this host calls it.
    matched
        How it is known to be the same: ``by name`` or ``as given``.
    prompts
        How many prompts it answered.
    usd_per_1k_prompts, usd_low, usd_high
        US dollars for a thousand prompts, with the 95 % interval.
    latency_p50_s, latency_p95_s
        Seconds; of repeats their mean on a prompt.
    quality, low, high
        With its 95 % interval.
    simulated
        Whether it is pretended.
    """

    name: str
    model: str
    host: str
    matched: str
    prompts: int
    usd_per_1k_prompts: float
    usd_low: float
    usd_high: float
    latency_p50_s: float
    latency_p95_s: float
    quality: float
    low: float
    high: float
    simulated: bool


class PairRow(NamedTuple):
    """Two hosts of one model, on the prompts that both answered; NaN is unknown.

    Attributes
    ----------
    name, model_a, model_b
        Which.
    verdict
        ``differ``: texts or quality do, by a test at 5 % that is corrected for all pairs and tests here. ``no
        difference seen`` is no finding that there is none. ``nothing to compare``: neither texts nor qualities.
    words
        The verdict with what would have gone unseen.
    prompts
        How many both answered.
    discrepancy, p_texts, least_share, identical
        Of the texts' test: see `routebook.routing.evidence.texts.TextTest`; the chance is corrected.
    within
        Whether there were several answers to a prompt from each.
    quality_difference, quality_low, quality_high, p_quality, least_quality
        How much better `model_a` is, paired, with its 95 % interval and corrected chance, and the smallest difference
        that would have been found 80 % of the time.
    length_ratio, length_low, length_high
        How many times as long `model_a`'s answers are.
    cost_ratio, ratio_low, ratio_high
        How many times as much it costs.
    p50_change_s, p50_low, p50_high, p95_change_s, p95_low, p95_high
        How many seconds longer it takes: at the median, and at the 95th percentile.
    """

    name: str
    model_a: str
    model_b: str
    verdict: str
    words: str
    prompts: int
    discrepancy: float
    p_texts: float
    least_share: float
    identical: float
    within: bool
    quality_difference: float
    quality_low: float
    quality_high: float
    p_quality: float
    least_quality: float
    length_ratio: float
    length_low: float
    length_high: float
    cost_ratio: float
    ratio_low: float
    ratio_high: float
    p50_change_s: float
    p50_low: float
    p50_high: float
    p95_change_s: float
    p95_low: float
    p95_high: float


@dataclass(frozen=True, eq=False)
class Hosts(Reported):
    """One model at several hosts, for each model that there is at several.

    Attributes
    ----------
    groups
        The models, the ids they have at their hosts, and how these were matched.
    """

    groups: tuple[Group, ...]
    _measured: Measured
    _seed: int

    @cached_property
    def rows(self) -> tuple[HostRow, ...]:
        """The rows of `frame`."""
        return tuple(self._row(group, model) for group in self.groups for model in group.models)

    def _row(self, group: Group, model: str) -> HostRow:
        made = self._measured
        latency = made.of(model, "latency_s")
        known = latency[~np.isnan(latency)]
        answered = np.any([~np.isnan(made.of(model, measure)) for measure in MEASURES], axis=0)
        return HostRow(
            group.name,
            model,
            ModelId.parse(model).host,
            group.how,
            int(answered.sum()),
            *amount_of(1000 * made.of(model, "cost_usd"))[:3],
            _quantile(known, 0.5).value,
            _quantile(known, 0.95).value,
            *quality_of(made.of(model, "quality"))[:3],
            model in made.simulated,
        )

    @property
    def frame(self) -> pd.DataFrame:
        """One row per model and host: the columns of `HostRow`."""
        return pd.DataFrame(self.rows, columns=list(HostRow._fields))

    @cached_property
    def by_pair(self) -> tuple[PairRow, ...]:
        """The rows of `pairs`."""
        pairs = [(group.name, *pair) for group in self.groups for pair in combinations(group.models, 2)]
        qualities = [self._quality(a, b) for _, a, b in pairs]
        tests = sum(one.p == one.p for one in qualities) + (len(pairs) if self._measured.texts else 0)
        alpha = ALPHA / max(1, tests)
        texts = [self._texts(a, b, alpha) for _, a, b in pairs]
        adjusted = holm([*(text.p for text in texts), *(quality.p for quality in qualities)])
        return tuple(
            self._pair(*pair, text, quality, p_texts, p_quality, alpha)
            for pair, text, quality, p_texts, p_quality in zip(
                pairs, texts, qualities, adjusted[: len(pairs)], adjusted[len(pairs) :], strict=True
            )
        )

    def _texts(self, a: str, b: str, alpha: float) -> TextTest:
        texts = self._measured.texts
        if not texts:
            return _NO_TEXTS
        third = self._third_model(a)
        return compare_texts(texts[a], texts[b], texts[third] if third else None, alpha=alpha, seed=self._seed)

    def _quality(self, a: str, b: str) -> Difference:
        made = self._measured
        return difference(made.of(a, "quality"), made.of(b, "quality"), single=made.single)

    def _pair(
        self,
        name: str,
        a: str,
        b: str,
        texts: TextTest,
        quality: Difference,
        p_texts: float,
        p_quality: float,
        alpha: float,
    ) -> PairRow:
        made = self._measured
        each = known_differences(made.of(a, "quality"), made.of(b, "quality"))
        least = detectable(each, alpha)
        verdict, words = self._verdict(a, texts, p_texts, p_quality, least)
        both = ~np.any([np.isnan(made.of(model, "latency_s")) for model in (a, b)], axis=0)
        mine, theirs = (made.of(model, "latency_s")[both] for model in (a, b))
        p50, p95 = (_slower(mine, theirs, share) for share in (0.5, 0.95))
        return PairRow(
            name,
            a,
            b,
            verdict,
            words,
            max(texts.prompts, quality.prompts, int(both.sum())),
            texts.discrepancy,
            p_texts,
            texts.least_share,
            texts.identical,
            texts.within,
            *quality[:3],
            p_quality,
            least,
            *ratio_of(made.of(a, "characters"), made.of(b, "characters"))[:3],
            *ratio_of(made.of(a, "cost_usd"), made.of(b, "cost_usd"))[:3],
            *p50[:3],
            *p95[:3],
        )

    def _verdict(self, a: str, texts: TextTest, p_texts: float, p_quality: float, least: float) -> tuple[str, str]:
        """Return what is said of two hosts, and that with what would have gone unseen; never that they are equal."""
        differ = [what for what, p in (("texts", p_texts), ("quality", p_quality)) if p < ALPHA]
        if differ:
            return DIFFER, f"{' and '.join(differ)} differ"
        unseen = []
        if p_texts == p_texts:
            of, share = self._third(a), texts.least_share
            unseen.append(f"even all answers being {of}" if share != share else f"{percent(share)} of {of}")
        if p_quality == p_quality and least == least:
            unseen.append(f"{least:.2f} of quality")
        if not unseen:
            return NO_WORD, "neither texts nor qualities of both are known"
        even = unseen[0].startswith("even")
        rest = f"a difference smaller than {' or '.join(unseen[even:])} would go unseen" if unseen[even:] else ""
        first = f"{unseen[0]} would go unseen" if even else ""
        return UNSEEN, f"{UNSEEN}; {'; '.join(filter(None, (first, rest)))}"

    def _third_model(self, a: str) -> str | None:
        """Return the first model that is another one, whose answers are mixed in to see how much would be found."""
        group = next(group for group in self.groups if a in group.models)
        return next((model for model in self._measured.models if model not in group.models), None)

    def _third(self, a: str) -> str:
        third = self._third_model(a)
        return f"answers by {third}" if third else "answers to other prompts"

    @property
    def pairs(self) -> pd.DataFrame:
        """One row per two hosts of a model: the columns of `PairRow`."""
        return pd.DataFrame(self.by_pair, columns=list(PairRow._fields))

    @cached_property
    def notes(self) -> tuple[str, ...]:
        """What the reader should know, one line each."""
        by_name = [group.name for group in self.groups if group.how == "by name"]
        notes = [*self._measured.notes]
        if by_name:
            notes.append(f"Taken to be the same model by the name: {listed(by_name)}; say otherwise with same=...")
        if any(row.p_texts == row.p_texts for row in self.by_pair):
            notes.append(
                "Texts are compared by the maximum mean discrepancy of their runs of three letters, by permutation "
                "(arXiv:2410.20247)."
            )
            if not all(row.within for row in self.by_pair):
                notes.append(
                    "One answer to a prompt from each host: only a difference of the same kind on all prompts can be "
                    "seen, and whether a host answers one prompt otherwise cannot; ask with repeats=5 or more."
                )
        notes.append("Latencies are of when these answers were asked: hosts are faster and slower at other times.")
        return tuple(notes)

    def __repr__(self) -> str:
        differ = sum(row.verdict == DIFFER for row in self.by_pair)
        return f"<Hosts: {count(len(self.groups), 'model')}, {differ:,} of {count(len(self.by_pair), 'pair')} differ>"

    def _report(self) -> Report:
        from routebook.routing.evidence.hosts_report import report

        return report(self)


def hosts(
    run: Answers | Outcomes, *, same: Mapping[str, str] | None = None, quality: Any = None, seed: int = 0
) -> Hosts:
    """Compare one model at several hosts: its price, its latency, and whether it answers the same.

    Parameters
    ----------
    run
        A run, whose answers' texts are compared too; or outcomes, which have none.
    same
        ``{"together/x-turbo": "groq/x"}``: that these are one model, though their names do not say so. Else those are
        taken to be one whose names are the same without what hosts add to them.
    quality
        Whose word the quality of a run's answers is, as in `Comparison.outcomes`; needed where several judged.
    seed
        Of the permutations.

    Returns
    -------
    Hosts
        ``.frame``: a row per model and host; ``.pairs``: a row per two hosts of a model, with a verdict: ``differ``, or
        ``no difference seen`` and what would have gone unseen. Never that they are equal.

    Raises
    ------
    ModelError
        If no model is there at several hosts, or `same` names one that is not there.
    RunError
        If the run is blind.
    JudgmentError
        If several judged the run, and `quality` does not say whose word counts.

    Examples
    --------
    >>> import routebook as rb
    >>> run = rb.compare(["Name a prime.", "What is 2 + 2?"], models=["sim/large", "simcloud/large"])
    >>> [(row.model_a, row.model_b) for row in hosts(run).by_pair]
    [('sim/large', 'simcloud/large')]
    """
    made = measured(run, quality)
    groups = groups_of(made.models, same)
    if not groups:
        raise ModelError(
            f"No model is here at several hosts: there are {listed(made.models)}. Say with same={{...}} which are one."
        )
    return Hosts(tuple(groups), made, seed)


def _quantile(values: Numbers, share: float) -> Estimate:
    """Return a quantile with the 95 % interval that order statistics give; the ends are NaN of too few values.

    Their ranks are those that a binomial variable passes in 2.5 % of cases each (doi:10.1002/0471722162).
    """
    from scipy.special import bdtrik

    if not len(values):
        return NOTHING
    ordered, n = np.sort(values), len(values)
    first, last = int(bdtrik(0.025, n, share)) if (1 - share) ** n <= 0.025 else -1, ceil(bdtrik(0.975, n, share))
    low, high = (float(ordered[rank]) if 0 <= rank < n else nan for rank in (first, last))
    return Estimate(float(np.quantile(ordered, share)), low, high, n)


def _slower(a: Numbers, b: Numbers, share: float) -> Shift:
    """Return how much longer `a` takes at a quantile; of two intervals, so wider than prompts that are shared need."""
    return shift(_quantile(a, share), _quantile(b, share)) if len(a) else UNKNOWN
