"""What is shown of a run while it goes on; see `routebook.render.sheet`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from routebook.calls import Call, RunInfo
from routebook.costs import RunCost, run_cost
from routebook.decided import Decided
from routebook.lookup import count
from routebook.models import SIMULATED_HOSTS
from routebook.pricing.money import format_usd
from routebook.pricing.tariff import Price
from routebook.render.cards import Card, Seat, card_of_call, card_of_live
from routebook.render.sheet import MOST_PROMPTS, Seats, Section, Sheet, distinct_prompts, first_notes, tags_of

if TYPE_CHECKING:
    from routebook.engine.plan import Quote


class LiveSheets:
    """Makes the sheets of a run that goes on; it remembers prices, so that each call is priced once.

    Attributes
    ----------
    ended
        The calls that are done, by their index, with their prices; as far as they were asked for.
    """

    def __init__(self, live: Any) -> None:
        from routebook.pricing import price_book

        self._live = live
        self._book = price_book()
        self.ended: dict[int, tuple[Call, Price | None]] = {}
        self._cost = run_cost(())
        self._prompts = distinct_prompts(live.prompts)
        self._numbers = {key: number for number, key in enumerate(self._prompts, 1)}
        self._seats = Seats(live.run, [str(model) for model in live.run.models])
        self._seat_of: dict[tuple[str, str], Seat] = {}
        self._in_turn = Decided.of(live.run) is not None

    @property
    def cost(self) -> RunCost | None:
        """What the ended calls cost; `None` in a blind run."""
        return None if self._live.run.blind else self._cost

    def place(self, live: Any) -> tuple[int, Seat]:
        """Return the number of a call's prompt, from 1, and its seat."""
        prompt_id, model = live.prompt_id, str(live.request.model)
        if (prompt_id, model) not in self._seat_of:
            self._seat_of |= {(prompt_id, str(seat.model)): seat for seat in self._seats.of(prompt_id)}
        return self._numbers[prompt_id], self._seat_of[prompt_id, model]

    def card(self, index: int, *, texts: bool = True) -> Card:
        """Return the card of a call as it is now; without `texts`, a call that goes on comes without what was said."""
        live, run = self._live.calls[index], self._live.run
        _, seat = self.place(live)
        if (ended := self.end(index)) is not None:
            return card_of_call(*ended, seat, repeats=run.repeats, now=run.created_at)
        return card_of_live(live, seat, repeats=run.repeats, texts=texts)

    def end(self, index: int) -> tuple[Call, Price | None] | None:
        """Return a call that is done, with its price; `None` where it goes on."""
        if index not in self.ended and (call := self._live.calls[index].call) is not None:
            self.ended[index] = (call, self._book.price(call))
            self._cost += run_cost([self.ended[index]])
        return self.ended.get(index)

    def sheet(self, *, most: int = MOST_PROMPTS) -> Sheet:
        """Return what is shown of the run now: the first so many prompts."""
        run: RunInfo = self._live.run
        calls: Sequence[Any] = self._live.calls
        for index in range(len(calls)):
            self.end(index)
        return Sheet(
            title=run.name or "",
            created_at=run.created_at,
            models=len(run.models),
            prompts=len(self._prompts),
            tags=tags_of(self._live.prompts),
            cost=self.cost,
            slowest_s=None if run.blind else max((live.elapsed_s or 0.0 for live in calls), default=0.0) or None,
            done=len(self.ended),
            planned=run.planned,
            sections=tuple(self._sections(calls, most)),
            columns=self._seats.columns(),
            notes=(
                *first_notes(run, sum(map(_simulated, calls)), len(calls), self._prompts),
                *getattr(self._live, "notes", ()),
            ),
            quoted="" if run.blind else _quoted(self._live.quote),
            simulated=bool(calls) and all(map(_simulated, calls)),
            live=True,
        )

    def _sections(self, calls: Sequence[Any], most: int) -> list[Section]:
        by_prompt: dict[str, list[tuple[int, Any]]] = {}
        for index, live in enumerate(calls):
            by_prompt.setdefault(live.prompt_id, []).append((index, live))
        wanted = list(self._prompts)[:most]
        return [
            Section(self._numbers[key], self._prompts[key], self._rows(key, by_prompt.get(key, []))) for key in wanted
        ]

    def _rows(self, prompt_id: str, calls: list[tuple[int, Any]]) -> tuple[tuple[Card, ...], ...]:
        found = {(live.repeat, str(live.request.model)): index for index, live in calls}
        repeats = max([1, *(repeat + 1 for repeat, _ in found)])

        def card(repeat: int, seat: Seat) -> Card:
            index = found.get((repeat, str(seat.model)))
            return seat.card("missing", repeat=repeat, repeats=repeats) if index is None else self.card(index)

        seats = self._seats.of(prompt_id)
        if self._in_turn:  # each prompt has a chain of its own
            seats = [seat for seat in seats if (0, str(seat.model)) in found]
        return tuple(tuple(card(repeat, seat) for seat in seats) for repeat in range(repeats))


def _simulated(live: Any) -> bool:
    return live.call.simulated if live.call is not None else live.request.model.host in SIMULATED_HOSTS


def _quoted(quote: Quote) -> str:
    if not quote.to_ask:
        return ""
    most = [format_usd(quote.high_usd)] if quote.high_usd else []
    most += [f"{format_usd(quote.simulated_high_usd)} simulated"] if quote.simulated_high_usd else []
    unknown = [f"{count(len(quote.unpriced), 'model')} of unknown price"] if quote.unpriced else []
    return ", ".join([*([f"quoted up to {' + '.join(most)}"] if most else []), *unknown])
