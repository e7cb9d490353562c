"""What checks and judges said: a `Judging` is one check's, or one judge's, word on the answers of a run.

People's word is a `Vote` (`routebook.votes`). A judging is made again whenever one likes, so it keeps the settings it
was made with; of several of the same kind and name, the last stands (`standing_judgings`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal, NamedTuple, get_args
from uuid import uuid4

from routebook.errors import JudgmentError

JudgingKind = Literal["check", "pairwise", "reference", "scale"]
Canary = Literal["", "null", "copy"]

LONGEST_NAME = 200
LONGEST_TEXT = 10_000
_ID = re.compile(r"[0-9a-f]{32}\Z")


class Judgment(NamedTuple):
    """A number about one answer, or about one answer beside another.

    Attributes
    ----------
    call_id
        Whose answer: the id of its call.
    value
        From 0 to 1: how good the answer is; of a pair, the share of it that this answer gets (1 won, 0.5 a tie, 0
        lost). `None` where there is no judgment: then `error` says why.
    other_id
        Of a pair, the call it stood beside; empty for an answer by itself, and for a canary's made-up answer.
    flipped
        Of a pair that was judged in both orders: whether the two verdicts contradict each other.
    canary
        ``null`` where the answer that it stood beside, or that was scored, says nothing at all; ``copy`` where an
        answer stood beside a copy of itself, or was scored again; empty for a judgment proper. Canaries tell of the
        judge, and never count for a model.
    note
        Why, in the judge's or the check's words, or empty; at most 10,000 characters.
    error
        Why there is no value, one line, or empty.
    """

    call_id: str
    value: float | None
    other_id: str = ""
    flipped: bool = False
    canary: Canary = ""
    note: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judging:
    """One check's, or one judge's, word on the answers of a run.

    Attributes
    ----------
    run_id
        The run that was judged.
    kind
        ``check``; or how a judge was asked: ``pairwise``, ``reference`` (against the expected answer) or ``scale``.
    by
        Who: the check's name, or the judge's model id.
    name
        What it is known by in tables and as `by=...`; `by` itself unless the user called it something.
    judgments
        What was said, one each.
    settings
        What it was made with (rubric, tolerance, ...), as plain JSON data.
    calls_run
        The id of the run that holds the judge's own calls, with what they cost; `None` for a check.
    at
        When, UTC.
    id
        32 hex digits, unique.

    Raises
    ------
    JudgmentError
        If it is no judging: a kind that is none, a name that is empty, a value that is not from 0 to 1.

    Examples
    --------
    >>> made = Judging(run_id="0" * 32, kind="check", by="exact", judgments=(Judgment("1" * 32, 1.0),))
    >>> made.name
    'exact'
    """

    run_id: str
    kind: JudgingKind
    by: str
    name: str = ""
    judgments: tuple[Judgment, ...] = field(default=(), repr=False)
    settings: Mapping[str, object] = field(default_factory=dict)
    calls_run: str | None = None
    at: datetime = field(default_factory=lambda: datetime.now(UTC))
    id: str = field(default_factory=lambda: uuid4().hex)

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", self.name or self.by)
        for what, given in (("id", self.id), ("run", self.run_id), ("calls' run", self.calls_run)):
            if given is not None and not (isinstance(given, str) and _ID.match(given)):
                raise JudgmentError(f"A judging's {what} must be an id of 32 hex digits, not {given!r:.60}.")
        if self.kind not in get_args(JudgingKind):
            raise JudgmentError(f"A judging is of the kind {', '.join(get_args(JudgingKind))}, not {self.kind!r:.60}.")
        for text in (self.by, self.name):
            if not isinstance(text, str) or not text.strip() or len(text) > LONGEST_NAME:
                raise JudgmentError(
                    f"A check or judge has a name of at most {LONGEST_NAME} characters, not {text!r:.60}."
                )
        if self.at.tzinfo is None:
            raise JudgmentError("A judging's time needs its zone.")
        object.__setattr__(self, "at", self.at.astimezone(UTC))
        for judgment in self.judgments:
            value = judgment.value
            if value is not None and not 0 <= value <= 1:  # NaN is refused too
                raise JudgmentError(f"{self.name}: a judgment is a number from 0 to 1, not {value!r:.60}.")
            if value is None and not judgment.error:
                raise JudgmentError(f"{self.name}: a judgment without a value says why.")
            if len(judgment.note) > LONGEST_TEXT or len(judgment.error) > LONGEST_TEXT:
                raise JudgmentError(f"{self.name}: a judgment's note or error has at most {LONGEST_TEXT:,} characters.")

    @property
    def of_pairs(self) -> bool:
        """Whether it compares two answers, and does not score each by itself."""
        return self.kind == "pairwise"


def standing_judgings(judgings: Iterable[Judging]) -> tuple[Judging, ...]:
    """Return the judgings that stand, oldest first: of those of one kind and name, the last.

    >>> first = Judging(run_id="0" * 32, kind="check", by="exact")
    >>> second = Judging(run_id="0" * 32, kind="check", by="exact")
    >>> standing_judgings([first, second]) == (second,)
    True
    """
    last: dict[tuple[str, str], Judging] = {}
    for judging in sorted(judgings, key=lambda judging: judging.at):
        last.pop((judging.kind, judging.name), None)
        last[judging.kind, judging.name] = judging
    return tuple(last.values())
