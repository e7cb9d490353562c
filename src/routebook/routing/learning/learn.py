"""`rb.learn`: rules from outcomes, found on some prompts and tested on others, or the advice to use one model."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from routebook.errors import OptionError, OutcomesError, did_you_mean
from routebook.lookup import count, either
from routebook.outcomes.columns import listed
from routebook.routing.conditions import TagIs, leaves
from routebook.routing.evidence.evaluation import Evaluation, evaluate
from routebook.routing.learning.dividing import divided
from routebook.routing.learning.gate import Check, checks, non_inferior
from routebook.routing.learning.learned import Learned
from routebook.routing.learning.matrix import Matrix
from routebook.routing.learning.objective import Objective
from routebook.routing.learning.problem import Problem, problem_of
from routebook.routing.learning.rules import Rules, rules_of
from routebook.routing.learning.search import values
from routebook.routing.learning.selection import Selected, Selection, select
from routebook.routing.learning.shipping import check_names, learned_on, policy_of, provenance_of, with_evidence
from routebook.routing.names import check_text

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from routebook.outcomes import Outcomes
    from routebook.routing.route import Provenance

    Whole = NDArray[np.intp]

ASKABLE = ("tag", "feature", "keyword")
MOST_RULES = 100


def learn(
    outcomes: Outcomes,
    *,
    max_rules: int = 8,
    objective: Objective | None = None,
    using: Collection[str] = ASKABLE,
    held_out: Outcomes | None = None,
    test_share: float = 1 / 3,
    name: str | None = None,
    created: date | None = None,
    seed: int = 0,
) -> Learned:
    """Learn a few readable rules that say which model answers which prompt, and test them on prompts kept apart.

    Kinds of prompt are told apart by their tags, or by a small tree of tags, features and words; each gets the model
    that is worth most there, by means shrunk against the winner's curse. How many kinds, and how much quality a cost is
    worth, is decided by cross-fitting: no prompt says how good rules are that it helped to make. What is then said of
    the rules, and whether they are shipped at all, comes from the held-out prompts alone. Rules that do not hold there
    are not shipped: the policy is one model, and `Learned.reason` says why.

    Parameters
    ----------
    outcomes
        How good, dear and fast each model was on each prompt: ``run.outcomes()`` or `Outcomes.from_frame`.
    max_rules
        How many rules at most.
    objective
        What for; by default the least cost at a quality less than 0.02 below that of the best single model.
    using
        What rules may ask: some of ``tag`` (whoever asks has to say it then), ``feature`` and ``keyword``.
    held_out
        Outcomes to test on, such as a published test split; by default a share of `outcomes` is kept apart. Prompts of
        `outcomes` that are nearly the same as one of these are left out.
    test_share
        How much of `outcomes` is kept apart; prompts that are nearly the same stay together.
    name
        What to call the policy.
    created
        The day it is made; today (UTC) by default. The same outcomes, options, seed and day give the same file.
    seed
        Of all that is drawn.

    Returns
    -------
    Learned
        With the policy, what it got on the held-out prompts, and everything simpler beside it.

    Raises
    ------
    OutcomesError
        If there are no two models to choose from, or the objective needs what is not known.
    OptionError
        If an option is none.
    PolicyError
        If `name` cannot be one.

    Examples
    --------
    >>> import routebook as rb
    >>> rows = [
    ...     {"prompt": f"Question {n}?", "kind": ("easy", "hard")[n % 2], "small": 1 - n % 2, "large": 1,
    ...      "small_usd": 0.001, "large_usd": 0.01}
    ...     for n in range(600)
    ... ]
    >>> outcomes = rb.Outcomes.from_frame(
    ...     rows, tag="kind", models=["small", "large"], cost={"small": "small_usd", "large": "large_usd"}, hosts="lab"
    ... )
    >>> learned = rb.learn(outcomes)
    >>> learned.routes, [rule.when.sentence() for rule in learned.policy.classify], learned.policy.default.models
    (True, ['its tag is hard'], ('lab/small', 'lab/large'))
    """
    objective = Objective() if objective is None else objective
    if not isinstance(objective, Objective):
        raise OptionError(f"objective is an Objective, such as rb.Objective(margin=0.01), not {objective!r:.60}.")
    asked = checked(max_rules, using, seed)
    called = check_text(name or "learned", "a policy's name")
    train, test, groups, notes = divided(outcomes, held_out, test_share, seed)
    problem = problem_of(train, objective)
    testing = Testing(problem, test, provenance_of(outcomes, seed, created), called)
    chosen = select(problem, groups, max_rules=max_rules, using=asked, tested_on=len(test.prompts), seed=seed)
    found = None if chosen.rules is None else rules_of(problem, chosen.rules, max_rules)
    rules = testing.of(found) if found is not None and found.rules else None
    single, said = testing.single(chosen.single)
    shown = () if rules is None else tuple(checks(rules, problem.objective, testing.base, _first(single)))
    shipped = rules if rules is not None and all(check.holds for check in shown) else None
    tested = Matrix.of(test).only(problem.matrix.models)
    settings, scores = _curve(problem, chosen.rules, tested) if chosen.rules is not None else (None, None)
    return Learned(
        policy=(shipped or single).policy,
        routes=shipped is not None,
        reason=_reason(_first(single), shown, found, chosen, len(test.prompts)),
        objective=problem.objective,
        checks=shown,
        considered=None if rules is None else rules.policy,
        evaluation=shipped or single,
        notes=(
            *(_asking(shipped) if shipped is not None else ()),
            *notes,
            *problem.notes,
            *said,
            *(found.dropped if found is not None else ()),
        ),
        _train=problem.matrix,
        _test=tested,
        _settings=settings,
        _scores=scores,
        _quality_per_usd=_quality_per_usd(problem, chosen.rules),
        _seed=seed,
    )


@dataclass(frozen=True, eq=False)
class Testing:
    """Makes policies, and measures them on the prompts that were kept apart."""

    problem: Problem
    test: Outcomes
    provenance: Provenance
    name: str

    def __post_init__(self) -> None:
        models = self.problem.matrix.models
        if missing := [model for model in models if model not in self.test.models]:
            raise OutcomesError(
                f"The held-out outcomes have no answers of {listed(missing)}: give those of the same models, by the "
                "same names."
            )
        check_names(self.test, models)

    @property
    def base(self) -> str:
        """The best single model of the prompts that were learned from."""
        return self.problem.matrix.models[self.problem.base]

    def of(self, rules: Rules) -> Evaluation:
        """Measure rules; the policy of the evaluation has it as its evidence."""
        matrix = self.problem.matrix
        policy = policy_of(rules, matrix, self.test, self.provenance, self.name)
        made = evaluate(policy, self.test, against=self.base)
        return replace(
            made,
            assigned=replace(
                made.assigned, policy=with_evidence(policy, made, learned_on(rules, list(policy.routes), len(matrix)))
            ),
        )

    def single(self, model: int) -> tuple[Evaluation, list[str]]:
        """Measure one model for everything: the one that serves the objective best, unless it proves to be worse."""
        made = self.of(self._only(model))
        if model != self.problem.base and self.problem.objective.least_cost:
            shown = non_inferior(made, self.base, self.problem.objective.margin)
            if not shown.holds:
                note = (
                    f"{self.problem.matrix.models[model]} promised to be as good for less, and was not: {shown.found}."
                )
                return self.of(self._only(self.problem.base)), [note]
        return made, []

    def _only(self, model: int) -> Rules:
        rate = np.array([self.problem.exchange or 0.0])
        size = len(self.problem.matrix)
        worth = values(self.problem, np.arange(size), np.zeros(size, dtype=np.intp), 1, rate)[0, 0]
        return Rules((), model, worth)


def _asking(made: Evaluation) -> Iterator[str]:
    """Say what whoever asks has to say, too."""
    asked = [leaf for rule in made.policy.classify for leaf in leaves(rule.when)]
    if any(isinstance(leaf, TagIs) for leaf in asked):
        yield (
            "Rules ask for tags: say them when you ask, decide(prompt, tag=...), or learn rules that need none with "
            "using=['feature', 'keyword']."
        )


def _first(made: Evaluation) -> str:
    """Return the one model that answers everything, as the table calls it."""
    return str(made.assigned.model[0])


def _reason(single: str, shown: Collection[Check], found: Rules | None, chosen: Selection, tested_on: int) -> str:
    """Say in one line why there are rules, or why not."""
    if shown and all(check.holds for check in shown):
        said = "; ".join(f"{check.asked}, found {check.found}" for check in list(shown)[1:])
        return f"Shown on held-out prompts: {said}."
    use = f"Use {single} for everything"
    if chosen.over:
        use += ", which comes nearest to the cap that no model keeps to"
    if missed := [check for check in shown if not check.holds]:
        said = "; ".join(f"{check.asked}, found {check.found}" for check in missed)
        return f"{use}. Rules were found, but this was not shown on held-out prompts: {said}."
    if found is not None:
        return f"{use}. Rules were found, but none was worth its place on prompts that it was not made from."
    if chosen.unsure:
        return (
            f"{use}. Cheaper rules may be as good, but {count(tested_on, 'held-out prompt')} would be too few to show "
            "it: learn from more prompts, or accept a wider margin."
        )
    return f"{use}. No rules promised more on prompts that they were not made from."


def _curve(problem: Problem, chosen: Selected, test: Matrix) -> tuple[NDArray[np.intp], NDArray[np.float64] | None]:
    """Return what the chosen structure does with the held-out prompts at every rate of exchange: its whole curve.

    Returns
    -------
    settings, scores
        (rates, prompts): who answers; and of two models what the better one adds on each prompt.
    """
    partition = chosen.path.structure(problem.matrix, problem.worth(chosen.path.grown_at))
    kind = partition.place(problem.matrix)
    value = values(problem, np.arange(len(kind)), kind, len(partition), chosen.path.rates)
    place = partition.place(test)
    scores = None
    if len(problem.matrix.models) == 2:
        other = 1 - problem.base
        gain = values(problem, np.arange(len(kind)), kind, len(partition), np.zeros(1))[0]
        scores = (gain[:, problem.base] - gain[:, other])[place]
    return value.argmax(axis=2)[:, place], scores


def _quality_per_usd(problem: Problem, chosen: Selected | None) -> float:
    """Return how much quality one US dollar per 1,000 prompts is worth, as given or as found."""
    if problem.spared is None or problem.objective.max_latency_p95_s is not None:
        return 0.0
    rate = problem.exchange if chosen is None else chosen.rate
    return (rate or 0.0) * problem.per_usd / 1000


# ---- options --------------------------------------------------------------------------------------------------------


def checked(max_rules: int, using: Collection[str], seed: int) -> tuple[str, ...]:
    """Return what rules may ask, in order.

    Raises
    ------
    OptionError
        If an option is none.
    """
    if isinstance(max_rules, bool) or not isinstance(max_rules, int) or not 1 <= max_rules <= MOST_RULES:
        raise OptionError(f"max_rules is a whole number from 1 to {MOST_RULES}, not {max_rules!r:.60}.")
    if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
        raise OptionError(f"seed is a whole number, 0 or more, not {seed!r:.60}.")
    wanted = tuple(using) if isinstance(using, Collection) and not isinstance(using, str) else (using,)
    for one in wanted:
        if one not in ASKABLE:
            raise OptionError(f"Rules may ask {either(ASKABLE)}, not {one!r:.60}.{did_you_mean(str(one), ASKABLE)}")
    if not wanted:
        raise OptionError(f"Rules have to ask something: {either(ASKABLE)}.")
    return tuple(one for one in ASKABLE if one in wanted)
