"""What tokens cost at one model, and what one call's tokens then cost. Pure values, exact `Decimal`.

A rate is US dollars per million tokens. Three things have to be kept apart where a price list is silent: a kind of
token that has no rate of its own and is charged as its plain kind (`None`), one whose rate exists but is not known
(named in `Rates.unknown`), and a model that is not known at all (no `Tariff`).
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from routebook.pricing.money import EXACT

if TYPE_CHECKING:
    from routebook.providers.contract import Usage

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Rates:
    """US dollars per million tokens.

    Attributes
    ----------
    input, output
        Uncached input and visible output.
    cached, cache_write
        Input read from and written to the host's prompt cache; `None` is charged as input.
    reasoning
        Reasoning; `None` is charged as output, as nearly all hosts do.
    unknown
        Which of ``cached``, ``cache_write`` and ``reasoning`` have a rate of their own that is not known: a call with
        such tokens has no known price.
    """

    input: Decimal
    output: Decimal
    cached: Decimal | None = None
    cache_write: Decimal | None = None
    reasoning: Decimal | None = None
    unknown: frozenset[str] = frozenset()

    def times(self, factor: Decimal) -> Rates:
        """Return every rate times a factor."""

        def scaled(rate: Decimal | None) -> Decimal | None:
            return None if rate is None else EXACT.multiply(rate, factor)

        return Rates(
            EXACT.multiply(self.input, factor),
            EXACT.multiply(self.output, factor),
            scaled(self.cached),
            scaled(self.cache_write),
            scaled(self.reasoning),
            self.unknown,
        )


@dataclass(frozen=True, slots=True)
class Tariff:
    """What one model charges on one day, in one region and tier.

    Attributes
    ----------
    rates
        The rates of a call, US dollars per million tokens.
    long_context
        ``(above, rates)``, ascending: a call with more than `above` input tokens is charged at those rates, all of it.
    source
        Where the rates come from, such as ``genai-prices 0.2.3``.
    as_of
        The ISO date the rates were last confirmed, where it is known.
    matched_id
        The id they were found under, which can differ from the model's own.
    """

    rates: Rates
    source: str
    as_of: str | None
    matched_id: str
    long_context: tuple[tuple[int, Rates], ...] = ()

    @property
    def input(self) -> Decimal:
        """Uncached input, US dollars per million tokens."""
        return self.rates.input

    @property
    def output(self) -> Decimal:
        """Output, US dollars per million tokens."""
        return self.rates.output

    @property
    def cached(self) -> Decimal | None:
        """Input read from the host's prompt cache, US dollars per million tokens; `None` is charged as input."""
        return self.rates.cached

    @property
    def cache_write(self) -> Decimal | None:
        """Input written to the host's prompt cache, US dollars per million tokens; `None` is charged as input."""
        return self.rates.cache_write

    @property
    def reasoning(self) -> Decimal | None:
        """Reasoning, US dollars per million tokens; `None` is charged as output."""
        return self.rates.reasoning

    def rates_at(self, input_tokens: int) -> Rates:
        """Return the rates of a call with so many input tokens, cached ones included."""
        rates = self.rates
        for above, higher in self.long_context:
            if input_tokens > above:
                rates = higher
        return rates

    def times(self, factor: Decimal) -> Tariff:
        """Return the tariff with every rate times a factor."""
        tiers = tuple((above, rates.times(factor)) for above, rates in self.long_context)
        return Tariff(self.rates.times(factor), self.source, self.as_of, self.matched_id, tiers)


@dataclass(frozen=True, slots=True)
class Price:
    """What one call cost, in US dollars; the five parts sum to `usd` exactly.

    Attributes
    ----------
    usd
        All of it.
    input_usd, cached_usd, cache_write_usd
        Uncached input, and input read from and written to the host's prompt cache. These and the next two are `None`
        where the host reported the sum alone.
    output_usd, reasoning_usd
        Visible output, and reasoning.
    source
        ``genai-prices 0.2.3``, ``routebook overlay 2026-11-20``, ``user``, ``user: free``, ``simulated`` or
        ``reported by openrouter``.
    as_of
        The ISO date the rates were last confirmed, where it is known; for a reported cost, the day of the call.
    matched_id
        The id the price was found under.
    """

    usd: Decimal
    input_usd: Decimal | None
    cached_usd: Decimal | None
    cache_write_usd: Decimal | None
    output_usd: Decimal | None
    reasoning_usd: Decimal | None
    source: str
    as_of: str | None
    matched_id: str


def price_usage(tariff: Tariff, usage: Usage) -> Price | None:
    """Price a call's tokens; `None` where the tokens or one of the rates are not known.

    Counts that cannot be (more cached than input tokens, more reasoning than output) are not priced either: a host
    that counts them differently would get a wrong price, not an approximate one.
    """
    return price_tokens(
        tariff,
        usage.input_tokens,
        usage.output_tokens,
        usage.cached_tokens or 0,
        usage.cache_write_tokens or 0,
        usage.reasoning_tokens or 0,
    )


def price_tokens(
    tariff: Tariff,
    input_tokens: int | None,
    output_tokens: int | None,
    cached: int = 0,
    cache_write: int = 0,
    reasoning: int = 0,
) -> Price | None:
    """Price token counts; the totals include their parts, as in `Usage`."""
    if input_tokens is None or output_tokens is None:
        return None
    uncached = input_tokens - cached - cache_write
    visible = output_tokens - reasoning
    if uncached < 0 or visible < 0 or cached < 0 or cache_write < 0 or reasoning < 0:
        return None
    rates = tariff.rates_at(input_tokens) if tariff.long_context else tariff.rates
    if rates.unknown and (
        (cached and "cached" in rates.unknown)
        or (cache_write and "cache_write" in rates.unknown)
        or (reasoning and "reasoning" in rates.unknown)
    ):
        return None
    input_usd = _cost(rates.input, uncached)
    output_usd = _cost(rates.output, visible)
    cached_usd = write_usd = reasoning_usd = ZERO
    usd = EXACT.add(input_usd, output_usd)
    if cached:
        cached_usd = _cost(rates.input if rates.cached is None else rates.cached, cached)
        usd = EXACT.add(usd, cached_usd)
    if cache_write:
        write_usd = _cost(rates.input if rates.cache_write is None else rates.cache_write, cache_write)
        usd = EXACT.add(usd, write_usd)
    if reasoning:
        reasoning_usd = _cost(rates.output if rates.reasoning is None else rates.reasoning, reasoning)
        usd = EXACT.add(usd, reasoning_usd)
    return Price(
        usd,
        input_usd,
        cached_usd,
        write_usd,
        output_usd,
        reasoning_usd,
        tariff.source,
        tariff.as_of,
        tariff.matched_id,
    )


def _cost(rate: Decimal, tokens: int) -> Decimal:
    return EXACT.scaleb(EXACT.multiply(rate, tokens), -6)
