"""The facts a policy is chosen by are those of the comparison's own table."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.examples import call_of, run_of
from tests.support.scored_runs import judge, run_with, score

from routebook.calls import Call, Failure
from routebook.comparison import Comparison
from routebook.comparison_facts import data_sha256, facts_of
from routebook.errors import JudgmentError, PolicyError
from routebook.models import ModelId
from routebook.pricing import PriceBook
from routebook.prompts import Prompt
from routebook.routing.drafting.choose import ModelFacts
from routebook.routing.policy import Policy

PROMPTS = [Prompt.of(f"Question {n}?", tags=["even" if n % 2 == 0 else "odd", "all"]) for n in range(5)]
A, B = ModelId("lab", "a"), ModelId("lab", "b")
RUN = run_of(name="tuesday", models=("lab/a", "lab/b"), planned=10)


@pytest.fixture
def prices() -> PriceBook:
    book = PriceBook()
    book.set_price("lab/a", input=1, output=100)  # 10 tokens in, 1 out: 0.00011 US dollars a call
    return book


def call(number: int, model: ModelId, **changes: Any) -> Call:
    fields = {"prompt_id": PROMPTS[number].id, "model": model, "latency_s": 1.0 + number}
    return call_of(RUN, **(fields | changes))


def failed(number: int, model: ModelId) -> Call:
    return call(number, model, status="error", text="", failure=Failure("server", "It failed."), latency_s=90.0)


def comparison(calls: list[Call], prices: PriceBook) -> Comparison:
    return Comparison(RUN, PROMPTS, calls, prices=prices)


def test_each_tag_counts_its_own_prompts(prices: PriceBook) -> None:
    facts = facts_of(comparison([call(n, model) for n in range(5) for model in (A, B)], prices))
    assert facts.overall["lab/a"] == ModelFacts(5, 0.11, 4.8)
    assert facts.by_tag["even"]["lab/a"] == ModelFacts(3, 0.11, 4.8)
    assert facts.by_tag["odd"]["lab/a"] == ModelFacts(2, 0.11, 3.9)
    assert facts.by_tag["all"] == facts.overall
    assert (facts.run, facts.name) == (RUN.id, "tuesday")


def test_an_unknown_price_leaves_the_cost_unknown(prices: PriceBook) -> None:
    facts = facts_of(comparison([call(n, B) for n in range(5)], prices))
    assert facts.overall["lab/b"].usd_per_1k_prompts is None
    assert facts.prices is None


def test_what_failed_counts_for_nothing(prices: PriceBook) -> None:
    facts = facts_of(comparison([call(0, A), failed(1, A), failed(0, B)], prices))
    assert facts.overall == {"lab/a": ModelFacts(1, 0.11, 1.0), "lab/b": ModelFacts(0)}


def test_repeats_are_one_prompt(prices: PriceBook) -> None:
    facts = facts_of(comparison([call(0, A, repeat=n) for n in range(3)], prices))
    assert facts.overall["lab/a"] == ModelFacts(1, 0.11, 1.0)


def test_a_cached_answer_costs_what_it_cost_when_it_was_asked(prices: PriceBook) -> None:
    facts = facts_of(comparison([call(0, A, cached_from="ab" * 16)], prices))
    assert facts.overall["lab/a"].usd_per_1k_prompts == 0.11


def test_figures_agree_with_the_summary(prices: PriceBook) -> None:
    run = comparison([call(n, A) for n in range(5)], prices)
    own = run.summary().set_index("model").loc["lab/a"] if "model" in run.summary() else run.summary().loc["lab/a"]
    assert facts_of(run).overall["lab/a"].latency_p95_s == pytest.approx(own["latency_p95_s"], rel=1e-3)


def test_the_prices_name_every_source_and_the_oldest_date(prices: PriceBook) -> None:
    facts = facts_of(comparison([call(0, A), call(0, B, reported_cost_usd=Decimal("0.01"))], prices))
    assert facts.prices is not None
    assert facts.prices.source == "reported by lab, user"


def test_a_chosen_policy_carries_it_all_and_survives_its_file(prices: PriceBook) -> None:
    run = comparison([call(n, model) for n in range(5) for model in (A, B)], prices)
    policy = run.choose({"even": ["lab/a", "lab/b"]}, default="lab/b")
    assert policy.provenance.data_sha256 == data_sha256(run.calls)
    assert policy.routes["even"].evidence == ModelFacts(3, 0.11, 4.8).evidence()
    assert Policy.from_yaml(policy.to_yaml()) == policy


@given(st.permutations([call(n, model) for n in range(3) for model in (A, B)]))
@settings(max_examples=20)
def test_the_order_of_calls_does_not_change_the_hash_of_the_data(calls: list[Call]) -> None:
    assert data_sha256(calls) == data_sha256(reversed(calls))


@pytest.mark.parametrize("change", [{"text": "5"}, {"repeat": 1}, {"status": "error"}])
def test_another_answer_is_another_hash(change: dict[str, Any]) -> None:
    assert data_sha256([call(0, A)]) != data_sha256([call(0, A, **change)])


def test_another_model_or_prompt_is_another_hash() -> None:
    assert len({data_sha256([call(0, A)]), data_sha256([call(0, B)]), data_sha256([call(1, A)])}) == 3


# ---- quality ---------------------------------------------------------------------------------------------------------


def test_quality_is_that_of_the_runs_own_table() -> None:
    run = run_with("lab/a", "lab/b", prompts=5, tags={0: ["odd"], 2: ["odd"]}, simulated=False)
    score(run, {"lab/a": [1, 0, 0.5, 1, None], "lab/b": [1, 1, 1, 1, 1]})
    facts, own = facts_of(run), run.quality()
    assert facts.judge == "exact"
    rows = [(facts.overall[str(row["model"])], row) for row in own.frame.to_dict("records")]
    rows += [(facts.by_tag[str(row["tag"])][str(row["model"])], row) for row in own.by_tag.to_dict("records")]
    assert len(rows) == 4
    for found, row in rows:
        assert found.quality == pytest.approx(row["quality"], abs=1e-4)
        assert found.quality_ci95 == pytest.approx((row["low"], row["high"]), abs=1e-4)
        assert found.judged == row["prompts"]


def test_repeats_fold_into_their_prompt() -> None:
    run = run_with("lab/a", prompts=2, repeats=2)
    score(run, {"lab/a": [1, 1]})
    assert facts_of(run).overall["lab/a"].judged == 2


def test_where_several_judged_quality_is_unknown_until_one_is_named() -> None:
    run = run_with("lab/a", "lab/b", prompts=2)
    score(run, {"lab/a": [1, 1], "lab/b": [0, 0]})
    judge(run, "lab/a", "lab/b", [0.0, 0.5])
    facts = facts_of(run)
    assert (facts.judge, facts.judges, facts.overall["lab/a"].quality) == (None, ("exact", "sim/judge"), None)
    assert facts_of(run, "exact").overall["lab/a"].quality == 1
    by_pairs = facts_of(run, "sim/judge")
    assert (by_pairs.judge, by_pairs.overall["lab/b"].quality) == ("sim/judge, as the share of pairs won", 0.75)
    assert run.choose({}, default="b", quality="exact").provenance.judge == "exact"
    with pytest.raises(JudgmentError, match=r"There is no word by 'exakt'. Did you mean"):
        run.policy.judged_by("exakt")


def test_without_a_word_there_is_no_quality() -> None:
    facts = facts_of(run_with("lab/a", prompts=1))
    assert (facts.judge, facts.judges, facts.overall["lab/a"].quality) == (None, (), None)


# ---- the draft -------------------------------------------------------------------------------------------------------


def test_a_run_and_its_copy_have_one_draft() -> None:
    run = run_with("lab/a", prompts=2, tags={0: ["even"]}, simulated=False)
    run.policy.use("even", "a")
    copy = Comparison.from_json(run.to_json())
    assert copy.policy.now.chain("even") == ("lab/a",)


def test_what_is_chosen_in_one_go_becomes_the_draft() -> None:
    run = run_with("lab/a", "lab/b", prompts=2, tags={0: ["even"]})
    policy = run.choose({"even": ["a", "b"]}, default="b")
    assert run.policy.policy() == policy
    assert not run.policy.undo().now.default


def test_a_blind_run_has_no_draft_until_it_is_revealed(prices: PriceBook) -> None:
    blind = Comparison(replace(RUN, blind=True), PROMPTS, [call(0, A)], prices=prices)
    for choosing in (lambda: blind.policy, lambda: blind.choose({}, default="a")):
        with pytest.raises(PolicyError, match=r"blind.*reveal\(\)"):
            choosing()
    assert blind.reveal().choose({}, default="a").default.models == ("lab/a",)
