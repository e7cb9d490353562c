"""A comparison as a JSON file, and strictly back.

::

    {"routebook": 1, "kind": "comparison", "run": {...}, "prompts": [{...}], "calls": [{...}], "warnings": [...],
     "votes": [{...}], "judgings": [{...}]}

A run nobody has voted on has no ``votes``, and one that nothing has judged no ``judgings``. Images and timelines are
base64, so the file replays a run elsewhere. Whoever reads it may not trust who wrote it: every field is checked for its
type and size, unknown fields are refused, and compressed data is unpacked within bounds.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import asdict
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from routebook.calls import Attempt, Call, CallStatus, Failure, RunInfo, RunStatus, Timeline
from routebook.errors import ModelError, PromptError, RunError
from routebook.judged_json import Said, read_said, said_fields
from routebook.models import SIMULATED_HOSTS, ModelId
from routebook.prompts import MAX_IMAGE_BYTES, Attachment, Message, Prompt
from routebook.providers.contract import ERROR_KINDS, FinishReason, Usage
from routebook.strict_json import MOST, Fields, parse
from routebook.tables import plain

if TYPE_CHECKING:
    from routebook.comparison import Comparison
    from routebook.judgments import Judging
    from routebook.votes import Vote

VERSION = 1
MOST_CHARACTERS = 1_000_000_000
MOST_REPEATS = 1_000_000
MOST_MODELS = 1_000  # each has a card for each prompt, asked or not
_SURROGATES = re.compile("[\ud800-\udbff][\udc00-\udfff]|[\ud800-\udfff]")
_LONGEST_TIMELINE = 100_000_000  # bytes, unpacked
_LONGEST_US = 7 * 24 * 3600 * 1_000_000  # a replay waits for what a timeline says


def write_json(
    comparison: Comparison,
    votes: Sequence[Vote] = (),
    judgings: Sequence[Judging] = (),
    notes: Sequence[str] = (),
) -> str:
    """Return a comparison and what was said of it as JSON text; the notes are warnings of the file only."""
    document: dict[str, object] = {
        "routebook": VERSION,
        "kind": "comparison",
        "run": _run(comparison.run),
        "prompts": [_prompt(prompt) for prompt in comparison.prompts],
        "calls": [_call(call) for call in comparison.calls],
        "warnings": [*comparison.warnings, *notes],
        **said_fields(comparison.calls, votes, judgings),
    }
    text = json.dumps(document, allow_nan=False, ensure_ascii=False, separators=(",", ":"))
    return text if text.isascii() else _SURROGATES.sub(_escaped, text)


def _escaped(match: re.Match[str]) -> str:
    """Half a surrogate pair as JSON writes it; two that meet stay, or their escapes would be read as one character."""
    return match[0] if len(match[0]) == 2 else f"\\u{ord(match[0]):04x}"


def writable(text: str) -> str:
    """Return the text as UTF-8 can hold it: two halves of a surrogate pair that meet become their character."""
    return text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _run(run: RunInfo) -> dict[str, object]:
    names = RunInfo.__dataclass_fields__
    described: dict[str, object] = {name: getattr(run, name) for name in names}
    described["created_at"] = run.created_at.isoformat()
    described["settings"] = plain(run.settings)
    described["loop_lag_ms"] = dict(run.loop_lag_ms)
    return described


def _prompt(prompt: Prompt) -> dict[str, object]:
    return {
        "id": prompt.id,
        "messages": [
            {
                "role": message.role,
                "text": message.text,
                "attachments": [
                    {"name": image.name, "media_type": image.media_type, "data": image.base64}
                    for image in message.attachments
                ],
            }
            for message in prompt.messages
        ],
        "system": prompt.system,
        "tags": prompt.tags,
        "expected": prompt.expected,
        "metadata": plain(prompt.metadata),
        "follows": prompt.follows,
    }


_AS_IT_IS = (
    "id", "run_id", "prompt_id", "repeat", "fingerprint", "status", "text", "reasoning", "finish", "raw_finish",
    "queued_s", "first_event_s", "first_reasoning_s", "ttft_s", "latency_s", "request_id", "served_model", "simulated",
    "cached_from", "replayed",
)  # fmt: skip


def _call(call: Call) -> dict[str, object]:
    described: dict[str, object] = {name: getattr(call, name) for name in _AS_IT_IS}
    reported, cached_at = call.reported_cost_usd, call.cached_at
    return described | {
        "model": str(call.model),
        "started_at": call.started_at.isoformat(),
        "cached_at": None if cached_at is None else cached_at.isoformat(),
        "usage": asdict(call.usage),
        "failure": None if call.failure is None else asdict(call.failure),
        "attempts": [asdict(attempt) for attempt in call.attempts],
        "reported_cost_usd": None if reported is None else str(reported),
        "extras": dict(call.extras),
        "timeline": base64.b64encode(call.timeline.packed).decode("ascii"),
    }


Document = tuple[RunInfo, tuple[Prompt, ...], tuple[Call, ...], list[str], Said]


def read_json(source: str | Path) -> Document:
    """Read what `write_json` wrote, from a path or from the text itself.

    Raises
    ------
    RunError
        If it cannot be read, is not such a file, or was written by a later version.
    """
    if isinstance(source, str) and source.lstrip("\ufeff \t\r\n").startswith("{"):
        what, text = "This text", source
    else:
        what, text = str(source)[:200], _read(source)
    if len(text) > MOST_CHARACTERS:
        raise RunError(f"{what} has {len(text):,} characters, more than a saved run may have.")
    fields = Fields(parse(text.lstrip("\ufeff"), what), what)
    version = fields.count("routebook")
    if version != VERSION:
        raise RunError(f"{what} was written by a later routebook (format {version}): upgrade routebook to read it.")
    fields.one_of("kind", ("comparison",))
    run = fields.object("run", _read_run)
    prompts = fields.objects("prompts", _read_prompt)
    calls = fields.objects("calls", _read_call)
    warnings = list(fields.words("warnings"))
    _check_together(what, run, prompts, calls)
    said = read_said(fields, run, calls)
    fields.end()
    return run, prompts, calls, warnings, said


def _read(path: str | Path) -> str:
    try:
        file = Path(path).expanduser()
        if file.stat().st_size > MOST_CHARACTERS:
            raise RunError(f"{str(path)[:200]} is larger than a saved run may be.")
        return file.read_text(encoding="utf-8")
    except OSError as error:
        raise RunError(f"Cannot read {str(path)[:200]!r}: {error.strerror or error}.") from error
    except ValueError as error:
        raise RunError(f"{str(path)[:200]} is not a saved run: it is not UTF-8 text.") from error


def _check_together(what: str, run: RunInfo, prompts: Sequence[Prompt], calls: Sequence[Call]) -> None:
    asked = {prompt.id for prompt in prompts}
    models = {*run.models, *(str(call.model) for call in calls)}
    if len(models) > MOST_MODELS:
        raise RunError(f"{what} has {len(models):,} models, more than the {MOST_MODELS:,} a saved run may have.")
    seen: set[str] = set()
    for number, call in enumerate(calls):
        if call.run_id != run.id:
            raise RunError(f"{what}, calls[{number}] belongs to another run.")
        if call.prompt_id not in asked:
            raise RunError(f"{what}, calls[{number}] asks prompt {call.prompt_id[:40]!r}, which is not in the file.")
        if call.repeat >= run.repeats:
            raise RunError(f"{what}, calls[{number}] is repeat {call.repeat}, from 0, of {run.repeats}.")
        if call.id in seen:
            raise RunError(f"{what}, calls[{number}] has the id of another call.")
        seen.add(call.id)


def _read_run(fields: Fields) -> RunInfo:
    lag = fields.mapping("loop_lag_ms")
    numbers = Fields(lag, f"{fields.where}, loop_lag_ms")
    return RunInfo(
        id=fields.word("id"),
        name=fields.optional("name", fields.word),
        created_at=fields.moment("created_at"),
        models=fields.words("models"),
        plan_sha256=fields.word("plan_sha256"),
        status=fields.one_of("status", get_args(RunStatus)),
        planned=fields.count("planned", MOST),
        repeats=fields.count("repeats", MOST_REPEATS),
        settings=fields.mapping("settings"),
        replay_of=fields.optional("replay_of", fields.word),
        blind=fields.flag("blind"),
        loop_lag_ms={name: numbers.seconds(name) for name in lag},
    )


def _read_prompt(fields: Fields) -> Prompt:
    claimed = fields.word("id")
    messages = fields.objects("messages", _read_message)
    try:
        prompt = Prompt(
            messages,
            system=fields.optional("system", fields.text),
            tags=fields.words("tags"),
            expected=fields.optional("expected", fields.text),
            metadata=fields.mapping("metadata"),
            follows=fields.optional("follows", fields.word),
        )
    except PromptError as error:
        raise RunError(f"{fields.where}: {error}") from error
    if prompt.id != claimed:
        raise RunError(f"{fields.where}: the id {claimed[:40]!r} is not this prompt's; the file was changed.")
    return prompt


def _read_message(fields: Fields) -> Message:
    role = fields.one_of("role", ("user", "assistant"))
    return Message(role, fields.text("text"), fields.objects("attachments", _read_attachment))


def _read_attachment(fields: Fields) -> Attachment:
    name = fields.word("name")
    media_type = fields.one_of("media_type", ("image/png", "image/jpeg", "image/gif", "image/webp"))
    data = _bytes(fields, "data", MAX_IMAGE_BYTES)
    try:
        image = Attachment.of(data, name=name)
    except PromptError as error:
        raise RunError(f"{fields.where}: {error}") from error
    if image.media_type != media_type:
        raise RunError(f"{fields.where}: this is {image.media_type}, not {media_type}.")
    return Attachment(data, media_type, name)


def _bytes(fields: Fields, name: str, most: int) -> bytes:
    text = fields.text(name, most // 3 * 4 + 4)
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        fields.fail(name, "base64", text)


def _read_call(fields: Fields) -> Call:
    try:
        model = _model(fields.word("model"))
    except ModelError as error:
        raise RunError(f"{fields.where}: {error}") from error
    status = fields.one_of("status", get_args(CallStatus))
    failure = fields.optional("failure", lambda key: fields.object(key, _read_failure))
    if (status == "ok") != (failure is None):
        raise RunError(f"{fields.where}: a call has a 'failure' exactly when its status is error.")
    simulated = fields.flag("simulated")
    if simulated != (model.host in SIMULATED_HOSTS):
        raise RunError(
            f"{fields.where}: 'simulated' must be {str(not simulated).lower()} for {str(model)[:60]!r}: "
            f"the simulated hosts are {' and '.join(SIMULATED_HOSTS)}."
        )
    extras = fields.mapping("extras")
    if not all(isinstance(value, str) for value in extras.values()):
        fields.fail("extras", "texts", extras)
    seconds: Callable[[str], float | None] = lambda key: fields.optional(key, fields.seconds)  # noqa: E731
    return Call(
        id=fields.word("id"),
        run_id=fields.word("run_id"),
        prompt_id=fields.word("prompt_id"),
        model=model,
        repeat=fields.count("repeat", MOST_REPEATS),
        fingerprint=fields.word("fingerprint"),
        status=status,
        text=fields.text("text"),
        started_at=fields.moment("started_at"),
        latency_s=seconds("latency_s"),
        reasoning=fields.text("reasoning"),
        finish=fields.optional("finish", lambda key: fields.one_of(key, get_args(FinishReason))),
        raw_finish=fields.optional("raw_finish", fields.word),
        usage=fields.object("usage", _read_usage),
        queued_s=fields.seconds("queued_s"),
        first_event_s=seconds("first_event_s"),
        first_reasoning_s=seconds("first_reasoning_s"),
        ttft_s=seconds("ttft_s"),
        attempts=fields.objects("attempts", _read_attempt),
        failure=failure,
        request_id=fields.optional("request_id", fields.word),
        served_model=fields.optional("served_model", fields.word),
        reported_cost_usd=fields.optional("reported_cost_usd", fields.usd),
        extras=extras,
        simulated=simulated,
        cached_from=fields.optional("cached_from", fields.word),
        cached_at=fields.optional("cached_at", fields.moment),
        replayed=fields.flag("replayed"),
        timeline=_timeline(fields),
    )


@lru_cache(maxsize=256)
def _model(name: str) -> ModelId:
    return ModelId.parse(name)  # cached: thousands of calls share a few models, and comparing one object is quick


def _read_usage(fields: Fields) -> Usage:
    return Usage(**{name: fields.optional(name, fields.count) for name in Usage.__dataclass_fields__})


def _read_failure(fields: Fields) -> Failure:
    return Failure(
        fields.one_of("kind", ERROR_KINDS),
        fields.text("message", 1_000_000),
        fields.text("hint", 1_000_000),
        fields.optional("status", fields.count),
    )


def _read_attempt(fields: Fields) -> Attempt:
    return Attempt(
        fields.object("failure", _read_failure),
        fields.seconds("latency_s"),
        fields.seconds("waited_s"),
        fields.text("text"),
    )


def _timeline(fields: Fields) -> Timeline:
    try:
        line = Timeline.read(_bytes(fields, "timeline", _LONGEST_TIMELINE), most_bytes=_LONGEST_TIMELINE)
        whole = all(chunk.at_us <= _LONGEST_US for chunk in line)
    except ValueError:
        whole, line = False, Timeline()
    if not whole:
        fields.fail("timeline", "a timeline", "broken data")
    return line
