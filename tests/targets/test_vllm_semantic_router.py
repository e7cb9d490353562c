"""What is exported for vLLM Semantic Router: rules as decisions and signals, and what of a policy is lost.

That its own command takes the files is in `test_vllm_semantic_router_command`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import re2
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.support.policies import names, policies
from tests.support.vectors import CASES, asked_of, policy_of

from routebook.errors import PolicyError, TargetError
from routebook.patterns.linear import finder
from routebook.providers.registry import register_server
from routebook.routing.conditions import (
    AllOf,
    AnyOf,
    Asked,
    Condition,
    FeatureIs,
    HasKeyword,
    InLanguage,
    Matches,
    MetadataIs,
    Not,
    TagIs,
)
from routebook.routing.policy import ClassifyRule, Policy, Provenance, Route
from routebook.targets import vllm_semantic_router as target
from routebook.targets.vllm_signals import LAST_ALONE, Unsaid, word_pattern

CANARY = "sk-canary-0123456789abcdef"
REST = Route(("anthropic/claude-haiku-5-5",))


TERRA = Route(("openai/gpt-6.1-terra",))


def policy(*whens: Condition, route: Route = TERRA) -> Policy:
    rules = tuple(ClassifyRule(f"t{number}", when) for number, when in enumerate(whens, 1))
    return Policy("p", rules, {rule.tag: route for rule in rules}, REST, Provenance(created="2026-11-20"))


def compiled(policy: Policy) -> Any:
    return yaml.safe_load(target.compile(policy).text)


def lost(policy: Policy) -> list[str]:
    return [str(loss) for loss in target.losses(policy)]


def test_the_file_is_what_the_router_reads() -> None:
    when = AnyOf((TagIs("coding"), AllOf((HasKeyword(("refactor",)), Not(MetadataIs("plan", one_of=("a", "b")))))))
    assert compiled(policy(when)) == {
        "version": "v0.3",
        "listeners": [{"name": "http-8899", "address": "0.0.0.0", "port": 8899, "timeout": "300s"}],
        "providers": {
            "defaults": {"model": "anthropic/claude-haiku-5-5"},
            "models": [
                {
                    "name": "openai/gpt-6.1-terra",
                    "provider_model_id": "gpt-6.1-terra",
                    "backend_refs": [
                        {
                            "name": "openai",
                            "provider": "openai",
                            "base_url": "https://api.openai.com/v1",
                            "api_key_env": "OPENAI_API_KEY",
                        }
                    ],
                },
                {
                    "name": "anthropic/claude-haiku-5-5",
                    "provider_model_id": "claude-haiku-5-5",
                    "api_format": "anthropic",
                    "backend_refs": [
                        {
                            "name": "anthropic",
                            "provider": "anthropic",
                            "base_url": "https://api.anthropic.com",
                            "api_key_env": "ANTHROPIC_API_KEY",
                        }
                    ],
                },
            ],
        },
        "routing": {
            "modelCards": [{"name": "openai/gpt-6.1-terra"}, {"name": "anthropic/claude-haiku-5-5"}],
            "signals": {
                "metadata": [
                    {"name": "metadata-1", "key": "routebook_tag", "predicate": {"equals": "coding"}},
                    {"name": "metadata-2", "key": "plan", "predicate": {"in": ["a", "b"]}},
                ],
                "keywords": [
                    {
                        "name": "keyword-1",
                        "operator": "OR",
                        "method": "regex",
                        "case_sensitive": True,
                        "keywords": [r"(?:^|[^\p{L}\p{N}_]|İ)[rR][eE][fF][aA][cC][tT][oO][rR](?:$|[^\p{L}\p{N}_])"],
                    }
                ],
            },
            "decisions": [
                {
                    "name": "route/t1 (rule 1)",
                    "priority": 1,
                    "rules": {
                        "operator": "OR",
                        "conditions": [
                            {"type": "metadata", "name": "metadata-1"},
                            {
                                "operator": "AND",
                                "conditions": [
                                    {"type": "keyword", "name": "keyword-1"},
                                    {
                                        "operator": "NOT",
                                        "conditions": [{"type": "metadata", "name": "metadata-2"}],
                                    },
                                ],
                            },
                        ],
                    },
                    "modelRefs": [{"model": "openai/gpt-6.1-terra"}],
                },
                {
                    "name": "route/default",
                    "priority": 0,
                    "rules": {"operator": "AND", "conditions": []},
                    "modelRefs": [{"model": "anthropic/claude-haiku-5-5"}],
                },
            ],
        },
    }


def test_the_first_rule_has_the_highest_priority() -> None:
    decisions = compiled(policy(TagIs("a"), TagIs("b"), TagIs("c")))["routing"]["decisions"]
    assert [(one["name"], one["priority"]) for one in decisions] == [
        ("route/t1 (rule 1)", 3), ("route/t2 (rule 2)", 2), ("route/t3 (rule 3)", 1), ("route/default", 0)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("when", "family", "signal"),
    [
        (Matches(r"(?i)a\d"), "keywords", {"keywords": ["[Aa][0-9]"], "case_sensitive": True}),
        (FeatureIs("has_code_fence", equals=True), "keywords", {"keywords": ["(?:^|\\n) {0,3}(?:```|~~~)"]}),
        (FeatureIs("turns", at_least=2), "conversation", {"predicate": {"gte": 2}}),
        (FeatureIs("images", equals=1), "conversation", {"predicate": {"gte": 1, "lte": 1}}),
        (FeatureIs("tools", at_least=1, at_most=3), "conversation", {"predicate": {"gte": 1, "lte": 3}}),
        (FeatureIs("lines", at_least=3), "structure", {"predicate": {"gte": 2}}),
        (FeatureIs("words", at_most=3), "structure", {"predicate": {"lte": 3}}),
        (FeatureIs("prompt_tokens", at_least=1999.5), "context", {"min_tokens": "2000"}),
        (InLanguage(("de",)), "language", {"name": "de"}),
    ],
)
def test_a_condition_becomes_a_signal(when: Condition, family: str, signal: dict[str, Any]) -> None:
    [found] = compiled(policy(when))["routing"]["signals"][family]
    assert found | signal == found


def test_what_is_asked_twice_is_one_signal() -> None:
    signals = compiled(policy(TagIs("a"), AnyOf((TagIs("a"), TagIs("b")))))["routing"]["signals"]
    assert [signal["name"] for signal in signals["metadata"]] == ["metadata-1", "metadata-2"]


@pytest.mark.parametrize(
    ("when", "says"),
    [
        (TagIs("a"), []),
        (FeatureIs("has_math", equals=False), []),
        (HasKeyword(("a",)), ["rule 1 (t1): of a talk with several turns it reads the last message alone"]),
        (Matches("a"), ["rule 1 (t1): of a talk with several turns it reads the last message alone"]),
        (FeatureIs("prompt_tokens", at_least=9), ["rule 1 (t1): its count of tokens adds some for each message"]),
        (InLanguage(("de",)), ["rule 1 (t1): it tells languages by a detector of its own"]),
        (InLanguage(("unknown",)), ["rule 1 (t1): it is left out, because it asks for texts of an unknown language"]),
        (MetadataIs("n", at_least=3), ["rule 1 (t1): it is left out, because it compares the metadata n with what is"]),
        (MetadataIs("n", one_of=("a", 1)), ["rule 1 (t1): it is left out, because it compares the metadata n with"]),
        (
            FeatureIs("code_language", equals="python"),
            ["rule 1 (t1): it is left out, because it asks for the prompt's"],
        ),
        (
            HasKeyword(("straße",)),
            ["rule 1 (t1): it is left out, because the letter 'ß' of a keyword has no one other"],
        ),
    ],
)
def test_what_it_reads_otherwise_is_said_of_the_rule(when: Condition, says: list[str]) -> None:
    found = lost(policy(when))
    assert len(found) == len(says)
    assert all(loss.startswith(start) for loss, start in zip(found, says, strict=True))


def test_a_rule_that_is_left_out_leaves_no_signal_and_its_prompts_to_the_later_rules() -> None:
    left_out = AllOf((TagIs("a"), MetadataIs("n", at_least=3)))
    routing = compiled(policy(left_out, TagIs("b")))["routing"]
    assert [decision["name"] for decision in routing["decisions"]] == ["route/t2 (rule 2)", "route/default"]
    assert [signal["predicate"] for signal in routing["signals"]["metadata"]] == [{"equals": "b"}]


def test_what_a_route_loses_is_said_in_words() -> None:
    route = Route(("sim/small", "openai/a", "azure/b"), 30, 2, weights=(1, 1), budget_usd=0.1)
    found = lost(policy(TagIs("a"), route=route))
    chain, limits, simulated, own = found
    assert chain == "route t1: without sim/small and azure/b: vLLM Semantic Router follows no chain when a model fails."
    assert limits.startswith("route t1: without its shares, its retries, its time limit and its budget: vLLM Semantic")
    assert simulated.startswith("sim/small: a simulated model cannot be asked by vLLM Semantic Router")
    assert own == "azure/b: its address is your own, which this file cannot refer to; it is left out of its chain."
    assert compiled(policy(TagIs("a"), route=route))["routing"]["decisions"][0]["modelRefs"] == [{"model": "openai/a"}]


def test_a_route_that_no_rule_leads_to_is_a_loss() -> None:
    [loss] = target.losses(Policy("p", (), {"t": Route(("openai/a",))}, REST))
    assert str(loss).startswith("route t: it is left out: no rule gives its tag")


def test_a_default_without_a_model_it_can_ask_is_refused() -> None:
    with pytest.raises(TargetError, match="can ask no model of the route default"):
        target.compile(Policy("p", (), {}, Route(("sim/small", "bedrock/a"))))


def test_no_key_of_the_environment_is_in_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "LAB_KEY", "LAB_PASS"):
        monkeypatch.setenv(name, CANARY)
    headers = {"X-Pass": "$LAB_PASS", "X-Team": "nlp"}
    register_server("lab", "http://127.0.0.1:9/v1", key_env="LAB_KEY", headers=headers)
    report = policy(TagIs("a"), route=Route(("lab/a",))).export(
        "vllm-semantic-router", tmp_path / "c", allow_lossy=True
    )
    assert "canary" not in report.path.read_text() + str(report)
    assert report.variables == ("ANTHROPIC_API_KEY", "LAB_KEY")
    [backend] = compiled(policy(TagIs("a"), route=Route(("lab/a",))))["providers"]["models"][0]["backend_refs"]
    assert backend["extra_headers"] == {"X-Team": "nlp"}
    assert "routebook_tag" in str(report)


def test_without_its_command_a_replay_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert repr(target.replay(policy(TagIs("a")), ["Hello."])).startswith(
        "not replayed: vLLM Semantic Router is not installed: pip install vllm-sr, or let ROUTEBOOK_VLLM_SR name"
    )


LETTERS = st.text(st.sampled_from("kKsSiİéÉåÅ漢ж Ж_9+.-#\u0307\u212a\u0301\u00aa²"), min_size=1, max_size=6)


@given(LETTERS, LETTERS, LETTERS, LETTERS)
@example("k", " ", "", "k")
@settings(max_examples=500)
def test_a_word_is_found_by_its_pattern_where_the_policy_finds_it(word: str, a: str, b: str, c: str) -> None:
    try:
        keyword = HasKeyword((word,))
        pattern = word_pattern(word)
    except (PolicyError, Unsaid):  # no word, or one that the router is not told
        return
    for text in (a + word + b, a + word.upper() + c, a + b + c, word, f"{word}{a}{word.lower()}"):
        assert finder(pattern)(text.encode()) is keyword.matches(Asked(text)), (word, text)


class Router:
    """Reads exported rules as the router's sources say, for prompts of one message: a check of meaning, not a proof."""

    def __init__(self, policy: Policy) -> None:
        routing = compiled(policy)["routing"]
        self.decisions = routing["decisions"]
        families = routing.get("signals", {})
        self.signals = {signal["name"]: signal for family in families.values() for signal in family}

    def routes(self, asked: Asked) -> str:
        matching = [one for one in self.decisions if self.holds(one["rules"], asked)]
        return str(max(matching, key=lambda one: one["priority"])["name"])

    def holds(self, node: dict[str, Any], asked: Asked) -> bool:
        if "operator" in node:
            found = [self.holds(one, asked) for one in node["conditions"]]
            return {"AND": all(found), "OR": any(found), "NOT": not all(found)}[node["operator"]]
        signal = self.signals[node["name"]]
        match node["type"]:
            case "keyword":
                return any(finder(pattern)(asked.utf8) for pattern in signal["keywords"])
            case "metadata":
                sent = {name: value for name, value in asked.metadata.items() if isinstance(value, str)}
                value = sent.get(
                    signal["key"], next(iter(asked.tags), None) if signal["key"] == "routebook_tag" else None
                )
                return value in (signal["predicate"].get("in") or [signal["predicate"]["equals"]])
            case "structure":
                pattern = signal["feature"]["source"]["pattern"]
                number = sum(1 for _ in re2.finditer(pattern, asked.text))
            case kind:
                assert kind == "conversation"
                sources = {"image_content": asked.images, "tool_definition": asked.tools, "message": asked.turns}
                number = sources[signal["feature"]["source"]["type"]]
        ends = signal["predicate"]
        return bool(ends.get("gte", number) <= number <= ends.get("lte", number))


def test_the_vectors_conditions_mean_the_same_read_as_the_routers_sources_say() -> None:
    checked = 0
    for name, case in CASES:
        asked = asked_of(case)
        if "when" not in case or asked.searched != asked.text or len(asked.tags) > 1:
            continue  # the router reads the last message, and is sent one tag
        made = policy(policy_of(name, case).classify[0].when)
        lossless = [loss.what for loss in target.losses(made) if LAST_ALONE not in loss.what]
        if not lossless:
            assert Router(made).routes(asked) == ("route/t1 (rule 1)" if case["holds"] else "route/default"), case
            checked += 1
    assert checked > 100


REAL = st.builds(
    "{}/{}".format,
    st.sampled_from(["openai", "anthropic"]),
    st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=20),
)


@given(policies(models=REAL))
@settings(max_examples=50)
def test_no_name_breaks_out_of_its_place(policy: Policy) -> None:
    config = compiled(policy)
    kept = {f"route/{rule.tag} (rule {number})" for number, rule in enumerate(policy.classify, 1)} | {"route/default"}
    assert {decision["name"] for decision in config["routing"]["decisions"]} <= kept
    assert config["routing"]["decisions"][-1]["modelRefs"] == [{"model": policy.default.models[0]}]
    assert set(config) == {"version", "listeners", "providers", "routing"}
    asked = {rule["name"] for rule in _leaves(config["routing"]["decisions"])}
    known = {signal["name"] for family in config["routing"].get("signals", {}).values() for signal in family}
    assert asked == known


def _leaves(nodes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    found = []
    for node in nodes:
        inner = node.get("rules", node)
        found += _leaves(inner["conditions"]) if "conditions" in inner else [node]
    return found


@given(names(), names())
@settings(max_examples=50)
def test_a_header_of_any_name_and_loss_stays_a_comment(name: str, tag: str) -> None:
    when = MetadataIs(name, at_least=1)
    made = Policy(name, (ClassifyRule(tag, when),), {tag: REST}, REST)
    assert set(compiled(made)) == {"version", "listeners", "providers", "routing"}
    assert f"# Policy: {name}\n" in target.compile(made).text
