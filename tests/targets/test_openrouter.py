"""OpenRouter's fragments hold the chain of each tag, as far as OpenRouter can ask it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.policies import policies
from tests.support.vectors import mmlu_prompts, replays

from routebook.errors import TargetError
from routebook.routing.conditions import HasKeyword, TagIs
from routebook.routing.policy import ClassifyRule, Policy, Route
from routebook.targets import openrouter

DESK = Policy(
    "desk",
    (ClassifyRule("coding", TagIs("coding")),),
    {"coding": Route(("openrouter/openai/gpt-6.1-terra", "openrouter/anthropic/claude-sonnet-5.5"))},
    Route(("openrouter/amazon/nova-2-lite",)),
)


def compiled(policy: Policy) -> Any:
    return json.loads(openrouter.compile(policy).text)


def hosted_there(policy: Policy) -> Policy:
    """Return the policy with every model on OpenRouter, and nothing that its fragments cannot say."""

    def moved(route: Route) -> Route:
        return replace(route, models=tuple(f"openrouter/{name}" for name in route.models), weights=None)

    return replace(
        policy, routes={tag: moved(route) for tag, route in policy.routes.items()}, default=moved(policy.default)
    )


def test_a_tag_has_the_models_of_its_chain_in_their_order() -> None:
    assert compiled(DESK)["routes"] == {
        "route/coding": {"models": ["openai/gpt-6.1-terra", "anthropic/claude-sonnet-5.5"]},
        "route/default": {"models": ["amazon/nova-2-lite"]},
    }
    assert openrouter.losses(DESK) == ()


def test_what_openrouter_cannot_do_is_lost_in_words() -> None:
    names = tuple(f"openrouter/v/{n}" for n in range(4))
    route = Route((*names, "openai/a"), weights=(1, 2), timeout_s=3, retries=1, budget_usd=0.5)
    policy = Policy("p", (ClassifyRule("t", HasKeyword(("x",))),), {"t": route}, DESK.default)
    assert [loss.where for loss in openrouter.losses(policy)] == ["rule 1 (t)", "openai/a", *["route t"] * 4]
    assert compiled(policy)["routes"]["route/t"] == {"models": ["v/0", "v/1", "v/2"]}
    assert compiled(policy)["routebook"]["losses"] == [str(loss) for loss in openrouter.losses(policy)]


def test_a_route_without_a_model_there_is_refused_with_what_to_do() -> None:
    with pytest.raises(TargetError, match=r"no model of the route default: name its models as openrouter/VENDOR/MODEL"):
        openrouter.compile(Policy("p", (), {}, Route(("openai/a",))))


def test_every_vector_follows_its_chain_by_the_documented_meaning() -> None:
    found = [openrouter.replay(hosted_there(policy), prompts) for _, policy, prompts in replays()]
    assert (sum(one.agree for one in found), sum(one.of for one in found)) == (252, 252)


def test_a_thousand_real_prompts_follow_their_chains_and_it_says_that_no_code_of_openrouters_ran() -> None:
    prompts = mmlu_prompts()
    policy = replace(DESK, classify=(ClassifyRule("coding", TagIs("computer_security")),))
    assert str(openrouter.replay(policy, prompts)) == (
        "OpenRouter's documented meaning (no code of its own) routed 1,000 of 1,000 prompts as the policy says, each "
        "under the tag that routebook gave it."
    )


def test_a_chain_that_was_cut_is_a_disagreement() -> None:
    policy = Policy("p", (), {}, Route(("openrouter/a/1", "openai/b", "openrouter/c/2")))
    found = openrouter.replay(policy, ["Hello."])
    assert (found.agree, found.disagreements[0].found) == (0, ("openrouter/a/1", "openrouter/c/2"))


@given(policies(st.sampled_from(["openrouter/a/b", 'openrouter/"}', "openrouter/\\u0022", "openrouter/{{x}}"])))
@settings(max_examples=50)
def test_no_name_breaks_out_of_its_place(policy: Policy) -> None:
    made = compiled(policy)
    assert set(made) == {"routebook", "routes"}
    assert list(made["routes"]) == [*(f"route/{tag}" for tag in policy.routes), "route/default"]
    assert made["routebook"]["policy"] == policy.name
