"""config.toml: what it may say, and how it says no."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from routebook.config import config, config_path, parse_config
from routebook.errors import ConfigError
from routebook.providers.registry import BUILT_IN, register_server

PATH = Path("config.toml")
CANARY = "sk-proj-canary0123456789abcdef"


def refusal(text: str) -> str:
    with pytest.raises(ConfigError) as caught:
        parse_config(text, PATH)
    message = str(caught.value)
    assert "\n" not in message
    return message


def test_a_missing_file_is_an_empty_one(isolated: Path) -> None:
    assert not config().found
    assert config().servers == {}
    assert config().defaults.budget_usd is None


def test_the_file_is_read_once(isolated: Path) -> None:
    config_path().write_text("[defaults]\nconcurrency = 4\n", encoding="utf-8")
    first = config()
    config_path().write_text("[defaults]\nconcurrency = 5\n", encoding="utf-8")
    assert config() is first


def test_a_mended_file_is_read_again(isolated: Path) -> None:
    config_path().write_text("[defaults\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="line 1"):
        config()
    config_path().write_text("[defaults]\nconcurrency = 5\n", encoding="utf-8")
    assert config().defaults.concurrency == 5


def test_without_the_variable_the_file_is_in_the_users_configuration_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ROUTEBOOK_CONFIG")
    assert config_path().parts[-2:] == ("routebook", "config.toml")


def test_a_folder_in_the_files_place_is_one_clear_line(isolated: Path) -> None:
    config_path().mkdir()
    with pytest.raises(ConfigError, match=r"Cannot read .*config\.toml: "):
        config()


def test_a_file_that_is_not_utf8_is_one_clear_line(isolated: Path) -> None:
    config_path().write_bytes(b"\xff\xfe[defaults]")
    with pytest.raises(ConfigError, match="not UTF-8"):
        config()


def test_every_section_is_read() -> None:
    settings = parse_config(
        """
        [servers.lab]
        base_url = "https://llm.example.org/v1"
        key_env = "LAB_KEY"
        free = false
        headers = { X-Team = "nlp", X-Pass = "$LAB_PASS" }
        [servers.ollama]
        free = true
        [prices."lab/org/big"]
        input = 0.10
        output = 1
        cached = 0.01
        [defaults]
        budget_usd = 2.50
        concurrency = 4
        timeout_s = 30
        store = "~/x.sqlite3"
        """,
        PATH,
    )
    lab = settings.servers["lab"]
    assert (lab.base_url, lab.key_env, lab.free) == ("https://llm.example.org/v1", "LAB_KEY", False)
    assert lab.headers == {"X-Team": "nlp", "X-Pass": "$LAB_PASS"}
    assert settings.servers["ollama"].base_url is None
    assert settings.servers["ollama"].free is True
    assert settings.prices["lab/org/big"] == {
        "input": Decimal("0.10"),
        "output": Decimal(1),
        "cached": Decimal("0.01"),
    }
    assert settings.defaults.budget_usd == Decimal("2.50")
    assert (settings.defaults.concurrency, settings.defaults.timeout_s) == (4, 30.0)
    assert settings.defaults.store == "~/x.sqlite3"


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("[defaults]\nbuget_usd = 1", ["line 2", "'buget_usd'", "'budget_usd'"]),
        ("[server.x]\nbase_url = 'http://a'", ["'server'", "'servers'"]),
        ("[servers.x]\nbase_url = 'http://a'\nheader = {}", ["line 3", "'header'", "'headers'"]),
        ("[prices.'a/b']\ninput = 1\noutput = 1\nprompt = 2", ["line 4", "'prompt'"]),
        ('[prices."a/b"]\ninput = 1', ["line 1", "lacks output"]),
        ("[prices.gpt]\ninput = 1\noutput = 1", ["line 1", "host/model"]),
        ("[defaults]\nbudget_usd = -1", ["line 2", "0 or more"]),
        ("[defaults]\nbudget_usd = nan", ["line 2", "a number"]),
        ("[defaults]\nbudget_usd = inf", ["line 2", "a number"]),
        ("[defaults]\nbudget_usd = true", ["line 2", "a number"]),
        ("[defaults]\nconcurrency = 0", ["line 2", "more than 0"]),
        ("[defaults]\nbudget_usd = 1\nconcurrency = 2000", ["config.toml, line 3", "from 1 to 1000", "2000"]),
        ("[defaults]\nconcurrency = 1.5", ["line 2", "whole"]),
        ("[defaults]\ntimeout_s = '9'", ["line 2", "a number"]),
        ("[defaults]\nstore = 3", ["line 2", "quotes"]),
        ("defaults = 3", ["line 1", "table"]),
        ("[servers]\nlab = 'http://a'", ["line 2", "[servers.lab]"]),
        ("[servers.Lab]\nbase_url = 'http://a'", ["line 1", "'Lab'", "lower-case"]),
        ("[servers.x]\nfree = 1", ["line 2", "true or false"]),
        ("[servers.x]\nheaders = { A = 1 }", ["line 2", "quotes"]),
        ("[servers.x]\nheaders = { A = '$not a name' }", ["line 2", "environment variable"]),
        ("[defaults]\nstore = 'a'\nstore = 'b'", ["not TOML"]),
    ],
)
def test_what_cannot_be_says_where_and_what_to_do(text: str, parts: list[str]) -> None:
    message = refusal(text)
    for part in parts:
        assert part in message


@pytest.mark.parametrize("host", sorted(BUILT_IN))
def test_a_built_in_hosts_name_is_refused_in_the_words_of_register_server(host: str) -> None:
    with pytest.raises(ConfigError) as caught:
        register_server(host, "http://127.0.0.1:9000/v1")
    text = f"[defaults]\nconcurrency = 4\n[servers.{host}]\nbase_url = 'http://127.0.0.1:9000/v1'"
    assert refusal(text) == f"config.toml, line 3: {caught.value}"


@pytest.mark.parametrize(
    "text",
    [
        f"[servers.x]\napi_key = '{CANARY}'",
        f"[servers.x]\nkey_env = '{CANARY}'",
        "[servers.x]\nkey_env = 'gsk_canary0123456789abcdef'",
        f"[servers.x]\nheaders = {{ X-Team = '{CANARY}' }}",
        "[servers.x]\nheaders = { Authorization = 'canary' }",
        "[servers.x]\n[servers.x.headers]\nX-Api-Key = 'canary'",
        "[servers.x]\ntoken = 'canary'",
    ],
)
def test_a_secret_in_the_file_is_refused_without_repeating_it(text: str) -> None:
    message = refusal(text)
    assert "canary" not in message
    assert "key_env" in message
    assert "environment variable" in message
