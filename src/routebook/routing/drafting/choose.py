"""A policy chosen by hand: a model, or several, for each tag, with what was measured beside each choice.

Nothing here knows where the measurements came from: `RunFacts` is plain data. `routebook.comparison_facts` makes it
from a comparison.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from routebook.errors import PolicyError, did_you_mean
from routebook.lookup import count, either
from routebook.render.report import figure, span
from routebook.render.words import seconds, usd
from routebook.routing.conditions import TagIs
from routebook.routing.policy import ClassifyRule, Evidence, Policy, Prices, Provenance, Route


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """What was measured of one model on some prompts. `None` is not known, never 0.

    Attributes
    ----------
    prompts
        How many different prompts it answered.
    usd_per_1k_prompts
        US dollars for a thousand prompts, at what the answers cost when they were asked; `None` unless the price of
        every answer is known.
    latency_p95_s
        Seconds within which 95 of 100 answers were complete.
    simulated
        Whether it is a simulated model.
    quality
        Mean quality over the prompts judged, from 0 to 1.
    quality_ci95
        Its 95 % confidence interval.
    judged
        Of how many prompts that is the mean.
    """

    prompts: int
    usd_per_1k_prompts: float | None = None
    latency_p95_s: float | None = None
    simulated: bool = False
    quality: float | None = None
    quality_ci95: tuple[float, float] | None = None
    judged: int = 0

    def evidence(self) -> Evidence:
        """Return them as a route's evidence."""
        return Evidence(
            prompts=self.prompts,
            quality=self.quality,
            quality_ci95=self.quality_ci95,
            usd_per_1k_prompts=self.usd_per_1k_prompts,
            latency_p95_s=self.latency_p95_s,
            simulated=self.simulated,
        )

    def sentence(self, quality_by: str = "not judged") -> str:
        """Say them in words; see `RunFacts.quality_by`.

        >>> ModelFacts(12, 0.42, 3.1, quality=0.91, quality_ci95=(0.8, 0.97), judged=12).sentence("by exact")
        '12 prompts, quality 0.91 (0.80 to 0.97) by exact, $0.420 per 1,000 prompts, 95 % within 3.1 s'
        >>> ModelFacts(12, simulated=True).sentence()
        'simulated, 12 prompts, quality not judged, cost unknown, time unknown'
        """
        if not self.prompts:
            return "it answered none of these prompts"
        said = [*(["simulated"] if self.simulated else []), count(self.prompts, "prompt"), self._quality(quality_by)]
        cost, time = self.usd_per_1k_prompts, self.latency_p95_s
        said.append("cost unknown" if cost is None else f"{usd(cost)} per 1,000 prompts")
        said.append("time unknown" if time is None else f"95 % within {seconds(time)}")
        return ", ".join(said)

    def _quality(self, by: str) -> str:
        if self.quality is None:
            return "quality not judged" if by.startswith("by") else f"quality {by}"
        interval = f" ({span(*self.quality_ci95)})" if self.quality_ci95 else ""
        some = f" on {self.judged:,} of them" if self.judged != self.prompts else ""
        return f"quality {figure(self.quality)}{interval} {by}{some}"


@dataclass(frozen=True, slots=True)
class RunFacts:
    """What a run measured.

    Attributes
    ----------
    overall
        For each model compared, by its id, what was measured over all prompts.
    by_tag
        For each tag of the run's prompts, the same over the prompts with that tag.
    run
        The run's id, or `None`.
    name
        What to call a policy made from it, if the user does not say.
    data_sha256
        The sha256 (hex) of the prompts and answers.
    prices
        Where the prices came from, or `None`.
    judge
        Whose word the quality is; `None` where nobody judged, or several did and none was named.
    judges
        Whose word there is: checks, judges, ``people``.
    """

    overall: Mapping[str, ModelFacts]
    by_tag: Mapping[str, Mapping[str, ModelFacts]] = field(default_factory=dict)
    run: str | None = None
    name: str | None = None
    data_sha256: str | None = None
    prices: Prices | None = None
    judge: str | None = None
    judges: tuple[str, ...] = ()

    @property
    def quality_by(self) -> str:
        """Whose word the quality is, in words: ``by exact``, ``not judged``."""
        if self.judge is not None:
            return f"by {self.judge}"
        return f"not said: {either(self.judges)}" if self.judges else "not judged"


def choose(
    facts: RunFacts,
    tags: Mapping[str, str | Sequence[str]],
    *,
    default: str | Sequence[str],
    name: str | None = None,
    created: date | None = None,
) -> Policy:
    """Make a policy of tags and fallbacks.

    Parameters
    ----------
    facts
        What the run measured.
    tags
        Tag to model, or to several: the first is asked, the others stand in when it fails.
    default
        The model, or models, for everything else.
    name
        What to call the policy; the run's name if it has one, else ``policy``.
    created
        The day it was made; today (UTC) if not given.

    Raises
    ------
    PolicyError
        If a tag is not among the run's tags (a run without any tag takes every tag, and shows no evidence for it), or
        a model was not compared in the run; each with the nearest that was.

    Examples
    --------
    >>> facts = RunFacts({"sim/small": ModelFacts(3, 0.2, 1.5, True), "sim/large": ModelFacts(3, 4.0, 3.0, True)})
    >>> policy = choose(facts, {"coding": ["sim/large", "sim/small"]}, default="sim/small")
    >>> policy.sentences()[0]
    'coding goes to sim/large, else sim/small.'
    >>> policy.default.evidence.sentence()
    'simulated, 3 prompts, $0.2 per 1,000 prompts, 95 % within 1.5 s, quality not judged'
    """
    for tag in tags:
        check_known_tag(tag, facts.by_tag)
    return Policy(
        name=name or facts.name or "policy",
        classify=tuple(ClassifyRule(tag, TagIs(tag)) for tag in tags),
        routes={
            tag: _route(models, facts.by_tag.get(tag, {}), facts, f"the tag {tag!r}") for tag, models in tags.items()
        },
        default=_route(default, facts.overall, facts, "the default"),
        provenance=Provenance(
            created=(created or datetime.now(UTC).date()).isoformat(),
            run=facts.run,
            data_sha256=facts.data_sha256,
            prices=facts.prices,
            judge=facts.judge,
        ),
    )


def check_known_tag(tag: str, known: Collection[str]) -> str:
    """Return the tag if it is one of the run's; a run without any takes every tag.

    Raises
    ------
    PolicyError
        Otherwise, with the nearest.
    """
    if known and tag not in known:
        raise PolicyError(
            f"No prompt of this run has the tag {tag[:40]!r}.{did_you_mean(tag, known)} Its tags are {_listed(known)}."
        )
    return tag


def _route(chosen: str | Sequence[str], measured: Mapping[str, ModelFacts], facts: RunFacts, what: str) -> Route:
    models = (chosen,) if isinstance(chosen, str) else tuple(chosen)
    if not models:
        raise PolicyError(f"No model is given for {what}: name one, or several of which the first is asked.")
    for model in models:
        if model not in facts.overall:
            raise PolicyError(
                f"{model[:60]!r}, chosen for {what}, was not compared in this run.{did_you_mean(model, facts.overall)} "
                f"It compared {_listed(facts.overall)}."
            )
    first = measured.get(models[0])
    return Route(models, evidence=first.evidence() if first else None)


def _listed(names: Collection[str], most: int = 8) -> str:
    shown = list(names)[:most]
    return ", ".join(shown) + (f" and {len(names) - most} more" if len(names) > most else "")
