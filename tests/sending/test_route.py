"""Sending by a policy, on simulated models: who is asked, what comes back, and what is kept."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import routebook as rb
from routebook.decided import Decided
from routebook.errors import ModelError, OptionError, PolicyError, PromptError, RunError
from routebook.routing.conditions import HasKeyword, TagIs
from routebook.routing.policy import ClassifyRule, Policy, Route
from routebook.sending.routed import Routed
from routebook.sending.sending import sending
from routebook.store import default_store

SUM = "What is the sum of 17 and 25? Answer with the number only."


def policy_of(*models: str, default: str = "sim/small", **route: Any) -> Policy:
    """Return a policy that sends sums to these models."""
    rules = (ClassifyRule("coding", TagIs("coding")), ClassifyRule("sums", HasKeyword(("sum",))))
    return Policy("desk", rules, {"sums": Route(models, **route), "coding": Route(("sim/medium",))}, Route((default,)))


def asked(routed: Routed) -> list[tuple[str, str]]:
    return [(str(call.model), call.failure.kind if call.failure else "ok") for call in routed.attempts]


def test_the_first_model_answers() -> None:
    routed = rb.route(policy_of("sim/large", "sim/small"), SUM)
    assert (routed.ok, routed.text, routed.model) == (True, "42", "sim/large")
    assert (routed.tag, routed.rule) == ("sums", 2)
    assert asked(routed) == [("sim/large", "ok")]
    assert "rule 2 fired (it has the word sum) → sums → sim/large (answered), sim/small (not needed)" in routed.sentence


def test_a_model_that_fails_is_stood_in_for_and_both_are_kept() -> None:
    routed = rb.route(policy_of("sim/broken", "sim/cutoff", "sim/large"), SUM)
    assert asked(routed) == [("sim/broken", "server"), ("sim/cutoff", "truncated"), ("sim/large", "ok")]
    assert routed.text == "42"
    assert [call.id for call in default_store().calls_of(routed.comparison.run.id)] == [c.id for c in routed.attempts]
    assert [call.model.model for call in routed.errors] == ["broken", "cutoff"]


def test_when_all_fail_the_text_says_why_of_each() -> None:
    routed = rb.route(policy_of("sim/broken", "sim/cutoff"), SUM)
    assert (routed.ok, routed.call, routed.model) == (False, None, None)
    with pytest.raises(RunError, match=r"sim/broken: .*; sim/cutoff: .*\. It is there for lessons\.$"):
        routed.text  # noqa: B018 - it raises


def test_a_refusal_of_the_content_ends_the_chain() -> None:
    routed = rb.route(policy_of("sim/refuser", "sim/large"), SUM)
    assert asked(routed) == [("sim/refuser", "filter")]
    assert (routed.ok, routed.model) == (False, "sim/refuser")
    with pytest.raises(RunError, match="refuses every prompt"):
        routed.text  # noqa: B018 - it raises


def test_missing_credentials_are_a_failure_that_goes_on_and_is_said() -> None:
    routed = rb.route(policy_of("openai/gpt-6.1-terra", "sim/large"), SUM)
    assert asked(routed) == [("openai/gpt-6.1-terra", "auth"), ("sim/large", "ok")]
    assert "openai/gpt-6.1-terra (failed: auth), sim/large (answered)" in routed.sentence
    assert "OPENAI_API_KEY" in f"{routed.errors[0].failure}"


def test_retries_are_the_routes_own() -> None:
    assert asked(rb.route(policy_of("sim/flaky", "sim/small"), SUM)) == [
        ("sim/flaky", "rate_limit"),
        ("sim/small", "ok"),
    ]
    again = rb.route(policy_of("sim/flaky", "sim/small", retries=1), f"{SUM} Please.")
    assert asked(again) == [("sim/flaky", "ok")]
    assert len(again.attempts[0].attempts) == 1


def test_a_prompt_may_cost_as_much_as_its_route_says() -> None:
    routed = rb.route(policy_of("sim/large", "sim/small", budget_usd=0.01), SUM)
    first, second = routed.attempts
    assert first.failure is not None
    assert "of the prompt's budget of $0.01" in first.failure.message
    assert (second.model.model, second.status) == ("small", "ok")


def test_the_budget_of_all_is_held_too() -> None:
    routed = rb.route(policy_of("sim/large"), SUM, budget_usd=0)
    assert asked(routed) == [("sim/large", "budget")]


def test_a_tag_that_is_given_decides_and_stays_with_the_prompt() -> None:
    routed = rb.route(policy_of("sim/large"), SUM, tag="coding")
    assert (routed.tag, routed.model, routed.prompt.tags) == ("coding", "sim/medium", ("coding",))


def test_several_tags_are_those_of_every_prompt() -> None:
    sent = rb.route(policy_of("sim/large"), ["Sort a list.", "Sort a set.", "Sort a map."], tag=["hard", "coding"])
    assert [(one.tag, one.prompt.tags) for one in sent] == [("coding", ("hard", "coding"))] * 3
    with pytest.raises(OptionError, match="tag is a text, or several in a list, not the number 5"):
        rb.route(policy_of("sim/large"), SUM, tag=5)


def test_a_prompts_own_tags_decide() -> None:
    assert rb.route(policy_of("sim/large"), rb.Prompt.of(SUM, tags=["coding"])).tag == "coding"


def test_placeholders_are_filled_before_it_is_decided() -> None:
    routed = rb.route(policy_of("sim/large"), "What is the {{what}} of 1 and 2?", variables={"what": "sum"})
    assert (routed.tag, routed.prompt.text) == ("sums", "What is the sum of 1 and 2?")
    assert rb.route(policy_of("sim/large"), "Say {{what}}.", variables={}, raw=True).prompt.text == "Say {{what}}."


def test_options_are_sent_and_a_model_that_does_not_take_one_is_passed_over() -> None:
    routed = rb.route(policy_of("sim/large", "sim/reasoner"), SUM, effort="low", system="Be short.")
    assert asked(routed) == [("sim/large", "option"), ("sim/reasoner", "ok")]
    assert routed.prompt.system == "Be short."
    assert routed.comparison.run.settings["effort"] == "low"


def test_the_same_question_is_answered_from_the_cache() -> None:
    first, again = (rb.route(policy_of("sim/broken", "sim/large"), SUM) for _ in range(2))
    assert not first.attempts[-1].cached
    assert [(call.model.model, call.cached) for call in again.attempts] == [("broken", False), ("large", True)]
    assert not rb.route(policy_of("sim/large"), SUM, cache=False).attempts[0].cached


def test_the_run_says_which_policy_sent_it_and_which_rule_fired() -> None:
    policy = policy_of("sim/broken", "sim/large")
    run = rb.load(rb.route(policy, SUM, name="kept").comparison.run.id)
    decided = Decided.of(run.run)
    assert decided is not None
    assert (decided.policy, decided.sha256) == ("desk", policy.sha256)
    (way,) = decided.ways
    assert (way.tag, way.rule, way.models) == ("sums", 2, ("sim/broken", "sim/large"))
    assert (run.run.name, run.run.status, run.models) == ("kept", "finished", ("sim/broken", "sim/large"))
    assert rb.Comparison.from_json(run.to_json()) == run


def test_a_fallback_that_was_not_needed_has_no_card() -> None:
    routed = rb.route(policy_of("sim/large", "sim/small"), SUM)
    assert routed.comparison.models == ("sim/large",)
    assert "Not asked" not in routed._repr_html_()
    assert "Not finished" not in str(rb.load(routed.comparison.run.id))


def test_it_shows_the_answer_and_the_rule_and_that_it_is_simulated() -> None:
    routed = rb.route(policy_of("sim/broken", "sim/large"), SUM)
    for shown in (routed._repr_html_(), str(routed), json.dumps(routed._repr_mimebundle_(), ensure_ascii=False)):
        assert "rule 2 fired" in shown
        assert "42" in shown
        assert "simulated" in shown
        assert "broken, as it always is" in shown
    assert repr(routed).startswith(
        "<Routed by rule 2: sums -> sim/large, 2 attempts, <$0.0001, 1 of 2 priced simulated"
    )


def test_a_policy_of_hostile_names_is_shown_as_text() -> None:
    policy = replace(policy_of("sim/large"), name="<img src=x onerror=alert(1)>")
    assert "<img" not in rb.route(policy, SUM)._repr_html_()


# ---- by a file, by a draft, by several at once -----------------------------------------------------------------------


def test_a_policy_may_be_a_file(tmp_path: Path) -> None:
    path = policy_of("sim/large").save(tmp_path / "routes.yaml")
    assert rb.route(path, SUM).model == rb.route(str(path), SUM).model == "sim/large"


@dataclass
class Holder:
    policy: object


def test_a_policy_may_be_held_by_a_draft_or_by_its_run() -> None:
    run = rb.compare("What is the sum of 1 and 2?", models=["sim/small", "sim/large"], tags=["maths"])
    run.policy.use("maths", "large").use("default", "small")
    for holder in (Holder(policy_of("sim/large")), run.policy, run):
        assert rb.route(holder, SUM, tag="maths").model == "sim/large"


def test_a_draft_that_is_no_policy_yet_says_what_is_missing() -> None:
    run = rb.compare("Name a river.", models=["sim/small"])
    with pytest.raises(PolicyError, match="default"):
        rb.route(run, SUM)


@pytest.mark.parametrize("nothing", [5, None, {"name": "desk"}, Holder("desk")])
def test_what_is_no_policy_is_refused(nothing: object) -> None:
    with pytest.raises(PolicyError, match="is no policy: give a Policy"):
        rb.route(nothing, SUM)


def test_a_misspelt_file_has_a_suggestion(tmp_path: Path) -> None:
    policy_of("sim/large").save(tmp_path / "routes.yaml")
    with pytest.raises(PolicyError, match=r"Did you mean 'routes\.yaml'"):
        rb.route(tmp_path / "rotues.yaml", SUM)
    with pytest.raises(PolicyError, match="Cannot read the policy"):
        rb.route(tmp_path / "nowhere" / "x.yaml", SUM)


@pytest.mark.parametrize("name", ["x" * 5_000, "a\0b.yaml", "\0/routes.yaml"])
def test_a_name_that_no_file_can_have_is_said_in_one_line(name: str) -> None:
    with pytest.raises(PolicyError, match="Cannot read the policy"):
        rb.route(name, SUM)
    with pytest.raises(PolicyError, match="Cannot write the policy"):
        policy_of("sim/large").save(f"{name}.yaml")


def test_a_broken_file_says_the_line(tmp_path: Path) -> None:
    (tmp_path / "routes.yaml").write_text("routebook: 1\nname: desk\nrutes: {}\n")
    with pytest.raises(PolicyError, match=r"line 3.*Did you mean 'routes'"):
        rb.route(tmp_path / "routes.yaml", SUM)


def test_several_prompts_come_back_in_their_order_with_one_run() -> None:
    policy = policy_of("sim/broken", "sim/large")
    routed = rb.route(policy, [SUM, "Name a river.", rb.Prompt.of("Sort.", tags=["coding"]), SUM])
    assert [one.tag for one in routed] == ["sums", "default", "coding", "sums"]
    assert [one.model for one in routed] == ["sim/large", "sim/small", "sim/medium", "sim/large"]
    assert routed[0].text == routed[-1].text == "42"
    assert len(routed.comparison.calls) == 4
    assert [len(one.attempts) for one in routed] == [2, 1, 1, 2]
    assert len(rb.history()) == 1


def test_several_prompts_are_a_frame_of_a_row_each() -> None:
    policy = policy_of("sim/broken", default="sim/large")
    frame = rb.route(policy, pd.DataFrame({"prompt": [SUM, "Name a river."]})).frame
    assert frame["ok"].tolist() == [False, True]
    assert frame["model"].isna().tolist() == [True, False]
    assert frame["text"].isna().tolist() == [True, False]
    assert frame["cost_usd"].isna().tolist() == [True, False]  # what the failure cost is not known
    assert (frame["rule"].dtype, frame["rule"].isna().tolist()) == ("Int64", [False, True])
    assert frame["simulated"].all()


def test_one_prompt_of_several_shows_its_own_chain_alone() -> None:
    one, other = rb.route(policy_of("sim/broken", "sim/large"), [SUM, "Name a river."])
    assert "sim/broken (failed: server), sim/large (answered)" in str(one).replace("\n", " ")
    assert "broken" not in str(other)


def test_no_prompt_is_refused() -> None:
    with pytest.raises(PromptError, match="There is no prompt"):
        rb.route(policy_of("sim/large"), [])


# ---- what cannot be --------------------------------------------------------------------------------------------------


def test_a_misspelt_argument_has_a_suggestion() -> None:
    with pytest.raises(OptionError, match=r"route has no argument 'metdata'\. Did you mean 'metadata'"):
        rb.route(policy_of("sim/large"), SUM, metdata={})


@pytest.mark.parametrize("metadata", ["plan=pro", [("plan", "pro")], 5])
def test_metadata_is_a_mapping(metadata: Any) -> None:
    with pytest.raises(OptionError, match="metadata is a mapping"):
        rb.route(policy_of("sim/large"), SUM, metadata=metadata)


def test_a_host_nobody_knows_is_refused_before_anything_is_sent() -> None:
    with pytest.raises(ModelError, match="nohost"):
        rb.route(policy_of("sim/large", "nohost/x"), SUM)
    assert len(rb.history()) == 0


# ---- awaited, interrupted, resumed -----------------------------------------------------------------------------------


def test_a_host_the_outcomes_did_not_say_is_refused_with_what_to_do() -> None:
    with pytest.raises(ModelError, match=r"Nobody is said to host 'gpt-4'.*Outcomes\.from_frame\(\.\.\., hosts="):
        rb.route(policy_of("unknown/gpt-4"), SUM)


async def test_it_can_be_awaited() -> None:
    policy = policy_of("sim/broken", "sim/large")
    one, several = await asyncio.gather(rb.aroute(policy, SUM), rb.aroute(policy, [SUM, "Hi."], cache=False))
    assert (one.text, [routed.ok for routed in several]) == ("42", [True, True])


async def test_cancelling_keeps_what_came(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROUTEBOOK_SIM_SPEED", "0.05")
    streaming = asyncio.Event()
    loop = asyncio.get_running_loop()

    def hear(event: Any) -> None:
        if event.kind == "text":
            loop.call_soon_threadsafe(streaming.set)

    going = asyncio.create_task(rb.aroute(policy_of("sim/large"), "Tell a long story.", on_event=hear))
    await streaming.wait()
    going.cancel()
    with pytest.raises(asyncio.CancelledError):
        await going
    (run,) = default_store().runs()
    assert run.status == "interrupted"
    assert [call.failure.kind for call in default_store().calls_of(run.id) if call.failure] == ["interrupted"]


def test_a_killed_run_goes_on_with_the_model_that_had_answered() -> None:
    policy = policy_of("sim/broken", "sim/large")
    first = rb.route(policy, SUM)
    default_store().end_run(first.comparison.run.id, "interrupted", {})
    again = rb.route(policy, SUM)
    assert again.comparison.run.id == first.comparison.run.id
    assert [call.id for call in again.attempts] == [first.attempts[-1].id]


def test_it_is_another_run_than_a_comparison_of_the_same_models() -> None:
    compared = rb.compare(SUM, models=["sim/large", "sim/small"])
    default_store().end_run(compared.run.id, "interrupted", {})
    routed = rb.route(policy_of("sim/large", "sim/small"), SUM)
    assert routed.comparison.run.id != compared.run.id


# ---- before anything is sent -----------------------------------------------------------------------------------------


def forecast(prompt: object, **options: Any) -> str:
    return sending(policy_of("sim/large", "sim/small"), prompt, **options).forecast()  # type: ignore[arg-type]


def test_a_forecast_says_where_it_would_go_and_why_and_sends_nothing() -> None:
    said = forecast(SUM)
    assert "rule 2 fired (it has the word sum) → sums → sim/large, sim/small." in said
    assert "not rule 1" in said
    assert said.endswith("Nothing was sent.")
    assert len(rb.history()) == 0


def test_metadata_that_is_given_comes_on_top_of_the_prompts_own() -> None:
    metadata: Mapping[str, object] = {"plan": "pro", "region": "eu"}
    prompt = rb.Prompt.of("Hi.", metadata={"plan": "free", "seat": 3})
    policy = Policy.from_yaml(
        """
        routebook: 1
        name: plans
        classify:
          - {tag: paid, when: {all: [{metadata: plan, equals: pro}, {metadata: seat, equals: 3}]}}
        routes: {paid: {models: [sim/large]}}
        default: {models: [sim/small]}
        """
    )
    assert rb.route(policy, prompt, metadata=metadata).model == "sim/large"
    assert rb.route(policy, prompt).model == "sim/small"


def test_the_model_that_is_drawn_first_stays_for_a_prompt_and_the_others_stand_in() -> None:
    policy = policy_of("sim/small", "sim/large", "sim/medium", weights=(0.5, 0.5))
    prompts = [f"What is the sum of {n} and 4?" for n in range(30)]
    firsts = [one.attempts[0].model.model for one in rb.route(policy, prompts)]
    assert {"small", "large"} == set(firsts)
    assert [one.attempts[0].model.model for one in rb.route(policy, prompts, cache=False)] == firsts
