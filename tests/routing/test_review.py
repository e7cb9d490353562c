"""What can be said against a policy without asking any model: faults and notices, each where it is."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from tests.support.policies import conditions
from tests.support.vectors import CASES, asked_of

from routebook.models import ModelId
from routebook.pricing import genai, price_book
from routebook.routing.conditions import AllOf, AnyOf, Condition, HasKeyword, InLanguage, Not, TagIs
from routebook.routing.policy import ClassifyRule, Policy, Prices, Provenance, Route
from routebook.routing.review import implies, review

SAFE = Route(("sim/large", "simcloud/large"))
TODAY = date(2026, 11, 30)


def policy(*rules: ClassifyRule, provenance: Provenance | None = None, **routes: Route) -> Policy:
    tags = {rule.tag: SAFE for rule in rules}
    return Policy("desk", rules, tags | routes, SAFE, provenance or Provenance())


def said(made: Policy) -> list[str]:
    return [str(finding) for finding in review(made, TODAY)]


def test_nothing_is_said_against_a_sound_policy() -> None:
    assert said(policy(ClassifyRule("a", TagIs("a")), ClassifyRule("b", HasKeyword(("sort",))))) == []


def test_a_rule_behind_one_that_takes_all_of_it_is_a_fault() -> None:
    wide, narrow = HasKeyword(("sort", "list")), AllOf((HasKeyword(("sort",)), TagIs("x")))
    assert said(policy(ClassifyRule("a", wide), ClassifyRule("b", narrow))) == [
        "fault: rule 2 (b): no prompt reaches it: rule 1 (a) takes all of them first. Move it up, or take it out."
    ]


def test_a_tag_that_no_rule_gives_is_a_notice() -> None:
    assert said(policy(extra=SAFE)) == ["notice: route extra: no rule gives this tag, so nothing goes there."]


def test_a_route_alone_or_on_one_host_is_a_notice() -> None:
    rules = ClassifyRule("a", TagIs("a")), ClassifyRule("b", TagIs("b"))
    found = said(policy(*rules, a=Route(("sim/large",)), b=Route(("sim/large", "sim/small"))))
    assert found == [
        "notice: route a: nobody steps in when sim/large fails: add a fallback.",
        "notice: route b: all of its models are on sim, so nobody steps in when that host is down.",
    ]


@pytest.mark.parametrize(("expires", "faults"), [("2026-11-29", 1), ("2026-11-30", 0), (None, 0)])
def test_evidence_holds_until_the_end_of_its_last_day(expires: str | None, faults: int) -> None:
    assert len(said(policy(provenance=Provenance(expires=expires)))) == faults


def test_a_price_that_has_changed_since_the_evidence_is_a_fault_with_both_prices() -> None:
    model = "openai/o3"
    days = (datetime(2025, 6, 1, 12, tzinfo=UTC), datetime(2026, 1, 1, 12, tzinfo=UTC))
    before, after = (price_book().tariff(ModelId.parse(model), at=day) for day in days)
    assert before is not None
    assert after is not None
    assert before.input != after.input
    made = policy(provenance=Provenance(prices=Prices("a list", "2025-06-01")), a=Route((model, "sim/large")))
    [fault] = [line for line in said(made) if line.startswith("fault")]
    assert fault.startswith(f"fault: {model}: its price has changed since 2025-06-01: ")
    since = policy(provenance=Provenance(prices=Prices("a list", "2026-01-01")), a=Route((model, "sim/large")))
    assert not any(line.startswith("fault") for line in said(since))


def test_a_model_that_the_price_list_calls_retired_is_a_fault() -> None:
    from genai_prices.data_snapshot import get_snapshot

    hosts = {provider: host for host, provider in genai.PROVIDER_OF_HOST.items()}
    retired = [
        f"{hosts[provider.id]}/{info.id}"
        for provider in get_snapshot().providers
        for info in provider.models
        if info.deprecated and provider.id in hosts and (found := genai.find(hosts[provider.id], info.id))
        if found[1].deprecated
    ]
    made = policy(a=Route((retired[0], "sim/large")))
    assert f"{retired[0]}: {genai.source()} calls it retired" in " ".join(said(made))


@pytest.mark.parametrize(
    ("one", "other", "sure"),
    [
        (InLanguage(("de",)), InLanguage(("de", "fr")), True),
        (InLanguage(("de", "fr")), InLanguage(("de",)), False),
        (AnyOf((TagIs("a"), TagIs("b"))), AnyOf((TagIs("b"), TagIs("a"))), True),
        (AnyOf((TagIs("a"), TagIs("b"))), TagIs("a"), False),
        (AllOf((TagIs("a"), TagIs("b"))), AllOf((TagIs("b"), TagIs("a"))), True),
        (TagIs("a"), AllOf((TagIs("a"), TagIs("b"))), False),
        (Not(TagIs("a")), Not(TagIs("a")), True),
        (Not(TagIs("a")), TagIs("a"), False),
    ],
)
def test_one_condition_is_seen_to_take_all_of_another(one: Condition, other: Condition, sure: bool) -> None:
    assert implies(one, other) is sure


@given(conditions(["a", "b"]), conditions(["a", "b"]))
@settings(max_examples=40)
def test_what_is_called_implied_holds_on_every_prompt(one: Condition, other: Condition) -> None:
    for made in (AllOf((one, other)), one):
        for wider in (other, AnyOf((other, one)), one):
            if implies(made, wider):
                assert all(_holds(wider, case) for case in CASES[::20] if _holds(made, case))


def _holds(condition: Condition, case: tuple[str, dict[str, Any]]) -> bool:
    decided = Policy("p", (ClassifyRule("yes", condition),), {"yes": SAFE}, SAFE).decide(asked_of(case[1]))
    return decided.rule == 1
