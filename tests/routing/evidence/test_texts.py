"""A kernel test of two hosts' answers: planted differences are found, and none where there is none."""

from __future__ import annotations

from math import isnan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from routebook.routing.evidence.texts import compare_texts, vector

WORDS = (
    "the", "a", "prime", "number", "is", "odd", "even", "answer", "of", "to", "in", "that", "it", "was", "be", "are",
)  # fmt: skip


def answers(random: np.random.Generator, prompts: int, repeats: int, ending: str = ".") -> list[list[str]]:
    """Return answers of a dozen words; each prompt has words of its own."""
    made = []
    for prompt in range(prompts):
        own = np.roll(WORDS, prompt)[:8]
        made.append([" ".join(random.choice(own, 12)) + ending for _ in range(repeats)])
    return made


@pytest.mark.parametrize(("repeats", "prompts"), [(1, 40), (3, 20)])
class TestChances:
    """With one answer to a prompt, and with several."""

    def test_hosts_that_answer_alike_are_hardly_ever_told_apart(self, repeats: int, prompts: int) -> None:
        random = np.random.default_rng(repeats)
        found = [
            compare_texts(answers(random, prompts, repeats), answers(random, prompts, repeats), rounds=200, seed=seed).p
            for seed in range(120)
        ]
        assert np.mean(np.array(found) < 0.05) <= 0.05 + 0.06  # three standard deviations of room

    def test_a_host_with_a_habit_of_its_own_is_found(self, repeats: int, prompts: int) -> None:
        random = np.random.default_rng(0)
        ours, theirs = answers(random, prompts, repeats), answers(random, prompts, repeats, ", I think, and so on.")
        found = compare_texts(ours, theirs)
        assert found.p < 0.01
        assert found.discrepancy > 0
        assert found.within is (repeats > 1)

    def test_the_share_that_would_be_found_is_found_about_four_times_in_five(self, repeats: int, prompts: int) -> None:
        random = np.random.default_rng(7)
        third = answers(random, prompts, 4, ", I think, and so on.")
        least = compare_texts(
            answers(random, prompts, repeats), answers(random, prompts, repeats), third, rounds=400
        ).least_share
        assert 0 < least < 1
        hits = 0
        for seed in range(60):
            ours, theirs = answers(random, prompts, repeats), answers(random, prompts, repeats)
            mixed = [
                [str(random.choice(other)) if random.random() < least else text for text in own]
                for own, other in zip(theirs, third, strict=True)
            ]
            hits += compare_texts(ours, mixed, third, rounds=200, seed=seed).p < 0.05
        assert 0.55 <= hits / 60 <= 1


class TestOneAnswerEach:
    """What one answer to a prompt can show, and what it cannot."""

    def test_prompts_answered_otherwise_each_in_its_own_way_go_unseen(self) -> None:
        random = np.random.default_rng(1)
        ours = [["".join(random.choice(list("abcdefghijklmnopqrstuvwxyz "), 60))] for _ in range(30)]
        theirs = [["".join(random.choice(list("abcdefghijklmnopqrstuvwxyz "), 60))] for _ in range(30)]
        found = compare_texts(ours, theirs)
        assert found.p > 0.05
        assert found.identical == 0

    def test_the_same_texts_everywhere_are_no_difference(self) -> None:
        texts = [[f"Answer {number}."] for number in range(20)]
        found = compare_texts(texts, texts)
        assert (found.p, found.identical, found.discrepancy) == (1, 1, 0)


def test_prompts_that_one_host_did_not_answer_are_left_out() -> None:
    assert compare_texts([["a"], [], ["b"]], [["a"], ["x"], []]).prompts == 1
    assert isnan(compare_texts([[]], [["x"]]).p)


def test_the_same_answers_give_the_same_figures() -> None:
    random = np.random.default_rng(3)
    ours, theirs = answers(random, 10, 2), answers(random, 10, 2)
    assert compare_texts(ours, theirs) == compare_texts(ours, theirs)


def test_who_comes_first_changes_nothing_in_what_is_seen() -> None:
    random = np.random.default_rng(4)
    ours, theirs = answers(random, 12, 2), answers(random, 12, 2, "!?")
    one, other = compare_texts(ours, theirs), compare_texts(theirs, ours)
    assert one.identical == other.identical
    assert one.discrepancy == pytest.approx(other.discrepancy, rel=0.1)


@given(st.text(), st.text())
def test_the_kernel_is_from_0_to_1_and_1_for_the_same_text(one: str, other: str) -> None:
    assert vector(one) @ vector(one) == pytest.approx(1)
    assert -1e-9 <= vector(one) @ vector(other) <= 1 + 1e-9
