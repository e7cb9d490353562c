"""`Outcomes.from_frame`: wide and long tables of anyone's, from memory and from files."""

from __future__ import annotations

import gzip
import json
import math
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from routebook.errors import OutcomesError
from routebook.outcomes import Outcomes
from routebook.prompts import Prompt

MIXTRAL, GPT = "mistralai/Mixtral-8x7B-Instruct-v0.1", "gpt-4-1106-preview"


def wide(**columns: Any) -> pd.DataFrame:
    """Return a wide table of three prompts and two models, the last prompt with the text of the first."""
    table = {
        "prompt": ["2 + 2?", "A prime?", "2 + 2?"],
        "kind": ["sum", "fact", None],
        "a": [1, 0, 0.5],
        "b": [1, 1, 0],
    }
    return pd.DataFrame(table | columns)


def long(**columns: Any) -> pd.DataFrame:
    """Return a long table of two prompts and two models, one of them asked the first prompt twice."""
    table = {
        "prompt": ["2 + 2?", "2 + 2?", "2 + 2?", "A prime?", "A prime?"],
        "model": ["a", "b", "a", "a", "b"],
        "quality": [1.0, 0.0, 0.5, 0.0, 1.0],
    }
    return pd.DataFrame(table | columns)


def row(outcomes: Outcomes, model: str, place: int = 0) -> dict[str, Any]:
    """Return a model's row of a prompt, by the prompt's place."""
    frame = outcomes.frame
    found = frame[(frame["model"] == model) & (frame["prompt_id"] == outcomes.prompts.index[place])]
    assert len(found) == 1
    return dict(found.iloc[0])


class TestWide:
    """A column of qualities for each model."""

    def test_each_row_is_a_prompt_of_its_own_also_where_texts_repeat(self) -> None:
        outcomes = Outcomes.from_frame(wide(), tag="kind", models=["a", "b"])
        first = Prompt.of("2 + 2?").id
        assert list(outcomes.prompts.index) == [first, Prompt.of("A prime?").id, f"{first}-2"]
        assert outcomes.wide().to_numpy().tolist() == [[1, 1], [0, 1], [0.5, 0]]
        assert list(outcomes.prompts["tags"]) == [("sum",), ("fact",), ()]
        assert (len(outcomes), outcomes.models, outcomes.tags) == (6, ("a", "b"), ("sum", "fact"))
        assert outcomes.notes == ("1 prompt with the text of an earlier one; each counts.", "1 prompt without a tag.")

    def test_columns_may_be_called_otherwise_than_the_models(self) -> None:
        outcomes = Outcomes.from_frame(wide(), models={"b": GPT, "a": MIXTRAL})
        assert outcomes.models == (GPT, MIXTRAL)
        assert outcomes.wide()[MIXTRAL].tolist() == [1, 0, 0.5]

    @pytest.mark.parametrize(
        "cells",
        [
            [True, False, None],
            ["true", "False", ""],
            ["1", "0", "NaN"],
            [Decimal(1), Decimal(0), pd.NA],
            pd.array([1, 0, None], dtype="Int64"),
            pd.array([True, False, None], dtype="boolean"),
        ],
    )
    def test_yes_and_no_are_1_and_0_and_an_empty_cell_is_unknown(self, cells: Any) -> None:
        outcomes = Outcomes.from_frame(wide(a=cells), models=["a", "b"])
        assert outcomes.wide()["a"].fillna(-1).tolist() == [1, 0, -1]
        assert "Quality is known of 5 of 6 rows." in outcomes.notes

    def test_another_scale_becomes_0_to_1(self) -> None:
        outcomes = Outcomes.from_frame(wide(a=[1, 3, 5], b=[2, 2, 2]), models=["a", "b"], scale=(1, 5))
        assert outcomes.wide().to_numpy().tolist() == [[0, 0.25], [0.5, 0.25], [1, 0.25]]
        assert "Qualities were from 1 to 5 in the table." in outcomes.notes

    def test_rows_of_one_id_are_repeats_of_one_prompt(self) -> None:
        outcomes = Outcomes.from_frame(wide(no=[7, 8, 7]), models=["a", "b"], id="no")
        assert list(outcomes.prompts.index) == ["7", "8"]
        first = row(outcomes, "a")
        assert (first["quality"], first["n"]) == (0.75, 2)

    def test_a_model_that_was_never_judged_is_noted(self) -> None:
        outcomes = Outcomes.from_frame(wide(a=[None] * 3), models=["a", "b"])
        assert "No answer of a was judged." in outcomes.notes
        assert outcomes.summary()["n"].tolist() == [0, 3]
        assert outcomes.summary()[["quality", "low", "high"]].iloc[0].isna().all()


class TestLong:
    """A row for each prompt and model."""

    def test_rows_of_one_prompt_and_model_are_folded_with_their_spread(self) -> None:
        outcomes = Outcomes.from_frame(long())
        folded = row(outcomes, "a")
        assert (folded["quality"], folded["n"]) == (0.75, 2)
        assert folded["quality_sd"] == pytest.approx(np.std([1, 0.5], ddof=1))
        assert math.isnan(row(outcomes, "b")["quality_sd"])
        assert outcomes.frame[["model", "n"]].values.tolist() == [["a", 2], ["b", 1], ["a", 1], ["b", 1]]
        assert len(outcomes.prompts) == 2

    def test_costs_and_times_are_taken_by_their_names_or_by_the_users(self) -> None:
        named = long(cost_usd=[1, 2, 3, 4, 5], latency_s=[1.0, 2, 3, 4, None])
        outcomes = Outcomes.from_frame(named)
        assert row(outcomes, "a")["cost_usd"] == 2
        assert row(outcomes, "a")["cost_usd_sd"] == pytest.approx(math.sqrt(2))
        assert row(outcomes, "b")["latency_s"] == 2
        assert math.isnan(row(outcomes, "b", 1)["latency_s"])
        renamed = named.rename(columns={"cost_usd": "usd", "latency_s": "seconds"})
        assert Outcomes.from_frame(renamed, cost="usd", latency="seconds").frame.equals(outcomes.frame)
        assert Outcomes.from_frame(renamed).frame["cost_usd"].isna().all()

    def test_the_tags_of_a_prompt_are_those_of_all_its_rows(self) -> None:
        tags = [["x"], ["y", "x"], [], ["z"], None]
        assert list(Outcomes.from_frame(long(tags=tags)).prompts["tags"]) == [("x", "y"), ("z",)]

    def test_tags_may_stand_in_several_columns_and_lists_may_be_written_as_text(self) -> None:
        outcomes = Outcomes.from_frame(long(one="['x', 'y']", two=[1, 1, 1, 2, 2]), tag=["one", "two"])
        assert list(outcomes.prompts["tags"]) == [("x", "y", "1"), ("x", "y", "2")]

    @pytest.mark.parametrize("text", ["[draft]", "(a", "['x'", "[" * 200 + "]" * 200, "[__import__('os')]", "[1 + 1]"])
    def test_a_tag_that_only_looks_like_a_list_is_a_tag(self, text: str) -> None:
        assert Outcomes.from_frame(long(tags=text)).tags == (text,)

    def test_ids_tell_prompts_of_one_text_apart(self) -> None:
        table = long(prompt="Same.", question=["007", "007", "007", "8", "8"])
        assert list(Outcomes.from_frame(table, id="question").prompts.index) == ["007", "8"]

    def test_host_and_vendor_are_taken_where_the_table_has_them(self) -> None:
        table = long(host=["acme", None, "acme", "acme", None], vendor=["me", "you", "me", "me", "you"])
        summary = Outcomes.from_frame(table).summary()
        assert summary[["host", "vendor"]].values.tolist() == [["acme", "me"], ["", "you"]]


class TestNames:
    """Models keep their spelling; a host is only what is known to be one."""

    @pytest.mark.parametrize(
        ("name", "hosts", "host", "vendor"),
        [
            (GPT, None, "", "openai"),
            (MIXTRAL, None, "", "mistral"),
            ("openai/gpt-6.1-terra", None, "openai", "openai"),
            ("bedrock/us.anthropic.claude-haiku-5-5-v1:0", None, "bedrock", "anthropic"),
            ("openrouter/meta-llama/llama-4", None, "openrouter", "meta"),
            ("my-finetune", None, "", "unknown"),
            (MIXTRAL, "together", "together", "mistral"),
            ("acme/claude-x", {"acme/claude-x": "acme"}, "acme", "anthropic"),
        ],
    )
    def test_host_and_vendor(self, name: str, hosts: Any, host: str, vendor: str) -> None:
        summary = Outcomes.from_frame(long(model=name), hosts=hosts).summary()
        assert summary[["model", "host", "vendor"]].values.tolist() == [[name, host, vendor]]

    def test_simulated_models_are_said_to_be(self) -> None:
        outcomes = Outcomes.from_frame(wide(), models={"a": "sim/small", "b": "gpt-4"})
        assert outcomes.simulated == ("sim/small",)
        assert "1 simulated" in repr(outcomes)
        assert "sim/small (simulated)" in str(outcomes)


class TestCosts:
    """What a prompt costs is given, or worked out of prices and tokens, and never invented."""

    PRICES = {"a": {"input_usd_per_mtok": 1, "output_usd_per_mtok": 2.5}, "b": {"input_usd_per_mtok": 10.0}}  # noqa: RUF012

    def test_a_column_or_a_number_for_each_model(self) -> None:
        outcomes = Outcomes.from_frame(wide(usd=[0.1, 0.2, 0.3]), models=["a", "b"], cost={"a": "usd", "b": 0.5})
        assert outcomes.wide("cost_usd").to_numpy().tolist() == [[0.1, 0.5], [0.2, 0.5], [0.3, 0.5]]
        assert "cost is taken to be 0.5 for every answer of b; it was not measured." in outcomes.notes
        assert outcomes.summary()["usd_per_1k_prompts"].tolist() == pytest.approx([200, 500])

    def test_prices_alone_leave_costs_unknown_and_say_so(self) -> None:
        outcomes = Outcomes.from_frame(wide(), models=["a", "b"], prices=self.PRICES)
        assert outcomes.wide("cost_usd").isna().all(axis=None)
        assert any("no input_tokens and output_tokens" in note for note in outcomes.notes)
        assert outcomes.prices.fillna(-1).values.tolist() == [[1, 2.5], [10, -1]]

    def test_prices_and_tokens_make_costs(self) -> None:
        table = long(tokens_in=[1000, 1000, 2000, 0, 0], tokens_out=[100, 100, 100, 0, None])
        outcomes = Outcomes.from_frame(table, prices=self.PRICES, input_tokens="tokens_in", output_tokens="tokens_out")
        assert row(outcomes, "a")["cost_usd"] == pytest.approx((1000 + 2000) / 2 / 1e6 + 100 * 2.5 / 1e6)
        assert row(outcomes, "a", 1)["cost_usd"] == 0
        assert math.isnan(row(outcomes, "b")["cost_usd"])
        assert outcomes.source.prices == "worked out from the given prices and tokens"

    def test_an_assumed_number_of_tokens_is_noted(self) -> None:
        outcomes = Outcomes.from_frame(
            wide(t=[1_000_000, 0, 0]), models=["a", "b"], prices=self.PRICES, input_tokens="t", output_tokens={"a": 200}
        )
        assert outcomes.wide("cost_usd")["a"].tolist() == pytest.approx([1.0005, 0.0005, 0.0005])
        assert outcomes.wide("cost_usd")["b"].isna().all()
        assert "output_tokens is taken to be 200 for every answer of a; it was not measured." in outcomes.notes

    def test_prices_may_be_a_file_or_the_table_that_outcomes_give(self, tmp_path: Path) -> None:
        path = tmp_path / "prices.json"
        path.write_text(json.dumps(self.PRICES), encoding="utf-8")
        read = Outcomes.from_frame(wide(), models=["a", "b"], prices=path)
        assert Outcomes.from_frame(wide(), models=["a", "b"], prices=read.prices).prices.equals(read.prices)

    def test_a_model_without_a_price_is_noted_with_the_nearest_name(self) -> None:
        outcomes = Outcomes.from_frame(
            wide(), models={"a": "small", "b": "large"}, prices={"a": self.PRICES["a"], "larg": {}}
        )
        assert outcomes.prices["input_usd_per_mtok"].fillna(-1).tolist() == [1, -1]
        assert "There is no price for large. Did you mean 'larg'?" in outcomes.notes

    @pytest.mark.parametrize(
        ("prices", "message"),
        [
            ({"c": {}}, "none of the table's models, such as 'a'"),
            ({"a": 3}, "The price of 'a' is the number 3: give"),
            ({"a": {"input_usd_per_mtok": -1}}, "must be US dollars, 0 or more, not -1"),
            ({"a": {"input_usd_per_mtok": math.inf}}, "must be US dollars"),
            ({"a": {"input_usd_per_mtok": True}}, "must be US dollars"),
            ({"a": {"input_usd_per_mtk": 1}}, "Did you mean 'input_usd_per_mtok'"),
            ("missing.json", "Cannot read the prices 'missing.json'"),
        ],
    )
    def test_what_is_no_price_is_refused(self, prices: Any, message: str) -> None:
        with pytest.raises(OutcomesError, match=message):
            Outcomes.from_frame(wide(), models=["a", "b"], prices=prices)


class TestFiles:
    """The same table from each kind of file."""

    @pytest.mark.parametrize("name", ["t.csv", "t.csv.gz", "t.json", "t.jsonl", "t.jsonl.gz"])
    def test_a_file_reads_as_the_frame_it_was_written_from(self, name: str, tmp_path: Path) -> None:
        table = long(tags=[["x"], ["x"], ["x"], ["y", "z"], ["y", "z"]], prompt_id=["01", "01", "01", "2", "2"])
        table["prompt"] = ["NA"] * 3 + ['None,\n"null"'] * 2
        path = tmp_path / name
        if ".csv" in name:
            table.to_csv(path, index=False)
        else:
            lines = [json.dumps(record) for record in table.to_dict(orient="records")]
            text = "\n".join(lines) if ".jsonl" in name else f"[{','.join(lines)}]"
            (path.write_bytes)(gzip.compress(text.encode()) if name.endswith(".gz") else text.encode())
        read = Outcomes.from_frame(path)
        assert read.frame.equals(Outcomes.from_frame(table).frame)
        assert read.data_sha256 == Outcomes.from_frame(table).data_sha256
        assert read.source.origin == name
        assert Outcomes.from_frame(str(path)).frame.equals(read.frame)

    def test_a_list_of_dictionaries_is_a_table(self) -> None:
        assert Outcomes.from_frame(long().to_dict(orient="records")).frame.equals(Outcomes.from_frame(long()).frame)

    @pytest.mark.parametrize(
        ("name", "content", "message"),
        [
            ("t.csv", b"", "'t.csv' is empty"),
            ("t.csv", b"prompt,a,a\nx,1,0\n", "Two columns of the table are called 'a'"),
            ("t.csv", b'prompt,a\nx,1,2,3\n"', "no CSV table"),
            ("t.csv", b"prompt,a\n\xff\xfe,1\n", "'t.csv' is not UTF-8 text"),
            ("t.csv.gz", b"no gzip", "Cannot read 't.csv.gz'"),
            ("t.jsonl.gz", gzip.compress(b'{"a": 1}' * 99)[:-9], "'t.jsonl.gz' is not whole"),
            ("t.json", b"{}", "must be a list of objects"),
            ("t.json", b"[1]", "Row 0 of t.json is the number 1"),
            ("t.json", b"[" * 100_000, "nested too deeply|no JSON"),
            ("t.jsonl", b'{"prompt": "x"}\n{', "Line 2 of 't.jsonl' is no JSON"),
            ("t.xlsx", b"", "no file that can be read as outcomes: give .csv"),
        ],
    )
    def test_a_file_that_cannot_be_read_says_why(self, name: str, content: bytes, message: str, tmp_path: Path) -> None:
        (tmp_path / name).write_bytes(content)
        with pytest.raises(OutcomesError, match=message):
            Outcomes.from_frame(tmp_path / name, models=["a"])

    def test_a_file_that_is_not_there_is_named_without_its_folder(self, tmp_path: Path) -> None:
        with pytest.raises(OutcomesError) as caught:
            Outcomes.from_frame(tmp_path / "none.csv")
        assert str(caught.value) == "Cannot read 'none.csv': No such file or directory."

    @pytest.mark.parametrize("given", [None, 3, {"prompt": "x"}])
    def test_what_is_no_table_is_refused(self, given: Any) -> None:
        with pytest.raises(OutcomesError, match="Give a DataFrame, a list of dictionaries or a file"):
            Outcomes.from_frame(given)
