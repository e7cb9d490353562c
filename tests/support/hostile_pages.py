"""Writes the hostile corpus as static HTML, for a real browser: ``python -m tests.support.hostile_pages FOLDER``.

``page.html`` is what `Comparison.to_html` writes, ``outputs.html`` what a notebook keeps, in a page without any policy
of its own, ``one-*.html`` each huge answer alone; ``index.json`` says how many answers each page has.
"""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path

from tests.support.hostile import corpus
from tests.support.showcase import showcase

from routebook.comparison import Comparison
from routebook.prompts import Prompt
from routebook.render.sheet import MOST_PROMPTS

_SHORT = 3_000


def write(folder: Path) -> None:
    """Write the pages."""
    answers = corpus()
    short = {name: text for name, text in answers.items() if len(text) < _SHORT}
    pages = {"page.html": (_asked(short).to_html(), len(short))}
    names = list(short)
    outputs = [
        _asked({name: short[name] for name in names[start : start + MOST_PROMPTS]})._repr_html_()
        for start in range(0, len(names), MOST_PROMPTS)
    ]
    pages["outputs.html"] = (_bare("\n".join(outputs)), len(short))
    for number, (name, text) in enumerate((item for item in answers.items() if item[0] not in short), start=1):
        pages[f"one-{number:02}.html"] = (_bare(_asked({name: text})._repr_html_()), 1)
    for name, (html, _cards) in pages.items():
        (folder / name).write_text(html, encoding="utf-8")
    (folder / "index.json").write_text(json.dumps({name: cards for name, (_html, cards) in pages.items()}))


def _asked(answers: dict[str, str]) -> Comparison:
    """Return a comparison of one model, asked with an answer's name and answering with it."""
    prompts = {Prompt.of(name).id: text for name, text in answers.items()}
    run = showcase([Prompt.of(name) for name in answers], models=["openai/gpt-6.1-terra"])
    calls = [replace(call, text=prompts[call.prompt_id], reasoning=prompts[call.prompt_id]) for call in run.calls]
    return Comparison(run.run, run.prompts, calls, prices=run._book)


def _bare(html: str) -> str:
    return f'<!doctype html>\n<html lang="en"><meta charset="utf-8"><title>outputs</title><body>{html}</body></html>\n'


if __name__ == "__main__":
    write(Path(sys.argv[1]))
