"""Fills in a ballot as its page does, without a browser: ``js/src/ballot`` once more, by the letters of the fixture.

`tests/fixtures/ballot.json` holds a ballot as it is in a page, what one voter says of it, and the file that comes of
it; the tests of both languages make that file and get the same letters.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.support.examples import call_of, run_of

from routebook.calls import Failure
from routebook.comparison import Comparison
from routebook.models import ModelId
from routebook.prompts import Prompt

FIXTURE = Path(__file__).parents[1] / "fixtures" / "ballot.json"
MODELS = ("openai/gpt-6.1-terra", "anthropic/claude-haiku-5-5", "bedrock/us.amazon.nova-2-lite-v1:0", "vllm/my-own")
AT = "2026-11-20T14:05:00.000Z"
_DATA = re.compile(r'<script type="application/json" id="ballot">(.*?)</script>', re.DOTALL)

Choice = Callable[[Mapping[str, Any]], str]


def fixture() -> dict[str, Any]:
    """Return what both languages are held to."""
    found: dict[str, Any] = json.loads(FIXTURE.read_text(encoding="utf-8"))
    return found


def data_in(page: Path) -> dict[str, Any]:
    """Return what a page knows of its ballot."""
    found = _DATA.search(page.read_text(encoding="utf-8"))
    assert found is not None
    data: dict[str, Any] = json.loads(found[1])
    return data


def signed(content: Mapping[str, Any], key: str) -> dict[str, Any]:
    """Return a file with its signature."""
    unsigned = {name: value for name, value in content.items() if name != "signature"}
    text = json.dumps(unsigned, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    made = hmac.new(bytes.fromhex(key), text.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()
    return unsigned | {"signature": made}


def filled(
    data: Mapping[str, Any],
    voter: str = "ada",
    choice: Choice | str = "a",
    *,
    items: Sequence[Mapping[str, Any]] | None = None,
    token: str | None = None,
    note: str = "",
    at: str = AT,
) -> dict[str, Any]:
    """Return the file of a voter who says `choice` of every pair, or of the `items` given."""
    asked: int = len(data["items"]) if data["most"] is None else min(data["most"], len(data["items"]))
    chosen = data["items"][:asked] if items is None else items
    winner = (lambda _: choice) if isinstance(choice, str) else choice
    content = {
        "routebook": 1,
        "kind": "ballot",
        "ballot": data["ballot"],
        "voter": voter,
        "token": token or secrets.token_hex(16),
        "asked": asked,
        "votes": [{"item": item["id"], "winner": winner(item), "note": note, "at": at} for item in chosen],
    }
    return signed(content, data["key"])


def written(folder: Path, name: str, file: Mapping[str, Any]) -> Path:
    """Write a file as the page does, and return where."""
    path = folder / f"{name}.json"
    path.write_text(json.dumps(file, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return path


def answered(texts: Mapping[str, Sequence[str | None]], *, blind: bool = False) -> Comparison:
    """Return a run of which each prompt has these answers, by `MODELS` in their order; `None` failed."""
    models = MODELS[: max(len(given) for given in texts.values())]
    prompts = [Prompt.of(text) for text in texts]
    run = run_of(models=models, status="finished", planned=len(prompts) * len(models), blind=blind)
    calls = [
        call_of(run, prompt_id=prompt.id, model=ModelId.parse(model), **_outcome(text))
        for prompt in prompts
        for model, text in zip(models, texts[prompt.text], strict=False)
    ]
    return Comparison(run, prompts, calls)


def _outcome(text: str | None) -> dict[str, Any]:
    if text is not None:
        return {"text": text}
    return {"text": "", "status": "error", "finish": None, "failure": Failure("connection", "No server.", "Start it.")}
