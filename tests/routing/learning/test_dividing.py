"""Which prompts are learned from, and which are kept apart."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from tests.support.planted import planted

from routebook.errors import OptionError, OutcomesError
from routebook.outcomes import Outcomes
from routebook.routing.learning.dividing import divided

EVEN = [[0.5, 0.5], [0.5, 0.5]]


def asked(texts: list[str]) -> Outcomes:
    rows = [{"id": str(number), "prompt": text, "sim/a": 1, "sim/b": 0} for number, text in enumerate(texts)]
    return Outcomes.from_frame(rows, id="id", models=["sim/a", "sim/b"])


def test_every_prompt_is_on_just_one_side() -> None:
    outcomes = planted(EVEN, 300)
    made = divided(outcomes, None, 1 / 3, 0)
    train, test = set(made.train.ids), set(made.test.prompts.index)
    assert train | test == set(outcomes.prompts.index)
    assert not train & test
    assert len(test) == pytest.approx(100, abs=3)
    assert made.test.prompts["tags"].value_counts(normalize=True).to_numpy() == pytest.approx([0.5, 0.5], abs=0.03)


def test_prompts_that_are_nearly_the_same_stay_on_one_side() -> None:
    texts = [f"What is {number // 4} times {number // 4 + 1}{'?!.;'[number % 4]}" for number in range(400)]
    made = divided(asked(texts), None, 1 / 3, 0)
    sides = [{text[:-1] for text in each} for each in (made.train.texts, made.test.prompts["prompt"])]
    assert not sides[0] & sides[1]
    assert len(set(made.groups.tolist())) == len(sides[0])


def test_what_is_nearly_a_held_out_prompt_is_left_out_and_said() -> None:
    made = divided(asked([f"Question {number}?" for number in range(50)]), asked(["question  7", "other"]), 0.5, 0)
    assert len(made.train) == 49
    assert made.notes == ("Left out, since nearly the same as held-out ones: 1 prompt.",)


def test_nothing_left_to_learn_from_is_refused() -> None:
    with pytest.raises(OutcomesError, match="nothing is left to learn from"):
        divided(planted(EVEN, 50), planted(EVEN, 50), 0.5, 0)


def test_one_text_cannot_be_divided() -> None:
    with pytest.raises(OutcomesError, match="40 prompts cannot be divided"):
        divided(asked(["the same"] * 40), None, 0.5, 0)


@pytest.mark.parametrize("share", [0, 1, 2, True, "a third", float("nan")])
def test_a_share_that_is_none_is_refused(share: object) -> None:
    with pytest.raises(OptionError, match=r"test_share is a share from 0\.05 to 0\.9"):
        divided(planted(EVEN, 50), None, share, 0)  # type: ignore[arg-type]


def test_a_frame_is_no_outcomes_yet() -> None:
    with pytest.raises(OptionError, match=r"make some by run\.outcomes\(\) or Outcomes\.from_frame"):
        divided(pd.DataFrame({"prompt": ["a"]}), None, 0.5, 0)  # type: ignore[arg-type]


def test_the_order_of_the_table_changes_nothing() -> None:
    outcomes = planted(EVEN, 200)
    rows = outcomes.frame.astype({"tags": object})
    shuffled = Outcomes.from_frame(rows.sample(frac=1, random_state=1), tag="tags")
    one, other = (divided(each, None, 1 / 3, 0) for each in (outcomes, shuffled))
    assert one.train.ids.tolist() == other.train.ids.tolist()
    assert one.train.quality.tolist() == other.train.only(one.train.models).quality.tolist()
    assert one.groups.tolist() == other.groups.tolist()
    assert set(one.test.prompts.index) == set(other.test.prompts.index)


def test_groups_go_with_their_prompts() -> None:
    texts = [f"Question {number // 2}{'?!'[number % 2]}" for number in np.random.default_rng(0).permutation(200)]
    made = divided(asked(texts), None, 1 / 3, 0)
    by_text: dict[str, set[int]] = {}
    for text, group in zip(made.train.texts, made.groups.tolist(), strict=True):
        by_text.setdefault(text[:-1], set()).add(group)
    assert all(len(groups) == 1 for groups in by_text.values())
    assert len({group for groups in by_text.values() for group in groups}) == len(by_text)
