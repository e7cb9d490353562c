"""Host, model and vendor of a model id."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routebook.errors import ModelError
from routebook.models import ModelId, vendor_of


@pytest.mark.parametrize(
    ("text", "host", "model"),
    [
        ("openai/gpt-6.1-terra", "openai", "gpt-6.1-terra"),
        ("  sim/small\n", "sim", "small"),
        ("openrouter/meta-llama/llama-4-maverick:free", "openrouter", "meta-llama/llama-4-maverick:free"),
        ("bedrock/us.amazon.nova-2-lite-v1:0", "bedrock", "us.amazon.nova-2-lite-v1:0"),
        (
            "bedrock/arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.amazon.nova-lite-v1:0",
            "bedrock",
            "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.amazon.nova-lite-v1:0",
        ),
        ("my-server.local_2/Qwen/Qwen3-8B", "my-server.local_2", "Qwen/Qwen3-8B"),
        ("vllm//weights/mine", "vllm", "/weights/mine"),
    ],
)
def test_an_id_is_split_at_its_first_slash(text: str, host: str, model: str) -> None:
    parsed = ModelId.parse(text)
    assert (parsed.host, parsed.model, str(parsed)) == (host, model, f"{host}/{model}")


@pytest.mark.parametrize(
    "text",
    [
        "", "/", "gpt-6-sol", "openai/", "/gpt-6-sol", "OpenAI/gpt-6-sol", "-openai/x", ".openai/x", "open ai/x",
        "openai/gpt 6", "openai/gpt\t6", "openai/gpt\n6", "openai/gpt\u200b6", "openai/gpt\x006", "öpenai/x",
        "http://localhost:8000/v1",
    ],
)  # fmt: skip
def test_what_is_no_model_id_gets_one_line_that_says_how_to_write_one(text: str) -> None:
    with pytest.raises(ModelError, match="write host/model") as caught:
        ModelId.parse(text)
    assert "\n" not in str(caught.value)


host_names = st.from_regex(r"[a-z0-9][a-z0-9._-]{0,20}", fullmatch=True)
model_names = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=40)


@given(host_names, model_names)
def test_a_parsed_id_reads_back_as_it_was_written(host: str, model: str) -> None:
    parsed = ModelId.parse(f"{host}/{model}")
    assert parsed == ModelId(host, model)
    assert ModelId.parse(str(parsed)) == parsed


@given(host_names, model_names)
def test_every_name_has_a_vendor_even_if_it_is_unknown(host: str, model: str) -> None:
    assert vendor_of(host, model)


@pytest.mark.parametrize(
    ("host", "model", "vendor"),
    [
        ("openai", "gpt-6.1-terra", "openai"),
        ("openai", "ft:gpt-4o-2024-08-06:my-org::abc", "openai"),
        ("anthropic", "claude-haiku-5-5", "anthropic"),
        ("azure", "gpt-6-sol", "openai"),
        ("azure", "o3-mini", "openai"),
        ("azure", "claude-opus-5-5", "anthropic"),
        ("azure", "my-deployment", "unknown"),
        ("bedrock", "amazon.nova-lite-v1:0", "amazon"),
        ("bedrock", "us.amazon.nova-2-lite-v1:0", "amazon"),
        ("bedrock", "global.anthropic.claude-haiku-5-5-v1:0", "anthropic"),
        ("bedrock", "us-gov.anthropic.claude-haiku-5-5", "anthropic"),
        ("bedrock", "in.moonshotai.kimi-k3", "moonshotai"),
        ("bedrock", "openai.gpt-oss-120b-1:0", "openai"),
        ("bedrock", "qwen.qwen3-32b-v1:0", "alibaba"),
        ("bedrock", "arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0", "amazon"),
        ("bedrock", "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/a1b2", "unknown"),
        ("google", "gemini-3.8-flash", "google"),
        ("google", "models/gemini-3.8-flash", "google"),
        ("groq", "openai/gpt-oss-120b", "openai"),
        ("fireworks", "accounts/fireworks/models/deepseek-v4-flash", "deepseek"),
        ("openrouter", "meta-llama/llama-4-maverick:free", "meta"),
        ("openrouter", "x-ai/grok-4.7", "xai"),
        ("huggingface", "mistralai/Mistral-7B", "mistral"),
        ("ollama", "qwen3:8b", "alibaba"),
        ("ollama", "llama3.2", "meta"),
        ("lmstudio", "Qwen/Qwen3-8B", "alibaba"),
        ("vllm", "my-finetune", "unknown"),
        ("mistral", "codestral-latest", "mistral"),
        ("xai", "grok-4.7", "xai"),
        ("gateway", "route/coding", "unknown"),
        ("gateway", "route/gpt-like/python", "unknown"),
    ],
)
def test_the_vendor_is_who_made_the_model_and_not_who_serves_it(host: str, model: str, vendor: str) -> None:
    assert vendor_of(host, model) == vendor
    assert ModelId(host, model).vendor == vendor


def test_ids_sort_by_host_and_then_by_model() -> None:
    ids = [ModelId.parse(text) for text in ("sim/small", "openai/b", "openai/a")]
    assert [str(one) for one in sorted(ids)] == ["openai/a", "openai/b", "sim/small"]
