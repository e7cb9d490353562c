"""`rb.learn`: finds what was planted and nothing else, and says of it what held-out prompts say."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import date
from math import nan
from typing import Any

import numpy as np
import pandas as pd
import pytest
from tests.support.planted import planted
from tests.support.safe_html import PAGE_TAGS, read

import routebook as rb
from routebook.errors import OptionError, OutcomesError, PolicyError, RoutebookError
from routebook.outcomes import Outcomes
from routebook.routing.learning.learned import Learned
from routebook.routing.policy import Policy

DAY = date(2026, 11, 30)
QUALITY = rb.Objective(quality_per_usd=0)
CAPPED = rb.Objective(max_usd_per_1k_prompts=4)
APART = [[0.9, 0.2], [0.2, 0.9]]
"""Each model is good at one kind."""
SPARE = [[1.0, 1.0], [0.1, 1.0]]
"""The first is as good at one kind."""


def learned(outcomes: Outcomes, **options: Any) -> Learned:
    return rb.learn(outcomes, created=DAY, **options)


def asked(made: Learned) -> list[str]:
    return [rule.when.sentence() for rule in made.policy.classify]


class TestPlanted:
    """What is there is found."""

    def test_by_tag(self) -> None:
        made = learned(planted(APART, 300), objective=QUALITY)
        assert made.routes
        (rule,) = made.policy.classify
        default = {"its tag is kind-a": "sim/m1", "its tag is kind-b": "sim/m0"}[rule.when.sentence()]
        assert made.policy.default.models[0] == default
        assert made.policy.routes[rule.tag].models == ("sim/m0", "sim/m1")[:: 1 if default == "sim/m1" else -1]
        assert made.evaluation.total.quality == pytest.approx(0.9, abs=0.08)

    def test_by_word(self) -> None:
        made = learned(planted(APART, 400, tags=False, words=True), objective=QUALITY)
        assert made.routes
        assert len(made.policy.classify) == 1
        assert asked(made)[0].endswith(("the word alpha", "the word beta", "no word alpha", "no word beta"))

    def test_by_a_feature(self) -> None:
        rows = [
            {"prompt": f"Question {n} {'and so on ' * (n % 2 * 9 + 1)}", "sim/a": n % 2, "sim/b": 1 - n % 2}
            for n in range(400)
        ]
        made = learned(Outcomes.from_frame(rows, models=["sim/a", "sim/b"]), objective=QUALITY, using="feature")
        assert made.routes
        assert made.evaluation.total.quality == 1

    def test_the_cheaper_of_equals_answers_by_default(self) -> None:
        made = learned(planted(SPARE, 900, usd=(0.001, 0.01)))
        assert made.routes
        assert made.evaluation.total.quality == 1
        assert made.evaluation.total.usd_per_1k_prompts == pytest.approx(5.5, abs=0.6)

    def test_of_many_models_each_kind_gets_its_best(self) -> None:
        made = learned(planted(0.2 + 0.7 * np.eye(4), 800), objective=QUALITY)
        assert made.routes
        frame = made.evaluation.frame
        kind = made.evaluation.outcomes.prompts["tags"].str[0].to_numpy()
        best = {f"kind-{letter}": f"sim/m{number}" for number, letter in enumerate("abcd")}
        assert (frame["model"].astype(str).to_numpy() == [best[each] for each in kind]).all()

    @pytest.mark.parametrize("max_rules", [1, 2])
    def test_there_are_no_more_rules_than_asked_for(self, max_rules: int) -> None:
        made = learned(planted(0.2 + 0.7 * np.eye(4), 800), objective=QUALITY, max_rules=max_rules)
        assert len(made.policy.classify) <= max_rules

    def test_what_may_not_be_asked_is_not(self) -> None:
        outcomes = planted(APART, 400, words=True)
        said = {using: asked(learned(outcomes, objective=QUALITY, using=using))[0] for using in ("tag", "keyword")}
        assert "tag" in said["tag"]
        assert "word" in said["keyword"]
        assert not learned(planted(APART, 400), objective=QUALITY, using="keyword").routes

    def test_a_fallback_is_of_another_vendor_if_there_is_one(self) -> None:
        rows = [
            {"prompt": f"Question {n}", "kind": "ab"[n % 2], "gpt-a": n % 2, "gpt-b": 1 - n % 2, "claude": 0.4}
            for n in range(400)
        ]
        outcomes = Outcomes.from_frame(
            rows,
            tag="kind",
            models={"gpt-a": "openai/gpt-a", "gpt-b": "openai/gpt-b", "claude": "anthropic/claude"},
        )
        made = learned(outcomes, objective=QUALITY)
        assert made.routes
        assert {route.models[1] for route in (*made.policy.routes.values(), made.policy.default)} == {
            "anthropic/claude"
        }


class TestObjectives:
    """What rules are learned for."""

    def test_the_better_a_cost_is_worth_the_less_is_spent(self) -> None:
        outcomes = planted([[0.9, 0.9], [0.5, 0.9]], 900, usd=(0.001, 0.01))
        spent = [
            learned(outcomes, objective=rb.Objective(quality_per_usd=rate)).evaluation.total.usd_per_1k_prompts
            for rate in (0.0, 0.02, 0.2)
        ]
        assert spent[0] > spent[1] > spent[2] == 1.0

    @pytest.mark.parametrize("cap", [4.0, 7.0])
    def test_a_cap_of_cost_is_kept_to_as_far_as_can_be_told(self, cap: float) -> None:
        outcomes = planted([[0.9, 0.9], [0.2, 0.9]], 900, usd=(0.001, 0.01))
        made = learned(outcomes, objective=rb.Objective(max_usd_per_1k_prompts=cap))
        total = made.evaluation.total
        assert made.routes
        assert total.usd_low <= cap
        assert total.quality > made.evaluation.beside[0].quality  # the only model that keeps to it alone

    def test_a_cap_that_no_model_keeps_to_names_the_nearest(self) -> None:
        made = learned(planted(SPARE, 300, usd=(0.001, 0.01)), objective=rb.Objective(max_usd_per_1k_prompts=0.5))
        assert (made.routes, made.policy.models) == (False, ("sim/m0", "sim/m1"))
        assert made.reason.startswith("Use sim/m0 for everything, which comes nearest to the cap")

    def test_a_cap_of_latency_is_kept_to(self) -> None:
        random, rows = np.random.default_rng(0), []
        for number in range(900):
            for model, quality, slow in (("sim/fast", number % 2, 1.0), ("sim/slow", 1, 1.0 if number % 2 else 3.0)):
                time = slow * random.uniform(0.5, 1.0)
                rows.append(
                    {"prompt": f"Question {number}", "tags": [["late"], ["early"]][number % 2], "model": model,
                     "quality": quality, "latency_s": time + (number % 20 == 0)}
                )  # fmt: skip
        made = learned(Outcomes.from_frame(rows), objective=rb.Objective(max_latency_p95_s=2.0))
        assert made.evaluation.total.latency_p95_s <= 2.0

    def test_of_equal_prices_the_better_model_answers(self) -> None:
        made = learned(planted([[0.5, 0.9]], 300, usd=(0.001, 0.001), tags=False))
        assert (made.routes, made.policy.default.models[0]) == (False, "sim/m1")

    def test_costs_that_are_unknown_are_said(self) -> None:
        made = learned(planted(APART, 300))
        assert made.routes
        assert str(made.objective) == "best quality, whatever it costs"
        assert any("Costs are unknown" in note for note in made.notes)


class TestOneModel:
    """Where nothing is found, and why."""

    def test_no_difference_is_no_rule(self) -> None:
        made = learned(planted([[0.6, 0.6]] * 2, 300, usd=(0.001, 0.01)))
        assert not made.routes
        assert made.policy.classify == ()
        assert made.reason.startswith("Use sim/m")
        assert made.considered is None or made.checks

    def test_too_few_prompts_are_said_to_be_too_few(self) -> None:
        made = learned(planted([[0.97, 0.97], [0.1, 1.0]], 400, usd=(0.001, 0.01)))
        assert not made.routes
        assert "learn from more prompts, or accept a wider margin" in made.reason

    def test_what_was_not_shown_is_said_with_what_was_found(self) -> None:
        made = learned(planted(SPARE, 240, usd=(0.001, 0.01)))
        assert not made.routes
        assert made.considered is not None
        assert "but this was not shown on held-out prompts: quality less than 0.02 below" in made.reason
        assert [check.holds for check in made.checks].count(False) == 1

    def test_one_model_has_evidence_too(self) -> None:
        made = learned(planted([[0.6, 0.6]] * 2, 300, usd=(0.001, 0.01)))
        evidence = made.policy.default.evidence
        assert evidence is not None
        assert (evidence.prompts, evidence.held_out) == (300, made.evaluation.total.prompts)


class TestEvidence:
    """What a policy says of itself."""

    def test_it_is_what_the_policy_gets_on_the_held_out_prompts(self) -> None:
        made = learned(planted(SPARE, 900, usd=(0.001, 0.01)))
        again = made.policy.evaluate(made.evaluation.outcomes, against=made.evaluation.against).routes.set_index("tag")
        for tag, row in again.iterrows():
            route = made.policy.default if tag == "default" else made.policy.routes[str(tag)]
            evidence = route.evidence
            assert evidence is not None
            assert evidence.held_out == row["prompts"]
            assert evidence.quality == pytest.approx(row["quality"], rel=1e-3)
            assert evidence.quality_ci95 == pytest.approx((row["low"], row["high"]), rel=1e-3)
            assert evidence.usd_per_1k_prompts == pytest.approx(row["usd_per_1k_prompts"], rel=1e-3)
            if evidence.gain is not None:
                assert evidence.gain == pytest.approx(row["gain"], abs=1e-3)
            assert evidence.simulated

    def test_prompts_are_counted_once(self) -> None:
        made = learned(planted(SPARE, 900, usd=(0.001, 0.01)))
        routes = [*made.policy.routes.values(), made.policy.default]
        told = [route.evidence for route in routes if route.evidence is not None]
        assert sum(evidence.prompts for evidence in told) == 900
        assert sum(evidence.held_out or 0 for evidence in told) == made.evaluation.total.prompts

    def test_it_is_measured_on_the_prompts_given(self) -> None:
        test = planted(APART, 200, seed=1, first=1_000)
        made = learned(planted(APART, 300), objective=QUALITY, held_out=test)
        assert made.evaluation.outcomes is test
        assert sum(route.evidence.held_out or 0 for route in made.policy.routes.values() if route.evidence) < 200

    def test_held_out_prompts_are_not_learned_from(self) -> None:
        made = learned(planted(APART, 300), objective=QUALITY, held_out=planted(APART, 100, seed=1, first=250))
        assert "Left out, since nearly the same as held-out ones: 50 prompts." in made.notes

    def test_the_file_says_where_it_is_from(self) -> None:
        outcomes = planted(APART, 300)
        provenance = learned(outcomes, objective=QUALITY, seed=3).policy.provenance
        assert (provenance.created, provenance.seed) == ("2026-11-30", 3)
        assert provenance.data_sha256 == outcomes.data_sha256

    def test_intervals_cover_the_truth_about_as_often_as_they_say(self) -> None:
        quality, gains = [], []
        for seed in range(250):
            made = learned(planted(APART, 360, seed=seed), objective=QUALITY, using="tag", seed=seed)
            tags = made.evaluation.outcomes.prompts["tags"].str[0].to_numpy()
            base = int(made.evaluation.against[-1])
            for row in made.evaluation.by_route:
                here = made.evaluation.assigned.tag == row["tag"]
                chance = np.array(APART)["ab".index(tags[here][0][-1])]
                assert len(set(tags[here])) == 1
                quality.append(row["low"] <= chance[int(row["model"][-1])] <= row["high"])
                if row["gain_low"] < row["gain_high"]:
                    gains.append(row["gain_low"] <= chance[int(row["model"][-1])] - chance[base] <= row["gain_high"])
        assert len(gains) == 250
        assert 0.92 <= np.mean(quality) <= 0.98
        assert 0.92 <= np.mean(gains) <= 0.98


class TestNoDifference:
    """Where models do not differ, rules are not shipped: at most 5 % of the time."""

    @pytest.mark.parametrize(
        ("objective", "usd"),
        [
            (QUALITY, None),
            (rb.Objective(), (0.001, 0.005, 0.01)),
            (rb.Objective(quality_per_usd=0.02), (0.001, 0.005, 0.01)),
        ],
        ids=["quality", "least cost", "exchange"],
    )
    def test_there_are_hardly_any_false_routes(self, objective: rb.Objective, usd: tuple[float, ...] | None) -> None:
        found = [
            learned(
                planted([[0.6] * 3] * 4, 240, usd=usd, words=True, seed=seed), objective=objective, seed=seed
            ).routes
            for seed in range(60)
        ]
        assert sum(found) <= 3

    def test_models_that_differ_alike_for_every_kind_are_not_routed(self) -> None:
        chances = [[0.5, 0.7, 0.6]] * 4
        found = [learned(planted(chances, 240, words=True, seed=seed), objective=QUALITY).routes for seed in range(30)]
        assert sum(found) <= 1


class TestSameInput:
    """The same input gives the same file."""

    def test_again(self) -> None:
        one, other = (learned(planted(APART, 300), objective=QUALITY) for _ in range(2))
        assert one.policy.sha256 == other.policy.sha256
        assert one.reason == other.reason

    def test_whatever_the_order_of_the_rows(self) -> None:
        outcomes = planted(APART, 300, words=True, usd=(0.001, 0.01))
        rows = outcomes.frame.astype({"tags": object})
        found = {
            learned(Outcomes.from_frame(rows.sample(frac=1, random_state=seed), tag="tags")).policy.sha256
            for seed in range(3)
        }
        assert len(found) == 1

    def test_in_another_process_with_other_hashes(self) -> None:
        program = (
            "from datetime import date; import routebook as rb; from tests.support.planted import planted; "
            "print(rb.learn(planted([[.9, .2], [.2, .9]], 300, words=True), created=date(2026, 11, 30)).policy.sha256)"
        )
        found = {
            subprocess.run(
                [sys.executable, "-c", program],
                env={**os.environ, "PYTHONHASHSEED": seed},
                capture_output=True,
                text=True,
                check=True,
            ).stdout
            for seed in ("1", "2")
        }
        assert len(found) == 1

    def test_another_seed_divides_otherwise(self) -> None:
        one, other = (learned(planted(APART, 300), seed=seed).evaluation.outcomes for seed in (0, 1))
        assert set(one.prompts.index) != set(other.prompts.index)


def odd(**columns: Any) -> Outcomes:
    """Return 300 prompts, odd ones of which only the second model answers; with some columns otherwise."""
    numbers = range(300)
    frame: dict[str, Any] = {
        "prompt": [f"Question {number}" for number in numbers],
        "tags": [["odd" if number % 2 else "even"] for number in numbers],
        "sim/m0": [1 - number % 2 for number in numbers],
        "sim/m1": [1 for _ in numbers],
        "usd": [0.001 for _ in numbers],
        "usd1": [0.01 for _ in numbers],
    }
    rows = pd.DataFrame(frame | columns)
    models = [name for name in rows if str(name).partition("/")[0] in ("sim", "a b")]
    cost = {models[0]: "usd", models[1]: "usd1"}
    return Outcomes.from_frame(rows, models=models, cost=cost, tag="tags")


def every(value: Any) -> list[Any]:
    return [value(number) if callable(value) else value for number in range(300)]


ODD: dict[str, dict[str, Any]] = {
    "nothing odd": {},
    "one text": {"prompt": every("the same")},
    "two texts": {"prompt": every(lambda number: f"text {number % 2}")},
    "signs": {"prompt": every(lambda number: "?" * (number + 1))},
    "half an emoji": {"prompt": every(lambda number: f"\ud83d {number}")},
    "words that are not NFC": {"prompt": every(lambda number: f"\u1112\u1161\u11ab \uf900 {number}")},
    "no tags": {"tags": every(lambda _: [])},
    "tags on some": {"tags": every(lambda number: ["odd"] if number % 6 == 1 else [])},
    "several tags": {"tags": every(lambda number: ["all", f"m{number % 7}", "odd" if number % 2 else "even"])},
    "a tag each": {"tags": every(lambda number: [f"id-{number}"])},
    "tags of two lines": {"tags": every(lambda number: ["o\ndd" if number % 2 else "e\nven"])},
    "tags that are not NFC": {"tags": every(lambda number: ["e\u0301" if number % 2 else "even"])},
    "long tags": {"tags": every(lambda number: [("o" if number % 2 else "e") * 150])},
    "a tag called default": {"tags": every(lambda number: ["default" if number % 2 else "kind-1"])},
    "tags that YAML reads otherwise": {"tags": every(lambda number: ["null" if number % 2 else "{a: b}"])},
    "quality that does not differ": {"sim/m0": every(1), "sim/m1": every(1)},
    "quality of few": {"sim/m0": every(lambda number: 1 if number < 45 else None)},
    "quality that never meets": {
        "sim/m0": every(lambda number: 1 if number % 2 else nan),
        "sim/m1": every(lambda number: nan if number % 2 else 1),
    },
    "a model never judged": {"sim/m2": every(nan)},
    "free": {"usd": every(0.0), "usd1": every(0.0)},
    "one of them free": {"usd": every(0.0)},
    "the better one free": {"usd1": every(0.0)},
    "a price of next to nothing": {"usd": every(1e-300)},
    "a price beyond all": {"usd": every(1e200)},
    "costs of some": {"usd": every(lambda number: 0.001 if number % 3 else None)},
    "no costs of one": {"usd": every(None)},
    "a name with spaces": {"a b/c d": every(1)},
}


def answered(columns: dict[str, Any], objective: rb.Objective) -> Learned | str:
    """Return what is learned, or what is said instead."""
    try:
        return learned(odd(**columns), objective=objective)
    except RoutebookError as error:
        return str(error)


class TestOdd:
    """Odd input gives an honest answer or a kind line, and what is learned can be read again."""

    @pytest.mark.parametrize(
        "objective", [rb.Objective(), QUALITY, rb.Objective(max_usd_per_1k_prompts=4)], ids=["cost", "quality", "cap"]
    )
    @pytest.mark.parametrize("columns", ODD.values(), ids=ODD.keys())
    def test_it_is_learned_from_or_refused(self, columns: dict[str, Any], objective: rb.Objective) -> None:
        made = answered(columns, objective)
        if isinstance(made, str):
            assert "\n" not in made
            assert len(made) < 500
            return
        assert Policy.from_yaml(made.policy.to_yaml()).sha256 == made.policy.sha256
        assert "\n" not in made.reason
        assert str(made)
        assert objective is not QUALITY or made.beside.frame["quality"].notna().any()

    def test_a_thousand_and_a_half_tags_fit_into_a_file(self) -> None:
        rows = [
            {"prompt": f"Question {n}", "tags": [f"{n % 2}-{n % 1500}"], "sim/a": n % 2, "sim/b": 1 - n % 2}
            for n in range(9_000)
        ]
        made = learned(Outcomes.from_frame(rows, models=["sim/a", "sim/b"], tag="tags"), objective=QUALITY, using="tag")
        assert Policy.from_yaml(made.policy.to_yaml()).sha256 == made.policy.sha256
        assert made.routes or any("too long for a policy" in note for note in made.notes)
        assert all(len(note) < 400 for note in made.notes)

    @pytest.mark.parametrize(
        ("option", "value", "says"),
        [
            ("objective", "cheap", r"such as rb\.Objective\(margin=0\.01\)"),
            ("created", "2026-11-30", r"such as datetime\.date"),
            ("max_rules", 0, "from 1 to 100"),
            ("max_rules", True, "from 1 to 100"),
            ("seed", -1, "0 or more"),
            ("using", ["tags"], "Did you mean 'tag'"),
            ("using", [], "have to ask something"),
            ("using", 5, "tag, feature or keyword"),
            ("test_share", 3, "from 0.05 to 0.9"),
        ],
    )
    def test_an_option_that_is_none_is_refused(self, option: str, value: Any, says: str) -> None:
        with pytest.raises(OptionError, match=says):
            rb.learn(odd(), **{option: value})

    @pytest.mark.parametrize("name", ["a\nb", " desk", 5])
    def test_what_cannot_be_a_policys_name_is_refused_before_anything_is_learned(self, name: Any) -> None:
        with pytest.raises(PolicyError, match="cannot be a policy's name"):
            rb.learn(odd(), name=name)

    def test_held_out_outcomes_of_other_models_are_refused(self) -> None:
        with pytest.raises(OutcomesError, match=r"have no answers of sim/m2"):
            learned(planted([[0.5] * 3], 100), held_out=planted([[0.5] * 2], 100, first=200))

    def test_a_model_that_a_policy_cannot_name_is_told_how_to_be_named(self) -> None:
        with pytest.raises(OutcomesError, match=r"cannot name the model 'a b/c d'; .*models="):
            learned(odd(**{"a b/c d": every(1)}), objective=QUALITY)


class TestShown:
    """As it is read."""

    def test_the_table_says_who_answers_what_and_why(self) -> None:
        text = str(learned(planted(SPARE, 900, usd=(0.001, 0.01))))
        assert text.startswith("Learned rules: for least cost at a quality less than 0.02 below")
        assert "everything else" in text
        assert "What rules have to show" in text
        assert "Shown on held-out prompts: quality less than 0.02 below sim/m1, found 0.000" in text

    def test_hostile_tags_do_nothing_and_long_ones_do_not_widen_the_table(self) -> None:
        tags = every(lambda number: [f"<script>alert(1)</script>{number % 20}-{'odd' if number % 2 else 'even'}"])
        made = learned(odd(tags=tags), objective=rb.Objective(quality_per_usd=0.02), using="tag")
        assert read(made._repr_html_(), PAGE_TAGS).forbidden == []
        assert made.routes
        assert all(len(line) < 330 for line in str(made).splitlines())
