"""From a judge's replies to judgments: both orders of a pair make one; what cannot be read is an error on its row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from routebook.calls import Call
from routebook.judging.judges.judge_bias import Order
from routebook.judging.judges.questions import Question
from routebook.judging.judges.rubric import Reading, ReplyError, Rubric
from routebook.judging.tables import SAME_ANSWERS
from routebook.judgments import LONGEST_TEXT, Judgment
from routebook.render.clean import one_line

if TYPE_CHECKING:
    from routebook.comparison import Comparison

_LONGEST_WHY = 500


def replies_of(run: Comparison, judge: str) -> dict[str, Call]:
    """Return a judge's replies by prompt id, without what an interrupt cut off: that is as good as not asked."""
    return {
        call.prompt_id: call
        for call in run.calls
        if str(call.model) == judge and (call.failure is None or call.failure.kind != "interrupted")
    }


def said_of(
    judge: str, questions: Sequence[Question], replies: Mapping[str, Call], rubric: Rubric
) -> tuple[list[Judgment], list[Order]]:
    """Return what a judge said; of what it was not asked, because it was interrupted, nothing."""
    judgments: list[Judgment] = []
    orders: list[Order] = []
    read: dict[str, Reading | str] = {prompt_id: _reading(judge, call, rubric) for prompt_id, call in replies.items()}
    for question in questions:
        about = (question.call.id, question.other.id if question.other is not None else "")
        if not question.asked:
            judgments.append(Judgment(about[0], 0.5, about[1], canary=question.canary, note=SAME_ANSWERS))
            continue
        if any(prompt_id not in read for prompt_id in question.asked):
            continue
        found = [read[prompt_id] for prompt_id in question.asked]
        failed = list(dict.fromkeys(one for one in found if isinstance(one, str)))
        readings = [one for one in found if isinstance(one, Reading)]
        if failed:
            judgments.append(Judgment(about[0], None, about[1], canary=question.canary, error=" ".join(failed)))
        elif len(readings) == 1:
            judgments.append(_judgment(question, about, readings[0].value, readings[0].reason))
        else:
            first, swapped = readings
            share = (first.value + 1 - swapped.value) / 2
            flipped = {first.value, swapped.value} in ({0.0}, {1.0})
            note = f"{first.reason}\nSwapped: {swapped.reason}".strip()
            judgments.append(_judgment(question, about, share, note)._replace(flipped=flipped))
            if not question.canary:
                orders.append(Order(question.call.prompt_id, first.value, swapped.value))
    return judgments, orders


def _judgment(question: Question, about: tuple[str, str], value: float, note: str) -> Judgment:
    if question.canary == "null" and len(question.asked) == 2:
        value = 1 - value  # what the null answer got of the pair, not what the real one got
    return Judgment(about[0], value, about[1], canary=question.canary, note=note[:LONGEST_TEXT])


def _reading(judge: str, call: Call, rubric: Rubric) -> Reading | str:
    """Return what a reply says, or why it says nothing."""
    if call.failure is not None:
        said = " ".join(filter(None, (call.failure.message, call.failure.hint)))
        return one_line(f"{judge} gave no verdict: {said}", _LONGEST_WHY)
    try:
        return rubric.read(call.text)
    except ReplyError as error:
        cut = " Its reply was cut off: give it a larger max_tokens." if call.finish == "length" else ""
        return one_line(f"{judge} gave no verdict: it said {error}.{cut}", _LONGEST_WHY)
