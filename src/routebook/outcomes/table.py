"""`Outcomes`: how good, dear and fast each model was for each prompt."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from routebook.lookup import count

if TYPE_CHECKING:
    import pandas as pd

    from routebook.outcomes.layout import Given
    from routebook.render.report import Report

MEASURES = ("quality", "cost_usd", "latency_s")
NUMBERS = ("quality", "quality_sd", "n", "cost_usd", "cost_usd_sd", "latency_s", "latency_s_sd")
COLUMNS = ("prompt_id", "prompt", "tags", "model", "vendor", "host", *NUMBERS)
ASKED = ("prompt", "tags", "turns", "images", "earlier")
"""The columns of `Outcomes.prompts` that are not the user's own."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where outcomes are from.

    Attributes
    ----------
    origin
        The file's name, ``a DataFrame``, or the run.
    quality
        What the quality is, in words: a check's share, a judge's marks, the share of pairs won, a column.
    judges
        The model ids of the judges, where models judged.
    run_id
        The run, or `None`.
    prices
        Where the costs are from, in words, or empty where none is known.
    """

    origin: str
    quality: str
    judges: tuple[str, ...] = ()
    run_id: str | None = None
    prices: str = ""


@dataclass(frozen=True, eq=False, repr=False)
class Outcomes:
    """How good, dear and fast each model was for each prompt: what policies are learned from and measured on.

    Made by `Outcomes.from_frame` of anyone's table, or by ``run.outcomes()``. It does not change; frames handed out
    are the user's to change.

    Attributes
    ----------
    models
        The models' names, as they were given: ``host/model`` where the host is known.
    source
        Where it is from, and whose judgment the quality is.

    Examples
    --------
    >>> outcomes = Outcomes.from_frame(
    ...     [
    ...         {"prompt": "2 + 2?", "kind": "sum", "small": 1, "large": 1},
    ...         {"prompt": "Name a prime.", "kind": "fact", "small": 0, "large": 1},
    ...     ],
    ...     tag="kind",
    ...     models=["small", "large"],
    ... )
    >>> outcomes
    <Outcomes: 2 prompts x 2 models, 2 tags, cost unknown>
    >>> outcomes.summary()[["model", "quality", "n"]].values.tolist()
    [['small', 0.5, 2], ['large', 1.0, 2]]
    """

    models: tuple[str, ...]
    source: Source
    _prompts: pd.DataFrame
    _models: pd.DataFrame
    _frame: pd.DataFrame
    _remarks: tuple[str, ...] = ()

    @classmethod
    def from_frame(
        cls,
        df: pd.DataFrame | Iterable[Mapping[str, object]] | str | Path,
        *,
        prompt: str = "prompt",
        tag: str | Sequence[str] | None = None,
        models: Sequence[str] | Mapping[str, str] | None = None,
        model: str = "model",
        quality: str = "quality",
        scale: tuple[float, float] = (0, 1),
        cost: Given = None,
        latency: Given = None,
        input_tokens: Given = None,
        output_tokens: Given = None,
        prices: Mapping[str, Mapping[str, object]] | pd.DataFrame | str | Path | None = None,
        id: str | None = None,
        metadata: str | Sequence[str] = (),
        hosts: Mapping[str, str] | str | None = None,
        by: str | None = None,
    ) -> Outcomes:
        """Read a table: a wide one, with a column of qualities for each model, or a long one, with a row for each.

        Parameters
        ----------
        df
            A DataFrame (pandas or polars), a list of dictionaries, or a file: ``.csv``, ``.json`` (a list of objects),
            ``.jsonl``, each also ``.gz``, or ``.parquet`` (needs pyarrow).
        prompt
            The column of the prompts' texts.
        tag
            The column of tags, or several; a cell may hold a list. Without it, a column ``tags`` where there is one.
        models
            Of a wide table: the columns of qualities, or ``{column: model}`` where they are not called as the models.
            Each row is a prompt of its own then, also where texts repeat.
        model, quality
            Of a long table: the columns of the models' names and of the qualities. Rows of the same prompt and model
            are repeats: folded to their mean, with their spread.
        scale
            What the worst and the best quality are in the table; here they become 0 and 1. Empty cells are unknown.
        cost, latency
            US dollars and seconds for one prompt: a column, a number, or ``{model: column or number}``. Of a long table
            the columns ``cost_usd`` and ``latency_s`` are taken where there are any (as are ``host`` and ``vendor``).
        input_tokens, output_tokens
            The same for tokens; with `prices` they make the cost. A number is an assumption and is noted as one.
        prices
            ``{model: {"input_usd_per_mtok": 0.2, "output_usd_per_mtok": 0.8}}``, US dollars per million tokens; also a
            JSON file of that, or a table with these columns.
        id
            The column of the prompts' ids, by which the rows of one prompt belong together; ``prompt_id`` where there
            is one. Without it, the id is a hash of the text (that of `Prompt.id`), with a number where texts repeat.
        metadata
            Columns about the prompt to keep, such as ``split``; see `select`.
        hosts
            ``{model: host}``, or one host for all, where names do not say it. ``openai/gpt-6.1-terra`` says it; a first
            part that is no known host, as in ``mistralai/Mixtral-8x7B``, belongs to the name, and the host is empty.
        by
            Whose judgment the quality is, if known: a judge's model id, a check's name.

        Returns
        -------
        Outcomes
            The columns of its `frame` are the defaults here: ``Outcomes.from_frame(outcomes.frame)`` has the same rows.

        Raises
        ------
        OutcomesError
            If the table is none of these: all that is wrong in one line, by row and column. Rows are named by their
            label in a DataFrame's index, which is their number from 0 unless you set another; those of a file by their
            number from 0.

        Examples
        --------
        >>> long = [
        ...     {"prompt": "2 + 2?", "model": "sim/small", "quality": 4, "cost_usd": 0.001},
        ...     {"prompt": "2 + 2?", "model": "sim/small", "quality": 2, "cost_usd": 0.001},
        ... ]
        >>> Outcomes.from_frame(long, scale=(1, 5)).frame[["quality", "quality_sd", "n", "cost_usd"]].round(3)
           quality  quality_sd  n  cost_usd
        0      0.5       0.354  2     0.001
        """
        from routebook.outcomes.reading import read

        return read(
            df,
            prompt=prompt,
            tag=tag,
            models=models,
            model=model,
            quality=quality,
            scale=scale,
            cost=cost,
            latency=latency,
            input_tokens=input_tokens,
            output_tokens=output_tokens,
            prices=prices,
            id=id,
            metadata=metadata,
            hosts=hosts,
            by=by,
        )

    @property
    def frame(self) -> pd.DataFrame:
        """One row per prompt and model, by prompt and then by model; NaN is unknown.

        ``quality`` is from 0 to 1, and with ``cost_usd`` and ``latency_s`` the mean over ``n`` repeats, as far as they
        are known; each ``..._sd`` is their standard deviation (n - 1), NaN of one. ``tags`` are tuples; ``prompt_id``,
        ``prompt``, ``model``, ``vendor`` and ``host`` are categoricals.
        """
        return self._frame.copy(deep=False)  # pandas copies what is written to, not before

    @property
    def prompts(self) -> pd.DataFrame:
        """One row per prompt, by its id: ``prompt``, ``tags``, and the columns of metadata that were kept."""
        return self._prompts.drop(columns=["turns", "images", "earlier"])

    @cached_property
    def _features(self) -> pd.DataFrame:
        from routebook.outcomes.figures import features

        return features(self)

    @property
    def features(self) -> pd.DataFrame:
        """One row per prompt, by its id: the features of `routebook.features`, worked out when first asked for."""
        return self._features.copy(deep=False)

    @cached_property
    def tags(self) -> tuple[str, ...]:
        """Every tag there is, in the order in which they first come."""
        return tuple(dict.fromkeys(tag for tags in self._prompts["tags"] for tag in tags))

    @property
    def prices(self) -> pd.DataFrame:
        """One row per model: ``input_usd_per_mtok``, ``output_usd_per_mtok``, US dollars per million tokens."""
        return self._models[["input_usd_per_mtok", "output_usd_per_mtok"]].copy()

    @property
    def simulated(self) -> tuple[str, ...]:
        """The models that are simulated: what is measured of them is pretended."""
        return tuple(self._models.index[self._models["simulated"]])

    @cached_property
    def notes(self) -> tuple[str, ...]:
        """What the reader should know, one line each: what is assumed, missing or folded."""
        from routebook.outcomes.figures import gaps

        return (*self._remarks, *gaps(self))

    @cached_property
    def data_sha256(self) -> str:
        """The sha256 (hex) of the data, whatever the order of rows and models.

        It is taken over a line of JSON ``[id, text, tags]`` for each prompt, by id; then for each model, by name, its
        name and its quality, cost and latency for each of these prompts as little-endian doubles, NaN where unknown.
        """
        from routebook.outcomes.figures import data_sha256

        return data_sha256(self)

    def wide(self, column: str = "quality") -> pd.DataFrame:
        """Return one of the frame's columns of numbers as a table: a row per prompt, by its id, a column per model.

        Raises
        ------
        OutcomesError
            If there is no such column.
        """
        from routebook.outcomes.figures import wide

        return wide(self, column)

    def summary(self) -> pd.DataFrame:
        """Return one row per model, in their order; NaN is unknown.

        ``quality`` is the mean over the ``n`` prompts of known quality, each counting once whatever its repeats, with
        the ends ``low`` and ``high`` of its 95 % interval (`routebook.judging.figures.intervals.mean_interval`).
        ``usd_per_1k_prompts`` is over the ``priced`` prompts of known cost, ``latency_s`` the mean over those of known
        latency.
        """
        from routebook.outcomes.figures import summary

        return summary(self)

    def select(
        self,
        prompts: str | Iterable[str] | None = None,
        *,
        models: str | Iterable[str] | None = None,
        tags: str | Iterable[str] | None = None,
        metadata: Mapping[str, object] | None = None,
    ) -> Outcomes:
        """Return the part that is of all of these.

        Parameters
        ----------
        prompts
            Ids of prompts.
        models
            Names of models, in the order wanted.
        tags
            Prompts with any of these tags.
        metadata
            Prompts with these values, such as ``{"split": "test"}``.

        Raises
        ------
        OutcomesError
            If there is no such id, model, tag or column, with the nearest there is; or if nothing is left.
        """
        from routebook.outcomes.build import part

        return part(self, prompts, models, tags, metadata or {})

    def __len__(self) -> int:
        return len(self._frame)

    def __repr__(self) -> str:
        sizes = f"{count(len(self._prompts), 'prompt')} x {count(len(self.models), 'model')}"
        facts = [sizes, count(len(self.tags), "tag") if self.tags else "no tags"]
        for what, column in (("quality", "quality"), ("cost", "cost_usd")):
            known = int(self._frame[column].count())
            if known < len(self):
                facts.append(f"{what} known of {known:,} of {len(self):,}" if known else f"{what} unknown")
        if simulated := len(self.simulated):
            facts.append("simulated" if simulated == len(self.models) else f"{simulated} simulated")
        return f"<Outcomes: {', '.join(facts)}>"

    def __str__(self) -> str:
        return str(self._report())

    def _repr_html_(self) -> str:
        return self._report().html()

    def _report(self) -> Report:
        from routebook.outcomes.figures import report

        return report(self)
