"""`Outcomes` as a value: what it shows, what follows from it, parts of it, and that it does not change."""

from __future__ import annotations

import math
import pickle
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routebook.errors import OutcomesError
from routebook.features import FEATURES
from routebook.judging.figures.intervals import wilson
from routebook.outcomes import Outcomes

COLUMNS = [
    "prompt_id", "prompt", "tags", "model", "vendor", "host", "quality", "quality_sd", "n", "cost_usd", "cost_usd_sd",
    "latency_s", "latency_s_sd",
]  # fmt: skip
ROWS = [
    {"prompt": "2 + 2?", "kind": ["sum"], "split": "train", "model": "sim/small", "quality": 1, "cost_usd": 0.001},
    {"prompt": "2 + 2?", "kind": ["sum"], "split": "train", "model": "large", "quality": 1, "cost_usd": 0.01},
    {"prompt": "A prime?", "kind": ["fact", "sum"], "split": "test", "model": "sim/small", "quality": 0},
    {"prompt": "A prime?", "kind": ["fact", "sum"], "split": "test", "model": "large", "quality": 1},
    {"prompt": "Who?", "kind": [], "split": "test", "model": "large", "quality": None, "cost_usd": 0.02},
]


@pytest.fixture
def outcomes() -> Outcomes:
    """Return three prompts; one model was not asked the third, the other was not judged on it."""
    return Outcomes.from_frame(ROWS, tag="kind", metadata="split", by="anthropic/claude-opus-5-5")


class TestFrame:
    """`Outcomes.frame` and its doors."""

    def test_it_has_a_row_per_prompt_and_model_with_these_columns(self, outcomes: Outcomes) -> None:
        frame = outcomes.frame
        assert list(frame.columns) == COLUMNS
        assert frame[["prompt", "model"]].values.tolist() == [[row["prompt"], row["model"]] for row in ROWS]
        assert list(frame["tags"]) == [tuple(row["kind"]) for row in ROWS]  # type: ignore[call-overload]
        assert frame["n"].tolist() == [1] * 5
        assert frame["quality_sd"].isna().all()
        assert frame["cost_usd"].fillna(-1).tolist() == [0.001, 0.01, -1, -1, 0.02]

    def test_what_the_user_does_to_frames_changes_nothing(self, outcomes: Outcomes) -> None:
        before = pickle.dumps(outcomes)
        for name in ("frame", "features", "prices", "prompts"):
            frame: pd.DataFrame = getattr(outcomes, name)
            frame["new"] = 1
            frame.iloc[0, frame.columns.get_loc("new")] = 2
            frame.index = frame.index[::-1]
        frame = outcomes.frame
        frame.loc[0, "quality"] = 0.25
        with pytest.raises(ValueError, match="read-only"):
            outcomes.frame["quality"].to_numpy()[0] = 0.5
        assert outcomes.frame["quality"].iloc[0] == 1
        assert "new" not in outcomes.features
        assert list(outcomes.prompts.index) == list(outcomes.features.index)
        assert pickle.loads(before).frame.equals(outcomes.frame)
        with pytest.raises(AttributeError):
            outcomes.models = ()  # type: ignore[misc]

    def test_the_users_own_table_stays_as_it_was_and_is_not_looked_at_again(self) -> None:
        table = pd.DataFrame({"prompt": ["p", "q"], "a": [0.0, 1.0], "b": [1.0, 0.0]})
        before = table.copy(deep=True)
        outcomes = Outcomes.from_frame(table, models=["a", "b"])
        assert table.equals(before)
        table.loc[0, "a"] = 0.5
        assert outcomes.wide().loc[:, "a"].tolist() == [0, 1]

    def test_features_are_one_row_per_prompt(self, outcomes: Outcomes) -> None:
        assert list(outcomes.features.columns) == list(FEATURES)
        assert list(outcomes.features.index) == list(outcomes.prompts.index)
        assert outcomes.features["has_math"].tolist() == [True, False, False]

    def test_a_column_spreads_out_with_what_is_unknown_as_nan(self, outcomes: Outcomes) -> None:
        assert outcomes.wide().fillna(-1).to_numpy().tolist() == [[1, 1], [0, 1], [-1, -1]]
        assert outcomes.wide("cost_usd").fillna(-1).to_numpy().tolist() == [[0.001, 0.01], [-1, -1], [-1, 0.02]]
        assert list(outcomes.wide().columns) == ["sim/small", "large"]
        with pytest.raises(OutcomesError, match="Did you mean 'quality'"):
            outcomes.wide("qualiti")


class TestSummary:
    """`Outcomes.summary`, and the text shown."""

    def test_means_are_over_what_is_known_with_wilsons_interval(self, outcomes: Outcomes) -> None:
        rows = outcomes.summary().set_index("model")
        assert rows["quality"].tolist() == [0.5, 1]
        assert rows["n"].tolist() == [2, 2]
        assert tuple(rows.loc["sim/small", ["low", "high"]]) == pytest.approx(wilson(1, 2))
        assert rows["usd_per_1k_prompts"].tolist() == pytest.approx([1, 15])
        assert rows["priced"].tolist() == [1, 2]
        assert rows["latency_s"].isna().all()
        assert rows["simulated"].tolist() == [True, False]

    def test_each_prompt_counts_once_whatever_its_repeats(self) -> None:
        rows = [{"prompt": "p", "model": "m", "quality": 1}] * 3 + [{"prompt": "q", "model": "m", "quality": 0}]
        assert Outcomes.from_frame(rows).summary()["quality"].tolist() == [0.5]

    def test_the_text_says_what_is_known_and_where_it_is_from(self, outcomes: Outcomes) -> None:
        assert repr(outcomes) == (
            "<Outcomes: 3 prompts x 2 models, 2 tags, quality known of 4 of 5, cost known of 3 of 5, 1 simulated>"
        )
        text = str(outcomes)
        assert re.search(r"sim/small \(simulated\) +0\.50 +0\.09 to 0\.91", text)
        assert "From a list. Quality: the column 'quality', judged by anthropic/claude-opus-5-5." in text
        assert outcomes.source.judges == ("anthropic/claude-opus-5-5",)
        assert "1 prompt without a tag." in text

    def test_what_a_table_says_is_shown_as_text_not_as_html(self) -> None:
        made = Outcomes.from_frame([{"prompt": "p", "model": "<script>alert(1)</script>", "quality": 1}])
        assert "<script" not in made._repr_html_()


class TestParts:
    """`Outcomes.select`."""

    def test_by_metadata_tag_model_and_id(self, outcomes: Outcomes) -> None:
        test = outcomes.select(metadata={"split": "test"})
        assert list(test.prompts["prompt"]) == ["A prime?", "Who?"]
        assert test.frame.equals(Outcomes.from_frame(ROWS[2:], tag="kind", metadata="split").frame)
        assert list(outcomes.select(tags="fact").prompts["prompt"]) == ["A prime?"]
        assert outcomes.select(models=["large", "sim/small"]).models == ("large", "sim/small")
        assert outcomes.select(models="large").wide().shape == (3, 1)
        ids = outcomes.prompts.index
        assert list(outcomes.select([ids[2], ids[0]]).prompts["prompt"]) == ["2 + 2?", "Who?"]
        assert outcomes.select(ids[0]).source == outcomes.source

    def test_a_part_keeps_prices_repeats_and_what_was_assumed(self) -> None:
        rows = [{"prompt": p, "model": m, "quality": q} for p in "pq" for m in "ab" for q in (0, 1)]
        prices = {m: {"input_usd_per_mtok": 1, "output_usd_per_mtok": 2} for m in "ab"}
        whole = Outcomes.from_frame(rows, prices=prices, input_tokens=10, output_tokens=20)
        one = whole.select(models="b")
        assert one.prices.to_numpy().tolist() == [[1, 2]]
        assert one.frame["n"].tolist() == [2, 2]
        assert one.frame["quality_sd"].tolist() == pytest.approx([math.sqrt(0.5)] * 2)
        assert any("20 for every answer" in note for note in one.notes)

    def test_all_of_it_is_the_same(self, outcomes: Outcomes) -> None:
        assert outcomes.select().data_sha256 == outcomes.data_sha256
        assert outcomes.select().frame.equals(outcomes.frame)

    @pytest.mark.parametrize(
        ("wanted", "message"),
        [
            ({"prompts": ["abc"]}, "There is no prompt with the id 'abc'."),
            ({"tags": "sums"}, "There is no tag 'sums'. Did you mean 'sum'?"),
            ({"models": ["huge"]}, "There is no model 'huge'. There is sim/small, large."),
            ({"metadata": {"spilt": "test"}}, "There is no column of metadata 'spilt'. Did you mean 'split'?"),
            ({"metadata": {"split": "dev"}}, "Nothing is left"),
            ({"prompts": []}, "Nothing is left"),
        ],
    )
    def test_what_is_not_there_is_said(self, outcomes: Outcomes, wanted: dict[str, Any], message: str) -> None:
        with pytest.raises(OutcomesError) as caught:
            outcomes.select(**wanted)
        assert message in str(caught.value)


class TestDigest:
    """`Outcomes.data_sha256`."""

    def test_the_order_of_rows_and_models_does_not_matter(self, outcomes: Outcomes) -> None:
        other = Outcomes.from_frame(ROWS[::-1], tag="kind", metadata="split")
        assert other.models != outcomes.models
        assert other.data_sha256 == outcomes.data_sha256

    @pytest.mark.parametrize(
        "change", [{"prompt": "2+2?"}, {"quality": 0.9}, {"cost_usd": 0.002}, {"model": "sim/tiny"}, {"kind": ["x"]}]
    )
    def test_every_change_of_the_data_shows(self, outcomes: Outcomes, change: dict[str, Any]) -> None:
        other = Outcomes.from_frame([ROWS[0] | change, *ROWS[1:]], tag="kind", metadata="split")
        assert other.data_sha256 != outcomes.data_sha256


NUMBERS = st.one_of(st.none(), st.floats(0, 1e6, allow_subnormal=False))
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=5).filter(
    lambda text: bool(text.strip())
)
TABLES = st.lists(
    st.fixed_dictionaries(
        {
            "prompt": TEXTS,
            "model": st.sampled_from(["a", "sim/b", "openai/c", "mistralai/d"]),
            "quality": st.floats(0, 1),
            "cost_usd": NUMBERS,
            "latency_s": NUMBERS,
            "tags": st.lists(TEXTS, max_size=2),
        }
    ),
    min_size=1,
    max_size=12,
)


@settings(deadline=None)
@given(TABLES)
def test_its_own_frame_reads_as_the_same_outcomes(rows: list[dict[str, Any]]) -> None:
    outcomes = Outcomes.from_frame(rows)
    again = Outcomes.from_frame(outcomes.frame)
    assert again.frame.equals(outcomes.frame)
    assert again.data_sha256 == outcomes.data_sha256


@settings(deadline=None)
@given(TABLES)
def test_repeats_fold_to_the_same_at_once_or_one_after_another(rows: list[dict[str, Any]]) -> None:
    """Counts, means and deviations of parts, pooled, are those of the whole."""
    rows = [row | {"cost_usd": 1.0, "latency_s": 2.0} for row in rows]
    whole = Outcomes.from_frame(rows).frame
    halves = [rows[: len(rows) // 2], rows[len(rows) // 2 :]]
    parts = [Outcomes.from_frame(half).frame.astype({"prompt": "object", "model": "object"}) for half in halves if half]
    pooled = Outcomes.from_frame(pd.concat(parts, ignore_index=True)).frame
    assert pooled["n"].tolist() == whole["n"].tolist()
    for name in ("quality", "quality_sd"):
        np.testing.assert_allclose(pooled[name], whole[name], atol=1e-9)


@settings(deadline=None)
@given(st.lists(st.floats(0, 1), min_size=2, max_size=9))
def test_mean_and_spread_of_repeats_are_numpys(values: list[float]) -> None:
    frame = Outcomes.from_frame([{"prompt": "p", "model": "m", "quality": value} for value in values]).frame
    assert frame["quality"].iloc[0] == pytest.approx(np.mean(values))
    assert frame["quality_sd"].iloc[0] == pytest.approx(np.std(values, ddof=1), abs=1e-9)
    assert frame["n"].iloc[0] == len(values)


def test_its_frame_comes_back_from_a_csv_file(outcomes: Outcomes, tmp_path: Path) -> None:
    outcomes.frame.to_csv(tmp_path / "o.csv", index=False)
    again = Outcomes.from_frame(tmp_path / "o.csv")
    assert again.frame.equals(outcomes.frame)


def test_half_an_emoji_in_a_prompt_does_no_harm() -> None:
    outcomes = Outcomes.from_frame([{"prompt": "\ud83d?", "model": "m", "quality": 1, "tags": ["\ud83d"]}])
    assert Outcomes.from_frame(outcomes.frame).data_sha256 == outcomes.data_sha256
    assert outcomes.features["characters"].tolist() == [2]
    assert outcomes.select(tags="\ud83d").frame.equals(outcomes.frame)
