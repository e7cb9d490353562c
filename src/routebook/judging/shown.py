"""What was said of a run, as the views show it beside the answers: read once, however many views there are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from routebook.errors import JudgmentError, StoreError, VoteError
from routebook.judging.figures.folding import fold
from routebook.judging.people.voting import standing_votes
from routebook.judging.tables import PairRow, Row, ScoreRow, pair_rows, rating_rows, score_rows, standing, vote_rows
from routebook.judgments import standing_judgings
from routebook.render.clean import one_line
from routebook.render.said import LONGEST_NOTE, Mean, Said, Score
from routebook.votes import Vote
from routebook.votes import standing as standing_of

if TYPE_CHECKING:
    from routebook.answers import Answers

_Answer = tuple[str, int, str]  # prompt id, repeat, model


def said_of(answers: Answers, votes: Sequence[Vote] | None = None) -> Said:
    """Return what was said of a run's answers.

    Of a store that cannot be read nothing is known: then it is what came with the run's file.

    Parameters
    ----------
    answers
        The run.
    votes
        The votes that stand, where they were read already.
    """
    try:
        judgings = standing(answers)
        votes = standing_votes(answers) if votes is None else votes
    except (StoreError, VoteError, JudgmentError):
        judgings = standing_judgings(answers.file_judgings)
        votes = standing_of(answers.file_votes) if votes is None else votes
    scores = [*score_rows(answers, judgings), *rating_rows(votes)]
    pairs = [*pair_rows(answers, judgings), *vote_rows(votes)]
    # That a failed answer has no score, its card says already.
    failed = {(call.prompt_id, call.repeat, str(call.model)) for call in answers.errors}
    of: dict[_Answer, list[Score]] = {}
    models: dict[str, list[Mean]] = {}
    for (name, people), rows in _by_name(scores).items():
        for about, words in _by_answer(rows).items():
            if about not in failed or any(word.value is not None for word in words):
                of.setdefault(about, []).append(_score(name, people, words))
        for model, prompts in fold(rows).items():
            value = sum(on.mean for on in prompts.values()) / len(prompts)
            models.setdefault(model, []).append(Mean(name, round(value, 4), len(prompts), people=people))
    for (name, people), compared in _by_name(pairs).items():
        sides = _by_answer(side for row in compared for side in _sides(row))
        shares: dict[str, list[float]] = {}
        for about, words in sides.items():
            of.setdefault(about, []).append(_share(name, people, words))
            shares.setdefault(about[2], []).extend(word.value for word in words if word.value is not None)
        for model, got in shares.items():
            if got:
                value = sum(got) / len(got)
                models.setdefault(model, []).append(Mean(name, round(value, 4), len(got), of_pairs=True, people=people))
    return Said(of, models)


def _sides(row: PairRow) -> tuple[ScoreRow, ScoreRow]:
    """Return what a word on a pair says of each of its answers."""
    about = (row.name, row.source, row.by)
    other = None if row.share_a is None else 1 - row.share_a
    return (
        ScoreRow(row.prompt_id, row.repeat, row.model_a, *about, row.share_a, row.error, row.note),
        ScoreRow(row.prompt_id, row.repeat, row.model_b, *about, other, row.error, row.note),
    )


def _by_name(rows: Iterable[Row]) -> dict[tuple[str, bool], list[Row]]:
    """Return rows by their name, people's apart from those of a check that is called as they are."""
    found: dict[tuple[str, bool], list[Row]] = {}
    for row in rows:
        found.setdefault((row.name, row.source == "person"), []).append(row)
    return found


def _by_answer(rows: Iterable[ScoreRow]) -> dict[_Answer, list[ScoreRow]]:
    found: dict[_Answer, list[ScoreRow]] = {}
    for row in rows:
        found.setdefault((row.prompt_id, row.repeat, row.model), []).append(row)
    return found


def _score(name: str, people: bool, words: Sequence[ScoreRow]) -> Score:
    values = [word.value for word in words if word.value is not None]
    value = round(sum(values) / len(values), 4) if values else None
    return Score(name, value, len(values) or 1, None, _note(words), people)


def _share(name: str, people: bool, words: Sequence[ScoreRow]) -> Score:
    values = [word.value for word in words if word.value is not None]
    won, tied = sum(value > 0.5 for value in values), sum(value == 0.5 for value in values)
    value = round(sum(values) / len(values), 4) if values else None
    return Score(name, value, len(values), (won, tied), _note(words), people)


def _note(words: Sequence[ScoreRow]) -> str:
    """Return why, or why not, each in their own words."""
    if len(words) == 1 and words[0].source != "person":  # as of a hundred thousand checked answers
        text = words[0].note or words[0].error
        return one_line(text, LONGEST_NOTE) if text else ""
    said = [(word.by if word.source == "person" else "", word.note or word.error) for word in words]
    texts = dict.fromkeys(f"{by}: {text}" if by else text for by, text in said if text)
    return one_line(" · ".join(texts), LONGEST_NOTE)
