"""Brings a store to this version's tables: made whole where there are none, step by step where they are older.

Migrating happens in one transaction under a lock, so of several notebooks that open a store at once, one does it. A
store written by a newer routebook is refused: guessing what its columns mean could damage it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Double,
    Engine,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    inspect,
    select,
    text,
)

from routebook.errors import StoreError
from routebook.store.location import WRITES, shown
from routebook.store.schema import SCHEMA_VERSION, metadata, schema_version

Step = Callable[[Connection], None]


def _add_votes(connection: Connection) -> None:
    """Add the table of votes."""
    then = MetaData()
    Table("routebook_runs", then, Column("id", String(32), primary_key=True))
    votes = Table(
        "routebook_votes",
        then,
        Column("seq", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
        Column("id", String(32), nullable=False, unique=True),
        Column("run_id", String(32), ForeignKey("routebook_runs.id"), nullable=False, index=True),
        Column("prompt_id", String(16), nullable=False),
        Column("repeat", Integer, nullable=False),
        Column("kind", String(16), nullable=False),
        Column("model_a", Text),
        Column("model_b", Text),
        Column("winner", String(16)),
        Column("model", Text),
        Column("rating", Integer),
        Column("note", Text, nullable=False),
        Column("voter", Text, nullable=False),
        Column("cast_at", String(32), nullable=False),
        Column("blind", Boolean, nullable=False),
        Column("shown", Text, nullable=False),
        Column("source", String(16), nullable=False),
    )
    votes.create(connection)


def _add_judgings_and_ballots(connection: Connection) -> None:
    """Add the tables of judgings, of their judgments, and of ballots."""
    then = MetaData()
    Table("routebook_runs", then, Column("id", String(32), primary_key=True))
    made = [
        Table(
            "routebook_judgings",
            then,
            Column("seq", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
            Column("id", String(32), nullable=False, unique=True),
            Column("run_id", String(32), ForeignKey("routebook_runs.id"), nullable=False, index=True),
            Column("kind", String(16), nullable=False),
            Column("judge", Text, nullable=False),
            Column("name", Text, nullable=False),
            Column("settings", Text, nullable=False),
            Column("calls_run", String(32)),
            Column("judged_at", String(32), nullable=False),
        ),
        Table(
            "routebook_judgments",
            then,
            Column("judging", ForeignKey("routebook_judgings.seq"), primary_key=True),
            Column("position", Integer, primary_key=True, autoincrement=False),
            Column("call_id", String(32), nullable=False),
            Column("value", Double),
            Column("other_id", String(32)),
            Column("flipped", Boolean, nullable=False),
            Column("canary", String(8)),
            Column("note", Text),
            Column("error", Text),
            sqlite_with_rowid=False,
        ),
        Table(
            "routebook_ballots",
            then,
            Column("seq", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
            Column("id", String(32), nullable=False, unique=True),
            Column("run_id", String(32), ForeignKey("routebook_runs.id"), nullable=False, index=True),
            Column("title", Text, nullable=False),
            Column("created_at", String(32), nullable=False),
            Column("secret", String(64), nullable=False),
            Column("items", Text, nullable=False),
            Column("voters", Text, nullable=False),
        ),
    ]
    for table in made:
        table.create(connection)


STEPS: Mapping[int, Step] = {2: _add_votes, 3: _add_judgings_and_ballots}
"""Step n brings the tables from version n - 1 to n, with tables of its own: `schema` describes only the newest. New
stores are made at the newest version and take no step."""

_LOCK = 0x726F757465  # PostgreSQL's advisory locks are numbers: "route"


def migrate(engine: Engine, *, version: int = SCHEMA_VERSION, steps: Mapping[int, Step] = STEPS) -> None:
    """Bring the store to the version.

    Raises
    ------
    StoreError
        If the store is of a newer version, which is left as it is.
    """
    with engine.connect() as connection:
        if _found(connection, engine, version) == version:
            return
    with engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        found = _found(connection, engine, version)  # again: another process may have done it meanwhile
        if found == version:
            return
        if found == 0:
            metadata.create_all(connection)
            connection.execute(schema_version.insert(), {"version": version})
            return
        for number in range(found + 1, version + 1):
            steps[number](connection)
        connection.execute(schema_version.update(), {"version": version})


def _found(connection: Connection, engine: Engine, ours: int) -> int:
    """Return the store's version, 0 for one without tables."""
    if not inspect(connection).has_table(schema_version.name):
        return 0
    found = connection.scalar(select(schema_version.c.version)) or 0
    if found > ours:
        raise StoreError(
            f"The store {shown(engine.url)} is of version {found}, and this routebook knows versions up to {ours}: "
            "pip install --upgrade routebook, or choose another store with ROUTEBOOK_STORE."
        )
    return found
