"""Votes on a comparison: cast in Python, kept in the store, read back as a table."""

from __future__ import annotations

import pickle
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest
from tests.support.examples import vote_of
from tests.support.showcase import ASK, MODELS, prices, showcase

from routebook.comparison import Comparison
from routebook.errors import ModelError, RunError, StoreError, VoteError
from routebook.judging.people.voting import cast, standing_votes, votes_to_save
from routebook.judging.tables import judgings_to_save
from routebook.prompts import Prompt
from routebook.render.blind import order
from routebook.runs import compare, load
from routebook.store import Store, default_store
from routebook.votes import Vote

COLUMNS = [
    "prompt_id", "repeat", "kind", "model_a", "model_b", "winner", "model", "rating", "note", "by", "at", "blind",
    "shown",
]  # fmt: skip
SIM = ("sim/small", "sim/large", "sim/medium")


@pytest.fixture
def run() -> Comparison:
    """A run of three simulated models."""
    return compare("Name a prime number.", models=SIM, name="primes")


class TestVoting:
    """`run.vote`."""

    def test_a_vote_is_in_the_store_with_who_when_and_what_was_shown(self, run: Comparison) -> None:
        before = datetime.now(UTC)
        vote = run.vote(winner="b", a="small", b="sim/large", by="ada", note="says why")

        assert default_store().votes_of(run.run.id) == [vote]
        assert (vote.kind, vote.model_a, vote.model_b, vote.winner) == ("pair", "sim/small", "sim/large", "b")
        assert (vote.prompt_id, vote.repeat, vote.by, vote.note) == (run.prompts[0].id, 0, "ada", "says why")
        assert (vote.shown, vote.blind, vote.source) == (SIM, False, "python")
        assert before <= vote.at <= datetime.now(UTC)

    def test_a_rating_is_of_one_model(self, run: Comparison) -> None:
        vote = run.vote(rating=4, model="medium", by="ada")
        assert (vote.kind, vote.model, vote.rating, vote.winner) == ("rating", "sim/medium", 4, None)

    def test_of_two_answers_nobody_need_say_which(self) -> None:
        run = compare("Name a prime number.", models=SIM[:2])
        vote = run.vote(winner="tie", by="ada")
        assert (vote.model_a, vote.model_b) == SIM[:2]

    def test_of_one_answer_nobody_need_say_whose_rating_it_is(self) -> None:
        assert compare("Name a prime number.", models=SIM[:1]).vote(rating=2, by="ada").model == "sim/small"

    def test_a_prompt_and_a_repeat_are_named_as_elsewhere(self) -> None:
        run = compare(["Name a prime number.", "Name a planet."], models=SIM[:2], repeats=2)
        vote = run.vote("Name a planet.", winner="a", repeat=1, by="ada")
        assert (vote.prompt_id, vote.repeat) == (run.prompts[1].id, 1)
        assert run.vote(1, winner="a", by="ada").prompt_id == run.prompts[1].id

    def test_without_a_name_it_is_the_users(self, run: Comparison, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("ROUTEBOOK_USER", "grace")
        assert run.vote(rating=4, model="small").by == "grace"

    @pytest.mark.parametrize(
        ("given", "error", "message"),
        [
            ({}, VoteError, "Say winner='a', 'b', 'tie' or 'both_bad' of two answers, or rating=1 to 5 of one"),
            ({"winner": "a", "rating": 3}, VoteError, "or rating=1 to 5 of one"),
            ({"winner": "a"}, VoteError, "a=... and b=..., of sim/small, sim/large or sim/medium"),
            ({"winner": "a", "a": "small"}, VoteError, "say both, a=... and b=..."),
            ({"winner": "a", "model": "small"}, VoteError, "say a=... and b=..., not model="),
            ({"rating": 3}, VoteError, "model=..., of sim/small, sim/large or sim/medium"),
            ({"rating": 3, "a": "small"}, VoteError, "say model=..., not a=... and b="),
            ({"rating": 6, "model": "small"}, VoteError, "from 1, worst, to 5, best, not 6"),
            ({"winner": "small", "a": "small", "b": "large"}, VoteError, "'tie' or 'both_bad', not 'small'"),
            ({"winner": "a", "a": "small", "b": "small"}, VoteError, "two different models, not 'sim/small' twice"),
            ({"winner": "a", "a": "small", "b": "lrage"}, ModelError, "no model 'lrage'. Did you mean 'large'"),
            ({"winner": "a", "a": "small", "b": "large", "repeat": 1}, RunError, "no repeat 1 of this prompt"),
            ({"winner": "a", "repeat": 1}, RunError, "no repeat 1 of this prompt: it asked 1 time, counted from 0"),
            ({"winner": "a", "a": "small", "b": "large", "by": ""}, VoteError, "says whose it is"),
            ({"winner": "a", "prompt": 3}, RunError, "no prompt 3: this run has 1 prompt"),
        ],
    )
    def test_what_is_no_vote_says_what_to_write_and_stores_nothing(
        self, run: Comparison, given: dict[str, object], error: type[Exception], message: str
    ) -> None:
        with pytest.raises(error, match=message) as caught:
            run.vote(**{"by": "ada"} | given)  # type: ignore[arg-type]
        assert "\n" not in str(caught.value)
        assert default_store().votes_of(run.run.id) == []

    def test_an_answer_that_never_came_cannot_be_judged(self) -> None:
        run = showcase()
        with pytest.raises(VoteError, match="ollama/my-llama gave no answer that could be judged"):
            run.vote(winner="a", a=MODELS[0], b=MODELS[3], by="ada")
        assert default_store().runs() == []

    def test_a_run_that_is_in_no_store_is_stored_with_its_first_vote(self) -> None:
        run = showcase()
        run.vote(winner="a", a=MODELS[0], b=MODELS[1], by="ada")

        again = load(run.run.id)
        assert again.calls == run.calls
        assert again.votes["by"].tolist() == ["ada"]

    def test_a_store_that_cannot_take_it_says_so(self, run: Comparison, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("ROUTEBOOK_STORE", "/dev/null/store.sqlite3")
        with pytest.raises(StoreError, match="cannot be made"):
            run.vote(rating=4, model="small", by="ada")


class TestBlind:
    """A vote before names are shown."""

    @pytest.fixture
    def run(self) -> Comparison:
        return compare("Name a prime number.", models=SIM, blind=True)

    def test_answers_go_by_their_letters_and_the_order_shown_is_kept(self, run: Comparison) -> None:
        shuffled = order(run.run.id, run.prompts[0].id, SIM)
        vote = run.vote(winner="a", a="A", b="Answer C", by="ada")
        assert (vote.model_a, vote.model_b) == (shuffled[0], shuffled[2])
        assert (vote.blind, vote.shown) == (True, tuple(shuffled))
        assert run.vote(rating=5, model="B", by="ada").model == shuffled[1]

    def test_the_table_says_that_it_was_blind(self, run: Comparison) -> None:
        run.vote(winner="a", a="A", b="B", by="ada")
        run.reveal().vote(winner="b", a="small", b="large", by="grace")
        assert run.reveal().votes["blind"].tolist() == [True, False]

    def test_of_two_answers_a_is_answer_a(self) -> None:
        run = compare("Name a prime number.", models=SIM[:2], blind=True)
        vote = run.vote(winner="a", by="ada")
        assert (vote.model_a, vote.model_b) == tuple(order(run.run.id, run.prompts[0].id, SIM[:2]))

    def test_an_error_names_nobody(self, run: Comparison) -> None:
        with pytest.raises(VoteError, match="of A, B or C") as caught:
            run.vote(winner="a", by="ada")
        assert "sim/" not in str(caught.value)
        with pytest.raises(ModelError, match=r"say A, B, \.\.\.") as unknown:
            run.vote(winner="a", a="A", b="D", by="ada")
        assert "sim/" not in str(unknown.value)

    def test_a_failed_answer_is_refused_without_its_name(self) -> None:
        run = showcase(blind=True)
        shuffled = order(run.run.id, ASK.id, MODELS)
        failed = "ABCD"[shuffled.index(MODELS[3])]
        with pytest.raises(VoteError, match="One of these models gave no answer"):
            run.vote(rating=1, model=failed, by="ada")


class TestCasting:
    """`cast`: a vote that was made elsewhere, in the view."""

    def about(self, run: Comparison, **changes: object) -> Vote:
        return vote_of(**({"run_id": run.run.id, "prompt_id": run.prompts[0].id, "source": "view"} | changes))

    def test_it_is_stored_as_it_is(self, run: Comparison) -> None:
        vote = self.about(run, shown=("sim/medium", "sim/large", "sim/small"), blind=True)
        assert cast(run, vote) is vote
        assert default_store().votes_of(run.run.id) == [vote]

    @pytest.mark.parametrize(
        ("changes", "message"),
        [
            ({"run_id": "0" * 32}, "on another run"),
            ({"prompt_id": "0" * 16}, "sim/small gave no answer that could be judged"),
            ({"repeat": 1}, "sim/small gave no answer that could be judged"),
            ({"model_b": "sim/flaky"}, "sim/flaky gave no answer that could be judged"),
        ],
    )
    def test_a_vote_on_answers_this_run_does_not_have_is_refused(
        self, run: Comparison, changes: dict[str, object], message: str
    ) -> None:
        with pytest.raises(VoteError, match=message):
            cast(run, self.about(run, **changes))
        assert default_store().votes_of(run.run.id) == []


class TestTable:
    """`run.votes`."""

    def test_it_has_a_row_for_each_vote_that_stands(self, run: Comparison) -> None:
        run.vote(winner="a", a="small", b="large", by="ada")
        run.vote(winner="b", a="large", b="small", by="ada", note="on second thoughts")
        run.vote(winner="tie", a="small", b="large", by="grace")
        run.vote(rating=4, model="medium", by="ada")

        votes = run.votes

        assert list(votes.columns) == COLUMNS
        assert votes["by"].tolist() == ["ada", "grace", "ada"]
        assert votes["kind"].tolist() == ["pair", "pair", "rating"]
        assert votes["winner"].tolist()[:2] == ["b", "tie"]
        assert votes["note"].tolist() == ["on second thoughts", "", ""]
        assert votes["rating"].isna().tolist() == [True, True, False]
        assert votes["rating"][2] == 4
        assert votes["model_a"].isna().tolist() == [False, False, True]
        assert votes["shown"].tolist() == [SIM, SIM, SIM]

    def test_types_are_the_same_whatever_was_cast(self, run: Comparison) -> None:
        empty = run.votes
        run.vote(rating=4, model="medium", by="ada")
        rated = run.votes
        run.vote(winner="tie", a="small", b="large", by="grace")

        assert list(empty.columns) == COLUMNS
        assert len(empty) == 0
        assert empty.dtypes.tolist() == rated.dtypes.tolist() == run.votes.dtypes.tolist()
        assert str(empty["at"].dtype) == "datetime64[us, UTC]"
        assert str(empty["rating"].dtype) == "Int64"

    def test_half_a_surrogate_pair_does_not_break_it(self, run: Comparison) -> None:
        run.vote(rating=4, model="medium", by="ada", note="half \ud83d")
        assert run.votes["note"].tolist() == ["half \ud83d"]

    def test_each_access_gives_a_fresh_table_with_what_was_cast_meanwhile(self, run: Comparison) -> None:
        votes = run.votes
        votes["by"] = "nobody"
        other = load("primes")
        other.vote(rating=4, model="medium", by="ada")
        assert run.votes["by"].tolist() == ["ada"]

    def test_its_pairs_are_what_a_ranking_takes(self, run: Comparison) -> None:
        run.vote(winner="b", a="small", b="large", by="ada")
        run.vote(winner="both_bad", a="medium", b="large", by="ada")
        pairs = run.votes.query("kind == 'pair'")[["prompt_id", "model_a", "model_b", "winner"]]
        assert pairs.values.tolist() == [
            [run.prompts[0].id, "sim/small", "sim/large", "b"],
            [run.prompts[0].id, "sim/medium", "sim/large", "both_bad"],
        ]

    def test_a_files_votes_and_the_stores_are_one_record(self, run: Comparison, tmp_path: Path) -> None:
        run.vote(winner="a", a="small", b="large", by="ada")
        run.to_json(tmp_path / "run.json")
        run.vote(winner="b", a="small", b="large", by="ada")
        run.vote(winner="b", a="small", b="large", by="grace")

        again = Comparison.from_json(tmp_path / "run.json")

        assert [vote.by for vote in again.file_votes] == ["ada"]
        pd.testing.assert_frame_equal(again.votes, run.votes)
        assert again.votes[["by", "winner"]].values.tolist() == [["ada", "b"], ["grace", "b"]]

    def test_of_a_vote_that_was_changed_in_the_file_the_stored_one_counts(self, run: Comparison) -> None:
        vote = run.vote(winner="a", a="small", b="large", by="ada")
        forged = run.to_json().replace('"winner":"a"', '"winner":"b"')
        assert standing_votes(Comparison.from_json(forged)) == (vote,)

    def test_the_record_of_what_was_said_before_is_saved_too(self, run: Comparison) -> None:
        for winner in ("a", "b", "a"):
            run.vote(winner=winner, a="small", b="large", by="ada")  # type: ignore[arg-type]
        assert [vote.winner for vote in Comparison.from_json(run.to_json()).file_votes] == ["a", "b", "a"]

    def test_a_store_that_cannot_be_read_does_not_keep_the_answers_from_being_saved(
        self, run: Comparison, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("ROUTEBOOK_STORE", "/dev/null/store.sqlite3")
        votes, notes = votes_to_save(run)
        assert votes == ()
        assert "Without the votes in the store" in notes[0]
        again = Comparison.from_json(run.to_json())
        assert again == run
        assert again.warnings == [*run.warnings, *notes, *judgings_to_save(run)[1]]

    def test_a_recording_brings_its_votes_into_another_store(self, run: Comparison, tmp_path: Path) -> None:
        run.vote(winner="a", a="small", b="large", by="ada")
        file = Comparison.from_json(run.to_json())
        store = Store.open(tmp_path / "other.sqlite3")
        store.import_run(file.run, file.prompts, file.calls, file.file_votes)
        assert store.votes_of(run.run.id) == list(file.file_votes)
        store.close()


def test_a_run_in_a_store_of_its_own_has_its_votes_there(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "own.sqlite3")
    run = compare("Name a prime number.", models=SIM[:2], store=store)
    vote = run.vote(winner="a", by="ada")
    later = load(run.run.id, store=store).reveal().vote(winner="b", by="ada")

    assert store.votes_of(run.run.id) == [vote, later]
    assert run.votes["winner"].tolist() == ["b"]
    assert default_store().runs() == []
    copied = pickle.loads(pickle.dumps(run))
    assert copied == run
    assert copied.store is None
    store.close()


def test_the_latest_of_two_clocks_stands(run: Comparison) -> None:
    late = vote_of(
        run_id=run.run.id, prompt_id=run.prompts[0].id, winner="tie", at=datetime.now(UTC) + timedelta(hours=1)
    )
    other = Comparison(run.run, run.prompts, run.calls, prices=prices(), file_votes=[late])
    other.vote(winner="a", a="small", b="large", by="ada")
    assert standing_votes(other) == (late,)


def test_votes_on_each_prompt_stand_apart() -> None:
    run = compare([Prompt.of("Name a prime number."), Prompt.of("Name a planet.")], models=SIM[:2])
    for number in (0, 1):
        run.vote(number, winner="a", by="ada")
    assert run.votes["prompt_id"].tolist() == [prompt.id for prompt in run.prompts]
