"""Every kind of host at once, on one address: what a user's environment says so that each asks our mock there.

``lab`` stands for any compatible server; its address is no variable's, so a test registers it.
"""

from __future__ import annotations

from collections.abc import Mapping

HOSTS = ("openai", "azure", "anthropic", "bedrock", "lab")
LAB = {"key_env": "LAB_KEY", "headers": {"X-Team": "nlp", "X-Pass": "$LAB_PASS"}}

KEYS: Mapping[str, str] = {
    "OPENAI_API_KEY": "sk-proj-openai0123456789abcdef",
    "AZURE_OPENAI_API_KEY": "azure0123456789abcdef0123456789",
    "ANTHROPIC_API_KEY": "sk-ant-api03-anthropic0123456789",
    "AWS_ACCESS_KEY_ID": "AKIABEDROCK012345678",
    "AWS_SECRET_ACCESS_KEY": "bedrock/0123456789/abcdefghij/ABCDEFGHIJ",
    "LAB_KEY": "lab-0123456789-abcdef",
    "LAB_PASS": "open-sesame-0123456789",
}
SENT_TO = {  # AWS's secret signs and is never sent
    "OPENAI_API_KEY": "openai",
    "AZURE_OPENAI_API_KEY": "azure",
    "ANTHROPIC_API_KEY": "anthropic",
    "AWS_ACCESS_KEY_ID": "bedrock",
    "LAB_KEY": "lab",
    "LAB_PASS": "lab",
}


def addresses(url: str) -> dict[str, str]:
    """Return the variables that send each official host's requests to ``http://127.0.0.1:PORT``."""
    return {
        "OPENAI_BASE_URL": f"{url}/v1",
        "AZURE_OPENAI_ENDPOINT": url,
        "ANTHROPIC_BASE_URL": url,
        "AWS_ENDPOINT_URL_BEDROCK_RUNTIME": url,
        "AWS_ENDPOINT_URL_BEDROCK": url,
        "AWS_REGION": "eu-west-1",
    }


def each(model: str) -> list[str]:
    """Return the model at every host."""
    return [f"{host}/{model}" for host in HOSTS]
