"""promptfoo's ``promptfooconfig.yaml``: a regression suite, which asks a gateway for routes and checks who answered.

Every test asks for ``route/TAG`` over Chat Completions, at the gateway that ROUTEBOOK_GATEWAY names, and passes if the
model that the answer names is the one the policy says (any of those that share a route) and if it said something. So
it tests the gateway that runs a policy; which tag a prompt gets was decided when the suite was written.

- Without prompts there is one test for each route; `suite` takes your own prompts.
- promptfoo fills in ``{{...}}`` anywhere, from the environment too, and reads ``file://``: what holds such a thing is
  left out, so that no prompt or name can ask for a variable or a file.
"""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from routebook.errors import TargetError
from routebook.models import ModelId
from routebook.redact import redact
from routebook.routing.policy import Policy, Route
from routebook.routing.writing import yaml_text
from routebook.targets.contract import Compiled, Loss, header
from routebook.targets.hosts import chains
from routebook.targets.recorder import Recorder
from routebook.targets.replaying import Found, Prompts, Replay, decisions, not_replayed, replayed
from routebook.targets.running import command_for, run_command

TITLE = "promptfoo"
PROVEN_WITH = "promptfoo 0.121.20"
FILENAME = "promptfooconfig.yaml"
EXPRESSES = "a test for each route, or for each of your prompts: who answered, and that it said something"
HEAVY = True
COMMAND = "ROUTEBOOK_PROMPTFOO"
GATEWAY, GATEWAY_KEY = "ROUTEBOOK_GATEWAY", "ROUTEBOOK_GATEWAY_KEY"

_AT_HOME = Path(__file__).parent / "children" / "at_home.cjs"
_PROMPT = "Reply with one word: ready."
_MEANT_OTHERWISE = re.compile(r"\{\{|\{%|\{#|\A\s*file://")
# One text: in a table promptfoo would read a prompt as JSON where it looks like it.
_BODY = """{"model": {{('route/' + route) | dump}}, "messages": [{"role": "user", "content": {{prompt | dump}} }]}"""
# The answering model may have a host before its id, and a date after it.
_CHECK = (
    "context.vars.models.split(' ').some(id => [String(context.providerResponse.metadata.model)].some("
    "model => model === id || model.endsWith('/' + id) || model.startsWith(id + '-20')))"
)
_FAILED = 100  # what promptfoo exits with when tests failed, as opposed to a suite it cannot run


@dataclass(frozen=True, slots=True)
class _Test:
    prompt: str
    tag: str
    models: tuple[str, ...]

    @property
    def values(self) -> tuple[str, ...]:
        return self.prompt, self.tag, *self.models


def losses(policy: Policy) -> tuple[Loss, ...]:
    """Tell what promptfoo cannot test of this policy."""
    return tuple(_losses(_of_routes(policy)))


def compile(policy: Policy) -> Compiled:
    """Write a suite with one test for each route."""
    return _compiled(policy, list(_of_routes(policy)))


def suite(policy: Policy, prompts: Prompts) -> Compiled:
    """Write a suite that asks for the route of each prompt, as the policy decides now.

    Examples
    --------
    >>> made = suite(Policy("one", (), {}, Route(("openai/gpt-6.1-terra",))), ["Good morning.", "{{ env.KEY }}"])
    >>> made.entries, [str(loss) for loss in made.losses]
    (('route/default',), ["prompt 2: promptfoo would fill in or load '{{ env.KEY }}'; its test is left out."])
    """
    return _compiled(policy, list(_of_prompts(policy, prompts)))


def start(path: Path) -> str:
    """Say how to run the suite."""
    return (
        f"Run it: {GATEWAY}=http://127.0.0.1:4000/v1 npx promptfoo eval --no-cache -c {shlex.quote(str(path))}, with "
        f"the address of the gateway that runs the policy, and its key in {GATEWAY_KEY}."
    )


def replay(policy: Policy, prompts: Prompts) -> Replay:
    """Run the suite of these prompts with promptfoo, against a gateway on this machine that does as the policy says.

    A prompt agrees if promptfoo asked for its route and passed its test. It needs Node, and reaches this machine alone.

    Raises
    ------
    TargetError
        If promptfoo cannot run the suite.
    """
    command = command_for("promptfoo", COMMAND)
    if command is None:
        return not_replayed(TITLE, f"promptfoo is not installed: npm install promptfoo, or let {COMMAND} name it.")
    decided = decisions(policy, prompts)
    tests = [_Test(asked.text, decision.tag, _expected(decision.route)) for asked, decision in decided]
    kept = [number for number, test in enumerate(tests) if not _left_out(test)]
    answering = {f"route/{tag}": _id(route.models[0]) for tag, route in chains(policy)}
    with Recorder(answering) as recorder:
        results = run(command, _text(policy, tests), recorder.base_url(fails=False)) if kept else []
    found = [Found((), "promptfoo would fill in or load what it holds; its test is left out.")] * len(tests)
    for number, (passed, problem) in zip(kept, results, strict=True):
        found[number] = Found(decided[number][1].models if passed else (), problem)
    return replayed(TITLE, _version(command), decided, found)


def validate(command: str, text: str) -> None:
    """Have ``promptfoo validate`` read a suite.

    Raises
    ------
    TargetError
        If it refuses it, with what it says.
    """
    with tempfile.TemporaryDirectory(prefix="routebook-") as folder:
        path = Path(folder, FILENAME)
        path.write_text(text, encoding="utf-8")
        done = _promptfoo(command, ["validate", "-c", str(path)], folder)
    if done.returncode != 0:
        said = " ".join((done.stdout + done.stderr).split())
        raise TargetError(f"promptfoo refuses the suite: {redact(said)[-500:]}")


def run(command: str, text: str, base_url: str) -> list[tuple[bool, str]]:
    """Run a suite with the command ``promptfoo`` against a gateway on this machine.

    Returns
    -------
    list of tuple
        Of each test, whether it passed, and why not.

    Raises
    ------
    TargetError
        If promptfoo cannot run the suite.
    """
    with tempfile.TemporaryDirectory(prefix="routebook-") as folder:
        path, came = Path(folder, FILENAME), Path(folder, "came.json")
        path.write_text(text, encoding="utf-8")
        options = ["--no-cache", "--no-table", "--no-progress-bar", "--no-write", "-o", str(came)]
        environment = {GATEWAY: base_url, GATEWAY_KEY: "none"}
        done = _promptfoo(command, ["eval", "-c", str(path), *options], folder, environment)
        if done.returncode not in (0, _FAILED) or not came.exists():
            said = " ".join((done.stderr or done.stdout).split())
            raise TargetError(f"promptfoo cannot run the suite: {redact(said)[-500:]}")
        rows = json.loads(came.read_text(encoding="utf-8"))["results"]["results"]
    in_order = sorted(rows, key=lambda row: row["testIdx"])
    return [(row["success"], "" if row["success"] else str(row.get("error"))[:200]) for row in in_order]


def _promptfoo(
    command: str, arguments: list[str], folder: str, environment: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run promptfoo so that it reaches this machine alone, is given no key and tells nobody."""
    seen = {
        "NODE_OPTIONS": f"--require={_AT_HOME}",
        "PROMPTFOO_CONFIG_DIR": folder,
        "PROMPTFOO_DISABLE_TELEMETRY": "1",
        "PROMPTFOO_DISABLE_UPDATE": "1",
        "PROMPTFOO_DISABLE_REMOTE_GENERATION": "1",
        **(environment or {}),
    }
    return run_command(command, arguments, folder, timeout_s=900, environment=seen)


def _version(command: str) -> str | None:
    with tempfile.TemporaryDirectory(prefix="routebook-") as folder:
        lines = _promptfoo(command, ["--version"], folder).stdout.split()
    return lines[-1] if lines else None


# ---- the suite ------------------------------------------------------------------------------------------------------


def _of_routes(policy: Policy) -> Iterator[_Test]:
    for tag, route in chains(policy):
        yield _Test(_PROMPT, tag, _expected(route))


def _of_prompts(policy: Policy, prompts: Prompts) -> Iterator[_Test]:
    for asked, decision in decisions(policy, prompts):
        yield _Test(asked.text, decision.tag, _expected(decision.route))


def _expected(route: Route) -> tuple[str, ...]:
    """Return the ids of the models that may answer first."""
    return tuple(map(_id, route.models[: max(1, len(route.weights or ()))]))


def _id(name: str) -> str:
    return ModelId.parse(name).model


def _compiled(policy: Policy, tests: list[_Test]) -> Compiled:
    kept = [test for test in tests if not _left_out(test)]
    if not kept:
        raise TargetError(f"{TITLE} can test nothing of this policy: it would fill in or load what each test holds.")
    return Compiled(
        text=_text(policy, tests),
        entries=tuple(dict.fromkeys(f"route/{test.tag}" for test in kept)),
        fallbacks=0,
        variables=(GATEWAY, GATEWAY_KEY),
        losses=tuple(_losses(tests)),
    )


def _text(policy: Policy, tests: Iterable[_Test]) -> str:
    tests = list(tests)
    gateway = {
        "url": f"{{{{env.{GATEWAY}}}}}/chat/completions",
        "method": "POST",
        "headers": {"content-type": "application/json", "authorization": f"Bearer {{{{env.{GATEWAY_KEY}}}}}"},
        "body": _BODY,
        "transformResponse": "({output: json.choices[0].message.content, metadata: {model: json.model}})",
    }
    config: dict[str, Any] = {
        "description": f"Routes of a policy, sha256 {policy.sha256}",
        "prompts": ["{{prompt}}"],
        "providers": [{"id": "http", "label": "gateway", "config": gateway}],
        "defaultTest": {"assert": [{"type": "javascript", "value": _CHECK}, {"type": "regex", "value": r"\S"}]},
        "tests": [
            {"vars": {"prompt": test.prompt, "route": test.tag, "models": " ".join(test.models)}}
            for test in tests
            if not _left_out(test)
        ],
    }
    return header(policy, TITLE, tuple(_losses(tests))) + yaml_text(config, width=1_000_000)


def _left_out(test: _Test) -> bool:
    return any(_MEANT_OTHERWISE.search(value) for value in test.values)


def _losses(tests: Iterable[_Test]) -> Iterator[Loss]:
    for number, test in enumerate(tests, 1):
        if meant := next((value for value in test.values if _MEANT_OTHERWISE.search(value)), None):
            where = f"route {test.tag}" if test.prompt == _PROMPT else f"prompt {number}"
            yield Loss(where, f"promptfoo would fill in or load {meant[:60]!r}; its test is left out.")
