"""Rules as a policy: what its routes are called, where it is from, and how its evidence is written."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from tests.support.evidence import outcomes_with
from tests.support.planted import planted

import routebook as rb
from routebook.errors import OptionError, OutcomesError
from routebook.outcomes import Outcomes
from routebook.routing.learning.shipping import check_names, provenance_of

DAY = date(2026, 11, 30)


def tagged(tags: list[str]) -> Outcomes:
    """Return outcomes in which every prompt of the second tag needs the second model."""
    rows = [
        {"prompt": f"Question {n}", "tags": [tags[n % 2]], "sim/a": 1 - n % 2, "sim/b": n % 2 + 0.1 * (1 - n % 2)}
        for n in range(300)
    ]
    return Outcomes.from_frame(rows, tag="tags", models=["sim/a", "sim/b"])


@pytest.mark.parametrize(
    ("tags", "name"),
    [(["easy", "hard"], "hard"), (["easy", "default"], "kind-1"), (["kind-1", "kind-2"], "kind-2")],
)
def test_a_route_has_the_name_of_its_tag_unless_that_is_taken(tags: list[str], name: str) -> None:
    made = rb.learn(tagged(tags), objective=rb.Objective(quality_per_usd=0), created=DAY)
    assert made.routes
    assert list(made.policy.routes) in ([name], [tags[0]])


def test_what_has_no_width_is_no_interval() -> None:
    made = rb.learn(planted([[1.0, 1.0], [0.1, 1.0]], 900, usd=(0.001, 0.01)), created=DAY)
    routes = [route.evidence for route in (*made.policy.routes.values(), made.policy.default) if route.evidence]
    assert [evidence.usd_per_1k_prompts_ci95 for evidence in routes] == [None, None]  # costs were assumed
    assert all(evidence.quality_ci95 is not None for evidence in routes)


def test_figures_are_written_with_four_digits() -> None:
    made = rb.learn(planted([[0.9, 0.2], [0.2, 0.9]], 500), objective=rb.Objective(quality_per_usd=0), created=DAY)
    for route in made.policy.routes.values():
        assert route.evidence is not None
        assert len(str(route.evidence.quality)) <= len("0.1234")


def test_the_day_is_a_day() -> None:
    outcomes = planted([[0.5, 0.5]], 30)
    assert provenance_of(outcomes, 0, DAY).created == "2026-11-30"
    assert provenance_of(outcomes, 0, datetime(2026, 11, 30, 9, 30)).created == "2026-11-30"
    with pytest.raises(OptionError, match="created is a day"):
        provenance_of(outcomes, 0, "today")  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["gpt 4", "großes Modell", "a\nb", "x" * 400])
def test_a_name_that_no_policy_can_hold_is_refused_before_anything_is_learned(name: str) -> None:
    outcomes = outcomes_with({name: [1, 0], "sim/b": [0, 1]})
    with pytest.raises(OutcomesError, match="A policy cannot name the model") as refused:
        check_names(outcomes, outcomes.models)
    assert "\n" not in str(refused.value)
    check_names(outcomes, ["sim/b"])
