"""TensorZero's ``tensorzero.toml``: a function for each tag, ``route/TAG`` and ``route/default``; a variant is a model.

TensorZero reads no prompts, so whoever calls names the route. Keys are ``env::NAME``, which TensorZero resolves when it
starts: it refuses a file whose variables are not set.

- The first model is the candidate, the others are the fallbacks, in their order: TensorZero refuses a variant that is
  both. Models with shares are all candidates, with their weights.
- A time limit is each try's, so it stands at the model's provider; one at the variant would bound all tries together.
- Other servers are asked as ``vllm``, TensorZero's name for a server that takes any base URL and needs no key.
"""

from __future__ import annotations

import math
import shlex
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

from routebook.errors import TargetError
from routebook.routing.policy import Policy, Route
from routebook.targets.contract import Compiled, Loss, header
from routebook.targets.hosts import caller_losses, chains, endpoint
from routebook.targets.recorder import Recorder
from routebook.targets.replaying import Found, Prompts, Replay, decisions, not_replayed, replayed
from routebook.targets.running import python_with, run_child
from routebook.targets.toml import toml_text

TITLE = "TensorZero"
PROVEN_WITH = "tensorzero 2026.6.0"
FILENAME = "tensorzero.toml"
EXPRESSES = "tags, fallbacks, retries, time limits, shares"
HEAVY = True
PYTHON = "ROUTEBOOK_TENSORZERO_PYTHON"

_OWN_LIMIT_MS = 900_000  # TensorZero bounds every request by it, unless the file says otherwise

Table: TypeAlias = dict[str, Any]
Asking: TypeAlias = Callable[[str], Table | None]
"""Makes the provider of a model; `None` for one that cannot be asked."""


def losses(policy: Policy) -> tuple[Loss, ...]:
    """Tell what TensorZero cannot express of this policy."""
    how = 'ask for the function "route/" + policy.decide(prompt, tag=...).tag.'
    found = [*caller_losses(policy, TITLE, how), *_route_losses(policy), *_model_losses(policy)]
    return tuple(dict.fromkeys(found))


def compile(policy: Policy) -> Compiled:
    """Write the policy as a TensorZero configuration, as far as it can be one.

    Raises
    ------
    TargetError
        If a route has no model that TensorZero can ask.
    """
    lost = losses(policy)
    config = _config(policy, _provider)
    text = f"{header(policy, TITLE, lost)}\n{toml_text(config)}"
    functions = config["functions"]
    return Compiled(
        text=text,
        entries=tuple(functions),
        fallbacks=sum(len(function["variants"]) - 1 for function in functions.values()),
        variables=tuple(sorted(set(_references(config)))),
        losses=lost,
    )


def start(path: Path) -> str:
    """Say how to start TensorZero with this file."""
    return (
        f"Start it: docker run -p 3000:3000 -v {shlex.quote(f'{path.resolve()}:/app/config/tensorzero.toml:ro')} "
        "tensorzero/gateway --config-file /app/config/tensorzero.toml (with -e NAME for each variable), or in Python "
        f"TensorZeroGateway.build_embedded(config_file={str(path)!r}); then ask for the function route/TAG, or "
        "route/default (over the OpenAI protocol: the model tensorzero::function_name::route/TAG)."
    )


def replay(policy: Policy, prompts: Prompts) -> Replay:
    """Send prompts through TensorZero's own gateway, embedded in a Python that has it.

    The functions and variants are those of the exported file; every host is played by a server on this machine that
    fails, so that each chain is followed to its end. Retries and time limits are left out: they change no order. Shares
    are drawn by TensorZero, so those routes differ where its draw is not the policy's.

    Raises
    ------
    TargetError
        If TensorZero refuses the file.
    """
    python = python_with("tensorzero", PYTHON)
    if python is None:
        return not_replayed(
            TITLE, f"TensorZero is not installed: pip install tensorzero, or let {PYTHON} name a Python that has it."
        )
    decided = decisions(policy, prompts)
    with Recorder() as recorder:
        base_url = recorder.base_url(fails=True)
        config = _config(policy, lambda name: _plain_provider("openai", name, base_url, None), whom_alone=True)
        config["gateway"] = {"disable_pseudonymous_usage_analytics": True, "observability": {"enabled": False}}
        asks = [[f"route/{decision.tag}", asked.text] for asked, decision in decided]
        done = run_child(
            python,
            "tensorzero_gateway.py",
            {"config": toml_text(config), "asks": asks},
            environment={"RUST_LOG": "off"},
            timeout_s=60 + len(asks),
        )
        found = [Found(tuple(recorder.asked.get(str(n), ())), problem) for n, problem in enumerate(done["problems"])]
    return replayed(TITLE, done["version"], decided, found)


# ---- the configuration ----------------------------------------------------------------------------------------------


def _config(policy: Policy, asking: Asking, *, whom_alone: bool = False) -> Table:
    """Return the configuration, its models reached as `asking` says; perhaps without time limits and retries."""
    models: dict[str, Table] = {}
    functions: dict[str, Table] = {}
    for tag, route in chains(policy):
        limit = None if whom_alone or route.timeout_s is None else max(1, math.ceil(route.timeout_s * 1000))
        variants: dict[str, Table] = {}
        for name in route.models:
            if (provider := asking(name)) is None:
                continue
            model = name if limit is None else f"{name} within {limit} ms"
            host = name.partition("/")[0]
            if limit is not None:
                provider["timeouts"] = {"non_streaming": {"total_ms": limit}, "streaming": {"total_ms": limit}}
            models[model] = {"routing": [host], "providers": {host: provider}}
            variants[name] = {"type": "chat_completion", "model": model}
            if route.retries and not whom_alone:
                variants[name]["retries"] = {"num_retries": route.retries}
        if not variants:
            raise TargetError(f"{TITLE} can ask no model of the route {tag}: simulated models are no servers.")
        functions[f"route/{tag}"] = {
            "type": "chat",
            "variants": variants,
            "experimentation": _experimentation(route, tuple(variants)),
        }
    longest = max((route.timeout_s or 0 for _, route in chains(policy)), default=0) * 1000
    gateway = {"gateway": {"global_outbound_http_timeout_ms": math.ceil(longest)}} if longest > _OWN_LIMIT_MS else {}
    return {**gateway, "models": models, "functions": functions}


def _experimentation(route: Route, models: tuple[str, ...]) -> Table:
    shares = _shares(route, models)
    candidates: Any = shares if len(shares) > 1 else [models[0]]
    table: Table = {"type": "static", "candidate_variants": candidates}
    if fallbacks := [model for model in models if model not in candidates]:
        table["fallback_variants"] = fallbacks
    return table


def _shares(route: Route, models: tuple[str, ...]) -> dict[str, float]:
    """Return the weights of those models that have one."""
    weights = dict(zip(route.models, route.weights or (), strict=False))
    return {model: float(weights[model]) for model in models if model in weights}


def _provider(name: str) -> Table | None:
    found = endpoint(name, TITLE)
    if found is None:
        return None
    match found.protocol:
        case "anthropic":
            return {"type": "anthropic", "model_name": found.model, "api_key_location": f"env::{found.key_env}"}
        case "azure":
            where = {"endpoint": "env::AZURE_OPENAI_ENDPOINT", "api_key_location": f"env::{found.key_env}"}
            return {"type": "azure", "deployment_id": found.model, **where}
        case "bedrock":  # credentials and region: AWS's own discovery
            return {"type": "aws_bedrock", "model_id": found.model, "region": "sdk"}
    if name.startswith("openai/"):
        return {"type": "openai", "model_name": found.model, "api_key_location": f"env::{found.key_env}"}
    provider = _plain_provider("vllm", found.model, found.base_url, found.key_env)
    if found.headers:
        provider["extra_headers"] = [{"name": header, "value": value} for header, value in found.headers.items()]
    return provider


def _plain_provider(kind: str, model: str, base_url: str, key_env: str | None) -> Table:
    key = f"env::{key_env}" if key_env else "none"
    return {"type": kind, "model_name": model, "api_base": base_url, "api_key_location": key}


def _references(config: Table) -> Iterator[str]:
    """Give the environment variables that the providers name."""
    for model in config["models"].values():
        for provider in model["providers"].values():
            for key in ("api_key_location", "endpoint"):
                if str(provider.get(key, "")).startswith("env::"):
                    yield provider[key].removeprefix("env::")


# ---- losses ---------------------------------------------------------------------------------------------------------


def _route_losses(policy: Policy) -> Iterator[Loss]:
    for tag, route in chains(policy):
        drawn = len(_shares(route, route.models))
        if drawn > 1:
            others = " If the one that is drawn fails, the next is drawn, too." if drawn > 2 else ""
            yield Loss(
                f"route {tag}",
                "its shares are kept, but TensorZero draws anew for every episode, where the policy sends the same "
                f"prompt to the same model.{others}",
            )
        if route.budget_usd is not None:
            yield Loss(
                f"route {tag}",
                f"its budget of ${route.budget_usd:.3g} a prompt is left out: TensorZero limits no prompt's cost.",
            )


def _model_losses(policy: Policy) -> Iterator[Loss]:
    for name in policy.models:
        found = endpoint(name, TITLE)
        if found is None:
            yield Loss(name, "a simulated model cannot be asked by TensorZero and is left out of its chain.")
            continue
        for secret in found.secret_headers:
            yield Loss(
                f"the header {secret} of {name.partition('/')[0]}",
                "its value is a secret and is left out: add it to the providers' extra_headers where TensorZero runs.",
            )
