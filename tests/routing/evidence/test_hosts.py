"""One model at several hosts: simulated hosts that serve the same models, and tables with a planted difference."""

from __future__ import annotations

import numpy as np
import pytest
from tests.support.evidence import outcomes_with
from tests.support.safe_html import PAGE_TAGS, read

import routebook as rb
from routebook.errors import ModelError, RunError
from routebook.routing.evidence.hosts import hosts

PROMPTS = [f"What is {number} + {number + 3}?" for number in range(20)]
ONE, OTHER = "together/llama-4-8b", "groq/llama-4-8b"


@pytest.fixture(scope="module")
def run() -> rb.Comparison:
    """Return a run of two simulated models at two simulated hosts, and one of another model."""
    return rb.compare(PROMPTS, models=["sim/large", "simcloud/large", "sim/small"], repeats=3)


class TestARun:
    """Of a run the texts are compared too."""

    def test_the_same_simulated_model_at_two_hosts_is_not_told_apart_and_not_called_equal(
        self, run: rb.Comparison
    ) -> None:
        (pair,) = rb.hosts(run).by_pair
        assert (pair.model_a, pair.model_b, pair.verdict) == ("sim/large", "simcloud/large", "no difference seen")
        assert pair.words.startswith("no difference seen; a difference smaller than ")
        assert "of answers by sim/small would go unseen" in pair.words
        assert 0 < pair.least_share < 1
        assert "equal" not in str(rb.hosts(run))

    def test_another_model_that_is_said_to_be_the_same_is_found_out(self, run: rb.Comparison) -> None:
        found = rb.hosts(run, same={"sim/small": "sim/large"})
        verdicts = {(row.model_a, row.model_b): row.verdict for row in found.by_pair}
        assert verdicts == {
            ("sim/large", "simcloud/large"): "no difference seen",
            ("sim/large", "sim/small"): "differ",
            ("simcloud/large", "sim/small"): "differ",
        }

    def test_each_offer_has_its_price_and_times(self, run: rb.Comparison) -> None:
        frame = rb.hosts(run).frame
        assert frame[["model", "host", "matched", "prompts"]].values.tolist() == [
            ["sim/large", "sim", "by name", 20],
            ["simcloud/large", "simcloud", "by name", 20],
        ]
        assert (frame["latency_p50_s"] <= frame["latency_p95_s"]).all()
        assert (frame["usd_low"] <= frame["usd_per_1k_prompts"]).all()
        assert frame["simulated"].all()

    def test_of_one_answer_each_it_says_what_cannot_be_seen(self) -> None:
        found = rb.hosts(rb.compare(PROMPTS[:8], models=["sim/large", "simcloud/large"]))
        assert any("One answer to a prompt from each host" in note for note in found.notes)
        assert "answers to other prompts" in found.by_pair[0].words or "even all" in found.by_pair[0].words

    def test_scores_are_compared_where_there_are_some(self) -> None:
        run = rb.compare(
            PROMPTS, models=["sim/large", "simcloud/large"], expected=[str(2 * number + 3) for number in range(20)]
        )
        run.score(rb.scorers.contains())
        (pair,) = rb.hosts(run).by_pair
        assert pair.quality_low <= pair.quality_difference <= pair.quality_high
        assert "of quality would go unseen" in pair.words

    def test_a_blind_run_names_no_hosts(self) -> None:
        run = rb.compare(PROMPTS[:2], models=["sim/large", "simcloud/large"], blind=True)
        with pytest.raises(RunError, match="blind"):
            rb.hosts(run)

    def test_without_a_model_at_two_hosts_it_says_what_there_is(self, run: rb.Comparison) -> None:
        alone = rb.compare(PROMPTS[:1], models=["sim/large", "sim/small"])
        with pytest.raises(ModelError, match=r"No model is here at several hosts: there are sim/large, sim/small"):
            rb.hosts(alone)

    def test_it_reads_as_text_and_as_html(self, run: rb.Comparison) -> None:
        found = rb.hosts(run)
        assert "Taken to be the same model by the name: large" in str(found)
        assert "simulated" in str(found).splitlines()[0]
        assert read(found._repr_html_(), PAGE_TAGS).forbidden == []


class TestATable:
    """Of outcomes only figures are compared."""

    def test_a_planted_difference_of_quality_is_found(self) -> None:
        random = np.random.default_rng(0)
        right = {ONE: 0.85, OTHER: 0.65}
        table = outcomes_with(
            {model: (random.random(300) < share).astype(float).tolist() for model, share in right.items()}
        )
        (pair,) = hosts(table).by_pair
        assert (pair.verdict, pair.words) == ("differ", "quality differ")
        assert pair.quality_low <= 0.2 <= pair.quality_high
        assert np.isnan(pair.p_texts)

    def test_equal_hosts_are_told_apart_in_hardly_1_of_20(self) -> None:
        told = 0
        for seed in range(200):
            random = np.random.default_rng(seed)
            values = {model: (random.random(60) < 0.7).astype(float).tolist() for model in (ONE, OTHER)}
            told += hosts(outcomes_with(values)).by_pair[0].verdict == "differ"
        assert told <= 10 + 9  # three standard deviations of room

    def test_latencies_and_costs_are_compared_on_the_same_prompts(self) -> None:
        random = np.random.default_rng(1)
        base = random.gamma(4, 0.25, 200)
        table = outcomes_with(
            {ONE: [1.0] * 200, OTHER: [1.0] * 200},
            latency={ONE: (base + 0.5).tolist(), OTHER: base.tolist()},
            cost={ONE: [3.0] * 200, OTHER: [2.0] * 200},
        )
        (pair,) = hosts(table).by_pair
        assert pair.p50_low < 0.5 < pair.p50_high
        assert pair.p95_low < 0.5 < pair.p95_high
        assert pair.cost_ratio == pytest.approx(1.5)

    def test_nothing_to_compare_is_said(self) -> None:
        table = outcomes_with({ONE: [1.0, None], OTHER: [None, 1.0]})
        assert hosts(table).by_pair[0].verdict == "nothing to compare"
