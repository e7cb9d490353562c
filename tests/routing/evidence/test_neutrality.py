"""Planted favours are found, and where there are none hardly any policy is flagged."""

from __future__ import annotations

import numpy as np
import pytest
from tests.support.evidence import outcomes_with, policy_with
from tests.support.safe_html import PAGE_TAGS, read

from routebook.errors import OptionError
from routebook.outcomes import Outcomes

NOVA, CLAUDE, GPT = "bedrock/amazon.nova-x", "bedrock/anthropic.claude-x", "openai/gpt-x"
MODELS = (NOVA, CLAUDE, GPT)


def drawn(seed: int, right: dict[str, float], cost: dict[str, float], routes: int = 3, prompts: int = 60) -> Outcomes:
    """Return outcomes in which each model is right as often as said, on each of some kinds of prompt."""
    random = np.random.default_rng(seed)
    size = routes * prompts
    quality = {model: (random.random(size) < share).astype(float).tolist() for model, share in right.items()}
    return outcomes_with(
        quality,
        tags=[f"kind {number % routes}" for number in range(size)],
        cost={model: [cost[model]] * size for model in right},
    )


EQUAL = dict.fromkeys(MODELS, 0.7)
SAME_COST = dict.fromkeys(MODELS, 1.0)


class TestPlanted:
    """A bank's cloud chooses its own model for everything."""

    def test_a_choice_that_is_beaten_at_the_same_cost_is_flagged(self) -> None:
        table = drawn(1, {NOVA: 0.55, CLAUDE: 0.9, GPT: 0.6}, SAME_COST)
        found = policy_with({"kind 0": [NOVA], "kind 1": [CLAUDE]}, [CLAUDE]).neutrality(table)
        rows = found.routes.set_index("tag")
        assert rows["verdict"].to_dict() == {"kind 0": "beaten", "kind 1": "not beaten", "default": "not beaten"}
        row = rows.loc["kind 0"]
        assert (row["vendor"], row["own"], row["by"], row["by_vendor"], row["by_own"]) == (
            "amazon", True, CLAUDE, "anthropic", False,
        )  # fmt: skip
        assert row["gain_low"] <= row["gain"] <= row["gain_high"]

    def test_what_the_favour_costs_is_summed_over_all_prompts(self) -> None:
        table = drawn(1, {NOVA: 0.55, CLAUDE: 0.9, GPT: 0.6}, SAME_COST)
        found = policy_with({"kind 0": [NOVA], "kind 1": [CLAUDE]}, [CLAUDE]).neutrality(table)
        wide = table.wide("quality").to_numpy()
        own = np.array([tags == ("kind 0",) for tags in table.prompts["tags"]])
        gain = (wide[own, 1] - wide[own, 0]).sum() / len(wide)
        favour = found.favour
        assert (favour.routes, favour.share) == (1, pytest.approx(1 / 3))
        assert favour.quality == pytest.approx(gain)
        assert favour.low < gain < favour.high
        assert favour.usd_per_1k_prompts == pytest.approx(0)

    def test_a_choice_that_is_as_good_as_one_that_costs_a_tenth_is_flagged_for_its_price(self) -> None:
        random = np.random.default_rng(0)
        right = (random.random(900) < 0.8).astype(float).tolist()
        table = outcomes_with(
            {NOVA: right, CLAUDE: right}, cost={NOVA: [10.0] * 900, CLAUDE: [1.0] * 900}, tags=["a"] * 900
        )
        (row,) = policy_with({}, [NOVA]).neutrality(table).rows
        assert (row.verdict, row.by) == ("dearer than need be", CLAUDE)
        assert row.cost_ratio == pytest.approx(0.1)
        assert policy_with({}, [NOVA]).neutrality(table).favour.usd_per_1k_prompts == pytest.approx(9)

    def test_a_better_model_that_costs_more_is_no_favour(self) -> None:
        table = drawn(2, {NOVA: 0.5, CLAUDE: 0.9}, {NOVA: 1.0, CLAUDE: 5.0})
        assert policy_with({}, [NOVA]).neutrality(table).flagged == ()

    def test_a_vendor_is_found_over_all_its_routes_where_no_route_shows_it(self) -> None:
        table = drawn(3, {NOVA: 0.62, CLAUDE: 0.82}, {NOVA: 1.0, CLAUDE: 1.0}, routes=12, prompts=30)
        policy = policy_with({f"kind {number}": [NOVA] for number in range(12)}, [CLAUDE])
        found = policy.neutrality(table)
        (row,) = found.by_vendor
        assert (row.vendor, row.routes, row.verdict) == ("amazon", 12, "others are better")
        assert row.low < 0.2 < row.high
        assert len(found.flagged) < 12

    def test_what_a_choice_forgoes_is_not_told_too_high(self) -> None:
        gains = []
        for seed in range(60):
            table = drawn(seed, EQUAL, SAME_COST, routes=4, prompts=25)
            policy = policy_with({f"kind {number}": [NOVA] for number in range(4)}, [NOVA])
            gains.append(policy.neutrality(table).by_vendor[0].others_gain)
        assert abs(np.mean(gains)) < 0.015  # the best of two, measured where it was picked, would get about 0.05


class TestNothingPlanted:
    """Of policies whose every choice is as good as any, at most 5 in 100 are flagged."""

    def test_equal_models_at_equal_cost(self) -> None:
        flagged = favoured = 0
        policy = policy_with({"kind 0": [NOVA], "kind 1": [CLAUDE]}, [GPT])
        for seed in range(200):
            found = policy.neutrality(drawn(seed, EQUAL, SAME_COST))
            flagged += bool(found.flagged)
            favoured += any(row.verdict == "others are better" for row in found.by_vendor)
        assert flagged <= 10 + 6  # of 200 at 5 %, with three standard deviations of room
        assert favoured <= 10 + 9

    def test_models_at_the_margin_that_cost_less(self) -> None:
        flagged = 0
        policy = policy_with({}, [NOVA])
        for seed in range(100):
            table = drawn(seed, {NOVA: 0.8, CLAUDE: 0.7}, {NOVA: 2.0, CLAUDE: 1.0}, routes=1, prompts=200)
            flagged += bool(policy.neutrality(table, margin=0.1).flagged)
        assert flagged <= 5 + 6

    def test_the_better_choices_are_left_alone(self) -> None:
        table = drawn(5, {NOVA: 0.9, CLAUDE: 0.5, GPT: 0.5}, SAME_COST)
        found = policy_with({}, [NOVA]).neutrality(table)
        assert found.flagged == ()
        assert found.favour.quality == 0
        assert found.by_vendor[0].verdict == "no favour shown"


class TestWords:
    """What the reader is told."""

    def test_a_judge_of_a_chosen_vendor_is_named(self) -> None:
        table = outcomes_with({CLAUDE: [1.0, 0.0] * 10, GPT: [1.0] * 20}, by="anthropic/claude-opus-5-5")
        found = policy_with({}, [CLAUDE]).neutrality(table)
        assert found.judges == (("anthropic/claude-opus-5-5", "anthropic", 1.0),)
        assert any("is of anthropic, as are the models that 100% of the prompts go to" in note for note in found.notes)

    def test_without_costs_it_says_what_that_means(self) -> None:
        table = outcomes_with({NOVA: [0.0, 1.0] * 20, GPT: [1.0] * 40})
        found = policy_with({}, [NOVA]).neutrality(table)
        assert found.rows[0].verdict == "beaten"
        assert any("No cost is known" in note for note in found.notes)

    def test_of_few_prompts_nothing_is_told(self) -> None:
        table = outcomes_with({NOVA: [0.0] * 5, GPT: [1.0] * 5})
        (row,) = policy_with({}, [NOVA]).neutrality(table).rows
        assert row.verdict == "cannot tell"

    def test_how_much_would_go_unseen_is_said(self) -> None:
        found = policy_with({}, [NOVA]).neutrality(drawn(7, EQUAL, SAME_COST, routes=1))
        assert 0.1 < found.rows[0].smallest < 0.4
        assert any("would go unseen more often than 1 time in 5" in note for note in found.notes)

    def test_no_vendor_comes_first_for_any_other_reason_than_the_policys_order(self) -> None:
        table = drawn(8, EQUAL, SAME_COST)
        for first, second in ((NOVA, GPT), (GPT, NOVA)):
            policy = policy_with({"kind 0": [first], "kind 1": [second]}, [second])
            assert [row.model for row in policy.neutrality(table).rows] == [first, second, second]

    def test_it_reads_as_text_and_as_html(self) -> None:
        found = policy_with({}, [NOVA]).neutrality(drawn(1, {NOVA: 0.4, CLAUDE: 0.9}, SAME_COST))
        assert "The flagged choices forgo" in str(found)
        assert "amazon (the host's own)" in str(found)
        assert read(found._repr_html_(), PAGE_TAGS).forbidden == []

    @pytest.mark.parametrize("margin", [0, 1, -0.1, True, "x"])
    def test_a_margin_that_is_none_is_an_error(self, margin: float) -> None:
        with pytest.raises(OptionError, match="margin is a loss of quality"):
            policy_with({}, [NOVA]).neutrality(drawn(1, EQUAL, SAME_COST), margin=margin)
