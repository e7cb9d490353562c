"""Every answer of the hostile corpus, as static HTML: nothing that could run, fetch, cover or break out."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from tests.support.hostile import corpus
from tests.support.safe_html import PAGE_TAGS, read
from tests.support.showcase import MODELS, showcase

from routebook.calls import Failure
from routebook.prompts import Message, Prompt
from routebook.render.html import diff_html
from routebook.render.markdown import growing_to_html, to_html

CORPUS = corpus()
SHORT = {name: text for name, text in CORPUS.items() if len(text) < 3_000}
_VOID = {"br", "hr", "meta"}
_STYLE = re.compile(r"width:\d+%|grid-column:1/-1|text-align:left;vertical-align:top")
_TWO = [f"sim/m{number}" for number in range(2)]


class Balance(HTMLParser):
    """Checks that every element is closed by its own end tag, and that an inline style is one of ours."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.depth = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name == "style" and not _STYLE.fullmatch(value or ""):
                self.wrong.append(f"a style {value!r}")
        if tag not in _VOID:
            self.open.append(tag)
            self.depth = max(self.depth, len(self.open))

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(f"a stray </{tag}>")


def balance(html: str) -> Balance:
    reader = Balance()
    reader.feed(html)
    reader.close()
    return reader


def test_the_corpus_is_large_and_each_answer_has_a_name() -> None:
    assert len(CORPUS) >= 100


@pytest.mark.parametrize("name", CORPUS)
def test_an_answer_becomes_allowed_elements_only_all_of_them_closed(name: str) -> None:
    for html in (to_html(CORPUS[name]), growing_to_html(CORPUS[name])):
        balanced = balance(html)

        assert read(html).forbidden == []
        assert balanced.wrong == []
        assert balanced.open == []
        assert balanced.depth < 40
        assert len(html) < 13 * len(CORPUS[name]) + 10_000
        html.encode()


@pytest.mark.parametrize("name", SHORT)
def test_an_answer_cut_anywhere_while_it_streams_is_as_safe(name: str) -> None:
    for end in range(1, len(SHORT[name]), 3):
        html = growing_to_html(SHORT[name][:end])

        assert read(html).forbidden == []
        assert balance(html).open == []


@pytest.mark.parametrize("name", SHORT)
def test_whatever_field_is_hostile_the_page_stays_whole(name: str) -> None:
    text = SHORT[name]
    turns = (Message("user", text), Message("assistant", text), Message("user", text if text.strip() else "x"))
    prompt = Prompt(messages=turns, system=text or None, tags=(text[:100],))
    failed = {"status": "error", "failure": Failure("bad_request", text, text)}
    hostile = {"text": text, "reasoning": text, "extras": {"region": text}}
    run = showcase([prompt], models=_TWO, name=text[:100] or None, each=hostile)
    broken = showcase([prompt], models=_TWO, name=text[:100] or None, each=hostile | failed)
    for html in (run._repr_html_(), run.to_html(), broken.to_html(), diff_html(run.diff(*_TWO, prompt=0))):
        balanced = balance(html)

        assert read(html, PAGE_TAGS).forbidden == []
        assert balanced.wrong == []
        assert balanced.open == []


def test_all_hostile_answers_together_leave_a_page_with_every_card() -> None:
    run = showcase([Prompt.of(name) for name in SHORT], models=MODELS[:1])
    html = run.to_html()

    assert html.count('<td class="rb-card') == len(SHORT)
