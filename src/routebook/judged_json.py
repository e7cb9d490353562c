"""What was said of a run, in the run's JSON file: its votes, and its judgings with their judgments.

Whoever reads it may not trust who wrote it (see `routebook.comparison_json`): unknown fields are refused, and so is a
word on an answer that is not in the file.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from typing import get_args

from routebook.calls import Call, RunInfo
from routebook.errors import JudgmentError, RunError
from routebook.judgments import LONGEST_NAME, LONGEST_TEXT, Canary, Judging, JudgingKind, Judgment
from routebook.strict_json import Fields
from routebook.tables import plain
from routebook.votes import Vote, described, read_vote

Said = tuple[tuple[Vote, ...], tuple[Judging, ...]]


def said_fields(calls: Sequence[Call], votes: Sequence[Vote], judgings: Sequence[Judging]) -> dict[str, object]:
    """Return the fields of a file that hold what was said of these calls; what nobody said has no field.

    So an older routebook reads the file of a run that nobody judged. What a judging says of a call that was asked
    again since is left out, as the call is.
    """
    fields: dict[str, object] = {}
    if votes:
        fields["votes"] = [described(vote) for vote in votes]
    if judgings:
        known = {call.id for call in calls}
        fields["judgings"] = [_judging(judging, known) for judging in judgings]
    return fields


def read_said(fields: Fields, run: RunInfo, calls: Sequence[Call]) -> Said:
    """Read what `said_fields` gave.

    Raises
    ------
    RunError
        If it is no such thing, or said of another run's answers; the text says where.
    """
    votes = fields.objects("votes", read_vote) if "votes" in fields else ()
    judgings = fields.objects("judgings", _read_judging) if "judgings" in fields else ()
    _check_votes(fields.where, run, calls, votes)
    _check_judgings(fields.where, run, calls, judgings)
    return votes, judgings


def _judging(judging: Judging, known: Set[str]) -> dict[str, object]:
    return {
        "id": judging.id,
        "run_id": judging.run_id,
        "kind": judging.kind,
        "by": judging.by,
        "name": judging.name,
        "settings": plain(judging.settings),
        "calls_run": judging.calls_run,
        "at": judging.at.isoformat(),
        "judgments": [
            judgment._asdict() | {"value": plain(judgment.value), "flipped": bool(judgment.flipped)}
            for judgment in judging.judgments
            if judgment.call_id in known and (not judgment.other_id or judgment.other_id in known)
        ],
    }


def _read_judging(fields: Fields) -> Judging:
    try:
        return Judging(
            id=fields.word("id"),
            run_id=fields.word("run_id"),
            kind=fields.one_of("kind", get_args(JudgingKind)),
            by=fields.text("by", LONGEST_NAME),
            name=fields.text("name", LONGEST_NAME),
            settings=fields.mapping("settings"),
            calls_run=fields.optional("calls_run", fields.word),
            at=fields.moment("at"),
            judgments=fields.objects("judgments", _read_judgment),
        )
    except JudgmentError as error:
        raise RunError(f"{fields.where}: {error}") from error


def _read_judgment(fields: Fields) -> Judgment:
    return Judgment(
        call_id=fields.word("call_id"),
        value=fields.optional("value", fields.seconds),
        other_id=fields.word("other_id"),
        flipped=fields.flag("flipped"),
        canary=fields.one_of("canary", get_args(Canary)),
        note=fields.text("note", LONGEST_TEXT),
        error=fields.text("error", LONGEST_TEXT),
    )


def _check_votes(what: str, run: RunInfo, calls: Sequence[Call], votes: Sequence[Vote]) -> None:
    answers = {(call.prompt_id, call.repeat, str(call.model)) for call in calls}
    cast: set[str] = set()
    for number, vote in enumerate(votes):
        if vote.run_id != run.id:
            raise RunError(f"{what}, votes[{number}] is on another run.")
        for model in vote.models:
            if (vote.prompt_id, vote.repeat, model) not in answers:
                raise RunError(f"{what}, votes[{number}] is on an answer of {model[:60]!r} that is not in the file.")
        if vote.id in cast:
            raise RunError(f"{what}, votes[{number}] has the id of another vote.")
        cast.add(vote.id)


def _check_judgings(what: str, run: RunInfo, calls: Sequence[Call], judgings: Sequence[Judging]) -> None:
    asked = {call.id: call.prompt_id for call in calls}
    made: set[str] = set()
    for number, judging in enumerate(judgings):
        where = f"{what}, judgings[{number}]"
        if judging.run_id != run.id:
            raise RunError(f"{where} is of another run.")
        if judging.id in made:
            raise RunError(f"{where} has the id of another judging.")
        made.add(judging.id)
        for place, judgment in enumerate(judging.judgments):
            prompt = asked.get(judgment.call_id)
            other = asked.get(judgment.other_id) if judgment.other_id else prompt
            if prompt is None or other is None:
                raise RunError(f"{where}, judgments[{place}] is of an answer that is not in the file.")
            if prompt != other:
                raise RunError(f"{where}, judgments[{place}] compares answers to different prompts.")
