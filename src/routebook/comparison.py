"""The answers: what several models said to the same prompts, what it cost and how long it took."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from routebook.calls import Call, RunInfo
from routebook.costs import RunCost, run_cost
from routebook.diff import Diff
from routebook.errors import RunError
from routebook.frames import frame_of, model_rows, summary_of
from routebook.lookup import PromptKey, count, either, find_model, find_prompt, model_behind
from routebook.models import ModelId
from routebook.prompts import Prompt

if TYPE_CHECKING:
    import pandas as pd

    from routebook.charts import Charts
    from routebook.pricing import Price, PriceBook
    from routebook.routing.policy import Policy
    from routebook.store import Store
    from routebook.votes import Vote, Winner


class Comparison:
    """The calls of one run, in the order they were planned: by prompt, by repeat, by model.

    In a blind run what is shown names nobody; `models`, `calls`, `frame` and `summary` are data and stay open.

    Parameters
    ----------
    run
        What is known of the run.
    prompts
        What was asked.
    calls
        What came back, in any order; a run that was interrupted has fewer than were planned.
    prices
        Where prices come from; by default the process's own price book.
    file_votes
        Votes that came with a file.

    Attributes
    ----------
    warnings
        What the user should know about this run, one line each.
    store
        Where its votes are; `None` is the default store.

    Raises
    ------
    RunError
        If a call is of a prompt that is not among `prompts`.
    """

    def __init__(
        self,
        run: RunInfo,
        prompts: Sequence[Prompt],
        calls: Sequence[Call],
        *,
        prices: PriceBook | None = None,
        file_votes: Sequence[Vote] = (),
    ) -> None:
        self.run = run
        self.prompts = tuple(prompts)
        self.file_votes = tuple(file_votes)
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
    def calls(self) -> tuple[Call, ...]:
        """Every call, in the plan's order."""
        return self._calls

    @cached_property
    def models(self) -> tuple[str, ...]:
        """The models' ids, in the order they were asked for."""
        return tuple(dict.fromkeys([*self.run.models, *(str(call.model) for call in self._calls)]))

    @cached_property
    def prices(self) -> tuple[Price | None, ...]:
        """The price of each call, exact, in the order of `calls`; `None` is unknown."""
        book = self._book
        if book is None:
            from routebook.pricing import price_book

            book = price_book()
        return tuple(book.price(call) for call in self._calls)

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

    def vote(
        self,
        prompt: PromptKey | None = None,
        *,
        winner: Winner | None = None,
        a: str | ModelId | None = None,
        b: str | ModelId | None = None,
        rating: int | None = None,
        model: str | ModelId | None = None,
        repeat: int = 0,
        by: str | None = None,
        note: str = "",
    ) -> Vote:
        """Say which of two answers is better, or how good one is; it is in the store when this returns.

        Who votes again on the same answers has changed their mind: the later vote stands.

        Parameters
        ----------
        prompt, repeat
            As in `text`.
        winner
            ``a``, ``b``, ``tie`` or ``both_bad``.
        a, b
            Whose answers; names as in `text`. Not needed where there are two.
        rating
            Instead of a winner: 1 (worst) to 5 (best) for one answer.
        model
            Whose; not needed where there is one.
        by
            Who votes: ``$ROUTEBOOK_USER``, else ``$JUPYTERHUB_USER``, else your login's name.
        note
            Why, at most 10,000 characters.

        Raises
        ------
        VoteError
            If it is no vote, or on an answer that failed without a text.
        ModelError, RunError
            As `text`.

        Examples
        --------
        >>> import routebook as rb
        >>> run = rb.compare("Name a prime.", models=["sim/small", "sim/large"])
        >>> run.vote(winner="b", by="ada", note="explains why").model_b
        'sim/large'
        >>> run.votes[["model_a", "model_b", "winner", "by"]].values.tolist()
        [['sim/small', 'sim/large', 'b', 'ada']]
        """
        from routebook.comparison_votes import vote

        return vote(
            self,
            self._prompt(prompt),
            winner=winner,
            between=(a, b),
            rating=rating,
            model=model,
            repeat=repeat,
            by=by,
            note=note,
        )

    @property
    def votes(self) -> pd.DataFrame:
        """The votes that stand, one row each, oldest first: those in the store, and those that came with a file.

        The columns are ``prompt_id``, ``repeat``, ``kind`` (``pair`` or ``rating``), ``model_a``, ``model_b``,
        ``winner`` (``a``, ``b``, ``tie`` or ``both_bad``), ``model``, ``rating`` (1 to 5), ``note``, ``by``, ``at``
        (UTC), ``blind`` and ``shown`` (the models in the order in which they were shown).
        """
        from routebook.comparison_votes import frame, standing_votes

        return frame(standing_votes(self))

    @property
    def charts(self) -> Charts:
        """Charts of this run: ``charts.cost()``, ``charts.latency()``; each an Altair chart, yours to change."""
        from routebook.charts import Charts

        return Charts(self)

    def choose(
        self, tags: Mapping[str, str | Sequence[str]], *, default: str | Sequence[str], name: str | None = None
    ) -> Policy:
        """Make a policy: for each tag a model, or several of which the first is asked and the others stand in.

        Parameters
        ----------
        tags
            Tag to model, or to models in order.
        default
            The model, or models, for everything else.
        name
            What to call the policy.

        Raises
        ------
        PolicyError, ModelError
            If a tag is none, or a model is not known.

        Examples
        --------
        >>> import routebook as rb
        >>> run = rb.compare("Name a prime.", models=["sim/small", "sim/large"], tags=["maths"])
        >>> run.choose({"maths": "large"}, default="small").decide("Is 7 prime?", tag="maths").models[0]
        'sim/large'
        """
        from routebook.comparison_facts import facts_of
        from routebook.routing.choose import choose

        def full(models: str | Sequence[str]) -> list[str]:
            return [self._named(model) for model in ([models] if isinstance(models, str) else models)]

        return choose(
            facts_of(self), {tag: full(models) for tag, models in tags.items()}, default=full(default), name=name
        )

    def reveal(self) -> Comparison:
        """Return this comparison with names, times and costs shown.

        Only what is shown is ever blind: `models`, `calls`, `frame` and `summary` are data and always open.
        """
        revealed = Comparison(
            replace(self.run, blind=False), self.prompts, self._calls, prices=self._book, file_votes=self.file_votes
        )
        revealed.warnings = list(self.warnings)
        revealed.store = self.store
        return revealed

    def warn(self, text: str) -> None:
        """Say something about this run wherever it is shown."""
        self.warnings.append(text)

    def to_json(self, path: str | Path | None = None) -> str:
        """Return the whole comparison, votes included, as JSON for `from_json`; with a path, write it there too."""
        from routebook.comparison_json import writable, write_json
        from routebook.comparison_votes import votes_to_save

        text = write_json(self, *votes_to_save(self))
        if path is not None:
            _write(path, writable(text))
        return text

    @classmethod
    def from_json(cls, source: str | Path, *, prices: PriceBook | None = None) -> Comparison:
        """Read what `to_json` wrote, from a path or from the text itself.

        Raises
        ------
        RunError
            If it is not such a file, or a later version's.
        """
        from routebook.comparison_json import read_json

        run, prompts, calls, warnings, votes = read_json(source)
        comparison = cls(run, prompts, calls, prices=prices, file_votes=votes)
        comparison.warnings = warnings
        return comparison

    def to_html(self, path: str | Path | None = None) -> str:
        """Return a page of all answers that needs no network, script or routebook; with a path, write it there too."""
        from routebook.render.html import page

        text = page(self)
        if path is not None:
            _write(path, text)
        return text

    def _repr_html_(self) -> str:
        from routebook.render.html import notebook_html

        return notebook_html(self)

    def _repr_mimebundle_(self, **_: object) -> dict[str, Any]:
        from routebook.notebook.display import display_bundle  # only a notebook asks

        return display_bundle(self)

    def text_table(self, width: int | None = None) -> str:
        """Return the answers side by side as plain text, as wide as the terminal or `width` characters."""
        from routebook.render.text import comparison_table

        return comparison_table(self, width)

    def __str__(self) -> str:
        return self.text_table()

    def __repr__(self) -> str:
        name = f" {self.run.name!r}" if self.run.name else ""
        made = len(self._calls)
        facts = [
            f"{count(len(self.prompts), 'prompt')} x {count(len(self.models), 'model')}",
            count(made, "call") if made >= self.run.planned else f"{made:,} of {count(self.run.planned, 'call')}",
        ]
        if failed := len(self.errors):
            facts.append(count(failed, "error"))
        facts.append("blind: reveal() shows who answered what" if self.run.blind else str(self.total_cost))
        if self.run.status != "finished":
            facts.append(self.run.status)
        return f"<Comparison{name}: {', '.join(facts)}>"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Comparison):
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


def _write(path: str | Path, text: str) -> None:
    from routebook.files import write_atomically

    try:
        write_atomically(path, text)
    except OSError as error:
        raise RunError(f"Cannot write {str(path)!r}: {error.strerror or error}.") from error
