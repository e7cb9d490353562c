"""A ballot as one page: prompts, answers, script and style in one file that needs no network, no kernel, no routebook.

Answers come in by the gate they always come by (`routebook.render.markdown`), and a policy of the page's own lets
nothing run or load but its one script and its one style, known by their hashes. The answers wait in templates, in an
order that tells nothing; which two of them make a pair is all that the page knows. No model, cost, time or call is
named. The script is js/src/ballot.
"""

from __future__ import annotations

import base64
import hashlib
import json
import random
from collections.abc import Mapping
from importlib.resources import files

from routebook.ballots import Ballot, BallotItem
from routebook.errors import VoteError
from routebook.lookup import count
from routebook.prompts import Message, Prompt
from routebook.render.clean import escape, one_line
from routebook.render.markdown import to_html
from routebook.render.style import STYLE

_LONG_PROMPT = 1_500
_MOST_LINES = 15
_WAITING = (
    "One moment. If nothing comes: this page needs its own script, which a preview does not run. Save the file and "
    "open it in a browser."
)

AnswerKey = tuple[str, int, str]
"""Prompt id, repeat, model."""


def page(
    ballot: Ballot,
    prompts: Mapping[str, Prompt],
    texts: Mapping[AnswerKey, str],
    most: int | None,
    deal: random.Random,
    *,
    simulated: bool = False,
) -> str:
    """Return the page of a ballot.

    Parameters
    ----------
    ballot
        What is asked.
    prompts, texts
        The prompts by id, and the answers.
    most
        How many pairs one voter is asked; `None` is all.
    deal
        What decides the order of the templates.
    simulated
        Whether simulated models gave all the answers, which gives none of them away.

    Raises
    ------
    VoteError
        If the script is not part of this installation.
    """
    sides = [(item, model) for item in ballot.items for model in (item.model_a, item.model_b)]
    answers = list(dict.fromkeys(_key(item, model) for item, model in sides))
    deal.shuffle(answers)
    answer_numbers = {key: number for number, key in enumerate(answers)}
    asked = list(dict.fromkeys(item.prompt_id for item in ballot.items))
    deal.shuffle(asked)
    prompt_numbers = {prompt_id: number for number, prompt_id in enumerate(asked)}
    data = {
        "ballot": ballot.id,
        "key": ballot.key,
        "title": one_line(ballot.title),
        "voters": ballot.voters,
        "most": most,
        **({"simulated": True} if simulated else {}),
        "items": [
            {
                "id": item.id,
                "prompt": prompt_numbers[item.prompt_id],
                "a": answer_numbers[_key(item, item.model_a)],
                "b": answer_numbers[_key(item, item.model_b)],
            }
            for item in ballot.items
        ],
    }
    templates = [_template(f"p{number}", _asked(prompts[id_])) for id_, number in prompt_numbers.items()]
    templates += [_template(f"t{number}", to_html(texts[key])) for key, number in answer_numbers.items()]
    script, style = _part("ballot.js"), STYLE + _part("ballot.css")
    policy = (
        f"default-src 'none'; script-src '{_hash(script)}'; style-src '{_hash(style)}'; img-src data:; "
        "base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'"
    )
    licences = _part("ballot.licenses.txt").replace("--", "- -").replace(">", "&gt;")
    written = json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        '<meta name="referrer" content="no-referrer">'
        f"<title>{escape(one_line(ballot.title, 100))}</title><style>{style}</style></head><body>\n"
        f'<div id="page"><p class="rbb-sheet">{_WAITING}</p></div>\n'
        f"{''.join(templates)}"
        f'<script type="application/json" id="ballot">{written}</script>\n'
        f"<script>{script}</script>\n<!-- The script has parts of these packages.\n\n{licences}\n--></body></html>\n"
    )


def _key(item: BallotItem, model: str) -> AnswerKey:
    return item.prompt_id, item.repeat, model


def _template(name: str, html: str) -> str:
    return f'<template id="{name}">{html}</template>\n'


def _asked(prompt: Prompt) -> str:
    parts = [_folded("Instructions", prompt.system)] if prompt.system else []
    if earlier := prompt.messages[:-1]:
        text = "\n\n".join(f"{message.role}: {message.text}" for message in earlier)
        parts.append(_folded(count(len(earlier), "earlier turn"), text) + "".join(map(_images, earlier)))
    parts.append(_images(prompt.messages[-1]))
    text = prompt.text.strip()
    if len(text) <= _LONG_PROMPT and text.count("\n") < _MOST_LINES:
        parts.append(f'<div class="rbb-q">{escape(text)}</div>')
    else:
        parts.append(_folded(one_line(text, 200), text))
    return "".join(parts)


def _folded(summary: str, text: str) -> str:
    return f'<details><summary>{escape(summary)}</summary><div class="rbb-q">{escape(text)}</div></details>'


def _images(message: Message) -> str:
    """The user's own images, which are one of four kinds that run nothing."""
    return "".join(
        f'<img src="data:{image.media_type};base64,{image.base64}" alt="{escape(one_line(image.name, 100))}">'
        for image in message.attachments
    )


def _part(name: str) -> str:
    try:
        return (files("routebook") / "static" / name).read_text(encoding="utf-8").strip()
    except FileNotFoundError as error:
        raise VoteError(f"The page of a ballot is not part of this installation ({name} is missing).") from error


def _hash(text: str) -> str:
    """Return how a Content-Security-Policy names an inline script or style."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
