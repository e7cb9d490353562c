"""What stands in a builder: a stop, or what a hand made of it; measured at once, and never lost."""

from __future__ import annotations

from typing import Any

import pytest
from tests.support.builder_fixtures import HOSTILE, building, edited

from routebook.errors import RoutebookError
from routebook.notebook.builder.building import Building
from routebook.notebook.builder.shown import policy_of, report_of, setting_of


@pytest.fixture
def made() -> Building:
    return building()


def change(made: Building, verb: str, **fields: Any) -> None:
    made.change({"verb": verb, **fields})  # type: ignore[arg-type]


def test_a_builder_begins_in_the_middle(made: Building) -> None:
    assert (made.now.stop, len(made.stops), made.now.edited) == (1, 3, False)
    assert made.now.policy.name == "desk"


def test_an_edit_is_measured_on_the_held_out_prompts(made: Building) -> None:
    change(made, "use", tag="default", model="sim/medium")
    total, evidence = made.now.evaluation.total, made.now.policy.default.evidence
    assert total.prompts == 60
    assert total.quality == pytest.approx((18 + 18 + 16) / 60)
    assert evidence is not None
    assert (evidence.quality, evidence.held_out, evidence.prompts) == (0.85, 40, 40)


def test_what_was_learned_is_told_of_rules_that_are_as_they_were_learned_only(made: Building) -> None:
    change(made, "use", tag="default", model="sim/medium")
    assert (made.now.learned_on, made.now.by_hand) == ({"coding": 40}, {"default"})
    change(made, "add", tag=HOSTILE, words=[], model="sim/large")
    assert (made.now.learned_on, made.now.by_hand) == ({}, {"default", HOSTILE})


def test_an_edit_that_is_taken_back_by_hand_is_the_stop_again(made: Building) -> None:
    change(made, "fallback", tag="coding", model="sim/medium")
    assert made.now.edited
    change(made, "remove", tag="coding", model="sim/medium")
    assert made.now is made.stops[1]


def test_sliding_away_from_an_edit_asks_nothing_and_can_be_undone(made: Building) -> None:
    change(made, "use", tag="default", model="sim/medium")
    by_hand = made.now
    change(made, "slide", to=2)
    assert made.now is made.stops[2]
    change(made, "undo")
    assert made.now is by_hand
    change(made, "redo")
    assert made.now is made.stops[2]


def test_words_are_any_of_some(made: Building) -> None:
    change(made, "add", tag=None, words=["prove", "prove", "claim 7"], model="sim/small")
    assert made.now.policy.classify[0].when.data() == {"keyword": ["prove", "claim 7"]}
    assert made.now.evaluation.models["share"].tolist() == [1, 0, 0]


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        ({"verb": "use", "tag": "default", "model": "sim/huge"}, "no model 'sim/huge'"),
        ({"verb": "add", "tag": "codng", "words": [], "model": "sim/small"}, "Did you mean 'coding'"),
        ({"verb": "add", "tag": None, "words": [" "], "model": "sim/small"}, "cannot be a keyword"),
        ({"verb": "add", "tag": None, "words": [], "model": "sim/small"}, "words"),
        ({"verb": "slide", "to": 3}, "stops 0 to 2, not 3"),
        ({"verb": "undo"}, "nothing to undo"),
    ],
)
def test_what_cannot_be_done_is_refused_and_changes_nothing(made: Building, edit: Any, said: str) -> None:
    with pytest.raises(RoutebookError, match=said):
        made.change(edit)
    assert made.now is made.stops[1]
    assert not made.history.can_undo


def test_the_page_gets_what_python_has() -> None:
    made = edited()
    shown, total = policy_of(made.now), made.now.evaluation.total
    assert [rule["tag"] for rule in shown["rules"]] == [*(rule.tag for rule in made.now.policy.classify), "default"]
    assert shown["quality"]["value"] == pytest.approx(total.quality, rel=1e-5)
    assert sum(rule["held_out"] for rule in shown["rules"]) == total.prompts
    assert sum(shown["shares"]) == pytest.approx(1)
    assert shown["file"] == made.now.policy.to_yaml()


def test_where_no_cost_is_known_there_is_one_stop_and_no_cost() -> None:
    setting = setting_of(building(priced=False))
    assert (len(setting["stops"]), setting["priced"]) == (1, False)
    assert setting["stops"][0]["usd_per_1k_prompts"] == {"value": None, "low": None, "high": None}


def test_the_report_says_what_stands_and_that_it_is_simulated() -> None:
    made = report_of(edited())
    assert "Policy 'desk': edited by hand, 60 held-out prompts, simulated" in str(made)
    assert "partly by luck" in str(made)
    assert "<img" not in made.html()
