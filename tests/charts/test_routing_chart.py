"""The charts of routing: what stands where, that labels keep apart, and that a reader in the dark sees the same."""

from __future__ import annotations

import json
from math import inf, nan
from typing import Any

import numpy as np
import pytest
from tests.support.drawing import HOSTILE, colours, drawn, on_dark, subtitle, table, texts

from routebook.charts.routing_chart import gap, routing
from routebook.charts.style import INK, ON_DARK

NAMES = ("random", "cheapest", "best single", "tag table", "nearest prompts", "ridge on words")


def strategies(names: tuple[str, ...] = NAMES) -> list[dict[str, Any]]:
    """Return rows as `Beside.frame` has them: baselines, rules and the oracle."""
    made = []
    for number, name in enumerate((*names, "rules", "oracle")):
        quality, cost = 0.5 + 0.04 * number, 1.0 + 0.1 * number
        made.append(
            {
                "strategy": name,
                "kind": {"rules": "rules", "oracle": "needs the answers"}.get(name, "baseline"),
                "model": nan,
                "quality": quality,
                "low": quality - 0.03,
                "high": quality + 0.03,
                "usd_per_1k_prompts": cost,
                "usd_low": cost * 0.9,
                "usd_high": cost * 1.1,
                "strong_share": number / 10,
                "apgr": nan,
            }
        )
    return made


def points(field: str) -> list[dict[str, Any]]:
    return [
        {"strategy": row["strategy"], "kind": row["kind"], field: row[field] * part, "quality": row["quality"] * part}
        for row in strategies()[3:]
        for part in (0.5, 0.8, 1.0)
    ]


CHARTS = {
    "cost": lambda: routing(
        strategies(), points("usd_per_1k_prompts"), across="cost", notes=["One.", "Two.", "Three."]
    ),
    "share": lambda: routing(strategies(), points("strong_share"), across="share"),
    "nothing": lambda: routing(strategies(), [], across="nothing", simulated=True),
    "nowhere": lambda: routing([row | {"quality": nan} for row in strategies()], [], across="cost"),
    "hostile": lambda: routing(strategies(HOSTILE), [], across="cost"),
    "gap": lambda: gap(
        *np.array([[0, 0.5, 1], [0.6, 0.75, 0.8], [0.55, 0.7, 0.75], [0.65, 0.8, 0.85]]).tolist(),
        weak="small",
        strong="large",
    ),
}


@pytest.mark.parametrize("kind", CHARTS)
def test_it_is_drawn_without_a_warning_in_colours_that_have_a_dark_twin(
    kind: str, capfd: pytest.CaptureFixture[str]
) -> None:
    chart = CHARTS[kind]()
    picture = drawn(chart)
    assert "WARN" not in capfd.readouterr().err
    assert "NaN" not in picture
    assert colours(picture) <= set(ON_DARK)
    dark = on_dark(chart.to_dict())
    assert not set(ON_DARK) & set(json.dumps({key: dark[key] for key in dark if key != "usermeta"}).split('"'))


@pytest.mark.parametrize("kind", CHARTS)
def test_what_is_saved_is_strict_json(kind: str) -> None:
    json.dumps(CHARTS[kind]().to_dict(), allow_nan=False)


@pytest.mark.parametrize("kind", ["cost", "share", "nothing"])
def test_every_strategy_is_named_beside_its_point_and_said_in_words(kind: str) -> None:
    chart = CHARTS[kind]()
    said = texts(drawn(chart))
    for name in (*NAMES, "rules"):
        assert said.count(name) == 1
    assert "oracle (needs the answers)" in str(chart)
    assert [line.partition(":")[0] for line in chart.description.splitlines()][:6] == list(NAMES)


def test_a_point_stands_at_its_cost_and_quality_with_both_intervals() -> None:
    chart = CHARTS["cost"]()
    rules = next(row for row in table(chart) if row["strategy"] == "rules")
    assert (rules["usd_per_1k_prompts"], rules["quality"]) == pytest.approx((1.6, 0.74))
    marks = [(layer["mark"]["type"], *sorted(layer["encoding"])) for layer in chart.to_dict()["layer"]]
    assert ("rule", "color", "x", "y", "y2") in marks
    assert ("rule", "color", "x", "x2", "y") in marks
    assert "rules: $1.60 per 1,000 prompts, quality 0.740 (0.710 to 0.770)" in str(chart)


def test_rules_have_the_colour_of_text_a_full_line_and_the_heaviest_name() -> None:
    spec = CHARTS["cost"]().to_dict()
    layers = spec["layer"]
    scale = next(layer["encoding"]["color"]["scale"] for layer in layers if "color" in layer["encoding"])
    assert dict(zip(scale["domain"], scale["range"], strict=True))["rules"] == INK
    assert scale["range"].count(INK) == 1
    dash = next(layer["encoding"]["strokeDash"]["scale"] for layer in layers if "strokeDash" in layer["encoding"])
    assert [name for name, dashes in zip(dash["domain"], dash["range"], strict=True) if dashes == [1, 0]] == ["rules"]
    assert [layer["mark"].get("fontWeight") for layer in layers if layer["mark"]["type"] == "text"] == [400, 600]


def test_a_strategy_whose_cost_is_unknown_is_named_and_not_drawn() -> None:
    rows = strategies()
    rows[1] |= {"usd_per_1k_prompts": nan}
    rows[2] |= {"usd_high": inf}
    chart = routing(rows, [], across="cost")
    json.dumps(chart.to_dict(), allow_nan=False)
    assert "Not drawn, cost or quality unknown: cheapest." in subtitle(chart)
    assert "cheapest" not in [row["strategy"] for row in table(chart)]
    assert "best single" in [row["strategy"] for row in table(chart)]


def test_where_nothing_is_known_that_is_said() -> None:
    assert "No strategy has both a known cost and a known quality." in texts(drawn(CHARTS["nowhere"]()))


def test_two_of_the_notes_are_shown_and_simulated_models_are_said() -> None:
    assert "One. Two." in subtitle(CHARTS["cost"]())
    assert "Three." not in subtitle(CHARTS["cost"]())
    assert "Simulated models." in subtitle(CHARTS["nothing"]())


class TestGap:
    """`gap`."""

    def test_random_is_the_straight_line_between_the_models(self) -> None:
        rows = table(CHARTS["gap"]())
        assert [row["random"] for row in rows] == pytest.approx([0.6, 0.7, 0.8])
        assert [row["strong_share"] for row in rows] == [0, 0.5, 1]

    def test_both_ends_and_the_random_line_are_named(self) -> None:
        assert {"only small", "only large", "random"} <= set(texts(drawn(CHARTS["gap"]())))

    def test_it_is_said_in_words(self) -> None:
        assert CHARTS["gap"]().description.splitlines() == [
            "only small: quality 0.600",
            "50% to large: quality 0.750 (0.700 to 0.800), at random 0.700",
            "only large: quality 0.800",
        ]
