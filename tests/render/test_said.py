"""What was said of answers, in every view: on the cards, for each model, in a terminal; nothing while it is blind."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from tests.render.test_markdown import HOSTILE
from tests.support.examples import judging_of, rating_of
from tests.support.safe_html import PAGE_TAGS, read
from tests.support.showcase import ASK, MODELS, showcase
from tests.support.strategies import texts
from tests.support.view_fixtures import CODING, RIVER, comparison

from routebook.comparison import Comparison
from routebook.judgments import Judging, Judgment
from routebook.notebook.display import result_bundle
from routebook.prompts import Prompt
from routebook.render.document import COMPARISON_MIME, document

FIRST, SECOND = MODELS[:2]
AGAIN = Prompt.of("And now?")


def checked(run: Comparison, values: dict[str, float | None], **facts: Any) -> Judging:
    """Return what a check says of the models' answers to every prompt; `None` is an error."""
    judgments = [
        Judgment(call.id, values[str(call.model)], error="" if values[str(call.model)] is not None else "KeyError: 'a'")
        for call in run.calls
        if str(call.model) in values
    ]
    return judging_of(*judgments, **({"run_id": run.run.id} | facts))


def compared(run: Comparison, share: float) -> Judging:
    """Return what a judge says of the first two models' answers to every prompt."""
    judgments = [
        Judgment(run.find(FIRST, prompt).id, share, run.find(SECOND, prompt).id, note="A is shorter.")
        for prompt in run.prompts
    ]
    return judging_of(*judgments, run_id=run.run.id, kind="pairwise", by="sim/judge")


def with_said(run: Comparison, *judgings: Judging, **facts: Any) -> Comparison:
    """Return the run with what was said of it in its file."""
    return Comparison(run.run, run.prompts, run.calls, prices=run._book, file_judgings=judgings, **facts)


def text_of(html: str) -> str:
    """Return what a page says."""
    return " ".join(read(re.sub(r"<style>.*?</style>", "", html, flags=re.DOTALL), PAGE_TAGS).text.split())


@pytest.fixture
def run() -> Comparison:
    """Return one prompt that a check, a failing check, a judge and ada spoke of."""
    made = showcase()
    checks = checked(made, {FIRST: 1.0, SECOND: 0.25}), checked(made, {FIRST: None}, by="is_right")
    vote = rating_of(run_id=made.run.id, prompt_id=ASK.id, model=SECOND, rating=4, note="Short.")
    return with_said(made, *checks, compared(made, 1.0), file_votes=[vote])


class TestHtml:
    """The static HTML."""

    def test_a_card_has_what_was_said_of_its_answer(self, run: Comparison) -> None:
        text = text_of(run._repr_html_())
        assert "speed 119 tok/s exact 1.00 is_right: no score sim/judge: won 1 of 1" in text
        assert "exact 0.25 people 0.75 sim/judge: won 0 of 1" in text

    def test_why_is_a_title(self, run: Comparison) -> None:
        html = run._repr_html_()
        assert (
            '<span class="rb-chip" title="KeyError: &#x27;a&#x27;">is_right: <strong>no score</strong></span>' in html
        )
        assert 'title="ada: Short."' in html

    def test_many_are_folded(self) -> None:
        made = showcase()
        many = with_said(made, *(checked(made, {FIRST: number / 10}, by=f"check {number}") for number in range(5)))
        assert "check 0 0.00 check 1 0.10 check 2 0.20 +2" in text_of(many._repr_html_())
        assert 'title="check 3 0.30; check 4 0.40">+2<' in many._repr_html_()

    def test_models_have_their_means_above(self) -> None:
        made = showcase([ASK, AGAIN])
        html = with_said(made, checked(made, {FIRST: 0.5, SECOND: 1.0}), compared(made, 0.5)).to_html()
        assert "total, p50 / p95 speed exact sim/judge, pairs" in text_of(html)
        assert "119 tok/s 0.50 (n=2) 0.50 (n=2)" in text_of(html)
        assert "my-llama 2 2 unknown unknown unknown unknown unknown – –" in text_of(html)

    @pytest.mark.parametrize("evil", HOSTILE)
    def test_neither_a_name_nor_a_note_is_obeyed(self, evil: str) -> None:
        made = showcase([ASK, AGAIN])
        said = checked(made, {FIRST: 1.0})
        names = [evil[:200], f"{evil[:90]} again"] if evil.strip() else ["exact"]
        judgments = [judgment._replace(note=evil[:10_000]) for judgment in said.judgments]
        judgings = [judging_of(*judgments, run_id=made.run.id, by=name) for name in names]
        for html in (with_said(made, *judgings)._repr_html_(), with_said(made, *judgings).to_html()):
            assert read(html, PAGE_TAGS).forbidden == []
            assert "<script" not in html.lower()


def test_a_terminal_says_it_too(run: Comparison) -> None:
    lines = " ".join(run.text_table(200).replace("│", " ").split())
    assert "exact 1.00 exact 0.25" in lines
    assert "is_right: no score people 0.75" in lines
    made = showcase([ASK, AGAIN])
    table = with_said(made, checked(made, {FIRST: 0.5})).text_table(170)
    assert "119 0.50 (n=2)" in " ".join(table.split())


def test_a_terminal_is_not_steered_by_a_name_and_keeps_its_width() -> None:
    made = showcase([ASK, AGAIN])
    evil = "\x1b[31m[bold]x[/bold]\u202e" + "long " * 30
    many = with_said(made, *(checked(made, {FIRST: 1.0}, by=f"{number} {evil}") for number in range(5)))
    for width in (60, 120):
        table = many.text_table(width)
        assert "\x1b" not in table
        assert "\u202e" not in table
        assert max(map(len, table.splitlines())) <= width
    assert "+2 more in run.scores and run.verdicts" in " ".join(many.text_table(200).split())


class TestDocument:
    """What the interactive view is given."""

    def test_it_has_checks_and_judges_and_leaves_people_to_the_votes(self, run: Comparison) -> None:
        answers = document(run)["prompts"][0]["answers"]
        assert answers[0]["scores"] == [
            {"name": "exact", "value": 1.0},
            {"name": "is_right", "value": None, "note": "KeyError: 'a'"},
            {"name": "sim/judge", "value": 1.0, "won": 1, "tied": 0, "note": "A is shorter."},
        ]
        assert [one["name"] for one in answers[1]["scores"]] == ["exact", "sim/judge"]
        assert "scores" not in answers[2]

    def test_a_run_nobody_spoke_of_is_written_as_before(self) -> None:
        assert "scores" not in json.dumps(document(showcase([ASK, AGAIN])))
        assert "means" not in json.dumps(document(showcase([ASK, AGAIN])))

    def test_means_are_beside_a_summary(self, run: Comparison) -> None:
        assert "means" not in document(run)["models"][0]
        made = showcase([ASK, AGAIN])
        models = document(with_said(made, checked(made, {FIRST: 0.5}), compared(made, 0.75)))["models"]
        assert models[0]["means"] == [
            {"name": "exact", "value": 0.5, "n": 2},
            {"name": "sim/judge", "value": 0.75, "n": 2, "pairs": True},
        ]
        assert "means" not in models[3]

    def test_notes_count_to_what_a_notebook_keeps(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("routebook.render.document.MOST_CHARACTERS", 3_000)
        made = showcase([ASK, AGAIN, RIVER])
        noted = [
            judgment._replace(note="why " * 100) for judgment in checked(made, dict.fromkeys(MODELS[:3], 1.0)).judgments
        ]
        judgings = [judging_of(*noted, run_id=made.run.id, by=f"check {number}") for number in range(3)]
        assert len(document(made)["prompts"]) == 3
        assert len(document(with_said(made, *judgings))["prompts"]) == 1

    @given(texts(), texts())
    def test_whatever_is_said_is_written_as_json(self, name: str, note: str) -> None:
        made = showcase()
        judgments = [Judgment(call.id, 0.5, note=note[:10_000]) for call in made.calls]
        judging = judging_of(*judgments, run_id=made.run.id, by=f"x{name[:100]}")
        json.dumps(document(with_said(made, judging)), allow_nan=False, ensure_ascii=False).encode("utf-8")


class TestBlind:
    """A prompt of a blind run that is not opened."""

    def judged(self) -> Comparison:
        made = comparison(blind=True)
        check = checked(made, {FIRST: 1.0, SECOND: 0.0}, by="was checked")
        noted = replace(check, judgments=tuple(one._replace(note="a secret note") for one in check.judgments))
        return with_said(made, noted, compared(made, 1.0))

    @pytest.mark.parametrize("way", ["document", "html", "page", "text"])
    def test_says_nothing(self, way: str) -> None:
        run = self.judged()
        ways = {
            "document": lambda: json.dumps(document(run)),
            "html": run._repr_html_,
            "page": run.to_html,
            "text": run.text_table,
        }
        shown = ways[way]()
        assert [word for word in ("was checked", "secret", "sim/judge", "scores", "1.00") if word in shown] == []

    def test_says_it_when_it_is_opened_and_the_rest_stays_blind(self) -> None:
        first, second = document(self.judged(), opened=[CODING.id])["prompts"]
        assert any("scores" in answer for answer in first["answers"])
        assert not any("scores" in answer for answer in second["answers"])

    def test_has_no_means_of_models_even_then(self) -> None:
        """A mean over prompts that are still hidden would tell of these."""
        made = document(self.judged(), opened=[CODING.id])
        assert [model for model in made["models"] if "means" in model] == []


def test_what_a_notebook_is_given_is_read_once_and_the_same_in_each_form(run: Comparison) -> None:
    bundle = result_bundle(run)
    assert bundle[COMPARISON_MIME]["prompts"][0]["answers"][0]["scores"][0]["value"] == 1.0
    assert "exact 1.00" in text_of(bundle["text/html"])
