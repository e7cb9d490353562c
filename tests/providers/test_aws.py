"""Where AWS credentials would come from is told from variables and files, without boto3 and without their values."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from routebook.providers.aws import find_credentials

KEYS = {"AWS_ACCESS_KEY_ID": "AKIAABCDEFGHIJKLMNOP", "AWS_SECRET_ACCESS_KEY": "canary-0123456789"}


@pytest.fixture(autouse=True)
def region(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_REGION", "us-east-1")


@pytest.mark.parametrize(
    ("variables", "source"),
    [
        (KEYS, "AWS_ACCESS_KEY_ID"),
        ({**KEYS, "AWS_BEARER_TOKEN_BEDROCK": "canary"}, "AWS_BEARER_TOKEN_BEDROCK"),
        ({"AWS_WEB_IDENTITY_TOKEN_FILE": "f", "AWS_ROLE_ARN": "r"}, "AWS_WEB_IDENTITY_TOKEN_FILE"),
        ({"AWS_CONTAINER_CREDENTIALS_FULL_URI": "u"}, "AWS_CONTAINER_CREDENTIALS_FULL_URI"),
    ],
)
def test_variables_are_found(variables: dict[str, str], source: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    found = find_credentials()
    assert (found.found, found.source) == (True, source)
    assert "canary" not in repr(found)


@pytest.mark.parametrize(
    ("file", "text", "source"),
    [
        ("AWS_SHARED_CREDENTIALS_FILE", "[default]\naws_access_key_id = canary\n", "profile default in aws"),
        ("AWS_CONFIG_FILE", "[default]\nsso_session = canary\n", "profile default in aws"),
    ],
)
def test_files_are_found(file: str, text: str, source: str, isolated: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (isolated / "aws").write_text(text)
    monkeypatch.setenv(file, str(isolated / "aws"))
    found = find_credentials()
    assert (found.found, found.source) == (True, source)


def test_a_named_profile_goes_before_keys_in_the_environment(isolated: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (isolated / "aws").write_text("[profile mine]\nregion = eu-west-1\ncredential_process = tell\ns3 =\n  a = b\n")
    for name, value in {**KEYS, "AWS_PROFILE": "mine", "AWS_CONFIG_FILE": str(isolated / "aws")}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_REGION")
    found = find_credentials()
    assert (found.found, found.source) == (True, "profile mine in aws")


def test_a_region_is_needed_too(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_REGION")
    found = find_credentials()
    assert (found.found, found.source) == (False, "AWS_ACCESS_KEY_ID")
    assert "AWS_REGION" in found.hint


def test_nothing_and_a_broken_file_are_nothing_found(isolated: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (isolated / "aws").write_text("this is no configuration")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(isolated / "aws"))
    found = find_credentials()
    assert not found.found
    assert "AWS_ACCESS_KEY_ID" in found.hint


def test_telling_loads_no_sdk() -> None:
    asked = (
        "import sys; from routebook.providers.bedrock import BedrockProvider;"
        "from routebook.providers.anthropic import AnthropicProvider;"
        "BedrockProvider().credentials(); AnthropicProvider().credentials();"
        "print({'boto3', 'botocore', 'anthropic', 'openai', 'httpx2'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
