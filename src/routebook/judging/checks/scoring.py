"""Every answer of a run through every check: `Comparison.score`."""

from __future__ import annotations

import asyncio
import concurrent.futures
import gc
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

from routebook.errors import JudgmentError, OptionError, RoutebookError
from routebook.judging.checks.expecting import expectations
from routebook.judging.checks.scorer import UNEXPECTED, Score, Scorer, of_function, read
from routebook.judging.figures.quality import quality_of
from routebook.judging.keeping import keep
from routebook.judging.tables import score_rows
from routebook.judgments import LONGEST_TEXT, Judging, Judgment
from routebook.redact import redact
from routebook.render.clean import visible

if TYPE_CHECKING:
    from routebook.answers import Answers
    from routebook.calls import Call
    from routebook.judging.figures.quality import Quality

Errors = Literal["skip", "wrong"]
Said = float | Score | str
"""What a check says of an answer: a value; with a note; or why there is none."""
_LONGEST_ERROR = 300
_LOOKED_AT = 2 * LONGEST_TEXT
_TICK_S = 0.1


def score(
    answers: Answers,
    scorers: Sequence[Scorer | Callable[..., Any]],
    *,
    expected: object = None,
    name: str | None = None,
    errors: Errors = "skip",
) -> Quality:
    """Put every answer of a run through checks, keep what they say, and return how good each model is by them.

    Each check's word is in the store when this returns. Score again with a check of the same name, and the later word
    stands.

    Parameters
    ----------
    answers
        The run.
    scorers
        One or several of `rb.scorers`, or functions.
    expected
        What the answers should be, where the prompts do not say: see `routebook.judging.checks.expecting.expectations`.
    name
        What the check is to be known by, where there is one.
    errors
        What a call is that failed: ``skip`` leaves it out, with its reason as an error in `run.scores`, since nothing
        is known of an answer that did not come; ``wrong`` gives it 0. A check that fails on an answer is an error on
        that row, never a 0.

    Returns
    -------
    Quality
        Of these checks; `print` it.

    Raises
    ------
    OptionError
        If there is no scorer, or one that cannot be, or two have one name.
    JudgmentError, RunError
        If `expected` does not fit the prompts, or a check can score nothing on this machine.
    StoreError
        If the words cannot be stored.
    """
    made = _named(scorers, name)
    if errors not in ("skip", "wrong"):
        raise OptionError(f"errors is 'skip' or 'wrong', not {errors!r:.40}.")
    wanted = expectations(answers, expected)
    abouts = [_about(scorer) for scorer in made]
    answered = answers.ok
    said = [(_awaited if scorer.at_once else _each)(answers, scorer, answered, wanted) for scorer in made]
    with _no_collecting():
        judgings = []
        for scorer, about, words in zip(made, abouts, said, strict=True):
            judgments = list(map(_judgment, answered, words))
            if len(answered) < len(answers.calls):
                judgments = _with_failed(answers, judgments, errors)
            settings: dict[str, object] = dict(scorer.settings)
            settings |= {"expected": "given with score()"} if expected is not None else {}
            settings |= {"errors": errors} if errors != "skip" else {}
            settings |= {"about": about} if about else {}
            judgings.append(
                Judging(
                    run_id=answers.run.id,
                    kind="check",
                    by=scorer.name,
                    judgments=tuple(judgments),
                    settings=settings,
                )
            )
        keep(answers, *judgings)
        return quality_of(answers, score_rows(answers, judgings), remarks=[about for about in abouts if about])


def _about(scorer: Scorer) -> str:
    try:
        return scorer.about() if scorer.about is not None else ""
    except JudgmentError as error:
        raise JudgmentError(f"{scorer.name} can score nothing here: {error}") from error


@contextmanager
def _no_collecting() -> Iterator[None]:
    """Let Python not look through a hundred thousand judgments for garbage, again and again: that takes longer."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


def _named(scorers: Sequence[Scorer | Callable[..., Any]], name: str | None) -> list[Scorer]:
    if not scorers:
        raise OptionError("Say how to score: run.score(rb.scorers.exact()), or give a function.")
    made = [scorer if isinstance(scorer, Scorer) else of_function(scorer) for scorer in scorers]
    if name is not None:
        if len(made) > 1:
            raise OptionError(
                f"name= is of one scorer, and here are {len(made)}: name each, as in exact(name={name!r:.60})."
            )
        first = made[0]
        made = [Scorer(name, first.settings, first.rule, first.needs_expected, first.at_once, first.about)]
    names = [scorer.name for scorer in made]
    for twice in names:
        if names.count(twice) > 1:
            raise OptionError(
                f"Two scorers are called {twice!r}: give one a name of its own, as in exact(name='strict')."
            )
    return made


def _judgment(call: Call, said: Said) -> Judgment:
    if isinstance(said, float):
        return Judgment(call.id, said)
    if isinstance(said, Score):
        return Judgment(call.id, said.value, note=said.note)
    return Judgment(call.id, None, error=said)


def _with_failed(answers: Answers, judgments: Sequence[Judgment], errors: Errors) -> list[Judgment]:
    """Return a judgment on every call, in the plan's order: also on those that failed."""
    made = iter(judgments)
    return [next(made) if call.status == "ok" else _failed(call, errors, answers.run.blind) for call in answers.calls]


def _failed(call: Call, errors: Errors, blind: bool) -> Judgment:
    why = "the call failed"
    if call.failure is not None and not blind:
        why = _one_line(f"the call failed: {call.failure.message}")
    return Judgment(call.id, None, error=why) if errors == "skip" else Judgment(call.id, 0.0, note=why)


def _each(answers: Answers, scorer: Scorer, calls: Sequence[Call], wanted: Mapping[str, Any]) -> list[Said]:
    """Score by a plain function, one after the other."""
    rule, needs, prompts = scorer.rule, scorer.needs_expected, answers.prompts_by_id
    said: list[Said] = []
    for call in calls:
        expected = wanted.get(call.prompt_id)
        if expected is None and needs:
            said.append(UNEXPECTED)
            continue
        try:
            word = rule(call.text, expected, prompts[call.prompt_id], call)
            said.append(1.0 if word is True else 0.0 if word is False else _read(word))
        except Exception as error:  # noqa: BLE001 - a check that fails on an answer is an error on that row
            said.append(_why(error))
    return said


def _read(word: object) -> Said:
    value, note = read(word)
    return Score(value, visible(_safe(note[:_LOOKED_AT]))[:LONGEST_TEXT]) if note else value


def _awaited(answers: Answers, scorer: Scorer, calls: Sequence[Call], wanted: Mapping[str, Any]) -> list[Said]:
    """Score by an async function, several at once; an interrupt stops them."""
    from routebook.engine.loop import background

    said: dict[str, Said] = {}
    waiting = iter(calls)
    begin: concurrent.futures.Future[None] = concurrent.futures.Future()  # not before an interrupt would be heeded

    async def one(call: Call) -> Said:
        expected = wanted.get(call.prompt_id)
        if expected is None and scorer.needs_expected:
            return UNEXPECTED
        try:
            return _read(await scorer.rule(call.text, expected, answers.prompts_by_id[call.prompt_id], call))
        except Exception as error:  # noqa: BLE001 - as above
            return _why(error)

    async def worker() -> None:
        for call in waiting:
            said[call.id] = await one(call)

    async def workers() -> None:
        await asyncio.wrap_future(begin)
        async with asyncio.TaskGroup() as group:
            for _ in range(min(scorer.at_once, len(calls))):
                group.create_task(worker())

    try:
        task = background.submit(workers())
        begin.set_result(None)
        while not concurrent.futures.wait([task], _TICK_S).done:
            pass
    except BaseException:
        if not begin.cancel():
            task.cancel()
        raise
    task.result()
    return [said[call.id] for call in calls]


def _why(error: Exception) -> str:
    """Say in one line why a check failed: ours say it themselves."""
    said = str(error)
    return _one_line(said if isinstance(error, RoutebookError) else f"{type(error).__name__}: {said}")


def _one_line(text: str) -> str:
    return (
        visible(_safe(" ".join(text[: 10 * _LONGEST_ERROR].split())))[:_LONGEST_ERROR].rstrip(".")
        or "it gave no reason"
    )


_safe = lru_cache(maxsize=256)(redact)
"""`redact`, which many rows with the same words need once."""
