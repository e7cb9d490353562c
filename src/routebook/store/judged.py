"""What was said of runs, written and read: people's votes, what checks and judges gave, and ballots.

Whatever is given again counts once, and nothing takes the place of another with its id. A judging may have a hundred
thousand judgments, so theirs are plain rows, without names.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, Table, insert, select

from routebook.ballots import Ballot, BallotItem
from routebook.errors import JudgmentError, RunError, VoteError
from routebook.judgments import Judging, Judgment
from routebook.store.codec import Row, from_json, from_text, to_json, to_text, to_time
from routebook.store.reading import chunks
from routebook.store.schema import ballots, judgings, judgments, runs, votes
from routebook.votes import Vote

_COLUMNS = ("judging", "position", "call_id", "value", "other_id", "flipped", "canary", "note", "error")


def add_votes(connection: Connection, cast: Sequence[Vote]) -> None:
    """Add votes, without those that are there already."""
    for run_id in dict.fromkeys(vote.run_id for vote in cast):
        _need_run(connection, run_id, "vote on")
    there: dict[str, Vote] = {}
    for some in chunks([vote.id for vote in cast]):
        rows = connection.execute(select(votes).where(votes.c.id.in_(some))).mappings()
        there.update((row["id"], _decode_vote(row)) for row in rows)
    new = {}
    for vote in cast:
        if there.setdefault(vote.id, vote) != vote:
            raise VoteError(f"There is another vote with the id {vote.id}: give each an id of its own.")
        if there[vote.id] is vote:
            new[vote.id] = _encode_vote(vote)
    if new:
        connection.execute(insert(votes), list(new.values()))


def votes_of(connection: Connection, run_id: str) -> list[Vote]:
    """Return every vote on a run, in the order they were stored."""
    return [_decode_vote(row) for row in _of_run(connection, votes, run_id)]


def add_judging(connection: Connection, judging: Judging) -> None:
    """Add a judging with its judgments, unless it is there already."""
    _need_run(connection, judging.run_id, "judge")
    row = _encode_judging(judging)
    found = connection.execute(select(judgings).where(judgings.c.id == judging.id)).mappings().one_or_none()
    if found is None:
        made = connection.execute(insert(judgings).values(row)).inserted_primary_key
        assert made is not None
        _insert_judgments(connection, made[0], judging)
        return
    there = _judgments_of(connection, [found["seq"]]).get(found["seq"], [])
    if any(found[name] != value for name, value in row.items()) or there != list(judging.judgments):
        raise JudgmentError(f"There is another judging with the id {judging.id}: give each an id of its own.")


def judgings_of(connection: Connection, run_id: str) -> list[Judging]:
    """Return every judging of a run with its judgments, in the order they were stored."""
    found = _of_run(connection, judgings, run_id)
    said = _judgments_of(connection, [row["seq"] for row in found])
    return [_decode_judging(row, said.get(row["seq"], [])) for row in found]


def add_ballot(connection: Connection, given: Ballot) -> None:
    """Add a ballot, unless it is there already."""
    _need_run(connection, given.run_id, "vote on")
    found = connection.execute(select(ballots).where(ballots.c.id == given.id)).mappings().one_or_none()
    if found is None:
        connection.execute(insert(ballots), _encode_ballot(given))
    elif _decode_ballot(found) != given:
        raise VoteError(f"There is another ballot with the id {given.id}: give each an id of its own.")


def ballot(connection: Connection, ballot_id: str) -> Ballot:
    """Return the ballot of this id."""
    found = connection.execute(select(ballots).where(ballots.c.id == to_text(ballot_id))).mappings().one_or_none()
    if found is None:
        raise VoteError(f"There is no ballot {ballot_id[:60]!r} in this store: use the store that it was made with.")
    return _decode_ballot(found)


def ballots_of(connection: Connection, run_id: str) -> list[Ballot]:
    """Return the ballots of a run, in the order they were stored."""
    return [_decode_ballot(row) for row in _of_run(connection, ballots, run_id)]


def _need_run(connection: Connection, run_id: str, to_do: str) -> None:
    if connection.scalar(select(runs.c.id).where(runs.c.id == run_id)) is None:
        raise RunError(f"There is no run {run_id} in this store to {to_do}.")


def _of_run(connection: Connection, table: Table, run_id: str) -> Sequence[RowMapping]:
    query = select(table).where(table.c.run_id == run_id).order_by(table.c.seq)
    return connection.execute(query).mappings().all()


def _insert_judgments(connection: Connection, judging: int, said: Judging) -> None:
    rows = [
        (
            judging,
            position,
            call_id,
            None if value is None else float(value),
            other_id or None,
            bool(flipped),
            canary or None,
            to_text(note) if note else None,
            to_text(error) if error else None,
        )
        for position, (call_id, value, other_id, flipped, canary, note, error) in enumerate(said.judgments)
    ]
    statement = insert(judgments)
    plain = statement.compile(dialect=connection.dialect, column_keys=_COLUMNS)
    if not rows:
        return
    if plain.positional:  # straight to the driver, in half the time
        connection.exec_driver_sql(str(plain), rows)
    else:
        connection.execute(statement, [dict(zip(_COLUMNS, row, strict=True)) for row in rows])


def _judgments_of(connection: Connection, numbers: Sequence[int]) -> dict[int, list[Judgment]]:
    """Return the judgments of each judging that has any, in their order."""
    found: dict[int, list[Judgment]] = {}
    for some in chunks(numbers):
        query = (
            select(*(judgments.c[name] for name in _COLUMNS))
            .where(judgments.c.judging.in_(some))
            .order_by(judgments.c.judging, judgments.c.position)
        )
        for judging, _, call_id, value, other_id, flipped, canary, note, error in connection.execute(query):
            texts = from_text(note) if note else "", from_text(error) if error else ""
            found.setdefault(judging, []).append(
                Judgment(call_id, value, other_id or "", flipped, canary or "", *texts)
            )
    return found


def _encode_vote(vote: Vote) -> Row:
    return {
        "id": vote.id,
        "run_id": vote.run_id,
        "prompt_id": vote.prompt_id,
        "repeat": vote.repeat,
        "kind": vote.kind,
        "model_a": vote.model_a,
        "model_b": vote.model_b,
        "winner": vote.winner,
        "model": vote.model,
        "rating": vote.rating,
        "note": to_text(vote.note),
        "voter": to_text(vote.by),
        "cast_at": to_time(vote.at),
        "blind": vote.blind,
        "shown": to_json(vote.shown),
        "source": vote.source,
    }


def _decode_vote(row: RowMapping) -> Vote:
    return Vote(
        id=row["id"],
        run_id=row["run_id"],
        prompt_id=row["prompt_id"],
        repeat=row["repeat"],
        kind=row["kind"],
        model_a=row["model_a"],
        model_b=row["model_b"],
        winner=row["winner"],
        model=row["model"],
        rating=row["rating"],
        note=from_text(row["note"]),
        by=from_text(row["voter"]),
        at=datetime.fromisoformat(row["cast_at"]),
        blind=row["blind"],
        shown=tuple(from_json(row["shown"])),
        source=row["source"],
    )


def _encode_judging(judging: Judging) -> Row:
    return {
        "id": judging.id,
        "run_id": judging.run_id,
        "kind": judging.kind,
        "judge": to_text(judging.by),
        "name": to_text(judging.name),
        "settings": to_json(judging.settings),
        "calls_run": judging.calls_run,
        "judged_at": to_time(judging.at),
    }


def _decode_judging(row: RowMapping, said: Sequence[Judgment]) -> Judging:
    return Judging(
        id=row["id"],
        run_id=row["run_id"],
        kind=row["kind"],
        by=from_text(row["judge"]),
        name=from_text(row["name"]),
        judgments=tuple(said),
        settings=from_json(row["settings"]),
        calls_run=row["calls_run"],
        at=datetime.fromisoformat(row["judged_at"]),
    )


def _encode_ballot(given: Ballot) -> Row:
    return {
        "id": given.id,
        "run_id": given.run_id,
        "title": to_text(given.title),
        "created_at": to_time(given.created_at),
        "secret": given.key,
        "items": to_json([[item.id, item.prompt_id, item.repeat, item.model_a, item.model_b] for item in given.items]),
        "voters": to_json(given.voters),
    }


def _decode_ballot(row: RowMapping) -> Ballot:
    items: list[list[Any]] = from_json(row["items"])
    return Ballot(
        id=row["id"],
        run_id=row["run_id"],
        title=from_text(row["title"]),
        created_at=datetime.fromisoformat(row["created_at"]),
        key=row["secret"],
        items=tuple(
            BallotItem(id=id_, prompt_id=prompt_id, repeat=repeat, model_a=a, model_b=b)
            for id_, prompt_id, repeat, a, b in items
        ),
        voters=tuple(from_json(row["voters"])),
    )
