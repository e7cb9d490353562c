"""What is read from every host's refusal alike."""

from __future__ import annotations

import time
from email.utils import formatdate

import pytest

from routebook.providers.error_words import quoted, retry_after_s


def test_a_secret_where_a_long_text_is_cut_is_not_shown_in_part(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAB_API_KEY", "canary-0123456789abcdef")
    assert "canary" not in quoted("x" * 380 + " canary-0123456789abcdef " + "y" * 380)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "2.5"}, 2.5),
        ({"retry-after-ms": "1500", "retry-after": "9"}, 1.5),
        ({"retry-after-ms": "soon", "retry-after": "9"}, 9.0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "-3"}, None),
        ({"retry-after": "Thu, 01 Jan 1970 00:00:00 GMT"}, 0.0),
    ],
)
def test_how_long_to_wait_is_read_from_the_headers(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after_s(headers) == seconds


def test_a_date_to_wait_for_is_turned_into_seconds() -> None:
    waited = retry_after_s({"retry-after": formatdate(time.time() + 100, usegmt=True)})
    assert waited is not None
    assert 90 < waited <= 100
