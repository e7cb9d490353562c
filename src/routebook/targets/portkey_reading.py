"""A Portkey config as a policy: what people already run, read strictly, or refused with the place of what cannot be.

Keys are passed over and appear in no message. A policy's routes always fall back, so a load balancer is read only if
each of its targets goes on with the others, as in what `routebook.targets.portkey` writes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import NoReturn

from routebook.errors import did_you_mean
from routebook.routing.document import Fields, Node, Place, shown
from routebook.routing.names import check_tag
from routebook.routing.pieces import a_number, a_text, a_whole, listed, placed, shaped
from routebook.routing.policy import ClassifyRule, Policy, Provenance, Route
from routebook.routing.policy_file import tree
from routebook.targets.origin import told
from routebook.targets.portkey import AZURE_PATH, RETRIED
from routebook.targets.portkey_queries import read_query

_PORTKEYS_RETRIED = (429, 500, 502, 503, 504)
_HOSTS: Mapping[str, str] = {
    "anthropic": "anthropic", "bedrock": "bedrock", "cerebras": "cerebras", "cohere": "cohere",
    "deepinfra": "deepinfra", "deepseek": "deepseek", "fireworks-ai": "fireworks", "google": "google", "groq": "groq",
    "huggingface": "huggingface", "mistral-ai": "mistral", "moonshot": "moonshot", "nebius": "nebius",
    "ollama": "ollama", "openai": "openai", "openrouter": "openrouter", "perplexity-ai": "perplexity",
    "together-ai": "together", "x-ai": "xai",
}  # fmt: skip
_REACHED_BY = frozenset(
    {
        "api_key", "api_version", "aws_access_key_id", "aws_auth_type", "aws_external_id", "aws_region", "aws_role_arn",
        "aws_secret_access_key", "aws_session_token", "azure_ad_token", "azure_auth_mode", "azure_model_name",
        "forward_headers", "openai_organization", "openai_project", "resource_name",
    }
)  # fmt: skip
_COMMON = frozenset({"name", "weight", "retry", "request_timeout"})
_GROUP = _COMMON | {"strategy", "targets"}
_LEAF = _COMMON | _REACHED_BY | {"provider", "custom_host", "deployment_id", "override_params"}


def read_portkey(path: str | Path) -> Policy:
    """Read a Portkey config; see `Policy.from_portkey`.

    Raises
    ------
    PolicyError
        With line and column, for what is no config, or what a policy cannot say.
    """
    node = tree(path)
    root = shaped(node, Fields, "a Portkey config is a mapping with strategy and targets")
    name, created = told(root, Path(path).stem)
    root = Fields({key: given for key, given in root.fields.items() if key != "routebook"}, root.place)
    if _mode(root) != "conditional":
        return placed(root.place, Policy, name, (), {}, _route(root, _Settings()), Provenance(created))
    _refuse_others(root, _GROUP, "a conditional config")
    return _conditional(root, name, created)


def _conditional(root: Fields, name: str, created: str | None) -> Policy:
    strategy = shaped(root.fields["strategy"][1], Fields, "a strategy is a mapping")
    _refuse_others(strategy, {"mode", "conditions", "default"}, "a conditional strategy")
    routes = _named_routes(root)
    ruled = _need(strategy, "conditions", "a conditional strategy")
    rules = tuple(_rule(item, routes) for item in listed(ruled, "conditions"))
    default = _need(strategy, "default", "a policy sends everything else somewhere: it")
    otherwise = _target_of(default, routes)
    ruled_tags = {rule.tag for rule in rules}
    kept = {tag: route for tag, route in routes.items() if tag != otherwise or tag in ruled_tags}
    for tag in kept:
        placed(strategy.place, check_tag, tag)
    return placed(root.place, Policy, name, rules, kept, routes[otherwise], Provenance(created))


def _named_routes(root: Fields) -> dict[str, Route]:
    routes: dict[str, Route] = {}
    for target in listed(_need(root, "targets", "a conditional config"), "targets"):
        fields = shaped(target, Fields, "a target is a mapping")
        name = _need(fields, "name", "a target that conditions choose")
        tag = a_text(name, "a target's name").removeprefix("route/")
        if tag in routes:
            raise name.place.error(f"{shown(tag)} is the name of two targets, of which Portkey asks the first alone.")
        routes[tag] = _route(fields, _settings(root, _Settings()))
    return routes


def _rule(node: Node, routes: Mapping[str, Route]) -> ClassifyRule:
    fields = shaped(node, Fields, "a condition is a mapping with query and then")
    _refuse_others(fields, {"query", "then"}, "a condition")
    tag = _target_of(_need(fields, "then", "a condition"), routes)
    when = read_query(_need(fields, "query", "a condition"))
    return placed(fields.place, ClassifyRule, tag, when)


def _target_of(node: Node, routes: Mapping[str, Route]) -> str:
    tag = a_text(node, "the name of a target").removeprefix("route/")
    if tag not in routes:
        raise node.place.error(f"no target is called {shown(tag)}.{did_you_mean(tag, routes)}")
    return tag


# ---- a chain --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Settings:
    """What targets inherit from those around them."""

    retries: int = 0
    timeout_ms: float | None = None


@dataclass(frozen=True, slots=True)
class _Leaf:
    """One model, how it is asked, and where it stands."""

    model: str
    settings: _Settings
    place: Place


def _route(fields: Fields, around: _Settings) -> Route:
    if _mode(fields) != "loadbalance":
        return _made(_in_turn(fields, around), None, fields.place)
    _refuse_others(fields, _GROUP, "a load balancer")
    inner = _settings(fields, around)
    targets = [
        shaped(node, Fields, "a target is a mapping")
        for node in listed(_need(fields, "targets", "a load balancer"), "targets")
    ]
    if not targets:
        raise fields.place.error("a load balancer needs targets.")
    chains = [_in_turn(target, inner) for target in targets]
    weights = tuple(_weight(target) for target in targets)
    models = [leaf.model for leaf in chains[0]]
    for number, (target, leaves) in enumerate(zip(targets, chains, strict=True)):
        first = models[number : number + 1]
        if [leaf.model for leaf in leaves] != [*first, *(model for model in models if model not in first)]:
            raise target.place.error(
                "when the target that was drawn fails, Portkey asks nobody else, while a policy goes on with the "
                "others in their order: make each target a fallback chain, its own model first, then all the others."
            )
    return _made(chains[0], weights, fields.place, also=chains[1:])


def _made(
    leaves: list[_Leaf], weights: tuple[float, ...] | None, place: Place, also: Sequence[list[_Leaf]] = ()
) -> Route:
    settings = leaves[0].settings
    for leaf in chain(leaves, *also):
        if leaf.settings != settings:
            raise leaf.place.error("its retries or its time limit are not those of the models before; a route has one.")
    return placed(
        place,
        Route,
        tuple(leaf.model for leaf in leaves),
        None if settings.timeout_ms is None else settings.timeout_ms / 1000,
        settings.retries,
        weights=weights,
    )


def _in_turn(fields: Fields, around: _Settings) -> list[_Leaf]:
    """Read a model, or a chain of them."""
    mode = _mode(fields)
    if mode is None:
        return [_leaf(fields, around)]
    if mode not in ("fallback", "single"):
        raise fields.place.error(f"a {mode} strategy cannot stand inside of a chain: a policy decides before it asks.")
    _refuse_others(fields, _GROUP, f"a {mode} strategy")
    strategy = shaped(fields.fields["strategy"][1], Fields, "a strategy is a mapping")
    _refuse_others(strategy, {"mode"}, f"a {mode} strategy")
    inner = _settings(fields, around)
    found = []
    for node in listed(_need(fields, "targets", f"a {mode} strategy"), "targets"):
        found += _in_turn(shaped(node, Fields, "a target is a mapping"), inner)
        if mode == "single":
            break  # the gateway looks at the first one alone
    if not found:
        raise fields.place.error(f"a {mode} strategy needs targets.")
    return found


def _leaf(fields: Fields, around: _Settings) -> _Leaf:
    for name in ("virtual_key", "provider"):
        given = fields.fields.get(name)
        if given and (name == "virtual_key" or str(getattr(given[1], "value", "")).startswith("@")):
            raise given[0].error("it names what Portkey's own service keeps; write the provider and the model instead.")
    _refuse_others(fields, _LEAF, "a target")
    provider = _need(fields, "provider", "a target")
    return _Leaf(
        _model(fields, a_text(provider, "a provider"), provider.place), _settings(fields, around), fields.place
    )


def _model(fields: Fields, provider: str, place: Place) -> str:
    if provider == "azure-openai":
        return f"azure/{a_text(_need(fields, 'deployment_id', 'a target on Azure'), 'deployment_id')}"
    params = shaped(_need(fields, "override_params", "a target whose model a policy names"), Fields, "it is a mapping")
    _refuse_others(params, {"model"}, "override_params")
    model = a_text(_need(params, "model", "override_params"), "a model")
    if "custom_host" in fields.fields:
        return f"{_server(fields.fields['custom_host'][1])}/{model}"
    if provider not in _HOSTS:
        raise place.error(f"{shown(provider)} is no provider that routebook can ask.{did_you_mean(provider, _HOSTS)}")
    return f"{_HOSTS[provider]}/{model}"


def _server(node: Node) -> str:
    """Return which host has this address."""
    from routebook.providers.registry import server_for, user_servers
    from routebook.providers.servers import PRESETS

    address = a_text(node, "custom_host").rstrip("/")
    if address.endswith(AZURE_PATH) and ("{AZURE_OPENAI_ENDPOINT}" in address or ".openai.azure.com" in address):
        return "azure"
    for name in dict.fromkeys([*user_servers(), *PRESETS]):
        if (server := server_for(name)) and server.base_url.rstrip("/") == address:
            return name
    raise node.place.error("no server of this address is known: rb.register_server(NAME, base_url=...) makes it known.")


# ---- settings -------------------------------------------------------------------------------------------------------


def _settings(fields: Fields, around: _Settings) -> _Settings:
    found = around
    if "retry" in fields.fields:
        retry = shaped(fields.fields["retry"][1], Fields, "retry is a mapping with attempts")
        _refuse_others(retry, {"attempts", "on_status_codes", "use_retry_after_header"}, "retry")
        if "on_status_codes" in retry.fields:
            place, node = retry.fields["on_status_codes"]
            codes = {a_whole(item, "a status") for item in listed(node, "numbers")}
            if codes not in (set(RETRIED), set(_PORTKEYS_RETRIED)):
                raise place.error(
                    f"a policy asks again after any passing failure, not after some: leave it out, or {[*RETRIED]}."
                )
        found = replace(found, retries=a_whole(_need(retry, "attempts", "retry"), "attempts"))
    if "request_timeout" in fields.fields:
        found = replace(found, timeout_ms=a_number(fields.fields["request_timeout"][1], "request_timeout"))
    return found


def _weight(fields: Fields) -> float:
    return a_number(fields.fields["weight"][1], "a weight") if "weight" in fields.fields else 1.0


def _mode(fields: Fields) -> str | None:
    if "strategy" not in fields.fields:
        return None
    strategy = shaped(fields.fields["strategy"][1], Fields, "a strategy is a mapping with a mode")
    node = _need(strategy, "mode", "a strategy")
    mode = a_text(node, "a mode")
    known = ("conditional", "fallback", "loadbalance", "single")
    if mode not in known:
        raise node.place.error(f"{shown(mode)} is no mode. There are {', '.join(known)}.{did_you_mean(mode, known)}")
    return mode


def _need(fields: Fields, name: str, who: str) -> Node:
    if name not in fields.fields:
        raise fields.place.error(f"{who} needs {name!r}.")
    return fields.fields[name][1]


def _refuse_others(fields: Fields, known: frozenset[str] | set[str], who: str) -> None:
    for name, (place, _) in fields.fields.items():
        if name not in known:
            _refuse(name, place, who)


def _refuse(name: str, place: Place, who: str) -> NoReturn:
    if name == "on_status_codes":
        raise place.error("a policy falls back after any failure, not after some of them: leave on_status_codes out.")
    raise place.error(f"{shown(name)} of {who} is nothing a policy can say; take it out, or keep it in Portkey alone.")
