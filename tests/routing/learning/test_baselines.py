"""What rules are held against: single models, a table of tags, and two that read the words."""

from __future__ import annotations

import os
from math import nan
from pathlib import Path

import numpy as np
import pytest
from tests.support.matrices import matrix

from routebook.outcomes import Outcomes
from routebook.routing.learning.baselines import Baseline, Overall, TagTable
from routebook.routing.learning.matrix import Matrix
from routebook.routing.learning.metrics import apgr
from routebook.routing.learning.text_baselines import NearestPrompts, Reader, RidgeOnWords

DATA = Path(os.environ.get("ROUTEBOOK_DATA") or Path(__file__).parents[4] / "shared" / "data")

TEXT = (NearestPrompts(), RidgeOnWords())
ALL: tuple[Baseline, ...] = (Overall(), TagTable(), *TEXT)


def two_kinds(prompts: int, seed: int = 0) -> Matrix:
    """Return prompts of code, where the second model is better, and of prose, where the first is."""
    random = np.random.default_rng(seed)
    code = random.random(prompts) < 0.5
    chance = np.where(code[:, None], [0.2, 0.9], [0.9, 0.2])
    words = {True: "python function returns a list", False: "poem about the old sea"}
    return matrix(
        (random.random((prompts, 2)) < chance).astype(float),
        texts=[f"{words[bool(each)]} number {number}" for number, each in enumerate(code)],
        tags=["code" if each else "prose" for each in code],
    )


@pytest.mark.parametrize("baseline", ALL[1:], ids=lambda baseline: baseline.name)
def test_what_models_are_good_at_is_found(baseline: Baseline) -> None:
    test = two_kinds(200, seed=1)
    predicted = baseline.fit(two_kinds(300)).predict_quality(test)
    better = predicted.argmax(axis=1)
    assert (better == [tags == ("code",) for tags in test.tags]).mean() > 0.97


@pytest.mark.parametrize("baseline", ALL, ids=lambda baseline: baseline.name)
def test_the_same_prompts_give_the_same_predictions(baseline: Baseline) -> None:
    test = two_kinds(50, seed=1)
    one, other = (baseline.fit(two_kinds(100)).predict_quality(test) for _ in range(2))
    assert one.tolist() == other.tolist()


@pytest.mark.parametrize("baseline", ALL, ids=lambda baseline: baseline.name)
def test_what_is_unknown_is_left_out_and_a_model_of_which_nothing_is_known_stays_unknown(baseline: Baseline) -> None:
    train = two_kinds(200)
    quality = np.column_stack([train.quality, np.full(200, nan)])
    quality[::3, 0] = nan
    predicted = baseline.fit(matrix(quality, texts=list(train.texts), tags=list(train.tags))).predict_quality(train)
    assert np.isnan(predicted[:, 2]).all()
    assert not np.isnan(predicted[:, :2]).any()
    assert predicted[:, 0].mean() == pytest.approx(np.nanmean(quality[:, 0]), abs=0.1)


@pytest.mark.parametrize("baseline", ALL, ids=lambda baseline: baseline.name)
@pytest.mark.parametrize("text", ["", "?!", "the same words", "素数を一つ挙げてください"])
def test_prompts_that_cannot_be_told_apart_get_the_same_means(baseline: Baseline, text: str) -> None:
    train = matrix([[1, 0], [1, 1], [0, 0], [1, 0]] * 10, texts=[text] * 40)
    predicted = baseline.fit(train).predict_quality(matrix([[0, 0]] * 2, texts=[text, text]))
    assert predicted[0] == pytest.approx([0.75, 0.25], abs=0.15)
    assert predicted[0].tolist() == predicted[1].tolist()


@pytest.mark.parametrize("baseline", ALL, ids=lambda baseline: baseline.name)
def test_one_prompt_is_enough_to_be_fitted(baseline: Baseline) -> None:
    predicted = baseline.fit(matrix([[1, 0]])).predict_quality(matrix([[0, 0]] * 3))
    assert predicted == pytest.approx(np.tile([1.0, 0.0], (3, 1)))


class TestTagTable:
    """`TagTable`."""

    def test_tags_that_tell_nothing_are_drawn_to_the_mean_of_all(self) -> None:
        random = np.random.default_rng(0)
        quality = (random.random((3_000, 2)) < 0.5).astype(float)
        train = matrix(quality, tags=[f"t{number % 100}" for number in range(3_000)])
        predicted = TagTable().fit(train).predict_quality(train)
        raw = np.array([quality[number::100].mean(axis=0) for number in range(100)])
        assert predicted.std(axis=0).max() < raw.std(axis=0).min() / 2

    def test_a_tag_that_was_never_seen_gets_about_the_mean(self) -> None:
        train = two_kinds(400)
        predicted = TagTable().fit(train).predict_quality(matrix([[0, 0]], tags=["never seen"]))
        assert predicted[0] == pytest.approx(train.quality.mean(axis=0))

    def test_few_prompts_count_for_little(self) -> None:
        tags = ["a"] * 300 + ["b"] * 300 + ["rare"] * 2
        quality = np.array([[1, 0]] * 290 + [[0, 1]] * 10 + [[0, 1]] * 290 + [[1, 0]] * 10 + [[1, 0]] * 2)
        predicted = TagTable().fit(matrix(quality, tags=tags)).predict_quality(matrix([[0, 0]] * 2, tags=["a", "rare"]))
        assert predicted[0, 0] - predicted[0, 1] == pytest.approx(0.93, abs=0.02)
        assert 0 < predicted[1, 0] - predicted[1, 1] < 1


class TestReader:
    """`Reader`, and what both that read it do with many prompts."""

    def test_what_was_read_last_is_not_read_again(self) -> None:
        reader, train, test = Reader(), two_kinds(60), two_kinds(20, seed=1)
        assert reader.learn(train) is reader.learn(train)
        assert reader.learn(train).terms_of(test) is reader.learn(train).terms_of(test)
        assert reader.learn(test) is not reader.learn(train)

    def test_sharing_a_reader_changes_nothing(self) -> None:
        reader, train, test = Reader(), two_kinds(60), two_kinds(20, seed=1)
        for shared, alone in ((NearestPrompts(reader), NearestPrompts()), (RidgeOnWords(reader), RidgeOnWords())):
            made = [baseline.fit(train).predict_quality(test).tolist() for baseline in (shared, alone)]
            assert made[0] == made[1]

    def test_of_very_many_prompts_some_are_fitted_on_and_that_is_said(self) -> None:
        train = two_kinds(10_500)
        fitted = NearestPrompts().fit(train)
        assert "fitted on 10,000 of 10,500 training prompts" in fitted.note
        assert "fitted on" not in NearestPrompts().fit(two_kinds(60)).note

    def test_a_note_says_what_was_picked(self) -> None:
        assert "penalty " in RidgeOnWords().fit(two_kinds(60)).note
        assert "neighbour" in NearestPrompts().fit(two_kinds(60)).note


@pytest.mark.skipif(not DATA.is_dir(), reason=f"the outcomes are not here: set ROUTEBOOK_DATA ({DATA})")
@pytest.mark.parametrize("baseline", ALL[1:], ids=lambda baseline: baseline.name)
def test_on_mmlu_each_does_about_as_well_as_is_known(baseline: Baseline) -> None:
    """Known means over seeds with 1,500 labels: 0.649 (subject table), 0.633 (ridge), 0.627 (kNN)."""
    weak, strong = "mistralai/Mixtral-8x7B-Instruct-v0.1", "gpt-4-1106-preview"
    outcomes = Outcomes.from_frame(DATA / "mmlu_outcomes.csv.gz", tag="subject", models=[weak, strong])
    prompts = outcomes.prompts
    table = matrix(outcomes.wide().to_numpy(), texts=prompts["prompt"].tolist(), tags=prompts["tags"].tolist())
    order = np.random.default_rng(0).permutation(len(table))
    test = table.take(order[len(table) // 2 :])
    predicted = baseline.fit(table.take(order[:1_500])).predict_quality(test)
    assert 0.61 < apgr(*test.quality.T, predicted[:, 1] - predicted[:, 0]) < 0.68
