"""Strategies side by side: each figure against what it is by hand, and what the reader is told."""

from __future__ import annotations

from math import isnan, nan
from typing import Any

import numpy as np
import pytest
from tests.support.matrices import matrix

from routebook.errors import OptionError
from routebook.judging.figures.intervals import mean_interval
from routebook.judging.figures.paired import bonett_price
from routebook.routing.learning.matrix import Matrix
from routebook.routing.learning.metrics import aiq, apgr, bands, cpt
from routebook.routing.learning.strategies import Strategy
from routebook.routing.learning.table import Beside, beside

CHANCES = {"code": [0.3, 0.9, 0.8], "prose": [0.8, 0.3, 0.9], "sums": [0.7, 0.7, 0.7]}


def drawn(prompts: int, seed: int, *, models: int = 3, cost: Any = (0.001, 0.002, 0.010)) -> Matrix:
    """Return prompts of three kinds; the third model is best on average, and each other on a kind."""
    random = np.random.default_rng(seed)
    kinds = random.choice(list(CHANCES), prompts)
    quality = (random.random((prompts, 3)) < [CHANCES[kind] for kind in kinds]).astype(float)[:, -models:]
    texts = [f"a {kind} question, number {number}" for number, kind in enumerate(kinds)]
    costs = np.broadcast_to(np.asarray(cost, dtype=float), (3,))[-models:]
    return matrix(quality, cost=costs, texts=texts, tags=list(kinds))


TRAIN, TEST = drawn(300, 0), drawn(400, 1)


@pytest.fixture(scope="module")
def many() -> Beside:
    """Return three models with costs, and rules that know the truth."""
    choice = np.array([{"code": 1, "prose": 2, "sums": 0}[tags[0]] for tags in TEST.tags])
    settings = np.array([np.zeros(400, dtype=int), choice])
    return beside(TRAIN, TEST, [Strategy("rules", "rules", choice, settings=settings)], margin=0.1)


@pytest.fixture(scope="module")
def two() -> Beside:
    """Return two models of unknown costs, and rules that know the truth."""
    train, test = drawn(300, 0, models=2, cost=nan), drawn(400, 1, models=2, cost=nan)
    scores = np.array([{"code": 0.0, "prose": 2.0, "sums": 1.0}[tags[0]] for tags in test.tags])
    return beside(train, test, [Strategy("rules", "rules", (scores > 0).astype(int), scores=scores)])


def row(made: Beside, strategy: str) -> dict[str, Any]:
    found: dict[str, Any] = made.frame.set_index("strategy").loc[strategy].to_dict()
    return found


class TestManyModels:
    """Three models with costs."""

    def test_everything_simpler_is_there_in_one_order(self, many: Beside) -> None:
        assert many.frame["strategy"].tolist() == [
            "random", "cheapest", "best single", "tag table", "nearest prompts", "ridge on words", "rules", "oracle",
        ]  # fmt: skip
        assert many.frame["kind"].value_counts().to_dict() == {"baseline": 6, "rules": 1, "needs the answers": 1}

    def test_single_models_are_picked_on_the_training_prompts_and_measured_on_the_others(self, many: Beside) -> None:
        best, cheapest = row(many, "best single"), row(many, "cheapest")
        assert (best["model"], cheapest["model"]) == ("sim/m2", "sim/m0")
        assert best["quality"] == TEST.quality[:, 2].mean()
        assert (best["low"], best["high"]) == mean_interval(TEST.quality[:, 2].tolist())
        assert (best["usd_per_1k_prompts"], cheapest["usd_per_1k_prompts"]) == pytest.approx((10, 1))

    def test_gains_are_against_the_best_single_model_on_the_same_prompts(self, many: Beside) -> None:
        apart = TEST.quality[:, 0] - TEST.quality[:, 2]
        found = row(many, "cheapest")
        assert found["gain"] == pytest.approx(apart.mean())
        ends = bonett_price((apart == 1).sum(), (apart == -1).sum(), 400)
        assert (found["gain_low"], found["gain_high"]) == pytest.approx(ends)
        assert row(many, "best single")["gain"] == 0
        assert isnan(row(many, "best single")["gain_low"])

    def test_random_is_each_model_as_likely(self, many: Beside) -> None:
        found = row(many, "random")
        assert found["quality"] == pytest.approx(TEST.quality.mean())
        assert found["usd_per_1k_prompts"] == pytest.approx(13 / 3)
        assert isnan(found["model"])

    def test_the_oracle_gets_what_the_best_answer_of_each_prompt_gets(self, many: Beside) -> None:
        assert row(many, "oracle")["quality"] == TEST.quality.max(axis=1).mean()

    def test_rules_are_measured_as_they_are_given(self, many: Beside) -> None:
        code, prose, sums = (np.array([tags[0] == kind for tags in TEST.tags]) for kind in CHANCES)
        got = TEST.quality[code, 1].sum() + TEST.quality[prose, 2].sum() + TEST.quality[sums, 0].sum()
        found = row(many, "rules")
        assert found["quality"] == pytest.approx(got / 400)
        paid = 2 * code.mean() + 10 * prose.mean() + sums.mean()
        assert found["usd_per_1k_prompts"] == pytest.approx(paid)
        points = [(0.001, TEST.quality[:, 0].mean()), (paid / 1000, got / 400)]
        assert found["aiq"] == pytest.approx(aiq(*np.array(points).T, between=(0.001, 0.010)))
        assert found["aiq_low"] < found["aiq"] < found["aiq_high"]
        assert found["non_inferior_usd_per_1k_prompts"] == pytest.approx(paid)

    def test_of_best_single_aiq_is_that_of_mixtures_of_single_models(self, many: Beside) -> None:
        expected = aiq([0.001, 0.002, 0.010], TEST.quality.mean(axis=0))
        assert row(many, "best single")["aiq"] == pytest.approx(expected)
        assert isnan(row(many, "random")["aiq"])
        assert isnan(row(many, "cheapest")["aiq"])

    def test_what_is_non_inferior_is_so_within_the_margin(self, many: Beside) -> None:
        assert row(many, "best single")["non_inferior_usd_per_1k_prompts"] == pytest.approx(10)
        assert isnan(row(many, "cheapest")["non_inferior_usd_per_1k_prompts"])
        lax = beside(TRAIN, TEST, margin=0.9)
        assert row(lax, "best single")["non_inferior_usd_per_1k_prompts"] == pytest.approx(1)

    def test_where_a_dollar_is_worth_a_lot_everything_simpler_spends_less(self, many: Beside) -> None:
        thrifty = beside(TRAIN, TEST, quality_per_usd=0.2)
        for strategy in ("tag table", "ridge on words", "oracle"):
            assert row(thrifty, strategy)["usd_per_1k_prompts"] < row(many, strategy)["usd_per_1k_prompts"]
            assert row(thrifty, strategy)["aiq"] == row(many, strategy)["aiq"]

    def test_the_report_says_what_each_figure_is(self, many: Beside) -> None:
        text = str(many)
        assert text.startswith("Beside everything simpler: 400 held-out prompts\n")
        assert "best single (sim/m2)" in text
        assert "oracle (needs the answers)" in text
        assert "AIQ: mean quality from $1.00 to $10.00" in text
        assert "shown to be less than 0.1 below best single, picked on these prompts." in text
        assert "APGR" not in text
        assert "<table" in many._repr_html_()

    def test_the_same_gives_the_same(self, many: Beside) -> None:
        again = beside(TRAIN, TEST, margin=0.1)
        kept = many.frame[many.frame["strategy"] != "rules"].reset_index(drop=True)
        assert again.frame.equals(kept)


class TestTwoModels:
    """Two models of unknown costs."""

    def test_figures_are_of_the_curve_over_the_share_of_strong_calls(self, two: Beside) -> None:
        test = drawn(400, 1, models=2)
        scores = np.array([{"code": 0.0, "prose": 2.0, "sums": 1.0}[tags[0]] for tags in test.tags])
        given = test.quality[:, 0], test.quality[:, 1], scores
        found, sure = row(two, "rules"), bands(*given)
        assert found["apgr"] == apgr(*given)
        assert (found["apgr_low"], found["apgr_high"]) == sure.apgr
        assert (found["cpt50"], found["cpt80"]) == (cpt(*given, 0.5), cpt(*given, 0.8))
        assert (found["cpt80_low"], found["cpt80_high"]) == sure.cpt[0.8]
        assert found["strong_share"] == (scores > 0).mean()
        assert two.across == "share"
        assert len(two.curves[two.curves["strategy"] == "rules"]) == 101

    def test_random_recovers_half_and_a_single_model_has_no_curve(self, two: Beside) -> None:
        found = row(two, "random")
        assert [found[name] for name in ("apgr", "cpt50", "cpt80", "strong_share")] == pytest.approx([0.5, 50, 80, 0.5])
        assert isnan(row(two, "best single")["apgr"])
        assert row(two, "oracle")["apgr"] > 1

    def test_without_costs_there_is_no_cheapest_and_that_is_said(self, two: Beside) -> None:
        assert "cheapest" not in set(two.frame["strategy"])
        assert two.frame["usd_per_1k_prompts"].isna().all()
        assert "Quality is not set against cost: that is unknown of sim/m0, sim/m1." in two.notes
        assert "per 1,000 prompts" not in str(two)

    def test_the_strong_model_is_the_better_of_the_training_prompts_unless_it_is_said(self) -> None:
        train, test = drawn(200, 0, models=2, cost=nan), drawn(200, 1, models=2, cost=nan)
        by_hand = beside(train, test, pair=("sim/m1", "sim/m0"))
        assert row(by_hand, "best single")["model"] == "sim/m1"
        assert row(by_hand, "best single")["strong_share"] == 0
        assert isnan(row(by_hand, "tag table")["apgr"])  # the one called strong is no better

    def test_with_costs_both_kinds_of_figures_are_there(self) -> None:
        made = beside(drawn(200, 0, models=2), drawn(200, 1, models=2))
        assert made.across == "cost"
        assert made.frame[["apgr", "aiq"]].notna().sum().tolist() == [5, 5]


def test_unknown_qualities_and_costs_are_left_out_prompt_by_prompt() -> None:
    holed = drawn(400, 1)
    holed.quality[:100, 2] = nan
    holed.cost[50:150, 0] = nan
    made = beside(TRAIN, holed)
    assert row(made, "best single")["prompts"] == 300
    assert row(made, "cheapest")["prompts"] == 400
    assert row(made, "cheapest")["usd_per_1k_prompts"] == pytest.approx(1)
    assert row(made, "oracle")["prompts"] == 400


def test_of_costs_that_are_known_in_part_the_cheapest_is_the_cheapest_known() -> None:
    made = beside(drawn(100, 0, cost=(nan, 0.002, 0.010)), drawn(100, 1, cost=(nan, 0.002, 0.010)))
    assert row(made, "cheapest")["model"] == "sim/m1"
    assert "Cheapest: of the models whose cost is known." in made.notes
    assert made.across == "nothing"


def test_simulated_models_are_said_to_be() -> None:
    made = beside(TRAIN, TEST, simulated=TEST.models)
    assert str(made).splitlines()[0].endswith(", simulated")
    assert made.simulated
    assert not beside(TRAIN, TEST, simulated=TEST.models[:1]).simulated


def test_without_tags_there_is_no_tag_table() -> None:
    untagged = [matrix(of.quality, texts=list(of.texts)) for of in (TRAIN, TEST)]
    made = beside(*untagged)
    assert "tag table" not in set(made.frame["strategy"])
    assert "No prompt has a tag, so there is no tag table." in made.notes
    assert made.across == "nothing"
    assert made.curves.empty


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"train": matrix(TRAIN.quality, models=["a/x", "a/y", "a/z"])}, "same models, not on a/x, a/y, a/z"),
        ({"train": TRAIN.take([])}, "no prompt of known quality to fit on"),
        ({"test": TEST.take([])}, "no prompt of known quality to measure on"),
        ({"rules": [Strategy("r", "rules", np.zeros(3, dtype=int))]}, "'r' chooses for 3 prompts, and 400"),
        ({"pair": ("sim/m0", "sim/m1")}, "told apart of two"),
        ({"margin": -1}, "A margin is"),
    ],
)
def test_what_cannot_be_put_side_by_side_is_refused(change: dict[str, Any], says: str) -> None:
    given: dict[str, Any] = {"train": TRAIN, "test": TEST} | change
    with pytest.raises(OptionError, match=says):
        beside(given.pop("train"), given.pop("test"), **given)
