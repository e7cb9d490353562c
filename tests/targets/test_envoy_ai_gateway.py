"""Envoy AI Gateway's resources keep each tag's chain; with its CRDs at hand they are held against their schemas.

The CRDs are in no package: ``ROUTEBOOK_CRDS`` names a folder with those of Envoy AI Gateway, of Envoy Gateway and of
the Gateway API. The schemas alone are checked, and strictly; their CEL rules need a cluster.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from tests.support.policies import policies

from routebook.errors import TargetError
from routebook.providers.registry import register_server
from routebook.routing.conditions import HasKeyword, TagIs
from routebook.routing.policy import ClassifyRule, Policy, Route
from routebook.targets import envoy_ai_gateway as envoy

CANARY = "sk-canary-0123456789abcdef"
DESK = Policy(
    "support desk",
    (ClassifyRule("coding", TagIs("coding")),),
    {"coding": Route(("openai/gpt-6.1-terra", "anthropic/claude-sonnet-5-5", "groq/llama-4"), timeout_s=30, retries=1)},
    Route(("bedrock/us.amazon.nova-2-lite-v1:0",)),
)


@pytest.fixture(autouse=True)
def addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    monkeypatch.setenv("AZURE_OPENAI_ENDPOINT", "https://mine.openai.azure.com/")


def compiled(policy: Policy) -> list[Any]:
    return list(yaml.safe_load_all(envoy.compile(policy).text))


def of(policy: Policy, kind: str) -> list[Any]:
    return [resource for resource in compiled(policy) if resource["kind"] == kind]


def test_a_tag_is_matched_by_its_header_or_by_the_name_of_a_model_and_the_default_by_nothing() -> None:
    [route] = of(DESK, "AIGatewayRoute")
    default, coding = route["spec"]["rules"]
    assert coding["matches"] == [
        {"headers": [{"type": "Exact", "name": "x-route-tag", "value": "coding"}]},
        {"headers": [{"type": "Exact", "name": "x-ai-eg-model", "value": "route/coding"}]},
    ]
    assert "matches" not in default
    assert (route["metadata"]["name"], coding["name"], default["name"]) == (
        "routebook-support-desk",
        "route-1",
        "default",
    )


def test_a_chain_is_its_backends_by_priority() -> None:
    [route] = of(DESK, "AIGatewayRoute")
    assert route["spec"]["rules"][1]["backendRefs"] == [
        {"name": "routebook-openai", "modelNameOverride": "gpt-6.1-terra", "priority": 0},
        {"name": "routebook-anthropic", "modelNameOverride": "claude-sonnet-5-5", "priority": 1},
        {"name": "routebook-groq", "modelNameOverride": "llama-4", "priority": 2},
    ]


def test_retries_and_time_limits_are_a_policy_of_traffic_for_that_rule() -> None:
    [traffic] = of(DESK, "BackendTrafficPolicy")
    [target] = traffic["spec"]["targetRefs"]
    assert (target["kind"], target["name"], target["sectionName"]) == ("HTTPRoute", "routebook-support-desk", "route-1")
    retry = traffic["spec"]["retry"]
    assert (retry["numRetries"], retry["numAttemptsPerPriority"], retry["perRetry"]) == (5, 2, {"timeout": "30s"})
    [route] = of(DESK, "AIGatewayRoute")
    assert route["spec"]["rules"][1]["timeouts"] == {"request": "3m"}


@pytest.mark.parametrize(
    ("weights", "expected"),
    [((90, 10), [(90, 0), (10, 0), (None, 1)]), ((0.5, 0.25), [(1_000_000, 0), (500_000, 0), (None, 1)])],
)
def test_shares_are_weights_of_the_first_priority(weights: Any, expected: list[Any]) -> None:
    policy = Policy("p", (), {}, Route(("openai/a", "openai/b", "openai/c"), weights=weights))
    [route] = of(policy, "AIGatewayRoute")
    assert [(ref.get("weight"), ref["priority"]) for ref in route["spec"]["rules"][0]["backendRefs"]] == expected
    assert [loss.where for loss in envoy.losses(policy)] == ["route default"]


def test_more_than_fifteen_rules_go_on_in_a_second_route() -> None:
    routes = {f"tag-{n}": Route(("openai/a",)) for n in range(20)}
    policy = Policy("p", tuple(ClassifyRule(tag, TagIs(tag)) for tag in routes), routes, Route(("openai/a",)))
    found = of(policy, "AIGatewayRoute")
    assert [(route["metadata"]["name"], len(route["spec"]["rules"])) for route in found] == [
        ("routebook-p", 15),
        ("routebook-p-2", 6),
    ]
    assert found[0]["spec"]["rules"][0]["name"] == "default"


def test_each_host_speaks_its_schema_at_its_address_with_its_own_kind_of_key() -> None:
    register_server("lab", "http://127.0.0.1:9000/v1", headers={"X-Team": "nlp"})
    names = ("openai/a", "anthropic/a", "azure/a", "bedrock/a", "lab/a", "groq/a")
    policy = Policy("p", (), {}, Route(names))
    schemas = {one["metadata"]["name"]: one["spec"]["schema"] for one in of(policy, "AIServiceBackend")}
    assert schemas == {
        "routebook-openai": {"name": "OpenAI", "prefix": "/v1"},
        "routebook-anthropic": {"name": "Anthropic", "prefix": "/v1"},
        "routebook-azure": {"name": "OpenAI", "prefix": "/openai/v1"},
        "routebook-bedrock": {"name": "AWSBedrock"},
        "routebook-lab": {"name": "OpenAI", "prefix": "/v1"},
        "routebook-groq": {"name": "OpenAI", "prefix": "/openai/v1"},
    }
    located = {one["metadata"]["name"]: one["spec"]["endpoints"] for one in of(policy, "Backend")}
    assert located["routebook-lab"] == [{"ip": {"address": "127.0.0.1", "port": 9000}}]
    assert located["routebook-bedrock"] == [
        {"fqdn": {"hostname": "bedrock-runtime.us-east-1.amazonaws.com", "port": 443}}
    ]
    kinds = {one["metadata"]["name"]: one["spec"]["type"] for one in of(policy, "BackendSecurityPolicy")}
    assert kinds == {
        "routebook-openai": "APIKey",
        "routebook-anthropic": "AnthropicAPIKey",
        "routebook-azure": "AzureAPIKey",
        "routebook-bedrock": "AWSCredentials",
        "routebook-groq": "APIKey",
    }
    encrypted = {one["metadata"]["name"] for one in of(policy, "BackendTLSPolicy")}
    assert encrypted == set(schemas) - {"routebook-lab"}


def test_hosts_whose_names_look_alike_in_kubernetes_stay_apart() -> None:
    register_server("my.lab", "http://127.0.0.1:9001/v1")
    register_server("my_lab", "http://127.0.0.1:9002/v1")
    policy = Policy("p", (), {}, Route(("my.lab/a", "my_lab/a")))
    assert [one["metadata"]["name"] for one in of(policy, "Backend")] == ["routebook-my-lab", "routebook-my-lab-2"]


def test_no_key_of_the_environment_is_in_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "AZURE_OPENAI_API_KEY", "AWS_SECRET_ACCESS_KEY", "LAB_KEY", "LAB_PASS"):
        monkeypatch.setenv(name, CANARY)
    register_server("lab", "http://127.0.0.1:9/v1", key_env="LAB_KEY", headers={"X-Pass": "$LAB_PASS"})
    policy = Policy("p", (), {}, Route(("openai/a", "azure/a", "bedrock/a", "lab/a")))
    made = envoy.compile(policy)
    assert "canary" not in made.text + str(made.losses)
    assert made.variables == ("AZURE_OPENAI_API_KEY", "LAB_KEY", "OPENAI_API_KEY")
    assert [loss.where for loss in made.losses] == ["the header X-Pass of lab"]


@pytest.mark.parametrize(
    ("model", "variable", "says"),
    [
        ("azure/a", "AZURE_OPENAI_ENDPOINT", "set AZURE_OPENAI_ENDPOINT and export again"),
        ("bedrock/a", "AWS_REGION", "set AWS_REGION and export again"),
    ],
)
def test_a_host_without_an_address_is_refused_with_what_to_set(
    model: str, variable: str, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(variable)
    monkeypatch.delenv("AWS_DEFAULT_REGION", raising=False)
    with pytest.raises(TargetError, match=says):
        envoy.compile(Policy("p", (), {}, Route((model,))))


def test_what_the_gateway_cannot_do_is_lost_in_words() -> None:
    routes = {"t": Route(("openai/a", "sim/small"), budget_usd=0.5), "é": Route(("openai/a",))}
    policy = Policy("p", (ClassifyRule("t", HasKeyword(("x",))),), routes, Route(("openai/a",)))
    assert [loss.where for loss in envoy.losses(policy)] == ["rule 1 (t)", "route t", "sim/small", "route é"]
    assert "What Envoy AI Gateway cannot express:" in envoy.compile(policy).text
    assert str(envoy.replay(policy, ["Hello."])).startswith("not replayed: Envoy AI Gateway routes inside of Envoy")


@given(policies(st.sampled_from(["openai/a", 'anthropic/"}', "groq/---", "ollama/:#", "openai/\\n"])))
@settings(max_examples=40, deadline=None)
def test_no_name_breaks_out_of_its_place(policy: Policy) -> None:
    made = compiled(policy)
    assert {resource["kind"] for resource in made} <= {
        "AIGatewayRoute",
        "AIServiceBackend",
        "Backend",
        "BackendSecurityPolicy",
        "BackendTLSPolicy",
        "BackendTrafficPolicy",
    }
    tags = [
        match["headers"][0]["value"]
        for resource in made
        if resource["kind"] == "AIGatewayRoute"
        for rule in resource["spec"]["rules"]
        for match in rule.get("matches", [])[:1]
    ]
    assert tags == [tag for tag in policy.routes if tag.isascii()]


# ---- the CRDs -------------------------------------------------------------------------------------------------------


def strict(schema: Any) -> Any:
    """Return a CRD's schema with every field it does not know refused."""
    if isinstance(schema, list):
        return [strict(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    made = {name: strict(inner) for name, inner in schema.items()}
    if isinstance(made.get("properties"), dict) and made.get("type") == "object":
        made.setdefault("additionalProperties", False)
    return made


@pytest.fixture(scope="module")
def crds() -> dict[tuple[str, str], Draft202012Validator]:
    folder = os.environ.get("ROUTEBOOK_CRDS")
    if not folder:
        pytest.skip("no package has the CRDs: ROUTEBOOK_CRDS names a folder with them")
    found = {}
    for path in sorted(Path(folder).glob("*.yaml")):
        for crd in yaml.load_all(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader):
            if not crd or crd["kind"] != "CustomResourceDefinition":
                continue
            for version in crd["spec"]["versions"]:
                schema = strict(version["schema"]["openAPIV3Schema"])
                schema["properties"]["metadata"] = {"type": "object"}
                named = f"{crd['spec']['group']}/{version['name']}", crd["spec"]["names"]["kind"]
                found[named] = Draft202012Validator(schema)
    return found


@given(policy=policies(st.sampled_from(["openai/a", "anthropic/b", "azure/c", "bedrock/d", "groq/e", "ollama/f"])))
@settings(max_examples=60, deadline=None)
def test_resources_of_any_policy_pass_the_crds_schemas(policy: Policy, crds: Any) -> None:
    for resource in compiled(policy):
        errors = list(crds[resource["apiVersion"], resource["kind"]].iter_errors(resource))
        assert errors == []
