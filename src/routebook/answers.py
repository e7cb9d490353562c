"""What several models said to the same prompts: every call of one run, found by model, prompt and repeat."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from routebook.calls import Call, RunInfo
from routebook.costs import RunCost, run_cost
from routebook.decided import Decided
from routebook.diff import Diff
from routebook.errors import RunError
from routebook.frames import frame_of, model_rows, summary_of
from routebook.lookup import PromptKey, either, find_model, find_prompt, model_behind
from routebook.models import ModelId
from routebook.prompts import Prompt

if TYPE_CHECKING:
    import pandas as pd

    from routebook.judgments import Judging
    from routebook.pricing import Price, PriceBook
    from routebook.store import Store
    from routebook.votes import Vote


class Answers:
    """The calls of one run, found by model, prompt and repeat, with what they cost; see `Comparison`."""

    def __init__(
        self,
        run: RunInfo,
        prompts: Sequence[Prompt],
        calls: Sequence[Call],
        *,
        prices: PriceBook | None = None,
        file_votes: Sequence[Vote] = (),
        file_judgings: Sequence[Judging] = (),
    ) -> None:
        self.run = run
        self.prompts = tuple(prompts)
        self.file_votes = tuple(file_votes)
        self.file_judgings = tuple(file_judgings)
        self.warnings: list[str] = []
        self.store: Store | None = None
        self._book = prices
        self._by_id: dict[str, Prompt] = {}
        for prompt in self.prompts:
            self._by_id.setdefault(prompt.id, prompt)
        self._calls = self._ordered(calls)

    def _ordered(self, calls: Sequence[Call]) -> tuple[Call, ...]:
        place = {prompt_id: number for number, prompt_id in enumerate(self._by_id)}
        for call in calls:
            if call.prompt_id not in place:
                raise RunError(f"Call {call.id} asks prompt {call.prompt_id}, which is not among this run's prompts.")
        names = {model: str(model) for model in {call.model for call in calls}}
        column = {
            name: number for number, name in enumerate(dict.fromkeys([*self.run.models, *sorted(names.values())]))
        }
        return tuple(sorted(calls, key=lambda call: (place[call.prompt_id], call.repeat, column[names[call.model]])))

    @property
    def prompts_by_id(self) -> Mapping[str, Prompt]:
        """The prompts by their ids, which cost a hash to compute, in order."""
        return self._by_id

    @property
    def calls(self) -> tuple[Call, ...]:
        """Every call, in the plan's order."""
        return self._calls

    @cached_property
    def models(self) -> tuple[str, ...]:
        """The models' ids, in the order they were asked for; where a policy sent the run, of those that were needed."""
        called = dict.fromkeys(str(call.model) for call in self._calls)
        if called and Decided.of(self.run) is not None:
            return tuple(model for model in dict.fromkeys([*self.run.models, *called]) if model in called)
        return tuple(dict.fromkeys([*self.run.models, *called]))

    @cached_property
    def prices(self) -> tuple[Price | None, ...]:
        """The price of each call, exact, in the order of `calls`; `None` is unknown."""
        book = self.price_book
        return tuple(book.price(call) for call in self._calls)

    @property
    def price_book(self) -> PriceBook:
        """Where prices come from."""
        from routebook.pricing import price_book

        return price_book() if self._book is None else self._book

    @property
    def ok(self) -> tuple[Call, ...]:
        """The calls that were answered."""
        return tuple(call for call in self._calls if call.status == "ok")

    @property
    def errors(self) -> tuple[Call, ...]:
        """The calls that failed, each with its `failure`."""
        return tuple(call for call in self._calls if call.status != "ok")

    @cached_property
    def total_cost(self) -> RunCost:
        """What the run costs: real and simulated money apart, and of how many calls the price is known."""
        return run_cost(zip(self._calls, self.prices, strict=True))

    @cached_property
    def _frame(self) -> pd.DataFrame:
        return frame_of(self._calls, self._by_id, self.prices)

    @property
    def frame(self) -> pd.DataFrame:
        """One row per call, in the plan's order; units are in the columns' names, and NaN or NA is unknown.

        ``cost_usd`` is what the call costs now: 0 for an answer from the cache or a recording, whose times and
        ``list_cost_usd`` are those of when it was asked. Exact prices are in `prices`. Each access gives a fresh frame.
        """
        return self._frame.copy()

    @cached_property
    def model_rows(self) -> list[dict[str, object]]:
        """What `summary` shows, as plain values; `None` is unknown."""
        return model_rows(self.models, self._calls, self.prices)

    def summary(self) -> pd.DataFrame:
        """Return one row per model, in the order they were asked for.

        ``cost_usd`` is what its calls cost now, over the ``priced`` of ``calls``; ``usd_per_1k_calls`` is from what
        they cost when they were asked. Times are over the answered calls, those from the cache with their original
        times; ``timed_calls`` says how many that are. What is unknown is NaN, never 0.
        """
        return summary_of(self.model_rows)

    def find(self, model: str | ModelId, prompt: PromptKey | None = None, repeat: int = 0) -> Call:
        """Return one call; see `text` for how to name it."""
        asked = self._prompt(prompt)
        name = self._model(model, asked)
        for call in self._calls:
            if call.prompt_id == asked.id and call.repeat == repeat and str(call.model) == name:
                return call
        repeats = sorted({c.repeat for c in self._calls if c.prompt_id == asked.id and str(c.model) == name})
        if not repeats:
            raise RunError(f"{self._shown(model)} was not asked this prompt before the run ended.")
        raise RunError(f"{self._shown(model)} has no repeat {repeat} of this prompt: there is {either(repeats)}.")

    def text(self, model: str | ModelId, prompt: PromptKey | None = None, repeat: int = 0) -> str:
        """Return what a model answered.

        Parameters
        ----------
        model
            Its id, or what tells it apart: ``small`` for ``sim/small``. In a blind run also ``A`` or ``Answer A``.
        prompt
            Which prompt: its number from 0, its id or the first 6 digits of it or more, its text, or the `Prompt`.
            Not needed where the run has one.
        repeat
            Which repeat, from 0.

        Raises
        ------
        ModelError
            If no model, or more than one, is called that.
        RunError
            If there is no such prompt or repeat, or the call failed.
        """
        call = self.find(model, prompt, repeat)
        if call.failure is not None:
            why = "it failed" if self.run.blind else call.failure.message.rstrip(".")
            partial = f" The {len(call.text)} characters that came before are in run.frame." if call.text else ""
            raise RunError(f"{self._shown(model)} gave no whole answer: {why}.{partial}")
        return call.text

    def diff(self, a: str | ModelId, b: str | ModelId, prompt: PromptKey | None = None, repeat: int = 0) -> Diff:
        """Return how two models' answers differ, word by word; names as in `text`."""
        return Diff(self._shown(a), self._shown(b), self.text(a, prompt, repeat), self.text(b, prompt, repeat))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Answers):
            return NotImplemented
        return (self.run, self.prompts, self._calls) == (other.run, other.prompts, other._calls)

    __hash__ = None  # type: ignore[assignment]

    def __getstate__(self) -> dict[str, object]:
        return self.__dict__ | {"store": None}  # a pickle or a deep copy takes no open database along

    def _prompt(self, key: PromptKey | None) -> Prompt:
        return find_prompt(tuple(self._by_id.values()) if key is None else self.prompts, key)

    def _model(self, name: str | ModelId, prompt: Prompt) -> str:
        if self.run.blind and (model := model_behind(str(name), self.run.id, prompt.id, self.models)) is not None:
            return model
        return self._named(name)

    def _named(self, name: str | ModelId) -> str:
        return find_model(self.models, str(name), blind=self.run.blind)

    def _shown(self, name: str | ModelId) -> str:
        """What to call a model in a message or a heading: in full, but in a blind run as the user called it."""
        return str(name) if self.run.blind else self._named(name)
