"""What rules have to show on held-out prompts."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from tests.support.evidence import outcomes_with, policy_with

from routebook.outcomes import Outcomes
from routebook.routing.evidence.evaluation import Evaluation
from routebook.routing.learning.gate import Check, checks
from routebook.routing.learning.objective import Objective

SMALL, LARGE = "sim/small", "sim/large"


def table(small: Sequence[float], large: Sequence[float], *, usd: tuple[float, float] = (1, 10)) -> Outcomes:
    """Return outcomes whose first half has the tag ``hard``; costs are US dollars for 1,000 prompts."""
    size = len(small)
    return outcomes_with(
        {SMALL: small, LARGE: large},
        tags=["hard"] * (size // 2) + [""] * (size - size // 2),
        cost={SMALL: [usd[0]] * size, LARGE: [usd[1]] * size},
        latency={SMALL: [1.0] * size, LARGE: [2.0 + number / size for number in range(size)]},
    )


def routed(outcomes: Outcomes) -> Evaluation:
    return policy_with({"hard": [LARGE]}, [SMALL]).evaluate(outcomes, against=LARGE)


def found(made: Evaluation, objective: Objective, single: str = LARGE) -> dict[str, Check]:
    return {check.asked: check for check in checks(made, objective, LARGE, single)}


GOOD = routed(table([0] * 200 + [1] * 200, [1] * 400))  # the hard half needs the large one
BAD = routed(table([1] * 200 + [0] * 200, [1] * 400))  # the other half does


class TestLeastCost:
    """Quality within the margin, for less."""

    def test_good_rules_show_everything(self) -> None:
        made = found(GOOD, Objective())
        assert list(made) == [
            "at least 30 held-out prompts",
            f"quality less than 0.02 below {LARGE}",
            f"cheaper than {LARGE}",
            "better than as many prompts sent to each model at random",
        ]
        assert all(check.holds for check in made.values())
        assert made[f"cheaper than {LARGE}"].found.startswith("0.55 of its cost (0.5")
        assert made["better than as many prompts sent to each model at random"].found.startswith("+0.250")

    def test_rules_that_lose_quality_do_not(self) -> None:
        made = found(BAD, Objective())
        assert not made[f"quality less than 0.02 below {LARGE}"].holds
        assert made[f"quality less than 0.02 below {LARGE}"].found.startswith("-0.500")
        assert not made["better than as many prompts sent to each model at random"].holds

    @pytest.mark.parametrize(("prompts", "holds"), [(120, False), (200, True)])
    def test_as_good_has_to_be_shown_and_not_only_seen(self, prompts: int, holds: bool) -> None:
        half = prompts // 2
        made = routed(table([0] * half + [1] * half, [1] * prompts))
        assert found(made, Objective())[f"quality less than 0.02 below {LARGE}"].holds is holds

    def test_rules_no_cheaper_than_the_single_model_that_does_do_not(self) -> None:
        assert not found(GOOD, Objective(), SMALL)[f"cheaper than {SMALL}"].holds

    def test_costs_that_are_unknown_show_nothing(self) -> None:
        outcomes = outcomes_with({SMALL: [0] * 50 + [1] * 50, LARGE: [1] * 100}, tags=["hard"] * 50 + [""] * 50)
        check = found(routed(outcomes), Objective())[f"cheaper than {LARGE}"]
        assert (check.found, check.holds) == ("unknown of its cost (unknown)", False)

    def test_free_rules_are_not_called_cheaper_than_a_free_model(self) -> None:
        made = routed(table([0] * 100 + [1] * 100, [1] * 200, usd=(0, 0)))
        assert not found(made, Objective())[f"cheaper than {LARGE}"].holds

    def test_a_few_prompts_show_nothing(self) -> None:
        check = found(routed(table([0] * 14 + [1] * 14, [1] * 28)), Objective())["at least 30 held-out prompts"]
        assert (check.found, check.holds) == ("28", False)

    def test_what_knows_nothing_of_prompts_is_no_better_than_a_coin(self) -> None:
        made = routed(table([1, 0] * 200, [1] * 400))
        check = found(made, Objective())["better than as many prompts sent to each model at random"]
        assert check.found.startswith("0.000")
        assert not check.holds


class TestOtherObjectives:
    """A rate of exchange, and caps."""

    def test_quality_alone_has_to_be_better(self) -> None:
        better = routed(table([0] * 100 + [1] * 100, [1] * 100 + [0] * 100))
        assert all(check.holds for check in found(better, Objective(quality_per_usd=0)).values())
        assert not found(GOOD, Objective(quality_per_usd=0))[f"better than {LARGE}"].holds

    def test_a_price_is_taken_off(self) -> None:
        check = found(GOOD, Objective(quality_per_usd=0.02))[f"better than {LARGE}, less its price"]
        assert check.holds
        assert check.found.startswith(f"+{0.02 * 4.5:.3f}")  # half of the prompts save $9 per 1,000

    @pytest.mark.parametrize(("cap", "holds"), [(5.5, True), (5.2, True), (4.9, False)])
    def test_a_cap_of_cost_is_kept_to_unless_the_interval_is_above_it(self, cap: float, holds: bool) -> None:
        made = found(GOOD, Objective(max_usd_per_1k_prompts=cap), SMALL)
        check = next(check for asked, check in made.items() if f"than ${cap:g}" in asked)
        assert (check.found, check.holds) == ("$5.5 ($5.07 to $5.96)", holds)
        assert made[f"better than {SMALL}"].holds

    @pytest.mark.parametrize(("cap", "holds"), [(2.5, True), (2.4, False)])
    def test_a_cap_of_latency_has_to_be_kept_to(self, cap: float, holds: bool) -> None:
        made = found(GOOD, Objective(max_latency_p95_s=cap), SMALL)
        assert made[f"95 % of answers within {cap:g} s"].holds is holds
