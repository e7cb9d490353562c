"""What an OpenAI-style error means, in the shapes that different servers give it."""

from __future__ import annotations

from typing import Any

import pytest

from routebook.providers.error_words import Asked
from routebook.providers.openai_errors import host_error

ASKED = Asked("Lab", "m-1", "lab.example:443", "LAB_API_KEY", options=frozenset({"temperature", "effort", "schema"}))


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (400, {"message": "x", "code": "context_length_exceeded"}, "context"),
        (400, {"message": "x", "type": "exceed_context_size_error"}, "context"),
        (400, {"message": "This model's maximum context length is 4096 tokens."}, "context"),
        (413, {"message": "Request too large", "code": "rate_limit_exceeded"}, "context"),
        (429, {"message": "x", "code": "insufficient_quota"}, "quota"),
        (402, {"message": "Insufficient Balance"}, "quota"),
        (429, {"message": "x"}, "rate_limit"),
        (401, {"message": "x"}, "auth"),
        (403, {"message": "x"}, "auth"),
        (403, {"message": "no access to model m-1", "code": "model_not_found"}, "not_found"),
        (404, {"message": "x", "code": "DeploymentNotFound"}, "not_found"),
        (400, {"message": "m-1 is not a valid model ID", "code": 400}, "not_found"),
        (400, [{"error": {"code": 400, "message": "API key not valid.", "status": "INVALID_ARGUMENT"}}], "auth"),
        (400, {"message": "x", "code": "unsupported_parameter", "param": "temperature"}, "option"),
        (400, {"message": "too high", "param": "reasoning_effort"}, "option"),
        (400, {"message": "bad schema", "param": "text.format.schema"}, "option"),
        (400, {"message": '"m-1" does not support thinking'}, "option"),
        (422, {"detail": [{"loc": ["body", "temperature"], "msg": "must be less than 2"}]}, "option"),
        (400, {"message": "bad max_tokens", "param": "max_tokens"}, "bad_request"),  # not given: not the user's
        (400, {"message": "x"}, "bad_request"),
        (400, {"message": "x", "code": "content_filter"}, "filter"),
        (408, {"message": "x"}, "timeout"),
        (504, {"message": "x"}, "timeout"),
        (500, {"message": "x"}, "server"),
        (529, "overloaded", "server"),
        (None, {"message": "x", "code": "429"}, "rate_limit"),
        (None, {"message": "x"}, "server"),
        (418, None, "bad_request"),
        (
            500,
            {"message": "image input is not supported - hint: ...", "type": "server_error"},
            "bad_request",
        ),  # llama.cpp
        (404, {"message": "No endpoints found that support image input", "code": 404}, "bad_request"),  # OpenRouter
    ],
)
def test_each_error_has_its_kind(status: int | None, body: Any, kind: str) -> None:
    error = host_error(body, ASKED, status=status)
    assert error.kind == kind
    assert error.status == status
    assert "\n" not in error.message + error.hint
    assert "Lab" in error.message or "m-1" in error.message


def test_a_refused_option_is_named_in_routebooks_words() -> None:
    error = host_error({"message": "no", "param": "reasoning.effort", "code": "unsupported_value"}, ASKED, status=400)
    assert error.message == "m-1 does not take effort as given: no"
    assert error.hint == "Leave effort out for this model, or give another value."


def test_a_page_instead_of_an_error_says_to_check_the_address() -> None:
    error = host_error("<html>\n<h1>Not Found</h1>", ASKED, status=404)
    assert "lab.example:443" in error.hint


def test_a_gateway_that_quotes_its_upstream_is_quoted() -> None:
    body = {"message": "Provider returned error", "code": 400, "metadata": {"raw": "image too large"}}
    assert "image too large" in host_error(body, ASKED, status=400).message


def test_a_long_text_is_cut_and_put_on_one_line() -> None:
    message = host_error({"message": "a\nb " * 1000}, ASKED, status=500).message
    assert len(message) < 500
    assert "\n" not in message


def test_a_server_without_a_key_that_asks_for_one_says_what_to_register() -> None:
    error = host_error({"message": "no"}, Asked("Lab", "m-1", "lab.example"), status=401)
    assert "key_env" in error.hint
