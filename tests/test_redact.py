"""Keys stay out of every text."""

from __future__ import annotations

import os
from unittest.mock import patch

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from routebook.redact import HIDDEN, redact, remember_secret

CANARIES = [
    "sk-CANARY1234567890abcdef",
    "sk-proj-CANARY_1234-567890abcdef",
    "sk-ant-api03-CANARY1234567890-abcdef_AA",
    "sk-or-v1-CANARY1234567890abcdef",
    "xai-CANARY1234567890abcdef",
    "gsk_CANARY1234567890abcdef",
    "hf_CANARY1234567890abcdef",
    "pplx-CANARY1234567890abcdef",
    "csk-CANARY1234567890abcdef",
    "nvapi-CANARY1234567890abcdef",
    "fw_CANARY1234567890abcdef",
    "AKIACANARY1234567890",
    "ASIACANARY1234567890",
    "ABSKQmVkcm9ja0FQSUtleS1DQU5BUlkxMjM0NTY3ODkw",
    "AIzaCANARY1234567890abcdefghijklmnop-_",
]


@pytest.mark.parametrize("key", CANARIES)
@pytest.mark.parametrize(
    "template",
    [
        "{}",
        "Incorrect API key provided: {}.",
        '{{"error": {{"message": "bad key {}", "code": 401}}}}',
        "GET https://host/v1/models?key={}&alt=sse",
        "'{}'",
        "Authorization: Bearer {}\r\nAccept: */*",
        "x-api-key:{}\n",
    ],
)
def test_a_key_is_known_by_its_shape_wherever_it_stands(key: str, template: str) -> None:
    text = redact(template.format(key))
    assert "CANARY" not in text
    assert key not in text
    assert HIDDEN in text


@pytest.mark.parametrize(
    "name",
    [
        "OPENAI_API_KEY", "ANTHROPIC_AUTH_TOKEN", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "PGPASSWORD",
        "my_service_credential", "HF_TOKEN",
    ],
)  # fmt: skip
def test_the_value_of_a_variable_that_speaks_of_secrets_is_hidden(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, "plainlookingvalue/+=")
    assert redact("401: plainlookingvalue/+= is wrong, plainlookingvalue/+=!") == f"401: {HIDDEN} is wrong, {HIDDEN}!"


def test_other_variables_and_short_values_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDITOR_NAME", "an-ordinary-word")
    monkeypatch.setenv("SHORT_TOKEN", "abc")
    assert redact("an-ordinary-word and abc") == "an-ordinary-word and abc"


def test_the_longer_of_two_secrets_is_hidden_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONE_KEY", "abcdefgh")
    monkeypatch.setenv("TWO_KEY", "abcdefgh-and-more")
    assert redact("abcdefgh-and-more") == HIDDEN


def test_a_remembered_secret_is_hidden_from_then_on() -> None:
    text = "the remembered-canary-77 was refused"
    assert redact(text) == text
    remember_secret("remembered-canary-77")
    assert redact(text) == f"the {HIDDEN} was refused"


@pytest.mark.parametrize(
    ("url", "hidden"),
    [
        ("postgresql://me:hunter2@db/x", f"postgresql://me:{HIDDEN}@db/x"),
        ("postgresql+psycopg://me:p%40ss@db:5432/x?y=1", f"postgresql+psycopg://me:{HIDDEN}@db:5432/x?y=1"),
        ("HTTPS://user:pw@host/", f"HTTPS://user:{HIDDEN}@host/"),
        ("redis://:canary@cache:6379/0", f"redis://:{HIDDEN}@cache:6379/0"),
        ("see http://a:b@c and http://d:e@f", f"see http://a:{HIDDEN}@c and http://d:{HIDDEN}@f"),
    ],
)
def test_a_password_in_a_url_is_hidden_and_the_rest_of_it_stays(url: str, hidden: str) -> None:
    assert redact(url) == hidden


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Rate limit reached for gpt-6.1-terra: try again in 20s.",
        "http://localhost:11434/v1/chat/completions",
        "sqlite:////data/routebook.sqlite3",
        "mail me@example.org, task-risk-desk",
        "sk-short",
        "bearer of good news",
    ],
)
def test_an_ordinary_text_is_left_as_it_is(text: str) -> None:
    assert redact(text) == text


secrets = st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="[]"), min_size=8, max_size=60)


@given(secret=secrets, before=st.text(max_size=30), after=st.text(max_size=30), times=st.integers(1, 3))
def test_a_text_never_shows_the_secret_it_was_given(secret: str, before: str, after: str, times: int) -> None:
    with patch.dict(os.environ, {"CANARY_API_KEY": secret}):
        assert secret not in redact((before + secret + after) * times)


@given(secret=secrets, text=st.text(st.characters(min_codepoint=97, max_codepoint=122), max_size=40))
def test_redacting_twice_changes_nothing_more(secret: str, text: str) -> None:
    assume(secret not in HIDDEN)
    with patch.dict(os.environ, {"CANARY_API_KEY": secret}):
        once = redact(f"{text} {secret} {text}")
        assert redact(once) == once
