"""Whose word counts: what one check, one judge or people said, as the quality of each answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import TYPE_CHECKING, Any

from routebook.errors import JudgmentError, did_you_mean
from routebook.judging.tables import PairRow, ScoreRow, pair_rows, said_by, score_rows
from routebook.lookup import count, either

if TYPE_CHECKING:
    from routebook.answers import Answers

Answer = tuple[str, int, str]
"""Whose answer to what: prompt id, repeat, model."""


@dataclass(slots=True)
class Qualities:
    """How good answers are, from 0 to 1; whose word that is, and what should be known of it.

    Attributes
    ----------
    of
        The quality of each answer that has one.
    words
        Whose word it is, in words.
    judges
        Those of them that are models.
    remark
        What was left out, or empty.
    of_pairs
        Whether it is the share of its pairs that an answer won: relative to the models it met.
    """

    of: dict[Answer, float]
    words: str
    judges: tuple[str, ...] = ()
    remark: str = ""
    of_pairs: bool = False


@dataclass(frozen=True, slots=True)
class Words:
    """All that was said of a run's answers, and of pairs of them, by whomever."""

    scores: Sequence[ScoreRow]
    pairs: Sequence[PairRow]

    @property
    def names(self) -> list[str]:
        """What each word goes by: checks, judges, ``people``."""
        return list(dict.fromkeys([*(row.name for row in self.scores), *(row.name for row in self.pairs)]))

    def quality(self, name: str | None = None) -> Qualities:
        """Return what a check, a judge or people said, from their scores or from their pairs, whichever say more.

        Raises
        ------
        JudgmentError
            If nobody judged, or several did and `name` does not say who, or it is nobody's.
        """
        names = self.names
        who = dict.fromkeys([*names, *(row.by for row in self.scores), *(row.by for row in self.pairs)])
        if not names:
            raise JudgmentError(
                "Nobody has judged these answers yet: run.score(...), run.judge(...) or run.vote(...) them, or give "
                "quality={(prompt, model): 0 to 1}."
            )
        if name is None and len(names) > 1:
            raise JudgmentError(f"Say whose word the quality is: quality={either([repr(one) for one in names])}.")
        name = names[0] if name is None else name
        if name not in who:
            near = did_you_mean(name, who) or f" There is that of {either(names)}."
            raise JudgmentError(f"There is no word by {name!r}.{near}")
        of_scores, of_pairs = _by(self.scores, name), _by(self.pairs, name)
        from_scores, from_pairs = _from_scores(of_scores), _from_pairs(of_pairs)
        judges = tuple(dict.fromkeys(row.by for row in (*of_scores, *of_pairs) if row.source == "judge"))
        if of_scores and len(from_scores) >= len(from_pairs):
            left = f"Left out: {count(len(of_pairs), 'pair')} judged by {name}." if of_pairs else ""
            kind = "" if of_scores[0].source == "person" else f"the {of_scores[0].source} "
            return Qualities(from_scores, f"scores by {kind}{name}", judges, left)
        left = f"Left out: {count(len(of_scores), 'score')} by {name}." if of_scores else ""
        words = f"share of its pairs that an answer won, by {name}: relative to the models it met"
        return Qualities(from_pairs, words, judges, left, of_pairs=True)


def words_on(answers: Answers) -> Words:
    """Return all that was said of a run's answers that stands.

    Raises
    ------
    StoreError
        If the store cannot be read.
    """
    return Words(score_rows(answers), pair_rows(answers))


def _by(rows: Sequence[Any], name: str) -> list[Any]:
    if name not in {row.name for row in rows} | {row.by for row in rows}:
        return []
    return said_by(rows, name, what="words", hint="")


def _from_scores(rows: Sequence[ScoreRow]) -> dict[Answer, float]:
    values: dict[Answer, list[float]] = {}
    for row in rows:
        if row.value is not None:
            values.setdefault((row.prompt_id, row.repeat, row.model), []).append(row.value)
    return {answer: fmean(own) for answer, own in values.items()}


def _from_pairs(rows: Sequence[PairRow]) -> dict[Answer, float]:
    values: dict[Answer, list[float]] = {}
    for row in rows:
        if row.share_a is not None:
            for model, share in ((row.model_a, row.share_a), (row.model_b, 1 - row.share_a)):
                values.setdefault((row.prompt_id, row.repeat, model), []).append(share)
    return {answer: fmean(own) for answer, own in values.items()}
