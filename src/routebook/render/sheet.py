"""A whole comparison as it is shown: a header, a section per prompt, and in each the cards side by side.

The same sheet is made of a finished run and of one that goes on, and is then written as HTML or as text.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from routebook.calls import Call, RunInfo
from routebook.costs import RunCost, has_unknown_attempts
from routebook.decided import Decided
from routebook.lookup import count
from routebook.models import SIMULATED_HOSTS, ModelId
from routebook.pricing.tariff import Price
from routebook.prompts import Prompt
from routebook.render.blind import label, order
from routebook.render.cards import Card, Seat, card_of_call
from routebook.render.palette import colours
from routebook.render.said import NOTHING, Mean, Said

if TYPE_CHECKING:
    from routebook.comparison import Comparison

MOST_PROMPTS = 20


@dataclass(frozen=True, slots=True)
class Section:
    """One prompt and its answers: a row of cards for each repeat."""

    number: int
    prompt: Prompt
    rows: tuple[tuple[Card, ...], ...]


@dataclass(frozen=True, slots=True)
class Column:
    """One model that was asked: its id, which of the palette's colours it has, and whether it is simulated."""

    model: ModelId
    colour: int
    simulated: bool


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
    columns
        The models, in the order asked; empty in a blind run of which nothing is opened.
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
    means
        What was said of each model's answers, where it has a row.
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
    columns: tuple[Column, ...] = ()
    rows: tuple[dict[str, Any], ...] = ()
    notes: tuple[str, ...] = ()
    quoted: str = ""
    simulated: bool = False
    live: bool = False
    means: Mapping[str, Sequence[Mean]] = field(default_factory=dict)

    @property
    def judged(self) -> list[tuple[str, list[str]]]:
        """A column for each name that said something: its head, and for each row the mean, and of how many it is."""
        of = [{mean.head: mean.words for mean in self.means.get(str(row["model"]), ())} for row in self.rows]
        heads = dict.fromkeys(head for means in of for head in means)
        return [(head, [means.get(head, "–") for means in of]) for head in heads]

    @property
    def hidden(self) -> int:
        """How many prompts are not shown."""
        return self.prompts - len(self.sections)


def sheet_of(
    comparison: Comparison,
    *,
    most: int | None = None,
    only: str | None = None,
    opened: Collection[str] = (),
    said: Said | None = None,
) -> Sheet:
    """Return what is shown of a comparison: all prompts, the first so many, or only the one with this id.

    Of a blind run, the prompts whose ids are in `opened` hide nothing. What was `said` of the answers is read from the
    store, unless it is given.
    """
    run, blind = comparison.run, comparison.run.blind
    if blind and not opened:
        said = NOTHING
    elif said is None:
        from routebook.judging.shown import said_of

        said = said_of(comparison)
    prompts = distinct_prompts(comparison.prompts)
    shown = list(prompts)[:most] if only is None else [only]
    numbers = {key: number for number, key in enumerate(prompts, 1)}
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
    seats = Seats(run, comparison.models, opened)
    in_turn = Decided.of(run) is not None
    asked = {prompt_id for prompt_id, _, _ in found}

    def card(prompt_id: str, repeat: int, seat: Seat) -> Card:
        call, price = found.get((prompt_id, repeat, str(seat.model)), (None, None))
        if call is None:
            return seat.card("missing", repeat=repeat, repeats=repeats)
        scores = said.answers.get((prompt_id, repeat, str(seat.model)), ())
        return card_of_call(call, price, seat, repeats=repeats, now=run.created_at, scores=scores)

    def shown_at(prompt_id: str, repeat: int) -> list[Seat]:
        """Whose cards a row has: of models that are asked in turn, only who was asked."""
        if not in_turn or prompt_id not in asked:
            return seats.of(prompt_id)
        return [seat for seat in seats.of(prompt_id) if (prompt_id, repeat, str(seat.model)) in found]

    def rows(prompt_id: str) -> tuple[tuple[Card, ...], ...]:
        return tuple(
            tuple(card(prompt_id, n, seat) for seat in shown_at(prompt_id, n)) for n in sorted(repeats_of[prompt_id])
        )

    several = len(comparison.calls) > len(comparison.models)
    return Sheet(
        title=run.name or "",
        created_at=run.created_at,
        models=len(comparison.models),
        prompts=len(prompts),
        tags=tags_of(comparison.prompts),
        cost=None if blind else comparison.total_cost,
        slowest_s=None if blind else _slowest(comparison.calls),
        done=len(comparison.calls),
        planned=max(run.planned, len(comparison.calls)),
        sections=tuple(Section(numbers[key], prompts[key], rows(key)) for key in shown),
        columns=seats.columns({str(call.model) for call in comparison.calls if call.simulated}),
        rows=tuple(comparison.model_rows) if several and not blind else (),
        notes=tuple(_notes(comparison)),
        simulated=bool(comparison.calls) and all(call.simulated for call in comparison.calls),
        means=said.models if several and not blind else {},
    )


class Seats:
    """Who sits where: in the order asked, or in a blind run shuffled for each prompt."""

    def __init__(self, run: RunInfo, models: Sequence[str], opened: Collection[str] = ()) -> None:
        self._run = run
        self._opened = frozenset(opened)
        given = [0] * len(models) if run.blind and not opened else colours(models)
        self._open = {model: Seat(_model_id(model), index, colour=given[index]) for index, model in enumerate(models)}

    def of(self, prompt_id: str) -> list[Seat]:
        """Return the seats at a prompt, from left to right."""
        if not self._run.blind:
            return list(self._open.values())
        opened = prompt_id in self._opened
        shuffled = order(self._run.id, prompt_id, list(self._open))
        return [replace(self._open[model], label=label(number), opened=opened) for number, model in enumerate(shuffled)]

    def columns(self, simulated: Collection[str] = ()) -> tuple[Column, ...]:
        """Return the models that are not hidden everywhere; `simulated` are more of these than their hosts tell."""
        if self._run.blind and not self._opened:
            return ()
        return tuple(
            Column(seat.model, seat.colour, name in simulated or seat.model.host in SIMULATED_HOSTS)
            for name, seat in self._open.items()
        )


def _model_id(name: str) -> ModelId:
    host, _, model = name.partition("/")
    return ModelId(host, model)


def distinct_prompts(prompts: Sequence[Prompt]) -> dict[str, Prompt]:
    """Return prompts by their ids, each once, in the order in which they are numbered."""
    found: dict[str, Prompt] = {}
    for prompt in prompts:
        found.setdefault(prompt.id, prompt)
    return found


def tags_of(prompts: Sequence[Prompt]) -> tuple[str, ...]:
    """Return the tags of prompts, each once."""
    return tuple(dict.fromkeys(tag for prompt in prompts for tag in prompt.tags))


def _slowest(calls: Sequence[Call]) -> float | None:
    return max((call.latency_s for call in calls if call.latency_s is not None), default=None)


def first_notes(
    run: RunInfo, simulated: int, calls: int, prompts: Collection[str], came: Sequence[Call] | None = None
) -> list[str]:
    """What the reader should know from the first moment on; nothing below it moves when the run ends.

    `prompts` are ids; `came` is what came, once the run is over.
    """
    notes = (
        ["Blind: a prompt's names, costs and times are hidden until you vote on it, or reveal() the run."]
        if run.blind
        else []
    )
    if simulated:
        who = (
            "All answers are"
            if simulated == calls
            else "Some answers are"
            if run.blind
            else f"{count(simulated, 'answer')} of {calls} {'is' if simulated == 1 else 'are'}"
        )
        notes.append(f"{who} simulated: text, price and time are made up, not a real model's.")
    decided = None if run.blind else Decided.of(run)
    return notes if decided is None else [*notes, *decided.lines(prompts, came)]


def _notes(comparison: Comparison) -> list[str]:
    run, calls = comparison.run, comparison.calls
    notes = first_notes(run, sum(call.simulated for call in calls), len(calls), comparison.prompts_by_id, calls)
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
    return notes + [text for text in comparison.warnings if not (run.blind and _names_one(text, comparison.models))]


def _names_one(text: str, models: Sequence[str]) -> bool:
    """Whether a text has the name of a model, or of its host or vendor as a word."""
    ids = [_model_id(model) for model in models]
    words = {word.lower() for one in ids for word in (one.host, one.vendor)} - {"unknown"}
    return any(one.short in text for one in ids) or not words.isdisjoint(re.findall(r"[\w.-]+", text.lower()))
