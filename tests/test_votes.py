"""A vote is checked when it is made, and of what one person said of the same answers the last word stands."""

from __future__ import annotations

import getpass
import json
from dataclasses import FrozenInstanceError, fields, replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from IPython.lib.pretty import pretty
from tests.support.examples import rating_of, vote_of
from tests.support.strategies import votes

from routebook.errors import RunError, VoteError
from routebook.strict_json import Fields
from routebook.votes import Vote, described, read_vote, standing, user

NOW = datetime(2026, 11, 20, 14, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"winner": "c"}, "The winner is 'a', 'b', 'tie' or 'both_bad', not 'c'"),
        ({"winner": None}, "The winner is 'a', 'b', 'tie' or 'both_bad', not None"),
        ({"model_b": "sim/small"}, "two different models, not 'sim/small' twice"),
        ({"model_b": None}, "names models as host/model, not None"),
        ({"model_b": "large"}, "names models as host/model, not 'large'"),
        ({"model_b": " sim/large"}, "names models as host/model"),
        ({"model_b": 3}, "names models as host/model, not 3"),
        ({"rating": 3}, "A vote on a pair has no rating"),
        ({"model": "sim/small"}, "A vote on a pair has no rating"),
        ({"kind": "poll"}, "of the kind 'pair' or 'rating', not 'poll'"),
        ({"id": "7"}, "A vote's id must be an id in hex digits, not '7'"),
        ({"run_id": "x" * 32}, "A vote's run must be an id in hex digits"),
        ({"prompt_id": None}, "A vote's prompt must be an id in hex digits, not None"),
        ({"repeat": -1}, "repeat is a whole number from 0, not -1"),
        ({"repeat": True}, "repeat is a whole number from 0, not True"),
        ({"repeat": 1.0}, "repeat is a whole number from 0, not 1.0"),
        ({"by": "  "}, "says whose it is, in at most 200 characters, not '  '"),
        ({"by": "x" * 201}, "says whose it is, in at most 200 characters"),
        ({"by": None}, "says whose it is"),
        ({"note": "x" * 10_001}, "A note has at most 10,000 characters"),
        ({"note": None}, "A note has at most 10,000 characters, not None"),
        ({"blind": 1}, "is blind or it is not: 1 is neither"),
        ({"source": "mail"}, "in the view, in python or on a ballot, not in 'mail'"),
        ({"at": datetime(2026, 11, 20)}, "time needs its zone"),
        ({"at": "2026-11-20"}, "time needs its zone"),
        ({"shown": ["sim/small", "sim/large"]}, "a tuple of at most 1,000 models"),
        ({"shown": ("sim/small", "sim/large", "sim/small")}, "A model is twice among those shown"),
        ({"shown": ("sim/small", "sim/medium")}, "answers that were shown; one of these was not"),
        ({"shown": ("sim/small", "sim/large", "<b>")}, "names models as host/model, not '<b>'"),
    ],
)  # fmt: skip
def test_what_is_no_vote_on_a_pair_is_refused_in_one_line(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(VoteError, match=message) as caught:
        vote_of(**changes)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"rating": 0}, "from 1, worst, to 5, best, not 0"),
        ({"rating": 6}, "from 1, worst, to 5, best, not 6"),
        ({"rating": 4.0}, "from 1, worst, to 5, best, not 4.0"),
        ({"rating": True}, "from 1, worst, to 5, best, not True"),
        ({"rating": None}, "from 1, worst, to 5, best, not None"),
        ({"model": None}, "names models as host/model, not None"),
        ({"winner": "a"}, "A rating is of one model, without a winner"),
        ({"model_a": "sim/small"}, "A rating is of one model, without a winner"),
    ],
)
def test_what_is_no_rating_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(VoteError, match=message):
        rating_of(**changes)


def test_a_vote_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        vote_of().winner = "b"  # type: ignore[misc]


def test_its_time_is_in_utc() -> None:
    vote = vote_of(at=NOW.astimezone(timezone(timedelta(hours=5))))
    assert (vote.at, vote.at.tzinfo) == (NOW, UTC)


def test_each_has_an_id_and_a_time_of_its_own() -> None:
    before = datetime.now(UTC)
    first, second = vote_of(), vote_of()
    assert first.id != second.id
    assert before <= first.at <= second.at <= datetime.now(UTC)


class TestStanding:
    """Which votes stand."""

    def test_the_later_word_of_a_person_on_a_pair_stands_in_either_order(self) -> None:
        first = vote_of(winner="a", at=NOW)
        second = vote_of(
            run_id=first.run_id, model_a=first.model_b, model_b=first.model_a, winner="a", at=NOW + timedelta(seconds=1)
        )
        assert standing([first, second]) == (second,)
        assert standing([second, first]) == (second,)

    @pytest.mark.parametrize(
        "other",
        [
            {"by": "grace"},
            {"repeat": 1},
            {"prompt_id": "1" * 16},
            {"run_id": "1" * 32},
            {"model_b": "sim/medium"},
        ],
    )
    def test_votes_on_something_else_or_by_somebody_else_stand_beside_it(self, other: dict[str, Any]) -> None:
        vote = vote_of(at=NOW)
        beside = replace(vote, id="f" * 32, **other)
        assert standing([beside, vote]) == (beside, vote)

    def test_a_rating_stands_beside_the_pairs_and_is_superseded_by_another_of_the_same_model(self) -> None:
        run = "0" * 32
        pair = vote_of(run_id=run, at=NOW)
        once = rating_of(run_id=run, rating=2, at=NOW + timedelta(seconds=1))
        other = rating_of(run_id=run, model="sim/large", rating=1, at=NOW + timedelta(seconds=2))
        again = rating_of(run_id=run, rating=5, at=NOW + timedelta(seconds=3))
        assert standing([again, other, once, pair]) == (pair, other, again)

    def test_of_two_at_the_same_moment_the_later_given_stands(self) -> None:
        first = vote_of(winner="a", at=NOW)
        second = replace(first, id="f" * 32, winner="b")
        assert standing([first, second]) == (second,)
        assert standing([second, first]) == (first,)

    @given(st.lists(votes(), max_size=6))
    def test_what_stands_still_stands_when_asked_again(self, cast: list[Vote]) -> None:
        once = standing(cast)
        assert standing(once) == once
        assert set(once) <= set(cast)
        assert list(once) == sorted(once, key=lambda vote: vote.at)


class TestFile:
    """A vote as JSON."""

    @given(votes())
    def test_what_is_written_is_read_back_exactly(self, vote: Vote) -> None:
        fields_ = Fields(json.loads(json.dumps(described(vote), ensure_ascii=False)), "a vote")
        assert read_vote(fields_) == vote
        fields_.end()

    def test_every_field_is_written(self) -> None:
        assert set(described(vote_of())) == {field.name for field in fields(Vote)}

    @pytest.mark.parametrize(
        ("name", "value", "message"),
        [
            ("rating", "5", "votes: 'rating' must be a whole number"),
            ("winner", "me", "votes: 'winner' must be one of a, b, tie, both_bad"),
            ("at", "2026-11-20T12:00:00", "votes: 'at' must be an ISO time with its zone"),
            ("shown", "sim/small", "votes: 'shown' must be a list"),
            ("shown", ["<script>"], "votes: A vote names models as host/model"),
            ("by", "x" * 201, "votes: 'by' must be at most 200 characters"),
            ("note", "x" * 10_001, "votes: 'note' must be at most 10,000 characters"),
            ("id", "../../etc", "votes: A vote's id must be an id in hex digits"),
            ("model_a", None, "votes: A vote names models as host/model, not None"),
            ("blind", None, "votes: 'blind' must be true or false"),
        ],
    )
    def test_a_changed_field_is_refused_with_its_place(self, name: str, value: object, message: str) -> None:
        with pytest.raises(RunError, match=message):
            read_vote(Fields(described(vote_of()) | {name: value}, "votes"))

    @pytest.mark.parametrize("name", [field.name for field in fields(Vote)])
    def test_a_missing_field_is_refused(self, name: str) -> None:
        data = described(vote_of())
        del data[name]
        with pytest.raises(RunError, match=f"votes lacks '{name}'"):
            read_vote(Fields(data, "votes"))


class TestUser:
    """Who votes."""

    def test_routebooks_own_variable_comes_first_then_the_hubs_then_the_login(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("JUPYTERHUB_USER", "hub")
        monkeypatch.setenv("LOGNAME", "login")
        monkeypatch.setenv("ROUTEBOOK_USER", " ada ")
        assert user() == "ada"
        monkeypatch.setenv("ROUTEBOOK_USER", " ")
        assert user() == "hub"
        monkeypatch.delenv("JUPYTERHUB_USER")
        assert user() == "login" == getpass.getuser()

    def test_a_system_that_has_no_name_for_the_user_says_what_to_set(self) -> None:
        import os
        import subprocess
        import sys

        if sys.platform == "win32" or os.geteuid() != 0:
            pytest.skip("needs root, to become a user without a name")
        code = """
import os
from routebook.errors import VoteError
from routebook.votes import user
os.setuid(54321)
try:
    user()
except VoteError as error:
    print(error)
"""
        bare = {"PATH": os.environ["PATH"]}
        ran = subprocess.run([sys.executable, "-c", code], env=bare, capture_output=True, text=True, check=True)
        assert "set ROUTEBOOK_USER" in ran.stdout


@pytest.mark.parametrize(
    ("vote", "shown"),
    [
        (vote_of(winner="b", by="ada"), "<Vote by 'ada': sim/large beats sim/small>"),
        (vote_of(winner="tie", by="a\nb"), "<Vote by 'a\\nb': sim/small and sim/large: a tie>"),
        (vote_of(winner="both_bad", by="ada"), "<Vote by 'ada': sim/small and sim/large: both bad>"),
        (rating_of(rating=4, by="ada"), "<Vote by 'ada': sim/small: 4 of 5>"),
    ],
)
def test_as_the_value_of_a_cell_it_is_one_line(vote: Vote, shown: str) -> None:
    assert pretty(vote) == shown
