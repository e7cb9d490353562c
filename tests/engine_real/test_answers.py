"""Answers of a real engine over Chat, Responses and Messages: streamed, counted, timed, limited, kept."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from tests.support.llama_server import PROTOCOLS, LlamaServer

import routebook as rb
from routebook.calls import Call
from routebook.models import ModelId
from routebook.providers.registry import provider_for

pytestmark = pytest.mark.engine

QUESTION = "Name three rivers."
SYSTEM = "You are terse."


def ask(model: str, **options: Any) -> Call:
    run: rb.Comparison = rb.compare(QUESTION, models=[model], **options)
    (call,) = run.calls
    assert call.failure is None, call.failure
    return call


def test_the_pieces_that_stream_make_up_the_answer(engine: LlamaServer, model: str) -> None:
    call = ask(model, max_tokens=40, temperature=0)
    pieces = [chunk for chunk in call.timeline if chunk.kind == "text"]
    assert len(pieces) > 10
    assert pieces[0].at_us < pieces[-1].at_us
    assert sum(piece.length for piece in pieces) == len(call.text)
    assert call.text == engine.likeliest(QUESTION, 40)


def test_times_are_in_the_order_in_which_things_happen(engine: LlamaServer, model: str) -> None:
    call = ask(model, max_tokens=40)
    assert call.first_event_s is not None
    assert call.ttft_s is not None
    assert call.latency_s is not None
    assert 0 < call.first_event_s <= call.ttft_s < call.latency_s


def test_usage_is_what_the_engine_counts(engine: LlamaServer, model: str) -> None:
    call = ask(model, max_tokens=12, system=SYSTEM)
    assert call.usage.input_tokens == engine.prompt_tokens(("system", SYSTEM), ("user", QUESTION))
    assert call.usage.output_tokens == 12
    assert call.usage.reasoning_tokens is None


def test_tokens_from_the_engine_s_prompt_cache_are_part_of_the_input(engine: LlamaServer, model: str) -> None:
    ask(model, max_tokens=4)
    call = ask(model, max_tokens=4, cache=False)
    assert call.usage.input_tokens == engine.prompt_tokens(("user", QUESTION))
    assert 0 < (call.usage.cached_tokens or 0) < call.usage.input_tokens


@pytest.mark.parametrize("protocol", ["chat", "messages"])  # over Responses this engine calls every answer complete
def test_an_answer_cut_at_max_tokens_says_so(engine: LlamaServer, protocol: str) -> None:
    assert ask(PROTOCOLS[protocol], max_tokens=5).finish == "length"


def test_the_temperature_reaches_the_engine(engine: LlamaServer, model: str) -> None:
    cold = [ask(model, max_tokens=24, temperature=0, cache=False).text for _ in range(2)]
    warm = [ask(model, max_tokens=24, temperature=1, cache=False).text for _ in range(2)]
    assert cold[0] == cold[1]
    assert warm[0] != warm[1]


def test_a_json_schema_is_held_to_token_by_token(engine: LlamaServer) -> None:
    colours = ["red", "green", "blue"]
    schema = {
        "type": "object",
        "properties": {"colour": {"enum": colours}, "warm": {"type": "boolean"}},
        "required": ["colour", "warm"],
        "additionalProperties": False,
    }
    call = ask(PROTOCOLS["chat"], schema=schema, max_tokens=200)
    answer = json.loads(call.text)
    assert answer.keys() == {"colour", "warm"}
    assert answer["colour"] in colours
    assert isinstance(answer["warm"], bool)
    assert call.finish == "stop"


def test_a_follow_up_carries_the_conversation(engine: LlamaServer, model: str) -> None:
    first = rb.compare(QUESTION, models=[model], max_tokens=8)
    second = rb.compare("And three lakes?", follow=first, max_tokens=8)
    turns = [("user", QUESTION), ("assistant", first.text(model)), ("user", "And three lakes?")]
    assert second.calls[0].usage.input_tokens == engine.prompt_tokens(*turns)


def test_the_same_question_again_does_not_reach_the_engine(engine: LlamaServer, model: str) -> None:
    first = ask(model, max_tokens=8)
    before = engine.prompts_read()
    again = ask(model, max_tokens=8)
    assert engine.prompts_read() == before
    assert again.cached_from == first.id
    assert (again.text, again.usage, again.latency_s) == (first.text, first.usage, first.latency_s)


def test_a_recorded_run_streams_again_without_the_engine(engine: LlamaServer) -> None:
    models = list(PROTOCOLS.values())
    first = rb.compare(QUESTION, models=models, max_tokens=8)
    before = engine.prompts_read()
    again = rb.compare(QUESTION, models=models, max_tokens=8, replay=True)
    assert engine.prompts_read() == before
    assert all(call.replayed for call in again.calls)
    assert [again.text(model) for model in models] == [first.text(model) for model in models]


def test_three_protocols_stand_side_by_side(engine: LlamaServer) -> None:
    run = rb.compare(QUESTION, models=list(PROTOCOLS.values()), max_tokens=8, repeats=2)
    assert run.errors == ()
    assert list(run.frame["output_tokens"]) == [8] * 6
    assert run.frame["cost_usd"].notna().tolist() == [call.model.host == "llamacpp-test" for call in run.calls]
    assert PROTOCOLS["messages"] in run.to_html()


def test_the_engine_s_models_are_listed(engine: LlamaServer, model: str) -> None:
    async def listed() -> list[str]:
        provider = provider_for(ModelId.parse(model).host)
        try:
            return list(await provider.models())
        finally:
            await provider.aclose()

    assert asyncio.run(listed()) == ["tiny"]
