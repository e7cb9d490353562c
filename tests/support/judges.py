"""The host ``acme``, a plug-in whose models a test gives minds: they answer prompts, or judge answers."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.support.scripted import Script, ScriptedProvider

from routebook.providers.contract import Request
from routebook.providers.registry import forget_servers

Sections = Mapping[str, str]
Mind = Callable[[Sections], object]
"""Takes the sections of a judge's prompt (of any other, its text as ``text``); gives a reply: text or JSON data."""

SECTION = re.compile(r"<(\w+)-([0-9a-f]{8,})>\n(.*?)\n</\1-\2>", re.DOTALL)
_current: list[Acme] = []


class Acme(ScriptedProvider):
    """Asks a model's mind for each reply."""

    def __init__(self, minds: Mapping[str, Mind]) -> None:
        super().__init__(host="acme")
        self.minds = dict(minds)
        self.on_ask = self._think

    def _think(self, request: Request) -> None:
        made = self.minds[request.model.model](sections(request.messages[-1].text))
        if not isinstance(made, Script):
            made = Script([made if isinstance(made, str) else json.dumps(made)])
        self.scripts[request.model.model] = [made]

    def questions(self) -> list[Sections]:
        """What judges were asked so far, as sections."""
        asked = [sections(request.messages[-1].text) for request in self.asked]
        return [found for found in asked if "prompt" in found]


def sections(text: str) -> dict[str, str]:
    """Take a judge's prompt apart, by this test's own reading of its format."""
    found = {name: content for name, _, content in SECTION.findall(text)}
    return found or {"text": text}


def install(folder: Path, monkeypatch: pytest.MonkeyPatch, minds: Mapping[str, Mind]) -> Acme:
    """Install the plug-in, as pip would leave it, with these minds."""
    info = folder / "acme_routebook-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-routebook\nVersion: 1.0\n", encoding="utf-8")
    entry = f"[routebook.providers]\nacme = {__name__}:current\n"
    (info / "entry_points.txt").write_text(entry, encoding="utf-8")
    monkeypatch.syspath_prepend(folder)
    forget_servers()
    _current[:] = [Acme(minds)]
    return _current[0]


def current() -> Acme:
    """What the entry point names."""
    return _current[0]


def winner(choose: Callable[[str, str], str]) -> Mind:
    """Return the mind of a judge of pairs: given two answers, ``A``, ``B`` or ``tie``."""
    return lambda asked: {"reason": "So it is.", "winner": choose(asked["answer_a"], asked["answer_b"])}


def likes(quality: Callable[[str], float]) -> Mind:
    """Return the mind of a judge that prefers the answer of higher quality, whatever the order."""

    def choose(a: str, b: str) -> str:
        return "tie" if quality(a) == quality(b) else "A" if quality(a) > quality(b) else "B"

    return winner(choose)


def scores(score: Callable[[str], int]) -> Mind:
    """Return the mind of a judge that scores each answer by itself."""
    return lambda asked: {"reason": "So it is.", "score": score(asked["answer"])}


def says(answer: Callable[[str], Any]) -> Mind:
    """Return the mind of a model that answers prompts."""
    return lambda asked: answer(asked["text"])
