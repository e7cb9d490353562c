"""All that was said of a run as two tables: scores of single answers, and shares of pairs.

Here checks, judges and people become alike: a check's result, a judge's mark and a person's rating are a number from 0
to 1 about one answer (`ScoreRow`); a judge's verdict and a person's vote are the share of a pair that its first answer
gets (`PairRow`). Quality, rankings, agreement, charts and outcomes are all worked out from these rows. Canaries tell of
a judge, not of a model, and are left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeVar

from routebook.errors import JudgmentError, StoreError, did_you_mean
from routebook.frames import text_column
from routebook.judging.keeping import store_of
from routebook.judging.people.voting import standing_votes
from routebook.judgments import Judging, standing_judgings
from routebook.lookup import either
from routebook.votes import BEST, WORST

if TYPE_CHECKING:
    import pandas as pd

    from routebook.answers import Answers
    from routebook.votes import Vote

Source = Literal["check", "judge", "person"]
PEOPLE = "people"
"""What all people's word together is called, as `by=...`."""

SAME_ANSWERS = "Both answers are the same: a tie by definition, not asked."
"""The note of a judge's verdict that nobody was asked for."""

_MOST_NAMED = 12
_SHARE = {"a": 1.0, "b": 0.0, "tie": 0.5, "both_bad": 0.5}


class ScoreRow(NamedTuple):
    """A number about one answer.

    Attributes
    ----------
    prompt_id, repeat, model
        Whose answer to what.
    name
        What the word goes by as `by=...`: the check's or the judge's name, or ``people``.
    source, by
        ``check``, ``judge`` or ``person``, and which: the check's name, the judge's model id, the person.
    value
        From 0 to 1; `None` where there is none.
    error
        Why there is none, or empty.
    note
        Why, in their words, or empty.
    """

    prompt_id: str
    repeat: int
    model: str
    name: str
    source: Source
    by: str
    value: float | None
    error: str
    note: str


class PairRow(NamedTuple):
    """A word on two answers to one prompt; as `ScoreRow`, and:

    Attributes
    ----------
    model_a, model_b
        Whose answers.
    share_a
        What `model_a` gets of the pair: 1 won, 0.5 a tie (or both bad), 0 lost; 0.25 and 0.75 where a judge called a
        tie in one order only. `None` where there is no verdict.
    flipped
        Whether a judge contradicted itself when the order was swapped.
    """

    prompt_id: str
    repeat: int
    model_a: str
    model_b: str
    name: str
    source: Source
    by: str
    share_a: float | None
    flipped: bool
    error: str
    note: str


Row = TypeVar("Row", ScoreRow, PairRow)


def every_judging(answers: Answers) -> tuple[Judging, ...]:
    """Return what checks and judges said of a run, oldest first: what came with its file, and what is in the store.

    Raises
    ------
    StoreError
        If the store cannot be read.
    """
    found = {judging.id: judging for judging in answers.file_judgings}
    found |= {judging.id: judging for judging in store_of(answers).judgings_of(answers.run.id)}
    return tuple(sorted(found.values(), key=lambda judging: judging.at))


def judgings_to_save(answers: Answers) -> tuple[tuple[Judging, ...], list[str]]:
    """Return every judging that can be had, and what the reader of the file should know."""
    try:
        return every_judging(answers), []
    except StoreError:
        return answers.file_judgings, ["Without the judgments in the store, which could not be read at saving."]


def standing(answers: Answers) -> tuple[Judging, ...]:
    """Return the judgings of a run that stand, oldest first; see `routebook.judgments.standing_judgings`."""
    return standing_judgings(every_judging(answers))


def score_rows(answers: Answers, judgings: Sequence[Judging] | None = None) -> list[ScoreRow]:
    """Return every score that stands, or those of the judgings given; people's ratings 1 to 5 become 0 to 1."""
    rows: list[ScoreRow] = []
    calls = {call.id: call for call in answers.calls}
    names = {call.model: str(call.model) for call in answers.calls}
    for judging in standing(answers) if judgings is None else judgings:
        if judging.of_pairs:
            continue
        source: Source = "check" if judging.kind == "check" else "judge"
        for judgment in judging.judgments:
            call = calls.get(judgment.call_id)
            if call is None or judgment.canary:  # asked again since, when the run was resumed
                continue
            rows.append(
                ScoreRow(
                    call.prompt_id,
                    call.repeat,
                    names[call.model],
                    judging.name,
                    source,
                    judging.by,
                    judgment.value,
                    judgment.error,
                    judgment.note,
                )
            )
    return rows if judgings is not None else rows + rating_rows(standing_votes(answers))


def rating_rows(votes: Iterable[Vote]) -> list[ScoreRow]:
    """Return the ratings among votes as scores: 1 to 5 become 0 to 1."""
    rows: list[ScoreRow] = []
    for vote in votes:
        if vote.model is not None and vote.rating is not None:
            value = (vote.rating - WORST) / (BEST - WORST)
            about = (vote.prompt_id, vote.repeat, vote.model)
            rows.append(ScoreRow(*about, PEOPLE, "person", vote.by, value, "", vote.note))
    return rows


def pair_rows(answers: Answers, judgings: Sequence[Judging] | None = None) -> list[PairRow]:
    """Return every word on a pair that stands, or those of the judgings given."""
    rows: list[PairRow] = []
    calls = {call.id: call for call in answers.calls}
    names = {call.model: str(call.model) for call in answers.calls}
    for judging in standing(answers) if judgings is None else judgings:
        if not judging.of_pairs:
            continue
        for judgment in judging.judgments:
            a, b = calls.get(judgment.call_id), calls.get(judgment.other_id)
            if a is None or b is None or judgment.canary:
                continue
            rows.append(
                PairRow(
                    a.prompt_id,
                    a.repeat,
                    names[a.model],
                    names[b.model],
                    judging.name,
                    "judge",
                    judging.by,
                    judgment.value,
                    judgment.flipped,
                    judgment.error,
                    judgment.note,
                )
            )
    return rows if judgings is not None else rows + vote_rows(standing_votes(answers))


def vote_rows(votes: Iterable[Vote]) -> list[PairRow]:
    """Return the votes on pairs among votes."""
    rows: list[PairRow] = []
    for vote in votes:
        if vote.model_a is not None and vote.model_b is not None and vote.winner is not None:
            about = (vote.prompt_id, vote.repeat, vote.model_a, vote.model_b)
            rows.append(PairRow(*about, PEOPLE, "person", vote.by, _SHARE[vote.winner], False, "", vote.note))
    return rows


def said_by(rows: Sequence[Row], by: str | None, *, what: str, hint: str) -> list[Row]:
    """Return the rows of one name: of `by`, or of the only one there is.

    Parameters
    ----------
    by
        A name, or who said it: ``people``, a check, a judge's model id, a person. `None` where one name is enough.
    what
        What the rows are, for a message: ``scores``, ``pairs``.
    hint
        What to do where there are none.

    Raises
    ------
    JudgmentError
        If there is none, or none of that name, or several and none was named.
    """
    names: list[str] = list(dict.fromkeys(row.name for row in rows))
    if not names:
        raise JudgmentError(f"There are no {what} yet: {hint}")
    if by is None:
        if len(names) > 1:
            raise JudgmentError(f"Say whose {what} are meant: by={either([repr(name) for name in names])}.")
        return list(rows)
    found = [row for row in rows if by == row.name] or [row for row in rows if by == row.by]
    if len(several := list(dict.fromkeys(row.name for row in found))) > 1:
        raise JudgmentError(f"{by} judged in several ways: say by={either([repr(name) for name in several])}.")
    if not found:
        known = list(dict.fromkeys([*names, *(row.by for row in rows)]))
        near = (
            did_you_mean(by, known) or f" There are those of {either(known if len(known) <= _MOST_NAMED else names)}."
        )
        raise JudgmentError(f"There are no {what} by {by!r}.{near}")
    return found


def simulated_judges(rows: Iterable[PairRow | ScoreRow]) -> list[str]:
    """Return a note on those judges among who said these that are simulated, or none."""
    from routebook.models import SIMULATED_HOSTS

    judges = dict.fromkeys(row.by for row in rows if row.source == "judge" and not row.error)
    made_up = [judge for judge in judges if judge.partition("/")[0] in SIMULATED_HOSTS]
    if not made_up:
        return []
    one = len(made_up) == 1
    return [f"{', '.join(made_up)} {'is a simulated judge' if one else 'are simulated judges'}: verdicts are made up."]


def score_frame(rows: Sequence[ScoreRow]) -> pd.DataFrame:
    """Return scores as a DataFrame: the columns of `ScoreRow`, a missing value being NaN."""
    return _frame(rows, ScoreRow._fields, {"repeat": "int64", "value": "float64"})


def pair_frame(rows: Sequence[PairRow]) -> pd.DataFrame:
    """Return words on pairs as a DataFrame: the columns of `PairRow`, a missing share being NaN."""
    return _frame(rows, PairRow._fields, {"repeat": "int64", "share_a": "float64", "flipped": "bool"})


def _frame(rows: Sequence[Row], names: Sequence[str], types: Mapping[str, str]) -> pd.DataFrame:
    import pandas as pd

    values = zip(*rows, strict=True) if rows else ((),) * len(names)
    columns = {
        name: pd.Series(column, dtype=types[name]) if name in types else text_column(list(column))
        for name, column in zip(names, values, strict=True)
    }
    return pd.DataFrame(columns)
