"""What the store tells about itself: a run in a line, and the response cache."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from routebook.calls import RunStatus


@dataclass(frozen=True, slots=True)
class RunSummary:
    """One run in a line.

    Attributes
    ----------
    id, name, created_at, status, models, planned
        As in `routebook.calls.RunInfo`.
    finished
        How many of its calls are stored, with an answer or an error.
    errors
        How many of these failed.
    prompts
        How many prompts it has.
    first_prompt
        The first 80 characters of its first prompt, or empty.
    """

    id: str
    name: str | None
    created_at: datetime
    status: RunStatus
    models: tuple[str, ...]
    planned: int
    finished: int
    errors: int
    prompts: int
    first_prompt: str


@dataclass(frozen=True, slots=True)
class CacheInfo:
    """The response cache.

    Attributes
    ----------
    entries
        How many stored answers it may answer with.
    bytes
        The size of their texts and timelines, bytes.
    oldest
        When the oldest of them was asked for, UTC; `None` for an empty cache.
    """

    entries: int
    bytes: int
    oldest: datetime | None
