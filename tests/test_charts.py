"""Charts: aggregated, labelled, honest about what is unknown or simulated, and seen without a network."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from typing import Any

import altair as alt
import pytest
from PIL import Image
from tests.support.showcase import ASK, MODELS, prices, showcase

from routebook import charts
from routebook.comparison import Comparison
from routebook.errors import RunError
from routebook.prompts import Prompt
from routebook.render.palette import LIGHT


def _rows(chart: alt.LayerChart) -> list[dict[str, Any]]:
    spec = chart.to_dict()
    found = [*spec.get("datasets", {}).values()]
    found += [layer["data"]["values"] for layer in spec["layer"] if "values" in layer.get("data", {})]
    return [row for rows in found for row in rows]


@pytest.fixture(scope="module")
def cost_svg() -> str:
    return charts.svg(showcase().charts.cost())


@pytest.fixture(scope="module")
def latency_svg() -> str:
    return charts.svg(showcase([Prompt.of("a"), Prompt.of("b")]).charts.latency())


def test_the_cost_chart_names_every_model_and_its_cost(cost_svg: str) -> None:
    for label in (*MODELS, "$0.0026", "$0.0012", "$0.0002", "cost unknown", "US dollars", "What the answers cost"):
        assert label in cost_svg
    assert "3 of 4 calls priced; 1 of them cost nothing now" in cost_svg


def test_the_latency_chart_names_every_model_and_its_times(latency_svg: str) -> None:
    for label in (*MODELS, "0.60 s, p95 0.60 s", "2.4 s, p95 2.4 s", "no answer to time", "seconds", "first token"):
        assert label in latency_svg
    assert "0 to 2 calls for each model" in latency_svg


def test_the_parts_of_a_cost_add_up_to_it() -> None:
    rows = [row for row in _rows(showcase().charts.cost()) if row.get("part") and row["model"] == MODELS[0]]

    assert {row["part"] for row in rows} == {"input", "output", "reasoning"}
    assert sum(row["usd"] for row in rows) == pytest.approx(0.0026)


def test_a_cost_reported_as_a_sum_is_drawn_as_one() -> None:
    run = showcase(each={"reported_cost_usd": prices().price(showcase().calls[0]).usd})  # type: ignore[union-attr]
    rows = [row for row in _rows(run.charts.cost()) if row.get("part")]

    assert {row["part"] for row in rows} == {"not itemised"}


def test_every_model_keeps_its_colour_in_both_charts() -> None:
    for chart in (showcase().charts.cost(), showcase().charts.latency()):
        scale = chart.to_dict()["layer"][0]["encoding"]["color"]["scale"]
        assert dict(zip(scale["domain"], scale["range"], strict=True)) == dict(zip(MODELS, LIGHT, strict=False))


def test_simulated_models_are_marked() -> None:
    run = showcase(each={"simulated": True})

    for chart in (run.charts.cost(), run.charts.latency()):
        assert "Simulated: made-up models, prices and times" in chart.to_dict()["title"]["subtitle"]


def test_a_large_run_is_summed_up_before_it_is_drawn() -> None:
    run = showcase([Prompt.of(f"question {number}") for number in range(1_500)])

    for chart in (run.charts.cost(), run.charts.latency()):
        assert len(_rows(chart)) < 1_000
        assert len(json.dumps(chart.to_dict())) < 150_000


def test_a_chart_is_shown_as_a_picture_that_every_notebook_can_keep() -> None:
    bundle, metadata = showcase().charts.cost()._repr_mimebundle_()  # type: ignore[misc]

    picture = Image.open(io.BytesIO(bundle["image/png"]))
    picture.load()
    assert picture.width == pytest.approx(2 * metadata["image/png"]["width"], abs=1)
    assert set(bundle) == {"image/png", "text/plain"}
    assert bundle["text/plain"] == "<Chart: What the answers cost>"


def test_a_chart_stays_one_of_ours_when_it_is_changed() -> None:
    chart = showcase().charts.cost().properties(title="Mine").configure_axis(grid=False)

    assert isinstance(chart, alt.LayerChart)
    bundle, _ = chart._repr_mimebundle_()  # type: ignore[misc]
    assert "image/png" in bundle
    assert bundle["text/plain"] == "<Chart: Mine>"


def test_a_renderer_the_user_chose_is_respected() -> None:
    chart = showcase().charts.cost()

    with alt.renderers.enable("json"):
        shown = chart._repr_mimebundle_()

    assert "image/png" not in str(shown)


def test_a_blind_run_has_no_charts() -> None:
    for draw in (showcase(blind=True).charts.cost, showcase(blind=True).charts.latency):
        with pytest.raises(RunError, match=r"reveal\(\) it first"):
            draw()


def test_a_run_without_calls_has_no_charts() -> None:
    with pytest.raises(RunError, match="no calls to chart"):
        Comparison(showcase().run, [ASK], []).charts.cost()


def test_charts_load_altair_only_when_one_is_drawn() -> None:
    code = (
        "import sys, routebook.comparison, routebook.charts, routebook.figure, routebook.render.html, "
        "routebook.render.text\n"
        "print({'altair', 'pandas', 'vl_convert', 'rich', 'nh3', 'markdown_it'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "set()"
