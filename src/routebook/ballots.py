"""A blind ballot: which pairs of a run's answers voters are shown, as A and B, and the secret that seals their slips.

What a voter gets names no model: only the opaque ids of items. Which answers an item shows is known here alone.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import uuid4

from routebook.errors import VoteError
from routebook.votes import LONGEST_NAME, MOST_REPEATS, PROMPT_ID, RUN_ID, is_model, is_whole, quoted

MOST_ITEMS = 10_000
MOST_VOTERS = 100_000
_ITEM = re.compile(r"[0-9a-f]{16}\Z")
_KEY = re.compile(r"[0-9a-f]{64}\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class BallotItem:
    """Two answers to one prompt, for a voter to compare.

    Attributes
    ----------
    id
        What it is called on the ballot: 16 random hex digits that tell nothing.
    prompt_id, repeat
        Which answers; `repeat` from 0.
    model_a, model_b
        Whose answers are shown as A and as B, ``host/model``.

    Raises
    ------
    VoteError
        If it is no such pair.
    """

    id: str = field(default_factory=lambda: secrets.token_hex(8))
    prompt_id: str
    repeat: int = 0
    model_a: str
    model_b: str

    def __post_init__(self) -> None:
        for what, value, pattern in (("id", self.id, _ITEM), ("prompt", self.prompt_id, PROMPT_ID)):
            if not isinstance(value, str) or not pattern.match(value):
                raise VoteError(f"A ballot item's {what} must be an id of 16 hex digits, not {quoted(value)}.")
        if not is_whole(self.repeat) or not 0 <= self.repeat <= MOST_REPEATS:
            raise VoteError(f"A ballot item's repeat is a whole number from 0, not {quoted(self.repeat)}.")
        for name in (self.model_a, self.model_b):
            if not isinstance(name, str) or not is_model(name):
                raise VoteError(f"A ballot item names models as host/model, not {quoted(name)}.")
        if self.model_a == self.model_b:
            raise VoteError(f"A ballot item is of two different models, not {quoted(self.model_a)} twice.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ballot:
    """A blind ballot on the answers of a run.

    Attributes
    ----------
    run_id
        The run.
    title
        What it is called, for voters to read; at most 200 characters.
    items
        The pairs in the order in which they are shown, none of them twice.
    voters
        Who is expected to vote, each once; empty if anybody may.
    created_at
        When, UTC.
    key
        The secret that slips are sealed with, 64 hex digits. Whoever has it can make up votes, so it is in no repr, no
        message, and in no file but the page of its ballot.
    id
        32 hex digits, unique.

    Raises
    ------
    VoteError
        If it is no ballot: no items, a pair twice, a name that is empty.

    Examples
    --------
    >>> item = BallotItem(id="1" * 16, prompt_id="0" * 16, model_a="sim/small", model_b="sim/large")
    >>> made = Ballot(run_id="0" * 32, title="Which explains it better?", items=(item,), voters=("ada", "grace"))
    >>> made.item("1" * 16).model_b
    'sim/large'
    >>> made.key in repr(made)
    False
    """

    run_id: str
    title: str
    items: tuple[BallotItem, ...]
    voters: tuple[str, ...] = ()
    created_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    key: str = field(default_factory=lambda: secrets.token_hex(32), repr=False)
    id: str = field(default_factory=lambda: uuid4().hex)

    def __post_init__(self) -> None:
        for what, value in (("id", self.id), ("run", self.run_id)):
            if not isinstance(value, str) or not RUN_ID.match(value):
                raise VoteError(f"A ballot's {what} must be an id of 32 hex digits, not {quoted(value)}.")
        if not isinstance(self.key, str) or not _KEY.match(self.key):
            raise VoteError("A ballot's key must be 64 hex digits.")  # never says what it was given
        if not _is_name(self.title):
            raise VoteError(f"A ballot has a title of at most {LONGEST_NAME} characters, not {quoted(self.title)}.")
        if not isinstance(self.created_at, datetime) or self.created_at.tzinfo is None:
            raise VoteError(f"A ballot's time needs its zone, not {quoted(self.created_at)}.")
        object.__setattr__(self, "created_at", self.created_at.astimezone(UTC))
        self._check_items()
        self._check_voters()

    def _check_items(self) -> None:
        if not isinstance(self.items, tuple) or not 1 <= len(self.items) <= MOST_ITEMS:
            raise VoteError(f"A ballot has 1 to {MOST_ITEMS:,} pairs of answers, not {quoted(self.items)}.")
        for item in self.items:
            if not isinstance(item, BallotItem):
                raise VoteError(f"A ballot's items are BallotItem, not {quoted(item)}.")
        if len({item.id for item in self.items}) < len(self.items):
            raise VoteError("Two items of a ballot have the same id.")
        pairs = {(item.prompt_id, item.repeat, frozenset((item.model_a, item.model_b))) for item in self.items}
        if len(pairs) < len(self.items):
            raise VoteError("The same two answers are twice on a ballot: the second vote would undo the first.")

    def _check_voters(self) -> None:
        if not isinstance(self.voters, tuple) or len(self.voters) > MOST_VOTERS:
            raise VoteError(f"A ballot's voters are a tuple of at most {MOST_VOTERS:,}, not {quoted(self.voters)}.")
        for name in self.voters:
            if not _is_name(name):
                raise VoteError(f"A voter has a name of at most {LONGEST_NAME} characters, not {quoted(name)}.")
        if len(set(self.voters)) < len(self.voters):
            raise VoteError("A voter is twice among those expected.")

    def item(self, item_id: str) -> BallotItem:
        """Return the item of this id.

        Raises
        ------
        VoteError
            If there is none.
        """
        for item in self.items:
            if item.id == item_id:
                return item
        raise VoteError(f"The ballot {self.title!r:.60} has no item {quoted(item_id)}.")


def _is_name(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip()) and len(value) <= LONGEST_NAME
