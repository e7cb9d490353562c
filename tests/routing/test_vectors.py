"""Every test vector under `tests/policy-vectors` comes out as it says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from routebook.errors import PolicyError
from routebook.features import PromptFacts
from routebook.prompts import Attachment, Message, Prompt
from routebook.routing.policy import Decision, Policy

FOLDER = Path(__file__).parents[1] / "policy-vectors"
FILES = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.json"))}
CASES = [(name, case) for name, file in FILES.items() for case in file.get("cases", ())]
DOCUMENTS = [(name, case) for name, file in FILES.items() for case in file.get("documents", ())]
PNG = Attachment(b"\x89PNG\r\n\x1a\n", "image/png")
SCHEMA = Draft202012Validator(Policy.schema())


def policy_of(name: str, case: dict[str, Any]) -> Policy:
    data = {
        "routebook": 1,
        "name": "vector",
        "classify": [{"tag": "yes", "when": case.get("when")}],
        "routes": {"yes": {"models": ["sim/yes"]}},
        "default": {"models": ["sim/no"]},
    }
    return Policy.from_json(json.dumps(FILES[name]["policies"][case["policy"]] if "policy" in case else data))


def decided(policy: Policy, case: dict[str, Any]) -> Decision:
    given: Any = case["prompt"]
    if isinstance(given, dict):
        if "tools" in given:
            [message] = given["messages"]
            given = PromptFacts(message["text"], tools=given["tools"])
        else:
            messages = [
                Message(said["role"], said["text"], (PNG,) * said.get("images", 0)) for said in given["messages"]
            ]
            given = Prompt(tuple(messages), system=given.get("system"))
    return policy.decide(given, tag=case.get("tags"), metadata=case.get("metadata"))


@pytest.mark.parametrize(("name", "case"), CASES, ids=[f"{name}-{number}" for number, (name, _) in enumerate(CASES)])
def test_it_is_decided_as_it_says(name: str, case: dict[str, Any]) -> None:
    decision = decided(policy_of(name, case), case)
    if "holds" in case:
        expected = ("yes", 1, ("sim/yes",)) if case["holds"] else ("default", None, ("sim/no",))
    else:
        expected = (case["tag"], case["rule"], tuple(case["models"]))
    assert (decision.tag, decision.rule, decision.models) == expected, (case.get("because"), decision.why)


@pytest.mark.parametrize(
    ("name", "case"), DOCUMENTS, ids=[f"{name}: {case['because'][:60]}" for name, case in DOCUMENTS]
)
def test_it_is_read_or_refused_as_it_says(name: str, case: dict[str, Any]) -> None:
    text = json.dumps(case["document"])
    if name == "accepted":
        assert Policy.from_json(Policy.from_json(text).to_json()) == Policy.from_json(text)
        assert SCHEMA.is_valid(case["document"])
    else:
        with pytest.raises(PolicyError):
            Policy.from_json(text)


def test_there_are_enough_of_them_and_of_every_kind() -> None:
    assert len(CASES) >= 200
    assert len(DOCUMENTS) >= 50
    for file in FILES.values():
        if "cases" in file:
            assert len({str(case.get("holds", case.get("models"))) for case in file["cases"]}) > 1
