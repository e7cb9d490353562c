"""What became of the ballots that came back: each file's fate, the turnout, and how far voters agree."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from routebook.lookup import count
from routebook.render.report import Block, Report, figure

if TYPE_CHECKING:
    import pandas as pd

Status = Literal["collected", "already collected", "refused"]
_MOST_SHOWN = 12
_MOST_ROWS = 40


class FileRow(NamedTuple):
    """What became of one file.

    Attributes
    ----------
    file
        Its path, as found.
    voter
        Whose it is; empty where that is not known.
    votes
        How many votes in it count.
    status
        ``collected``, ``already collected`` (nothing in it is new) or ``refused``.
    reason
        Why it was refused, one line, or empty.
    """

    file: str
    voter: str
    votes: int
    status: Status
    reason: str


class Turnout(NamedTuple):
    """Who has voted so far.

    Attributes
    ----------
    returned
        How many ballots the store has votes of.
    expected
        How many were expected; `None` where anybody may vote.
    missing
        The names of those who were expected and have not voted.
    votes, asked
        Over the files of this call that count: how many votes they hold, and how many pairs their voters were asked.
    """

    returned: int
    expected: int | None
    missing: tuple[str, ...]
    votes: int
    asked: int


class BallotAgreement(NamedTuple):
    """How far voters agree on pairs that several of them judged.

    Attributes
    ----------
    alpha
        Krippendorff's alpha: 1 is agreement, 0 what chance would give; NaN where it cannot be known.
    share
        Of all two voters with a word on the same pair, how many say the same; NaN where there are none.
    pairs
        How many pairs have the word of two voters or more.
    """

    alpha: float
    share: float
    pairs: int


@dataclass(frozen=True, slots=True)
class Collected:
    """What `collect` merged: each file's fate, the turnout, and how far voters agree. Printed, it says all of it."""

    files: tuple[FileRow, ...]
    turnout: Turnout
    agreement: BallotAgreement

    @property
    def frame(self) -> pd.DataFrame:
        """One row per file: ``file``, ``voter``, ``votes``, ``status`` and ``reason``; see `FileRow`."""
        import pandas as pd

        return pd.DataFrame(self.files, columns=list(FileRow._fields)).astype({"votes": "int64"})

    @property
    def refused(self) -> tuple[FileRow, ...]:
        """The files that do not count."""
        return tuple(row for row in self.files if row.status == "refused")

    def _report(self) -> Report:
        new = sum(row.status == "collected" for row in self.files)
        facts = [f"{new:,} of {count(len(self.files), 'file')} collected"]
        if known := sum(row.status == "already collected" for row in self.files):
            facts.append(f"{known:,} already collected")
        if self.refused:
            facts.append(f"{len(self.refused):,} refused")
        shown = [(Path(row.file).name, row.voter, f"{row.votes:,}", row.status) for row in self.files[:_MOST_ROWS]]
        notes = [f"{Path(row.file).name}: {row.reason}" for row in self.refused[:_MOST_SHOWN]]
        if len(self.files) > _MOST_ROWS or len(self.refused) > _MOST_SHOWN:
            notes.append(f".frame has all {count(len(self.files), 'file')}.")
        notes += [_turnout(self.turnout), _agreement(self.agreement)]
        return Report("Ballots", facts, [Block(("file", "voter", "votes", "status"), shown)], notes)

    def __str__(self) -> str:
        return str(self._report())

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return self._report().html()


def _turnout(turnout: Turnout) -> str:
    who = f"{count(turnout.returned, 'ballot')} returned"
    if turnout.expected is not None:
        who = f"{turnout.returned:,} of {count(turnout.expected, 'ballot')} returned"
    far = f", {turnout.votes:,} of the {turnout.asked:,} votes asked for in these files" if turnout.asked else ""
    left = len(turnout.missing) - _MOST_SHOWN
    names = ", ".join(turnout.missing[:_MOST_SHOWN]) + (f" and {left:,} more" if left > 0 else "")
    return f"Turnout: {who}{far}.{f' Still to come: {names}.' if names else ''}"


def _agreement(agreement: BallotAgreement) -> str:
    if agreement.share != agreement.share:
        return "Agreement: unknown, since no pair was judged by two voters."
    return (
        f"Agreement: Krippendorff's alpha {figure(agreement.alpha)}; two voters say the same {agreement.share:.0%} of "
        f"the time ({count(agreement.pairs, 'pair')} judged by two or more)."
    )
