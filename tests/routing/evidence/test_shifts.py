"""Two samples, each with its uncertainty: against a known method, and in simulations."""

from __future__ import annotations

from math import isnan, nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.proportion import confint_proportions_2indep

from routebook.routing.evidence.estimates import Estimate, amount_of, quality_of
from routebook.routing.evidence.shifts import prompts_to_tell, ratio_shift, share_of, shift, smallest_shift


@given(st.integers(0, 40), st.integers(41, 90), st.integers(0, 70), st.integers(71, 200))
def test_of_shares_it_is_newcombes_method_10(won: int, of: int, lost: int, others: int) -> None:
    theirs = confint_proportions_2indep(won, of, lost, others, method="newcomb", compare="diff")
    found = shift(share_of(won, of), share_of(lost, others))
    assert (found.low, found.high) == pytest.approx(theirs, abs=1e-9)
    assert (found.p < 0.05) == (not found.low <= 0 <= found.high)


def test_it_holds_the_true_change_in_92_to_98_of_100_simulations() -> None:
    random = np.random.default_rng(0)
    held = false = 0
    for _ in range(600):
        old, new = (quality_of((random.random(size) < share).astype(float)) for size, share in ((80, 0.8), (150, 0.7)))
        held += (found := shift(new, old)).low <= -0.1 <= found.high
        same = quality_of((random.random(150) < 0.8).astype(float))
        false += shift(same, old).p < 0.05
    assert 0.92 <= held / 600 <= 0.98
    assert false / 600 <= 0.08


def test_a_ratio_of_costs_holds_the_true_one() -> None:
    random = np.random.default_rng(1)
    held = 0
    for _ in range(600):
        old, new = (amount_of(factor * random.lognormal(0, 0.6, 90)) for factor in (1.0, 1.5))
        held += (found := ratio_shift(new, old)).low <= 1.5 <= found.high
    assert 0.92 <= held / 600 <= 0.98


def test_a_change_as_small_as_is_seen_is_found_four_times_in_five() -> None:
    random = np.random.default_rng(2)
    old = quality_of((random.random(300) < 0.7).astype(float))._replace(value=0.7)
    least = smallest_shift(share_of(140, 200), old)
    truth = 0.7 - least
    p = []
    for _ in range(400):
        before = quality_of((random.random(300) < 0.7).astype(float))
        p.append(shift(quality_of((random.random(200) < truth).astype(float)), before).p)
    assert 0.7 <= np.mean(np.array(p) < 0.05) <= 0.9


def test_as_many_prompts_as_are_said_rule_a_loss_out_four_times_in_five() -> None:
    random = np.random.default_rng(3)
    needed = prompts_to_tell(share_of(1600, 2000), 0.06, 0.4)
    ruled_out = 0
    for _ in range(300):
        old = quality_of((random.random(2000) < 0.8).astype(float))
        new = quality_of((random.random(int(needed)) < 0.8).astype(float))
        ruled_out += shift(new, old).low > -0.06
    assert 0.7 <= ruled_out / 300 <= 0.9


def test_what_is_unknown_stays_unknown() -> None:
    assert isnan(shift(Estimate(nan, nan, nan, 0), share_of(1, 2)).p)
    assert isnan(ratio_shift(Estimate(0.0, 0.0, 0.0, 5), Estimate(1.0, 0.9, 1.1, 5)).change)
