"""Prompts through Portkey's own gateway, on this machine; one server on this machine stands in for all hosts.

Every model of a chain but its last one fails there, so that the whole chain is seen. Retries and time limits are left
out, since waiting proves nothing; a route with shares is asked with the model that the policy drew for the prompt first
(the gateway's own draw is chance, which the export's losses say).
"""

from __future__ import annotations

import http.client
import json
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from routebook.errors import TargetError
from routebook.redact import redact
from routebook.routing.conditions import Asked
from routebook.routing.decision import Decision
from routebook.routing.policy import Policy, Route
from routebook.targets import portkey
from routebook.targets.portkey_queries import ROUTE
from routebook.targets.recorder import Recorder
from routebook.targets.replaying import US, Found, Prompts, Replay, decisions, not_replayed, replayed

VARIABLE = "ROUTEBOOK_PORTKEY"
_PACKAGE = "@portkey-ai/gateway"
_AT_HOME = Path(__file__).parent / "children" / "at_home.cjs"
_STARTS_WITHIN_S = 30
_MAX_HEADER_BYTES = 16 * 1024 * 1024


def replay(policy: Policy, prompts: Prompts) -> Replay:
    """Send prompts through the policy and through Portkey's gateway, and say where they differ.

    The gateway is the one whose ``build/start-server.js`` the environment variable ``ROUTEBOOK_PORTKEY`` names.

    Raises
    ------
    TargetError
        If it is there and does not start.
    """
    script = os.environ.get(VARIABLE)
    node = shutil.which("node")
    if not script or node is None:
        return not_replayed(
            portkey.TITLE,
            f"install Node and npm's {_PACKAGE}, and let {VARIABLE} name its build/start-server.js.",
        )
    decided = decisions(policy, prompts)
    with Recorder() as recorder, gateway(node, Path(script)) as port:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        configs: dict[tuple[str, tuple[str, ...]], dict[str, Any]] = {}
        found = []
        for number, (asked, decision) in enumerate(decided):
            way = (decision.tag, decision.models)
            if way not in configs:
                configs[way] = portkey.config(_as_drawn(policy, decision), _standing_in(recorder))
            metadata = _metadata(policy, asked, decision)
            found.append(_ask(connection, configs[way], metadata, recorder, str(number), asked.text))
        connection.close()
    by = portkey.TITLE if portkey.classifies(policy) else US
    return replayed(portkey.TITLE, _version(Path(script)), decided, found, classified_by=by)


@contextmanager
def gateway(node: str, script: Path) -> Iterator[int]:
    """Run the gateway on a free port of 127.0.0.1; it reaches this machine alone and is given no key.

    Raises
    ------
    TargetError
        If it does not start.
    """
    if not script.is_file():
        raise TargetError(f"{VARIABLE} names {str(script)!r}, which is no file: let it name build/start-server.js.")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    command = [node, f"--max-http-header-size={_MAX_HEADER_BYTES}", "--require", str(_AT_HOME)]
    with tempfile.TemporaryDirectory(prefix="routebook-") as home, tempfile.TemporaryFile() as said:
        process = subprocess.Popen(  # noqa: S603 - the gateway the user named
            [*command, str(script.resolve()), f"--port={port}", "--headless"],
            cwd=home,
            env={"PATH": os.environ.get("PATH", ""), "HOME": home, "TRUSTED_CUSTOM_HOSTS": "127.0.0.1"},
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=subprocess.STDOUT,
        )
        try:
            _wait_for(port, process)
            yield port
        except TargetError as error:
            said.seek(0)
            last = said.read().decode(errors="replace").strip().splitlines()[-1:]
            raise TargetError(f"{error} {redact(''.join(last))[:300]}".strip()) from error
        finally:
            process.terminate()
            process.wait()


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    ends = time.monotonic() + _STARTS_WITHIN_S
    while time.monotonic() < ends:
        if process.poll() is not None:
            raise TargetError("Portkey's gateway ended as soon as it was started:")
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise TargetError(f"Portkey's gateway did not start within {_STARTS_WITHIN_S} s.")


def _standing_in(recorder: Recorder) -> portkey.Asking:
    """Let the recorder stand in for every host; all of a chain but its last model fail."""

    def asking(model: str, last: bool) -> portkey.Target:
        url = recorder.base_url(fails=not last)
        return {"provider": "openai", "api_key": "none", "custom_host": url, "override_params": {"model": model}}

    return asking


def _ask(
    connection: http.client.HTTPConnection,
    config: dict[str, Any],
    metadata: dict[str, Any],
    recorder: Recorder,
    number: str,
    text: str,
) -> Found:
    """Ask the gateway as the policy's caller would, and return whom it asked."""
    body = {"model": "none", "user": number, "messages": [{"role": "user", "content": text}]}
    connection.request(
        "POST",
        "/v1/chat/completions",
        json.dumps(body),
        {
            "content-type": "application/json",
            "x-portkey-config": json.dumps(config),
            "x-portkey-metadata": json.dumps(metadata),
        },
    )
    answer = connection.getresponse()
    said = answer.read()
    models = tuple(recorder.asked.pop(number, ()))
    if answer.status != 200:
        return Found(models, f"HTTP {answer.status}: {said.decode(errors='replace')[:200]}")
    option = answer.headers.get("x-portkey-last-used-option-index", "")
    if (named := _named(config, option)) != models[-1]:
        return Found(models, f"it says that it used {named or repr(option)}")
    return Found(models)


def _as_drawn(policy: Policy, decision: Decision) -> Policy:
    """Return the policy without retries, limits and draws: the route that was decided begins with the model drawn."""

    def plain(tag: str, route: Route) -> Route:
        models = decision.models if tag == decision.tag else route.models
        return replace(route, models=models, weights=None, retries=0, timeout_s=None)

    routes = {tag: plain(tag, route) for tag, route in policy.routes.items()}
    return replace(policy, routes=routes, default=plain("default", policy.default))


def _metadata(policy: Policy, asked: Asked, decision: Decision) -> dict[str, Any]:
    """Return what the gateway is told of a prompt: its tag, and its metadata where the gateway applies the rules."""
    if not portkey.classifies(policy):
        return {} if decision.tag == "default" else {ROUTE: decision.tag}
    known = {name: value for name, value in asked.metadata.items() if isinstance(value, str | bool | int | float)}
    tag = next(iter(asked.tags)) if len(asked.tags) == 1 else decision.tag if asked.tags else None
    return {**known, **({} if tag is None else {ROUTE: tag})}


def _named(config: dict[str, Any], option: str) -> str | None:
    """Return the model at a path such as ``config.targets[0].targets[1]``."""
    at: Any = config
    for step in option.split(".")[1:]:
        at = at["targets"][int(step.removeprefix("targets[").removesuffix("]"))]
    model: str | None = at.get("override_params", {}).get("model")
    return model


def _version(script: Path) -> str | None:
    """Return the gateway's version, as its own package says it."""
    try:
        package = json.loads((script.resolve().parents[1] / "package.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    version: str | None = package.get("version")
    return version
