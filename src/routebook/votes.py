"""What people said: one `Vote` is one person's word on two answers, or a rating of one.

A vote is a value. Nothing takes one back: who changes their mind votes again, and the later word stands (`standing`).
The record keeps both, with what was hidden and the order in which the answers were shown.
"""

from __future__ import annotations

import getpass
import os
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal, get_args
from uuid import uuid4

from routebook.errors import ModelError, RunError, VoteError
from routebook.models import ModelId

if TYPE_CHECKING:
    from routebook.strict_json import Fields

VoteKind = Literal["pair", "rating"]
Winner = Literal["a", "b", "tie", "both_bad"]
VoteSource = Literal["view", "python", "ballot"]

WORST, BEST = 1, 5
LONGEST_NAME = 200
LONGEST_NOTE = 10_000
RUN_ID = re.compile(r"[0-9a-f]{32}\Z")
PROMPT_ID = re.compile(r"[0-9a-f]{16}\Z")
_MOST_SHOWN = 1_000
MOST_REPEATS = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Vote:
    """One person's word on the answers to one prompt.

    Attributes
    ----------
    run_id, prompt_id, repeat
        Which answers; `repeat` from 0.
    kind
        ``pair``: one of two answers is better; ``rating``: one answer by itself.
    by
        Who said it; at most 200 characters.
    model_a, model_b
        Of a pair: whose answers, ``host/model``, two different ones; else `None`.
    winner
        Of a pair: ``a``, ``b``, ``tie`` or ``both_bad``; else `None`.
    model, rating
        Of a rating: whose answer, and 1 (worst) to 5 (best); else `None`.
    note
        Why, in the person's words, or empty; at most 10,000 characters.
    blind
        Whether names, times and costs were hidden when it was cast.
    shown
        The models in the order in which their answers were shown; empty if that is not known.
    source
        Where it was cast: in the ``view``, in ``python`` or on a ``ballot``.
    at
        When, UTC.
    id
        32 hex digits, unique.

    Raises
    ------
    VoteError
        If it is no vote: a rating of 6, a pair of one, a name that is empty.

    Examples
    --------
    >>> where = {"run_id": "0" * 32, "prompt_id": "0" * 16, "by": "ada"}
    >>> Vote(kind="pair", model_a="sim/small", model_b="sim/large", winner="b", **where).models
    ('sim/small', 'sim/large')
    >>> Vote(kind="rating", model="sim/small", rating=6, **where)
    Traceback (most recent call last):
        ...
    routebook.errors.VoteError: A rating is a whole number from 1, worst, to 5, best, not 6.
    """

    run_id: str
    prompt_id: str
    repeat: int = 0
    kind: VoteKind
    by: str
    model_a: str | None = None
    model_b: str | None = None
    winner: Winner | None = None
    model: str | None = None
    rating: int | None = None
    note: str = ""
    blind: bool = False
    shown: tuple[str, ...] = ()
    source: VoteSource = "python"
    at: datetime = field(default_factory=lambda: datetime.now(UTC))
    id: str = field(default_factory=lambda: uuid4().hex)

    def __post_init__(self) -> None:
        ids = (("id", self.id, RUN_ID), ("run", self.run_id, RUN_ID), ("prompt", self.prompt_id, PROMPT_ID))
        for what, value, pattern in ids:
            if not isinstance(value, str) or not pattern.match(value):
                raise VoteError(f"A vote's {what} must be an id in hex digits, not {quoted(value)}.")
        if not is_whole(self.repeat) or not 0 <= self.repeat <= MOST_REPEATS:
            raise VoteError(f"A vote's repeat is a whole number from 0, not {quoted(self.repeat)}.")
        if not isinstance(self.at, datetime) or self.at.tzinfo is None:
            raise VoteError(f"A vote's time needs its zone, not {quoted(self.at)}.")
        object.__setattr__(self, "at", self.at.astimezone(UTC))
        if not isinstance(self.by, str) or not self.by.strip() or len(self.by) > LONGEST_NAME:
            raise VoteError(f"A vote says whose it is, in at most {LONGEST_NAME} characters, not {quoted(self.by)}.")
        if not isinstance(self.note, str) or len(self.note) > LONGEST_NOTE:
            raise VoteError(f"A note has at most {LONGEST_NOTE:,} characters, not {quoted(self.note)}.")
        if not isinstance(self.blind, bool):
            raise VoteError(f"A vote is blind or it is not: {quoted(self.blind)} is neither.")
        if self.source not in get_args(VoteSource):
            raise VoteError(f"A vote is cast in the view, in python or on a ballot, not in {quoted(self.source)}.")
        self._check_kind()
        self._check_models()

    def _repr_pretty_(self, printer: Any, _: bool) -> None:
        """Be one line as the value of a cell, where `repr` is three."""
        if self.kind == "pair":
            told = {"a": f"{self.model_a} beats {self.model_b}", "b": f"{self.model_b} beats {self.model_a}"}
            what = f"{self.model_a} and {self.model_b}: {'both bad' if self.winner == 'both_bad' else 'a tie'}"
            said = told.get(self.winner or "", what)
        else:
            said = f"{self.model}: {self.rating} of {BEST}"
        printer.text(f"<Vote by {self.by!r:.60}: {said}>")

    def _check_kind(self) -> None:
        pair, rated = (self.model_a, self.model_b, self.winner), (self.model, self.rating)
        if self.kind == "pair":
            if rated != (None, None):
                raise VoteError("A vote on a pair has no rating: cast one of its own.")
            if self.winner not in get_args(Winner):
                raise VoteError(f"The winner is 'a', 'b', 'tie' or 'both_bad', not {quoted(self.winner)}.")
            if self.model_a == self.model_b:
                raise VoteError(f"A pair is of two different models, not {quoted(self.model_a)} twice.")
        elif self.kind == "rating":
            if pair != (None, None, None):
                raise VoteError("A rating is of one model, without a winner: cast a vote on the pair of its own.")
            if not is_whole(self.rating) or not WORST <= self.rating <= BEST:  # type: ignore[operator]
                raise VoteError(
                    f"A rating is a whole number from {WORST}, worst, to {BEST}, best, not {quoted(self.rating)}."
                )
        else:
            raise VoteError(f"A vote is of the kind 'pair' or 'rating', not {quoted(self.kind)}.")

    def _check_models(self) -> None:
        voted = [self.model] if self.kind == "rating" else [self.model_a, self.model_b]
        if not isinstance(self.shown, tuple) or len(self.shown) > _MOST_SHOWN:
            raise VoteError(f"What was shown is a tuple of at most {_MOST_SHOWN:,} models, not {quoted(self.shown)}.")
        for name in (*voted, *self.shown):
            if not isinstance(name, str) or not is_model(name):
                raise VoteError(f"A vote names models as host/model, not {quoted(name)}.")
        if len(set(self.shown)) < len(self.shown):
            raise VoteError("A model is twice among those shown.")
        if self.shown and not set(self.shown).issuperset(voted):
            raise VoteError("A vote is on answers that were shown; one of these was not.")

    @property
    def models(self) -> tuple[str, ...]:
        """Whose answers it is about: two, or one for a rating."""
        return tuple(name for name in (self.model_a, self.model_b, self.model) if name is not None)


@lru_cache(maxsize=1024)
def is_model(name: str) -> bool:
    """Whether it is a model's id, written in full."""
    try:
        return str(ModelId.parse(name)) == name
    except ModelError:
        return False


def is_whole(value: object) -> bool:
    """Whether it is a whole number; true and false are none."""
    return isinstance(value, int) and not isinstance(value, bool)


def quoted(value: object) -> str:
    """Return what was given, short enough for a message."""
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def standing(votes: Iterable[Vote]) -> tuple[Vote, ...]:
    """Return the votes that stand, oldest first: of what one person said of the same answers, the last.

    The same answers are those of one pair of models, in either order, or of one rated model, to one prompt in one
    repeat. Of two votes of the same moment the later in `votes` stands.

    Examples
    --------
    >>> where = {"run_id": "0" * 32, "prompt_id": "0" * 16, "by": "ada", "kind": "pair"}
    >>> first = Vote(model_a="sim/small", model_b="sim/large", winner="b", **where)
    >>> second = Vote(model_a="sim/large", model_b="sim/small", winner="tie", **where)
    >>> [vote.winner for vote in standing([first, second])]
    ['tie']
    """
    last: dict[tuple[object, ...], Vote] = {}
    for vote in sorted(votes, key=lambda vote: vote.at):
        about = (vote.by, vote.run_id, vote.prompt_id, vote.repeat, vote.kind, frozenset(vote.models))
        last.pop(about, None)
        last[about] = vote
    return tuple(last.values())


def user() -> str:
    """Return who votes here: ``$ROUTEBOOK_USER``, else ``$JUPYTERHUB_USER``, else the name one is logged in with.

    Raises
    ------
    VoteError
        If none of these is known.
    """
    for name in ("ROUTEBOOK_USER", "JUPYTERHUB_USER"):
        if found := os.environ.get(name, "").strip():
            return found[:LONGEST_NAME]
    try:
        return getpass.getuser()[:LONGEST_NAME]
    except (KeyError, OSError, ImportError) as error:  # a container's user may have no name
        raise VoteError("Who votes? Nobody here knows your name: set ROUTEBOOK_USER, or say by='you'.") from error


def described(vote: Vote) -> dict[str, object]:
    """Return the vote as plain data, for a file."""
    made: dict[str, object] = {one.name: getattr(vote, one.name) for one in fields(vote)}
    return made | {"at": vote.at.isoformat(), "shown": list(vote.shown)}


def read_vote(fields: Fields) -> Vote:
    """Read what `described` gave, from a file that somebody else may have written.

    Raises
    ------
    RunError
        If it is no vote; the text says where.
    """
    word: Callable[[str], str | None] = lambda key: fields.optional(key, fields.word)  # noqa: E731
    try:
        return Vote(
            id=fields.word("id"),
            run_id=fields.word("run_id"),
            prompt_id=fields.word("prompt_id"),
            repeat=fields.count("repeat", MOST_REPEATS),
            kind=fields.one_of("kind", get_args(VoteKind)),
            by=fields.text("by", LONGEST_NAME),
            model_a=word("model_a"),
            model_b=word("model_b"),
            winner=fields.optional("winner", lambda key: fields.one_of(key, get_args(Winner))),
            model=word("model"),
            rating=fields.optional("rating", fields.count),
            note=fields.text("note", LONGEST_NOTE),
            blind=fields.flag("blind"),
            shown=fields.words("shown"),
            source=fields.one_of("source", get_args(VoteSource)),
            at=fields.moment("at"),
        )
    except VoteError as error:
        raise RunError(f"{fields.where}: {error}") from error
