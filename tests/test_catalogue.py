"""What can be asked, and what a misspelt id may have meant."""

from __future__ import annotations

from decimal import Decimal

import pytest
from tests.support.listing import listing_server
from tests.support.ports import free_port

from routebook.catalogue import catalogue, models_table, suggest
from routebook.errors import ModelError
from routebook.models import ModelId
from routebook.pricing import set_price
from routebook.providers.registry import register_server


def test_without_credentials_only_what_needs_none_is_listed_and_the_rest_is_named() -> None:
    known = catalogue()
    assert {entry.host for entry in known.entries} == {"sim", "simcloud"}
    assert all(entry.simulated for entry in known.entries)
    (note,) = known.notes
    assert "anthropic" in note
    assert "groq" in note


def test_a_host_whose_key_is_set_is_listed_with_prices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-proj-canary0123456789")
    entries = [entry for entry in catalogue().entries if entry.host == "openai"]
    assert entries
    for entry in entries:
        assert entry.vendor == "openai"
        assert entry.input_usd_per_mtok is not None
        assert entry.source.startswith("genai-prices")
        assert entry.credentials.source == "OPENAI_API_KEY"
        assert not entry.simulated


def test_models_are_sorted_by_host_and_name_and_no_vendor_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-proj-canary0123456789")
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-canary0123456789")
    models = [entry.model for entry in catalogue().entries]
    assert models == sorted(models)


def test_a_named_host_is_listed_without_credentials_too_and_says_what_to_set() -> None:
    known = catalogue(hosts=["anthropic"])
    assert known.entries
    assert {entry.host for entry in known.entries} == {"anthropic"}
    assert not known.entries[0].credentials.found
    assert any("ANTHROPIC_API_KEY" in note for note in known.notes)


def test_an_unknown_host_is_an_error_with_the_nearest_one() -> None:
    with pytest.raises(ModelError, match="'anthropic'"):
        catalogue(hosts=["antropic"])


def test_a_live_listing_adds_models_whose_price_is_unknown() -> None:
    with listing_server(["my-finetune", "another"]) as base_url:
        register_server("lab", base_url)
        set_price("lab/another", input="0.10", output=1)
        known = catalogue(hosts=["lab"], live=True)
    assert [(str(entry.model), entry.output_usd_per_mtok, entry.source) for entry in known.entries] == [
        ("lab/another", Decimal(1), "user"),
        ("lab/my-finetune", None, "listed by lab"),
    ]


def test_a_host_that_does_not_answer_is_a_note_and_the_others_are_listed() -> None:
    with listing_server(["one"]) as base_url:
        register_server("lab", base_url)
        register_server("gone", f"http://127.0.0.1:{free_port()}/v1")
        known = catalogue(hosts=["lab", "gone"], live=True)
    assert [str(entry.model) for entry in known.entries] == ["lab/one"]
    (note,) = known.notes
    assert note.startswith("gone: ")


def test_local_presets_nobody_named_share_one_note(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("OLLAMA_BASE_URL", "VLLM_BASE_URL", "LMSTUDIO_BASE_URL", "LLAMACPP_BASE_URL"):
        monkeypatch.setenv(variable, f"http://127.0.0.1:{free_port()}/v1")
    notes = catalogue(live=True).notes
    assert "Not running here: llamacpp, lmstudio, ollama, vllm." in notes


def test_a_host_without_a_price_list_says_how_to_see_its_models() -> None:
    assert catalogue(hosts=["vllm"]).notes == ("vllm: its models are in no price list; --live asks the host itself.",)


def test_the_table_says_simulated_and_unknown() -> None:
    with listing_server(["my-finetune"]) as base_url:
        register_server("lab", base_url)
        text = repr(models_table(hosts=["sim", "lab"], live=True))
    assert "sim/small (simulated)" in text
    (row,) = [line for line in text.splitlines() if line.startswith("lab/my-finetune")]
    assert row.split() == ["lab/my-finetune", "unknown", "unknown", "unknown", "listed", "by", "lab", "none", "needed"]


@pytest.mark.parametrize(
    ("misspelt", "meant"),
    [
        ("sim/smal", "'sim/small'"),
        ("sim/resoner", "'sim/reasoner'"),
        ("anthropic/claude-haiku-55", "'anthropic/claude-haiku-5-5'"),
        ("openai/claude-haiku-5-5", "'anthropic/claude-haiku-5-5'"),
    ],
)
def test_a_misspelt_model_has_a_suggestion(misspelt: str, meant: str) -> None:
    assert meant in suggest(ModelId.parse(misspelt))


@pytest.mark.parametrize("model", ["vllm/my-finetune", "sim/qqqqqq"])
def test_where_nothing_is_near_nothing_is_suggested(model: str) -> None:
    assert suggest(ModelId.parse(model)) == ""
