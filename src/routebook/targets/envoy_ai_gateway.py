"""Envoy AI Gateway: ``AIGatewayRoute`` rules for each tag, an ``AIServiceBackend`` for each host, retries beside them.

A rule matches the header ``x-route-tag: TAG`` or the model ``route/TAG`` (``x-ai-eg-model``, which the gateway reads
from the request); a rule without a match takes everything else. Of two rules the Gateway API prefers the one with more
headers, so no tag's rule loses to the default's.

- A chain is one backend reference a model, by ascending priority; a ``BackendTrafficPolicy`` for the rule lets Envoy go
  on to the next priority after a failure. Its ``numAttemptsPerPriority`` is one more than the route's retries.
- An ``AIGatewayRoute`` has 15 rules at most: more routes go on in a second one. The gateway ends each with a rule that
  refuses everything else, and of two such rules the first resource's wins: so the default's stands there.
- Keys stand in Kubernetes secrets that the file names and does not hold; `start` says how to make them.
- CEL rules of the CRDs are checked by a cluster alone: ``kubectl apply --dry-run=server``.
"""

from __future__ import annotations

import ipaddress
import math
import os
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, count
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import urlsplit

from routebook.errors import TargetError
from routebook.models import ModelId
from routebook.routing.names import DEFAULT
from routebook.routing.policy import Policy, Route
from routebook.routing.writing import yaml_text
from routebook.targets.contract import Compiled, Loss, header
from routebook.targets.hosts import Endpoint, caller_losses, chains, endpoint
from routebook.targets.replaying import Prompts, Replay, not_replayed

TITLE = "Envoy AI Gateway"
PROVEN_WITH = "the CRD schemas of Envoy AI Gateway 1.1 and Envoy Gateway 1.9 (not their CEL rules)"
FILENAME = "envoy-ai-gateway.yaml"
EXPRESSES = "tags, fallbacks, retries, time limits, shares"
HEAVY = False

GATEWAY = "ai-gateway"
"""What the ``Gateway`` is called that the routes attach to."""
TAG_HEADER, MODEL_HEADER = "x-route-tag", "x-ai-eg-model"
_AI, _ENVOY = "aigateway.envoyproxy.io", "gateway.envoyproxy.io"
_MOST_RULES = 15
_RETRIED = (401, 403, 404, 408, 429, 500, 502, 503, 504, 529)
_FINEST = 1_000_000  # weights are whole numbers
_SCHEMAS = {"openai": "OpenAI", "anthropic": "Anthropic", "azure": "OpenAI", "bedrock": "AWSBedrock"}

Resource: TypeAlias = dict[str, Any]


def losses(policy: Policy) -> tuple[Loss, ...]:
    """Tell what Envoy AI Gateway cannot express of this policy."""
    how = f"send the header {TAG_HEADER}: TAG with policy.decide(prompt, tag=...).tag."
    return tuple(dict.fromkeys([*caller_losses(policy, TITLE, how), *_route_losses(policy)]))


def compile(policy: Policy) -> Compiled:
    """Write the resources, one YAML document each.

    Raises
    ------
    TargetError
        If a route has no model the gateway can ask, or a host's address is not known: ``AZURE_OPENAI_ENDPOINT`` and
        ``AWS_REGION`` say those of Azure and Bedrock.
    """
    lost = losses(policy)
    asked = {tag: _askable(tag, route) for tag, route in _matched(policy)}
    hosts = _hosts(name for models in asked.values() for name in models)
    name = f"routebook-{_slug(policy.name)}"
    resources = [
        *_routes(policy, asked, hosts, name),
        *(resource for host in hosts.values() for resource in host.resources()),
    ]
    for resource in resources:
        resource["metadata"]["annotations"] = {"routebook/policy-sha256": policy.sha256}
    return Compiled(
        text=header(policy, TITLE, lost) + "---\n".join(yaml_text(resource, width=1_000_000) for resource in resources),
        entries=tuple(f"route/{tag}" for tag in asked),
        fallbacks=sum(len(models) - 1 for models in asked.values()),
        variables=tuple(sorted({host.endpoint.key_env for host in hosts.values() if host.endpoint.key_env})),
        losses=lost,
    )


def start(path: Path) -> str:
    """Say how to use the file."""
    return (
        f"Use it: kubectl apply -f {shlex.quote(str(path))}, in a cluster with a Gateway called {GATEWAY}; make each "
        'secret it names first, such as kubectl create secret generic routebook-openai --from-literal=apiKey="'
        "$OPENAI_API_KEY\". --dry-run=server checks it with the cluster's own rules."
    )


def replay(policy: Policy, prompts: Prompts) -> Replay:  # noqa: ARG001 - as every target
    """Say why nothing can be replayed here."""
    return not_replayed(
        TITLE,
        "Envoy AI Gateway routes inside of Envoy, in a cluster; kubectl apply --dry-run=server checks the file there.",
    )


# ---- routes ---------------------------------------------------------------------------------------------------------


def _routes(
    policy: Policy, asked: dict[str, tuple[str, ...]], hosts: dict[str, _Host], name: str
) -> Iterator[Resource]:
    routes = dict(chains(policy))
    ordered = [DEFAULT, *(tag for tag in asked if tag != DEFAULT)]
    rules = [
        (_rule(tag, routes[tag], asked[tag], hosts, number), _attempts(routes[tag], asked[tag]))
        for number, tag in enumerate(ordered)
    ]
    for part, begin in enumerate(range(0, len(rules), _MOST_RULES), 1):
        some = rules[begin : begin + _MOST_RULES]
        called = name if part == 1 else f"{name}-{part}"
        parent = {"name": GATEWAY, "kind": "Gateway", "group": "gateway.networking.k8s.io"}
        routed = {"parentRefs": [parent], "rules": [rule for rule, _ in some]}
        yield _resource(f"{_AI}/v1beta1", "AIGatewayRoute", called, routed)
        for rule, attempts in some:
            if attempts:
                target = {"group": "gateway.networking.k8s.io", "kind": "HTTPRoute", "name": called}
                spec: Resource = {"targetRefs": [{**target, "sectionName": rule["name"]}], "retry": attempts}
                yield _resource(f"{_ENVOY}/v1alpha1", "BackendTrafficPolicy", f"{called}-{rule['name']}", spec)


def _rule(tag: str, route: Route, models: tuple[str, ...], hosts: dict[str, _Host], number: int) -> Resource:
    rule: Resource = {"name": "default" if tag == DEFAULT else f"route-{number}"}
    if tag != DEFAULT:
        names = ((TAG_HEADER, tag), (MODEL_HEADER, f"route/{tag}"))
        rule["matches"] = [{"headers": [{"type": "Exact", "name": name, "value": value}]} for name, value in names]
    drawn = _weights(route, models)
    rule["backendRefs"] = [
        {
            "name": hosts[ModelId.parse(name).host].name,
            "modelNameOverride": ModelId.parse(name).model,
            "priority": 0 if name in drawn else place - max(0, len(drawn) - 1),
            **({"weight": drawn[name]} if name in drawn else {}),
        }
        for place, name in enumerate(models)
    ]
    if route.timeout_s is not None:
        tries = len(models) * (1 + route.retries)
        rule["timeouts"] = {"request": _duration(route.timeout_s * tries)}
    return rule


def _weights(route: Route, models: tuple[str, ...]) -> dict[str, int]:
    """Return whole weights of the models that are drawn from, if there are several."""
    given = dict(zip(route.models, route.weights or (), strict=False))
    drawn = {name: weight for name, weight in given.items() if name in models}
    if len(drawn) < 2:
        return {}
    if all(weight == int(weight) for weight in drawn.values()):
        return {name: int(weight) for name, weight in drawn.items()}
    largest = max(drawn.values())
    return {name: max(1, round(weight / largest * _FINEST)) for name, weight in drawn.items()}


def _attempts(route: Route, models: tuple[str, ...]) -> Resource:
    tries = len(models) * (1 + route.retries)
    if tries == 1:
        return {}
    retry: Resource = {
        "numRetries": tries - 1,
        "numAttemptsPerPriority": 1 + route.retries,
        "retryOn": {
            "triggers": ["connect-failure", "reset", "retriable-status-codes"],
            "httpStatusCodes": list(_RETRIED),
        },
    }
    if route.timeout_s is not None:
        retry["perRetry"] = {"timeout": _duration(route.timeout_s)}
    return retry


def _duration(seconds: float) -> str:
    """Write seconds as the Gateway API does, to the millisecond, rounded up.

    >>> _duration(90.5), _duration(7200)
    ('1m30s500ms', '2h')
    """
    left = max(1, math.ceil(round(seconds * 1000, 6)))
    parts = []
    for size, unit in ((3_600_000, "h"), (60_000, "m"), (1000, "s"), (1, "ms")):
        whole, left = divmod(left, size)
        if whole:
            parts.append(f"{whole}{unit}")
    return "".join(parts)


def _askable(tag: str, route: Route) -> tuple[str, ...]:
    found = tuple(name for name in route.models if endpoint(name, TITLE) is not None)
    if not found:
        raise TargetError(f"{TITLE} can ask no model of the route {tag}: simulated models are no servers.")
    return found


def _matched(policy: Policy) -> Iterator[tuple[str, Route]]:
    for tag, route in chains(policy):
        if _is_header(tag):
            yield tag, route


def _is_header(tag: str) -> bool:
    """Tell whether a tag can be sent as a header's value."""
    return tag.isascii()


# ---- hosts ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Host:
    """One host: what its resources are called, and where it is."""

    name: str
    endpoint: Endpoint
    address: str

    def resources(self) -> Iterator[Resource]:
        """Give what reaches it: service, security, address and encryption."""
        parts = urlsplit(self.address)
        schema = {"name": _SCHEMAS[self.endpoint.protocol]}
        if self.endpoint.protocol in ("openai", "azure", "anthropic") and parts.path.strip("/"):
            schema["prefix"] = f"/{parts.path.strip('/')}"
        reference = {"name": self.name, "kind": "Backend", "group": _ENVOY}
        spec: Resource = {"schema": schema, "backendRef": reference}
        if self.endpoint.headers:
            pairs = [{"name": name, "value": value} for name, value in self.endpoint.headers.items()]
            spec["headerMutation"] = {"set": pairs}
        yield _resource(f"{_AI}/v1beta1", "AIServiceBackend", self.name, spec)
        if security := self._security():
            target = {"group": _AI, "kind": "AIServiceBackend", "name": self.name}
            spec = {"targetRefs": [target], **security}
            yield _resource(f"{_AI}/v1beta1", "BackendSecurityPolicy", self.name, spec)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        yield _resource(
            f"{_ENVOY}/v1alpha1", "Backend", self.name, {"endpoints": [_located(parts.hostname or "", port)]}
        )
        if parts.scheme == "https":
            target = {"group": _ENVOY, "kind": "Backend", "name": self.name}
            validation = {"wellKnownCACertificates": "System", "hostname": parts.hostname}
            spec = {"targetRefs": [target], "validation": validation}
            yield _resource("gateway.networking.k8s.io/v1alpha3", "BackendTLSPolicy", self.name, spec)

    def _security(self) -> Resource:
        secret = {"secretRef": {"name": self.name}}
        match self.endpoint.protocol:
            case "anthropic":
                return {"type": "AnthropicAPIKey", "anthropicAPIKey": secret}
            case "azure":
                return {"type": "AzureAPIKey", "azureAPIKey": secret}
            case "bedrock":
                region = (urlsplit(self.address).hostname or "").split(".")[1]
                return {"type": "AWSCredentials", "awsCredentials": {"region": region, "credentialsFile": secret}}
        return {"type": "APIKey", "apiKey": secret} if self.endpoint.key_env else {}


def _hosts(names: Iterator[str]) -> dict[str, _Host]:
    found: dict[str, _Host] = {}
    for name in names:
        host = ModelId.parse(name).host
        if host in found:
            continue
        reached = endpoint(name, TITLE)
        assert reached is not None  # simulated models were left out
        slug = f"routebook-{_slug(host)}"
        taken = {other.name for other in found.values()}
        called = next(one for one in chain([slug], (f"{slug}-{n}" for n in count(2))) if one not in taken)
        found[host] = _Host(called, reached, _address(reached))
    return found


def _address(reached: Endpoint) -> str:
    match reached.protocol:
        case "azure":
            if not (given := os.environ.get("AZURE_OPENAI_ENDPOINT", "").strip()):
                raise TargetError(
                    "Azure's models are asked at your own address: set AZURE_OPENAI_ENDPOINT and export again."
                )
            return f"https://{urlsplit(given).hostname or given}/openai/v1"
        case "bedrock":
            region = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or ""
            if not re.fullmatch(r"[a-z]{2}(?:-[a-z]+)+-\d", region):
                raise TargetError("Bedrock's models are asked in a region: set AWS_REGION and export again.")
            return f"https://bedrock-runtime.{region}.amazonaws.com"
    return reached.base_url


def _located(hostname: str, port: int) -> Resource:
    try:
        ipaddress.IPv4Address(hostname)
    except ValueError:
        return {"fqdn": {"hostname": hostname, "port": port}}
    return {"ip": {"address": hostname, "port": port}}


def _resource(version: str, kind: str, name: str, spec: Resource) -> Resource:
    return {"apiVersion": version, "kind": kind, "metadata": {"name": name}, "spec": spec}


def _slug(text: str) -> str:
    """Return the text as part of a Kubernetes name.

    >>> _slug("Support desk (é)")
    'support-desk'
    """
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:40].strip("-") or "policy"


# ---- losses ---------------------------------------------------------------------------------------------------------


def _route_losses(policy: Policy) -> Iterator[Loss]:
    for tag, route in chains(policy):
        where = f"route {tag}"
        if not _is_header(tag):
            yield Loss(where, "its tag has letters that no header can carry; the route is left out: rename the tag.")
        if route.weights is not None and len(route.weights) > 1:
            yield Loss(
                where,
                "its shares are kept, but Envoy draws anew for every call, and after a failure goes on with the models "
                "that have no share, not with the others that have one.",
            )
        if route.budget_usd is not None:
            yield Loss(where, f"its budget of ${route.budget_usd:.3g} a prompt is left out: the gateway limits tokens.")
        for name in route.models:
            found = endpoint(name, TITLE)
            if found is None:
                yield Loss(name, "a simulated model cannot be asked by Envoy AI Gateway and is left out of its chain.")
                continue
            for secret in found.secret_headers:
                yield Loss(f"the header {secret} of {name.partition('/')[0]}", "its value is a secret and is left out.")
