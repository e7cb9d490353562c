"""Merges the ballots that come back into the store, and says who has voted and how far they agree.

Each file is read by itself (`routebook.judging.people.slip`); what is wrong with one stops none of the others. A
vote's id is worked out from ballot, voter's token and item, so that a file that is collected twice counts once, in one
store or in several that are merged later.
"""

from __future__ import annotations

import glob
import hashlib
import os
from collections import defaultdict
from collections.abc import Sequence
from itertools import combinations
from math import nan
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING

from routebook.ballots import Ballot
from routebook.errors import VoteError
from routebook.judging.figures.krippendorff import alpha
from routebook.judging.keeping import keep, store_of
from routebook.judging.people.collected import BallotAgreement, Collected, FileRow, Turnout
from routebook.judging.people.slip import Slip, alike, check, read_slip, voter_name
from routebook.judging.people.voting import every_vote
from routebook.lookup import count
from routebook.render.clean import one_line, visible
from routebook.votes import LONGEST_NOTE, Vote, standing

if TYPE_CHECKING:
    from routebook.answers import Answers


def collect(answers: Answers, paths: str | Path | Sequence[str | Path]) -> Collected:
    """Merge ballots that came back into the store.

    Parameters
    ----------
    answers
        The run that was voted on.
    paths
        A file, a folder (every ``.json`` in it, however deep), a pattern such as ``"votes/*.json"``, or several.

    Returns
    -------
    Collected
        What became of each file. Refused, with its reason, is what is no ballot of this run, was changed after it was
        saved, is by nobody who was expected, or contradicts what the same voter handed in before. A file that was
        collected before changes nothing, and one that adds votes to those of an earlier file is a continuation.

    Raises
    ------
    VoteError
        If there is no file at all.
    StoreError
        If votes cannot be stored; files before that are.

    Notes
    -----
    The signature shows damage and careless edits. Who takes the page apart finds its key and can sign anything, so
    this is no election: where it matters who voted, hand the page out to each voter by name and compare the turnout.
    """
    files = _files([paths] if isinstance(paths, (str, Path)) else paths)
    if not files:
        raise VoteError(f"There is no ballot to collect: nothing was found at {one_line(str(paths), 200)}.")
    box = _Box(answers)
    rows = tuple(box.take(path) for path in files)
    return Collected(rows, box.turnout(), _agree(answers))


def _files(paths: Sequence[str | Path]) -> list[Path]:
    found: dict[Path, Path] = {}
    for given in paths:
        path = Path(given).expanduser()
        if path.is_dir():
            some = sorted(one for one in path.rglob("*.json") if _is_meant(one.relative_to(path)))
        elif path.exists() or not glob.has_magic(str(path)):
            some = [path]
        else:
            matching = glob.glob(str(path), recursive=True)  # noqa: PTH207  # pathlib takes no absolute pattern
            some = [Path(one) for one in sorted(matching)]
        for one in some:
            found.setdefault(Path(os.path.realpath(one)), one)  # which links in a circle do not stop
    return list(found.values())


def _is_meant(path: Path) -> bool:
    """Whether it is no shadow of a file, as archives of some systems hold them."""
    return not any(part.startswith(".") or part == "__MACOSX" for part in path.parts)


def _digits(number: int, *parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:number]


def _person(ballot: str, token: str) -> str:
    """Return who voted as 20 hex digits, of which the first 8 are the ballot's; the ids of their votes begin so."""
    return _digits(8, ballot) + _digits(12, ballot, token)


class _Box:
    """The ballots of a run on their way into the store; knows who has voted already."""

    def __init__(self, answers: Answers) -> None:
        self._answers = answers
        self._store = store_of(answers)
        self._ballots = {ballot.id: ballot for ballot in self._store.ballots_of(answers.run.id)}
        self._votes: dict[str, Vote] = {}
        self._name_of: dict[str, str] = {}
        self._person_of: dict[tuple[str, str], str] = {}
        self._far: dict[str, tuple[int, int]] = {}
        known = {_digits(8, id_) for id_ in self._ballots}
        for vote in every_vote(answers):
            if vote.source == "ballot" and vote.id[:8] in known:
                self._remember(vote)

    def _remember(self, vote: Vote) -> None:
        self._votes[vote.id] = vote
        self._name_of.setdefault(vote.id[:20], vote.by)
        self._person_of.setdefault((vote.id[:8], alike(vote.by)), vote.id[:20])

    def take(self, path: Path) -> FileRow:
        """Read one file, and store its votes."""
        voter = ""
        try:
            slip = read_slip(path)
            voter = one_line(slip.voter)
            ballot = self._ballot(slip.ballot)
            check(slip, ballot)
            voter = voter_name(slip.voter)
            new = self._new(slip, ballot, voter)
        except VoteError as error:
            return FileRow(visible(str(path)), voter, 0, "refused", one_line(str(error)))
        keep(self._answers, *new)
        for vote in new:
            self._remember(vote)
        person = _person(slip.ballot, slip.token)
        self._far[person] = max(self._far.get(person, (0, 0)), (len(slip.votes), slip.asked))
        return FileRow(visible(str(path)), voter, len(slip.votes), "collected" if new else "already collected", "")

    def _ballot(self, ballot_id: str) -> Ballot:
        if ballot_id in self._ballots:
            return self._ballots[ballot_id]
        try:
            other = self._store.ballot(ballot_id)
        except VoteError as error:
            raise VoteError("Of a ballot that this store does not know: collect it where it was made.") from error
        raise VoteError(f"Of another run's ballot: collect it by rb.load({other.run_id[:8]!r}).collect(...).")

    def _new(self, slip: Slip, ballot: Ballot, voter: str) -> list[Vote]:
        """Return the votes that are not in the store yet."""
        person = _person(slip.ballot, slip.token)
        name = self._name_of.get(person, voter)
        if alike(name) != alike(voter):
            raise VoteError(f"A double: {one_line(name, 60)} has handed in this same ballot, under that name.")
        if self._person_of.get((person[:8], alike(voter)), person) != person:
            raise VoteError(
                "A double: a voter of this name has handed in another ballot. Are they two? One needs a new name."
            )
        items = {item.id: item for item in ballot.items}
        new, other = [], 0
        for said in slip.votes:
            item = items[said.item]
            vote = Vote(
                id=person + _digits(12, slip.ballot, slip.token, said.item),
                run_id=self._answers.run.id,
                prompt_id=item.prompt_id,
                repeat=item.repeat,
                kind="pair",
                by=name,
                model_a=item.model_a,
                model_b=item.model_b,
                winner=said.winner,
                note=visible(said.note)[:LONGEST_NOTE],  # its page made it so; another may have written it
                blind=True,
                shown=(item.model_a, item.model_b),
                source="ballot",
                at=said.at,
            )
            there = self._votes.get(vote.id)
            if there is None:
                new.append(vote)
            elif there != vote:
                other += 1
        if other:
            raise VoteError(f"A double: this voter has handed in a ballot that differs in {count(other, 'vote')}.")
        return new

    def turnout(self) -> Turnout:
        """Return who has voted, on the ballots that came back."""
        back = {person[:8] for person in self._name_of}
        every = list(self._ballots.values())
        ballots = [ballot for ballot in every if _digits(8, ballot.id) in back] or every
        named = bool(ballots) and all(ballot.voters for ballot in ballots)
        missing = [
            voter
            for ballot in ballots
            for voter in ballot.voters
            if (_digits(8, ballot.id), alike(voter)) not in self._person_of
        ]
        votes, asked = (sum(far) for far in zip(*self._far.values(), strict=True)) if self._far else (0, 0)
        return Turnout(
            len(self._name_of),
            sum(len(ballot.voters) for ballot in ballots) if named else None,
            tuple(dict.fromkeys(missing)) if named else (),
            votes,
            asked,
        )


def _agree(answers: Answers) -> BallotAgreement:
    """Return how far the ballots of a run agree on who won; a tie is a tie, whether both are good or bad."""
    said: dict[tuple[object, ...], list[str]] = defaultdict(list)
    for vote in standing(vote for vote in every_vote(answers) if vote.source == "ballot"):
        winner = {"a": vote.model_a, "b": vote.model_b}.get(vote.winner or "") or "tie"
        said[vote.prompt_id, vote.repeat, frozenset(vote.models)].append(winner)
    shared = [words for words in said.values() if len(words) > 1]
    same = [one == other for words in shared for one, other in combinations(words, 2)]
    return BallotAgreement(alpha(shared, "nominal"), fmean(same) if same else nan, len(shared))
