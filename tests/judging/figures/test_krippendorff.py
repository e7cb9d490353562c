"""Krippendorff's alpha: published figures, another implementation, and what is not known."""

from __future__ import annotations

from itertools import permutations
from math import isnan
from typing import Literal

import evalica
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routebook.judging.figures.krippendorff import alpha, alpha_interval

# K. Krippendorff, "Computing Krippendorff's alpha-reliability" (2011), example C: four observers, twelve units, gaps.
OBSERVERS = ("123321412...", "1233224125.3", ".3332342251.", "12332441251.")
PUBLISHED = [[int(word) for word in unit if word != "."] for unit in zip(*OBSERVERS, strict=True)]

Distance = Literal["nominal", "interval"]


def by_hand(units: list[list[int]], distance: Distance) -> float:
    """One minus observed over expected disagreement, as the definition goes, ordered pair by ordered pair."""

    def apart(one: int, other: int) -> float:
        return float(one != other) if distance == "nominal" else float(one - other) ** 2

    compared = [unit for unit in units if len(unit) > 1]
    words = [word for unit in compared for word in unit]
    observed = sum(sum(apart(*pair) for pair in permutations(unit, 2)) / (len(unit) - 1) for unit in compared)
    expected = sum(apart(*pair) for pair in permutations(words, 2)) / (len(words) - 1)
    return 1 - observed / expected


def theirs(units: list[list[int]], distance: Distance) -> float:
    most = max(map(len, units))
    rated = pd.DataFrame([[*unit, *[None] * (most - len(unit))] for unit in units]).T.astype(float)
    return float(evalica.alpha(rated, distance=distance).alpha)


UNITS = st.lists(st.lists(st.integers(0, 4), min_size=0, max_size=4), min_size=2, max_size=15).filter(
    lambda units: len({word for unit in units if len(unit) > 1 for word in unit}) > 1
)


class TestAlpha:
    """`alpha`."""

    @pytest.mark.parametrize(("distance", "value"), [("nominal", 0.743), ("interval", 0.849)])
    def test_it_is_the_published_one(self, distance: Distance, value: float) -> None:
        assert round(alpha(PUBLISHED, distance), 3) == value

    @given(UNITS, st.sampled_from(["nominal", "interval"]))
    @settings(max_examples=150)
    def test_it_is_that_of_evalica_and_of_the_definition(self, units: list[list[int]], distance: Distance) -> None:
        found = alpha(units, distance)
        assert found == pytest.approx(by_hand(units, distance), abs=1e-9)
        assert found == pytest.approx(theirs(units, distance), abs=1e-9)

    def test_an_interval_does_not_hang_on_where_zero_is(self) -> None:
        moved = [[word + 10_000_000 for word in unit] for unit in PUBLISHED]
        assert alpha(moved, "interval") == pytest.approx(alpha(PUBLISHED, "interval"), abs=1e-9)

    @pytest.mark.parametrize("units", [[], [["a"], ["b"]], [["a", "a"], ["a", "a", "a"]], [["a", "a"], ["b"]]])
    def test_without_two_words_or_without_variation_it_is_unknown(self, units: list[list[str]]) -> None:
        assert isnan(alpha(units))

    def test_constant_scores_are_unknown_whatever_their_rounding(self) -> None:
        assert isnan(alpha([[0.1 + 0.2, 0.1 + 0.2]] * 7, "interval"))


class TestInterval:
    """`alpha_interval`."""

    def test_units_of_a_prompt_are_drawn_together(self) -> None:
        alone = alpha_interval(PUBLISHED * 8, range(12 * 8))
        together = alpha_interval(PUBLISHED * 8, [place % 12 for place in range(12 * 8)])
        assert alone[0] < alpha(PUBLISHED * 8) < alone[1]
        assert together[1] - together[0] > alone[1] - alone[0]

    def test_it_covers_the_truth(self) -> None:
        # Two raters who each say the true one of three words with chance 0.8, and else any of the three.
        random = np.random.default_rng(0)
        agree = 0.8**2 + (1 - 0.8**2) / 3
        truth = 1 - (1 - agree) / (1 - 1 / 3)
        held = 0
        for seed in range(300):
            true = random.integers(3, size=100)
            said = [np.where(random.random(100) < 0.8, true, random.integers(3, size=100)) for _ in range(2)]
            low, high = alpha_interval(np.stack(said, axis=1).tolist(), range(100), rounds=400, seed=seed)
            held += low <= truth <= high
        assert 0.92 <= held / 300 <= 0.98

    @pytest.mark.parametrize("units", [[], [["a", "a"]], [["a", "a"], ["b", "b"]], [["a", "b"]]])
    def test_where_no_draw_differs_it_is_unknown(self, units: list[list[str]]) -> None:
        assert all(map(isnan, alpha_interval(units, range(len(units)))))

    def test_the_seed_decides(self) -> None:
        assert alpha_interval(PUBLISHED, range(12), seed=1) == alpha_interval(PUBLISHED, range(12), seed=1)
        assert alpha_interval(PUBLISHED, range(12), seed=1) != alpha_interval(PUBLISHED, range(12), seed=2)
