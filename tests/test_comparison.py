"""A comparison: the answers as a table, as texts, as differences, and as the start of a policy."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from decimal import Decimal

import pandas as pd
import pytest
from tests.support.examples import call_of, run_of
from tests.support.showcase import ASK, MODELS, prices, showcase

from routebook.comparison import Comparison
from routebook.errors import ModelError, PolicyError, RunError
from routebook.models import ModelId
from routebook.prompts import Prompt
from routebook.providers.contract import Usage
from routebook.runs import compare

GPT, CLAUDE, NOVA, LLAMA = MODELS
COLUMNS = [
    "prompt_id", "prompt", "tags", "expected", "model", "host", "vendor", "repeat", "status", "text", "reasoning",
    "finish", "cost_usd", "list_cost_usd", "price_source", "input_tokens", "cached_tokens", "cache_write_tokens",
    "output_tokens", "reasoning_tokens", "ttft_s", "first_event_s", "first_reasoning_s", "latency_s", "queued_s",
    "tokens_per_s", "attempts", "error", "error_message", "cached", "cached_at", "simulated", "replayed", "request_id",
    "served_model", "started_at",
]  # fmt: skip


class TestFrame:
    def test_it_has_a_row_for_each_call_with_units_in_the_names(self) -> None:
        frame = showcase().frame

        assert list(frame.columns) == COLUMNS
        assert len(frame) == 4
        assert frame["model"].tolist() == list(MODELS)
        assert frame["vendor"].tolist() == ["openai", "anthropic", "amazon", "unknown"]
        assert frame["prompt"].unique().tolist() == [ASK.text]
        assert frame["tags"][0] == ("coding",)

    def test_what_an_answer_costs_now_and_what_it_cost_are_apart(self) -> None:
        frame = showcase().frame

        assert frame["cost_usd"].tolist()[:2] == [0.0026, 0.0]
        assert frame["list_cost_usd"].tolist()[:2] == [0.0026, 0.0012]
        assert frame["cached"].tolist() == [False, True, False, False]

    def test_unknown_is_missing_and_never_zero(self) -> None:
        failed = showcase().frame.iloc[3]

        for column in ("cost_usd", "list_cost_usd", "input_tokens", "output_tokens", "ttft_s", "latency_s", "finish"):
            assert pd.isna(failed[column]), column
        assert failed["error"] == "connection"
        assert failed["attempts"] == 3

    def test_types_are_the_same_whatever_is_known(self) -> None:
        full, empty = showcase().frame, Comparison(showcase().run, [ASK], [], prices=prices()).frame

        assert str(full["input_tokens"].dtype) == "Int64"
        assert str(full["started_at"].dtype) == str(empty["started_at"].dtype) == "datetime64[us, UTC]"
        assert len(empty) == 0
        assert list(empty.columns) == COLUMNS
        for column in ("prompt", "text", "cost_usd", "output_tokens", "ttft_s", "cached"):
            assert empty[column].dtype == full[column].dtype

    def test_it_has_the_answers_one_expects(self) -> None:
        frame = showcase([Prompt.of("2 + 2?", expected="4"), Prompt.of("Hello.")], models=[GPT]).frame

        assert frame["expected"][0] == "4"
        assert pd.isna(frame["expected"][1])

    def test_changing_it_changes_nothing_else(self) -> None:
        run = showcase()
        frame = run.frame
        frame["text"] = "gone"

        assert run.frame["text"][0] == "Scan **once**."

    def test_half_a_surrogate_pair_does_not_break_it(self) -> None:
        assert showcase(each={"text": "\ud83d"}).frame["text"].tolist() == ["\ud83d"] * 4

    def test_rows_are_in_the_order_of_the_plan_whatever_came_first(self) -> None:
        prompts = [Prompt.of("b"), Prompt.of("a")]
        run = showcase(prompts, repeats=2)
        shuffled = Comparison(run.run, prompts, run.calls[::-1], prices=prices())

        assert shuffled.calls == run.calls
        assert shuffled.frame["prompt"].tolist() == ["b"] * 8 + ["a"] * 8
        assert shuffled.frame["repeat"].tolist()[:8] == [0] * 4 + [1] * 4


class TestSummary:
    def test_it_has_a_row_for_each_model_in_the_order_asked(self) -> None:
        summary = showcase([Prompt.of("a"), Prompt.of("b")]).summary()

        assert summary["model"].tolist() == list(MODELS)
        assert summary["calls"].tolist() == [2] * 4
        assert summary["errors"].tolist() == [0, 0, 0, 2]
        assert summary["cached"].tolist() == [0, 2, 0, 0]
        assert summary["timed_calls"].tolist() == [2, 2, 2, 0]
        assert summary["priced"].tolist() == [2, 2, 2, 0]

    def test_costs_are_now_and_per_thousand_calls_as_asked(self) -> None:
        summary = showcase().summary().set_index("model")

        assert summary.loc[CLAUDE, "cost_usd"] == 0
        assert summary.loc[CLAUDE, "usd_per_1k_calls"] == pytest.approx(1.2)
        assert math.isnan(summary.loc[LLAMA, "cost_usd"])
        assert math.isnan(summary.loc[LLAMA, "usd_per_1k_calls"])

    def test_quantiles_are_those_of_numpy_over_answered_calls(self) -> None:
        run = run_of(models=("sim/small",))
        latencies = [0.3, 0.1, 2.0, 0.7, 0.5]
        calls = [call_of(run, prompt_id=ASK.id, repeat=n, latency_s=value) for n, value in enumerate(latencies)]
        broken = replace(showcase().calls[3], id="b" * 32, run_id=run.id, model=ModelId("sim", "small"), latency_s=60.0)
        row = Comparison(run, [ASK], [*calls, replace(broken, repeat=5)], prices=prices()).summary().iloc[0]

        assert row["latency_p50_s"] == pytest.approx(pd.Series(latencies).quantile(0.5))
        assert row["latency_p95_s"] == pytest.approx(pd.Series(latencies).quantile(0.95))
        assert row["timed_calls"] == 5
        assert row["errors"] == 1

    def test_a_model_that_was_never_asked_has_a_row(self) -> None:
        run = showcase()
        row = Comparison(run.run, run.prompts, run.calls[:2], prices=prices()).summary().iloc[3]

        assert row["calls"] == 0
        assert math.isnan(row["cost_usd"])
        assert math.isnan(row["latency_p50_s"])

    def test_it_says_what_is_simulated(self) -> None:
        assert showcase(each={"simulated": True}).summary()["simulated"].all()
        assert not showcase().summary()["simulated"].any()


class TestTotalCost:
    def test_it_says_of_how_many_calls_the_price_is_known(self) -> None:
        cost = showcase().total_cost

        assert (cost.usd, cost.priced, cost.calls) == (Decimal("0.002776"), 3, 4)
        assert cost.list_usd == Decimal("0.003976")
        assert str(cost) == "$0.0028, 3 of 4 priced"
        assert float(cost) == 0.002776

    def test_nothing_known_is_unknown(self) -> None:
        cost = showcase(each={"usage": Usage(), "cached_from": None}).total_cost

        assert cost.usd is None
        assert math.isnan(float(cost))
        assert str(cost) == "unknown, 0 of 4 priced"

    def test_a_replay_costs_nothing_now(self) -> None:
        cost = showcase(each={"replayed": True, "cached_from": None}).total_cost

        assert cost.usd == 0
        assert cost.list_usd == Decimal("0.003976")


class TestText:
    def test_a_model_is_named_in_full_or_by_what_tells_it_apart(self) -> None:
        run = showcase()

        for name in (GPT, "gpt-6.1-terra", ModelId.parse(GPT)):
            assert run.text(name) == "Scan **once**."
        assert showcase(models=["openrouter/meta-llama/llama-4", GPT]).text("llama-4") == "Scan **once**."

    def test_a_misspelt_name_is_answered_with_the_nearest(self) -> None:
        with pytest.raises(ModelError, match=r"no model 'gpt-6.1-tera'\. Did you mean 'gpt-6.1-terra'\?"):
            showcase().text("gpt-6.1-tera")
        with pytest.raises(ModelError, match=r"It has openai/gpt-6\.1-terra, anthropic/"):
            showcase().text("zzz")

    def test_a_name_of_two_models_is_refused_with_both(self) -> None:
        run = showcase(models=["azure/gpt-5", "openai/gpt-5"])

        with pytest.raises(ModelError, match="'gpt-5' could be azure/gpt-5 or openai/gpt-5: write one of them in full"):
            run.text("gpt-5")

    def test_a_prompt_is_named_by_number_id_text_or_itself(self) -> None:
        prompts = [Prompt.of("first"), Prompt.of("second")]
        run = showcase(prompts, each={"text": "?"})
        run = Comparison(run.run, prompts, [replace(c, text=c.prompt_id) for c in run.calls], prices=prices())

        for key in (1, -1, prompts[1].id, prompts[1].id[:8], "second", prompts[1]):
            assert run.text(GPT, key) == prompts[1].id

    def test_a_prompt_that_is_not_there_is_a_clear_error(self) -> None:
        run = showcase([Prompt.of("first"), Prompt.of("second")])

        with pytest.raises(RunError, match="2 prompts: say which, such as prompt=0"):
            run.text(GPT)
        with pytest.raises(RunError, match="no prompt 2: this run has 2 prompts, from 0"):
            run.text(GPT, 2)
        with pytest.raises(RunError, match=r"no prompt 'secnd'\. Did you mean 'second'"):
            run.text(GPT, "secnd")

    def test_a_failed_call_has_no_text_but_a_reason(self) -> None:
        with pytest.raises(RunError, match=r"ollama/my-llama gave no whole answer: No server at localhost:11434\."):
            showcase().text(LLAMA)

    def test_a_repeat_that_is_not_there_is_a_clear_error(self) -> None:
        with pytest.raises(RunError, match="has no repeat 5 of this prompt: there is 0 or 1"):
            showcase(repeats=2).text(GPT, repeat=5)

    def test_a_model_that_was_not_asked_in_time_says_so(self) -> None:
        run = showcase()
        half = Comparison(run.run, run.prompts, run.calls[:1], prices=prices())

        with pytest.raises(RunError, match="claude-haiku-5-5 was not asked this prompt before the run ended"):
            half.text(CLAUDE)

    def test_in_a_blind_run_answers_go_by_their_letter(self) -> None:
        run = showcase(blind=True, each={"status": "ok", "failure": None})

        texts = {run.text(letter) for letter in ("A", "Answer B", "c", "D")}
        assert texts == {call.text for call in run.calls}
        with pytest.raises(ModelError, match=r"no model 'E': say A, B, \.\.\., or reveal"):
            run.text("E")


class TestDiff:
    def test_it_marks_words(self) -> None:
        diff = showcase().diff("gpt-6.1-terra", NOVA)

        assert str(diff).startswith(f"--- {GPT}\n+++ {NOVA}\n[-Scan-]{{+Loop+}} ")
        assert repr(diff) == f"<Diff '{GPT}' '{NOVA}': {diff.similarity:.0%} the same>"

    def test_pieces_make_up_both_texts(self) -> None:
        diff = showcase().diff(GPT, NOVA)

        assert "".join(text for change, text in diff.pieces if change != "added") == diff.a_text
        assert "".join(text for change, text in diff.pieces if change != "removed") == diff.b_text

    def test_equal_answers_are_all_the_same(self) -> None:
        run = showcase(each={"text": "", "status": "ok", "failure": None})

        assert run.diff(GPT, NOVA).similarity == 1.0

    def test_very_long_answers_are_compared_by_lines(self) -> None:
        lines = "".join(f"line {number}\n" for number in range(10_000))
        run = showcase(each={"text": lines, "status": "ok", "failure": None})
        first, *rest = run.calls
        longer = Comparison(run.run, run.prompts, [replace(first, text=f"x {lines}"), *rest])

        assert longer.diff(GPT, NOVA).pieces == (
            ("removed", "x line 0\n"),
            ("added", "line 0\n"),
            ("same", lines.removeprefix("line 0\n")),
        )

    def test_in_a_blind_run_it_names_nobody(self) -> None:
        run = showcase(blind=True, each={"status": "ok", "failure": None})

        assert str(run.diff("A", "B")).startswith("--- A\n+++ B\n")


class TestChoose:
    def test_it_makes_a_policy_of_tags_and_fallbacks(self) -> None:
        policy = showcase().choose({"coding": ["claude-haiku-5-5", "gpt-6.1-terra"]}, default=NOVA)

        assert policy.decide("?", tag="coding").models == (CLAUDE, GPT)
        assert policy.decide("?").models == (NOVA,)
        assert policy.name == "longest run"

    def test_a_model_or_tag_the_run_does_not_have_is_refused(self) -> None:
        with pytest.raises(ModelError, match="Did you mean"):
            showcase().choose({"coding": "gpt-6.1-tera"}, default=GPT)
        with pytest.raises(PolicyError, match="Did you mean 'coding'"):
            showcase().choose({"codng": GPT}, default=GPT)


def test_answered_and_failed_calls_are_apart() -> None:
    run = showcase()

    assert [str(call.model) for call in run.ok] == [GPT, CLAUDE, NOVA]
    assert [str(call.model) for call in run.errors] == [LLAMA]


def test_a_call_of_an_unknown_prompt_is_refused() -> None:
    with pytest.raises(RunError, match="not among this run's prompts"):
        Comparison(showcase().run, [Prompt.of("another")], showcase().calls)


def test_its_repr_is_one_line() -> None:
    assert repr(showcase()) == (
        "<Comparison 'longest run': 1 prompt x 4 models, 4 calls, 1 error, $0.0028, 3 of 4 priced>"
    )
    assert repr(showcase(status="interrupted", planned=8)) == (
        "<Comparison 'longest run': 1 prompt x 4 models, 4 of 8 calls, 1 error, $0.0028, 3 of 4 priced, interrupted>"
    )
    assert "blind: reveal() shows who answered what" in repr(showcase(blind=True))


def test_a_file_that_cannot_be_written_is_a_clear_error(tmp_path: object) -> None:
    for write in (showcase().to_html, showcase().to_json):
        with pytest.raises(RunError, match=r"Cannot write '.*no/such/folder/x': No such file or directory"):
            write(f"{tmp_path}/no/such/folder/x")


@pytest.mark.parametrize("prompt", ["Write a poem about rain.", "Sort this: pear, apple, fig.", "What is 17 * 3?"])
def test_a_blind_run_of_simulated_models_shows_no_name_and_its_data_does(prompt: str) -> None:
    models = ["sim/small", "sim/medium", "sim/reasoner", "simcloud/large", "sim/broken", "sim/flaky"]
    run = compare(prompt, models, blind=True)
    shown = [repr(run), str(run), run._repr_html_(), run.to_html()]

    for text in shown:
        assert not re.search(r"\bsim(cloud)?/|\breasoner\b|\bflaky\b|\bbroken\b", text)
    assert run.models == tuple(run.summary()["model"]) == tuple(run.frame["model"]) == tuple(models)


class TestStopped:
    """A run that was stopped before every call was sent has no calls for the rest."""

    @pytest.fixture
    def run(self) -> Comparison:
        whole = showcase([Prompt.of("first"), Prompt.of("second")], status="interrupted")
        return Comparison(whole.run, whole.prompts, whole.calls[:3], prices=prices())

    def test_the_note_and_the_cards_say_so_in_every_view(self, run: Comparison) -> None:
        note = "Interrupted: 3 of 8 calls made. Run it again to ask for the rest."

        for shown in (run._repr_html_(), run.to_html(), " ".join(run.text_table(200).split())):
            assert note in shown
            assert shown.count("Not asked.") == 5

    def test_tables_have_what_was_asked(self, run: Comparison) -> None:
        assert len(run.frame) == 3
        assert run.summary()["calls"].tolist() == [1, 1, 1, 0]
        assert run.total_cost.calls == 3

    def test_a_model_that_was_never_asked_says_so_in_the_summary(self) -> None:
        whole = showcase([Prompt.of(text) for text in "abc"], status="interrupted")
        run = Comparison(whole.run, whole.prompts, [c for c in whole.calls if str(c.model) != LLAMA], prices=prices())

        assert re.search(rf"{LLAMA} +not asked +– +–", run.text_table(200))
        assert re.search(rf'{LLAMA}</th><td><span class="rb-soft">not asked</span></td><td>–</td>', run._repr_html_())

    def test_a_run_stopped_before_its_first_call_can_be_shown(self, run: Comparison) -> None:
        none = Comparison(run.run, run.prompts, [], prices=prices())

        assert "Interrupted: 0 of 8 calls made." in none._repr_html_()
        assert none.text_table(200).count("Not asked") == 8
        assert len(none.frame) == 0
        assert none.summary()["calls"].tolist() == [0] * 4
        assert Comparison.from_json(none.to_json()) == none
