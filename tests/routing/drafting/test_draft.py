"""A draft says what the run says of each choice, goes back and forth, and becomes a policy."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from routebook.errors import ModelError, PolicyError
from routebook.routing.drafting.choose import ModelFacts, RunFacts
from routebook.routing.drafting.draft import PolicyDraft, Steps
from routebook.routing.policy import Policy

SMALL = ModelFacts(12, 0.02, 0.8, quality=0.75, quality_ci95=(0.47, 0.91), judged=12)
LARGE = ModelFacts(12, 0.42, 3.1, quality=0.91, quality_ci95=(0.8, 0.97), judged=10)
FACTS = RunFacts(
    {"lab/small": SMALL, "lab/large": LARGE},
    {"coding": {"lab/small": SMALL, "lab/large": LARGE}, "maths": {"lab/small": SMALL, "lab/large": ModelFacts(0)}},
    name="tuesday",
    judge="exact",
    judges=("exact",),
)


def draft(facts: RunFacts = FACTS, history: Steps | None = None) -> PolicyDraft:
    return PolicyDraft(tuple(facts.overall), tuple(facts.by_tag), lambda _: facts, history)


def test_each_choice_stands_with_what_the_run_says_of_it() -> None:
    made = draft().use("coding", "large").fallback("coding", "small").use("default", "small")
    small = "12 prompts, quality 0.75 (0.47 to 0.91) by exact, $0.020 per 1,000 prompts, 95 % within 0.80 s"
    large = (
        "12 prompts, quality 0.91 (0.80 to 0.97) by exact on 10 of them, $0.420 per 1,000 prompts, 95 % within 3.1 s"
    )
    assert made.sentences() == [
        f"coding goes to lab/large, else lab/small: {large}; lab/small: {small}",
        f"Everything else goes to lab/small: {small}",
    ]


def test_a_model_without_answers_says_so() -> None:
    assert "it answered none of these prompts" in draft().use("maths", "large").sentences()[0]


def test_of_several_judges_none_is_taken_for_granted() -> None:
    unsaid = RunFacts({"lab/small": ModelFacts(3)}, judges=("exact", "people"))
    made = draft(unsaid).use("default", "small")
    assert "quality not said: exact or people" in made.sentences()[0]
    assert "Several judged (exact, people)" in repr(made)


def test_the_policy_has_the_evidence_and_the_judge() -> None:
    policy = draft().use("coding", "large").use("default", "small").rename("desk").policy()
    evidence = policy.routes["coding"].evidence
    assert evidence is not None
    assert (evidence.quality, evidence.quality_ci95) == (0.91, (0.8, 0.97))
    assert (policy.name, policy.provenance.judge) == ("desk", "exact")
    assert Policy.from_yaml(policy.to_yaml()) == policy


def test_rules_are_in_the_order_of_the_draft() -> None:
    made = draft().use("coding", "large").use("maths", "small").use("default", "small").move("maths", to=0)
    assert made.policy().decide("x", tag=("coding", "maths")).tag == "maths"


def test_without_a_default_it_is_no_policy_yet_and_says_what_to_do() -> None:
    with pytest.raises(PolicyError, match=r"everything else yet: choose one, such as run.policy.use\('default', 'lab/"):
        draft().use("coding", "large").policy()


def test_a_tag_or_a_model_that_is_not_there_is_refused_with_the_nearest() -> None:
    with pytest.raises(PolicyError, match=r"tag 'codng'. Did you mean 'coding'"):
        draft().use("codng", "large")
    with pytest.raises(ModelError, match=r"no model 'larg'. Did you mean"):
        draft().use("coding", "larg")


def test_choosing_all_at_once_is_one_step_that_can_be_undone() -> None:
    made = draft().use("maths", "small")
    policy = made.choose({"coding": ["large", "small"]}, default="small", name="desk")
    assert policy == made.policy()
    assert list(made.now.chains) == ["coding"]
    assert list(made.undo().now.chains) == ["maths"]


def test_a_choice_that_is_refused_changes_nothing() -> None:
    made = draft().use("maths", "small")
    with pytest.raises(PolicyError, match="No model is given for the tag 'coding'"):
        made.choose({"coding": []}, default="small")
    assert list(made.now.chains) == ["maths"]


def test_it_goes_back_and_forth_until_something_new_is_done() -> None:
    made = draft().use("coding", "large").use("maths", "small")
    assert (made.can_undo, made.can_redo) == (True, False)
    assert list(made.undo().now.chains) == ["coding"]
    assert list(made.redo().now.chains) == ["coding", "maths"]
    made.undo().use("default", "small")
    with pytest.raises(PolicyError, match="nothing to redo"):
        made.redo()
    with pytest.raises(PolicyError, match="nothing to undo"):
        made.undo().undo().undo()


def test_what_changes_nothing_is_no_step() -> None:
    made = draft().use("coding", "large")
    made.use("coding", "large").move("coding", to=5)
    assert made.undo().can_undo is False


def test_all_who_share_a_history_change_the_same_draft() -> None:
    history = Steps()
    here, there = draft(history=history), draft(history=history)
    here.use("coding", "large")
    assert there.now.chain("coding") == ("lab/large",)


def test_many_threads_may_change_it_at_once() -> None:
    history = Steps()
    changes = [
        threading.Thread(target=lambda tag=str(number): draft(RunFacts({"lab/a": SMALL}), history).use(tag, "a"))
        for number in range(50)
    ]
    for change in changes:
        change.start()
    for change in changes:
        change.join()
    assert len(history.now.chains) == 50


def test_it_is_shown_as_sentences_over_figures_and_names_are_text() -> None:
    made = draft().use("coding", "large").fallback("coding", "small").rename("<b>desk</b>")
    assert "coding goes to lab/large, else lab/small.\nasked in this order  quality" in repr(made)
    assert "No model is chosen for everything else yet" in repr(made)
    assert "&lt;b&gt;desk" in made._repr_html_()
    assert "<b>" not in made._repr_html_()


def test_an_empty_draft_says_how_to_begin() -> None:
    assert "Nothing is chosen yet: run.policy.use(" in repr(draft())


def test_it_is_saved_as_the_file_that_a_policy_is_read_from(tmp_path: Path) -> None:
    made = draft().use("default", "small")
    assert Policy.load(made.save(tmp_path / "routes.yaml")) == made.policy()
