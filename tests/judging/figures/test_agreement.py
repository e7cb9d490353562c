"""Whether judges, checks and people agree."""

from __future__ import annotations

from math import isnan

import pandas as pd
import pytest

from routebook.comparison import Comparison
from routebook.errors import JudgmentError
from routebook.judging.figures.agreement import agreement, alpha_of
from routebook.judging.figures.intervals import wilson
from routebook.judging.tables import PairRow, ScoreRow
from routebook.judgments import Judging, JudgingKind, Judgment
from routebook.runs import compare

SMALL, LARGE = "sim/small", "sim/large"
PROMPTS = [f"Name prime number {number}." for number in range(8)]


@pytest.fixture
def run() -> Comparison:
    """Eight prompts to two simulated models."""
    return compare(PROMPTS, models=[SMALL, LARGE])


def judged(run: Comparison, *judgings: Judging) -> Comparison:
    return Comparison(run.run, run.prompts, run.calls, file_judgings=judgings)


def verdicts(run: Comparison, by: str, shares: list[float | None], *, swapped: bool = False) -> Judging:
    """What a judge says of the small and the large model's answer to each prompt: what the small one's gets."""
    said = []
    for prompt, share in zip(run.prompts, shares, strict=False):
        small, large = (run.find(model, prompt).id for model in (SMALL, LARGE))
        value = None if share is None else 1 - share if swapped else share
        ids = (large, small) if swapped else (small, large)
        said.append(Judgment(ids[0], value, ids[1], error="" if share is not None else "It said nothing."))
    return Judging(run_id=run.run.id, kind="pairwise", by=by, judgments=tuple(said))


def marks(run: Comparison, by: str, values: list[float], kind: JudgingKind = "scale") -> Judging:
    ids = [run.find(LARGE, prompt).id for prompt in run.prompts]
    said = tuple(Judgment(call_id, value) for call_id, value in zip(ids, values, strict=False))
    return Judging(run_id=run.run.id, kind=kind, by=by, judgments=said)


def rows_of(frame: pd.DataFrame) -> dict[tuple[str, str], dict[str, object]]:
    return {(str(row["rater_a"]), str(row["rater_b"])): row for row in frame.to_dict(orient="records")}


class TestAgreement:
    """`agreement`."""

    def test_two_judges_are_laid_beside_each_other_whichever_answer_each_had_first(self, run: Comparison) -> None:
        one = verdicts(run, "a/one", [1, 1, 0, 0, 0.5, 0.75, 0.25, 1])
        other = verdicts(run, "b/two", [1, 1, 0, 0, 0.5, 1, 0.0, 0], swapped=True)
        found = agreement(judged(run, one, other))

        (row,) = found.frame.to_dict(orient="records")
        assert (row["rater_a"], row["rater_b"], row["kind"], row["n"]) == ("a/one", "b/two", "pairs", 8)
        assert row["agreement"] == 7 / 8
        assert (row["low"], row["high"]) == pytest.approx(wilson(7, 8))
        # By hand: one unit of eight differs; of sixteen words 7 are "small", 7 "large" and 2 "tie".
        by_hand = 1 - (2 / 16) / ((16**2 - 7**2 - 7**2 - 2**2) / (16 * 15))
        assert found.alpha == row["alpha"] == pytest.approx(by_hand)
        (overall,) = found.overall.to_dict(orient="records")
        assert (overall["kind"], overall["raters"], overall["n"]) == ("pairs", 2, 8)
        assert overall["low"] <= overall["alpha"] <= overall["high"]

    def test_the_units_of_a_prompt_are_a_cluster(self) -> None:
        run = compare([f"What is {number}?" for number in range(8)], models=[SMALL, LARGE], repeats=5)
        one, other = (
            Judging(
                run_id=run.run.id, kind="scale", by=by,
                judgments=tuple(Judgment(call.id, value(call)) for call in run.calls),
            )
            for by, value in (
                ("a/one", lambda call: 1.0),
                ("b/two", lambda call: float(call.prompt_id in [prompt.id for prompt in run.prompts[:6]])),
            )
        )  # fmt: skip
        (row,) = agreement(judged(run, one, other)).frame.to_dict(orient="records")
        assert (row["n"], row["agreement"]) == (80, 0.75)
        assert (row["low"], row["high"]) == pytest.approx(wilson(6, 8))  # and not of 60 in 80

    def test_of_people_there_is_what_most_of_them_say_and_each_by_themselves(self, run: Comparison) -> None:
        for number in range(4):
            for who, winner in (("ada", "a"), ("bob", "a"), ("eve", "b")):
                run.vote(number, winner=winner, a=SMALL, b=LARGE, by=who)  # type: ignore[arg-type]
        found = rows_of(agreement(judged(run, verdicts(run, "a/one", [1, 1, 1, 0]))).frame)

        assert found["a/one", "people"]["agreement"] == 0.75
        assert found["a/one", "eve"]["agreement"] == 0.25
        assert found["ada", "bob"]["agreement"] == 1
        assert isnan(found["ada", "bob"]["alpha"])  # type: ignore[arg-type]
        # Nobody is laid beside the people they are one of.
        assert len(found) == len([("a/one", "people"), *["a/one"] * 3, *["two people"] * 3])

    def test_one_person_is_no_people(self, run: Comparison) -> None:
        run.vote(0, winner="a", a=SMALL, b=LARGE, by="ada")
        found = agreement(judged(run, verdicts(run, "a/one", [1])))
        assert list(rows_of(found.frame)) == [("a/one", "ada")]

    def test_scores_of_checks_judges_and_people_are_laid_beside_each_other(self, run: Comparison) -> None:
        check = marks(run, "exact", [1, 1, 0, 0, 1, 0, 1, 0], kind="check")
        judge = marks(run, "a/one", [1, 0.75, 0, 0, 1, 0.25, 1, 0])
        run.vote(0, rating=5, model=LARGE, by="ada")
        run.vote(2, rating=1, model=LARGE, by="ada")
        found = agreement(judged(run, check, judge))

        rows = rows_of(found.frame)
        assert rows["exact", "a/one"]["agreement"] == 0.75
        # By hand: two units differ by 0.25; the sixteen words sum to 8, their squares to 7.625.
        by_hand = 1 - (4 * 0.25**2 / 16) / (2 * (16 * 7.625 - 8**2) / (16 * 15))
        assert rows["exact", "a/one"]["alpha"] == pytest.approx(by_hand)
        assert (rows["exact", "ada"]["n"], rows["exact", "ada"]["alpha"]) == (2, 1)
        assert set(found.frame["kind"]) == {"scores"}
        assert found.alpha == found.overall["alpha"][0]

    def test_a_verdict_that_could_not_be_had_is_no_word(self, run: Comparison) -> None:
        one, other = verdicts(run, "a/one", [1, None, 0]), verdicts(run, "b/two", [1, 1, 0])
        assert agreement(judged(run, one, other)).frame["n"].tolist() == [2]

    def test_two_raters_of_one_name_are_told_apart(self, run: Comparison) -> None:
        run.vote(0, winner="a", a=SMALL, b=LARGE, by="a/one")
        found = agreement(judged(run, verdicts(run, "a/one", [1])))
        assert list(rows_of(found.frame)) == [("a/one (judge)", "a/one (person)")]

    def test_of_one_rater_it_is_unknown_and_says_so(self, run: Comparison) -> None:
        found = agreement(judged(run, verdicts(run, "a/one", [1, 0])))
        assert isnan(found.alpha)
        assert found.frame.empty
        assert found.frame.dtypes["n"] == "int64"
        assert "only one rater" in str(found)
        assert repr(found) == "<Agreement: alpha unknown, 2 prompts>"

    def test_where_nobody_said_anything_it_says_what_to_do(self, run: Comparison) -> None:
        with pytest.raises(JudgmentError, match=r"run\.vote"):
            agreement(run)

    def test_printed_it_can_be_read(self, run: Comparison) -> None:
        one, other = verdicts(run, "a/one", [1, 1, 0, 0]), verdicts(run, "<b>/two", [1, 0, 0, 0])
        found = agreement(judged(run, one, other))
        assert str(found).splitlines()[0] == "Agreement: 4 prompts"
        assert "a/one – <b>/two" in str(found)
        html = found._repr_html_()
        assert "a/one – &lt;b&gt;/two" in html
        assert "<b>" not in html


class TestAlphaOf:
    """`alpha_of`."""

    def test_of_one_judge_or_of_nothing_it_is_unknown(self) -> None:
        row = PairRow("p", 0, SMALL, LARGE, "one", "judge", "one", 1.0, False, "", "")
        assert isnan(alpha_of([row, row._replace(repeat=1, share_a=0.0)]))
        assert isnan(alpha_of([]))

    def test_scores_are_numbers_whose_distance_counts(self) -> None:
        row = ScoreRow("p", 0, SMALL, "one", "judge", "one", 0.0, "", "")
        near = [row, row._replace(name="two", value=0.25), *(row._replace(repeat=1, name=n, value=1.0) for n in "ab")]
        far = [*near[:1], near[1]._replace(value=1.0), *near[2:]]
        assert alpha_of(near) > 0.9 > 0.1 > alpha_of(far)
