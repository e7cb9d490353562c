"""Bedrock's requests pass botocore's checks, and the patterns and limits of its model that botocore does not check."""

from __future__ import annotations

import json
import re
from typing import Any

import botocore
import botocore.session
import pytest
from botocore.model import ListShape, Shape, StringShape, StructureShape
from botocore.stub import Stubber
from botocore.validate import ParamValidator
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.policies import policies

from routebook.errors import TargetError
from routebook.routing.conditions import HasKeyword, TagIs
from routebook.routing.policy import ClassifyRule, Policy, Route
from routebook.targets import bedrock_prompt_router as bedrock

LITE, PRO = "bedrock/us.amazon.nova-2-lite-v1:0", "bedrock/us.amazon.nova-2-pro-v1:0"
DESK = Policy(
    "support desk (é)",
    (ClassifyRule("coding", TagIs("coding")),),
    {"coding": Route((PRO, LITE), timeout_s=20)},
    Route((LITE, PRO), weights=(90, 10)),
)
FILLED = {
    "${AWS_REGION}": "us-east-1",
    "${AWS_ACCOUNT_ID}": "123456789012",
    "${AGENTCORE_GATEWAY_ID}": "desk-0123456789",
}


def compiled(policy: Policy) -> Any:
    text = bedrock.compile(policy).text
    for name, value in FILLED.items():
        text = text.replace(name, value)
    return json.loads(text)


def shape_of(service: str, operation: str) -> Shape:
    model = botocore.session.Session().get_service_model(service)
    shape = model.operation_model(operation).input_shape
    assert shape is not None
    return shape


def faults(value: Any, shape: Shape, at: str = "") -> list[str]:
    """Return what breaks a pattern or a limit of botocore's own model, besides what its validator finds."""
    found = []
    limits = shape.metadata
    if isinstance(shape, StringShape):
        if limits.get("enum") and value not in limits["enum"]:
            found.append(f"{at} {value!r} is none of {limits['enum']}")
        if "pattern" in limits and not re.fullmatch(limits["pattern"], value):
            found.append(f"{at} {value!r} is not {limits['pattern']}")
    size = value if isinstance(value, int | float) else len(value)
    if size > limits.get("max", size) or size < limits.get("min", size):
        found.append(f"{at} {value!r} is not from {limits.get('min')} to {limits.get('max')}")
    if isinstance(shape, StructureShape):
        for name, inner in value.items():
            found += faults(inner, shape.members[name], f"{at}.{name}")
    elif isinstance(shape, ListShape):
        for number, item in enumerate(value):
            found += faults(item, shape.member, f"{at}[{number}]")
    return found


def checked(value: Any, shape: Shape) -> list[str]:
    report = ParamValidator().validate(value, shape)
    return [report.generate_report()] if report.has_errors() else faults(value, shape)


def test_the_version_we_say_proved_it_is_the_one_installed() -> None:
    assert f"botocore {botocore.__version__}" == bedrock.PROVEN_WITH


def test_the_router_is_what_botocore_sends() -> None:
    request = compiled(DESK)["createPromptRouter"]
    client = botocore.session.Session().create_client(
        "bedrock", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x"
    )
    with Stubber(client) as stub:
        stub.add_response("create_prompt_router", {"promptRouterArn": "arn"}, request)
        assert client.create_prompt_router(**request)["promptRouterArn"] == "arn"
    assert checked(request, shape_of("bedrock", "CreatePromptRouter")) == []


def test_the_router_has_both_models_and_falls_back_to_the_defaults_first() -> None:
    request = compiled(DESK)["createPromptRouter"]
    prefix = "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.amazon.nova-2-"
    assert [model["modelArn"] for model in request["models"]] == [f"{prefix}pro-v1:0", f"{prefix}lite-v1:0"]
    assert request["fallbackModel"]["modelArn"] == f"{prefix}lite-v1:0"
    assert request["promptRouterName"] == f"support-desk-{DESK.sha256[:8]}"
    assert request["routingCriteria"]["responseQualityDifference"] % 5 == 0


def test_a_gateway_rule_keeps_a_tags_chain() -> None:
    rule, rest = compiled(DESK)["createGatewayRules"]
    assert rule["conditions"] == [{"matchModels": {"anyOf": [{"value": "route/coding", "operator": "StringEquals"}]}}]
    assert rule["actions"] == [
        {
            "routeToTarget": {
                "staticRoute": {
                    "targetName": "bedrock",
                    "model": "us.amazon.nova-2-pro-v1:0",
                    "fallback": {
                        "triggerOn": {
                            "statusCodes": ["4XX", "5XX"],
                            "errors": ["CONNECTION_ERROR", "FIRST_BYTE_TIMEOUT", "UNROUTABLE"],
                        },
                        "targetFallback": [{"targetName": "bedrock", "model": "us.amazon.nova-2-lite-v1:0"}],
                        "firstByteTimeoutMilliseconds": 20_000,
                    },
                }
            }
        }
    ]
    split = rest["actions"][0]["routeToTarget"]["weightedRoute"]["trafficSplit"]
    assert [(entry["weight"], entry["model"]) for entry in split] == [
        (90, "us.amazon.nova-2-lite-v1:0"),
        (10, "us.amazon.nova-2-pro-v1:0"),
    ]
    assert (rule["priority"], rest["priority"], "conditions" in rest) == (1, 1_000_000, False)


def test_gateway_rules_pass_botocores_model_with_its_patterns_and_limits() -> None:
    shape = shape_of("bedrock-agentcore-control", "CreateGatewayRule")
    assert [checked(rule, shape) for rule in compiled(DESK)["createGatewayRules"]] == [[], []]


def test_our_check_finds_what_botocores_does_not() -> None:
    broken = compiled(DESK)["createPromptRouter"] | {"promptRouterName": "é" * 65}
    shape = shape_of("bedrock", "CreatePromptRouter")
    assert not ParamValidator().validate(broken, shape).has_errors()
    assert len(checked(broken, shape)) == 2


@pytest.mark.parametrize(
    ("models", "says"),
    [
        ((LITE,), "A prompt router has two models; this policy has 1"),
        ((LITE, PRO, "bedrock/amazon.nova-micro-v1:0"), "A prompt router has two models; this policy has 3"),
        ((LITE, "openai/gpt-6.1-terra"), "asks Bedrock's models alone; openai/gpt-6.1-terra is on openai"),
        ((LITE, "bedrock/anthropic.claude-haiku-5-5-v1:0"), "are of one family; .* is amazon's and .* is anthropic's"),
        ((LITE, "bedrock/my_model"), "is neither a model of Bedrock's nor an inference profile"),
    ],
)
def test_what_is_no_pair_of_one_family_is_refused_with_the_reason(models: tuple[str, ...], says: str) -> None:
    with pytest.raises(TargetError, match=says):
        bedrock.compile(Policy("p", (), {}, Route(models)))


def test_every_export_says_that_the_router_decides_itself() -> None:
    route = Route((LITE, PRO), retries=1, budget_usd=0.1, timeout_s=1)
    policy = Policy("p", (ClassifyRule("a b", HasKeyword(("x",))),), {"a b": route}, Route((PRO,)))
    assert [loss.where for loss in bedrock.losses(policy)] == ["the prompt router", "rule 1 (a b)", *["route a b"] * 4]
    assert [rule["priority"] for rule in compiled(policy)["createGatewayRules"]] == [1_000_000]
    assert str(bedrock.replay(policy, ["Hello."])).startswith("not replayed: Bedrock's router and gateway run in AWS")


@given(policies(st.sampled_from([LITE, PRO])))
@settings(max_examples=30, deadline=None)
def test_requests_of_any_policy_pass(policy: Policy) -> None:
    if len(policy.models) == 2:
        made = compiled(policy)
        assert checked(made["createPromptRouter"], shape_of("bedrock", "CreatePromptRouter")) == []
        shape = shape_of("bedrock-agentcore-control", "CreateGatewayRule")
        assert [fault for rule in made["createGatewayRules"] for fault in checked(rule, shape)] == []
