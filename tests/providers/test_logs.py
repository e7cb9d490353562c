"""What SDKs log reaches nobody with a key in it."""

from __future__ import annotations

import logging

import pytest

from routebook.providers.logs import keep_secrets_out_of_logs
from routebook.redact import HIDDEN

KEY = "canary-0123456789"


@pytest.fixture(autouse=True)
def planted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    keep_secrets_out_of_logs()


def test_a_key_is_hidden_before_anyone_prints_it(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        logging.getLogger("botocore.auth").debug("token:%s and %s", KEY, 3)
        logging.getLogger("openai._base_client").info("request_id: " + KEY)
    assert caplog.messages == [f"token:{HIDDEN} and 3", f"request_id: {HIDDEN}"]


def test_a_key_in_a_logged_exception_is_hidden_and_the_traceback_stays(caplog: pytest.LogCaptureFixture) -> None:
    try:
        raise ValueError(f"bad key {KEY}")
    except ValueError:
        logging.getLogger("anthropic.client").exception("failed")
    assert KEY not in caplog.text
    assert f"ValueError: bad key {HIDDEN}" in caplog.text
    assert "Traceback" in caplog.text


def test_asking_for_it_twice_changes_nothing() -> None:
    before = list(logging.getLogger("openai").handlers)
    keep_secrets_out_of_logs()
    assert logging.getLogger("openai").handlers == before


def test_a_warning_that_nobody_handles_is_still_shown_on_standard_error(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(logging.getLogger(), "handlers", [])  # as in a process where nobody asked for logs
    logger = logging.getLogger("httpx2")
    logger.info("sent")
    logger.warning("odd: %s", KEY)
    assert capsys.readouterr().err == f"odd: {HIDDEN}\n"
