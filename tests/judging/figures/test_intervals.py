"""Intervals of shares and of mean scores: against statsmodels, and against a simulated truth."""

from __future__ import annotations

from math import isnan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from statsmodels.stats.proportion import proportion_confint

from routebook.judging.figures.intervals import mean_interval, wilson

SCORES = st.lists(st.floats(0, 1), min_size=1, max_size=40)


class TestWilson:
    """`wilson`."""

    @pytest.mark.parametrize(("successes", "trials"), [(0, 1), (1, 1), (0, 20), (8, 10), (50, 100), (997, 1000)])
    @pytest.mark.parametrize("confidence", [0.9, 0.95, 0.99])
    def test_it_is_statsmodels_own(self, successes: int, trials: int, confidence: float) -> None:
        theirs = proportion_confint(successes, trials, alpha=1 - confidence, method="wilson")
        assert wilson(successes, trials, confidence) == pytest.approx(theirs, abs=1e-12)

    def test_of_nothing_nothing_is_known(self) -> None:
        assert all(map(isnan, wilson(0, 0)))


class TestMeans:
    """`mean_interval`."""

    @given(st.lists(st.booleans(), min_size=1, max_size=60))
    def test_of_right_and_wrong_answers_it_is_wilsons(self, right: list[bool]) -> None:
        assert mean_interval([float(each) for each in right]) == wilson(sum(right), len(right))

    @given(SCORES)
    def test_it_holds_the_mean_and_stays_between_0_and_1_and_has_a_width(self, scores: list[float]) -> None:
        low, high = mean_interval(scores)
        assert 0 <= low <= sum(scores) / len(scores) + 1e-12
        assert sum(scores) / len(scores) - 1e-12 <= high <= 1
        assert high - low > 1e-6

    @given(SCORES)
    def test_what_is_good_and_what_is_bad_is_a_matter_of_sign(self, scores: list[float]) -> None:
        low, high = mean_interval(scores)
        turned = mean_interval([1 - score for score in scores])
        assert (1 - turned[1], 1 - turned[0]) == pytest.approx((low, high), abs=1e-6)

    @pytest.mark.parametrize("score", [0.0, 0.5, 1.0])
    def test_where_all_prompts_got_the_same_each_is_one_trial(self, score: float) -> None:
        assert mean_interval([score] * 30) == pytest.approx(wilson(30 * score, 30))

    @given(SCORES, st.floats(0.1, 100))
    def test_where_all_prompts_count_the_same_weights_change_nothing(self, scores: list[float], weight: float) -> None:
        weighted = mean_interval(scores, weights=[weight] * len(scores))
        assert weighted == pytest.approx(mean_interval(scores), abs=1e-6)

    @given(st.lists(st.tuples(st.floats(0, 1), st.integers(1, 50)), min_size=1, max_size=20))
    def test_it_holds_the_weighted_mean(self, given: list[tuple[float, int]]) -> None:
        scores, weights = zip(*given, strict=True)
        low, high = mean_interval(scores, weights=weights)
        assert low - 1e-9 <= np.average(scores, weights=weights) <= high + 1e-9

    def test_of_words_that_are_alike_on_a_prompt_it_holds_the_truth(self) -> None:
        random = np.random.default_rng(0)
        held = []
        for _ in range(500):
            words = random.integers(1, 11, 30)
            same = random.binomial(words, random.beta(2.1, 0.9, 30)) / words
            low, high = mean_interval(same.tolist(), weights=words.tolist())
            held.append(low <= 0.7 <= high)
        assert 0.92 <= np.mean(held) <= 0.98

    def test_repeats_tell_less_the_more_they_resemble_each_other(self) -> None:
        alike, mixed = [1.0] * 10 + [0.0] * 10, [0.6] * 10 + [0.4] * 10
        widths = [high - low for low, high in map(mean_interval, (alike, mixed))]
        assert widths[1] < widths[0] / 3

    def test_of_no_prompts_nothing_is_known(self) -> None:
        assert all(map(isnan, mean_interval([])))

    @pytest.mark.parametrize("prompts", [10, 30, 100])
    @pytest.mark.parametrize("mean", [0.5, 0.9])
    @pytest.mark.parametrize("kind", ["right or wrong", "five alike repeats", "five apart repeats", "continuous"])
    def test_it_holds_the_truth_in_about_95_of_100_runs(self, prompts: int, mean: float, kind: str) -> None:
        draw = np.random.default_rng(4)

        def scores() -> NDArray[np.float64]:
            if kind == "right or wrong":
                return (draw.random(prompts) < mean).astype(float)
            if kind == "five alike repeats":
                return draw.binomial(5, draw.beta(mean, 1 - mean, prompts)) / 5
            if kind == "five apart repeats":
                return draw.binomial(5, mean, prompts) / 5
            return draw.beta(8 * mean, 8 * (1 - mean), prompts)

        runs = [mean_interval(scores().tolist()) for _ in range(500)]
        assert 0.905 <= np.mean([low <= mean <= high for low, high in runs]) <= 0.995
