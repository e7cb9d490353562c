"""What a judge gets to see of a question and its answers, as text.

A question of one turn is its text. A conversation is written turn by turn. Where models went on from their own earlier
answers, what they have in common is the question, and the rest of each conversation is that model's answer.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from routebook.calls import Call, Failure
from routebook.errors import JudgmentError, RunError
from routebook.prompts import Attachment, Message, Prompt

if TYPE_CHECKING:
    from routebook.answers import Answers

Before = Callable[[Call], tuple[Message, ...]]
"""What was said to a call's model before the prompt, in a follow-up; else nothing."""


class Seen(NamedTuple):
    """What a judge sees: the question, the answers to it, and the question's images."""

    question: str
    answers: tuple[str, ...]
    images: tuple[Attachment, ...]


def before_of(answers: Answers) -> Before:
    """Return what tells what was said before, for the calls of this run.

    Raises
    ------
    JudgmentError
        If the run goes on from one that is not in the store any more.
    """
    if all(prompt.follows is None for prompt in answers.prompts):
        return lambda _call: ()
    from routebook.earlier import history_of, load  # above us in the house, and needed for follow-ups only
    from routebook.judging.keeping import store_of

    store = store_of(answers)
    prompts = {prompt.id: prompt for prompt in answers.prompts}
    cannot = "This run goes on from an earlier one, which is not in the store: a judge would not know what was said."
    try:
        history = history_of(load(str(answers.run.settings.get("follows_run", "")), store=store), store)
    except RunError as error:
        raise JudgmentError(cannot) from error

    def before(call: Call) -> tuple[Message, ...]:
        prompt = prompts[call.prompt_id]
        if prompt.follows is None:
            return ()
        try:
            said = history(call.model, prompt, call.repeat)
        except (RunError, KeyError) as error:
            raise JudgmentError(cannot) from error
        if isinstance(said, Failure):
            raise JudgmentError(f"What was said before is not known: {said.message}")
        return said

    return before


def seen(prompt: Prompt, said: Sequence[tuple[tuple[Message, ...], str]]) -> Seen:
    """Return what a judge sees of a prompt and the answers to it.

    Parameters
    ----------
    prompt
        The prompt.
    said
        For each answer what was said before the prompt, and the answer.

    Examples
    --------
    >>> seen(Prompt.of("Name a prime."), [((), "2"), ((), "Seven.")])[:2]
    ('Name a prime.', ('2', 'Seven.'))
    """
    befores = [before for before, _ in said]
    common = _common(befores)
    if all(len(before) == len(common) for before in befores):
        question = (*common, *prompt.messages)
        answers = tuple(text for _, text in said)
    else:
        question = common
        answers = tuple(
            _turns((*before[len(common) :], *prompt.messages, Message("assistant", text))) for before, text in said
        )
    every = (message for before in befores for message in (*before, *prompt.messages))
    images = {image.sha256: image for message in every for image in message.attachments}
    plain = len(question) == 1 and prompt.system is None and not images
    text = question[0].text if plain else _turns(question, prompt.system)
    return Seen(text, answers, tuple(images.values()))


def _common(conversations: Sequence[tuple[Message, ...]]) -> tuple[Message, ...]:
    """Return the turns that all begin with."""
    first = conversations[0]
    same = 0
    while all(len(one) > same and one[same] == first[same] for one in conversations) and same < len(first):
        same += 1
    return first[:same]


def _turns(messages: Sequence[Message], system: str | None = None) -> str:
    parts = [] if system is None else [f"System: {system}"]
    for message in messages:
        images = "".join(f"[image: {image.name}] " for image in message.attachments)
        parts.append(f"{'User' if message.role == 'user' else 'Assistant'}: {images}{message.text}")
    return "\n\n".join(parts)
