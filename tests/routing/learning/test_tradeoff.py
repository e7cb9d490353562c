"""`rb.tradeoff`: between a weak and a strong model, on prompts that were not learned from."""

from __future__ import annotations

from datetime import date
from math import isnan, nan
from typing import Any

import numpy as np
import pytest
from tests.support.planted import planted
from tests.support.safe_html import PAGE_TAGS, read

import routebook as rb
from routebook.errors import OptionError, OutcomesError
from routebook.outcomes import Outcomes
from routebook.routing.learning.tradeoff import Tradeoff
from routebook.routing.policy import Policy

DAY = date(2026, 11, 30)
WEAK, STRONG = "sim/m0", "sim/m1"


def made(train: Outcomes, test: Outcomes, **options: Any) -> Tradeoff:
    return rb.tradeoff(train, test, **{"weak": WEAK, "strong": STRONG} | options)


def sure(prompts: int, first: int = 0) -> Outcomes:
    """Return prompts of three kinds: the weak model is right on the first, and the strong one on the first two."""
    rows = [
        {"prompt": f"Question {first + n}", "kind": "abc"[n % 3], WEAK: int(n % 3 == 0), STRONG: int(n % 3 < 2)}
        for n in range(prompts)
    ]
    return Outcomes.from_frame(rows, tag="kind", models=[WEAK, STRONG])


KNOWN = made(sure(300), sure(150, 300))


class TestKnown:
    """A third of the prompts gain all there is to gain."""

    def test_the_figures(self) -> None:
        assert KNOWN.apgr == pytest.approx(1 - 1 / 6)
        assert KNOWN.cpt(0.5) == pytest.approx(100 / 6)
        assert KNOWN.cpt(0.8) == pytest.approx(80 / 3)

    def test_the_rules_are_those_that_gain_most_first(self) -> None:
        rules = KNOWN.rules
        assert rules["rule"][0] == "its tag is b"
        assert rules["score"].is_monotonic_decreasing
        assert rules["gain"][0] == 1
        assert rules["held_out"].sum() == 150
        assert rules["learned_on"].sum() == 300

    def test_scores_are_of_the_test_prompts(self) -> None:
        assert list(KNOWN.scores.index) == list(KNOWN.test.prompts.index)
        assert KNOWN.scores.nunique() == len(KNOWN.groups)

    def test_the_curve_begins_and_ends_with_one_model_and_has_a_band(self) -> None:
        frame = KNOWN.frame
        assert list(frame.columns) == ["strong_share", "quality", "low", "high", "random"]
        assert frame["quality"].iloc[[0, -1]].tolist() == pytest.approx([1 / 3, 2 / 3])
        assert ((frame["low"] <= frame["quality"]) & (frame["quality"] <= frame["high"])).all()
        assert frame["random"].iloc[50] == pytest.approx(0.5)

    def test_it_is_shown_as_a_table_that_does_nothing(self) -> None:
        assert read(KNOWN._repr_html_(), PAGE_TAGS).forbidden == []
        assert "its tag is b" in str(KNOWN)
        assert repr(KNOWN).startswith(f"<Tradeoff of {WEAK} and {STRONG}: APGR 0.83")


class TestPolicy:
    """A policy for each share of strong calls."""

    @pytest.mark.parametrize("share", [0, 0.1, 0.3, 1 / 3, 0.5, 0.9, 1])
    def test_it_makes_the_share_that_was_asked_for(self, share: float) -> None:
        found = KNOWN.policy(share, created=DAY).evaluate(KNOWN.test)
        calls = found.models.set_index("model")["share"]
        assert calls[STRONG] == pytest.approx(share, abs=1e-9)
        assert found.total.quality == pytest.approx(1 / 3 + min(share, 1 / 3))

    def test_no_weight_is_what_is_left_of_adding_up(self) -> None:
        policy = KNOWN.policy(1 / 3, created=DAY)
        assert [route.weights for route in (*policy.routes.values(), policy.default)] == [None, None]

    def test_it_can_be_read_again(self) -> None:
        policy = KNOWN.policy(0.2, created=DAY)
        assert Policy.from_yaml(policy.to_yaml()).sha256 == policy.sha256
        (route,) = policy.routes.values()
        assert route.weights == pytest.approx((0.6, 0.4))

    def test_it_says_what_it_was_learned_from_and_tested_on(self) -> None:
        policy = KNOWN.policy(0.3, created=DAY)
        told = [route.evidence for route in (*policy.routes.values(), policy.default)]
        assert policy.provenance.data_sha256 == sure(300).data_sha256
        assert sum(evidence.held_out or 0 for evidence in told if evidence) == 150
        assert sum(evidence.prompts for evidence in told if evidence) == 450

    @pytest.mark.parametrize("share", [-0.1, 1.1, True, "half", nan])
    def test_a_share_that_is_none_is_refused(self, share: Any) -> None:
        with pytest.raises(OptionError, match="strong_share is a share from 0 to 1"):
            KNOWN.policy(share)


class TestLearned:
    """What is learned, and from what."""

    def test_prompts_near_the_test_are_left_out(self) -> None:
        found = made(sure(300), sure(150, 250))
        assert any("Left out, since nearly the same as held-out ones: 50 prompts." in note for note in found.notes)

    def test_models_that_differ_alike_everywhere_make_no_good_rules(self) -> None:
        chances = [[0.4, 0.7]] * 4
        areas = []
        for seed in range(20):
            train = planted(chances, 300, words=True, seed=seed)
            areas.append(made(train, planted(chances, 300, words=True, seed=seed + 50, first=300)).apgr)
        assert np.mean(areas) == pytest.approx(0.5, abs=0.05)

    @pytest.mark.parametrize("max_rules", [1, 2, 3])
    def test_there_are_no_more_groups_than_asked_for(self, max_rules: int) -> None:
        assert len(made(sure(300), sure(150, 300), max_rules=max_rules).groups) <= max_rules

    def test_words_count_where_tags_do_not(self) -> None:
        chances = [[0.1, 0.9], [0.9, 0.9]]
        train, test = (planted(chances, 400, tags=False, words=True, seed=seed, first=1000 * seed) for seed in (0, 1))
        found = made(train, test)
        assert found.apgr > 0.7
        assert all(" word " in rule for rule in found.rules["rule"])

    def test_the_same_input_gives_the_same(self) -> None:
        again = made(sure(300), sure(150, 300))
        assert again.policy(0.3, created=DAY).sha256 == KNOWN.policy(0.3, created=DAY).sha256
        assert again.frame.equals(KNOWN.frame)

    def test_qualities_that_are_unknown_count_for_nothing(self) -> None:
        rows = [
            {"prompt": f"Question {n}", "kind": "ab"[n % 2], WEAK: None if n % 5 == 0 else 1 - n % 2, STRONG: 1}
            for n in range(400)
        ]
        table = Outcomes.from_frame(rows, tag="kind", models=[WEAK, STRONG])
        ids = table.prompts.index
        found = made(table.select(ids[:250]), table.select(ids[250:]))
        assert found.apgr == pytest.approx(0.75)
        assert found.rules["learned_on"].sum() == 200


class TestRefused:
    """What cannot be learned from."""

    def test_a_strong_model_that_is_not_better_has_no_figures_and_still_a_table(self) -> None:
        found = made(sure(300), sure(150, 300), weak=STRONG, strong=WEAK)
        assert isnan(found.apgr)
        assert "APGR unknown" in str(found)

    def test_models_are_found_by_name_and_said_if_not(self) -> None:
        with pytest.raises(OutcomesError, match=r"weak='sim/m' is no model of these outcomes.*Did you mean"):
            made(sure(100), sure(50, 100), weak="sim/m")

    def test_one_model_is_not_two(self) -> None:
        with pytest.raises(OptionError, match="are both sim/m0: name two"):
            made(sure(100), sure(50, 100), strong=WEAK)

    def test_too_little_is_said_to_be_too_little(self) -> None:
        with pytest.raises(OutcomesError, match=r"Of 30 training prompts .* 40 are the least"):
            made(sure(30), sure(50, 100))

    def test_a_test_of_which_nothing_is_known_is_refused(self) -> None:
        rows = [{"prompt": f"Other {n}", "sim/m0": None, "sim/m1": 1} for n in range(30)]
        with pytest.raises(OutcomesError, match="known of none of 30 test prompts"):
            made(sure(100), Outcomes.from_frame(rows, models=[WEAK, STRONG]))

    def test_a_frame_is_no_outcomes_yet(self) -> None:
        with pytest.raises(OptionError, match=r"Outcomes\.from_frame"):
            made(sure(100).frame, sure(50, 100))  # type: ignore[arg-type]
