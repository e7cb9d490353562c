"""The simulated models: who serves which, how fast, and what each takes. All figures are made up."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Spec:
    """One simulated model at one host.

    Attributes
    ----------
    first_token_s
        Seconds from the request to the first piece of the stream, on average.
    tokens_per_s
        Tokens per second after that, on average.
    context_tokens
        Most input tokens.
    reasons
        Whether it shows reasoning first; such a model takes an effort and no temperature.
    images
        Whether it takes images.
    fails
        How it fails, for lessons and tests: ``flaky``, ``broken``, ``refuser`` or ``cutoff``; as a judge only:
        ``first`` or ``null``; empty for the others.
    """

    first_token_s: float
    tokens_per_s: float
    context_tokens: int
    reasons: bool = False
    images: bool = False
    fails: str = ""


CATALOGUE: dict[str, dict[str, Spec]] = {
    "sim": {
        "small": Spec(0.15, 210.0, 16_000),
        "medium": Spec(0.30, 130.0, 64_000, images=True),
        "large": Spec(0.55, 75.0, 200_000, images=True),
        "reasoner": Spec(0.40, 150.0, 128_000, reasons=True),
        "flaky": Spec(0.20, 130.0, 64_000, fails="flaky"),
        "broken": Spec(0.20, 130.0, 64_000, fails="broken"),
        "refuser": Spec(0.20, 130.0, 64_000, fails="refuser"),
        "cutoff": Spec(0.20, 130.0, 64_000, fails="cutoff"),
        "first-judge": Spec(0.20, 130.0, 64_000, fails="first"),
        "null-judge": Spec(0.20, 130.0, 64_000, fails="null"),
    },
    "simcloud": {
        "medium": Spec(0.50, 190.0, 64_000, images=True),
        "large": Spec(0.85, 105.0, 200_000, images=True),
    },
}
"""``CATALOGUE[host][model]``. The flaky model fails the first attempt of each question with a rate limit, the broken
one always fails, the refuser refuses everything, and the cutoff's stream ends in the middle. Two have a fault only when
they judge (see `routebook.providers.simulated.judging`): the first-judge prefers what it reads first, the null-judge an
answer that says nothing; all else they do as the medium one."""

EFFORTS: dict[str, float] = {"low": 0.5, "medium": 1.0, "high": 2.0}
"""How much reasoning each effort asks for, relative to the usual."""


def recommended(host: str) -> tuple[str, ...]:
    """Return the models to list: those that do not fail on purpose."""
    return tuple(model for model, spec in CATALOGUE[host].items() if not spec.fails)
