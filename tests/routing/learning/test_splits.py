"""Which prompts belong together, and how they are divided."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from routebook.routing.learning.splits import alike, apart, folds

STORY = "a king had three daughters and the youngest of them was called rose by all the people of the land who knew her"


class TestAlike:
    """Prompts that are nearly the same."""

    @pytest.mark.parametrize(
        "other",
        ["what is 2 + 2", "WHAT IS 2 + 2?", "What  is\n2 + 2 ?", "What is 2 - 2?"],
        ids=["punctuation", "case", "white space", "signs"],
    )
    def test_case_space_and_punctuation_tell_nothing_apart(self, other: str) -> None:
        assert alike(["What is 2 + 2?", other]).tolist() == [0, 0]

    def test_a_number_tells_short_prompts_apart(self) -> None:
        assert alike(["What is 2 + 2?", "What is 2 + 3?"]).tolist() == [0, 1]

    def test_a_long_prompt_with_a_word_more_or_less_is_the_same(self) -> None:
        assert alike([STORY, "once " + STORY, STORY + " well"]).tolist() == [0, 0, 0]

    def test_half_of_a_text_is_another_prompt(self) -> None:
        words = STORY.split()
        assert alike([STORY, " ".join(words[: len(words) // 2])]).tolist() == [0, 1]

    def test_what_is_like_a_third_is_in_one_group_with_it(self) -> None:
        words = STORY.split()
        chain = [" ".join(words[:22]), STORY, STORY + " and well"]
        assert len(set(alike(chain).tolist())) == 1

    def test_a_template_with_other_contents_is_not_the_same(self) -> None:
        template = f"Read the following story with care and answer in one word only. {STORY}. Who is the hero of number"
        assert len(set(alike([f"{template} {number}?" for number in range(100)]).tolist())) == 100

    def test_texts_of_signs_alone_are_themselves(self) -> None:
        assert alike(["???", "!!!", "???", ""]).tolist() == [0, 1, 0, 2]

    @given(st.lists(st.text(max_size=30), min_size=1, max_size=12))
    def test_equal_texts_are_in_one_group_and_groups_are_counted_in_their_order(self, texts: list[str]) -> None:
        groups = alike(texts).tolist()
        assert all(groups[texts.index(text)] == group for text, group in zip(texts, groups, strict=True))
        firsts = list(dict.fromkeys(groups))
        assert firsts == list(range(len(firsts)))


GROUPS = st.lists(st.integers(0, 20), min_size=1, max_size=80).map(np.array)


class TestFolds:
    """Prompts dealt into parts."""

    @given(GROUPS, st.integers(2, 7), st.integers(0, 5))
    def test_no_group_is_divided(self, groups: np.ndarray, parts: int, seed: int) -> None:
        dealt = folds(groups, [()] * len(groups), parts, seed)
        assert all(len(set(dealt[groups == group].tolist())) == 1 for group in groups)
        assert set(dealt.tolist()) <= set(range(parts))

    def test_parts_are_of_the_same_size_and_mix_of_tags(self) -> None:
        tags = [("a",)] * 50 + [("b",)] * 25 + [()] * 25
        dealt = folds(np.arange(100), tags, 5, 0)
        for part in range(5):
            own = [tags[place] for place in np.flatnonzero(dealt == part)]
            assert (own.count(("a",)), own.count(("b",)), own.count(())) == (10, 5, 5)

    def test_large_groups_do_not_meet_in_one_part(self) -> None:
        groups = np.repeat(np.arange(25), [20] * 5 + [1] * 20)
        assert np.bincount(folds(groups, [()] * len(groups), 5, 0)).tolist() == [24] * 5

    def test_another_seed_deals_otherwise_and_the_same_does_not(self) -> None:
        one, again, other = (folds(np.arange(40), [()] * 40, 5, seed).tolist() for seed in (1, 1, 2))
        assert one == again != other


class TestApart:
    """Prompts kept for the last test."""

    @pytest.mark.parametrize("share", [0.1, 1 / 3, 0.5, 0.8])
    def test_about_the_share_of_each_tag_is_kept(self, share: float) -> None:
        tags = [("a",)] * 400 + [("b",)] * 100
        aside = apart(np.arange(500), tags, share, 0)
        assert aside[:400].mean() == pytest.approx(share, abs=0.02)
        assert aside[400:].mean() == pytest.approx(share, abs=0.05)

    @given(GROUPS, st.floats(0.05, 0.9))
    def test_no_group_is_divided(self, groups: np.ndarray, share: float) -> None:
        aside = apart(groups, [()] * len(groups), share, 0)
        assert all(len(set(aside[groups == group].tolist())) == 1 for group in groups)
