"""Whether judges, checks and people agree: Krippendorff's alpha over all, and over every two of them.

Raters are each judge and each check by its name, each person, and where there are several persons, ``people``: what
most of them say. Of pairs the words are that the first wins, a tie, or that the second wins; of scores, the score.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import nan
from typing import TYPE_CHECKING, Literal, NamedTuple

from routebook.errors import JudgmentError
from routebook.judging.figures.intervals import mean_interval, wilson
from routebook.judging.figures.krippendorff import Distance, alpha, alpha_interval
from routebook.judging.tables import PEOPLE, SAME_ANSWERS, PairRow, ScoreRow, pair_rows, score_rows, simulated_judges
from routebook.lookup import count
from routebook.render.report import Block, Report, figure, span

if TYPE_CHECKING:
    import pandas as pd

    from routebook.answers import Answers

Kind = Literal["pairs", "scores"]
Words = dict[tuple[str, str], dict[Hashable, Hashable]]
"""Rater (source and name) to unit to word; a unit is a tuple that starts with the prompt's id."""

_DISTANCE: dict[Kind, Distance] = {"pairs": "nominal", "scores": "interval"}
_MOST_SHOWN = 15
_SAME = 9  # decimals


class Two(NamedTuple):
    """Two raters beside each other; a row of `Agreement.frame`."""

    rater_a: str
    rater_b: str
    kind: Kind
    n: int
    agreement: float
    low: float
    high: float
    alpha: float


class Overall(NamedTuple):
    """All raters together; a row of `Agreement.overall`."""

    kind: Kind
    raters: int
    n: int
    alpha: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, eq=False)
class Agreement:
    """How far judges, checks and people agree on a run. Printed, it says what it found."""

    _twos: tuple[Two, ...]
    _overall: tuple[Overall, ...]
    _prompts: int
    _remarks: tuple[str, ...] = ()

    @property
    def alpha(self) -> float:
        """Krippendorff's alpha over all raters: of pairs where they have pairs in common, else of scores; or NaN."""
        return next((each.alpha for each in self._overall if each.alpha == each.alpha), nan)

    @property
    def frame(self) -> pd.DataFrame:
        """One row per two raters who have a word on the same unit.

        ``kind`` is ``pairs`` or ``scores``, ``n`` how many units both have a word on, ``agreement`` the share of
        these with the same word, ``low`` and ``high`` the ends of its 95 % interval
        (`routebook.judging.figures.intervals.mean_interval`: the units of a prompt are a cluster), ``alpha``
        Krippendorff's over these two; NaN where neither ever varies.
        """
        import pandas as pd

        return pd.DataFrame(self._twos, columns=list(Two._fields)).astype(_types(Two))

    @property
    def overall(self) -> pd.DataFrame:
        """One row per kind: how many raters and units, alpha over all of them, and its 95 % bootstrap interval."""
        import pandas as pd

        return pd.DataFrame(self._overall, columns=list(Overall._fields)).astype(_types(Overall))

    @property
    def notes(self) -> tuple[str, ...]:
        """What the reader should know, one line each."""
        if not self._twos:
            return ("There is only one rater, or no two have a word on the same answers: agreement is unknown.",)
        notes = [
            *self._remarks,
            "Alpha is Krippendorff's: 1 is always, 0 as often as by chance, below 0 less than that.",
        ]
        if any(each.alpha != each.alpha for each in self._twos):
            notes.append("Alpha is unknown where the words never vary: then chance would agree as well.")
        if len(self._twos) > _MOST_SHOWN:
            notes.append(f"{_MOST_SHOWN} of {count(len(self._twos), 'row')} are shown; .frame has all.")
        return tuple(notes)

    def _report(self) -> Report:
        # A class of thirty is 435 pairs of persons: those who have most in common first.
        twos = sorted(self._twos, key=lambda two: two.n, reverse=True)
        blocks = []
        if self._overall:
            rows = [
                (each.kind, f"{each.raters:,}", f"{each.n:,}", figure(each.alpha), span(each.low, each.high))
                for each in self._overall
            ]
            blocks.append(Block(("word on", "raters", "judged by several", "alpha", "95 % interval"), rows))
        if twos:
            heads = ("two raters", "word on", "judged by both", "same word", "95 % interval", "alpha")
            shown = [
                (
                    f"{two.rater_a} – {two.rater_b}",
                    two.kind,
                    f"{two.n:,}",
                    figure(two.agreement),
                    span(two.low, two.high),
                    figure(two.alpha),
                )
                for two in twos[:_MOST_SHOWN]
            ]
            blocks.append(Block(heads, shown, title="Every two of them"))
        return Report("Agreement", (count(self._prompts, "prompt"),), blocks, self.notes)

    def __str__(self) -> str:
        return str(self._report())

    def __repr__(self) -> str:
        return f"<Agreement: alpha {figure(self.alpha)}, {count(self._prompts, 'prompt')}>"

    def _repr_html_(self) -> str:
        return self._report().html()


def agreement(answers: Answers) -> Agreement:
    """Return how far all who said something of a run agree.

    Parameters
    ----------
    answers
        The run.

    Raises
    ------
    JudgmentError
        If nobody has said anything.
    StoreError
        If the store cannot be read.
    """
    pairs, scores = pair_rows(answers), score_rows(answers)
    if not pairs and not scores:
        raise JudgmentError("Nobody has judged this run yet: run.vote(...), run.judge(...) or run.score(...).")
    twos: list[Two] = []
    overall: list[Overall] = []
    prompts: set[str] = set()
    every: dict[Kind, Words] = {"pairs": _pair_words(pairs), "scores": _score_words(scores)}
    for kind, said in every.items():
        together = _overall(kind, said)
        overall += [together] if together.n else []
        twos += _twos(kind, said)
        prompts.update(unit[0] for words in said.values() for unit in words)  # type: ignore[index]
    return Agreement(tuple(twos), tuple(overall), len(prompts), tuple(simulated_judges([*pairs, *scores])))


def alpha_of(rows: Sequence[PairRow] | Sequence[ScoreRow]) -> float:
    """Return Krippendorff's alpha over all who said these words; NaN where it is not known.

    >>> row = PairRow("p", 0, "sim/small", "sim/large", "one", "judge", "one", 1.0, False, "", "")
    >>> others = [row._replace(repeat=1, share_a=0.0), row._replace(repeat=1, share_a=0.0, name="two")]
    >>> alpha_of([row, row._replace(name="two"), *others])
    1.0
    """
    pairs = [row for row in rows if isinstance(row, PairRow)]
    scores = [row for row in rows if isinstance(row, ScoreRow)]
    if pairs:
        return alpha(list(_units(_pair_words(pairs)).values()), "nominal")
    return alpha(list(_units(_score_words(scores)).values()), "interval")


def _pair_words(rows: Sequence[PairRow]) -> Words:
    """Return who won by whom: ``first``, ``second`` (of the two by name) or ``tie``; equal answers tell of nobody."""
    said: Words = {}
    for row in rows:
        if row.share_a is None or row.note == SAME_ANSWERS:
            continue
        first, second = sorted((row.model_a, row.model_b))
        share = row.share_a if first == row.model_a else 1 - row.share_a
        word = "tie" if share == 0.5 else "first" if share > 0.5 else "second"
        said.setdefault(_rater(row), {})[row.prompt_id, row.repeat, first, second] = word
    return said


def _score_words(rows: Sequence[ScoreRow]) -> Words:
    said: Words = {}
    for row in rows:
        if row.value is not None:
            said.setdefault(_rater(row), {})[row.prompt_id, row.repeat, row.model] = round(row.value, _SAME)
    return said


def _rater(row: PairRow | ScoreRow) -> tuple[str, str]:
    return row.source, row.by if row.source == "person" else row.name


def _units(said: Words) -> dict[Hashable, list[Hashable]]:
    units: dict[Hashable, list[Hashable]] = {}
    for words in said.values():
        for unit, word in words.items():
            units.setdefault(unit, []).append(word)
    return units


def _overall(kind: Kind, said: Words) -> Overall:
    units = {unit: words for unit, words in _units(said).items() if len(words) > 1}
    words = list(units.values())
    prompts = [unit[0] for unit in units]  # type: ignore[index]
    ends = alpha_interval(words, prompts, _DISTANCE[kind])
    return Overall(kind, len(said), len(units), alpha(words, _DISTANCE[kind]), *ends)


def _twos(kind: Kind, said: Words) -> list[Two]:
    persons = [rater for rater in said if rater[0] == "person"]
    others: Words = {rater: words for rater, words in said.items() if rater[0] != "person"}
    if len(persons) > 1:
        together = _units({rater: said[rater] for rater in persons})
        most = _majority if kind == "pairs" else _mean
        others["people", PEOPLE] = {unit: most(words) for unit, words in together.items()}
    raters = [*others, *persons]
    all_said = {**said, **others}
    labels = _labels(raters)
    twos = []
    for one, other in combinations(raters, 2):
        if one[0] == "people" and other[0] == "person":
            continue  # a person is one of the people, and would agree with themselves
        a, b = all_said[one], all_said[other]
        both = [(a[unit], b[unit]) for unit in a if unit in b]
        if both:
            same = sum(x == y for x, y in both)
            ends = _same_interval([(unit[0], a[unit] == b[unit]) for unit in a if unit in b])  # type: ignore[index]
            figures = (len(both), same / len(both), *ends, alpha(both, _DISTANCE[kind]))
            twos.append(Two(labels[one], labels[other], kind, *figures))
    return twos


def _same_interval(same: Sequence[tuple[Hashable, bool]]) -> tuple[float, float]:
    """Return the interval of the share of units with the same word; a unit's prompt comes first."""
    of: dict[Hashable, list[bool]] = {}
    for prompt, each in same:
        of.setdefault(prompt, []).append(each)
    if len(of) == 1:  # nothing can be said of other prompts
        return wilson(sum(each for _, each in same), len(same))
    return mean_interval([sum(each) / len(each) for each in of.values()], weights=[len(each) for each in of.values()])


def _majority(words: Sequence[Hashable]) -> Hashable:
    """Return what most say; where two words lead, a tie.

    >>> _majority(["first", "first", "second"]), _majority(["first", "second"])
    ('first', 'tie')
    """
    ranked = Counter(words).most_common(2)
    return "tie" if len(ranked) > 1 and ranked[0][1] == ranked[1][1] else ranked[0][0]


def _mean(scores: Sequence[Hashable]) -> Hashable:
    return round(sum(scores) / len(scores), _SAME)  # type: ignore[arg-type]


def _labels(raters: Sequence[tuple[str, str]]) -> Mapping[tuple[str, str], str]:
    """Return what to call each: its name, with what it is where two have the same."""
    names = Counter(name for _, name in raters)
    return {(source, name): f"{name} ({source})" if names[name] > 1 else name for source, name in raters}


def _types(of: type[Two] | type[Overall]) -> dict[str, str]:
    kinds = {"n": "int64", "raters": "int64"} | dict.fromkeys(("rater_a", "rater_b", "kind"), "str")
    return {name: kinds.get(name, "float64") for name in of._fields}
