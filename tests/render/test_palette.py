"""One colour per model through the whole notebook, and never two of one run on one colour while colours are free."""

from __future__ import annotations

import os
import re
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.showcase import ASK, MODELS, showcase

from routebook.comparison import Comparison
from routebook.render.palette import DARK, LIGHT, Palette, colour, colours
from routebook.render.sheet import sheet_of
from routebook.runs import compare

_NAMES = st.integers(0, 20).map(lambda number: f"sim/m{number}")
_RUNS = st.lists(st.lists(_NAMES, min_size=1, max_size=10, unique=True), max_size=8)


def test_first_seen_is_first_served() -> None:
    assert colours(["sim/b", "sim/a"]) == [0, 1]
    assert colours(["sim/c", "sim/a", "sim/b"]) == [2, 1, 0]


@given(_RUNS)
def test_a_model_keeps_its_colour_as_long_as_there_are_enough(runs: list[list[str]]) -> None:
    palette = Palette()
    first: dict[str, int] = {}
    for models in runs:
        few = [model for model in models if int(model[5:]) < len(LIGHT)]
        for model, index in zip(few, palette.colours(few), strict=True):
            assert first.setdefault(model, index) == index
    assert len(set(first.values())) == len(first)


@given(_RUNS)
def test_no_two_models_of_a_run_share_a_colour_while_colours_are_free(runs: list[list[str]]) -> None:
    palette = Palette()
    for models in runs:
        given_ = palette.colours(models)
        assert set(given_) <= set(range(len(LIGHT)))
        assert len(set(given_)) == min(len(models), len(LIGHT))
        assert palette.colours(models) == given_


@given(_RUNS)
def test_the_order_in_which_a_runs_models_are_named_does_not_matter_once_they_are_seen(runs: list[list[str]]) -> None:
    palette = Palette()
    for models in runs:
        of = dict(zip(models, palette.colours(models), strict=True))
        backwards = models[::-1]
        assert palette.colours(backwards) == [of[model] for model in backwards]


def test_more_models_than_colours_use_each_equally_often() -> None:
    given_ = colours([f"sim/m{number}" for number in range(3 * len(LIGHT))])
    assert sorted(given_) == sorted(3 * list(range(len(LIGHT))))


def test_a_model_named_twice_has_one_colour() -> None:
    assert colours(["sim/a", "sim/b", "sim/a"]) == [0, 1, 0]


def test_many_threads_agree() -> None:
    models = [f"sim/m{number}" for number in range(len(LIGHT))]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda start: colours(models[start:] + models[:start]), list(range(len(LIGHT))) * 50))
    of = dict(zip(models, colours(models), strict=True))
    assert sorted(of.values()) == list(range(len(LIGHT)))
    for start, given_ in zip(list(range(len(LIGHT))) * 50, found, strict=True):
        assert given_ == [of[model] for model in models[start:] + models[:start]]


@pytest.mark.skipif(sys.platform == "win32", reason="fork")
def test_a_forked_process_goes_on_with_its_parents_colours() -> None:
    assert colours(["sim/a"]) == [0]
    pid = os.fork()
    if pid == 0:
        os._exit(0 if colours(["sim/b", "sim/a"]) == [1, 0] else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0


def test_every_colour_has_one_for_each_theme() -> None:
    assert len(LIGHT) == len(DARK) == len({*LIGHT}) == len({*DARK})
    assert colour(len(LIGHT)) == LIGHT[0]


# ---- where they are used ---------------------------------------------------------------------------------------------


def _colours_in(html: str) -> list[int]:
    return [int(number) for number in re.findall(r'class="rb-card rb-m(\d+)"', html)]


def test_the_cards_and_the_table_have_the_models_colours_whatever_place_it_has_in_the_run() -> None:
    colours(["sim/other", MODELS[2]])
    run = showcase(repeats=2)
    expected = [2, 3, 1, 4]
    assert colours(run.models) == expected
    html = run.to_html()
    assert _colours_in(html) == expected * 2
    assert [int(number) for number in re.findall(r'<th class="rb-m(\d+)" scope="row">', html)] == expected
    assert [column.colour for column in sheet_of(run).columns] == expected


def test_a_blind_run_gives_no_colour_and_takes_none() -> None:
    run = showcase(blind=True)
    assert _colours_in(run.to_html()) == []
    assert "rb-m" not in re.sub(r"<style>.*?</style>", "", run.to_html(), flags=re.DOTALL)
    assert sheet_of(run).columns == ()
    assert colours(["sim/first"]) == [0]


def test_opening_a_prompt_of_a_blind_run_gives_its_models_their_colours() -> None:
    run = showcase(blind=True)
    colours(["sim/first"])
    sheet = sheet_of(run, opened=[ASK.id])
    assert [column.colour for column in sheet.columns] == [1, 2, 3, 4]
    of = {str(column.model): column.colour for column in sheet.columns}
    assert {card.model: card.colour for card in sheet.sections[0].rows[0]} == of


def test_two_runs_in_one_notebook_agree() -> None:
    first = compare("Name a prime number.", models=["sim/small", "sim/large"])
    second = compare("Name a prime number.", models=["sim/large", "sim/medium", "sim/small"])

    def of(run: Comparison) -> dict[str, int | None]:
        return {card.model: card.colour for card in sheet_of(run).sections[0].rows[0]}

    assert of(first) == {"sim/small": 0, "sim/large": 1}
    assert of(second) == {"sim/small": 0, "sim/large": 1, "sim/medium": 2}
