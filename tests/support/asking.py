"""Asks a provider as the engine does, in one line of a test."""

from __future__ import annotations

from typing import Any

import pytest
from tests.support.sink import ThreadSink

from routebook.models import ModelId
from routebook.prompts import Attachment, Message
from routebook.providers.contract import CallError, Options, Provider, Reply, Request

PNG = Attachment(b"\x89PNG\r\n\x1a\n", "image/png", "dot.png")


def question(host: str, model: str, *attachments: Attachment, system: str | None = None, **options: Any) -> Request:
    message = Message("user", "hi", attachments)
    return Request(ModelId(host, model), (message,), system=system, options=Options(**options))


async def ask(provider: Provider, model: str, **options: Any) -> tuple[Reply, ThreadSink]:
    sink = ThreadSink()
    return await provider.ask(question(provider.host, model, **options), sink), sink


async def failure(provider: Provider, model: str, **options: Any) -> tuple[CallError, ThreadSink]:
    sink = ThreadSink()
    with pytest.raises(CallError) as caught:
        await provider.ask(question(provider.host, model, **options), sink)
    return caught.value, sink
