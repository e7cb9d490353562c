"""Whom a policy depends on: worked out by hand on a small table."""

from __future__ import annotations

import numpy as np
import pytest
from tests.support.evidence import outcomes_with, policy_with
from tests.support.safe_html import PAGE_TAGS, read

from routebook.errors import OptionError, OutcomesError
from routebook.outcomes import Outcomes
from routebook.routing.evidence.exposure import Exposure
from routebook.routing.route import Route

GPT, AZURE, CLAUDE, NOVA = "openai/gpt-x", "azure/gpt-x", "anthropic/claude-x", "bedrock/amazon.nova-x"
TAGS = ["code"] * 5 + ["chat"] * 3 + [""] * 2


@pytest.fixture
def table() -> Outcomes:
    """Return ten prompts: five of code, three of chat, two of neither."""
    return outcomes_with(
        {GPT: [1] * 10, AZURE: [1] * 10, CLAUDE: [1, 1, 1, 0, 0] + [1] * 5, NOVA: [0.5] * 10},
        tags=TAGS,
        cost={GPT: [4] * 10, AZURE: [4] * 10, CLAUDE: [6] * 10, NOVA: [1] * 10},
        latency={GPT: [2] * 10, AZURE: [2] * 10, CLAUDE: [3] * 10, NOVA: [1] * 10},
    )


POLICY = policy_with({"code": [GPT, CLAUDE], "chat": [CLAUDE, NOVA]}, [NOVA])


def by_name(found: Exposure, table: str) -> dict[tuple[str, str], dict[str, object]]:
    rows = getattr(found, table).to_dict(orient="records")
    return {(row["kind"], row["name"]): row for row in rows}


class TestShares:
    """Five prompts for $20 per thousand each by GPT, three for $18 by Claude, two for $2 by Nova."""

    def test_traffic_and_spend(self, table: Outcomes) -> None:
        rows = by_name(POLICY.exposure(table), "shares")
        assert {key: row["traffic"] for key, row in rows.items() if key[0] == "vendor"} == pytest.approx(
            {("vendor", "openai"): 0.5, ("vendor", "anthropic"): 0.3, ("vendor", "amazon"): 0.2}
        )
        assert rows["host", "bedrock"]["spend"] == pytest.approx(2 / 40)
        assert rows["model", CLAUDE]["spend"] == pytest.approx(18 / 40)
        assert (rows["model", CLAUDE]["first"], rows["model", CLAUDE]["routes"]) == (1, 2)

    def test_concentration_is_the_sum_of_squared_shares(self, table: Outcomes) -> None:
        rows = POLICY.exposure(table).concentration.set_index("kind")
        assert rows.loc["vendor", "traffic"] == pytest.approx(0.25 + 0.09 + 0.04)
        assert rows.loc["model", "spend"] == pytest.approx((20**2 + 18**2 + 2**2) / 40**2)

    def test_weights_divide_the_traffic(self, table: Outcomes) -> None:
        policy = policy_with({}, Route((GPT, CLAUDE), weights=(3, 1)))
        rows = by_name(policy.exposure(table), "shares")
        assert rows["vendor", "openai"]["traffic"] == pytest.approx(0.75)


class TestFailures:
    """What happens when one is down, after fallbacks."""

    def test_a_fallback_answers_what_it_can(self, table: Outcomes) -> None:
        row = by_name(POLICY.exposure(table), "failures")["vendor", "openai"]
        assert (row["touched"], row["answered"], row["unanswered"]) == (0.5, 0.5, 0)
        assert row["quality_change"] == pytest.approx(-0.2)  # Claude fails two of five
        assert row["quality_low"] < -0.2 < row["quality_high"]
        assert row["cost_ratio"] == pytest.approx((5 * 6 + 18 + 2) / 40)
        assert row["latency_change_s"] == pytest.approx(0.5)

    def test_what_nobody_answers_is_told_apart_and_as_quality_0(self, table: Outcomes) -> None:
        row = by_name(POLICY.exposure(table), "failures")["vendor", "amazon"]
        assert (row["touched"], row["answered"], row["unanswered"]) == (0.2, 0, 0.2)
        assert row["nobody"] == ("default",)
        assert (row["quality_change"], row["n"]) == (0, 8)
        assert row["quality_change_0"] == pytest.approx(-0.1)

    def test_whoever_touches_nothing_changes_nothing_exactly(self, table: Outcomes) -> None:
        policy = policy_with({}, [GPT, NOVA])
        row = by_name(policy.exposure(table), "failures")["model", NOVA]
        assert [row[name] for name in ("touched", "quality_low", "quality_high", "ratio_low", "latency_high")] == [
            0, 0, 0, 1, 0,
        ]  # fmt: skip

    def test_one_host_down_leaves_the_same_model_at_another(self, table: Outcomes) -> None:
        rows = by_name(policy_with({}, [GPT, AZURE]).exposure(table), "failures")
        assert rows["host", "openai"]["unanswered"] == 0
        assert rows["host", "openai"]["quality_change"] == 0

    def test_it_agrees_with_the_policy_without_the_one_that_is_down(self, table: Outcomes) -> None:
        policy = policy_with({"code": Route((GPT, CLAUDE, NOVA), weights=(2, 1)), "chat": [CLAUDE, NOVA]}, [NOVA, GPT])
        row = by_name(policy.exposure(table), "failures")["vendor", "anthropic"]
        left, now = policy.without(vendor="anthropic").evaluate(table).total, policy.evaluate(table).total
        assert row["quality_change"] == pytest.approx(left.quality - now.quality)
        assert row["cost_ratio"] == pytest.approx(left.usd_per_1k_prompts / now.usd_per_1k_prompts)

    def test_a_model_the_table_has_not_is_unknown_and_not_its_fallback(self, table: Outcomes) -> None:
        found = policy_with({}, ["openai/new", GPT]).exposure(table)
        rows = by_name(found, "failures")
        assert by_name(found, "shares")["model", "openai/new"]["traffic"] == 1
        assert np.isnan(rows["model", "openai/new"]["quality_change"])  # type: ignore[call-overload]
        assert any("openai/new" in note for note in found.notes)


class TestPrices:
    """Dearer prices of one, and prices of another date."""

    def test_half_as_much_again(self, table: Outcomes) -> None:
        rows = by_name(POLICY.exposure(table), "price_shifts")
        assert rows["vendor", "openai"]["cost_ratio"] == pytest.approx((30 + 18 + 2) / 40)
        assert rows["model", NOVA]["usd_per_1k_prompts"] == pytest.approx(4.1)

    def test_any_factor(self, table: Outcomes) -> None:
        rows = by_name(POLICY.exposure(table, factor=0), "price_shifts")
        assert rows["vendor", "anthropic"]["cost_ratio"] == pytest.approx(22 / 40)

    @pytest.mark.parametrize("factor", [-1, True, "1.5", float("nan")])
    def test_a_factor_that_is_none_is_an_error(self, table: Outcomes, factor: float) -> None:
        with pytest.raises(OptionError, match="factor is how many times"):
            POLICY.exposure(table, factor=factor)

    def test_rates_that_change_alike_give_one_cost_and_others_a_range(self) -> None:
        then = {
            GPT: {"input_usd_per_mtok": 1, "output_usd_per_mtok": 4},
            CLAUDE: {"input_usd_per_mtok": 2, "output_usd_per_mtok": 8},
        }
        rows = [{"prompt": str(n), "kind": "a" if n < 2 else "b", GPT: 1, CLAUDE: 1} for n in range(4)]
        table = Outcomes.from_frame(
            rows, models=[GPT, CLAUDE], tag="kind", prices=then, input_tokens=1000, output_tokens=500
        )
        policy = policy_with({"a": [GPT]}, [CLAUDE])
        now = {
            GPT: {"input_usd_per_mtok": 2, "output_usd_per_mtok": 8},
            CLAUDE: {"input_usd_per_mtok": 2, "output_usd_per_mtok": 4},
        }
        found = policy.exposure(table, prices=now).repriced
        assert found is not None
        assert found.frame[["ratio_least", "ratio_most"]].values.tolist() == [[2, 2], [0.5, 1]]
        assert found.usd_then == pytest.approx((3 + 6) / 2)
        assert (found.usd_least, found.usd_most) == pytest.approx(((6 + 3) / 2, (6 + 6) / 2))
        truth = (1000 * 2 + 500 * 8) / 1e3, (1000 * 2 + 500 * 4) / 1e3
        assert found.usd_least <= sum(truth) / 2 <= found.usd_most

    def test_the_price_book_is_asked_for_a_date(self) -> None:
        then = {"sim/small": {"input_usd_per_mtok": 1000, "output_usd_per_mtok": 1000}}
        table = Outcomes.from_frame(
            [{"prompt": "Who?", "sim/small": 1}], models=["sim/small"], prices=then, input_tokens=10, output_tokens=10
        )
        found = policy_with({}, ["sim/small"]).exposure(table, prices="2026-01-01").repriced
        assert found is not None
        assert found.at == "the prices of 2026-01-01"
        assert found.usd_most < found.usd_then

    def test_unknown_rates_make_unknown_costs(self, table: Outcomes) -> None:
        found = POLICY.exposure(table, prices="2026-01-01").repriced
        assert found is not None
        assert np.isnan(found.usd_least)
        assert "unknown" in str(POLICY.exposure(table, prices="2026-01-01"))

    def test_a_text_that_is_no_date_is_an_error(self, table: Outcomes) -> None:
        with pytest.raises(OptionError, match="prices is a date like '2026-01-01'"):
            POLICY.exposure(table, prices="last year")
        with pytest.raises(OptionError, match="need outcomes"):
            POLICY.exposure(prices="2026-01-01")
        with pytest.raises(OutcomesError):
            POLICY.exposure(table, prices={"openai/other": {"input_usd_per_mtok": 1}})


class TestWithoutOutcomes:
    """What the policy alone says."""

    def test_routes_and_chains_and_no_shares(self) -> None:
        found = POLICY.exposure()
        rows = by_name(found, "failures")
        assert rows["vendor", "openai"]["routes"] == ("code",)
        assert rows["vendor", "amazon"]["nobody"] == ("default",)
        assert found.shares["traffic"].isna().all()
        assert found.price_shifts.empty
        assert "Without outcomes" in str(found)


def test_it_reads_as_text_and_as_html(table: Outcomes) -> None:
    found = POLICY.exposure(table, prices="2026-01-01")
    assert read(found._repr_html_(), PAGE_TAGS).forbidden == []
    text = str(found)
    assert "vendor openai, host openai, model openai/gpt-x" in text  # one row where three names mean the same models
    assert "If one is down, after fallbacks" in text
