"""The one table of options, and how it says no."""

from __future__ import annotations

import inspect
from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routebook.errors import OptionError
from routebook.options import OPTIONS, ROUTE_OPTIONS, build_parser, magic_parser, route_parser


def parsed(*words: str) -> dict[str, object]:
    return vars(magic_parser().parse_args(words))


def refusal(*words: str) -> str:
    with pytest.raises(OptionError) as caught:
        parsed(*words)
    message = str(caught.value)
    assert "\n" not in message
    return message


def test_only_what_was_given_is_in_the_result() -> None:
    assert parsed("sim/small") == {"models": ["sim/small"]}


def test_models_may_stand_among_the_options() -> None:
    assert parsed("a/b", "--tag", "x", "c/d", "--raw", "e/f")["models"] == ["a/b", "c/d", "e/f"]


def test_every_option_is_read() -> None:
    assert parsed(
        "a/b", "--system", "Be short.", "--tag", "x", "--tag", "y", "--name", "run", "--repeat", "3",
        "--max-tokens", "100", "--temperature", "0.5", "--effort", "low", "--schema", "s", "--image", "a.png",
        "--image", "b.png", "--continue", "before", "--budget", "$1.50", "--no-cache", "--raw", "--background",
        "--blind", "--replay", "--timeout", "2.5", "--retries", "0", "--concurrency", "4",
    ) == {
        "models": ["a/b"], "system": "Be short.", "tags": ["x", "y"], "name": "run", "repeats": 3,
        "max_tokens": 100, "temperature": 0.5, "effort": "low", "schema": "s", "images": ["a.png", "b.png"],
        "follow": "before", "budget_usd": Decimal("1.50"), "cache": False, "raw": True, "background": True,
        "blind": True, "replay": True, "timeout_s": 2.5, "retries": 0, "concurrency": 4,
    }  # fmt: skip


def test_every_option_is_an_argument_of_compare() -> None:
    from routebook.runs import compare, start

    arguments = {*inspect.signature(start).parameters, *inspect.signature(compare).parameters}
    assert {option.argument for option in OPTIONS} <= arguments


def test_every_option_is_in_the_help_once() -> None:
    text = magic_parser().format_help()
    for option in OPTIONS:
        assert text.count(f"  {option.flag} ") + text.count(f"  {option.flag}\n") == 1


@pytest.mark.parametrize(
    ("words", "parts"),
    [
        (["--max-token", "3"], ["--max-token is not an option of %%compare", "'--max-tokens'"]),
        (["--temp=1"], ["--temp is not an option"]),
        (["-n", "3"], ["-n is not an option", "--help"]),
        (["--repeat"], ["--repeat needs a value"]),
        (["--repeat", "0"], ["--repeat", "1 or more", "'0'"]),
        (["--repeat", "x"], ["--repeat", "whole number", "'x'"]),
        (["--repeat", "1.5"], ["--repeat", "whole number"]),
        (["--max-tokens", "-1"], ["--max-tokens", "1 or more", "'-1'"]),
        (["--temperature", "nan"], ["--temperature", "a number", "'nan'"]),
        (["--temperature", "-0.1"], ["--temperature", "0 or more"]),
        (["--temperature", "inf"], ["--temperature", "a number"]),
        (["--budget", "-1"], ["--budget", "US dollars", "'-1'"]),
        (["--budget", "cheap"], ["--budget", "US dollars", "'cheap'"]),
        (["--timeout", "0"], ["--timeout", "more than 0"]),
        (["--retries", "-1"], ["--retries", "0 to 20"]),
        (["--retries", "21"], ["--retries", "0 to 20"]),
        (["--concurrency", "0"], ["--concurrency", "1 to 1000"]),
        (["--concurrency", "openai="], ["--concurrency", "whole number"]),
        (["--concurrency", "=3"], ["--concurrency", "HOST=NUMBER"]),
        (["--no-cache=yes"], ["--no-cache", "takes no value", "'yes'"]),
        (["--name", ""], ["--name", "not empty"]),
        (["--tag", " "], ["--tag", "not empty"]),
    ],
)
def test_what_cannot_be_is_one_clear_line(words: list[str], parts: list[str]) -> None:
    message = refusal("sim/small", *words)
    for part in parts:
        assert part in message


def test_no_abbreviation_is_guessed() -> None:
    assert "'--repeat'" in refusal("--rep", "3")


def test_concurrency_may_differ_by_host() -> None:
    assert parsed("--concurrency", "ollama=1, openai=16")["concurrency"] == {"ollama": 1, "openai": 16}


def test_after_two_dashes_nothing_is_an_option() -> None:
    parser = build_parser("routebook compare", takes="words")
    assert parser.parse_args(["--raw", "--", "--tag", "a/b"]).words == ["--tag", "a/b"]


def test_a_text_with_spaces_or_a_lone_dash_is_no_option() -> None:
    parser = build_parser("routebook compare", takes="words")
    assert parser.parse_args(["- buy milk", "-", "-5"]).words == ["- buy milk", "-", "-5"]


def test_a_budget_of_nothing_is_a_budget() -> None:
    assert parsed("--budget", "0")["budget_usd"] == 0


@given(st.lists(st.text(max_size=12), max_size=8))
def test_any_words_at_all_are_read_or_refused_in_our_own_words(words: list[str]) -> None:
    with suppress(OptionError):
        assert isinstance(magic_parser().parse_args(words).models, list)


# ---- sending by a policy ---------------------------------------------------------------------------------------------


def test_every_option_of_route_is_an_argument_of_it() -> None:
    from routebook.sending.sending import sending

    assert {option.argument for option in ROUTE_OPTIONS} - {"dry_run"} <= {*inspect.signature(sending).parameters}


def test_a_policy_and_what_is_known_of_the_prompt_are_read() -> None:
    given = vars(
        route_parser("%%route", "POLICY").parse_args(
            ["routes.yaml", "--tag", "coding", "--meta", "plan=pro", "--meta", "seat = a=b", "--dry-run"]
        )
    )
    assert given == {
        "words": ["routes.yaml"],
        "tag": ["coding"],
        "metadata": [("plan", "pro"), ("seat", "a=b")],
        "dry_run": True,
    }


@pytest.mark.parametrize(
    ("words", "parts"),
    [
        (["--meta", "plan"], ["--meta", "NAME=VALUE", "'plan'"]),
        (["--meta", "=pro"], ["--meta", "NAME=VALUE"]),
        (["--mta", "a=b"], ["'--meta'"]),
        (["--repeat", "3"], ["--repeat is not an option of %%route"]),
    ],
)
def test_what_route_cannot_read_is_one_clear_line(words: list[str], parts: list[str]) -> None:
    with pytest.raises(OptionError) as caught:
        route_parser("%%route", "POLICY").parse_args(words)
    assert all(part in str(caught.value) for part in parts)
