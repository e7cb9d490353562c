"""A run while it goes on: the same cards, filling up."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from tests.support.safe_html import PAGE_TAGS, read
from tests.support.showcase import ASK, MODELS, showcase

from routebook.calls import Call, RunInfo
from routebook.engine.plan import Quote
from routebook.models import ModelId
from routebook.prompts import Prompt
from routebook.providers.contract import Request
from routebook.render.html import live_html
from routebook.render.live_sheets import LiveSheets


class Live:
    """What the view needs of `routebook.engine.live.LiveCall`."""

    def __init__(self, model: str, prompt: Prompt = ASK, phase: str = "queued", text: str = "") -> None:
        self.request = Request(ModelId.parse(model), prompt.messages)
        self.prompt = prompt
        self.prompt_id = prompt.id
        self.repeat = 0
        self.attempt = 1
        self.phase = phase
        self.text = text
        self.reasoning = ""
        self.elapsed_s: float | None = None
        self.call: Call | None = None
        self.recorder: Any = None

    def text_so_far(self) -> str:
        return self.text

    def reasoning_so_far(self) -> str:
        return self.reasoning


class LiveRun:
    """What the view needs of `routebook.engine.live.LiveRun`."""

    def __init__(self, run: RunInfo, calls: list[Live]) -> None:
        self.run = run
        self.calls = calls
        self.prompts = tuple({call.prompt_id: call.prompt for call in calls}.values())
        self.done = False
        self.quote = Quote(Decimal("0.001"), Decimal("0.0304"), len(calls), 0, ("ollama/my-llama",))


@pytest.fixture
def live() -> LiveRun:
    return LiveRun(showcase(status="running").run, [Live(model) for model in MODELS])


def _text(html: str) -> str:
    reader = read(html[html.index("</style>") :], PAGE_TAGS)
    assert reader.forbidden == []
    return " ".join(reader.text.split())


def test_every_model_has_its_column_from_the_start(live: LiveRun) -> None:
    html = live_html(LiveSheets(live))

    assert html.count('class="rb-card') == 4
    assert _text(html).count("queued") == 4
    assert "0 of 4 done" in _text(html)


def test_what_it_was_quoted_to_cost_stands_above_from_the_start(live: LiveRun) -> None:
    assert "quoted up to $0.030, 1 model of unknown price" in _text(live_html(LiveSheets(live)))


def test_text_appears_as_it_comes_with_a_caret_at_its_end(live: LiveRun) -> None:
    call = live.calls[0]
    call.phase, call.text, call.elapsed_s = "streaming", "Scan **on", 1.25
    call.recorder = SimpleNamespace(first_text_us=612_000)

    html = live_html(LiveSheets(live))

    assert '<p>Scan **on<span class="rb-caret"></span></p>' in html
    assert "streaming cost – first / total 0.61 / 1.2 s" in _text(html)


def test_what_is_not_known_yet_is_a_dash(live: LiveRun) -> None:
    live.calls[0].phase, live.calls[0].elapsed_s = "streaming", 0.4

    assert "cost – first / total – / 0.40 s speed –" in _text(live_html(LiveSheets(live)))


def test_reasoning_is_folded_while_it_comes(live: LiveRun) -> None:
    live.calls[0].phase, live.calls[0].reasoning = "streaming", "Let me think"

    assert "<summary>reasoning …</summary>Let me think</details>" in live_html(LiveSheets(live))


def test_a_finished_call_shows_its_figures_while_others_go_on(live: LiveRun) -> None:
    done = showcase()
    for number in (0, 3):
        live.calls[number].phase, live.calls[number].call = "done", done.calls[number]

    text = _text(live_html(LiveSheets(live)))

    assert "2 of 4 done" in text
    assert "first / total 0.60 / 2.4 s speed 119 tok/s" in text
    assert "No server at localhost:11434" in text


def test_each_picture_has_the_same_columns_and_facts_so_that_nothing_jumps(live: LiveRun) -> None:
    before = live_html(LiveSheets(live))
    live.calls[0].phase, live.calls[0].text = "streaming", "some *text*\n\n- and\n- more"
    after = live_html(LiveSheets(live))

    for part in ('class="rb-card', 'class="rb-facts"', '<span class="rb-k">speed</span>', 'class="rb-host"'):
        assert before.count(part) == after.count(part) == 4


def test_a_second_try_says_so(live: LiveRun) -> None:
    live.calls[0].phase, live.calls[0].attempt = "waiting", 2

    assert "openai trying again try 2" in _text(live_html(LiveSheets(live)))


def test_a_simulated_model_says_so_from_the_start() -> None:
    run = LiveRun(showcase(models=["sim/small"], status="running").run, [Live("sim/small")])

    assert _text(live_html(LiveSheets(run))).count("simulated") == 3


def test_of_many_prompts_the_first_are_shown_so_that_a_kernel_that_dies_leaves_what_had_finished() -> None:
    prompts = [Prompt.of(f"question {number}") for number in range(30)]
    done = showcase(prompts)
    run = LiveRun(done.run, [Live(model, prompt) for prompt in prompts for model in MODELS])
    for live, call in zip(run.calls[:40], done.calls, strict=False):
        live.phase, live.call = "done", call

    text = _text(live_html(LiveSheets(run)))

    assert "40 of 120 done" in text
    assert "prompt 20 of 30 question 19" in text
    assert "question 20" not in text


def test_a_blind_run_is_blind_while_it_goes_on(live: LiveRun) -> None:
    live.run = replace(live.run, blind=True)
    done = showcase()
    for call, ended in zip(live.calls, done.calls, strict=True):
        call.phase, call.call = "done", ended
    live.calls[0].phase, live.calls[0].call, live.calls[0].elapsed_s = "streaming", None, 2.5

    html = live_html(LiveSheets(live))

    for word in ("gpt", "claude", "nova", "llama", "openai", "anthropic", "bedrock", "$", "2.5", "tok/s"):
        assert word not in html[html.index("</style>") :]


@pytest.mark.parametrize("blind", [False, True])
def test_a_call_stopped_before_it_was_sent_is_not_asked(live: LiveRun, blind: bool) -> None:
    live.run = replace(live.run, blind=blind)
    live.calls[0].phase, live.calls[0].call = "done", showcase().calls[0]
    for call in live.calls[1:]:
        call.phase = "done"

    text = _text(live_html(LiveSheets(live)))

    assert "1 of 4 done" in text
    assert text.count("Not asked.") == 3
    assert "The answer is empty." not in text
