"""What a ballot is, what it is not, and that it never tells its key."""

from __future__ import annotations

import logging
import traceback
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from tests.support.examples import PROMPT, ballot_of
from tests.support.strategies import ballots

from routebook.ballots import MOST_ITEMS, Ballot, BallotItem
from routebook.errors import VoteError


def item_of(**changes: Any) -> BallotItem:
    """Return a pair of two models' answers to one prompt."""
    return BallotItem(**({"prompt_id": PROMPT.id, "model_a": "sim/small", "model_b": "sim/large"} | changes))


class TestItems:
    """`BallotItem`."""

    def test_an_items_id_tells_nothing_of_it_and_is_its_own(self) -> None:
        assert item_of().id != item_of().id
        assert len(item_of().id) == 16

    @pytest.mark.parametrize(
        ("changes", "message"),
        [
            ({"id": "item-1"}, "A ballot item's id must be an id of 16 hex digits, not 'item-1'"),
            ({"id": None}, "A ballot item's id must be an id of 16 hex digits, not None"),
            ({"prompt_id": "0" * 32}, "A ballot item's prompt must be an id of 16 hex digits"),
            ({"repeat": -1}, "A ballot item's repeat is a whole number from 0, not -1"),
            ({"repeat": True}, "A ballot item's repeat is a whole number from 0, not True"),
            ({"model_a": "small"}, "A ballot item names models as host/model, not 'small'"),
            ({"model_b": None}, "A ballot item names models as host/model, not None"),
            ({"model_b": "sim/small"}, "A ballot item is of two different models, not 'sim/small' twice"),
        ],
    )
    def test_what_is_no_pair_is_refused_in_one_line(self, changes: dict[str, Any], message: str) -> None:
        with pytest.raises(VoteError) as caught:
            item_of(**changes)
        assert str(caught.value).startswith(message)


class TestBallot:
    """`Ballot`."""

    def test_each_has_an_id_and_a_key_of_its_own(self) -> None:
        one, other = ballot_of(), ballot_of()
        assert (len(one.id), len(one.key)) == (32, 64)
        assert one.id != other.id
        assert one.key != other.key

    def test_its_time_is_in_utc(self) -> None:
        at = datetime(2026, 11, 20, 14, tzinfo=timezone(timedelta(hours=2)))
        assert ballot_of(created_at=at).created_at == at
        assert ballot_of(created_at=at).created_at.tzinfo is UTC

    def test_an_item_is_found_by_its_id(self) -> None:
        items = (item_of(), item_of(repeat=1))
        ballot = ballot_of(items=items)
        assert [ballot.item(item.id) for item in items] == list(items)
        with pytest.raises(VoteError, match="The ballot 'Which is better\\?' has no item 'none'"):
            ballot.item("none")

    @pytest.mark.parametrize(
        ("changes", "message"),
        [
            ({"id": "1"}, "A ballot's id must be an id of 32 hex digits, not '1'"),
            ({"run_id": None}, "A ballot's run must be an id of 32 hex digits, not None"),
            ({"title": " "}, "A ballot has a title of at most 200 characters, not ' '"),
            ({"title": "x" * 201}, "A ballot has a title of at most 200 characters"),
            ({"created_at": datetime(2026, 11, 20)}, "A ballot's time needs its zone"),
            ({"created_at": "today"}, "A ballot's time needs its zone, not 'today'"),
            ({"items": ()}, "A ballot has 1 to 10,000 pairs of answers, not ()"),
            ({"items": [item_of()]}, "A ballot has 1 to 10,000 pairs of answers, not ["),
            ({"items": (item_of(),) * (MOST_ITEMS + 1)}, "A ballot has 1 to 10,000 pairs of answers, not (Ballot"),
            ({"items": ("sim/small",)}, "A ballot's items are BallotItem, not 'sim/small'"),
            ({"items": (item_of(id="1" * 16), item_of(id="1" * 16, repeat=1))}, "Two items of a ballot have the same"),
            ({"items": (item_of(), item_of())}, "The same two answers are twice on a ballot"),
            (
                {"items": (item_of(), item_of(model_a="sim/large", model_b="sim/small"))},
                "The same two answers are twice on a ballot",
            ),
            ({"voters": ["ada"]}, "A ballot's voters are a tuple of at most 100,000, not ['ada']"),
            ({"voters": ("ada", "")}, "A voter has a name of at most 200 characters, not ''"),
            ({"voters": ("ada", "ada")}, "A voter is twice among those expected"),
        ],
    )
    def test_what_is_no_ballot_is_refused_in_one_line(self, changes: dict[str, Any], message: str) -> None:
        with pytest.raises(VoteError) as caught:
            ballot_of(**changes)
        assert str(caught.value).startswith(message)
        assert len(str(caught.value)) < 200


class TestKey:
    """The key is told nowhere."""

    @given(ballots())
    def test_it_is_in_no_text_of_the_ballot(self, ballot: Ballot) -> None:
        for text in (repr(ballot), str(ballot), f"{ballot}", repr([ballot])):
            assert ballot.key not in text

    def test_it_is_in_no_log(self, caplog: pytest.LogCaptureFixture) -> None:
        ballot = ballot_of()
        logging.getLogger("routebook").warning("made %s and %r", ballot, ballot)
        assert ballot.id in caplog.text
        assert ballot.key not in caplog.text

    @pytest.mark.parametrize("key", ["", "f00d" * 15, "F00D" * 16, "f00d" * 17, "g" * 64, b"f00d" * 16, None])
    def test_what_is_no_key_is_refused_without_telling_it(self, key: Any) -> None:
        with pytest.raises(VoteError, match=r"A ballot's key must be 64 hex digits\.") as caught:
            ballot_of(key=key)
        assert "f00d" not in str(caught.value).lower()

    def test_it_is_in_no_error_about_something_else(self) -> None:
        key = "f00d" * 16
        with pytest.raises(VoteError) as caught:
            ballot_of(key=key, voters=("ada", "ada"))
        assert key not in "".join(traceback.format_exception(caught.value))
