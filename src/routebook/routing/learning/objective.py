"""What a learned policy is to be best at."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

from routebook.errors import OptionError

MARGIN = 0.02
_MOST = 1e6


@dataclass(frozen=True, slots=True)
class Objective:
    """What rules are learned for; without an argument, the least cost at a quality as good as that of the best model.

    One of these:

    - **Least cost** (``Objective()``, ``Objective(margin=0.01)``): the least mean cost at which the mean quality is
      shown to be less than `margin` below that of the best single model.
    - **Quality minus price** (``Objective(quality_per_usd=0.5)``): the best mean of quality less so much quality for
      each US dollar per 1,000 prompts. With 0, quality alone.
    - **Quality under a cap** (``Objective(max_usd_per_1k_prompts=2)``, ``Objective(max_latency_p95_s=4)``): the best
      mean quality that costs, or takes, no more.

    Attributes
    ----------
    margin
        How much mean quality (from 0 to 1) may be lost before the loss counts: what non-inferior means, for whichever
        objective.
    quality_per_usd
        How much mean quality one US dollar per 1,000 prompts is worth; often written lambda.
    max_usd_per_1k_prompts
        US dollars that 1,000 prompts may cost on average.
    max_latency_p95_s
        Seconds within which 95 of 100 answers have to be complete.

    Raises
    ------
    OptionError
        If two of the last three are given, or a number is none.

    Examples
    --------
    >>> print(Objective())
    least cost at a quality less than 0.02 below that of the best single model
    >>> print(Objective(max_usd_per_1k_prompts=2.5))
    best quality for at most $2.5 per 1,000 prompts
    """

    margin: float = MARGIN
    quality_per_usd: float | None = None
    max_usd_per_1k_prompts: float | None = None
    max_latency_p95_s: float | None = None

    def __post_init__(self) -> None:
        if not _number(self.margin) or not 0 < self.margin < 1:
            raise OptionError(
                f"margin is a difference of qualities between 0 and 1, such as 0.02, not {self.margin!r:.60}."
            )
        given = self._given()
        if len(given) > 1:
            raise OptionError(f"An objective is one of these, not {' and '.join(given)} together.")
        for name, value in given.items():
            least = "from 0" if name == "quality_per_usd" else "above 0"
            if not _number(value) or not 0 <= value <= _MOST or (value == 0 and name != "quality_per_usd"):
                raise OptionError(f"{name} is a number {least} up to {_MOST:,.0f}, not {value!r:.60}.")

    def _given(self) -> dict[str, float]:
        names = ("quality_per_usd", "max_usd_per_1k_prompts", "max_latency_p95_s")
        return {name: value for name in names if (value := getattr(self, name)) is not None}

    @property
    def least_cost(self) -> bool:
        """Whether it is the least cost within the margin."""
        return not self._given()

    @property
    def needs_cost(self) -> bool:
        """Whether it cannot be told without knowing what answers cost."""
        return self.least_cost or bool(self.quality_per_usd) or self.max_usd_per_1k_prompts is not None

    def __str__(self) -> str:
        if self.quality_per_usd == 0:
            return "best quality, whatever it costs"
        if self.quality_per_usd is not None:
            return f"quality minus {self.quality_per_usd:g} for each $1 per 1,000 prompts"
        if self.max_usd_per_1k_prompts is not None:
            return f"best quality for at most ${self.max_usd_per_1k_prompts:g} per 1,000 prompts"
        if self.max_latency_p95_s is not None:
            return f"best quality with 95 % of answers within {self.max_latency_p95_s:g} s"
        return f"least cost at a quality less than {self.margin:g} below that of the best single model"


def _number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and isfinite(value)
