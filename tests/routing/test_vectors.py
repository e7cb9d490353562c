"""Every test vector under `tests/policy-vectors` comes out as it says."""

from __future__ import annotations

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from tests.support.vectors import CASES, FILES, asked_of, policy_of

from routebook.errors import PolicyError
from routebook.routing.policy import Policy

DOCUMENTS = [(name, case) for name, file in FILES.items() for case in file.get("documents", ())]
SCHEMA = Draft202012Validator(Policy.schema())


@pytest.mark.parametrize(("name", "case"), CASES, ids=[f"{name}-{number}" for number, (name, _) in enumerate(CASES)])
def test_it_is_decided_as_it_says(name: str, case: dict[str, Any]) -> None:
    decision = policy_of(name, case).decide(asked_of(case))
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
