"""Which prompts change their route from one policy to another, and what that costs by the evidence."""

from __future__ import annotations

from math import isnan, sqrt

import pytest

from routebook.routing.conditions import HasKeyword
from routebook.routing.differences import differences
from routebook.routing.policy import ClassifyRule, Evidence, Policy, Route

CHEAP = Evidence(400, usd_per_1k_prompts=1.0, usd_per_1k_prompts_ci95=(0.7, 1.2))
DEAR = Evidence(400, usd_per_1k_prompts=5.0, usd_per_1k_prompts_ci95=(4.6, 5.5))
PROMPTS = ["Sort a list.", "Sort a set.", "Good morning."]


def policy(word: str, dear: Route, cheap: Route) -> Policy:
    return Policy("desk", (ClassifyRule("coding", HasKeyword((word,))),), {"coding": dear}, cheap)


def routes(dear: Evidence | None = DEAR, cheap: Evidence | None = CHEAP) -> tuple[Route, Route]:
    return Route(("openai/large",), evidence=dear), Route(("openai/small",), evidence=cheap)


def test_the_same_policy_changes_nothing() -> None:
    made = policy("sort", *routes())
    assert str(differences(made, made, PROMPTS)) == "0 of 3 prompts go another way.\nThe cost does not change."


def test_the_cost_changes_by_the_difference_of_the_routes_with_an_interval_of_both() -> None:
    found = differences(policy("sort", *routes()), policy("list", *routes()), PROMPTS)
    assert [(row.prompt, row.tag_before, row.tag) for row in found.changed] == [("Sort a set.", "coding", "default")]
    change, down, up = -0.004, sqrt(0.3**2 + 0.5**2) / 1000, sqrt(0.2**2 + 0.4**2) / 1000
    assert found.usd_change == pytest.approx(change)
    assert (found.usd_change_low, found.usd_change_high) == pytest.approx((change - down, change + up))
    assert "changes by -$0.004 (-$0.00458 to -$0.00355)" in str(found)


def test_prompts_that_swap_places_cancel_out() -> None:
    found = differences(policy("list", *routes()), policy("set", *routes()), PROMPTS)
    assert (len(found.changed), found.usd_change, found.usd_change_low, found.usd_change_high) == (2, 0, 0, 0)


def test_without_evidence_the_cost_is_unknown_and_not_nothing() -> None:
    found = differences(policy("sort", *routes(dear=None)), policy("list", *routes(dear=None)), PROMPTS)
    assert isnan(found.usd_change)
    assert found.unmeasured == 1
    assert "What that costs is unknown" in str(found)


def test_without_intervals_the_cost_has_none() -> None:
    bare = Evidence(400, usd_per_1k_prompts=5.0)
    found = differences(policy("sort", *routes(dear=bare)), policy("list", *routes(dear=bare)), PROMPTS)
    assert found.usd_change == pytest.approx(-0.004)
    assert isnan(found.usd_change_low)
    assert str(found).endswith("changes by -$0.004.")


def test_simulated_evidence_says_so() -> None:
    simulated = Evidence(400, usd_per_1k_prompts=5.0, simulated=True)
    found = differences(policy("sort", *routes(dear=simulated)), policy("list", *routes(dear=simulated)), PROMPTS)
    assert "(simulated costs)" in str(found)


def test_the_frame_has_a_row_for_each_changed_prompt() -> None:
    found = differences(policy("sort", *routes()), policy("list", *routes()), PROMPTS)
    assert found.frame[["prompt", "models"]].values.tolist() == [["Sort a set.", ("openai/small",)]]
