"""What a voter hands back: read to its last field, and anything else refused in a line."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.ballots import filled, fixture, signed, written

from routebook.ballots import Ballot, BallotItem
from routebook.errors import VoteError
from routebook.judging.people.slip import LARGEST_FILE, canonical, check, read_slip, seal, voter_name

FIXTURE = fixture()
KEY = FIXTURE["ballot"]["key"]
FILE = FIXTURE["content"] | {"signature": FIXTURE["signature"]}
BALLOT = Ballot(
    id=FIXTURE["ballot"]["ballot"],
    run_id="0" * 32,
    title=FIXTURE["ballot"]["title"],
    key=KEY,
    items=tuple(
        BallotItem(id=item["id"], prompt_id=f"{number:016x}", model_a="sim/small", model_b="sim/large")
        for number, item in enumerate(FIXTURE["ballot"]["items"])
    ),
)
_ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


def read(folder: Path, file: object) -> None:
    """Read a file and check it against the fixture's ballot."""
    path = folder / "slip.json"
    path.write_text(file if isinstance(file, str) else json.dumps(file), encoding="utf-8")
    check(read_slip(path), BALLOT)


class TestTheSeal:
    """The signature, the same letters here and in the page."""

    def test_content_is_written_as_the_page_writes_it(self) -> None:
        assert canonical(FIXTURE["content"]).decode() == FIXTURE["canonical"]

    def test_it_is_the_pages(self) -> None:
        assert seal(canonical(FIXTURE["content"]), KEY) == FIXTURE["signature"]
        assert signed(FIXTURE["content"], KEY) == FILE

    def test_spaces_and_the_order_of_fields_may_change(self, tmp_path: Path) -> None:
        read(tmp_path, json.dumps(dict(reversed(FILE.items())), indent=4, ensure_ascii=True))

    @given(content=st.dictionaries(st.text(max_size=5), _ANY, max_size=5), other=_ANY)
    def test_it_fits_no_other_content(self, content: dict[str, Any], other: object) -> None:
        changed = content | {"x": other}
        same = canonical(content) == canonical(changed)
        assert same == (seal(canonical(content), KEY) == seal(canonical(changed), KEY))


class TestReading:
    """From bytes to a value."""

    def test_a_slip_has_what_the_page_wrote(self, tmp_path: Path) -> None:
        slip = read_slip(written(tmp_path, "slip", FILE))
        check(slip, BALLOT)

        assert (slip.ballot, slip.voter, slip.token, slip.asked) == (
            "b" * 32,
            "Zoë Ångström",
            "0123456789abcdef" * 2,
            4,
        )
        assert [vote.winner for vote in slip.votes] == ["b", "tie", "both_bad"]
        assert [vote.note for vote in slip.votes] == [vote["note"] for vote in FILE["votes"]]
        assert slip.votes[1].at == datetime(2026, 11, 20, 14, 6, 7, 89000, tzinfo=UTC)

    def test_an_editors_mark_at_the_start_does_no_harm(self, tmp_path: Path) -> None:
        (tmp_path / "slip.json").write_bytes(b"\xef\xbb\xbf" + json.dumps(FILE).encode())
        check(read_slip(tmp_path / "slip.json"), BALLOT)

    @pytest.mark.parametrize(
        ("data", "why"),
        [
            (b"", "it is no JSON, or only a part of it"),
            (json.dumps(FILE).encode()[:-20], "it is no JSON, or only a part of it"),
            (b"\xff\xfe{\x00}\x00", "it is no text in UTF-8"),
            (b'{"kind": NaN}', "it is no JSON"),
            (b'{"kind": "ballot", "kind": "ballot"}', "it is no JSON"),
            (b"[" * 100_000, "it is no JSON"),
            (b"[]", r"Not a ballot\.\Z"),
            (b'"ballot"', r"Not a ballot\.\Z"),
            (b'{"kind": "routebook comparison"}', r"Not a ballot\.\Z"),
            (b" " * (LARGEST_FILE + 1), "it is too large"),
        ],
    )
    def test_what_is_no_ballot_is_refused(self, data: bytes, why: str, tmp_path: Path) -> None:
        (tmp_path / "slip.json").write_bytes(data)
        with pytest.raises(VoteError, match=f"(?s)Not a ballot.*{why.removeprefix('Not a ballot')}"):
            read_slip(tmp_path / "slip.json")

    def test_a_file_that_is_not_there_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(VoteError, match="Cannot be read: No such file or directory"):
            read_slip(tmp_path / "slip.json")

    @pytest.mark.parametrize(
        ("change", "why"),
        [
            ({"routebook": 2}, "version 2, written by a newer routebook"),
            ({"routebook": 1.0}, "'routebook' must be a whole number"),
            ({"ballot": "x"}, "'ballot' must be 32 hex digits, not 'x'"),
            ({"ballot": "B" * 32}, "'ballot' must be 32 hex digits"),
            ({"token": ""}, "'token' must be 32 hex digits"),
            ({"voter": 7}, "'voter' must be text, not 7"),
            ({"voter": "x" * 201}, "'voter' must be at most 200 characters"),
            ({"asked": -1}, "'asked' must be a whole number"),
            ({"asked": 10_001}, "'asked' must be at most 10,000"),
            ({"votes": {}}, "'votes' must be a list, not an object"),
            ({"signature": "0"}, "'signature' must be 64 hex digits"),
            ({"more": 1}, "unknown field 'more'"),
        ],
    )
    def test_a_field_that_is_not_as_written_is_named(self, change: dict[str, Any], why: str, tmp_path: Path) -> None:
        with pytest.raises(VoteError, match=f"Damaged: .*{why}"):
            read(tmp_path, FILE | change)

    @pytest.mark.parametrize("name", [name for name in FILE if name != "kind"])
    def test_a_field_that_is_missing_is_named(self, name: str, tmp_path: Path) -> None:
        with pytest.raises(VoteError, match=f"lacks '{name}'"):
            read(tmp_path, {other: value for other, value in FILE.items() if other != name})

    @pytest.mark.parametrize(
        ("change", "why"),
        [
            ({"item": "0" * 15}, "'item' must be 16 hex digits"),
            ({"winner": "c"}, "'winner' must be one of a, b, tie, both_bad"),
            ({"note": "x" * 10_001}, "'note' must be at most 10,000 characters"),
            ({"at": "yesterday"}, "'at' must be a time in UTC"),
            ({"at": "2026-11-20T14:05:00+01:00"}, "'at' must be a time in UTC"),
            ({"at": "2026-02-30T14:05:00Z"}, "'at' must be a time in UTC"),
            ({"at": "0000-01-01T00:00:00Z"}, "'at' must be a time in UTC"),
            ({"more": 1}, "unknown field 'more'"),
        ],
    )
    def test_a_vote_that_is_not_as_written_is_named(self, change: dict[str, Any], why: str, tmp_path: Path) -> None:
        votes = [FILE["votes"][0], FILE["votes"][1] | change]
        with pytest.raises(VoteError, match=rf"Damaged: the ballot, votes\[1\].*{why}"):
            read(tmp_path, FILE | {"votes": votes})


class TestChecking:
    """Whether it is a whole answer to its ballot."""

    @pytest.mark.parametrize(
        "change",
        [
            {"voter": "Zoe"},
            {"token": "f" * 32},
            {"ballot": "c" * 32},
            {"asked": 3},
            {"votes": FILE["votes"][:2]},
            {"votes": FILE["votes"][::-1]},
            *(
                {"votes": [FILE["votes"][0] | one, *FILE["votes"][1:]]}
                for one in ({"item": "1".zfill(16)}, {"winner": "a"}, {"note": ""}, {"at": "2026-11-20T14:05:01.000Z"})
            ),
            {"signature": FILE["signature"][:-1] + ("0" if FILE["signature"][-1] != "0" else "1")},
        ],
    )
    def test_a_change_of_any_field_is_found(self, change: dict[str, Any], tmp_path: Path) -> None:
        with pytest.raises(VoteError, match="Changed after it was saved: its content does not fit its signature"):
            read(tmp_path, FILE | change)

    @pytest.mark.parametrize(
        ("change", "why"),
        [
            ({"votes": []}, "Empty: no vote was cast"),
            ({"votes": [FILE["votes"][0] | {"item": "f" * 16}]}, "pairs that are not on the ballot"),
            ({"votes": [FILE["votes"][0], FILE["votes"][0]]}, "twice on the same pair"),
            ({"asked": 2}, "other than its pairs were asked"),
            ({"asked": 5}, "other than its pairs were asked"),
        ],
    )
    def test_what_no_page_would_sign_is_refused(self, change: dict[str, Any], why: str, tmp_path: Path) -> None:
        with pytest.raises(VoteError, match=why):
            read(tmp_path, signed(FILE | change, KEY))

    @settings(max_examples=300)
    @given(data=st.data())
    def test_a_letter_changed_anywhere_is_found_or_changes_nothing(
        self, data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        text = json.dumps(FILE, indent=1)
        place = data.draw(st.integers(0, len(text) - 1))
        letter = data.draw(st.characters(max_codepoint=0x7F))
        changed = text[:place] + letter + text[place + 1 :]
        path = tmp_path_factory.getbasetemp() / "letter.json"
        path.write_text(changed, encoding="utf-8", newline="")
        try:
            slip = read_slip(path)
            check(slip, BALLOT)
        except VoteError:
            assert changed != text
        else:
            assert slip.content.decode() == FIXTURE["canonical"]

    @settings(max_examples=200)
    @given(change=st.dictionaries(st.sampled_from([*FILE, "more"]), _ANY, min_size=1))
    def test_whatever_a_signed_file_says_it_is_read_or_refused(
        self, change: dict[str, Any], tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        path = tmp_path_factory.getbasetemp() / "signed.json"
        path.write_text(json.dumps(signed(FILE | change, KEY)), encoding="utf-8")
        said = ""
        try:
            check(read_slip(path), BALLOT)
        except VoteError as error:
            said = str(error)
        assert "\n" not in said
        assert said or set(change) <= set(FILE)

    @given(data=st.binary(max_size=300))
    def test_any_bytes_are_read_or_refused(self, data: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
        path = tmp_path_factory.getbasetemp() / "bytes.json"
        path.write_bytes(data)
        with pytest.raises(VoteError):
            read_slip(path)

    @given(
        voter=st.text(min_size=1, max_size=50).filter(str.strip),
        note=st.text(max_size=100),
        winners=st.lists(st.sampled_from(["a", "b", "tie", "both_bad"]), min_size=4, max_size=4),
    )
    def test_what_the_page_writes_is_always_read(
        self, voter: str, note: str, winners: list[str], tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        left = list(winners)
        file = filled(FIXTURE["ballot"], voter, lambda _: left.pop(0), note=note)
        slip = read_slip(written(tmp_path_factory.getbasetemp(), "any", file))
        check(slip, BALLOT)
        assert [(vote.winner, vote.note) for vote in slip.votes] == [(winner, note) for winner in winners]


class TestTheName:
    """Who a voter says to be."""

    @pytest.mark.parametrize(
        ("given_name", "name"),
        [(" Ada \n Lovelace ", "Ada Lovelace"), ("Zoe\u0308", "Zoë"), ("\x1b[31mRed", "␛[31mRed")],
    )
    def test_it_is_on_one_line_and_obeyed_by_nobody(self, given_name: str, name: str) -> None:
        assert voter_name(given_name) == name

    @pytest.mark.parametrize("given_name", ["", " \n", "x" * 201, 7, None])
    def test_no_name_is_refused(self, given_name: Any) -> None:
        with pytest.raises(VoteError, match=re.escape("A voter has a name of at most 200 characters")):
            voter_name(given_name)

    def test_only_expected_voters_count(self, tmp_path: Path) -> None:
        expected = replace(BALLOT, voters=("Ada", "Grace"))
        slip = read_slip(written(tmp_path, "slip", FILE))
        with pytest.raises(VoteError, match="Zoë Ångström is not among this ballot's voters"):
            check(slip, expected)
