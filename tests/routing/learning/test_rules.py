"""Kinds of prompt as rules: which earn their place, and what becomes of the others."""

from __future__ import annotations

import numpy as np
import pytest
from tests.support.matrices import matrix

from routebook.routing.conditions import TagIs
from routebook.routing.learning.objective import Objective
from routebook.routing.learning.problem import Problem, problem_of
from routebook.routing.learning.rules import Rules, rules_of
from routebook.routing.learning.search import TagTable, crossfit, rates_of, told, values
from routebook.routing.learning.selection import Selected
from routebook.routing.learning.splits import folds

QUALITY = Objective(quality_per_usd=0)


def problem_with(chances: list[list[float]], each: int = 100, seed: int = 0, cost: object = np.nan) -> Problem:
    """Return a problem of so many prompts of each tag (``a``, ``b``, ...), right with these chances."""
    kind = np.repeat(np.arange(len(chances)), each)
    right = np.random.default_rng(seed).random((len(kind), len(chances[0]))) < np.array(chances)[kind]
    tags = [chr(97 + number) for number in kind]
    return problem_of(matrix(right.astype(float), tags=tags, cost=cost), Objective() if cost is not np.nan else QUALITY)


def found(problem: Problem, max_rules: int = 8, rate: float = 0.0) -> Rules:
    """Return the rules of the table of tags."""
    parts = folds(np.arange(len(problem.matrix)), problem.matrix.tags, 5, 0)
    path = crossfit(problem, TagTable(), parts, np.array([rate]))
    return rules_of(problem, Selected(path, 0, told(problem, path.model[0])), max_rules)


def test_tags_of_one_model_are_one_rule() -> None:
    made = found(problem_with([[0.9, 0.1], [0.9, 0.1], [0.1, 0.9], [0.1, 0.9], [0.9, 0.1]]))
    assert made.default == 0
    assert [rule.when.sentence() for rule in made.rules] == ["its tag is c or d"]
    assert made.rules[0].rows.sum() == 200
    assert made.dropped == ()


def test_rules_say_what_each_model_is_worth_there() -> None:
    (rule,) = found(problem_with([[0.9, 0.1], [0.9, 0.1], [0.1, 0.9]])).rules
    assert isinstance(rule.when, TagIs)
    assert (rule.model, int(rule.worth.argmax())) == (1, 1)


def test_a_rule_worth_next_to_nothing_is_dropped_and_said() -> None:
    made = found(problem_with([[0.7, 0.7]] * 8, each=40, seed=3))
    assert made.rules == ()
    assert all(said.startswith("No rule for sim/m") for said in made.dropped)


def test_of_too_many_rules_the_least_worth_go_and_are_said() -> None:
    chances = [[0.9, 0.1, 0.1], [0.1, 0.9, 0.1], [0.6, 0.1, 0.9]]
    made = found(problem_with(chances), max_rules=1)
    assert len(made.rules) == 1
    assert any("others of at most 1 rules are worth more" in said for said in made.dropped)
    best = max(found(problem_with(chances)).rules, key=lambda rule: rule.rows.mean() * rule.worth.max())
    assert made.rules[0].when == best.when


def test_a_rule_that_spares_money_and_may_lose_too_much_is_dropped() -> None:
    problem = problem_with([[0.5, 0.9], [0.5, 0.9]], cost=[0.1, 1.0])
    made = found(problem, rate=0.42)  # as much as the loss is worth
    assert all("sim/m0" not in problem.matrix.models[rule.model] for rule in made.rules)


class TestSearch:
    """What models are worth, and at which rates choices change."""

    def test_between_each_two_rates_something_changes(self) -> None:
        problem = problem_with([[0.9, 0.9, 0.9], [0.5, 0.7, 0.9]], cost=[1, 3, 10])
        table = TagTable()(problem.matrix, problem.worth(0.0))
        rates, kind = rates_of(problem, [table]), table.place(problem.matrix)
        chosen = values(problem, np.arange(len(kind)), kind, len(table), rates).argmax(axis=2)
        assert len({tuple(each) for each in chosen.tolist()}) == len(rates)
        assert set(chosen[-1].tolist()) == {0}

    def test_a_kind_that_has_no_difference_goes_to_the_cheaper_model_at_the_first_rate_that_costs(self) -> None:
        problem = problem_with([[1.0, 1.0], [0.0, 1.0]], cost=[1, 10])
        table = TagTable()(problem.matrix, problem.worth(0.0))
        parts = folds(np.arange(200), problem.matrix.tags, 5, 0)
        path = crossfit(problem, TagTable(), parts, rates_of(problem, [table]))
        spent = [told(problem, model) for model in path.model]
        assert any(one.gain == 0 and one.spent == pytest.approx(0.55) for one in spent)

    def test_equal_prices_have_one_rate(self) -> None:
        problem = problem_with([[0.9, 0.5], [0.5, 0.9]], cost=[0.1, 0.1])
        assert rates_of(problem, [TagTable()(problem.matrix, problem.worth(0.0))]).tolist() == [0.0]

    def test_nothing_is_decided_by_the_prompt_itself(self) -> None:
        # one prompt with a tag of its own kind, whose flukes would be believed
        problem = problem_with([[0.5, 0.5]] * 20, each=5, seed=1)
        parts = folds(np.arange(100), problem.matrix.tags, 5, 0)
        path = crossfit(problem, TagTable(), parts, np.array([0.0]))
        assert told(problem, path.model[0]).gain <= 0.1
        rows = np.arange(100)
        changed = Problem(problem.matrix.take(rows), problem.objective, problem.base, None, 1.0, ())
        changed.matrix.quality[parts == 0] = 1 - changed.matrix.quality[parts == 0]
        again = crossfit(changed, TagTable(), parts, np.array([0.0]))
        assert again.model[0][parts == 0].tolist() == path.model[0][parts == 0].tolist()

    def test_what_is_unknown_is_told_of_what_is_known(self) -> None:
        asked = matrix([[1.0, 0.0]] * 30 + [[1.0, np.nan]] * 30, cost=[1, 2])
        said = told(problem_of(asked, Objective()), np.ones(60, dtype=np.intp))
        assert (said.gain, said.spent, said.spent_se) == (-1, 2, 0)
