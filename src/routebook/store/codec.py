r"""Our values to database rows and back, exactly and fast; knows nothing of any database.

Text that a database cannot hold survives: SQLite's text takes no lone surrogates, PostgreSQL's no NUL. Such
characters, and the escape character itself, are written as ``\x1a`` (SUBSTITUTE) and six hex digits. All other text,
which is to say nearly all, is stored as it is and can be read with any tool. JSON never contains a bare ``\x1a``, so a
JSON text is escaped as a whole.

Prompt metadata and run settings are plain JSON data; of what is not, numpy scalars become numbers, times ISO text, and
the rest its `str`.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, Protocol

from routebook.calls import Attempt, Call, Failure, RunInfo, Timeline
from routebook.errors import StoreError
from routebook.models import ModelId
from routebook.prompts import Attachment, Message, Prompt
from routebook.providers.contract import Usage

Row = dict[str, Any]


class Named(Protocol):
    """A row whose values are found by column names: SQLAlchemy's `RowMapping`, which is no mapping of strings."""

    def __getitem__(self, name: str, /) -> Any:
        """Return a column's value."""


LABEL_CHARACTERS = 80

CALL_FACTS = (
    "id", "run_id", "prompt_id", "model", "repeat", "fingerprint", "status", "started_at", "latency_s", "finish",
    "raw_finish", "input_tokens", "cached_tokens", "cache_write_tokens", "output_tokens", "reasoning_tokens",
    "queued_s", "first_event_s", "first_reasoning_s", "ttft_s", "failure", "request_id", "served_model",
    "reported_cost_usd", "extras", "simulated", "cached_from", "cached_at", "replayed",
)  # fmt: skip
"""The columns that `decode_call` takes, in order, without what is long."""
CALL_LONG = ("attempts", "text", "reasoning", "timeline")
"""The columns that follow them."""

_ESCAPE = "\x1a"
_TO_ESCAPE = re.compile("[\x00\x1a\ud800-\udfff]")
_ESCAPED = re.compile("\x1a([0-9a-f]{6})")
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=lambda value: _plain(value))


def to_text(text: str) -> str:
    r"""Return the text as a database can hold it.

    >>> to_text("as it is"), to_text("a\x00b\ud800")
    ('as it is', 'a\x1a000000b\x1a00d800')
    >>> from_text(to_text("a\x00b\ud800")) == "a\x00b\ud800"
    True
    """
    if "\x00" not in text and _ESCAPE not in text and (text.isascii() or _encodes(text)):
        return text
    return _TO_ESCAPE.sub(lambda match: f"{_ESCAPE}{ord(match[0]):06x}", text)


def from_text(text: str) -> str:
    """Undo `to_text`."""
    if _ESCAPE not in text:
        return text
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text)


def _encodes(text: str) -> bool:
    try:
        text.encode()  # far faster than a search for surrogates
    except UnicodeEncodeError:
        return False
    return True


def _optional(text: str | None) -> str | None:
    return None if text is None else to_text(text)


def _optional_back(text: str | None) -> str | None:
    return None if text is None else from_text(text)


def to_json(value: object) -> str:
    """Compact JSON, as a database can hold it."""
    return to_text(_ENCODER.encode(value))


def from_json(text: str) -> Any:
    """Undo `to_json`."""
    return json.loads(from_text(text))


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if callable(item := getattr(value, "item", None)) and getattr(value, "ndim", None) == 0:
        made: object = item()
        return made if isinstance(made, (bool, int, float, str)) else str(made)
    if isinstance(value, (set, frozenset)):
        return sorted(map(str, value))
    return str(value)


def to_time(moment: datetime) -> str:
    """ISO text in UTC, always of the same length, so that it sorts.

    >>> to_time(datetime(2026, 11, 20, 12, tzinfo=UTC))
    '2026-11-20T12:00:00.000000+00:00'
    """
    if moment.tzinfo is None:
        raise StoreError(f"{moment.isoformat()} has no time zone: routebook stores times in UTC.")
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def encode_call(call: Call) -> Row:
    """Return the row of a call."""
    usage = call.usage
    text = to_text(call.text)
    reasoning = to_text(call.reasoning)
    timeline = call.timeline.packed
    return {
        "id": call.id,
        "run_id": call.run_id,
        "prompt_id": call.prompt_id,
        "model": to_text(str(call.model)),
        "repeat": call.repeat,
        "fingerprint": call.fingerprint,
        "cacheable": call.status == "ok" and call.cached_from is None and not call.replayed,
        "size_bytes": _size(text) + _size(reasoning) + len(timeline),
        "status": call.status,
        "started_at": to_time(call.started_at),
        "latency_s": call.latency_s,
        "finish": call.finish,
        "raw_finish": _optional(call.raw_finish),
        "input_tokens": usage.input_tokens,
        "cached_tokens": usage.cached_tokens,
        "cache_write_tokens": usage.cache_write_tokens,
        "output_tokens": usage.output_tokens,
        "reasoning_tokens": usage.reasoning_tokens,
        "queued_s": call.queued_s,
        "first_event_s": call.first_event_s,
        "first_reasoning_s": call.first_reasoning_s,
        "ttft_s": call.ttft_s,
        "failure": None if call.failure is None else to_json(_failure(call.failure)),
        "request_id": _optional(call.request_id),
        "served_model": _optional(call.served_model),
        "reported_cost_usd": None if call.reported_cost_usd is None else str(call.reported_cost_usd),
        "extras": to_json(call.extras) if call.extras else None,
        "simulated": call.simulated,
        "cached_from": call.cached_from,
        "cached_at": None if call.cached_at is None else to_time(call.cached_at),
        "replayed": call.replayed,
        "attempts": to_json([[*_failure(a.failure), a.latency_s, a.waited_s, a.text] for a in call.attempts])
        if call.attempts
        else None,
        "text": text,
        "reasoning": reasoning,
        "timeline": timeline,
    }


def _size(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode())


def _failure(failure: Failure) -> list[object]:
    return [failure.kind, failure.message, failure.hint, failure.status]


@lru_cache(maxsize=1024)
def _model(text: str) -> ModelId:
    host, _, model = from_text(text).partition("/")
    return ModelId(host, model)


def decode_call(row: Sequence[Any]) -> Call:
    """Return the call of a row of `CALL_FACTS` and `CALL_LONG`; of `CALL_FACTS` alone, a call without what is long."""
    (
        id_, run_id, prompt_id, model, repeat, fingerprint, status, started_at, latency_s, finish,
        raw_finish, input_tokens, cached_tokens, cache_write_tokens, output_tokens, reasoning_tokens,
        queued_s, first_event_s, first_reasoning_s, ttft_s, failure, request_id, served_model,
        reported_cost_usd, extras, simulated, cached_from, cached_at, replayed, *long,
    ) = row  # fmt: skip
    attempts, text, reasoning, timeline = long or (None, "", "", b"")
    return Call(
        id_,
        run_id,
        prompt_id,
        _model(model),
        repeat,
        fingerprint,
        status,
        from_text(text),
        datetime.fromisoformat(started_at),
        latency_s,
        from_text(reasoning),
        finish,
        _optional_back(raw_finish),
        Usage(input_tokens, cached_tokens, cache_write_tokens, output_tokens, reasoning_tokens),
        queued_s,
        first_event_s,
        first_reasoning_s,
        ttft_s,
        () if attempts is None else tuple(Attempt(Failure(*item[:4]), *item[4:]) for item in from_json(attempts)),
        None if failure is None else Failure(*from_json(failure)),
        _optional_back(request_id),
        _optional_back(served_model),
        None if reported_cost_usd is None else Decimal(reported_cost_usd),
        {} if extras is None else from_json(extras),
        simulated,
        cached_from,
        None if cached_at is None else datetime.fromisoformat(cached_at),
        replayed,
        Timeline(timeline),
    )


def encode_run(run: RunInfo) -> Row:
    """Return the row of a run, without its owner."""
    return {
        "id": run.id,
        "name": _optional(run.name),
        "created_at": to_time(run.created_at),
        "models": to_json(run.models),
        "plan_sha256": run.plan_sha256,
        "status": run.status,
        "planned": run.planned,
        "repeats": run.repeats,
        "settings": to_json(run.settings),
        "replay_of": run.replay_of,
        "blind": run.blind,
        "loop_lag_ms": to_json(run.loop_lag_ms),
    }


def decode_run(row: Named) -> RunInfo:
    """Return the run of a row, by column names."""
    return RunInfo(
        id=row["id"],
        name=_optional_back(row["name"]),
        created_at=datetime.fromisoformat(row["created_at"]),
        models=tuple(from_json(row["models"])),
        plan_sha256=row["plan_sha256"],
        status=row["status"],
        planned=row["planned"],
        repeats=row["repeats"],
        settings=from_json(row["settings"]),
        replay_of=row["replay_of"],
        blind=row["blind"],
        loop_lag_ms=from_json(row["loop_lag_ms"]),
    )


def encode_prompt(prompt: Prompt) -> Row:
    """Return the row of a prompt; its images are referred to by their sha256."""
    body = to_json(
        {
            "system": prompt.system,
            "messages": [
                [message.role, message.text, [[a.sha256, a.media_type, a.name] for a in message.attachments]]
                for message in prompt.messages
            ],
            "tags": prompt.tags,
            "expected": prompt.expected,
            "metadata": prompt.metadata,
            "follows": prompt.follows,
        }
    )
    return {
        "sha256": hashlib.sha256(body.encode()).hexdigest(),
        "prompt_id": prompt.id,
        "label": to_text(prompt.text[:LABEL_CHARACTERS]),
        "body": body,
    }


def attachments_of(prompts: Iterable[Prompt]) -> dict[str, bytes]:
    """Return the bytes of all images of the prompts, by sha256."""
    found = (a for prompt in prompts for message in prompt.messages for a in message.attachments)
    return {attachment.sha256: attachment.data for attachment in found}


def attachments_in(body: Mapping[str, Any]) -> set[str]:
    """Return the sha256 of every image a prompt's parsed body refers to."""
    return {sha256 for _, _, shown in body["messages"] for sha256, _, _ in shown}


def decode_prompt(body: Mapping[str, Any], images: Mapping[str, bytes]) -> Prompt:
    """Return the prompt of its parsed body and the bytes of its images by sha256."""
    return Prompt(
        messages=tuple(
            Message(role, text, tuple(Attachment(images[sha256], media, name) for sha256, media, name in shown))
            for role, text, shown in body["messages"]
        ),
        system=body["system"],
        tags=tuple(body["tags"]),
        expected=body["expected"],
        metadata=body["metadata"],
        follows=body["follows"],
    )
