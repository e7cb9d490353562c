"""Anyone's votes as arrays, and what is said of those that cannot be read."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from routebook.errors import JudgmentError
from routebook.judging.figures.comparisons import comparisons, read_votes

GOOD = {
    "prompt_id": ["p1", "p2", "p2", "p3"],
    "model_a": ["small", "large", "medium", "small"],
    "model_b": ["large", "small", "small", "medium"],
    "winner": ["b", "a", "tie", "both_bad"],
}
WINNERS = "is not 'a', 'b', 'tie' or 'both_bad'"
TWICE = "'large' is the model of 'model_a' as well: a pair is of two"


def table(**columns: list[Any]) -> pd.DataFrame:
    return pd.DataFrame(GOOD | columns)


class TestReading:
    """`read_votes`."""

    def test_the_first_of_a_pair_is_the_first_by_name_whichever_side_it_was_on(self) -> None:
        made = read_votes(table())
        assert made.models == ("large", "medium", "small")
        assert [(made.models[a], made.models[b]) for a, b in zip(made.first, made.second, strict=True)] == [
            ("large", "small"), ("large", "small"), ("medium", "small"), ("medium", "small"),
        ]  # fmt: skip
        assert made.share.tolist() == [1, 1, 0.5, 0.5]
        assert (made.prompt.tolist(), made.prompts) == ([0, 1, 1, 2], 3)
        assert made.wins().tolist() == [[0, 0, 2], [0, 0, 1], [0, 1, 0]]

    def test_dictionaries_do_as_well(self) -> None:
        assert read_votes(table().to_dict(orient="records")).wins().tolist() == read_votes(table()).wins().tolist()

    def test_ratings_among_the_votes_of_a_run_are_left_out(self) -> None:
        votes = table(kind=["pair", "rating", "pair", "pair"], winner=["b", None, "tie", "a"])
        votes.loc[1, ["model_a", "model_b"]] = None
        assert len(read_votes(votes).share) == 3

    def test_prompts_may_be_numbers_or_not_known_at_all(self) -> None:
        assert read_votes(table(prompt_id=[7, 7, 8, 9])).prompts == 3
        assert read_votes(table(prompt_id=[None, None, None, None])).prompts == 1

    @pytest.mark.parametrize(
        ("columns", "said"),
        [
            ({"winner": ["b", "A", "tie", "a"]}, f"Row 1, column 'winner': 'A' {WINNERS}. Did you mean 'a'?"),
            ({"winner": ["b", "a", None, "a"]}, "Row 2, column 'winner': it is empty."),
            ({"winner": ["b", "a", "a", 1]}, f"Row 3, column 'winner': 1 {WINNERS}."),
            ({"winner": ["b", "a", "a", ["a"]]}, "Row 3, column 'winner': ['a'] is no single value."),
            ({"model_a": ["small", "large", float("nan"), "small"]}, "Row 2, column 'model_a': it is empty."),
            ({"model_a": ["small", "large", " ", "small"]}, "Row 2, column 'model_a': ' ' is not a model's name."),
            ({"model_b": ["large", 5, "small", "medium"]}, "Row 1, column 'model_b': 5 is not a model's name."),
            ({"model_b": ["large", "large", "small", "medium"]}, f"Row 1, column 'model_b': {TWICE}."),
            ({"prompt_id": ["p", None, "p", "p"]}, "Row 1, column 'prompt_id': it is empty."),
        ],
    )  # fmt: skip
    def test_a_row_that_is_no_vote_is_named_with_its_column(self, columns: dict[str, list[Any]], said: str) -> None:
        with pytest.raises(JudgmentError) as error:
            read_votes(table(**columns))
        assert str(error.value) == said

    def test_a_row_is_named_by_its_label(self) -> None:
        votes = table(winner=["a", "b", "c", "d"]).set_axis(["w", "x", "y", "z"])
        with pytest.raises(JudgmentError, match="Row y, column 'winner'"):
            read_votes(votes)
        with pytest.raises(JudgmentError, match="Row 3, column 'winner'"):  # of a list the third
            read_votes(votes.to_dict(orient="records"))

    def test_a_missing_column_is_named_with_the_nearest_there_is(self) -> None:
        with pytest.raises(JudgmentError) as error:
            read_votes(table().rename(columns={"winner": "winners"}))
        assert str(error.value) == "Votes need the column 'winner'. Did you mean 'winners'?"
        with pytest.raises(JudgmentError) as error:
            read_votes(pd.DataFrame({"x": [1], "y": [2]}))
        assert str(error.value) == "Votes need the column 'prompt_id'. There are x, y."

    @pytest.mark.parametrize("nothing", [[], pd.DataFrame(), table().head(0), table(kind=["rating"] * 4)])
    def test_no_votes_are_an_error(self, nothing: Any) -> None:
        with pytest.raises(JudgmentError, match="There are no votes to rank"):
            read_votes(nothing)

    @pytest.mark.parametrize("nonsense", ["votes.csv", 3, [1, 2], {"winner": ["a"]}])
    def test_what_is_no_table_is_an_error(self, nonsense: Any) -> None:
        with pytest.raises(JudgmentError, match="Votes cannot be read"):
            read_votes(nonsense)

    def test_two_columns_of_one_name_are_an_error(self) -> None:
        with pytest.raises(JudgmentError, match="Two columns are called 'winner'"):
            read_votes(pd.concat([table(), table()[["winner"]]], axis=1))


class TestComparisons:
    """`comparisons`."""

    def test_the_gap_is_by_how_much_of_both_the_first_is_longer(self) -> None:
        made = comparisons(
            ["x", "y", "x"], ["y", "x", "y"], [1, 1, 0.25], ["p", "p", "q"], [(30, 10), (10, 30), (0, 0)]
        )
        assert made.gap.tolist() == [0.5, 0.5, 0.0]
        assert made.share.tolist() == [1, 0, 0.25]

    def test_some_models_are_a_table_of_their_own(self) -> None:
        made = read_votes(table()).among(np.array([1, 2]))
        assert made.models == ("medium", "small")
        assert made.wins().tolist() == [[0, 1], [1, 0]]
        assert made.prompt.tolist() == [0, 1]
