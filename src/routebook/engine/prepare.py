"""Turns what the user asked for into a plan: nothing is sent here."""

from __future__ import annotations

import json
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from routebook.calls import Call, Failure, RunInfo
from routebook.engine.plan import Plan, PlannedCall, plan_sha256, quote
from routebook.errors import ModelError, OptionError, RunError
from routebook.models import ModelId
from routebook.pricing import PriceBook
from routebook.prompts import Message, Prompt
from routebook.providers.contract import Options, Provider, Request
from routebook.providers.registry import provider_for

if TYPE_CHECKING:
    from routebook.store import Store

RESUME_WITHIN = timedelta(hours=24)
"""An unfinished run of the same plan is resumed when it was begun within this time; an older one is left alone."""

MOST_CALLS = 1_000_000
History = Callable[[ModelId, Prompt, int], "tuple[Message, ...] | Failure"]
Recordings = Callable[[Sequence[tuple[str, int]]], Mapping[tuple[str, int], Call]]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A plan and what is needed to send it."""

    plan: Plan
    providers: Mapping[str, Provider]
    resume: RunInfo | None = None


def read_models(models: str | ModelId | Sequence[str | ModelId] | None) -> tuple[ModelId, ...]:
    """Read model ids, in the order given.

    Raises
    ------
    ModelError
        If there is none, or one is malformed.
    OptionError
        If one is given twice.
    """
    given: Sequence[str | ModelId] = [models] if isinstance(models, str | ModelId) else list(models or ())
    for one in given:
        if not isinstance(one, str | ModelId):
            raise ModelError(f"{one!r} is not a model id: write host/model, such as sim/small.")
    if not given:
        raise ModelError("Name at least one model, such as sim/small or openai/gpt-6.1-terra; %models lists them.")
    ids = tuple(one if isinstance(one, ModelId) else ModelId.parse(one) for one in given)
    for one in ids:
        if ids.count(one) > 1:
            raise OptionError(f"{one} is given twice; to ask a model several times use repeats=... (--repeat).")
    return ids


def whole_number(name: str, value: object) -> int:
    """Read a whole number, 1 or more, of any integer type (NumPy's too).

    Raises
    ------
    OptionError
        If it is none.
    """
    try:
        number = -1 if isinstance(value, bool) else operator.index(value)  # type: ignore[arg-type]
    except TypeError:
        number = -1
    if number < 1:
        raise OptionError(f"{name} must be a whole number, 1 or more, not {value!r}.")
    return number


def read_schema(schema: object) -> str | None:
    """Read a JSON schema from a dictionary, a Pydantic model, JSON text or a path; return canonical JSON.

    Raises
    ------
    OptionError
        If it is none of these, or no JSON schema.
    """
    if schema is None:
        return None
    found: Any = schema
    if callable(made := getattr(schema, "model_json_schema", None)):
        found = made()
    elif isinstance(schema, str | Path):
        found = _read_json(schema)
    if not isinstance(found, dict):
        raise OptionError("The schema must be a JSON schema: a dictionary, a Pydantic model, JSON text or a path.")
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import SchemaError

    try:
        Draft202012Validator.check_schema(found)
        return json.dumps(found, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    except SchemaError as error:
        where = "/".join(str(part) for part in error.absolute_path) or "its top"
        raise OptionError(f"The schema is not a JSON schema: at {where}, {error.message}.") from error
    except (TypeError, ValueError) as error:
        raise OptionError(f"The schema cannot be written as JSON: {error}.") from error


def _read_json(source: str | Path) -> object:
    text = str(source)
    try:
        if isinstance(source, Path) or not text.lstrip().startswith("{"):
            text = Path(source).expanduser().read_text(encoding="utf-8")
        return json.loads(text)
    except OSError as error:
        raise OptionError(f"Cannot read the schema {str(source)!r}: {error.strerror or error}.") from error
    except ValueError as error:
        raise OptionError(f"The schema is not JSON: {error}.") from error


def read_options(*, max_tokens: int | None, temperature: float | None, effort: str | None, schema: object) -> Options:
    """Check what the user gave beyond the prompt."""
    if max_tokens is not None:
        max_tokens = whole_number("max_tokens", max_tokens)
    if temperature is not None:
        number = isinstance(temperature, int | float) and not isinstance(temperature, bool)
        if not number or not 0 <= temperature < float("inf"):
            raise OptionError(f"temperature must be a number, 0 or more, not {temperature!r}.")
    if effort is not None and (not isinstance(effort, str) or not effort.strip()):
        raise OptionError(f"effort must be a word such as low, medium or high, not {effort!r}.")
    return Options(max_tokens, None if temperature is None else float(temperature), effort, read_schema(schema))


def prepare(
    prompts: Sequence[Prompt],
    models: Sequence[ModelId],
    *,
    options: Options,
    repeats: int,
    cache: bool,
    recorded: Recordings | None,
    history: History | None,
    settings: Mapping[str, object],
    store: Store,
    prices: PriceBook,
    resume: bool = True,
    chains: Mapping[str, Sequence[ModelId]] | None = None,
) -> Prepared:
    """Make the plan: what is asked of whom, what is answered already, what it may cost.

    Parameters
    ----------
    prompts, models
        What is asked, of whom.
    options
        What was asked for beyond the prompt.
    repeats
        How often each question is asked.
    cache
        Whether earlier answers to the very same question count.
    recorded
        Finds recorded calls by fingerprint and repeat, to replay instead of asking; `None` to ask.
    history
        What was said before, for a follow-up; by model, prompt and repeat.
    settings
        What to keep of the options, for the record.
    resume
        Whether an unfinished run of the same plan may be gone on with.
    chains
        By prompt id, the models to ask in turn until one answers; without it every prompt goes to all `models`.
    """
    repeats = whole_number("repeats", repeats)
    if len(prompts) * len(models) * repeats > MOST_CALLS:
        raise OptionError(f"This would be {len(prompts) * len(models) * repeats:,} calls; {MOST_CALLS:,} at most.")
    providers = {model.host: provider_for(model.host) for model in models}
    planned = [
        _plan_call(prompt, prompt_id, model, repeat, options, history)
        for prompt, prompt_id in [(prompt, prompt.id) for prompt in prompts]
        for repeat in range(repeats)
        for model in (models if chains is None else chains[prompt_id])
    ]
    in_turn = chains is not None
    unfinished = None
    if recorded is not None:
        found = recorded([(call.fingerprint, call.repeat) for call in planned])
        planned = [_from_recording(call, found) for call in planned]
    else:
        sha256 = plan_sha256(planned, in_turn=in_turn)
        unfinished = store.resumable_run(sha256) if resume else None
        if unfinished is not None and datetime.now(UTC) - unfinished.created_at > RESUME_WITHIN:
            unfinished = None
        planned = _already_answered(planned, store, unfinished, cache)
    defaults = {host: provider.defaults() for host, provider in providers.items()}
    quoted = quote(planned, prices, defaults)
    plan = Plan(tuple(planned), tuple(prompts), tuple(models), repeats, quoted, dict(settings), in_turn)
    return Prepared(plan, providers, unfinished)


def _plan_call(
    prompt: Prompt, prompt_id: str, model: ModelId, repeat: int, options: Options, history: History | None
) -> PlannedCall:
    messages = prompt.messages
    refusal = None
    if history is not None:
        before = history(model, prompt, repeat)
        if isinstance(before, Failure):
            refusal = before
        else:
            messages = before + messages
    request = Request(model, messages, prompt.system, options, repeat)
    return PlannedCall(prompt, prompt_id, request, repeat, request.fingerprint(), refusal)


def _from_recording(call: PlannedCall, recorded: Mapping[tuple[str, int], Call]) -> PlannedCall:
    found = recorded.get((call.fingerprint, call.repeat))
    if found is None:
        return replace(
            call,
            refusal=Failure(
                "not_found",
                f"No recording of this prompt with {call.model}.",
                "Run it once without replay; a replay needs the same prompt, model and options.",
            ),
        )
    return replace(call, answered=replace(found, replayed=True, cached_at=found.cached_at or found.started_at))


def _already_answered(
    planned: list[PlannedCall], store: Store, resume: RunInfo | None, cache: bool
) -> list[PlannedCall]:
    known: dict[tuple[str, str, int], Call] = {}
    if resume is not None:
        known = {
            (call.prompt_id, call.fingerprint, call.repeat): call
            for call in store.calls_of(resume.id)
            if call.status == "ok" and not call.replayed and (cache or not call.cached)
        }
    cached: Mapping[tuple[str, int], Call] = {}
    if cache:
        cached = store.cached_calls([(call.fingerprint, call.repeat) for call in planned if call.refusal is None])

    def answered(call: PlannedCall) -> PlannedCall:
        if call.refusal is not None:
            return call
        ours = known.get((call.prompt_id, call.fingerprint, call.repeat))
        if ours is not None:
            return replace(call, answered=ours)
        other = cached.get((call.fingerprint, call.repeat))
        if other is None:
            return call
        return replace(call, answered=replace(other, cached_from=other.id, cached_at=other.started_at))

    return [answered(call) for call in planned]


def continued(prompts: Sequence[Prompt], earlier: Sequence[Prompt], *, name: str) -> tuple[Prompt, ...]:
    """Pair follow-up prompts with the prompts they follow: one for each, or one for all.

    Raises
    ------
    RunError
        If their numbers do not go together.
    """
    if len(prompts) == 1:
        pairs = [(prompts[0], before) for before in earlier]
    elif len(prompts) == len(earlier):
        pairs = list(zip(prompts, earlier, strict=True))
    else:
        raise RunError(
            f"{name} has {len(earlier)} prompts: continue it with one prompt for all of them, or with as many."
        )
    return tuple(
        replace(
            prompt,
            follows=before.id,
            system=before.system if prompt.system is None else prompt.system,
            tags=prompt.tags or before.tags,
        )
        for prompt, before in pairs
    )
