"""What each prompt's answer should be: the prompt's own word, or what the user says when scoring."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from routebook.errors import JudgmentError
from routebook.lookup import count, find_prompt
from routebook.prompts import Prompt, in_words

if TYPE_CHECKING:
    from routebook.answers import Answers


def expectations(answers: Answers, expected: object = None) -> dict[str, Any]:
    """Return what is expected by prompt id; a prompt that is not in it expects nothing.

    Parameters
    ----------
    answers
        The run.
    expected
        One for all prompts (a text, a number, true or false); or a list, an array or a Series with one for each; or a
        mapping by prompt: its id or the first 6 digits of it, its text, or its number from 0. A Series whose index are
        texts is such a mapping. Where it says nothing (`None`, NaN), and without it, the prompt's own
        counts. A whole number is one, though a table may hold it as 391.0.

    Raises
    ------
    JudgmentError
        If there are more or fewer than prompts, or it is none of these.
    RunError
        If there is no such prompt.
    """
    prompts = answers.prompts_by_id
    own = {prompt_id: prompt.expected for prompt_id, prompt in prompts.items() if prompt.expected is not None}
    if expected is None:
        return own
    if isinstance(expected, (str, bool, int, float)):
        return own | _said(dict.fromkeys(prompts, expected))
    if hasattr(expected, "columns"):
        raise JudgmentError("expected=... is one column of a table, such as table['expected'], and not all of it.")
    index = list(expected.index) if hasattr(expected, "to_list") and hasattr(expected, "index") else []
    if isinstance(expected, Mapping):
        return own | _said(_by_id(prompts, expected.items()))
    if isinstance(expected, (bytes, set, frozenset)) or not isinstance(expected, Iterable):
        raise JudgmentError(
            f"expected=... is a text, a list with one for each prompt, or a mapping, not {in_words(expected)}."
        )
    each = list(expected)
    if index and all(isinstance(key, str) for key in index):
        return own | _said(_by_id(prompts, zip(index, each, strict=True)))
    if len(each) == len(prompts):
        return own | _said(dict(zip(prompts, each, strict=True)))
    if len(each) == len(answers.prompts):  # some of them were the same
        return own | _said({prompt.id: value for prompt, value in zip(answers.prompts, each, strict=True)})
    raise JudgmentError(
        f"expected=... has {count(len(each), 'answer')} for {count(len(prompts), 'prompt')}: give one for each, or a "
        "mapping from prompt to answer."
    )


def _by_id(prompts: Mapping[str, Prompt], pairs: Iterable[tuple[Any, object]]) -> dict[str, object]:
    texts: dict[str, str] = {}
    for prompt_id, prompt in prompts.items():
        texts[prompt.text] = "" if prompt.text in texts else prompt_id  # asked twice, under different instructions
    known = {text: prompt_id for text, prompt_id in texts.items() if prompt_id} | dict.fromkeys(prompts)
    every: tuple[Prompt, ...] = ()
    found: dict[str, object] = {}
    for key, value in pairs:
        if isinstance(key, str) and key in known:
            found[known[key] or key] = value
        else:
            every = every or tuple(prompts.values())
            found[find_prompt(every, key).id] = value
    return found


def _said(expected: Mapping[str, object]) -> dict[str, Any]:
    return {prompt_id: _whole(value) for prompt_id, value in expected.items() if not _missing(value)}


def _whole(value: object) -> object:
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _missing(value: object) -> bool:
    if value is None:
        return True
    try:
        return bool(value != value)  # NaN
    except (TypeError, ValueError):  # pandas' NA, which is not even that; and arrays
        return type(value).__name__ == "NAType"
