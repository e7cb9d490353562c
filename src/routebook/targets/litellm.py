"""LiteLLM's ``config.yaml``: one virtual model for each tag, ``route/TAG`` and ``route/default``, with its fallbacks.

LiteLLM does not read prompts the way a policy does (the notes list how), so whoever calls names the route; a rule that
looks at the prompt's text is a loss. Keys are references to environment variables, which LiteLLM resolves itself.

- A fallback is an entry of its own, ``fallback/TAG/1``, because time limit and retries are the route's.
- A prompt too long for a model goes to its fallbacks too; an answer refused for its content does not.
- Other servers are asked as ``hosted_vllm/MODEL``, LiteLLM's name for any OpenAI-compatible server: with
  ``openai/MODEL`` it would send OPENAI_API_KEY to that server whenever the server's own variable is not set.
- A simulated model cannot be asked: LiteLLM answers in its place with one fixed line that says so.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from routebook.errors import TargetError
from routebook.lookup import count
from routebook.models import SIMULATED_HOSTS, ModelId
from routebook.routing.names import DEFAULT
from routebook.routing.policy import Policy, Route
from routebook.routing.route import MAX_CHAIN
from routebook.routing.writing import yaml_text
from routebook.targets.contract import Compiled, Loss, header
from routebook.targets.hosts import caller_losses, endpoint
from routebook.targets.replaying import Found, Prompts, Replay, decisions, not_replayed, replayed
from routebook.targets.running import python_with, run_child

TITLE = "LiteLLM"
PROVEN_WITH = "litellm 1.106.2"
FILENAME = "config.yaml"
EXPRESSES = "tags, fallbacks, retries, time limits, weights (drawn anew for each call)"
HEAVY = False
PYTHON = "ROUTEBOOK_LITELLM_PYTHON"

_CALLER = 'ask for the model "route/" + policy.decide(prompt, tag=...).tag.'
_NO_KEY = "none"  # with no key at all LiteLLM would take another server's from the environment
_REFERENCE = re.compile(r"os\.environ/(?P<name>\w+)\Z")


def losses(policy: Policy) -> tuple[Loss, ...]:
    """Tell what LiteLLM cannot express of this policy."""
    return tuple(
        dict.fromkeys(
            [
                *caller_losses(policy, TITLE, _CALLER),
                *_route_losses(policy),
                *_tag_losses(policy),
                *_model_losses(policy),
            ]
        )
    )


def compile(policy: Policy) -> Compiled:
    """Write the policy as a LiteLLM configuration, as far as it can be one.

    Raises
    ------
    TargetError
        If a model is on a host that LiteLLM has no way to ask.
    """
    lost = losses(policy)
    entries = _entries(policy)
    model_list = [{"model_name": entry.name, "litellm_params": _params(entry)} for entry in entries]
    names: dict[str, list[str]] = {}
    for entry in entries:
        chain = names.setdefault(f"route/{entry.tag}", [])
        if entry.name.startswith("fallback/"):
            chain.append(entry.name)
    chains = [{name: chain} for name, chain in names.items() if chain]
    settings: dict[str, Any] = {"num_retries": 0}
    if chains:
        settings |= {"fallbacks": chains, "context_window_fallbacks": chains}
    if any(entry.weight is not None for entry in entries):
        settings |= {"enable_weighted_failover": True, "max_fallbacks": MAX_CHAIN}
    made = {"created": policy.provenance.created} if policy.provenance.created else {}
    told = {"policy": policy.name, "sha256": policy.sha256, **made}  # which LiteLLM passes over, and we read back
    config = {"model_list": model_list, "router_settings": settings, "routebook": told}
    return Compiled(
        text=header(policy, TITLE, lost) + yaml_text(config, width=1_000_000),
        entries=tuple(names),
        fallbacks=sum(len(chain) for chain in names.values()),
        variables=_variables(model_list),
        losses=lost,
    )


def deployment(model: ModelId) -> str:
    """Return what an exported file calls a model; LiteLLM's proxy says it in the header ``x-litellm-model-name``.

    >>> deployment(ModelId("groq", "llama-4")), deployment(ModelId("bedrock", "amazon.nova-lite-v1:0"))
    ('hosted_vllm/llama-4', 'bedrock/converse/amazon.nova-lite-v1:0')
    """
    match model.host:
        case "openai" | "anthropic" | "azure" as host:
            return f"{host}/{model.model}"
        case "bedrock":
            return f"bedrock/converse/{model.model}"
        case host if host in SIMULATED_HOSTS:
            return f"openai/{model}"
    return f"hosted_vllm/{model.model}"


def replay(policy: Policy, prompts: Prompts) -> Replay:
    """Send prompts through the policy and, under the tags it gives them, through LiteLLM's own Router.

    Every model is asked in name only: LiteLLM chooses, and a fixed answer or failure stands in for the model. So no key
    is needed and nothing is paid; the fallbacks are followed to the end of each chain, and the retries counted.

    Raises
    ------
    TargetError
        If a model is on a host that LiteLLM has no way to ask, or LiteLLM does not load the file.
    """
    return replays([(policy, prompts)])[0]


def replays(asked: Iterable[tuple[Policy, Prompts]]) -> list[Replay]:
    """Replay several policies, each with its prompts, in one child: importing LiteLLM takes seconds. See `replay`."""
    every = [(decisions(policy, prompts), _entries(policy), compile(policy).text) for policy, prompts in asked]
    if (python := python_with("litellm", PYTHON)) is None:
        why = f"LiteLLM is not here. Install it (pip install litellm), or let {PYTHON} name a Python that has it."
        return [not_replayed(TITLE, why) for _ in every]
    tasks: list[dict[str, Any]] = []
    for decided, entries, text in every:
        drawn = {entry.name for entry in entries if entry.weight is not None}
        names = [f"route/{decision.tag}" for _, decision in decided]
        prompts = [(name, one.text, name not in drawn) for name, (one, _) in zip(names, decided, strict=True)]
        tasks.append({"config": text, "prompts": prompts})
    said = run_child(python, "litellm_router.py", tasks, environment={"LITELLM_LOCAL_MODEL_COST_MAP": "True"})
    made = []
    for (decided, entries, _), task, result in zip(every, tasks, said["results"], strict=True):
        found = []
        for (name, _, answers), (chosen, problem) in zip(task["prompts"], result["prompts"], strict=True):
            # a draw may differ each time, so its prompts were followed themselves
            chain = [*chosen, *result["chains"][name][len(chosen) :]] if answers else chosen
            found.append(_found([entries[number] for number in chain], problem))
        made.append(replayed(TITLE, said["version"], decided, found))
    return made


def _found(chain: list[_Entry], problem: str) -> Found:
    """Return the models of a chain; one that is asked more or less often than it should be is a problem."""
    if chain and chain[0].weight is None:
        for model, tries in groupby(chain, key=lambda entry: entry.model):
            if (times := len(list(tries))) != (due := chain[0].route.retries + 1) and not problem:
                problem = f"it asks {model} {count(times, 'time')}, not {due}"
    return Found(tuple(dict.fromkeys(entry.model for entry in chain)), problem)


def start(path: Path) -> str:
    """Say how to start LiteLLM with this file."""
    return (
        f"Start it: litellm --config {shlex.quote(str(path))} (pip install 'litellm[proxy]'; it insists on a "
        "LITELLM_MASTER_KEY), then ask for the model route/TAG, or route/default."
    )


def _routes(policy: Policy) -> Iterator[tuple[str, Route]]:
    """Give the routes in the order of their rules, which is all that is left of them; the default is the last."""
    for tag in dict.fromkeys([*(rule.tag for rule in policy.classify), *policy.routes]):
        if not _meant_otherwise(tag):
            yield tag, policy.routes[tag]
    yield DEFAULT, policy.default


# ---- entries --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Entry:
    """One deployment of the model list."""

    name: str
    model: str
    tag: str
    route: Route
    weight: float | None = None


def _entries(policy: Policy) -> list[_Entry]:
    """List the deployments in the file's order; models that are drawn from share the route's name."""
    made = []
    for tag, route in _routes(policy):
        weights = route.weights if route.weights is not None and len(route.weights) > 1 else (None,)
        for place, model in enumerate(route.models):
            if place < len(weights):
                made.append(_Entry(f"route/{tag}", model, tag, route, weights[place]))
            else:
                made.append(_Entry(f"fallback/{tag}/{place}", model, tag, route))
    return made


def _params(entry: _Entry) -> dict[str, Any]:
    params = _host_params(ModelId.parse(entry.model)) | {"num_retries": entry.route.retries}
    if entry.route.timeout_s is not None:
        params["timeout"] = entry.route.timeout_s
    if entry.weight is not None:
        params["weight"] = entry.weight
    return params


def _host_params(model: ModelId) -> dict[str, Any]:
    if "*" in model.model:
        raise TargetError(f"{TITLE} would read the * in {model} as any model: name one model in the policy.")
    at = endpoint(str(model), TITLE)
    if at is None:
        return {"model": f"openai/{model}", "mock_response": f"[simulated] {model} cannot be asked by LiteLLM."}
    match model.host:
        case "openai" | "anthropic" if at.key_env is not None:
            return {"model": deployment(model), "api_key": _env(at.key_env)}
        case "azure":
            return {
                "model": deployment(model),
                "api_base": _env("AZURE_OPENAI_ENDPOINT"),
                "api_key": _env("AZURE_OPENAI_API_KEY"),
                "api_version": "v1",
            }
        case "bedrock":  # credentials and region: AWS's own discovery
            return {"model": deployment(model)}
    params: dict[str, Any] = {
        "model": deployment(model),
        "api_base": at.base_url,
        "api_key": _env(at.key_env) if at.key_env else _NO_KEY,
    }
    return params | ({"extra_headers": dict(at.headers)} if at.headers else {})


def _env(name: str) -> str:
    return f"os.environ/{name}"


def _variables(model_list: list[dict[str, Any]]) -> tuple[str, ...]:
    """List the environment variables the entries refer to."""
    found = set()
    for entry in model_list:
        for value in entry["litellm_params"].values():
            if isinstance(value, str) and (reference := _REFERENCE.match(value)):
                found.add(reference["name"])
    return tuple(sorted(found))


# ---- losses ---------------------------------------------------------------------------------------------------------


def _route_losses(policy: Policy) -> Iterator[Loss]:
    for tag, route in _routes(policy):
        if route.weights is not None and len(route.weights) > 1:
            yield Loss(
                f"route {tag}",
                "its weights are kept, but LiteLLM draws anew for every call where the policy sends the same prompt to "
                "the same model; a retry may go to another of those that are drawn from, a prompt too long for one of "
                "them goes past the others, and once all of a chain have failed its last models are asked once more.",
            )
        if route.budget_usd is not None:
            yield Loss(
                f"route {tag}",
                f"its budget of ${route.budget_usd:.3g} a prompt is left out: LiteLLM limits money by key, user or "
                "time, not by prompt.",
            )


def _tag_losses(policy: Policy) -> Iterator[Loss]:
    for tag in policy.routes:
        if _meant_otherwise(tag):
            yield Loss(
                f"tag {tag}",
                "LiteLLM reads a * as any text and a comma as a list of models; the route is left out: rename the tag.",
            )
        elif any(character > "\xff" for character in tag):
            yield Loss(
                f"tag {tag}",
                "LiteLLM's Router takes it, but its proxy asks the model and then answers with an error, since it "
                "writes the name into a header of Latin letters: rename the tag.",
            )


def _model_losses(policy: Policy) -> Iterator[Loss]:
    for _, route in _routes(policy):
        for name in route.models:
            if (at := endpoint(name, TITLE)) is None:
                yield Loss(name, "a simulated model cannot be asked by LiteLLM; its entry answers with a fixed line.")
                continue
            for header_name in at.secret_headers:
                yield Loss(
                    f"the header {header_name} of {ModelId.parse(name).host}",
                    "its value is a secret and is left out: add it to the entries' extra_headers where LiteLLM runs.",
                )


def _meant_otherwise(name: str) -> bool:
    """Tell whether LiteLLM would take a name as a pattern or as several names."""
    return "*" in name or "," in name
