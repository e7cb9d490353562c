"""A comparison as the interactive view takes it and a notebook keeps it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.showcase import ASK, MODELS, NOW, showcase
from tests.support.strategies import texts
from tests.support.view_fixtures import CODING, FIXTURES, FOLDER, RIVER, comparison, pair, rating, written

from routebook.calls import Failure
from routebook.comparison import Comparison
from routebook.prompts import Prompt
from routebook.render import document as module
from routebook.render import palette
from routebook.render.document import MOST_ANSWERS, document
from routebook.render.document_types import Answer, Document


def only(made: Document) -> list[Answer]:
    """Return the answers to the only prompt."""
    (prompt,) = made["prompts"]
    return prompt["answers"]


@pytest.mark.parametrize("name", FIXTURES)
def test_the_files_that_both_sides_are_tested_against_are_what_python_gives(name: str) -> None:
    """Where this fails for a change that is meant: `python -m tests.support.view_fixtures`, and read the difference."""
    assert (FOLDER / f"{name}.json").read_text(encoding="utf-8") == written(name)


def test_what_is_nothing_is_left_out_and_what_is_unknown_is_null() -> None:
    _, cached, _, failed = only(document(showcase()))
    assert "reasoning" not in cached
    assert (cached["usd"], cached["list_usd"]) == (0, 0.0012)
    assert failed["usd"] is None
    assert failed["ttft_s"] is None
    assert "text" not in failed
    assert "output_tokens" not in failed


def test_an_answer_has_the_same_id_whatever_has_come() -> None:
    whole = showcase((ASK, RIVER), repeats=2)
    part = Comparison(whole.run, whole.prompts, whole.calls[3:7], prices=whole._book)
    ids = {answer["id"] for prompt in document(whole)["prompts"] for answer in prompt["answers"]}
    assert len(ids) == 16
    assert {answer["id"] for prompt in document(part)["prompts"] for answer in prompt["answers"]} < ids


def test_a_summary_of_each_model_is_there_where_it_was_asked_more_than_once() -> None:
    assert "summary" not in document(showcase())["models"][0]
    several = document(showcase((ASK, RIVER)))["models"]
    assert [model["summary"]["calls"] for model in several] == [2, 2, 2, 2]


def test_half_a_surrogate_pair_is_replaced_since_json_cannot_carry_it() -> None:
    run = showcase(each={"text": "\ud83d alone, \ud83d\ude00 together", "failure": None, "status": "ok"})
    text = only(document(run))[0]["text"]
    assert text == "\ufffd alone, 😀 together"


@given(texts(), texts())
def test_whatever_models_say_is_written_as_json(text: str, name: str) -> None:
    run = showcase(each={"text": text, "reasoning": text, "request_id": text}, name=name, settings={name: [text]})
    json.dumps(document(run), allow_nan=False, ensure_ascii=False).encode("utf-8")


# ---- very large runs -------------------------------------------------------------------------------------------------


def test_of_a_very_large_run_the_first_prompts_are_kept_and_a_note_says_how_to_see_the_rest() -> None:
    prompts = [Prompt.of(f"Question {number}?") for number in range(MOST_ANSWERS // 4 + 5)]
    run = showcase(prompts, each={"text": "4"})
    made = document(run)
    assert len(made["prompts"]) == MOST_ANSWERS // 4
    assert made["run"]["prompts"] == len(prompts)
    assert made["notes"][-1].startswith("The first 2,000 of 2,005 prompts are shown: run.to_html(")


def test_long_answers_are_kept_as_far_as_they_fit_and_never_cut_in_the_middle() -> None:
    text = "x" * (module.MOST_CHARACTERS // 10)
    run = showcase((ASK, RIVER, CODING), models=MODELS[:1], each={"text": text * 4})
    made = document(run)
    assert [len(prompt["answers"][0]["text"]) for prompt in made["prompts"]] == [len(text) * 4] * 2
    assert "The first 2 of 3 prompts" in made["notes"][-1]


def test_a_single_prompt_is_kept_however_long_its_answers_are() -> None:
    run = showcase(each={"text": "x" * (module.MOST_CHARACTERS // 2)})
    assert len(document(run)["prompts"]) == 1


def test_prompts_nobody_was_asked_count_too() -> None:
    prompts = [Prompt.of(f"Question {number}?") for number in range(MOST_ANSWERS)]
    run = showcase(prompts[:1]).run
    made = document(Comparison(replace(run, planned=4 * len(prompts)), prompts, []))
    assert len(made["prompts"]) == MOST_ANSWERS // 4


# ---- blind -----------------------------------------------------------------------------------------------------------

SECRETS = [part for model in MODELS for part in (model, *model.split("/", 1))] + ["us-east-1", "amazon"]
HIDDEN_FACTS = {
    "host", "usd", "list_usd", "price", "ttft_s", "latency_s", "tokens_per_s", "input_tokens", "cached_tokens",
    "output_tokens", "reasoning_tokens", "reasoning", "finish", "request_id", "served_model", "started_at", "tries",
}  # fmt: skip


def test_a_blind_document_has_no_name_host_time_or_cost() -> None:
    failed = Failure("server", "openai/gpt-6.1-terra fell over at bedrock.", "Ask ollama.", 500)
    made = document(
        Comparison(
            comparison(blind=True).run,
            (CODING, RIVER),
            [
                replace(call, failure=failed, status="error") if not n else call
                for n, call in enumerate(comparison().calls)
            ],
        )
    )
    said = json.dumps(made)
    assert [secret for secret in SECRETS if secret in said] == []
    assert {
        name for prompt in made["prompts"] for answer in prompt["answers"] for name in answer
    } & HIDDEN_FACTS == set()
    assert (made["models"], made["run"]["cost"], made["run"]["slowest_s"]) == ([], None, None)


def test_a_warning_that_names_a_model_or_its_host_is_not_in_a_blind_document() -> None:
    run = showcase(blind=True)
    run.warn("The run ended early: bedrock said no.")
    run.warn("Not saved: the disk is full.")
    assert [note for note in document(run)["notes"] if note.startswith(("The run", "Not"))] == [
        "Not saved: the disk is full."
    ]


def test_what_is_opened_keeps_its_letters_and_the_rest_stays_blind() -> None:
    blind, made = document(comparison(blind=True)), document(comparison(blind=True), opened=[CODING.id])
    first, second = made["prompts"]
    assert second == blind["prompts"][1]
    assert [answer["id"] for answer in first["answers"]] == ["1-0-A", "1-0-B", "1-0-C", "1-0-D"]
    assert [answer["label"] for answer in first["answers"]] == ["Answer A", "Answer B", "Answer C", "Answer D"]
    assert sorted(answer["model"] or 0 for answer in first["answers"]) == [0, 1, 2, 3]
    assert [model["id"] for model in made["models"]] == list(MODELS)
    assert made["run"]["cost"] is None


def test_a_blind_run_takes_no_colours_until_it_is_opened() -> None:
    """The next run's colours would tell who was seen first."""
    document(comparison(blind=True))
    assert palette.colours(MODELS[::-1]) == [0, 1, 2, 3]


# ---- votes -----------------------------------------------------------------------------------------------------------


def test_votes_name_the_answers_they_are_about() -> None:
    made = document(comparison(), votes=[pair(), rating(RIVER)])
    ids: dict[str, Any] = {answer["id"]: answer for prompt in made["prompts"] for answer in prompt["answers"]}
    first, second = made["votes"]
    assert (first["winner"], ids[first["b"]]["model"]) == ("b", 1)
    assert [ids[name]["model"] for name in first["order"]] == [3, 2, 1, 0]
    assert (second["rating"], ids[second["answer"]]["model"]) == (4, 2)


def test_votes_on_answers_whose_models_are_hidden_are_not_told() -> None:
    votes = [pair(), rating(RIVER)]
    assert document(comparison(blind=True), votes=votes)["votes"] == []
    (vote,) = document(comparison(blind=True), votes=votes, opened=[RIVER.id])["votes"]
    assert vote["prompt"] == RIVER.id


def test_a_vote_on_a_model_that_is_not_in_the_run_is_left_out() -> None:
    strange = pair(model_a="sim/small", shown=(), at=NOW + timedelta(days=1))
    assert document(comparison(), votes=[strange])["votes"] == []


def test_a_document_of_any_fixture_survives_json() -> None:
    for name in FIXTURES:
        assert json.loads(written(name)) == json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


@given(st.sampled_from(MODELS), st.integers(1, 3))
def test_ids_are_unique_in_a_document(model: str, repeats: int) -> None:
    made = document(showcase((ASK, RIVER), models=(model, "sim/small"), repeats=repeats))
    ids = [answer["id"] for prompt in made["prompts"] for answer in prompt["answers"]]
    assert len(set(ids)) == len(ids) == 4 * repeats
