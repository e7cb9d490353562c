"""What is wrong with a table is said by row and column, all of it at once, and bounded."""

from __future__ import annotations

import gzip
import math
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routebook.errors import OutcomesError
from routebook.outcomes import Outcomes


def table(**columns: Any) -> pd.DataFrame:
    """Return a wide table of four prompts and two models."""
    rows = {"prompt": ["p", "q", "r", "s"], "kind": "x", "gpt-4": [1, 0, 1, 0], "mixtral": [0, 0, 1, 1]}
    return pd.DataFrame(rows | columns)


def fault(df: object, **options: Any) -> str:
    """Return what reading says, with both models' columns unless others are given."""
    with pytest.raises(OutcomesError) as caught:
        Outcomes.from_frame(df, **({"models": ["gpt-4", "mixtral"]} | options))  # type: ignore[arg-type]
    text = str(caught.value)
    assert "\n" not in text
    assert len(text) < 2_000
    return text


def test_a_number_out_of_range_is_named_and_those_like_it_counted() -> None:
    assert fault(table(**{"gpt-4": [1, 1.7, 2, 0], "mixtral": [0, -1, 0, 1]})) == (
        "A DataFrame cannot be read as outcomes: row 1, column 'gpt-4': 1.7 is not from 0 to 1 (and 2 more like it). "
        "Is it another scale? Say so: scale=(worst, best), such as (1, 5)."
    )


def test_rows_are_called_as_in_the_index() -> None:
    df = table(**{"gpt-4": [1, 1.7, 0, 0]}).set_index(pd.Index(["k", "l", "m", "n"]))
    assert "row 'l', column 'gpt-4': 1.7" in fault(df)


def test_every_kind_of_mistake_is_said_at_once() -> None:
    df = table(prompt=["p", " ", 5, None], **{"gpt-4": ["good", "bad", 1, 0], "mixtral": [math.inf, 0, 3, 0]})
    df["usd"] = [0, -1, -2, 0]
    text = fault(df, cost={"gpt-4": "usd", "mixtrl": 1}, tag="kin", hosts={"gpt4": "openai"})
    for part in (
        "row 2, column 'prompt': 5 is no text",
        "row 1, column 'prompt' is empty (and 1 more like it)",
        "there is no column 'kin' for tags; did you mean 'kind'?",
        "row 0, column 'gpt-4': 'good' is not a number (and 1 more like it)",
        "row 0, column 'mixtral': inf is not finite",
        "row 2, column 'mixtral': 3 is not from 0 to 1",
        "hosts names 'gpt4', which is no model here; did you mean 'gpt-4'?",
        "and 1 more kind of mistake",
    ):
        assert part in text


def test_negative_costs_and_times_are_named() -> None:
    df = table(usd=[0, -1, -2, 0], s=[0, 1, 1, -0.5])
    text = fault(df, cost="usd", latency="s")
    assert "row 1, column 'usd': -1 is below 0 (and 2 more like it)" in text


def test_costs_of_a_model_that_is_none_are_named_with_the_nearest() -> None:
    assert "cost is given for 'mixtrl', which is no model here; did you mean 'mixtral'?" in fault(
        table(), cost={"mixtrl": 1}
    )
    assert "cost is a column or a number, 0 or more, not the number -1" in fault(table(), cost=-1)


def test_columns_that_are_missing_are_named_with_the_nearest_or_with_all() -> None:
    text = fault(table(), prompt="promt", models=["gpt4", "zzz"])
    assert "there is no column 'promt' for the prompts; did you mean 'prompt'?" in text
    assert "there is no column 'gpt4' for a model's qualities; did you mean 'gpt-4'?" in text
    assert "there is no column 'zzz' for a model's qualities (it has 'prompt', 'kind', 'gpt-4', 'mixtral')" in text


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"models": ["gpt-4", "gpt-4"]}, "two columns are of the model 'gpt-4'"),
        ({"models": {"gpt-4": "m", "mixtral": "m"}}, "two columns are of the model 'm'"),
        ({"models": []}, "models is empty: name the columns"),
        ({"models": None}, "or of a wide table the columns of qualities, such as models=['gpt-4', 'mixtral']"),
        ({"models": None, "model": "kind"}, "there is no column 'quality' for the qualities"),
        ({"scale": (5, 1)}, "scale takes the worst and the best quality"),
        ({"scale": 5}, "scale takes the worst and the best quality"),
        ({"metadata": ["split"]}, "there is no column 'split' for metadata"),
    ],
)  # fmt: skip
def test_a_table_that_is_not_as_said_is_refused(options: dict[str, Any], message: str) -> None:
    assert message in fault(table(), **options)


def test_a_table_without_rows_or_without_any_quality_is_refused() -> None:
    assert fault(table().head(0)) == "A DataFrame cannot be read as outcomes: there are no rows."
    assert "no quality is known" in fault(table(**{"gpt-4": None, "mixtral": None}))


def test_a_file_is_called_by_its_name(tmp_path: Path) -> None:
    table().to_csv(tmp_path / "mine.csv")
    assert fault(tmp_path / "mine.csv", tag="knd") == (
        "mine.csv cannot be read as outcomes: there is no column 'knd' for tags; did you mean 'kind'?"
    )


def test_two_columns_of_one_name_are_refused() -> None:
    df = pd.concat([table(), table()[["gpt-4"]]], axis=1)
    assert fault(df) == "Two columns of the table are called 'gpt-4': rename one."


def test_rows_of_one_prompt_that_say_different_things_of_it_are_named() -> None:
    df = table(no=[1, 2, 1, 1], split=["train", "train", "test", "train"])
    text = fault(df, id="no", metadata="split")
    assert "row 2, column 'prompt' differs from that of the same prompt in row 0 (and 1 more like it)" in text
    assert "row 2, column 'split' differs from that of the same prompt in row 0" in text


def test_a_long_table_names_rows_without_a_model_and_hosts_that_differ() -> None:
    df = pd.DataFrame({"prompt": "p", "model": ["a", None, "a"], "quality": 1, "host": ["x", "y", "z"]})
    text = fault(df, models=None)
    assert "row 1, column 'model' is empty" in text
    assert "row 2, column 'host': 'z' differs from that of the same model in row 0" in text


def test_a_long_value_is_shortened() -> None:
    assert "…" not in (text := fault(table(**{"gpt-4": ["x" * 10_000, 0, 0, 0]})))
    assert "xxx... is not a number" in text


CELLS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5), st.lists(st.integers(), max_size=2),
    st.dictionaries(st.text(max_size=2), st.integers(), max_size=1), st.decimals(allow_nan=False), st.complex_numbers(),
)  # fmt: skip


@settings(deadline=None)
@given(
    prompts=st.lists(CELLS, min_size=1, max_size=5),
    cells=st.lists(CELLS, min_size=5, max_size=5),
    tags=st.lists(CELLS, min_size=5, max_size=5),
)
def test_any_cells_give_outcomes_from_0_to_1_or_one_kind_line(
    prompts: list[object], cells: list[object], tags: list[object]
) -> None:
    rows = len(prompts)
    df = pd.DataFrame(
        {
            "prompt": pd.Series(prompts, dtype="object"),
            "m": pd.Series(cells[:rows], dtype="object"),
            "t": pd.Series(tags[:rows], dtype="object"),
        }
    )
    try:
        made = Outcomes.from_frame(df, models=["m"], tag="t")
    except OutcomesError:
        assert "\n" not in fault(df, models=["m"], tag="t")
        return
    assert len(made) == rows
    assert made.frame["quality"].dropna().between(0, 1).all()
    assert all(isinstance(tag, str) and tag for tag in made.tags)


def test_a_table_of_very_many_columns_is_read(tmp_path: Path) -> None:
    path = tmp_path / "wide.csv"
    path.write_text(f"prompt,{','.join(f'c{number}' for number in range(50_000))}\np{',1' * 50_000}\n")
    assert Outcomes.from_frame(path, models=["c1", "c2"]).models == ("c1", "c2")


def test_a_file_that_is_packed_too_densely_is_refused_before_it_fills_the_memory(tmp_path: Path) -> None:
    path = tmp_path / "bomb.jsonl.gz"
    path.write_bytes(gzip.compress(b" " * 10_000_000) * 101)
    assert fault(path) == "'bomb.jsonl.gz' unpacks to more than 1,000,000,000 bytes: that is no table."
