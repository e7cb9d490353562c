"""How a run is begun and awaited, whatever it asks: what the verbs have in common."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from inspect import signature
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from routebook import earlier
from routebook.background import STOPPING_S, BackgroundRun
from routebook.calls import RunInfo
from routebook.catalogue import suggest
from routebook.engine.fanout import FanOut
from routebook.engine.loop import background as background_loop
from routebook.engine.plan import Plan
from routebook.engine.prepare import Prepared
from routebook.engine.recorder import Guarded, Listener
from routebook.engine.terms import Terms
from routebook.errors import OptionError, RunError, did_you_mean
from routebook.pricing import price_book
from routebook.prompts import Attachment, Prompt
from routebook.store import Store, default_store
from routebook.templates import as_prompts, fill

if TYPE_CHECKING:
    import pandas as pd

    Prompts = str | Prompt | Sequence[str | Prompt] | pd.DataFrame


def check_arguments(
    takes: Callable[..., object], options: Mapping[str, Any], verb: str = "compare"
) -> Mapping[str, Any]:
    """Return the arguments of a verb by their names; refuse one that `takes` does not, and name the nearest.

    Raises
    ------
    OptionError
        If there is one.
    """
    known = [name for name, one in signature(takes).parameters.items() if one.kind is one.KEYWORD_ONLY]
    for name in options:
        if name not in known:
            raise OptionError(f"{verb} has no argument {name!r}.{did_you_mean(name, known)}")
    return options


def read_prompts(
    prompts: Prompts,
    *,
    system: str | None = None,
    tags: str | Sequence[str | Sequence[str]] | None = None,
    expected: object = None,
    images: object = None,
    variables: Mapping[str, object] | None = None,
) -> tuple[Prompt, ...]:
    """Make prompts of what the user gave, one for each; arguments as in `compare`."""
    if variables is not None:
        prompts, system = _filled(prompts, variables), None if system is None else fill(system, variables)
    asked = as_prompts(prompts, system=system, tags=tags, expected=expected)
    if images is None:
        return asked
    several = images if isinstance(images, list | tuple) else [images]
    return _with_images(asked, tuple(Attachment.of(image) for image in several))


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


def begin(
    prepare_anew: Callable[..., tuple[Prepared, dict[str, object]]],
    terms_for: Callable[[Plan], Terms],
    *,
    name: str | None,
    blind: bool = False,
    replay: earlier.Replay = False,
    store: Store | None,
    on_event: Listener | None = None,
    sender: Callable[..., FanOut] = FanOut,
) -> BackgroundRun:
    """Send what was prepared, and return at once; what the verbs have in common.

    Parameters
    ----------
    prepare_anew
        Returns what is to be sent, and the settings to keep of it; with ``resume=False``, as a new run.
    terms_for
        Reads the terms it is sent on.
    sender
        What sends it.
    """
    if name is not None and not (isinstance(name, str) and name.strip()):
        raise OptionError(f"name must be a text, not {name!r}.")
    own, store = store, store or default_store()
    prepared, settings = prepare_anew()
    terms = terms_for(prepared.plan)
    run = None
    if prepared.resume is not None:
        run = replace(prepared.resume, name=name or prepared.resume.name, settings=settings, blind=blind)
        try:
            store.reopen_run(run, prepared.plan.prompts)
        except RunError:  # somebody else went on with it first
            run, (prepared, settings) = None, prepare_anew(resume=False)
    plan = prepared.plan
    if run is None:
        run = RunInfo(
            id=uuid4().hex,
            name=name,
            created_at=datetime.now(UTC),
            models=tuple(str(model) for model in plan.models),
            plan_sha256=plan.sha256,
            status="running",
            planned=plan.fewest_calls,
            repeats=plan.repeats,
            settings=settings,
            replay_of=earlier.replayed_run(replay, plan),
            blind=blind,
        )
        store.begin_run(run, plan.prompts)
    listener = None if on_event is None else Guarded(on_event)
    try:
        live = BackgroundRun(replace(run, status="running"), plan, listener)
        live.listener, live.store = listener, own
        live.resumed = sum(call.answered is not None and call.answered.run_id == run.id for call in plan.calls)
        fan_out = sender(live, store, prepared.providers, price_book(), terms, listener, suggest)
        live.task = background_loop.submit(fan_out.run())
    except BaseException:  # an interrupt at this very moment: nothing was sent, and the next try takes it up
        store.end_run(run.id, "interrupted", {})
        raise
    return live


async def awaited(start_run: Callable[[], BackgroundRun]) -> BackgroundRun:
    """Start a run in a thread, and return it at its end; cancelling stops the run and keeps what came."""
    starting = asyncio.ensure_future(asyncio.to_thread(start_run))
    try:
        live = await asyncio.shield(starting)
    except asyncio.CancelledError:
        starting.add_done_callback(_stop_started)
        raise
    loop = asyncio.get_running_loop()
    done = asyncio.Event()
    live.when_done(lambda: loop.call_soon_threadsafe(done.set))
    try:
        await done.wait()
    except asyncio.CancelledError:
        live.stop()
        await asyncio.to_thread(live.wait, STOPPING_S)
        raise
    return live


def _stop_started(starting: asyncio.Future[BackgroundRun]) -> None:
    """Stop a run whose caller went away while it was being started."""
    if not starting.cancelled() and starting.exception() is None:
        starting.result().stop()
