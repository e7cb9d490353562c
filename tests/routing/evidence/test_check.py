"""Planted drift is found, and of what has not changed hardly anything is called so."""

from __future__ import annotations

from datetime import date
from math import inf

import numpy as np
import pytest
from tests.support.evidence import outcomes_with, policy_with
from tests.support.safe_html import PAGE_TAGS, read

from routebook.errors import OptionError
from routebook.judging.figures.intervals import wilson
from routebook.outcomes import Outcomes
from routebook.routing.evidence.estimates import amount_of
from routebook.routing.policy import Policy
from routebook.routing.route import Evidence, Route

SMALL, LARGE, OTHER = "sim/small", "sim/large", "sim/medium"


def evidence(right: int, prompts: int, *, cost: float = 1.0, seed: int = 0) -> Evidence:
    """Return what a route of so many right answers says, with costs that vary."""
    random = np.random.default_rng(seed)
    usd = amount_of(cost * random.lognormal(-0.045, 0.3, prompts))
    return Evidence(
        prompts,
        held_out=prompts,
        quality=right / prompts,
        quality_ci95=wilson(right, prompts),
        usd_per_1k_prompts=usd.value,
        usd_per_1k_prompts_ci95=(usd.low, usd.high),
        latency_p95_s=2.0,
    )


def policy_of(code: Evidence | None, rest: Evidence | None, **provenance: str) -> Policy:
    return policy_with({"code": Route((SMALL, LARGE), evidence=code)}, Route((LARGE,), evidence=rest), **provenance)


def drawn(
    seed: int, *, small: float = 0.8, large: float = 0.9, cost: float = 1.0, slow: float = 0.05, prompts: int = 400
) -> Outcomes:
    """Return new outcomes, half of them of code, in which the models are right as often as said."""
    random = np.random.default_rng(1000 + seed)
    return outcomes_with(
        {
            model: (random.random(prompts) < share).astype(float).tolist()
            for model, share in ((SMALL, small), (LARGE, large))
        },
        tags=["code", ""] * (prompts // 2),
        cost={
            SMALL: (cost * random.lognormal(-0.045, 0.3, prompts)).tolist(),
            LARGE: (10 * random.lognormal(-0.045, 0.3, prompts)).tolist(),
        },
        latency={model: np.where(random.random(prompts) < slow, 3.0, 1.0).tolist() for model in (SMALL, LARGE)},
    )


POLICY = policy_of(evidence(320, 400), evidence(360, 400, cost=10.0))


class TestPlanted:
    """What changed is found, and named."""

    def test_quality_that_fell(self) -> None:
        found = POLICY.check(drawn(1, small=0.6))
        assert found.failing == ("code",)
        row = found.rows[0]
        assert row.why == "quality fell"
        assert row.change_low <= -0.2 <= row.change_high
        assert row.p_adjusted < 0.05

    def test_cost_that_rose(self) -> None:
        row = POLICY.check(drawn(2, cost=1.5)).rows[0]
        assert (row.verdict, row.why) == ("does not hold", "cost rose")
        assert row.ratio_low < 1.5 < row.ratio_high

    def test_answers_that_became_slow(self) -> None:
        row = POLICY.check(drawn(3, slow=0.25)).rows[0]
        assert row.verdict == "does not hold"
        assert "more answers are slow" in row.why
        assert row.slower_low < 0.25 < row.slower_high

    def test_another_model_that_is_as_good_for_less(self) -> None:
        found = POLICY.check(drawn(4, small=0.95, large=0.9))
        row = found.rows[1]
        assert (row.beside, row.beside_verdict) == (SMALL, "beaten")
        assert row.why == "sim/small is better at no higher cost"

    def test_quality_that_rose_is_no_failure(self) -> None:
        row = POLICY.check(drawn(5, small=0.95, large=0.99)).rows[0]
        assert (row.verdict, row.why) == ("holds", "")
        assert row.change > 0.1

    def test_a_rule_that_no_prompt_reaches(self) -> None:
        table = outcomes_with({SMALL: [1.0] * 30, LARGE: [1.0] * 30})
        found = POLICY.check(table)
        assert found.rules[["rule", "reached"]].values.tolist() == [[1, False], [0, True]]
        assert "No prompt is sent on by rule 1." in found.notes
        assert found.rows[0].why == "no prompt takes it"

    def test_traffic_that_shifted(self) -> None:
        table = outcomes_with({SMALL: [1.0] * 60, LARGE: [1.0] * 60}, tags=["code"] * 55 + [""] * 5)
        found = POLICY.check(table)
        assert (found.rows[0].share_before, found.rows[0].share) == (0.5, pytest.approx(55 / 60))
        assert any("traffic has shifted" in note for note in found.notes)
        assert not any("traffic has shifted" in note for note in POLICY.check(drawn(1)).notes)


class TestNothingChanged:
    """Where nothing has changed, hardly 1 policy in 20 has a route that is called changed."""

    def test_false_alarms(self) -> None:
        random = np.random.default_rng(0)
        alarms = 0
        for seed in range(150):
            code, rest = (random.binomial(400, share) for share in (0.8, 0.9))
            policy = policy_of(evidence(code, 400, seed=seed), evidence(rest, 400, cost=10.0, seed=seed + 500))
            rows = policy.check(drawn(seed)).rows
            alarms += any(word in row.why for row in rows for word in ("fell", "rose", "slow"))
        assert alarms <= 7.5 + 8  # of 150 at 5 %, with three standard deviations of room

    def test_a_route_holds_where_a_loss_is_ruled_out(self) -> None:
        found = POLICY.check(drawn(8, prompts=4000), margin=0.08)
        assert [row.verdict for row in found.rows] == ["holds", "holds"]


class TestCannotTell:
    """What is missing is said."""

    def test_too_few_prompts_and_how_many_it_would_take(self) -> None:
        policy = policy_of(evidence(3200, 4000), evidence(3600, 4000))
        row = policy.check(drawn(9, prompts=60)).rows[0]
        assert row.verdict == "cannot tell"
        assert 300 < row.needed < 1500
        assert f"{int(row.needed):,} prompts would do" in row.why

    def test_evidence_of_too_few_prompts_for_any_number(self) -> None:
        row = policy_of(evidence(8, 10), None).check(drawn(1)).rows[0]
        assert row.needed == inf
        assert row.why == "its evidence is of too few prompts to rule out a loss of 0.05"

    def test_no_evidence(self) -> None:
        row = policy_of(None, None).check(drawn(1)).rows[0]
        assert (row.verdict, row.why) == ("cannot tell", "the policy has no evidence of its quality")

    def test_a_model_that_the_outcomes_have_not(self) -> None:
        policy = policy_with({"code": Route((OTHER,), evidence=evidence(320, 400))}, [LARGE])
        assert policy.check(drawn(1)).rows[0].why == f"these outcomes have not {OTHER}"

    def test_a_cost_without_an_interval_is_told_and_not_tested(self) -> None:
        policy = policy_of(Evidence(400, quality=0.8, usd_per_1k_prompts=0.1), None)
        row = policy.check(drawn(1)).rows[0]
        assert row.cost_ratio == pytest.approx(10, rel=0.1)
        assert "cost" not in row.why


class TestWords:
    """What the reader is told."""

    def test_expiry_is_told_of_a_day(self) -> None:
        policy = policy_of(evidence(320, 400), evidence(360, 400), expires="2026-11-30")
        assert not policy.check(drawn(1), today=date(2026, 11, 30)).expired
        expired = policy.check(drawn(1), today=date(2026, 12, 1))
        assert expired.expired
        assert "The evidence of this policy expired on 2026-11-30: learn it anew." in expired.notes
        assert "evidence expired" in str(expired)

    def test_the_outcomes_it_was_made_from_are_recognised(self) -> None:
        table = drawn(1)
        policy = policy_of(evidence(320, 400), evidence(360, 400), data_sha256=table.data_sha256)
        assert any("made from these very outcomes" in note for note in policy.check(table).notes)

    def test_it_reads_as_text_and_as_html(self) -> None:
        found = POLICY.check(drawn(1, small=0.5))
        assert "1 of 2 routes does not hold" in str(found)
        assert read(found._repr_html_(), PAGE_TAGS).forbidden == []
        assert repr(found).startswith("<Drift of 'desk': of 2 routes")

    @pytest.mark.parametrize("margin", [0, 1, True, "x"])
    def test_a_margin_that_is_none_is_an_error(self, margin: float) -> None:
        with pytest.raises(OptionError, match="margin is a loss of quality"):
            POLICY.check(drawn(1), margin=margin)
