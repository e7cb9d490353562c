"""A comparison as the interactive view takes it, and as a notebook keeps it: plain JSON data.

Everything is taken from the same cards as the HTML, so it shows no more than they do. The shapes are in
`routebook.render.document_types`, and for the other side in js/src/messages.ts; both sides are tested against the files
in tests/fixtures/view.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from routebook.calls import RunInfo
from routebook.comparison_json import writable
from routebook.costs import RunCost
from routebook.lookup import count
from routebook.prompts import Prompt as Asked
from routebook.render.cards import Card
from routebook.render.clean import one_line
from routebook.render.document_types import (
    Answer,
    Badge,
    Cost,
    Document,
    Image,
    Mean,
    Model,
    Prompt,
    Run,
    Score,
    Summary,
    Vote,
)
from routebook.render.said import Mean as SaidOfModel
from routebook.render.said import Said
from routebook.render.said import Score as SaidOfAnswer
from routebook.render.sheet import Column, Section, Sheet, sheet_of
from routebook.tables import plain

if TYPE_CHECKING:
    from routebook.comparison import Comparison
    from routebook.votes import Vote as StoredVote

COMPARISON_MIME = "application/vnd.routebook.comparison.v1+json"
MOST_ANSWERS = 8_000
MOST_CHARACTERS = 8_000_000
_LONGEST_NAME = 80


def document(
    comparison: Comparison,
    *,
    votes: Iterable[StoredVote] = (),
    opened: Collection[str] = (),
    said: Said | None = None,
) -> Document:
    """Return a comparison as the interactive view takes it.

    Of a very large run only the first prompts are in it, and a note says so.

    Parameters
    ----------
    comparison
        The comparison.
    votes
        What people said of it; in a blind run those on prompts that are not opened are left out.
    opened
        Ids of the prompts of a blind run that hide nothing any more.
    said
        What was said of the answers; read from the store, unless it is given. What people said is in the votes.
    """
    repeats = len({call.repeat for call in comparison.calls}) or 1
    most = most_prompts(len(comparison.models) * repeats)
    return cut(document_of(comparison.run, sheet_of(comparison, most=most, opened=opened, said=said), votes=votes))


def document_of(run: RunInfo, sheet: Sheet, *, votes: Iterable[StoredVote] = ()) -> Document:
    """Return a sheet of a run as the interactive view takes it."""
    return {
        "routebook": 1,
        "run": run_of(run, sheet),
        "models": models_of(sheet),
        "prompts": [prompt_of(section) for section in sheet.sections],
        "notes": [writable(note) for note in sheet.notes],
        "votes": votes_of(sheet.sections, votes),
    }


def most_prompts(answers_each: int) -> int:
    """Return how many prompts of so many answers each a view is given."""
    return max(1, MOST_ANSWERS // max(1, answers_each))


def cut(document: Document) -> Document:
    """Return a document as a notebook may keep it: the first prompts within bounds, and a note where there are more."""
    prompts, characters = document["prompts"], 0
    for number, prompt in enumerate(prompts):
        characters += len(prompt["text"])
        for answer in prompt["answers"]:
            characters += len(answer.get("text", "")) + len(answer.get("reasoning", ""))
            characters += sum(len(one["name"]) + len(one.get("note", "")) for one in answer.get("scores", ()))
        if number and characters > MOST_CHARACTERS:
            prompts = prompts[:number]
            break
    all_prompts = document["run"]["prompts"]
    if len(prompts) == all_prompts:
        return document
    note = (
        f"The first {len(prompts):,} of {count(all_prompts, 'prompt')} are shown: run.to_html('answers.html') writes "
        "all of them, run.frame has every call."
    )
    shown = {prompt["id"] for prompt in prompts}
    votes = [vote for vote in document["votes"] if vote["prompt"] in shown]
    return {**document, "prompts": prompts, "notes": [*document["notes"], note], "votes": votes}


def run_of(run: RunInfo, sheet: Sheet) -> Run:
    """Return what is known of a run."""
    made: Run = {
        "id": run.id,
        "name": writable(sheet.title),
        "created_at": run.created_at.isoformat(),
        "status": run.status,
        "planned": sheet.planned,
        "done": sheet.done,
        "repeats": run.repeats,
        "prompts": sheet.prompts,
        "tags": [writable(tag) for tag in sheet.tags],
        "blind": run.blind,
        "simulated": sheet.simulated,
        "cost": None if sheet.cost is None else cost_of(sheet.cost),
        "slowest_s": rounded_s(sheet.slowest_s),
        "settings": as_json(plain(run.settings)),
    }
    if sheet.quoted:
        made["quoted"] = sheet.quoted
    return made


def models_of(sheet: Sheet) -> list[Model]:
    """Return the models of a sheet; none in a blind run of which nothing is opened."""
    rows = {str(row["model"]): row for row in sheet.rows}
    return [_model(column, rows.get(str(column.model)), sheet.means) for column in sheet.columns]


def summary_of(row: Mapping[str, Any]) -> Summary:
    """Return what is known of a model's calls, from its row in `routebook.frames.model_rows`."""
    made: dict[str, Any] = {name: row[name] for name in Summary.__required_keys__}
    for name, value in made.items():
        if name.endswith("_s"):
            made[name] = rounded_s(value)
        elif "usd" in name and value is not None:
            made[name] = float(f"{value:.6g}")
    return {name: made[name] for name in Summary.__annotations__}  # type: ignore[return-value]


def prompt_of(section: Section) -> Prompt:
    """Return a prompt and its answers."""
    asked = section.prompt
    made: Prompt = {"id": asked.id, "number": section.number, "text": writable(asked.text), "answers": []}
    if asked.system:
        made["system"] = writable(asked.system)
    if asked.messages[:-1]:
        made["earlier"] = [{"role": turn.role, "text": writable(turn.text)} for turn in asked.messages[:-1]]
    if asked.tags:
        made["tags"] = [writable(tag) for tag in asked.tags]
    if images := _images(asked):
        made["images"] = images
    for row in section.rows:
        made["answers"] += [answer_of(card, section.number) for card in row]
    return made


def answer_id(prompt: int, card: Card) -> str:
    """Return what an answer is called: its prompt's number, its repeat, and its model's place or its letter.

    The letter stays when the answer is opened; neither says which model is behind it.
    """
    return f"{prompt}-{card.repeat}-{card.label.removeprefix('Answer ') or card.column}"


def answer_of(card: Card, prompt: int) -> Answer:
    """Return a card as an answer to the prompt of this number."""
    made: Answer = {
        "id": answer_id(prompt, card),
        "model": card.column,
        "repeat": card.repeat,
        "phase": card.phase,
    }
    if card.label:
        made["label"] = card.label
    if card.text:
        made["text"] = writable(card.text)
    if card.reasoning:
        made["reasoning"] = writable(card.reasoning)
    if card.host and card.host != card.model.partition("/")[0]:
        made["host"] = card.host
    if card.badges:
        made["badges"] = [_badge(badge) for badge in card.badges]
    if card.failure is not None:
        made["failure"] = {"kind": card.failure.kind, "message": writable(card.failure.message)}
        if card.failure.hint:
            made["failure"]["hint"] = writable(card.failure.hint)
        if card.failure.status is not None:
            made["failure"]["status"] = card.failure.status
    if card.tries > 1:
        made["tries"] = card.tries
    if not card.blind and card.phase in ("done", "failed"):
        _facts(made, card)
    elif card.growing:
        for name, value in (("ttft_s", card.ttft_s), ("latency_s", card.latency_s)):
            if value is not None:
                made[name] = rounded_s(value)  # type: ignore[literal-required]
    return made


def _facts(made: Answer, card: Card) -> None:
    usage = card.usage
    made["usd"] = _usd(card.now_usd)
    if card.list_usd != card.now_usd:
        made["list_usd"] = _usd(card.list_usd)
    if card.price_source:
        made["price"] = card.price_source
    made["ttft_s"] = rounded_s(card.ttft_s)
    made["latency_s"] = rounded_s(card.latency_s)
    if card.phase == "done":
        made["tokens_per_s"] = None if card.tokens_per_s is None else round(card.tokens_per_s, 1)
    if card.phase == "done" or usage.output_tokens is not None:
        made["input_tokens"] = usage.input_tokens
        made["output_tokens"] = usage.output_tokens
        if usage.cached_tokens != 0:
            made["cached_tokens"] = usage.cached_tokens
        if usage.reasoning_tokens != 0:
            made["reasoning_tokens"] = usage.reasoning_tokens
    if card.finish:
        made["finish"] = writable(card.finish)
    if card.request_id:
        made["request_id"] = writable(card.request_id)
    if card.served_model and card.served_model != card.model.partition("/")[2]:
        made["served_model"] = writable(card.served_model)
    if card.started_at is not None:
        made["started_at"] = card.started_at.isoformat(timespec="milliseconds")
    if scores := [_score(one) for one in card.scores if not one.people]:
        made["scores"] = scores


def votes_of(sections: Iterable[Section], votes: Iterable[StoredVote]) -> list[Vote]:
    """Return votes by the ids of the answers they are about; those on answers whose models are hidden are left out."""
    named = {
        (section.prompt.id, card.repeat, card.model): answer_id(section.number, card)
        for section in sections
        for row in section.rows
        for card in row
        if card.model
    }
    made: list[Vote] = []
    for vote in votes:
        ids = {model: named.get((vote.prompt_id, vote.repeat, model)) for model in (*vote.shown, *vote.models)}
        if None not in ids.values():
            made.append(vote_of(vote, ids))  # type: ignore[arg-type]
    return made


def vote_of(vote: StoredVote, ids: Mapping[str, str]) -> Vote:
    """Return a vote with the ids of the answers it is about, by their models."""
    made: Vote = {
        "kind": vote.kind,
        "prompt": vote.prompt_id,
        "blind": vote.blind,
        "order": [ids[model] for model in vote.shown],
        "id": vote.id,
        "by": writable(vote.by),
        "at": vote.at.isoformat(),
    }
    if vote.note:
        made["note"] = writable(vote.note)
    if vote.model_a is not None and vote.model_b is not None and vote.winner is not None:
        return {**made, "a": ids[vote.model_a], "b": ids[vote.model_b], "winner": vote.winner}
    if vote.model is not None and vote.rating is not None:
        return {**made, "answer": ids[vote.model], "rating": vote.rating}
    return made


def _score(one: SaidOfAnswer) -> Score:
    made: Score = {"name": writable(one_line(one.name, _LONGEST_NAME)), "value": one.value}
    if one.n != 1:
        made["n"] = one.n
    if one.pairs is not None:
        made["won"], made["tied"] = one.pairs
    if one.note:
        made["note"] = writable(one.note)
    return made


def _mean(one: SaidOfModel) -> Mean:
    made: Mean = {"name": writable(one_line(one.name, _LONGEST_NAME)), "value": one.value, "n": one.n}
    if one.of_pairs:
        made["pairs"] = True
    return made


def _model(column: Column, row: Mapping[str, Any] | None, means: Mapping[str, Sequence[SaidOfModel]]) -> Model:
    model = column.model
    made: Model = {
        "id": str(model),
        "name": model.short,
        "host": model.host,
        "vendor": model.vendor,
        "colour": column.colour,
        "simulated": column.simulated,
    }
    if row is not None and row["calls"]:
        made["summary"] = summary_of(row)
        if found := [_mean(one) for one in means.get(str(model), ()) if not one.people]:
            made["means"] = found
    return made


def cost_of(cost: RunCost) -> Cost:
    """Return what a run costs."""
    real, simulated = cost.real, cost.simulated
    return {
        "usd": float(real.usd),
        "list_usd": float(cost.list_usd),
        "priced": real.priced,
        "calls": real.of,
        "simulated_usd": float(simulated.usd),
        "simulated_priced": simulated.priced,
        "simulated_calls": simulated.of,
    }


def _badge(badge: Any) -> Badge:
    made: Badge = {"text": writable(badge.text)}
    if badge.kind != "plain":
        made["kind"] = badge.kind
    if badge.title:
        made["title"] = writable(badge.title)
    return made


def _images(prompt: Asked) -> list[Image]:
    return [
        {"name": writable(image.name), "bytes": len(image.data)}
        for message in prompt.messages
        for image in message.attachments
    ]


def as_json(value: object) -> Any:
    """Return plain data as a message can carry it; see `routebook.comparison_json.writable`."""
    return json.loads(writable(json.dumps(value, ensure_ascii=False)))


def _usd(amount: Decimal | None) -> float | None:
    return None if amount is None else float(amount)


def rounded_s(value: float | None) -> float | None:
    """Return seconds with the digits that mean something."""
    return None if value is None else round(value, 4)
