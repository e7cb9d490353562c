"""APGR, CPT, AIQ and what comes with them: known answers, bounds, and intervals that hold the truth."""

from __future__ import annotations

from itertools import permutations
from math import isnan, nan

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.spatial import ConvexHull

from routebook.errors import OptionError
from routebook.routing.learning.metrics import (
    aiq,
    aiq_interval,
    apgr,
    bands,
    cheapest_non_inferior,
    cpt,
    curve,
    hull,
)

Floats = NDArray[np.float64]

GRADES = st.sampled_from([0.0, 0.25, 0.5, 1.0])
PROMPTS = st.lists(st.tuples(GRADES, GRADES, st.integers(-3, 3)), min_size=1, max_size=30)


def columns(prompts: list[tuple[float, float, int]]) -> tuple[Floats, Floats, Floats]:
    weak, strong, scores = (np.array(column, dtype=float) for column in zip(*prompts, strict=True))
    return weak, strong, scores


class TestTwoModels:
    """`curve`, `apgr`, `cpt`."""

    def test_four_prompts_by_hand(self) -> None:
        # Gains 0, 1, 1, -1; by score the order of prompts is 1, 2, 0, 3. Weak 0.5, strong 0.75.
        made = curve([1, 0, 0, 1], [1, 1, 1, 0], [0.2, 0.9, 0.4, 0.1])
        assert made.share.tolist() == [0, 0.25, 0.5, 0.75, 1]
        assert made.quality.tolist() == [0.5, 0.75, 1, 1, 0.75]
        assert made.pgr.tolist() == [0, 1, 2, 2, 1]
        assert apgr([1, 0, 0, 1], [1, 1, 1, 0], [0.2, 0.9, 0.4, 0.1]) == 0.25 * (0.5 + 1.5 + 2 + 1.5)
        assert cpt([1, 0, 0, 1], [1, 1, 1, 0], [0.2, 0.9, 0.4, 0.1], 0.5) == 12.5
        assert cpt([1, 0, 0, 1], [1, 1, 1, 0], [0.2, 0.9, 0.4, 0.1], 1) == 25

    def test_a_router_that_says_nothing_has_half_the_gap_and_needs_as_much_as_it_recovers(self) -> None:
        weak, strong = [0, 1, 0, 1, 0], [1, 1, 0, 1, 1]
        assert apgr(weak, strong, np.zeros(5)) == pytest.approx(0.5)
        assert [cpt(weak, strong, np.zeros(5), share) for share in (0.5, 0.8)] == pytest.approx([50, 80])

    def test_a_random_router_has_the_same_in_expectation(self) -> None:
        random = np.random.default_rng(0)
        weak, strong = (random.random(4_000) < 0.6).astype(float), (random.random(4_000) < 0.85).astype(float)
        found = np.array(
            [
                (apgr(weak, strong, s), cpt(weak, strong, s, 0.5), cpt(weak, strong, s, 0.8))
                for s in random.random((60, 4_000))
            ]
        )
        error = found.std(axis=0, ddof=1) / np.sqrt(60)
        assert (np.abs(found.mean(axis=0) - [0.5, 50, 80]) < 4 * error).all()

    def test_the_perfect_order_and_its_reverse_mirror_each_other(self) -> None:
        weak, strong = np.array([0, 0, 1, 1, 1]), np.ones(5)
        assert apgr(weak, strong, strong - weak) == pytest.approx(0.8)
        assert apgr(weak, strong, weak - strong) == pytest.approx(0.2)
        assert cpt(weak, strong, weak - strong, 0.5) == pytest.approx(80)

    @given(st.lists(st.tuples(GRADES, GRADES), min_size=1, max_size=5))
    def test_equal_scores_are_the_mean_over_all_orders(self, prompts: list[tuple[float, float]]) -> None:
        weak, strong = np.array(prompts).T
        shares = np.linspace(0, 1, len(weak) + 1)
        orders = [curve(weak, strong, order).quality for order in permutations(range(len(weak)))]
        tied = curve(weak, strong, np.zeros(len(weak)))
        assert np.interp(shares, tied.share, tied.quality) == pytest.approx(np.mean(orders, axis=0))

    @given(PROMPTS)
    def test_after_each_group_of_equals_every_order_of_them_agrees(
        self, prompts: list[tuple[float, float, int]]
    ) -> None:
        weak, strong, scores = columns(prompts)
        made = curve(weak, strong, scores)
        strict = np.argsort(np.lexsort((np.arange(len(scores)), scores)))
        assert np.interp(made.share, *curve(weak, strong, strict)) == pytest.approx(made.quality)

    @given(PROMPTS)
    def test_only_the_order_of_scores_counts(self, prompts: list[tuple[float, float, int]]) -> None:
        weak, strong, scores = columns(prompts)
        made, other = curve(weak, strong, scores), curve(weak, strong, np.exp(scores) * 7 - 2)
        assert made.share.tolist() == other.share.tolist()
        assert made.quality.tolist() == other.quality.tolist()

    @given(PROMPTS)
    def test_the_order_of_prompts_does_not_count(self, prompts: list[tuple[float, float, int]]) -> None:
        weak, strong, scores = columns(prompts)
        made, other = curve(weak, strong, scores), curve(weak[::-1], strong[::-1], scores[::-1])
        assert made.quality == pytest.approx(other.quality)

    @given(PROMPTS)
    def test_a_curve_goes_from_the_weak_to_the_strong_within_what_each_prompt_allows(
        self, prompts: list[tuple[float, float, int]]
    ) -> None:
        weak, strong, scores = columns(prompts)
        made = curve(weak, strong, scores)
        assert (made.share[0], made.share[-1]) == (0, 1)
        assert (np.diff(made.share) > 0).all()
        assert (made.quality[0], made.quality[-1]) == pytest.approx((weak.mean(), strong.mean()))
        assert (made.quality <= np.maximum(weak, strong).mean() + 1e-9).all()
        assert (made.quality >= np.minimum(weak, strong).mean() - 1e-9).all()

    @given(PROMPTS)
    def test_no_order_beats_the_gain_itself_and_reversing_it_mirrors_the_area(
        self, prompts: list[tuple[float, float, int]]
    ) -> None:
        weak, strong, scores = columns(prompts)
        assume(strong.mean() - weak.mean() > 0.01)
        found = apgr(weak, strong, scores)
        assert found <= apgr(weak, strong, strong - weak) + 1e-9
        assert found + apgr(weak, strong, -scores) == pytest.approx(1)

    @given(PROMPTS, st.floats(0, 1), st.floats(0, 1))
    def test_more_of_the_gap_needs_no_fewer_strong_calls(
        self, prompts: list[tuple[float, float, int]], one: float, other: float
    ) -> None:
        weak, strong, scores = columns(prompts)
        assume(strong.mean() - weak.mean() > 0.01)
        less, more = (cpt(weak, strong, scores, share) for share in sorted((one, other)))
        assert 0 <= less <= more + 1e-9 <= 100 + 2e-9
        made = curve(weak, strong, scores)
        assert np.interp(more / 100, made.share, made.pgr) == pytest.approx(max(one, other), abs=1e-6)

    @pytest.mark.parametrize(("weak", "strong"), [([1, 1], [0, 0]), ([0.1, 0.2], [0.2, 0.1])])
    def test_without_a_gap_nothing_can_be_said(self, weak: list[float], strong: list[float]) -> None:
        assert isnan(apgr(weak, strong, [1, 2]))
        assert isnan(cpt(weak, strong, [1, 2], 0.5))
        assert np.isnan(bands(weak, strong, [1, 2], rounds=20).apgr).all()

    @pytest.mark.parametrize(
        ("weak", "strong", "scores", "says"),
        [
            ([], [], [], "one number for each prompt"),
            ([1, 0], [1], [1, 2], r"strong \(1,\)"),
            ([1, nan], [1, 1], [1, 2], "weak is unknown for 1 of 2 prompts"),
            ([[1], [0]], [[1], [1]], [[1], [2]], "one number for each prompt"),
        ],
    )
    def test_what_makes_no_curve_is_refused(self, weak: object, strong: object, scores: object, says: str) -> None:
        with pytest.raises(OptionError, match=says):
            curve(weak, strong, scores)  # type: ignore[arg-type]

    @pytest.mark.parametrize("share", [1.5, -0.1, nan, True, "half"])
    def test_a_share_that_is_none_is_refused(self, share: float) -> None:
        with pytest.raises(OptionError, match="between 0 and 1"):
            cpt([0], [1], [1], share)


class TestBands:
    """`bands`."""

    def test_intervals_of_apgr_hold_the_truth_nineteen_times_in_twenty(self) -> None:
        random = np.random.default_rng(1)

        def drawn(size: int) -> tuple[Floats, Floats, Floats]:
            hard = random.random(size)
            weak, strong = random.random(size) > 0.2 + 0.6 * hard, random.random(size) > 0.1 + 0.2 * hard
            return weak.astype(float), strong.astype(float), hard.round(1)

        truth = apgr(*drawn(1_000_000))
        found = [bands(*drawn(400), rounds=300, seed=seed).apgr for seed in range(300)]
        held = np.mean([low <= truth <= high for low, high in found])
        assert 0.92 <= held <= 0.98

    def test_a_band_holds_its_curve_and_both_ends_are_the_models(self) -> None:
        random = np.random.default_rng(0)
        weak, strong, scores = random.integers(0, 2, (3, 500)).astype(float)
        made = bands(weak, np.maximum(weak, strong), scores, rounds=200)
        assert ((made.low <= made.quality) & (made.quality <= made.high)).all()
        assert (made.share[0], made.share[-1], len(made.share)) == (0, 1, 101)
        assert made.quality[[0, -1]] == pytest.approx([weak.mean(), np.maximum(weak, strong).mean()])

    def test_the_same_seed_gives_the_same_and_portions_make_no_difference(self) -> None:
        random = np.random.default_rng(0)
        weak, scores = random.integers(0, 2, 2_500).astype(float), random.random(2_500)
        one, other = (bands(weak, np.ones(2_500), scores, rounds=900, seed=3) for _ in range(2))
        assert (one.apgr, one.cpt) == (other.apgr, other.cpt)
        assert one.low.tolist() == other.low.tolist()

    def test_rounds_without_a_gap_are_left_out_and_many_of_them_leave_nothing(self) -> None:
        weak, strong = np.tile([0.0, 1.0], 10), np.tile([0.0, 1.0], 10)
        strong[0] = 1  # about a third of all rounds miss the only prompt that tells them apart
        made = bands(weak, strong, np.arange(20), rounds=200)
        assert np.isnan([*made.apgr, *made.cpt[0.5]]).all()
        assert not np.isnan(made.low).any()


POINTS = st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), min_size=1, max_size=20)


class TestManyModels:
    """`hull`, `aiq`, `cheapest_non_inferior`."""

    @given(POINTS)
    def test_a_hull_is_above_all_points_rises_and_bends_down(self, points: list[tuple[int, int]]) -> None:
        cost, quality = np.array(points, dtype=float).T
        made = hull(cost, quality)
        assert (np.diff(made.cost) > 0).all()
        assert (np.diff(made.quality) > 0).all()
        slopes = np.diff(made.quality) / np.diff(made.cost)
        assert (np.diff(slopes) < 0).all()
        assert (made.at(cost) >= quality - 1e-9).all()
        given_points = set(zip(cost.tolist(), quality.tolist(), strict=True))
        assert set(zip(made.cost.tolist(), made.quality.tolist(), strict=True)) <= given_points

    @given(POINTS)
    def test_it_is_the_upper_left_of_scipys(self, points: list[tuple[int, int]]) -> None:
        cost, quality = np.array(points, dtype=float).T
        whole = np.array([*points, (25.0, quality.max()), (25.0, -1.0), (cost.min(), -1.0)])  # bounded below and right
        theirs = ConvexHull(whole)
        corners = {tuple(whole[vertex]) for vertex in theirs.vertices}
        made = hull(cost, quality)
        assert set(zip(made.cost.tolist(), made.quality.tolist(), strict=True)) <= corners

    def test_points_of_which_something_is_unknown_do_not_count(self) -> None:
        made = hull([1, nan, 2], [0.5, 0.9, nan])
        assert (made.cost.tolist(), made.quality.tolist()) == ([1], [0.5])

    def test_aiq_by_hand(self) -> None:
        # From 1 to 3 it rises from 0.5 to 0.9, then stays; below 1 it comes from nothing.
        cost, quality = [1, 2, 3, 4], [0.5, 0.6, 0.9, 0.2]
        assert aiq(cost, quality) == pytest.approx((2 * 0.7 + 0.9) / 3)
        assert aiq(cost, quality, between=(1, 3)) == pytest.approx(0.7)
        assert aiq(cost, quality, between=(0, 1)) == pytest.approx(0.25)
        assert aiq(cost, quality, between=(2, 2)) == pytest.approx(0.7)

    @given(POINTS, st.integers(1, 50))
    def test_the_unit_of_cost_makes_no_difference(self, points: list[tuple[int, int]], unit: int) -> None:
        cost, quality = np.array(points, dtype=float).T
        assert aiq(cost * unit, quality) == pytest.approx(aiq(cost, quality))

    @given(POINTS, st.tuples(st.integers(0, 20), st.integers(0, 20)))
    def test_one_more_point_never_lowers_it(self, points: list[tuple[int, int]], more: tuple[int, int]) -> None:
        between = (0.0, 20.0)
        before, after = (aiq(*np.array(of, dtype=float).T, between=between) for of in (points, [*points, more]))
        lowest = min(cost for cost, _ in points)
        assume(more[0] >= lowest)  # a cheaper point moves where mixing with nothing ends
        assert after >= before - 1e-9

    @pytest.mark.parametrize(
        ("cost", "quality", "says"),
        [([1, 2], [1], "one cost for each quality"), ([nan], [1], "both known"), ([-1], [1], "cannot be negative")],
    )
    def test_what_makes_no_hull_is_refused(self, cost: list[float], quality: list[float], says: str) -> None:
        with pytest.raises(OptionError, match=says):
            hull(cost, quality)

    def test_a_range_that_is_none_is_refused(self) -> None:
        with pytest.raises(OptionError, match="3 to 1 does not"):
            aiq([1], [1], between=(3, 1))

    def test_an_interval_of_aiq_holds_it_and_leaves_out_what_is_not_wholly_known(self) -> None:
        random = np.random.default_rng(0)
        quality = (random.random((3, 300)) < [[0.4], [0.6], [0.7]]).astype(float)
        cost = np.tile([[1.0], [2.0], [4.0]], 300)
        low, high = aiq_interval(cost, quality, between=(1, 4))
        assert low < aiq(cost.mean(axis=1), quality.mean(axis=1), between=(1, 4)) < high
        quality[0, 2:] = nan
        assert np.isnan(aiq_interval(cost[:, 1:], quality[:, 1:], between=(1, 4))).all()

    def test_the_cheapest_that_will_do_is_the_cheapest_above_the_margin(self) -> None:
        assert cheapest_non_inferior([3, 1, 2, nan], [0.0, -0.02, -0.019, 0.5], 0.02) == 2
        assert isnan(cheapest_non_inferior([3, 1], [-0.3, nan], 0.02))
        with pytest.raises(OptionError, match="A margin is"):
            cheapest_non_inferior([1], [0], -1)
        with pytest.raises(OptionError, match="lower end"):
            cheapest_non_inferior([1, 2], [0], 0.1)
