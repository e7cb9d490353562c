"""The answers: what several models said to the same prompts, what it cost and how long it took."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from routebook.errors import RunError
from routebook.judged_answers import JudgedAnswers
from routebook.lookup import count

if TYPE_CHECKING:
    from routebook.charts import Charts
    from routebook.pricing import PriceBook
    from routebook.routing.drafting.draft import PolicyDraft
    from routebook.routing.policy import Policy


class Comparison(JudgedAnswers):
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
    file_votes, file_judgings
        Votes, and what checks and judges said, that came with a file.

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

    @property
    def charts(self) -> Charts:
        """Charts of this run: ``charts.cost()``, ``charts.latency()``; each an Altair chart, yours to change."""
        from routebook.charts import Charts

        return Charts(self)

    @property
    def policy(self) -> PolicyDraft:
        """The policy that is being made of this run by hand: here, and in the view, by *Use for* under an answer.

        This process has one for each run, whoever changes it; it goes with the process, so save it.

        Raises
        ------
        PolicyError
            If the run is blind.

        Examples
        --------
        >>> import routebook as rb
        >>> run = rb.compare("Name a prime.", models=["sim/small", "sim/large"], tags=["maths"])
        >>> draft = run.policy.use("maths", "large").fallback("maths", "small").use("default", "small")
        >>> [sentence.partition(":")[0] for sentence in draft.sentences()]
        ['maths goes to sim/large, else sim/small', 'Everything else goes to sim/small']
        >>> draft.policy().decide("Is 7 prime?", tag="maths").models
        ('sim/large', 'sim/small')
        """
        from routebook.comparison_facts import draft_of

        return draft_of(self)

    def choose(
        self,
        tags: Mapping[str, str | Sequence[str]],
        *,
        default: str | Sequence[str],
        name: str | None = None,
        quality: str | None = None,
    ) -> Policy:
        """Make a policy: for each tag a model, or several of which the first is asked and the others stand in.

        It also becomes the draft that `policy` holds.

        Parameters
        ----------
        tags
            Tag to model, or to models in order.
        default
            The model, or models, for everything else.
        name
            What to call the policy.
        quality
            Whose word the quality in its evidence is: a check, a judge or ``people``; not needed where there is one.

        Raises
        ------
        PolicyError, ModelError
            If a tag is none, or a model is not known, or the run is blind.
        JudgmentError
            If nobody of that name judged.

        Examples
        --------
        >>> import routebook as rb
        >>> run = rb.compare("Name a prime.", models=["sim/small", "sim/large"], tags=["maths"])
        >>> run.choose({"maths": "large"}, default="small").decide("Is 7 prime?", tag="maths").models[0]
        'sim/large'
        """
        return self.policy.choose(tags, default=default, name=name, quality=quality)

    def reveal(self) -> Comparison:
        """Return this comparison with names, times and costs shown.

        Only what is shown is ever blind: `models`, `calls`, `frame` and `summary` are data and always open.
        """
        revealed = Comparison(
            replace(self.run, blind=False),
            self.prompts,
            self._calls,
            prices=self._book,
            file_votes=self.file_votes,
            file_judgings=self.file_judgings,
        )
        revealed.warnings = list(self.warnings)
        revealed.store = self.store
        return revealed

    def warn(self, text: str) -> None:
        """Say something about this run wherever it is shown."""
        self.warnings.append(text)

    def to_json(self, path: str | Path | None = None) -> str:
        """Return the whole comparison as JSON for `from_json`, votes and judgments included; with a path, write it too.

        Ballots are not part of it, nor are the calls of judges, which are a run of their own.
        """
        from routebook.comparison_json import writable, write_json
        from routebook.judging.people.voting import votes_to_save
        from routebook.judging.tables import judgings_to_save

        votes, notes = votes_to_save(self)
        judgings, more_notes = judgings_to_save(self)
        text = write_json(self, votes, judgings, [*notes, *more_notes])
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

        run, prompts, calls, warnings, (votes, judgings) = read_json(source)
        comparison = cls(run, prompts, calls, prices=prices, file_votes=votes, file_judgings=judgings)
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


def _write(path: str | Path, text: str) -> None:
    from routebook.files import write_atomically

    try:
        write_atomically(path, text)
    except OSError as error:
        raise RunError(f"Cannot write {str(path)!r}: {error.strerror or error}.") from error
