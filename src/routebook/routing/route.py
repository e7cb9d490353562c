"""The parts of a policy that are values without logic: a route, what its choice rests on, and where all came from."""

from __future__ import annotations

from dataclasses import dataclass

from routebook.errors import PolicyError
from routebook.lookup import either
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
MAX_WEIGHT = 1e6
MAX_USD = 1e9


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
    gain
        Its quality minus that of the best single model on the same prompts, from -1 to 1.
    gain_ci95
        The 95 % confidence interval of that difference.
    usd_per_1k_prompts
        US dollars for a thousand prompts.
    usd_per_1k_prompts_ci95
        Their 95 % confidence interval.
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
    usd_per_1k_prompts_ci95: tuple[float, float] | None = None
    gain: float | None = None
    gain_ci95: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        check_number(self.prompts, "prompts", 0, MAX_WHOLE)
        check_number(self.held_out, "held_out", 0, MAX_WHOLE)
        check_number(self.quality, "quality", 0, 1)
        check_number(self.gain, "gain", -1, 1)
        check_number(self.usd_per_1k_prompts, "usd_per_1k_prompts", 0, MAX_USD)
        check_number(self.latency_p95_s, "latency_p95_s", 0, 1e6)
        for name, least, most in (
            ("quality_ci95", 0, 1), ("gain_ci95", -1, 1), ("usd_per_1k_prompts_ci95", 0, MAX_USD)
        ):  # fmt: skip
            if (interval := getattr(self, name)) is not None:
                low, high = interval
                check_number(low, f"the lower end of {name}", least, most)
                check_number(high, f"the upper end of {name}", low, most)

    def sentence(self) -> str:
        """Say it in words.

        >>> Evidence(412, usd_per_1k_prompts=0.42, latency_p95_s=3.1).sentence()
        '412 prompts, $0.42 per 1,000 prompts, 95 % within 3.1 s, quality not judged'
        """
        said = [f"{self.prompts:,} prompt{'' if self.prompts == 1 else 's'}"]
        if self.usd_per_1k_prompts is not None:
            ends = self.usd_per_1k_prompts_ci95
            known = "" if ends is None else f" ({ends[0]:.3g} to {ends[1]:.3g})"
            said.append(f"${self.usd_per_1k_prompts:.3g}{known} per 1,000 prompts")
        if self.latency_p95_s is not None:
            said.append(f"95 % within {self.latency_p95_s:.3g} s")
        if self.quality is None:
            said.append("quality not judged")
        elif self.quality_ci95 is None:
            said.append(f"quality {self.quality:.3g}")
        else:
            low, high = self.quality_ci95
            said.append(f"quality {self.quality:.3g} ({low:.3g} to {high:.3g})")
        if self.gain is not None:
            ends = self.gain_ci95
            known = "" if ends is None else f" ({ends[0]:+.3g} to {ends[1]:+.3g})"
            said.append(f"{self.gain:+.3g}{known} against the best single model")
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
    weights
        How often each of the first models is the first to be asked, in proportion to the others, such as ``(95, 5)``;
        `None` asks the first one always. Which one it is depends on the prompt's text alone, so the same prompt always
        goes to the same model: see `routebook.routing.draw`.
    budget_usd
        US dollars that one prompt may cost at most, all tries together; `None` sets no limit.

    Raises
    ------
    PolicyError
        If a model is no model id or given twice, or a number is out of its range.
    """

    models: tuple[str, ...]
    timeout_s: float | None = None
    retries: int = 0
    evidence: Evidence | None = None
    weights: tuple[float, ...] | None = None
    budget_usd: float | None = None

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
        if self.weights is not None:
            if not 1 <= len(self.weights) <= len(self.models):
                raise PolicyError(
                    f"weights are at most as many as the chain is long: 1 to {len(self.models)} here, not "
                    f"{len(self.weights)}."
                )
            for weight in self.weights:
                if not 0 < weight <= MAX_WEIGHT:
                    raise PolicyError(f"weights are above 0 and up to {MAX_WEIGHT:,.0f}; not {weight}.")
        if self.budget_usd is not None and not 0 < self.budget_usd <= MAX_USD:
            raise PolicyError(f"budget_usd is in US dollars, above 0 and up to {MAX_USD:,.0f}; not {self.budget_usd}.")

    def sentence(self) -> str:
        """Say who answers, in words.

        >>> Route(("openai/gpt-6.1-terra", "anthropic/claude-sonnet-5-5"), retries=1).sentence()
        'openai/gpt-6.1-terra, else anthropic/claude-sonnet-5-5; 1 retry each'
        >>> Route(("openai/gpt-6.1-terra", "anthropic/claude-sonnet-5-5"), weights=(95, 5)).sentence()
        'openai/gpt-6.1-terra (95 %) or anthropic/claude-sonnet-5-5 (5 %), else the other'
        """
        said = ", else ".join(self.models)
        if self.weights is not None and len(self.weights) > 1:
            drawn = len(self.weights)
            shares = [100 * weight / sum(self.weights) for weight in self.weights]
            first = [f"{model} ({share:.3g} %)" for model, share in zip(self.models, shares, strict=False)]
            rest = ["the others" if drawn > 2 else "the other", *self.models[drawn:]]
            said = f"{either(first)}, else {', else '.join(rest)}"
        if self.budget_usd is not None:
            said += f"; at most ${self.budget_usd:.3g} a prompt"
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
    expires
        The last day on which the evidence should be relied on, ISO. Deciding goes on after it.
    """

    created: str | None = None
    run: str | None = None
    data_sha256: str | None = None
    prices: Prices | None = None
    judge: str | None = None
    seed: int | None = None
    expires: str | None = None

    def __post_init__(self) -> None:
        for day in (self.created, self.expires):
            if day is not None:
                check_date(day)
        if self.data_sha256 is not None:
            check_sha256(self.data_sha256)
        for name, value in (("a run's id", self.run), ("a judge", self.judge)):
            if value is not None:
                check_text(value, name, longest=MAX_LONG_NAME)
        check_number(self.seed, "seed", 0, MAX_WHOLE)
