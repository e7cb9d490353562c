"""What holds for every chart: no warning, only colours that have a dark twin, few rows, honest, and said in words."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import replace
from typing import Any

import pytest
from tests.support.drawing import HOSTILE, KINDS, TWELVE, colours, drawn, fan_out, on_dark, rows, subtitle, texts
from tests.support.showcase import ASK, MODELS, NOW, showcase

from routebook.calls import Failure
from routebook.charts import Charts, svg
from routebook.charts.style import ON_DARK, short_name
from routebook.comparison import Comparison
from routebook.errors import RunError
from routebook.providers.contract import Usage
from routebook.render.palette import DARK, LIGHT
from routebook.render.palette import colours as colours_of

ALL_FAILED: dict[str, Any] = {
    "status": "error",
    "failure": Failure("server", "It broke."),
    "attempts": (),
    "ttft_s": None,
    "latency_s": None,
    "usage": Usage(),
    "cached_from": None,
}
RUNS = {
    "one of everything": showcase,
    "one model, one call": lambda: showcase(models=MODELS[:1]),
    "two models": lambda: fan_out(TWELVE[:2], 5),
    "twelve models": lambda: fan_out(TWELVE, 10),
    "many calls": lambda: fan_out(TWELVE[:3], 150),
    "all failed": lambda: showcase(each=ALL_FAILED),
    "all cached": lambda: showcase(each={"cached_from": "f" * 32, "cached_at": NOW}),
    "simulated": lambda: showcase(each={"simulated": True}),
    "ended early": lambda: Comparison(showcase().run, [ASK], showcase().calls[:1]),
    "hostile names": lambda: fan_out(HOSTILE, 3),
}


def draw(kind: str, run: Comparison) -> Any:
    return getattr(run.charts, kind)()


@pytest.fixture(params=RUNS, scope="module")
def run(request: pytest.FixtureRequest) -> Comparison:
    return RUNS[request.param]()


@pytest.mark.parametrize("kind", KINDS)
def test_a_chart_is_drawn_without_a_warning_and_in_colours_that_have_a_dark_twin(
    kind: str, run: Comparison, capfd: pytest.CaptureFixture[str]
) -> None:
    chart = draw(kind, run)
    picture = drawn(chart)

    assert "WARN" not in capfd.readouterr().err
    assert "NaN" not in picture
    assert colours(picture) <= set(chart.to_dict()["usermeta"]["routebook"]["dark"])


@pytest.mark.parametrize("kind", KINDS)
def test_a_chart_in_the_dark_has_no_colour_of_the_light(kind: str) -> None:
    spec = on_dark(draw(kind, showcase()).to_dict())

    assert not set(ON_DARK) & set(json.dumps({key: spec[key] for key in spec if key != "usermeta"}).split('"'))


def test_the_dark_twin_of_every_models_colour_is_the_palettes() -> None:
    assert {light: ON_DARK[light] for light in LIGHT} == dict(zip(LIGHT, DARK, strict=True))
    assert len(set(ON_DARK.values())) == len(ON_DARK)
    assert not set(ON_DARK) & set(ON_DARK.values())


@pytest.mark.parametrize("kind", KINDS)
def test_a_chart_says_every_model_and_what_is_beneath_its_title_in_words(kind: str, run: Comparison) -> None:
    chart = draw(kind, run)
    words = repr(chart).splitlines()

    assert words[0] == chart.to_dict()["title"]["text"]
    assert " ".join(words).find(subtitle(chart)) > 0
    lines = chart.to_dict()["description"].splitlines()
    assert sorted(line.partition(": ")[0] for line in lines) == sorted(run.models)
    assert all(line.partition(": ")[2] for line in lines)


@pytest.mark.parametrize("kind", KINDS)
def test_a_chart_is_small_whatever_the_run(kind: str) -> None:
    chart = draw(kind, fan_out(TWELVE[:4], 2_500))

    assert len(rows(chart)) < 2_000
    assert len(json.dumps(chart.to_dict())) < 200_000


@pytest.mark.parametrize("kind", KINDS)
def test_a_chart_of_twelve_models_is_small_too(kind: str) -> None:
    chart = draw(kind, fan_out(TWELVE, 300))

    assert len(rows(chart)) < 2_500
    assert len(json.dumps(chart.to_dict())) < 200_000


@pytest.mark.parametrize("kind", KINDS)
def test_names_that_would_be_code_are_only_names(kind: str) -> None:
    run = fan_out(HOSTILE, 3)
    chart = draw(kind, run)
    said = json.dumps({key: value for key, value in chart.to_dict().items() if key not in ("datasets", "description")})
    picture = drawn(chart)

    assert "<script" not in picture
    for number, name in enumerate(HOSTILE):
        assert said.count(json.dumps(name)) == said.count(json.dumps(HOSTILE[0])), number
    if kind != "tradeoff":
        assert {short_name(name) for name in HOSTILE} <= set(texts(picture))


def test_names_that_differ_only_at_their_end_are_told_apart_when_they_are_shortened() -> None:
    assert len({short_name(name) for name in HOSTILE}) == len(HOSTILE)


@pytest.mark.parametrize("kind", KINDS)
def test_simulated_models_are_marked(kind: str) -> None:
    everything = draw(kind, showcase(each={"simulated": True}))

    assert "imulated: made-up models, prices and times." in subtitle(everything)


@pytest.mark.parametrize("kind", KINDS)
def test_a_simulated_model_beside_real_ones_says_so_at_its_mark(kind: str) -> None:
    run = fan_out((*TWELVE[:2], "sim/small"), 4)
    pretended = [replace(call, simulated=call.model.host == "sim") for call in run.calls]
    chart = draw(kind, Comparison(run.run, run.prompts, pretended, prices=run._book))
    marked = [text for text in texts(drawn(chart)) if text.endswith(", simulated")]

    assert len(marked) == 1
    assert "4 calls simulated: made-up models, prices and times." in subtitle(chart)


def test_a_model_has_the_same_colour_in_every_chart() -> None:
    run = fan_out(TWELVE, 2)
    meant = dict(zip(TWELVE, (LIGHT[index] for index in colours_of(TWELVE)), strict=True))

    for kind in KINDS:
        spec = json.loads(json.dumps(draw(kind, run).to_dict()))
        scales = [layer["encoding"]["color"]["scale"] for layer in spec["layer"] if "color" in layer["encoding"]]
        assert scales
        assert all(dict(zip(scale["domain"], scale["range"], strict=True)) == meant for scale in scales)


@pytest.mark.parametrize("kind", KINDS)
def test_a_blind_run_has_no_charts(kind: str) -> None:
    with pytest.raises(RunError, match=r"reveal\(\) it first"):
        draw(kind, showcase(blind=True))


@pytest.mark.parametrize("kind", KINDS)
def test_a_run_without_calls_has_no_charts(kind: str) -> None:
    with pytest.raises(RunError, match="no calls to chart"):
        draw(kind, Comparison(showcase().run, [ASK], []))


def test_charts_say_what_there_is() -> None:
    said = repr(Charts(showcase()))
    public = {name for name in vars(Charts) if not name.startswith("_")}
    assert set(re.findall(r"(\w+)\(\)", said)) == public
    assert set(KINDS) < public


def test_a_chart_can_be_had_as_a_picture() -> None:
    assert svg(showcase().charts.cost()).startswith("<svg")


def test_charts_load_altair_only_when_one_is_drawn() -> None:
    code = (
        "import sys, routebook.comparison, routebook.charts, routebook.render.html, routebook.render.text\n"
        "from routebook.charts import Charts, cost, latency, svg, timeline, tokens, tradeoff\n"
        "print({'altair', 'pandas', 'vl_convert', 'rich', 'nh3', 'markdown_it'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "set()"
