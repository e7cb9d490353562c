"""The verbs, on simulated models: from a prompt to a comparison."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import routebook as rb
from routebook.errors import ModelError, OptionError, PromptError, RoutebookError, RunError
from routebook.store import default_store


def test_every_model_is_asked_every_prompt_as_often_as_wanted() -> None:
    run = rb.compare(["What is 2 + 2?", "What is 3 + 3?"], models=["sim/small", "sim/large"], repeats=2)
    assert [(call.prompt_id, call.repeat, str(call.model)) for call in run.calls] == [
        (prompt.id, repeat, model)
        for prompt in run.prompts
        for repeat in (0, 1)
        for model in ("sim/small", "sim/large")
    ]
    assert run.run.status == "finished"
    assert all(call.simulated for call in run.calls)


def test_the_same_question_again_is_answered_from_the_cache_with_its_old_times() -> None:
    first = rb.compare("What is 2 + 2?", models=["sim/small"])
    again = rb.compare("What is 2 + 2?", models=["sim/small"])
    (old,), (new,) = first.calls, again.calls
    assert new.cached_from == old.id
    assert (new.text, new.latency_s, new.usage) == (old.text, old.latency_s, old.usage)
    assert new.latency_s
    assert again.frame["cost_usd"].item() == 0
    assert again.frame["list_cost_usd"].item() > 0


def test_without_the_cache_it_is_asked_again() -> None:
    rb.compare("What is 2 + 2?", models=["sim/small"])
    assert not rb.compare("What is 2 + 2?", models=["sim/small"], cache=False).calls[0].cached


def test_another_repeat_is_another_question_to_the_cache() -> None:
    rb.compare("What is 2 + 2?", models=["sim/small"])
    run = rb.compare("What is 2 + 2?", models=["sim/small"], repeats=2)
    assert [call.cached for call in run.calls] == [True, False]


def test_a_plan_says_what_it_may_cost_before_anything_is_sent() -> None:
    plan = rb.plan([f"What is 2 + {n}?" for n in range(3)], models=["sim/small", "ollama/llama3"], max_tokens=100)
    assert plan.quote.to_ask == 6
    assert 0 < plan.quote.simulated_low_usd < plan.quote.simulated_high_usd
    assert plan.quote.high_usd == 0
    assert plan.quote.unpriced == ("ollama/llama3",)
    assert "price unknown: ollama/llama3" in str(plan)
    assert default_store().runs() == []


def test_what_it_did_cost_is_within_what_was_quoted() -> None:
    plan = rb.plan("Tell me about rivers.", models=["sim/small", "sim/reasoner"])
    run = rb.compare("Tell me about rivers.", models=["sim/small", "sim/reasoner"])
    assert plan.quote.simulated_low_usd <= run.total_cost.simulated.usd <= plan.quote.simulated_high_usd


def test_a_follow_up_sends_each_model_its_own_earlier_answer() -> None:
    first = rb.compare("What is 2 + 2?", models=["sim/small", "sim/large"], name="first")
    second = rb.compare("And 3 + 3?", follow=first)
    third = rb.compare("And 4 + 4?", follow=second, models=["sim/large"])
    plan = rb.plan("And 4 + 4?", follow=second, models=["sim/large"])
    assert second.models == first.models
    assert third.errors == ()
    (call,) = plan.calls
    assert [message.role for message in call.request.messages] == ["user", "assistant"] * 2 + ["user"]
    assert call.request.messages[1].text == first.text("sim/large")
    assert call.request.messages[3].text == second.text("sim/large")


def test_a_follow_up_by_name_finds_the_run_in_the_store() -> None:
    rb.compare("What is 2 + 2?", models=["sim/small"], name="first")
    assert rb.compare("And 3 + 3?", follow="first").prompts[0].follows is not None


def test_a_model_without_an_earlier_answer_fails_alone_in_a_follow_up() -> None:
    first = rb.compare("What is 2 + 2?", models=["sim/small"])
    second = rb.compare("And 3 + 3?", models=["sim/small", "sim/large"], follow=first)
    small, large = second.calls
    assert small.status == "ok"
    assert large.failure is not None
    assert "no earlier answer" in large.failure.message


def test_a_recorded_run_streams_again_with_the_same_pieces() -> None:
    recorded = rb.compare("Tell me about rivers.", models=["sim/medium"], cache=False)
    pieces: list[str] = []
    live = rb.start(
        "Tell me about rivers.",
        models=["sim/medium"],
        replay=True,
        on_event=lambda event: pieces.append(event.text) if event.kind == "text" else None,
    )
    replayed = live.result()
    (old,), (new,) = recorded.calls, replayed.calls
    assert "".join(pieces) == old.text
    assert [len(piece) for piece in pieces] == [chunk.length for chunk in old.timeline if chunk.kind == "text"]
    assert new.replayed
    assert new.latency_s == old.latency_s
    assert replayed.run.replay_of == recorded.run.id
    assert replayed.frame["cost_usd"].item() == 0


def test_a_replay_works_from_a_file_on_a_machine_that_never_asked(tmp_path: Path) -> None:
    recorded = rb.compare("Tell me about rivers.", models=["sim/medium"])
    recorded.to_json(tmp_path / "lesson.json")
    elsewhere = rb.Store.open(tmp_path / "elsewhere.sqlite3")
    replayed = rb.compare(
        "Tell me about rivers.", models=["sim/medium"], replay=tmp_path / "lesson.json", store=elsewhere
    )
    elsewhere.close()
    assert replayed.text("sim/medium") == recorded.text("sim/medium")
    assert replayed.calls[0].replayed


def test_what_was_never_recorded_is_an_error_and_not_a_call() -> None:
    run = rb.compare("Something new.", models=["sim/small"], replay=True)
    (call,) = run.calls
    assert call.failure is not None
    assert "No recording" in call.failure.message


async def test_it_can_be_awaited_in_a_notebooks_own_loop() -> None:
    run = await rb.acompare("What is 2 + 2?", models=["sim/small"])
    assert run.errors == ()


async def test_cancelling_the_awaited_run_stops_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROUTEBOOK_SIM_SPEED", "0.05")
    task = asyncio.create_task(rb.acompare("Tell me a long story.", models=["sim/small"], name="cut"))
    while not any(run.name == "cut" for run in await asyncio.to_thread(default_store().runs)):  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert default_store().load_run("cut")[0].status == "interrupted"


def test_a_schema_from_a_pydantic_model_a_dictionary_or_a_path(tmp_path: Path) -> None:
    from pydantic import BaseModel

    class City(BaseModel):
        name: str
        people: int

    path = tmp_path / "city.json"
    path.write_text(json.dumps(City.model_json_schema()))
    texts = {
        rb.compare("Describe a city.", models=["sim/large"], schema=schema).text("sim/large")
        for schema in (City, City.model_json_schema(), path, str(path), path.read_text())
    }
    assert len(texts) == 1
    City.model_validate_json(texts.pop())


@pytest.mark.parametrize(
    ("options", "error", "said"),
    [
        ({"models": []}, ModelError, "at least one model"),
        ({"models": ["sim"]}, ModelError, "host/model"),
        ({"models": ["nohost/x"]}, ModelError, "nohost"),
        ({"models": ["sim/small", "sim/small"]}, OptionError, "twice"),
        ({"repeats": 0}, OptionError, "repeats"),
        ({"max_tokens": -1}, OptionError, "max_tokens"),
        ({"temperature": float("nan")}, OptionError, "temperature"),
        ({"schema": 3}, OptionError, "JSON schema"),
        ({"schema": {"type": "nonsense"}}, OptionError, "nonsense"),
        ({"schema": "{broken"}, OptionError, "not JSON"),
        ({"budget_usd": -1}, OptionError, "budget"),
        ({"timeout_s": 0}, OptionError, "timeout_s"),
        ({"retries": 99}, OptionError, "retries"),
        ({"concurrency": 0}, OptionError, "concurrency"),
        ({"images": [b"not an image"]}, PromptError, "not an image"),
        ({"images": ["nowhere.png"]}, PromptError, "nowhere.png"),
        ({"follow": "nowhere"}, RunError, "nowhere"),
        ({"variables": {"langauge": 1}}, PromptError, "language"),
        ({"models": [5]}, ModelError, "5 is not a model id"),
        ({"name": 5}, OptionError, "name"),
        ({"timeout_s": "5"}, OptionError, "timeout_s"),
        ({"concurrency": {"simm": 2}}, OptionError, "'sim'"),
        ({"nme": "run"}, OptionError, "'name'"),
    ],
)
def test_bad_input_is_one_clear_line(options: dict[str, object], error: type[RoutebookError], said: str) -> None:
    with pytest.raises(error) as raised:
        rb.compare("Hello {{language}}", **({"models": ["sim/small"]} | options))
    assert said in str(raised.value)
    assert "\n" not in str(raised.value)
    assert default_store().runs() == []


def test_an_empty_prompt_is_refused() -> None:
    with pytest.raises(PromptError, match="empty"):
        rb.compare("  \n", models=["sim/small"])


def stopped_run(**options: object) -> rb.Comparison:
    """A run of a slow and a quick answer, stopped when the quick one was there."""
    live = rb.start(["Tell me a long story.", "What is 17 * 23?"], models=["sim/large"], **options)
    while not live.finished:
        time.sleep(0.005)
    live.stop()
    live.wait(10)
    return live.comparison()


def test_what_was_resumed_is_stored_once_with_what_was_given_last(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROUTEBOOK_SIM_SPEED", "1")
    first = stopped_run(name="first", concurrency=1, cache=False)
    assert first.run.status == "interrupted"
    monkeypatch.setenv("ROUTEBOOK_SIM_SPEED", "0")
    run = rb.compare(
        ["Tell me a long story.", "What is 17 * 23?"],
        models=["sim/large"],
        name="second",
        tags=["story", "arithmetic"],
        cache=False,
    )
    loaded = rb.load("second")
    assert run.run.id == first.run.id
    assert run.errors == ()
    assert [call.id for call in loaded.calls] == [call.id for call in run.calls]
    assert [prompt.tags for prompt in loaded.prompts] == [("story",), ("arithmetic",)]


def test_an_interrupted_replay_is_never_taken_for_an_unfinished_run(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = ["Tell me a long story.", "What is 17 * 23?"]
    monkeypatch.setenv("ROUTEBOOK_SIM_SPEED", "2")
    rb.compare(asked, models=["sim/large"], cache=False)
    replay = stopped_run(replay=True)
    assert replay.run.status == "interrupted"
    run = rb.compare(asked, models=["sim/large"], cache=False)
    assert run.run.id != replay.run.id
    assert [call.replayed or call.cached for call in run.calls] == [False, False]


def test_of_two_who_go_on_with_the_same_run_both_get_their_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROUTEBOOK_SIM_SPEED", "1")
    stopped_run(concurrency=1, cache=False)
    monkeypatch.setenv("ROUTEBOOK_SIM_SPEED", "0")
    with ThreadPoolExecutor(2) as pool:
        asked = ["Tell me a long story.", "What is 17 * 23?"]
        both = [pool.submit(rb.compare, asked, models=["sim/large"]) for _ in range(2)]
        runs = [each.result() for each in both]
    assert [run.errors for run in runs] == [(), ()]
    assert [len(run.calls) for run in runs] == [2, 2]


async def test_a_run_whose_caller_went_away_while_it_started_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROUTEBOOK_SIM_SPEED", "0.05")
    task = asyncio.create_task(rb.acompare("Tell me a long story.", models=["sim/large"], name="gone"))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    for _ in range(500):
        statuses = [run.status for run in await asyncio.to_thread(default_store().runs) if run.name == "gone"]
        if statuses in ([], ["interrupted"]):
            break
        await asyncio.sleep(0.02)
    assert statuses in ([], ["interrupted"])


def test_the_same_prompt_twice_is_asked_once_under_both_tags() -> None:
    twice = [rb.Prompt.of("What is 2 + 2?", tags=["a"]), rb.Prompt.of("What is 2 + 2?", tags=["b"], expected="4")]
    run = rb.compare(twice, models=["sim/small"])
    (prompt,) = run.prompts
    assert (prompt.tags, prompt.expected, len(run.calls)) == (("a", "b"), "4", 1)


def test_a_listener_that_fails_costs_no_answer() -> None:
    def listen(event: object) -> None:
        raise ValueError("no more room")

    run = rb.compare("What is 2 + 2?", models=["sim/small"], on_event=listen)
    assert run.errors == ()
    assert any("on_event raised ValueError: no more room" in warning for warning in run.warnings)


def test_numpys_numbers_are_numbers_and_one_image_is_one_image(tmp_path: Path) -> None:
    import numpy as np

    (tmp_path / "cat.png").write_bytes(b"\x89PNG\r\n\x1a\n" + b"\0" * 16)
    run = rb.compare("What is this?", models=["sim/large"], images=str(tmp_path / "cat.png"), max_tokens=np.int64(50))
    assert run.errors == ()


CHILD = textwrap.dedent(
    """
    import sys
    import routebook as rb
    rb.compare(
        [f"Tell me story {number}." for number in range(40)],
        models=["sim/small", "sim/medium"],
        concurrency=4,
        cache=False,
        on_event=lambda event: print(event.call, flush=True) if event.kind == "finished" else None,
    )
    """
)


def test_a_killed_kernel_loses_no_finished_call_and_the_same_again_asks_only_for_the_rest() -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"ROUTEBOOK_SIM_SPEED": "5"},
    )
    assert child.stdout is not None
    shown = [int(child.stdout.readline()) for _ in range(10)]
    child.send_signal(signal.SIGKILL)
    shown += [int(line) for line in child.stdout.read().split()]
    child.wait()
    child.stdout.close()
    assert len(shown) < 80

    asked: list[int] = []
    live = rb.start(
        [f"Tell me story {number}." for number in range(40)],
        models=["sim/small", "sim/medium"],
        cache=False,
        on_event=lambda event: asked.append(event.call) if event.kind == "started" else None,
    )
    run = live.result()
    assert run.errors == ()
    assert len(run.calls) == 80
    assert set(asked).isdisjoint(shown)
    assert len(asked) == 80 - live.resumed
    assert live.resumed >= len(shown)
    assert len(default_store().runs()) == 1
