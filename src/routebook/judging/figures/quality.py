"""How good each model's answers are, of the scores they got: with intervals, differences between models, and by tag."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations
from math import nan
from typing import TYPE_CHECKING, Any, NamedTuple

from routebook.judging.figures.folding import Folded, OnPrompt, fold
from routebook.judging.figures.intervals import mean_interval
from routebook.judging.figures.paired import Difference, compared, holm, verdict
from routebook.judging.tables import ScoreRow, said_by, score_frame, score_rows, simulated_judges
from routebook.lookup import count
from routebook.render.report import Block, Report, chance, figure, signed, span

if TYPE_CHECKING:
    import pandas as pd

    from routebook.answers import Answers

HINT = "score the answers with run.score(rb.scorers.exact()), or rate them with run.vote(rating=4, ...)."
BLIND = "This run is blind, and its figures of quality name its models: reveal() it first."
_Answer = tuple[str, int, str]  # prompt id, repeat, model
_MOST_PAIRS = 15
_MOST_WHYS = 3


class Pair(NamedTuple):
    """Two models compared, by one name's scores."""

    name: str
    model_a: str
    model_b: str
    found: Difference
    p_adjusted: float


@dataclass(frozen=True, eq=False)
class Quality:
    """How good each model's answers are, from 0 to 1: of each name's scores, the mean over prompts.

    Every prompt counts the same, however many answers to it were judged; several words on one answer are folded to
    their mean first. An answer that could not be scored is no 0: it is left out, and counted.

    Attributes
    ----------
    models
        The run's models, in the order they were asked for; one of which nothing is scored is NaN.
    names
        Whose scores these are: checks, judges, ``people``. Where there are several, every table has the column
        ``name`` first.
    simulated
        Those of the models that are simulated.
    blind
        Whether the run is blind: then nothing is shown, though the tables, being data, are open.
    """

    models: tuple[str, ...]
    names: tuple[str, ...]
    simulated: frozenset[str]
    _scores: Sequence[ScoreRow] = field(repr=False)
    _tags: Mapping[str, Sequence[str]] = field(repr=False)
    _failed: frozenset[_Answer] = field(repr=False)
    blind: bool = False
    _remarks: tuple[str, ...] = field(default=(), repr=False)

    @property
    def frame(self) -> pd.DataFrame:
        """One row per model: ``quality``, and the ends ``low`` and ``high`` of its 95 % interval.

        ``n`` is how many answers were judged, ``prompts`` how many prompts they are answers to, ``errors`` how many
        scores are missing because something went wrong. The interval is that of
        `routebook.judging.figures.intervals.mean_interval`.
        """
        return self._table(("name", "model"), _FIGURES, self._figures)

    @cached_property
    def _figures(self) -> list[tuple[Any, ...]]:
        errors: dict[tuple[str, str], int] = {}
        for row in self._scores:
            if row.value is None:
                errors[row.name, row.model] = errors.get((row.name, row.model), 0) + 1
        return [
            (name, model, *_figures(list(self._folded[name].get(model, {}).values())), errors.get((name, model), 0))
            for name in self.names
            for model in self.models
        ]

    @cached_property
    def _folded(self) -> dict[str, Folded]:
        if len(self.names) == 1:
            return {self.names[0]: fold(self._scores)}
        return {name: fold(row for row in self._scores if row.name == name) for name in self.names}

    @property
    def differences(self) -> pd.DataFrame:
        """One row per pair of models: how much better ``model_a`` is, on the prompts that both have.

        ``low`` and ``high`` are the ends of the difference's 95 % interval, by itself; ``p_adjusted`` is ``p`` after
        Holm's correction for all pairs of models by this name. The ``verdict`` is ``distinguishable`` where that is
        below 0.05, else ``not distinguishable``: of equally good models, however many, hardly 1 run in 20 has a pair
        that is called distinguishable. ``method`` is explained in `routebook.judging.figures.paired`.
        """
        rows = [(*pair[:3], *pair.found[:4], pair.p_adjusted, *pair.found[4:], verdict(pair.p_adjusted))
                for pair in self._pairs]  # fmt: skip
        return self._table(("name", "model_a", "model_b"), _DIFFERENCES, rows)

    @cached_property
    def _pairs(self) -> list[Pair]:
        pairs: list[Pair] = []
        for name, of in self._folded.items():
            scored = [model for model in self.models if model in of]
            found = [(a, b, compared(of[a], of[b])) for a, b in combinations(scored, 2)]
            adjusted = holm([difference.p for _, _, difference in found])
            pairs += [Pair(name, *each, p) for each, p in zip(found, adjusted, strict=True)]
        return pairs

    @property
    def by_tag(self) -> pd.DataFrame:
        """One row per tag and model, as in `frame`; a prompt with two tags counts in both, one without in none."""
        rows = []
        for name, of in self._folded.items():
            got: dict[str, dict[str, list[OnPrompt]]] = {}
            for prompt_id, tags in self._tags.items():
                for model in self.models if tags else ():
                    if (on := of.get(model, {}).get(prompt_id)) is not None:
                        for tag in tags:
                            got.setdefault(tag, {}).setdefault(model, []).append(on)
            rows += [
                (name, tag, model, *_figures(by_model[model]))
                for tag, by_model in got.items()
                for model in self.models
                if model in by_model
            ]
        return self._table(("name", "tag", "model"), _FIGURES[:-1], rows)

    @cached_property
    def notes(self) -> tuple[str, ...]:
        """What the reader should know, one line each."""
        notes = [*self._remarks, *simulated_judges(self._scores)]
        if self.simulated:
            who = (
                "All models are"
                if self._all_simulated
                else f"{', '.join(sorted(self.simulated))} {_is(len(self.simulated))}"
            )
            notes.append(f"{who} simulated: the answers are made up, not a real model's.")
        for name in self.names:
            errors = [row.error for row in self._scores if row.value is None and row.name == name]
            notes += [_missing(name, errors)] if errors else []
        if self._failed and (
            unscored := self._failed.difference((r.prompt_id, r.repeat, r.model) for r in self._scores)
        ):
            number = len(unscored)
            notes.append(f"{count(number, 'call')} failed without an answer, and {_is(number)} left out.")
        for name, of in self._folded.items():
            if len({frozenset(prompts) for prompts in of.values()}) > 1:
                notes.append(
                    f"{name}: not all models have scores on the same prompts; a difference is of those that both have."
                )
        return tuple(notes)

    @property
    def rows(self) -> pd.DataFrame:
        """Every score, one row each, as in `run.scores`."""
        return score_frame(self._scores)

    def _table(self, texts: Sequence[str], others: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> pd.DataFrame:
        import pandas as pd

        columns = [*texts, *others]
        kinds = {column: _KINDS.get(column, "float64") for column in columns}
        frame = pd.DataFrame(rows, columns=columns).astype(kinds)
        return frame if len(self.names) > 1 else frame.drop(columns="name")

    def _report(self) -> Report:
        several = len(self.names) > 1
        models = [row[1] for row in self._figures]
        quality = [
            (self._called(model), *([name] if several else []), figure(mean), span(low, high), f"{n:,}", f"{prompts:,}",
             f"{errors:,}")
            for name, model, mean, low, high, n, prompts, errors in self._figures
        ]  # fmt: skip
        heads = ("model", *(["by"] if several else []), "quality", "95 % interval", "answers", "prompts", "errors")
        blocks = [Block(heads, quality, models=models)]
        notes = list(self.notes)
        if self._pairs:
            shown = self._pairs[:_MOST_PAIRS]
            pairs = [
                (f"{pair.model_a} – {pair.model_b}", *([pair.name] if several else []), signed(pair.found.difference),
                 span(pair.found.low, pair.found.high, sign=True), chance(pair.p_adjusted), f"{pair.found.prompts:,}",
                 verdict(pair.p_adjusted))
                for pair in shown
            ]  # fmt: skip
            heads = (
                "pair", *(["by"] if several else []), "difference", "95 % interval", "p, corrected", "prompts",
                "verdict",
            )  # fmt: skip
            blocks.append(Block(heads, pairs, title="Differences on the same prompts"))
            if len(self._pairs) > len(shown):
                notes.append(
                    f"The first {len(shown)} of {count(len(self._pairs), 'pair')} are shown; .differences has all."
                )
        prompts = len({row.prompt_id for row in self._scores})
        heading = "Quality" if several else f"Quality by {''.join(self.names)}"
        facts = (count(len(self.models), "model"), count(prompts, "prompt"))
        return Report(heading, facts, blocks, notes, simulated=self._all_simulated)

    def _called(self, model: str) -> str:
        return f"{model} (simulated)" if model in self.simulated and not self._all_simulated else model

    @property
    def _all_simulated(self) -> bool:
        return bool(self.models) and self.simulated.issuperset(self.models)

    def __str__(self) -> str:
        return BLIND if self.blind else str(self._report())

    def __repr__(self) -> str:
        if self.blind:
            return f"<Quality: {BLIND}>"
        return f"<Quality by {', '.join(self.names)}: {count(len(self.models), 'model')}>"

    def _repr_html_(self) -> str:
        return (Report("Quality", notes=(BLIND,)) if self.blind else self._report()).html()


_FIGURES = ("quality", "low", "high", "n", "prompts", "errors")
_DIFFERENCES = ("difference", "low", "high", "p", "p_adjusted", "prompts", "method", "verdict")
_KINDS = dict.fromkeys(("name", "tag", "model", "model_a", "model_b", "method", "verdict"), "str") | dict.fromkeys(
    ("n", "prompts", "errors"), "int64"
)


def _figures(got: Sequence[OnPrompt]) -> tuple[float, float, float, int, int]:
    """Return the quality, the ends of its interval, how many answers it is of, and to how many prompts."""
    means = [on.mean for on in got]
    quality = sum(means) / len(means) if means else nan
    return quality, *mean_interval(means), sum(on.answers for on in got), len(got)


def quality(answers: Answers, by: str | None = None) -> Quality:
    """Return how good each model's answers are, by the scores of `by`, or by each name's of which there are scores.

    Parameters
    ----------
    answers
        The run.
    by
        Whose scores: a check, a judge, ``people`` or a person.

    Raises
    ------
    JudgmentError
        If there are no scores, or none of that name.
    StoreError
        If the store cannot be read.
    """
    rows = score_rows(answers)
    if by is not None or not rows:
        rows = said_by(rows, by, what="scores", hint=HINT)
    return quality_of(answers, rows)


def quality_of(answers: Answers, rows: Sequence[ScoreRow], remarks: Sequence[str] = ()) -> Quality:
    """Return how good each model's answers are, by these scores; `remarks` come first among its notes."""
    return Quality(
        models=answers.models,
        names=tuple(dict.fromkeys(row.name for row in rows)),
        _scores=rows,
        _tags={prompt_id: prompt.tags for prompt_id, prompt in answers.prompts_by_id.items()},
        simulated=frozenset(map(str, {call.model for call in answers.calls if call.simulated})),
        _failed=frozenset((call.prompt_id, call.repeat, str(call.model)) for call in answers.errors),
        blind=answers.run.blind,
        _remarks=tuple(remarks),
    )


def _missing(name: str, errors: Sequence[str]) -> str:
    whys = list(dict.fromkeys(errors))
    why = "; ".join(whys[:_MOST_WHYS]) + ("; ..." if len(whys) > _MOST_WHYS else "")
    return f"{name}: {count(len(errors), 'answer')} could not be scored, and {_is(len(errors))} left out: {why}"


def _is(number: int) -> str:
    return "is" if number == 1 else "are"
