"""The table in a terminal: side by side, within its width, and never steering the terminal."""

from __future__ import annotations

import pytest
from hypothesis import given
from rich.cells import cell_len
from tests.support.showcase import MODELS, showcase
from tests.support.strategies import texts

from routebook.calls import Failure
from routebook.prompts import Prompt


def _flat(table: str) -> str:
    return " ".join(table.replace("│", " ").split())


def test_answers_stand_side_by_side_with_their_facts_below() -> None:
    lines = showcase().text_table(150).splitlines()

    heads = next(line for line in lines if "openai/gpt-6.1-terra" in line)
    answers = next(line for line in lines if "Scan **once**." in line)
    costs = next(line for line in lines if "cost $0.0026" in line)
    assert "anthropic/claude-haiku-5-5" in heads
    assert "Use `groupby`." in answers
    assert "cost $0, was $0.0012" in costs
    assert "cost unknown" in costs


def test_print_shows_it() -> None:
    assert "Scan **once**." in str(showcase())


def test_the_header_says_how_many_prices_are_known() -> None:
    head = showcase().text_table(150).splitlines()[0]

    assert head.startswith("longest run · 4 models · 1 prompt · tags: coding · $0.0028, 3 of 4 priced")


@pytest.mark.parametrize("width", [30, 60, 100, 200])
def test_it_keeps_to_its_width_in_as_many_tables_as_that_needs(width: int) -> None:
    table = showcase().text_table(width)

    assert max(map(cell_len, table.splitlines())) <= width
    assert all(model.split("/")[1].split(".")[-1][:8] in table.replace("\n", "") for model in MODELS)


def test_a_failure_says_why_and_what_to_do() -> None:
    assert "Failed: No server at localhost:11434" in _flat(showcase().text_table(200))
    assert "Start it with `ollama serve`." in _flat(showcase().text_table(200))


def test_several_calls_of_a_model_are_summed_up() -> None:
    table = showcase([Prompt.of("a"), Prompt.of("b")]).text_table(150)

    assert "openai/gpt-6.1-terra 2 0 $0.0052 $2.60 0.60 s 2.4 s 2.4 s 119" in _flat(table)


def test_an_answer_cannot_steer_the_terminal() -> None:
    evil = "\x1b[2J\x1b]0;owned\x07\x9b31m\rover\x08\x7f [bold red]markup[/] :smile: \u202etxt"
    run = showcase(
        [Prompt.of(evil, system=evil, tags=[evil])],
        each={"text": evil, "failure": Failure("server", evil, evil), "status": "error"},
        name=evil,
    )

    table = run.text_table(200)

    assert not {char for char in table if ord(char) < 32 or 0x7F <= ord(char) < 0xA0 or char == "\u202e"} - {"\n"}
    assert "[bold red]markup[/] :smile:" in _flat(table)


@given(texts(200))
def test_any_answer_can_be_printed(answer: str) -> None:
    showcase(each={"text": answer}).text_table(80).encode()


def test_a_blind_table_has_no_facts() -> None:
    table = showcase(blind=True).text_table(120)

    assert "Answer A" in table
    assert "cost" not in table.replace("costs and times are hidden", "")
