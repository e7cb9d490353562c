"""Rankings: of anyone's votes, and of a run."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routebook.comparison import Comparison
from routebook.errors import JudgmentError, OptionError
from routebook.judging.figures.bradley_terry import fit
from routebook.judging.figures.comparisons import read_votes
from routebook.judging.figures.ranking import BLIND, rank, ranking
from routebook.judgments import Judging, Judgment
from routebook.runs import compare

COLUMNS = ["model", "win_rate", "strength", "low", "high", "n"]
SMALL, MEDIUM, LARGE = "sim/small", "sim/medium", "sim/large"


def voted(strengths: Any, prompts: int, seed: int, *, votes_each: int = 1, alike: float = 0.0) -> pd.DataFrame:
    """Votes by known strengths; `alike` is how many of the votes on one prompt are the same vote again."""
    random = np.random.default_rng(seed)
    truth = np.asarray(strengths, dtype=float)
    a = random.integers(len(truth), size=prompts)
    b = (a + random.integers(1, len(truth), size=prompts)) % len(truth)
    prompt, a, b = (np.repeat(each, votes_each) for each in (np.arange(prompts), a, b))
    shared, own = np.repeat(random.random(prompts), votes_each), random.random(len(a))
    luck = np.where(random.random(len(a)) < alike, shared, own)
    won = luck < 1 / (1 + np.exp(truth[b] - truth[a]))
    names = np.array([f"m{number}" for number in range(len(truth))])
    return pd.DataFrame(
        {"prompt_id": prompt, "model_a": names[a], "model_b": names[b], "winner": np.where(won, "a", "b")}
    )


def votes_of(*rows: tuple[str, str, str, str]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["prompt_id", "model_a", "model_b", "winner"])


def swapped(votes: pd.DataFrame) -> pd.DataFrame:
    other = {"a": "b", "b": "a"}
    winner = [other.get(each, each) for each in votes["winner"]]
    return votes.assign(model_a=votes["model_b"], model_b=votes["model_a"], winner=winner)


VOTES = st.lists(
    st.tuples(
        st.sampled_from(["p1", "p2", "p3", "p4"]),
        st.permutations(["x", "y", "z"]),
        st.sampled_from(["a", "b", "tie", "both_bad"]),
    ).map(lambda drawn: (drawn[0], *drawn[1][:2], drawn[2])),
    min_size=1,
    max_size=25,
).map(lambda rows: votes_of(*rows))


class TestRank:
    """`rank`."""

    def test_a_table_of_votes_gives_the_models_best_first(self) -> None:
        found = rank(voted([0.2, 1.4, -1.6], 300, seed=1))
        assert list(found.columns) == COLUMNS
        assert found["model"].tolist() == ["m1", "m0", "m2"]
        assert (found["low"] < found["strength"]).all()
        assert (found["strength"] < found["high"]).all()
        assert found["n"].sum() == 600
        assert found["strength"].sum() == pytest.approx(0, abs=1e-9)

    def test_ties_and_both_bad_are_half_a_win(self) -> None:
        votes = votes_of(
            ("p", "x", "y", "a"), ("q", "x", "y", "tie"), ("r", "y", "x", "both_bad"), ("s", "y", "x", "a")
        )
        votes = pd.concat([votes, votes_of(("t", "x", "y", "a"))])
        assert rank(votes)[["model", "win_rate", "n"]].values.tolist() == [["x", 0.6, 5], ["y", 0.4, 5]]
        assert rank(votes)["strength"].diff()[1] == pytest.approx(-np.log(0.6 / 0.4))

    def test_where_there_is_a_most_likely_strength_nothing_is_added_to_it(self) -> None:
        votes = voted(np.linspace(-1, 1, 6), 500, seed=2)
        found = rank(votes).set_index("model")["strength"]
        assert found[list(read_votes(votes).models)].tolist() == pytest.approx(fit(read_votes(votes).wins()))

    @given(VOTES, st.randoms(use_true_random=False))
    @settings(max_examples=40)
    def test_neither_the_order_of_rows_nor_the_sides_matter(self, votes: pd.DataFrame, random: Any) -> None:
        found = rank(votes, rounds=100)
        order = random.sample(range(len(votes)), len(votes))
        pd.testing.assert_frame_equal(found, rank(swapped(votes.iloc[order]), rounds=100))

    def test_the_names_do_not_matter(self) -> None:
        votes = voted([0.3, 1.2, -0.9, -0.6], 300, seed=8)
        names = {"m0": "z", "m1": "b", "m2": "y", "m3": "a"}
        renamed = votes.assign(model_a=votes["model_a"].map(names), model_b=votes["model_b"].map(names))
        found = rank(votes)
        pd.testing.assert_frame_equal(found.assign(model=found["model"].map(names)), rank(renamed), check_dtype=False)

    @given(VOTES)
    @settings(max_examples=40)
    def test_whatever_the_votes_the_figures_are_figures(self, votes: pd.DataFrame) -> None:
        found = rank(votes, rounds=100)
        assert found["win_rate"].between(0, 1).all()
        assert found["n"].sum() == 2 * len(votes)
        assert np.isfinite(found[["strength", "low", "high"]]).all(axis=None)  # of three models any two groups meet

    def test_the_seed_decides_the_interval_and_nothing_else(self) -> None:
        votes = voted([0, 1], 60, seed=3)
        pd.testing.assert_frame_equal(rank(votes, seed=4), rank(votes, seed=4))
        assert rank(votes, seed=4)["low"].tolist() != rank(votes, seed=5)["low"].tolist()
        assert rank(votes, seed=4)["strength"].tolist() == rank(votes, seed=5)["strength"].tolist()

    def test_more_confidence_is_a_wider_interval(self) -> None:
        votes = voted([0, 1], 60, seed=3)
        assert rank(votes, confidence=0.99)["low"][0] < rank(votes, confidence=0.8)["low"][0]

    @pytest.mark.parametrize("option", [
        {"rounds": 99}, {"rounds": 1000.0}, {"rounds": True}, {"confidence": 0}, {"confidence": 1},
        {"confidence": float("nan")}, {"confidence": "95"}, {"seed": -1}, {"seed": None},
    ])  # fmt: skip
    def test_an_option_that_is_none_is_named(self, option: dict[str, Any]) -> None:
        with pytest.raises(OptionError, match=next(iter(option))):
            rank(voted([0, 1], 10, seed=0), **option)


class TestInterval:
    """How often the 95 % interval holds the truth: 500 simulations each."""

    def share_held(self, truth: Any, prompts: int, **how: Any) -> float:
        held = []
        for seed in range(500):
            found = rank(voted(truth, prompts, seed, **how), rounds=200, seed=seed).set_index("model")
            held += [found["low"][f"m{at}"] <= one <= found["high"][f"m{at}"] for at, one in enumerate(truth)]
        return sum(held) / len(held)

    def test_it_holds_the_truth(self) -> None:
        assert 0.92 <= self.share_held([0.6, 0.1, -0.7], 150) <= 0.98

    def test_it_does_where_votes_on_one_prompt_are_alike(self) -> None:
        assert 0.92 <= self.share_held([0.5, -0.5], 60, votes_each=5, alike=0.8) <= 0.98

    def test_of_few_prompts_with_many_votes_each_it_is_neither_too_narrow_nor_too_wide(self) -> None:
        truth = np.linspace(-1, 1, 12)
        held = []
        for seed in range(60):
            votes = voted(truth, 1000, seed)
            found = rank(votes.assign(prompt_id=votes["prompt_id"] % 12), rounds=200, seed=seed).set_index("model")
            held += [found["low"][f"m{at}"] <= one <= found["high"][f"m{at}"] for at, one in enumerate(truth)]
        assert 0.92 <= np.mean(held) <= 0.98

    def test_it_holds_the_estimate_where_one_model_won_everything_too(self) -> None:
        votes = [(f"{at} {pair}", *pair, "a") for pair in (("x", "y"), ("x", "z")) for at in range(12)] + [
            (f"{at}", "y", "z", "a" if at % 3 else "b") for at in range(9)
        ]
        for seed in range(5):
            found = rank(votes_of(*votes), rounds=100, seed=seed)
            assert (found["low"] <= found["strength"]).all()
            assert (found["strength"] <= found["high"]).all()

    def test_ties_draw_strengths_together_as_is_said(self) -> None:
        votes = voted([0.25, -0.25], 4000, seed=6)
        with_ties = votes.assign(winner=np.where(np.arange(4000) % 5 < 2, "tie", votes["winner"]))
        apart = rank(votes, rounds=100)["strength"].diff()[1]
        assert rank(with_ties, rounds=100)["strength"].diff()[1] == pytest.approx(0.6 * apart, rel=0.1)

    def test_there_single_votes_would_be_far_too_sure(self) -> None:
        votes = voted([0.5, -0.5], 60, 0, votes_each=5, alike=0.8)
        together = rank(votes)
        apart = rank(votes.assign(prompt_id=range(len(votes))))
        assert together["strength"].tolist() == apart["strength"].tolist()
        assert (together["high"] - together["low"])[0] > 1.5 * (apart["high"] - apart["low"])[0]


class TestWithoutFiniteStrengths:
    """One side won everything, or never met the other."""

    def test_who_won_everything_gets_a_tie_and_an_interval_that_is_no_point(self) -> None:
        found = rank(votes_of(*[(f"p{number}", "x", "y", "a") for number in range(10)]))
        assert found["strength"].diff()[1] == pytest.approx(-np.log(10.5 / 0.5))
        assert 0.3 < found["low"][0] < found["strength"][0]
        assert any("one tie was added to each pair" in note for note in found.attrs["notes"])

    def test_one_vote_tells_nothing(self) -> None:
        found = rank(votes_of(("p", "x", "y", "a")))
        assert found["low"][0] < 0 < found["high"][0]

    def test_a_round_in_which_somebody_won_everything_is_counted(self) -> None:
        votes = [(f"p{number}", "x", "y", "b" if number == 7 else "a") for number in range(10)]
        found = rank(votes_of(*votes))
        assert found["strength"].diff()[1] == pytest.approx(-np.log(9))
        (note,) = [note for note in found.attrs["notes"] if "rounds some model won" in note]
        assert 300 < int(note.split()[1]) < 400  # (9 / 10) ** 10 is 0.35

    def test_where_all_are_ties_the_interval_is_no_point_either(self) -> None:
        found = rank(votes_of(*[(f"p{number}", "x", "y", "tie") for number in range(10)]))
        assert found["strength"].tolist() == [0, 0]
        assert found["low"][0] < -0.3 < 0.3 < found["high"][0]
        assert any("All of them say the same" in note for note in found.attrs["notes"])

    def test_models_that_never_met_the_others_have_no_strength(self) -> None:
        apart = votes_of(("p", "q1", "q2", "a"), ("p", "q1", "q2", "b"))
        found = rank(pd.concat([voted([0, 1, 2], 90, seed=0), apart], ignore_index=True))
        assert found["model"].tolist()[:3] == ["m2", "m1", "m0"]
        assert found.loc[3:, ["strength", "low", "high"]].isna().all(axis=None)
        assert found.loc[3:, "win_rate"].tolist() == [0.5, 0.5]
        assert found.loc[:2, "strength"].sum() == pytest.approx(0)
        assert any("2 groups of models that never met" in note and "q1, q2" in note for note in found.attrs["notes"])
        alone = rank(voted([0, 1, 2], 90, seed=0))
        pd.testing.assert_frame_equal(found.head(3), alone)

    def test_votes_on_one_prompt_are_drawn_one_by_one_and_it_says_so(self) -> None:
        votes = voted([0, 1], 60, seed=3)
        one = rank(votes.assign(prompt_id="p"))
        pd.testing.assert_frame_equal(one, rank(votes.assign(prompt_id=None)))
        pd.testing.assert_frame_equal(one, rank(votes))
        assert any("on one prompt" in note for note in one.attrs["notes"])


@pytest.fixture
def run() -> Comparison:
    """Twelve prompts to three simulated models, whose answers are of different lengths."""
    return compare([f"What is {number} + 1?" for number in range(12)], models=[SMALL, MEDIUM, LARGE])


def judged(run: Comparison, *, by: str = "a/judge", shares: tuple[float | None, ...] = (0, 0.25, 0.5, 0)) -> Comparison:
    """The small model's answers beside the large one's; `shares` again and again is what the small one's get."""
    said = []
    for number, prompt in enumerate(run.prompts):
        value = shares[number % len(shares)]
        ids = [run.find(model, prompt).id for model in (SMALL, LARGE)]
        said.append(Judgment(ids[0], value, ids[1], error="" if value is not None else "It said nothing."))
    made = Judging(run_id=run.run.id, kind="pairwise", by=by, judgments=tuple(said))
    return Comparison(run.run, run.prompts, run.calls, file_judgings=(*run.file_judgings, made))


def cast(run: Comparison) -> None:
    """On every prompt the large model beats the small one, four times in six the medium one too."""
    for number in range(12):
        run.vote(number, winner="a", a=LARGE, b=SMALL, by="ada")
        run.vote(number, winner="b" if number % 3 else "a", a=MEDIUM, b=LARGE, by="ada")
        run.vote(number, winner="tie" if number % 2 else "a", a=MEDIUM, b=SMALL, by="bob")


class TestRanking:
    """`ranking`."""

    def test_it_is_that_of_the_votes_with_ranks_and_lengths(self, run: Comparison) -> None:
        cast(run)
        found = ranking(run)
        assert found.by == "people"
        pd.testing.assert_frame_equal(found.frame[COLUMNS], rank(run.votes))
        assert list(found.frame.columns) == [*COLUMNS, "rank", "mean_length"]
        lengths = {model: np.mean([len(run.text(model, number)) for number in range(12)]) for model in run.models}
        assert dict(zip(found.frame["model"], found.frame["mean_length"], strict=True)) == pytest.approx(lengths)

    def test_a_pair_says_how_it_went_and_whether_it_can_be_told_apart(self, run: Comparison) -> None:
        cast(run)
        pairs = ranking(run).pairs
        assert pairs[["model_a", "model_b", "n", "wins_a", "ties", "wins_b"]].values.tolist() == [
            [LARGE, MEDIUM, 12, 8, 0, 4], [LARGE, SMALL, 12, 12, 0, 0], [MEDIUM, SMALL, 12, 6, 6, 0],
        ]  # fmt: skip
        strength = ranking(run).frame.set_index("model")["strength"]
        assert pairs["difference"].tolist() == pytest.approx(
            [strength[a] - strength[b] for a, b in zip(pairs["model_a"], pairs["model_b"], strict=True)]
        )
        assert (pairs["p_adjusted"] >= pairs["p"]).all()
        assert ((pairs["p"] < 0.05) == (pairs["low"] > 0)).all()
        assert (
            pairs["verdict"] == np.where(pairs["p_adjusted"] < 0.05, "distinguishable", "not distinguishable")
        ).all()
        assert pairs["verdict"][1] == "distinguishable"

    def test_ranks_are_those_that_cannot_be_excluded(self) -> None:
        run = compare([f"What is {number}?" for number in range(40)], models=[SMALL, MEDIUM, LARGE])
        for number in range(40):
            beaten = SMALL if number % 2 else MEDIUM
            run.vote(number, winner="b" if number in (3, 4) else "a", a=LARGE, b=beaten, by="ada")
            run.vote(number, winner="a" if number % 4 < 2 else "b", a=MEDIUM, b=SMALL, by="ada")
        frame = ranking(run).frame.set_index("model")
        assert frame["rank"].to_dict() == {LARGE: "1", MEDIUM: "2-3", SMALL: "2-3"}

    def test_a_judges_half_verdicts_count_as_quarters(self, run: Comparison) -> None:
        found = ranking(judged(run))
        assert found.by == "a/judge"
        assert found.frame[["model", "win_rate", "n"]].values.tolist() == [
            [LARGE, 1 - 0.75 / 4, 12], [SMALL, 0.75 / 4, 12],
        ]  # fmt: skip
        assert found.frame["strength"].diff()[1] == pytest.approx(-np.log(3.25 / 0.75))
        assert found.pairs[["wins_a", "ties", "wins_b"]].values.tolist() == [[9, 3, 0]]

    def test_peoples_word_comes_first_and_is_never_mixed_with_a_judges(self, run: Comparison) -> None:
        run.vote(0, winner="a", a=SMALL, b=LARGE, by="ada")
        both = judged(run)
        assert (ranking(both).by, ranking(both).comparisons) == ("people", 1)
        assert any("by='a/judge' ranks by another's" in note for note in ranking(both).notes)
        assert (ranking(both, "a/judge").comparisons, ranking(both, "ada").comparisons) == (12, 1)
        assert ranking(both, "a/judge").frame["model"][0] == LARGE

    def test_of_two_judges_one_has_to_be_named(self, run: Comparison) -> None:
        two = judged(judged(run), by="b/judge")
        with pytest.raises(JudgmentError, match=r"by='a/judge' or 'b/judge'"):
            ranking(two)
        assert ranking(two, "b/judge").by == "b/judge"

    def test_a_verdict_that_could_not_be_had_is_left_out_and_counted(self, run: Comparison) -> None:
        found = ranking(judged(run, shares=(0, None, 1)))
        assert found.comparisons == 8
        assert "4 verdicts could not be had, and are left out." in found.notes
        with pytest.raises(JudgmentError, match="all 12 verdicts"):
            ranking(judged(run, shares=(None,)))

    def test_without_a_word_on_a_pair_it_says_what_to_do(self, run: Comparison) -> None:
        with pytest.raises(JudgmentError, match=r"run\.vote"):
            ranking(run)

    def test_models_that_never_met_are_not_comparable(self) -> None:
        run = compare("Name a prime.", models=[SMALL, MEDIUM, LARGE, "sim/reasoner"])
        run.vote(winner="a", a=SMALL, b=MEDIUM, by="ada")
        run.vote(winner="a", a=LARGE, b="reasoner", by="ada")
        found = ranking(run)
        assert found.frame["rank"].tolist()[2:] == ["unknown", "unknown"]
        assert sorted(found.pairs["verdict"]) == ["not comparable"] * 5 + ["not distinguishable"]
        assert found.pairs["p_adjusted"].notna().sum() == 1

    def test_length_is_controlled_for_on_request_and_what_it_does_is_said(self, run: Comparison) -> None:
        cast(run)
        found = ranking(run, control_length=True, rounds=100)
        assert found.length_effect is not None
        value, low, high = found.length_effect
        assert low <= value <= high
        assert found.notes[0].startswith("At equal length: being longer changes the log-odds by")
        assert ranking(run, rounds=100).length_effect is None
        plain, equal = (ranking(run, control_length=control, rounds=100).frame for control in (False, True))
        assert plain["win_rate"].tolist() == equal.set_index("model")["win_rate"][plain["model"]].tolist()
        assert plain["strength"].tolist() != equal["strength"].tolist()

    def test_printed_it_can_be_read(self, run: Comparison) -> None:
        cast(run)
        found = ranking(run)
        lines = str(found).splitlines()
        assert lines[0] == "Ranking by people: 36 comparisons, 12 prompts, simulated"
        assert lines[2].split()[0] == LARGE
        assert any("12 prompts are few" in line for line in lines)
        assert repr(found) == "<Ranking by people: 3 models>"
        html = found._repr_html_()
        assert "won – tied – lost" in html
        assert "<script" not in html

    def test_of_a_blind_run_nobody_is_named_until_it_is_revealed(self) -> None:
        run = compare("Name a prime.", models=[SMALL, LARGE], blind=True)
        run.vote(winner="a", a="A", b="B", by="ada")
        found = ranking(run)
        for shown in (str(found), repr(found), found._repr_html_()):
            assert BLIND in shown
            assert "sim/" not in shown
        assert len(found.frame) == 2  # data are open
        assert LARGE in str(ranking(run.reveal()))


def test_ties_alone_however_uneven_leave_an_interval_around_zero() -> None:
    pairs = [("x", "y")] * 5 + [("y", "z")] * 2 + [("x", "z")] * 9
    votes = pd.DataFrame(pairs, columns=["model_a", "model_b"]).assign(prompt_id=range(16), winner="tie")
    ranked = rank(votes)
    assert ranked["strength"].tolist() == pytest.approx([0, 0, 0], abs=1e-6)
    assert (ranked["low"] < -0.1).all()
    assert (ranked["high"] > 0.1).all()
