"""What every test starts from: its own store and configuration, no credentials, simulated models that do not wait."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

_CREDENTIALS = re.compile(
    r"(OPENAI|ANTHROPIC|AWS|AZURE|GOOGLE|GEMINI|OLLAMA|VLLM|LMSTUDIO|LLAMACPP|ROUTEBOOK)_"  # whole families
    r"|(CO_API_KEY|HF_TOKEN)\Z|.*_API_KEY\Z|.*_API_TOKEN\Z"  # and the presets' keys
)

settings.register_profile("untimed", deadline=None)  # a slow machine is no failure
settings.load_profile("untimed")


@pytest.fixture(autouse=True)
def isolated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Keep the test away from the user's store, configuration, credentials and servers; yield its own folder."""
    for name in [name for name in os.environ if _CREDENTIALS.match(name)]:
        monkeypatch.delenv(name)
    home = tmp_path / "routebook"
    home.mkdir()
    nothing = str(home / "no-such-file")
    monkeypatch.setenv("ROUTEBOOK_STORE", str(home / "store.sqlite3"))
    monkeypatch.setenv("ROUTEBOOK_CONFIG", str(home / "config.toml"))
    monkeypatch.setenv("ROUTEBOOK_SIM_SPEED", "0")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", nothing)
    monkeypatch.setenv("AWS_CONFIG_FILE", nothing)
    yield home
    _forget()


def _forget() -> None:
    """Drop what a test left in this process: servers, prices, the session's budget, colours, stores. Loads nothing."""
    if "routebook.providers.registry" in sys.modules:
        from routebook.providers.registry import forget_servers

        forget_servers()
    if "routebook.pricing.book" in sys.modules:
        from routebook.pricing.book import price_book

        price_book.cache_clear()
    if "routebook.engine.budget" in sys.modules:
        from routebook.engine.budget import session_ledger

        session_ledger.limit_usd = None
    if "routebook.render.palette" in sys.modules:
        from routebook.render.palette import forget

        forget()
    if "routebook.store.store" in sys.modules:
        from routebook.store.store import _defaults

        for store in _defaults.values():
            store.close()
        _defaults.clear()
