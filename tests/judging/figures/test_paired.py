"""Differences on the same prompts: against statsmodels and SciPy, and against runs without any difference."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from math import isnan, nan

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.stats import permutation_test
from statsmodels.stats.contingency_tables import mcnemar as their_mcnemar
from statsmodels.stats.multitest import multipletests

from routebook.judging.figures.folding import OnPrompt
from routebook.judging.figures.paired import bonett_price, bootstrap_interval, compared, holm, mcnemar, sign_flips

GRID = st.sampled_from([step / 20 for step in range(21)])


def scored(values: Sequence[float], answers: int = 1) -> dict[str, OnPrompt]:
    """Return a model's means on prompts numbered from 0."""
    return {str(prompt): OnPrompt(value, answers) for prompt, value in enumerate(values)}


class TestRightOrWrong:
    """One answer to a prompt, right or wrong."""

    @pytest.mark.parametrize(("wins", "losses"), [(0, 0), (1, 0), (5, 5), (9, 1), (0, 12), (30, 50), (400, 500)])
    def test_the_p_value_is_mcnemars_exact_one(self, wins: int, losses: int) -> None:
        theirs = their_mcnemar([[7, wins], [losses, 5]], exact=True).pvalue
        assert mcnemar(wins, losses) == pytest.approx(theirs, rel=1e-9)

    def test_the_interval_is_bonett_and_prices(self) -> None:
        # Bonett's own example in the R package statpsych: ci.prop.ps(.05, 12, 4, 26, 6)
        assert bonett_price(26, 4, 48)[0] == pytest.approx(0.2548067, abs=1e-7)

    def test_both_are_used_of_the_prompts_that_both_have(self) -> None:
        a, b = scored([1, 1, 1, 1, 0, 1]), scored([0, 0, 1, 1, 1])
        found = compared(a, b)
        assert (found.difference, found.prompts, found.method) == (pytest.approx(0.2), 5, "McNemar")
        assert (found.low, found.high, found.p) == (*bonett_price(2, 1, 5), mcnemar(2, 1))

    @given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=18))
    def test_flipping_signs_is_mcnemars_test(self, right: list[tuple[bool, bool]]) -> None:
        each = [float(a) - float(b) for a, b in right]
        assert sign_flips(each) == pytest.approx(mcnemar(each.count(1.0), each.count(-1.0)))

    def test_models_that_agree_everywhere_are_not_known_to_be_equal(self) -> None:
        found = compared(scored([1.0] * 20), scored([1.0] * 20))
        assert (found.difference, found.p) == (0, 1)
        assert found.low < -0.05 < 0.05 < found.high


class TestScores:
    """Scores from 0 to 1, and repeats."""

    def test_repeats_are_not_taken_for_right_or_wrong(self) -> None:
        assert compared(scored([1, 1, 0, 1], answers=2), scored([0, 1, 0, 0], answers=2)).method == "sign flips"

    def test_the_p_value_is_scipys_paired_permutation_test(self) -> None:
        each = [0.2, -0.1, 0.45, 0.3, 0.05, -0.35, 0.2, 0.6, 0.0, 0.15]
        theirs = permutation_test((each,), np.mean, permutation_type="samples", n_resamples=np.inf).pvalue
        assert sign_flips(each) == pytest.approx(theirs)

    @pytest.mark.parametrize("steps", [1, 5, 1000])
    def test_of_many_prompts_the_limit_is_close_and_on_the_safe_side(self, steps: int) -> None:
        draw = np.random.default_rng(3)
        each = draw.binomial(2 * steps, 0.62, 60) / steps - 1
        theirs = permutation_test(
            (each,), np.mean, permutation_type="samples", n_resamples=50_000, rng=np.random.default_rng(1)
        ).pvalue
        assert sign_flips(each.tolist()) == pytest.approx(theirs, rel=0.25, abs=0.002)

    def test_the_interval_is_the_same_each_time(self) -> None:
        a, b = scored([0.2, 0.4, 0.9, 0.7, 0.5, 0.6, 0.8]), scored([0.1, 0.5, 0.6, 0.6, 0.1, 0.4, 0.9])
        assert compared(a, b) == compared(a, b)

    def test_the_other_way_round_it_is_the_opposite(self) -> None:
        a, b = scored([0.2, 0.4, 0.9, 0.7, 0.5, 0.6, 0.8]), scored([0.1, 0.5, 0.6, 0.6, 0.1, 0.4, 0.9])
        one, other = compared(a, b), compared(b, a)
        assert (other.difference, other.p) == (-one.difference, one.p)
        assert (other.low, other.high) == pytest.approx((-one.high, -one.low), abs=0.02)

    def test_folding_thousands_of_differences_changes_the_interval_little(self) -> None:
        draw = np.random.default_rng(5)
        each = draw.normal(0.02, 0.2, 3_000).clip(-1, 1)
        half = 1.96 * each.std(ddof=1) / np.sqrt(each.size)
        assert bootstrap_interval(each.tolist()) == pytest.approx((each.mean() - half, each.mean() + half), abs=5e-4)

    @given(st.lists(st.tuples(GRID, GRID), min_size=1, max_size=30))
    def test_the_interval_holds_the_difference_and_has_a_width(self, pairs: list[tuple[float, float]]) -> None:
        found = compared(scored([a for a, _ in pairs]), scored([b for _, b in pairs]))
        assert -1 <= found.low <= found.difference + 1e-9
        assert found.difference - 1e-9 <= found.high <= 1
        assert found.high - found.low > 1e-6
        assert 0 <= found.p <= 1

    @pytest.mark.parametrize("by", [0.0, 0.05, -0.3])
    def test_where_all_differences_are_the_same_others_may_have_gone_unseen(self, by: float) -> None:
        found = compared(scored([0.5 + by] * 12), scored([0.5] * 12))
        assert (found.difference, found.method) == (pytest.approx(by), "all equal")
        assert found.low < by - 0.1 < by + 0.1 < found.high

    def test_the_same_small_advantage_everywhere_is_no_proof_until_there_is_much_of_it(self) -> None:
        p = [compared(scored([0.6] * prompts), scored([0.5] * prompts)).p for prompts in (10, 100)]
        assert p[0] > 0.5
        assert p[1] < 0.001

    def test_without_a_common_prompt_nothing_is_known(self) -> None:
        found = compared({"1": OnPrompt(1.0, 1)}, {"2": OnPrompt(1.0, 1)})
        assert (found.prompts, found.method) == (0, "no common prompt")
        assert all(map(isnan, found[:4]))

    def test_one_common_prompt_tells_next_to_nothing(self) -> None:
        found = compared({"1": OnPrompt(0.75, 1)}, {"1": OnPrompt(0.25, 1)})
        assert found.difference == 0.5
        assert found.low < 0 < found.high
        assert found.p > 0.5


class TestHolm:
    """`holm`."""

    @settings(max_examples=20)  # statsmodels takes its time
    @given(st.lists(st.floats(0, 1), min_size=1, max_size=20))
    def test_it_is_statsmodels_own(self, chances: list[float]) -> None:
        assert holm(chances) == pytest.approx(multipletests(chances, method="holm")[1])

    def test_what_is_unknown_is_no_comparison(self) -> None:
        assert holm([0.01, nan, 0.04])[::2] == holm([0.01, 0.04])


def scores_of(draw: np.random.Generator, kind: str, prompts: int, models: int) -> NDArray[np.float64]:
    """Return scores of equally good models on prompts that are easy or hard for all of them."""
    easy = draw.beta(1, 1, prompts)
    if kind == "right or wrong":
        return (draw.random((models, prompts)) < easy).astype(float)
    if kind == "five repeats":
        return draw.binomial(5, easy, (models, prompts)) / 5
    return np.clip(easy + draw.normal(0, 0.1, (models, prompts)), 0, 1)


@pytest.mark.parametrize(
    ("kind", "prompts"), [("right or wrong", 40), ("five repeats", 10), ("five repeats", 25), ("continuous", 10)]
)
def test_of_five_equally_good_models_hardly_one_run_in_20_tells_any_two_apart(kind: str, prompts: int) -> None:
    draw = np.random.default_rng(6)
    told, held = [], []
    for _ in range(80):
        models = [scored(row, 5 if kind == "five repeats" else 1) for row in scores_of(draw, kind, prompts, 5).tolist()]
        found = [compared(a, b) for a, b in combinations(models, 2)]
        told.append(min(holm([difference.p for difference in found])) < 0.05)
        held += [difference.low <= 0 <= difference.high for difference in found]
    assert np.mean(told) <= 0.10  # 0.05, and the noise of 80 runs
    assert np.mean(held) >= 0.92
