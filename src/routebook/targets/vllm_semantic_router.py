"""vLLM Semantic Router's ``config.yaml`` (v0.3 and newer): rules that read prompts, as far as it reads them alike.

Each rule becomes a decision, and the first rule has the highest priority, so the first that matches wins, as in a
policy. What a rule asks becomes signals (`routebook.targets.vllm_signals`); a rule that cannot be put so is left out.

- A decision has one model: the router takes several as a choice it makes itself, not as a chain.
- Whoever calls sends a prompt's one tag as the metadata ``routebook_tag``, and asks for the model ``auto``.
- Where keys come from is an environment variable's name, which the router resolves when it starts.
- Its own command checks the file; only the running router, a container, classifies a prompt.
"""

from __future__ import annotations

import shlex
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from routebook.errors import TargetError
from routebook.redact import redact
from routebook.routing.names import DEFAULT
from routebook.routing.policy import Policy, Route
from routebook.routing.writing import yaml_text
from routebook.targets.contract import Compiled, Loss, header, listed
from routebook.targets.hosts import chains, endpoint
from routebook.targets.replaying import Prompts, Replay, not_replayed
from routebook.targets.running import command_for, run_command
from routebook.targets.vllm_signals import TAG_KEY, Signals, Unsaid

TITLE = "vLLM Semantic Router"
PROVEN_WITH = "vllm-sr 0.4.0 (its validator)"
FILENAME = "config.yaml"
EXPRESSES = "rules on words, patterns, features, metadata, tags; one model for each rule"
HEAVY = True
COMMAND = "ROUTEBOOK_VLLM_SR"

_LISTENER = {"name": "http-8899", "address": "0.0.0.0", "port": 8899, "timeout": "300s"}  # noqa: S104 - its own default


def losses(policy: Policy) -> tuple[Loss, ...]:
    """Tell what vLLM Semantic Router cannot express of this policy."""
    found = [*_decided(policy)[2], *_route_losses(policy), *_model_losses(policy)]
    return tuple(dict.fromkeys(found))


def compile(policy: Policy) -> Compiled:
    """Write the policy as a configuration of vLLM Semantic Router, as far as it can be one.

    Raises
    ------
    TargetError
        If the default has no model that it can ask.
    """
    decisions, signals, _ = _decided(policy)
    if not decisions or decisions[-1]["name"] != f"route/{DEFAULT}":
        raise TargetError(
            f"{TITLE} can ask no model of the route default: simulated models are no servers, and those of Azure and "
            "Bedrock have an address of your own. Give the default another model."
        )
    names = list(dict.fromkeys(decision["modelRefs"][0]["model"] for decision in decisions))
    models = [_model(name) for name in names]
    routing: dict[str, Any] = {"modelCards": [{"name": name} for name in names]}
    if signals.families:
        routing["signals"] = signals.families
    config = {
        "version": "v0.3",
        "listeners": [_LISTENER],
        "providers": {"defaults": {"model": decisions[-1]["modelRefs"][0]["model"]}, "models": models},
        "routing": {**routing, "decisions": decisions},
    }
    lost = losses(policy)
    backends = [backend for model in models for backend in model["backend_refs"]]
    return Compiled(
        text=header(policy, TITLE, lost) + yaml_text(config, width=1_000_000),
        entries=tuple(decision["name"] for decision in decisions),
        fallbacks=0,
        variables=tuple(sorted({backend["api_key_env"] for backend in backends if "api_key_env" in backend})),
        losses=lost,
    )


def start(path: Path) -> str:
    """Say how to start vLLM Semantic Router with this file."""
    return (
        f"Start it: vllm-sr serve --config {shlex.quote(str(path))} (pip install vllm-sr; it runs containers), then "
        f'ask for the model auto, with a prompt\'s tag as the metadata {{"{TAG_KEY}": TAG}} where rules ask for one.'
    )


def replay(policy: Policy, prompts: Prompts) -> Replay:  # noqa: ARG001 - as every target
    """Have the router's own command check the file. No prompt is replayed: only the running router classifies one.

    Raises
    ------
    TargetError
        If the command refuses the file.
    """
    command = command_for("vllm-sr", COMMAND)
    if command is None:
        return not_replayed(TITLE, f"{TITLE} is not installed: pip install vllm-sr, or let {COMMAND} name the command.")
    check(command, compile(policy).text)
    return not_replayed(
        TITLE,
        f"{TITLE} takes the file (vllm-sr config validate), but only the running router classifies prompts: start it "
        "and ask it.",
    )


def check(command: str, text: str) -> None:
    """Have ``vllm-sr config validate`` read a file.

    Raises
    ------
    TargetError
        If it refuses it, with what it says.
    """
    with tempfile.TemporaryDirectory(prefix="routebook-") as folder:
        path = Path(folder) / FILENAME
        path.write_text(text, encoding="utf-8")
        done = run_command(command, ["config", "validate", "--config", str(path)], folder)
    if done.returncode != 0:
        said = " ".join((done.stdout + done.stderr).split())
        raise TargetError(f"{TITLE} refuses the file: {redact(said)[:500]}")


# ---- decisions ------------------------------------------------------------------------------------------------------


def _decided(policy: Policy) -> tuple[list[dict[str, Any]], Signals, list[Loss]]:
    """Return the decisions in the order of their priority, the signals they ask for, and what was lost of the rules."""
    signals, decisions, lost = Signals(), list[dict[str, Any]](), list[Loss]()
    for number, rule in enumerate(policy.classify, 1):
        where = f"rule {number} ({rule.tag})"
        model = _first(policy.routes[rule.tag])
        if model is None:
            lost.append(Loss(where, f"it is left out, because {TITLE} can ask no model of its route."))
            continue
        signals.inexact.clear()
        tried = Signals()
        try:
            tried.rules(rule.when)  # so that a rule that is left out leaves no signal
        except Unsaid as why:
            lost.append(
                Loss(
                    where,
                    f"it is left out, because {why}, which {TITLE} does not do; its prompts go on to later rules.",
                )
            )
            continue
        name = f"route/{rule.tag} (rule {number})"
        decisions.append(_decision(name, len(policy.classify) + 1 - number, signals.rules(rule.when), model))
        lost += [Loss(where, f"{inexact}.") for inexact in signals.inexact]
    model = _first(policy.default)
    if model is not None:
        decisions.append(_decision(f"route/{DEFAULT}", 0, {"operator": "AND", "conditions": []}, model))
    return decisions, signals, lost


def _decision(name: str, priority: int, rules: dict[str, Any], model: str) -> dict[str, Any]:
    return {"name": name, "priority": priority, "rules": rules, "modelRefs": [{"model": model}]}


def _first(route: Route) -> str | None:
    """Return the first model of a chain that the router can ask."""
    return next((name for name in route.models if _askable(name)), None)


def _askable(name: str) -> bool:
    found = endpoint(name, TITLE)
    return found is not None and found.protocol in ("openai", "anthropic")


def _model(name: str) -> dict[str, Any]:
    found = endpoint(name, TITLE)
    assert found is not None  # `_askable` left the others out
    host = name.partition("/")[0]
    kind = host if host in ("openai", "anthropic") else "openai-compatible"
    base_url = found.base_url.removesuffix("/v1") if kind == "anthropic" else found.base_url
    backend: dict[str, Any] = {"name": host, "provider": kind, "base_url": base_url}
    if found.key_env:
        backend["api_key_env"] = found.key_env
    if found.headers:
        backend["extra_headers"] = dict(found.headers)
    model: dict[str, Any] = {"name": name, "provider_model_id": found.model}
    if kind == "anthropic":
        model["api_format"] = "anthropic"
    return {**model, "backend_refs": [backend]}


# ---- losses ---------------------------------------------------------------------------------------------------------


def _route_losses(policy: Policy) -> Iterator[Loss]:
    ruled = {rule.tag for rule in policy.classify}
    for tag, route in chains(policy):
        where = f"route {tag}"
        if tag != DEFAULT and tag not in ruled:
            yield Loss(where, f"it is left out: no rule gives its tag, and {TITLE} has routes for rules alone.")
            continue
        if others := [name for name in route.models if name != _first(route)]:
            yield Loss(where, f"without {listed(others)}: {TITLE} follows no chain when a model fails.")
        lost = {
            "its shares": route.weights is not None and len(route.weights) > 1,
            "its retries": route.retries > 0,
            "its time limit": route.timeout_s is not None,
            "its budget": route.budget_usd is not None,
        }
        if said := [name for name, has in lost.items() if has]:
            yield Loss(where, f"without {listed(said)}: {TITLE} sets no such thing for a decision.")


def _model_losses(policy: Policy) -> Iterator[Loss]:
    for name in policy.models:
        found = endpoint(name, TITLE)
        if found is None:
            yield Loss(name, f"a simulated model cannot be asked by {TITLE} and is left out of its chain.")
        elif not _askable(name):
            yield Loss(name, "its address is your own, which this file cannot refer to; it is left out of its chain.")
        else:
            for secret in found.secret_headers:
                yield Loss(
                    f"the header {secret} of {name.partition('/')[0]}",
                    "its value is a secret and is left out: add it to the backends' extra_headers where it runs.",
                )
