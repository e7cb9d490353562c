"""`Comparison.outcomes`: a run's answers, with what was said of them, as the table the routing side reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from routebook.errors import JudgmentError, OutcomesError, did_you_mean
from routebook.judging.whose_word import Answer, Qualities, words_on
from routebook.lookup import count, find_model, find_prompt
from routebook.models import ModelId
from routebook.outcomes.build import Asked, Measured, Model, build
from routebook.outcomes.prices import RATES
from routebook.outcomes.table import ASKED, Outcomes, Source
from routebook.prompts import Prompt
from routebook.tables import as_share, is_missing, is_table, rows_of

if TYPE_CHECKING:
    from routebook.answers import Answers


def outcomes_of(answers: Answers, quality: Any = None) -> Outcomes:
    """Return a run's outcomes: a row for each prompt and model, repeats folded to their mean with their spread.

    Parameters
    ----------
    answers
        The run.
    quality
        Whose word counts: the name of a check or judge, or ``people``; not needed where there is one. Or the user's
        own: ``{(prompt, model): quality}``, or a table with the columns ``model``, ``quality``, ``prompt`` or
        ``prompt_id`` where there are several prompts, and ``repeat`` where it is of one repeat. Names as in `text`;
        qualities from 0 to 1.

    Returns
    -------
    Outcomes
        Where several judges or people scored an answer, its quality is their mean. Where pairs were judged, it is the
        mean share that the answer got over its pairs: relative to the models it met, and not a share of right answers.
        Costs are what the answers cost when they were asked, also those from the cache, and times are those of then. A
        call that failed has neither, and no quality unless it was scored. A quality with no repeat of its own
        counts for each repeat.

    Raises
    ------
    JudgmentError
        If nobody judged, or several did and `quality` does not say who, or the run is blind.
    OutcomesError
        If the user's qualities cannot be read.
    ModelError, RunError
        If they name a model or a prompt that the run has not.
    StoreError
        If what was said of the run cannot be read.
    """
    if answers.run.blind:
        raise JudgmentError("This run is blind, and outcomes name its models: reveal() it first.")
    named = quality is None or isinstance(quality, str)
    found = words_on(answers).quality(quality) if named else _given(answers, quality)
    prompts: dict[str, Prompt] = {}
    for prompt in answers.prompts:
        prompts.setdefault(prompt.id, prompt)
    place_of_prompt = {prompt_id: place for place, prompt_id in enumerate(prompts)}
    place_of_model = {model: place for place, model in enumerate(answers.models)}
    names = {call.model: str(call.model) for call in answers.calls}
    priced = list(zip(answers.calls, answers.prices, strict=True))
    nothing = float("nan")
    measured = Measured(
        np.array([place_of_prompt[call.prompt_id] for call in answers.calls], dtype=np.int64),
        np.array([place_of_model[names[call.model]] for call in answers.calls], dtype=np.int64),
        {
            "quality": np.array(
                [found.of.get((call.prompt_id, call.repeat, names[call.model]), nothing) for call in answers.calls]
            ),
            "cost_usd": np.array(
                [nothing if price is None or call.status != "ok" else float(price.usd) for call, price in priced]
            ),
            "latency_s": np.array(
                [nothing if call.latency_s is None or call.status != "ok" else call.latency_s for call in answers.calls]
            ),
        },
    )
    return build(
        _asked(list(prompts.values())),
        _models(answers),
        measured,
        source=Source(
            f"the run {answers.run.name!r}" if answers.run.name else f"the run {answers.run.id[:8]}",
            found.words,
            found.judges,
            answers.run.id,
            ", ".join(sorted({price.source for call, price in priced if price is not None and call.status == "ok"})),
        ),
        remarks=[remark for remark in (found.remark, *_remarks(answers, list(prompts.values()))) if remark],
        prices=_prices(answers),
    )


def _given(answers: Answers, given: Any) -> Qualities:
    """Read the user's own qualities."""
    rows: list[tuple[str, Any, Any, Any, Any]]
    if not is_table(given) and hasattr(given, "items"):
        rows = [(f"quality of {key!r:.60}", *_key(key), None, value) for key, value in given.items()]
    else:
        rows = [_row(label, row) for label, row in rows_of(given)]
    repeats: dict[tuple[str, str], list[int]] = {}
    for call in answers.calls:
        repeats.setdefault((call.prompt_id, str(call.model)), []).append(call.repeat)
    found: dict[Answer, float] = {}
    known = {prompt.id: prompt.id for prompt in answers.prompts}
    for place, prompt, model, repeat, value in rows:
        asked = known.get(prompt) or find_prompt(answers.prompts, prompt).id
        known[prompt] = asked
        name = find_model(answers.models, str(model), blind=answers.run.blind)
        number = _share(value, place)
        if number is None:
            continue
        there = repeats.get((asked, name), [])
        if repeat is not None and repeat not in there:
            raise OutcomesError(f"{place}: {name} has no repeat {repeat!r:.40} of this prompt.")
        for one in there if repeat is None else [repeat]:
            if (asked, one, name) in found:
                raise OutcomesError(f"{place}: {name} has a quality for this prompt twice.")
            found[asked, one, name] = number
    if not found:
        raise OutcomesError("No quality is known: give numbers from 0 to 1.")
    return Qualities(found, "given by the user")


def _key(key: Any) -> tuple[Any, Any]:
    if isinstance(key, tuple) and len(key) == 2:
        return key[0], key[1]
    raise OutcomesError(f"quality takes {{(prompt, model): 0 to 1}}; {key!r:.60} is not a prompt and a model.")


def _row(label: object, row: Mapping[str, Any]) -> tuple[str, Any, Any, Any, Any]:
    for name in ("model", "quality"):
        if name not in row:
            raise OutcomesError(f"The table of qualities has no column {name!r}.{did_you_mean(name, row)}")
    prompt = row.get("prompt_id", row.get("prompt"))
    repeat = row.get("repeat")
    asked, of = (None if is_missing(cell) else cell for cell in (prompt, repeat))
    return f"Row {label}", asked, row["model"], of, row["quality"]


def _share(value: Any, place: str) -> float | None:
    try:
        return as_share(value)
    except ValueError:
        raise OutcomesError(f"{place}: {value!r:.40} is not a number from 0 to 1.") from None


def _asked(prompts: Sequence[Prompt]) -> Asked:
    names = dict.fromkeys(name for prompt in prompts for name in prompt.metadata if name not in ASKED)
    return Asked(
        [prompt.id for prompt in prompts],
        [prompt.text for prompt in prompts],
        [prompt.tags for prompt in prompts],
        [sum(message.role == "user" for message in prompt.messages) + bool(prompt.follows) for prompt in prompts],
        [sum(len(message.attachments) for message in prompt.messages) for prompt in prompts],
        ["\n".join([prompt.system or "", *(message.text for message in prompt.messages[:-1])]) for prompt in prompts],
        {name: pd.Series([prompt.metadata.get(name) for prompt in prompts], dtype="object").array for name in names},
    )


def _models(answers: Answers) -> list[Model]:
    simulated = {str(call.model) for call in answers.calls if call.simulated}
    parsed = [(name, ModelId.parse(name)) for name in answers.models]
    return [Model(name, model.host, model.vendor, name in simulated) for name, model in parsed]


def _prices(answers: Answers) -> pd.DataFrame:
    """Return what the models charged on the day of the run, at the standard tier; NaN where that is not known."""

    book = answers.price_book
    rows = {}
    for name in answers.models:
        tariff = book.tariff(ModelId.parse(name), at=answers.run.created_at)
        rows[name] = (float("nan"),) * 2 if tariff is None else (float(tariff.input), float(tariff.output))
    made = pd.DataFrame.from_dict(rows, orient="index", columns=list(RATES))
    return made.rename_axis("model")


def _remarks(answers: Answers, prompts: Sequence[Prompt]) -> list[str]:
    remarks = []
    if failed := len(answers.errors):
        remarks.append(f"{count(failed, 'call')} failed: without cost and time here.")
    if missing := answers.run.planned - len(answers.calls):
        remarks.append(f"{count(missing, 'planned call')} not made: the run is {answers.run.status}.")
    if later := sum(prompt.follows is not None for prompt in prompts):
        remarks.append(f"{count(later, 'prompt')} go on from an earlier run, which their features count as one turn.")
    if all(call.simulated for call in answers.calls):
        remarks.append("Simulated: these models are pretended, and so are their costs and times.")
    elif some := sorted({str(call.model) for call in answers.calls if call.simulated}):
        remarks.append(f"Simulated: {', '.join(some)}.")
    return remarks
