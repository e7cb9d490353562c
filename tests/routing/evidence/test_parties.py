"""Vendors, hosts and models behind a policy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from routebook.routing.evidence.parties import hhi, is_own, parties_of, vendors_of

SHARES = st.lists(st.floats(0.001, 1), min_size=1, max_size=20).map(np.array)


def test_the_index_of_known_markets() -> None:
    assert hhi(np.array([0.3, 0.3, 0.2, 0.2])) == pytest.approx(0.26)  # 2600 of 10,000, as authorities write it
    assert hhi(np.array([1.0, 0.0])) == 1


@given(SHARES)
def test_the_index_is_between_that_of_equal_ones_and_one(shares: np.ndarray) -> None:
    assert 1 / len(shares) - 1e-12 <= hhi(shares) <= 1 + 1e-12


@given(SHARES, st.floats(0.01, 100))
def test_the_index_is_of_shares_and_not_of_amounts(shares: np.ndarray, factor: float) -> None:
    assert hhi(factor * shares) == pytest.approx(hhi(shares))


@given(SHARES)
def test_splitting_everyone_in_two_halves_the_index(shares: np.ndarray) -> None:
    assert hhi(np.concatenate([shares, shares])) == pytest.approx(hhi(shares) / 2)


def test_claude_at_two_hosts_is_one_vendor_two_hosts_and_two_models() -> None:
    models = ["anthropic/claude-haiku-5-5", "bedrock/us.anthropic.claude-haiku-5-5-v1:0"]
    found = parties_of(models, vendors_of(models))
    assert [(party.kind, party.name, party.places) for party in found] == [
        ("vendor", "anthropic", (0, 1)),
        ("host", "anthropic", (0,)),
        ("host", "bedrock", (1,)),
        ("model", models[0], (0,)),
        ("model", models[1], (1,)),
    ]


@pytest.mark.parametrize(
    ("host", "vendor", "own"),
    [
        ("bedrock", "amazon", True),
        ("bedrock", "anthropic", False),
        ("google", "google", True),
        ("azure", "microsoft", True),
        ("azure", "openai", False),
        ("openrouter", "openai", False),
        ("unknown", "unknown", False),
    ],
)
def test_a_hosts_own_model_is_made_by_the_company_that_runs_it(host: str, vendor: str, own: bool) -> None:
    assert is_own(host, vendor) is own
