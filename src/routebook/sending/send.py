"""The verb: send a prompt by a policy, with its fallbacks, and get a `Routed`."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

from routebook.background import ended, wait
from routebook.prompts import Prompt
from routebook.routing.policy import Policy
from routebook.sending.routed import Routed, RoutedPrompts
from routebook.sending.sending import Sending, sending
from routebook.starting import awaited, check_arguments

if TYPE_CHECKING:
    import pandas as pd

    By = Policy | str | Path | object
    Several = Sequence[str | Prompt] | pd.DataFrame


@overload
def route(policy: By, prompt: str | Prompt, **options: Any) -> Routed: ...


@overload
def route(policy: By, prompt: Several, **options: Any) -> RoutedPrompts: ...


def route(policy: By, prompt: str | Prompt | Several, **options: Any) -> Routed | RoutedPrompts:
    """Send a prompt by a policy: ask the model its rules choose, and the fallbacks in turn while one fails.

    What goes wrong with a model (no credentials, no answer, an option it does not take) leads to the next; a refusal of
    the content is an answer. Each try may take the route's ``timeout_s``, each model is asked again as often as its
    ``retries`` say, and the prompt may cost the route's ``budget_usd``, all tries together.

    Parameters
    ----------
    policy
        A `Policy`, the path of its file, or what holds one: a draft, a run with a draft, what was learned.
    prompt
        A text, a `Prompt`, a sequence of these, or a DataFrame with a ``prompt`` column. Several are sent side by side;
        those that a model could not tell apart are asked once.
    tag
        The kind of task, or several; without it, the prompt's own tags.
    metadata
        What else is known of the prompt, for rules that ask for it; it comes on top of the prompt's own.
    system
        A system prompt, for prompts that have none of their own.
    images
        Images (paths, bytes, PIL images) that go with every prompt.
    name
        What to call the run, for `rb.load` and `rb.history`.
    max_tokens, temperature, effort, schema
        Sent only when given; a model that does not take one is passed over.
    budget_usd
        Spending cap of all prompts together, US dollars: nothing is sent that might pass it.
    cache
        Whether an earlier answer to the very same question counts (it then says so and costs nothing).
    timeout_s
        Deadline of each attempt, seconds, where the route has none (600 unless given).
    concurrency
        Calls at once for each host (8 unless given): a number, or a mapping by host.
    variables
        Fills ``{{name}}`` in the prompts; without it they are sent as they are.
    raw
        Send the prompts as they are even if `variables` is given.
    store
        Where to keep the run; the user's own store unless given.
    on_event
        Called with each `Event`, from the engine's threads; it must be quick and must not raise.

    Returns
    -------
    Routed or RoutedPrompts
        For one prompt, or for several in their order; also when no model answered: ``ok`` tells, ``errors`` say why.

    Raises
    ------
    RoutebookError
        If it cannot be sent at all: a policy that cannot be read, a host nobody knows, an empty prompt.
    Interrupted
        If you interrupt it; a `KeyboardInterrupt` whose `comparison` holds what came.

    Examples
    --------
    >>> import routebook as rb
    >>> policy = rb.Policy.from_yaml('''
    ... routebook: 1
    ... name: desk
    ... classify: [{tag: sums, when: {keyword: [sum, total]}}]
    ... routes: {sums: {models: [sim/broken, sim/large]}}
    ... default: {models: [sim/small]}
    ... ''')
    >>> routed = rb.route(policy, "What is the sum of 17 and 25?")
    >>> routed.rule, routed.tag, routed.model
    (1, 'sums', 'sim/large')
    >>> [call.failure.message for call in routed.errors]
    ['sim/broken is broken, as it always is.']
    """
    about = sending(policy, prompt, **check_arguments(sending, options, "route"))
    return _as_given(prompt, about.routed(wait(about.start())))


@overload
async def aroute(policy: By, prompt: str | Prompt, **options: Any) -> Routed: ...


@overload
async def aroute(policy: By, prompt: Several, **options: Any) -> RoutedPrompts: ...


async def aroute(policy: By, prompt: str | Prompt | Several, **options: Any) -> Routed | RoutedPrompts:
    """As `route`, to be awaited; cancelling it stops what is asked and keeps what came."""
    decide = partial(sending, policy, prompt, **check_arguments(sending, options, "route"))
    about: Sending = await asyncio.to_thread(decide)
    return _as_given(prompt, about.routed(ended(await awaited(about.start))))


def _as_given(prompt: object, routed: RoutedPrompts) -> Routed | RoutedPrompts:
    return routed[0] if isinstance(prompt, str | Prompt) else routed
