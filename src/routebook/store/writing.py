"""What changes the store: calls, runs and their prompts, imports, the cache; each inside the writer's transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Column, Connection, Table, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from routebook.calls import Call, RunInfo, RunStatus
from routebook.errors import RunError
from routebook.judgments import Judging
from routebook.prompts import Prompt
from routebook.store.codec import (
    Row,
    attachments_of,
    encode_call,
    encode_prompt,
    encode_run,
    to_json,
    to_time,
)
from routebook.store.judged import add_judging, add_votes
from routebook.store.owner import this_process
from routebook.store.reading import chunks, owner_of, resumable
from routebook.store.schema import attachments, calls, prompts, run_prompts, runs
from routebook.votes import Vote

_INSERT_CALL = insert(calls)


def insert_calls(connection: Connection, given: Iterable[Call]) -> None:
    """Add calls."""
    connection.execute(_INSERT_CALL, [encode_call(call) for call in given])


def begin_run(connection: Connection, run: RunInfo, asked: Sequence[Prompt]) -> None:
    """Add a run with its prompts; this process owns it."""
    if connection.scalar(select(runs.c.id).where(runs.c.id == run.id)) is not None:
        raise RunError(f"The run {run.id} has begun already: reopen it, or begin one with an id of its own.")
    _add_run(connection, encode_run(run) | _owned_now(), asked)


def end_run(connection: Connection, run_id: str, status: RunStatus, loop_lag_ms: Mapping[str, float]) -> None:
    """Set how a run ended."""
    ended = {"status": status, "loop_lag_ms": to_json(loop_lag_ms), "heartbeat_at": to_time(datetime.now(UTC))}
    if connection.execute(update(runs).where(runs.c.id == run_id).values(ended)).rowcount == 0:
        raise RunError(f"There is no run {run_id} to end.")


def reopen_run(connection: Connection, run: RunInfo, asked: Sequence[Prompt]) -> None:
    """Make this process the owner of a run that nobody runs any more, with what the user gave this time."""
    whole = select(runs).where(runs.c.id == run.id).with_for_update()  # of two that resume it, one waits here
    row = connection.execute(whole).mappings().one_or_none()
    if row is None:
        raise RunError(f"There is no run {run.id} to go on with.")
    if not resumable(connection, row, datetime.now(UTC)):
        owner = owner_of(row)
        if owner is None:
            raise RunError(f"The run {run.id} was recorded elsewhere: replay it, or ask anew.")
        if row["status"] == "finished":
            raise RunError(f"The run {run.id} is finished: there is nothing to go on with.")
        raise RunError(f"The run {run.id} is still being run by process {owner.pid} on {owner.host}: wait, or stop it.")
    given = encode_run(run)
    changed = {name: given[name] for name in ("name", "settings", "blind")} | {"status": "running"} | _owned_now()
    connection.execute(update(runs).where(runs.c.id == run.id).values(changed))
    connection.execute(delete(run_prompts).where(run_prompts.c.run_id == run.id))
    _add_prompts(connection, run.id, asked)


def import_run(
    connection: Connection,
    run: RunInfo,
    asked: Sequence[Prompt],
    came: Sequence[Call],
    cast: Sequence[Vote],
    made: Sequence[Judging],
) -> bool:
    """Add somebody else's run as a whole, unless it is there; return whether it was added.

    Its calls never answer for the response cache, and it is never resumed: a file from elsewhere shall not speak for
    a model.
    """
    if connection.scalar(select(runs.c.id).where(runs.c.id == run.id)) is not None:
        return False
    for what, given in (("call", came), ("vote", cast), ("judging", made)):
        strange = next((one for one in given if one.run_id != run.id), None)
        if strange is not None:
            raise RunError(
                f"The {what} {strange.id} is of another run than {run.id}: this recording was changed by hand."
            )
    row = encode_run(run)
    if run.status == "running":
        row["status"] = "interrupted"  # nobody runs it here
    _add_run(connection, row, asked)
    if came:
        connection.execute(_INSERT_CALL, [encode_call(call) | {"cacheable": False} for call in came])
    add_votes(connection, cast)
    for judging in made:
        add_judging(connection, judging)
    return True


def clear_cache(connection: Connection) -> int:
    """Let the response cache answer with nothing that is stored so far; return how many answers that were."""
    return connection.execute(update(calls).where(calls.c.cacheable.is_(True)).values(cacheable=False)).rowcount


def _owned_now() -> Row:
    owner = this_process()
    return {
        "owner_host": owner.host,
        "owner_pid": owner.pid,
        "owner_started": owner.started,
        "heartbeat_at": to_time(datetime.now(UTC)),
    }


def _add_run(connection: Connection, row: Row, asked: Sequence[Prompt]) -> None:
    connection.execute(insert(runs), row)
    _add_prompts(connection, row["id"], asked)


def _add_prompts(connection: Connection, run_id: str, asked: Sequence[Prompt]) -> None:
    images = {sha256: {"sha256": sha256, "data": data} for sha256, data in attachments_of(asked).items()}
    _add_missing(connection, attachments, attachments.c.sha256, images)
    rows = [encode_prompt(prompt) for prompt in asked]
    _add_missing(connection, prompts, prompts.c.sha256, {prompt["sha256"]: prompt for prompt in rows})
    if rows:
        places = [
            {"run_id": run_id, "position": position, "prompt_sha256": prompt["sha256"]}
            for position, prompt in enumerate(rows)
        ]
        connection.execute(insert(run_prompts), places)


def _add_missing(connection: Connection, table: Table, key: Column[Any], rows: Mapping[str, Row]) -> None:
    """Insert the rows whose keys are not there. A row follows from its key, so it is no matter whose is first."""
    wanted = list(rows)
    for last in (False, True):
        there = {found for some in chunks(wanted) for found in connection.scalars(select(key).where(key.in_(some)))}
        missing = [row for name, row in rows.items() if name not in there]
        if not missing:
            return
        try:
            with connection.begin_nested():
                connection.execute(insert(table), missing)
        except IntegrityError:  # another process was faster: look again, once
            if last:
                raise
        else:
            return
