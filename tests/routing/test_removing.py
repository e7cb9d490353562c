"""A policy without a vendor, a host or a model goes on with what is left."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.policies import policies

from routebook.errors import PolicyError
from routebook.models import ModelId
from routebook.routing.conditions import TagIs
from routebook.routing.policy import ClassifyRule, Evidence, Policy, Route

GPT, CLAUDE, NOVA, BEDROCK_CLAUDE = (
    "openai/gpt-6.1-terra",
    "anthropic/claude-sonnet-5-5",
    "bedrock/us.amazon.nova-2-lite-v1:0",
    "bedrock/us.anthropic.claude-haiku-5-5-v1:0",
)
KNOWN = Evidence(10, quality=0.9)
DESK = Policy(
    "desk",
    (ClassifyRule("coding", TagIs("coding")), ClassifyRule("law", TagIs("law")), ClassifyRule("any", TagIs("any"))),
    {
        "coding": Route((GPT, CLAUDE), timeout_s=30, retries=1, evidence=KNOWN),
        "law": Route((GPT,), timeout_s=9, evidence=KNOWN),
        "any": Route((CLAUDE, NOVA, GPT), weights=(80, 15, 5), evidence=KNOWN),
    },
    Route((NOVA, GPT, BEDROCK_CLAUDE), timeout_s=5, evidence=KNOWN),
)


def test_a_chain_goes_on_with_its_fallback_and_loses_what_was_measured_of_the_first() -> None:
    left = DESK.without(vendor="openai")
    assert left.routes["coding"] == Route((CLAUDE,), timeout_s=30, retries=1)


def test_evidence_stays_where_the_first_model_does() -> None:
    left = DESK.without(host="anthropic")
    assert left.routes["coding"] == Route((GPT,), timeout_s=30, retries=1, evidence=KNOWN)
    assert left.default is DESK.default


def test_a_vendor_is_gone_from_every_host() -> None:
    assert DESK.without(vendor="anthropic").models == (GPT, NOVA)
    assert DESK.without(host="bedrock").models == (GPT, CLAUDE)
    assert DESK.without(model=BEDROCK_CLAUDE).models == (GPT, CLAUDE, NOVA)
    assert DESK.without(vendor=["openai", "amazon"]).models == (CLAUDE, BEDROCK_CLAUDE)
    assert DESK.without(vendor="amazon", model=BEDROCK_CLAUDE).models == (GPT, CLAUDE)


def test_a_route_that_loses_every_model_gets_the_defaults_chain() -> None:
    left = DESK.without(vendor="openai")
    assert left.routes["law"] == Route((NOVA, BEDROCK_CLAUDE), timeout_s=5)
    assert left.decide("x", tag=["law", "any"]).tag == "law"


def test_weights_keep_their_proportions() -> None:
    assert DESK.without(model=NOVA).routes["any"].weights == (80, 5)
    assert DESK.without(vendor="anthropic").routes["any"] == Route((NOVA, GPT), weights=(15, 5))
    assert DESK.without(vendor=["anthropic", "amazon"]).routes["any"] == Route((GPT,))


@pytest.mark.parametrize(
    ("names", "says"),
    [
        ({"vendor": "opnai"}, "vendor 'opnai'. Did you mean 'openai'"),
        ({"host": "zzz"}, "host 'zzz'. It has anthropic, bedrock or openai"),
        ({"model": "gpt-6.1-terra"}, "Did you mean 'openai/gpt-6.1-terra'"),
        ({}, "Say what to take out"),
        ({"model": []}, "Say what to take out"),
        ({"vendor": ["openai", "amazon", "anthropic"]}, "Nothing would be left of the default"),
    ],
)
def test_what_cannot_be_taken_out_is_said(names: dict[str, str], says: str) -> None:
    with pytest.raises(PolicyError, match=says):
        DESK.without(**names)


@given(policies(), st.data())
def test_what_is_left_has_none_of_it_and_nothing_new(policy: Policy, data: st.DataObject) -> None:
    host = ModelId.parse(data.draw(st.sampled_from(policy.models))).host
    if all(ModelId.parse(model).host == host for model in policy.default.models):
        with pytest.raises(PolicyError):
            policy.without(host=host)
        return
    left = policy.without(host=host)
    assert set(left.models) == {model for model in policy.models if ModelId.parse(model).host != host}
    assert Policy.from_json(left.to_json()) == left
    assert list(left.routes) == list(policy.routes)
