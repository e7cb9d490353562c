"""The hosts that our own mock stands for, each with credentials that are to be seen nowhere."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from tests.support.mock_server import MockServer

from routebook.providers.anthropic import AnthropicProvider
from routebook.providers.bedrock import BedrockProvider


@pytest.fixture(scope="module")
def mock() -> Iterator[MockServer]:
    with MockServer() as server:
        yield server


@pytest.fixture
async def anthropic(
    mock: MockServer, monkeypatch: pytest.MonkeyPatch, isolated: Path
) -> AsyncIterator[AnthropicProvider]:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-test-canary-0123456789")
    monkeypatch.setenv("ANTHROPIC_BASE_URL", mock.url)
    monkeypatch.setenv("ANTHROPIC_CONFIG_DIR", str(isolated / "no-such-folder"))
    provider = AnthropicProvider()
    yield provider
    await provider.aclose()


@pytest.fixture(scope="module")
def bedrock_provider() -> Iterator[BedrockProvider]:
    """One for all tests of a module, because making botocore's client takes most of a test's time."""
    provider = BedrockProvider()
    yield provider
    asyncio.run(provider.aclose())


@pytest.fixture
def bedrock(bedrock_provider: BedrockProvider, mock: MockServer, monkeypatch: pytest.MonkeyPatch) -> BedrockProvider:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAABCDEFGHIJKLMNOP")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "canary/0123456789/abcdefghij/ABCDEFGHIJ0")
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    monkeypatch.setenv("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", mock.url)
    monkeypatch.setenv("AWS_ENDPOINT_URL_BEDROCK", mock.url)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, "no-such-file")  # the same for every test, or each would get a client of its own
    return bedrock_provider
