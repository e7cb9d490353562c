"""The static page and the notebook's output: complete, escaped, readable with and without styles, blind when asked."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from tests.render.test_markdown import HOSTILE
from tests.support.safe_html import PAGE_TAGS, read
from tests.support.showcase import ASK, MODELS, showcase

from routebook.calls import Attempt, Call, Failure
from routebook.comparison import Comparison
from routebook.prompts import Attachment, Message, Prompt
from routebook.providers.contract import ErrorKind, Usage
from routebook.render.style import STYLE


def _text(html: str) -> str:
    without_styles = re.sub(r"<style>.*?</style>", "", html, flags=re.DOTALL)
    return " ".join(read(without_styles, PAGE_TAGS).text.split())


def test_each_model_has_a_card_with_what_it_cost_and_took() -> None:
    text = _text(showcase()._repr_html_())

    assert "4 models 1 prompt coding $0.0028 now, $0.0040 when asked, 3 of 4 priced slowest 4.2 s" in text
    assert "gpt-6.1-terra openai cost $0.0026 first / total 0.60 / 2.4 s speed 119 tok/s" in text
    assert "claude-haiku-5-5 anthropic cached, asked 2 days ago cost $0 was $0.0012 first / total 0.40 / 1.8 s" in text
    assert "bedrock, us-east-1 2 tries cut at the token limit cost $0.0002 first / total 0.90 / 4.2 s" in text


def test_a_failed_call_is_a_card_with_the_reason_and_what_to_do() -> None:
    text = _text(showcase()._repr_html_())

    assert "my-llama ollama failed cost unknown first / total none tries 3" in text
    assert "No server at localhost:11434 Start it with ollama serve." in text


def test_what_came_before_a_failure_is_shown_under_it() -> None:
    run = showcase(each={"text": "Half an", "status": "error", "failure": Failure("truncated", "The stream broke.")})

    assert "The stream broke. What came before: Half an" in _text(run._repr_html_())


def test_reasoning_is_folded() -> None:
    assert '<details class="rb-why"><summary>reasoning</summary>One pass.</details>' in showcase()._repr_html_()


def test_simulated_answers_say_so_on_every_card_and_above() -> None:
    text = _text(showcase(each={"simulated": True})._repr_html_())

    assert text.count("simulated") >= 1 + len(MODELS)
    assert "All answers are simulated" in text
    assert "$0.0028 simulated, 3 of 4 priced" in text


def test_real_and_simulated_money_are_never_added() -> None:
    run = showcase()
    mixed = Comparison(run.run, run.prompts, [replace(run.calls[0], simulated=True), *run.calls[1:]], prices=run._book)

    assert "$0.0026 simulated" in _text(mixed._repr_html_())
    assert str(mixed.total_cost) == "$0.0002, 2 of 3 priced + $0.0026 simulated"


def test_a_replay_says_that_it_is_one() -> None:
    text = _text(showcase(each={"replayed": True}, replay_of="f" * 32)._repr_html_())

    assert "A replay of what was recorded on" in text
    assert "nothing was sent, nothing was paid" in text
    assert text.count(" replay ") >= len(MODELS)


def test_an_interrupted_run_says_what_is_missing_and_keeps_its_columns() -> None:
    run = showcase(status="interrupted")
    half = Comparison(run.run, run.prompts, run.calls[:2], prices=run._book)
    html = half._repr_html_()

    assert "Interrupted: 2 of 4 calls made." in _text(html)
    assert html.count('class="rb-card') == 4
    assert _text(html).count("Not asked.") == 2


def test_repeats_are_rows_of_cards() -> None:
    html = showcase(repeats=3)._repr_html_()

    assert html.count('<tr class="rb-row') == 3
    assert _text(html).count("repeat 2 of 3") == 4


@pytest.mark.parametrize(
    ("models", "columns", "rows"), [(1, 1, 1), (2, 2, 1), (4, 4, 1), (5, 3, 2), (6, 3, 2), (9, 3, 3)]
)
def test_cards_stand_in_rows_of_at_most_four(models: int, columns: int, rows: int) -> None:
    html = showcase(models=[f"sim/m{number}" for number in range(models)])._repr_html_()

    assert html.count(f'<tr class="rb-row rb-n{columns}">') == rows
    assert html.count(f'width="{100 // columns}%" valign') == models


def test_a_notebook_shows_the_first_twenty_prompts_and_how_to_see_the_rest(tmp_path: Path) -> None:
    run = showcase([Prompt.of(f"question number {number}") for number in range(25)])

    notebook, page = _text(run._repr_html_()), _text(run.to_html(tmp_path / "all.html"))

    assert "question number 19" in notebook
    assert "question number 20" not in notebook
    assert 'The first 20 of 25 prompts are shown. run.to_html("answers.html") writes all of them' in notebook
    assert "question number 24" in page
    assert (tmp_path / "all.html").read_text(encoding="utf-8") == run.to_html()


def test_several_calls_of_a_model_are_summed_up_above() -> None:
    text = _text(showcase([Prompt.of("a"), Prompt.of("b")])._repr_html_())

    assert "model calls errors cost per 1,000 calls first, p50 / p95 total, p50 / p95 speed" in text
    assert "openai/gpt-6.1-terra 2 0 $0.0052 $2.60 0.60 / 0.60 s 2.4 / 2.4 s 119 tok/s" in text


def test_a_long_prompt_is_folded_and_whole() -> None:
    html = showcase([Prompt.of("word " * 500 + "end", system="Be brief.")])._repr_html_()

    assert "<details><summary>word word" in html
    assert _text(html).count("word") > 500
    assert "system Be brief." in _text(html)


def test_earlier_turns_and_images_are_named() -> None:
    image = Attachment(b"\x89PNG\r\n\x1a\n" + b"0" * 2000, "image/png", "cat.png")
    prompt = Prompt((Message("user", "hello"), Message("assistant", "hi"), Message("user", "and this?", (image,))))
    text = _text(showcase([prompt])._repr_html_())

    assert "2 earlier turns user: hello assistant: hi" in text
    assert "image: cat.png, 2 kB" in text


@pytest.mark.parametrize("evil", [*HOSTILE[:12], HOSTILE[21], HOSTILE[22], "`<script>`", "$x$ \\(y\\)"])
def test_nothing_from_outside_is_obeyed_wherever_it_stands(evil: str) -> None:
    run = showcase(
        [Prompt.of(evil, system=evil, tags=[evil])],
        models=["sim/<script>alert(1)</script>", 'sim/"onload="x'],
        each={
            "text": evil,
            "reasoning": evil,
            "failure": Failure("server", evil, evil),
            "status": "error",
            "extras": {"region": evil},
            "simulated": True,
        },
        name=evil,
    )
    run.warn(evil)

    for html in (run.to_html(), run._repr_html_(), run.reveal()._repr_html_()):
        assert read(html, PAGE_TAGS).forbidden == []
        assert "<script" not in html.lower()


def test_a_page_fetches_nothing() -> None:
    html = showcase(each={"text": "![x](https://evil.example/x.png) [y](https://ok.example)"}).to_html()

    assert "default-src 'none'" in html
    assert not re.search(r"\b(src|srcset|poster|action|background)\s*=", html)
    assert "url(" not in html
    assert "@import" not in html


def test_a_notebook_does_not_read_dollars_as_mathematics() -> None:
    assert 'class="rb tex2jax_ignore mathjax_ignore' in showcase()._repr_html_()


def test_the_order_still_reads_where_styles_are_stripped() -> None:
    html = re.sub(r"<style>.*?</style>", "", showcase()._repr_html_(), flags=re.DOTALL)
    bare = re.sub(r' (?:style|class|title)="[^"]*"', "", html)

    assert '<table role="presentation" width="100%">' in bare
    assert bare.count('<td width="25%" valign="top"><div><h4>') == 4
    text = _text(bare)
    places = [text.index(word) for word in ("Write the longest run", "gpt-6.1-terra", "cost $0.0026", "Scan once")]
    assert places == sorted(places)
    assert text.index("Scan once") < text.index("claude-haiku-5-5") < text.index("my-llama")


def test_what_is_saved_stays_small() -> None:
    assert len(STYLE) <= 5_120
    run = showcase(each={"text": "A sentence of an answer, and *one more*.\n\n" * 300, "failure": None, "status": "ok"})

    assert len(run._repr_html_()) < 2.5 * sum(len(call.text) for call in run.calls) + 30_000
    assert run._repr_html_().count("<style>") == 1


def test_a_colour_stays_with_its_model() -> None:
    html = showcase([Prompt.of("a"), Prompt.of("b")])._repr_html_()

    for number, model in enumerate(MODELS):
        short = model.partition("/")[2]
        assert (
            len(re.findall(rf'rb-m{number}"[^>]*><div class="rb-head"><h4 title="{re.escape(model)}">{short}', html))
            == 2
        )


def test_unknown_is_never_zero() -> None:
    run = showcase(each={"usage": Usage(), "ttft_s": None, "latency_s": None, "cached_from": None})
    text = _text(run._repr_html_())

    assert "$0" not in text
    assert "0.0 s" not in text
    assert text.count("cost unknown") >= 4


class TestBlind:
    """A blind run shows answers and nothing else."""

    def run(self, **given: object) -> Comparison:
        return showcase([ASK, Prompt.of("And now?"), Prompt.of("Third?")], blind=True, each=given or None)

    @pytest.fixture(params=["html", "page", "repr", "text"])
    def shown(self, request: pytest.FixtureRequest) -> str:
        run = self.run()
        ways = {"html": run._repr_html_, "page": run.to_html, "repr": lambda: repr(run), "text": run.text_table}
        return ways[request.param]()

    def test_no_name_of_a_model_or_host_appears_anywhere(self, shown: str) -> None:
        for model in MODELS:
            host, _, name = model.partition("/")
            assert name not in shown
            assert host not in shown.lower()

    def test_no_cost_or_time_appears(self, shown: str) -> None:
        body = re.sub(r"<style>.*?</style>", "", shown, flags=re.DOTALL)
        assert "$" not in body
        assert not re.search(r"\d\.\d s\b|tok/s", body)

    def test_nothing_tells_the_models_apart_but_their_answers(self) -> None:
        html = self.run(text="the same", reasoning="", finish="stop", status="ok", failure=None)._repr_html_()
        cards = re.findall(r'<td class="rb-card.*?</td>', html, flags=re.DOTALL)

        assert len(cards) == 12
        assert len({re.sub(r"Answer [A-D]", "Answer", card) for card in cards}) == 1

    def test_a_failure_is_told_without_its_words(self) -> None:
        text = _text(self.run()._repr_html_())

        assert "This answer failed (connection)." in text
        assert "localhost" not in text

    def test_reasoning_and_what_is_unusual_are_hidden(self) -> None:
        text = _text(self.run()._repr_html_())

        assert "One pass." not in text
        assert "cached" not in text
        assert "tries" not in text

    def test_a_warning_that_names_a_model_is_kept_back(self) -> None:
        run = self.run()
        run.warn("gpt-6.1-terra was slow.")
        run.warn("The disk is full.")
        text = _text(run._repr_html_())

        assert "was slow" not in text
        assert "The disk is full." in text
        assert "was slow" in _text(run.reveal()._repr_html_())

    def test_the_order_is_shuffled_for_each_prompt_and_the_same_each_time(self) -> None:
        prompts = [Prompt.of(f"question {number}") for number in range(12)]
        run = showcase(prompts, blind=True)
        html = run._repr_html_()
        firsts = re.findall(r"<h4>Answer A</h4>.*?<div class=\"rb-body\"><div>(.*?)</div>", html, flags=re.DOTALL)

        assert len(set(firsts)) > 1
        assert run._repr_html_() == html

    def test_revealed_it_shows_everything(self) -> None:
        run = self.run()

        assert "gpt-6.1-terra" in run.reveal()._repr_html_()
        assert run.run.blind
        assert not run.reveal().run.blind


def test_a_difference_is_marked_and_escaped() -> None:
    html = showcase(each={"failure": None, "status": "ok", "text": "<b>same</b>"}).diff("gpt-6.1-terra", "my-llama")
    other = showcase().diff("gpt-6.1-terra", "claude-haiku-5-5")._repr_html_()

    assert read(html._repr_html_(), PAGE_TAGS).forbidden == []
    assert "&lt;b&gt;same&lt;/b&gt;" in html._repr_html_()
    assert "<del>Scan</del><ins>Use</ins>" in other


def test_an_amount_too_small_to_write_is_escaped() -> None:
    run = showcase([Prompt.of("a"), Prompt.of("b")], each={"usage": Usage(1, 0, 0, 1, 0)})
    html = run._repr_html_()

    assert "&lt;$0.0001" in html
    assert "<$" not in html


def _tried(kind: ErrorKind, text: str = "") -> Attempt:
    return Attempt(Failure(kind, "It broke."), 0.5, 0.1, text)


_AGAIN = "asked again after an attempt that may have been charged; that cost is not known and not in the total."


def test_an_attempt_that_may_have_been_charged_is_told_of() -> None:
    run = showcase()
    first, second, *rest = (replace(call, attempts=()) for call in run.calls)

    def noted(*calls: Call, blind: bool = False) -> list[str]:
        shown = Comparison(replace(run.run, blind=blind), run.prompts, [*calls, *rest], prices=run._book)
        text = _text(shown._repr_html_())
        assert (_AGAIN in text) == (_AGAIN in " ".join(shown.text_table(300).split()))
        return re.findall(rf"(\d+ calls? (?:was|were)) {re.escape(_AGAIN)}", text)

    charged, refused = (_tried("timeout"),), (_tried("rate_limit"),)
    fresh = replace(second, cached_from=None, cached_at=None)
    assert noted(replace(first, attempts=charged), fresh) == ["1 call was"]
    assert noted(replace(first, attempts=charged), replace(fresh, attempts=refused + charged)) == ["2 calls were"]
    assert noted(replace(first, attempts=(_tried("rate_limit", "Half an"),)), fresh) == ["1 call was"]
    assert noted(replace(first, attempts=refused), replace(second, attempts=charged)) == [], "refused; paid for before"
    assert noted(replace(first, attempts=charged, simulated=True), fresh) == []
    assert noted(replace(first, attempts=charged), fresh, blind=True) == []
