"""A whole comparison as it is shown: a header, a section per prompt, and in each the cards side by side.

The same sheet is made of a finished run and of one that goes on, and is then written as HTML or as text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from routebook.calls import Call, RunInfo
from routebook.costs import RunCost, has_unknown_attempts, run_cost
from routebook.lookup import count
from routebook.models import ModelId
from routebook.pricing.money import format_usd
from routebook.pricing.overlay import SIMULATED_HOSTS
from routebook.pricing.tariff import Price
from routebook.prompts import Prompt
from routebook.render.blind import label, order
from routebook.render.cards import Card, Seat, card_of_call, card_of_live

if TYPE_CHECKING:
    from routebook.comparison import Comparison
    from routebook.engine.plan import Quote

MOST_PROMPTS = 20
_MOST_LIVE = 3


@dataclass(frozen=True, slots=True)
class Section:
    """One prompt and its answers: a row of cards for each repeat."""

    number: int
    prompt: Prompt
    rows: tuple[tuple[Card, ...], ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is shown of a run.

    Attributes
    ----------
    title
        The run's name, or empty.
    created_at
        When it was made.
    models, prompts
        How many there are.
    tags
        The prompts' tags, each once.
    cost
        What it costs; `None` in a blind run.
    slowest_s
        Seconds of the slowest answer that was waited for; `None` in a blind run or if none is known.
    done, planned
        How many calls are done, of how many.
    sections
        The prompts that are shown.
    rows
        What is known of each model, as in `routebook.frames.model_rows`, where there is more than one call for each.
    notes
        What the reader should know, one line each.
    quoted
        What it was said to cost at most before anything was sent, in words; only while it goes on.
    simulated
        Whether all answers are simulated.
    live
        Whether it goes on.
    """

    title: str
    created_at: datetime
    models: int
    prompts: int
    tags: tuple[str, ...]
    cost: RunCost | None
    slowest_s: float | None
    done: int
    planned: int
    sections: tuple[Section, ...]
    rows: tuple[dict[str, Any], ...] = ()
    notes: tuple[str, ...] = ()
    quoted: str = ""
    simulated: bool = False
    live: bool = False

    @property
    def hidden(self) -> int:
        """How many prompts are not shown."""
        return self.prompts - len(self.sections)


def sheet_of(comparison: Comparison, *, most: int | None = None) -> Sheet:
    """Return what is shown of a comparison: all prompts, or the first so many."""
    run, blind = comparison.run, comparison.run.blind
    prompts = _distinct(comparison.prompts)
    shown = list(prompts)[:most]
    found: dict[tuple[str, int, str], tuple[Call, Price | None]] = {}
    for call, price in zip(comparison.calls, comparison.prices, strict=True):
        found[call.prompt_id, call.repeat, str(call.model)] = (call, price)
    repeats_of: dict[str, set[int]] = {
        key: {0} for key in shown
    }  # those found: how many a file claims is not counted to
    for prompt_id, repeat, _ in found:
        if prompt_id in repeats_of:
            repeats_of[prompt_id].add(repeat)
    repeats = max([run.repeats, *(call.repeat + 1 for call in comparison.calls)])
    seats = _Seats(run, comparison.models)

    def card(prompt_id: str, repeat: int, seat: Seat) -> Card:
        call, price = found.get((prompt_id, repeat, str(seat.model)), (None, None))
        if call is None:
            return seat.card("missing", repeat=repeat, repeats=repeats)
        return card_of_call(call, price, seat, repeats=repeats, now=run.created_at)

    def rows(prompt_id: str) -> tuple[tuple[Card, ...], ...]:
        return tuple(
            tuple(card(prompt_id, n, seat) for seat in seats.of(prompt_id)) for n in sorted(repeats_of[prompt_id])
        )

    several = len(comparison.calls) > len(comparison.models)
    return Sheet(
        title=run.name or "",
        created_at=run.created_at,
        models=len(comparison.models),
        prompts=len(prompts),
        tags=_tags(comparison.prompts),
        cost=None if blind else comparison.total_cost,
        slowest_s=None if blind else _slowest(comparison.calls),
        done=len(comparison.calls),
        planned=max(run.planned, len(comparison.calls)),
        sections=tuple(Section(number, prompts[key], rows(key)) for number, key in enumerate(shown, 1)),
        rows=tuple(comparison.model_rows) if several and not blind else (),
        notes=tuple(_notes(comparison)),
        simulated=bool(comparison.calls) and all(call.simulated for call in comparison.calls),
    )


class LiveSheets:
    """Makes the sheets of a run that goes on; it remembers prices, so that each call is priced once."""

    def __init__(self, live: Any) -> None:
        from routebook.pricing import price_book

        self._live = live
        self._book = price_book()
        self._prices: dict[int, tuple[Call, Price | None]] = {}
        self._prompts = _distinct(live.prompts)
        self._models = [str(model) for model in live.run.models]
        self._seats = _Seats(live.run, self._models)

    def sheet(self) -> Sheet:
        """Return what is shown of the run now."""
        run: RunInfo = self._live.run
        calls: Sequence[Any] = self._live.calls
        for number, live in enumerate(calls):
            if number not in self._prices and (call := live.call) is not None:
                self._prices[number] = (call, self._book.price(call))
        ended = list(self._prices.values())
        return Sheet(
            title=run.name or "",
            created_at=run.created_at,
            models=len(self._models),
            prompts=len(self._prompts),
            tags=_tags(self._live.prompts),
            cost=None if run.blind else run_cost(ended),
            slowest_s=None if run.blind else max((live.elapsed_s or 0.0 for live in calls), default=0.0) or None,
            done=len(ended),
            planned=len(calls),
            sections=tuple(self._sections(run, calls)),
            notes=tuple(_first_notes(run, sum(map(_simulated, calls)), len(calls))),
            quoted="" if run.blind else _quoted(self._live.quote),
            simulated=bool(calls) and all(map(_simulated, calls)),
            live=True,
        )

    def _sections(self, run: RunInfo, calls: Sequence[Any]) -> list[Section]:
        by_prompt: dict[str, list[tuple[int, Any]]] = {}
        for number, live in enumerate(calls):
            by_prompt.setdefault(live.prompt_id, []).append((number, live))
        wanted = list(self._prompts)
        if len(wanted) > _MOST_LIVE:  # those at work; the page stays as long as it is
            unfinished = [key for key in wanted if any(live.phase != "done" for _, live in by_prompt.get(key, ()))]
            wanted = (unfinished or wanted[-_MOST_LIVE:])[:_MOST_LIVE]
        places = {key: number for number, key in enumerate(self._prompts, 1)}
        return [
            Section(places[key], self._prompts[key], self._rows(run, key, by_prompt.get(key, []))) for key in wanted
        ]

    def _rows(self, run: RunInfo, prompt_id: str, calls: list[tuple[int, Any]]) -> tuple[tuple[Card, ...], ...]:
        found = {(live.repeat, str(live.request.model)): (number, live) for number, live in calls}
        repeats = max([1, *(repeat + 1 for repeat, _ in found)])

        def card(repeat: int, seat: Seat) -> Card:
            if (repeat, str(seat.model)) not in found:
                return seat.card("missing", repeat=repeat, repeats=repeats)
            number, live = found[repeat, str(seat.model)]
            if number in self._prices:
                call, price = self._prices[number]
                return card_of_call(call, price, seat, repeats=repeats, now=run.created_at)
            return card_of_live(live, seat, repeats=repeats)

        return tuple(tuple(card(repeat, seat) for seat in self._seats.of(prompt_id)) for repeat in range(repeats))


class _Seats:
    """Who sits where: in the order asked, or in a blind run shuffled for each prompt."""

    def __init__(self, run: RunInfo, models: Sequence[str]) -> None:
        self._run = run
        self.models = models
        self._open = [Seat(_model_id(model), index) for index, model in enumerate(models)]

    def of(self, prompt_id: str) -> list[Seat]:
        if not self._run.blind:
            return self._open
        shuffled = order(self._run.id, prompt_id, self.models)
        return [Seat(_model_id(model), 0, label(number)) for number, model in enumerate(shuffled)]


def _model_id(name: str) -> ModelId:
    host, _, model = name.partition("/")
    return ModelId(host, model)


def _distinct(prompts: Sequence[Prompt]) -> dict[str, Prompt]:
    found: dict[str, Prompt] = {}
    for prompt in prompts:
        found.setdefault(prompt.id, prompt)
    return found


def _tags(prompts: Sequence[Prompt]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(tag for prompt in prompts for tag in prompt.tags))


def _slowest(calls: Sequence[Call]) -> float | None:
    return max((call.latency_s for call in calls if call.latency_s is not None), default=None)


def _simulated(live: Any) -> bool:
    return live.call.simulated if live.call is not None else live.request.model.host in SIMULATED_HOSTS


def _quoted(quote: Quote) -> str:
    if not quote.to_ask:
        return ""
    most = [format_usd(quote.high_usd)] if quote.high_usd else []
    most += [f"{format_usd(quote.simulated_high_usd)} simulated"] if quote.simulated_high_usd else []
    unknown = [f"{count(len(quote.unpriced), 'model')} of unknown price"] if quote.unpriced else []
    return ", ".join([*([f"quoted up to {' + '.join(most)}"] if most else []), *unknown])


def _first_notes(run: RunInfo, simulated: int, calls: int) -> list[str]:
    """What the reader should know from the first moment on; nothing below it moves when the run ends."""
    notes = ["Blind: names, costs and times are hidden until reveal()."] if run.blind else []
    if simulated:
        who = (
            "All answers are"
            if simulated == calls
            else "Some answers are"
            if run.blind
            else f"{count(simulated, 'answer')} of {calls} {'is' if simulated == 1 else 'are'}"
        )
        notes.append(f"{who} simulated: text, price and time are made up, not a real model's.")
    return notes


def _notes(comparison: Comparison) -> list[str]:
    run, calls = comparison.run, comparison.calls
    notes = _first_notes(run, sum(call.simulated for call in calls), len(calls))
    if any(call.replayed for call in calls):
        recorded = min(call.cached_at or call.started_at for call in calls if call.replayed)
        notes.append(f"A replay of what was recorded on {recorded:%d %B %Y}: nothing was sent, nothing was paid.")
    if len(calls) < run.planned:
        why = {"interrupted": "Interrupted", "failed": "Ended early"}.get(run.status, "Not finished")
        notes.append(f"{why}: {len(calls)} of {count(run.planned, 'call')} made. Run it again to ask for the rest.")
    asked_again = sum(
        price is not None and has_unknown_attempts(call) for call, price in zip(calls, comparison.prices, strict=True)
    )
    if asked_again and not run.blind:
        calls_were = f"{count(asked_again, 'call')} {'was' if asked_again == 1 else 'were'}"
        notes.append(
            f"{calls_were} asked again after an attempt that may have been charged; that cost is not known and not in "
            "the total."
        )
    hidden = {part for model in comparison.models for part in (model, _model_id(model).short)} if run.blind else set()
    return notes + [text for text in comparison.warnings if not any(name in text for name in hidden)]
