"""What the token chart draws are means over the calls whose host counted, and it says of how many."""

from __future__ import annotations

import pytest
from tests.support.drawing import TWELVE, drawn, fan_out, subtitle, table, texts
from tests.support.showcase import MODELS, showcase

from routebook.charts.token_chart import parts_of
from routebook.providers.contract import Usage


def test_the_means_and_totals_are_those_of_the_calls() -> None:
    run = fan_out(TWELVE[:2], 20)
    found = {(row["model"], row["part"]): row for row in table(run.charts.tokens())}

    for column, model in enumerate(run.models):
        inputs = [90 + number % 9 for number in range(20)]  # 100 and more, 10 of them from the cache
        assert found[model, "input"]["tokens"] == sum(inputs)
        assert found[model, "input"]["tokens_per_call"] == pytest.approx(sum(inputs) / 20)
        assert found[model, "read from prompt cache"]["tokens_per_call"] == 10
        assert found[model, "reasoning"]["tokens_per_call"] == 50
        assert found[model, "output"]["tokens_per_call"] == 150 + column
        assert found[model, "output"]["calls"] == 20


def test_input_and_output_are_written_beside_each_bar() -> None:
    found = set(texts(drawn(showcase().charts.tokens())))

    assert {*MODELS, "120 in, 295 out", "120 in, 216 out", "tokens unknown", "tokens in a call, mean"} <= found


def test_calls_whose_tokens_are_unknown_are_told_and_not_counted() -> None:
    chart = showcase().charts.tokens()

    assert subtitle(chart).startswith("Over 4 calls, 3 of them with tokens counted by the host.")
    assert MODELS[3] not in {row["model"] for row in table(chart)}


@pytest.mark.parametrize(
    ("usage", "parts"),
    [
        (Usage(100, 20, 30, 50, 10), (50, 20, 30, 10, 40)),
        (Usage(100, None, None, 50, None), (100, 0, 0, 0, 50)),
        (Usage(0, 0, 0, 0, 0), (0, 0, 0, 0, 0)),
        (Usage(100, 150, 0, 50, 10), (100, 0, 0, 10, 40)),
        (Usage(100, 0, 0, 50, 60), (100, 0, 0, 0, 50)),
    ],
    ids=["all told", "nothing told apart", "nothing at all", "cached beside the input", "reasoning beside the output"],
)
def test_the_parts_of_a_call_sum_to_its_input_and_output(usage: Usage, parts: tuple[int, ...]) -> None:
    found = parts_of(usage)

    assert found is not None
    assert tuple(found.values()) == parts
    assert sum(parts) == (usage.input_tokens or 0) + (usage.output_tokens or 0)


@pytest.mark.parametrize("usage", [Usage(), Usage(input_tokens=5), Usage(output_tokens=5)])
def test_half_a_count_is_no_count(usage: Usage) -> None:
    assert parts_of(usage) is None
