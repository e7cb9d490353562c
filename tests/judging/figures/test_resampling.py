"""Comparisons drawn again: whole prompts, folded, and simulated ones."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routebook.judging.figures.comparisons import Comparisons
from routebook.judging.figures.resampling import fold, simulated, told_by_prompt

Row = tuple[int, int, float, int]


def made_of(rows: list[Row], models: int = 4) -> Comparisons:
    a, b, share, prompt = (np.array(each) for each in zip(*rows, strict=True))
    names = tuple(f"m{number}" for number in range(models))
    return Comparisons(names, a, b, share.astype(float), np.unique(prompt, return_inverse=True)[1], np.zeros(len(a)))


PAIRS = st.sampled_from([(a, b) for b in range(4) for a in range(b)])
ROWS = st.lists(
    st.tuples(PAIRS, st.sampled_from([0.0, 0.25, 0.5, 0.75, 1.0]), st.integers(0, 5)).map(
        lambda drawn: (*drawn[0], drawn[1], drawn[2])
    ),
    min_size=1,
    max_size=30,
)


class TestFolding:
    """`fold`."""

    @given(ROWS)
    @settings(max_examples=100)
    def test_nothing_is_lost(self, rows: list[Row]) -> None:
        made = made_of(rows)
        folded = fold(made)
        kinds = folded.kinds
        counted = {
            (int(a), int(b), float(share)): int(number)
            for a, b, share, number in zip(kinds.first, kinds.second, kinds.share, folded.counts, strict=True)
        }
        assert counted == Counter((a, b, share) for a, b, share, _ in rows)
        assert (folded.profiles.T @ folded.times == folded.counts).all()
        assert kinds.wins(folded.counts, 4) == pytest.approx(made.wins())

    @given(ROWS, st.randoms(use_true_random=False))
    @settings(max_examples=50)
    def test_neither_the_order_of_rows_nor_the_names_of_prompts_matter(self, rows: list[Row], random: object) -> None:
        renamed = [(a, b, share, 17 - prompt) for a, b, share, prompt in rows]
        random.shuffle(renamed)  # type: ignore[attr-defined]
        one, other = ([*fold(made_of(each)).drawn(5, np.random.default_rng(1))] for each in (rows, renamed))
        assert np.array_equal(one, other)

    def test_prompts_with_the_same_votes_are_one_profile(self) -> None:
        rows = [(a, a + 1, 1.0, prompt) for prompt in range(1000) for a in range(3)]
        folded = fold(made_of(rows))
        assert (folded.times.tolist(), folded.profiles.shape, folded.by_prompt) == ([1000], (1, 3), True)

    def test_whole_prompts_are_drawn(self) -> None:
        rows = [(0, 1, 1.0, 0), (1, 2, 0.0, 0), (0, 1, 0.0, 1), (1, 2, 1.0, 1)]
        for counts in fold(made_of(rows)).drawn(50, np.random.default_rng(0)):
            lost, won = counts[:2]  # of the first pair
            assert counts.tolist() == [lost, won, won, lost]
            assert lost + won == 2

    def test_of_one_prompt_single_votes_are_drawn(self) -> None:
        folded = fold(made_of([(0, 1, 1.0, 0), (0, 1, 0.0, 0), (1, 2, 1.0, 0)]))
        assert not folded.by_prompt
        assert {tuple(counts) for counts in folded.drawn(200, np.random.default_rng(0))} >= {(3, 0, 0), (1, 1, 1)}

    def test_the_rounds_spread_as_drawing_by_hand_does(self) -> None:
        random = np.random.default_rng(2)
        rows = [(0, 1, float(random.random() < 0.6), prompt) for prompt in range(40) for _ in range(prompt % 3 + 1)]
        folded = fold(made_of(rows))
        ours = np.array([counts @ folded.kinds.share / counts.sum() for counts in folded.drawn(4000, random)])
        by_prompt = [[share for *_, share, prompt in rows if prompt == each] for each in range(40)]
        theirs = []
        for _ in range(4000):
            drawn = [share for each in random.integers(40, size=40) for share in by_prompt[each]]
            theirs.append(sum(drawn) / len(drawn))
        assert ours.mean() == pytest.approx(np.mean(theirs), abs=0.01)
        assert ours.std() == pytest.approx(np.std(theirs), rel=0.06)


class TestSimulated:
    """`simulated`."""

    def test_each_side_wins_as_often_as_its_strength_says(self) -> None:
        made = made_of([(0, 1, 1.0, prompt) for prompt in range(30)], models=2)
        kinds, rounds = simulated(made, np.array([np.log(3), 0.0]), 2000, np.random.default_rng(0))
        rates = [counts @ kinds.share / counts.sum() for counts in rounds]
        assert np.mean(rates) == pytest.approx(0.75, abs=0.01)
        assert np.std(rates) == pytest.approx(np.sqrt(0.75 * 0.25 / 30), rel=0.06)

    def test_votes_on_one_pair_of_one_prompt_fall_alike(self) -> None:
        made = made_of([(0, 1, 1.0, prompt) for prompt in range(6) for _ in range(5)], models=2)
        kinds, rounds = simulated(made, np.zeros(2), 100, np.random.default_rng(0))
        assert {counts @ kinds.share for counts in rounds} == {0, 5, 10, 15, 20, 25, 30}


class TestToldByPrompt:
    """`told_by_prompt`."""

    @given(ROWS)
    def test_it_is_the_mean_rank_of_what_was_compared_on_each_prompt(self, rows: list[Row]) -> None:
        made = made_of(rows)
        ranks = []
        for prompt in range(made.prompts):
            here = np.flatnonzero(made.prompt == prompt)
            design = np.zeros((len(here), 4))
            design[np.arange(len(here)), made.first[here]] = 1
            design[np.arange(len(here)), made.second[here]] = -1
            ranks.append(np.linalg.matrix_rank(design))
        assert told_by_prompt(made) == pytest.approx(np.mean(ranks))
