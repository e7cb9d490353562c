"""The doctor: what it finds, and that it says how to mend it."""

from __future__ import annotations

import re
import sqlite3
import sys
from pathlib import Path

import pytest
from tests.support.listing import listing_server
from tests.support.ports import free_port

import routebook as rb
from routebook.config import config_path
from routebook.doctor import Finding, as_table, diagnose, version_fits
from routebook.providers.registry import register_server
from routebook.store.schema import SCHEMA_VERSION


@pytest.fixture(autouse=True)
def nothing_runs_here(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("OLLAMA_BASE_URL", "VLLM_BASE_URL", "LMSTUDIO_BASE_URL", "LLAMACPP_BASE_URL"):
        monkeypatch.setenv(variable, f"http://127.0.0.1:{free_port()}/v1")


def finding(section: str, name: str) -> Finding:
    (found,) = [one for one in diagnose() if (one.section, one.name) == (section, name)]
    return found


def test_on_a_fresh_machine_nothing_is_broken() -> None:
    assert [one for one in diagnose() if one.fatal] == []


def test_a_missing_key_is_none_and_names_the_variable() -> None:
    found = finding("credentials", "openai")
    assert found.ok is None
    assert "OPENAI_API_KEY" in found.mend


def test_presets_without_a_key_share_one_line() -> None:
    assert "groq (GROQ_API_KEY)" in finding("credentials", "others").detail


def test_a_key_is_found_by_its_name_and_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GROQ_API_KEY", "canary-0123456789")
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-canary0123456789")
    found = finding("credentials", "groq")
    assert (found.ok, found.detail) == (True, "found in GROQ_API_KEY")
    table = as_table(diagnose())
    assert "canary" not in repr(table) + table._repr_html_()


def test_a_server_that_answers_says_how_many_models_it_has() -> None:
    with listing_server(["a", "b"]) as base_url:
        register_server("lab", base_url)
        found = finding("servers", "lab")
    assert (found.ok, found.detail) == (True, "answers; 2 models.")


def test_a_registered_server_that_is_gone_is_broken_but_not_fatal() -> None:
    register_server("lab", f"http://127.0.0.1:{free_port()}/v1")
    found = finding("servers", "lab")
    assert found.ok is False
    assert not found.fatal
    assert found.mend


def test_a_local_preset_that_does_not_run_says_how_to_start_it() -> None:
    found = finding("servers", "ollama")
    assert found.ok is None
    assert "ollama serve" in found.mend


def test_official_hosts_are_not_asked_unless_live(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-proj-canary0123456789")
    with listing_server(["gpt"]) as base_url:
        monkeypatch.setenv("OPENAI_BASE_URL", base_url)
        assert [one for one in diagnose() if (one.section, one.name) == ("servers", "openai")] == []
        (found,) = [one for one in diagnose(live=True) if (one.section, one.name) == ("servers", "openai")]
    assert found.detail == "answers; 1 model."


def test_a_broken_config_is_found_and_the_rest_is_still_looked_at() -> None:
    config_path().write_text("[defaults]\nbuget_usd = 1\n", encoding="utf-8")
    found = finding("settings", "config.toml")
    assert found.ok is False
    assert "'budget_usd'" in found.detail
    assert str(config_path()) in found.mend
    assert finding("credentials", "sim").ok


def test_a_config_that_is_not_there_is_fine() -> None:
    assert finding("settings", "config.toml").ok is None


def test_a_config_says_how_much_is_in_it() -> None:
    config_path().write_text("[servers.lab]\nbase_url = 'http://127.0.0.1:9/v1'\n", encoding="utf-8")
    assert "(1 server, 0 prices)" in finding("settings", "config.toml").detail


def test_the_store_tells_its_place_and_version(isolated: Path) -> None:
    found = finding("store", "store")
    assert found.ok
    assert str(isolated / "store.sqlite3") in found.detail
    assert f"version {SCHEMA_VERSION}" in found.detail


def test_a_store_that_is_none_is_fatal(isolated: Path) -> None:
    (isolated / "store.sqlite3").write_bytes(b"this is no database" * 500)
    found = finding("store", "store")
    assert found.fatal
    assert "ROUTEBOOK_STORE" in found.mend


def test_a_store_of_a_newer_version_is_fatal_and_left_alone(isolated: Path) -> None:
    assert finding("store", "store").ok
    from routebook.store import default_store

    default_store().close()
    path = isolated / "store.sqlite3"
    with sqlite3.connect(path) as database:
        database.execute("UPDATE routebook_schema SET version = 999")
    database.close()
    assert finding("store", "store").fatal


def test_the_extension_loads() -> None:
    assert finding("notebook", "%load_ext routebook").ok


def test_every_broken_finding_says_how_to_mend_it(isolated: Path) -> None:
    (isolated / "store.sqlite3").write_bytes(b"this is no database" * 500)
    config_path().write_text("[", encoding="utf-8")
    broken = [one for one in diagnose() if one.ok is False]
    assert len(broken) >= 2
    assert all(one.mend for one in broken)


def test_the_table_says_it_in_signs_and_words() -> None:
    findings = [
        Finding("store", "a", True, "fine."),
        Finding("store", "b", False, "bad.", "Do this."),
        Finding("clock", "c", None, "absent."),
    ]
    lines = [line.split() for line in repr(as_table(findings)).splitlines()]
    assert lines == [
        ["store", "✓", "ok", "a", "fine."],
        ["✗", "broken", "b", "bad.", "Do", "this."],
        ["clock", "–", "none", "c", "absent."],
        ["1", "broken:", "see", "what", "to", "do", "beside", "each."],
    ]


@pytest.mark.parametrize(
    ("version", "wanted", "fits"),
    [
        ("2.11.0", ">=2.11,<3", True),
        ("2.9", ">=2.11,<3", False),
        ("3.0.0", ">=2.11,<3", False),
        ("10", ">=9", True),
        ("4.4.1rc1", ">=4.4,<5", True),
        ("1.0", "", True),
        ("1.1", "!=1.1", False),
    ],
)
def test_a_version_is_within_its_bounds_or_not(version: str, wanted: str, fits: bool) -> None:
    assert version_fits(version, wanted) is fits


# ---- the view -------------------------------------------------------------------------------------------------------


def described(folder: Path, text: str) -> None:
    place = folder / "labextensions" / "routebook"
    place.mkdir(parents=True)
    (place / "package.json").write_text(text, encoding="utf-8")


@pytest.mark.parametrize(
    ("text", "ok", "said"),
    [
        (f'{{"version": "{rb.__version__}"}}', True, rb.__version__),
        ('{"version": "0.0.1"}', False, f"0.0.1 at .* but routebook is {rb.__version__}"),
        ("{", False, "cannot be read"),
        ("[]", False, "cannot be read"),
    ],
)
def test_jupyterlabs_part_is_found_and_is_of_this_version(
    text: str, ok: bool, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    described(tmp_path, text)
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    found = finding("notebook", "view in JupyterLab")
    assert found.ok is ok
    assert re.search(said, found.detail)


def test_without_jupyterlabs_part_the_doctor_says_what_is_shown_instead(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in ("JUPYTER_PATH", "JUPYTER_DATA_DIR"):
        monkeypatch.setenv(variable, str(tmp_path / "data"))
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    monkeypatch.setattr("jupyter_core.paths.ENV_JUPYTER_PATH", [])
    found = finding("notebook", "view in JupyterLab")
    assert (found.ok, found.detail) == (None, "not found here.")
    assert "shown as HTML" in found.mend
