"""Ballots that come back: merged once, refused with a reason, and what they say together."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.support.ballots import MODELS, answered, data_in, filled, signed, written

from routebook.comparison import Comparison
from routebook.errors import VoteError
from routebook.judging.people.ballot import ballot
from routebook.judging.people.collect import collect
from routebook.judging.people.collected import Collected, FileRow
from routebook.store import Store, default_store

TEXTS = {f"Question {n}?": [f"First answer {n}.", f"Second answer {n}."] for n in range(4)}


class Class:
    """A run with a ballot, and the folder that its voters hand their files in to."""

    def __init__(self, folder: Path, *, blind: bool = False, **options: Any) -> None:
        self.run = answered(TEXTS, blind=blind)
        self.printed = ballot(self.run, folder / "ballot.html", seed=1, **options)
        self.data = data_in(self.printed.path)
        self.folder = folder / "returned"
        self.folder.mkdir()

    def hand_in(self, name: str, file: dict[str, Any] | None = None, **said: Any) -> Path:
        return written(self.folder, name, file or filled(self.data, **{"voter": name, **said}))

    def collect(self, paths: Any = None) -> Collected:
        return collect(self.run, self.folder if paths is None else paths)

    def prefers(self, model: str) -> Callable[[Any], str]:
        """Return the choice of who always prefers a model."""
        items = {item.id: item for item in self.printed.ballot.items}
        return lambda item: "a" if items[item["id"]].model_a == model else "b"


@pytest.fixture
def group(tmp_path: Path) -> Class:
    """A ballot of four pairs for anybody."""
    return Class(tmp_path)


def fates(collected: Collected) -> list[tuple[str, str]]:
    return [(row.voter, row.status) for row in collected.files]


class TestMerging:
    """What counts becomes votes in the store."""

    def test_each_vote_is_in_the_store_with_who_when_and_what_was_shown(self, group: Class) -> None:
        group.hand_in("ada", choice=group.prefers(MODELS[1]), note="says why")
        collected = group.collect()
        votes = default_store().votes_of(group.run.run.id)

        assert fates(collected) == [("ada", "collected")]
        assert len(votes) == 4
        for vote, item in zip(votes, group.printed.ballot.items, strict=True):
            assert (vote.prompt_id, vote.repeat, vote.kind) == (item.prompt_id, item.repeat, "pair")
            assert (vote.model_a, vote.model_b) == vote.shown == (item.model_a, item.model_b)
            assert {"a": vote.model_a, "b": vote.model_b}[vote.winner or ""] == MODELS[1]
            assert (vote.by, vote.note, vote.blind, vote.source) == ("ada", "says why", True, "ballot")
            assert vote.at.isoformat() == "2026-11-20T14:05:00+00:00"

    def test_they_are_votes_like_any_other(self, group: Class) -> None:
        group.hand_in("ada", choice="tie")
        group.collect()
        assert group.run.votes["winner"].tolist() == ["tie"] * 4

    def test_the_same_file_again_changes_nothing(self, group: Class) -> None:
        group.hand_in("ada")
        group.collect()
        again = group.collect()

        assert fates(again) == [("ada", "already collected")]
        assert again.refused == ()
        assert len(default_store().votes_of(group.run.run.id)) == 4

    def test_a_copy_of_it_changes_nothing(self, group: Class) -> None:
        file = filled(group.data)
        group.hand_in("one", file)
        group.hand_in("two", file)
        assert fates(group.collect()) == [("ada", "collected"), ("ada", "already collected")]

    def test_in_another_store_it_becomes_the_same_votes(self, group: Class, tmp_path: Path) -> None:
        group.hand_in("ada")
        group.collect()
        here = default_store().votes_of(group.run.run.id)
        group.run.store = Store.open(tmp_path / "other.sqlite3")
        group.run.store.import_run(group.run.run, group.run.prompts, group.run.calls)
        group.run.store.add_ballot(group.printed.ballot)
        group.collect()

        assert group.run.store.votes_of(group.run.run.id) == here
        group.run.store.close()

    def test_more_votes_of_the_same_voter_go_on_from_the_earlier_ones(self, group: Class) -> None:
        token = "1" * 32
        group.hand_in("1", voter="ada", token=token, items=group.data["items"][:2])
        group.hand_in("2", voter="ada", token=token)
        group.hand_in("3", voter="ada", token=token, items=group.data["items"][1:3])
        collected = group.collect()

        assert [row.status for row in collected.files] == ["collected", "collected", "already collected"]
        assert [row.votes for row in collected.files] == [2, 4, 2]
        assert len(default_store().votes_of(group.run.run.id)) == 4
        assert (collected.turnout.returned, collected.turnout.votes, collected.turnout.asked) == (1, 4, 4)

    def test_a_run_from_a_file_is_collected_too(self, group: Class, tmp_path: Path) -> None:
        group.hand_in("ada")
        loaded = Comparison.from_json(group.run.to_json())
        assert fates(collect(loaded, group.folder)) == [("ada", "collected")]


class TestFinding:
    """Which files are meant."""

    @pytest.fixture
    def three(self, group: Class) -> Class:
        (group.folder / "sub").mkdir()
        for name in ("ada", "grace", "sub/joan"):
            group.hand_in(name, voter=name)
        return group

    @pytest.mark.parametrize(
        ("paths", "found"),
        [
            (lambda folder: folder, ["ada", "grace", "sub/joan"]),
            (lambda folder: str(folder), ["ada", "grace", "sub/joan"]),
            (lambda folder: folder / "ada.json", ["ada"]),
            (lambda folder: [folder / "ada.json", str(folder / "grace.json")], ["ada", "grace"]),
            (lambda folder: f"{folder}/*.json", ["ada", "grace"]),
            (lambda folder: f"{folder}/**/*.json", ["ada", "grace", "sub/joan"]),
            (lambda folder: [folder / "grace.json", folder], ["grace", "ada", "sub/joan"]),
        ],
    )
    def test_a_file_several_a_folder_or_a_pattern(
        self, paths: Callable[[Path], Any], found: list[str], three: Class
    ) -> None:
        assert [row.voter for row in three.collect(paths(three.folder)).files] == found

    def test_what_archives_and_systems_leave_beside_them_is_not_meant(self, group: Class) -> None:
        for folder in ("__MACOSX", ".ipynb_checkpoints"):
            (group.folder / folder).mkdir()
            group.hand_in(f"{folder}/ada", voter="ada")
        (group.folder / "._ada.json").write_bytes(b"\0")
        group.hand_in("ada")
        assert len(group.collect().files) == 1

    def test_without_any_file_there_is_nothing_to_collect(self, group: Class) -> None:
        for paths in (group.folder, [], f"{group.folder}/*.json"):
            with pytest.raises(VoteError, match="There is no ballot to collect: nothing was found at"):
                group.collect(paths)

    def test_a_file_that_is_not_there_stops_none_of_the_others(self, group: Class) -> None:
        there = group.hand_in("ada")
        collected = group.collect([group.folder / "nobody.json", there])
        assert [row.status for row in collected.files] == ["refused", "collected"]
        assert collected.files[0].reason == "Cannot be read: No such file or directory."


class TestRefusing:
    """What does not count says why, and stops none of the others."""

    def refused(self, group: Class) -> list[FileRow]:
        """Hand in a good file last, and return what was refused before it."""
        group.hand_in("zoe")
        collected = group.collect()
        assert collected.files[-1].status == "collected"
        return [row for row in collected.files if row.status == "refused"]

    def test_what_is_no_ballot(self, group: Class) -> None:
        (group.folder / "a.json").write_text("{}")
        (group.folder / "b.json").write_text(group.run.to_json())
        assert [row.reason for row in self.refused(group)] == ["Not a ballot."] * 2

    def test_what_was_changed(self, group: Class) -> None:
        file = filled(group.data)
        file["votes"][0]["winner"] = "b"
        group.hand_in("ada", file)
        (row,) = self.refused(group)
        assert row.reason == "Changed after it was saved: its content does not fit its signature."
        assert (row.voter, row.votes) == ("ada", 0)

    def test_a_ballot_that_this_store_does_not_know(self, group: Class) -> None:
        group.hand_in("ada", signed(filled(group.data) | {"ballot": "f" * 32}, group.data["key"]))
        (row,) = self.refused(group)
        assert row.reason == "Of a ballot that this store does not know: collect it where it was made."

    def test_another_runs_ballot(self, group: Class, tmp_path: Path) -> None:
        (tmp_path / "other").mkdir()
        other = Class(tmp_path / "other")
        group.hand_in("ada", filled(other.data))
        (row,) = self.refused(group)
        assert row.reason == f"Of another run's ballot: collect it by rb.load('{other.run.run.id[:8]}').collect(...)."

    def test_a_voter_who_is_not_expected(self, tmp_path: Path) -> None:
        group = Class(tmp_path, voters=["Ada", "zoe"])
        group.hand_in("eve")
        assert [row.reason for row in self.refused(group)] == ["eve is not among this ballot's voters."]

    def test_the_same_voter_with_other_votes(self, group: Class) -> None:
        token = "1" * 32
        group.hand_in("1", voter="ada", token=token, choice="a")
        group.hand_in("2", voter="ada", token=token, choice="b")
        (row,) = self.refused(group)
        assert row.reason == "A double: this voter has handed in a ballot that differs in 4 votes."
        assert {vote.winner for vote in default_store().votes_of(group.run.run.id) if vote.by == "ada"} == {"a"}

    def test_the_same_name_from_another_browser(self, group: Class) -> None:
        group.hand_in("1", voter="Ada")
        group.hand_in("2", voter=" ada ")
        (row,) = self.refused(group)
        assert row.reason.startswith("A double: a voter of this name has handed in another ballot.")

    @pytest.mark.parametrize(
        "name", ["ADA", "ada\u00a0", "a\u200bda", "\uff41da", "ada\u200e", "\ufeffada", "ada\ufe0f", "a\u00adda"]
    )
    def test_a_name_that_looks_the_same(self, name: str, group: Class) -> None:
        group.hand_in("1", voter="ada")
        group.hand_in("2", voter=name)
        assert [row.status for row in group.collect().files] == ["collected", "refused"]

    def test_what_is_no_file(self, group: Class) -> None:
        os.mkfifo(group.folder / "pipe.json")
        (group.folder / "endless.json").symlink_to("/dev/zero")
        (group.folder / "circle.json").symlink_to("circle.json")
        (group.folder / "folder.json").mkdir()
        group.hand_in("ada")
        reasons = {Path(row.file).name: row.reason for row in group.collect().files}
        assert reasons.pop("ada.json") == ""
        assert "Too many levels of symbolic links" in reasons.pop("circle.json")
        assert reasons == dict.fromkeys(["endless.json", "folder.json", "pipe.json"], "Not a ballot: it is no file.")

    def test_a_hostile_note_is_kept_so_that_it_steers_nothing(self, group: Class) -> None:
        group.hand_in("ada", note="\x1b[2J\u202e" + "n" * 9_990)
        group.collect()
        assert group.collect().files[0].status == "already collected"
        (note,) = set(group.run.votes["note"])
        assert note.startswith("␛[2J[U+202E]nnn")
        assert len(note) <= 10_000

    def test_the_same_ballot_under_another_name(self, group: Class) -> None:
        group.hand_in("1", voter="ada", token="1" * 32)
        group.hand_in("2", voter="eve", token="1" * 32)
        (row,) = self.refused(group)
        assert row.reason == "A double: ada has handed in this same ballot, under that name."

    def test_a_double_in_a_later_call(self, group: Class) -> None:
        group.hand_in("1", voter="ada")
        group.collect()
        group.hand_in("2", voter="ada", choice="b")
        (row,) = self.refused(group)
        assert row.reason.startswith("A double")

    def test_a_second_ballot_of_the_run_is_no_double(self, group: Class, tmp_path: Path) -> None:
        group.hand_in("1", voter="ada", choice="a")
        second = data_in(ballot(group.run, tmp_path / "second.html", title="Again?").path)
        group.hand_in("2", filled(second, "ada", "b"))
        assert self.refused(group) == []
        assert len(group.run.votes) == 8  # ada's second word on the same pairs stands

    def test_a_hostile_name_is_shown_and_not_obeyed(self, group: Class) -> None:
        group.hand_in("x", voter="<script>alert(1)</script>\x1b[31m", choice="tie")
        collected = group.collect()
        assert "<script" not in collected._repr_html_()
        assert "\x1b" not in str(collected)
        assert collected.files[0].status == "collected"


class TestTheReport:
    """What they say together."""

    def test_turnout_is_of_those_who_are_expected(self, tmp_path: Path) -> None:
        group = Class(tmp_path, voters=["Ada", "Grace", "Joan"], most=2)
        group.hand_in("1", voter="Ada")
        group.hand_in("2", voter="Joan", items=group.data["items"][:1])
        collected = group.collect()

        assert collected.turnout == (2, 3, ("Grace",), 3, 4)
        assert (
            "Turnout: 2 of 3 ballots returned, 3 of the 4 votes asked for in these files. Still to come: Grace."
            in str(collected)
        )

    def test_turnout_of_anybody_is_a_number(self, group: Class) -> None:
        group.hand_in("ada")
        collected = group.collect()
        assert collected.turnout == (1, None, (), 4, 4)
        assert "Turnout: 1 ballot returned, 4 of the 4 votes" in str(collected)

    def test_turnout_counts_those_of_earlier_calls(self, group: Class) -> None:
        group.hand_in("ada")
        group.collect()
        group.hand_in("ada").unlink()
        group.hand_in("grace")
        assert group.collect().turnout.returned == 2

    def test_voters_who_always_agree_have_an_alpha_of_one(self, group: Class) -> None:
        words = iter(["a", "b", "a", "tie"] * 2)
        for name in ("ada", "grace"):
            group.hand_in(name, choice=lambda _: next(words))
        assert group.collect().agreement == (1.0, 1.0, 4)

    def test_agreement_is_krippendorffs(self, group: Class) -> None:
        first, second = MODELS[:2]
        said = {"ada": [first, first, second, second], "grace": [first, second, second, "tie"]}
        items = {item.id: item for item in group.printed.ballot.items}
        for name, words in said.items():
            left = iter(words)

            def choice(item: Any, left: Any = left) -> str:
                known, word = items[item["id"]], next(left)
                return "tie" if word == "tie" else "a" if known.model_a == word else "b"

            group.hand_in(name, choice=choice)
        alpha, share, pairs = group.collect().agreement

        # 8 words: 3 first, 4 second, 1 tie; observed disagreement 2/4, expected (64 - 26) / 56.
        assert alpha == pytest.approx(1 - 0.5 / (38 / 56))
        assert (share, pairs) == (0.5, 4)

    def test_one_voter_agrees_with_nobody(self, group: Class) -> None:
        group.hand_in("ada")
        collected = group.collect()
        assert collected.agreement.pairs == 0
        assert collected.agreement.alpha != collected.agreement.alpha
        assert "Agreement: unknown, since no pair was judged by two voters." in str(collected)

    def test_each_file_is_a_row(self, group: Class) -> None:
        ada = group.hand_in("ada")
        (group.folder / "bad.json").write_text("[]")
        frame = group.collect().frame
        assert frame.to_dict("records") == [
            {"file": str(ada), "voter": "ada", "votes": 4, "status": "collected", "reason": ""},
            {
                "file": str(group.folder / "bad.json"),
                "voter": "",
                "votes": 0,
                "status": "refused",
                "reason": "Not a ballot.",
            },
        ]

    def test_printed_it_says_all_of_it(self, group: Class) -> None:
        group.hand_in("ada")
        group.collect()
        group.hand_in("grace")
        (group.folder / "zzz.json").write_text("[]")
        text = str(group.collect())
        assert text.startswith("Ballots: 1 of 3 files collected, 1 already collected, 1 refused")
        for word in (
            "ada.json",
            "grace",
            "Not a ballot.",
            "Krippendorff's alpha 1.00; two voters say the same 100%",
        ):
            assert word in text

    def test_a_blind_run_reveals_nothing(self, tmp_path: Path) -> None:
        group = Class(tmp_path, blind=True)
        group.hand_in("ada", choice=group.prefers(MODELS[0]))
        collected = group.collect()
        for text in (str(collected), repr(collected), collected._repr_html_(), collected.frame.to_csv()):
            assert not any(word in text for model in MODELS for word in (model, *model.split("/")))
