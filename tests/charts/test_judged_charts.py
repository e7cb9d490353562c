"""The charts of what was judged: quality, quality by tag, who wins against whom, and who agrees with whom."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import combinations
from typing import Any

import pytest
from tests.support.drawing import HOSTILE, TWELVE, colours, drawn, fan_out, on_dark, rows, subtitle, table, texts
from tests.support.examples import judging_of
from tests.support.showcase import MODELS, showcase

from routebook.charts.style import ON_DARK
from routebook.comparison import Comparison
from routebook.errors import JudgmentError, RunError
from routebook.judging.figures.intervals import mean_interval, wilson
from routebook.judgments import Judging, Judgment


def judged(
    run: Comparison, value: Callable[[int, int], float] = lambda prompt, model: (prompt + model) % 2
) -> Comparison:
    """Return the run with a check ``exact``, and two judges that compared every pair by it, the second less sure.

    `value` is how good an answer is, by the numbers of its prompt and its model.
    """
    models = {model: number for number, model in enumerate(run.models)}
    prompts = {prompt.id: number for number, prompt in enumerate(run.prompts)}
    good = {call.id: float(value(prompts[call.prompt_id], models[str(call.model)])) for call in run.calls}
    pairs = [(a, b) for a, b in combinations(run.calls, 2) if (a.prompt_id, a.repeat) == (b.prompt_id, b.repeat)]
    shares = [0.5 + (good[a.id] - good[b.id]) / 2 for a, b in pairs]
    made: list[Judging] = [judging_of(*(Judgment(id_, share) for id_, share in good.items()), run_id=run.run.id)]
    for judge, sure in (("sim/large", 1.0), ("sim/reasoner", 0.5)):
        said = (
            Judgment(a.id, share if number % 4 else 0.5 + (share - 0.5) * sure, b.id)
            for number, ((a, b), share) in enumerate(zip(pairs, shares, strict=True))
        )
        made.append(judging_of(*said, run_id=run.run.id, kind="pairwise", by=judge))
    return Comparison(run.run, run.prompts, run.calls, prices=run._book, file_judgings=made)


KINDS: dict[str, Callable[[Comparison], Any]] = {
    "quality": lambda run: run.charts.quality("exact"),
    "quality of pairs": lambda run: run.charts.quality("sim/large"),
    "quality by tag": lambda run: run.charts.quality_by_tag("exact"),
    "wins": lambda run: run.charts.wins("sim/large"),
    "agreement": lambda run: run.charts.agreement(),
    "cost against quality": lambda run: run.charts.tradeoff(quality="exact"),
    "latency against quality": lambda run: run.charts.tradeoff("latency", quality="sim/large"),
}


def tagged(run: Comparison, *tags: str) -> Comparison:
    asked = [replace(prompt, tags=(tags[number % len(tags)],)) for number, prompt in enumerate(run.prompts)]
    return Comparison(run.run, asked, run.calls, prices=run._book)


RUNS: dict[str, Callable[[], Comparison]] = {
    "one of everything": lambda: tagged(showcase(), "coding"),
    "twelve models": lambda: tagged(fan_out(TWELVE, 6), "sum"),
    "hostile names": lambda: tagged(fan_out(HOSTILE, 3), *HOSTILE),
    "simulated": lambda: tagged(showcase(each={"simulated": True}), "coding"),
}


@pytest.fixture(params=RUNS, scope="module")
def run(request: pytest.FixtureRequest) -> Comparison:
    return judged(RUNS[request.param]())


@pytest.mark.parametrize("kind", KINDS)
def test_a_chart_is_drawn_without_a_warning_and_in_colours_that_have_a_dark_twin(
    kind: str, run: Comparison, capfd: pytest.CaptureFixture[str]
) -> None:
    chart = KINDS[kind](run)
    picture = drawn(chart)

    assert "WARN" not in capfd.readouterr().err
    assert "NaN" not in picture
    spec = chart.to_dict()
    assert colours(picture) <= set(spec["usermeta"]["routebook"]["dark"])
    dark = on_dark(spec)
    assert not set(ON_DARK) & {word for key in dark if key != "usermeta" for word in str(dark[key]).split("'")}


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_drawn_is_told_in_words_and_simulated_models_are_called_so(kind: str) -> None:
    real, pretended = (judged(RUNS[name]()) for name in ("one of everything", "simulated"))

    assert "Simulated: made-up models" in subtitle(KINDS[kind](pretended))
    assert "Simulated" not in subtitle(KINDS[kind](real))
    assert len(KINDS[kind](real).description.splitlines()) >= len(table(KINDS[kind](real)))  # and what has no place


@pytest.mark.parametrize("kind", KINDS)
def test_a_blind_run_is_not_drawn(kind: str) -> None:
    run = judged(RUNS["one of everything"]())
    blind = Comparison(replace(run.run, blind=True), run.prompts, run.calls, file_judgings=run.file_judgings)

    with pytest.raises(RunError, match="reveal"):
        KINDS[kind](blind)


def test_quality_is_the_mean_over_prompts_with_its_interval() -> None:
    run = judged(fan_out(TWELVE[:2], 10), lambda prompt, model: model or prompt < 3)
    few, all_ = table(run.charts.quality("exact"))

    assert (few["quality"], few["low"], few["high"]) == pytest.approx((0.3, *wilson(3, 10)))
    assert (all_["quality"], all_["low"], all_["high"]) == pytest.approx((1.0, *wilson(10, 10)))
    assert [few["n"], few["prompts"]] == [10, 10]
    assert "0.30 (0.11 to 0.60), n=10" in texts(drawn(run.charts.quality("exact")))


def test_of_pairs_quality_is_the_share_won_with_prompts_as_clusters() -> None:
    run = judged(fan_out(TWELVE[:3], 10), lambda prompt, model: model > prompt % 2)
    found = {row["model"]: row for row in table(run.charts.quality("sim/large"))}
    last = [1 if prompt % 2 else 0.75 for prompt in range(10)]  # beats both, or ties with the second

    assert found[TWELVE[2]]["quality"] == pytest.approx(0.875)
    assert (found[TWELVE[2]]["low"], found[TWELVE[2]]["high"]) == pytest.approx(mean_interval(last))
    assert "share of pairs won, by sim/large" in texts(drawn(run.charts.quality("sim/large")))


def test_a_model_that_was_not_judged_says_so() -> None:
    run = judged(fan_out(TWELVE[:2], 4))
    (check, *_) = run.file_judgings
    own = {call.id for call in run.calls if str(call.model) == TWELVE[0]}
    half = replace(check, judgments=tuple(said for said in check.judgments if said.call_id in own))
    chart = Comparison(run.run, run.prompts, run.calls, file_judgings=[half]).charts.quality()

    assert "not judged" in texts(drawn(chart))


def test_several_names_are_asked_which_is_meant() -> None:
    run = judged(fan_out(TWELVE[:2], 4))

    with pytest.raises(JudgmentError, match="by='sim/large', 'sim/reasoner' or 'exact'"):
        run.charts.quality()
    with pytest.raises(JudgmentError, match=r"no scores by 'exakt'\. Did you mean 'exact'"):
        run.charts.quality("exakt")
    with pytest.raises(JudgmentError, match="no scores yet: check, judge or vote"):
        fan_out(TWELVE[:2], 4).charts.quality()


def test_tags_stand_by_the_number_of_their_prompts_and_few_of_many_are_drawn() -> None:
    asked = tagged(fan_out(TWELVE[:2], 50), *(f"tag-{number % 25}" for number in range(49)))
    chart = judged(asked).charts.quality_by_tag("exact")

    assert len({row["tag"] for row in table(chart)}) == 20
    assert "Not drawn, with fewer prompts: tag-" in subtitle(chart)
    with pytest.raises(JudgmentError, match="has a tag"):
        judged(fan_out(TWELVE[:2], 4)).charts.quality_by_tag("exact")


def test_a_cell_of_the_win_matrix_is_the_share_of_its_pair_and_of_its_mirror_the_rest() -> None:
    run = judged(fan_out(TWELVE[:3], 8), lambda prompt, model: model == 2 or (model == 1 and prompt % 4 == 0))
    cells = {(row["model"], row["against"]): row for row in table(run.charts.wins("sim/large"))}

    assert cells[TWELVE[2], TWELVE[0]]["share_won"] == 1
    assert cells[TWELVE[1], TWELVE[0]]["share_won"] == pytest.approx(0.5 + 2 / 16)
    for (model, against), cell in cells.items():
        assert cell["share_won"] + cells[against, model]["share_won"] == pytest.approx(1)
        assert cell["n"] == 8
    assert next(row["_row"] for row in rows(run.charts.wins("sim/large")) if "_row" in row) == "model-2"


def test_a_half_verdict_is_a_half_in_the_win_matrix_too_as_in_the_win_rate() -> None:
    run = judged(fan_out(TWELVE[:2], 8), lambda prompt, model: model)
    cells = {row["model"]: row["share_won"] for row in table(run.charts.wins("sim/reasoner"))}
    frame = run.ranking("sim/reasoner", rounds=100).frame

    assert cells == pytest.approx(dict(zip(frame["model"], frame["win_rate"], strict=True)))
    assert cells[TWELVE[1]] == pytest.approx(15 / 16)


def test_of_two_models_that_never_met_the_win_matrix_is_empty() -> None:
    run = fan_out(TWELVE[:3], 1)
    run.vote(winner="a", a=TWELVE[0], b=TWELVE[1], by="ada")
    run.vote(winner="b", a=TWELVE[0], b=TWELVE[2], by="ada")

    met = {(row["model"], row["against"]) for row in table(run.charts.wins())}
    assert met == {(TWELVE[0], TWELVE[1]), (TWELVE[1], TWELVE[0]), (TWELVE[0], TWELVE[2]), (TWELVE[2], TWELVE[0])}


def test_agreement_needs_two_who_judged_the_same() -> None:
    run = judged(fan_out(TWELVE[:2], 4))
    alone = Comparison(run.run, run.prompts, run.calls, file_judgings=run.file_judgings[1:2])

    with pytest.raises(JudgmentError, match="two who judge"):
        alone.charts.agreement()


def test_cost_against_quality_has_intervals_in_both_directions() -> None:
    run = judged(showcase())
    priced = judged(fan_out(TWELVE[:2], 30), lambda prompt, model: (prompt + model) % 3 > 0)

    for row in table(priced.charts.tradeoff(quality="exact")):
        assert row["low"] < row["quality"] < row["high"]
        assert row["usd_per_1k_calls_low"] <= row["usd_per_1k_calls"] <= row["usd_per_1k_calls_high"]
    for row in table(priced.charts.tradeoff("latency", quality="exact")):
        assert row["latency_p50_s_low"] < row["latency_p50_s"] < row["latency_p50_s_high"]
    one = table(run.charts.tradeoff(quality="exact"))[0]
    assert one["model"] == MODELS[0]
    assert one["usd_per_1k_calls_low"] is None  # one prompt tells nothing of others
