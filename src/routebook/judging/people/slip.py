"""What one voter hands back: a small JSON file, read strictly, since anybody may have written it.

The file is what js/src/ballot/file.ts writes. Its signature is the HMAC-SHA256 (RFC 2104) of the content with the
ballot's key. It shows damage and careless edits. It is no proof against somebody who takes the page apart: the key is
in the page.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import stat
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import get_args

from routebook.ballots import MOST_ITEMS, Ballot
from routebook.errors import RunError, VoteError
from routebook.render.clean import one_line
from routebook.strict_json import Fields, parse
from routebook.votes import LONGEST_NAME, LONGEST_NOTE, Winner

LARGEST_FILE = 10_000_000
"""Bytes; a thousand votes with a page of notes each are less."""
_HEX = {length: re.compile(rf"[0-9a-f]{{{length}}}\Z") for length in (16, 32, 64)}
_UNSEEN = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0000-\U000e0fff]")
"""What shows nothing and is no format character: https://www.unicode.org/reports/tr44/#Default_Ignorable_Code_Point."""
_AT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?Z\Z")


@dataclass(frozen=True, slots=True)
class SlipVote:
    """One vote as it is in the file: the item's id, who won, why, and when by the voter's clock."""

    item: str
    winner: Winner
    note: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Slip:
    """One voter's file.

    Attributes
    ----------
    ballot
        Whose votes these are on: a `Ballot.id`.
    voter
        Who, as they call themselves.
    token
        32 hex digits that the page made up when this voter began.
    asked
        How many pairs the page asked.
    votes
        What was said, at most one for each item.
    signature
        64 hex digits.
    content
        What is signed, as `canonical` writes it.
    """

    ballot: str
    voter: str
    token: str
    asked: int
    votes: tuple[SlipVote, ...]
    signature: str
    content: bytes

    def sealed(self, key: str) -> bool:
        """Whether content and signature belong together, by a ballot's key."""
        return hmac.compare_digest(seal(self.content, key), self.signature)


def voter_name(name: str) -> str:
    """Return a voter's name as it is written into a vote: on one line, composed (NFC), nothing in it obeyed.

    Raises
    ------
    VoteError
        If nothing is left, or too much.
    """
    made = one_line(unicodedata.normalize("NFC", name)) if isinstance(name, str) else ""
    if not alike(made).strip() or len(made) > LONGEST_NAME:
        raise VoteError(f"A voter has a name of at most {LONGEST_NAME} characters, not {name!r:.60}.")
    return made


def alike(name: str) -> str:
    """Return what names have in common that a reader would take for one: whatever their case, width and unseen marks.

    Letters of two scripts that look the same, such as Latin and Cyrillic A, stay two.

    >>> alike("Ada") == alike("\uff21da") == alike("ad\u200ba") != alike("Ida")
    True
    """
    composed = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    return "".join(letter for letter in composed if not _UNSEEN.match(letter) and unicodedata.category(letter) != "Cf")


def canonical(data: object) -> bytes:
    """Return JSON data as bytes that are the same in every language: sorted keys, no spaces, UTF-8.

    >>> canonical({"b": [1, "é"], "a": None}).decode()
    '{"a":null,"b":[1,"é"]}'
    """
    text = json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode("utf-8", "surrogatepass")


def seal(content: bytes, key: str) -> str:
    """Return the signature of a content: HMAC-SHA256 in hex, with a key in hex."""
    return hmac.new(bytes.fromhex(key), content, hashlib.sha256).hexdigest()


def read_slip(path: Path) -> Slip:
    """Read one file, to its last field.

    Raises
    ------
    VoteError
        If it is no ballot that was filled in; the text says why, in a line.
    """
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # a pipe has no end, and may be a link in somebody's archive
            raise VoteError("Not a ballot: it is no file.")
        with path.open("rb") as file:
            read = file.read(LARGEST_FILE + 1)
        if len(read) > LARGEST_FILE:
            raise VoteError("Not a ballot: it is too large.")
        text = read.decode("utf-8-sig")  # an editor may have put a mark at its start
    except OSError as error:
        raise VoteError(f"Cannot be read: {error.strerror or error}.") from error
    except UnicodeDecodeError as error:
        raise VoteError("Not a ballot: it is no text in UTF-8.") from error
    try:
        data = parse(text, "It")
    except RunError as error:
        raise VoteError("Not a ballot: it is no JSON, or only a part of it.") from error
    if not isinstance(data, dict) or data.get("kind") != "ballot":
        raise VoteError("Not a ballot.")
    try:
        return _read(data)
    except RunError as error:
        raise VoteError(f"Damaged: {one_line(str(error), 200)}") from error


def _read(data: dict[str, object]) -> Slip:
    fields = Fields(data, "the ballot")
    fields.one_of("kind", ["ballot"])
    version = fields.count("routebook")
    if version != 1:
        raise RunError(f"it is of version {version}, written by a newer routebook.")
    ballot, token = _hex(fields, "ballot", 32), _hex(fields, "token", 32)
    voter, asked = fields.text("voter", LONGEST_NAME), fields.count("asked", MOST_ITEMS)
    votes, signature = fields.objects("votes", _vote), _hex(fields, "signature", 64)
    fields.end()
    content = canonical({name: value for name, value in data.items() if name != "signature"})
    return Slip(ballot, voter, token, asked, votes, signature, content)


def _vote(fields: Fields) -> SlipVote:
    item, winner = _hex(fields, "item", 16), fields.one_of("winner", get_args(Winner))
    note, at = fields.text("note", LONGEST_NOTE), fields.text("at", 40)
    try:
        moment = datetime.fromisoformat(at) if _AT.match(at) else None
    except ValueError:
        moment = None
    if moment is None:
        fields.fail("at", "a time in UTC", at)
    return SlipVote(item, winner, note, moment)


def _hex(fields: Fields, name: str, digits: int) -> str:
    value = fields.word(name)
    if not _HEX[digits].match(value):
        fields.fail(name, f"{digits} hex digits", value)
    return value


def check(slip: Slip, ballot: Ballot) -> None:
    """Check that a file is a whole answer to this ballot, as its page wrote it.

    Raises
    ------
    VoteError
        If it was changed, is by somebody who is not expected, or says what its page cannot say.
    """
    if not slip.sealed(ballot.key):
        raise VoteError("Changed after it was saved: its content does not fit its signature.")
    if ballot.voters and slip.voter not in ballot.voters:
        raise VoteError(f"{one_line(slip.voter, 60)} is not among this ballot's voters.")
    if not slip.votes:
        raise VoteError("Empty: no vote was cast.")
    items = {item.id for item in ballot.items}
    voted = [vote.item for vote in slip.votes]
    if not items.issuperset(voted):
        raise VoteError("It votes on pairs that are not on the ballot.")
    if len(set(voted)) < len(voted):
        raise VoteError("It votes twice on the same pair.")
    if not len(voted) <= slip.asked <= len(items):
        raise VoteError("It says that other than its pairs were asked.")
