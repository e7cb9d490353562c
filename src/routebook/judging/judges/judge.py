"""Models as judges: which of two answers is better, in both orders; or how good each answer is by itself.

What a judge is asked is a run of its own: the engine sends it, under its limits and a budget of its own, and the store
keeps every reply. So a judging that was interrupted asks only for what is missing, and the same judging again asks for
nothing. What the replies say of the answers is then a `Judging` of the run that was judged.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from routebook.errors import JudgmentError, StoreError
from routebook.interrupt import Interrupted
from routebook.judging.judges.judged import Judged
from routebook.judging.judges.questions import Question, questions_of
from routebook.judging.judges.rubric import Mode, Rubric
from routebook.judging.judges.verdicts import replies_of, said_of
from routebook.judging.keeping import keep
from routebook.judging.tables import PEOPLE, SAME_ANSWERS
from routebook.judgments import Judging, Judgment
from routebook.lookup import PromptKey, count, find_model, find_prompt
from routebook.models import ModelId
from routebook.prompts import Prompt

if TYPE_CHECKING:
    from routebook.comparison import Comparison
    from routebook.judged_answers import JudgedAnswers

LARGEST_SCALE = 100


def judge(
    answers: JudgedAnswers,
    judges: str | ModelId | Sequence[str | ModelId],
    *,
    rubric: str | None = None,
    pairwise: bool = True,
    reference: bool = False,
    scale: tuple[int, int] | None = None,
    against: str | ModelId | None = None,
    prompts: PromptKey | Sequence[PromptKey] | None = None,
    canaries: int = 10,
    control_length: bool = False,
    structured: bool = True,
    name: str | None = None,
    budget_usd: float | str | None = None,
    cache: bool = True,
    concurrency: int | Mapping[str, int] | None = None,
    retries: int = 2,
    timeout_s: float | None = None,
    max_tokens: int | None = None,
    temperature: float | None = None,
    effort: str | None = None,
) -> Judged:
    """Let models judge the answers of a run; see `Comparison.judge`, which says what is taken and raised.

    Returns
    -------
    Judged
        Also where a judge failed: what it did not judge has no value, and an error.
    """
    from routebook.engine.prepare import read_models  # with the engine, which nothing else here needs
    from routebook.runs import compare

    asked = Rubric(_mode(pairwise, reference, scale), _criteria(rubric), *_scale(scale))
    if asked.mode != "pairwise" and (against is not None or control_length):
        which = "against" if against is not None else "control_length"
        raise JudgmentError(f"{which}=... is for pairs: leave out reference=... and scale=..., or {which}.")
    if isinstance(canaries, bool) or not isinstance(canaries, int) or canaries < 0:
        raise JudgmentError(f"canaries is how many prompts get canaries, 0 or more, not {canaries!r}.")
    if name is not None and not (isinstance(name, str) and name.strip()):
        raise JudgmentError(f"name must be a text, not {name!r}.")
    if name == PEOPLE:
        raise JudgmentError(f"{PEOPLE!r} is what people's votes are called: give the judging another name.")
    ids = read_models(judges)
    other = None if against is None else find_model(answers.models, str(against), blind=answers.run.blind)
    chosen = _chosen(answers, prompts)
    questions, to_ask = questions_of(answers, chosen, asked, other, canaries)
    sampling: dict[str, Any] = {"max_tokens": max_tokens, "temperature": temperature, "effort": effort}
    made_with: dict[str, object] = {
        **({"rubric": asked.criteria} if asked.criteria else {}),
        **({"scale": [asked.low, asked.high]} if asked.mode == "scale" else {}),
        **({"against": other} if other is not None else {}),
        **({"prompts": [prompt.id for prompt in chosen]} if prompts is not None else {}),
        **{option: value for option, value in sampling.items() if value is not None},
        "canaries": canaries,
        "structured": structured,
    }
    empty = [  # before anything is sent: a name that is none costs nothing
        Judging(
            run_id=answers.run.id,
            kind=asked.mode,
            by=by,
            name=_name(name, by, len(ids), asked.mode),
            settings=made_with,
        )
        for by in map(str, ids)
    ]
    run, interrupted = None, None
    if to_ask:
        title = f"{name or asked.mode}: judging of {answers.run.name or answers.run.id[:8]}"
        try:
            run = compare(
                to_ask, ids, name=title, schema=asked.schema if structured else None, budget_usd=budget_usd,
                cache=cache, concurrency=concurrency, retries=retries, timeout_s=timeout_s, store=answers.store,
                **sampling,
            )  # fmt: skip
        except Interrupted as stop:
            run, interrupted = stop.comparison, stop
    judgings, orders, notes, faults = [], {}, _notes(answers, chosen, questions, run), []
    for judging in empty:
        said, in_orders = said_of(judging.by, questions, {} if run is None else replies_of(run, judging.by), asked)
        calls_run = None if run is None else run.run.id
        judging = replace(judging, judgments=_worth(said), calls_run=calls_run, at=datetime.now(UTC))
        judgings.append(judging)
        orders[judging.name] = tuple(in_orders)
        faults += _failures(judging)
        faults += _kept(answers, judging)
    if interrupted is not None:
        raise interrupted
    return Judged(answers, tuple(judgings), run, orders, control_length, (*faults, *notes))


# ---- what the user said ----------------------------------------------------------------------------------------------


def _mode(pairwise: bool, reference: bool, scale: object) -> Mode:
    if reference and scale is not None:
        raise JudgmentError("A judge is asked in one way at a time: reference=True or scale=(1, 5), not both.")
    if not (reference or scale is not None or pairwise):
        raise JudgmentError("Say how the judge is asked: pairwise=True, reference=True or scale=(1, 5).")
    return "reference" if reference else "pairwise" if scale is None else "scale"


def _criteria(rubric: object) -> str:
    if rubric is None:
        return ""
    if not isinstance(rubric, str) or not rubric.strip():
        raise JudgmentError("rubric is what to judge by, in words: give a text, or leave it out.")
    return rubric.strip()


def _scale(scale: object) -> tuple[int, int]:
    if scale is None:
        return 1, 5
    ends = tuple(scale) if isinstance(scale, (tuple, list)) else ()
    whole = len(ends) == 2 and all(isinstance(end, int) and not isinstance(end, bool) for end in ends)
    if not whole or not 0 < ends[1] - ends[0] <= LARGEST_SCALE:
        raise JudgmentError(
            f"scale is two whole numbers, the worst and the best, at most {LARGEST_SCALE} apart, such as (1, 5), "
            f"not {scale!r:.60}."
        )
    return ends[0], ends[1]


def _chosen(answers: JudgedAnswers, keys: PromptKey | Sequence[PromptKey] | None) -> list[Prompt]:
    """Return the prompts whose answers are judged, each once."""
    by_id = {prompt.id: prompt for prompt in answers.prompts}
    if keys is not None:
        several = [keys] if isinstance(keys, (str, int, Prompt)) else list(keys)
        wanted = {find_prompt(answers.prompts, key).id for key in several}
        by_id = {prompt_id: prompt for prompt_id, prompt in by_id.items() if prompt_id in wanted}
    return list(by_id.values())


def _name(name: str | None, judge: str, judges: int, mode: Mode) -> str:
    """Return what a judging is known by: a judge's scores and its marks by the expected answer are not the same."""
    if name is None:
        return judge if mode == "pairwise" else f"{judge} ({mode})"
    return name if judges == 1 else f"{name}: {judge}"


def _failures(judging: Judging) -> list[str]:
    """Say how much a judge did not judge, and why for the most part."""
    why = Counter(judgment.error for judgment in judging.judgments if judgment.value is None)
    if not why:
        return []
    (most, times), *others = why.most_common()
    of = f"{sum(why.values()):,} of {count(len(judging.judgments), 'question')} to {judging.by} have no verdict"
    return [f"{of}{f', {times:,} of them' if others else ''}: {most}"]


def _notes(
    answers: JudgedAnswers, chosen: Sequence[Prompt], questions: Sequence[Question], run: Comparison | None
) -> list[str]:
    notes = []
    ids = {prompt.id for prompt in chosen}
    if failed := sum(call.prompt_id in ids for call in answers.errors):
        notes.append(f"{count(failed, 'answer')} had failed, and {'is' if failed == 1 else 'are'} not judged.")
    if same := sum(not question.asked and not question.canary for question in questions):
        notes.append(f"{count(same, 'pair')} of equal answers: ties by definition, not asked.")
    return [*notes, *(run.warnings if run is not None else ())]


def _worth(said: Sequence[Judgment]) -> tuple[Judgment, ...]:
    """Return what a judge said; of one that gave no verdict without ties by definition, which would look like its."""
    if any(one.value is None for one in said) and all(one.value is None or one.note == SAME_ANSWERS for one in said):
        return tuple(one for one in said if one.value is None)
    return tuple(said)


def _kept(answers: JudgedAnswers, judging: Judging) -> list[str]:
    """Keep a judging that says something; return what the user should know."""
    if all(judgment.value is None for judgment in judging.judgments):  # it would take the place of one that does
        return [f"{judging.name} gave no verdict at all: nothing is kept of it, and what it said before stands."]
    try:
        keep(answers, judging)
    except StoreError as error:
        return [f"What {judging.by} said is not saved: {error}"]
    return []
