"""How a notebook shows a chart: its specification, a picture, and words; and a chart changed is still one of ours."""

from __future__ import annotations

import base64
import io
import json
from typing import Any

import altair as alt
import nbformat
import pytest
from nbconvert import HTMLExporter
from nbformat import v4
from PIL import Image
from tests.support.drawing import TWELVE, drawn, fan_out, texts
from tests.support.showcase import MODELS, showcase

MIME = "application/vnd.vegalite.v6+json"


def bundle_of(chart: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    data, metadata = chart._repr_mimebundle_()
    return data, metadata


def test_a_chart_is_shown_as_a_specification_a_picture_and_words() -> None:
    data, metadata = bundle_of(showcase().charts.cost())

    assert set(data) == {MIME, "image/png", "text/plain"}
    assert data[MIME]["$schema"].startswith("https://vega.github.io/schema/vega-lite/v6")
    picture = Image.open(io.BytesIO(data["image/png"]))
    picture.load()
    assert picture.width == pytest.approx(2 * metadata["image/png"]["width"], abs=1)
    assert picture.height == pytest.approx(2 * metadata["image/png"]["height"], abs=1)
    assert data["text/plain"].splitlines()[0] == "What each model's answers cost"
    assert "  openai/gpt-6.1-terra: $0.0026" in data["text/plain"].splitlines()


def test_the_picture_is_kept_small() -> None:
    data, _ = bundle_of(showcase().charts.cost())

    assert len(data["image/png"]) < 80_000


def test_every_notebook_can_keep_it_and_a_web_page_shows_the_picture() -> None:
    data, metadata = bundle_of(showcase().charts.cost())
    kept = data | {"image/png": base64.b64encode(data["image/png"]).decode()}
    cell = v4.new_code_cell("chart", outputs=[v4.new_output("display_data", data=kept, metadata=metadata)])
    notebook = nbformat.reads(nbformat.writes(v4.new_notebook(cells=[cell])), as_version=4)
    nbformat.validate(notebook)

    page, _ = HTMLExporter(template_name="basic").from_notebook_node(notebook)

    assert f"data:image/png;base64,{kept['image/png']}" in page.replace("\n", "")
    assert f'width="{metadata["image/png"]["width"]}"' in page


@pytest.mark.parametrize(
    "change",
    [
        lambda chart: chart.properties(title="Mine"),
        lambda chart: chart.configure_axis(grid=False).properties(title="Mine"),
        lambda chart: (chart + alt.Chart().mark_rule().encode(x=alt.datum(0.001))).properties(title="Mine"),
        lambda chart: chart.interactive().properties(title="Mine"),
        lambda chart: chart.copy().resolve_scale(color="independent").properties(title="Mine"),
    ],
    ids=["title", "configuration", "layer", "interactive", "copy"],
)
def test_a_chart_stays_one_of_ours_when_it_is_changed(change: Any) -> None:
    data, _ = bundle_of(change(showcase().charts.cost()))

    assert {MIME, "image/png"} <= set(data)
    assert data["text/plain"].splitlines()[0] == "Mine"
    assert data[MIME]["config"]["background"] == "#ffffff"
    assert data[MIME]["usermeta"]["routebook"]["dark"]["#ffffff"] == "#15181c"


def test_charts_beside_and_below_each_other_are_one_of_ours() -> None:
    charts = showcase().charts
    chart = (charts.cost() | charts.latency() | charts.tokens()) & charts.tradeoff()

    data, _ = bundle_of(chart)
    assert {MIME, "image/png"} <= set(data)
    words = data["text/plain"].splitlines()
    assert "What each model's answers cost" in words
    assert "What a model costs, against how long it takes" in words
    assert len(data[MIME]["vconcat"][0]["hconcat"]) == 3


def test_panels_stay_one_of_ours_when_they_are_changed() -> None:
    data, _ = bundle_of(fan_out(TWELVE[:2], 200).charts.timeline().properties(title="Mine", spacing=4))

    assert {MIME, "image/png"} <= set(data)
    assert data["text/plain"].splitlines()[0] == "Mine"


def test_what_the_user_configures_goes_before_the_houses_style() -> None:
    chart = showcase().charts.cost().configure_axis(labelColor="#ff0000").properties(usermeta={"mine": 1})
    spec = chart.to_dict()

    assert spec["config"]["axis"]["labelColor"] == "#ff0000"
    assert spec["config"]["axis"]["gridColor"] == "#dfe3e8"
    assert spec["usermeta"] | {"mine": 1} == spec["usermeta"]
    assert spec["usermeta"]["routebook"]["dark"]


def test_a_chart_can_be_compiled_to_vega() -> None:
    spec = showcase().charts.cost().to_dict(format="vega")

    assert spec["$schema"].startswith("https://vega.github.io/schema/vega/")
    assert "What each model's answers cost" in json.dumps(spec)


def test_a_renderer_the_user_chose_is_respected() -> None:
    chart = showcase().charts.cost()

    with alt.renderers.enable("json"):
        shown = chart._repr_mimebundle_()

    assert "image/png" not in str(shown)


def test_altairs_own_settings_are_not_touched() -> None:
    before = (alt.renderers.active, alt.theme.active)
    bundle_of(showcase().charts.cost())

    assert (alt.renderers.active, alt.theme.active) == before
    assert "usermeta" not in alt.Chart().mark_point().to_dict()


def test_what_a_chart_draws_can_be_had_as_a_table() -> None:
    frame = showcase().charts.latency().table()

    assert list(frame.columns) == ["model", "measure", "p50_s", "p95_s", "calls"]
    assert frame["model"].nunique() == 3


def test_data_that_the_user_gave_instead_is_the_table() -> None:
    run = showcase()
    chart = run.charts.cost().properties(data=run.summary())

    assert list(chart.table()["model"]) == list(MODELS)


def test_a_wider_chart_keeps_its_labels_beside_their_points() -> None:
    found = texts(drawn(showcase().charts.tradeoff().properties(width=900)))

    assert "claude-haiku-5-5" in found
