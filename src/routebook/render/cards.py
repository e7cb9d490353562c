"""What a view shows of each answer, as values: everything is decided here, so that no renderer can show too much.

In a blind run a card has no name, no times, no costs, no reasoning and no words of its host's from the start.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from routebook.calls import Call, Failure
from routebook.costs import usd_now
from routebook.models import SIMULATED_HOSTS, ModelId
from routebook.pricing.tariff import Price
from routebook.providers.contract import Usage
from routebook.render.said import Score
from routebook.render.words import age

Phase = Literal["queued", "waiting", "streaming", "done", "failed", "missing"]

_ENDED = {
    "length": ("cut at the token limit", "The model reached its token limit: give --max-tokens, or a higher one."),
    "tool": ("asked for a tool", "The model asked for a tool instead of answering."),
    "other": ("ended early", "The host gave another reason than a finished answer."),
}


@dataclass(frozen=True, slots=True)
class Badge:
    """A word or two about an answer; `title` says more."""

    text: str
    kind: Literal["plain", "bad", "warning", "simulated"] = "plain"
    title: str = ""


_SIMULATED = Badge("simulated", "simulated", "Not a real model: its answers, prices and times are made up.")


@dataclass(frozen=True, slots=True)
class Card:
    """One answer as it is shown.

    Attributes
    ----------
    title
        The model's short name; in a blind run ``Answer A``, and once it is opened both.
    model, host, vendor
        Who answered; empty in a blind run.
    label
        ``Answer A`` in a blind run, also once it is opened; else empty.
    column, colour
        The model's index among the run's models, and which of the palette's colours it has; `None` in a blind run.
    phase
        Where the call is; ``missing`` where it was not asked: the run ended before, or another model answered.
    text, reasoning
        What has come so far.
    repeat, repeats
        Which repeat, from 0, of how many.
    badges
        What is unusual about it.
    failure
        Why it failed, if it did.
    tries
        How often it was tried.
    now_usd, list_usd
        What it costs now, and what it cost when it was asked; `None` is unknown.
    price_source
        Where the price comes from, in words.
    ttft_s, latency_s
        Seconds to the first visible text and to the end; while streaming, `latency_s` is what has passed.
    tokens_per_s
        Visible output tokens a second.
    usage
        Tokens, as far as the host told.
    finish, request_id, served_model
        Why it ended, in the host's word; its id of the request; the model it says answered. Empty is unknown.
    started_at
        When the request that counted was sent.
    scores
        What was said of it.
    blind
        Whether facts are hidden.
    """

    title: str
    model: str = ""
    host: str = ""
    vendor: str = ""
    label: str = ""
    column: int | None = None
    colour: int | None = None
    phase: Phase = "done"
    text: str = ""
    reasoning: str = ""
    repeat: int = 0
    repeats: int = 1
    badges: tuple[Badge, ...] = ()
    failure: Failure | None = None
    tries: int = 1
    now_usd: Decimal | None = None
    list_usd: Decimal | None = None
    price_source: str = ""
    ttft_s: float | None = None
    latency_s: float | None = None
    tokens_per_s: float | None = None
    usage: Usage = field(default_factory=Usage)
    finish: str = ""
    request_id: str = ""
    served_model: str = ""
    started_at: datetime | None = None
    scores: tuple[Score, ...] = ()
    blind: bool = False

    @property
    def growing(self) -> bool:
        """Whether more may come."""
        return self.phase in ("queued", "waiting", "streaming")


@dataclass(frozen=True, slots=True)
class Seat:
    """Whose card it is: a model, its place among the run's models, and in a blind run the label that hides both.

    `opened` tells that a blind run's answer hides nothing any more; `colour` is which of the palette's colours the
    model has, where it is shown.
    """

    model: ModelId
    index: int
    label: str = ""
    opened: bool = False
    colour: int = 0

    def shows(self, fact: str) -> bool:
        """Whether a card of this seat may have this field."""
        return not self.label or self.opened or fact in _SHOWN_BLIND

    def card(self, phase: Phase, **facts: Any) -> Card:
        """Return a card of this model; facts a blind run hides are dropped."""
        if not self.shows("model"):
            shown = {name: value for name, value in facts.items() if self.shows(name)}
            return Card(self.label, label=self.label, phase=phase, blind=True, **shown)
        facts.setdefault("host", self.model.host)
        return Card(
            f"{self.label}: {self.model.short}" if self.label else self.model.short,
            str(self.model),
            vendor=self.model.vendor,
            label=self.label,
            column=self.index,
            colour=self.colour,
            phase=phase,
            **facts,
        )


_SHOWN_BLIND = {"text", "repeat", "repeats"}


def card_of_call(
    call: Call, price: Price | None, seat: Seat, *, repeats: int = 1, now: datetime, scores: Sequence[Score] = ()
) -> Card:
    """Return the card of a finished call; `now` is the time its age is told from."""
    phase: Phase = "done" if call.failure is None else "failed"
    listed = None if price is None else price.usd
    card = seat.card(
        phase,
        host=_place(call),
        text=call.text,
        reasoning=call.reasoning,
        repeat=call.repeat,
        repeats=repeats,
        tries=len(call.attempts) + 1,
        now_usd=usd_now(call, price),
        list_usd=listed,
        price_source="" if price is None else price.source + (f", as of {price.as_of}" if price.as_of else ""),
        ttft_s=call.ttft_s,
        latency_s=None if call.refused else call.latency_s,
        tokens_per_s=call.decode_tokens_per_s,
        usage=call.usage,
        finish=call.raw_finish or call.finish or "",
        request_id=call.request_id or "",
        served_model=call.served_model or "",
        started_at=call.started_at,
        scores=tuple(scores),
    )
    if card.blind:
        failure = None if call.failure is None else _wordless(call.failure)
        return replace(card, badges=_ending(call), failure=failure)
    return replace(card, badges=(*_origin(call, now), *_ending(call)), failure=call.failure)


def card_of_live(live: Any, seat: Seat, *, repeats: int = 1, texts: bool = True) -> Card:
    """Return the card of a call that goes on (a `routebook.engine.live.LiveCall`, or what looks like one).

    One that is done without a call was stopped before it was sent. Without `texts` it comes without what was said.
    """
    if live.phase == "done" and live.call is None:  # in this order: the engine sets the call first
        return seat.card("missing", repeat=live.repeat, repeats=repeats)
    recorder = getattr(live, "recorder", None)
    first_us = None if recorder is None else recorder.first_text_us
    badges = (_SIMULATED,) if seat.model.host in SIMULATED_HOSTS else ()
    return seat.card(
        live.phase,
        badges=badges,
        text=live.text_so_far() if texts else "",
        reasoning=live.reasoning_so_far() if texts else "",
        repeat=live.repeat,
        repeats=repeats,
        tries=max(live.attempt, 1),
        ttft_s=None if first_us is None else first_us / 1e6,
        latency_s=live.elapsed_s,
    )


def _wordless(failure: Failure) -> Failure:
    """Return a failure without its words, which may name the model or its host."""
    return Failure(failure.kind, f"This answer failed ({failure.kind.replace('_', ' ')}).", "")


def _place(call: Call) -> str:
    region = call.extras.get("region")
    return f"{call.model.host}, {region}" if region else call.model.host


def _origin(call: Call, now: datetime) -> list[Badge]:
    badges = []
    if call.simulated:
        badges.append(_SIMULATED)
    if call.replayed:
        asked = call.cached_at or call.started_at
        badges.append(
            Badge("replay", title=f"Recorded {asked:%Y-%m-%d %H:%M} UTC; its times and price are that call's.")
        )
    elif call.cached:
        asked = call.cached_at or call.started_at
        badges.append(
            Badge(
                f"cached, asked {age(asked, now)}",
                title=f"Asked {asked:%Y-%m-%d %H:%M} UTC; its times are that call's.",
            )
        )
    if call.failure is None and call.attempts:
        reasons = "; ".join(attempt.failure.message for attempt in call.attempts)
        badges.append(Badge(f"{len(call.attempts) + 1} tries", title=f"Before: {reasons}"))
    return badges


def _ending(call: Call) -> tuple[Badge, ...]:
    if call.failure is not None or call.finish not in _ENDED:
        return ()
    text, title = _ENDED[call.finish]
    return (Badge(text, "warning", title),)
