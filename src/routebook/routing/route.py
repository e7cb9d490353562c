"""The parts of a policy that are values without logic: a route, what its choice rests on, and where all came from."""

from __future__ import annotations

from dataclasses import dataclass

from routebook.errors import PolicyError
from routebook.routing.names import (
    MAX_LONG_NAME,
    MAX_WHOLE,
    check_date,
    check_model,
    check_number,
    check_sha256,
    check_text,
)

MAX_CHAIN = 16
MAX_TIMEOUT_S = 86_400
MAX_RETRIES = 10


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a route's choice rests on: measurements of its first model. `None` is not measured, never 0.

    Attributes
    ----------
    prompts
        How many different prompts it answered.
    held_out
        Of these, how many were kept apart from the choosing.
    quality
        Mean quality, from 0 to 1.
    quality_ci95
        Its 95 % confidence interval.
    usd_per_1k_prompts
        US dollars for a thousand prompts.
    latency_p95_s
        Seconds within which 95 of 100 answers were complete.
    simulated
        Whether simulated models were measured: then nothing here tells of a real one.

    Raises
    ------
    PolicyError
        If a number is out of its range.
    """

    prompts: int
    held_out: int | None = None
    quality: float | None = None
    quality_ci95: tuple[float, float] | None = None
    usd_per_1k_prompts: float | None = None
    latency_p95_s: float | None = None
    simulated: bool = False

    def __post_init__(self) -> None:
        check_number(self.prompts, "prompts", 0, MAX_WHOLE)
        check_number(self.held_out, "held_out", 0, MAX_WHOLE)
        check_number(self.quality, "quality", 0, 1)
        check_number(self.usd_per_1k_prompts, "usd_per_1k_prompts", 0, 1e9)
        check_number(self.latency_p95_s, "latency_p95_s", 0, 1e6)
        if self.quality_ci95 is not None:
            low, high = self.quality_ci95
            check_number(low, "the lower end of quality_ci95", 0, 1)
            check_number(high, "the upper end of quality_ci95", low, 1)

    def sentence(self) -> str:
        """Say it in words.

        >>> Evidence(412, usd_per_1k_prompts=0.42, latency_p95_s=3.1).sentence()
        '412 prompts, $0.42 per 1,000 prompts, 95 % within 3.1 s, quality not judged'
        """
        said = [f"{self.prompts:,} prompt{'' if self.prompts == 1 else 's'}"]
        if self.usd_per_1k_prompts is not None:
            said.append(f"${self.usd_per_1k_prompts:.3g} per 1,000 prompts")
        if self.latency_p95_s is not None:
            said.append(f"95 % within {self.latency_p95_s:.3g} s")
        if self.quality is None:
            said.append("quality not judged")
        elif self.quality_ci95 is None:
            said.append(f"quality {self.quality:.3g}")
        else:
            low, high = self.quality_ci95
            said.append(f"quality {self.quality:.3g} ({low:.3g} to {high:.3g})")
        return ", ".join(["simulated", *said] if self.simulated else said)


@dataclass(frozen=True, slots=True)
class Route:
    """A chain of models for one tag.

    Attributes
    ----------
    models
        ``host/model`` ids: the first one, then its fallbacks, in order. A fallback is asked when the one before it
        failed; an answer that was refused for its content is an answer.
    timeout_s
        Seconds each try may take; `None` leaves it to whoever asks.
    retries
        How often each model is asked again before the next one is.
    evidence
        What the choice rests on, or `None`.

    Raises
    ------
    PolicyError
        If a model is no model id or given twice, or a number is out of its range.
    """

    models: tuple[str, ...]
    timeout_s: float | None = None
    retries: int = 0
    evidence: Evidence | None = None

    def __post_init__(self) -> None:
        if not 1 <= len(self.models) <= MAX_CHAIN:
            raise PolicyError(
                f"A route has 1 to {MAX_CHAIN} models, the first and its fallbacks; not {len(self.models)}."
            )
        for position, model in enumerate(self.models):
            check_model(model)
            if model in self.models[:position]:
                raise PolicyError(f"{model!r} is twice in one route: a fallback has to be another model.")
        if self.timeout_s is not None and not 0 < self.timeout_s <= MAX_TIMEOUT_S:
            raise PolicyError(f"timeout_s is in seconds, above 0 and up to {MAX_TIMEOUT_S:,.0f}; not {self.timeout_s}.")
        check_number(self.retries, "retries", 0, MAX_RETRIES)

    def sentence(self) -> str:
        """Say who answers, in words.

        >>> Route(("openai/gpt-6.1-terra", "anthropic/claude-sonnet-5-5"), retries=1).sentence()
        'openai/gpt-6.1-terra, else anthropic/claude-sonnet-5-5; 1 retry each'
        """
        said = ", else ".join(self.models)
        if self.timeout_s is not None:
            said += f"; at most {self.timeout_s:g} s a try"
        if self.retries:
            said += f"; {self.retries} {'retry' if self.retries == 1 else 'retries'} each"
        return said


@dataclass(frozen=True, slots=True)
class Prices:
    """Where the prices in the evidence came from, and the date they are of (ISO, or `None`)."""

    source: str
    date: str | None = None

    def __post_init__(self) -> None:
        check_text(self.source, "a source of prices", longest=MAX_LONG_NAME)
        if self.date is not None:
            check_date(self.date)


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a policy came from. `None` is not known or not so.

    Attributes
    ----------
    created
        The day it was made, ISO (``2026-11-20``).
    run
        The id of the run its evidence came from.
    data_sha256
        The sha256 (hex) of the prompts and answers behind the evidence.
    prices
        Where the prices came from.
    judge
        Who judged the answers; `None` if nobody did.
    seed
        The seed of whatever was random in its making; `None` if nothing was.
    """

    created: str | None = None
    run: str | None = None
    data_sha256: str | None = None
    prices: Prices | None = None
    judge: str | None = None
    seed: int | None = None

    def __post_init__(self) -> None:
        if self.created is not None:
            check_date(self.created)
        if self.data_sha256 is not None:
            check_sha256(self.data_sha256)
        for name, value in (("a run's id", self.run), ("a judge", self.judge)):
            if value is not None:
                check_text(value, name, longest=MAX_LONG_NAME)
        check_number(self.seed, "seed", 0, MAX_WHOLE)
