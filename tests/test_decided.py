"""What a run keeps of a policy's decisions, and how it is said; read back from anything at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.examples import call_of, run_of

from routebook.calls import Call, Failure
from routebook.decided import Decided, Way
from routebook.models import ModelId

A, B = "a" * 16, "b" * 16
CODING = Way("coding", 2, "it has the word traceback", ("sim/broken", "sim/large", "sim/small"), (A,))
DECIDED = Decided("desk", "0" * 64, (CODING,))


def came(model: str, prompt: str = A, failure: Failure | None = None) -> Call:
    status = "ok" if failure is None else "error"
    return call_of(run_of(), prompt_id=prompt, model=ModelId.parse(model), status=status, failure=failure)


def read(settings: Mapping[str, object]) -> Decided | None:
    return Decided.of(run_of(settings=settings))


texts = st.text(max_size=9)
ways = st.builds(
    Way, texts, st.none() | st.integers(1, 9), texts, st.lists(texts).map(tuple), st.lists(texts).map(tuple)
)


@given(st.builds(Decided, texts, texts, st.lists(ways, max_size=4).map(tuple)))
def test_what_is_kept_is_read_again_the_same(decided: Decided) -> None:
    assert read({"route": decided.data()}) == decided


json_data = st.recursive(
    st.none() | st.booleans() | st.integers() | texts,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*DECIDED.data(), "tag", "rule"]), inner)
    ),
)


@given(json_data)
def test_settings_of_any_shape_are_read_or_passed_over(found: Any) -> None:
    decided = read({"route": found})
    if decided is not None:
        decided.lines([A], [])


@pytest.mark.parametrize("change", [{"rule": "1"}, {"rule": True}, {"tag": None}, {"models": [1]}, {"prompts": None}])
def test_a_way_that_cannot_be_is_none(change: dict[str, object]) -> None:
    data = DECIDED.data()
    data["ways"][0] |= change
    assert read({"route": data}) is None


def test_a_run_that_no_policy_sent_has_none() -> None:
    assert read({"max_tokens": 5}) is None


def test_one_prompt_is_told_with_its_whole_chain() -> None:
    calls = [came("sim/broken", failure=Failure("server", "Down.")), came("sim/large")]
    (line,) = DECIDED.lines([A], calls)
    assert line == (
        "Policy desk: rule 2 fired (it has the word traceback) → coding → sim/broken (failed: server), "
        "sim/large (answered), sim/small (not needed)."
    )


def test_while_it_goes_on_nothing_is_said_of_what_came() -> None:
    assert DECIDED.lines([A], None)[0].endswith("→ coding → sim/broken, sim/large, sim/small.")


def test_the_default_says_that_no_rule_fired() -> None:
    decided = replace(DECIDED, ways=(Way("default", None, "", ("sim/small",), (A,)),))
    assert decided.lines([A], [came("sim/small")]) == ["Policy desk: no rule fired → default → sim/small (answered)."]


def test_after_a_refusal_the_others_were_not_needed() -> None:
    (line,) = DECIDED.lines([A], [came("sim/broken", failure=Failure("filter", "No."))])
    assert "sim/broken (refused the content), sim/large (not needed)" in line


def test_after_a_stop_the_others_were_not_asked() -> None:
    (line,) = DECIDED.lines([A], [came("sim/broken", failure=Failure("interrupted", "Stopped."))])
    assert "sim/broken (stopped), sim/large (not asked)" in line


def test_it_is_said_when_no_model_answered() -> None:
    down = Failure("server", "Down.")
    (line,) = DECIDED.lines([A], [came(model, failure=down) for model in CODING.models])
    assert line.endswith("sim/small (failed: server). No model answered.")


def test_several_prompts_are_counted_by_their_tag() -> None:
    decided = replace(DECIDED, ways=(replace(CODING, prompts=(A, B)),))
    (line,) = decided.lines([A, B], [came("sim/large"), came("sim/small", B, Failure("server", "Down."))])
    assert line == (
        "Policy desk: rule 2 fired (it has the word traceback) → coding: 2 prompts, 1 answered by sim/large, "
        "1 not answered."
    )


def test_a_name_cannot_break_the_line() -> None:
    decided = replace(DECIDED, policy="a\nb\x1b[31m\u202e")
    (line,) = decided.lines([A], [])
    assert line.startswith("Policy a b␛[31m[U+202E]: ")
