"""What the trade-off chart places, joins, labels, and leaves out with a reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from statistics import fmean, median
from typing import Any

import pandas as pd
import pytest
from tests.support.drawing import TWELVE, drawn, fan_out, subtitle, table, texts
from tests.support.showcase import MODELS, NOW, showcase

from routebook.comparison import Comparison
from routebook.errors import JudgmentError, ModelError, OptionError
from routebook.judging.figures.intervals import mean_interval
from routebook.pricing import PriceBook
from routebook.votes import Vote, Winner


def by_model(chart: Any) -> dict[str, Mapping[str, Any]]:
    return {row["model"]: row for row in table(chart)}


def voted(run: Comparison, *ballots: tuple[int, int, Winner, str]) -> Comparison:
    """Return the run with votes on pairs of its models, each on its first prompt, one after the other."""
    votes = [
        Vote(
            run_id=run.run.id,
            prompt_id=run.prompts[0].id,
            kind="pair",
            model_a=run.models[a],
            model_b=run.models[b],
            winner=winner,
            by=by,
            at=NOW + timedelta(minutes=number),
        )
        for number, (a, b, winner, by) in enumerate(ballots)
    ]
    return Comparison(run.run, run.prompts, run.calls, prices=run._book, file_votes=votes)


def test_a_model_is_placed_at_its_mean_cost_and_its_median_latency() -> None:
    run = fan_out(TWELVE[:3], 30)
    found = by_model(run.charts.tradeoff())

    for model in run.models:
        own = [(call, price) for call, price in zip(run.calls, run.prices, strict=True) if str(call.model) == model]
        assert found[model]["usd_per_1k_calls"] == pytest.approx(1000 * fmean(float(p.usd) for _, p in own if p))
        times = [call.latency_s for call, _ in own if call.status == "ok" and call.latency_s is not None]
        assert found[model]["latency_p50_s"] == pytest.approx(median(times))
        assert found[model]["calls"] == 30


def test_the_front_is_of_those_that_no_other_beats_on_both() -> None:
    assert {model: row["on_front"] for model, row in by_model(showcase().charts.tradeoff()).items()} == {
        MODELS[0]: False,  # $2.60, 2.4 s: beaten by $1.20, 1.8 s
        MODELS[1]: True,
        MODELS[2]: True,  # the cheapest
    }


def test_the_front_is_joined_by_a_line_in_steps() -> None:
    spec = showcase().charts.tradeoff().to_dict()
    (line,) = [layer for layer in spec["layer"] if layer["mark"]["type"] == "line"]

    assert line["mark"]["interpolate"] == "step-after"
    costs = [row["usd_per_1k_calls"] for row in spec["datasets"][line["data"]["name"]]]
    assert costs == pytest.approx([0.176, 1.2])


def test_a_model_of_unknown_price_is_named_and_not_drawn() -> None:
    chart = showcase().charts.tradeoff()

    assert MODELS[3] not in by_model(chart)
    assert f"Not drawn, cost unknown, no answer to time: {MODELS[3]}." in subtitle(chart)
    assert not any("my-llama" in text and "Not drawn" not in text for text in texts(drawn(chart)))


def test_where_no_model_has_a_place_that_is_said() -> None:
    run = showcase()
    chart = Comparison(run.run, run.prompts, run.calls, prices=PriceBook()).charts.tradeoff(quality={})

    assert table(chart) == []
    assert "No model has both a known price and a known quality." in texts(drawn(chart))


def test_a_model_is_called_by_its_name_and_with_its_host_where_two_share_it() -> None:
    run = fan_out(["openai/gpt-5", "azure/gpt-5", "ollama/qwen3"], 2)

    assert {"openai/gpt-5", "azure/gpt-5", "qwen3"} <= set(texts(drawn(run.charts.tradeoff())))


def test_models_far_apart_are_on_a_logarithmic_axis_and_free_ones_are_not() -> None:
    run = fan_out(TWELVE, 2)
    chart = run.charts.tradeoff()
    assert "US dollars per 1,000 calls (logarithmic)" in texts(drawn(chart))

    book = PriceBook()
    for number, model in enumerate(run.models):
        book.set_price(model, input=number, output=9 * number**2)
    chart = Comparison(run.run, run.prompts, run.calls, prices=book).charts.tradeoff()
    assert by_model(chart)[TWELVE[0]]["usd_per_1k_calls"] == 0
    assert "US dollars per 1,000 calls" in texts(drawn(chart))


# ---- quality --------------------------------------------------------------------------------------------------------


def test_quality_is_taken_from_a_mapping_of_any_of_the_models_names() -> None:
    chart = showcase().charts.tradeoff(quality={"gpt-6.1-terra": 0.9, MODELS[1]: 0.7})

    assert {model: row["quality"] for model, row in by_model(chart).items()} == {MODELS[0]: 0.9, MODELS[1]: 0.7}
    assert f"Not drawn, quality unknown: {MODELS[2]}." in subtitle(chart)
    assert chart.title["text"] == "What a model costs, against how good its answers are"


def test_quality_is_taken_from_a_series_as_a_group_by_gives_it() -> None:
    run = showcase()
    frame = run.frame.assign(right=[True, False, True, False])
    chart = run.charts.tradeoff(quality=frame.groupby("model")["right"].mean())

    assert by_model(chart)[MODELS[0]]["quality"] == 1
    assert by_model(chart)[MODELS[1]]["quality"] == 0


def test_quality_is_taken_from_a_table_with_its_intervals() -> None:
    given = pd.DataFrame({"model": MODELS[:2], "quality": [0.9, 0.7], "low": [0.8, None], "high": [0.95, None]})
    chart = showcase().charts.tradeoff(quality=given)

    assert by_model(chart)[MODELS[0]]["low"] == 0.8
    assert pd.isna(by_model(chart)[MODELS[1]]["low"])
    assert "Upright lines: the interval given." in subtitle(chart)
    assert "quality 0.90 (0.80 to 0.95)" in chart.description


def test_of_two_models_of_a_quality_the_cheaper_is_on_the_front() -> None:
    found = by_model(showcase().charts.tradeoff(quality=dict.fromkeys(MODELS[:3], 0.5)))

    assert [model for model, row in found.items() if row["on_front"]] == [MODELS[2]]


def test_latency_can_be_set_against_quality() -> None:
    found = by_model(showcase().charts.tradeoff("latency", quality={MODELS[0]: 0.9, MODELS[1]: 0.7, MODELS[2]: 0.8}))

    assert {model for model, row in found.items() if row["on_front"]} == {MODELS[0], MODELS[1]}


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"x": "price"}, "x is cost or latency, not 'price'"),
        ({"y": "speed"}, "y is latency or quality, not 'speed'"),
        ({"x": "latency"}, "x and y are both latency"),
        ({"y": "latency", "quality": {MODELS[0]: 1}}, "neither axis shows it"),
        ({"quality": {MODELS[0]: 90}}, "a number from 0 to 1, not 90"),
        ({"quality": {MODELS[0]: "good"}}, "a number from 0 to 1, not 'good'"),
        ({"quality": 0.9}, "not float"),
        ({"quality": pd.DataFrame({"model": MODELS})}, "the columns 'model' and 'quality'"),
        ({"quality": [{"model": MODELS[0], "quality": 1}] * 2}, f"has {MODELS[0]} twice"),
        ({"quality": [{"model": MODELS[0], "quality": 0.5, "low": 0.6, "high": 0.7}]}, "does not hold its quality"),
    ],
)
def test_what_cannot_be_drawn_is_refused_in_a_line(arguments: dict[str, Any], says: str) -> None:
    with pytest.raises(OptionError, match=says):
        showcase().charts.tradeoff(**arguments)


def test_a_name_nobody_goes_by_is_refused_and_so_is_quality_where_nothing_was_judged() -> None:
    with pytest.raises(JudgmentError, match="no scores yet: check, judge or vote"):
        showcase().charts.tradeoff(quality="good")
    with pytest.raises(JudgmentError, match="no scores yet: check, judge or vote"):
        showcase().charts.tradeoff(y="quality")


def test_the_quality_of_another_runs_model_is_refused() -> None:
    with pytest.raises(ModelError, match="has no model 'sim/large'"):
        showcase().charts.tradeoff(quality={"sim/large": 0.9})


# ---- votes ----------------------------------------------------------------------------------------------------------


def test_votes_give_the_share_of_pairs_won_with_ties_as_half() -> None:
    ballots: list[tuple[int, int, Winner, str]] = [
        (0, 1, "a", "ada"),
        (2, 0, "b", "ada"),
        (1, 2, "tie", "ada"),
        (0, 1, "both_bad", "bob"),
    ]
    chart = voted(showcase(), *ballots).charts.tradeoff(y="quality")
    found = by_model(chart)

    for model, won in ((MODELS[0], [1, 1, 0.5]), (MODELS[1], [0, 0.5, 0.5]), (MODELS[2], [0, 0.5])):
        assert found[model]["quality"] == pytest.approx(fmean(won))
        assert found[model]["judged"] == len(won)
        assert (found[model]["low"], found[model]["high"]) == pytest.approx(mean_interval(won))
    assert "gpt-6.1-terra (n=3)" in texts(drawn(chart))
    assert "95 % interval of the share of pairs won, ties as half" in subtitle(chart)
    assert "share of pairs won, by people" in texts(drawn(chart))


def test_only_the_later_of_two_votes_of_a_person_counts() -> None:
    chart = voted(showcase(), (0, 1, "a", "ada"), (0, 1, "b", "ada")).charts.tradeoff(y="quality")

    assert {model: (row["quality"], row["judged"]) for model, row in by_model(chart).items()} == {
        MODELS[0]: (0, 1),
        MODELS[1]: (1, 1),
    }


def test_ratings_are_scores_of_answers() -> None:
    run = showcase()
    rating = Vote(run_id=run.run.id, prompt_id=run.prompts[0].id, kind="rating", model=MODELS[0], rating=5, by="ada")
    rated = Comparison(run.run, run.prompts, run.calls, file_votes=[rating])

    chart = rated.charts.tradeoff(y="quality")
    assert [(row["model"], row["quality"], row["judged"]) for row in table(chart)] == [(MODELS[0], 1.0, 1)]
    assert "quality from 0 to 1, by people" in texts(drawn(chart))


# ---- labels ---------------------------------------------------------------------------------------------------------


def test_a_sum_of_some_calls_says_of_how_many() -> None:
    run = fan_out(TWELVE[:2], 3)
    some = [replace(call, usage=type(call.usage)()) if number == 0 else call for number, call in enumerate(run.calls)]
    chart = Comparison(run.run, run.prompts, some, prices=run._book).charts.tradeoff()

    assert "model-0, 2 of 3 priced" in texts(drawn(chart))
