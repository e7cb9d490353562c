"""The main verb: ask several models the same thing, and get a `Comparison`.

`start` sends a run and returns at once with a `BackgroundRun` to watch; `compare` waits for it; `acompare` awaits it.
The magics and the command line are these with other clothes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Literal, overload

from routebook import earlier
from routebook.background import BackgroundRun, ended, wait
from routebook.comparison import Comparison
from routebook.engine.plan import Plan
from routebook.engine.prepare import Prepared, continued, prepare, read_models, read_options
from routebook.engine.recorder import Listener
from routebook.engine.terms import read_terms
from routebook.models import ModelId
from routebook.pricing import price_book
from routebook.prompts import distinct
from routebook.starting import awaited, begin, check_arguments, read_prompts
from routebook.store import Store, default_store

if TYPE_CHECKING:
    from routebook.starting import Prompts


def start(
    prompts: Prompts,
    models: str | ModelId | Sequence[str | ModelId] | None = None,
    *,
    system: str | None = None,
    tags: Sequence[str] | None = None,
    expected: object = None,
    images: object = None,
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
    replay: earlier.Replay = False,
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
    place = store or default_store()
    before = earlier.run_of(follow, place)
    if before is not None and models is None:
        models = before.models
    prepare_anew = partial(
        _prepare,
        prompts,
        models,
        store=place,
        before=before,
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
    return begin(
        prepare_anew,
        lambda plan: read_terms(plan, timeout_s, retries, concurrency, budget_usd),
        name=name,
        blind=blind,
        replay=replay,
        store=store,
        on_event=on_event,
    )


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
        Return a `BackgroundRun` at once instead of waiting; as the value of a notebook's cell it is shown live.
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
    >>> len(run.calls), len(run.errors)
    (2, 0)
    """
    live = start(prompts, models, **check_arguments(start, options))
    return live if background else wait(live)


async def acompare(
    prompts: Prompts, models: str | ModelId | Sequence[str | ModelId] | None = None, **options: Any
) -> Comparison:
    """As `compare`, to be awaited; cancelling it stops the run and keeps what came."""
    return ended(await awaited(partial(start, prompts, models, **check_arguments(start, options))))


def plan(prompts: Prompts, models: str | ModelId | Sequence[str | ModelId] | None = None, **options: Any) -> Plan:
    """Say what `compare` with the same arguments would ask and what it may cost; nothing is sent.

    Examples
    --------
    >>> import routebook as rb
    >>> rb.plan("Say hello.", models=["sim/small"], cache=False).quote.to_ask
    1
    """
    check_arguments(start, options)
    store = options.pop("store", None) or default_store()
    for unused in ("name", "budget_usd", "blind", "timeout_s", "retries", "concurrency", "background", "on_event"):
        options.pop(unused, None)
    before = earlier.run_of(options.pop("follow", None), store)
    if before is not None and models is None:
        models = before.models
    return _prepare(prompts, models, store=store, before=before, **options)[0].plan


def load(id_or_name: str, *, store: Store | None = None) -> Comparison:
    """Load a run from the store by its id, the beginning of its id, or its name (the newest of that name).

    Raises
    ------
    RunError
        If there is none; the text names the nearest.
    """
    loaded = earlier.load(id_or_name, store=store or default_store())
    loaded.store = store
    return loaded


def _prepare(
    prompts: Prompts,
    models: str | ModelId | Sequence[str | ModelId] | None,
    *,
    store: Store,
    before: Comparison | None,
    system: str | None = None,
    tags: Sequence[str] | None = None,
    expected: object = None,
    images: object = None,
    repeats: int = 1,
    max_tokens: int | None = None,
    temperature: float | None = None,
    effort: str | None = None,
    schema: object = None,
    cache: bool = True,
    replay: earlier.Replay = False,
    variables: Mapping[str, object] | None = None,
    raw: bool = False,
    resume: bool = True,
) -> tuple[Prepared, dict[str, object]]:
    ids = read_models(models)
    options = read_options(max_tokens=max_tokens, temperature=temperature, effort=effort, schema=schema)
    asked = distinct(
        read_prompts(
            prompts, system=system, tags=tags, expected=expected, images=images, variables=None if raw else variables
        )
    )
    settings: dict[str, object] = {**options.given(), **({} if cache else {"cache": False})}
    history = None
    if before is not None:
        asked = continued(asked, before.prompts, name=before.run.name or "the earlier run")
        settings["follows_run"] = before.run.id
        history = earlier.history_of(before, store)
    prepared = prepare(
        asked,
        ids,
        options=options,
        repeats=repeats,
        cache=cache,
        recorded=earlier.recordings_of(replay, store),
        history=history,
        settings=settings,
        store=store,
        prices=price_book(),
        resume=resume,
    )
    return prepared, settings
