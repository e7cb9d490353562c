"""What the cost chart draws is what the calls cost, and what it does not know it says."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

import pytest
from tests.support.drawing import drawn, fan_out, rows, subtitle, table, texts
from tests.support.examples import call_of
from tests.support.showcase import ASK, MODELS, prices, showcase

from routebook.calls import Attempt, Failure
from routebook.comparison import Comparison
from routebook.models import ModelId
from routebook.pricing import PriceBook
from routebook.providers.contract import Usage

MILLION = 1_000_000


def test_each_part_is_its_tokens_at_their_rate() -> None:
    run = fan_out(["host0/model-0", "host1/model-1"], 30)
    expected: dict[tuple[str, str], float] = defaultdict(float)
    for call in run.calls:
        column = int(call.model.model[-1])
        used = call.usage
        assert None not in (used.input_tokens, used.cached_tokens, used.output_tokens, used.reasoning_tokens)
        expected[str(call.model), "input"] += (used.input_tokens - used.cached_tokens) * (1 + column) / MILLION  # type: ignore[operator]
        expected[str(call.model), "read from prompt cache"] += used.cached_tokens * (1 + column) / MILLION  # type: ignore[operator]
        expected[str(call.model), "reasoning"] += used.reasoning_tokens * 4 * (1 + column) ** 2 / MILLION  # type: ignore[operator]
        expected[str(call.model), "output"] += (
            (used.output_tokens - used.reasoning_tokens) * 4 * (1 + column) ** 2 / MILLION  # type: ignore[operator]
        )

    found = {(row["model"], row["part"]): row["cost_usd"] for row in table(run.charts.cost())}

    assert found == pytest.approx(dict(expected))


def test_the_shares_of_a_model_are_of_its_own_cost() -> None:
    shares: dict[str, float] = defaultdict(float)
    for row in table(showcase().charts.cost()):
        shares[row["model"]] += row["share"]

    assert shares == pytest.approx(dict.fromkeys(MODELS[:3], 1.0), abs=0.001)


def test_every_model_and_its_cost_are_written_beside_its_bar() -> None:
    found = texts(drawn(showcase().charts.cost()))

    assert {*MODELS, "$0.0026", "$0.0012", "$0.0002", "cost unknown", "US dollars, all calls of the run"} <= set(found)


def test_a_model_of_unknown_price_has_no_bar() -> None:
    assert MODELS[3] not in {row["model"] for row in table(showcase().charts.cost())}


def test_a_sum_says_of_how_many_calls_it_is() -> None:
    run = showcase()
    other = call_of(run.run, prompt_id=ASK.id, model=ModelId.parse(MODELS[0]), repeat=1, usage=Usage())
    chart = Comparison(run.run, run.prompts, [*run.calls, other], prices=prices()).charts.cost()

    assert "openai/gpt-6.1-terra: $0.0026, 1 of 2 priced" in chart.description.splitlines()
    assert subtitle(chart).startswith("Over 5 calls, 3 with a known price.")


def test_a_model_that_is_free_costs_nothing_and_is_not_unknown() -> None:
    book = PriceBook()
    book.set_price(MODELS[0], input=0, output=0)
    run = showcase(models=MODELS[:1])
    chart = Comparison(run.run, run.prompts, run.calls, prices=book).charts.cost()

    assert chart.description == f"{MODELS[0]}: $0"
    assert table(chart) == []


def test_an_answer_from_the_cache_is_drawn_at_its_price_and_says_so() -> None:
    chart = showcase().charts.cost()

    assert sum(row["cost_usd"] for row in table(chart) if row["model"] == MODELS[1]) == pytest.approx(0.0012)
    assert "1 of 4 calls from the cache or a recording: at the price of when asked, though nothing" in subtitle(chart)


def test_a_cost_reported_as_a_sum_is_drawn_as_one() -> None:
    chart = showcase(each={"reported_cost_usd": Decimal("0.25")}).charts.cost()

    assert {row["part"] for row in table(chart)} == {"not itemised"}
    assert {row["cost_usd"] for row in table(chart)} == {0.25}


def test_failed_attempts_of_unknown_cost_are_told() -> None:
    again = (Attempt(Failure("timeout", "Too slow."), 3.0, 0.5),)

    perhaps, surely = (showcase(each={"attempts": tries}).charts.cost() for tries in (again, ()))
    assert "had failed attempts before, which may cost more" in subtitle(perhaps)
    assert "failed attempts" not in subtitle(surely)


def test_the_legend_has_only_the_parts_that_are_there() -> None:
    legend = showcase().charts.cost().to_dict()["layer"][1]["encoding"]["opacity"]["scale"]["domain"]

    assert legend == ["input", "reasoning", "output"]
    assert {row["part"] for row in rows(showcase().charts.cost()) if "part" in row} == set(legend)
