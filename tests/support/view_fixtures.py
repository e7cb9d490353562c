"""The files in tests/fixtures/view: comparisons and messages as Python gives them to the view.

Both sides are tested against them. `python -m tests.support.view_fixtures` writes them anew, to be read before they
are committed.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from tests.support.examples import judging_of
from tests.support.live_runs import HandRun
from tests.support.showcase import MODELS, NOW, showcase

from routebook.calls import Failure
from routebook.comparison import Comparison
from routebook.comparison_facts import facts_of
from routebook.judgments import Judging, Judgment
from routebook.notebook import drafts
from routebook.notebook.feed import LiveFeed
from routebook.notebook.messages import ExactRequest, Reply
from routebook.pricing import price_book, set_price
from routebook.prompts import Attachment, Message, Prompt
from routebook.providers.contract import Usage
from routebook.render import palette
from routebook.render.document import document
from routebook.render.document_types import Document
from routebook.routing.drafting.draft import PolicyDraft
from routebook.votes import Vote, standing

FOLDER = Path(__file__).parents[1] / "fixtures" / "view"
RUN = "5b08e64c0ffee0000000000000000001"
_PIXEL = b"\x89PNG\r\n\x1a\n" + bytes(60)

CODING = Prompt(
    (
        Message("user", "Hello."),
        Message("assistant", "Hello! What are we writing?"),
        Message(
            "user", "Write the longest run of equal items in a list.", (Attachment(_PIXEL, "image/png", "run.png"),)
        ),
    ),
    system="You are terse.",
    tags=("coding",),
)
RIVER = Prompt.of("Name a river in Europe.", tags=["geography"])
FACTS: tuple[dict[str, Any], ...] = (
    {
        "text": "Scan **once**:\n\n```python\ndef longest(items):\n    best = []\n    return best\n```\n\nIn $O(n)$.",
        "reasoning": "One pass is enough.",
        "request_id": "resp_0a1b2c",
        "served_model": "gpt-6.1-terra-2026-10-01",
        "raw_finish": "completed",
    },
    {"text": "Use `itertools.groupby`:\n\n| step | cost |\n|---|---|\n| group | O(n) |\n", "raw_finish": "end_turn"},
)


def comparison(prompts: tuple[Prompt, ...] = (CODING, RIVER), **run: Any) -> Comparison:
    """Return a comparison with one of everything, whose text differs by prompt."""
    made = showcase(prompts, **({"id": RUN, "plan_sha256": "0" * 64} | run))
    calls = [replace(call, **(FACTS[number] if number < len(FACTS) else {})) for number, call in enumerate(made.calls)]
    return Comparison(made.run, prompts, calls, prices=made._book)


def opened() -> Document:
    """Return a blind comparison whose first prompt was judged."""
    return document(comparison(blind=True), votes=[pair(), rating(CODING)], opened=[CODING.id])


def running() -> Document:
    """Return what a kernel that died in the middle has left: one prompt done, the other half."""
    made = comparison(status="running")
    partly = Comparison(made.run, made.prompts, made.calls[:6], prices=made._book)
    return document(partly)


def failed() -> Document:
    """Return a comparison in which every model failed, each in its way."""
    failures = (
        Failure("auth", "openai refused the key.", "Set OPENAI_API_KEY.", 401),
        Failure("budget", "Not sent: it may cost up to $0.12.", "Raise the budget."),
        Failure("truncated", "The stream ended without its end marker.", "", 200),
        Failure("interrupted", "Stopped.", "Run it again to ask for the rest."),
    )
    made = comparison((RIVER,))
    calls = [
        replace(call, status="error", failure=failure, finish=None, usage=Usage(), text="The Dan" * (number > 1))
        for number, (call, failure) in enumerate(zip(made.calls, failures, strict=True))
    ]
    return document(Comparison(replace(made.run, status="interrupted"), (RIVER,), calls, prices=made._book))


def simulated() -> Document:
    """Return a comparison of simulated models only, asked twice each."""
    made = showcase(
        (RIVER,), models=("sim/small", "sim/large"), repeats=2, id=RUN, plan_sha256="0" * 64, each={"simulated": True}
    )
    return document(made)


def many() -> Document:
    """Return a comparison of forty prompts of three kinds."""
    kinds = ("coding", "geography", "arithmetic")
    prompts = [Prompt.of(f"Question {number}?", tags=[kinds[number % 3]]) for number in range(40)]
    return document(showcase(prompts, id=RUN, plan_sha256="0" * 64))


def judged() -> Document:
    """Return the document of `said`."""
    made = said()
    return document(made, votes=made.file_votes)


def said() -> Comparison:
    """Return a comparison that two checks, a judge and two people spoke of; the last model was said nothing of."""
    made = comparison()
    places = {(call.prompt_id, str(call.model)): call.id for call in made.calls}
    first, second, third, failed = (places[RIVER.id, model] for model in MODELS)
    before, other = places[CODING.id, MODELS[0]], places[CODING.id, MODELS[1]]
    why = "Names the Danube, as <b>asked</b>.\nAnd nothing else."
    judgings = [
        judging(Judgment(first, 1.0), Judgment(second, 0.0, note="'Loire', not 'Danube'"), Judgment(before, 0.125)),
        judging(
            Judgment(first, None, error="KeyError: 'river'"), Judgment(failed, None, error="it failed"), by="is_right"
        ),
        judging(
            Judgment(first, 1.0, second, note=why),
            Judgment(second, 0.5, third),
            Judgment(first, 0.75, third),
            Judgment(before, None, other, error="The judge said nothing."),
            kind="pairwise",
            by="sim/judge",
        ),
    ]
    ratings = [rating(RIVER), rating(RIVER, by="ada", rating=1, id="d" * 32)]
    votes = standing([*ratings, pair(blind=False)])
    return Comparison(made.run, made.prompts, made.calls, prices=made._book, file_judgings=judgings, file_votes=votes)


def judging(*judgments: Judgment, **changes: Any) -> Judging:
    """Return what a check, or a judge, says of the run."""
    return judging_of(*judgments, **({"run_id": RUN, "at": NOW} | changes))


def messages() -> dict[str, Any]:
    """Return what kernel and page say to each other in one run: of every kind of message at least one.

    Applied in order to the snapshot, the changes give `after`.
    """
    set_price(MODELS[0], input=2, output=8)
    set_price(MODELS[1], input=1, output=5)
    run = HandRun.of((MODELS[0], MODELS[1], MODELS[3]), (CODING, RIVER), name="live")
    feed = LiveFeed(run, clock=itertools.count(0, 10).__next__)
    price_book.cache_clear()
    first = feed.snapshot()
    changes = [feed.changes(last=last) for last in steps(run)]
    return {
        "snapshot": first,
        "changes": changes,
        "after": feed.snapshot(),
        "asks": list(asks()),
        "replies": [*replies()],
    }


def steps(run: HandRun) -> Iterator[bool]:
    """Let a run go on, and say after each step whether it is over: two answers, a retry, one that is lost, a stop."""
    run.send(0)
    run.send(1)
    run.say(0, text="Scan **on")
    run.say(1, reasoning="One pass")
    yield False
    run.say(0, text="ce**.")
    run.say(1, reasoning=" is enough.", text="Use")
    yield False
    run.end(0)
    run.fall(1)
    yield False
    run.send(1)
    run.say(1, text="Use `groupby`.")
    yield False
    run.end(1)
    run.send(2)
    run.say(2, text="for item")
    run.end(2, failure=Failure("truncated", "The stream ended without its end marker.", "Ask again."))
    run.end(3, text="The Danube.")
    yield False
    run.skip(run.calls[4])
    run.skip(run.calls[5])
    run.over("interrupted")
    yield True


def asks() -> Iterator[dict[str, Any]]:
    """Give one of each question a page may ask."""
    ballot = {"prompt": CODING.id, "blind": False, "order": ["1-0-0", "1-0-1"]}
    yield {"kind": "stop", "run": RUN, "model": None, "id": "a1"}
    yield {"kind": "stop", "run": RUN, "model": MODELS[0], "id": "a2"}
    pair = {"kind": "pair", **ballot, "a": "1-0-0", "b": "1-0-1", "winner": "both_bad", "note": "Neither runs."}
    yield {"kind": "vote", "run": RUN, "ballot": pair, "id": "a3"}
    rating = {"kind": "rating", **ballot, "blind": True, "order": ["1-0-B", "1-0-A"], "answer": "1-0-B", "rating": 5}
    yield {"kind": "vote", "run": RUN, "ballot": rating, "id": "a4"}
    yield {"kind": "request", "run": RUN, "answer": "1-0-0", "id": "a5"}
    yield {"kind": "resync", "run": RUN, "id": "a6"}
    for number, edit in enumerate(edits()):
        yield {"kind": "draft", "run": RUN, "edit": edit, "id": f"d{number}"}
    yield {"kind": "save", "run": RUN, "file": "routes.yaml", "replace": False, "id": "a7"}


def edits() -> Iterator[dict[str, Any] | None]:
    """Give one of each change a page may make of a policy draft; done in order, they give that of `replies`."""
    first, second = MODELS[:2]
    yield {"verb": "use", "tag": "geography", "model": first}
    yield {"verb": "fallback", "tag": "geography", "model": second}
    yield {"verb": "use", "tag": "coding", "model": second}
    yield {"verb": "move", "tag": "geography", "model": second, "to": 0}
    yield {"verb": "move", "tag": "coding", "model": None, "to": 0}
    yield {"verb": "remove", "tag": "coding", "model": None}
    yield {"verb": "remove", "tag": "geography", "model": first}
    yield {"verb": "undo"}
    yield {"verb": "redo"}
    yield {"verb": "rename", "name": "by hand"}
    yield {"verb": "judge", "name": None}
    chains = [{"tag": "geography", "models": [second, first]}, {"tag": "default", "models": [second]}]
    yield {"verb": "put", "name": "put back", "by": "exact", "rules": chains}
    yield None


def replies() -> Iterator[Reply]:
    """Give one of each reply."""
    open_votes, blind = document(comparison(), votes=[pair(blind=False)])["votes"], opened()
    yield {"kind": "reply", "id": "a1", "ok": True, "answer": "stopped"}
    yield {"kind": "reply", "id": "a2", "ok": False, "error": "This run is over: there is nothing to stop."}
    yield {"kind": "reply", "id": "a3", "ok": True, "answer": "voted", "vote": open_votes[0]}
    yield {
        "kind": "reply",
        "id": "a4",
        "ok": True,
        "answer": "voted",
        "vote": blind["votes"][0],
        "prompt": blind["prompts"][0],
        "models": blind["models"],
    }
    body = {"model": "gpt-6.1-terra", "input": [{"role": "user", "content": "Name a river in Europe."}], "store": False}
    request: ExactRequest = {"protocol": "OpenAI Responses", "body": body}
    yield {"kind": "reply", "id": "a5", "ok": True, "answer": "request", "request": request}
    yield {"kind": "reply", "id": "d12", "ok": True, "answer": "draft", "draft": draft()}
    yield {"kind": "reply", "id": "a7", "ok": True, "answer": "saved", "path": "/notes/routes.yaml"}
    yield {"kind": "reply", "id": "a7", "ok": True, "answer": "taken", "path": "routes.yaml"}


def draft() -> drafts.Draft:
    """Return what a page shows of a draft after all `edits`; of its file, how it begins."""
    run = said()
    made = PolicyDraft(run.models, ("coding", "geography"), lambda by: facts_of(run, by))
    for edit in edits():
        if edit is not None:
            drafts.change(made, edit)  # type: ignore[arg-type]
    shown = drafts.shown(made)
    begins = "".join((shown["file"] or "").splitlines(keepends=True)[:2])
    return {**shown, "history": "0" * 16, "file": begins}


def pair(**changes: Any) -> Vote:
    """Return a vote on the first two models."""
    fields: dict[str, Any] = {
        "run_id": RUN,
        "prompt_id": CODING.id,
        "kind": "pair",
        "by": "ada",
        "model_a": MODELS[0],
        "model_b": MODELS[1],
        "winner": "b",
        "note": "Shorter.",
        "blind": True,
        "shown": MODELS[::-1],
        "source": "view",
        "at": NOW + timedelta(minutes=5),
        "id": "e" * 32,
    }
    return Vote(**(fields | changes))


def rating(prompt: Prompt, **changes: Any) -> Vote:
    """Return a rating of the third model."""
    fields: dict[str, Any] = {
        "run_id": RUN,
        "prompt_id": prompt.id,
        "kind": "rating",
        "by": "grace",
        "model": MODELS[2],
        "rating": 4,
        "shown": MODELS,
        "source": "view",
        "at": NOW + timedelta(minutes=6),
        "id": "f" * 32,
    }
    return Vote(**(fields | changes))


FIXTURES: Mapping[str, Callable[[], object]] = {
    "open": lambda: document(comparison()),
    "votes": lambda: document(comparison(), votes=[pair(blind=False), rating(RIVER)]),
    "blind": lambda: document(comparison(blind=True), votes=[pair()]),
    "opened": opened,
    "running": running,
    "failed": failed,
    "judged": judged,
    "simulated": simulated,
    "many": many,
    "messages": messages,
}


def written(name: str) -> str:
    """Return what a fixture's file has to say."""
    return as_text(FIXTURES[name])


def as_text(made: Callable[[], object]) -> str:
    """Return a fixture as its file has it, in a process that has not seen a model yet."""
    palette.forget()
    return json.dumps(made(), indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def write(folder: Path, fixtures: Mapping[str, Callable[[], object]]) -> None:
    """Write fixtures anew."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, made in fixtures.items():
        (folder / f"{name}.json").write_text(as_text(made), encoding="utf-8")


if __name__ == "__main__":
    write(FOLDER, FIXTURES)
