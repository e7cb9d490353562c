"""The files in tests/fixtures/builder: what a page is given of a policy builder, and what it may say.

Both sides are tested against them. `python -m tests.support.builder_fixtures` writes them anew, to be read before they
are committed. The policies are made by hand, so that nothing here depends on how rules are learned.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from tests.support.view_fixtures import write

from routebook.notebook.builder.building import Building
from routebook.notebook.builder.messages import Reply
from routebook.notebook.builder.shown import now_of, setting_of
from routebook.outcomes import Outcomes
from routebook.routing.conditions import TagIs
from routebook.routing.evidence.evaluation import evaluate
from routebook.routing.learning.frontier import Frontier, Step
from routebook.routing.policy import ClassifyRule, Policy
from routebook.routing.route import Evidence, Route

FOLDER = Path(__file__).parents[1] / "fixtures" / "builder"
HOSTILE = "<img src=x onerror=alert(1)>"
MODELS = ("sim/small", "sim/medium", "sim/large")
KINDS = ("arithmetic", "coding", HOSTILE)
_RIGHT = {"sim/small": (9, 2, 6), "sim/medium": (9, 5, 8), "sim/large": (9, 9, 8)}  # of 10, by kind
_USD = {"sim/small": 0.0002, "sim/medium": 0.001, "sim/large": 0.006}


def held_out(*, priced: bool = True) -> Outcomes:
    """Return sixty prompts of three kinds, one with a hostile name, and what three models got on each."""
    rows = []
    for number in range(60):
        kind, turn = number % 3, number // 3 % 10
        row: dict[str, Any] = {"prompt": f"Prove claim {number}.", "kind": KINDS[kind]}
        for model in MODELS:
            row[model] = int(turn < _RIGHT[model][kind])
            row[f"{model}_usd"] = _USD[model] * (1 + turn / 10)
        rows.append(row)
    cost = {model: f"{model}_usd" for model in MODELS} if priced else None
    return Outcomes.from_frame(rows, tag="kind", models=MODELS, cost=cost)


def frontier(*, priced: bool = True) -> Frontier:
    """Return three stops: all to the small model, coding to the large one, all to the large one."""
    table = held_out(priced=priced)
    coding = (ClassifyRule("coding", TagIs("coding")),)
    large = _route(40, "sim/large", "sim/small")
    policies = [
        Policy("draft", (), {}, _route(120, "sim/small", "sim/large")),
        Policy("draft", coding, {"coding": large}, _route(80, "sim/small", "sim/large")),
        Policy("draft", (), {}, _route(120, "sim/large", "sim/medium")),
    ]
    steps = [
        Step(quality_per_usd=1 - at / 2, evaluation=evaluate(policy, table, against="sim/large"))
        for at, policy in enumerate(policies)
    ]
    return Frontier(tuple(steps) if priced else tuple(steps[-1:]), "sim/large", ())


def _route(learned_on: int, *models: str) -> Route:
    return Route(models, evidence=Evidence(learned_on + 20, held_out=20, simulated=True))


def building(**kinds: bool) -> Building:
    """Return a builder of these stops."""
    return Building(frontier(**kinds), KINDS, "desk")


def edits() -> Iterator[dict[str, Any]]:
    """Give one of each change that a page may make; done in order, all can be done, and they give `edited`."""
    yield {"verb": "slide", "to": 1}
    yield {"verb": "use", "tag": "default", "model": "sim/medium"}
    yield {"verb": "fallback", "tag": "coding", "model": "sim/medium"}
    yield {"verb": "add", "tag": HOSTILE, "words": [], "model": "sim/large"}
    yield {"verb": "add", "tag": None, "words": ["prove", "claim 7"], "model": "sim/small"}
    yield {"verb": "move", "tag": "kind-1", "to": 1}
    yield {"verb": "remove", "tag": "coding", "model": "sim/small"}
    yield {"verb": "remove", "tag": "coding", "model": None}
    yield {"verb": "undo"}
    yield {"verb": "redo"}
    yield {"verb": "undo"}


def asks() -> Iterator[dict[str, Any]]:
    """Give one of each question."""
    yield {"kind": "hello", "id": "h"}
    for number, edit in enumerate(edits()):
        yield {"kind": "edit", "id": f"e{number}", "edit": edit}
    yield {"kind": "save", "id": "s", "file": "routes.yaml", "replace": False}


def replies() -> Iterator[Reply]:
    """Give one of each reply."""
    yield {"kind": "reply", "id": "h", "ok": True, "answer": "heard"}
    yield {"kind": "reply", "id": "e1", "ok": False, "error": "There is no rule 'nope'."}
    yield {"kind": "reply", "id": "s", "ok": True, "answer": "saved", "path": "/notes/routes.yaml"}
    yield {"kind": "reply", "id": "s", "ok": True, "answer": "taken", "path": "routes.yaml"}


def edited() -> Building:
    """Return a builder after all `edits`."""
    made = building()
    for edit in edits():
        made.change(edit)  # type: ignore[arg-type]
    return made


def _set(made: Building) -> dict[str, Any]:
    return {"setting": {**setting_of(made), "id": "0" * 16}, "now": now_of(made)}


FIXTURES: Mapping[str, Callable[[], object]] = {
    "open": lambda: _set(building()),
    "edited": lambda: _set(edited()),
    "unpriced": lambda: _set(building(priced=False)),
    "messages": lambda: {"asks": list(asks()), "replies": list(replies())},
}


if __name__ == "__main__":
    write(FOLDER, FIXTURES)
