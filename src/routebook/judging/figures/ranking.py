"""Who is better: win rates and Bradley-Terry strengths with bootstrap intervals, of anyone's votes or of a run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from routebook.errors import JudgmentError
from routebook.judging.figures.comparisons import comparisons, read_votes
from routebook.judging.figures.ranking_tables import Pair, Ranked, notes, pairs_of, ranked, ranks
from routebook.judging.figures.strengths import strengths
from routebook.judging.tables import PEOPLE, PairRow, pair_rows, said_by, simulated_judges
from routebook.lookup import count, either
from routebook.render.report import Block, Report, chance, figure, signed, span

if TYPE_CHECKING:
    from routebook.answers import Answers

HINT = "vote with run.vote(winner='a', ...), or ask a judge with run.judge('host/model')."
BLIND = "This run is blind, and a ranking names its models: reveal() it first."
_MOST_PAIRS = 15


def rank(votes: Any, *, rounds: int = 1000, confidence: float = 0.95, seed: int = 0) -> pd.DataFrame:
    """Rank models by anyone's votes: one row per model, the best first.

    Parameters
    ----------
    votes
        A DataFrame, or dictionaries: ``prompt_id``, ``model_a``, ``model_b`` and ``winner`` (``a``, ``b``, ``tie`` or
        ``both_bad``, which counts as a tie). Other columns are ignored, and rows whose ``kind`` is ``rating`` left
        out, so that ``run.votes`` can be given as it is.
    rounds
        How many bootstrap rounds, from 100.
    confidence
        Of the interval.
    seed
        The same votes give the same intervals for the same seed, in whatever order they are, whatever the names.

    Returns
    -------
    ranked
        ``model``; ``win_rate``, the share of its comparisons that it won, a tie being half; ``strength``, by Bradley
        and Terry (1952, doi:10.2307/2334029), in natural log-odds with the mean zero, ties being half a win for each;
        ``low`` and ``high``, the ends of its interval; ``n``, how many comparisons it was in. What the reader should
        know besides is in ``ranked.attrs["notes"]``, one line each.

    Raises
    ------
    JudgmentError
        If a column is missing, a row is no vote (the text says which), or there are none.
    OptionError
        If an option is none.

    Notes
    -----
    Votes on one prompt are not independent, so whole prompts are drawn, or single votes where there is only one
    prompt.

    Ties as halves draw strengths together: where a share t of the comparisons are ties, to about 1 - t of the log-odds
    among those with a winner, which are the strengths of models of ties (Davidson 1970,
    doi:10.1080/01621459.1970.10481082).

    Where some model won or lost everything (or two groups met with only one side winning), no finite strength is the
    most likely; then, and in a round of which this is so, one tie is added to each pair that met, and the rounds are
    drawn from the strengths found, as those drawn from the votes would all be the same. Models that never met the
    largest group, directly or through others, have a strength of NaN: there is no telling.

    Examples
    --------
    >>> votes = [("p1", "a"), ("p2", "a"), ("p3", "b"), ("p4", "a"), ("p5", "tie")]
    >>> rows = [{"prompt_id": p, "model_a": "small", "model_b": "large", "winner": winner} for p, winner in votes]
    >>> rank(rows)[["model", "win_rate", "strength", "n"]].round(2).values.tolist()
    [['small', 0.7, 0.42, 5], ['large', 0.3, -0.42, 5]]
    """
    made = read_votes(votes)
    found = strengths(made, control_length=False, rounds=rounds, seed=seed)
    frame = _frame(ranked(made, found, confidence))
    frame.attrs["notes"] = notes(made, found, confidence)
    return frame


@dataclass(frozen=True, slots=True, eq=False)
class Ranking:
    """Who is better by one name's word on pairs, and whether two can be told apart. Printed, it says what it found.

    Attributes
    ----------
    by
        Whose word: ``people``, a judge's name, a person.
    confidence
        Of the intervals.
    length_effect
        Where length was controlled for: what it adds to the log-odds, per standard deviation of the length gap, and the
        ends of its interval; else `None`. The gap is (a - b) / (a + b) in characters.
    comparisons, prompts
        How many words these are, on how many prompts.
    notes
        What the reader should know, one line each.
    blind
        Whether the run is blind: then nothing is shown, though the tables, being data, are open.
    simulated
        Whether all answers are simulated models'.
    """

    by: str
    confidence: float
    length_effect: tuple[float, float, float] | None
    comparisons: int
    prompts: int
    notes: tuple[str, ...]
    blind: bool
    simulated: bool
    _ranked: tuple[Ranked, ...]
    _pairs: tuple[Pair, ...]
    _lengths: dict[str, float]

    @property
    def frame(self) -> pd.DataFrame:
        """One row per model, the best first: the columns of `rank`, and two more.

        ``rank`` is the range of ranks that cannot be excluded, such as ``1-2``: those that are distinguishably better
        come before it, those that are distinguishably worse after. ``mean_length`` is the mean length, in characters,
        of its answers that were compared: judges and people like long ones.
        """
        frame = _frame(self._ranked)
        frame["rank"] = pd.array(self._ranks, dtype="str")
        frame["mean_length"] = [self._lengths[row.model] for row in self._ranked]
        return frame

    @property
    def pairs(self) -> pd.DataFrame:
        """One row per pair of models, the better first.

        ``n`` is how often they met, ``wins_a``, ``ties`` and ``wins_b`` how that went (what a judge called a tie in one
        order only counts as won); ``difference`` is that of their strengths, of which others whom both met tell too,
        with the ends ``low`` and ``high`` of its interval. ``p`` is two-sided, of the normal curve through the
        difference and that end of its 95 % interval that is nearer to zero: below 0.05 where the interval excludes
        zero. ``p_adjusted`` is after Holm's correction for all pairs. The ``verdict`` is ``distinguishable`` where that
        is below 0.05, else ``not distinguishable``; ``not comparable`` where the two never met, not even through
        others.
        """
        kinds = dict.fromkeys(("model_a", "model_b", "verdict"), "str") | dict.fromkeys(
            ("n", "wins_a", "ties", "wins_b"), "int64"
        )
        frame = pd.DataFrame(self._pairs, columns=list(Pair._fields))
        return frame.astype({name: kinds.get(name, "float64") for name in Pair._fields})

    @property
    def _ranks(self) -> list[str]:
        return ranks(self._ranked, self._pairs)

    def _report(self) -> Report:
        interval = f"{100 * self.confidence:.4g} % interval"
        rows = [
            (row.model, ranks, figure(row.win_rate), signed(row.strength), span(row.low, row.high, sign=True),
             f"{row.n:,}", f"{self._lengths[row.model]:,.0f}")
            for row, ranks in zip(self._ranked, self._ranks, strict=True)
        ]  # fmt: skip
        heads: tuple[str, ...] = ("model", "rank", "win rate", "strength", interval, "comparisons", "mean length")
        blocks = [Block(heads, rows, models=[row.model for row in self._ranked])]
        heads = ("pair", "won – tied – lost", "difference", interval, "p, corrected", "verdict")
        shown = [
            (f"{pair.model_a} – {pair.model_b}", f"{pair.wins_a:,} – {pair.ties:,} – {pair.wins_b:,}",
             signed(pair.difference), span(pair.low, pair.high, sign=True), chance(pair.p_adjusted), pair.verdict)
            for pair in self._pairs[:_MOST_PAIRS]
        ]  # fmt: skip
        blocks.append(Block(heads, shown, title="Differences in strength"))
        more = len(self._pairs) - len(shown)
        hidden = [f"{len(shown)} of {count(len(self._pairs), 'pair')} are shown; .pairs has all."] * (more > 0)
        facts = (count(self.comparisons, "comparison"), count(self.prompts, "prompt"))
        return Report(f"Ranking by {self.by}", facts, blocks, (*self.notes, *hidden), simulated=self.simulated)

    def __str__(self) -> str:
        return BLIND if self.blind else str(self._report())

    def __repr__(self) -> str:
        return f"<Ranking: {BLIND}>" if self.blind else f"<Ranking by {self.by}: {count(len(self._ranked), 'model')}>"

    def _repr_html_(self) -> str:
        return (Report("Ranking", notes=(BLIND,)) if self.blind else self._report()).html()


def ranking(
    answers: Answers,
    by: str | None = None,
    *,
    control_length: bool = False,
    rounds: int = 1000,
    confidence: float = 0.95,
    seed: int = 0,
) -> Ranking:
    """Rank the models of a run by who won the pairs.

    Parameters
    ----------
    answers
        The run.
    by
        Whose word: ``people``, a judge or a person. By default people's, if there are any, else the judge's.
    control_length
        Whether to take out what length alone does to who wins: strengths are then those of equally long answers. See
        `routebook.judging.figures.length_control`.
    rounds, confidence, seed
        As in `rank`.

    Raises
    ------
    JudgmentError
        If nobody compared answers, or several judges did and none was named; if length cannot be controlled for.
    OptionError
        If an option is none.
    StoreError
        If the store cannot be read.
    """
    rows = pair_rows(answers)
    names = list(dict.fromkeys(row.name for row in rows))
    if by is None and PEOPLE in names:
        by = PEOPLE
    chosen = said_by(rows, by, what="pairs", hint=HINT)
    said = [row for row in chosen if row.share_a is not None]
    if not said:
        raise JudgmentError(f"There is nothing to rank: all {len(chosen):,} verdicts ended in an error.")
    length = {(call.prompt_id, call.repeat, str(call.model)): len(call.text) for call in answers.calls}
    sides = [tuple(length[row.prompt_id, row.repeat, model] for model in (row.model_a, row.model_b)) for row in said]
    made = comparisons(
        [row.model_a for row in said],
        [row.model_b for row in said],
        [row.share_a for row in said if row.share_a is not None],
        [row.prompt_id for row in said],
        sides if control_length else None,
    )
    found = strengths(made, control_length=control_length, rounds=rounds, seed=seed)
    effect = None
    if found.length is not None and found.length_rounds is not None:
        low, high = found.interval(found.length_rounds, found.length, confidence)
        effect = (found.length, float(low), float(high))
    whose = names[0] if by is None else by
    others = [name for name in names if name != chosen[0].name]
    return Ranking(
        by=whose,
        confidence=confidence,
        length_effect=effect,
        comparisons=len(said),
        prompts=made.prompts,
        notes=(
            *simulated_judges(said),
            *_whose(whose, others, len(chosen) - len(said)),
            *_length_note(effect),
            *notes(made, found, confidence),
        ),
        blind=answers.run.blind,
        simulated=bool(answers.calls) and all(call.simulated for call in answers.calls),
        _ranked=ranked(made, found, confidence),
        _pairs=pairs_of(made, found, confidence),
        _lengths=_mean_lengths(said, length),
    )


def _whose(by: str, others: Sequence[str], errors: int) -> list[str]:
    said = []
    if others:
        said.append(f"By the word of {by} alone; by={either([repr(name) for name in others])} ranks by another's.")
    if errors:
        said.append(f"{count(errors, 'verdict')} could not be had, and {'is' if errors == 1 else 'are'} left out.")
    return said


def _length_note(effect: tuple[float, float, float] | None) -> list[str]:
    if effect is None:
        return []
    value, low, high = effect
    ends = span(low, high, sign=True)
    per = "per standard deviation of the length gap"
    return [
        f"At equal length: being longer changes the log-odds by {signed(value)} ({ends}) {per}, which is taken out."
    ]


def _mean_lengths(rows: Sequence[PairRow], length: Mapping[tuple[str, int, str], int]) -> dict[str, float]:
    compared = {(row.prompt_id, row.repeat, model) for row in rows for model in (row.model_a, row.model_b)}
    of: dict[str, list[int]] = {}
    for answer in compared:
        of.setdefault(answer[2], []).append(length[answer])
    return {model: sum(each) / len(each) for model, each in of.items()}


def _frame(rows: Sequence[Ranked]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=list(Ranked._fields))
    return frame.astype({"model": "str", "n": "int64"} | dict.fromkeys(Ranked._fields[1:-1], "float64"))
