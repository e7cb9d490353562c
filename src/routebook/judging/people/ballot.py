"""A blind ballot for a class or a team: which pairs of answers, dealt as A and B, and the page they are handed out on.

What comes back is read by `routebook.judging.people.collect`.
"""

from __future__ import annotations

import random
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING

from routebook.ballots import Ballot, BallotItem
from routebook.calls import Call
from routebook.errors import VoteError
from routebook.files import write_atomically
from routebook.judging.keeping import keep
from routebook.judging.people.ballot_page import AnswerKey, page
from routebook.judging.people.slip import alike, voter_name
from routebook.lookup import PromptKey, count, find_model, find_prompt
from routebook.models import ModelId
from routebook.render.report import Report

if TYPE_CHECKING:
    from routebook.answers import Answers

TITLE = "Which answer is better?"
_SHORTEST_NAME = 4
_AHEAD = 12  # prompts


@dataclass(frozen=True, slots=True)
class PrintedBallot:
    """A ballot that was written to a page.

    Attributes
    ----------
    path
        The page.
    ballot
        What it asks; its key and what its letters stand for are in the store too.
    most
        How many pairs one voter is asked; `None` is all.
    alike
        How many pairs were left out because both answers are the same text: nobody could prefer one.
    unanswered
        How many pairs were left out because an answer is missing.
    telling
        How many pairs have an answer that names one of the models, or a vendor, of this run.
    """

    path: Path
    ballot: Ballot
    most: int | None
    alike: int
    unanswered: int
    telling: int

    @property
    def asked(self) -> int:
        """How many pairs one voter is asked."""
        return min(self.most or len(self.ballot.items), len(self.ballot.items))

    def _report(self) -> Report:
        items, voters = self.ballot.items, len(self.ballot.voters)
        prompts = len({item.prompt_id for item in items})
        notes = [f"Hand out {self.path}: it opens in any browser, without a network, and says nothing of models."]
        if self.asked < len(items):
            reached = f"to get a word on each takes {-(-len(items) // self.asked):,} voters or more"
            if voters:
                reached = (
                    f"each is judged {voters * self.asked / len(items):.2g} times on average"
                    if voters * self.asked >= len(items)
                    else f"{len(items) - voters * self.asked:,} are judged by nobody: raise most="
                )
            notes.append(f"A voter is asked {self.asked:,} of the pairs; {reached}.")
        for number, why in (
            (self.alike, "because both answers are the same"),
            (self.unanswered, "because an answer is missing"),
        ):
            if number:
                notes.append(f"{count(number, 'pair')} left out {why}.")
        if self.telling:
            notes.append(
                f"But in {count(self.telling, 'pair')} an answer itself names a model or a vendor of this run."
            )
        notes.append("Then run.collect(folder) merges the files that come back.")
        facts = [f"{count(len(items), 'pair')} of answers", count(prompts, "prompt")]
        return Report(
            f"Blind ballot {self.ballot.title!r}", [*facts, count(voters, "voter")] if voters else facts, notes=notes
        )

    def __str__(self) -> str:
        return str(self._report())

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return self._report().html()


def ballot(
    answers: Answers,
    path: str | Path = "ballot.html",
    *,
    prompts: Sequence[PromptKey] | None = None,
    models: Sequence[str | ModelId] | None = None,
    voters: Sequence[str] | None = None,
    title: str | None = None,
    most: int | None = 20,
    seed: int | None = None,
) -> PrintedBallot:
    """Write a blind ballot to a page, and store what its letters stand for; see `Comparison.ballot`.

    Returns
    -------
    PrintedBallot
        Where it is, and what is on it.

    Raises
    ------
    VoteError
        If there is no pair to ask about, or the page cannot be written.
    RunError, ModelError
        If there is no such prompt or model.
    StoreError
        If the ballot cannot be stored; then no page is written.

    Examples
    --------
    >>> import routebook as rb, tempfile
    >>> run = rb.compare(["Name a prime.", "Name a planet."], models=["sim/small", "sim/large"])
    >>> printed = ballot(run, tempfile.mkdtemp() + "/ballot.html", voters=["Ada", "Grace"])
    >>> printed.asked, "sim/small" in printed.path.read_text()
    (2, False)
    """
    if most is not None and (not isinstance(most, int) or isinstance(most, bool) or most < 1):
        raise VoteError(f"most= is how many pairs one voter is asked, 1 or more, or None for all, not {most!r:.60}.")
    if isinstance(voters, str):
        raise VoteError(f"voters= is a list of names: voters=[{voters!r:.60}].")
    deal = random.Random(seed)
    found = _pairs(answers, prompts, models)
    if not found.pairs:
        raise VoteError(f"There is nothing to vote on: {found.why_none}.")
    made = Ballot(
        run_id=answers.run.id,
        title=TITLE if title is None else title,
        items=_dealt(found.pairs, deal),
        voters=_expected(voters or ()),
    )
    pretended = all(call.simulated for call in answers.calls)
    text = page(made, answers.prompts_by_id, found.texts, most, deal, simulated=pretended)
    keep(answers, made)
    try:
        written = write_atomically(path, text)
    except OSError as error:
        raise VoteError(f"Cannot write {str(path)!r}: {error.strerror or error}.") from error
    telling = sum(any(_names_one(found.texts[key], answers) for key in _keys(pair)) for pair in found.pairs)
    return PrintedBallot(written, made, most, found.alike, found.unanswered, telling)


_Pair = tuple[str, int, str, str]
"""Prompt id, repeat, two models."""


@dataclass(frozen=True, slots=True)
class _Found:
    pairs: Sequence[_Pair]
    texts: dict[AnswerKey, str]
    alike: int
    unanswered: int

    @property
    def why_none(self) -> str:
        if self.alike and not self.unanswered:
            return "the answers to each prompt are the same, word for word"
        if self.unanswered and not self.alike:
            return "no prompt has two answers"
        return "no prompt has two answers that differ"


def _pairs(answers: Answers, prompts: Sequence[PromptKey] | None, models: Sequence[str | ModelId] | None) -> _Found:
    ids = {prompt.id for prompt in answers.prompts}
    if prompts is not None:
        keys = [prompts] if isinstance(prompts, str) else prompts
        ids = {find_prompt(answers.prompts, key).id for key in keys}
    names = answers.models
    if models is not None:
        names = tuple(dict.fromkeys(find_model(names, str(name), blind=answers.run.blind) for name in models))
    if len(names) < 2:
        raise VoteError("A ballot is between two models or more.")
    texts: dict[AnswerKey, str] = {}
    tasks: dict[tuple[str, int], None] = {}
    for call in answers.calls:
        if call.prompt_id in ids:
            tasks[call.prompt_id, call.repeat] = None
            if _is_answer(call):
                texts[call.prompt_id, call.repeat, str(call.model)] = call.text
    every = [(*task, a, b) for task in tasks for a, b in combinations(names, 2)]
    there = [pair for pair in every if all(key in texts for key in _keys(pair))]
    apart = [pair for pair in there if len({texts[key].strip() for key in _keys(pair)}) == 2]
    return _Found(apart, texts, len(there) - len(apart), len(every) - len(there))


def _is_answer(call: Call) -> bool:
    return call.status == "ok" and bool(call.text.strip())


def _keys(pair: _Pair) -> tuple[AnswerKey, AnswerKey]:
    prompt_id, repeat, a, b = pair
    return (prompt_id, repeat, a), (prompt_id, repeat, b)


def _dealt(pairs: Sequence[_Pair], deal: random.Random) -> tuple[BallotItem, ...]:
    """Return the pairs as items in an order of which any stretch is balanced, each model as often A as B.

    Every prompt comes once before one comes again, and next comes, of the prompts that are near, the pair whose models
    were seen least so far.
    """
    left: dict[tuple[str, int], list[_Pair]] = defaultdict(list)
    for pair in pairs:
        left[pair[:2]].append(pair)
    tasks = list(left)
    deal.shuffle(tasks)
    seen: Counter[str] = Counter()
    ordered: list[_Pair] = []
    while tasks:
        waiting = list(tasks)
        while waiting:
            near = [pair for task in waiting[:_AHEAD] for pair in left[task]]
            deal.shuffle(near)
            chosen = min(near, key=lambda pair: seen[pair[2]] + seen[pair[3]])
            waiting.remove(chosen[:2])
            left[chosen[:2]].remove(chosen)
            seen.update(chosen[2:])
            ordered.append(chosen)
        tasks = [task for task in tasks if left[task]]
    swaps = {models: _half(number, deal) for models, number in Counter(pair[2:] for pair in ordered).items()}
    items = []
    for prompt_id, repeat, *models in ordered:
        a, b = reversed(models) if swaps[models[0], models[1]].pop() else models
        items.append(BallotItem(prompt_id=prompt_id, repeat=repeat, model_a=a, model_b=b))
    return tuple(items)


def _half(number: int, deal: random.Random) -> list[bool]:
    """Return so many coins of which half are heads, in random order."""
    coins = [deal.random() < 0.5] * (number % 2) + [True, False] * (number // 2)
    deal.shuffle(coins)
    return coins


def _expected(voters: Sequence[str]) -> tuple[str, ...]:
    names = tuple(voter_name(name) for name in voters)
    first: dict[str, str] = {}
    for name in names:
        if first.setdefault(alike(name), name) is not name:
            raise VoteError(f"Two voters are called {name!r:.60}: give each a name of their own.")
    return names


def _names_one(text: str, answers: Answers) -> bool:
    models = [ModelId.parse(name) for name in answers.models]
    known = {model.vendor for model in models} - {"unknown"}
    known |= {model.model for model in models if not model.model.isalpha()}  # "small" is a word like any other
    words = [re.escape(name) for name in known if len(name) >= _SHORTEST_NAME]
    return bool(words) and re.search(rf"(?<!\w)(?:{'|'.join(words)})(?!\w)", text, re.IGNORECASE) is not None
