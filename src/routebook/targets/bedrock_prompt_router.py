"""Amazon Bedrock: a ``CreatePromptRouter`` request, and the AgentCore gateway rules that keep the policy's tags.

A prompt router answers with one of two models of one family, whichever Bedrock predicts to be good enough; it knows no
rules. A rule of an AgentCore gateway does: the model ``route/TAG`` goes to the route's first model, then to its
fallback. So the file holds both requests, and says what each loses. ``responseQualityDifference`` is 0, the model that
is predicted to be better by any margin: the one number that takes no side; raise it in steps of 5 up to 100.

ARNs need a region and an account, which stand as ``${AWS_REGION}`` and ``${AWS_ACCOUNT_ID}``, filled in where it is
sent. botocore checks types and required fields, not patterns or limits: the tests check these against its model too.
"""

from __future__ import annotations

import math
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from routebook.errors import TargetError
from routebook.models import ModelId
from routebook.routing.names import DEFAULT
from routebook.routing.policy import Policy, Route
from routebook.routing.writing import pretty_json
from routebook.targets.contract import Compiled, Loss
from routebook.targets.hosts import caller_losses, chains
from routebook.targets.replaying import Prompts, Replay, not_replayed

TITLE = "Amazon Bedrock"
PROVEN_WITH = "botocore 1.44.5"
FILENAME = "bedrock.json"
EXPRESSES = "two models of one family; as gateway rules: tags, a fallback, shares, time to the first byte"
HEAVY = False

GATEWAY_TARGET = "bedrock"
"""What the gateway's target is called that reaches Bedrock's models."""
_PROFILE = re.compile(r"(?:us|eu|apac|jp|au|in|ca|sa|us-gov|global)\.")
_FOUNDATION = re.compile(r"[a-z0-9-]{1,63}\.(?:[a-z0-9-]{1,63}\.){0,2}[a-z0-9-]{1,63}(?::[a-z0-9-]{1,63}){0,2}\Z")
_INFERENCE_PROFILE = re.compile(r"[a-zA-Z0-9:.-]+\Z")
_MATCHABLE = re.compile(r"[a-zA-Z0-9._@:-]+(?:/[a-zA-Z0-9._@:-]+)*\Z")
_VARIABLES = ("AGENTCORE_GATEWAY_ID", "AWS_ACCOUNT_ID", "AWS_REGION")
_FIRST_BYTE_MS = (50, 900_000)
_LAST_PRIORITY = 1_000_000
_ANY_FAILURE = {
    "statusCodes": ["4XX", "5XX"],  # if not said, a gateway falls back after 5XX alone
    "errors": ["CONNECTION_ERROR", "FIRST_BYTE_TIMEOUT", "UNROUTABLE"],
}


def losses(policy: Policy) -> tuple[Loss, ...]:
    """Tell what Bedrock cannot express of this policy."""
    how = 'ask the gateway for the model "route/" + policy.decide(prompt, tag=...).tag.'
    every = Loss(
        "the prompt router",
        "Bedrock picks one of its two models by the quality it predicts for each prompt, and knows no tags, rules or "
        "order; the gateway rules beside it keep them.",
    )
    return tuple(dict.fromkeys([every, *caller_losses(policy, TITLE, how), *_route_losses(policy)]))


def compile(policy: Policy) -> Compiled:
    """Write both requests.

    Raises
    ------
    TargetError
        If the policy has not exactly two models, both on Bedrock and of one family.
    """
    first, second = _pair(policy)
    lost = losses(policy)
    rules = [_rule(policy, tag, route, place) for place, (tag, route) in enumerate(_ruled(policy), 1)]
    router = {
        "promptRouterName": _name(policy),
        "models": [{"modelArn": _arn(first)}, {"modelArn": _arn(second)}],
        "description": f"From a policy of routebook with the sha256 {policy.sha256}",
        "routingCriteria": {"responseQualityDifference": 0},
        "fallbackModel": {"modelArn": _arn(policy.default.models[0])},
        "tags": [{"key": "routebook:policy-sha256", "value": policy.sha256}],
    }
    told = {
        "policy": policy.name,
        "sha256": policy.sha256,
        "created": policy.provenance.created,
        "losses": [str(loss) for loss in lost],
    }
    text = pretty_json({"routebook": told, "createPromptRouter": router, "createGatewayRules": rules})
    return Compiled(
        text=text,
        entries=tuple(f"route/{tag}" for tag, _ in _ruled(policy)),
        fallbacks=sum(len(route.models) - 1 for _, route in _ruled(policy)),
        variables=_VARIABLES,
        losses=lost,
    )


def start(path: Path) -> str:
    """Say how to send the requests."""
    names = " ".join(f"${name}" for name in _VARIABLES)
    filled = f"jq .createPromptRouter {shlex.quote(str(path))} | envsubst {shlex.quote(names)} > router.json"
    return (
        f"Create the router: {filled}; aws bedrock create-prompt-router --cli-input-json file://router.json. Each of "
        ".createGatewayRules is an input of aws bedrock-agentcore-control create-gateway-rule, for a gateway with a "
        f"target called {GATEWAY_TARGET}."
    )


def replay(policy: Policy, prompts: Prompts) -> Replay:  # noqa: ARG001 - as every target
    """Say why nothing can be replayed: the router runs in AWS alone."""
    return not_replayed(
        TITLE, "Bedrock's router and gateway run in AWS alone; compare with what they answer there instead."
    )


# ---- the prompt router ----------------------------------------------------------------------------------------------


def _pair(policy: Policy) -> tuple[str, str]:
    for name in policy.models:
        model = ModelId.parse(name)
        if model.host != "bedrock":
            raise TargetError(f"A prompt router asks Bedrock's models alone; {name} is on {model.host}.")
        _arn(name)
    if len(policy.models) != 2:
        raise TargetError(
            f"A prompt router has two models; this policy has {len(policy.models)}: {', '.join(policy.models[:5])}."
        )
    one, other = (ModelId.parse(name) for name in policy.models)
    if one.vendor != other.vendor or one.vendor == "unknown":
        raise TargetError(
            f"A prompt router's models are of one family; {one} is {one.vendor}'s and {other} is {other.vendor}'s."
        )
    return policy.models[0], policy.models[1]


def _arn(name: str) -> str:
    """Return the ARN of a model or of an inference profile, its region and account to be filled in."""
    model = ModelId.parse(name).model
    if _PROFILE.match(model) and _INFERENCE_PROFILE.match(model):
        return "arn:aws:bedrock:${AWS_REGION}:${AWS_ACCOUNT_ID}:inference-profile/" + model
    if _FOUNDATION.match(model):
        return "arn:aws:bedrock:${AWS_REGION}::foundation-model/" + model
    raise TargetError(f"{name} is neither a model of Bedrock's nor an inference profile by its name.")


def _name(policy: Policy) -> str:
    """Return the policy's name as Bedrock takes names, and a piece of its sha256, since names are unique there."""
    plain = re.sub(r"[^0-9a-zA-Z]+", "-", policy.name).strip("-")[:48].rstrip("-")
    return f"{plain or 'policy'}-{policy.sha256[:8]}"


# ---- gateway rules --------------------------------------------------------------------------------------------------


def _ruled(policy: Policy) -> Iterator[tuple[str, Route]]:
    """Give the routes whose name a gateway can match."""
    for tag, route in chains(policy):
        if _matchable(tag):
            yield tag, route


def _matchable(tag: str) -> bool:
    return bool(_MATCHABLE.match(f"route/{tag}"))


def _rule(policy: Policy, tag: str, route: Route, priority: int) -> dict[str, Any]:
    request: dict[str, Any] = {
        "gatewayIdentifier": "${AGENTCORE_GATEWAY_ID}",
        "priority": _LAST_PRIORITY if tag == DEFAULT else priority,
        "description": f"From a policy of routebook with the sha256 {policy.sha256}",
        "actions": [{"routeToTarget": _routed(route)}],
    }
    if tag != DEFAULT:  # a rule without a condition takes everything else
        match = {"value": f"route/{tag}", "operator": "StringEquals"}
        request["conditions"] = [{"matchModels": {"anyOf": [match]}}]
    return request


def _routed(route: Route) -> dict[str, Any]:
    if route.weights is None or len(route.weights) < 2:
        return {"staticRoute": _static(route.models, route)}
    share = min(99, max(1, round(100 * route.weights[0] / sum(route.weights))))
    one, other = route.models
    return {
        "weightedRoute": {
            "trafficSplit": [
                {"name": "first", "weight": share, **_static((one, other), route)},
                {"name": "second", "weight": 100 - share, **_static((other, one), route)},
            ]
        }
    }


def _static(models: tuple[str, ...], route: Route) -> dict[str, Any]:
    asked = [{"targetName": GATEWAY_TARGET, "model": ModelId.parse(name).model} for name in models]
    if len(asked) == 1:
        return asked[0]
    fallback: dict[str, Any] = {"triggerOn": _ANY_FAILURE, "targetFallback": asked[1:]}
    if route.timeout_s is not None:
        low, high = _FIRST_BYTE_MS
        fallback["firstByteTimeoutMilliseconds"] = min(high, max(low, math.ceil(route.timeout_s * 1000)))
    return {**asked[0], "fallback": fallback}


def _route_losses(policy: Policy) -> Iterator[Loss]:
    for tag, route in chains(policy):
        where = f"route {tag}"
        if not _matchable(tag):
            yield Loss(
                where, "a gateway's rule matches letters, digits and -._@:/ alone; rename the tag to have a rule."
            )
        if route.weights is not None and len(route.weights) > 1:
            yield Loss(where, "its shares are whole percentages, and drawn anew for every call.")
        if route.timeout_s is not None:
            yield Loss(
                where,
                "its time limit holds until the first byte of an answer, from 0.05 s to 900 s, and only where there is "
                "a fallback.",
            )
        if route.retries:
            yield Loss(where, "its retries are left out: whoever calls asks again.")
        if route.budget_usd is not None:
            yield Loss(where, f"its budget of ${route.budget_usd:.3g} a prompt is left out.")
