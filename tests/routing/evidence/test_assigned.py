"""Where a policy sends the prompts of a table."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.evidence import outcomes_with, policy_with

from routebook.errors import OutcomesError
from routebook.outcomes import Outcomes
from routebook.routing.conditions import FeatureIs, MetadataIs
from routebook.routing.evidence.assigned import answering, assign
from routebook.routing.policy import ClassifyRule, Policy
from routebook.routing.route import Route

SMALL, LARGE = "sim/small", "sim/large"
TABLE = outcomes_with(
    {SMALL: [1, 0, None, 0.5], LARGE: [1, 1, 1, 1]},
    tags=["sum", "sum", "fact", ""],
    cost={SMALL: [1, 1, 1, 1], LARGE: [10, 10, 10, None]},
)


def test_each_prompt_gets_the_route_the_policy_decides() -> None:
    made = assign(policy_with({"sum": [SMALL], "fact": [LARGE]}, [LARGE]), TABLE)
    assert made.tag.tolist() == ["sum", "sum", "fact", "default"]
    assert made.rule.tolist() == [1, 1, 2, 0]
    assert made.model.tolist() == [SMALL, SMALL, LARGE, LARGE]
    assert made.expected("quality").tolist() == [1, 0, 1, 1]


def test_what_is_unknown_of_the_answering_model_stays_unknown() -> None:
    made = assign(policy_with({}, [SMALL]), TABLE)
    assert np.isnan(made.expected("quality")).tolist() == [False, False, True, False]
    assert np.isnan(made.expected("latency_s")).all()


def test_of_weights_the_mean_is_expected() -> None:
    made = assign(policy_with({}, Route((SMALL, LARGE), weights=(3, 1))), TABLE)
    assert made.expected("quality")[[0, 1, 3]].tolist() == pytest.approx([1, 0.25, 0.625])
    assert made.expected("cost_usd")[:2].tolist() == pytest.approx([0.00325, 0.00325])
    assert np.isnan(made.expected("cost_usd")[3])
    assert made.model.tolist() == [SMALL] * 4


def test_the_first_model_that_the_table_has_answers_and_the_missing_ones_are_named() -> None:
    made = assign(policy_with({"sum": ["openai/x", LARGE]}, [SMALL]), TABLE)
    assert made.model.tolist() == [LARGE, LARGE, SMALL, SMALL]
    assert made.notes == ("Not in these outcomes: openai/x. The next model of the chain is counted instead.",)


def test_a_route_without_any_model_of_the_table_is_an_error_that_names_it() -> None:
    policy = policy_with({"sum": ["sim/smal"]}, [SMALL])
    with pytest.raises(OutcomesError, match=r"2 prompts of these outcomes take the route 'sum', .*mean 'sim/small'"):
        assign(policy, TABLE)
    made = assign(policy, TABLE, partial=True)
    assert np.isnan(made.expected("quality")[:2]).all()
    assert made.model.tolist() == [None, None, SMALL, SMALL]


def test_a_route_that_no_prompt_takes_may_have_any_model() -> None:
    made = assign(policy_with({"poem": ["openai/x"]}, [SMALL]), TABLE)
    assert made.notes == ("No prompt of these takes the route poem.",)


def test_rules_see_metadata_turns_images_and_features_of_the_table() -> None:
    rows = [
        {"prompt": "Short.", "plan": "pro", "sim/small": 1},
        {"prompt": "A rather long one, this. " * 9, "plan": None, "sim/small": 1},
        {"prompt": "Short too.", "plan": "free", "sim/small": 1},
    ]
    rules = (
        ClassifyRule("paid", MetadataIs("plan", equals="pro")),
        ClassifyRule("long", FeatureIs("prompt_tokens", at_least=20)),
    )
    policy = Policy("desk", rules, {"paid": Route((SMALL,)), "long": Route((SMALL,))}, Route((SMALL,)))
    outcomes = Outcomes.from_frame(pd.DataFrame(rows), models=["sim/small"], metadata="plan")
    assert assign(policy, outcomes).tag.tolist() == ["paid", "long", "default"]


def test_a_model_without_a_host_is_called_by_its_policy_id() -> None:
    outcomes = Outcomes.from_frame([{"prompt": "Who?", "gpt-4": 1}], models=["gpt-4"])
    assert assign(policy_with({}, ["unknown/gpt-4"]), outcomes).model.tolist() == ["gpt-4"]


MODELS = [f"sim/{letter}" for letter in "abcde"]


@given(
    st.permutations(MODELS).flatmap(lambda models: st.integers(1, 5).map(lambda size: tuple(models[:size]))),
    st.lists(st.floats(0.01, 100), min_size=1, max_size=5),
    st.sets(st.sampled_from(MODELS)),
)
def test_shares_sum_to_one_or_nobody_answers(models: tuple[str, ...], weights: list[float], up: set[str]) -> None:
    route = Route(models, weights=tuple(weights[: len(models)]))
    found = answering(route, up)
    assert set(found) <= up & set(models)
    assert sum(found.values()) == pytest.approx(1 if up & set(models) else 0)
