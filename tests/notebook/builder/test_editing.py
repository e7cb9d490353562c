"""What a hand changes in a policy, and nothing else of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from routebook.errors import PolicyError
from routebook.notebook.builder.editing import add, fallback, move, remove, use
from routebook.routing.conditions import AnyOf, HasKeyword, TagIs
from routebook.routing.policy import ClassifyRule, Policy
from routebook.routing.route import Evidence, Route

DESK = Policy(
    "desk",
    (ClassifyRule("coding", TagIs("coding")), ClassifyRule("kind-1", HasKeyword(("prove",)))),
    {
        "coding": Route(("lab/large", "lab/small"), timeout_s=30, evidence=Evidence(9), weights=(95, 5)),
        "kind-1": Route(("lab/medium",)),
    },
    Route(("lab/small", "lab/large"), evidence=Evidence(4)),
)


def tags(policy: Policy) -> list[str]:
    return [rule.tag for rule in policy.classify]


def test_another_model_takes_the_place_of_the_first_and_its_evidence_and_weights_go() -> None:
    made = use(DESK, "coding", "lab/medium")
    assert made.routes["coding"] == Route(("lab/medium", "lab/small"), timeout_s=30)
    assert replace(made, routes=DESK.routes) == DESK


def test_a_fallback_moves_up_when_it_is_used() -> None:
    assert use(DESK, "default", "lab/large").default.models == ("lab/large", "lab/small")


def test_a_fallback_comes_last() -> None:
    assert fallback(DESK, "kind-1", "lab/small").routes["kind-1"].models == ("lab/medium", "lab/small")


def test_a_rule_goes_with_its_route_and_with_its_last_model() -> None:
    for made in (remove(DESK, "kind-1"), remove(DESK, "kind-1", "lab/medium")):
        assert (tags(made), list(made.routes)) == (["coding"], ["coding"])


def test_a_rule_that_is_moved_counts_earlier() -> None:
    made = move(DESK, "kind-1", 0)
    assert tags(made) == ["kind-1", "coding"]
    assert made.decide("Prove it.", tag="coding").tag == "kind-1"
    assert tags(move(DESK, "coding", 99)) == ["kind-1", "coding"]


def test_a_rule_that_is_added_counts_first_and_is_named_by_its_tag_where_that_is_free() -> None:
    assert tags(add(DESK, TagIs("maths"), "lab/large")) == ["maths", "coding", "kind-1"]
    both = AnyOf((TagIs("maths"), TagIs("coding")))
    assert tags(add(DESK, both, "lab/large"))[0] == "kind-2"
    named = add(DESK, TagIs("default"), "lab/large")
    assert named.decide("Hello.", tag="default").models == ("lab/large",)


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (lambda: use(DESK, "codng", "lab/small"), "There is no rule 'codng'. Did you mean 'coding'"),
        (lambda: remove(DESK, "coding", "lab/medium"), "is not asked there: lab/large, else lab/small is"),
        (lambda: remove(DESK, "default"), "Everything else has to go somewhere"),
        (lambda: move(DESK, "default", 0), "default is always last"),
        (lambda: add(DESK, TagIs("coding"), "lab/small"), "a rule already for what goes: its tag is coding"),
    ],
)
def test_what_cannot_be_done_is_refused_in_words(edit: object, said: str) -> None:
    with pytest.raises(PolicyError, match=said):
        edit()  # type: ignore[operator]
