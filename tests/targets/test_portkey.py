"""A Portkey config says what the policy says, holds no key, lets no name ask for one, and can be read back."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.policies import names, policies
from tests.support.vectors import asked_of, policy_of, replays

from routebook.errors import PolicyError, TargetError
from routebook.providers.registry import register_server
from routebook.routing.conditions import (
    AllOf,
    AnyOf,
    Asked,
    Condition,
    HasKeyword,
    MetadataIs,
    Not,
    TagIs,
)
from routebook.routing.policy import ClassifyRule, Policy, Provenance, Route
from routebook.targets import portkey
from routebook.targets.portkey_queries import query

CANARY = "sk-canary-0123456789abcdef"
DESK = Policy(
    "desk",
    (ClassifyRule("coding", TagIs("coding")), ClassifyRule("pro", MetadataIs("plan", equals="pro"))),
    {
        "coding": Route(("openai/gpt-6.1-terra", "anthropic/claude-sonnet-5-5"), timeout_s=2.5, retries=1),
        "pro": Route(("openai/gpt-6.1-terra", "groq/llama-4", "azure/mine"), weights=(90, 10)),
    },
    Route(("bedrock/us.amazon.nova-2-lite-v1:0",)),
    Provenance(created="2026-11-20"),
)


def compiled(policy: Policy) -> Any:
    return json.loads(portkey.compile(policy).text)


def lossy(policy: Policy) -> list[str]:
    return [loss.where for loss in portkey.losses(policy)]


def read(tmp_path: Path, config: Any) -> Policy:
    path = tmp_path / "portkey.json"
    path.write_text(config if isinstance(config, str) else json.dumps(config), encoding="utf-8")
    return Policy.from_portkey(path)


def test_a_route_is_asked_for_by_metadata_or_by_the_name_of_a_model() -> None:
    assert compiled(DESK)["strategy"]["conditions"] == [
        {
            "query": {"$or": [{"metadata.route": {"$eq": "coding"}}, {"params.model": {"$eq": "route/coding"}}]},
            "then": "route/coding",
        },
        {"query": {"metadata.plan": {"$eq": "pro"}}, "then": "route/pro"},
    ]
    assert compiled(DESK)["strategy"]["default"] == "route/default"


def test_a_chain_is_a_fallback_with_the_routes_retries_and_time_limit() -> None:
    assert compiled(DESK)["targets"][0] == {
        "name": "route/coding",
        "retry": {"attempts": 1, "on_status_codes": [408, 429, 500, 502, 503, 504, 529]},
        "request_timeout": 2500,
        "strategy": {"mode": "fallback"},
        "targets": [
            {
                "provider": "openai",
                "api_key": "${OPENAI_API_KEY}",
                "override_params": {"model": "gpt-6.1-terra"},
            },
            {
                "provider": "anthropic",
                "api_key": "${ANTHROPIC_API_KEY}",
                "override_params": {"model": "claude-sonnet-5-5"},
            },
        ],
    }


def test_a_model_that_is_drawn_and_fails_goes_on_with_the_others() -> None:
    route = compiled(DESK)["targets"][1]
    drawn = [
        (target["weight"], [inner["override_params"]["model"] for inner in target["targets"]])
        for target in route["targets"]
    ]
    assert (route["strategy"], drawn) == (
        {"mode": "loadbalance"},
        [(90, ["gpt-6.1-terra", "llama-4", "mine"]), (10, ["llama-4", "gpt-6.1-terra", "mine"])],
    )


def test_the_file_says_which_policy_it_came_from_and_what_was_lost() -> None:
    told = compiled(DESK)["routebook"]
    assert (told["policy"], told["sha256"], told["created"]) == ("desk", DESK.sha256, "2026-11-20")
    assert told["losses"] == [str(loss) for loss in portkey.losses(DESK)]
    assert "draws anew for every call" in told["losses"][0]


def test_the_report_says_how_the_keys_are_filled_in(tmp_path: Path) -> None:
    report = Policy("one", (), {}, Route(("openai/a",))).export("portkey", tmp_path / "portkey.json")
    assert report.start == (
        "Start it: npx @portkey-ai/gateway, then send each request with the header x-portkey-config: $(envsubst "
        f"'$OPENAI_API_KEY' < {report.path} | tr -d '\\n'), and ask for the model route/TAG, or route/default."
    )


def test_a_file_too_large_for_a_header_says_how_the_gateway_takes_it(tmp_path: Path) -> None:
    routes = {f"tag-{n}": Route(("openai/a", "anthropic/b")) for n in range(40)}
    policy = Policy("large", tuple(ClassifyRule(tag, TagIs(tag)) for tag in routes), routes, Route(("openai/a",)))
    assert "--max-http-header-size=" in policy.export("portkey", tmp_path / "portkey.json").start


def test_no_key_of_the_environment_is_in_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "AWS_SECRET_ACCESS_KEY", "LAB_KEY", "LAB_PASS"):
        monkeypatch.setenv(name, CANARY)
    register_server("lab", "http://127.0.0.1:9/v1", key_env="LAB_KEY", headers={"X-Pass": "$LAB_PASS", "X-Team": "nlp"})
    policy = Policy("p", (), {}, Route(("openai/a", "anthropic/a", "azure/a", "bedrock/a", "lab/a", "groq/a")))
    made = portkey.compile(policy)
    assert "canary" not in made.text + str(made.losses)
    assert {"LAB_KEY", "AWS_SECRET_ACCESS_KEY", "AZURE_OPENAI_ENDPOINT"} <= set(made.variables)
    assert lossy(policy) == ["the header X-Team of lab", "the header X-Pass of lab"]


@given(names(), st.sampled_from(["${OPENAI_API_KEY}", "$OPENAI_API_KEY", "\\$OPENAI_API_KEY", '"${OPENAI_API_KEY}']))
@settings(max_examples=50)
def test_no_name_can_ask_for_a_key_when_the_keys_are_filled_in(name: str, trap: str) -> None:
    tag = (name + trap)[-100:].strip()
    policy = Policy(
        tag, (ClassifyRule(tag, MetadataIs("x", equals=tag)),), {tag: Route((f"groq/{trap}",))}, DESK.default
    )
    text = portkey.compile(policy).text
    filled = re.sub(r"\$\{?OPENAI_API_KEY\}?", CANARY, text)
    assert CANARY not in filled
    assert json.loads(text)["targets"][0]["override_params"]["model"] == trap


@pytest.mark.parametrize(
    ("when", "lost"),
    [
        (TagIs("python"), []),
        (Not(AnyOf((TagIs("python"), MetadataIs("plan", one_of=("pro", 3.0, True))))), []),
        (HasKeyword(("refactor",)), ["rule 1 (coding)"]),
        (AllOf((TagIs("coding"), HasKeyword(("refactor",)))), ["rule 1 (coding)"]),
        (MetadataIs("age", at_least=30), ["rule 1 (coding)"]),
        (MetadataIs("a.b", equals="pro"), ["rule 1 (coding)"]),
        (MetadataIs("route", equals="pro"), ["rule 1 (coding)"]),
    ],
)
def test_a_rule_that_portkey_cannot_ask_is_a_loss(when: Condition, lost: list[str]) -> None:
    assert lossy(Policy("p", (ClassifyRule("coding", when),), {"coding": Route(("openai/a",))}, DESK.default)) == lost


def test_a_budget_many_retries_and_simulated_models_are_losses() -> None:
    route = Route(("openai/a", "sim/small"), budget_usd=0.05, retries=6)
    policy = Policy("p", (), {"t": route}, DESK.default)
    assert lossy(policy) == ["route t", "route t", "sim/small"]
    assert compiled(policy)["targets"][0]["override_params"] == {"model": "a"}


def test_a_route_of_simulated_models_alone_cannot_be_exported() -> None:
    with pytest.raises(TargetError, match=r"Portkey can ask no model of the route default: simulated models are no"):
        portkey.compile(Policy("p", (), {}, Route(("sim/small",))))


def test_without_the_gateway_nothing_is_replayed_and_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ROUTEBOOK_PORTKEY", raising=False)
    assert str(portkey.replay(DESK, ["Hello."])) == (
        "not replayed: install Node and npm's @portkey-ai/gateway, and let ROUTEBOOK_PORTKEY name its "
        "build/start-server.js."
    )


# ---- back -----------------------------------------------------------------------------------------------------------


def lab(model: str, last: bool) -> dict[str, Any]:
    return {"provider": "openai", "custom_host": "http://127.0.0.1:9/v1", "override_params": {"model": model}}


def test_what_is_exported_and_read_back_decides_the_same_on_every_vector(tmp_path: Path) -> None:
    register_server("lab", "http://127.0.0.1:9/v1")
    for name, policy, prompts in replays():
        back = read(tmp_path, {"routebook": {"policy": policy.name}} | portkey.config(policy, lab))
        for asked in prompts:
            decided = policy.decide(asked)
            given = asked if portkey.classifies(policy) else Asked(asked.searched, frozenset((decided.tag,)))
            found = back.decide(given)
            assert (found.tag, found.models) == (decided.tag, tuple(f"lab/{model}" for model in decided.models)), name


def test_the_same_policy_comes_back_with_its_name_and_date(tmp_path: Path) -> None:
    path = DESK.export("portkey", tmp_path / "x.json", allow_lossy=True).path
    assert Policy.from_portkey(path) == DESK


@st.composite
def asking_tags_and_metadata(draw: st.DrawFn) -> Policy:
    """Any policy whose rules Portkey can apply itself."""
    models = st.sampled_from(["openai/a", "anthropic/b", "groq/${X}", "azure/d", "bedrock/e", "ollama/\\"])
    policy = draw(policies(models))
    values = names() | st.booleans() | st.integers(-9, 9)
    metadata = st.sampled_from(["plan", "a b", "$in"])
    leaves = st.one_of(
        st.builds(TagIs, st.sampled_from(list(policy.routes)) | names()),
        st.builds(MetadataIs, metadata, equals=st.just("pro") | values),
        st.builds(MetadataIs, metadata, one_of=st.lists(values, min_size=1, max_size=3).map(tuple)),
    )
    several = st.lists(leaves, min_size=1, max_size=3).map(tuple)
    whole = leaves | st.builds(AnyOf, several) | st.builds(AllOf, several)
    rules = st.builds(ClassifyRule, st.sampled_from(list(policy.routes)), whole | st.builds(Not, whole))
    return replace(policy, classify=tuple(draw(st.lists(rules, max_size=4))))


@given(asking_tags_and_metadata())
@settings(max_examples=40, deadline=None)
def test_any_policy_of_tags_and_metadata_comes_back_as_it_was(tmp_path_factory: Any, policy: Policy) -> None:
    back = read(tmp_path_factory.mktemp("portkey"), portkey.compile(policy).text)
    again = compiled(back)
    first = compiled(policy)
    assert (again["strategy"]["default"], len(again["targets"])) == (
        first["strategy"]["default"],
        len(first["targets"]),
    )
    for metadata in ({}, {"plan": "pro"}):
        for tag in [None, *policy.routes]:
            one, other = (found.decide("hi", tag=tag, metadata=metadata) for found in (policy, back))
            assert (one.tag, one.models) == (other.tag, other.models)


@pytest.mark.parametrize("name", ["metadata", "logic"])
def test_a_query_holds_where_its_condition_does(name: str, tmp_path: Path) -> None:
    from tests.support.vectors import CASES

    asked_of_all = 0
    for file, case in CASES:
        if file != name:
            continue
        policy = policy_of(file, case)
        if query(policy.classify[0].when) is None:
            continue
        asked_of_all += 1
        register_server("lab", "http://127.0.0.1:9/v1")
        back = read(tmp_path, portkey.config(policy, lab))
        assert (back.decide(asked_of(case)).tag == "yes") is case["holds"], case
    assert asked_of_all > 3


def test_what_people_run_is_read(tmp_path: Path) -> None:
    leaf = {"provider": "openai", "api_key": CANARY, "override_params": {"model": "gpt-6.1-terra"}}
    config = {
        "strategy": {
            "mode": "conditional",
            "conditions": [{"query": {"metadata.user_plan": {"$eq": "paid"}}, "then": "big"}],
            "default": "base",
        },
        "targets": [
            {"name": "big", "strategy": {"mode": "fallback"}, "retry": {"attempts": 2}, "targets": [
                leaf, {"provider": "mistral-ai", "api_key": "x", "override_params": {"model": "mistral-large"}}]},
            {"name": "base", **leaf, "request_timeout": 10000},
        ],
    }  # fmt: skip
    assert (
        read(tmp_path, config).to_yaml()
        == Policy(
            "portkey",
            (ClassifyRule("big", MetadataIs("user_plan", equals="paid")),),
            {"big": Route(("openai/gpt-6.1-terra", "mistral/mistral-large"), retries=2)},
            Route(("openai/gpt-6.1-terra",), timeout_s=10),
        ).to_yaml()
    )


NAMED = '"override_params": {"model": "m"}'
LEAF = f'{{"provider": "openai", "api_key": "k", {NAMED}}}'


@pytest.mark.parametrize(
    ("config", "says"),
    [
        ("[]", "line 1, column 1: a Portkey config is a mapping"),
        ('{"provider": "openai"', "line 1, column 22: this is not JSON"),
        ('{"provider": "openai", "provider": "x"}', "line 1, column 24: 'provider' is given twice."),
        ('{"virtual_key": "v", "provider": "openai"}', "column 2: it names what Portkey's own service keeps"),
        ('{"provider": "@prod", NAMED}', "it names what Portkey's own service keeps"),
        ('{"provider": "openai"}', "a target whose model a policy names needs 'override_params'."),
        ('{"provider": "nobody", NAMED}', "'nobody' is no provider that routebook can ask."),
        ('{"provider": "openai", "override_params": {"model": "m", "top_p": 0}}', "'top_p' of override_params"),
        ('{"provider": "openai", NAMED, "cache": {"mode": "simple"}}', "'cache' of a target"),
        ('{"provider": "openai", NAMED, "input_guardrails": []}', "'input_guardrails' of a target"),
        ('{"provider": "openai", "custom_host": "http://10.0.0.1/v1", NAMED}', "no server of this address is known"),
        ('{"strategy": {"mode": "falback"}, "targets": []}', "'falback' is no mode."),
        ('{"strategy": {"mode": "fallback"}, "targets": []}', "a fallback strategy needs targets."),
        (
            '{"strategy": {"mode": "fallback", "on_status_codes": [429]}, "targets": [LEAF]}',
            "a policy falls back after any failure",
        ),
        (
            '{"strategy": {"mode": "fallback"}, "retry": {"attempts": 1, "on_status_codes": [429]}, "targets": [LEAF]}',
            "a policy asks again after any passing failure",
        ),
        (
            '{"strategy": {"mode": "loadbalance"}, "targets": [LEAF, {"provider": "groq", NAMED}]}',
            "when the target that was drawn fails, Portkey asks nobody else",
        ),
        (
            '{"strategy": {"mode": "fallback"}, "targets": [{"strategy": {"mode": "loadbalance"}, "targets": [LEAF]}]}',
            "a loadbalance strategy cannot stand inside of a chain",
        ),
        (
            '{"strategy": {"mode": "fallback"}, "targets": [LEAF, {"provider": "groq", "request_timeout": 5, NAMED}]}',
            "its retries or its time limit are not those",
        ),
        ('{"strategy": {"mode": "conditional", "conditions": []}, "targets": []}', "somewhere: it needs 'default'."),
        (
            '{"strategy": {"mode": "conditional", "conditions": [], "default": "x"}, "targets": [LEAF]}',
            "a target that conditions choose needs 'name'.",
        ),
    ],
)
def test_what_a_policy_cannot_say_is_refused_with_its_place(config: str, says: str, tmp_path: Path) -> None:
    with pytest.raises(PolicyError) as refused:
        read(tmp_path, config.replace("LEAF", LEAF).replace("NAMED", NAMED))
    assert str(refused.value).startswith("portkey.json, line 1, column ")
    assert says in str(refused.value)


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        (
            '{"metadata.plan": {"$regex": "^p"}}',
            "'$regex' cannot be read: a policy compares metadata with whole values.",
        ),
        ('{"metadata.age": {"$gt": 3}}', "'$gt' cannot be read: a policy's ranges include their ends"),
        ('{"metadata.age": {"$lte": 3}}', "'$lte' cannot be read: Portkey reads texts as numbers here"),
        ('{"metadata.plan": {"$equals": "p"}}', "Did you mean '$eq'?"),
        ('{"params.model": {"$eq": "gpt"}}', "a policy does not look at the model that is asked for"),
        ('{"params.temperature": {"$eq": 1}}', "a policy cannot look at 'params.temperature'"),
        ('{"url.pathname": "/v1"}', "a policy cannot look at 'url.pathname'"),
        ('{"$or": [{"metadata.a": 1}], "metadata.b": 1}', "Portkey looks at nothing after $or in one query"),
        ("{}", "an empty query matches everything"),
        ('{"metadata.plan": {}}', "this compares with nothing"),
        ('{"metadata.plan": null}', "what is compared with is a text, a number, true or false."),
    ],
)
def test_a_query_a_policy_cannot_ask_is_refused_with_its_place(asked: str, says: str, tmp_path: Path) -> None:
    strategy = (
        f'"strategy": {{"mode": "conditional", "default": "b",\n"conditions": [{{"then": "b", "query": {asked}}}]}}'
    )
    leaf = LEAF.replace("{", '{"name": "b", ', 1)
    with pytest.raises(PolicyError) as refused:
        read(tmp_path, f'{{{strategy}, "targets": [{leaf}]}}')
    assert str(refused.value).startswith("portkey.json, line 2, column ")
    assert says in str(refused.value)


KEYS = [
    "strategy", "mode", "conditions", "default", "query", "then", "targets", "name", "weight", "provider", "retry",
    "attempts", "on_status_codes", "request_timeout", "override_params", "model", "custom_host", "deployment_id",
    "virtual_key", "routebook", "policy", "created", "metadata.plan", "metadata.route", "params.model", "$or", "$and",
    "$eq", "$ne", "$in", "$nin", "$gt",
]  # fmt: skip
WORDS = ["conditional", "fallback", "loadbalance", "single", "openai", "groq", "azure-openai", "m", "route/a", "a", ""]


def anything() -> st.SearchStrategy[Any]:
    """Any JSON that is near to a config."""
    leaves = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.sampled_from(WORDS) | st.text()
    return st.recursive(
        leaves,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=5),
        max_leaves=25,
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fuzzed")


@given(config=st.dictionaries(st.sampled_from(KEYS), anything(), max_size=5))
@settings(max_examples=300, deadline=None)
def test_any_json_is_a_policy_or_refused_with_its_place(folder: Path, config: Any) -> None:
    try:
        policy = read(folder, config)
    except PolicyError as refused:
        assert "portkey.json, line 1, column " in str(refused) or "is too large" in str(refused)  # noqa: PT017
    else:
        assert Policy.from_yaml(policy.to_yaml()) == policy
