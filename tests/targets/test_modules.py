"""A policy as a module decides what the policy decides, in Python and in TypeScript, and holds it as data alone."""

from __future__ import annotations

import ast
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support import reader_fixture
from tests.support.policies import DESIGN, names, policies
from tests.support.vectors import CASES, mmlu_prompts, policy_of

from routebook.errors import TargetError
from routebook.prompts import Attachment, Message, Prompt
from routebook.routing.conditions import (
    AllOf,
    Asked,
    FeatureIs,
    HasKeyword,
    InLanguage,
    Matches,
    Not,
    TagIs,
    leaves,
)
from routebook.routing.policy import ClassifyRule, Policy, Route
from routebook.targets import python, target, typescript

HERE = Path(__file__).parent
COMPILER = HERE.parents[1] / "js" / "node_modules" / "typescript"
OLDEST = shutil.which("python3.9", path=":".join(map(str, Path("~/.pyenv/versions").expanduser().glob("3.9.*/bin"))))
QUICK = [(name, case) for name, case in CASES if case.get("because") != "in linear time"]
"""All vectors but one: the pattern on which engines that backtrack take years, as the modules say of themselves."""
Ask = Callable[[str, list[dict[str, Any]]], Any]

DESK = Policy(
    "desk",
    (
        ClassifyRule("long", FeatureIs("prompt_tokens", at_least=300)),
        ClassifyRule("sums", AllOf((FeatureIs("has_math", equals=True), Not(TagIs("philosophy"))))),
        ClassifyRule("choices", Matches(r"(?i)which of the following|\bexcept\b$")),
        ClassifyRule("odd", HasKeyword(("court", "cell", "théorie"))),
        ClassifyRule("foreign", Not(InLanguage(("en", "unknown")))),
    ),
    {
        "long": Route(("sim/long",), timeout_s=30, retries=2),
        "sums": Route(("sim/a", "sim/b", "sim/c"), weights=(90, 5, 5)),
        "choices": Route(("sim/b", "sim/a")),
        "odd": Route(("sim/c", "sim/b"), weights=(0.5, 0.25), budget_usd=0.1),
        "foreign": Route(("sim/d",)),
    },
    Route(("sim/e",)),
)


def child(*command: str | Path) -> Iterator[Ask]:
    with subprocess.Popen(list(map(str, command)), stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin
        assert process.stdout

        def ask(module: str, asks: list[dict[str, Any]]) -> Any:
            process.stdin.write(json.dumps({"module": module, "asks": asks}).encode() + b"\n")
            process.stdin.flush()
            return json.loads(process.stdout.readline())

        yield ask
        process.stdin.close()


@pytest.fixture(scope="module")
def in_python() -> Iterator[Ask]:
    yield from child(sys.executable, "-I", HERE / "modules_child.py")


@pytest.fixture(scope="module")
def in_node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ask]:
    node = shutil.which("node")
    assert node, "node builds the page's scripts, and is needed here too"
    yield from child(node, HERE / "modules_child.mjs", COMPILER, tmp_path_factory.mktemp("modules"))


def asks_of(case: dict[str, Any]) -> dict[str, Any]:
    return {"prompt": case["prompt"], "tags": case.get("tags", []), "metadata": case.get("metadata", {})}


def chosen(answer: Any) -> list[tuple[str, int | None, tuple[str, ...]]]:
    return [(one["tag"], one["rule"], tuple(one["models"])) for one in answer["decisions"]]


def vectors() -> Iterator[tuple[str, Policy, list[dict[str, Any]]]]:
    """Give every vector, those of the same policy together."""

    def of(both: tuple[str, dict[str, Any]]) -> str:
        return json.dumps([both[0], both[1].get("policy"), both[1].get("when")])

    for _, same in groupby(sorted(QUICK, key=of), key=of):
        cases = list(same)
        name, first = cases[0]
        yield name, policy_of(name, first), [case for _, case in cases]


def expected(case: dict[str, Any]) -> tuple[str, int | None, tuple[str, ...]]:
    if "holds" in case:
        return ("yes", 1, ("sim/yes",)) if case["holds"] else ("default", None, ("sim/no",))
    return case["tag"], case["rule"], tuple(case["models"])


def check_vectors(ask: Ask, compile: Callable[[Policy], Any]) -> None:
    decided = 0
    for name, policy, cases in vectors():
        found = chosen(ask(compile(policy).text, [asks_of(case) for case in cases]))
        for case, one in zip(cases, found, strict=True):
            assert one == expected(case), (name, case)
        decided += len(cases)
    assert decided == len(QUICK) == len(CASES) - 1 >= 250


def test_the_python_module_decides_every_vector_as_it_says(in_python: Ask) -> None:
    check_vectors(in_python, python.compile)


def test_the_typescript_module_decides_every_vector_as_it_says(in_node: Ask) -> None:
    check_vectors(in_node, typescript.compile)


def test_the_python_module_decides_every_vector_in_the_oldest_python_too() -> None:
    if OLDEST is None:
        pytest.skip("there is no Python 3.9 on this machine")
    for ask in child(OLDEST, "-I", HERE / "modules_child.py"):
        check_vectors(ask, python.compile)


def test_the_python_module_is_written_in_what_python_3_9_reads() -> None:
    ast.parse(python.compile(DESK).text, feature_version=(3, 9))


@pytest.mark.parametrize("name", ["python", "typescript", "json", "yaml"])
def test_real_prompts_go_the_same_way(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROUTEBOOK_TYPESCRIPT", str(COMPILER))
    replay = target(name).replay(DESK, mmlu_prompts(1200))
    assert replay.of >= 1000
    assert replay.disagreements == ()
    assert len({row.tag for row in replay.rows}) >= 5
    assert len({row.expected for row in replay.rows}) >= 7  # drawn ones among them


TEXTS = (
    st.text(st.characters(exclude_categories=("Cs",)), max_size=60)
    | st.text("aAkKsSzZéÉ漢😀ſİß_09 -,.\n\t\x1c\x85\xa0`~{}()=+", max_size=40)
    | st.sampled_from(["Wie spät ist es in Berlin?", "```py\nx = 1\n```", "素数とは何ですか", "A. 4\nB. 7", "Что это?"])
)


def backtracks_little(policy: Policy) -> bool:
    """Tell whether no pattern has several repetitions, on which modules may take time without bound, as they say."""
    found = (leaf.pattern for rule in policy.classify for leaf in leaves(rule.when) if isinstance(leaf, Matches))
    return all(len(re.findall("[*+{]", pattern)) <= 1 for pattern in found)


@st.composite
def prompts(draw: st.DrawFn) -> Any:
    """Any prompt, as modules take it."""
    if draw(st.booleans()):
        return draw(TEXTS)
    said = st.fixed_dictionaries(
        {"role": st.sampled_from(["user", "assistant"]), "text": TEXTS, "images": st.integers(0, 2)}
    )
    last = {"role": "user", "text": draw(TEXTS), "images": draw(st.integers(1, 2))}
    return {"system": draw(st.none() | TEXTS), "messages": [*draw(st.lists(said, max_size=2)), last]}


@st.composite
def asked(draw: st.DrawFn) -> tuple[Policy, list[dict[str, Any]]]:
    """Any policy, and prompts some of which it knows."""
    policy = draw(policies().filter(backtracks_little))
    known = st.sampled_from(sorted(policy.routes)) | names()
    metadata = st.dictionaries(names(), st.booleans() | names() | st.integers(-(2**53), 2**53), max_size=2)
    asks = st.lists(
        st.fixed_dictionaries({"prompt": prompts(), "tags": st.lists(known, max_size=2), "metadata": metadata}),
        min_size=1, max_size=4,
    )  # fmt: skip
    return policy, draw(asks)


def decided(policy: Policy, ask: dict[str, Any]) -> tuple[str, int | None, tuple[str, ...]]:
    given: Any = ask["prompt"]
    if isinstance(given, dict):
        image = Attachment(b"\x89PNG\r\n\x1a\n", "image/png")
        messages = (Message(said["role"], said["text"], (image,) * said["images"]) for said in given["messages"])
        given = Prompt(tuple(messages), system=given["system"])
    decision = policy.decide(given, ask["tags"], ask["metadata"])
    return decision.tag, decision.rule, decision.models


@given(asked())
@settings(max_examples=60, deadline=None)
def test_any_policy_decides_the_same_in_all_three(
    in_python: Ask, in_node: Ask, both: tuple[Policy, list[dict[str, Any]]]
) -> None:
    policy, asks = both
    ours = [decided(policy, ask) for ask in asks]
    assert chosen(in_python(python.compile(policy).text, asks)) == ours
    assert chosen(in_node(typescript.compile(policy).text, asks)) == ours


@pytest.mark.parametrize("tag", ["__proto__", "constructor", "toString"])
def test_a_tag_that_javascript_knows_otherwise_is_a_tag(in_node: Ask, tag: str) -> None:
    policy = Policy("p", (ClassifyRule(tag, TagIs(tag)),), {tag: Route(("sim/a",))}, Route(("sim/b",)))
    asks = [{"prompt": "Hello.", "tags": tags, "metadata": {}} for tags in ([tag], [])]
    assert chosen(in_node(typescript.compile(policy).text, asks)) == [
        (tag, 1, ("sim/a",)),
        ("default", None, ("sim/b",)),
    ]


def test_what_a_route_sets_comes_with_the_decision(in_python: Ask, in_node: Ask) -> None:
    route = Route(("sim/a",), timeout_s=30, retries=2, budget_usd=0.5)
    policy = Policy("p", (ClassifyRule("t", TagIs("t")),), {"t": route}, Route(("sim/b",)))
    asks = [{"prompt": "Hello.", "tags": tags, "metadata": {}} for tags in (["t"], [])]
    for ask, compile in ((in_python, python.compile), (in_node, typescript.compile)):
        found = ask(compile(policy).text, asks)["decisions"]
        settings = [(one["timeout_s"], one["retries"], one["budget_usd"]) for one in found]
        assert settings == [(30, 2, 0.5), (None, 0, None)]


def test_the_typescript_module_passes_the_strictest_compiler(tmp_path: Path) -> None:
    path = tmp_path / "routes.ts"
    path.write_text(typescript.compile(Policy.from_yaml(DESIGN)).text, encoding="utf-8")
    command = ["node", COMPILER / "bin" / "tsc", "--strict", "--noEmit", "--target", "es2022", "--lib", "es2022,dom"]
    more = ["--exactOptionalPropertyTypes", "--noUncheckedIndexedAccess"]
    done = subprocess.run([*command, *more, path], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.stdout == ""


def test_without_node_nothing_is_said_to_be_replayed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    replay = typescript.replay(DESK, ["Hello."])
    assert str(replay) == "not replayed: Node is not on the PATH: install it, or let ROUTEBOOK_NODE name it."
    assert (replay.agree, replay.of) == (0, 0)


def test_a_prompt_with_messages_goes_the_same_way() -> None:
    messages = (Message("user", "Go to court."), Message("assistant", "Why?"), Message("user", "Say it."))
    prompt = Prompt(messages, system="Be brief.", tags=("philosophy",), metadata={"plan": "pro"})
    assert str(python.replay(DESK, [prompt])).endswith("routed 1 of 1 prompt as the policy says.")


def test_messages_known_only_by_their_facts_cannot_be_told_to_a_module() -> None:
    with pytest.raises(TargetError, match="earlier messages that are not known one by one: give a Prompt"):
        python.replay(DESK, [Asked("Why?", searched="Hello.\n\nWhy?", turns=2)])


def test_the_report_says_how_to_use_a_module(tmp_path: Path) -> None:
    report = str(DESK.export("python", tmp_path / "desk.py"))
    assert "Nothing was lost." in report
    assert "from desk import decide" in report


def test_what_the_typescript_reader_is_tested_with_is_what_python_has() -> None:
    assert reader_fixture.PATH.read_text(encoding="utf-8") == reader_fixture.text()
