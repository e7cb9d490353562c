"""Finds what the user means: a model by any name that tells it apart, a prompt by its number, id or text."""

from __future__ import annotations

from collections.abc import Sequence

from routebook.errors import ModelError, RunError, did_you_mean
from routebook.prompts import Prompt

PromptKey = Prompt | int | str
_SHORTEST_ID = 6
_MOST_COMPARED = 500


def find_prompt(prompts: Sequence[Prompt], key: PromptKey | None) -> Prompt:
    """Return the prompt that `key` names: a number from 0, an id or its first 6 digits, a text, or the prompt itself.

    Raises
    ------
    RunError
        If there is none, or more than one, or `key` is `None` and there are several.
    """
    if key is None:
        if len(prompts) == 1:
            return prompts[0]
        raise RunError(f"This run has {count(len(prompts), 'prompt')}: say which, such as prompt=0.")
    if isinstance(key, int):
        if -len(prompts) <= key < len(prompts):
            return prompts[key]
        raise RunError(f"There is no prompt {key}: this run has {count(len(prompts), 'prompt')}, from 0.")
    wanted = key.id if isinstance(key, Prompt) else key
    ids = {prompt.id: prompt for prompt in reversed(prompts)}
    found = [prompt for prompt_id, prompt in ids.items() if wanted in (prompt_id, prompt.text)]
    if not found and len(wanted) >= _SHORTEST_ID:
        found = [prompt for prompt_id, prompt in ids.items() if prompt_id.startswith(wanted)]
    if len(found) == 1:
        return found[0]
    shown = repr(wanted if len(wanted) <= 60 else f"{wanted[:57]}...")
    if found:
        raise RunError(f"{len(found)} prompts of this run are called {shown}: give a number, from 0.")
    known = [*ids, *(prompt.text[:200] for prompt in prompts)][:_MOST_COMPARED]
    raise RunError(f"This run has no prompt {shown}.{did_you_mean(wanted[:200], known)}")


def find_model(models: Sequence[str], wanted: str, *, blind: bool = False) -> str:
    """Return the one of `models` that `wanted` names: in full, without its host, or by what follows its last slash.

    Raises
    ------
    ModelError
        If there is none, or more than one; in a blind run, without naming any.

    Examples
    --------
    >>> find_model(["sim/small", "openrouter/meta-llama/llama-4"], "llama-4")
    'openrouter/meta-llama/llama-4'
    """
    if wanted in models:
        return wanted
    short = {model: model.partition("/")[2] for model in models}
    found = [model for model, rest in short.items() if wanted in (rest, rest.rpartition("/")[2])]
    if len(found) == 1:
        return found[0]
    if blind:
        raise ModelError(f"This blind run has no model {wanted!r}: say A, B, ..., or reveal() it first.")
    if found:
        raise ModelError(f"{wanted!r} could be {either(found)}: write one of them in full.")
    near = did_you_mean(wanted, models if "/" in wanted else short.values())
    raise ModelError(f"This run has no model {wanted!r}.{near or f' It has {either(models)}.'}")


def model_behind(letter: str, run_id: str, prompt_id: str, models: Sequence[str]) -> str | None:
    """Return the model that a blind run shows as ``Answer A`` for this prompt, named so or ``A``; else `None`."""
    from routebook.render.blind import label, order

    wanted = f"Answer {letter.removeprefix('Answer ').strip().upper()}"
    shuffled = order(run_id, prompt_id, models)
    return next((model for number, model in enumerate(shuffled) if label(number) == wanted), None)


def count(number: int, thing: str) -> str:
    """Write a number of things.

    >>> count(1, "prompt"), count(1200, "call")
    ('1 prompt', '1,200 calls')
    """
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def either(items: Sequence[object]) -> str:
    """Write a choice of things.

    >>> either([0, 1, 2])
    '0, 1 or 2'
    """
    words = [str(item) for item in items]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"
