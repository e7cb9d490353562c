"""How a tool reaches the host of a model: the protocol, the address, and the *name* of the variable of its key.

What several targets ask of a host, and what they say of rules that whoever calls them has to apply.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from routebook.errors import ModelError, TargetError
from routebook.models import ModelId
from routebook.redact import redact
from routebook.routing.conditions import Condition, FeatureIs, HasKeyword, InLanguage, Matches, MetadataIs, leaves
from routebook.routing.names import DEFAULT
from routebook.routing.policy import ClassifyRule, Policy, Route
from routebook.targets.contract import Loss

Protocol: TypeAlias = Literal["openai", "anthropic", "azure", "bedrock"]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a model is asked.

    Attributes
    ----------
    protocol
        What is spoken there: ``openai`` (Chat Completions) for every compatible server, too.
    model
        The id the host knows the model by.
    base_url
        Where ``/chat/completions`` or ``/messages`` hangs below; empty where the environment says it (Azure, Bedrock).
    key_env
        The environment variable of its key; `None` where it needs none.
    headers
        Further headers that may stand in a file.
    secret_headers
        The names of those that may not, because their values are secrets.
    """

    protocol: Protocol
    model: str
    base_url: str = ""
    key_env: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    secret_headers: tuple[str, ...] = ()


def endpoint(name: str, title: str) -> Endpoint | None:
    """Return where a ``host/model`` is asked; `None` for a simulated model, which no tool can ask.

    Raises
    ------
    TargetError
        If the host is not known, or speaks a protocol of its own.

    Examples
    --------
    >>> endpoint("groq/llama-4", "Portkey").key_env
    'GROQ_API_KEY'
    """
    from routebook.providers.registry import provider_for, server_for

    model = ModelId.parse(name)
    match model.host:
        case "openai":
            return Endpoint("openai", model.model, "https://api.openai.com/v1", "OPENAI_API_KEY")
        case "anthropic":
            return Endpoint("anthropic", model.model, "https://api.anthropic.com/v1", "ANTHROPIC_API_KEY")
        case "azure":
            return Endpoint("azure", model.model, key_env="AZURE_OPENAI_API_KEY")
        case "bedrock":
            return Endpoint("bedrock", model.model)
    if server := server_for(model.host):
        said = {header: value for header, value in server.headers.items() if _may_be_written(value)}
        return Endpoint(
            "openai",
            model.model,
            server.base_url,
            server.key_env,
            said,
            tuple(header for header in server.headers if header not in said),
        )
    try:
        simulated = provider_for(model.host).simulated
    except ModelError as error:
        raise TargetError(str(error)) from error
    if simulated:
        return None
    raise TargetError(
        f"{title} has no way to ask {model}: {model.host!r} is neither a host it knows nor a compatible server. Take "
        f"it out of the policy, or register it with rb.register_server({model.host!r}, base_url=...)."
    )


def chains(policy: Policy) -> Iterator[tuple[str, Route]]:
    """Give every tag with its route; ``default`` comes last."""
    yield from policy.routes.items()
    yield DEFAULT, policy.default


def caller_losses(policy: Policy, title: str, how: str) -> Iterator[Loss]:
    """Tell which rules whoever calls the tool has to apply, where the tool knows a prompt by its tag alone.

    Parameters
    ----------
    title
        What the tool is called.
    how
        How the tool is then told the tag, in words.
    """
    for number, rule in enumerate(policy.classify, 1):
        if not rule.identity:
            yield caller_loss(number, rule, title, how)


def caller_loss(number: int, rule: ClassifyRule, title: str, how: str) -> Loss:
    """Say that whoever calls has to apply this rule."""
    looks_at = " and ".join(dict.fromkeys(_looks_at(leaf) for leaf in leaves(rule.when)))
    return Loss(
        f"rule {number} ({rule.tag})",
        f"it looks at {looks_at}, which {title} does not do; whoever calls has to classify first: {how}",
    )


def _looks_at(leaf: Condition) -> str:
    match leaf:
        case HasKeyword() | Matches() | InLanguage():
            return "the prompt's text"
        case FeatureIs(name):
            return f"the prompt's {name}"
        case MetadataIs(name):
            return f"the metadata {name}"
        case _:
            return "other tags"


def _may_be_written(header_value: str) -> bool:
    """Tell whether a header's value may stand in a file: no reference to a secret, and none itself."""
    return not header_value.startswith("$") and redact(header_value) == header_value
