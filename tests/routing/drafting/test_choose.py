"""A policy chosen by hand says what the run measured of each choice, and no more."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from routebook.errors import PolicyError
from routebook.routing.drafting.choose import ModelFacts, RunFacts, choose
from routebook.routing.policy import Evidence, Policy, Prices, Provenance

SMALL, LARGE = ModelFacts(3, 0.2, 1.5), ModelFacts(3, 4.0, 3.0)
CODING = {"openai/small": ModelFacts(2, 0.3, 1.0), "openai/large": ModelFacts(2, 5.0, 2.0)}
FACTS = RunFacts(
    overall={"openai/small": SMALL, "openai/large": LARGE},
    by_tag={"coding": CODING, "maths": {"openai/small": ModelFacts(1), "openai/large": ModelFacts(0)}},
    run="0123456789abcdef",
    name="tuesday",
    data_sha256="ab" * 32,
    prices=Prices("genai-prices 0.2.3", "2026-11-10"),
)
DAY = date(2026, 11, 20)


def test_each_tag_gets_its_model_and_its_evidence() -> None:
    policy = choose(FACTS, {"coding": "openai/large"}, default="openai/small", created=DAY)
    assert policy.decide("x", tag="coding").models == ("openai/large",)
    assert policy.decide("x", tag="maths").models == ("openai/small",)
    assert policy.routes["coding"].evidence == Evidence(2, usd_per_1k_prompts=5.0, latency_p95_s=2.0)
    assert policy.default.evidence == Evidence(3, usd_per_1k_prompts=0.2, latency_p95_s=1.5)


def test_several_models_are_the_first_and_its_fallbacks_and_the_evidence_is_the_firsts() -> None:
    policy = choose(FACTS, {"coding": ["openai/large", "openai/small"]}, default=("openai/small", "openai/large"))
    assert policy.routes["coding"].models == ("openai/large", "openai/small")
    assert policy.default.models == ("openai/small", "openai/large")
    evidence = policy.routes["coding"].evidence
    assert evidence is not None
    assert evidence.usd_per_1k_prompts == 5.0


def test_what_was_not_measured_is_left_out() -> None:
    policy = choose(FACTS, {"maths": "openai/large"}, default="openai/small")
    assert policy.routes["maths"].evidence == Evidence(0)
    assert "quality not judged" in policy.sentences()[0]


def test_where_it_came_from_stands_in_it() -> None:
    policy = choose(FACTS, {}, default="openai/small", created=DAY)
    assert policy.name == "tuesday"
    assert policy.provenance == Provenance(
        created="2026-11-20",
        run="0123456789abcdef",
        data_sha256="ab" * 32,
        prices=Prices("genai-prices 0.2.3", "2026-11-10"),
        judge=None,
        seed=None,
    )
    assert Policy.from_yaml(policy.to_yaml()) == policy
    assert "  judge: null\n  seed: null\n" in policy.to_yaml()


def test_a_policy_is_made_today_unless_said_otherwise() -> None:
    before = datetime.now(UTC).date()
    created = choose(FACTS, {}, default="openai/small", name="mine").provenance.created
    assert created is not None
    assert before <= date.fromisoformat(created) <= datetime.now(UTC).date()


def test_simulated_evidence_says_so_in_words_and_in_the_file() -> None:
    facts = RunFacts({"sim/small": ModelFacts(4, 0.2, 1.5, simulated=True)})
    policy = choose(facts, {"coding": "sim/small"}, default="sim/small")
    assert policy.name == "policy"
    assert "simulated, 4 prompts" in policy.sentences()[-1]
    assert "simulated: true" in policy.to_yaml()
    assert Policy.from_yaml(policy.to_yaml()).default.evidence == policy.default.evidence


def test_a_run_without_tags_takes_any_tag_and_claims_no_evidence_for_it() -> None:
    facts = RunFacts({"openai/small": SMALL})
    policy = choose(facts, {"coding": "openai/small"}, default="openai/small")
    assert policy.routes["coding"].evidence is None
    assert policy.default.evidence is not None


@pytest.mark.parametrize(
    ("tags", "default", "says"),
    [
        ({"codng": "openai/small"}, "openai/small", "tag 'codng'. Did you mean 'coding'.*Its tags are coding"),
        ({"coding": "openai/smal"}, "openai/small", "'openai/smal', chosen for the tag 'coding', .*mean"),
        ({"coding": ["openai/small", "openai/xl"]}, "openai/small", "'openai/xl', chosen for the tag 'coding'"),
        ({}, "anthropic/x", "'anthropic/x', chosen for the default, was not compared.*openai/small, openai/large"),
        ({"coding": []}, "openai/small", "No model is given for the tag 'coding'"),
        ({}, (), "No model is given for the default"),
        ({"coding": ["openai/small", "openai/small"]}, "openai/small", "twice in one route"),
    ],
)  # fmt: skip
def test_a_choice_that_cannot_be_is_refused_with_the_nearest(tags: dict[str, str], default: str, says: str) -> None:
    with pytest.raises(PolicyError, match=says):
        choose(FACTS, tags, default=default)
