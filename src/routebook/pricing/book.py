"""The price book: one place that says what a call cost, or that it is not known.

It asks, in this order:

1. what the host itself reported for the call: that is the bill;
2. the user's own price for the model: a contract or a correction, for every tier and region (but not for batches);
3. whether the user called the server free: then 0;
4. for simulated models their pretended price;
5. our overlay, then genai-prices, for the day of the call, its region, tier, speed and place.

What none of them knows is `None`. A tier that has no known price is unknown too, never the standard price.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import TYPE_CHECKING, NoReturn

from routebook.errors import PriceError, did_you_mean
from routebook.models import SIMULATED_HOSTS, ModelId
from routebook.pricing import overlay
from routebook.pricing.conditions import FACTS, Conditions, conditions
from routebook.pricing.tariff import ZERO, Price, Rates, Tariff, price_tokens, price_usage

if TYPE_CHECKING:
    from routebook.calls import Call
    from routebook.providers.contract import Usage

_RATE_NAMES = ("input", "output", "cached", "cache_write", "reasoning")
_NOTHING: Mapping[str, str] = {}
_MOST_REMEMBERED = 10_000
_Key = tuple[str, str, int, str | None, bool, tuple[str | None, ...]]

_ZERO = Decimal(0)


class PriceBook:
    """Prices calls; owns the user's own prices, and remembers each tariff once it was looked up.

    Examples
    --------
    >>> book = PriceBook()
    >>> book.set_price("vllm/my-finetune", input="0.20", output="0.80")
    >>> price = book.estimate(ModelId("vllm", "my-finetune"), input_tokens=1000, output_tokens=500)
    >>> price.usd == Decimal("0.0006"), price.source
    (True, 'user')
    >>> book.estimate(ModelId("vllm", "another"), input_tokens=1000, output_tokens=500) is None
    True
    """

    def __init__(self) -> None:
        self._user: dict[ModelId, Tariff] = {}
        self._free: dict[str, Tariff] = {}
        self._remembered: dict[_Key, Tariff | None] = {}
        self._hourly: set[tuple[str, str]] = set()  # models whose price depends on the time of day

    def set_price(
        self,
        model: str,
        *,
        input: float | Decimal | str,
        output: float | Decimal | str,
        cached: float | Decimal | str | None = None,
        cache_write: float | Decimal | str | None = None,
        reasoning: float | Decimal | str | None = None,
    ) -> None:
        """Set the user's own price of a model, US dollars per million tokens.

        Parameters
        ----------
        model
            ``host/model``.
        input, output
            Uncached input and visible output.
        cached, cache_write
            Input read from and written to the host's prompt cache; not given, they are charged as input.
        reasoning
            Reasoning; not given, it is charged as output.

        Raises
        ------
        PriceError
            If a price is negative, infinite or no number.
        ModelError
            If `model` is not ``host/model``.
        """
        wanted = ModelId.parse(model)
        rates = Rates(
            _amount(model, "input", input),
            _amount(model, "output", output),
            None if cached is None else _amount(model, "cached", cached),
            None if cache_write is None else _amount(model, "cache_write", cache_write),
            None if reasoning is None else _amount(model, "reasoning", reasoning),
        )
        self._user[wanted] = Tariff(rates, "user", None, str(wanted))
        self._remembered.clear()

    def load_user_prices(self, prices: Mapping[str, Mapping[str, object]]) -> None:
        """Take over prices from a configuration: ``{"host/model": {"input": 0.2, "output": 0.8, "cached": ...}}``.

        Raises
        ------
        PriceError
            If a table has a key that is none, lacks ``input`` or ``output``, or a price is no price. Nothing is taken
            over then.
        ModelError
            If a name is not ``host/model``.
        """
        trial = PriceBook()
        for model, table in prices.items():
            if not isinstance(table, Mapping):
                raise PriceError(f'{model} has no table of prices: write [prices."{model}"] with input and output.')
            for key in table:
                if key not in _RATE_NAMES:
                    raise PriceError(
                        f"{key!r} in the price of {model} is not known; known are {', '.join(_RATE_NAMES)}."
                        f"{did_you_mean(str(key), _RATE_NAMES)}"
                    )
            for key in ("input", "output"):
                if key not in table:
                    raise PriceError(f"The price of {model} has no {key!r}: give it in US dollars per million tokens.")
            trial.set_price(model, **table)  # type: ignore[arg-type] # set_price checks each value
        self._user.update(trial._user)
        self._remembered.clear()

    def set_free(self, host: str, free: bool = True) -> None:
        """Say that a server costs nothing (or no longer so): its calls then cost exactly 0."""
        if free:
            self._free[host] = Tariff(Rates(ZERO, ZERO), "user: free", None, host)
        else:
            self._free.pop(host, None)
        self._remembered.clear()

    def tariff(
        self,
        model: ModelId,
        *,
        at: datetime | None = None,
        region: str | None = None,
        extras: Mapping[str, str] = _NOTHING,
        batch: bool = False,
    ) -> Tariff | None:
        """Return what a model charges, or `None` where it is not known.

        Parameters
        ----------
        model
            Which model at which host.
        at
            When; now, if not given. A time without a zone is UTC.
        region
            The host's region, where prices depend on it (Bedrock); else ``extras["region"]``. Without either,
            Bedrock's are those of the US regions.
        extras
            Facts that change the price, as in `Call.extras`: ``service_tier``, ``speed``, ``inference_geo`` and
            ``region``.
        batch
            Whether the price is that of a batch.
        """
        at = datetime.now(UTC) if at is None else at
        if at.tzinfo is not UTC:
            at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
        host, name = model.host, model.model
        region = region or (extras.get("region") if extras else None)
        facts = tuple([extras.get(fact) for fact in FACTS]) if extras else ()
        hourly = (host, name) in self._hourly
        when = -int(at.timestamp() // 60) if hourly else at.toordinal()
        key = (host, name, when, region, batch, facts)
        try:
            return self._remembered[key]
        except KeyError:
            found = self._look_up(model, at, region, conditions(extras, batch=batch))
        if len(self._remembered) >= _MOST_REMEMBERED:
            self._remembered.clear()
        if hourly or (host, name) not in self._hourly:  # just found to be hourly: not this day's price
            self._remembered[key] = found
        return found

    def price_usage(
        self,
        model: ModelId,
        usage: Usage,
        *,
        at: datetime | None = None,
        extras: Mapping[str, str] = _NOTHING,
        batch: bool = False,
    ) -> Price | None:
        """Price tokens, as `tariff` has them; `None` where tokens or price are not known.

        A free server costs 0 whether or not it counts tokens.
        """
        tariff = self.tariff(model, at=at, extras=extras, batch=batch)
        if tariff is None:
            return None
        if tariff is self._free.get(model.host):
            return price_tokens(tariff, 0, 0)
        return price_usage(tariff, usage)

    def price(self, call: Call) -> Price | None:
        """Price a call at the time it was made; an answer from the cache is priced as the original was.

        What a cached answer costs now is 0, which is for the reader of `Call.cached` to say. A call that was refused
        costs nothing; one that failed later has no price, since what its host charged for is not known.
        """
        at = call.cached_at or call.started_at
        reported = call.reported_cost_usd
        if reported is not None:
            source = f"reported by {call.model.host}"
            return Price(reported, None, None, None, None, None, source, at.date().isoformat(), str(call.model))
        if call.refused:
            source = "simulated" if call.simulated else "refused, so not charged"
            return Price(_ZERO, _ZERO, _ZERO, _ZERO, _ZERO, _ZERO, source, None, str(call.model))
        price = self.price_usage(call.model, call.usage, at=at, extras=call.extras)
        if call.simulated and price is not None and price.source != "simulated":  # whoever set it, no money flows
            return replace(price, source="simulated")
        return price

    def estimate(
        self, model: ModelId, *, input_tokens: int, output_tokens: int, region: str | None = None
    ) -> Price | None:
        """Price a call that is yet to be made, at today's standard tier and without any cache."""
        tariff = self.tariff(model, region=region)
        return None if tariff is None else price_tokens(tariff, input_tokens, output_tokens)

    def catalogue(self, host: str) -> Iterable[tuple[str, Tariff]]:
        """Return the current text models with a known price at a host, as ``(model, Tariff)``, by name.

        The user's own prices are among them and count before all others.
        """
        if host in SIMULATED_HOSTS:
            listed = {model: self.tariff(ModelId(host, model)) for model in overlay.simulated_models(host)}
        else:
            from routebook.pricing import genai

            listed = {model: self.tariff(ModelId(host, model)) for model in genai.current_models(host)}
        listed.update({model.model: tariff for model, tariff in self._user.items() if model.host == host})
        return [(model, tariff) for model, tariff in sorted(listed.items()) if tariff is not None]

    def _look_up(self, model: ModelId, at: datetime, region: str | None, given: Conditions) -> Tariff | None:
        own = self._user.get(model)
        if own is not None:
            return None if ("processing", "batch") in given else own
        if model.host in self._free:
            return self._free[model.host]
        if model.host in SIMULATED_HOSTS:
            return None if given else overlay.simulated(str(model))
        if model.host == "bedrock":
            listed = overlay.on_bedrock(model.model, region, given)
            if listed is not None:
                return None if listed == overlay.UNKNOWN else listed
        from routebook.pricing import genai

        if genai.is_hourly(model.host, model.model):
            self._hourly.add((model.host, model.model))
        for condition in given:
            factor = overlay.factor(model.host, condition)
            if factor is not None:
                rest = genai.tariff(model.host, model.model, at, region, given - {condition})
                return None if rest is None else rest.times(factor)
        return genai.tariff(model.host, model.model, at, region, given)


def _amount(model: str, name: str, value: object) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, (int, float, str, Decimal)):
        _refuse(model, name, value)
    try:
        amount = Decimal(str(value).strip())  # a float as it is written: 0.1 is 0.1
    except InvalidOperation:
        _refuse(model, name, value)
    if not amount.is_finite() or amount < 0:
        _refuse(model, name, value)
    return amount


def _refuse(model: str, name: str, value: object) -> NoReturn:
    raise PriceError(
        f"{value!r} is not a price for {name} of {model}: give US dollars per million tokens, 0 or more, such as 0.25."
    ) from None


@cache
def price_book() -> PriceBook:
    """Return the process's own price book, with the prices of the user's configuration.

    Raises
    ------
    ConfigError, PriceError
        If the configuration cannot be read.
    """
    from routebook.config import config

    settings, book = config(), PriceBook()
    book.load_user_prices(settings.prices)
    for name, server in settings.servers.items():
        if server.free is not None:
            book.set_free(name, server.free)
    return book


def set_price(
    model: str,
    *,
    input: float | Decimal | str,
    output: float | Decimal | str,
    cached: float | Decimal | str | None = None,
    cache_write: float | Decimal | str | None = None,
    reasoning: float | Decimal | str | None = None,
) -> None:
    """Set your own price of a model, US dollars per million tokens: see `PriceBook.set_price`.

    >>> set_price("vllm/my-finetune", input="0.20", output="0.80")
    """
    price_book().set_price(
        model, input=input, output=output, cached=cached, cache_write=cache_write, reasoning=reasoning
    )
