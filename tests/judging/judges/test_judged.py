"""How a judging is shown: in words, in HTML, of a blind run, of hostile models."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.support.hostile import corpus
from tests.support.judges import Acme, install, likes, says, scores
from tests.support.safe_html import PAGE_TAGS, read

import routebook as rb
from routebook.comparison import Comparison
from routebook.judging.judges.judge import judge

FRAMES = {
    "canaries": "judge canary n mean low high worrying verdict",
    "position": "judge n flipped flipped_low flipped_high first first_low first_high verdict",
    "length": "judge n winner_length loser_length longer_won low high verdict",
    "same_vendor": "judge vendor models others difference low high n prompts verdict",
}


@pytest.fixture
def acme(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Acme:
    minds = {
        "gpt-good": says(lambda prompt: f"good, at length: {prompt}"),
        "claude-bad": says(lambda prompt: f"bad: {prompt}"),
        "gpt-judge": likes(len),
        "claude-judge": likes(lambda answer: -len(answer)),
        "marks": scores(lambda answer: 5 if answer.startswith("good") else 1),
    }
    return install(tmp_path, monkeypatch, minds)


def answered(**options: object) -> Comparison:
    prompts = [f"question {number}" for number in range(8)]
    return rb.compare(prompts, models=["acme/gpt-good", "acme/claude-bad"], name="asked", **options)


def test_a_stranger_understands_the_text(acme: Acme) -> None:
    lines = str(judge(answered(), "acme/gpt-judge")).splitlines()
    assert lines[0] == "Judged by acme/gpt-judge: pairs in both orders, 8 prompts, judging cost unknown, 0 of 40 priced"
    assert [line.split()[0] for line in lines[1:4]] == ["model", "acme/gpt-good", "acme/claude-bad"]
    assert lines[2].split()[1:] == ["1.00", "0.68", "to", "1.00", "8", "0", "27", "0"]
    assert "Whether the judges can be trusted" in lines
    assert "acme/gpt-judge prefers a null answer to real answers in 100% of 8: do not trust it." in lines
    assert lines[-1] == "Canaries: a null answer, which says nothing, and a copy of an answer beside itself."


def test_what_is_found_of_a_judge_has_its_interval_and_how_many_it_rests_on(acme: Acme) -> None:
    lines = str(judge(answered(), "acme/gpt-judge")).splitlines()
    tried = [line.removeprefix("acme/gpt-judge").strip() for line in lines if ": " in line and "  " in line]
    assert [" ".join(line.split()) for line in tried] == [
        "null answer: its share of a pair 1.00 0.68 to 1.00 8 prompts 0.00",
        "copy beside the same: one preferred 0.00 0.00 to 0.32 8 prompts 0.00",
        "orders swapped: verdict flips 0.00 0.00 to 0.32 8 pairs 0.00",
        "orders swapped: share of the first shown 0.50 0.34 to 0.66 8 pairs 0.50",
        "answers of unlike length: longer wins 1.00 0.68 to 1.00 8 pairs depends",
    ]


def test_it_says_of_each_judge_and_model_what_it_made_of_it(acme: Acme) -> None:
    frame = judge(answered(), ["acme/gpt-judge", "acme/claude-judge"]).frame
    columns = "judge model win_rate low high n prompts mean_length flipped errors judge_cost_usd"
    assert list(frame.columns) == columns.split()
    assert frame["judge"].tolist() == ["acme/gpt-judge"] * 2 + ["acme/claude-judge"] * 2
    assert frame["model"].tolist() == [f"acme/{name}" for name in ("gpt-good", "claude-bad", "claude-bad", "gpt-good")]
    assert frame["win_rate"].tolist() == [1, 0, 1, 0]
    assert frame["mean_length"].tolist() == [27, 15, 15, 27]
    assert (frame["low"] <= frame["win_rate"]).all()
    assert (frame["win_rate"] <= frame["high"]).all()
    assert frame["judge_cost_usd"].isna().all()  # nobody knows acme's prices


def test_length_stands_beside_the_win_rate(acme: Acme) -> None:
    length = judge(answered(), ["acme/gpt-judge", "acme/claude-judge"]).length
    assert length["longer_won"].tolist() == [1.0, 0.0]
    assert length["winner_length"].tolist() == [27, 15]
    assert length["verdict"].tolist() == ["the longer answer wins more often", "the shorter answer wins more often"]


@pytest.mark.parametrize("options", [{}, {"scale": (1, 5)}, {"canaries": 0}])
@pytest.mark.parametrize("name", FRAMES)
def test_every_frame_has_its_columns_whatever_there_is_to_say(
    acme: Acme, name: str, options: dict[str, object]
) -> None:
    judged = judge(answered(), "acme/marks" if "scale" in options else "acme/gpt-judge", **options)
    frame = getattr(judged, name)
    assert list(frame.columns) == FRAMES[name].split()
    assert {str(frame[column].dtype) for column in ("low", "high") if column in frame} <= {"float64"}
    assert judged.frame["errors"].tolist() == [0, 0]
    assert "Judged by" in str(judged)


class TestBlind:
    """What is shown names no model of a blind run."""

    def test_neither_text_nor_html_name_a_model(self, acme: Acme) -> None:
        judged = judge(answered(blind=True), ["acme/gpt-judge", "acme/claude-judge"])
        for shown in (str(judged), repr(judged), judged._repr_html_(), str(judged.run)):
            assert "gpt-good" not in shown
            assert "claude-bad" not in shown
        assert "acme/gpt-judge judges a model of its own vendor" in str(judged)
        assert "This run is blind: run.reveal().ranking() tells what was said of which model." in str(judged)

    def test_what_is_data_stays_open(self, acme: Acme) -> None:
        judged = judge(answered(blind=True), "acme/gpt-judge")
        assert judged.frame["model"].tolist() == ["acme/gpt-good", "acme/claude-bad"]
        assert set(judged.verdicts["model_a"]) == {"acme/gpt-good"}


class TestHtml:
    """A calm table, whatever is in it."""

    def test_it_is_a_table_that_can_do_nothing(self, acme: Acme) -> None:
        found = read(judge(answered(), ["acme/gpt-judge", "acme/claude-judge"])._repr_html_(), PAGE_TAGS)
        assert found.forbidden == []
        assert "Whether the judges can be trusted" in found.text
        assert "acme/gpt-judge is of the same vendor as acme/gpt-good" in found.text

    @pytest.mark.parametrize("name", corpus())
    def test_what_a_judge_says_is_shown_as_text(self, acme: Acme, name: str) -> None:
        acme.minds["evil"] = lambda asked: corpus()[name]
        judged = judge(answered(), "acme/evil", canaries=0)
        assert judged.verdicts["error"].str.startswith("acme/evil gave no verdict: ").all()
        assert read(judged._repr_html_(), PAGE_TAGS).forbidden == []
        assert max(map(len, str(judged).splitlines())) < 400


def test_simulated_is_said(acme: Acme) -> None:
    run = rb.compare(["What is 17 * 3?"], models=["sim/small", "sim/large"])
    judged = judge(run, "sim/medium")
    assert "simulated" in str(judged).splitlines()[0]
    assert "simulated" in judged._repr_html_()
    real = judge(answered(), "sim/medium", canaries=0)
    assert real.cost.real.of == 0
    assert "simulated" in str(real)
