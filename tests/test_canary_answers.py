"""Keys that come back with a good answer: as the served model, the reason it ended, the request's id, the tier."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.support.echo import answering_with_keys, certificate, key_of
from tests.support.hosts import addresses

import routebook as rb
from routebook.store import default_store

KEYS = {  # in no lab's shape, with signs that a URL would write otherwise
    "OPENAI_API_KEY": "qo7Xv+Wd3e/9mTz4LwPb1=",
    "ANTHROPIC_API_KEY": "ha2Kq+Uc8n/5nRy8DfGc6=",
    "AZURE_OPENAI_API_KEY": "za4Jw+Eg1t/3bVs7HkMx0=",
    "LAB_LOGIN": "la8Dx+Hv6p/1kHs4QzRb7=",
}
BEARER = "be6Rc+Ls4w/0gBn2VdXq8="


def written(run: rb.Comparison, folder: Path) -> bytes:
    """Return all that was stored of a run, exported and shown, as bytes."""
    run.to_html(folder / "page.html")
    run.to_json(folder / "run.json")
    run.frame.to_csv(folder / "frame.csv")
    files = [path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()]
    stored = default_store().load_run(run.run.id)[2]
    return b"\n".join([*files, repr([*run.calls, *stored]).encode(), run.text_table().encode()])


def test_the_facts_of_an_answer_have_no_key(isolated: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with answering_with_keys() as server:
        for name, value in (addresses(server.url) | KEYS).items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("OPENAI_API_KEY", f" {KEYS['OPENAI_API_KEY']}\n")  # as a file leaves it there
        rb.register_server("lab", f"{server.url}/v1", key_env="LAB_LOGIN")
        run = rb.compare("hi", models=["openai/m", "azure/m", "anthropic/m", "lab/m"])
        assert {key_of(got) for got in server.got} == set(KEYS.values())
    assert [call.text for call in run.calls] == ["fine"] * 4
    assert {call.request_id for call in run.calls} == {call.served_model for call in run.calls} == {"[hidden]"}
    left = written(run, isolated)
    assert b"[hidden]" in left
    assert [name for name, key in KEYS.items() if key.encode() in left] == []


def test_bedrocks_own_keys_go_over_tls_and_into_nothing(
    isolated: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trusted = tmp_path / "trusted.pem"
    monkeypatch.setenv("AWS_CA_BUNDLE", str(trusted))
    monkeypatch.setenv("AWS_BEARER_TOKEN_BEDROCK", BEARER)
    with answering_with_keys(certificate(trusted)) as server:
        for name, value in addresses(server.url.replace("http:", "https:")).items():
            monkeypatch.setenv(name, value)
        run = rb.compare("hi", models=["bedrock/m"])
        assert [key_of(got) for got in server.got] == [BEARER]
    (call,) = run.calls
    assert (call.text, call.request_id, call.raw_finish) == ("fine", "[hidden]", "[hidden]")
    assert call.extras["service_tier"] == "[hidden]"
    assert BEARER.encode() not in written(run, isolated)
