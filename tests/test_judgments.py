"""What a judging is, what it is not, and which of several stands."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.examples import judging_of
from tests.support.strategies import judgings

from routebook.errors import JudgmentError
from routebook.judgments import LONGEST_NAME, LONGEST_TEXT, Judging, Judgment, standing_judgings

ANSWER = "a" * 32


class TestJudging:
    """`Judging`."""

    def test_it_goes_by_who_made_it_unless_it_has_a_name(self) -> None:
        assert judging_of(by="exact").name == "exact"
        assert judging_of(by="sim/judge", name="strict").name == "strict"

    @pytest.mark.parametrize(
        ("kind", "of_pairs"), [("check", False), ("pairwise", True), ("reference", False), ("scale", False)]
    )
    def test_only_a_pairwise_one_compares_answers(self, kind: Any, of_pairs: bool) -> None:
        assert judging_of(kind=kind).of_pairs is of_pairs

    def test_its_time_is_in_utc(self) -> None:
        at = datetime(2026, 11, 20, 14, tzinfo=timezone(timedelta(hours=2)))
        assert judging_of(at=at).at == at
        assert judging_of(at=at).at.tzinfo is UTC

    def test_each_has_an_id_of_its_own(self) -> None:
        assert judging_of().id != judging_of().id

    @pytest.mark.parametrize(
        ("changes", "message"),
        [
            ({"id": "1"}, "A judging's id must be an id of 32 hex digits, not '1'"),
            ({"id": "A" * 32}, "A judging's id must be an id of 32 hex digits"),
            ({"id": "0" * 32 + "\n"}, "A judging's id must be an id of 32 hex digits"),
            ({"run_id": None, "id": 3}, "A judging's id must be an id of 32 hex digits, not 3"),
            ({"run_id": "x"}, "A judging's run must be an id of 32 hex digits, not 'x'"),
            ({"calls_run": ""}, "A judging's calls' run must be an id of 32 hex digits, not ''"),
            ({"kind": "guess"}, "A judging is of the kind check, pairwise, reference, scale, not 'guess'"),
            ({"by": " "}, "A check or judge has a name of at most 200 characters, not ' '"),
            ({"name": "x" * (LONGEST_NAME + 1)}, "A check or judge has a name of at most 200 characters"),
            ({"name": 3}, "A check or judge has a name of at most 200 characters, not 3"),
            ({"at": datetime(2026, 11, 20)}, "A judging's time needs its zone"),
        ],
    )
    def test_what_is_no_judging_is_refused_in_one_line(self, changes: dict[str, Any], message: str) -> None:
        with pytest.raises(JudgmentError) as caught:
            judging_of(**changes)
        assert str(caught.value).startswith(message)
        assert len(str(caught.value)) < 200

    @pytest.mark.parametrize("value", [0, 0.0, 0.5, 1, 1.0])
    def test_a_judgment_is_a_number_from_0_to_1(self, value: float) -> None:
        assert judging_of(Judgment(ANSWER, value)).judgments[0].value == value

    @pytest.mark.parametrize("value", [-0.001, 1.001, math.nan, math.inf, -math.inf, 5])
    def test_any_other_number_is_refused(self, value: float) -> None:
        with pytest.raises(JudgmentError, match=r"exact: a judgment is a number from 0 to 1, not"):
            judging_of(Judgment(ANSWER, 0.5), Judgment(ANSWER, value))

    def test_a_judgment_without_a_value_says_why(self) -> None:
        assert judging_of(Judgment(ANSWER, None, error="broken")).judgments[0].error == "broken"
        with pytest.raises(JudgmentError, match="exact: a judgment without a value says why"):
            judging_of(Judgment(ANSWER, None))

    @pytest.mark.parametrize("name", ["note", "error"])
    def test_a_note_or_an_error_is_no_book(self, name: str) -> None:
        at_most = Judgment(ANSWER, 1.0)._replace(**{name: "x" * LONGEST_TEXT})
        assert judging_of(at_most).judgments == (at_most,)
        with pytest.raises(JudgmentError, match="exact: a judgment's note or error has at most 10,000 characters"):
            judging_of(at_most._replace(**{name: "x" * (LONGEST_TEXT + 1)}))


class TestStanding:
    """`standing_judgings`."""

    def test_of_one_kind_and_name_the_last_stands_whatever_the_order(self) -> None:
        now = datetime.now(UTC)
        first = judging_of(at=now)
        second = judging_of(at=now + timedelta(seconds=1))
        assert standing_judgings([first, second]) == standing_judgings([second, first]) == (second,)

    def test_of_two_of_the_same_moment_the_later_given_stands(self) -> None:
        now = datetime.now(UTC)
        first, second = judging_of(at=now), judging_of(at=now)
        assert standing_judgings([first, second]) == (second,)

    def test_another_kind_or_another_name_stands_beside_it(self) -> None:
        judging = judging_of(by="sim/judge", kind="scale")
        others = [replace(judging, kind="reference"), replace(judging, name="strict")]
        assert standing_judgings([judging, *others]) == (judging, *others)

    @given(st.lists(judgings(name=st.sampled_from(["a", "b"])), max_size=6))
    def test_what_stands_is_the_newest_of_each_and_oldest_first(self, made: list[Judging]) -> None:
        stands = standing_judgings(made)
        assert {(one.kind, one.name) for one in stands} == {(one.kind, one.name) for one in made}
        assert len({(one.kind, one.name) for one in stands}) == len(stands)
        assert [one.at for one in stands] == sorted(one.at for one in stands)
        assert all(
            one.at == max(other.at for other in made if (other.kind, other.name) == (one.kind, one.name))
            for one in stands
        )
