"""`rb.tradeoff`: rules between a weak and a strong model, and all they can get on other prompts."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from routebook.errors import OptionError, OutcomesError, did_you_mean
from routebook.lookup import count
from routebook.outcomes import model_ids
from routebook.render.report import Block, Report, figure, signed, span
from routebook.routing.evidence.estimates import difference
from routebook.routing.evidence.evaluation import evaluate
from routebook.routing.learning.dividing import check_outcomes, divided
from routebook.routing.learning.learn import ASKABLE, checked
from routebook.routing.learning.matrix import Matrix
from routebook.routing.learning.metrics import Bands, apgr, bands, cpt
from routebook.routing.learning.partition import ByTree, Partition
from routebook.routing.learning.shipping import check_names, provenance_of, with_evidence
from routebook.routing.learning.shrinkage import shrunk
from routebook.routing.learning.splits import folds
from routebook.routing.names import DEFAULT
from routebook.routing.policy import ClassifyRule, Policy
from routebook.routing.route import Route

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from routebook.charts.figure import Figure
    from routebook.outcomes import Outcomes
    from routebook.routing.conditions import Condition

    Floats = NDArray[np.float64]
    Whole = NDArray[np.intp]

_PARTS = 5
_FEWEST = 40
_WEAK, _STRONG = 0, 1


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """Prompts that one rule is about.

    Attributes
    ----------
    when
        What they have in common; `None` for all that no other rule is about.
    score
        How much better the strong model is expected to be there: the mean over the prompts it was learned from, shrunk.
    learned_on
        How many these are.
    """

    when: Condition | None
    score: float
    learned_on: int


@dataclass(frozen=True, eq=False)
class Tradeoff:
    """What rules get between a weak and a strong model, at every share of strong calls.

    Attributes
    ----------
    weak, strong
        The models, as the table calls them.
    groups
        Which prompts go to the strong model first, in order.
    scores
        How much better the strong model is expected to be on each test prompt, by its id: higher goes there first.
    test
        The outcomes that it is measured on.
    notes
        What the reader should know, one line each.
    """

    weak: str
    strong: str
    groups: tuple[Group, ...]
    scores: pd.Series[float]
    test: Outcomes
    notes: tuple[str, ...]
    _group: Whole
    _quality: Floats
    _learned_from: Outcomes
    _seed: int

    @property
    def apgr(self) -> float:
        """The average performance gap recovered, on the test prompts; 0.5 is random. See `metrics.apgr`."""
        return apgr(*self._known())

    def cpt(self, share: float) -> float:
        """Return the least percent of strong calls that recovers this share of the gap; see `metrics.cpt`.

        Raises
        ------
        OptionError
            If the share is not between 0 and 1.
        """
        return cpt(*self._known(), share)

    @cached_property
    def bands(self) -> Bands:
        """95 % intervals of the curve, of `apgr` and of the thresholds, over test prompts; see `metrics.bands`."""
        return bands(*self._known(), seed=self._seed)

    @property
    def frame(self) -> pd.DataFrame:
        """The whole curve: ``strong_share``, ``quality`` with ``low`` and ``high`` (95 %), and ``random``."""
        made = self.bands
        rise = made.quality[-1] - made.quality[0]
        return pd.DataFrame(
            {
                "strong_share": made.share,
                "quality": made.quality,
                "low": made.low,
                "high": made.high,
                "random": made.quality[0] + made.share * rise,
            }
        )

    @cached_property
    def rules(self) -> pd.DataFrame:
        """One row per rule, those first that go to the strong model first.

        ``rule`` in words, ``score``, ``learned_on``, ``held_out`` (test prompts), and ``gain``: how much better the
        strong model was on these, with ``gain_low`` and ``gain_high`` (95 %).
        """
        rows = []
        for number, group in enumerate(self.groups):
            here = self._group == number
            found = difference(self._quality[here, _STRONG], self._quality[here, _WEAK], single=self._single)
            rows.append(
                {
                    "rule": "everything else" if group.when is None else group.when.sentence(),
                    "score": group.score,
                    "learned_on": group.learned_on,
                    "held_out": int(here.sum()),
                    "gain": found.difference,
                    "gain_low": found.low,
                    "gain_high": found.high,
                }
            )
        return pd.DataFrame(rows)

    @property
    def _single(self) -> bool:
        return bool((self.test._frame["n"] == 1).all())

    def _known(self) -> tuple[Floats, Floats, Floats]:
        known = ~np.isnan(self._quality).any(axis=1)
        scores: Floats = np.asarray(self.scores, dtype=np.float64)
        return self._quality[known, _WEAK], self._quality[known, _STRONG], scores[known]

    def policy(self, strong_share: float, *, name: str | None = None, created: date | None = None) -> Policy:
        """Return the policy that sends this share of prompts like the test prompts to the strong model.

        Where the share falls within a rule, that rule's first model is drawn by weights.

        Parameters
        ----------
        strong_share
            From 0 to 1.
        name, created
            What to call it, and the day it is made; as of `learn`.

        Raises
        ------
        OptionError
            If the share is none.
        """
        if isinstance(strong_share, bool) or not isinstance(strong_share, (int, float)) or not 0 <= strong_share <= 1:
            raise OptionError(f"strong_share is a share from 0 to 1, such as 0.3, not {strong_share!r:.60}.")
        ids = model_ids(self.test)
        pair = (ids[self.strong], ids[self.weak])
        sizes = np.bincount(self._group, minlength=len(self.groups)) / len(self._group)
        left, classify, routes, default = strong_share, [], {}, Route(pair[::-1])
        for number, (group, size) in enumerate(zip(self.groups, sizes, strict=True), 1):
            part = float(min(1.0, max(0.0, left / size))) if size else float(left > 0)
            part = round(part, 12)  # what is left of adding shares up is no share
            left -= size
            if group.when is None:
                default = _route(pair, part)
            elif part:
                tag = f"kind-{number}"
                classify.append(ClassifyRule(tag, group.when))
                routes[tag] = _route(pair, part)
        policy = Policy(
            name or f"{strong_share:.0%} to {pair[0]}",
            tuple(classify),
            routes,
            default,
            provenance_of(self._learned_from, self._seed, created),
        )
        numbers = {f"kind-{number}": group.learned_on for number, group in enumerate(self.groups, 1)}
        rest = sum(numbers.values()) - sum(numbers[tag] for tag in routes)
        return with_evidence(policy, evaluate(policy, self.test, against=self.strong), {**numbers, DEFAULT: rest})

    def chart(self) -> Figure:
        """Chart quality against the share of strong calls, with its band, beside prompts sent at random."""
        from routebook.charts.routing_chart import gap

        made = self.bands
        return gap(
            made.share.tolist(),
            made.quality.tolist(),
            made.low.tolist(),
            made.high.tolist(),
            weak=self.weak,
            strong=self.strong,
            notes=self._figures(),
            simulated={self.weak, self.strong} <= set(self.test.simulated),
        )

    def _figures(self) -> list[str]:
        made = self.bands
        return [
            f"APGR {figure(self.apgr, 3)} ({span(*made.apgr, 3)}); random 0.5.",
            *(
                f"CPT({of} %) {figure(self.cpt(of / 100), 1)} % ({span(*made.cpt[of / 100], 1)}); random {of} %."
                for of in (50, 80)
            ),
        ]

    def report(self) -> Report:
        """Return it as it is shown."""
        cells = [
            (
                str(row["rule"]),
                signed(row["score"]),
                f"{row['learned_on']:,} / {row['held_out']:,}",
                f"{signed(row['gain'])} ({span(row['gain_low'], row['gain_high'], sign=True)})",
            )
            for row in self.rules.to_dict(orient="records")
        ]
        titles = ("strong model first, from the top", "expected gain", "learned on / tested on", "gain found")
        return Report(
            "Tradeoff",
            [f"weak {self.weak}", f"strong {self.strong}", count(len(self.scores), "test prompt")],
            [Block(titles, cells)],
            [*self._figures(), *self.notes],
            simulated={self.weak, self.strong} <= set(self.test.simulated),
        )

    def __repr__(self) -> str:
        return f"<Tradeoff of {self.weak} and {self.strong}: APGR {figure(self.apgr, 3)}, {len(self.groups)} rules>"

    def __str__(self) -> str:
        return str(self.report())

    def _repr_html_(self) -> str:
        return self.report().html()


def tradeoff(
    train: Outcomes,
    test: Outcomes,
    *,
    weak: str,
    strong: str,
    max_rules: int = 8,
    using: Collection[str] = ASKABLE,
    seed: int = 0,
) -> Tradeoff:
    """Learn on some prompts which ones gain most by the strong model, and tell on others what that gets.

    Of a tree that asks only for tags, and one that may ask all, the one is taken that ranks prompts better when
    cross-fitted on the training prompts.

    Parameters
    ----------
    train, test
        Outcomes to learn from and to measure on. Training prompts that are nearly the same as a test prompt are left
        out.
    weak, strong
        The two models, by the tables' names or their ids.
    max_rules
        How many groups of prompts are told apart at most.
    using
        What rules may ask: some of ``tag``, ``feature`` and ``keyword``.
    seed
        Of the division into parts, and of the intervals.

    Raises
    ------
    OutcomesError
        If a table does not have both models, or too little is known of them.
    OptionError
        If an option is none.

    Examples
    --------
    >>> import routebook as rb
    >>> rows = [{"prompt": f"Question {n}?", "kind": "ab"[n % 2], "small": 1 - n % 2, "large": 1} for n in range(200)]
    >>> outcomes = rb.Outcomes.from_frame(rows, tag="kind", models=["small", "large"])
    >>> ids = outcomes.prompts.index
    >>> made = rb.tradeoff(outcomes.select(ids[:100]), outcomes.select(ids[100:]), weak="small", strong="large")
    >>> made.apgr, made.cpt(0.5), made.rules["rule"].tolist()
    (0.75, 25.0, ['its tag is b', 'its tag is not b'])
    """
    asked = checked(max_rules, using, seed)
    check_outcomes(train, test)
    pair = [_found(train, weak, "weak"), _found(train, strong, "strong")]
    if pair[0] == pair[1]:
        raise OptionError(f"The weak and the strong model are both {pair[0]}: name two.")
    tested = [_found(test, weak, "weak"), _found(test, strong, "strong")]
    learned_from, test, groups, notes = divided(train, test, 0.5, seed)
    check_names(test, tested)
    matrix = learned_from.only(pair)
    known = ~np.isnan(matrix.quality).any(axis=1)
    matrix, groups = matrix.take(known), groups[known]
    if len(matrix) < _FEWEST:
        raise OutcomesError(
            f"Of {count(len(matrix), 'training prompt')} the quality of both models is known: {_FEWEST} are the least."
        )
    gain = matrix.quality[:, [_STRONG]] - matrix.quality[:, [_WEAK]]
    partition = _best(matrix, gain, max_rules, asked, folds(groups, matrix.tags, _PARTS, seed))
    kind = partition.place(matrix)
    score = shrunk(gain, kind, len(partition))[0][:, 0]
    order = np.argsort(-score, kind="stable")
    made = [Group(partition.asked([int(one)])[0][1], float(score[one]), int((kind == one).sum())) for one in order]
    measured = Matrix.of(test).only(tested)
    if np.isnan(measured.quality).any(axis=1).all():
        raise OutcomesError(f"The quality of both models is known of none of {count(len(measured), 'test prompt')}.")
    place = np.argsort(order)[partition.place(measured)]
    found = np.array([group.score for group in made])[place]
    return Tradeoff(
        tested[_WEAK],
        tested[_STRONG],
        tuple(made),
        pd.Series(found, index=pd.Index(measured.ids, name="prompt_id"), name="score"),
        test,
        notes,
        place,
        measured.quality,
        train,
        seed,
    )


def _best(matrix: Matrix, gain: Floats, max_rules: int, asked: tuple[str, ...], parts: Whole) -> Partition:
    """Grow the tree that ranks prompts best when cross-fitted."""
    ways = list(dict.fromkeys([("tag",), asked] if "tag" in asked and any(matrix.tags) else [asked]))
    if len(ways) > 1:
        found = [_cross_fitted(matrix, gain, max_rules, way, parts) for way in ways]
        weak, strong = matrix.quality.T
        areas = [apgr(weak, strong, scores) for scores in found]
        ways = [ways[int(np.nanargmax(areas))] if not np.isnan(areas).all() else ways[0]]
    return ByTree(matrix, gain, max_rules, ways[0])


def _cross_fitted(matrix: Matrix, gain: Floats, max_rules: int, way: tuple[str, ...], parts: Whole) -> Floats:
    scores = np.zeros(len(matrix))
    for part in range(_PARTS):
        seen, unseen = matrix.take(parts != part), matrix.take(parts == part)
        tree = ByTree(seen, gain[parts != part], max_rules, way)
        mean = shrunk(gain[parts != part], tree.place(seen), len(tree))[0][:, 0]
        scores[parts == part] = mean[tree.place(unseen)]
    return scores


def _route(pair: tuple[str, str], part: float) -> Route:
    if part >= 1:
        return Route(pair)
    return Route(pair, weights=(part, 1 - part)) if part > 0 else Route(pair[::-1])


def _found(outcomes: Outcomes, name: str, what: str) -> str:
    for own, known in model_ids(outcomes).items():
        if name in (own, known):
            return own
    raise OutcomesError(
        f"{what}={name!r:.60} is no model of these outcomes.{did_you_mean(str(name), outcomes.models)} "
        f"They are of {', '.join(outcomes.models[:8])}."
    )
