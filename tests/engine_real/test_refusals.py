"""What a real engine refuses: each refusal is an error of the right kind, with a line that says what is wrong."""

from __future__ import annotations

import base64

import pytest
from tests.support.llama_server import PROTOCOLS, LlamaServer

import routebook as rb
from routebook.calls import Failure

pytestmark = pytest.mark.engine

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def refusal(prompt: str | rb.Prompt, model: str) -> Failure:
    (call,) = rb.compare(prompt, models=[model], max_tokens=8).calls
    assert call.failure is not None
    assert call.attempts == (), "what can only be refused again was asked again"
    return call.failure


def test_a_prompt_that_does_not_fit_is_an_error_of_the_context(engine: LlamaServer, model: str) -> None:
    failure = refusal("river " * 3000, model)
    assert failure.kind == "context"
    assert failure.status == 400
    assert "2048" in failure.message
    assert failure.hint


def test_an_image_to_a_model_that_sees_none_is_refused_clearly(engine: LlamaServer, model: str) -> None:
    failure = refusal(rb.Prompt.of("What is this?", images=[PIXEL]), model)
    assert failure.kind == "bad_request"
    assert "image" in failure.message
    assert failure.hint == "Leave the image out for this model, or ask one that sees."


def test_the_other_models_answer_when_one_refuses(engine: LlamaServer, talker: LlamaServer) -> None:
    rb.register_server("short", base_url=f"{engine.url}/v1")
    run = rb.compare("river " * 3000, models=["short/tiny", PROTOCOLS["chat"]], max_tokens=8)
    short, long = run.calls
    assert short.failure is not None
    assert short.failure.kind == "context"
    assert long.failure is None
    assert long.usage.output_tokens == 8
