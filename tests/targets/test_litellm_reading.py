"""A LiteLLM configuration is read as a policy that decides the same, or refused with the place of what cannot be."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.policies import policies
from tests.support.vectors import replays

from routebook.errors import PolicyError
from routebook.providers.registry import register_server
from routebook.routing.conditions import Asked, TagIs
from routebook.routing.policy import ClassifyRule, Policy, Route
from routebook.targets import litellm
from routebook.targets.litellm_reading import read_litellm

CANARY = "sk-canary-0123456789abcdef"
USERS = f"""\
model_list:
  - model_name: fast
    litellm_params: {{model: gpt-5.6-terra, api_key: {CANARY}}}
  - model_name: clever
    litellm_params: {{model: anthropic/claude-sonnet-4-6, api_key: os.environ/ANTHROPIC_API_KEY, rpm: 60}}
    model_info: {{mode: chat}}
  - model_name: spare
    litellm_params: {{model: groq/llama-4}}
router_settings:
  num_retries: 1
  timeout: 30
  redis_password: {CANARY}
litellm_settings:
  drop_params: true
  fallbacks: [{{clever: [fast]}}, {{fast: [spare]}}]
general_settings: {{master_key: {CANARY}}}
environment_variables: {{OPENAI_API_KEY: {CANARY}}}
"""


@pytest.fixture
def written(tmp_path: Path) -> Path:
    return tmp_path / "config.yaml"


def read(path: Path, text: str, default: str | None = None) -> Policy:
    path.write_text(text, encoding="utf-8")
    return Policy.from_litellm(path, default)


def refused(path: Path, text: str, default: str | None = None) -> str:
    with pytest.raises(PolicyError) as e:
        read(path, text, default)
    assert CANARY not in str(e.value)
    assert "\n" not in str(e.value)
    return str(e.value)


def test_what_people_already_run_is_read(written: Path) -> None:
    rest = {"timeout_s": 30, "retries": 1}
    first, second, third = "openai/gpt-5.6-terra", "anthropic/claude-sonnet-4-6", "groq/llama-4"
    assert read(written, USERS, default="spare") == Policy(
        "config",
        (ClassifyRule("fast", TagIs("fast")), ClassifyRule("clever", TagIs("clever"))),
        {"fast": Route((first, third), **rest), "clever": Route((second, first, third), **rest)},  # type: ignore[arg-type]
        Route((third,), **rest),  # type: ignore[arg-type]
    )


def test_without_a_default_it_asks_which_it_is(written: Path) -> None:
    assert "from_litellm(path, default='fast')" in refused(written, USERS)
    assert "'fast'" in refused(written, USERS, default="fats")


def test_litellm_asks_twice_more_unless_told_otherwise(written: Path) -> None:
    only = "model_list: [{model_name: a, litellm_params: {model: openai/a}}]"
    assert read(written, only).default == Route(("openai/a",), retries=2)


def test_one_model_at_several_places_is_one(written: Path) -> None:
    entry = "{model_name: a, litellm_params: {model: azure/a, api_base: 'https://%s.example'}}"
    assert read(written, f"model_list: [{entry % 'one'}, {entry % 'two'}]").default.models == ("azure/a",)


def test_a_server_is_known_by_its_address(written: Path) -> None:
    register_server("lab", "http://127.0.0.1:9/v1")
    text = "model_list: [{model_name: a, litellm_params: {model: openai/m, api_base: 'http://127.0.0.1:%s/v1'}}]"
    assert read(written, text % 9).default.models == ("lab/m",)
    assert "rb.register_server" in refused(written, text % 8)


def test_every_vector_comes_back_deciding_the_same(written: Path) -> None:
    for name, policy, prompts in replays():
        back = read(written, litellm.compile(policy).text)
        for asked in prompts:
            before = policy.decide(asked)
            after = back.decide(Asked(asked.text, frozenset((before.tag,)), searched=asked.searched))
            assert (after.tag, after.models, after.route.retries) == (
                before.tag,
                before.models,
                before.route.retries,
            ), name


REAL = st.builds(
    "{}/{}".format,
    st.sampled_from(["openai", "anthropic", "azure", "bedrock", "sim", "groq"]),
    st.text(st.characters(min_codepoint=97, max_codepoint=122), min_size=1, max_size=9),
)


@given(policies(models=REAL))
@settings(max_examples=30)
def test_our_own_export_comes_back_with_its_routes(tmp_path_factory: pytest.TempPathFactory, policy: Policy) -> None:
    path = tmp_path_factory.mktemp("back") / "config.yaml"
    back = read(path, litellm.compile(policy).text)
    assert back.name == policy.name
    for tag, route in [*policy.routes.items(), ("default", policy.default)]:
        if "*" in tag or "," in tag:
            continue
        found = back.default if tag == "default" else back.routes[tag]
        drawn = route.weights if route.weights is not None and len(route.weights) > 1 else None
        assert (found.models, found.retries, found.timeout_s, found.weights) == (
            route.models, route.retries, route.timeout_s, drawn
        )  # fmt: skip


ONE = "model_list: [{model_name: a, litellm_params: {model: openai/a%s}}]\n"
TWO = f"model_list: [{', '.join(f'{{model_name: a, litellm_params: {{model: openai/{name}}}}}' for name in 'ab')}]"


@pytest.mark.parametrize(
    ("text", "place", "problem"),
    [
        ("[]", "line 1, column 1", "mapping with model_list"),
        ("{}", "line 1, column 1", "needs 'model_list'"),
        ("model_list: 5", "line 1, column 13", "a list of models"),
        ("guardrails: [x]\n" + ONE % "", "line 1, column 1", "'guardrails'"),
        (ONE % ", temperature: 1", "line 1, column 64", "'temperature' of litellm_params is not in a policy"),
        (ONE % ", tags: [free]", "line 1, column 64", "'tags'"),
        (ONE % ", max_budget: 5", "line 1, column 64", "'max_budget'"),
        (ONE % ", mock_response: hello", "line 1, column 79", "a fixed answer"),
        (ONE % ", timeout: soon", "line 1, column 73", "timeout is a number"),
        (ONE % ", num_retries: 1.5", "line 1, column 77", "a whole number"),
        ((ONE % "").replace("openai/a", "auto_router/complexity_router"), "line 1, column 54", "auto router"),
        ((ONE % "").replace("openai/a", "my-model"), "line 1, column 54", "does not say whose it is"),
        ((ONE % "").replace("openai/a", "opnai/a"), "line 1, column 54", "'openai'"),
        ((ONE % "").replace("openai/a", "openai/*\u0435"), "line 1, column 54", "CYRILLIC"),
        ((ONE % "").replace("_name: a", "_name: '*'"), "line 1, column 27", "any model"),
        ((ONE % "").replace("_name: a", "_name: ' '"), "line 1, column 48", "cannot be a tag"),
        (TWO, "line 1, column 98", "set enable_weighted_failover"),
        (TWO.replace("_name: a", "_name: route/a", 1), "line 1, column 104", "the same tag"),
        (ONE % "" + "router_settings: {routing_strategy: least-busy}", "line 2, column 37", "'least-busy'"),
        (ONE % "" + "router_settings: {model_group_alias: {b: a}}", "line 2, column 19", "'model_group_alias'"),
        (ONE % "" + "router_settings: {fallbacks: [{a: [b]}]}", "line 2, column 32", "no model_name is 'b'"),
        (ONE % "" + "litellm_settings: {default_fallbacks: [a]}", "line 2, column 20", "default_fallbacks"),
        (ONE % "" + "router_settings: {context_window_fallbacks: [{a: [a]}]}", "line 2, column 45", "another way"),
        (ONE % "" + "router_settings: {num_retries: 1000}", "line 1", "retries"),
        (ONE % "" + "routebook: {policy: ' x'}", "line 2, column 21", "cannot be a policy's name"),
        ("x: &a 1\n", "line 1, column 4", "anchor"),
        ("model_list: !!python/object:os.system [a]", "line 1, column 13", "tag"),
        ("model_list: []\nmodel_list: []", "line 2, column 1", "given twice"),
    ],
)
def test_what_a_policy_cannot_say_is_refused_with_its_place(written: Path, text: str, place: str, problem: str) -> None:
    said = refused(written, text)
    assert said.startswith(f"config.yaml, {place}")
    assert problem in said


def test_a_long_row_of_fallbacks_is_refused_and_no_recursion(written: Path) -> None:
    names = [f"m{number}" for number in range(1500)]
    entries = "\n".join(f"- {{model_name: {name}, litellm_params: {{model: openai/{name}}}}}" for name in names)
    chains = "\n".join(f"  - {one}: [{following}]" for one, following in pairwise(names))
    said = refused(written, f"model_list:\n{entries}\nrouter_settings:\n  fallbacks:\n{chains}\n", default="m0")
    assert "A route has 1 to 16 models".lower() in said.lower()


@given(st.text(max_size=200))
@settings(max_examples=100)
def test_any_text_is_read_or_refused_in_one_line(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.mktemp("any") / "config.yaml"
    path.write_text(ONE % "" + text, encoding="utf-8", errors="surrogatepass")
    try:
        said = repr(read_litellm(path).default)
    except PolicyError as error:
        said = str(error)
    assert "\n" not in said
