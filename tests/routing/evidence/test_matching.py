"""Which models of several hosts are said to be one."""

from __future__ import annotations

import pytest

from routebook.errors import ModelError
from routebook.routing.evidence.matching import groups_of, plain_name


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("anthropic/claude-haiku-5-5", "bedrock/us.anthropic.claude-haiku-5-5-v1:0"),
        ("openai/gpt-6.1-terra", "azure/gpt-6.1-terra"),
        ("openrouter/meta-llama/llama-4-8b-instruct", "bedrock/meta.llama-4-8b-instruct-v1:0"),
        ("fireworks/accounts/fireworks/models/qwen3-8b", "together/Qwen/Qwen3-8B"),
    ],
)
def test_what_hosts_add_to_a_name_is_no_difference(one: str, other: str) -> None:
    assert plain_name(one) == plain_name(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("together/llama-4-8b-instruct", "groq/llama-4-8b-instruct-turbo"),
        ("together/llama-4-8b", "groq/llama-4-70b"),
        ("openai/gpt-4o-2024-08-06", "azure/gpt-4o"),
        ("bedrock/amazon.nova-2-lite-v1:0", "bedrock/amazon.nova-2-pro-v1:0"),
    ],
)
def test_what_may_be_another_model_is_one(one: str, other: str) -> None:
    assert plain_name(one) != plain_name(other)


def test_only_models_at_several_hosts_are_compared() -> None:
    assert groups_of(["sim/large", "sim/small", "simcloud/large"])[0].models == ("sim/large", "simcloud/large")
    assert groups_of(["sim/large", "sim/small"]) == []


def test_the_user_can_say_that_two_are_one() -> None:
    models = ["together/x-turbo", "groq/x", "azure/x"]
    (group,) = groups_of(models, {"together/x-turbo": "groq/x"})
    assert (group.models, group.how) == (tuple(models), "as given")


def test_one_that_is_not_there_is_an_error_with_the_nearest() -> None:
    with pytest.raises(ModelError, match="Did you mean 'groq/x'"):
        groups_of(["together/x-turbo", "groq/x"], {"together/x-turbo": "groq/xx"})
