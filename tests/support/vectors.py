"""The policy vectors of `tests/policy-vectors`, and real prompts, as whoever replays a policy takes them."""

from __future__ import annotations

import csv
import gzip
import json
import os
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from routebook.features import PromptFacts
from routebook.prompts import Attachment, Message, Prompt
from routebook.routing.conditions import Asked, TagIs
from routebook.routing.policy import ClassifyRule, Policy, Route

FOLDER = Path(__file__).parents[1] / "policy-vectors"
FILES = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.json"))}
CASES: list[tuple[str, dict[str, Any]]] = [
    (name, case) for name, file in FILES.items() for case in file.get("cases", ())
]
DATA = Path(os.environ.get("ROUTEBOOK_DATA") or Path(__file__).parents[3] / "shared" / "data")
_PNG = Attachment(b"\x89PNG\r\n\x1a\n", "image/png")


def policy_of(name: str, case: dict[str, Any]) -> Policy:
    """Return the policy a case is asked of: its file's, or one rule that gives ``yes`` if its condition holds."""
    if "policy" in case:
        return Policy.from_json(json.dumps(FILES[name]["policies"][case["policy"]]))
    data = {
        "routebook": 1,
        "name": "vector",
        "classify": [{"tag": "yes", "when": case["when"]}],
        "routes": {"yes": {"models": ["sim/yes"]}},
        "default": {"models": ["sim/no"]},
    }
    return Policy.from_json(json.dumps(data))


def asked_of(case: dict[str, Any]) -> Asked:
    """Return a case's prompt with its tags and metadata."""
    given: Any = case["prompt"]
    if isinstance(given, dict):
        if "tools" in given:
            [message] = given["messages"]
            given = PromptFacts(message["text"], tools=given["tools"])
        else:
            messages = [
                Message(said["role"], said["text"], (_PNG,) * said.get("images", 0)) for said in given["messages"]
            ]
            given = Prompt(tuple(messages), system=given.get("system"))
    return Asked.of(given, case.get("tags"), case.get("metadata"))


def replays() -> Iterator[tuple[str, Policy, list[Asked]]]:
    """Give every vector, as few policies with their prompts, for tools that route tags.

    The files' own policies come as they are. The other vectors come as one policy, which asks for a tag alone: each
    prompt of theirs bears the tag that its own condition gives it.
    """
    own: dict[tuple[str, str], list[Asked]] = {}
    tagged: list[Asked] = []
    for name, case in CASES:
        asked = asked_of(case)
        if "policy" in case:
            own.setdefault((name, case["policy"]), []).append(asked)
        else:
            decided = policy_of(name, case).decide(asked)
            tagged.append(Asked(asked.text, frozenset((decided.tag,)), asked.metadata, searched=asked.searched))
    for (name, called), prompts in own.items():
        yield f"{name}: {called}", policy_of(name, {"policy": called}), prompts
    by_tag = Policy("vectors", (ClassifyRule("yes", TagIs("yes")),), {"yes": Route(("sim/yes",))}, Route(("sim/no",)))
    yield "conditions", by_tag, tagged


def mmlu_prompts(most: int = 1000) -> list[Asked]:
    """Return real prompts, each with its subject as its tag; skips the test where they are not on this machine."""
    path = DATA / "mmlu_outcomes.csv.gz"
    if not path.exists():
        pytest.skip(f"{path} is not on this machine (see tests/outcomes/test_data.py)")
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        every = list(csv.DictReader(file))
    step = max(1, len(every) // most)  # from all subjects
    return [Asked(row["prompt"], frozenset((row["subject"],))) for row in islice(every, 0, step * most, step)]
