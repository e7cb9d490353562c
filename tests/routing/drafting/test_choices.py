"""Each change of what is chosen gives another value, and nothing that could not be a policy."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routebook.errors import PolicyError
from routebook.routing.drafting.choices import Choices

A, B, C = "lab/a", "lab/b", "lab/c"
CODING = Choices().fallback("coding", A).fallback("coding", B).fallback("coding", C)


def test_the_first_fallback_of_no_others_is_asked_first() -> None:
    assert Choices().fallback("coding", A) == Choices().use("coding", A)


def test_another_model_takes_the_place_of_the_first_and_leaves_the_fallbacks() -> None:
    assert CODING.use("coding", "lab/d").chain("coding") == ("lab/d", B, C)


def test_a_fallback_that_is_used_moves_up_and_loses_nobody() -> None:
    assert CODING.use("coding", C).chain("coding") == (C, A, B)


def test_the_first_as_a_fallback_goes_to_the_end() -> None:
    assert CODING.fallback("coding", A).chain("coding") == (B, C, A)


def test_a_rule_goes_with_its_last_model() -> None:
    assert Choices().use("coding", A).remove("coding", A) == Choices()
    assert CODING.remove("coding") == Choices()
    assert CODING.use("default", A).remove("default").default == ()


@pytest.mark.parametrize(("to", "chain"), [(0, (C, A, B)), (1, (A, C, B)), (2, (A, B, C)), (99, (A, B, C))])
def test_a_model_moves_to_its_place(to: int, chain: tuple[str, ...]) -> None:
    assert CODING.move("coding", C, to).chain("coding") == chain


def test_rules_move_too_and_the_default_stays_last() -> None:
    chosen = Choices().use("coding", A).use("maths", B).use("default", C)
    assert list(chosen.move("maths", None, 0).chains) == ["maths", "coding"]
    with pytest.raises(PolicyError, match="default is always last"):
        chosen.move("default", None, 0)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda: CODING.remove("codin"), "Nothing is chosen for the tag 'codin' yet. Did you mean 'coding'"),
        (lambda: CODING.remove("default"), "Nothing is chosen for everything else yet"),
        (lambda: CODING.move("coding", "lab/d", 0), "'lab/d' is not chosen for the tag 'coding': lab/a, else lab/b"),
        (lambda: CODING.use("a\nb", A), "cannot be a tag"),
        (lambda: CODING.use("coding", "а/b"), "not a model id"),
        (lambda: Choices(name=""), "cannot be a policy's name"),
        (lambda: Choices({"default": (A,)}), "'default' cannot be a tag"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(change: Callable[[], Choices], says: str) -> None:
    with pytest.raises(PolicyError, match=says):
        change()


MODELS, TAGS = st.sampled_from((A, B, C)), st.sampled_from(("coding", "maths", "default"))
STEPS = st.lists(st.tuples(st.sampled_from(("use", "fallback", "remove", "move")), TAGS, MODELS, st.integers(0, 4)))


@given(STEPS)
def test_whatever_is_done_no_chain_is_empty_and_none_has_a_model_twice(steps: list[tuple[str, str, str, int]]) -> None:
    chosen = Choices()
    for verb, tag, model, to in steps:
        try:
            chosen = chosen.move(tag, model, to) if verb == "move" else getattr(chosen, verb)(tag, model)
        except PolicyError:
            assert verb in ("remove", "move")
            assert model not in chosen.chain(tag)
    for chain in chosen.chains.values():
        assert len(chain) == len(set(chain)) > 0
