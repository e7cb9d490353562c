"""With weights, who is asked first depends on the prompt's text alone, in the shares that are given."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routebook.prompts import Message, Prompt
from routebook.routing.conditions import TagIs
from routebook.routing.draw import drawn
from routebook.routing.policy import ClassifyRule, Policy, Route

CHAIN = ("sim/a", "sim/b", "sim/c")


def policy(weights: tuple[float, ...] | None) -> Policy:
    return Policy("desk", (ClassifyRule("t", TagIs("t")),), {"t": Route(CHAIN, weights=weights)}, Route(CHAIN[::-1]))


def test_without_weights_the_first_model_is_always_asked_first() -> None:
    assert {policy(None).decide(str(number), tag="t").models for number in range(50)} == {CHAIN}
    assert {policy((7,)).decide(str(number), tag="t").models for number in range(50)} == {CHAIN}


def test_the_others_follow_in_their_order() -> None:
    found = {policy((1, 1)).decide(str(number), tag="t").models for number in range(50)}
    assert found == {CHAIN, ("sim/b", "sim/a", "sim/c")}


def test_shares_are_as_given() -> None:
    first = [policy((90, 8, 2)).decide(f"Prompt {number}.", tag="t").models[0] for number in range(10_000)]
    shares = [first.count(model) / len(first) for model in CHAIN]
    assert shares == pytest.approx([0.90, 0.08, 0.02], abs=0.01)


def test_only_proportions_count() -> None:
    for number in range(200):
        text = str(number)
        assert policy((95, 5)).decide(text, tag="t").models == policy((0.19, 0.01)).decide(text, tag="t").models


def test_the_same_prompt_goes_to_the_same_model_whatever_else_is_said_of_it() -> None:
    once = policy((1, 1)).decide("Hello.", tag="t", metadata={"user": "x"}).models
    assert policy((1, 1)).decide(Prompt.of("Hello.", tags=["t", "u"], system="Be brief.")).models == once


def test_the_draw_is_the_documented_one() -> None:
    digest = hashlib.sha256("desk\0t\0Grüße 😀".encode()).hexdigest()
    share = int(digest[:12], 16) / 2**48
    assert policy((share + 1e-9, 1 - share)).decide("Grüße 😀", tag="t").models[0] == "sim/a"
    assert policy((share - 1e-9, 1 - share)).decide("Grüße 😀", tag="t").models[0] == "sim/b"


def test_all_that_the_user_wrote_is_drawn_by() -> None:
    turns = Prompt((Message("user", "One."), Message("assistant", "Two."), Message("user", "Three.")), tags=("t",))
    assert policy((1, 1)).decide(turns).models == drawn(policy((1, 1)).routes["t"], "desk", "t", "One.\n\nThree.")


@given(st.text(st.characters(), max_size=20), st.lists(st.floats(1e-9, 1e6), min_size=1, max_size=3))
def test_every_model_is_in_every_chain_once(text: str, weights: list[float]) -> None:
    decision = policy(tuple(weights)).decide(text, tag="t")
    assert sorted(decision.models) == list(CHAIN)
    assert decision == policy(tuple(weights)).decide(text, tag="t")
