"""What a judge goes by that it should not: position, length, its own vendor. Known answers."""

from __future__ import annotations

from math import isnan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routebook.judging.judges.judge_bias import (
    SAME_ANSWERS,
    Order,
    Pair,
    length_row,
    pairs_of,
    pairs_of_scores,
    position_row,
    same_vendor,
    vendor_rows,
)
from routebook.judging.tables import PairRow, ScoreRow

CLAUDE, GPT, GEMINI = "anthropic/claude-haiku-5-5", "openai/gpt-6.1-terra", "google/gemini-4-flash"
JUDGES = {"opus": "anthropic/claude-opus-5-5", "gpt": "openai/gpt-6.1-sol"}


class TestPosition:
    """Pairs asked in both orders."""

    def test_a_judge_that_always_takes_the_first_flips_always(self) -> None:
        row = position_row("j", [Order(str(prompt), 1.0, 1.0) for prompt in range(30)])
        assert (row.n, row.flipped, row.first) == (30, 1.0, 1.0)
        assert row.first_low > 0.8
        assert row.verdict == "prefers the answer shown first"

    def test_a_judge_that_always_takes_the_second_is_told_apart(self) -> None:
        row = position_row("j", [Order(str(prompt), 0.0, 0.0) for prompt in range(30)])
        assert (row.flipped, row.first, row.verdict) == (1.0, 0.0, "prefers the answer shown second")

    def test_a_fair_judge_gives_half_to_the_first_and_never_flips(self) -> None:
        orders = [Order(str(prompt), prompt % 2, 1 - prompt % 2) for prompt in range(30)]
        row = position_row("j", [*orders, Order("x", 0.5, 0.5)])
        assert (row.flipped, row.first, row.verdict) == (0.0, 0.5, "no preference for a position is seen")
        assert row.first_low < 0.5 < row.first_high

    def test_a_tie_in_one_order_is_no_flip_but_tells_of_the_position(self) -> None:
        row = position_row("j", [Order(str(prompt), 1.0, 0.5) for prompt in range(30)])
        assert (row.flipped, row.first, row.verdict) == (0.0, 0.75, "prefers the answer shown first")

    def test_a_share_of_flips_is_what_it_is(self) -> None:
        row = position_row("j", [Order(str(prompt), 1.0, float(prompt < 5)) for prompt in range(20)])
        assert row.flipped == 0.25
        assert row.first == pytest.approx(0.625)

    def test_of_few_prompts_nothing_is_said(self) -> None:
        assert position_row("j", [Order(str(n % 4), 1.0, 1.0) for n in range(40)]).verdict == "unknown: too few prompts"
        none = position_row("j", [])
        assert isnan(none.flipped)
        assert isnan(none.first)

    @given(st.lists(st.tuples(st.sampled_from("abcdefgh"), *[st.sampled_from([0.0, 0.5, 1.0])] * 2), min_size=1))
    def test_the_interval_holds_the_share(self, orders: list[tuple[str, float, float]]) -> None:
        row = position_row("j", [Order(*order) for order in orders])
        assert 0 <= row.flipped_low <= row.flipped <= row.flipped_high <= 1
        assert row.first_low - 1e-9 <= row.first <= row.first_high + 1e-9


class TestLength:
    """Which of two answers won, and which was longer."""

    def pairs(self, *shares: float) -> tuple[list[Pair], dict[tuple[str, int, str], int]]:
        pairs = [Pair(str(number), 0, "long", "short", share) for number, share in enumerate(shares)]
        lengths = {(pair.prompt_id, 0, model): n for pair in pairs for model, n in (("long", 100), ("short", 10))}
        return pairs, lengths

    def test_a_judge_that_likes_length_is_told(self) -> None:
        row = length_row("j", *self.pairs(*[1.0] * 18, 0.0, 0.0))
        assert (row.n, row.longer_won) == (20, 0.9)
        assert (row.winner_length, row.loser_length) == (0.9 * 100 + 0.1 * 10, 0.9 * 10 + 0.1 * 100)
        assert row.low > 0.5
        assert row.verdict == "the longer answer wins more often"

    def test_so_is_one_that_likes_it_short(self) -> None:
        row = length_row("j", *self.pairs(*[0.0] * 20))
        assert (row.longer_won, row.verdict) == (0.0, "the shorter answer wins more often")

    def test_ties_and_equally_long_answers_tell_nothing(self) -> None:
        pairs, lengths = self.pairs(*[0.5] * 10)
        equal = [Pair("p", 0, "long", "other", 1.0)]
        row = length_row("j", [*pairs, *equal], lengths | {("p", 0, "long"): 100, ("p", 0, "other"): 100})
        assert row.n == 0
        assert isnan(row.longer_won)
        assert isnan(row.winner_length)
        assert row.verdict == "unknown: too few prompts"


def test_of_so_many_is_of_the_pairs_also_where_prompts_have_different_numbers_of_them() -> None:
    pairs = [Pair(f"p{at}", repeat, GPT, CLAUDE, 1.0) for at in range(6) for repeat in range(3 if at else 1)]
    lengths = {(f"p{at}", repeat, GPT): 20 if at else 5 for at in range(6) for repeat in range(3)}
    lengths |= {(f"p{at}", repeat, CLAUDE): 10 for at in range(6) for repeat in range(3)}
    row = length_row("opus", pairs, lengths)
    assert (row.n, row.longer_won) == (16, 15 / 16)
    orders = [Order(pair.prompt_id, 1.0, 1.0 if pair.prompt_id == "p0" else 0.0) for pair in pairs]
    assert position_row("opus", orders).flipped == 1 / 16


def pair_row(share: float | None, note: str = "") -> PairRow:
    return PairRow("p", 0, "a", "b", "j", "judge", "j", share, False, "" if share is not None else "no", note)


def test_a_pair_that_nobody_was_asked_about_tells_nothing_of_a_judge() -> None:
    rows = [pair_row(1.0), pair_row(None), pair_row(0.5, SAME_ANSWERS)]
    assert pairs_of(rows) == [Pair("p", 0, "a", "b", 1.0)]


def test_two_scores_of_a_prompt_are_a_pair() -> None:
    def row(model: str, repeat: int, value: float | None) -> ScoreRow:
        return ScoreRow("p", repeat, model, "j", "judge", "j", value, "" if value is not None else "no", "")

    rows = [row("a", 0, 1.0), row("b", 0, 0.5), row("c", 0, None), row("a", 1, 0.0)]
    assert pairs_of_scores(rows) == [Pair("p", 0, "a", "b", 0.75)]


class TestSameVendor:
    """What a judge gives to its own vendor's models, beside judges of other vendors."""

    def given(self, opus: list[float], gpt: list[float]) -> dict[str, list[Pair]]:
        """Claude's share of its pairs with Gemini: what each judge gives, prompt by prompt."""
        return {
            name: [Pair(str(number), 0, CLAUDE, GEMINI, share) for number, share in enumerate(shares)]
            for name, shares in (("opus", opus), ("gpt", gpt))
        }

    def test_the_difference_is_what_it_gives_more_than_the_others(self) -> None:
        pairs = self.given([1.0] * 12 + [0.0] * 8, [1.0] * 6 + [0.0] * 14)
        (row,) = vendor_rows(JUDGES, pairs, [CLAUDE, GEMINI])
        assert (row.judge, row.vendor, row.models, row.others) == ("opus", "anthropic", (CLAUDE,), ("gpt",))
        assert row.difference == pytest.approx(0.3)
        assert (row.n, row.prompts) == (20, 20)
        assert 0 < row.low < 0.3 < row.high
        assert row.verdict == "gives its own vendor's models more than other judges do"

    def test_it_is_the_same_whichever_of_the_two_stands_first(self) -> None:
        pairs = self.given([1.0] * 12 + [0.0] * 8, [1.0] * 6 + [0.0] * 14)
        turned = {
            name: [Pair(pair.prompt_id, 0, GEMINI, CLAUDE, 1 - pair.share_a) for pair in given]
            for name, given in pairs.items()
        }
        assert vendor_rows(JUDGES, turned, [GEMINI, CLAUDE]) == vendor_rows(JUDGES, pairs, [CLAUDE, GEMINI])

    def test_a_judge_that_is_hard_on_its_own_is_told_as_well(self) -> None:
        (row,) = vendor_rows(JUDGES, self.given([0.0] * 20, [1.0] * 20), [CLAUDE, GEMINI])
        assert row.difference == -1.0
        assert row.high < 0
        assert row.verdict == "gives its own vendor's models less than other judges do"

    def test_judges_that_agree_do_not_differ(self) -> None:
        (row,) = vendor_rows(JUDGES, self.given([1.0, 0.0] * 10, [1.0, 0.0] * 10), [CLAUDE, GEMINI])
        assert row.difference == 0
        assert row.low < 0 < row.high
        assert row.verdict == "is not seen to differ from other judges there"

    def test_each_judge_is_held_against_the_other(self) -> None:
        pairs = {
            "opus": [Pair(str(n), 0, CLAUDE, GPT, 1.0) for n in range(10)],
            "gpt": [Pair(str(n), 0, CLAUDE, GPT, 0.0) for n in range(10)],
        }
        opus, gpt = vendor_rows(JUDGES, pairs, [CLAUDE, GPT])
        assert (opus.judge, opus.models, opus.difference) == ("opus", (CLAUDE,), 1.0)
        assert (gpt.judge, gpt.models, gpt.difference) == ("gpt", (GPT,), 1.0)

    def test_only_common_pairs_with_one_of_its_own_count(self) -> None:
        pairs = self.given([1.0] * 10, [0.0] * 10)
        pairs["opus"] += [Pair("only opus", 0, CLAUDE, GEMINI, 0.0), Pair("0", 0, GPT, GEMINI, 0.0)]
        pairs["gpt"] += [Pair("0", 0, GPT, GEMINI, 1.0)]
        (row,) = [row for row in vendor_rows(JUDGES, pairs, [CLAUDE, GEMINI]) if row.judge == "opus"]
        assert (row.difference, row.n, row.prompts) == (1.0, 10, 10)

    def test_a_prompts_repeats_are_one_prompt(self) -> None:
        pairs = {
            name: [Pair(str(n), repeat, CLAUDE, GEMINI, share) for n in range(8) for repeat in range(5)]
            for name, share in (("opus", 1.0), ("gpt", 0.5))
        }
        (row,) = vendor_rows(JUDGES, pairs, [CLAUDE, GEMINI])
        assert (row.difference, row.n, row.prompts) == (0.5, 40, 8)

    def test_scores_differ_by_how_far_one_is_set_above_the_other(self) -> None:
        def made(own: float, other: float) -> list[Pair]:
            return [Pair(str(n), 0, CLAUDE, GEMINI, (1 + own - other) / 2) for n in range(10)]

        pairs = {"opus": made(1.0, 0.5), "gpt": made(0.5, 0.25)}  # opus is the milder judge, and that is no bias
        (row,) = vendor_rows(JUDGES, pairs, [CLAUDE, GEMINI], scores=True)
        assert row.difference == pytest.approx((1.0 - 0.5) - (0.5 - 0.25))

    def test_without_a_judge_of_another_vendor_it_is_unknown(self) -> None:
        alone = {"opus": JUDGES["opus"], "haiku": CLAUDE}
        pairs = {name: [Pair(str(n), 0, CLAUDE, GEMINI, 1.0) for n in range(10)] for name in alone}
        for row in vendor_rows(alone, pairs, [CLAUDE, GEMINI]):
            assert isnan(row.difference)
            assert row.others == ()
            assert row.verdict == "unknown: no judge of another vendor beside it"

    def test_of_few_prompts_it_is_unknown(self) -> None:
        (row,) = vendor_rows(JUDGES, self.given([1.0] * 4, [0.0] * 4), [CLAUDE, GEMINI])
        assert (row.n, row.prompts, row.verdict) == (4, 4, "unknown: too few prompts")
        assert isnan(row.difference)
        assert isnan(row.low)

    def test_a_judge_of_no_candidates_vendor_has_no_row(self) -> None:
        assert vendor_rows({"gpt": JUDGES["gpt"]}, {"gpt": []}, [CLAUDE, GEMINI]) == []

    def test_unknown_vendors_are_never_the_same_but_a_model_is_itself(self) -> None:
        assert not same_vendor("vllm/mine", "vllm/yours")
        assert same_vendor("vllm/mine", "vllm/mine")
        assert same_vendor("bedrock/us.anthropic.claude-haiku-5-5-v1:0", JUDGES["opus"])
