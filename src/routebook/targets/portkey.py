"""Portkey's config: conditions on ``metadata.route`` or on the model ``route/TAG``, each with its chain of targets.

The gateway reads no prompts. As long as every rule asks for tags and metadata alone, the rules themselves stand in the
file, in their order; else whoever calls has to classify, and each tag has one condition.

- Portkey's gateway takes a config with each request, in the header ``x-portkey-config``, and resolves no references:
  keys stand there as ``${OPENAI_API_KEY}``, and `start` says how envsubst fills them in. A ``$`` in any name is
  written ``\\u0024``, so that no name can ask for a variable.
- A fallback is asked after any answer that is not a success. It is nested for a route with weights, because a model
  that was drawn and fails would have no other.
- A time limit ends when the answer begins: the gateway's own meaning of ``request_timeout``.
- The policy, its sha256 and the losses stand under ``routebook``, which Portkey passes over.
"""

from __future__ import annotations

import json
import math
import re
import shlex
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

from routebook.errors import TargetError
from routebook.routing.names import DEFAULT
from routebook.routing.policy import Policy, Route
from routebook.targets.contract import Compiled, Loss
from routebook.targets.hosts import Endpoint, caller_loss, chains, endpoint
from routebook.targets.portkey_queries import query, tag_query
from routebook.targets.replaying import Prompts, Replay

TITLE = "Portkey"
PROVEN_WITH = "@portkey-ai/gateway 1.15.2"
FILENAME = "portkey.json"
EXPRESSES = "tags, metadata, fallbacks, retries, time limits, shares"
HEAVY = True

RETRIED = (408, 429, 500, 502, 503, 504, 529)
"""The failures after which a model is asked again: those that `routebook` itself asks again after."""
AZURE_PATH = "/openai/v1"
_HOSTED_RETRIES = 5
_HEADER_BYTES = 16_384  # Node's limit for all headers of a request
_ENVIRONMENT = re.compile(
    r'(?<!\\)(?P<key>"(?:api_key|aws_\w+|custom_host)": ")\\u0024(?P<name>\{[A-Za-z_]\w*\})', re.ASCII
)
_OPERATOR = re.compile(r'(?<!\\)"\\u0024(?P<name>or|and|eq|ne|in|nin)":')

Target: TypeAlias = dict[str, Any]
Asking: TypeAlias = Callable[[str, bool], Target]
"""Makes the target of a model; told whether it is the last one of its chain."""


def losses(policy: Policy) -> tuple[Loss, ...]:
    """Tell what Portkey cannot express of this policy."""
    return tuple(dict.fromkeys([*_rule_losses(policy), *_route_losses(policy), *_model_losses(policy)]))


def compile(policy: Policy) -> Compiled:
    """Write the policy as a Portkey config, as far as it can be one.

    Raises
    ------
    TargetError
        If a route has no model that Portkey can ask.
    """
    lost = losses(policy)
    told = {
        "policy": policy.name,
        "sha256": policy.sha256,
        "created": policy.provenance.created,
        "losses": [str(loss) for loss in lost],
    }
    text = json.dumps({"routebook": told, **config(policy, _asked)}, indent=2, allow_nan=False) + "\n"
    text = _OPERATOR.sub(r'"$\g<name>":', text.replace("$", "\\u0024"))
    text = _ENVIRONMENT.sub(r"\g<key>$\g<name>", text)
    return Compiled(
        text=text,
        entries=tuple(f"route/{tag}" for tag, _ in chains(policy)),
        fallbacks=sum(len(_askable(route)) - 1 for _, route in chains(policy)),
        variables=_variables(text),
        losses=lost,
    )


def start(path: Path) -> str:
    """Say how to start Portkey's gateway, and how to send it this file."""
    text = path.read_text(encoding="utf-8")
    names = " ".join(f"${name}" for name in _variables(text))
    filled = f"envsubst {shlex.quote(names)} < {shlex.quote(str(path))} | tr -d '\\n'"
    node = "npx @portkey-ai/gateway"
    if len(text) > _HEADER_BYTES * 3 // 4:
        node = f"NODE_OPTIONS=--max-http-header-size={max(65_536, 2 * len(text))} {node}"
    return (
        f"Start it: {node}, then send each request with the header x-portkey-config: $({filled}), and ask for the "
        "model route/TAG, or route/default."
    )


def replay(policy: Policy, prompts: Prompts) -> Replay:
    """Send prompts through Portkey's gateway on this machine; see `routebook.targets.portkey_replay`."""
    from routebook.targets.portkey_replay import replay

    return replay(policy, prompts)


# ---- the config -----------------------------------------------------------------------------------------------------


def config(policy: Policy, asking: Asking) -> dict[str, Any]:
    """Return the config, its models reached as `asking` says."""
    return {
        "strategy": {"mode": "conditional", "conditions": _conditions(policy), "default": f"route/{DEFAULT}"},
        "targets": [{"name": f"route/{tag}", **_chain(tag, route, asking)} for tag, route in chains(policy)],
    }


def classifies(policy: Policy) -> bool:
    """Tell whether Portkey can apply every rule itself."""
    return all(query(rule.when) is not None for rule in policy.classify)


def _conditions(policy: Policy) -> list[dict[str, Any]]:
    if classifies(policy):
        return [{"query": query(rule.when), "then": f"route/{rule.tag}"} for rule in policy.classify]
    return [{"query": tag_query(tag), "then": f"route/{tag}"} for tag in policy.routes]


def _chain(tag: str, route: Route, asking: Asking) -> Target:
    models = _askable(route) if asking is _asked else route.models
    if not models:
        raise TargetError(f"{TITLE} can ask no model of the route {tag}: simulated models are no servers.")
    shares = _shares(route, models)
    common: Target = {"retry": {"attempts": route.retries, "on_status_codes": list(RETRIED)}} if route.retries else {}
    if route.timeout_s is not None:
        common["request_timeout"] = max(1, math.ceil(route.timeout_s * 1000))
    if len(shares) < 2:
        return common | _in_turn(models, asking)
    drawn = [
        {"weight": weight, **_in_turn((model, *(other for other in models if other != model)), asking)}
        for model, weight in shares.items()
    ]
    return {**common, "strategy": {"mode": "loadbalance"}, "targets": drawn}


def _in_turn(models: tuple[str, ...], asking: Asking) -> Target:
    targets = [asking(model, model == models[-1]) for model in models]
    return targets[0] if len(targets) == 1 else {"strategy": {"mode": "fallback"}, "targets": targets}


def _shares(route: Route, models: tuple[str, ...]) -> dict[str, float]:
    """Return the weights of the models that are drawn from."""
    weights = dict(zip(route.models, route.weights or (), strict=False))
    return {model: weight for model, weight in weights.items() if model in models}


def _askable(route: Route) -> tuple[str, ...]:
    return tuple(model for model in route.models if endpoint(model, TITLE) is not None)


def _asked(name: str, last: bool) -> Target:  # noqa: ARG001 - as every `Asking`
    found = endpoint(name, TITLE)
    assert found is not None  # `_askable` left the others out
    return {**_host(found), "override_params": {"model": found.model}}


def _host(found: Endpoint) -> Target:
    match found.protocol:
        case "anthropic":
            return {"provider": "anthropic", "api_key": "${ANTHROPIC_API_KEY}"}
        case "azure":
            key = f"${{{found.key_env}}}"
            return {"provider": "openai", "custom_host": "${AZURE_OPENAI_ENDPOINT}" + AZURE_PATH, "api_key": key}
        case "bedrock":
            names = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_REGION")
            return {"provider": "bedrock", **{name.lower(): f"${{{name}}}" for name in names}}
    target: Target = {"provider": "openai", "api_key": f"${{{found.key_env}}}" if found.key_env else "none"}
    if found.base_url != "https://api.openai.com/v1":
        target["custom_host"] = found.base_url
    if found.headers:
        target["forward_headers"] = [header.lower() for header in found.headers]
    return target


def _variables(text: str) -> tuple[str, ...]:
    """List the environment variables a config refers to."""
    return tuple(sorted({found.strip("{}$") for found in re.findall(r"\$\{[A-Za-z_]\w*\}", text, re.ASCII)}))


# ---- losses ---------------------------------------------------------------------------------------------------------


def _rule_losses(policy: Policy) -> Iterator[Loss]:
    how = 'send the metadata {"route": policy.decide(prompt, tag=..., metadata=...).tag}.'
    for number, rule in enumerate(policy.classify, 1):
        if query(rule.when) is None:
            yield caller_loss(number, rule, TITLE, how)


def _route_losses(policy: Policy) -> Iterator[Loss]:
    for tag, route in chains(policy):
        if len(_shares(route, route.models)) > 1:
            yield Loss(
                f"route {tag}",
                "its shares are kept, but Portkey draws anew for every call, where the policy sends the same prompt to "
                "the same model.",
            )
        if route.budget_usd is not None:
            yield Loss(
                f"route {tag}",
                f"its budget of ${route.budget_usd:.3g} a prompt is left out: Portkey limits no single prompt's cost.",
            )
        if route.retries > _HOSTED_RETRIES:
            yield Loss(
                f"route {tag}",
                f"its {route.retries} retries hold in the gateway you run yourself; Portkey's hosted one asks again "
                f"{_HOSTED_RETRIES} times at most.",
            )


def _model_losses(policy: Policy) -> Iterator[Loss]:
    for _, route in chains(policy):
        for name in route.models:
            found = endpoint(name, TITLE)
            if found is None:
                yield Loss(name, "a simulated model cannot be asked by Portkey and is left out of its chain.")
                continue
            for header in (*found.headers, *found.secret_headers):
                kept = " It is passed on where whoever calls sends it." if header in found.headers else ""
                yield Loss(
                    f"the header {header} of {name.partition('/')[0]}", f"Portkey adds no headers to a target.{kept}"
                )
