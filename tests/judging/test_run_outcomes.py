"""A run's outcomes: whose word the quality is, what an answer cost and took, and what is not known."""

from __future__ import annotations

import math
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pandas as pd
import pytest
from tests.support.examples import call_of, judging_of, rating_of, run_of, vote_of

from routebook.calls import Call, Failure
from routebook.comparison import Comparison
from routebook.errors import JudgmentError, ModelError, OutcomesError, RunError
from routebook.judging.keeping import keep
from routebook.judging.run_outcomes import outcomes_of
from routebook.judgments import Judging, Judgment
from routebook.models import ModelId
from routebook.outcomes import Outcomes
from routebook.pricing import PriceBook
from routebook.prompts import Attachment, Message, Prompt
from routebook.runs import compare
from routebook.store import default_store

GPT, CLAUDE = "openai/gpt-6.1-terra", "bedrock/us.anthropic.claude-unpriced-v1:0"
PNG = Attachment(b"\x89PNG\r\n\x1a\n", "image/png", "dot.png")
SUM = Prompt.of("What is 2 + 2?", tags=["sum"], metadata={"split": "test"})
TALK = Prompt(
    (Message("user", "Hi."), Message("assistant", "Hello."), Message("user", "And this?", (PNG,))), system="Be brief."
)
FAILED = {
    "status": "error", "text": "", "latency_s": None, "failure": Failure("server", "It broke."),
    "reported_cost_usd": Decimal(9),
}  # fmt: skip


def book() -> PriceBook:
    """Return a price book that knows one of the models."""
    made = PriceBook()
    made.set_price(GPT, input=2, output=8)
    return made


def run_with(*changes: dict[str, Any], repeats: int = 1) -> Comparison:
    """Return a stored run of two prompts and two models, in which the first calls are changed."""
    run = run_of(models=(GPT, CLAUDE), repeats=repeats, planned=4 * repeats, status="finished", name="maths")
    each = [(p, r, m) for p in (SUM, TALK) for r in range(repeats) for m in (GPT, CLAUDE)]
    calls = [
        call_of(
            run,
            prompt_id=prompt.id,
            repeat=repeat,
            model=ModelId.parse(model),
            **(changes[n] if n < len(changes) else {}),
        )
        for n, (prompt, repeat, model) in enumerate(each)
    ]
    default_store().import_run(run, [SUM, TALK], calls)
    return Comparison(run, [SUM, TALK], calls, prices=book())


def score(run: Comparison, values: list[float | None], **changes: Any) -> Judging:
    """Keep a judging of the run's calls, in their order."""
    made = [
        Judgment(call.id, value, error="" if value is not None else "no answer")
        for call, value in zip(run.calls, values, strict=False)
    ]
    judging = judging_of(*made, **({"run_id": run.run.id} | changes))
    keep(run, judging)
    return judging


def vote(run: Comparison, call: Call, **changes: Any) -> None:
    """Keep ada's vote on the answers to a call's prompt."""
    about = {
        "run_id": run.run.id,
        "prompt_id": call.prompt_id,
        "repeat": call.repeat,
        "model_a": GPT,
        "model_b": CLAUDE,
    }
    keep(run, vote_of(**(about | changes)))


def grid(outcomes: Outcomes, column: str = "quality") -> list[list[float]]:
    """Return a column as rows of prompts and columns of models, -1 where unknown."""
    table: list[list[float]] = outcomes.wide(column).fillna(-1).to_numpy().tolist()
    return table


class TestWhose:
    """Whose word the quality is."""

    def test_the_only_word_there_is_need_not_be_named(self) -> None:
        run = run_with()
        score(run, [1, 0, 0.5, 1])
        outcomes = run.outcomes()
        assert grid(outcomes) == [[1, 0], [0.5, 1]]
        assert outcomes.source.quality == "scores by the check exact"
        assert (outcomes.source.origin, outcomes.source.run_id) == ("the run 'maths'", run.run.id)
        assert grid(outcomes_of(run, "exact")) == grid(outcomes)

    def test_of_several_one_has_to_be_named(self) -> None:
        run = run_with()
        score(run, [1, 0, 0, 1])
        score(run, [0, 0, 1, 1], kind="scale", by="anthropic/claude-opus-5-5", name="opus")
        with pytest.raises(JudgmentError, match="quality='exact' or 'opus'"):
            outcomes_of(run)
        judged = outcomes_of(run, "opus")
        assert grid(judged) == [[0, 0], [1, 1]]
        assert judged.source.judges == ("anthropic/claude-opus-5-5",)
        assert grid(outcomes_of(run, "anthropic/claude-opus-5-5")) == grid(judged)
        with pytest.raises(JudgmentError, match=r"no word by 'exakt'\. Did you mean 'exact'"):
            outcomes_of(run, "exakt")

    def test_a_blind_run_is_revealed_first(self) -> None:
        run = run_with()
        score(run, [1.0, 0.0, 1.0, 0.0])
        blind = Comparison(replace(run.run, blind=True), run.prompts, run.calls)
        with pytest.raises(JudgmentError, match="reveal"):
            outcomes_of(blind)
        assert len(outcomes_of(blind.reveal())) == 4

    def test_where_nobody_judged_it_says_what_to_do(self) -> None:
        with pytest.raises(JudgmentError, match=r"Nobody has judged these answers yet: run.score"):
            outcomes_of(run_with())

    def test_several_people_on_one_answer_are_averaged_before_repeats_are(self) -> None:
        run = run_with(repeats=2)
        for by, rating in (("ada", 1), ("grace", 5)):
            keep(run, rating_of(run_id=run.run.id, prompt_id=SUM.id, model=GPT, rating=rating, by=by))
        keep(run, rating_of(run_id=run.run.id, prompt_id=SUM.id, model=GPT, rating=5, by="ada", repeat=1))
        row = outcomes_of(run, "people").frame.iloc[0]
        assert (row["quality"], row["n"]) == (0.75, 2)  # 0.5 of the first repeat, 1 of the second
        assert row["quality_sd"] == pytest.approx(math.sqrt(0.125))
        assert grid(outcomes_of(run, "grace"))[0] == [1, -1]

    def test_of_pairs_it_is_the_mean_share_an_answer_won(self) -> None:
        run = run_with()
        vote(run, run.calls[0], winner="a", by="ada")
        vote(run, run.calls[0], winner="tie", by="grace")
        vote(run, run.calls[2], winner="b", by="ada")
        outcomes = outcomes_of(run)
        assert grid(outcomes) == [[0.75, 0.25], [0, 1]]
        assert outcomes.source.quality.endswith("by people: relative to the models it met")

    def test_of_scores_and_pairs_by_the_same_the_more_count_and_the_rest_is_noted(self) -> None:
        run = run_with()
        vote(run, run.calls[0], winner="a")
        keep(run, rating_of(run_id=run.run.id, prompt_id=SUM.id, model=CLAUDE, rating=5))
        outcomes = outcomes_of(run, "people")
        assert grid(outcomes)[0] == [1, 0]
        assert "Left out: 1 score by people." in outcomes.notes


class TestGiven:
    """The user's own qualities."""

    def test_by_prompt_and_model_named_as_elsewhere(self) -> None:
        run = run_with(repeats=2)
        outcomes = outcomes_of(run, {(0, "gpt-6.1-terra"): 1, (SUM.id, CLAUDE): 0.5, ("And this?", GPT): True})
        assert grid(outcomes) == [[1, 0.5], [1, -1]]
        assert outcomes.source.quality == "given by the user"
        assert outcomes.frame["n"].tolist() == [2] * 4

    def test_as_a_table_with_repeats(self) -> None:
        run = run_with(repeats=2)
        table = pd.DataFrame(
            {"prompt_id": [SUM.id] * 2, "model": [GPT] * 2, "repeat": [0, 1], "quality": [1.0, 0.0], "other": "x"}
        )
        row = outcomes_of(run, table).frame.iloc[0]
        assert (row["quality"], row["quality_sd"]) == (0.5, pytest.approx(math.sqrt(0.5)))

    @pytest.mark.parametrize(
        ("given", "error", "message"),
        [
            ({(0, GPT): 2}, OutcomesError, "2 is not a number from 0 to 1"),
            ({(0, GPT): math.nan}, OutcomesError, "No quality is known"),
            ({GPT: 1}, OutcomesError, "is not a prompt and a model"),
            ({(0, "gpt-7"): 1}, ModelError, "no model 'gpt-7'"),
            ({(9, GPT): 1}, RunError, "There is no prompt 9"),
            ({(0, GPT): 1, (SUM.id, GPT): 0}, OutcomesError, "twice"),
            ([{"model": GPT, "qualty": 1}], OutcomesError, "Did you mean 'qualty'"),
            ([{"model": GPT, "quality": 1}], RunError, "This run has 2 prompts: say which"),
            ([{"prompt": 0, "model": GPT, "quality": 1, "repeat": 3}], OutcomesError, "Row 1: .* has no repeat 3"),
        ],
    )
    def test_what_cannot_be_is_refused(self, given: Any, error: type[Exception], message: str) -> None:
        with pytest.raises(error, match=message):
            outcomes_of(run_with(), given)


class TestMeasured:
    """Costs, times and prompts."""

    def test_a_cost_is_what_the_answer_cost_when_asked_and_unknown_stays_unknown(self) -> None:
        cached = {"cached_from": "f" * 32, "latency_s": 2.0}
        run = run_with(cached)
        score(run, [1, 1, 1, 1])
        outcomes = outcomes_of(run)
        per_answer = (10 * 2 + 1 * 8) / 1e6
        assert grid(outcomes, "cost_usd") == [[pytest.approx(per_answer), -1], [pytest.approx(per_answer), -1]]
        assert grid(outcomes, "latency_s") == [[2.0, 0.5], [0.5, 0.5]]
        assert outcomes.prices.fillna(-1).to_numpy().tolist()[0] == [2, 8]
        assert outcomes.source.prices == "user"

    def test_repeats_fold_costs_and_times_with_their_spread(self) -> None:
        run = run_with({"latency_s": 1.0}, {}, {"latency_s": 3.0}, repeats=2)
        score(run, [1, 1, 0, 1, 1, 1, 1, 1])
        row = outcomes_of(run).frame.iloc[0]
        assert (row["quality"], row["latency_s"], row["n"], row["cost_usd_sd"]) == (0.5, 2, 2, 0)
        assert row["latency_s_sd"] == pytest.approx(math.sqrt(2))

    def test_a_call_that_failed_has_neither_cost_nor_time_and_only_the_quality_it_was_given(self) -> None:
        run = run_with(FAILED, FAILED)
        score(run, [0, None, 1, 1])
        outcomes = outcomes_of(run)
        assert grid(outcomes) == [[0, -1], [1, 1]]
        assert grid(outcomes, "cost_usd")[0] == grid(outcomes, "latency_s")[0] == [-1, -1]
        assert "2 calls failed: without cost and time here." in outcomes.notes

    def test_prompts_keep_tags_and_metadata_and_their_features_see_the_whole_conversation(self) -> None:
        run = run_with()
        score(run, [1, 1, 1, 1])
        outcomes = outcomes_of(run)
        assert list(outcomes.prompts["tags"]) == [("sum",), ()]
        assert list(outcomes.prompts.index) == [SUM.id, TALK.id]
        assert outcomes.prompts["split"].fillna("").tolist() == ["test", ""]
        assert list(outcomes.select(metadata={"split": "test"}).prompts.index) == [SUM.id]
        features = outcomes.features
        assert features[["turns", "images"]].to_numpy().tolist() == [[1, 0], [2, 1]]
        sent = len("Be brief.\nHi.\nHello.") + len("And this?")
        assert features["prompt_tokens"].tolist() == [4, -(-sent // 4)]
        assert features["characters"].tolist() == [14, 9]

    def test_hosts_and_vendors_are_the_runs(self) -> None:
        run = run_with()
        score(run, [1, 1, 1, 1])
        summary = outcomes_of(run).summary()
        assert summary[["host", "vendor"]].to_numpy().tolist() == [["openai", "openai"], ["bedrock", "anthropic"]]

    def test_what_is_pretended_says_so(self) -> None:
        run = compare(["What is 17 * 23?", "Name a prime."], models=["sim/small", "sim/large"])
        outcomes = outcomes_of(run, {(0, "small"): 1, (0, "large"): 0})
        assert outcomes.simulated == ("sim/small", "sim/large")
        assert repr(outcomes).endswith("simulated>")
        assert any(note.startswith("Simulated:") for note in outcomes.notes)
        assert (outcomes.frame["cost_usd"] > 0).all()
        assert outcomes.source.prices == "simulated"

    def test_its_frame_reads_as_the_same_outcomes(self) -> None:
        run = run_with({}, FAILED, repeats=2)
        score(run, [1, None, 0.5, 0, 1, 1, 1, 1])
        outcomes = outcomes_of(run)
        assert Outcomes.from_frame(outcomes.frame).frame.equals(outcomes.frame)
