"""What will be asked, and what that may cost, before anything is sent."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from routebook.calls import Call, Failure
from routebook.models import ModelId
from routebook.pricing import PriceBook, format_usd
from routebook.prompts import Message, Prompt
from routebook.providers.contract import HostDefaults, Request

ASSUMED_OUTPUT_TOKENS = 4096
"""Output tokens a call without `max_tokens` is taken to need at most, for the quote and under a spending cap."""

_FEWEST_OUTPUT_TOKENS = 16
_CHARACTERS_PER_TOKEN = (4.5, 2.5)
_IMAGE_TOKENS = (250, 1800)


@dataclass(frozen=True, slots=True)
class PlannedCall:
    """One question to one model, as it will be asked.

    Attributes
    ----------
    prompt, prompt_id
        What is asked, and its id (which costs a hash to compute, so it is kept).
    request
        All that decides what is sent.
    repeat
        Which repeat, from 0.
    fingerprint
        `Request.fingerprint()`.
    refusal
        Why it cannot be asked at all, known before sending.
    answered
        The answer there already is: from the response cache, from the run being resumed, or from a recording.
    """

    prompt: Prompt
    prompt_id: str
    request: Request
    repeat: int
    fingerprint: str
    refusal: Failure | None = None
    answered: Call | None = None

    @property
    def model(self) -> ModelId:
        """Who is asked."""
        return self.request.model


@dataclass(frozen=True, slots=True)
class Quote:
    """What a plan may cost.

    Attributes
    ----------
    low_usd, high_usd
        The range over the calls whose price is known, US dollars.
    simulated_low_usd, simulated_high_usd
        The same over the calls to simulated models, whose dollars are not real.
    to_ask
        How many calls will be sent.
    answered
        How many need not be, because the answer is there already.
    unpriced
        Models whose price is not known; they are not in the range.
    """

    low_usd: Decimal
    high_usd: Decimal
    to_ask: int
    answered: int
    unpriced: tuple[str, ...] = ()
    simulated_low_usd: Decimal = Decimal(0)
    simulated_high_usd: Decimal = Decimal(0)

    def __str__(self) -> str:
        if not self.to_ask:
            return f"nothing to ask: {self.answered} answered already"
        parts = [_count(self.to_ask, "call")]
        if self.high_usd or not (self.simulated_high_usd or self.unpriced):
            parts[0] += f", {format_usd(self.low_usd)} to {format_usd(self.high_usd)}"
        if self.simulated_high_usd:
            low, high = format_usd(self.simulated_low_usd), format_usd(self.simulated_high_usd)
            parts.append(f"simulated: {low} to {high}")
        if self.unpriced:
            parts.append(f"price unknown: {', '.join(self.unpriced)}")
        if self.answered:
            parts.append(f"{self.answered} answered already")
        return "; ".join(parts)


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything a run will ask, in order: prompt by prompt, repeat by repeat, model by model.

    Where `in_turn`, a prompt's models stand in for one another: the next is asked only if the one before failed.
    """

    calls: tuple[PlannedCall, ...]
    prompts: tuple[Prompt, ...]
    models: tuple[ModelId, ...]
    repeats: int
    quote: Quote
    settings: dict[str, object] = field(default_factory=dict)
    in_turn: bool = False

    @property
    def sha256(self) -> str:
        """The sha256 (hex) of everything asked."""
        return plan_sha256(self.calls, in_turn=self.in_turn)

    @property
    def fewest_calls(self) -> int:
        """How many calls there will be, unless fallbacks are needed."""
        return len({call.prompt_id for call in self.calls}) if self.in_turn else len(self.calls)

    def __str__(self) -> str:
        sizes = [_count(len(self.prompts), "prompt"), _count(len(self.models), "model")]
        if self.repeats > 1:
            sizes.append(_count(self.repeats, "repeat"))
        return f"Plan: {' x '.join(sizes)}; {self.quote}"


def _count(number: int, thing: str) -> str:
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def plan_sha256(calls: Iterable[PlannedCall], *, in_turn: bool = False) -> str:
    """Hash the keys (prompt id, fingerprint, repeat) of the planned calls, in order, and how they are asked."""
    digest = hashlib.sha256(b"in turn" if in_turn else b"")
    for call in calls:
        digest.update(repr((call.prompt_id, call.fingerprint, call.repeat)).encode())
    return digest.hexdigest()


def input_tokens_range(messages: Sequence[Message], system: str | None) -> tuple[int, int]:
    """Estimate input tokens from characters: fewest and most.

    English prose has about 4 characters a token in the labs' tokenizers, dense code and other scripts down to 2.5.

    >>> input_tokens_range([Message("user", "x" * 90)], None)
    (24, 40)
    """
    characters = sum(len(message.text) for message in messages) + len(system or "")
    images = sum(len(message.attachments) for message in messages)
    overhead = 4 * (len(messages) + bool(system))
    sparse, dense = _CHARACTERS_PER_TOKEN
    few, many = _IMAGE_TOKENS
    return int(characters / sparse) + overhead + few * images, int(characters / dense) + overhead + many * images


def most_usd(call: PlannedCall, prices: PriceBook, host: HostDefaults) -> Decimal | None:
    """What a call may cost at most under our assumptions; `None` when its price is not known.

    The output is taken to have `max_tokens`, where such a cap is sent, else `ASSUMED_OUTPUT_TOKENS`.
    """
    _, most = input_tokens_range(call.request.messages, call.request.system)
    output = call.request.options.max_tokens or host.max_tokens or ASSUMED_OUTPUT_TOKENS
    price = prices.estimate(call.model, input_tokens=most, output_tokens=output, region=host.region)
    return None if price is None else price.usd


def quote(calls: Sequence[PlannedCall], prices: PriceBook, hosts: Mapping[str, HostDefaults]) -> Quote:
    """Say what the calls may cost, before anything is sent."""
    low = high = simulated_low = simulated_high = Decimal(0)
    to_ask = answered = 0
    unpriced: dict[str, None] = {}
    for call in calls:
        if call.answered is not None or call.refusal is not None:
            answered += call.answered is not None
            continue
        to_ask += 1
        host = hosts[call.model.host]
        most = most_usd(call, prices, host)
        if most is None:
            unpriced[str(call.model)] = None
            continue
        fewest, _ = input_tokens_range(call.request.messages, call.request.system)
        few_output = min(_FEWEST_OUTPUT_TOKENS, call.request.options.max_tokens or _FEWEST_OUTPUT_TOKENS)
        least = prices.estimate(call.model, input_tokens=fewest, output_tokens=few_output, region=host.region)
        if least is not None and least.source == "simulated":
            simulated_low += least.usd
            simulated_high += most
        else:
            low += Decimal(0) if least is None else least.usd
            high += most
    return Quote(low, high, to_ask, answered, tuple(unpriced), simulated_low, simulated_high)
