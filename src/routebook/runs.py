"""The main verb: ask several models the same thing, and get a `Comparison`.

`start` sends a run and returns at once with a `BackgroundRun` to watch; `compare` waits for it; `acompare` awaits it.
The magics and the command line are these with other clothes.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, overload
from uuid import uuid4

from routebook.calls import Call, Failure, RunInfo
from routebook.catalogue import suggest
from routebook.comparison import Comparison
from routebook.engine.budget import as_usd
from routebook.engine.fanout import DEFAULT_TIMEOUT_S, FanOut, Terms
from routebook.engine.limits import concurrency_of
from routebook.engine.live import LiveRun
from routebook.engine.loop import background as background_loop
from routebook.engine.plan import Plan
from routebook.engine.prepare import (
    Prepared,
    Recordings,
    continued,
    prepare,
    read_models,
    read_options,
)
from routebook.engine.recorder import Listener
from routebook.engine.retries import RetryPolicy
from routebook.errors import OptionError, RunError
from routebook.interrupt import Interrupted
from routebook.models import ModelId
from routebook.pricing import price_book
from routebook.prompts import Attachment, Message, Prompt
from routebook.store import Store, default_store
from routebook.templates import as_prompts, fill

if TYPE_CHECKING:
    import pandas as pd

    Prompts = str | Prompt | Sequence[str | Prompt] | pd.DataFrame
Replay = bool | str | Path | Comparison

_TICK_S = 0.1


class BackgroundRun(LiveRun):
    """A run that goes on in the background: watch it, wait for it, stop it, take what it has."""

    task: concurrent.futures.Future[None] | None = None

    def comparison(self) -> Comparison:
        """Return the comparison of what has finished so far; of a finished run, of all of it."""
        return Comparison(self.run, self.prompts, self.finished_calls())

    def result(self) -> Comparison:
        """Wait for the end and return the comparison; an interrupt stops the run (see `compare`)."""
        return wait(self)

    def __repr__(self) -> str:
        return f"<BackgroundRun {self.run.id[:8]} {self.finished} of {self.run.planned} done>"


def start(
    prompts: Prompts,
    models: str | ModelId | Sequence[str | ModelId] | None = None,
    *,
    system: str | None = None,
    tags: Sequence[str] | None = None,
    expected: object = None,
    images: Sequence[object] = (),
    name: str | None = None,
    repeats: int = 1,
    max_tokens: int | None = None,
    temperature: float | None = None,
    effort: str | None = None,
    schema: object = None,
    follow: Comparison | str | None = None,
    budget_usd: float | str | None = None,
    cache: bool = True,
    blind: bool = False,
    replay: Replay = False,
    timeout_s: float | None = None,
    retries: int = 2,
    concurrency: int | Mapping[str, int] | None = None,
    variables: Mapping[str, object] | None = None,
    raw: bool = False,
    store: Store | None = None,
    on_event: Listener | None = None,
) -> BackgroundRun:
    """Send a run and return at once; takes the options of `compare`.

    Parameters
    ----------
    on_event
        Called with each `Event`, from the engine's threads; it must be quick and must not raise.
    """
    store = store or default_store()
    earlier = _earlier(follow, store)
    if earlier is not None and models is None:
        models = earlier.models
    prepared, settings = _prepare(
        prompts,
        models,
        store=store,
        earlier=earlier,
        system=system,
        tags=tags,
        expected=expected,
        images=images,
        repeats=repeats,
        max_tokens=max_tokens,
        temperature=temperature,
        effort=effort,
        schema=schema,
        cache=cache,
        replay=replay,
        variables=variables,
        raw=raw,
    )
    plan = prepared.plan
    terms = _terms(plan, timeout_s, retries, concurrency, budget_usd)
    if prepared.resume is not None:
        run = replace(prepared.resume, name=name or prepared.resume.name, blind=blind, status="running")
        store.reopen_run(run.id)
    else:
        run = RunInfo(
            id=uuid4().hex,
            name=name,
            created_at=datetime.now(UTC),
            models=tuple(str(model) for model in plan.models),
            plan_sha256=plan.sha256,
            status="running",
            planned=len(plan.calls),
            repeats=repeats,
            settings=settings,
            replay_of=_replay_of(replay, plan),
            blind=blind,
        )
        store.begin_run(run, plan.prompts)
    live = BackgroundRun(run, plan, on_event)
    live.resumed = sum(call.answered is not None and call.answered.run_id == run.id for call in plan.calls)
    fan_out = FanOut(live, store, prepared.providers, price_book(), terms, on_event, suggest)
    live.task = background_loop.submit(fan_out.run())
    return live


@overload
def compare(
    prompts: Prompts,
    models: str | ModelId | Sequence[str | ModelId] | None = None,
    *,
    background: Literal[True],
    **options: Any,
) -> BackgroundRun: ...


@overload
def compare(
    prompts: Prompts,
    models: str | ModelId | Sequence[str | ModelId] | None = None,
    *,
    background: Literal[False] = False,
    **options: Any,
) -> Comparison: ...


def compare(
    prompts: Prompts,
    models: str | ModelId | Sequence[str | ModelId] | None = None,
    *,
    background: bool = False,
    **options: Any,
) -> Comparison | BackgroundRun:
    """Ask every model every prompt, and return the answers as a table with costs and times.

    Parameters
    ----------
    prompts
        A text, a `Prompt`, a sequence of these, or a DataFrame with a ``prompt`` column.
    models
        Model ids, ``host/model``. With `follow` they default to the earlier run's.
    system
        A system prompt, for the prompts that have none of their own.
    tags
        Kinds of task the prompts stand for.
    expected
        The expected answer, or one for each prompt; never sent.
    images
        Images (paths, bytes, PIL images) that go with every prompt.
    name
        What to call the run, for `rb.load` and `rb.history`.
    repeats
        How often to ask each question.
    max_tokens, temperature, effort, schema
        Sent only when given; a model that does not take one gets an error of its own.
    follow
        An earlier comparison, or its name: every model goes on from its own earlier answer.
    budget_usd
        Spending cap, US dollars: nothing is sent that might pass it.
    cache
        Whether an earlier answer to the very same question counts (it then says so and costs nothing).
    blind
        Hide names, times and costs until `Comparison.reveal`.
    replay
        `True` to stream the recorded answers again instead of asking; or a saved comparison, or its path.
    timeout_s
        Deadline of each attempt, seconds (600 unless given).
    retries
        How often to ask again after a failure that may pass.
    concurrency
        Calls at once for each host (8 unless given): a number, or a mapping by host.
    variables
        Fills ``{{name}}`` in the prompts; without it they are sent as they are.
    raw
        Send the prompts as they are even if `variables` is given.
    background
        Return a `BackgroundRun` at once instead of waiting.
    store
        Where to keep the run; the user's own store unless given.

    Returns
    -------
    Comparison
        Also when some models failed: those calls have the status ``error``.

    Raises
    ------
    RoutebookError
        If it cannot be asked at all: a malformed model id, an unknown variable, a store of a newer version.
    Interrupted
        If you interrupt it; a `KeyboardInterrupt` whose `comparison` holds what came.

    Examples
    --------
    >>> import routebook as rb
    >>> run = rb.compare("What is 17 * 3? Answer with the number only.", models=["sim/large", "sim/small"])
    >>> len(run.calls), run.errors
    (2, 0)
    """
    live = start(prompts, models, **options)
    return live if background else wait(live)


async def acompare(
    prompts: Prompts, models: str | ModelId | Sequence[str | ModelId] | None = None, **options: Any
) -> Comparison:
    """As `compare`, to be awaited; cancelling it stops the run and keeps what came."""
    live = await asyncio.to_thread(start, prompts, models, **options)
    loop = asyncio.get_running_loop()
    done = asyncio.Event()
    live.when_done(lambda: loop.call_soon_threadsafe(done.set))
    try:
        await done.wait()
    except asyncio.CancelledError:
        live.stop()
        await asyncio.to_thread(live.wait, 5.0)
        raise
    return _ended(live)


def wait(live: BackgroundRun) -> Comparison:
    """Wait for a run; an interrupt stops it, keeps what came and raises `Interrupted`; a second forces the exit."""
    try:
        while not live.wait(_TICK_S):
            pass
    except KeyboardInterrupt:
        live.stop()
        while not live.wait(_TICK_S):
            pass
        raise Interrupted(live.comparison(), live.run.planned) from None
    return _ended(live)


def _ended(live: BackgroundRun) -> Comparison:
    task = live.task
    if task is not None:
        task.result(5.0)  # a fault of the engine itself is raised here, not swallowed in the background
    comparison = live.comparison()
    if live.store_error is not None:
        comparison.warn(
            f"Not saved: {live.store_error} The answers are in this comparison: keep them with to_json(path)."
        )
    return comparison


def plan(prompts: Prompts, models: str | ModelId | Sequence[str | ModelId] | None = None, **options: Any) -> Plan:
    """Say what `compare` with the same arguments would ask and what it may cost; nothing is sent.

    Examples
    --------
    >>> import routebook as rb
    >>> rb.plan("Say hello.", models=["sim/small"], cache=False).quote.to_ask
    1
    """
    store = options.pop("store", None) or default_store()
    for unused in ("name", "budget_usd", "blind", "timeout_s", "retries", "concurrency", "background", "on_event"):
        options.pop(unused, None)
    earlier = _earlier(options.pop("follow", None), store)
    if earlier is not None and models is None:
        models = earlier.models
    return _prepare(prompts, models, store=store, earlier=earlier, **options)[0].plan


def load(id_or_name: str, *, store: Store | None = None) -> Comparison:
    """Load a run from the store by its id, the beginning of its id, or its name (the newest of that name).

    Raises
    ------
    RunError
        If there is none; the text names the nearest.
    """
    run, prompts, calls = (store or default_store()).load_run(id_or_name)
    return Comparison(run, prompts, calls)


def _prepare(
    prompts: Prompts,
    models: str | ModelId | Sequence[str | ModelId] | None,
    *,
    store: Store,
    earlier: Comparison | None,
    system: str | None = None,
    tags: Sequence[str] | None = None,
    expected: object = None,
    images: Sequence[object] = (),
    repeats: int = 1,
    max_tokens: int | None = None,
    temperature: float | None = None,
    effort: str | None = None,
    schema: object = None,
    cache: bool = True,
    replay: Replay = False,
    variables: Mapping[str, object] | None = None,
    raw: bool = False,
) -> tuple[Prepared, dict[str, object]]:
    ids = read_models(models)
    options = read_options(max_tokens=max_tokens, temperature=temperature, effort=effort, schema=schema)
    if variables is not None and not raw:
        prompts, system = _filled(prompts, variables), None if system is None else fill(system, variables)
    asked = as_prompts(prompts, system=system, tags=tags, expected=expected)
    if images:
        asked = _with_images(asked, tuple(Attachment.of(image) for image in images))
    settings: dict[str, object] = {**options.given(), **({} if cache else {"cache": False})}
    history = None
    if earlier is not None:
        asked = continued(asked, earlier.prompts, name=earlier.run.name or "the earlier run")
        settings["follows_run"] = earlier.run.id
        history = _history(earlier, store)
    prepared = prepare(
        asked,
        ids,
        options=options,
        repeats=repeats,
        cache=cache,
        recorded=_recordings(replay, store),
        history=history,
        settings=settings,
        store=store,
        prices=price_book(),
    )
    return prepared, settings


def _filled(prompts: Prompts, variables: Mapping[str, object]) -> Prompts:
    """Fill the placeholders of plain texts; a `Prompt` and a table are complete already."""
    if isinstance(prompts, str):
        return fill(prompts, variables)
    if isinstance(prompts, list | tuple):
        return [fill(one, variables) if isinstance(one, str) else one for one in prompts]
    return prompts


def _with_images(prompts: Sequence[Prompt], images: tuple[Attachment, ...]) -> tuple[Prompt, ...]:
    def add(prompt: Prompt) -> Prompt:
        *before, last = prompt.messages
        return replace(prompt, messages=(*before, replace(last, attachments=last.attachments + images)))

    return tuple(add(prompt) for prompt in prompts)


def _terms(
    plan: Plan,
    timeout_s: float | None,
    retries: int,
    concurrency: int | Mapping[str, int] | None,
    budget_usd: float | str | None,
) -> Terms:
    from routebook.config import config

    defaults = config().defaults
    timeout = timeout_s if timeout_s is not None else defaults.timeout_s
    if timeout is not None and (isinstance(timeout, bool) or not 0 < timeout < float("inf")):
        raise OptionError(f"timeout_s must be a number of seconds above 0, not {timeout!r}.")
    if isinstance(retries, bool) or not isinstance(retries, int) or not 0 <= retries <= 20:
        raise OptionError(f"retries must be a whole number from 0 to 20, not {retries!r}.")
    at_once = concurrency if concurrency is not None else defaults.concurrency
    for model in plan.models:
        concurrency_of(model.host, at_once)
    budget = budget_usd if budget_usd is not None else defaults.budget_usd
    return Terms(
        timeout_s=DEFAULT_TIMEOUT_S if timeout is None else float(timeout),
        retries=RetryPolicy(retries),
        concurrency=at_once,
        budget_usd=None if budget is None else as_usd(budget),
    )


# ---- follow-ups and recordings --------------------------------------------------------------------------------------


def _earlier(follow: Comparison | str | None, store: Store) -> Comparison | None:
    if follow is None or isinstance(follow, Comparison):
        return follow
    if isinstance(follow, str):
        return load(follow, store=store)
    raise RunError(f"To continue a run give a Comparison or its name, not {type(follow).__name__}.")


def _history(earlier: Comparison, store: Store) -> Any:
    """Return what tells, for a model and a follow-up prompt, the conversation so far."""
    runs: dict[str, Comparison] = {earlier.run.id: earlier}

    def conversation(run: Comparison, model: ModelId, prompt_id: str, repeat: int) -> tuple[Message, ...] | Failure:
        prompt = next(one for one in run.prompts if one.id == prompt_id)
        said = _answer(run.calls, model, prompt_id, repeat)
        if said is None:
            return Failure(
                "bad_request",
                f"{model} has no earlier answer to go on from.",
                "Ask it first, or leave it out of the follow-up.",
            )
        before: tuple[Message, ...] = ()
        if prompt.follows is not None:
            run_id = str(run.run.settings.get("follows_run", ""))
            if run_id not in runs:
                runs[run_id] = load(run_id, store=store)
            further = conversation(runs[run_id], model, prompt.follows, repeat)
            if isinstance(further, Failure):
                return further
            before = further
        return (*before, *prompt.messages, Message("assistant", said.text))

    return lambda model, prompt, repeat: conversation(earlier, model, prompt.follows, repeat)


def _answer(calls: Iterable[Call], model: ModelId, prompt_id: str, repeat: int) -> Call | None:
    """The model's answer of this repeat; of the first repeat where the earlier run had fewer."""
    said = {
        call.repeat: call
        for call in calls
        if call.model == model and call.prompt_id == prompt_id and call.status == "ok"
    }
    return said.get(repeat, said.get(0))


def _recordings(replay: Replay, store: Store) -> Recordings | None:
    if replay is False or replay is None:
        return None
    if replay is True:
        return store.recorded_calls
    source = replay if isinstance(replay, Comparison) else Comparison.from_json(Path(replay))
    known = {(call.fingerprint, call.repeat): call for call in source.calls if call.status == "ok"}
    return lambda _keys: known


def _replay_of(replay: Replay, plan: Plan) -> str | None:
    if replay is False:
        return None
    return next((call.answered.run_id for call in plan.calls if call.answered is not None), None)
