"""The tables of the store.

Portable types only: times are ISO texts in UTC (they sort), money is a decimal's text, structures are compact JSON
texts. A prompt's row is found by the sha256 of all of it, tags and expected answer included, because `Prompt.id` stays
the same when those change; an image's bytes are kept once, however many prompts show it.

Votes have a table of their own, and do not share one with what checks and judges say. A vote is a person's word on
models, kept for good with what the person saw, and superseded by a later one. A check's or a judge's score is a number
about a call, made again whenever one likes from settings that must be known, and a judge's has calls and costs of its
own: so a judging's row says who, how and when, once, and the numbers it gave are short rows below it, found by its
number. One table for all would be half empty in every row, and none could say what it requires.

A ballot's row has the secret that its slips are sealed with: it leaves the store for nothing but the counting.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

SCHEMA_VERSION = 3
"""Raise it with every change of a table, and add the step to `routebook.store.migrations.STEPS`."""

metadata = MetaData()

schema_version = Table("routebook_schema", metadata, Column("version", Integer, nullable=False))

runs = Table(
    "routebook_runs",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("name", Text),
    Column("created_at", String(32), nullable=False),
    Column("models", Text, nullable=False),
    Column("plan_sha256", String(64), nullable=False, index=True),
    Column("status", String(16), nullable=False),
    Column("planned", Integer, nullable=False),
    Column("repeats", Integer, nullable=False),
    Column("settings", Text, nullable=False),
    Column("replay_of", String(32)),
    Column("blind", Boolean, nullable=False),
    Column("loop_lag_ms", Text, nullable=False),
    # Who runs it: nobody, for an imported run.
    Column("owner_host", Text),
    Column("owner_pid", Integer),
    Column("owner_started", Double),
    Column("heartbeat_at", String(32)),
)

prompts = Table(
    "routebook_prompts",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("prompt_id", String(16), nullable=False),
    Column("label", Text, nullable=False),  # how its text begins, for lists
    Column("body", Text, nullable=False),
)

run_prompts = Table(
    "routebook_run_prompts",
    metadata,
    Column("run_id", String(32), ForeignKey("routebook_runs.id"), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("prompt_sha256", String(64), ForeignKey("routebook_prompts.sha256"), nullable=False),
)

attachments = Table(
    "routebook_attachments",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("data", LargeBinary, nullable=False),
)

calls = Table(
    "routebook_calls",
    metadata,
    # In the order they were stored; what is long comes last, so that SQLite need not read it to skip it.
    Column("seq", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("id", String(32), nullable=False, unique=True),
    Column("run_id", String(32), ForeignKey("routebook_runs.id"), nullable=False),
    Column("prompt_id", String(16), nullable=False),
    Column("model", Text, nullable=False),
    Column("repeat", Integer, nullable=False),
    Column("fingerprint", String(64), nullable=False),
    Column("cacheable", Boolean, nullable=False),  # whether the response cache may answer with it
    Column("size_bytes", BigInteger, nullable=False),
    Column("status", String(16), nullable=False),
    Column("started_at", String(32), nullable=False, index=True),
    Column("latency_s", Double),
    Column("finish", String(16)),
    Column("raw_finish", Text),
    Column("input_tokens", BigInteger),
    Column("cached_tokens", BigInteger),
    Column("cache_write_tokens", BigInteger),
    Column("output_tokens", BigInteger),
    Column("reasoning_tokens", BigInteger),
    Column("queued_s", Double, nullable=False),
    Column("first_event_s", Double),
    Column("first_reasoning_s", Double),
    Column("ttft_s", Double),
    Column("failure", Text),
    Column("request_id", Text),
    Column("served_model", Text),
    Column("reported_cost_usd", Text),
    Column("extras", Text),
    Column("simulated", Boolean, nullable=False),
    Column("cached_from", String(32)),
    Column("cached_at", String(32)),
    Column("replayed", Boolean, nullable=False),
    Column("attempts", Text),
    Column("text", Text, nullable=False),
    Column("reasoning", Text, nullable=False),
    Column("timeline", LargeBinary, nullable=False),
    Index("ix_routebook_calls_run", "run_id", "status"),
    Index("ix_routebook_calls_cache", "fingerprint", "repeat"),
)

votes = Table(
    "routebook_votes",
    metadata,
    Column("seq", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),  # in the order they were stored
    Column("id", String(32), nullable=False, unique=True),
    Column("run_id", String(32), ForeignKey("routebook_runs.id"), nullable=False, index=True),
    Column("prompt_id", String(16), nullable=False),
    Column("repeat", Integer, nullable=False),
    Column("kind", String(16), nullable=False),
    # Of a pair
    Column("model_a", Text),
    Column("model_b", Text),
    Column("winner", String(16)),
    # Of a rating
    Column("model", Text),
    Column("rating", Integer),
    Column("note", Text, nullable=False),
    Column("voter", Text, nullable=False),  # `Vote.by`, which is a word of SQL
    Column("cast_at", String(32), nullable=False),
    Column("blind", Boolean, nullable=False),
    Column("shown", Text, nullable=False),
    Column("source", String(16), nullable=False),
)

judgings = Table(
    "routebook_judgings",
    metadata,
    Column("seq", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),  # in the order they were stored
    Column("id", String(32), nullable=False, unique=True),
    Column("run_id", String(32), ForeignKey("routebook_runs.id"), nullable=False, index=True),
    Column("kind", String(16), nullable=False),
    Column("judge", Text, nullable=False),  # `Judging.by`, which is a word of SQL
    Column("name", Text, nullable=False),
    Column("settings", Text, nullable=False),
    Column("calls_run", String(32)),  # perhaps in another store, so no foreign key
    Column("judged_at", String(32), nullable=False),
)

judgments = Table(
    "routebook_judgments",
    metadata,
    Column("judging", ForeignKey("routebook_judgings.seq"), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("call_id", String(32), nullable=False),
    Column("value", Double),
    Column("other_id", String(32)),  # of a pair
    Column("flipped", Boolean, nullable=False),
    Column("canary", String(8)),
    Column("note", Text),
    Column("error", Text),
    sqlite_with_rowid=False,  # a judging's rows lie together, in their order, without an index beside them
)

ballots = Table(
    "routebook_ballots",
    metadata,
    Column("seq", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),  # in the order they were stored
    Column("id", String(32), nullable=False, unique=True),
    Column("run_id", String(32), ForeignKey("routebook_runs.id"), nullable=False, index=True),
    Column("title", Text, nullable=False),
    Column("created_at", String(32), nullable=False),
    Column("secret", String(64), nullable=False),  # `Ballot.key`, which is a word of SQL
    Column("items", Text, nullable=False),
    Column("voters", Text, nullable=False),
)
