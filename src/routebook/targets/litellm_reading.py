"""A LiteLLM ``config.yaml`` as a policy: what people already run, read strictly, or refused with its place.

Every name of the model list becomes a tag (``route/TAG`` becomes TAG), but for ``fallback/...``, which our own export
calls what only steps in. Keys, whether written out or not, are passed over and appear in no message.

- LiteLLM asks the fallbacks of a fallback too, before the next one, and nobody twice; so does what is read.
- It asks every model twice more unless the file says how often.
- Two entries of one name are drawn from; with the same model in both they are one model at two places.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from routebook.errors import PolicyError, did_you_mean
from routebook.routing.conditions import TagIs
from routebook.routing.document import Fields, Node, Place, Scalar, shown
from routebook.routing.names import DEFAULT, check_model, check_tag
from routebook.routing.pieces import a_number, a_text, a_whole, listed, placed, shaped
from routebook.routing.policy import ClassifyRule, Policy, Provenance, Route
from routebook.routing.policy_file import tree
from routebook.targets.origin import told

LITELLMS_RETRIES = 2

_TOP = frozenset(
    {"model_list", "router_settings", "litellm_settings", "general_settings", "environment_variables", "routebook"}
)
_CHAINS = ("fallbacks", "context_window_fallbacks")
_ROUTER = frozenset(
    {*_CHAINS, "num_retries", "timeout", "routing_strategy", "enable_weighted_failover", "max_fallbacks"}
)
# how the tool runs, and not who answers
_PASSED_OVER = frozenset(
    {
        "allowed_fails", "cooldown_time", "debug_level", "disable_cooldowns", "enable_pre_call_checks", "redis_host",
        "redis_password", "redis_port", "redis_url", "retry_after", "set_verbose",
    }
)  # fmt: skip
# of litellm_settings only these say who answers
_ELSEWHERE = frozenset({"content_policy_fallbacks", "default_fallbacks", "model_alias_map", "max_budget"})
_REACHED_BY = frozenset(
    {
        "api_key", "api_version", "aws_access_key_id", "aws_region_name", "aws_secret_access_key", "aws_session_token",
        "extra_headers", "organization", "rpm", "tpm",
    }
)  # fmt: skip
_PARAMS = _REACHED_BY | {"model", "api_base", "num_retries", "timeout", "weight", "mock_response"}
_HOSTS: Mapping[str, str] = {
    "anthropic": "anthropic", "azure": "azure", "bedrock": "bedrock", "cerebras": "cerebras", "deepinfra": "deepinfra",
    "deepseek": "deepseek", "fireworks_ai": "fireworks", "gemini": "google", "groq": "groq", "mistral": "mistral",
    "moonshot": "moonshot", "nebius": "nebius", "openai": "openai", "openrouter": "openrouter",
    "perplexity": "perplexity", "together_ai": "together", "xai": "xai",
}  # fmt: skip
_UNPREFIXED = {"gpt-": "openai", "o1": "openai", "o3": "openai", "o4": "openai", "claude-": "anthropic"}
_SIMULATED = "[simulated] "


@dataclass(frozen=True, slots=True)
class _Deployment:
    """One entry of the model list."""

    model: str
    weight: float | None
    retries: int
    timeout_s: float | None
    place: Place


def read_litellm(path: str | Path, default: str | None = None) -> Policy:
    """Read a LiteLLM configuration; see `Policy.from_litellm`.

    Raises
    ------
    PolicyError
        With line and column, for what is no configuration, or what a policy cannot say.
    """
    root = shaped(tree(path), Fields, "a LiteLLM configuration is a mapping with model_list")
    _refuse_others(root, _TOP, "a LiteLLM configuration")
    settings = _settings(root)
    groups: dict[str, list[_Deployment]] = {}
    for item in listed(_need(root, "model_list", "a LiteLLM configuration"), "models"):
        entry = shaped(item, Fields, "an entry of model_list is a mapping with model_name and litellm_params")
        _refuse_others(entry, {"model_name", "litellm_params", "model_info"}, "an entry of model_list")
        named = _need(entry, "model_name", "an entry of model_list")
        name = a_text(named, "a model_name")
        if "*" in name:
            raise named.place.error(f"{shown(name)} stands for any model; a policy names each.")
        groups.setdefault(name, []).append(_deployment(entry, settings))
    chains = _chains(settings, groups)
    routes: dict[str, Route] = {}
    for name, (first, *_) in groups.items():
        if name.startswith("fallback/"):
            continue
        if (tag := name.removeprefix("route/")) in routes:
            raise first.place.error(f"{shown(tag)} and {shown(f'route/{tag}')} would be the same tag: rename one.")
        if tag != DEFAULT:
            placed(first.place, check_tag, tag)
        routes[tag] = _route(name, groups, chains, settings)
    otherwise = _default(routes, default, root.place)
    kept = {tag: route for tag, route in routes.items() if tag != otherwise}
    rules = tuple(ClassifyRule(tag, TagIs(tag)) for tag in kept)
    name, created = told(root, Path(path).stem)
    return placed(root.place, Policy, name, rules, kept, routes[otherwise], Provenance(created))


def _default(routes: Mapping[str, Route], default: str | None, place: Place) -> str:
    if default is not None:
        if (tag := default.removeprefix("route/")) not in routes:
            raise PolicyError(f"No model_name is {shown(default)}.{did_you_mean(tag, routes)}")
        return tag
    if DEFAULT in routes:
        return DEFAULT
    if len(routes) == 1:
        return next(iter(routes))
    raise place.error(
        "a policy sends everything else somewhere, and no model_name is route/default: say which one it is, such as "
        f"rb.Policy.from_litellm(path, default={next(iter(routes), 'NAME')!r})."
    )


# ---- settings -------------------------------------------------------------------------------------------------------


def _settings(root: Fields) -> dict[str, Node]:
    """Return what the settings say of who answers, router_settings before litellm_settings."""
    found: dict[str, Node] = {}
    for place, name, node in _given(root, "litellm_settings"):
        if name in _ELSEWHERE:
            raise place.error(f"{name} is not in a policy: take it out.")
        if name in _CHAINS or name == "num_retries":
            found[name] = node
        elif name == "request_timeout":
            found["timeout"] = node
    for place, name, node in _given(root, "router_settings"):
        if name in _ROUTER:
            found[name] = node
        elif name not in _PASSED_OVER:
            raise place.error(f"{shown(name)} of router_settings is not in a policy: take it out.")
    strategy = found.get("routing_strategy")
    if strategy is not None and (name := a_text(strategy, "routing_strategy")) != "simple-shuffle":
        raise strategy.place.error(f"a policy does not route by {shown(name)}.")
    return found


def _given(root: Fields, section: str) -> Iterator[tuple[Place, str, Node]]:
    if section not in root.fields or _is_nothing(root.fields[section][1]):
        return
    for name, (place, node) in shaped(root.fields[section][1], Fields, f"{section} is a mapping").fields.items():
        if not _is_nothing(node):
            yield place, name, node


def _chains(settings: Mapping[str, Node], groups: Mapping[str, object]) -> dict[str, list[str]]:
    """Return who steps in for each name; a prompt too long for it has to go the same way."""
    found: list[dict[str, list[str]]] = []
    for kind in _CHAINS:
        read: dict[str, list[str]] = {}
        for item in listed(settings[kind], kind) if kind in settings else ():
            for name, (place, node) in shaped(item, Fields, f"each of {kind} is a mapping").fields.items():
                read[name] = [a_text(one, "a fallback") for one in listed(node, "fallbacks")]
                for one in (name, *read[name]):
                    if one not in groups:
                        raise place.error(f"no model_name is {shown(one)}.{did_you_mean(one, groups)}")
        found.append(read)
    failing, too_long = found
    for name, chain in too_long.items():
        if failing.get(name) != chain:
            raise settings[_CHAINS[1]].place.error(
                f"a prompt too long for {shown(name)} goes another way than one that failed; in a policy both do "
                "the same."
            )
    return failing


# ---- models ---------------------------------------------------------------------------------------------------------


def _route(
    name: str, groups: Mapping[str, list[_Deployment]], chains: Mapping[str, list[str]], settings: Mapping[str, Node]
) -> Route:
    order: list[str] = []
    waiting = [name]
    while waiting:
        if (asked := waiting.pop()) not in order:
            order.append(asked)
            waiting += reversed(chains.get(asked, []))
    first, *others = (_merged(groups[one]) for one in order)
    for asked, group in zip(order[1:], others, strict=True):
        if len(group) > 1:
            raise group[0].place.error(f"{shown(asked)} is drawn from several models, and steps in for another.")
    weights = None
    if len(first) > 1:
        failover = settings.get("enable_weighted_failover")
        if not (isinstance(failover, Scalar) and failover.value is True):
            raise first[1].place.error(
                f"{shown(name)} is drawn from several models, and when one fails LiteLLM passes the others over, while "
                "a policy asks them: set enable_weighted_failover in router_settings."
            )
        weights = tuple(1.0 if one.weight is None else one.weight for one in first)
    chain = [*first, *(group[0] for group in others)]
    for one in chain:
        if (one.retries, one.timeout_s) != (chain[0].retries, chain[0].timeout_s):
            raise one.place.error(
                f"its retries or its time limit are not those of the others that answer for {shown(name)}; a route has "
                "one."
            )
    models = tuple(dict.fromkeys(one.model for one in chain))
    return placed(chain[0].place, Route, models, chain[0].timeout_s, chain[0].retries, weights=weights)


def _merged(group: list[_Deployment]) -> list[_Deployment]:
    """Return the deployments of a name; one model at several places is one."""
    return group[:1] if len({one.model for one in group}) == 1 else group


def _deployment(entry: Fields, settings: Mapping[str, Node]) -> _Deployment:
    params = shaped(
        _need(entry, "litellm_params", "an entry of model_list"), Fields, "litellm_params is a mapping with model"
    )
    _refuse_others(params, _PARAMS, "litellm_params")
    given = {name: node for name, (_, node) in params.fields.items() if not _is_nothing(node)}
    retries, timeout = (given.get(name, settings.get(name)) for name in ("num_retries", "timeout"))
    if retries is not None and not isinstance(retries, Scalar):
        raise retries.place.error("num_retries is a whole number.")
    weight = given.get("weight")
    return _Deployment(
        _model(params, given),
        None if weight is None else a_number(weight, "weight"),
        LITELLMS_RETRIES if retries is None else a_whole(retries, "num_retries"),
        None if timeout is None else a_number(timeout, "timeout"),
        params.place,
    )


def _model(params: Fields, given: Mapping[str, Node]) -> str:
    """Return who is asked, as host/model."""
    node = _need(params, "model", "litellm_params")
    text = a_text(node, "a model")
    prefix, slash, name = text.partition("/")
    if "mock_response" in given:
        said = a_text(given["mock_response"], "mock_response")
        if not said.startswith(f"{_SIMULATED}{name} "):
            raise given["mock_response"].place.error("a fixed answer is not in a policy: take the entry out.")
        return placed(node.place, check_model, name)
    if prefix == "auto_router":
        raise node.place.error("a policy does not route by LiteLLM's auto router: write its rules as a policy's.")
    if not slash:
        host = next((host for start, host in _UNPREFIXED.items() if text.startswith(start)), None)
        if host is None:
            raise node.place.error(f"{shown(text)} does not say whose it is: write it like openai/{text[:40]}.")
        prefix, name = host, text
    base = given.get("api_base")
    if base is not None and prefix in ("openai", "hosted_vllm", "custom_openai", "text-completion-openai"):
        prefix = _server(base)
    elif prefix in _HOSTS:
        prefix = _HOSTS[prefix]
    else:
        near = did_you_mean(prefix, _HOSTS) or f" Known are {', '.join(_HOSTS)}."
        raise node.place.error(f"{shown(prefix)} is no provider that a policy has a host for.{near}")
    if prefix == "bedrock":
        name = name.removeprefix("converse/")
    return placed(node.place, check_model, f"{prefix}/{name}")


def _server(base: Node) -> str:
    """Return the name of the server that is reached there."""
    from routebook.providers.registry import known_hosts, server_for

    url = a_text(base, "api_base").rstrip("/")
    if url == "https://api.openai.com/v1":
        return "openai"
    for host in known_hosts():
        if (found := server_for(host)) is not None and found.base_url.rstrip("/") == url:
            return host
    raise base.place.error(
        "no server that routebook knows is reached there: name it with rb.register_server('NAME', base_url=...)."
    )


# ---- pieces ---------------------------------------------------------------------------------------------------------


def _need(fields: Fields, name: str, what: str) -> Node:
    if name not in fields.fields or _is_nothing(fields.fields[name][1]):
        raise fields.place.error(f"{what} needs {name!r}.")
    return fields.fields[name][1]


def _is_nothing(node: Node) -> bool:
    return isinstance(node, Scalar) and node.value is None


def _refuse_others(fields: Fields, known: frozenset[str] | set[str], what: str) -> None:
    for name, (place, node) in fields.fields.items():
        if name not in known and not _is_nothing(node):
            near = did_you_mean(name, known) or " Take it out."
            raise place.error(f"{shown(name)} of {what} is not in a policy.{near}")
