"""What a policy would have got, cost and taken: worked out by hand, and beside every single model."""

from __future__ import annotations

import numpy as np
import pytest
from tests.support.evidence import outcomes_with, policy_with
from tests.support.safe_html import PAGE_TAGS, read

from routebook.errors import OutcomesError
from routebook.judging.figures.intervals import wilson
from routebook.judging.figures.paired import bonett_price
from routebook.outcomes import Outcomes
from routebook.routing.route import Route

SMALL, LARGE = "sim/small", "sim/large"
TAGS = ["sum"] * 6 + ["fact"] * 4
TABLE = outcomes_with(
    {SMALL: [1, 1, 1, 1, 1, 0, 0, 0, 0, 1], LARGE: [1, 1, 1, 1, 0, 1, 1, 1, 1, 0]},
    tags=TAGS,
    cost={SMALL: [1] * 10, LARGE: [10] * 10},
    latency={SMALL: [1] * 10, LARGE: [2] * 9 + [4]},
)
POLICY = policy_with({"sum": [SMALL]}, [LARGE])


class TestByHand:
    """Ten prompts: six sums by the small model (5 right), four facts by the large one (3 right)."""

    def test_the_total(self) -> None:
        total = POLICY.evaluate(TABLE).total
        assert (total.quality, total.n, total.prompts) == (0.8, 10, 10)
        assert (total.low, total.high) == pytest.approx(wilson(8, 10))
        assert total.usd_per_1k_prompts == pytest.approx((6 * 1 + 4 * 10) / 10)
        assert total.usd_low < total.usd_per_1k_prompts < total.usd_high
        assert total.latency_s == pytest.approx((6 * 1 + 3 * 2 + 4) / 10)

    def test_the_single_models(self) -> None:
        found = POLICY.evaluate(TABLE)
        singles = found.singles.set_index("model")
        assert singles["role"].to_dict() == {SMALL: "cheapest", LARGE: "best single"}
        assert singles["gain"].to_dict() == pytest.approx({SMALL: 0.2, LARGE: 0.0})
        assert found.best.model == LARGE
        assert found.cheapest is not None
        assert found.cheapest.model == SMALL
        assert singles.loc[LARGE, "cost_ratio"] == pytest.approx(0.46)
        # beside the small model the policy wins three facts and loses one
        assert (singles.loc[SMALL, "gain_low"], singles.loc[SMALL, "gain_high"]) == pytest.approx(
            bonett_price(3, 1, 10)
        )

    def test_the_routes(self) -> None:
        rows = POLICY.evaluate(TABLE).routes.set_index("tag")
        assert list(rows.index) == ["sum", "default"]
        assert rows["model"].to_dict() == {"sum": SMALL, "default": LARGE}
        assert rows["rules"].to_dict() == {"sum": (1,), "default": (0,)}
        assert rows["share"].to_dict() == pytest.approx({"sum": 0.6, "default": 0.4})
        assert rows["quality"].to_dict() == pytest.approx({"sum": 5 / 6, "default": 3 / 4})
        assert rows["gain"].to_dict() == pytest.approx({"sum": 0.0, "default": 0.0})

    def test_a_route_of_the_best_single_model_gains_exactly_nothing(self) -> None:
        row = POLICY.evaluate(TABLE).routes.set_index("tag").loc["default"]
        assert (row["gain"], row["gain_low"], row["gain_high"]) == (0, 0, 0)

    def test_who_answers_and_who_is_paid(self) -> None:
        rows = POLICY.evaluate(TABLE).models.set_index("model")
        assert rows["share"].to_dict() == pytest.approx({SMALL: 0.6, LARGE: 0.4})
        assert rows["spend_share"].to_dict() == pytest.approx({SMALL: 6 / 46, LARGE: 40 / 46})

    def test_a_row_for_each_prompt(self) -> None:
        frame = POLICY.evaluate(TABLE).frame
        assert list(frame.columns) == ["prompt_id", "tag", "rule", "model", "quality", "cost_usd", "latency_s"]
        assert frame["quality"].tolist() == [1, 1, 1, 1, 1, 0, 1, 1, 1, 0]
        assert frame["prompt_id"].tolist() == list(TABLE.prompts.index)

    def test_of_weights_traffic_and_the_tail_of_times_are_expectations(self) -> None:
        found = policy_with({}, Route((SMALL, LARGE), weights=(1, 1))).evaluate(TABLE)
        assert found.models["share"].tolist() == [0.5, 0.5]
        assert found.total.latency_p95_s > 2  # the slow answer of the large model is half as likely, and still there
        assert found.total.quality == pytest.approx((6 + 8) / 20)


class TestAgainst:
    """Which single model gains are told against."""

    def test_a_named_one_is_not_flattered_by_being_chosen(self) -> None:
        chosen, named = POLICY.evaluate(TABLE), POLICY.evaluate(TABLE, against=SMALL)
        assert any("partly by luck" in note for note in chosen.notes)
        assert not any("partly by luck" in note for note in named.notes)
        assert named.best.role == "given, cheapest"

    def test_one_that_is_not_there_is_an_error_with_the_nearest(self) -> None:
        with pytest.raises(OutcomesError, match="Did you mean 'sim/small'"):
            POLICY.evaluate(TABLE, against="sim/smal")

    def test_a_model_of_which_few_prompts_are_judged_is_no_best_one(self) -> None:
        table = outcomes_with({SMALL: [1, 0, 1, 0], LARGE: [None, None, None, 1]})
        assert policy_with({}, [SMALL]).evaluate(table).best.model == SMALL


class TestHonesty:
    """What the reader is told."""

    def test_what_is_unknown_is_left_out_and_said(self) -> None:
        table = outcomes_with({SMALL: [1, None, 0, 1], LARGE: [1, 1, 1, 1]})
        found = policy_with({}, [SMALL]).evaluate(table)
        assert (found.total.n, found.total.quality) == (3, pytest.approx(2 / 3))
        assert "Quality is unknown of 1 of 4 prompts, which count for nothing here." in found.notes
        assert "Cost is unknown." in found.notes
        assert np.isnan(found.total.usd_per_1k_prompts)

    def test_the_data_it_was_made_from_is_recognised(self) -> None:
        made_from = policy_with({}, [SMALL], data_sha256=TABLE.data_sha256)
        assert any("made from these very outcomes" in note for note in made_from.evaluate(TABLE).notes)
        assert not any("made from these very outcomes" in note for note in POLICY.evaluate(TABLE).notes)

    def test_simulated_models_say_so(self) -> None:
        assert "simulated" in str(POLICY.evaluate(TABLE)).splitlines()[0]

    def test_no_quality_at_all_is_an_error(self) -> None:
        with pytest.raises(OutcomesError, match="No quality is known"):
            policy_with({}, [SMALL]).evaluate(outcomes_with({SMALL: [None], LARGE: [1]}).select(models=SMALL))

    def test_names_are_shown_as_they_are(self) -> None:
        rows = [{"prompt": "<script>x</script>", "tags": ["<b>t</b>"], "sim/a": 1}]
        table = Outcomes.from_frame(rows, models=["sim/a"])
        found = policy_with({"<b>t</b>": ["sim/a"]}, ["sim/a"]).evaluate(table)
        assert read(found._repr_html_(), PAGE_TAGS).forbidden == []
        assert "<b>t</b>" in str(found)

    def test_the_text_has_the_policy_first_and_the_models_in_the_tables_order(self) -> None:
        lines = str(POLICY.evaluate(TABLE)).splitlines()
        starts = [line.split("  ")[0] for line in lines[3:7]]
        assert starts[1:] == ["the policy", f"{SMALL} (cheapest)", f"{LARGE} (best single)"]


class TestChart:
    """The policy beside every single model."""

    def test_it_draws_quality_against_cost_with_intervals(self) -> None:
        chart = POLICY.evaluate(TABLE).chart()
        rows = chart.table().set_index("strategy")
        assert list(rows.index) == ["the policy", SMALL, LARGE]
        assert rows["usd_per_1k_prompts"].tolist() == pytest.approx([4.6, 1, 10])
        assert (rows["low"] <= rows["quality"]).all()
        assert "the policy" in repr(chart)

    def test_without_costs_it_draws_quality_alone(self) -> None:
        table = outcomes_with({SMALL: [1, 0, 1], LARGE: [1, 1, 1]})
        assert "US dollars" not in str(policy_with({}, [SMALL]).evaluate(table).chart().to_dict())
