"""What is exported for promptfoo is taken and run by promptfoo itself, against loopback gateways.

`make test-targets` runs this, with the promptfoo of ``tests/targets/promptfoo/package-lock.json``.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.support.mock_server import MockServer
from tests.support.vectors import mmlu_prompts, replays

from routebook.errors import TargetError
from routebook.routing.conditions import TagIs
from routebook.routing.policy import ClassifyRule, Policy, Route
from routebook.targets import promptfoo
from routebook.targets.recorder import Recorder

pytestmark = pytest.mark.targets

FOLDER = Path(__file__).parent / "promptfoo"
COMMAND = FOLDER / "node_modules" / ".bin" / "promptfoo"
POLICY = Policy(
    "p",
    tuple(ClassifyRule(tag, TagIs(tag)) for tag in ("a", "é: #漢字 '\"\\ ${x}")),
    {"a": Route(("openai/a-1", "openai/a-2")), "é: #漢字 '\"\\ ${x}": Route(("groq/meta/b",))},
    Route(("openai/c",)),
)
PROMPTS = [
    '{"a": 1}',
    "[1]",
    '"q"',
    "12",
    "null",
    "true",
    "law \n\n and 'quotes' \" \\ \\n \t {x} $y %z",
    "- a: b",
    "<b>&",
]


@pytest.fixture(autouse=True)
def command(isolated: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    if not COMMAND.exists():
        pytest.fail(f"{COMMAND} is not there: run `make test-targets`, which installs it.")
    monkeypatch.setenv(promptfoo.COMMAND, str(COMMAND))
    return str(COMMAND)


def test_the_version_we_say_proved_it_is_the_one_installed() -> None:
    pinned = json.loads((FOLDER / "package.json").read_text())["dependencies"]["promptfoo"]
    assert f"promptfoo {pinned}" == promptfoo.PROVEN_WITH
    assert promptfoo.replay(POLICY, ["Hello."]).version == pinned


def test_promptfoo_finds_the_suite_valid(command: str) -> None:
    promptfoo.validate(command, promptfoo.compile(POLICY).text)
    with pytest.raises(TargetError, match="promptfoo refuses the suite"):
        promptfoo.validate(command, promptfoo.compile(POLICY).text.replace("\nproviders:", "\nothers:"))


def test_every_prompt_and_route_arrives_as_it_is_with_the_gateways_own_key(command: str) -> None:
    with MockServer() as mock:  # which refuses what is not streamed: so every test fails
        results = promptfoo.run(command, promptfoo.suite(POLICY, PROMPTS).text, f"{mock.url}/v1")
        sent = mock.journal()
    assert sorted(one["body"]["messages"][0]["content"] for one in sent) == sorted(PROMPTS)
    assert {one["headers"]["authorization"] for one in sent} == {"Bearer none"}
    assert [passed for passed, _ in results] == [False] * len(PROMPTS)


@pytest.mark.parametrize(
    ("answers", "passes"),
    [
        ({"route/a": "a-1"}, True),
        ({"route/a": "openai/a-1"}, True),
        ({"route/a": "a-1-2026-11-20"}, True),
        ({"route/a": "tensorzero::function_name::route/a::variant_name::openai/a-1"}, True),
        ({"route/a": "a-2"}, False),
        ({"route/a": "a-12"}, False),
        ({"route/a": "ba-1"}, False),
    ],
)
def test_a_test_passes_only_if_the_model_of_the_route_answered(
    command: str, answers: dict[str, str], passes: bool
) -> None:
    others = {"route/é: #漢字 '\"\\ ${x}": "meta/b", "route/default": "c"}
    with Recorder(answers | others) as gateway:
        results = promptfoo.run(command, promptfoo.compile(POLICY).text, gateway.base_url(fails=False))
    assert [passed for passed, _ in results] == [passes, True, True]


def test_a_gateway_that_fails_fails_every_test(command: str) -> None:
    with Recorder() as gateway:
        results = promptfoo.run(command, promptfoo.compile(POLICY).text, gateway.base_url(fails=True))
    assert [passed for passed, _ in results] == [False, False, False]


def test_the_policy_vectors_pass_but_for_those_that_are_left_out() -> None:
    for name, policy, prompts in replays():
        replay = promptfoo.replay(policy, prompts)
        assert replay.of == len(prompts), name
        assert all("left out" in row.problem for row in replay.disagreements), (name, replay)


def test_a_thousand_real_prompts_pass() -> None:
    prompts = mmlu_prompts()
    subjects = sorted({tag for prompt in prompts for tag in prompt.tags})
    routes = {tag: Route(("sim/large", "sim/small") if len(tag) % 2 else ("sim/medium",)) for tag in subjects}
    policy = Policy("mmlu", tuple(ClassifyRule(tag, TagIs(tag)) for tag in subjects), routes, Route(("sim/small",)))
    replay = promptfoo.replay(policy, prompts)
    assert (replay.agree, replay.of) == (1000, 1000)
