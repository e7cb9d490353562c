"""What a page that follows a run has to be told: a snapshot, and then only what is new.

A frame costs what has changed since the one before, not what there is: only calls that move are looked at, and of
their texts only the pieces that came. Nothing here knows how a message is sent.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from time import perf_counter
from typing import Any

from routebook.background import BackgroundRun
from routebook.comparison_json import writable
from routebook.frames import model_rows
from routebook.notebook.messages import Change, Changes, Snapshot
from routebook.render.document import (
    answer_id,
    answer_of,
    cost_of,
    cut,
    document_of,
    most_prompts,
    rounded_s,
    summary_of,
)
from routebook.render.document_types import Document, Model, Prompt, Summary, Vote
from routebook.render.live_sheets import LiveSheets

CLOCK_S = 0.5
"""How often times that merely pass are told, seconds."""

_SUMMARIES_S = 1.0
_SUMMARIES_SHARE = 0.02  # of the time, at most
_TEXTS = ("text", "reasoning")
_NOTHING: list[str] = []


class LiveFeed:
    """Tells what is new of a run that goes on; safe to use from several threads.

    Attributes
    ----------
    lock
        Held while a message is made. Hold it until the message is sent, and messages leave in their order.
    seq
        The number of the last `changes`.
    live, sheets
        The run, and what it looks like.
    """

    def __init__(self, live: BackgroundRun, clock: Callable[[], float] = perf_counter) -> None:
        self.lock = threading.RLock()
        self.seq = 0
        self.live = live
        self._clock = clock
        self.sheets = LiveSheets(live)
        models = len(live.run.models)
        self._document = document_of(live.run, self.sheets.sheet(most=most_prompts(models * live.run.repeats)))
        answers = [answer for prompt in self._document["prompts"] for answer in prompt["answers"]]
        self._answers: dict[str, dict[str, Any]] = {answer["id"]: answer for answer in answers}  # type: ignore[misc]
        self._read = 0
        self._growing: dict[int, _Growing] = {}
        self._ended: set[int] = set()
        self._told_s = self._summaries_due_s = float("-inf")
        self._slowest_s = 0.0
        self._timed = 0  # how many ended calls are in it
        self._summarised = 0
        self._several = len(live.calls) > models and not live.run.blind
        for answer in answers:
            answer.pop("text", None)
            answer.pop("reasoning", None)
        self._changes(clock(), last=False)  # what came until now: nobody has to be told

    def snapshot(self) -> Snapshot:
        """Return all that was told so far."""
        with self.lock:
            return {"kind": "snapshot", "seq": self.seq, "comparison": self._whole()}

    def saved(self) -> Document:
        """Return what a notebook may keep of the run: all that was told so far, within bounds."""
        with self.lock:
            return cut(self._whole())

    def changes(self, *, last: bool = False) -> Changes | None:
        """Return what is new, or `None` if nothing is; `last` says that nothing more will come."""
        with self.lock:
            now = self._clock()
            made: Changes = {"kind": "changes", "seq": self.seq + 1, "changes": self._changes(now, last=last)}
            if run := self._run(now, last):
                made["run"] = run
            if summaries := self._summaries(now, last):
                made["summaries"] = summaries
            if not made["changes"] and len(made) == 3:
                return None
            self.seq += 1
            return made

    def vote(self, vote: Vote, prompt: Prompt | None, models: list[Model] | None) -> None:
        """Take note of a vote, and of what it opened."""
        with self.lock:
            self._document["votes"].append(vote)
            if models is not None:
                self._document["models"] = models
            if prompt is not None:
                prompts = self._document["prompts"]
                self._document["prompts"] = [prompt if one["id"] == prompt["id"] else one for one in prompts]

    # ---- answers -----------------------------------------------------------------------------------------------------

    def _whole(self) -> Document:
        """Return a copy of the document, the texts of what grows filled in."""
        growing: dict[str, Any] = {
            one.known["id"]: {name: text for name, tail in one.tails.items() if (text := tail.so_far())}
            for one in self._growing.values()
        }
        known = self._document
        return {
            **known,
            "run": {**known["run"]},
            "models": [{**model} for model in known["models"]],
            "prompts": [
                {**prompt, "answers": [{**answer, **growing.get(answer["id"], {})} for answer in prompt["answers"]]}
                for prompt in known["prompts"]
            ],
            "votes": [*known["votes"]],
        }

    def _changes(self, now: float, *, last: bool) -> list[Change]:
        moves = self.live.moves[self._read :]
        self._read += len(moves)
        for index in range(len(self.live.calls)) if last else moves:
            if index not in self._growing and index not in self._ended:
                self._begin(index)
        made = [self._change(index, growing, now, last) for index, growing in list(self._growing.items())]
        return [change for change in made if change is not None]

    def _begin(self, index: int) -> None:
        live = self.live.calls[index]
        number, seat = self.sheets.place(live)
        answer = self._answers.get(answer_id(number, seat.card("queued", repeat=live.repeat)))
        if answer is None:  # of a prompt that is not shown: it counts, and that is all
            if self.sheets.end(index) is not None:
                self._ended.add(index)
            return
        texts = [name for name in _TEXTS if seat.shows(name)]
        self._growing[index] = _Growing(number, answer, {name: _Tail() for name in texts})

    def _change(self, index: int, growing: _Growing, now: float, last: bool) -> Change | None:
        live, known = self.live.calls[index], growing.known
        recorder = live.recorder
        pieces = {"text": _NOTHING, "reasoning": _NOTHING}
        if recorder is not None:  # read before it is asked whether the call is done: then the recorder is emptied
            pieces = {"text": recorder.text_pieces, "reasoning": recorder.reasoning_pieces}
        ended = last or live.call is not None or live.phase == "done"
        card = self.sheets.card(index, texts=False)
        if last and card.growing:
            card = self.sheets.place(live)[1].card("missing", repeat=live.repeat)
        facts: dict[str, Any] = {**answer_of(card, growing.number)}
        gone: dict[str, Any] = {name: [] if name == "badges" else None for name in known if name not in facts}
        news = {
            name: value
            for name, value in (facts | gone).items()
            if name not in _TEXTS and (name not in known or known[name] != value)
        }
        if news.keys() <= {"latency_s"} and now < growing.told_s + CLOCK_S and not ended:
            news = {}
        if "latency_s" in news:
            growing.told_s = now
        known.update(news)
        made: Change = {"answer": known["id"]}
        for name, tail in growing.tails.items():
            anew, more = tail.end(facts.get(name, "")) if ended else tail.take(pieces[name])
            if anew:
                news[name] = ""
            if more:
                made[name] = more  # type: ignore[literal-required]
        if ended:
            known.clear()
            known.update(facts)
            del self._growing[index]
            self._ended.add(index)
        if news:
            made["set"] = news
        return made if len(made) > 1 else None

    # ---- the run -----------------------------------------------------------------------------------------------------

    def _run(self, now: float, last: bool) -> dict[str, Any]:
        known, ended = self._document["run"], self.sheets.ended
        news: dict[str, Any] = {"done": len(ended), "planned": self.live.run.planned}
        if known["done"] != len(ended):
            cost = self.sheets.cost
            news["cost"] = None if cost is None else cost_of(cost)
        if last:
            news["status"] = self.live.run.status
        if not known["blind"] and (last or known["done"] != len(ended) or now >= self._told_s + CLOCK_S):
            self._told_s = now
            news["slowest_s"] = self._slowest()
        news = {name: value for name, value in news.items() if known[name] != value}  # type: ignore[literal-required]
        known.update(news)  # type: ignore[typeddict-item]
        return news

    def _slowest(self) -> float | None:
        ended = self.sheets.ended
        for call, _ in islice(ended.values(), self._timed, None):
            self._slowest_s = max(self._slowest_s, call.latency_s or 0.0)
        self._timed = len(ended)
        waited = [self.live.calls[index].elapsed_s or 0.0 for index in self._growing]
        return rounded_s(max([self._slowest_s, *waited]) or None)

    def _summaries(self, now: float, last: bool) -> dict[str, Summary]:
        ended = self.sheets.ended
        if not self._several or len(ended) == self._summarised or (now < self._summaries_due_s and not last):
            return {}
        self._summarised = len(ended)
        calls, prices = zip(*ended.values(), strict=True)
        news: dict[str, Summary] = {}
        for index, row in enumerate(model_rows([str(model) for model in self.live.run.models], calls, prices)):
            model = self._document["models"][index]
            if row["calls"] and model.get("summary") != (summary := summary_of(row)):
                model["summary"] = news[str(index)] = summary
        took_s = self._clock() - now
        self._summaries_due_s = now + max(_SUMMARIES_S, took_s / _SUMMARIES_SHARE)
        return news


class _Tail:
    """A text that grows by pieces: what of it was told."""

    __slots__ = ("_half", "_pieces", "_read", "_told")

    def __init__(self) -> None:
        self._pieces: list[str] = _NOTHING
        self._read = 0
        self._half = ""  # of a surrogate pair: it is told with its other half
        self._told: list[str] = []

    def so_far(self) -> str:
        """Return what was told."""
        return "".join(self._told)

    def take(self, pieces: list[str]) -> tuple[bool, str]:
        """Return whether the text begins anew (another attempt has a list of its own), and what is new of it."""
        anew = pieces is not self._pieces and bool(self._told)
        if pieces is not self._pieces:
            self._pieces, self._read, self._half, self._told = pieces, 0, "", []
        new = pieces[self._read :]
        self._read += len(new)
        text = self._half + "".join(new)
        self._half = text[-1:] if "\ud800" <= text[-1:] <= "\udbff" else ""
        text = writable(text[: len(text) - len(self._half)])
        if text:
            self._told.append(text)
        return anew, text

    def end(self, whole: str) -> tuple[bool, str]:
        """Return whether the text has to begin anew to become the whole, and what is missing of it."""
        told = self.so_far()
        return (False, whole[len(told) :]) if whole.startswith(told) else (True, whole)


@dataclass(slots=True)
class _Growing:
    """An answer that goes on: its prompt's number, what is known of it on the page, what of its texts was told."""

    number: int
    known: dict[str, Any]
    tails: dict[str, _Tail]
    told_s: float = float("-inf")
