"""Plain examples of routebook's values, to be changed by keyword."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from routebook.ballots import Ballot, BallotItem
from routebook.calls import Call, Chunk, RunInfo, Timeline
from routebook.judgments import Judging, Judgment
from routebook.models import ModelId
from routebook.prompts import Prompt
from routebook.providers.contract import Usage
from routebook.votes import Vote

PROMPT = Prompt.of("What is 2 + 2?", tags=["arithmetic"], expected="4")
MODEL = ModelId("sim", "small")


def sha256(text: str) -> str:
    """Return a sha256, hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def run_of(**changes: Any) -> RunInfo:
    """Return a new running run of one prompt and one model."""
    fields: dict[str, Any] = {
        "id": uuid4().hex,
        "name": None,
        "created_at": datetime.now(UTC),
        "models": (str(MODEL),),
        "plan_sha256": sha256("a plan"),
        "status": "running",
        "planned": 1,
    }
    return RunInfo(**(fields | changes))


def call_of(run: RunInfo, **changes: Any) -> Call:
    """Return a new call of a run, answered with ``4``."""
    call_id = uuid4().hex
    fields: dict[str, Any] = {
        "id": call_id,
        "run_id": run.id,
        "prompt_id": PROMPT.id,
        "model": MODEL,
        "repeat": 0,
        "fingerprint": sha256(call_id),
        "status": "ok",
        "text": "4",
        "started_at": datetime.now(UTC),
        "latency_s": 0.5,
        "finish": "stop",
        "usage": Usage(input_tokens=10, output_tokens=1),
        "ttft_s": 0.25,
        "timeline": Timeline.of([Chunk(200_000, "started", 0), Chunk(250_000, "text", 1)]),
    }
    return Call(**(fields | changes))


def vote_of(**changes: Any) -> Vote:
    """Return ada's vote for the first of two models."""
    fields: dict[str, Any] = {
        "run_id": uuid4().hex,
        "prompt_id": PROMPT.id,
        "kind": "pair",
        "by": "ada",
        "model_a": "sim/small",
        "model_b": "sim/large",
        "winner": "a",
    }
    return Vote(**(fields | changes))


def rating_of(**changes: Any) -> Vote:
    """Return ada's rating of a model."""
    fields: dict[str, Any] = {"kind": "rating", "model": "sim/small", "rating": 4}
    return vote_of(**({"model_a": None, "model_b": None, "winner": None} | fields | changes))


def judging_of(*judgments: Judgment, **changes: Any) -> Judging:
    """Return what the check ``exact`` says: without judgments given, that one answer is right."""
    fields: dict[str, Any] = {
        "run_id": uuid4().hex,
        "kind": "check",
        "by": "exact",
        "judgments": judgments or (Judgment(uuid4().hex, 1.0),),
    }
    return Judging(**(fields | changes))


def ballot_of(**changes: Any) -> Ballot:
    """Return a ballot of one pair, for anybody."""
    item = BallotItem(prompt_id=PROMPT.id, model_a="sim/small", model_b="sim/large")
    fields: dict[str, Any] = {"run_id": uuid4().hex, "title": "Which is better?", "items": (item,)}
    return Ballot(**(fields | changes))
