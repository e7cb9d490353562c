"""Policies from the cheapest to the best."""

from __future__ import annotations

from datetime import date

import pytest
from tests.support.planted import planted

from routebook.errors import OptionError
from routebook.routing.learning.frontier import Frontier, frontier

DAY = date(2026, 11, 30)
CHANCES = [[0.9, 0.9, 0.9], [0.3, 0.9, 0.9], [0.1, 0.4, 0.9]]


def made(prompts: int = 900, **options: object) -> Frontier:
    return frontier(planted(CHANCES, prompts, usd=(0.001, 0.004, 0.02)), created=DAY, **options)  # type: ignore[arg-type]


STEPS = made()


def test_it_goes_from_the_one_that_spends_least_to_the_best() -> None:
    frame = STEPS.frame
    assert len(frame) >= 4
    assert frame["usd_per_1k_prompts"].is_monotonic_increasing
    assert frame["quality_per_usd"].is_monotonic_decreasing
    assert frame["usd_per_1k_prompts"].iloc[0] == pytest.approx(1.0)
    assert frame["rules"].iloc[[0, -1]].tolist() == [0, 0]  # one model at either end


def test_more_money_hardly_ever_buys_less_quality() -> None:
    quality = STEPS.frame["quality"].to_numpy()
    assert (quality[1:] - quality[:-1]).min() > -0.03
    assert quality[-1] - quality[0] > 0.4


def test_each_policy_decides_as_its_evaluation_says() -> None:
    for step in STEPS.steps:
        again = step.policy.evaluate(step.evaluation.outcomes)
        assert again.total == step.evaluation.total
        for row in again.by_route:
            route = step.policy.default if row["tag"] == "default" else step.policy.routes[row["tag"]]
            assert route.evidence is not None
            assert route.evidence.held_out == row["prompts"]


def test_no_two_steps_are_the_same() -> None:
    assert len({step.policy.sha256 for step in STEPS.steps}) == len(STEPS.steps)


def test_there_are_no_more_rules_than_asked_for() -> None:
    assert made(max_rules=1).frame["rules"].max() <= 1


def test_the_same_input_gives_the_same_steps() -> None:
    assert [step.policy.sha256 for step in made().steps] == [step.policy.sha256 for step in STEPS.steps]


@pytest.mark.parametrize("usd", [None, (0.0, 0.0, 0.0)], ids=["unknown", "free"])
def test_without_costs_there_is_one_step(usd: tuple[float, ...] | None) -> None:
    found = frontier(planted(CHANCES, 400, usd=usd), created=DAY)
    assert len(found.steps) == 1
    assert found.best_single == "sim/m2"


def test_options_are_checked_as_learns_are() -> None:
    with pytest.raises(OptionError, match="max_rules"):
        made(max_rules=0)
