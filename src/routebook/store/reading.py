"""Every question the store answers, each a function of a connection."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, func, select

from routebook.calls import Call, RunInfo
from routebook.errors import RunError, did_you_mean
from routebook.prompts import Prompt
from routebook.store.codec import (
    CALL_FACTS,
    CALL_LONG,
    attachments_in,
    decode_call,
    decode_prompt,
    decode_run,
    from_json,
    from_text,
    to_text,
    to_time,
)
from routebook.store.owner import Owner
from routebook.store.schema import attachments, calls, prompts, run_prompts, runs
from routebook.store.summaries import CacheInfo, RunSummary

T = TypeVar("T")
Key = tuple[str, int]

SILENT_FOR = timedelta(minutes=10)
"""A run on another machine, whose processes cannot be asked, counts as gone when it stored nothing for so long."""

_IN_LIST = 500  # SQLite once allowed 999 variables in a statement
_PAGE = 5000
_SHORTEST_PREFIX = 6
_NEWEST_NAMES = 200
_PREFIX = re.compile(rf"[0-9a-f]{{{_SHORTEST_PREFIX},32}}\Z")

_FACTS = [calls.c[name] for name in CALL_FACTS]
_WHOLE = [*_FACTS, *(calls.c[name] for name in CALL_LONG)]


def chunks(items: Sequence[T]) -> Iterator[Sequence[T]]:
    """Cut a list into pieces that fit an ``IN (...)``."""
    return (items[start : start + _IN_LIST] for start in range(0, len(items), _IN_LIST))


def calls_of(connection: Connection, run_id: str, *, texts: bool = True) -> list[Call]:
    """Return a run's calls in the order they were stored, without those that were asked again."""
    columns = _WHOLE if texts else _FACTS
    query = select(*columns).where(calls.c.seq.in_(_standing([run_id]))).order_by(calls.c.seq)
    return [decode_call(row) for row in connection.execute(query)]


def _standing(run_ids: Sequence[str]) -> Select[tuple[int]]:
    """Select the ``seq`` of the runs' calls that stand: a run that is resumed asks again what had failed.

    Of one question to one model in one repeat that is the newest call; where a run lists the same prompt several
    times, the newest so many.
    """
    listed = (
        select(run_prompts.c.run_id, prompts.c.prompt_id, func.count().label("times"))
        .join_from(run_prompts, prompts, run_prompts.c.prompt_sha256 == prompts.c.sha256)
        .where(run_prompts.c.run_id.in_(run_ids))
        .group_by(run_prompts.c.run_id, prompts.c.prompt_id)
        .subquery()
    )
    same = (calls.c.run_id, calls.c.prompt_id, calls.c.model, calls.c.repeat)
    age = func.row_number().over(partition_by=same, order_by=calls.c.seq.desc())
    aged = (
        select(calls.c.seq, age.label("age"), func.coalesce(listed.c.times, 1).label("times"))
        .outerjoin_from(calls, listed, (listed.c.run_id == calls.c.run_id) & (listed.c.prompt_id == calls.c.prompt_id))
        .where(calls.c.run_id.in_(run_ids))
        .subquery()
    )
    return select(aged.c.seq).where(aged.c.age <= aged.c.times)


def is_stored(connection: Connection, call: Call) -> bool:
    """Tell whether exactly this call is there."""
    row = connection.execute(select(*_WHOLE).where(calls.c.id == call.id)).one_or_none()
    return row is not None and decode_call(row) == call


def page_of_calls(connection: Connection, after: int, since: datetime | None) -> tuple[list[Call], int]:
    """Return the next calls after a ``seq``, without what is long, and the ``seq`` of the last of them."""
    query = select(calls.c.seq, *_FACTS).where(calls.c.seq > after).order_by(calls.c.seq).limit(_PAGE)
    if since is not None:
        query = query.where(calls.c.started_at >= to_time(since))
    rows = connection.execute(query).all()
    return [decode_call(row[1:]) for row in rows], rows[-1][0] if rows else after


def cached_calls(connection: Connection, keys: Sequence[Key]) -> dict[Key, Call]:
    """Return the newest answer the cache may give for each (fingerprint, repeat) that has one."""
    return _newest(connection, keys, calls.c.cacheable.is_(True))


def recorded_calls(connection: Connection, keys: Sequence[Key]) -> dict[Key, Call]:
    """Return the newest answer that was ever stored for each (fingerprint, repeat) that has one."""
    first_hand = (calls.c.status == "ok") & calls.c.cached_from.is_(None) & calls.c.replayed.is_(False)
    return _newest(connection, keys, first_hand)


def _newest(connection: Connection, keys: Sequence[Key], may_answer: ColumnElement[bool]) -> dict[Key, Call]:
    wanted = set(keys)
    newest: list[int] = []
    for some in chunks(sorted({fingerprint for fingerprint, _ in wanted})):
        query = (
            select(calls.c.fingerprint, calls.c.repeat, func.max(calls.c.seq))
            .where(calls.c.fingerprint.in_(some), may_answer)
            .group_by(calls.c.fingerprint, calls.c.repeat)
        )
        newest += [seq for fingerprint, repeat, seq in connection.execute(query) if (fingerprint, repeat) in wanted]
    found: dict[Key, Call] = {}
    for those in chunks(newest):
        for row in connection.execute(select(*_WHOLE).where(calls.c.seq.in_(those))):
            call = decode_call(row)
            found[call.fingerprint, call.repeat] = call
    return found


def cache_info(connection: Connection) -> CacheInfo:
    """Count what the cache may answer with."""
    query = select(func.count(), func.sum(calls.c.size_bytes), func.min(calls.c.started_at)).where(
        calls.c.cacheable.is_(True)
    )
    entries, size, oldest = connection.execute(query).one()
    return CacheInfo(entries, int(size or 0), None if oldest is None else datetime.fromisoformat(oldest))


def owner_of(row: RowMapping) -> Owner | None:
    """Return the process that runs or ran a run. An imported run has none and is never resumed."""
    if row["owner_host"] is None:
        return None
    return Owner(row["owner_host"], row["owner_pid"], row["owner_started"])


def resumable(connection: Connection, row: RowMapping, now: datetime) -> bool:
    """Tell whether this run is unfinished, ours and run by nobody any more."""
    owner = owner_of(row)
    if owner is None or row["status"] == "finished":
        return False
    if row["status"] != "running":
        return True
    if owner.here:
        return not owner.alive
    last_call: str | None = connection.scalar(select(func.max(calls.c.started_at)).where(calls.c.run_id == row["id"]))
    last_sign: str = max(row["heartbeat_at"], last_call or "")
    return datetime.fromisoformat(last_sign) < now - SILENT_FOR


def resumable_run(connection: Connection, plan_sha256: str) -> RunInfo | None:
    """Return the newest unfinished run of a plan that nobody runs any more; a replay asks nobody, so never one."""
    query = (
        select(runs)
        .where(runs.c.plan_sha256 == plan_sha256, runs.c.status != "finished", runs.c.replay_of.is_(None))
        .order_by(runs.c.created_at.desc(), runs.c.id)
    )
    now = datetime.now(UTC)
    rows = connection.execute(query).mappings().all()
    return next((decode_run(row) for row in rows if resumable(connection, row, now)), None)


def load_run(connection: Connection, id_or_name: str) -> tuple[RunInfo, tuple[Prompt, ...], list[Call]]:
    """Return a run with its prompts and calls: by id, by the beginning of one, or the newest of a name."""
    run = _find(connection, id_or_name.strip())
    return run, _prompts_of(connection, run.id), calls_of(connection, run.id)


def _find(connection: Connection, wanted: str) -> RunInfo:
    newest_first = select(runs).order_by(runs.c.created_at.desc(), runs.c.id)
    if row := connection.execute(select(runs).where(runs.c.id == to_text(wanted))).mappings().one_or_none():
        return decode_run(row)
    if _PREFIX.match(wanted):
        rows = connection.execute(newest_first.where(runs.c.id.startswith(wanted)).limit(2)).mappings().all()
        if len(rows) == 1:
            return decode_run(rows[0])
        if rows:
            raise RunError(f"Several runs begin with {wanted!r}: give more of the id.")
    named = newest_first.where(runs.c.name == to_text(wanted)).limit(1)
    if row := connection.execute(named).mappings().one_or_none():
        return decode_run(row)
    recent = select(runs.c.name).where(runs.c.name.is_not(None)).order_by(runs.c.created_at.desc())
    names = {from_text(name) for name in connection.scalars(recent.limit(_NEWEST_NAMES))}
    raise RunError(f"There is no run {wanted!r} in the store.{did_you_mean(wanted, names)} rb.history() lists them.")


def _prompts_of(connection: Connection, run_id: str) -> tuple[Prompt, ...]:
    joined = prompts.join(run_prompts, run_prompts.c.prompt_sha256 == prompts.c.sha256)
    query = (
        select(prompts.c.body)
        .select_from(joined)
        .where(run_prompts.c.run_id == run_id)
        .order_by(run_prompts.c.position)
    )
    bodies = [from_json(body) for body in connection.scalars(query)]
    wanted = sorted({sha256 for body in bodies for sha256 in attachments_in(body)})
    images: dict[str, bytes] = {}
    for some in chunks(wanted):
        query_images = select(attachments.c.sha256, attachments.c.data).where(attachments.c.sha256.in_(some))
        images.update((sha256, data) for sha256, data in connection.execute(query_images))
    return tuple(decode_prompt(body, images) for body in bodies)


def summaries(connection: Connection, limit: int) -> list[RunSummary]:
    """Return the newest runs, each in a line."""
    found = connection.execute(select(runs).order_by(runs.c.created_at.desc(), runs.c.id).limit(limit)).mappings().all()
    finished: dict[str, int] = {}
    errors: dict[str, int] = {}
    asked: dict[str, int] = {}
    first: dict[str, str] = {}
    for some in chunks([row["id"] for row in found]):
        counted = select(calls.c.run_id, calls.c.status, func.count()).where(calls.c.seq.in_(_standing(some)))
        for run_id, status, count in connection.execute(counted.group_by(calls.c.run_id, calls.c.status)):
            finished[run_id] = finished.get(run_id, 0) + count
            if status == "error":
                errors[run_id] = count
        places = select(run_prompts.c.run_id, func.count()).where(run_prompts.c.run_id.in_(some))
        asked.update((run_id, count) for run_id, count in connection.execute(places.group_by(run_prompts.c.run_id)))
        joined = prompts.join(run_prompts, run_prompts.c.prompt_sha256 == prompts.c.sha256)
        labels = select(run_prompts.c.run_id, prompts.c.label).select_from(joined).where(run_prompts.c.run_id.in_(some))
        first.update(
            (run_id, from_text(label))
            for run_id, label in connection.execute(labels.where(run_prompts.c.position == 0))
        )
    return [_summary(decode_run(row), finished, errors, asked, first) for row in found]


def _summary(
    run: RunInfo, finished: dict[str, int], errors: dict[str, int], asked: dict[str, int], first: dict[str, str]
) -> RunSummary:
    return RunSummary(
        id=run.id,
        name=run.name,
        created_at=run.created_at,
        status=run.status,
        models=run.models,
        planned=run.planned,
        finished=finished.get(run.id, 0),
        errors=errors.get(run.id, 0),
        prompts=asked.get(run.id, 0),
        first_prompt=first.get(run.id, ""),
    )
