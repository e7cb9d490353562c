"""A policy decides as its sentences say."""

from __future__ import annotations

import copy
import pickle
from dataclasses import replace
from functools import reduce

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from tests.support.policies import DESIGN, policies

from routebook.errors import PolicyError
from routebook.features import PromptFacts
from routebook.prompts import Message, Prompt
from routebook.routing.conditions import AllOf, AnyOf, FeatureIs, HasKeyword, Matches, MetadataIs, Not, TagIs
from routebook.routing.policy import ClassifyRule, Evidence, Policy, Prices, Provenance, Route

DESK = Policy.from_yaml(DESIGN)


def test_a_tag_names_its_route() -> None:
    decision = DESK.decide("Sort a list.", tag="coding")
    assert (decision.tag, decision.rule) == ("coding", 1)
    assert decision.route is DESK.routes["coding"]
    assert decision.models == ("openai/gpt-6.1-terra", "anthropic/claude-sonnet-5-5")


def test_a_prompt_without_a_match_goes_to_the_default() -> None:
    decision = DESK.decide("Good morning.")
    assert (decision.tag, decision.rule, decision.route) == ("default", None, DESK.default)


def test_the_first_rule_that_matches_wins() -> None:
    assert DESK.decide("Prove this, then refactor it.", tag="proof").tag == "coding"


def test_a_rule_can_exclude() -> None:
    assert DESK.decide("Prove it.", tag="proof").tag == "long-reasoning"
    assert DESK.decide("Sketch why.", tag="proof").tag == "default"


def test_a_decision_says_which_rule_fired_and_which_did_not() -> None:
    assert DESK.decide("Prove it.", tag="proof").why == (
        "rule 2: its tag is proof and it has no word sketch "
        "(not rule 1: its tag is proof, not coding, and it has no word traceback or refactor)"
    )
    assert DESK.decide("Good morning.").why.startswith("no rule matched (not rule 1: ")


def test_a_decision_tells_each_step() -> None:
    steps = DESK.decide("Prove it.", tag="proof").steps
    assert [(step.rule, step.tag, step.matched) for step in steps] == [
        (1, "coding", False),
        (2, "long-reasoning", True),
    ]
    assert steps[0].finding == "its tag is proof, not coding, and it has no word traceback or refactor"
    assert steps[1].sentence == "its tag is proof and it has no word sketch"
    assert [step.matched for step in DESK.decide("Good morning.").steps] == [False, False]


def test_metadata_and_features_decide() -> None:
    rules = (
        ClassifyRule("t", MetadataIs("plan", equals="pro")),
        ClassifyRule("u", FeatureIs("tools", at_least=1)),
        ClassifyRule("v", FeatureIs("images", at_least=1)),
    )
    policy = Policy("p", rules, {tag: Route(("sim/a",)) for tag in "tuv"}, Route(("sim/b",)))
    assert policy.decide("x", metadata={"plan": "pro"}).tag == "t"
    assert policy.decide(Prompt.of("x", metadata={"plan": "pro"})).tag == "t"
    assert policy.decide(Prompt.of("x", metadata={"plan": "pro"}), metadata={}).tag == "default"
    assert policy.decide(PromptFacts("x", tools=2)).tag == "u"
    assert policy.decide(PromptFacts("x", images=2)).tag == "v"


def test_features_read_the_last_message_and_words_all_that_the_user_wrote() -> None:
    turns = (Message("user", "def f(x):"), Message("assistant", "Yes?"), Message("user", "What is 2 + 2?"))
    for condition, matches in (
        (FeatureIs("has_code", equals=True), False),
        (FeatureIs("has_math", equals=True), True),
        (FeatureIs("turns", equals=2), True),
        (FeatureIs("prompt_tokens", equals=11), True),  # 5 + 9 + 2 + 4 + 14 letters, 2 line ends twice, and 4: 44 bytes
        (Matches("def f"), True),
        (Matches("Yes"), False),
    ):
        policy = Policy("p", (ClassifyRule("t", condition),), {"t": Route(("sim/a",))}, Route(("sim/b",)))
        assert (policy.decide(Prompt(turns, system="Be so kind.")).tag == "t") is matches, condition


def test_a_policy_that_decided_can_be_copied_and_pickled() -> None:
    DESK.decide("hello")
    for again in (pickle.loads(pickle.dumps(DESK)), copy.deepcopy(DESK), replace(DESK)):
        assert again == DESK
        assert again.decide("x", tag="coding") == DESK.decide("x", tag="coding")


def test_a_prompt_brings_its_own_tags_and_given_ones_replace_them() -> None:
    prompt = Prompt.of("Sort a list.", tags=["coding", "python"])
    assert DESK.decide(prompt).tag == "coding"
    assert DESK.decide(prompt, tag="proof").tag == "long-reasoning"
    assert DESK.decide(prompt, tag=["proof", "coding"]).tag == "coding"


def test_only_what_the_user_wrote_is_searched_and_all_of_it() -> None:
    turns = (Message("user", "Refactor this."), Message("assistant", "Done."), Message("user", "Thanks."))
    assert DESK.decide(Prompt(turns)).tag == "coding"
    turns = (Message("user", "Hello."), Message("assistant", "Shall I refactor?"), Message("user", "No."))
    assert DESK.decide(Prompt(turns, system="You refactor.")).tag == "default"


@pytest.mark.parametrize(
    ("word", "text", "there"),
    [
        ("translate", "Please Translate it", True),
        ("translate", "translated", False),
        ("translate", "retranslate", False),
        ("translate", "translated, now translate", True),
        ("c++", "in C++.", True),
        ("stack trace", "a Stack Trace here", True),
        ("straße", "die STRASSE", False),  # lower case, not case folding: the same in every language a reader is in
        ("é", "caf\u00e9", False),
        ("漢字", "漢字。", True),
        ("a_b", "x a_b y", True),
        ("a", "a_b", False),
        ("-", "a-b", True),
    ],
)
def test_a_keyword_is_a_whole_word_in_any_case(word: str, text: str, there: bool) -> None:
    policy = Policy("p", (ClassifyRule("t", HasKeyword((word,))),), {"t": Route(("sim/a",))}, Route(("sim/b",)))
    assert (policy.decide(text).tag == "t") is there


@given(st.sampled_from(["a", "b"]), st.booleans(), st.booleans())
def test_any_all_and_not_are_the_logic_they_are_named_after(tag: str, x: bool, y: bool) -> None:
    tags = {name for name, given in (("x", x), ("y", y)) if given}
    one, two = TagIs("x"), TagIs("y")
    for condition, expected in ((AnyOf((one, two)), x or y), (AllOf((one, two)), x and y), (Not(one), not x)):
        policy = Policy("p", (ClassifyRule(tag, condition),), {tag: Route(("sim/a",))}, Route(("sim/b",)))
        assert (policy.decide("hello", tag=tags).rule == 1) is expected


def test_a_policy_reads_as_sentences() -> None:
    tries = "at most 30 s a try; 1 retry each"
    known = "(412 prompts, $0.42 per 1,000 prompts, 95 % within 3.1 s, quality 0.91 (0.88 to 0.94))"
    assert DESK.sentences() == [
        "A prompt is coding if its tag is coding or it has the word traceback or refactor.",
        "A prompt is long-reasoning if its tag is proof and it has no word sketch.",
        f"coding goes to openai/gpt-6.1-terra, else anthropic/claude-sonnet-5-5; {tries} {known}.",
        "long-reasoning goes to anthropic/claude-opus-5-5.",
        "Everything else goes to bedrock/us.amazon.nova-2-lite-v1:0, else openai/gpt-6.1-terra.",
    ]
    assert repr(DESK).startswith("Policy 'support desk'\n- A prompt is coding if")


def test_a_route_that_no_rule_reaches_says_so() -> None:
    policy = Policy("p", (), {"coding": Route(("sim/a",))}, Route(("sim/b",)))
    assert policy.sentences()[0] == "coding goes to sim/a. No rule gives this tag."


@given(policies())
@settings(max_examples=50)
def test_markdown_shows_every_name_as_it_is(policy: Policy) -> None:
    tokens = MarkdownIt("commonmark").parse(policy._repr_markdown_())
    shown = ["".join(child.content for child in token.children or ()) for token in tokens if token.type == "inline"]
    assert shown == [f"Policy {policy.name}", *policy.sentences()]
    kinds = {child.type for token in tokens for child in token.children or ()}
    assert kinds <= {"text", "text_special", "strong_open", "strong_close"}


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: Route(()), "1 to 16 models"),
        (lambda: Route(("sim/a", "sim/a")), "twice"),
        (lambda: Route(("gpt",)), "host/model"),
        (lambda: Route(("openai/gрt",)), "CYRILLIC SMALL LETTER ER"),
        (lambda: Route(("sim/a",), timeout_s=0), "seconds"),
        (lambda: Route(("sim/a",), timeout_s=float("nan")), "seconds"),
        (lambda: Route(("sim/a",), retries=11), "from 0 to 10"),
        (lambda: Route(("sim/a",), weights=()), "1 to 1 here"),
        (lambda: Route(("sim/a",), weights=(1, 2)), "1 to 1 here"),
        (lambda: Route(("sim/a",), weights=(0,)), "weights are above 0"),
        (lambda: Route(("sim/a",), weights=(float("nan"),)), "weights are above 0"),
        (lambda: Route(("sim/a",), weights=(float("inf"),)), "weights are above 0"),
        (lambda: Route(("sim/a",), budget_usd=0), "above 0"),
        (lambda: Evidence(1, gain=1.5), "gain is a number from -1 to 1"),
        (lambda: Evidence(1, gain_ci95=(0.1, 0.0)), "the upper end of gain_ci95"),
        (lambda: Evidence(1, usd_per_1k_prompts_ci95=(-1, 0)), "the lower end of usd_per_1k_prompts_ci95"),
        (lambda: Provenance(expires="never"), "not a date"),
        (lambda: Evidence(-1), "prompts is a number from 0"),
        (lambda: Evidence(1, quality=1.1), "quality is a number from 0 to 1"),
        (lambda: Evidence(1, latency_p95_s=float("nan")), "latency_p95_s is a number"),
        (lambda: Evidence(1, quality_ci95=(0.9, 0.8)), "the upper end"),
        (lambda: Provenance(created="20 Nov 2026"), "not a date"),
        (lambda: Provenance(data_sha256="A" * 64), "lower-case hex"),
        (lambda: Provenance(judge="a\nb"), "a judge"),
        (lambda: Provenance(seed=-1), "seed"),
        (lambda: Prices("list", "2026-11-31"), "not a date"),
        (lambda: HasKeyword(()), "1 to 1,000 words"),
        (lambda: HasKeyword(("",)), "a keyword"),
        (lambda: TagIs(" x"), "a tag"),
        (lambda: AnyOf(()), "1 to 1,000 conditions"),
        (lambda: ClassifyRule("t", reduce(lambda inner, _: Not(inner), range(8), TagIs("t"))), "at most 8 deep"),
        (lambda: Policy("", (), {}, Route(("sim/a",))), "a policy's name"),
        (lambda: Policy("a\nb", (), {}, Route(("sim/a",))), "one line"),
        (lambda: Policy("p", (), {"default": Route(("sim/a",))}, Route(("sim/a",))), "everything else"),
        (lambda: Policy("p", (), {"x" * 101: Route(("sim/a",))}, Route(("sim/a",))), "100 at most"),
        (lambda: Policy("p", (), {"e\u0301": Route(("sim/a",))}, Route(("sim/a",))), "NFC"),
        (lambda: Policy("p", (), {"a\u202eb": Route(("sim/a",))}, Route(("sim/a",))), "visible"),
        (
            lambda: Policy("p", (ClassifyRule("codng", TagIs("x")),), {"coding": Route(("sim/a",))}, Route(("sim/a",))),
            "Did you mean 'coding'",
        ),
    ],
)
def test_a_policy_that_cannot_be_is_refused(make: object, says: str) -> None:
    with pytest.raises(PolicyError, match=says):
        make()  # type: ignore[operator]


@given(policies())
@settings(max_examples=50)
def test_equal_policies_have_equal_hashes(policy: Policy) -> None:
    again = Policy(
        policy.name, policy.classify, dict(reversed(policy.routes.items())), policy.default, policy.provenance
    )
    assert again == policy
    assert hash(again) == hash(policy)
    assert again.sha256 == policy.sha256
